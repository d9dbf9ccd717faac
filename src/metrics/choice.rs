//! Thresholds chosen by a rule on rows that the model did not learn from.

use std::collections::HashSet;

use serde::{Deserialize, Serialize};

use super::amounts::{amounts_at, caught_amounts};
use super::ranking::Point;
use super::threshold::{lowest_with_precision, max_f1};
use super::{Confusion, KnownRows, MetricsError, Ranking, ThresholdRule, check, share};
use crate::domain::Thresholds;

/// No threshold can be chosen.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum ChoiceError {
    /// The rows cannot be measured.
    #[error(transparent)]
    Metrics(#[from] MetricsError),
    /// A budget a day, without days.
    #[error("{rule}: alerts a day cannot be counted, because the rows have no time")]
    NoTimes {
        /// The rule.
        rule: String,
    },
    /// A cost in money, without amounts.
    #[error("{rule}: what a missed fraud costs is not known, because the rows have no amount")]
    NoAmounts {
        /// The rule.
        rule: String,
    },
}

/// A threshold and why it is that one.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Choice {
    /// As [`ThresholdRule::parse`] reads it.
    pub rule: String,
    /// What `value` is the value of.
    pub metric: String,
    /// Its value with the threshold in force, on the rows it was chosen on; `None` where it is not defined.
    pub value: Option<f64>,
    /// False when no threshold that alerts to any row does what the rule says.
    pub met: bool,
}

/// How a run's two thresholds were chosen.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ChosenThresholds {
    /// Rows they were chosen on.
    pub rows: usize,
    /// Frauds among them.
    pub positives: usize,
    /// The review threshold. One whose rule cannot be met lies just above the highest score.
    pub review: Choice,
    /// The block threshold, where one was asked for; one whose rule cannot be met blocks nothing.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub block: Option<Choice>,
}

/// Chooses both thresholds; that for blocking is never below that for reviewing.
///
/// # Errors
/// [`ChoiceError`] when the rows lack what a rule needs or cannot be measured.
pub fn choose_thresholds(
    review: ThresholdRule,
    block: Option<ThresholdRule>,
    rows: &KnownRows<'_>,
) -> Result<(Thresholds, ChosenThresholds), ChoiceError> {
    rows.check_rule(review)?;
    block.map_or(Ok(()), |block| rows.check_rule(block))?;
    let ranking = Ranking::new(rows.labels, rows.scores)?;
    let (found, met) = match threshold(review, rows, &ranking, f64::NEG_INFINITY) {
        Some(found) => (found, true),
        None => (ranking.points()[0].threshold.next_up(), false),
    };
    // Among the thresholds that review leaves, so that what is blocked does what its own rule says.
    let blocking = block.map(|rule| (rule, threshold(rule, rows, &ranking, found)));
    let thresholds = Thresholds { review: found, block: blocking.and_then(|(_, threshold)| threshold) };
    let choice = |rule: ThresholdRule, threshold: Option<f64>, met| -> Result<Choice, ChoiceError> {
        let value = threshold.map(|threshold| rows.value(rule, threshold)).transpose()?;
        let value = value.filter(|value| value.is_finite());
        Ok(Choice { rule: rule.to_string(), metric: rule.metric().to_owned(), value, met })
    };
    let chosen = ChosenThresholds {
        rows: ranking.rows(),
        positives: ranking.positives(),
        review: choice(review, Some(found), met)?,
        block: blocking.map(|(rule, threshold)| choice(rule, threshold, threshold.is_some())).transpose()?,
    };
    Ok((thresholds, chosen))
}

/// The threshold from `least` on that the rule asks for; `None` when it asks for no alert at all, or for what none of these
/// does.
fn threshold(rule: ThresholdRule, rows: &KnownRows<'_>, ranking: &Ranking, least: f64) -> Option<f64> {
    let points = ranking.points();
    let points = &points[..points.partition_point(|point| point.threshold >= least)];
    let alerts = |point: &Point| point.true_positives + point.false_positives;
    // A share of the rows or of the genuine ones grows as the threshold falls: the last point within a limit.
    let last_within = |value: &dyn Fn(&Point) -> f64, limit: f64| {
        points
            .partition_point(|point| value(point) <= limit)
            .checked_sub(1)
            .map(|last| points[last].threshold)
    };
    match rule {
        ThresholdRule::Value(threshold) => Some(threshold.max(least)),
        ThresholdRule::F1 => max_f1(points, ranking.positives()),
        ThresholdRule::Precision(least) => lowest_with_precision(points, least),
        ThresholdRule::Recall(least) => points
            .iter()
            .find(|point| share(point.true_positives, ranking.positives()) >= least)
            .map(|point| point.threshold),
        ThresholdRule::FalsePositiveRate(most) => {
            last_within(&|point| share(point.false_positives, ranking.negatives()), most)
        }
        ThresholdRule::AlertPercent(most) => {
            last_within(&|point| share(alerts(point), ranking.rows()), most / 100.0)
        }
        ThresholdRule::AlertsPerDay(most) => {
            let days = rows.distinct_days();
            last_within(&|point| share(alerts(point), days), most)
        }
        ThresholdRule::Cost { missed, false_alert } => {
            cheapest(points, ranking.positives() as f64 * missed, |_, point| {
                let misses = ranking.positives() - point.true_positives;
                misses as f64 * missed + point.false_positives as f64 * false_alert
            })
        }
        ThresholdRule::Amount { alert } => {
            let caught = caught_amounts(ranking, rows.labels, rows.scores, rows.amounts?);
            let all = caught.last().copied().unwrap_or_default();
            cheapest(points, all, |place, point| all - caught[place] + alerts(point) as f64 * alert)
        }
    }
}

/// The point with the least cost, of equal ones the highest; `None` when no alert at all costs no more.
fn cheapest(points: &[Point], without_alerts: f64, cost: impl Fn(usize, &Point) -> f64) -> Option<f64> {
    let mut least = (without_alerts, None);
    for (place, point) in points.iter().enumerate() {
        let cost = cost(place, point);
        if cost < least.0 {
            least = (cost, Some(point.threshold));
        }
    }
    least.1
}

impl KnownRows<'_> {
    /// Says whether the rows have what a rule needs; asked before long work.
    ///
    /// # Errors
    /// [`ChoiceError::NoTimes`] and [`ChoiceError::NoAmounts`]; [`ChoiceError::Metrics`] for different lengths.
    pub fn check_rule(&self, rule: ThresholdRule) -> Result<(), ChoiceError> {
        self.check_lengths()?;
        match rule {
            ThresholdRule::AlertsPerDay(_) if self.days.is_none() => {
                Err(ChoiceError::NoTimes { rule: rule.to_string() })
            }
            ThresholdRule::Amount { .. } if self.amounts.is_none() => {
                Err(ChoiceError::NoAmounts { rule: rule.to_string() })
            }
            _ => Ok(()),
        }
    }

    fn distinct_days(&self) -> usize {
        self.days.unwrap_or_default().iter().collect::<HashSet<_>>().len()
    }

    /// What [`ThresholdRule::metric`] is with this threshold.
    fn value(&self, rule: ThresholdRule, threshold: f64) -> Result<f64, MetricsError> {
        check(self.labels, self.scores)?;
        let found = Confusion::at(self.labels, self.scores, threshold)?;
        let alerts = found.true_positives + found.false_positives;
        Ok(match rule {
            ThresholdRule::F1 => found.f1(),
            ThresholdRule::Precision(_) => found.precision(),
            ThresholdRule::Recall(_) => found.recall(),
            ThresholdRule::FalsePositiveRate(_) => found.false_positive_rate(),
            ThresholdRule::AlertsPerDay(_) => share(alerts, self.distinct_days()),
            ThresholdRule::AlertPercent(_) => share(alerts, found.rows()),
            ThresholdRule::Cost { missed, false_alert } => {
                found.false_negatives as f64 * missed + found.false_positives as f64 * false_alert
            }
            ThresholdRule::Amount { alert } => {
                let amounts =
                    amounts_at(self.labels, self.scores, self.amounts.unwrap_or_default(), threshold)?;
                amounts.frauds - amounts.caught + alerts as f64 * alert
            }
            ThresholdRule::Value(threshold) => threshold,
        })
    }
}
