//! `/api/auth/…`, as section 3.2 of the contracts has it.

use reqwest::Method;
use serde_json::{Value, json};

use crate::answer::Answer;
use crate::person::Person;

/// Everybody's password.
pub(crate) const PASSWORD: &str = "correct horse";

/// What a person does with their account.
#[derive(Clone, Copy)]
pub(crate) struct Accounts<'a>(pub(crate) &'a Person);

impl Accounts<'_> {
    pub(crate) async fn login(self, password: &str) -> Answer {
        let body = json!({"username": self.0.username, "password": password});
        self.0
            .call_with(&[], Method::POST, "/api/auth/login/", &body)
            .await
    }

    pub(crate) async fn logout(self) -> Answer {
        self.0.post("/api/auth/logout/", &json!({})).await
    }

    pub(crate) async fn me(self) -> Answer {
        self.0.get("/api/auth/me/").await
    }

    pub(crate) async fn profile(self) -> Answer {
        self.0.get("/api/auth/profile/").await
    }

    pub(crate) async fn change_profile(self, changes: &Value) -> Answer {
        self.0.call(Method::PATCH, "/api/auth/profile/", changes).await
    }

    pub(crate) async fn change_password(self, old: &str, new: &str) -> Answer {
        let body = json!({"old_password": old, "new_password": new, "new_password_confirm": new});
        self.0.post("/api/auth/change-password/", &body).await
    }

    pub(crate) async fn refresh(self) -> Answer {
        self.refresh_at("/api/auth/token/refresh/").await
    }

    /// At one of the paths where the seeds' clients look for it. No token goes with it but the one in the body.
    pub(crate) async fn refresh_at(self, path: &str) -> Answer {
        let body = json!({"refresh": self.0.refresh});
        self.0.call_with(&[], Method::POST, path, &body).await
    }

    /// Whom a search finds; `q` is written as it stands in the address.
    pub(crate) async fn search(self, q: &str) -> Vec<Value> {
        let found = self.0.get(&format!("/api/auth/search/?q={q}")).await;
        found.json_of(200)["users"].as_array().expect("users").clone()
    }

    pub(crate) async fn users(self) -> Vec<Value> {
        let found = self.0.get("/api/auth/users/").await;
        found.json_of(200)["users"].as_array().expect("users").clone()
    }
}
