//! The use cases, one file each: configuration in, result out, progress events on the way; no printing, no flags.

pub mod demo;
mod error;
pub mod evaluate;
pub mod explain;
pub mod features;
pub mod inspect;
pub mod load;
pub mod predict;
pub mod prep;
pub mod runs;
pub mod serve;
pub mod simulate;
pub mod traffic;
pub mod train;

pub use error::AppError;
