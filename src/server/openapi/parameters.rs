//! What may stand behind the `?` of an address.

use serde_json::{Value, json};

/// A name, and what its value may be.
pub(in crate::server) struct Parameter {
    name: &'static str,
    is_needed: bool,
    /// In words.
    about: &'static str,
    /// As a JSON schema.
    schema: fn() -> Value,
}

/// `GET /alerts`
pub(in crate::server) const SINCE: Parameter = Parameter {
    name: "since",
    is_needed: false,
    about: "The id of an alert: those after it, oldest first; without it the newest",
    schema: || json!({ "type": "string" }),
};

/// `GET /alerts`
pub(in crate::server) const FROM: Parameter = Parameter {
    name: "from",
    is_needed: false,
    about: "RFC 3339: alerts decided then or later",
    schema: || json!({ "type": "string", "format": "date-time" }),
};

/// `GET /alerts`
pub(in crate::server) const TO: Parameter = Parameter {
    name: "to",
    is_needed: false,
    about: "RFC 3339: alerts decided before",
    schema: || json!({ "type": "string", "format": "date-time" }),
};

/// `GET /alerts`
pub(in crate::server) const LIMIT: Parameter = Parameter {
    name: "limit",
    is_needed: false,
    about: "So many alerts at most",
    schema: || json!({ "type": "integer", "minimum": 1, "maximum": 1_000, "default": 100 }),
};

/// `POST /explain`
pub(in crate::server) const TOP: Parameter = Parameter {
    name: "top",
    is_needed: false,
    about: "So many contributions are told one by one, the greatest",
    schema: || json!({ "type": "integer", "minimum": 0, "default": 5 }),
};

/// `POST /predict/batch`
pub(in crate::server) const MAP: Parameter = Parameter {
    name: "map",
    is_needed: false,
    about: "Alerts go to the map",
    schema: || json!({ "type": "boolean", "default": false }),
};

/// `DELETE /suppressions`
pub(in crate::server) const KIND: Parameter = Parameter {
    name: "kind",
    is_needed: true,
    about: "What is suppressed",
    schema: || json!({ "type": "string", "enum": ["customer", "terminal"] }),
};

/// `DELETE /suppressions`
pub(in crate::server) const ID: Parameter =
    Parameter { name: "id", is_needed: true, about: "Its id", schema: || json!({ "type": "string" }) };

impl Parameter {
    pub(super) fn described(&self) -> Value {
        let Self { name, is_needed, about, schema } = self;
        json!({
            "name": name,
            "in": "query",
            "required": is_needed,
            "description": about,
            "schema": schema(),
        })
    }
}
