//! What the Fraud Detection Handbook publishes for its own data: facts to stand beside a backtest of the same rows.
//!
//! Source: Le Borgne et al., chapters 3 (single split), 5 and 7 (prequential, parameters chosen on validation folds).

use serde::Serialize;

/// A row of the book.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Published {
    /// The model.
    pub model: &'static str,
    /// Area under the ROC curve.
    pub roc_auc: f64,
    /// Average precision.
    pub average_precision: f64,
    /// Card precision at 100.
    pub card_precision_at_100: f64,
}

const fn row(
    model: &'static str,
    roc_auc: f64,
    average_precision: f64,
    card_precision_at_100: f64,
) -> Published {
    Published { model, roc_auc, average_precision, card_precision_at_100 }
}

/// Chapter 3.
pub const SINGLE: [Published; 5] = [
    row("logistic regression", 0.871, 0.606, 0.291),
    row("decision tree, depth 2", 0.763, 0.496, 0.241),
    row("decision tree, unlimited", 0.788, 0.309, 0.243),
    row("random forest", 0.867, 0.658, 0.287),
    row("XGBoost", 0.862, 0.639, 0.273),
];

/// Chapters 5 and 7.
pub const PREQUENTIAL: [Published; 8] = [
    row("decision tree", 0.797, 0.579, 0.284),
    row("logistic regression", 0.868, 0.623, 0.297),
    row("random forest", 0.870, 0.678, 0.299),
    row("XGBoost", 0.869, 0.687, 0.303),
    row("MLP", 0.876, 0.675, 0.303),
    row("CNN", 0.872, 0.599, 0.288),
    row("LSTM", 0.876, 0.665, 0.297),
    row("LSTM with attention", 0.874, 0.667, 0.295),
];
