//! What each round or epoch came to, as CSV.

use crate::metrics::Metric;
use crate::model::neural::EpochMetrics;
use crate::model::{TrainingRows, gbdt};

/// `member,round,set,<metric>,log_loss`, a line per set and round.
pub(super) fn of_rounds(
    history: &[Vec<gbdt::RoundMetrics>],
    metric: Metric,
    rows: &TrainingRows<'_>,
) -> String {
    let valid = rows.valid.map(|_| gbdt::VALID);
    let sets: Vec<&str> = valid.into_iter().chain(rows.watched.iter().map(|(name, _)| *name)).collect();
    let is_loss = metric == Metric::LogLoss;
    let mut text = match is_loss {
        true => "member,round,set,log_loss\n".to_owned(),
        false => format!("member,round,set,{},log_loss\n", metric.as_str()),
    };
    for (member, rounds) in (1..).zip(history) {
        for metrics in rounds {
            let round = metrics.round;
            for (set, (value, loss)) in sets.iter().zip(metrics.metric.iter().zip(&metrics.log_loss)) {
                text += &match is_loss {
                    true => format!("{member},{round},{set},{loss}\n"),
                    false => format!("{member},{round},{set},{value},{loss}\n"),
                };
            }
        }
    }
    text
}

/// `epoch,set,average_precision,log_loss`, a line per set and epoch; the loss of the training rows is that of the batches.
pub(super) fn of_epochs(history: &[EpochMetrics]) -> String {
    let mut text = "epoch,set,average_precision,log_loss\n".to_owned();
    for metrics in history {
        let epoch = metrics.epoch;
        text += &format!("{epoch},train,,{}\n", metrics.train_loss);
        if let (Some(value), Some(loss)) = (metrics.valid_average_precision, metrics.valid_loss) {
            text += &format!("{epoch},valid,{value},{loss}\n");
        }
    }
    text
}
