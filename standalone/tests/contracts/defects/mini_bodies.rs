//! Mini's defects of accounts and bodies.

use reqwest::Method;
use serde_json::json;

use crate::answer::with_field;
use crate::cluster::Cluster;
use crate::oko::number_of;
use crate::patience::eventually;

pub(super) async fn mini_defect_02_a_profile_can_be_changed(cluster: &Cluster) {
    let anna = cluster.person("anna").await;
    for method in [Method::PUT, Method::PATCH] {
        let body = json!({"first_name": method.as_str(), "avatar": "https://example.org/a.png"});
        let changed = anna
            .call(method.clone(), "/api/auth/profile/", &body)
            .await
            .json_of(200);
        assert_eq!(changed["message"], "Профиль успешно обновлен");
        assert_eq!(changed["user"]["first_name"], method.as_str());
        assert_eq!(changed["user"]["profile"]["avatar"], "https://example.org/a.png");
        assert_eq!(anna.accounts().profile().await.json(), changed["user"]);
    }
}

pub(super) async fn mini_defect_08_signing_out_revokes(cluster: &Cluster) {
    let (anna, boris) = cluster.pair().await;
    let room = anna.mini().direct(&boris).await;
    let mut here = anna.mini().open(room).await;
    let mut there = anna.beside(&boris).mini().open(room).await;
    anna.accounts().logout().await.is(200);
    assert_eq!((here.close_code().await, there.close_code().await), (4401, 4401));
    anna.accounts().refresh().await.is(401);
    anna.accounts().me().await.is(401);
    eventually("the other node refuses too", async || {
        anna.beside(&boris).mini().get("rooms/").await.status == 401
    })
    .await;
    let refused = anna.mini().try_open(room).await.err().expect("a refusal");
    assert_eq!(refused.status, 401);
}

pub(super) async fn mini_defect_09_odd_values_are_refused_and_no_defect(cluster: &Cluster) {
    let (anna, boris) = cluster.pair().await;
    let room = anna.mini().direct(&boris).await;
    let list = json!({"non_field_errors": ["Invalid data. Expected a dictionary, but got list."]});
    anna.post("/api/auth/login/", &json!([])).await.says(400, &list);
    for user in [
        json!("abc"),
        json!(1.5),
        json!([]),
        json!({}),
        json!(true),
        json!(-1),
        json!(u64::MAX),
    ] {
        let refused = anna.mini().create_direct(&user).await;
        assert!([400, 404].contains(&refused.status), "{user}: {}", refused.text);
    }
    let missing = json!({"error": "Необходимо указать ID пользователя"});
    anna.mini()
        .call(Method::POST, "create-direct-chat/", &json!({}))
        .await
        .says(400, &missing);
    let oneself = json!({"error": "Нельзя создать чат с самим собой"});
    anna.mini()
        .create_direct(&json!(anna.id))
        .await
        .says(400, &oneself);
    let nobody = json!({"error": "Пользователь не найден"});
    anna.mini()
        .create_direct(&json!(987_654))
        .await
        .says(404, &nobody);

    for odd in ["abc", "", "1.5", "-1", "99999999999999999999", "%00"] {
        let answer = anna.mini().get(&format!("messages/?room={odd}")).await;
        assert!([200, 400].contains(&answer.status), "{odd}: {}", answer.text);
        for path in [format!("rooms/{odd}x/"), format!("rooms/{odd}x/history/")] {
            assert_eq!(anna.mini().get(&path).await.status, 404, "{path}");
        }
    }
    let unknown = json!({"room": ["Invalid pk \"99999\" - object does not exist."]});
    anna.mini().send(99_999, "x").await.says(400, &unknown);
    let text = json!({"room": "abc", "content": "x"});
    let wrong = json!({"room": ["Incorrect type. Expected pk value, received str."]});
    anna.mini()
        .call(Method::POST, "messages/", &text)
        .await
        .says(400, &wrong);
    assert!(anna.mini().messages(room).await.is_empty());
}

pub(super) async fn mini_defect_12_cyrillic_is_found_in_any_case(cluster: &Cluster) {
    let (anna, boris) = cluster.pair().await;
    let named = json!({"first_name": "Ёжик", "last_name": "Туманов"});
    boris.accounts().change_profile(&named).await.is(200);
    // "ёжИК", "ТУМАН".
    for q in ["%D1%91%D0%B6%D0%98%D0%9A", "%D0%A2%D0%A3%D0%9C%D0%90%D0%9D"] {
        let found = anna.accounts().search(q).await;
        assert_eq!(found.len(), 1, "{q}");
        assert_eq!(number_of(&found[0]), boris.id);
    }
}

pub(super) async fn mini_defect_13_the_rule_for_passwords_is_applied(cluster: &Cluster) {
    let anna = cluster.person("anna").await;
    let short = json!({"username": "dina", "password": "short", "password_confirm": "short"});
    let refused = json!(["Ensure this field has at least 8 characters."]);
    let answer = anna
        .call_with(&[], Method::POST, "/api/auth/register/", &short)
        .await;
    answer.says(400, &json!({"password": refused}));
    let answer = anna
        .accounts()
        .change_password(crate::accounts::PASSWORD, "short")
        .await;
    answer.says(400, &json!({"new_password": refused}));
    // As recorded: numbers alone are a password.
    anna.accounts()
        .change_password(crate::accounts::PASSWORD, "12345678")
        .await
        .is(200);
    anna.accounts().login("12345678").await.is(200);
}

pub(super) async fn mini_defect_16_what_was_sent_can_be_found_by_its_id(cluster: &Cluster) {
    let (anna, boris) = cluster.pair().await;
    let room = anna.mini().direct(&boris).await;
    let mut annas = anna.mini().open(room).await;
    let answer = anna.mini().send(room, "где ты?").await.json_of(201);
    assert_eq!(
        (&answer["room"], &answer["content"]),
        (&json!(room), &json!("где ты?"))
    );
    // The answer keeps its two fields (5.10); the echo brings the id to whoever sent.
    let echo = annas.until("chat_message").await;
    let found = with_field(&boris.mini().messages(room).await, "id", &echo["message_id"]);
    assert_eq!(found["content"], "где ты?");
}
