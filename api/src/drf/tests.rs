use serde_json::json;

use super::*;

fn fields(body: Value) -> Fields {
    match body {
        Value::Object(values) => Fields::new(values),
        other => panic!("not an object: {other}"),
    }
}

fn faults(fields: &Fields) -> Value {
    match fields.check() {
        Ok(()) => json!({}),
        Err(refusal) => refusal.body(),
    }
}

fn fault_of(rule: Rule, text: &str) -> Value {
    let mut fields = fields(json!({ "field": text }));
    fields.optional("field", &[rule]);
    faults(&fields)["field"].take()
}

#[test]
fn each_way_of_not_being_a_text_has_its_own_sentence() {
    for (sent, said) in [
        (json!({}), "This field is required."),
        (json!({ "name": null }), "This field may not be null."),
        (json!({ "name": "" }), "This field may not be blank."),
        (json!({ "name": " \t\u{a0}" }), "This field may not be blank."),
        (json!({ "name": true }), "Not a valid string."),
        (json!({ "name": ["a"] }), "Not a valid string."),
        (json!({ "name": { "a": 1 } }), "Not a valid string."),
        (json!({ "name": "a\0b" }), "Null characters are not allowed."),
    ] {
        let mut fields = fields(sent);
        fields.required("name", &[]);
        assert_eq!(faults(&fields), json!({ "name": [said] }));
    }
}

#[test]
fn a_text_is_trimmed_and_a_number_is_the_text_it_is_written_as() {
    let mut fields = fields(json!({ "name": "  anna ", "code": 12_345_678, "rate": 1.5 }));
    assert_eq!(fields.required("name", &[]), "anna");
    assert_eq!(fields.required("code", &[]), "12345678");
    assert_eq!(fields.required("rate", &[]), "1.5");
    assert!(fields.check().is_ok());
}

#[test]
fn an_optional_text_may_be_missing_or_blank_but_not_null() {
    let mut fields = fields(json!({ "blank": "", "null": null }));
    assert_eq!(fields.optional("missing", &[]), None);
    assert_eq!(fields.optional("blank", &[Rule::Email]), Some(String::new()));
    assert_eq!(fields.optional("null", &[]), None);
    assert_eq!(
        faults(&fields),
        json!({ "null": ["This field may not be null."] })
    );
}

#[test]
fn for_a_present_text_null_and_blank_are_as_good_as_missing() {
    let mut fields = fields(json!({ "null": null, "blank": " ", "odd": [] }));
    for name in ["missing", "null", "blank", "odd"] {
        assert_eq!(fields.present(name), None);
    }
    assert_eq!(faults(&fields), json!({ "odd": ["Not a valid string."] }));
}

#[test]
fn all_faults_of_all_fields_are_told_together() {
    let mut fields = fields(json!({ "username": "a b c" }));
    fields.required("username", &[Rule::Username, Rule::Max(3)]);
    fields.required("password", &[]);
    assert_eq!(
        faults(&fields),
        json!({
            "username": [
                "Enter a valid username. This value may contain only letters, numbers, and @/./+/-/_ characters.",
                "Ensure this field has no more than 3 characters.",
            ],
            "password": ["This field is required."],
        })
    );
}

#[test]
fn lengths_count_characters_not_bytes() {
    assert_eq!(fault_of(Rule::Max(3), "яяя"), Value::Null);
    assert_eq!(
        fault_of(Rule::Min(4), "яяя"),
        json!(["Ensure this field has at least 4 characters."])
    );
}

#[test]
fn a_username_may_be_of_any_alphabet() {
    for good in ["anna", "Анна_1", "a@b.c+d-e"] {
        assert_eq!(fault_of(Rule::Username, good), Value::Null, "{good}");
    }
    for bad in ["a b", "a/b", "a!", "a\u{200b}b"] {
        assert!(fault_of(Rule::Username, bad).is_array(), "{bad}");
    }
}

#[test]
fn an_email_address_needs_a_name_and_a_domain_with_a_dot() {
    for good in [
        "a@b.cd",
        "first.last+tag@sub.example.org",
        "a@localhost",
        "a@пример.рф",
    ] {
        assert_eq!(fault_of(Rule::Email, good), Value::Null, "{good}");
    }
    for bad in ["a", "a@", "@b.cd", "a@b", "a b@c.de", "a@b..cd", "a@b.cd\n,x@y.z"] {
        assert_eq!(
            fault_of(Rule::Email, bad),
            json!(["Enter a valid email address."]),
            "{bad}"
        );
    }
}

#[test]
fn a_picture_is_loaded_over_http_and_nothing_else() {
    for good in [
        "http://a/b.png",
        "https://example.org/x?y=z",
        "HTTPS://EXAMPLE.ORG/",
    ] {
        assert_eq!(fault_of(Rule::HttpUrl, good), Value::Null, "{good}");
    }
    for bad in [
        "javascript:alert(1)",
        "data:image/png;base64,AA",
        "ftp://a/b",
        "//a/b",
        "/b",
        "https://",
        "https:///x",
        "https://a b",
        "https://a/\"onerror=",
    ] {
        assert_eq!(
            fault_of(Rule::HttpUrl, bad),
            json!(["Enter a valid URL."]),
            "{bad}"
        );
    }
}

#[test]
fn a_problem_document_names_fields_by_pointer_and_the_whole_body_by_none() {
    let pointer = |name| Refusal::field(name, "no").field_errors()[0].pointer.clone();
    assert_eq!(pointer("email"), "/email");
    assert_eq!(pointer(NON_FIELD), "");
}

#[test]
fn every_token_fault_has_the_body_that_the_clients_know() {
    let body = |fault: TokenFault| refusal(&fault.into(), &Method::GET);
    assert_eq!(
        body(TokenFault::Missing),
        json!({ "detail": "Authentication credentials were not provided." })
    );
    assert_eq!(
        body(TokenFault::BadHeader),
        json!({
            "detail": "Authorization header must contain two space-delimited values",
            "code": "bad_authorization_header",
        })
    );
    assert_eq!(
        body(TokenFault::NoUser),
        json!({ "detail": "User not found", "code": "user_not_found" })
    );
    assert_eq!(
        body(TokenFault::Bad(TokenError::Expired)),
        json!({
            "detail": "Given token not valid for any token type",
            "code": "token_not_valid",
            "messages": [{ "token_class": "AccessToken", "token_type": "access", "message": "Token is expired" }],
        })
    );
}
