//! Cross-entropy of logits and of probabilities, and the way from one to the other.

/// The probability that belongs to a logit.
pub(super) fn sigmoid(logit: f64) -> f64 {
    1.0 / (1.0 + (-logit).exp())
}

/// The mean cross-entropy of logits, each counted with its weight, and its slope in each logit.
pub(super) fn logistic_loss(logits: &[f32], labels: &[f32], weight: impl Fn(bool) -> f64) -> (f64, Vec<f32>) {
    let share = 1.0 / logits.len() as f64;
    let mut loss = 0.0;
    let slopes = logits.iter().zip(labels).map(|(&logit, &label)| {
        let weight = weight(label > 0.5);
        let (logit, label) = (f64::from(logit), f64::from(label));
        loss += weight * (logit.max(0.0) - logit * label + (-logit.abs()).exp().ln_1p());
        (weight * share * (sigmoid(logit) - label)) as f32
    });
    let slopes = slopes.collect();
    (share * loss, slopes)
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
        let labels = [1.0, 0.0, 1.0, 0.0];
        let logits = [0.3, -1.2, 2.5, 0.8];
        let (loss, slopes) = logistic_loss(&logits, &labels, |_| 1.0);
        let probabilities: Vec<f64> = logits.iter().map(|&logit| sigmoid(f64::from(logit))).collect();
        let expected = cross_entropy(&labels.map(|label| label == 1.0), &probabilities);
        assert!((loss - expected).abs() < 1e-12);
        for (index, slope) in slopes.iter().enumerate() {
            let mut moved = logits;
            moved[index] += 1e-3;
            let difference = (logistic_loss(&moved, &labels, |_| 1.0).0 - loss) / 1e-3;
            assert!((difference - f64::from(*slope)).abs() < 1e-4, "{difference} {slope}");
        }
        let (loss, slopes) = logistic_loss(&[1e30, -1e30], &[0.0, 1.0], |_| 1.0);
        assert!(loss.is_finite() && slopes == [0.5, -0.5], "{loss} {slopes:?}");
        assert!(cross_entropy(&[true, false], &[0.0, 1.0]).is_finite());
        let (weighted, weighted_slopes) =
            logistic_loss(&logits, &labels, |fraud| if fraud { 3.0 } else { 0.0 });
        let (frauds, _) = logistic_loss(&[0.3, 2.5], &[1.0, 1.0], |_| 1.0);
        assert!((weighted - 1.5 * frauds).abs() < 1e-12 && weighted_slopes[1] == 0.0);
    }
}
