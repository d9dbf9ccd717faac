//! All integration tests in one executable: a file per command, and what concerns all of them.

mod architecture;
mod backtest;
mod blend;
mod consume;
mod demo;
mod evaluate;
mod explain;
mod features;
mod help;
mod inspect;
mod load;
mod loadtest;
mod predict;
mod prep;
mod process;
mod produce;
mod resume;
mod runs;
mod serve;
mod simulate;
mod support;
mod tables;
mod train;
mod weights;
