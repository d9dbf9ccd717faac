//! What is computed when somebody looks: drift of the served model, and how a shadow compares.

use std::fmt;
use std::sync::Arc;

use prometheus_client::collector::Collector;
use prometheus_client::encoding::{DescriptorEncoder, EncodeMetric};
use prometheus_client::metrics::counter::ConstCounter;
use prometheus_client::metrics::gauge::ConstGauge;

use crate::domain::Decision;
use crate::engine::{Engine, Model, Shadow};

/// Asks the engine.
pub(super) struct Observed {
    pub(super) engine: Arc<Engine>,
    pub(super) shadow: Option<Arc<Shadow>>,
}

impl fmt::Debug for Observed {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("Observed")
    }
}

impl Collector for Observed {
    fn encode(&self, mut encoder: DescriptorEncoder<'_>) -> fmt::Result {
        drift(&mut encoder, &self.engine.model())?;
        match &self.shadow {
            Some(shadow) => comparison(&mut encoder, shadow),
            None => Ok(()),
        }
    }
}

/// A gauge of several values, each with its labels.
fn gauges<'a>(
    encoder: &mut DescriptorEncoder<'_>,
    name: &str,
    help: &str,
    values: impl Iterator<Item = (Vec<(&'static str, &'a str)>, f64)>,
) -> fmt::Result {
    let gauge = ConstGauge::new(0.0);
    let mut family = encoder.encode_descriptor(name, help, None, gauge.metric_type())?;
    for (labels, value) in values {
        ConstGauge::new(value).encode(family.encode_family(&labels)?)?;
    }
    Ok(())
}

fn counters<'a>(
    encoder: &mut DescriptorEncoder<'_>,
    name: &str,
    help: &str,
    values: impl Iterator<Item = (Vec<(&'static str, &'a str)>, f64)>,
) -> fmt::Result {
    let counter = ConstCounter::new(0.0);
    let mut family = encoder.encode_descriptor(name, help, None, counter.metric_type())?;
    for (labels, value) in values {
        ConstCounter::new(value).encode(family.encode_family(&labels)?)?;
    }
    Ok(())
}

fn drift(encoder: &mut DescriptorEncoder<'_>, model: &Model) -> fmt::Result {
    let Some(drift) = model.drift() else { return Ok(()) };
    let own = || vec![("model", model.name.as_str()), ("version", model.version.as_str())];
    let labelled = |feature: &'static str, name| {
        let mut labels = own();
        labels.push((feature, name));
        labels
    };
    let features = || model.features().iter().map(String::as_str).zip(&drift.features);
    let indices = features().map(|(name, shift)| (labelled("feature", name), shift.index));
    let help =
        "Population stability index of a feature: the newest 5,000 to 10,000 rows beside the validation rows";
    gauges(encoder, "feature_drift", help, indices)?;
    let limits = features().map(|(name, shift)| (labelled("feature", name), shift.limit));
    let help = "What the index of a feature stays below while nothing has changed, so many rows considered";
    gauges(encoder, "feature_drift_limit", help, limits)?;
    let moved = drift.features.iter().filter(|shift| shift.is_drift()).count();
    let one = |value: f64| std::iter::once((own(), value));
    gauges(encoder, "drifted_features", "Features whose index is above its limit", one(moved as f64))?;
    gauges(encoder, "score_drift", "Population stability index of the score", one(drift.score.index))?;
    gauges(encoder, "score_drift_limit", "What it stays below", one(drift.score.limit))?;
    gauges(encoder, "drift_rows", "Rows that were compared", one(drift.rows as f64))
}

fn comparison(encoder: &mut DescriptorEncoder<'_>, shadow: &Shadow) -> fmt::Result {
    let (model, seen) = (shadow.model(), shadow.comparison());
    let own = || vec![("shadow", model.name.as_str()), ("version", model.version.as_str())];
    let pairs = Decision::ALL.into_iter().flat_map(|served| Decision::ALL.map(|shadow| (served, shadow)));
    let decisions = pairs.map(|(served, shadow)| {
        let mut labels = own();
        labels.extend([("served_decision", served.as_str()), ("shadow_decision", shadow.as_str())]);
        (labels, seen.decisions[served as usize][shadow as usize] as f64)
    });
    counters(encoder, "shadow_decisions", "Rows that the shadow scored too, by both decisions", decisions)?;
    let one = |value: f64| std::iter::once((own(), value));
    let help = "Sum of the differences of both scores, without sign";
    counters(encoder, "shadow_score_difference", help, one(seen.difference))?;
    let help = "Greatest difference of both scores";
    gauges(encoder, "shadow_score_difference_greatest", help, one(seen.greatest))?;
    let help = "Rows that wait for the shadow, 1024 at most";
    gauges(encoder, "shadow_waiting_rows", help, one(shadow.waiting() as f64))?;
    let help = "Rows that were passed over because the shadow was behind";
    counters(encoder, "shadow_skipped", help, one(seen.skipped as f64))?;
    counters(encoder, "shadow_failed", "Rows that the shadow gave no score", one(seen.failed as f64))
}
