//! What people ask for who look at the map: a stored transaction, today's scores, drift, runs.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa::openapi::schema::{Array, ArrayBuilder, ObjectBuilder, Type};

use super::{Contribution, ServedModel};
use crate::domain::{Decision, Thresholds};

/// What moved a score: base, contributions and rest make the raw score, the logit of the score before any calibration.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Reasons {
    /// The raw score that is expected of any row.
    pub base: f64,
    /// What moved it most, by amount.
    pub contributions: Vec<Contribution>,
    /// The sum of all others.
    pub rest: f64,
}

/// One value of a row.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct FeatureValue {
    /// Name of the feature.
    pub feature: String,
    /// Its value; `null` when it is missing.
    #[schema(required)]
    pub value: Option<f64>,
}

/// What became known of a transaction.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Verdict {
    /// Whether it was a fraud.
    pub fraud: bool,
    /// When it was told, RFC 3339; `null` when a loaded file says it.
    #[schema(required)]
    pub told: Option<String>,
}

/// A transaction of the same customer.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Before {
    /// Its id.
    pub id: String,
    /// When it happened, RFC 3339.
    pub time: String,
    /// How much.
    pub amount: f64,
    /// Where it was paid.
    pub terminal: String,
    /// Degrees north; absent when no place is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub latitude: Option<f64>,
    /// Degrees east; absent when no place is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub longitude: Option<f64>,
    /// Probability of fraud; absent when it was loaded and not decided.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub score: Option<f64>,
    /// What was decided.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub decision: Option<Decision>,
    /// Whether it was a fraud; absent while nobody knows.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub fraud: Option<bool>,
}

/// The answer to `GET /transactions/{id}`: a decision as it is stored.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct StoredTransaction {
    /// Its id.
    pub id: String,
    /// When it happened, RFC 3339.
    pub time: String,
    /// When it was decided, RFC 3339.
    pub decided: String,
    /// Who paid, when a raw transaction was scored.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub customer: Option<String>,
    /// Where it was paid, when a raw transaction was scored.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub terminal: Option<String>,
    /// How much; absent when a feature object names no amount.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub amount: Option<f64>,
    /// Probability of fraud, 0 to 1.
    pub score: f64,
    /// What was decided.
    pub decision: Decision,
    /// The score from which on `decision` was not `approve`.
    pub threshold: f64,
    /// Name of the run that scored.
    pub model: String,
    /// Tells it from other models that were trained under the name.
    pub model_version: String,
    /// A line for people: the city, or the terminal; empty for what was no alert.
    pub title: String,
    /// ISO 3166 alpha-2 code.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub country: Option<String>,
    /// Degrees north; absent when no place is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub latitude: Option<f64>,
    /// Degrees east; absent when no place is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub longitude: Option<f64>,
    /// True when the place was drawn from the table of cities, not known.
    pub simulated: bool,
    /// True when it is an alert that is not shown, because its customer or terminal was suppressed.
    pub suppressed: bool,
    /// What was scored, in the order of the model's features.
    pub features: Vec<FeatureValue>,
    /// What was said for inputs that are words, by their names.
    #[schema(value_type = Object)]
    pub words: serde_json::Map<String, serde_json::Value>,
    /// What became known of it; absent while nobody knows.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub label: Option<Verdict>,
    /// What moved its score; absent when nobody can tell any more, or the token may not ask.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reasons: Option<Reasons>,
    /// Why there are no reasons.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub unexplained: Option<String>,
    /// Other transactions of the same customer, the newest first: up to 40 before it and 10 after.
    pub history: Vec<Before>,
}

/// The answer to `GET /scores`: how the scores of the served model are distributed since midnight UTC.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Scores {
    /// Name of the run.
    pub model: String,
    /// Tells it from other models that were trained under the name.
    pub model_version: String,
    /// RFC 3339: midnight, or later when nobody knows what was before.
    pub since: String,
    /// The limits in force.
    pub thresholds: Thresholds,
    /// Decisions by score: 1,000 bins of equal width from 0 to 1; the last one holds 1 too.
    pub bins: Vec<u64>,
}

/// How far a feature has moved.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Moved {
    /// Its name; `score` for the score.
    pub feature: String,
    /// Its population stability index.
    pub index: f64,
    /// Above this it has moved.
    pub limit: f64,
}

/// Drift at one moment.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct DriftPoint {
    /// RFC 3339.
    pub time: String,
    /// Rows that were compared.
    pub rows: u64,
    /// The score's index.
    pub score: f64,
    /// Features above their limit, the score counting as one.
    pub moved: u64,
    /// The greatest index of a feature.
    pub greatest: f64,
}

/// The answer to `GET /drift`, of the served model.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Drift {
    /// Name of the run.
    pub model: String,
    /// Tells it from other models that were trained under the name.
    pub model_version: String,
    /// Once a minute while something was scored, the last day of it at most, oldest first.
    pub points: Vec<DriftPoint>,
    /// As they stand now, those that moved most first; empty when the run does not tell what rows are to be compared to.
    pub features: Vec<Moved>,
}

/// One of the answer to `GET /runs`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Run {
    /// Its name.
    pub name: String,
    /// Tells it from other models that were trained under the name.
    pub version: String,
    /// `lightgbm`, `mlp` or `blend`.
    pub kind: String,
    /// `serving`, `previous` or `shadow`; absent when it is none of them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub role: Option<String>,
    /// Its own limits.
    pub thresholds: Thresholds,
    /// Of the validation rows.
    pub metrics: BTreeMap<String, f64>,
}

/// The answer to `GET /runs/{name}/curves`, of the validation rows.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Curves {
    /// Name of the run.
    pub name: String,
    /// Recall and precision.
    #[schema(schema_with = pairs)]
    pub precision_recall: Vec<[f64; 2]>,
    /// False positive rate and true positive rate.
    #[schema(schema_with = pairs)]
    pub roc: Vec<[f64; 2]>,
    /// Share of all rows, those of the highest scores first, and recall.
    #[schema(schema_with = pairs)]
    pub gains: Vec<[f64; 2]>,
}

/// Two numbers each.
fn pairs() -> Array {
    let number = ObjectBuilder::new().schema_type(Type::Number);
    let pair = ArrayBuilder::new().items(number).min_items(Some(2)).max_items(Some(2));
    ArrayBuilder::new().items(pair).build()
}

/// The answer to `GET /models`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Models {
    /// What decides.
    pub serving: ServedModel,
    /// What decided before.
    #[schema(required)]
    pub previous: Option<ServedModel>,
    /// What scores along.
    #[schema(required)]
    pub shadow: Option<Shadowing>,
    /// What has moved away from the validation rows; `null` when nobody can tell.
    #[schema(required)]
    pub drift: Option<DriftedFeatures>,
}

/// Which features have moved.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct DriftedFeatures {
    /// Rows that were compared.
    pub rows: u64,
    /// Names of those above their limit.
    pub features: Vec<String>,
    /// Whether the score has moved.
    pub score: bool,
}

/// A model that scores along.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Shadowing {
    /// The model.
    pub serving: ServedModel,
    /// Share of the rows that it scores, 0 to 1.
    pub share: f64,
    /// Rows that it has scored.
    pub compared: u64,
    /// Of those, decided alike.
    pub agreed: u64,
}

/// The answer to `GET /session`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Session {
    /// What this browser may do: `read`, `predict`, `explain`, `feedback`, `admin`.
    pub scopes: Vec<String>,
}
