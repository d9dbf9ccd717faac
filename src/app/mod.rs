//! The use cases, one file each: configuration in, result out, progress events on the way; no printing, no flags.

pub mod backtest;
pub mod cards;
pub mod comparison;
pub mod deciding;
pub mod demo;
mod error;
pub mod evaluate;
pub mod explain;
pub mod export;
pub mod features;
pub mod fitting;
pub mod inspect;
mod known;
pub mod load;
mod memory;
pub mod predict;
pub mod prep;
pub mod reporting;
pub mod runs;
pub mod serve;
mod shelf;
pub mod simulate;
pub mod traffic;
pub mod train;
pub mod tuning;

pub use error::AppError;
