//! A multilayer perceptron for tables: trained with Burn, served without it.
//!
//! `network`, `member` and `training` are the only files that know Burn. What they hand on are plain layers
//! ([`Weights`]), which `weights` keeps as SafeTensors and [`MlpScorer`] turns into scores.

mod activation;
mod adam;
mod checkpoint;
mod crew;
mod dense;
mod explain;
mod history;
mod infer;
mod loss;
mod member;
mod network;
mod parameters;
mod schedule;
#[cfg(test)]
mod tests;
mod training;
mod waves;
mod weights;

pub use activation::Activation;
pub use checkpoint::{Checkpoint, CheckpointError};
pub use history::{Diverged, EpochMetrics};
pub use infer::MlpScorer;
pub use parameters::MlpParameters;
pub use training::{Device, Means, NeuralError, Trained, train};
pub use waves::{Shape, Waves};
pub use weights::{Layer, MemberWeights, Weights, WeightsError};
