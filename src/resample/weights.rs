//! Class weights: what `weights` asks of training instead of other rows.

use super::error::ResampleError;

/// How much a row of each class counts, so that both classes count the same in sum.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct ClassWeights {
    /// Of each fraud.
    pub fraud: f64,
    /// Of each other row.
    pub genuine: f64,
}

impl ClassWeights {
    /// `n / (2 * n_class)` for each class, scikit-learn's `class_weight="balanced"`: the mean weight of a row is 1.
    /// King and Zeng, "Logistic Regression in Rare Events Data" (2001).
    ///
    /// # Errors
    /// [`ResampleError::SingleClass`] when a class has no rows.
    pub fn balanced(labels: &[bool]) -> Result<Self, ResampleError> {
        let frauds = labels.iter().filter(|&&fraud| fraud).count();
        let genuine = labels.len() - frauds;
        if frauds == 0 || genuine == 0 {
            return Err(ResampleError::SingleClass { frauds, genuine });
        }
        let weight = |class: usize| labels.len() as f64 / (2 * class) as f64;
        Ok(Self { fraud: weight(frauds), genuine: weight(genuine) })
    }

    /// The weight of a row with this label.
    pub fn of(&self, fraud: bool) -> f64 {
        if fraud { self.fraud } else { self.genuine }
    }
}
