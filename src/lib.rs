//! fraudctl: from a file of labelled transactions to live decisions on a world map.
//!
//! The spine, which the modules follow in one direction:
//!
//! ```text
//! raw transactions -> features -> (rebalanced) training rows -> model artifact -> score -> decision -> map
//! ```
//!
//! See `docs/ARCHITECTURE.md` for the layers and who may import whom; `tests/it/architecture.rs` holds them.

pub mod app;
pub mod calibration;
pub mod cards;
pub mod cli;
pub mod client;
pub mod dataset;
pub mod domain;
pub mod engine;
pub mod features;
pub mod files;
pub mod geography;
pub mod html;
pub mod inspect;
pub mod loadtest;
pub mod matrix;
pub mod metrics;
pub mod model;
pub mod progress;
pub mod report;
pub mod resample;
pub mod server;
pub mod simulate;
pub mod store;
pub mod stream;
pub mod suggest;
pub mod text;
pub mod wide;
pub mod wire;
