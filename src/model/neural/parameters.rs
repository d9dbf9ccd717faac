//! What can be set about a network and its training, by name from the command line or from a file.

use std::fmt::Display;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use super::activation::Activation;
use super::waves::MOST_SIZE;
use crate::model::ParameterError;

/// The shape of the network and how it is trained.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct MlpParameters {
    /// Width of each hidden layer.
    pub hidden: Vec<usize>,
    /// What stands between the layers.
    pub activation: Activation,
    /// Waves that each number is embedded with; 0 for no embeddings.
    pub frequencies: usize,
    /// Values that each number's waves are joined to.
    pub embedding_size: usize,
    /// Deviation of the first frequencies, in turns from the median to a quartile.
    pub frequency_scale: f64,
    /// Networks trained side by side from different starts; their probabilities are averaged.
    pub members: usize,
    /// The schedule's peak; a layer's weights take it divided by the root of its number of inputs.
    pub learning_rate: f64,
    /// Share of its learning rate by which a weight shrinks in each step.
    pub weight_decay: f64,
    /// Rows in one step.
    pub batch_size: usize,
    /// Passes over the training rows; `None` for 8, and on few rows as many as give 640 steps (256 at
    /// most).
    pub epochs: Option<usize>,
    /// The most steps of a member: on large data they make fewer epochs than asked for, but at least one.
    pub max_steps: usize,
    /// Epochs without a better validation metric after which training ends; 0 never ends it early.
    pub patience: usize,
}

impl Default for MlpParameters {
    fn default() -> Self {
        Self {
            hidden: vec![128, 128],
            activation: Activation::Relu,
            frequencies: 8,
            embedding_size: 4,
            frequency_scale: 0.1,
            members: 4,
            learning_rate: 0.02,
            weight_decay: 0.0,
            batch_size: 256,
            epochs: None,
            max_steps: 16_000,
            patience: 0,
        }
    }
}

impl MlpParameters {
    /// The names that [`MlpParameters::set`] knows.
    pub const KEYS: [&'static str; 12] = [
        "hidden",
        "activation",
        "frequencies",
        "embedding_size",
        "frequency_scale",
        "members",
        "learning_rate",
        "weight_decay",
        "batch_size",
        "epochs",
        "max_steps",
        "patience",
    ];

    /// Sets the parameter `key` to what `value` says; `hidden` takes widths separated by commas.
    ///
    /// # Errors
    /// [`ParameterError`] for a name it does not know or a value out of range; nothing is changed then.
    pub fn set(&mut self, key: &str, value: &str) -> Result<(), ParameterError> {
        match key {
            "hidden" => self.hidden = hidden(value)?,
            "activation" => {
                self.activation =
                    Activation::parse(value).map_err(|error| invalid("activation", value, error.expected))?;
            }
            "frequencies" => {
                self.frequencies = number("frequencies", value, "a number up to 64", |n| *n <= 64)?;
            }
            "embedding_size" => {
                const EXPECTED: &str = "a number from 1 to 16";
                self.embedding_size =
                    number("embedding_size", value, EXPECTED, |n| (1..=MOST_SIZE).contains(n))?;
            }
            "frequency_scale" => {
                let accepted = |scale: &f64| *scale > 0.0 && *scale <= 10.0;
                self.frequency_scale = number("frequency_scale", value, "more than 0, at most 10", accepted)?;
            }
            "members" => {
                self.members = number("members", value, "a number from 1 to 64", |n| (1..=64).contains(n))?
            }
            "learning_rate" => {
                self.learning_rate = number("learning_rate", value, "more than 0, at most 1", rate)?
            }
            "weight_decay" => {
                self.weight_decay =
                    number("weight_decay", value, "0 to 1", |decay| (0.0..=1.0).contains(decay))?;
            }
            "batch_size" => self.batch_size = count("batch_size", value)?,
            "epochs" if value.trim() == "auto" => self.epochs = None,
            "epochs" => {
                self.epochs = Some(number("epochs", value, "auto or at least 1", |epochs| *epochs >= 1)?)
            }
            "max_steps" => self.max_steps = count("max_steps", value)?,
            "patience" => {
                self.patience = number("patience", value, "a number of epochs, 0 for none", |_| true)?
            }
            _ => return Err(ParameterError::unknown(key, Self::KEYS.into_iter())),
        }
        Ok(())
    }

    /// The number of epochs when one takes `steps` steps.
    pub fn epochs_of(&self, steps: usize) -> usize {
        const USUAL: usize = 8;
        const MOST: usize = 256;
        const ENOUGH_STEPS: usize = 640;
        let wanted = self.epochs.unwrap_or_else(|| ENOUGH_STEPS.div_ceil(steps).clamp(USUAL, MOST));
        wanted.min((self.max_steps / steps).max(1))
    }

    /// Checks what came from a file instead of [`MlpParameters::set`].
    ///
    /// # Errors
    /// [`ParameterError::Value`] for the first value out of range.
    pub fn validate(&self) -> Result<(), ParameterError> {
        let widths: Vec<String> = self.hidden.iter().map(usize::to_string).collect();
        let mut checked = Self::default();
        checked.set("hidden", &widths.join(","))?;
        checked.set("frequencies", &self.frequencies.to_string())?;
        checked.set("embedding_size", &self.embedding_size.to_string())?;
        checked.set("frequency_scale", &self.frequency_scale.to_string())?;
        checked.set("members", &self.members.to_string())?;
        checked.set("learning_rate", &self.learning_rate.to_string())?;
        checked.set("weight_decay", &self.weight_decay.to_string())?;
        checked.set("batch_size", &self.batch_size.to_string())?;
        checked.set("epochs", &self.epochs.map_or_else(|| "auto".to_owned(), |epochs| epochs.to_string()))?;
        checked.set("max_steps", &self.max_steps.to_string())
    }
}

fn invalid(key: &'static str, value: impl Display, expected: &'static str) -> ParameterError {
    ParameterError::Value { key: key.to_owned(), value: value.to_string(), expected: expected.to_owned() }
}

fn number<T: FromStr>(
    key: &'static str,
    value: &str,
    expected: &'static str,
    accepted: impl Fn(&T) -> bool,
) -> Result<T, ParameterError> {
    value.trim().parse().ok().filter(accepted).ok_or_else(|| invalid(key, value, expected))
}

fn count(key: &'static str, value: &str) -> Result<usize, ParameterError> {
    number(key, value, "a whole number of at least 1", |count| *count >= 1)
}

fn rate(rate: &f64) -> bool {
    *rate > 0.0 && *rate <= 1.0
}

fn hidden(value: &str) -> Result<Vec<usize>, ParameterError> {
    const EXPECTED: &str = "1 to 16 widths between 1 and 4096, such as 256,128";
    let widths: Result<Vec<usize>, _> = value.split(',').map(|width| width.trim().parse()).collect();
    widths
        .ok()
        .filter(|widths| widths.len() <= 16 && widths.iter().all(|width| (1..=4096).contains(width)))
        .ok_or_else(|| invalid("hidden", value, EXPECTED))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_key_can_be_set_and_shows_up() {
        let values = ["64, 32", "selu", "16", "8", "0.3", "2", "0.03", "0.1", "128", "9", "77", "3"];
        let mut parameters = MlpParameters::default();
        for (key, value) in MlpParameters::KEYS.into_iter().zip(values) {
            let before = parameters.clone();
            parameters.set(key, value).unwrap();
            assert_ne!(parameters, before, "{key} changes nothing");
        }
        assert_eq!((parameters.hidden.as_slice(), parameters.patience), ([64, 32].as_slice(), 3));
        let fields = serde_json::to_value(&parameters).unwrap();
        let mut names: Vec<&str> = fields.as_object().unwrap().keys().map(String::as_str).collect();
        let mut keys = MlpParameters::KEYS;
        names.sort_unstable();
        keys.sort_unstable();
        assert_eq!(names, keys);
    }

    #[test]
    fn the_number_of_epochs_follows_the_data_unless_it_is_set() {
        let mut parameters = MlpParameters::default();
        assert_eq!(
            [1, 10, 84, 1000, 4297, 100_000].map(|steps| parameters.epochs_of(steps)),
            [256, 64, 8, 8, 3, 1]
        );
        parameters.set("epochs", "5").unwrap();
        assert_eq!([1, 1000, 4297].map(|steps| parameters.epochs_of(steps)), [5, 5, 3]);
        parameters.set("epochs", "auto").unwrap();
        assert_eq!(parameters, MlpParameters::default());
    }

    #[test]
    fn an_unknown_key_is_answered_with_the_nearest() {
        let error = MlpParameters::default().set("learningrate", "0.1").unwrap_err();
        let text = error.to_string();
        assert!(text.contains("did you mean learning_rate?") && text.contains("patience"), "{text}");
        let error = MlpParameters::default().set("num_leaves", "3").unwrap_err();
        assert!(!error.to_string().contains("did you mean"), "{error}");
    }

    #[test]
    fn values_out_of_range_change_nothing() {
        let mut parameters = MlpParameters::default();
        for (key, value) in [
            ("hidden", ""),
            ("hidden", "64,0"),
            ("frequencies", "65"),
            ("embedding_size", "0"),
            ("frequency_scale", "0"),
            ("members", "0"),
            ("learning_rate", "nan"),
            ("learning_rate", "-0.1"),
            ("weight_decay", "inf"),
            ("batch_size", "0"),
            ("epochs", "ten"),
            ("patience", "-1"),
            ("activation", "tanh"),
        ] {
            let error = parameters.set(key, value).unwrap_err();
            assert!(error.to_string().starts_with(&format!("{key} = ")), "{error}");
        }
        assert_eq!(parameters, MlpParameters::default());
    }

    #[test]
    fn a_file_is_checked_like_the_command_line() {
        let parameters: MlpParameters = serde_json::from_str(r#"{"epochs": 5}"#).unwrap();
        assert_eq!((parameters.epochs, parameters.validate()), (Some(5), Ok(())));
        assert!(serde_json::from_str::<MlpParameters>(r#"{"epoch": 5}"#).is_err());
        let broken = MlpParameters { batch_size: 0, ..MlpParameters::default() };
        assert!(broken.validate().unwrap_err().to_string().starts_with("batch_size = "));
    }
}
