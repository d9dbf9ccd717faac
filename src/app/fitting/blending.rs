//! A blend: its parts are trained one after the other, then their weights are chosen on the validation rows.

use super::{Fitted, Part, Recipe, Start, json};
use crate::app::AppError;
use crate::features::scaling::RobustScaler;
use crate::matrix::Matrix;
use crate::metrics::average_precision;
use crate::model::blend::{BlendFile, BlendSettings, choose_weights, equal_weights};
use crate::model::{ModelFiles, ModelKind, ParameterError, TrainingRows, log_odds, score_rows, sigmoid};
use crate::progress::{Interrupted, Progress};

/// Rows that a blend's weights are chosen by: their labels, and the log-odds that each part gives them.
#[derive(Debug, Clone)]
pub struct Judged {
    /// Fraud or not.
    pub labels: Vec<bool>,
    /// By part.
    pub log_odds: Vec<Vec<f64>>,
}

impl Judged {
    /// The average precision with these weights; NaN when the rows cannot be ranked.
    pub fn average_precision(&self, weights: &[f64]) -> f64 {
        average_precision(&self.labels, &self.scores(weights)).unwrap_or(f64::NAN)
    }

    /// The average precision of a part alone.
    pub fn alone(&self, part: usize) -> f64 {
        let alone: Vec<f64> = (0..self.log_odds.len()).map(|own| f64::from(u8::from(own == part))).collect();
        self.average_precision(&alone)
    }

    fn scores(&self, weights: &[f64]) -> Vec<f64> {
        let mut scores = vec![0.0; self.labels.len()];
        for (weight, own) in weights.iter().zip(&self.log_odds) {
            scores.iter_mut().zip(own).for_each(|(sum, own)| *sum += weight * own);
        }
        scores.iter_mut().for_each(|sum| *sum = sigmoid(*sum));
        scores
    }
}

impl Recipe {
    /// The recipes of what the model is made of: itself, or the parts of a blend.
    ///
    /// # Errors
    /// When a setting is none of a blend.
    pub fn parts(&self) -> Result<Vec<Self>, ParameterError> {
        if self.model != ModelKind::Blend {
            return Ok(vec![self.clone()]);
        }
        let settings = BlendSettings::parse(&self.settings)?.parts;
        let parts = self.model.parts().iter().zip(settings);
        Ok(parts.map(|(&model, settings)| Self { model, settings, ..self.clone() }).collect())
    }

    /// What a part's setting `key` is called among this model's own.
    pub fn key_of(&self, part: ModelKind, key: &str) -> String {
        if part == self.model { key.to_owned() } else { BlendSettings::of_part(part, key) }
    }

    /// Trains the parts; without weights among the settings the validation rows choose them.
    pub(super) fn blend(
        &self,
        rows: &TrainingRows<'_>,
        names: &[String],
        scaler: &RobustScaler,
        start: Start<'_>,
        progress: &dyn Progress,
    ) -> Result<Fitted, AppError> {
        let (mut parts, mut files) = (Vec::new(), ModelFiles::new());
        let (mut parameters, mut interrupted) = (serde_json::Map::new(), false);
        for part in self.parts()? {
            if interrupted {
                progress.warn("a blend needs all its parts: there is nothing to keep yet".to_owned());
                return Err(Interrupted.into());
            }
            let fitted = part.fit(rows, names, scaler, start, progress)?;
            parameters.insert(part.model.as_str().to_owned(), fitted.parameters);
            parts.extend(fitted.parts);
            files.extend(fitted.files);
            interrupted |= fitted.interrupted;
        }
        let mut fitted = Fitted { files, parts, parameters: json(&()), interrupted };
        let judged =
            rows.valid.map(|valid| fitted.judged(valid.labels, valid.features, scaler)).transpose()?;
        let count = fitted.parts.len();
        let weights = match (BlendSettings::parse(&self.settings)?.weights, &judged) {
            (Some(weights), _) => weights,
            (None, None) => equal_weights(count),
            (None, Some(judged)) => choose_weights(count, |weights| judged.average_precision(weights)),
        };
        for (place, (part, weight)) in fitted.parts.iter_mut().zip(&weights).enumerate() {
            part.weight = *weight;
            part.alone = judged.as_ref().map(|judged| judged.alone(place));
        }
        let file = BlendFile::new(&weights);
        parameters.insert("weights".to_owned(), json(&file.weights));
        fitted.parameters = json(&parameters);
        fitted.files.insert(self.model.file(), serde_json::to_vec_pretty(&file).expect("it is numbers"));
        Ok(fitted)
    }
}

impl Fitted {
    /// What the parts say of these rows.
    ///
    /// # Errors
    /// As [`Fitted::scorer`].
    pub fn judged(
        &self,
        labels: &[bool],
        features: &Matrix,
        scaler: &RobustScaler,
    ) -> Result<Judged, AppError> {
        let of_part = |part: &Part| {
            let scores = score_rows(&*self.scorer(part.model, scaler)?, features);
            Ok(scores.into_iter().map(log_odds).collect())
        };
        let log_odds = self.parts.iter().map(of_part).collect::<Result<_, AppError>>()?;
        Ok(Judged { labels: labels.to_vec(), log_odds })
    }
}
