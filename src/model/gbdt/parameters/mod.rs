//! LightGBM's parameters as this crate sets them, and `--set key=value` over them.

mod known;

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use crate::metrics::Metric;
use crate::model::ParameterError;
use crate::suggest::nearest;
use known::KNOWN;

/// The parameters that are this crate's own and not LightGBM's.
const OWN: [&str; 6] =
    ["early_stopping_rounds", "ignore_column", "members", "metric", "metric_freq", "rounds"];

/// More trees than anybody waits for.
const MOST_ROUNDS: usize = 1_000_000;
/// More models than anybody averages.
const MOST_MEMBERS: usize = 1_000;

/// Parameters of a training run.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct GbdtParameters {
    /// The most rounds.
    pub rounds: usize,
    /// Stop after so many rounds without a better validation metric; 0 never stops early. The best round is kept in either
    /// case.
    pub early_stopping_rounds: usize,
    /// What says which round is best.
    #[serde(default)]
    pub metric: Metric,
    /// The metric is computed every so many rounds; only such a round can be the best.
    #[serde(default = "one")]
    pub metric_freq: usize,
    /// Models trained from as many seeds, whose mean (of the log-odds) is the model.
    #[serde(default = "one")]
    pub members: usize,
    /// Features that no tree splits on; a `*` at the end stands for whatever follows.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub ignore_column: Vec<String>,
    /// What is handed to LightGBM, by its name there.
    pub native: BTreeMap<String, String>,
    /// What the user set.
    #[serde(skip)]
    explicit: BTreeSet<String>,
}

fn one() -> usize {
    1
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
            // LightGBM's .001 lets leaves of a few certain rows run away: log loss is a fifth lower with 1.
            ("min_sum_hessian_in_leaf", "1".to_owned()),
            ("feature_fraction", "0.6".to_owned()),
            ("bagging_fraction", "0.8".to_owned()),
            ("bagging_freq", "1".to_owned()),
            ("deterministic", "true".to_owned()),
            ("force_row_wise", "true".to_owned()),
            // Its log goes to `tracing`, which decides what is seen.
            ("verbosity", "1".to_owned()),
            ("num_threads", threads.to_string()),
        ];
        let mut parameters = Self {
            rounds: 1_000,
            early_stopping_rounds: 100,
            metric: Metric::default(),
            metric_freq: 1,
            members: 1,
            ignore_column: Vec::new(),
            native: native.map(|(key, value)| (key.to_owned(), value)).into_iter().collect(),
            explicit: BTreeSet::new(),
        };
        parameters.reseed(seed);
        parameters
    }

    /// Sets the seed.
    pub(super) fn reseed(&mut self, seed: u64) {
        // LightGBM takes a C int.
        self.native.insert("seed".to_owned(), (seed % i32::MAX as u64).to_string());
    }

    /// Sets one parameter from text.
    ///
    /// # Errors
    /// When `key` is not known (the error suggests the nearest) or `value` does not fit.
    pub fn set(&mut self, key: &str, value: &str) -> Result<(), ParameterError> {
        let wrong = |expected: &str| ParameterError::Value {
            key: key.into(),
            value: value.into(),
            expected: expected.into(),
        };
        let count = |least: usize, most: usize| {
            let number = value.parse().ok().filter(|number| (least..=most).contains(number));
            number.ok_or_else(|| wrong(&format!("a whole number from {least} to {most}")))
        };
        match key {
            "rounds" => self.rounds = count(1, MOST_ROUNDS)?,
            "early_stopping_rounds" => self.early_stopping_rounds = count(0, MOST_ROUNDS)?,
            "members" => self.members = count(1, MOST_MEMBERS)?,
            "metric_freq" => self.metric_freq = count(1, MOST_ROUNDS)?,
            "metric" => self.metric = Metric::parse(value)?,
            "ignore_column" => {
                self.ignore_column = value.split(',').map(|name| name.trim().to_owned()).collect();
            }
            _ => {
                let values = known::values(key).ok_or_else(|| unknown(key))?;
                if !values.hold(value) {
                    return Err(wrong(&values.to_string()));
                }
                self.native.insert(key.to_owned(), value.to_owned());
            }
        }
        self.explicit.insert(key.to_owned());
        Ok(())
    }

    /// Looks for parameters that exclude each other or that do nothing, and makes defaults follow what was set; to be called
    /// once, before training. `weighted` says that the training rows have class weights.
    ///
    /// # Errors
    /// [`ParameterError::Contradiction`] with what to do.
    pub fn check(&mut self, weighted: bool) -> Result<(), ParameterError> {
        self.check_classes(weighted)?;
        self.check_sampling()?;
        self.check_shape()?;
        self.check_boosting()
    }

    /// Finds the columns to ignore among the rows' `names`. LightGBM's own `ignore_column` is for files that it reads itself; here the
    /// gain of their splits counts nothing.
    ///
    /// # Errors
    /// When a name is none of them, or nothing is left to split on.
    pub fn name_columns(&mut self, names: &[String]) -> Result<(), ParameterError> {
        let mut counts = vec!["1"; names.len()];
        for wanted in &self.ignore_column {
            let is_meant = |name: &String| match wanted.strip_suffix('*') {
                Some(beginning) => name.starts_with(beginning),
                None => name == wanted,
            };
            let found: Vec<usize> = (0..names.len()).filter(|&column| is_meant(&names[column])).collect();
            if found.is_empty() {
                let nearest = nearest(wanted, names.iter().map(String::as_str));
                let meant = nearest.map(|name| format!(" (did you mean {name}?)")).unwrap_or_default();
                return contradiction(format!("ignore_column: there is no feature {wanted:?}{meant}"));
            }
            found.into_iter().for_each(|column| counts[column] = "0");
        }
        if !counts.contains(&"1") {
            return contradiction("ignore_column leaves no feature to split on");
        }
        if !self.ignore_column.is_empty() {
            self.native.insert("feature_contri".to_owned(), counts.join(","));
        }
        Ok(())
    }

    fn check_classes(&self, weighted: bool) -> Result<(), ParameterError> {
        let weights = self.is("is_unbalance", "true");
        if weights && self.set_by_user("scale_pos_weight") {
            return contradiction(
                "is_unbalance=true and scale_pos_weight both weigh the classes: set one of them",
            );
        }
        if weighted && (weights || self.set_by_user("scale_pos_weight")) {
            return contradiction(
                "the data was prepared with --balance weights, and is_unbalance or scale_pos_weight would weigh the classes \
                 a second time",
            );
        }
        if self.is("zero_as_missing", "true") && self.is("use_missing", "false") {
            return contradiction("zero_as_missing=true needs use_missing=true");
        }
        Ok(())
    }

    fn check_sampling(&mut self) -> Result<(), ParameterError> {
        let by_class = ["pos_bagging_fraction", "neg_bagging_fraction"];
        if by_class.iter().any(|name| self.set_by_user(name)) {
            if self.set_by_user("bagging_fraction") {
                return contradiction(
                    "bagging_fraction draws from all rows, pos_bagging_fraction and neg_bagging_fraction from those of a \
                     class: set the one or the others",
                );
            }
            self.native.remove("bagging_fraction");
        }
        let goss = self.is("data_sample_strategy", "goss");
        let bagging = ["bagging_fraction", "bagging_freq"].into_iter().chain(by_class);
        if goss {
            if let Some(name) = bagging.clone().find(|name| self.set_by_user(name)) {
                return contradiction(format!(
                    "data_sample_strategy=goss draws rows in its own way: leave out {name}"
                ));
            }
            bagging.for_each(|name| drop(self.native.remove(name)));
            if self.number("top_rate", 0.2) + self.number("other_rate", 0.1) > 1.0 {
                return contradiction(
                    "top_rate and other_rate are shares of the rows: together they are 1 at most",
                );
            }
        } else if let Some(name) = ["top_rate", "other_rate"].into_iter().find(|name| self.set_by_user(name))
        {
            return contradiction(format!("{name} does nothing without data_sample_strategy=goss"));
        }
        if self.is("bagging_freq", "0") && self.set_by_user("bagging_fraction") {
            return contradiction("bagging_fraction does nothing with bagging_freq=0: set bagging_freq=1");
        }
        Ok(())
    }

    fn check_shape(&mut self) -> Result<(), ParameterError> {
        let depth = self.number("max_depth", -1.0);
        if depth <= 0.0 {
            return Ok(());
        }
        let most = 2_f64.powf(depth);
        if most >= self.number("num_leaves", 31.0) {
            return Ok(());
        }
        if self.set_by_user("num_leaves") {
            let leaves = &self.native["num_leaves"];
            return contradiction(format!(
                "a tree of max_depth={depth} has {most} leaves at most: num_leaves={leaves} is never reached"
            ));
        }
        self.native.insert("num_leaves".to_owned(), most.to_string());
        Ok(())
    }

    fn check_boosting(&mut self) -> Result<(), ParameterError> {
        const OF_DART: [&str; 5] =
            ["drop_rate", "max_drop", "skip_drop", "uniform_drop", "xgboost_dart_mode"];
        const OF_QUANTISED: [&str; 3] =
            ["num_grad_quant_bins", "quant_train_renew_leaf", "stochastic_rounding"];
        let idle = |names: &[&'static str], key, value| {
            let set = names.iter().copied().find(|name| self.set_by_user(name));
            set.filter(|_| !self.is(key, value))
                .map(|name| format!("{name} does nothing without {key}={value}"))
        };
        let idle =
            idle(&OF_DART, "boosting", "dart").or_else(|| idle(&OF_QUANTISED, "use_quantized_grad", "true"));
        if let Some(why) = idle {
            return contradiction(why);
        }
        if self.is("boosting", "dart") {
            if self.set_by_user("early_stopping_rounds") && self.early_stopping_rounds > 0 {
                return contradiction(
                    "boosting=dart changes earlier trees in later rounds, so that no earlier round can be gone back to: leave \
                     out early_stopping_rounds and set rounds",
                );
            }
            self.early_stopping_rounds = 0;
        }
        Ok(())
    }

    /// True when an earlier round can be gone back to.
    pub(super) fn rolls_back(&self) -> bool {
        !self.is("boosting", "dart")
    }

    /// `key=value` separated by spaces, as LightGBM reads it.
    pub fn to_text(&self) -> String {
        let pairs: Vec<String> = self.native.iter().map(|(key, value)| format!("{key}={value}")).collect();
        pairs.join(" ")
    }

    fn set_by_user(&self, name: &str) -> bool {
        self.explicit.contains(name)
    }

    fn is(&self, name: &str, value: &str) -> bool {
        self.native.get(name).is_some_and(|set| set == value)
    }

    fn number(&self, name: &str, default: f64) -> f64 {
        self.native.get(name).and_then(|value| value.parse().ok()).unwrap_or(default)
    }
}

fn unknown(key: &str) -> ParameterError {
    let names = OWN.into_iter().chain(KNOWN.iter().map(|(name, _)| *name));
    match known::meant(key) {
        Some(name) => ParameterError::meant(key, name, names),
        None => ParameterError::unknown(key, names),
    }
}

fn contradiction<T>(why: impl Into<String>) -> Result<T, ParameterError> {
    Err(ParameterError::Contradiction(why.into()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn checked(settings: &[(&str, &str)], weighted: bool) -> Result<GbdtParameters, String> {
        let mut parameters = GbdtParameters::new(42, 1);
        for (key, value) in settings {
            parameters.set(key, value).map_err(|error| error.to_string())?;
        }
        parameters.check(weighted).map_err(|error| error.to_string())?;
        Ok(parameters)
    }

    #[test]
    fn unknown_parameters_and_values_are_refused_with_a_suggestion() {
        for (key, value, said) in [
            ("learning_rat", "0.1", "did you mean learning_rate?"),
            ("n_estimators", "100", "did you mean rounds?"),
            ("reg_lambda", "1", "did you mean lambda_l2?"),
            ("num_threads", "8", "unknown parameter"),
            ("num_leaves", "many", "a whole number from 2 to 131072"),
            ("bagging_fraction", "0", "a number above 0, at most 1"),
            ("boosting", "rf", "gbdt or dart"),
            ("metric", "auc", "did you mean roc_auc?"),
            ("members", "0", "a whole number from 1 to 1000"),
        ] {
            let error = checked(&[(key, value)], false).expect_err(key);
            assert!(error.contains(said), "{key}: {error}");
        }
    }

    #[test]
    fn contradictions_are_refused() {
        for (settings, weighted, said) in [
            (&[("is_unbalance", "true"), ("scale_pos_weight", "9")][..], false, "both weigh"),
            (&[("scale_pos_weight", "9")], true, "a second time"),
            (&[("zero_as_missing", "true"), ("use_missing", "false")], false, "needs use_missing"),
            (&[("bagging_fraction", "0.5"), ("neg_bagging_fraction", "0.1")], false, "the one or the others"),
            (&[("data_sample_strategy", "goss"), ("bagging_freq", "1")], false, "leave out bagging_freq"),
            (&[("data_sample_strategy", "goss"), ("top_rate", "0.95")], false, "together they are 1"),
            (&[("top_rate", "0.5")], false, "without data_sample_strategy=goss"),
            (&[("bagging_fraction", "0.5"), ("bagging_freq", "0")], false, "set bagging_freq=1"),
            (&[("max_depth", "3"), ("num_leaves", "31")], false, "8 leaves at most"),
            (&[("drop_rate", "0.5")], false, "without boosting=dart"),
            (&[("num_grad_quant_bins", "8")], false, "without use_quantized_grad=true"),
            (&[("boosting", "dart"), ("early_stopping_rounds", "9")], false, "no earlier round"),
        ] {
            let error = checked(settings, weighted).expect_err(said);
            assert!(error.contains(said), "{error}");
        }
    }

    #[test]
    fn defaults_follow_what_was_set() {
        let shallow = checked(&[("max_depth", "3")], false).expect("it fits");
        assert_eq!(shallow.native["num_leaves"], "8");
        let goss = checked(&[("data_sample_strategy", "goss")], false).expect("it fits");
        assert!(!goss.native.contains_key("bagging_fraction"));
        let dart = checked(&[("boosting", "dart"), ("rounds", "50")], false).expect("it fits");
        assert_eq!((dart.early_stopping_rounds, dart.rolls_back()), (0, false));
        let by_class = checked(&[("neg_bagging_fraction", "0.1")], false).expect("it fits");
        assert!(!by_class.native.contains_key("bagging_fraction"));
    }

    #[test]
    fn columns_to_ignore_are_found_by_name() {
        let names = ["risk_1", "risk_7", "amount"].map(str::to_owned);
        let ignoring = |value: &str| {
            let mut parameters = checked(&[("ignore_column", value)], false).expect("it fits");
            let found = parameters.name_columns(&names).map_err(|error| error.to_string());
            found.map(|()| parameters.native["feature_contri"].clone())
        };
        assert_eq!(ignoring("risk_*"), Ok("0,0,1".to_owned()));
        assert_eq!(ignoring("amount, risk_7"), Ok("1,0,0".to_owned()));
        assert!(ignoring("risk_2").is_err_and(|error| error.contains("did you mean risk_1?")));
        assert!(ignoring("x*").is_err_and(|error| error.contains("no feature \"x*\"")));
        assert!(ignoring("*").is_err_and(|error| error.contains("no feature to split on")));
        let mut all = checked(&[], false).expect("it fits");
        all.name_columns(&names).expect("nothing is ignored");
        assert!(!all.native.contains_key("feature_contri"));
    }
}
