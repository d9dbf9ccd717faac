//! What travels between a client and `serve`: one definition for server, streams and load test.
//!
//! Times are RFC 3339 text in UTC. Unknown fields and frames are to be ignored by clients, so that the server
//! can grow; [`VERSION`] changes only when something that exists changes its meaning.

mod page;

use std::borrow::Cow;

use serde::{Deserialize, Deserializer, Serialize};
use utoipa::ToSchema;

pub use page::{
    Before, Curves, Drift, DriftPoint, DriftedFeatures, FeatureValue, Models, Moved, Reasons, Run, Scores,
    Session, Shadowing, StoredTransaction, Verdict,
};

use crate::domain::{Decision, Thresholds};

/// Version of these messages, sent in [`Frame::Hello`].
pub const VERSION: u32 = 1;

/// Alerts that a hello shows at most: the newest. One that shows as many may leave out older ones.
pub const SNAPSHOT_ALERTS: usize = 200;

/// The answer to `POST /predict` and `POST /predict_map`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Answer<'a> {
    /// The transaction's id: as sent, else made by the server.
    pub id: Cow<'a, str>,
    /// Probability of fraud, 0 to 1.
    pub fraud: f64,
    /// What to do with the payment.
    pub decision: Decision,
    /// The score from which on `decision` is not `approve`.
    pub threshold: f64,
    /// Name of the run that scored.
    pub model: Cow<'a, str>,
    /// Tells it from other models that were trained under the name.
    pub model_version: Cow<'a, str>,
    /// True when it is an alert that is not shown on the map, because its customer or terminal is suppressed.
    #[serde(default, skip_serializing_if = "is_false")]
    pub suppressed: bool,
}

fn is_false(value: &bool) -> bool {
    !value
}

/// The answer to `POST /explain`: base, contributions and rest make the raw score, the logit of `fraud` before any calibration.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Explained<'a> {
    /// What was decided.
    #[serde(flatten)]
    pub answer: Answer<'a>,
    /// The raw score that is expected of any row.
    pub base: f64,
    /// What moved it most, by amount.
    pub contributions: Vec<Contribution>,
    /// The sum of all others.
    pub rest: f64,
}

/// How a feature moves a score.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Contribution {
    /// Its name.
    pub feature: String,
    /// Its value; `null` when it is missing.
    #[schema(required)]
    pub value: Option<f64>,
    /// What it adds to the raw score.
    pub contribution: f64,
    /// What its value means, when it raises the score; else `null`.
    #[schema(required)]
    pub reason: Option<String>,
}

/// A label, as `POST /feedback` takes it: alone, in an array, or one a line.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Label {
    /// The transaction's id: text, or a whole number as some systems have it.
    #[serde(deserialize_with = "text_or_number")]
    pub id: String,
    /// Whether it was a fraud.
    pub fraud: bool,
}

/// Reads an id.
fn text_or_number<'de, D: Deserializer<'de>>(deserializer: D) -> Result<String, D::Error> {
    #[derive(Deserialize)]
    #[serde(untagged, expecting = "an id is text or a whole number")]
    enum Id {
        Text(String),
        Unsigned(u64),
        Signed(i64),
    }
    Ok(match Id::deserialize(deserializer)? {
        Id::Text(text) => text,
        Id::Unsigned(number) => number.to_string(),
        Id::Signed(number) => number.to_string(),
    })
}

/// The answer to a [`Label`].
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Noted {
    /// The transaction's id.
    pub id: String,
    /// What is known of it now.
    pub fraud: bool,
    /// What was known before, when it was labelled before.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub before: Option<bool>,
    /// What was decided, when that is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub decision: Option<Decision>,
}

/// Whose alerts are not shown; its transactions are scored and stored as ever.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Suppressed {
    /// `customer` or `terminal`.
    pub kind: String,
    /// Its id.
    pub id: String,
    /// RFC 3339: from then on they are shown again; absent for never.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub until: Option<String>,
    /// Why, for people.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
}

/// A raw transaction as a client sends it; features come from the server's live state.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct RawTransaction {
    /// Unique id.
    pub id: String,
    /// RFC 3339.
    pub time: String,
    /// Who pays.
    pub customer: String,
    /// Where it is paid.
    pub terminal: String,
    /// How much.
    pub amount: f64,
    /// Degrees north.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub latitude: Option<f64>,
    /// Degrees east.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub longitude: Option<f64>,
}

/// A refused request.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Problem {
    /// For people: what was wrong and what to do.
    pub error: String,
    /// For programs: a stable word such as `missing_field`.
    pub code: String,
    /// The field it is about, when it is about one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub field: Option<String>,
    /// Which row of a batch, counted from 1.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub row: Option<usize>,
}

/// An alert, as it is stored, pushed and shown on the map.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct AlertEvent {
    /// The transaction's id.
    pub id: String,
    /// When the transaction happened, RFC 3339.
    pub time: String,
    /// When it was decided, RFC 3339.
    pub decided: String,
    /// How much; absent when a feature object names no amount.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub amount: Option<f64>,
    /// Probability of fraud, 0 to 1.
    pub score: f64,
    /// `review` or `block`.
    pub decision: Decision,
    /// Name of the run that scored.
    pub model: String,
    /// A line for the marker's tooltip: the city, or the terminal.
    pub title: String,
    /// Degrees north; absent when no place is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub latitude: Option<f64>,
    /// Degrees east; absent when no place is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub longitude: Option<f64>,
    /// ISO 3166 alpha-2 code.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub country: Option<String>,
    /// True when the place was drawn from the table of cities, not known.
    pub simulated: bool,
    /// Where the customer paid last before, when both places are known: degrees north.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub from_latitude: Option<f64>,
    /// Degrees east.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub from_longitude: Option<f64>,
}

/// What the server counts; rates are over the last full second or minute.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Stats {
    /// Transactions scored since start.
    pub transactions: u64,
    /// Alerts since start.
    pub alerts: u64,
    /// Of those, blocked.
    pub blocked: u64,
    /// Transactions scored in the last full second.
    pub transactions_per_second: u64,
    /// Alerts in the last 60 seconds.
    pub alerts_per_minute: u64,
    /// Connected WebSocket clients.
    pub clients: u64,
    /// Median time of a decision in microseconds over the last seconds.
    pub p50_us: u64,
    /// 99th percentile of the same.
    pub p99_us: u64,
    /// Features that have moved away from the validation rows, the score counting as one; absent when nobody can tell.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub drifting: Option<u64>,
}

/// A model that is served.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct ServedModel {
    /// Name of its run.
    pub model: String,
    /// Tells it from other models that were trained under the name.
    pub model_version: String,
    /// `lightgbm`, `mlp` or `blend`.
    pub kind: String,
    /// The limits in force.
    pub thresholds: Thresholds,
    /// Values in a row.
    pub features: usize,
}

/// A message from the server over the WebSocket.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(tag = "type", rename_all = "lowercase")]
pub enum Frame {
    /// The first message: what is served, and the newest alerts, oldest first.
    Hello {
        /// [`VERSION`].
        version: u32,
        /// Name of the run that scores.
        model: String,
        /// Tells it from other models that were trained under the name; empty from servers that did not say it.
        #[serde(default)]
        model_version: String,
        /// The limits in force.
        thresholds: Thresholds,
        /// Newest stored alerts, oldest first.
        alerts: Vec<AlertEvent>,
        /// The counters as they stand.
        stats: Stats,
    },
    /// New alerts, oldest first.
    Alerts {
        /// The alerts.
        events: Vec<AlertEvent>,
        /// How many this client missed because it read too slowly, since the frame before.
        dropped: u64,
    },
    /// The counters, once a second.
    Stats(Stats),
    /// Another model is served from now on.
    Model(ServedModel),
    /// Echo of a client's ping.
    Pong {
        /// As the client sent it.
        t: f64,
    },
    /// A kind that this version does not know; clients pass over it. Never sent.
    #[serde(other)]
    Other,
}

/// A message from a client over the WebSocket.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(tag = "type", rename_all = "lowercase")]
pub enum ClientFrame {
    /// Measures the way there and back.
    Ping {
        /// Anything; comes back in [`Frame::Pong`].
        t: f64,
    },
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn frames_of_a_newer_server_can_be_passed_over() {
        let newer = r#"{"type":"weather","sunny":true}"#;
        assert_eq!(serde_json::from_str::<Frame>(newer).expect("a frame"), Frame::Other);
        let grown = r#"{"type":"pong","t":1.5,"mood":"good"}"#;
        assert_eq!(serde_json::from_str::<Frame>(grown).expect("a frame"), Frame::Pong { t: 1.5 });
    }
}
