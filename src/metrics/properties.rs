//! What must hold for any rows; scores lie on a grid of 1/64, so that ties are frequent and `1 - score` is exact.

use proptest::prelude::*;

use super::*;

fn rows() -> impl Strategy<Value = (Vec<bool>, Vec<f64>)> {
    prop::collection::vec((any::<bool>(), 0..=64_u32), 1..200)
        .prop_map(|rows| rows.into_iter().map(|(label, level)| (label, f64::from(level) / 64.0)).unzip())
}

/// Rows of both classes.
fn mixed_rows() -> impl Strategy<Value = (Vec<bool>, Vec<f64>)> {
    rows().prop_map(|(mut labels, mut scores)| {
        labels.extend([false, true]);
        scores.extend([0.25, 0.25]);
        (labels, scores)
    })
}

fn close(left: f64, right: f64) -> bool {
    (left - right).abs() <= 1e-12
}

/// The definition: the share of (fraud, genuine) pairs in the right order, ties counting half.
fn auc_by_pairs(labels: &[bool], scores: &[f64]) -> f64 {
    let of = |class: bool| -> Vec<f64> {
        labels.iter().zip(scores).filter(|&(&label, _)| label == class).map(|(_, &score)| score).collect()
    };
    let (frauds, genuine) = (of(true), of(false));
    let win = |fraud: f64, genuine: f64| f64::from(fraud > genuine) + 0.5 * f64::from(fraud == genuine);
    let wins = frauds.iter().flat_map(|&fraud| genuine.iter().map(move |&genuine| win(fraud, genuine)));
    wins.sum::<f64>() / (frauds.len() * genuine.len()) as f64
}

proptest! {
    #[test]
    fn auc_is_the_share_of_ordered_pairs((labels, scores) in mixed_rows()) {
        prop_assert!(close(roc_auc(&labels, &scores).unwrap(), auc_by_pairs(&labels, &scores)));
    }

    #[test]
    fn auc_of_reversed_scores_is_the_rest((labels, scores) in mixed_rows()) {
        let reversed: Vec<f64> = scores.iter().map(|score| 1.0 - score).collect();
        let sum = roc_auc(&labels, &scores).unwrap() + roc_auc(&labels, &reversed).unwrap();
        prop_assert!(close(sum, 1.0));
    }

    #[test]
    fn only_the_order_matters_to_ranking((labels, scores) in mixed_rows()) {
        let squared: Vec<f64> = scores.iter().map(|score| score * score).collect();
        let (ranking, transformed) = (Ranking::new(&labels, &scores).unwrap(), Ranking::new(&labels, &squared).unwrap());
        prop_assert_eq!(ranking.roc_auc(), transformed.roc_auc());
        prop_assert_eq!(ranking.average_precision(), transformed.average_precision());
        prop_assert_eq!(ranking.recall_at_fpr(0.01), transformed.recall_at_fpr(0.01));
        prop_assert_eq!(ranking.max_f1_threshold().map(|t| t * t), transformed.max_f1_threshold());
    }

    #[test]
    fn the_order_of_the_rows_does_not_matter((labels, scores) in mixed_rows()) {
        let (turned, turned_scores): (Vec<bool>, Vec<f64>) = labels.iter().zip(&scores).rev().unzip();
        prop_assert_eq!(Ranking::new(&labels, &scores), Ranking::new(&turned, &turned_scores));
    }

    #[test]
    fn every_row_is_counted_once((labels, scores) in rows(), level in 0..=65_u32) {
        let threshold = f64::from(level) / 64.0;
        let confusion = Confusion::at(&labels, &scores, threshold).unwrap();
        prop_assert_eq!(confusion.rows(), labels.len());
        prop_assert_eq!(confusion.positives(), labels.iter().filter(|&&label| label).count());
        let caught = scores.iter().filter(|&&score| score >= threshold).count();
        prop_assert_eq!(confusion.true_positives + confusion.false_positives, caught);
    }

    #[test]
    fn no_threshold_has_a_greater_f1_than_the_chosen_one((labels, scores) in mixed_rows()) {
        let f1 = |threshold| Confusion::at(&labels, &scores, threshold).unwrap().f1();
        let chosen = max_f1_threshold(&labels, &scores).unwrap().unwrap();
        for &score in &scores {
            prop_assert!(f1(score) < f1(chosen) || (f1(score) == f1(chosen) && score <= chosen));
        }
    }

    #[test]
    fn a_demanded_precision_is_met_and_no_lower_threshold_meets_it(
        (labels, scores) in mixed_rows(),
        demanded in 0.0..1.0,
    ) {
        let precision = |threshold| Confusion::at(&labels, &scores, threshold).unwrap().precision();
        let chosen = lowest_threshold_with_precision(&labels, &scores, demanded).unwrap();
        prop_assert!(chosen.is_none_or(|threshold| precision(threshold) >= demanded));
        for &score in &scores {
            prop_assert!(chosen.is_some_and(|threshold| score >= threshold) || precision(score) < demanded);
        }
    }

    #[test]
    fn values_stay_in_their_ranges((labels, scores) in mixed_rows(), level in 0..=65_u32) {
        let evaluation = evaluate(&labels, &scores, f64::from(level) / 64.0).unwrap();
        for share in [evaluation.roc_auc, evaluation.average_precision, evaluation.brier, evaluation.recall_at_fpr_001] {
            prop_assert!((0.0..=1.0).contains(&share));
        }
        prop_assert!(evaluation.log_loss >= 0.0);
        prop_assert!(evaluation.mcc.is_nan() || evaluation.mcc.abs() <= 1.0 + 1e-12);
    }
}

#[test]
fn negative_zero_ties_with_zero() {
    assert_eq!(roc_auc(&[true, false], &[-0.0, 0.0]), Ok(0.5));
}
