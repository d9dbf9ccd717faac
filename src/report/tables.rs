//! The tables of the page.

use super::{Report, number, percent};
use crate::html::{escape, table};
use crate::metrics::Assessment;
use crate::progress::thousands;

/// Features that are shown, at most.
const MOST_FEATURES: usize = 30;

fn count(count: usize) -> String {
    thousands(count as u64)
}

/// The limits and what the first of them leads to.
pub(super) fn decisions(report: &Report<'_>) -> String {
    let limits = report.limits.iter().map(|limit| {
        let threshold =
            limit.threshold.map_or_else(|| "nothing reaches it".to_owned(), |value| format!("{value:.6}"));
        [limit.name.clone(), threshold, limit.chosen.clone()]
    });
    let found = &report.assessment.evaluation.confusion;
    let cells = [
        ["genuine".to_owned(), count(found.true_negatives), count(found.false_positives)],
        ["fraud".to_owned(), count(found.false_negatives), count(found.true_positives)],
    ];
    let money = report.assessment.amounts.as_ref().map_or_else(String::new, |amounts| {
        format!(
            "<p>Alerts are about {:.2} of money, of which {:.2} is fraud: {} of all that was stolen.</p>\n",
            amounts.alerts,
            amounts.caught,
            percent(amounts.recall)
        )
    });
    format!(
        "<h2>Decisions</h2>\n<div class=\"two\"><div>{}</div>\n<div>{}</div></div>\n{money}",
        table(&["limit", "score", "chosen on validation rows by"], limits),
        table(&["", "passed", "alerted"], cells)
    )
}

/// Every metric with its interval.
pub(super) fn metrics(found: &Assessment) -> String {
    let values = serde_json::to_value(found).expect("metrics are plain numbers");
    let skipped = ["rows", "positives", "threshold"];
    let fields = values.as_object().expect("an assessment is an object");
    let rows =
        fields.iter().filter(|(name, _)| !skipped.contains(&name.as_str())).filter_map(|(name, value)| {
            // What is not defined is null; tables, days and curves are no numbers.
            let value = if value.is_null() { f64::NAN } else { value.as_f64()? };
            let interval = &values["intervals"][name];
            let bounds = [&interval[0], &interval[1]].map(serde_json::Value::as_f64);
            let interval = match bounds {
                [Some(low), Some(high)] => format!("{low:.4} to {high:.4}"),
                _ => String::new(),
            };
            Some([name.replace('_', " "), number(value), interval])
        });
    format!("<h2>Metrics</h2>\n{}", table(&["metric", "value", "95 % interval (bootstrap)"], rows))
}

/// What the rows with the highest scores hold.
pub(super) fn gains(found: &Assessment) -> String {
    let rows = found.gains.iter().map(|gain| {
        [
            percent(gain.share),
            count(gain.rows),
            format!("{:.1}", gain.frauds),
            percent(gain.precision),
            percent(gain.recall),
            format!("{:.1}", gain.lift),
        ]
    });
    let head = ["highest scores", "rows", "frauds", "precision", "recall", "lift"];
    format!("<h2>Gains</h2>\n{}", table(&head, rows))
}

/// What each feature contributes to the model.
pub(super) fn importances(importances: &[(String, f64)]) -> String {
    let all: f64 = importances.iter().map(|(_, gain)| gain).sum();
    if all <= 0.0 {
        return String::new();
    }
    let rows = importances.iter().take(MOST_FEATURES).map(|(name, gain)| [name.clone(), percent(gain / all)]);
    format!(
        "<h2>Features</h2>\n<p class=\"soft\">Share of the gain of all splits. It says what the trees looked at, not why a \
         transaction was stopped: that is what explain says.</p>\n<div class=\"narrow\">{}</div>\n",
        table(&["feature", "gain"], rows)
    )
}

/// What a search tried.
pub(super) fn trials(trials: &[[String; 4]]) -> String {
    if trials.is_empty() {
        return String::new();
    }
    let head = ["trial", "value", "best at", "parameters"];
    format!("<h2>Search</h2>\n{}", table(&head, trials))
}

/// What was trained on what.
pub(super) fn card(card: &[(&'static str, Vec<(String, String)>)]) -> String {
    let fact = |(name, value): &(String, String)| {
        format!("<tr><td>{}</td><td class=\"words\">{}</td></tr>\n", escape(name), escape(value))
    };
    let part = |(heading, facts): &(&'static str, Vec<(String, String)>)| {
        let facts: String = facts.iter().map(fact).collect();
        format!(
            "<h3>{heading}</h3>\n<div class=\"scroll\"><table class=\"card-of-model\"><tbody>\n{facts}</tbody></table></div>\n"
        )
    };
    format!("<h2>Model card</h2>\n{}", card.iter().map(part).collect::<String>())
}
