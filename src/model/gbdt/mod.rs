//! Gradient-boosted trees: LightGBM trains them, and a scorer of our own, without LightGBM, runs them.

mod flat;
mod log;
mod native;
mod parameters;
mod parse;
#[cfg(test)]
mod tests;
mod text;
mod train;
#[cfg(test)]
mod training_tests;

pub use flat::Forest;
pub use native::NativeError;
pub use parameters::GbdtParameters;
pub use parse::{ParseError, parse};
pub use text::gains;
pub use train::{GbdtError, Parent, RoundMetrics, TrainedGbdt, VALID, train};
