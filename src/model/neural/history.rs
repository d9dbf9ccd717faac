//! What every epoch came to, and which was the best.

use serde::{Deserialize, Serialize};

use super::weights::Weights;

/// Where an epoch ended.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct EpochMetrics {
    /// From 1.
    pub epoch: usize,
    /// Mean cross-entropy of the epoch's batches, in nats, over all members.
    pub train_loss: f64,
    /// Mean cross-entropy of the averaged validation probabilities, in nats; `None` without validation rows.
    pub valid_loss: Option<f64>,
    /// The metric that chooses the epoch, on the averaged validation probabilities.
    pub valid_average_precision: Option<f64>,
}

/// Training ran away.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the training loss is no longer finite in epoch {epoch}: try a smaller learning_rate")]
pub struct Diverged {
    /// From 1.
    pub epoch: usize,
}

/// The epochs so far, and the best of them.
#[derive(Debug, Clone, Default)]
pub(super) struct Record {
    pub(super) history: Vec<EpochMetrics>,
    pub(super) best_epoch: usize,
    /// The network after it.
    pub(super) best: Option<Weights>,
    pub(super) interrupted: bool,
}

impl Record {
    /// Notes an epoch and the `weights` after it, which are kept when no epoch before was as good, or nothing says which is.
    pub(super) fn note(&mut self, metrics: EpochMetrics, weights: Weights) {
        let before = self.history.iter().filter_map(|before| before.valid_average_precision);
        let best = before.filter(|value| !value.is_nan()).reduce(f64::max);
        let is_best = |value| best.is_none_or(|best| value > best);
        if metrics.valid_average_precision.is_none_or(is_best) {
            self.best_epoch = metrics.epoch;
            self.best = Some(weights);
        }
        self.history.push(metrics);
    }
}

#[cfg(test)]
mod tests {
    use super::super::activation::Activation;
    use super::super::weights::{Layer, MemberWeights};
    use super::*;

    fn metrics(epoch: usize, train_loss: f64, valid_average_precision: f64) -> EpochMetrics {
        EpochMetrics {
            epoch,
            train_loss,
            valid_loss: Some(0.1),
            valid_average_precision: Some(valid_average_precision),
        }
    }

    /// A network that tells which epoch it is of.
    fn weights(epoch: usize) -> Weights {
        let layer = Layer { inputs: 1, outputs: 1, weight: vec![epoch as f32], bias: vec![0.0] };
        let member = MemberWeights { waves: None, layers: vec![layer] };
        Weights::new(1, None, Activation::Relu, vec![member]).unwrap()
    }

    #[test]
    fn without_validation_rows_the_last_epoch_is_kept() {
        let mut record = Record::default();
        for epoch in [1, 2] {
            let metrics =
                EpochMetrics { epoch, train_loss: 0.1, valid_loss: None, valid_average_precision: None };
            record.note(metrics, weights(epoch));
        }
        assert_eq!((record.best_epoch, record.best), (2, Some(weights(2))));
    }

    #[test]
    fn the_earliest_of_equally_good_epochs_is_the_best() {
        let mut record = Record::default();
        for (epoch, value) in [(1, f64::NAN), (2, 0.7), (3, 0.7), (4, 0.6)] {
            record.note(metrics(epoch, 0.1, value), weights(epoch));
        }
        assert_eq!((record.best_epoch, record.best, record.history.len()), (2, Some(weights(2)), 4));
    }
}
