//! Every rule beside its definition: all scores tried as thresholds, one after the other.

use proptest::prelude::*;

use super::*;
use crate::domain::Thresholds;

type Rows = Vec<(bool, u32, i64, f64)>;

fn rows() -> impl Strategy<Value = Rows> {
    let row = (any::<bool>(), 0..=32_u32, 0..5_i64, (0..500_u32).prop_map(f64::from));
    prop::collection::vec(row, 1..80).prop_map(|mut rows| {
        rows.extend([(true, 9, 0, 10.0), (false, 9, 1, 20.0)]);
        rows
    })
}

struct Columns {
    labels: Vec<bool>,
    scores: Vec<f64>,
    days: Vec<i64>,
    amounts: Vec<f64>,
}

impl Columns {
    fn new(rows: &Rows) -> Self {
        Self {
            labels: rows.iter().map(|row| row.0).collect(),
            scores: rows.iter().map(|row| f64::from(row.1) / 32.0).collect(),
            days: rows.iter().map(|row| row.2).collect(),
            amounts: rows.iter().map(|row| row.3).collect(),
        }
    }

    fn rows(&self) -> KnownRows<'_> {
        KnownRows {
            labels: &self.labels,
            scores: &self.scores,
            days: Some(&self.days),
            cards: None,
            amounts: Some(&self.amounts),
        }
    }

    fn choose(&self, rule: &str) -> (Thresholds, ChosenThresholds) {
        choose_thresholds(ThresholdRule::parse(rule).unwrap(), None, &self.rows()).unwrap()
    }

    /// The distinct scores from the highest to the lowest, each with its counts.
    fn thresholds(&self) -> Vec<(f64, Confusion)> {
        let mut scores = self.scores.clone();
        scores.sort_by(|left, right| right.total_cmp(left));
        scores.dedup();
        scores
            .iter()
            .map(|&score| (score, Confusion::at(&self.labels, &self.scores, score).unwrap()))
            .collect()
    }

    fn alerts(confusion: &Confusion) -> f64 {
        (confusion.true_positives + confusion.false_positives) as f64
    }
}

proptest! {
    #[test]
    fn what_is_blocked_does_what_its_own_rule_says(rows in rows(), alerts in 1..60_u32, least in 1..=9_u32) {
        let columns = Columns::new(&rows);
        let least = f64::from(least) / 10.0;
        let review = ThresholdRule::AlertPercent(f64::from(alerts));
        let (found, chosen) =
            choose_thresholds(review, Some(ThresholdRule::Precision(least)), &columns.rows()).unwrap();
        let met = chosen.block.unwrap().met;
        prop_assert_eq!(found.block.is_some(), met);
        if let Some(block) = found.block {
            prop_assert!(block >= found.review);
            prop_assert!(Confusion::at(&columns.labels, &columns.scores, block).unwrap().precision() >= least);
        }
    }

    #[test]
    fn limits_are_kept_and_used_up(rows in rows(), share in 0.01..1.0_f64) {
        let columns = Columns::new(&rows);
        let days = columns.days.iter().collect::<std::collections::HashSet<_>>().len() as f64;
        let all = columns.thresholds();
        let lowest = |within: &dyn Fn(&Confusion) -> bool| {
            all.iter().filter(|(_, found)| within(found)).map(|(threshold, _)| *threshold).last()
        };
        let rows = rows.len() as f64;
        let budget = (share * 20.0).round();
        let percent = (share * 100.0).ceil();
        let cases = [
            (format!("fpr:{share}"), lowest(&|found| found.false_positive_rate() <= share)),
            (format!("alerts:{budget}/day"), lowest(&|found| Columns::alerts(found) <= budget * days)),
            (format!("alerts:{percent}%"), lowest(&|found| Columns::alerts(found) * 100.0 <= percent * rows)),
            (format!("precision:{share}"), lowest(&|found| found.precision() >= share)),
        ];
        for (rule, expected) in cases {
            let (found, chosen) = columns.choose(&rule);
            prop_assert_eq!(chosen.review.met, expected.is_some(), "{}", rule);
            let above = all[0].0.next_up();
            prop_assert_eq!(found.review, expected.unwrap_or(above), "{}", rule);
        }
        let highest = all.iter().find(|(_, found)| found.recall() >= share).map(|(threshold, _)| *threshold);
        prop_assert_eq!(Some(columns.choose(&format!("recall:{share}")).0.review), highest);
    }

    #[test]
    fn no_threshold_costs_less(rows in rows(), missed in 0..20_u32, false_alert in 0..20_u32) {
        let columns = Columns::new(&rows);
        let (of_miss, of_alert) = (f64::from(missed), f64::from(false_alert));
        let cost = |found: &Confusion| {
            found.false_negatives as f64 * of_miss + found.false_positives as f64 * of_alert
        };
        let in_money = |threshold: f64| {
            let rows = columns.labels.iter().zip(&columns.scores).zip(&columns.amounts);
            rows.map(|((&fraud, &score), &amount)| match (score >= threshold, fraud) {
                (true, _) => of_alert,
                (false, true) => amount,
                (false, false) => 0.0,
            })
            .sum::<f64>()
        };
        let (found, chosen) = columns.choose(&format!("cost:{missed},{false_alert}"));
        let (money, chosen_money) = columns.choose(&format!("amount:{false_alert}"));
        let (value, value_money) = (chosen.review.value.unwrap(), chosen_money.review.value.unwrap());
        let found = Confusion::at(&columns.labels, &columns.scores, found.review).unwrap();
        prop_assert_eq!(value, cost(&found));
        prop_assert_eq!(value_money, in_money(money.review));
        for (threshold, other) in columns.thresholds() {
            prop_assert!(cost(&other) >= value);
            prop_assert!(in_money(threshold) >= value_money);
        }
        prop_assert!(found.positives() as f64 * of_miss >= value && in_money(2.0) >= value_money);
    }
}

#[test]
fn what_cannot_be_met_alerts_to_nothing_and_says_so() {
    let (labels, scores) = ([false, true, false], [0.9, 0.5, 0.1]);
    let rows = KnownRows { labels: &labels, scores: &scores, days: None, cards: None, amounts: None };
    let [strict, f1] = ["precision:0.95", "f1"].map(|rule| ThresholdRule::parse(rule).unwrap());
    let (found, chosen) = choose_thresholds(strict, Some(strict), &rows).unwrap();
    assert_eq!(found, Thresholds { review: 0.9_f64.next_up(), block: None });
    assert_eq!((chosen.review.value, chosen.review.met), (None, false));
    let block = chosen.block.clone().unwrap();
    assert_eq!((block.value, block.met), (None, false));
    assert_eq!(
        serde_json::from_value::<ChosenThresholds>(serde_json::to_value(&chosen).unwrap()).unwrap(),
        chosen
    );

    // The block threshold does not lie below the one for review; where none from there on does what its rule says, nothing
    // is blocked.
    let low = ThresholdRule::Recall(1.0);
    let (found, chosen) = choose_thresholds(ThresholdRule::Value(0.7), Some(low), &rows).unwrap();
    assert_eq!(found, Thresholds { review: 0.7, block: None });
    assert_eq!(chosen.block.map(|block| (block.value, block.met)), Some((None, false)));
    let given = ThresholdRule::Value(0.6);
    let (found, chosen) = choose_thresholds(ThresholdRule::Value(0.7), Some(given), &rows).unwrap();
    assert_eq!(found.block, Some(0.7));
    assert!(chosen.block.unwrap().met);
    assert_eq!(choose_thresholds(f1, None, &rows).unwrap().0, Thresholds { review: 0.5, block: None });
}

#[test]
fn rows_that_lack_what_a_rule_needs_are_told() {
    let rows =
        KnownRows { labels: &[true, false], scores: &[0.9, 0.1], days: None, cards: None, amounts: None };
    let message = |rule: &str| {
        let rule = ThresholdRule::parse(rule).unwrap();
        choose_thresholds(ThresholdRule::F1, Some(rule), &rows).unwrap_err().to_string()
    };
    assert_eq!(
        message("alerts:5/day"),
        "alerts:5/day: alerts a day cannot be counted, because the rows have no time"
    );
    assert_eq!(
        message("amount:5"),
        "amount:5: what a missed fraud costs is not known, because the rows have no amount"
    );
}
