//! From a trained model to decisions: its calibration and its thresholds, in this order, from the validation rows.

use std::sync::Arc;

use super::AppError;
use super::known::Known;
use crate::calibration::{Calibration, Isotonic, Platt, Prior};
use crate::dataset::{PartCount, PartRows, Prepared};
use crate::domain::{ClassWeights, Thresholds};
use crate::metrics::{
    self, Assessment, AssessmentOptions, ChosenThresholds, KnownRows, ThresholdRule, choose_thresholds,
};
use crate::model::calibrated::{CALIBRATION_VERSION, Calibrated, CalibrationFile};
use crate::model::drift::Reference;
use crate::model::golden_rows::GoldenRows;
use crate::model::{Scorer, score_rows};
use crate::progress::Progress;
use crate::resample::Balance;

/// How scores become probabilities.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum CalibrationMethod {
    /// They stay as they are.
    #[default]
    None,
    /// See [`Isotonic`].
    Isotonic,
    /// See [`Platt`].
    Platt,
    /// See [`Prior`].
    Prior,
}

/// How scores become decisions.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct DecisionRules {
    /// Before thresholds are chosen.
    pub calibrate: CalibrationMethod,
    /// From when on an analyst is asked.
    pub review: ThresholdRule,
    /// From when on a payment is refused; `None` refuses nothing.
    pub block: Option<ThresholdRule>,
}

impl Default for DecisionRules {
    /// Review where F1 is highest; payments are refused without asking anybody only where precision is 95 %.
    fn default() -> Self {
        Self {
            calibrate: CalibrationMethod::None,
            review: ThresholdRule::F1,
            block: Some(ThresholdRule::Precision(0.95)),
        }
    }
}

/// What was decided.
pub struct Decided {
    /// What the run stores of the calibration.
    pub calibration: Option<CalibrationFile>,
    /// The two limits.
    pub thresholds: Thresholds,
    /// How they were chosen.
    pub chosen: ChosenThresholds,
    /// What later rows are compared to.
    pub drift: Reference,
    /// Some of the validation rows and their scores.
    pub golden: GoldenRows,
    /// The validation rows with the calibrated scores at the review threshold.
    pub valid: Assessment,
}

/// Says before the training whether the rules can be followed on these validation rows.
///
/// # Errors
/// When the rows lack the times or amounts that a rule needs.
pub fn check(rules: &DecisionRules, prepared: &Prepared, valid: &PartRows) -> Result<(), AppError> {
    let known = Known::of(valid, &prepared.schema);
    // Scores come later; what is asked is which columns there are.
    let scores = vec![0.0; valid.labels.len()];
    let rows = known.rows(&valid.labels, &scores);
    rows.check_rule(rules.review)?;
    Ok(rules.block.map_or(Ok(()), |block| rows.check_rule(block))?)
}

/// Calibrates `scorer` and chooses the thresholds on the validation rows. `weights` are what a training row of each class
/// counted, `parameters` those of the model.
///
/// # Errors
/// When the validation rows hold one class only, or lack what a rule needs.
pub fn decide(
    rules: &DecisionRules,
    prepared: &Prepared,
    valid: &PartRows,
    scorer: Arc<dyn Scorer>,
    weights: Option<ClassWeights>,
    parameters: &serde_json::Value,
    progress: &dyn Progress,
) -> Result<Decided, AppError> {
    let prior = prior(prepared, weights, parameters)?;
    let raw = || score_rows(&*scorer, &valid.features);
    let calibration = match rules.calibrate {
        CalibrationMethod::None => {
            if is_shifted(&prior) {
                progress.note(shifted(prepared));
            }
            None
        }
        CalibrationMethod::Prior if !is_shifted(&prior) => {
            progress
                .note("the training rows have the true share of frauds: there is no prior to correct".into());
            None
        }
        CalibrationMethod::Prior => Some(Calibration::Prior(prior)),
        CalibrationMethod::Isotonic => Some(Calibration::Isotonic(Isotonic::fit(&valid.labels, &raw())?)),
        CalibrationMethod::Platt => Some(Calibration::Platt(Platt::fit(&valid.labels, &raw())?)),
    };
    let calibrated = Calibrated::wrap(Arc::clone(&scorer), calibration.clone());
    let scores = score_rows(&*calibrated, &valid.features);
    let known = Known::of(valid, &prepared.schema);
    let rows = known.rows(&valid.labels, &scores);
    let (thresholds, chosen) = choose(rules, &rows, progress)?;
    let options = AssessmentOptions { seed: prepared.manifest.facts.seed, ..AssessmentOptions::default() };
    Ok(Decided {
        calibration: calibration.map(|calibration| CalibrationFile {
            format_version: CALIBRATION_VERSION,
            rows: if rules.calibrate == CalibrationMethod::Prior { 0 } else { valid.labels.len() },
            calibration,
        }),
        thresholds,
        chosen,
        drift: Reference::of(&valid.features, &scores),
        golden: GoldenRows::of(&valid.features, &scores),
        valid: metrics::assess(&rows, thresholds.review, options)?,
    })
}

fn choose(
    rules: &DecisionRules,
    rows: &KnownRows<'_>,
    progress: &dyn Progress,
) -> Result<(Thresholds, ChosenThresholds), AppError> {
    let (thresholds, chosen) = choose_thresholds(rules.review, rules.block, rows)?;
    if !chosen.review.met {
        progress.warn(format!(
            "no threshold that alerts to any validation row does what --review {} asks: the run reviews nothing but scores \
             above all of these",
            chosen.review.rule
        ));
    }
    for block in chosen.block.iter().filter(|block| !block.met) {
        let said = format!(
            "no threshold from review on that alerts to any validation row does what --block {} asks: the run blocks nothing",
            block.rule
        );
        match rules.block == DecisionRules::default().block {
            true => progress.note(said),
            false => progress.warn(said),
        }
    }
    Ok((thresholds, chosen))
}

/// What undoes the share of frauds that the model was trained with.
fn prior(
    prepared: &Prepared,
    weights: Option<ClassWeights>,
    parameters: &serde_json::Value,
) -> Result<Prior, AppError> {
    let facts = &prepared.manifest.facts;
    let counts = |count: PartCount| [count.positives, count.rows - count.positives];
    let [frauds, genuine] = counts(facts.train).map(|count| count as f64);
    let mut weights = weights.unwrap_or(ClassWeights { fraud: 1.0, genuine: 1.0 });
    // In a blend they shift one part of the log-odds.
    let (trees, share) = match parameters["weights"]["lightgbm"].as_f64() {
        Some(share) => (&parameters["lightgbm"], share),
        None => (parameters, 1.0),
    };
    weights.fraud *= native_weight(&trees["native"], genuine / frauds).powf(share);
    Ok(Prior::new(counts(facts.train_before_balance), counts(facts.train), Some(weights))?)
}

/// What LightGBM's own parameters let a fraud count for more than a genuine row, on top of class weights; `ratio` is how many of
/// these there are to a fraud.
fn native_weight(native: &serde_json::Value, ratio: f64) -> f64 {
    let value = |key: &str| native[key].as_str();
    let number = |key| value(key).and_then(|text| text.parse::<f64>().ok()).unwrap_or(1.0);
    let mut weight = number("scale_pos_weight");
    if value("is_unbalance") == Some("true") {
        weight *= ratio;
    }
    // Drawing one class more often than the other in each round does the same.
    if value("bagging_freq").is_some_and(|rounds| rounds != "0") {
        weight *= number("pos_bagging_fraction") / number("neg_bagging_fraction");
    }
    weight
}

/// Training saw other odds than there are, rounding apart.
fn is_shifted(prior: &Prior) -> bool {
    (prior.odds_ratio - 1.0).abs() > 1e-9
}

fn shifted(prepared: &Prepared) -> String {
    let balance = &prepared.manifest.facts.balance;
    let how = match Balance::parse(balance).is_ok_and(|balance| !balance.is_none()) {
        true => format!(" ({balance})"),
        false => String::new(),
    };
    format!(
        "the classes were rebalanced{how}: scores are shifted and no probabilities. Thresholds are chosen for them as they \
         are; --calibrate prior, platt or isotonic makes probabilities of them"
    )
}
