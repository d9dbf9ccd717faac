//! What is counted of models.

use super::*;
use crate::domain::Decision;
use crate::engine::Scored;

fn model(version: &str) -> Model {
    let encoder = Encoder::of_numbers(&["a".to_owned()]);
    let thresholds = Thresholds { review: 0.5, block: None };
    Model { version: version.to_owned(), ..Model::of(encoder, Arc::new(First(1)), thresholds) }
}

fn decided(metrics: &Metrics, version: &str, decision: Decision, micros: u64) {
    let counts = metrics.of(&model(version));
    let (scored, now) = (Scored { score: 0.5, decision, threshold: 0.5 }, Timestamp::from_seconds(1));
    metrics.decided(&counts, scored, decision != Decision::Approve, now, Duration::from_micros(micros));
}

#[test]
fn rates_are_of_the_last_full_second_and_minute() {
    let metrics = Metrics::new();
    decided(&metrics, "1", Decision::Block, 100);
    metrics.tick();
    assert_eq!(metrics.stats().transactions_per_second, 1);
    for _ in 0..59 {
        metrics.tick();
    }
    decided(&metrics, "1", Decision::Approve, 6);
    decided(&metrics, "2", Decision::Review, 6);
    assert_eq!(metrics.stats().alerts_per_minute, 1);
    metrics.tick();
    let stats = metrics.stats();
    assert_eq!((stats.transactions, stats.alerts, stats.blocked), (3, 2, 1));
    assert_eq!((stats.transactions_per_second, stats.alerts_per_minute), (2, 1));
    assert_eq!((stats.p50_us, stats.p99_us), (6, 6));
}

#[test]
fn each_version_of_a_model_is_counted_by_itself() {
    let metrics = Metrics::new();
    for version in ["1", "2", "1"] {
        decided(&metrics, version, Decision::Approve, 6);
    }
    let text = metrics.text();
    for expected in [
        r#"fraudctl_decisions_total{model="run-7",version="1",decision="approve"} 2"#,
        r#"fraudctl_decisions_total{model="run-7",version="2",decision="approve"} 1"#,
        r#"fraudctl_decision_duration_seconds_count{model="run-7",version="1"} 2"#,
    ] {
        assert!(text.contains(expected), "{expected} in\n{text}");
    }
}
