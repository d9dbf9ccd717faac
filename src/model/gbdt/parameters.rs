//! LightGBM's parameters as this crate sets them, and `--set key=value` over them.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::model::ParameterError;

/// What can be set, besides the loop's own `rounds` and `early_stopping_rounds`. Threads, seed, objective and
/// determinism are set by the caller and cannot be overridden.
const SETTABLE: [&str; 26] = [
    "bagging_fraction",
    "bagging_freq",
    "cat_l2",
    "cat_smooth",
    "extra_trees",
    "feature_fraction",
    "feature_fraction_bynode",
    "is_unbalance",
    "lambda_l1",
    "lambda_l2",
    "learning_rate",
    "max_bin",
    "max_cat_threshold",
    "max_cat_to_onehot",
    "max_delta_step",
    "max_depth",
    "min_data_in_bin",
    "min_data_in_leaf",
    "min_data_per_group",
    "min_gain_to_split",
    "min_sum_hessian_in_leaf",
    "num_leaves",
    "path_smooth",
    "pos_bagging_fraction",
    "neg_bagging_fraction",
    "scale_pos_weight",
];

/// Parameters of a training run.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct GbdtParameters {
    /// The most rounds.
    pub rounds: usize,
    /// Stop after so many rounds without a better validation metric.
    pub early_stopping_rounds: usize,
    /// What is handed to LightGBM, by its name there.
    pub native: BTreeMap<String, String>,
}

impl GbdtParameters {
    /// The defaults, reproducible for a seed and a number of threads.
    pub fn new(seed: u64, threads: usize) -> Self {
        let native = [
            ("objective", "binary".to_owned()),
            ("metric", "None".to_owned()),
            ("learning_rate", "0.03".to_owned()),
            ("num_leaves", "15".to_owned()),
            ("min_data_in_leaf", "10".to_owned()),
            ("feature_fraction", "0.6".to_owned()),
            ("bagging_fraction", "0.8".to_owned()),
            ("bagging_freq", "1".to_owned()),
            ("deterministic", "true".to_owned()),
            ("force_row_wise", "true".to_owned()),
            ("verbosity", "-1".to_owned()),
            ("num_threads", threads.to_string()),
            // LightGBM takes a C int.
            ("seed", (seed % i32::MAX as u64).to_string()),
        ];
        Self {
            rounds: 1_000,
            early_stopping_rounds: 100,
            native: native.map(|(key, value)| (key.to_owned(), value)).into_iter().collect(),
        }
    }

    /// Sets one parameter from text.
    ///
    /// # Errors
    /// When `key` is not known (the error suggests the nearest) or `value` does not fit.
    pub fn set(&mut self, key: &str, value: &str) -> Result<(), ParameterError> {
        let wrong = |expected| ParameterError::Value { key: key.into(), value: value.into(), expected };
        match key {
            "rounds" | "early_stopping_rounds" => {
                let number = value.parse().ok().filter(|&number| number > 0);
                let number = number.ok_or_else(|| wrong("a whole number above 0"))?;
                if key == "rounds" {
                    self.rounds = number;
                } else {
                    self.early_stopping_rounds = number;
                }
            }
            _ if SETTABLE.contains(&key) => {
                let word = ["extra_trees", "is_unbalance"].contains(&key);
                if !word && !value.parse::<f64>().is_ok_and(f64::is_finite) {
                    return Err(wrong("a number"));
                }
                if word && !["true", "false"].contains(&value) {
                    return Err(wrong("true or false"));
                }
                self.native.insert(key.to_owned(), value.to_owned());
            }
            _ => {
                let known = ["rounds", "early_stopping_rounds"].into_iter().chain(SETTABLE);
                return Err(ParameterError::unknown(key, known));
            }
        }
        Ok(())
    }

    /// `key=value` separated by spaces, as LightGBM reads it.
    pub fn to_text(&self) -> String {
        let pairs: Vec<String> = self.native.iter().map(|(key, value)| format!("{key}={value}")).collect();
        pairs.join(" ")
    }
}
