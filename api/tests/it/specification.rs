//! The OpenAPI document: complete, sound, and the one that the repository shows.

use std::collections::BTreeSet;
use std::path::Path;

use reqwest::{Method, StatusCode};
use serde_json::Value;

use crate::app::on_each_store;

fn document() -> Value {
    serde_json::from_str(&api::openapi::document().unwrap()).unwrap()
}

#[test]
fn every_route_of_the_contract_is_in_it() {
    let document = document();
    for (path, methods) in [
        ("/api/unet-chat/conversations/", &["get", "post"][..]),
        ("/api/unet-chat/conversations/{id}", &["get", "delete"]),
        ("/api/unet-chat/conversations/{id}/participants", &["get"]),
        ("/api/unet-chat/conversations/{id}/participants/", &["post"]),
        (
            "/api/unet-chat/conversations/{id}/participants/{user_id}",
            &["delete"],
        ),
        ("/api/unet-chat/messages/", &["post"]),
        ("/api/unet-chat/messages/{id}", &["get", "put", "delete"]),
        ("/api/unet-chat/messages/{id}/reactions/", &["get"]),
        (
            "/api/unet-chat/messages/{id}/reactions/{emoji}",
            &["put", "delete"],
        ),
        ("/api/unet-chat/messages/{id}/pin/", &["put", "delete"]),
        ("/api/unet-chat/conversations/{id}/pins/", &["get"]),
        ("/api/unet-chat/search/messages/", &["get"]),
        ("/api/admin/messages/{id}/edits/", &["get"]),
        ("/api/unet-chat/attachments/", &["post"]),
        ("/api/unet-chat/attachments/upload/", &["post"]),
        ("/api/unet-chat/attachments/links/", &["post"]),
        ("/api/unet-chat/attachments/{id}/file/{name}", &["get"]),
        ("/api/unet-chat/tickets/", &["post"]),
        ("/api/v1/users/chat-users/", &["get"]),
        ("/api/notifications/", &["get"]),
        ("/api/notifications/unread_count/", &["get"]),
        ("/api/notifications/{id}/", &["get", "put", "patch", "delete"]),
        ("/api/notifications/{id}/mark_read/", &["post"]),
        ("/api/notifications/mark_all_read/", &["post"]),
        ("/api/notifications/settings/", &["get", "put", "patch"]),
        ("/api/admin/notifications/", &["post"]),
        ("/api/admin/stats/", &["get"]),
        ("/api/auth/register/", &["post"]),
        ("/api/auth/login/", &["post"]),
        ("/api/auth/token/refresh/", &["post"]),
        ("/api/auth/me/", &["get"]),
        ("/api/auth/profile/", &["get", "put", "patch"]),
        ("/api/auth/change-password/", &["post"]),
        ("/api/auth/logout/", &["post"]),
        ("/api/auth/search/", &["get"]),
        ("/api/auth/users/", &["get"]),
    ] {
        for method in methods {
            assert!(
                document["paths"][path][method].is_object(),
                "{method} {path} is missing"
            );
        }
    }
}

fn references(value: &Value, found: &mut BTreeSet<String>) {
    match value {
        Value::Object(fields) => {
            if let Some(Value::String(target)) = fields.get("$ref") {
                found.insert(target.clone());
            }
            fields.values().for_each(|field| references(field, found));
        }
        Value::Array(items) => items.iter().for_each(|item| references(item, found)),
        _ => {}
    }
}

#[test]
fn every_reference_leads_somewhere() {
    let document = document();
    let mut found = BTreeSet::new();
    references(&document, &mut found);
    assert!(!found.is_empty());
    for reference in found {
        let pointer = reference.strip_prefix('#').unwrap();
        assert!(document.pointer(pointer).is_some(), "{reference} leads nowhere");
    }
}

#[test]
fn every_operation_has_a_name_of_its_own_answers_and_the_parameters_of_its_path() {
    let document = document();
    assert_eq!(document["openapi"], "3.1.0");
    let mut names = BTreeSet::new();
    for (path, item) in document["paths"].as_object().unwrap() {
        for (method, operation) in item.as_object().unwrap() {
            let name = operation["operationId"].as_str().unwrap();
            assert!(
                names.insert(name.to_owned()),
                "{name} stands twice: {method} {path}"
            );
            assert!(
                operation["summary"].is_string(),
                "{method} {path} is not described"
            );
            assert!(!operation["responses"].as_object().unwrap().is_empty());
            for part in path.split('/').filter_map(|part| part.strip_prefix('{')) {
                let wanted = part.trim_end_matches('}');
                let parameters = operation["parameters"].as_array().unwrap();
                assert!(
                    parameters
                        .iter()
                        .any(|p| p["name"] == wanted && p["in"] == "path"),
                    "{wanted} of {path}"
                );
            }
        }
    }
}

#[test]
fn the_committed_document_is_current() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/openapi.json");
    let committed = std::fs::read_to_string(path).unwrap_or_default();
    assert!(
        committed == api::openapi::document().unwrap(),
        "docs/openapi.json is not current: cargo run -p api -- openapi > docs/openapi.json"
    );
}

#[tokio::test]
async fn the_node_serves_the_document_of_its_sockets() {
    on_each_store(async |app| {
        let answer = app
            .request(&Method::GET, "/api/asyncapi.json")
            .send()
            .await
            .unwrap();
        assert_eq!(answer.status(), StatusCode::OK);
        let served = answer.json::<Value>().await.unwrap();
        assert_eq!(served, protocol::asyncapi::document());
        assert_eq!(served["asyncapi"], "3.0.0");
    })
    .await;
}

#[tokio::test]
async fn the_node_serves_what_the_repository_shows() {
    on_each_store(async |app| {
        let answer = app
            .request(&Method::GET, "/api/openapi.json")
            .send()
            .await
            .unwrap();
        assert_eq!(answer.status(), StatusCode::OK);
        assert_eq!(answer.json::<Value>().await.unwrap(), document());
    })
    .await;
}
