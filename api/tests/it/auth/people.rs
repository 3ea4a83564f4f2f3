//! Search and directory.

use super::*;

/// Somebody with names of their own.
async fn named(app: &TestApp, first_name: &str, last_name: &str) -> Registered {
    let made = register(app, "someone").await;
    let body = json!({ "first_name": first_name, "last_name": last_name });
    app.ask(
        &made.person,
        (Method::PATCH, "/api/auth/profile/", body),
        StatusCode::OK,
    )
    .await;
    made
}

fn ids(answer: &Value) -> Vec<i64> {
    let users = answer["users"].as_array().unwrap();
    users.iter().map(|user| user["id"].as_i64().unwrap()).collect()
}

#[tokio::test]
async fn a_search_looks_into_all_three_names_without_case_in_any_alphabet() {
    on_each_store(async |app| {
        let caller = named(app, "Ольга", "Ольга").await;
        let anna = named(app, "Ольга", "Петрова").await;
        let boris = named(app, "Борис", "Ольгин").await;
        let search = async |query: &str| app.get(&caller.person, &format!("/api/auth/search/?q={query}")).await;
        // "ОЛЬГ", percent-encoded.
        let found = search("%D0%9E%D0%9B%D0%AC%D0%93").await;
        assert_eq!(ids(&found), [anna.person.id, boris.person.id]);
        let last_seen = &found["users"][0]["last_seen"];
        assert_utc(last_seen);
        assert_eq!(
            found["users"][0],
            json!({
                "id": anna.person.id, "username": anna.username, "first_name": "Ольга", "last_name": "Петрова",
                "full_name": "Ольга Петрова", "is_online": false, "last_seen": last_seen,
                "avatar": "https://via.placeholder.com/150?text=Avatar",
            })
        );
        assert_eq!(ids(&search(&boris.username.to_uppercase()).await), [boris.person.id]);
    })
    .await;
}

#[tokio::test]
async fn a_blank_or_odd_search_finds_nobody_and_wildcards_mean_themselves() {
    on_each_store(async |app| {
        let caller = register(app, "caller").await;
        register(app, "other").await;
        for query in [
            "",
            "?q=",
            "?q=%20%09",
            "?q=%25",
            "?q=_",
            "?q=%00",
            "?q=%ff",
            "?q=other&q=",
            "?other=other",
        ] {
            let found = app
                .get(&caller.person, &format!("/api/auth/search/{query}"))
                .await;
            assert_eq!(found, json!({ "users": [] }), "{query}");
        }
    })
    .await;
}

#[tokio::test]
async fn a_search_answers_ten_people_at_most_the_first_to_register() {
    on_each_store(async |app| {
        let caller = app.person("Многие").await;
        let mut made = Vec::new();
        for _ in 0..11 {
            made.push(app.person("Многие").await.id);
        }
        let found = app
            .get(
                &caller,
                "/api/auth/search/?q=%D0%BC%D0%BD%D0%BE%D0%B3%D0%B8%D0%B5",
            )
            .await;
        assert_eq!(ids(&found), made[..10]);
    })
    .await;
}

#[tokio::test]
async fn the_directory_shows_everybody_but_the_caller_by_id() {
    on_each_store(async |app| {
        let nameless = register(app, "nameless").await;
        let named = named(app, "Анна", "").await;
        let caller = register(app, "caller").await;
        for path in ["/api/auth/users/", "/api/auth/users"] {
            let all = app.get(&caller.person, path).await;
            assert_eq!(ids(&all), [nameless.person.id, named.person.id]);
            assert_eq!(all["users"][0]["full_name"], nameless.username);
            assert_eq!(all["users"][1]["full_name"], "Анна");
            assert!(all["users"][0].get("email").is_none());
        }
    })
    .await;
}
