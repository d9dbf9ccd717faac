//! What moved a score.

use super::{EngineError, Model};
use crate::cards;
use crate::features::Reasons;
use crate::model::Explainer;
use crate::wire::Contribution;

/// A row's raw score taken apart: base, contributions and rest add up to it.
#[derive(Debug, Clone, PartialEq)]
pub struct Explanation {
    /// The raw score that is expected of any row.
    pub base: f64,
    /// The greatest, by amount.
    pub contributions: Vec<Contribution>,
    /// The sum of all others.
    pub rest: f64,
}

impl Explanation {
    /// What `explainer` says of a row of `features`, the `top` greatest contributions one by one.
    pub fn new(
        explainer: &dyn Explainer,
        reasons: &Reasons,
        features: &[String],
        row: &[f64],
        top: usize,
    ) -> Self {
        let mut all = vec![0.0; row.len()];
        explainer.contributions(row, &mut all);
        let mut order: Vec<usize> = (0..all.len()).collect();
        order.sort_by(|&a, &b| all[b].abs().total_cmp(&all[a].abs()));
        let (top, others) = order.split_at(top.min(order.len()));
        let contribution = |&feature: &usize| Contribution {
            feature: features[feature].clone(),
            value: Some(row[feature]).filter(|value| !value.is_nan()),
            contribution: all[feature],
            // It quotes words of the file that the model has learnt from.
            reason: (all[feature] > 0.0)
                .then(|| cards::masked(&reasons.words(feature, row[feature])).into_owned()),
        };
        Self {
            base: explainer.base(),
            contributions: top.iter().map(contribution).collect(),
            rest: others.iter().map(|&feature| all[feature]).sum(),
        }
    }
}

impl Model {
    /// What moved the score of a row.
    ///
    /// # Errors
    /// [`EngineError::OutOfRange`] as of scoring; [`EngineError::Unexplained`] when the model does not tell.
    pub fn explain(&self, row: &[f64], top: usize) -> Result<Explanation, EngineError> {
        self.check_range(row)?;
        let explainer =
            self.scorer.explainer().map_err(|why| EngineError::Unexplained { why: why.to_string() })?;
        Ok(Explanation::new(explainer, &self.reasons, self.features(), row, top))
    }
}
