//! What every epoch came to, and which was the best.

use serde::{Deserialize, Serialize};

use super::weights::Layer;

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
#[derive(Default)]
pub(super) struct Record {
    pub(super) history: Vec<EpochMetrics>,
    pub(super) best_epoch: usize,
    pub(super) best_layers: Vec<Vec<Layer>>,
}

impl Record {
    /// Notes an epoch; `layers` gives the weights as they stand, which are kept when no epoch before was as
    /// good, or nothing says which is.
    pub(super) fn note(
        &mut self,
        metrics: EpochMetrics,
        layers: impl FnOnce() -> Vec<Vec<Layer>>,
    ) -> Result<(), Diverged> {
        if !metrics.train_loss.is_finite() || metrics.valid_loss.is_some_and(|loss| !loss.is_finite()) {
            return Err(Diverged { epoch: metrics.epoch });
        }
        let before = self.history.iter().filter_map(|before| before.valid_average_precision);
        let best = before.filter(|value| !value.is_nan()).reduce(f64::max);
        let is_best = |value| best.is_none_or(|best| value > best);
        if metrics.valid_average_precision.is_none_or(is_best) {
            self.best_epoch = metrics.epoch;
            self.best_layers = layers();
        }
        self.history.push(metrics);
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn metrics(epoch: usize, train_loss: f64, valid_average_precision: f64) -> EpochMetrics {
        EpochMetrics {
            epoch,
            train_loss,
            valid_loss: Some(0.1),
            valid_average_precision: Some(valid_average_precision),
        }
    }

    #[test]
    fn without_validation_rows_the_last_epoch_is_kept() {
        let mut record = Record::default();
        for epoch in [1, 2] {
            let metrics =
                EpochMetrics { epoch, train_loss: 0.1, valid_loss: None, valid_average_precision: None };
            record.note(metrics, || vec![Vec::with_capacity(0); epoch]).unwrap();
        }
        assert_eq!((record.best_epoch, record.best_layers.len()), (2, 2));
    }

    #[test]
    fn the_earliest_of_equally_good_epochs_is_the_best() {
        let mut record = Record::default();
        for (epoch, value) in [(1, f64::NAN), (2, 0.7), (3, 0.7), (4, 0.6)] {
            let layers = || vec![Vec::with_capacity(0); epoch];
            record.note(metrics(epoch, 0.1, value), layers).unwrap();
        }
        assert_eq!((record.best_epoch, record.best_layers.len(), record.history.len()), (2, 2, 4));
    }

    #[test]
    fn a_loss_that_is_not_finite_ends_the_run() {
        for loss in [f64::NAN, f64::INFINITY] {
            let error = Record::default().note(metrics(4, loss, 0.5), Vec::new).unwrap_err();
            assert_eq!(error, Diverged { epoch: 4 });
        }
    }
}
