//! Several models as one: the weighted mean of their log-odds.
//!
//! Models that err in different ways are better together than each alone (Hansen and Salamon, "Neural network ensembles",
//! 1990). The mean of log-odds keeps a part that is certain from being outvoted as it would be among probabilities, and raw
//! scores of parts add up, so that each part explains its own share.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::{Explainer, ModelKind, ParameterError, Scorer, Unexplained, log_odds, sigmoid};

/// Version of `blend.json`.
pub const BLEND_VERSION: u32 = 1;

/// Rows whose scores by one part wait for the next.
const ROWS: usize = 256;
/// Weights that are tried are so many parts of one.
const STEPS: usize = 10;

/// The name of the one parameter that is the blend's own.
const WEIGHTS: &str = "weights";

/// Written as `blend.json` into the run folder.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct BlendFile {
    /// [`BLEND_VERSION`] when written by this version.
    pub format_version: u32,
    /// How much of each part there is; together 1.
    pub weights: BTreeMap<ModelKind, f64>,
}

impl BlendFile {
    /// The parts with these `weights`, in the order of [`ModelKind::parts`].
    pub fn new(weights: &[f64]) -> Self {
        let weights = ModelKind::Blend.parts().iter().copied().zip(weights.iter().copied()).collect();
        Self { format_version: BLEND_VERSION, weights }
    }

    /// True when every part has a weight between 0 and 1, and together they are 1.
    pub fn is_sound(&self) -> bool {
        let sum: f64 = self.weights.values().sum();
        self.weights.keys().eq(ModelKind::Blend.parts())
            && self.weights.values().all(|weight| (0.0..=1.0).contains(weight))
            && (sum - 1.0).abs() < 1e-9
    }
}

/// The parts with their weights.
pub struct Blend {
    parts: Vec<(f64, Arc<dyn Scorer>)>,
}

impl Blend {
    /// The mean of `parts`, whose weights add up to 1.
    ///
    /// # Panics
    /// When there is none, or they read different numbers of features.
    pub fn new(parts: Vec<(f64, Arc<dyn Scorer>)>) -> Self {
        let features = parts[0].1.features();
        assert!(parts.iter().all(|(_, part)| part.features() == features), "parts read the same features");
        Self { parts }
    }

    fn explainers(&self) -> impl Iterator<Item = (f64, &dyn Explainer)> {
        self.parts.iter().map(|(weight, part)| (*weight, part.explainer().expect("explainer() asked each")))
    }
}

impl Scorer for Blend {
    fn features(&self) -> usize {
        self.parts[0].1.features()
    }

    fn score(&self, rows: &[f64], scores: &mut [f64]) {
        let mut own = [0.0; ROWS];
        for (rows, scores) in rows.chunks(ROWS * self.features()).zip(scores.chunks_mut(ROWS)) {
            let own = &mut own[..scores.len()];
            scores.fill(0.0);
            for (weight, part) in &self.parts {
                part.score(rows, own);
                scores.iter_mut().zip(&*own).for_each(|(sum, &score)| *sum += weight * log_odds(score));
            }
            scores.iter_mut().for_each(|score| *score = sigmoid(*score));
        }
    }

    fn explainer(&self) -> Result<&dyn Explainer, Unexplained> {
        self.parts.iter().try_for_each(|(_, part)| part.explainer().map(drop))?;
        Ok(self)
    }
}

impl Explainer for Blend {
    fn base(&self) -> f64 {
        self.explainers().map(|(weight, part)| weight * part.base()).sum()
    }

    fn contributions(&self, row: &[f64], contributions: &mut [f64]) {
        contributions.fill(0.0);
        let mut own = vec![0.0; contributions.len()];
        for (weight, part) in self.explainers() {
            part.contributions(row, &mut own);
            contributions.iter_mut().zip(&own).for_each(|(sum, own)| *sum += weight * own);
        }
    }
}

/// What was set about a blend: its weights, and the parameters of its parts.
#[derive(Debug, Clone, PartialEq)]
pub struct BlendSettings {
    /// By part, adding up to 1; `None` when they are to be chosen.
    pub weights: Option<Vec<f64>>,
    /// By part.
    pub parts: Vec<Vec<(String, String)>>,
}

impl BlendSettings {
    /// Reads `weights=W,W` (or `auto`) and `PART.KEY=VALUE`.
    ///
    /// # Errors
    /// When a key begins with no part's name, or weights are not one number for each part.
    pub fn parse(settings: &[(String, String)]) -> Result<Self, ParameterError> {
        let kinds = ModelKind::Blend.parts();
        let mut found = Self { weights: None, parts: vec![Vec::new(); kinds.len()] };
        for (key, value) in settings {
            let of_part = key
                .split_once('.')
                .and_then(|(part, key)| Some((kinds.iter().position(|kind| kind.as_str() == part)?, key)));
            match of_part {
                Some((part, key)) => found.parts[part].push((key.to_owned(), value.clone())),
                None if key == WEIGHTS => found.weights = weights(value, kinds.len())?,
                None => {
                    let known = ["weights", "lightgbm.KEY", "mlp.KEY"];
                    return Err(ParameterError::unknown(key, known.into_iter()));
                }
            }
        }
        Ok(found)
    }

    /// The setting of these weights.
    pub fn setting(weights: &[f64]) -> (String, String) {
        let words: Vec<String> = weights.iter().map(f64::to_string).collect();
        (WEIGHTS.to_owned(), words.join(","))
    }

    /// The setting `key` of a part as one of the blend.
    pub fn of_part(part: ModelKind, key: &str) -> String {
        format!("{}.{key}", part.as_str())
    }
}

fn weights(value: &str, parts: usize) -> Result<Option<Vec<f64>>, ParameterError> {
    if value.trim() == "auto" {
        return Ok(None);
    }
    let numbers: Result<Vec<f64>, _> = value.split(',').map(|number| number.trim().parse()).collect();
    let is_sound = |weights: &Vec<f64>| {
        let sum: f64 = weights.iter().sum();
        weights.len() == parts && weights.iter().all(|weight| *weight >= 0.0) && sum > 0.0 && sum.is_finite()
    };
    let weights = numbers.ok().filter(is_sound).ok_or_else(|| ParameterError::Value {
        key: WEIGHTS.to_owned(),
        value: value.to_owned(),
        expected: "auto, or a number from 0 on for each part: lightgbm,mlp".to_owned(),
    })?;
    let sum: f64 = weights.iter().sum();
    Ok(Some(weights.iter().map(|weight| weight / sum).collect()))
}

/// As much of each part.
pub fn equal_weights(parts: usize) -> Vec<f64> {
    vec![1.0 / parts as f64; parts]
}

/// The weights that are `worth` most, of all tenths that leave no part out; of equally good ones those that are closest to equal.
pub fn choose_weights(parts: usize, worth: impl Fn(&[f64]) -> f64) -> Vec<f64> {
    let mut tried = vec![equal_weights(parts)];
    shares(parts, STEPS, &mut Vec::new(), &mut tried);
    let unevenness = |weights: &Vec<f64>| weights.iter().map(|weight| weight * weight).sum::<f64>();
    tried.sort_by(|one, other| unevenness(one).total_cmp(&unevenness(other)));
    let valued = tried.into_iter().map(|weights| (worth(&weights), weights));
    let best = valued
        .filter(|(value, _)| !value.is_nan())
        .reduce(|best, next| if next.0 > best.0 { next } else { best });
    best.map_or_else(|| equal_weights(parts), |(_, weights)| weights)
}

/// All ways to give `left` steps to so many parts, at least one to each, behind those in `given`.
fn shares(parts: usize, left: usize, given: &mut Vec<usize>, into: &mut Vec<Vec<f64>>) {
    if parts == 1 {
        into.push(given.iter().chain([&left]).map(|&steps| steps as f64 / STEPS as f64).collect());
        return;
    }
    for own in 1..=left - (parts - 1) {
        given.push(own);
        shares(parts - 1, left - own, given, into);
        given.pop();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Scores by a value of the row, and says that the next one added as much as its weight.
    struct Column(usize);

    impl Scorer for Column {
        fn features(&self) -> usize {
            2
        }

        fn score(&self, rows: &[f64], scores: &mut [f64]) {
            scores.iter_mut().zip(rows.chunks(2)).for_each(|(score, row)| *score = row[self.0]);
        }

        fn explainer(&self) -> Result<&dyn Explainer, Unexplained> {
            Ok(self)
        }
    }

    impl Explainer for Column {
        fn base(&self) -> f64 {
            -1.0
        }

        fn contributions(&self, row: &[f64], contributions: &mut [f64]) {
            contributions.fill(0.0);
            contributions[self.0] = log_odds(row[self.0]) + 1.0;
        }
    }

    fn blend(weight: f64) -> Blend {
        Blend::new(vec![(weight, Arc::new(Column(0))), (1.0 - weight, Arc::new(Column(1)))])
    }

    #[test]
    fn log_odds_are_averaged_and_each_part_explains_its_own() {
        let blend = blend(0.25);
        let rows: Vec<f64> = (0..2 * 600).map(|value| f64::from(value % 97 + 1) / 99.0).collect();
        let mut scores = vec![0.0; 600];
        blend.score(&rows, &mut scores);
        for (row, score) in rows.chunks(2).zip(&scores) {
            let odds = (row[0] / (1.0 - row[0])).powf(0.25) * (row[1] / (1.0 - row[1])).powf(0.75);
            assert!((score - odds / (1.0 + odds)).abs() < 1e-12);
            let mut contributions = [7.0; 2];
            let explainer = blend.explainer().expect("both parts explain");
            explainer.contributions(row, &mut contributions);
            let sum = explainer.base() + contributions.iter().sum::<f64>();
            assert!((sum - log_odds(*score)).abs() < 1e-9, "{sum}");
        }
        blend.score(&[], &mut []);
    }

    #[test]
    fn parts_that_are_certain_leave_a_number() {
        let mut scores = [0.0; 2];
        blend(0.5).score(&[1.0, 1.0, 0.0, 1.0], &mut scores);
        assert!(scores[0] > 0.999_999 && scores[0] <= 1.0, "{scores:?}");
        assert!((scores[1] - 0.5).abs() < 1e-9, "{scores:?}");
    }

    #[test]
    fn weights_are_those_that_are_worth_most() {
        assert_eq!(choose_weights(2, |weights| -(weights[0] - 0.31).abs()), [0.3, 0.7]);
        assert_eq!(choose_weights(2, |weights| weights[1]), [0.1, 0.9]);
        let three = choose_weights(3, |weights| weights[0] * weights[1] - weights[2]);
        assert_eq!(three.iter().map(|weight| (weight * 10.0).round()).sum::<f64>(), 10.0);
        assert_eq!(three[2], 0.1, "no part is left out");
        assert_eq!(choose_weights(2, |_| 0.5), [0.5; 2], "nothing speaks for either");
        assert_eq!(choose_weights(3, |_| f64::NAN), [1.0 / 3.0; 3]);
    }

    fn parse(settings: &[(&str, &str)]) -> Result<BlendSettings, ParameterError> {
        let owned = settings.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned()));
        BlendSettings::parse(&owned.collect::<Vec<_>>())
    }

    #[test]
    fn settings_go_to_their_parts() {
        let found = parse(&[("mlp.hidden", "64,64"), ("weights", "1,3"), ("lightgbm.rounds", "9")])
            .expect("they fit");
        assert_eq!(found.weights, Some(vec![0.25, 0.75]));
        let pair = |key: &str, value: &str| vec![(key.to_owned(), value.to_owned())];
        assert_eq!(found.parts, [pair("rounds", "9"), pair("hidden", "64,64")]);
        assert_eq!(parse(&[("weights", "auto")]).expect("it fits").weights, None);
        assert_eq!(BlendSettings::setting(&[0.25, 0.75]), ("weights".to_owned(), "0.25,0.75".to_owned()));
        for wrong in ["1", "1,2,3", "-1,2", "0,0", "a,b", "NaN,1", "inf,1"] {
            assert!(
                parse(&[("weights", wrong)]).is_err_and(|error| error.to_string().contains("auto")),
                "{wrong}"
            );
        }
        for key in ["rounds", "forest.rounds", "weight"] {
            let error = parse(&[(key, "1")]).expect_err("no key of a blend").to_string();
            assert!(error.contains("lightgbm.KEY"), "{error}");
        }
    }

    #[test]
    fn a_file_of_weights_is_checked() {
        assert!(BlendFile::new(&[0.3, 0.7]).is_sound());
        for weights in [&[0.3, 0.3][..], &[1.5, -0.5], &[f64::NAN, 1.0], &[1.0]] {
            assert!(!BlendFile::new(weights).is_sound(), "{weights:?}");
        }
    }
}
