//! Gradient-boosted trees: LightGBM trains them, and a scorer of our own, without LightGBM, runs them.

mod blocks;
mod columns;
mod flat;
mod ladder;
mod log;
mod masks;
mod native;
mod parameters;
mod parse;
#[cfg(test)]
mod properties;
mod shap;
#[cfg(test)]
mod tests;
mod text;
mod train;
#[cfg(test)]
mod training_tests;
mod tree;
mod walk;

pub use flat::Forest;
pub use native::NativeError;
pub use parameters::GbdtParameters;
pub use parse::{ParseError, parse};
pub use text::gains;
pub use train::{GbdtError, Parent, RoundMetrics, TrainedGbdt, VALID, train};
