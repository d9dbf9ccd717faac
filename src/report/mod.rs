//! A run's page: how good it is, where its limits lie and what they lead to, how it was trained, and on what.
//!
//! What is said comes from the caller, in words and numbers; this module lays it out. One file, nothing from elsewhere, no scripts.

mod curves;
mod tables;

use serde::{Deserialize, Serialize};

use crate::html;
use crate::metrics::Assessment;
use crate::progress::thousands;

/// What a page says.
#[derive(Debug, Clone)]
pub struct Report<'a> {
    /// The run's name.
    pub run: &'a str,
    /// The model and the rows that judge it, in a few words.
    pub subtitle: String,
    /// What these rows can show and what they can't: a sentence each.
    pub caveats: Vec<String>,
    /// Metrics, curves and days of the rows that judge.
    pub assessment: &'a Assessment,
    /// The limits: name, threshold, and how it was chosen.
    pub limits: Vec<Limit>,
    /// How the model, or each part of a blend, learnt; empty when it is not known.
    pub learning: Vec<Learning>,
    /// Features with what they contribute to the model, the greatest first; empty when it is not known.
    pub importances: Vec<(String, f64)>,
    /// What a search tried: number, value, round or epoch, parameters.
    pub trials: Vec<[String; 4]>,
    /// What was trained on what: headings with their facts.
    pub card: Vec<(&'static str, Vec<(String, String)>)>,
}

/// A threshold with a meaning.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Limit {
    /// What reaching it means.
    pub name: String,
    /// The score; `None` when nothing reaches it.
    pub threshold: Option<f64>,
    /// How it was chosen.
    pub chosen: String,
}

/// What each round or epoch of a model came to.
#[derive(Debug, Clone, PartialEq)]
pub struct Learning {
    /// The model.
    pub model: &'static str,
    /// The round or epoch that was kept.
    pub best_iteration: usize,
    /// On each set of rows.
    pub sets: Vec<Followed>,
}

/// A metric over the rounds or epochs.
#[derive(Debug, Clone, PartialEq)]
pub struct Followed {
    /// What it is measured on.
    pub set: String,
    /// Round or epoch, and the metric that chose the best.
    pub metric: Vec<(f64, f64)>,
    /// Round or epoch, and the log loss.
    pub log_loss: Vec<(f64, f64)>,
    /// The metric's name.
    pub name: String,
}

/// The page.
pub fn page(report: &Report<'_>) -> String {
    let sections = [
        html::tiles(&tiles(report.assessment)),
        caveats(&report.caveats),
        tables::decisions(report),
        curves::section(report),
        curves::days(report.assessment),
        tables::metrics(report.assessment),
        tables::gains(report.assessment),
        curves::learning(report),
        tables::importances(&report.importances),
        tables::trials(&report.trials),
        tables::card(&report.card),
    ];
    html::document(report.run, &report.subtitle, &sections)
}

fn tiles(found: &Assessment) -> Vec<(String, String)> {
    let metrics = &found.evaluation;
    let mut tiles = vec![
        (number(metrics.average_precision), "average precision".to_owned()),
        (number(metrics.roc_auc), "ROC AUC".to_owned()),
        (percent(metrics.recall_at_fpr_001), "of the frauds at 1 % false alarms".to_owned()),
    ];
    if let Some(cards) = &found.card_precision {
        tiles.push((percent(cards.mean), format!("card precision at {}", cards.k)));
    }
    tiles.push((percent(metrics.precision), "of the alerts are frauds".to_owned()));
    tiles.push((percent(metrics.recall), "of the frauds raise an alert".to_owned()));
    if let Some(amounts) = &found.amounts {
        tiles.push((percent(amounts.recall), "of the frauds' money is caught".to_owned()));
    }
    let count = |count: usize| thousands(count as u64);
    tiles.push((count(metrics.rows), format!("rows, {} frauds", count(metrics.positives))));
    tiles
}

fn caveats(caveats: &[String]) -> String {
    let items: String = caveats.iter().map(|caveat| format!("<li>{}</li>\n", html::escape(caveat))).collect();
    if items.is_empty() { items } else { format!("<ul class=\"findings\">\n{items}</ul>\n") }
}

/// Four decimals, or a dash where the value is not defined.
fn number(value: f64) -> String {
    if value.is_nan() { "-".into() } else { format!("{value:.4}") }
}

/// One decimal, or a dash where the value is not defined.
fn percent(share: f64) -> String {
    if share.is_nan() { "-".into() } else { format!("{:.1} %", share * 100.0) }
}
