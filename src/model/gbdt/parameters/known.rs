//! The parameters of LightGBM that can be set, what values they take, and by which other names people know them.
//!
//! Source: LightGBM 4.7, docs/Parameters.rst (`config.h`). Not here, and so refused: what the caller sets (objective,
//! threads, seeds, determinism), what concerns files, ranking, more than two classes or more than one machine, and models
//! that the scorer does not run (linear trees, random forests).

/// What a value has to be.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Values {
    /// A whole number from the first to the second.
    Whole(i64, i64),
    /// A number from the first to the second.
    Number(f64, f64),
    /// A number above the first, up to the second.
    Above(f64, f64),
    /// `true` or `false`.
    Truth,
    /// One of these words.
    Word(&'static [&'static str]),
}

const MOST: f64 = f64::MAX;
const MANY: i64 = i32::MAX as i64;

use Values::{Above, Number, Truth, Whole, Word};

/// Name and values, in alphabetical order.
pub(super) const KNOWN: [(&str, Values); 45] = [
    ("bagging_fraction", Above(0.0, 1.0)),
    ("bagging_freq", Whole(0, MANY)),
    ("bin_construct_sample_cnt", Whole(1, MANY)),
    ("boost_from_average", Truth),
    ("boosting", Word(&["gbdt", "dart"])),
    ("cat_l2", Number(0.0, MOST)),
    ("cat_smooth", Number(0.0, MOST)),
    ("data_sample_strategy", Word(&["bagging", "goss"])),
    ("drop_rate", Number(0.0, 1.0)),
    ("enable_bundle", Truth),
    ("extra_trees", Truth),
    ("feature_fraction", Above(0.0, 1.0)),
    ("feature_fraction_bynode", Above(0.0, 1.0)),
    ("feature_pre_filter", Truth),
    ("is_unbalance", Truth),
    ("lambda_l1", Number(0.0, MOST)),
    ("lambda_l2", Number(0.0, MOST)),
    ("learning_rate", Above(0.0, MOST)),
    ("max_bin", Whole(2, 65_535)),
    ("max_cat_threshold", Whole(1, MANY)),
    ("max_cat_to_onehot", Whole(1, MANY)),
    ("max_delta_step", Number(-MOST, MOST)),
    ("max_depth", Whole(-1, MANY)),
    ("max_drop", Whole(-1, MANY)),
    ("min_data_in_bin", Whole(1, MANY)),
    ("min_data_in_leaf", Whole(0, MANY)),
    ("min_data_per_group", Whole(1, MANY)),
    ("min_gain_to_split", Number(0.0, MOST)),
    ("min_sum_hessian_in_leaf", Number(0.0, MOST)),
    ("neg_bagging_fraction", Above(0.0, 1.0)),
    ("num_grad_quant_bins", Whole(2, 127)),
    ("num_leaves", Whole(2, 131_072)),
    ("other_rate", Above(0.0, 1.0)),
    ("path_smooth", Number(0.0, MOST)),
    ("pos_bagging_fraction", Above(0.0, 1.0)),
    ("quant_train_renew_leaf", Truth),
    ("scale_pos_weight", Above(0.0, 1e6)),
    ("skip_drop", Number(0.0, 1.0)),
    ("stochastic_rounding", Truth),
    ("top_rate", Above(0.0, 1.0)),
    ("uniform_drop", Truth),
    ("use_missing", Truth),
    ("use_quantized_grad", Truth),
    ("xgboost_dart_mode", Truth),
    ("zero_as_missing", Truth),
];

/// Names by which XGBoost, scikit-learn and LightGBM itself call the same, and ours.
const ALIASES: [(&str, &str); 35] = [
    ("colsample_bynode", "feature_fraction_bynode"),
    ("colsample_bytree", "feature_fraction"),
    ("early_stopping_round", "early_stopping_rounds"),
    ("eta", "learning_rate"),
    ("extra_tree", "extra_trees"),
    ("iterations", "rounds"),
    ("lambda", "lambda_l2"),
    ("max_bins", "max_bin"),
    ("max_iter", "rounds"),
    ("max_leaf_nodes", "num_leaves"),
    ("max_leaves", "num_leaves"),
    ("max_leaf_output", "max_delta_step"),
    ("min_child_samples", "min_data_in_leaf"),
    ("min_child_weight", "min_sum_hessian_in_leaf"),
    ("min_data", "min_data_in_leaf"),
    ("min_samples_leaf", "min_data_in_leaf"),
    ("min_split_gain", "min_gain_to_split"),
    ("min_sum_hessian", "min_sum_hessian_in_leaf"),
    ("n_estimators", "rounds"),
    ("n_iter_no_change", "early_stopping_rounds"),
    ("num_boost_round", "rounds"),
    ("num_iterations", "rounds"),
    ("num_rounds", "rounds"),
    ("num_trees", "rounds"),
    ("rate_drop", "drop_rate"),
    ("reg_alpha", "lambda_l1"),
    ("reg_lambda", "lambda_l2"),
    ("shrinkage_rate", "learning_rate"),
    ("sub_feature", "feature_fraction"),
    ("sub_row", "bagging_fraction"),
    ("subsample", "bagging_fraction"),
    ("subsample_for_bin", "bin_construct_sample_cnt"),
    ("subsample_freq", "bagging_freq"),
    ("unbalance", "is_unbalance"),
    ("unbalanced_sets", "is_unbalance"),
];

/// What the parameter `name` takes; `None` when there is no such parameter.
pub(super) fn values(name: &str) -> Option<Values> {
    KNOWN.iter().find(|(known, _)| *known == name).map(|(_, values)| *values)
}

/// Our name of what others call `name`.
pub(super) fn meant(name: &str) -> Option<&'static str> {
    ALIASES.iter().find(|(alias, _)| *alias == name).map(|(_, name)| *name)
}

impl Values {
    /// True when `text` is one of them.
    pub(super) fn hold(self, text: &str) -> bool {
        let number = || text.parse::<f64>().ok().filter(|number| number.is_finite());
        match self {
            Whole(least, most) => text.parse().is_ok_and(|number: i64| (least..=most).contains(&number)),
            Number(least, most) => number().is_some_and(|number| (least..=most).contains(&number)),
            Above(least, most) => number().is_some_and(|number| number > least && number <= most),
            Truth => ["true", "false"].contains(&text),
            Word(words) => words.contains(&text),
        }
    }
}

impl std::fmt::Display for Values {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match *self {
            Whole(least, MANY) => write!(formatter, "a whole number from {least} on"),
            Whole(least, most) => write!(formatter, "a whole number from {least} to {most}"),
            Number(least, _) if least == -MOST => write!(formatter, "a number"),
            Number(least, MOST) => write!(formatter, "a number from {least} on"),
            Number(least, most) => write!(formatter, "a number from {least} to {most}"),
            Above(least, MOST) => write!(formatter, "a number above {least}"),
            Above(least, most) => write!(formatter, "a number above {least}, at most {most}"),
            Truth => write!(formatter, "true or false"),
            Word(words) => write!(formatter, "{}", words.join(" or ")),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_tables_are_sorted_and_lead_to_what_there_is() {
        assert!(KNOWN.is_sorted_by(|(left, _), (right, _)| left < right));
        for (alias, name) in ALIASES {
            let own = ["rounds", "early_stopping_rounds"].contains(&name);
            assert!(own || values(name).is_some(), "{name}");
            assert!(values(alias).is_none(), "{alias}");
        }
    }

    #[test]
    fn values_are_told_apart_and_told() {
        for (values, good, bad, said) in [
            (Whole(2, 9), "9", "1", "a whole number from 2 to 9"),
            (Whole(0, MANY), "0", "0.5", "a whole number from 0 on"),
            (Number(0.0, 1.0), "1", "1.1", "a number from 0 to 1"),
            (Number(-MOST, MOST), "-3", "inf", "a number"),
            (Above(0.0, 1.0), "1e-9", "0", "a number above 0, at most 1"),
            (Truth, "true", "1", "true or false"),
            (Word(&["gbdt", "dart"]), "dart", "rf", "gbdt or dart"),
        ] {
            assert!(values.hold(good) && !values.hold(bad) && !values.hold("nan"), "{values:?}");
            assert_eq!(values.to_string(), said);
        }
    }
}
