//! Training with early stopping on the validation rows' metric, and a model of the best round.

use super::native::{Booster, Dataset, NativeError};
use super::parameters::GbdtParameters;
use crate::matrix::Matrix;
use crate::model::TrainingRows;
use crate::progress::{Interrupted, Progress};

/// Training failed.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum GbdtError {
    /// LightGBM said so.
    #[error(transparent)]
    Native(#[from] NativeError),
    /// The user stopped it.
    #[error(transparent)]
    Interrupted(#[from] Interrupted),
    /// No round made a tree.
    #[error("no tree could be grown: every feature is constant, or there are too few rows")]
    NoTree,
}

/// A trained model.
#[derive(Debug, Clone, PartialEq)]
pub struct TrainedGbdt {
    /// LightGBM's model text, up to the best round.
    pub model_text: String,
    /// The round with the best metric, counted from 1.
    pub best_round: usize,
    /// The metric after each round.
    pub history: Vec<f64>,
}

/// Trains on `data.train` until `metric` on `data.valid` (higher is better) has not improved for as many rounds
/// as the parameters say; the model is that of the best round.
///
/// # Errors
/// When LightGBM refuses parameters or rows, or the user interrupts.
pub fn train(
    data: &TrainingRows<'_>,
    names: &[String],
    parameters: &GbdtParameters,
    metric: &dyn Fn(&[bool], &[f64]) -> f64,
    progress: &dyn Progress,
) -> Result<TrainedGbdt, GbdtError> {
    let mut text = parameters.to_text();
    let categories: Vec<String> = data.categorical_columns().map(|column| column.to_string()).collect();
    if !categories.is_empty() {
        text += &format!(" categorical_feature={}", categories.join(","));
    }
    let dataset = |rows: &Matrix, labels, reference| Dataset::new(rows, labels, &text, reference);
    let mut train = dataset(data.train, data.train_labels, None)?;
    train.name_features(&model_names(names))?;
    if let Some(weights) = data.class_weights {
        let weights: Vec<f32> = data.train_labels.iter().map(|&label| weights.of(label) as f32).collect();
        train.set_weights(&weights)?;
    }
    let valid = dataset(data.valid, data.valid_labels, Some(&train))?;
    let mut booster = Booster::new(&train, &valid, &text)?;

    progress.start("training lightgbm", Some(parameters.rounds as u64));
    let (mut history, mut scores) = (Vec::new(), Vec::new());
    let (mut best_round, mut best) = (0, f64::NEG_INFINITY);
    for round in 1..=parameters.rounds {
        progress.check()?;
        let exhausted = booster.update()?;
        if exhausted && history.is_empty() {
            return Err(GbdtError::NoTree);
        }
        booster.valid_scores(&mut scores)?;
        let value = metric(data.valid_labels, &scores);
        history.push(value);
        if value > best {
            (best_round, best) = (round, value);
        }
        progress.advance(round as u64, &format!("valid average precision {value:.4}, best {best:.4}"));
        if exhausted || round - best_round >= parameters.early_stopping_rounds {
            break;
        }
    }
    progress.finish();
    Ok(TrainedGbdt {
        model_text: booster.model_text(best_round.max(1))?,
        best_round: best_round.max(1),
        history,
    })
}

/// LightGBM refuses some characters in names; the schema keeps the real ones.
fn model_names(names: &[String]) -> Vec<String> {
    let plain = |name: &String| -> String {
        name.chars().map(|c| if c.is_ascii_alphanumeric() || "_-.".contains(c) { c } else { '_' }).collect()
    };
    let plain: Vec<String> = names.iter().map(plain).collect();
    let unique = |(place, name): (usize, &String)| match plain.iter().filter(|other| *other == name).count() {
        1 if !name.is_empty() => name.clone(),
        _ => format!("{name}_{place}"),
    };
    plain.iter().enumerate().map(unique).collect()
}
