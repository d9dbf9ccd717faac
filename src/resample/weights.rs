//! Class weights: what `weights` asks of training instead of other rows.

use super::error::ResampleError;
use crate::domain::ClassWeights;

/// Weights with which both classes count the same in sum: `n / (2 * n_class)` for each class, scikit-learn's
/// `class_weight="balanced"`; the mean weight of a row is 1. King and Zeng, "Logistic Regression in Rare Events Data" (2001).
///
/// # Errors
/// [`ResampleError::SingleClass`] when a class has no rows.
pub fn balanced_weights(labels: &[bool]) -> Result<ClassWeights, ResampleError> {
    let frauds = labels.iter().filter(|&&fraud| fraud).count();
    let genuine = labels.len() - frauds;
    if frauds == 0 || genuine == 0 {
        return Err(ResampleError::SingleClass { frauds, genuine });
    }
    let weight = |class: usize| labels.len() as f64 / (2 * class) as f64;
    Ok(ClassWeights { fraud: weight(frauds), genuine: weight(genuine) })
}
