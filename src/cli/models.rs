//! The flags that say which model to train and how, shared by the commands that train.

use clap::{Args, ValueEnum};

use super::Global;
use super::columns::pair;
use super::error::UsageError;
use crate::app::fitting::Recipe;
use crate::model::ModelKind;
use crate::model::neural::Device;

/// Flags about the model.
#[derive(Debug, Clone, Args)]
pub struct ModelArgs {
    /// What to train
    #[arg(long, value_enum)]
    model: ModelArg,
    /// A parameter of the model, of a blend `lightgbm.KEY`, `mlp.KEY` or `weights`; may be given again
    #[arg(long = "set", value_name = "KEY=VALUE")]
    settings: Vec<String>,
    /// What computes the network: flex is faster, ndarray is deprecated upstream
    #[arg(long, value_enum, default_value_t = DeviceArg::Flex)]
    device: DeviceArg,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum ModelArg {
    Lightgbm,
    Mlp,
    /// Both, their log-odds averaged
    Blend,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum DeviceArg {
    Flex,
    Ndarray,
}

impl ModelArgs {
    /// What to train, and how.
    ///
    /// # Errors
    /// When a `--set` is not written as KEY=VALUE.
    pub fn recipe(&self, global: &Global) -> Result<Recipe, UsageError> {
        let setting = |text: &String| pair("--set", "KEY=VALUE", text);
        Ok(Recipe {
            model: match self.model {
                ModelArg::Lightgbm => ModelKind::Lightgbm,
                ModelArg::Mlp => ModelKind::Mlp,
                ModelArg::Blend => ModelKind::Blend,
            },
            settings: self.settings.iter().map(setting).collect::<Result<_, _>>()?,
            device: match self.device {
                DeviceArg::Flex => Device::Flex,
                DeviceArg::Ndarray => Device::NdArray,
            },
            seed: global.seed(),
            threads: global.threads(),
        })
    }
}
