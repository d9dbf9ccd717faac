//! The flags that say how scores become decisions.

use clap::{Args, ValueEnum};

use super::error::UsageError;
use crate::app::deciding::{CalibrationMethod, DecisionRules};
use crate::metrics::ThresholdRule;

#[derive(Debug, Args)]
pub struct DecisionArgs {
    /// How scores become probabilities, before thresholds are chosen; fitted to the validation rows
    ///
    /// isotonic and platt are scikit-learn's; prior undoes --balance, weights and scale_pos_weight, and is fitted to nothing.
    #[arg(long, value_enum, default_value_t = CalibrateArg::None)]
    calibrate: CalibrateArg,
    /// From which score on an analyst is asked, chosen on the validation rows
    ///
    /// f1 (the greatest), precision:0.95 or recall:0.9 (at least), fpr:0.01, alerts:100/day or alerts:1% (at most),
    /// cost:FN,FP (least, where a missed fraud and a false alert cost so much), amount:FP (least, where a missed fraud costs
    /// its amount and an alert FP), or a threshold.
    #[arg(long, value_name = "RULE", default_value = "f1")]
    review: String,
    /// From which score on a payment is refused: a rule as for --review, or none
    #[arg(long, value_name = "RULE", default_value = "precision:0.95")]
    block: String,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum CalibrateArg {
    None,
    Isotonic,
    Platt,
    Prior,
}

impl DecisionArgs {
    /// The rules.
    ///
    /// # Errors
    /// When one cannot be read.
    pub fn rules(&self) -> Result<DecisionRules, UsageError> {
        let rule = |flag: &str, text: &str| {
            ThresholdRule::parse(text).map_err(|error| UsageError(format!("{flag}: {error}")))
        };
        if self.review == "none" {
            return Err(UsageError(
                "--review none: some score has to call an analyst; --review 1 is the highest".into(),
            ));
        }
        Ok(DecisionRules {
            calibrate: match self.calibrate {
                CalibrateArg::None => CalibrationMethod::None,
                CalibrateArg::Isotonic => CalibrationMethod::Isotonic,
                CalibrateArg::Platt => CalibrationMethod::Platt,
                CalibrateArg::Prior => CalibrationMethod::Prior,
            },
            review: rule("--review", &self.review)?,
            block: match self.block.as_str() {
                "none" => None,
                text => Some(rule("--block", text)?),
            },
        })
    }
}
