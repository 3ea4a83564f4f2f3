use std::collections::BTreeSet;
use std::path::Path;

use jsonschema::Validator;

use super::*;
use crate::frames::Received;

/// One object of an example, wherever it stands, and the part of the document that describes it.
struct Place {
    pointer: String,
    schema: Value,
}

struct Document(Value);

impl Document {
    fn new() -> Self {
        Self(document())
    }

    fn schema(&self, name: &str) -> &Value {
        self.0.pointer(&format!("/components/schemas/{name}")).unwrap()
    }

    /// What generators of types get: one schema, and beside it all that it refers to.
    fn validator(&self, schema: &Value) -> Validator {
        let whole = json!({ "allOf": [schema], "components": self.0["components"] });
        let options = jsonschema::draft7::options().should_validate_formats(true);
        options.build(&whole).unwrap()
    }

    fn resolved(&self, schema: &Value, value: &Value) -> Value {
        if let Some(target) = schema["$ref"].as_str() {
            let target = self.0.pointer(target.strip_prefix('#').unwrap()).unwrap();
            return self.resolved(target, value);
        }
        for choice in ["oneOf", "allOf"] {
            let parts = schema[choice].as_array().into_iter().flatten();
            let mut fitting = parts.filter(|part| self.validator(part).is_valid(value));
            if let Some(part) = fitting.next() {
                return self.resolved(part, value);
            }
        }
        schema.clone()
    }

    fn places(&self, schema: &Value, value: &Value, pointer: &str, found: &mut Vec<Place>) {
        let schema = self.resolved(schema, value);
        match value {
            Value::Object(fields) if schema["properties"].is_object() => {
                for (field, value) in fields {
                    let pointer = format!("{pointer}/{field}");
                    self.places(&schema["properties"][field], value, &pointer, found);
                }
                found.push(Place {
                    pointer: pointer.into(),
                    schema,
                });
            }
            Value::Array(items) => {
                for (at, item) in items.iter().enumerate() {
                    self.places(&schema["items"], item, &format!("{pointer}/{at}"), found);
                }
            }
            _ => {}
        }
    }

    fn places_of(&self, union: &str, example: &Value) -> Vec<Place> {
        let mut places = Vec::new();
        self.places(self.schema(union), example, "", &mut places);
        assert!(!places.is_empty(), "{example}");
        places
    }

    /// The kinds that a union is made of.
    fn kinds(&self, union: &str) -> BTreeSet<String> {
        let parts = self.schema(union)["oneOf"].as_array().unwrap();
        let kind = |part: &Value| {
            let target = part["$ref"].as_str().unwrap().strip_prefix('#').unwrap();
            let kind = &self.0.pointer(target).unwrap()["properties"]["type"]["const"];
            kind.as_str().unwrap().to_owned()
        };
        let kinds: BTreeSet<_> = parts.iter().map(kind).collect();
        assert_eq!(kinds.len(), parts.len(), "a kind stands twice");
        kinds
    }
}

fn required(schema: &Value) -> Vec<&str> {
    let required = schema["required"].as_array().into_iter().flatten();
    required.map(|field| field.as_str().unwrap()).collect()
}

fn said() -> Vec<Value> {
    let frames = server_examples().into_iter();
    let texts = frames.map(|(frame, seq)| frame.encode(seq));
    texts.map(|text| serde_json::from_str(&text).unwrap()).collect()
}

fn asked() -> Vec<Value> {
    let frames = client_examples().into_iter();
    frames.map(|frame| serde_json::to_value(frame).unwrap()).collect()
}

fn kinds_of(frames: &[Value]) -> BTreeSet<String> {
    let kinds = frames
        .iter()
        .map(|frame| frame["type"].as_str().unwrap().to_owned());
    kinds.collect()
}

/// Decodes what a server said and says it again.
fn repeated(frame: &Value) -> Value {
    let Received { frame, seq } = serde_json::from_value(frame.clone()).unwrap();
    serde_json::from_str(&frame.encode(seq)).unwrap()
}

#[test]
fn every_kind_of_frame_is_in_the_document_and_nothing_else_is() {
    let document = Document::new();
    assert_eq!(document.kinds("ServerFrame"), kinds_of(&said()));
    assert_eq!(document.kinds("ClientFrame"), kinds_of(&asked()));
    let messages = document.0["components"]["messages"].as_object().unwrap();
    assert_eq!(messages.len(), said().len() + asked().len());
    for (name, message) in messages {
        assert_eq!(message["payload"]["$ref"], format!("#/components/schemas/{name}"));
        assert!(
            message["summary"].as_str().is_some_and(|text| !text.is_empty()),
            "{name}"
        );
    }
}

#[test]
fn every_kind_that_a_client_may_say_is_understood_as_it_is_described() {
    for frame in client_examples() {
        let text = serde_json::to_string(&frame).unwrap();
        assert_eq!(ClientFrame::decode(&text).unwrap().frame, frame);
    }
}

#[test]
fn what_the_server_says_fits_the_document_and_all_of_it_is_described() {
    let document = Document::new();
    let validator = document.validator(document.schema("ServerFrame"));
    for frame in said() {
        validator
            .validate(&frame)
            .unwrap_or_else(|error| panic!("{error}: {frame}"));
        for place in document.places_of("ServerFrame", &frame) {
            let fields = frame.pointer(&place.pointer).unwrap().as_object().unwrap();
            let described = place.schema["properties"].as_object().unwrap();
            let (fields, described): (BTreeSet<_>, BTreeSet<_>) =
                (fields.keys().collect(), described.keys().collect());
            assert_eq!(fields, described, "{}: {frame}", place.pointer);
        }
    }
}

/// A field is required exactly if the server never leaves it out.
#[test]
fn what_is_required_of_the_server_is_what_it_always_says() {
    let document = Document::new();
    let validator = document.validator(document.schema("ServerFrame"));
    for frame in said() {
        for place in document.places_of("ServerFrame", &frame) {
            let required = required(&place.schema);
            let mut least = frame.clone();
            let fields = least
                .pointer_mut(&place.pointer)
                .unwrap()
                .as_object_mut()
                .unwrap();
            fields.retain(|field, _| required.contains(&field.as_str()));
            assert_eq!(repeated(&least), least, "at {:?}", place.pointer);
            for field in required {
                let mut empty = least.clone();
                let value = empty.pointer_mut(&format!("{}/{field}", place.pointer)).unwrap();
                *value = if value.is_array() { json!([]) } else { Value::Null };
                if validator.is_valid(&empty) {
                    assert_eq!(repeated(&empty), empty, "{field} at {:?}", place.pointer);
                }
            }
        }
    }
}

/// A field is required if a frame without it is refused, and otherwise not.
#[test]
fn what_is_required_of_a_client_is_what_it_cannot_leave_out() {
    let document = Document::new();
    let validator = document.validator(document.schema("ClientFrame"));
    for frame in asked() {
        validator
            .validate(&frame)
            .unwrap_or_else(|error| panic!("{error}: {frame}"));
        for place in document.places_of("ClientFrame", &frame) {
            let required = required(&place.schema);
            for field in frame.pointer(&place.pointer).unwrap().as_object().unwrap().keys() {
                let mut less = frame.clone();
                let fields = less.pointer_mut(&place.pointer).unwrap().as_object_mut().unwrap();
                fields.remove(field);
                let is_needed = ClientFrame::decode(&less.to_string()).is_err();
                // A payload that may be empty may also be left out, which old clients of other systems do; the
                // document asks for it.
                let is_asked_for = is_needed || (place.pointer.is_empty() && field == "payload");
                assert_eq!(
                    is_asked_for,
                    required.contains(&field.as_str()),
                    "{field}: {frame}"
                );
                assert_eq!(!validator.is_valid(&less), is_asked_for, "{field}: {frame}");
            }
        }
    }
}

#[test]
fn a_frame_with_anothers_payload_or_without_its_number_does_not_fit() {
    let document = Document::new();
    let validator = document.validator(document.schema("ServerFrame"));
    for frame in [
        json!({"type": "pong", "payload": {"head": 3}}),
        json!({"type": "dance", "payload": {}}),
        json!({"type": "message:deleted", "payload": said()[2]["payload"]}),
    ] {
        assert!(!validator.is_valid(&frame), "{frame}");
    }
}

fn references(value: &Value, found: &mut BTreeSet<String>) {
    match value {
        Value::Object(fields) => {
            if let Some(target) = fields.get("$ref") {
                found.insert(target.as_str().unwrap().to_owned());
                assert_eq!(
                    fields.len(),
                    1,
                    "what stands beside a reference is ignored: {value}"
                );
            }
            fields.values().for_each(|field| references(field, found));
        }
        Value::Array(items) => items.iter().for_each(|item| references(item, found)),
        _ => {}
    }
}

#[test]
fn every_reference_leads_somewhere_and_stands_alone() {
    let document = Document::new();
    let mut found = BTreeSet::new();
    references(&document.0, &mut found);
    for reference in &found {
        let pointer = reference.strip_prefix('#').unwrap();
        assert!(document.0.pointer(pointer).is_some(), "{reference} leads nowhere");
    }
    assert!(found.contains("#/components/schemas/Message"));
}

#[test]
fn a_door_names_every_frame_that_passes_it() {
    let document = Document::new();
    let names = |pointer: &str| {
        let named = document.0.pointer(pointer).unwrap().as_object().unwrap();
        named.keys().cloned().collect::<BTreeSet<_>>()
    };
    let mut all = names("/components/messages");
    assert_eq!(names("/channels/everything/messages"), all);
    assert!(all.remove("ClientUnsubscribe"));
    assert_eq!(names("/channels/conversation/messages"), all);
}

#[test]
fn the_committed_document_is_current() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/asyncapi.json");
    let committed = std::fs::read_to_string(path).unwrap_or_default();
    assert!(
        committed == text(),
        "docs/asyncapi.json is not current: cargo run -p api -- asyncapi > docs/asyncapi.json"
    );
}
