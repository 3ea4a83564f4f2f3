//! Odd bodies, odd methods, odd tokens: each has an answer, none of them 500.

use super::*;

const OPEN: [&str; 6] = [
    "/api/auth/register/",
    "/api/auth/login/",
    "/api/auth/token/refresh/",
    "/educations/api/v1/users/auth/",
    "/educations/api/v1/users/refresh/",
    "/api/users/token/refresh/",
];

/// Paths that take a body from a caller.
const GUARDED: [(Method, &str); 4] = [
    (Method::PUT, "/api/auth/profile/"),
    (Method::PATCH, "/api/auth/profile/"),
    (Method::POST, "/api/auth/change-password/"),
    (Method::POST, "/api/auth/logout/"),
];

/// Every path that takes a body, as somebody who may use it.
fn writes(app: &TestApp, anna: &Registered) -> Vec<RequestBuilder> {
    let open = OPEN.iter().map(|path| app.request(&Method::POST, path));
    let guarded = GUARDED
        .iter()
        .map(|(method, path)| app.request(method, path).bearer_auth(&anna.person.token));
    open.chain(guarded).collect()
}

fn raw(request: RequestBuilder, body: impl Into<reqwest::Body>) -> RequestBuilder {
    request.header("content-type", "application/json").body(body)
}

#[tokio::test]
async fn a_body_that_is_no_object_is_refused_by_its_kind() {
    on_each_store(async |app| {
        let anna = register(app, "anna").await;
        for (body, said) in [
            ("[]", "Invalid data. Expected a dictionary, but got list."),
            (
                r#"[{"username":"a"}]"#,
                "Invalid data. Expected a dictionary, but got list.",
            ),
            (r#""text""#, "Invalid data. Expected a dictionary, but got str."),
            ("7", "Invalid data. Expected a dictionary, but got int."),
            ("1.5", "Invalid data. Expected a dictionary, but got float."),
            ("true", "Invalid data. Expected a dictionary, but got bool."),
            ("null", "No data provided"),
        ] {
            for request in writes(app, &anna) {
                let answered = answer(raw(request, body), StatusCode::BAD_REQUEST).await;
                assert_eq!(answered, json!({ "non_field_errors": [said] }));
            }
        }
    })
    .await;
}

#[tokio::test]
async fn a_body_that_is_not_json_is_a_parse_error() {
    on_each_store(async |app| {
        let anna = register(app, "anna").await;
        let deep = "[".repeat(100_000);
        let bodies: [&[u8]; 7] = [
            b"{",
            b"{\"username\": }",
            b"{} {}",
            b"\xff\xfe",
            br#"{"username": "\ud800"}"#,
            b"NaN",
            deep.as_bytes(),
        ];
        for body in bodies {
            for request in writes(app, &anna) {
                let answered = answer(raw(request, body.to_vec()), StatusCode::BAD_REQUEST).await;
                let detail = answered["detail"].as_str().unwrap();
                assert!(detail.starts_with("JSON parse error - "), "{detail}");
                assert_eq!(answered.as_object().unwrap().len(), 1);
            }
        }
    })
    .await;
}

#[tokio::test]
async fn hostile_values_are_refused_or_taken_but_never_a_defect() {
    on_each_store(async |app| {
        let anna = register(app, "anna").await;
        let fields = [
            "username",
            "password",
            "password_confirm",
            "email",
            "refresh",
            "first_name",
            "last_name",
            "avatar",
            "old_password",
            "new_password",
            "new_password_confirm",
        ];
        for value in [
            json!(null),
            json!([]),
            json!([1, [2, [3]]]),
            json!({ "a": { "b": {} } }),
            json!(-1),
            json!(1e300),
            json!(u64::MAX),
            json!(false),
            json!("\0"),
            json!("\u{202e}\u{feff}"),
            json!("x".repeat(100_000)),
            json!("' or 1=1 --"),
        ] {
            let body: Value = fields
                .iter()
                .map(|field| ((*field).to_owned(), value.clone()))
                .collect();
            for request in writes(app, &anna) {
                let response = request.json(&body).send().await.unwrap();
                assert!(!response.status().is_server_error(), "{} {value}", response.url());
                assert!(response.json::<Value>().await.unwrap().is_object());
            }
        }
    })
    .await;
}

#[tokio::test]
async fn a_body_beyond_the_limit_is_413() {
    on_each_store(async |app| {
        let anna = register(app, "anna").await;
        let body = json!({ "username": "x".repeat(1024 * 1024), "password": PASSWORD });
        for request in writes(app, &anna) {
            let answered = answer(request.json(&body), StatusCode::PAYLOAD_TOO_LARGE).await;
            assert!(answered["detail"].is_string());
        }
    })
    .await;
}

#[tokio::test]
async fn a_form_is_as_good_as_json() {
    on_each_store(async |app| {
        let username = name("Анна");
        let form = |pairs: &[(&str, &str)]| serde_urlencoded::to_string(pairs).unwrap();
        let send = async |path: &str, body: String, expected: StatusCode| {
            let request = app
                .request(&Method::POST, path)
                .header("content-type", "application/x-www-form-urlencoded; charset=utf-8")
                .body(body);
            answer(request, expected).await
        };
        let new = form(&[
            ("username", &username),
            ("password", PASSWORD),
            ("password_confirm", PASSWORD),
        ]);
        send("/api/auth/register/", new, StatusCode::CREATED).await;
        let login = form(&[
            ("username", "first"),
            ("username", &username),
            ("password", PASSWORD),
        ]);
        let welcome = send("/api/auth/login/", login, StatusCode::OK).await;
        assert_eq!(welcome["user"]["username"], username);
        let odd = send(
            "/api/auth/register/",
            "%ff&=&username".to_owned(),
            StatusCode::BAD_REQUEST,
        )
        .await;
        assert_eq!(odd["username"], json!(["This field may not be blank."]));
    })
    .await;
}

#[tokio::test]
async fn another_content_type_is_415_and_no_body_is_no_fields() {
    on_each_store(async |app| {
        for content_type in ["text/plain", "application/xml; charset=utf-8"] {
            for path in OPEN {
                let request = app
                    .request(&Method::POST, path)
                    .header("content-type", content_type);
                let answered = answer(request.body("{}"), StatusCode::UNSUPPORTED_MEDIA_TYPE).await;
                let said = format!("Unsupported media type \"{content_type}\" in request.");
                assert_eq!(answered, json!({ "detail": said }));
            }
        }
        let bare = app.request(&Method::POST, "/api/auth/token/refresh/");
        let answered = answer(bare, StatusCode::BAD_REQUEST).await;
        assert_eq!(answered, json!({ "refresh": ["This field is required."] }));
    })
    .await;
}

#[tokio::test]
async fn another_method_is_405_and_another_path_404() {
    on_each_store(async |app| {
        for (method, path) in [
            (Method::GET, "/api/auth/register/"),
            (Method::GET, "/api/auth/login/"),
            (Method::PUT, "/api/auth/token/refresh/"),
            (Method::DELETE, "/api/auth/logout/"),
            (Method::POST, "/api/auth/me/"),
            (Method::DELETE, "/api/auth/profile/"),
            (Method::PATCH, "/api/auth/change-password/"),
            (Method::POST, "/api/auth/search/"),
            (Method::POST, "/api/auth/users/"),
        ] {
            let answered = answer(app.request(&method, path), StatusCode::METHOD_NOT_ALLOWED).await;
            assert_eq!(
                answered,
                json!({ "detail": format!("Method \"{method}\" not allowed.") })
            );
        }
        let nowhere = app.request(&Method::GET, "/api/auth/nowhere/");
        assert_eq!(
            answer(nowhere, StatusCode::NOT_FOUND).await,
            json!({ "detail": "Not found." })
        );
    })
    .await;
}

/// Every path that needs a token.
fn guarded() -> Vec<(Method, &'static str)> {
    let reads = ["me", "profile", "search", "users"].map(|name| match name {
        "me" => (Method::GET, "/api/auth/me/"),
        "profile" => (Method::GET, "/api/auth/profile/"),
        "search" => (Method::GET, "/api/auth/search/?q=a"),
        _ => (Method::GET, "/api/auth/users/"),
    });
    reads.into_iter().chain(GUARDED).collect()
}

fn bad_token(reason: &str) -> Value {
    json!({
        "detail": "Given token not valid for any token type",
        "code": "token_not_valid",
        "messages": [{ "token_class": "AccessToken", "token_type": "access", "message": reason }],
    })
}

#[tokio::test]
async fn every_bad_token_has_its_own_401() {
    on_each_store(async |app| {
        let anna = register(app, "anna").await;
        let gone = app.with_token(UserId(i64::MAX)).token;
        let (expired, _) = last_year(app).access(UserId(anna.person.id));
        let bad_header = json!({
            "detail": "Authorization header must contain two space-delimited values",
            "code": "bad_authorization_header",
        });
        let missing = json!({ "detail": "Authentication credentials were not provided." });
        let cases = [
            (None, missing.clone()),
            (Some("Basic YTpi".to_owned()), missing),
            (Some("Bearer".to_owned()), bad_header.clone()),
            (Some("Bearer a b".to_owned()), bad_header),
            (Some("Bearer undefined".to_owned()), bad_token("Token is invalid")),
            (Some(format!("Bearer {expired}")), bad_token("Token is expired")),
            (
                Some(format!("Bearer {}", anna.refresh)),
                bad_token("Token has wrong type"),
            ),
            (
                Some(format!("Bearer {gone}")),
                json!({ "detail": "User not found", "code": "user_not_found" }),
            ),
        ];
        for (method, path) in guarded() {
            for (header, with) in &cases {
                let request = app.request(&method, path);
                let request = match header {
                    Some(header) => request.header("authorization", header),
                    None => request,
                };
                assert_eq!(
                    &answer(request, StatusCode::UNAUTHORIZED).await,
                    with,
                    "{method} {path}"
                );
            }
        }
    })
    .await;
}

#[tokio::test]
async fn every_carrier_of_a_token_is_accepted() {
    on_each_store(async |app| {
        let anna = register(app, "anna").await;
        let token = &anna.person.token;
        let get = |path: String| app.request(&Method::GET, &path);
        let me = "/api/auth/me/";
        for request in [
            get(me.to_owned()).header("authorization", format!("Bearer {token}")),
            get(me.to_owned()).header("www-authenticate", format!("Bearer {token}")),
            get(format!("{me}?token={token}")),
            get(format!("{me}?Authorization=Bearer%20{token}")),
            get(format!("{me}?WWW-Authenticate=Bearer%20{token}")),
        ] {
            assert_eq!(answer(request, StatusCode::OK).await["id"], anna.person.id);
        }
    })
    .await;
}

#[tokio::test]
async fn whoever_accepts_problem_documents_gets_them() {
    on_each_store(async |app| {
        let accepting = |method: Method, path: &str| {
            app.request(&method, path)
                .header("accept", "application/json, application/problem+json")
        };
        let fields = accepting(Method::POST, "/api/auth/register/").json(&json!({ "username": "a b" }));
        let problem = app.problem(fields).await;
        assert_eq!(
            (&problem["status"], &problem["code"]),
            (&json!(400), &json!("invalid"))
        );
        let pointers: Vec<_> = problem["errors"]
            .as_array()
            .unwrap()
            .iter()
            .map(|error| error["pointer"].as_str().unwrap())
            .collect();
        assert_eq!(pointers, ["/username", "/password", "/password_confirm"]);

        for (request, status, code) in [
            (
                accepting(Method::POST, "/api/auth/login/").json(&json!({})),
                400,
                "invalid",
            ),
            (
                accepting(Method::POST, "/api/auth/login/").json(&json!([])),
                400,
                "invalid",
            ),
            (
                raw(accepting(Method::POST, "/api/auth/login/"), "{"),
                400,
                "malformed",
            ),
            (
                accepting(Method::POST, "/api/auth/login/").body("a"),
                415,
                "unsupported_media_type",
            ),
            (
                accepting(Method::GET, "/api/auth/login/"),
                405,
                "method_not_allowed",
            ),
            (accepting(Method::GET, "/api/auth/me/"), 401, "unauthorized"),
            (
                accepting(Method::POST, "/api/auth/token/refresh/").json(&json!({ "refresh": "garbage" })),
                401,
                "unauthorized",
            ),
        ] {
            let problem = app.problem(request).await;
            assert_eq!(
                (&problem["status"], &problem["code"]),
                (&json!(status), &json!(code))
            );
        }
    })
    .await;
}
