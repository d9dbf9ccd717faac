//! Cross-entropy of logits and of probabilities.

use crate::model::sigmoid;

/// The sum of the cross-entropies of logits, each counted `share` times its class's weight, and its slope in each logit.
pub(super) fn logistic_loss(
    logits: &[f32],
    labels: impl Iterator<Item = bool>,
    share: f64,
    weight: impl Fn(bool) -> f64,
) -> (f64, Vec<f32>) {
    let mut loss = 0.0;
    let slopes = logits.iter().zip(labels).map(|(&logit, label)| {
        let weight = share * weight(label);
        let (logit, label) = (f64::from(logit), f64::from(u8::from(label)));
        loss += weight * (logit.max(0.0) - logit * label + (-logit.abs()).exp().ln_1p());
        (weight * (sigmoid(logit) - label)) as f32
    });
    let slopes = slopes.collect();
    (loss, slopes)
}

/// The mean cross-entropy of probabilities, which are kept 1e-15 away from 0 and 1.
pub(super) fn cross_entropy(labels: &[bool], scores: &[f64]) -> f64 {
    let one = |(label, score): (&bool, &f64)| {
        let score = score.clamp(1e-15, 1.0 - 1e-15);
        -(if *label { score } else { 1.0 - score }).ln()
    };
    labels.iter().zip(scores).map(one).sum::<f64>() / labels.len() as f64
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn loss_and_slope_agree_with_each_other_and_survive_extremes() {
        let labels = [true, false, true, false];
        let logits = [0.3, -1.2, 2.5, 0.8];
        let mean = |logits: &[f32]| logistic_loss(logits, labels.into_iter(), 0.25, |_| 1.0);
        let (loss, slopes) = mean(&logits);
        let probabilities: Vec<f64> = logits.iter().map(|&logit| sigmoid(f64::from(logit))).collect();
        let expected = cross_entropy(&labels, &probabilities);
        assert!((loss - expected).abs() < 1e-12);
        for (index, slope) in slopes.iter().enumerate() {
            let mut moved = logits;
            moved[index] += 1e-3;
            let difference = (mean(&moved).0 - loss) / 1e-3;
            assert!((difference - f64::from(*slope)).abs() < 1e-4, "{difference} {slope}");
        }
        let (loss, slopes) = logistic_loss(&[1e30, -1e30], [false, true].into_iter(), 0.5, |_| 1.0);
        assert!(loss.is_finite() && slopes == [0.5, -0.5], "{loss} {slopes:?}");
        assert!(cross_entropy(&[true, false], &[0.0, 1.0]).is_finite());
        let (weighted, weighted_slopes) =
            logistic_loss(&logits, labels.into_iter(), 0.25, |fraud| if fraud { 3.0 } else { 0.0 });
        let (frauds, _) = logistic_loss(&[0.3, 2.5], [true; 2].into_iter(), 0.5, |_| 1.0);
        assert!((weighted - 1.5 * frauds).abs() < 1e-12 && weighted_slopes[1] == 0.0);
    }
}
