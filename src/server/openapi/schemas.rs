//! The schemas of the description: those of the wire, and what the served model takes.

use serde_json::{Map, Value, json};
use utoipa::ToSchema;

use super::reference;
use crate::cards;
use crate::engine::input::Fields;
use crate::features::encoding::Encoding;
use crate::wire;

/// Words of a category that are told: it may have thousands.
const MOST_EXAMPLES: usize = 20;

/// All that the table of routes names, and what those need.
pub(super) fn schemas(fields: &Fields) -> Map<String, Value> {
    let mut all = Vec::new();
    add::<wire::Answer<'_>>(&mut all);
    add::<wire::Explained<'_>>(&mut all);
    add::<wire::Label>(&mut all);
    add::<wire::Noted>(&mut all);
    add::<wire::Suppressed>(&mut all);
    add::<wire::Problem>(&mut all);
    add::<wire::AlertEvent>(&mut all);
    add::<wire::Frame>(&mut all);
    add::<wire::ClientFrame>(&mut all);
    add::<wire::StoredTransaction>(&mut all);
    add::<wire::Scores>(&mut all);
    add::<wire::Drift>(&mut all);
    add::<wire::Run>(&mut all);
    add::<wire::Curves>(&mut all);
    add::<wire::Models>(&mut all);
    add::<wire::Session>(&mut all);
    let mut schemas: Map<String, Value> = all.into_iter().collect();
    let array = |name: &str| json!({ "type": "array", "items": reference(name) });
    let either = |one: Value, other: Value| json!({ "oneOf": [one, other] });
    let composed = [
        ("Transaction", transaction(fields)),
        ("Transactions", array("Transaction")),
        ("AnswerOrProblem", either(reference("Answer"), reference("Problem"))),
        ("Answers", array("AnswerOrProblem")),
        ("Labels", either(reference("Label"), array("Label"))),
        ("NotedOrProblem", either(reference("Noted"), reference("Problem"))),
        ("NotedLabels", either(reference("Noted"), array("NotedOrProblem"))),
        ("Suppressions", array("Suppressed")),
        ("Alerts", array("AlertEvent")),
        ("Runs", array("Run")),
        ("Any", json!({ "type": "object" })),
        ("Reload", reload()),
        (
            "Tensors",
            json!({ "type": "object", "required": ["inputs"], "description": "Open Inference Protocol, version 2" }),
        ),
    ];
    schemas.extend(composed.map(|(name, schema)| (name.to_owned(), schema)));
    schemas
}

fn add<T: ToSchema>(all: &mut Vec<(String, Value)>) {
    let mut needed = vec![(T::name().into_owned(), T::schema())];
    T::schemas(&mut needed);
    let value = |schema| serde_json::to_value(schema).expect("a schema is JSON");
    all.extend(needed.into_iter().map(|(name, schema)| (name, value(schema))));
}

fn reload() -> Value {
    json!({ "type": "object", "properties": {
        "run": { "type": "string", "description": "Name of a run; without it the one that the server was started with" },
        "roll_back": { "type": "boolean", "description": "Serve the model again that was served before" },
    }})
}

/// What the served model takes.
fn transaction(fields: &Fields) -> Value {
    let inputs = fields.encoder().inputs();
    let mut row: Map<String, Value> =
        inputs.iter().map(|input| (input.name.clone(), cell(&input.encoding))).collect();
    let required: Vec<&String> = inputs.iter().map(|input| &input.name).collect();
    let features = json!({ "type": "object", "required": required, "title": "A row of features, by name" });
    let about = json!({
        "id": { "type": ["string", "integer"], "description": "Unique; without it the server makes one" },
        "time": { "type": ["string", "number"], "description": "RFC 3339, or seconds since 1970; without it now" },
        "customer": { "type": ["string", "integer"], "description": "Who pays" },
        "terminal": { "type": ["string", "integer"], "description": "Where it is paid" },
        "amount": { "type": "number" },
        "currency": { "type": "string", "description": "ISO 4217" },
        "latitude": { "type": "number", "minimum": -90, "maximum": 90 },
        "longitude": { "type": "number", "minimum": -180, "maximum": 180 },
    });
    for (name, schema) in about.as_object().into_iter().flatten() {
        row.entry(name.clone()).or_insert_with(|| schema.clone());
    }
    let mut forms = vec![features];
    if fields.takes_transactions() {
        let needed = ["customer", "terminal", "amount"];
        forms.push(json!({ "type": "object", "required": needed, "title": "A raw transaction; its features are made live" }));
    }
    json!({ "type": "object", "properties": row, "additionalProperties": false, "anyOf": forms })
}

/// What a value of a column may be.
fn cell(encoding: &Encoding) -> Value {
    match encoding {
        Encoding::Number => json!({ "type": ["number", "null"] }),
        Encoding::Boolean => json!({ "type": ["boolean", "number", "string", "null"] }),
        Encoding::Category(words) => {
            json!({ "type": ["string", "number", "null"], "examples": examples(words) })
        }
        _ => json!({ "type": ["string", "number", "null"] }),
    }
}

/// Some of a category's words. Everybody may read them, so there is none that holds a card number: the file that the model has learnt
/// from may have had some.
fn examples(words: &[String]) -> Vec<&String> {
    words.iter().filter(|word| !cards::is_found_in(word)).take(MOST_EXAMPLES).collect()
}
