//! From the frames' types to one schema for each frame.

use std::collections::BTreeMap;

use serde::Serialize;
use serde_json::{Map, Value, json};
use utoipa::ToSchema;

use super::{ClientFrame, ServerFrame, examples, reference};
use crate::frames::Numbering;

const SCHEMAS: &str = "#/components/schemas";

/// All that JSON has. Said, where anything may stand: generators take silence for an object.
const ANYTHING: [&str; 6] = ["array", "boolean", "null", "number", "object", "string"];

/// One frame of one direction.
pub(super) struct Frame {
    /// What `type` says.
    pub(super) kind: String,
    /// Its name in the document: the direction and the kind in one word.
    pub(super) name: String,
    summary: String,
    schema: Value,
    example: Value,
}

impl Frame {
    /// The frame as a message of a channel.
    pub(super) fn message(&self) -> Value {
        json!({
            "name": self.kind,
            "title": self.name,
            "summary": self.summary,
            "contentType": "application/json",
            "payload": reference(SCHEMAS, &self.name),
            "examples": [{ "payload": self.example }],
        })
    }
}

/// What the server says, by the order of the type.
pub(super) fn of_server() -> Vec<Frame> {
    let examples = examples::server();
    let mut frames = Vec::new();
    for variant in variants::<ServerFrame>() {
        let kind = kind_of(&variant);
        let example = examples.iter().find(|example| says(&example.0, &kind));
        let numbering = example.map_or(Numbering::Never, |(frame, _)| frame.numbering());
        let example = example.map(|(frame, seq)| {
            let mut example = said(frame);
            if let Some(seq) = seq {
                example["seq"] = said(seq);
            }
            example
        });
        let mut frame = frame("Server", kind, variant, example);
        number(&mut frame.schema, numbering);
        frames.push(frame);
    }
    frames
}

/// What a client says, by the order of the type.
pub(super) fn of_client() -> Vec<Frame> {
    let examples = examples::client();
    let mut frames = Vec::new();
    for variant in variants::<ClientFrame>() {
        let kind = kind_of(&variant);
        let example = examples.iter().find(|example| says(*example, &kind));
        let mut frame = frame("Client", kind, variant, example.map(said));
        frame.schema["properties"]["ref"] = json!({
            "type": ANYTHING,
            "description": "The client's own mark for this frame: an `error` about it repeats it.",
        });
        frames.push(frame);
    }
    frames
}

/// All that is below `components.schemas`: the frames, the two unions, and what they are made of.
pub(super) fn schemas(server: &[Frame], client: &[Frame]) -> Value {
    let mut parts = Vec::new();
    ServerFrame::schemas(&mut parts);
    ClientFrame::schemas(&mut parts);
    let parts: BTreeMap<_, _> = parts.into_iter().collect();
    let mut schemas = Map::new();
    for (name, schema) in parts {
        let mut schema = said(&schema);
        plain(&mut schema);
        schemas.insert(name, schema);
    }
    for frame in server.iter().chain(client) {
        schemas.insert(frame.name.clone(), frame.schema.clone());
    }
    schemas.insert("ServerFrame".into(), union("What the server says.", server));
    schemas.insert("ClientFrame".into(), union("What a client says.", client));
    Value::Object(schemas)
}

fn union(description: &str, frames: &[Frame]) -> Value {
    let frames = frames.iter().map(|frame| reference(SCHEMAS, &frame.name));
    json!({ "description": description, "oneOf": frames.collect::<Vec<_>>() })
}

/// Anything of this crate as JSON. None of it has a map key that is not text, so this cannot fail.
fn said(thing: &impl Serialize) -> Value {
    serde_json::to_value(thing).unwrap_or_default()
}

fn variants<T: ToSchema>() -> Vec<Value> {
    match said(&T::schema())["oneOf"].take() {
        Value::Array(variants) => variants,
        _ => Vec::new(),
    }
}

fn kind_of(variant: &Value) -> String {
    let kind = &variant["properties"]["type"]["enum"][0];
    kind.as_str().unwrap_or_default().to_owned()
}

fn says(frame: &impl Serialize, kind: &str) -> bool {
    said(frame)["type"] == kind
}

fn frame(side: &str, kind: String, mut schema: Value, example: Option<Value>) -> Frame {
    plain(&mut schema);
    let words = kind.split(':').map(|word| {
        let (first, rest) = word.split_at(word.len().min(1));
        first.to_uppercase() + rest
    });
    Frame {
        name: words.fold(side.to_owned(), |name, word| name + &word),
        summary: schema["description"].as_str().unwrap_or_default().to_owned(),
        kind,
        schema,
        example: example.unwrap_or_default(),
    }
}

fn number(schema: &mut Value, numbering: Numbering) {
    if numbering == Numbering::Never {
        return;
    }
    schema["properties"]["seq"] = reference(SCHEMAS, "Seq");
    if let (Numbering::Always, Value::Array(required)) = (numbering, &mut schema["required"]) {
        required.push("seq".into());
    }
}

/// As JSON Schema's older drafts, which AsyncAPI and the generators of types follow, would say the same: a choice of
/// one word is a `const`, and a reference stands alone, for what stands beside it is ignored there. A description of
/// it goes one up.
fn plain(schema: &mut Value) {
    match schema {
        Value::Object(fields) => {
            if let Some(word) = only_word(fields) {
                fields.remove("enum");
                fields.insert("const".into(), word);
            }
            if let Some(description) = of_a_reference_or_null(fields) {
                fields.insert("description".into(), description);
            }
            if fields.len() == 1 && fields.get("description").is_some_and(Value::is_string) {
                fields.insert("type".into(), json!(ANYTHING));
            }
            if fields.len() > 1
                && let Some(target) = fields.remove("$ref")
            {
                fields.insert("allOf".into(), json!([{ "$ref": target }]));
            }
            fields.values_mut().for_each(plain);
        }
        Value::Array(items) => items.iter_mut().for_each(plain),
        _ => {}
    }
}

/// Takes the description out of `{"oneOf": [{"$ref", "description"}, {"type": "null"}]}`.
fn of_a_reference_or_null(fields: &mut Map<String, Value>) -> Option<Value> {
    match fields.get_mut("oneOf")?.as_array_mut()?.as_mut_slice() {
        [Value::Object(reference), null] if null["type"] == "null" && reference.contains_key("$ref") => {
            reference.remove("description")
        }
        _ => None,
    }
}

fn only_word(fields: &Map<String, Value>) -> Option<Value> {
    match fields.get("enum")?.as_array()?.as_slice() {
        [word @ Value::String(_)] => Some(word.clone()),
        _ => None,
    }
}
