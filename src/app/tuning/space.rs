//! What is searched: the parameters of each model, and the values that a trial may take. docs/TRAINING.md says why these.

use crate::model::ModelKind;

/// A parameter and its values.
#[derive(Debug)]
pub(super) struct Dimension {
    pub(super) name: &'static str,
    pub(super) values: &'static [&'static str],
}

const fn dimension(name: &'static str, values: &'static [&'static str]) -> Dimension {
    Dimension { name, values }
}

const LIGHTGBM: [Dimension; 10] = [
    dimension("learning_rate", &["0.02", "0.03", "0.05", "0.08"]),
    dimension("num_leaves", &["4", "5", "7", "10", "15", "31"]),
    dimension("min_data_in_leaf", &["1", "3", "10", "30"]),
    dimension("min_sum_hessian_in_leaf", &["0.001", "0.1", "1", "3"]),
    // Two values that differ much may fall into one of 255 bins: risks and amounts have long tails.
    dimension("max_bin", &["255", "1023", "4095"]),
    dimension("min_data_in_bin", &["1", "3"]),
    dimension("feature_fraction", &["0.3", "0.4", "0.5", "0.7", "0.9"]),
    dimension("bagging_fraction", &["0.5", "0.7", "0.9"]),
    dimension("lambda_l2", &["0", "1", "10"]),
    dimension("path_smooth", &["0", "1", "10"]),
];

const MLP: [Dimension; 9] = [
    dimension("hidden", &["64,64", "128,128", "256,256", "128,128,128"]),
    dimension("activation", &["relu", "selu"]),
    dimension("frequencies", &["0", "8", "16"]),
    dimension("embedding_size", &["4", "8"]),
    dimension("frequency_scale", &["0.1", "0.3"]),
    dimension("learning_rate", &["0.01", "0.02", "0.04"]),
    dimension("weight_decay", &["0", "0.02", "0.1"]),
    dimension("batch_size", &["128", "256", "512"]),
    dimension("epochs", &["auto", "6", "12", "16"]),
];

/// The space of a model; the parts of a blend are searched each by itself.
pub(super) fn of(model: ModelKind) -> &'static [Dimension] {
    match model {
        ModelKind::Lightgbm => &LIGHTGBM,
        ModelKind::Mlp => &MLP,
        ModelKind::Blend => &[],
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::gbdt::GbdtParameters;
    use crate::model::neural::MlpParameters;

    #[test]
    fn every_value_is_one_that_the_model_takes() {
        for Dimension { name, values } in of(ModelKind::Lightgbm) {
            for value in *values {
                let mut parameters = GbdtParameters::new(1, 1);
                parameters.set(name, value).expect("it fits");
                parameters.check(false).expect("it contradicts nothing");
            }
        }
        for Dimension { name, values } in of(ModelKind::Mlp) {
            values.iter().for_each(|value| MlpParameters::default().set(name, value).expect("it fits"));
        }
    }
}
