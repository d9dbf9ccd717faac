//! All metrics of one set of rows: what `evaluate` prints and a run's `metrics.json` keeps.

use serde::Serialize;

use super::probability::{brier_of_checked, log_loss_of_checked};
use super::{Confusion, MetricsError, Ranking, check};

/// The metrics, in the order in which they are printed; an undefined one is NaN, and `null` in JSON.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Evaluation {
    /// Number of rows.
    pub rows: usize,
    /// Number of frauds among them.
    pub positives: usize,
    /// See [`Ranking::roc_auc`].
    pub roc_auc: f64,
    /// See [`Ranking::average_precision`].
    pub average_precision: f64,
    /// See [`super::log_loss`].
    pub log_loss: f64,
    /// See [`super::brier`].
    pub brier: f64,
    /// Recall at a false positive rate of 1 %, see [`Ranking::recall_at_fpr`].
    pub recall_at_fpr_001: f64,
    /// The threshold of everything below.
    pub threshold: f64,
    /// See [`Confusion::precision`].
    pub precision: f64,
    /// See [`Confusion::recall`].
    pub recall: f64,
    /// See [`Confusion::f1`].
    pub f1: f64,
    /// See [`Confusion::mcc`].
    pub mcc: f64,
    /// See [`Confusion::accuracy`].
    pub accuracy: f64,
    /// The counts behind the five above.
    pub confusion: Confusion,
    /// See [`Confusion::specificity`].
    pub specificity: f64,
    /// See [`Confusion::balanced_accuracy`].
    pub balanced_accuracy: f64,
    /// See [`Confusion::g_mean`].
    pub g_mean: f64,
}

/// Measures scores against labels, once for all metrics; `threshold` decides as `domain::Thresholds` does.
///
/// # Errors
/// [`MetricsError`] for different lengths, no rows, a score outside `[0, 1]`, or a threshold that is not finite.
pub fn evaluate(labels: &[bool], scores: &[f64], threshold: f64) -> Result<Evaluation, MetricsError> {
    check(labels, scores)?;
    if !threshold.is_finite() {
        return Err(MetricsError::Threshold(threshold));
    }
    let ranking = Ranking::of_checked(labels, scores);
    let confusion = Confusion::of_checked(labels, scores, threshold);
    Ok(Evaluation {
        rows: labels.len(),
        positives: ranking.positives(),
        roc_auc: ranking.roc_auc(),
        average_precision: ranking.average_precision(),
        log_loss: log_loss_of_checked(labels, scores),
        brier: brier_of_checked(labels, scores),
        recall_at_fpr_001: ranking.recall_at_fpr(0.01),
        threshold,
        precision: confusion.precision(),
        recall: confusion.recall(),
        f1: confusion.f1(),
        mcc: confusion.mcc(),
        accuracy: confusion.accuracy(),
        confusion,
        specificity: confusion.specificity(),
        balanced_accuracy: confusion.balanced_accuracy(),
        g_mean: confusion.g_mean(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_json_has_the_contracts_names_in_its_order() {
        let evaluation = evaluate(&[false, true, false, true], &[0.25, 0.5, 0.5, 1.0], 0.5).unwrap();
        assert_eq!(
            serde_json::to_string(&evaluation).unwrap(),
            "{\"rows\":4,\"positives\":2,\"roc_auc\":0.875,\"average_precision\":0.8333333333333333,\
             \"log_loss\":0.41849410839291795,\"brier\":0.140625,\"recall_at_fpr_001\":0.51,\"threshold\":0.5,\
             \"precision\":0.6666666666666666,\"recall\":1.0,\"f1\":0.8,\"mcc\":0.5773502691896258,\"accuracy\":0.75,\
             \"confusion\":{\"tn\":1,\"fp\":1,\"fn\":0,\"tp\":2},\"specificity\":0.5,\
             \"balanced_accuracy\":0.75,\"g_mean\":0.7071067811865476}"
        );
    }

    #[test]
    fn what_is_undefined_is_nan_and_null() {
        let genuine_only = evaluate(&[false, false], &[0.25, 0.5], 0.75).unwrap();
        for value in [
            genuine_only.roc_auc,
            genuine_only.average_precision,
            genuine_only.recall_at_fpr_001,
            genuine_only.precision,
            genuine_only.recall,
            genuine_only.f1,
            genuine_only.mcc,
            genuine_only.balanced_accuracy,
            genuine_only.g_mean,
        ] {
            assert!(value.is_nan(), "{genuine_only:?}");
        }
        assert_eq!((genuine_only.accuracy, genuine_only.specificity), (1.0, 1.0));
        let json = serde_json::to_value(&genuine_only).unwrap();
        assert_eq!(json["roc_auc"], serde_json::Value::Null);
        assert_eq!(json["brier"], 0.15625);

        let fraud_only = evaluate(&[true, true], &[0.1, 0.2], 0.5).unwrap();
        assert!(fraud_only.roc_auc.is_nan() && fraud_only.mcc.is_nan() && fraud_only.precision.is_nan());
        assert!(fraud_only.recall_at_fpr_001.is_nan());
        assert_eq!((fraud_only.average_precision, fraud_only.recall, fraud_only.f1), (1.0, 0.0, 0.0));
    }

    #[test]
    fn bad_input_is_named() {
        let message = |labels: &[bool], scores: &[f64], threshold| {
            evaluate(labels, scores, threshold).unwrap_err().to_string()
        };
        assert_eq!(message(&[true], &[0.1, 0.2], 0.5), "1 labels but 2 scores");
        assert_eq!(message(&[], &[], 0.5), "there are no rows to measure");
        assert_eq!(
            message(&[true, false], &[0.1, f64::NAN], 0.5),
            "row 1: the score NaN is not a probability between 0 and 1"
        );
        assert_eq!(
            message(&[true], &[1.5], 0.5),
            "row 0: the score 1.5 is not a probability between 0 and 1"
        );
        assert_eq!(message(&[true], &[0.5], f64::NAN), "the threshold NaN is not a finite number");
    }
}
