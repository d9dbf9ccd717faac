//! `fraudctl simulate`.

use std::path::PathBuf;
use std::time::Instant;

use clap::{Args, ValueEnum};

use super::Global;
use super::table::{Table, print, thousands};
use super::ui::Ui;
use super::world::WorldArgs;
use crate::app::simulate::{SimulateSummary, simulate};
use crate::domain::Timestamp;
use crate::simulate::{Preset, SimulationConfig};

/// Make up an event log with frauds in it: customers, terminals in real cities, three kinds of fraud
///
/// Fraud 1 is an amount that is too high, 2 a terminal in the wrong hands for four weeks, 3 a customer whose card
/// was copied for two weeks. A seed makes the same log every time, whatever the number of threads. Days are written as
/// they are made, so a log may be larger than the memory.
#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  fraudctl simulate --out transactions.parquet\n  \
    fraudctl simulate --preset handbook --out handbook.parquet\n  \
    fraudctl simulate --out small.csv --customers 100 --terminals 200 --days 60 --seed 7")]
pub struct SimulateArgs {
    /// File to write: .csv, .parquet or .ndjson
    #[arg(long)]
    out: PathBuf,
    /// Whose rules
    #[arg(long, value_enum, default_value = "demo")]
    preset: PresetArg,
    #[command(flatten)]
    world: WorldArgs,
    /// First day, midnight UTC
    #[arg(long, value_name = "DATE", value_parser = Timestamp::parse, default_value = "2018-04-01")]
    start: Timestamp,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum PresetArg {
    /// Customers and terminals at real cities
    Demo,
    /// The Fraud Detection Handbook's published data, bit for bit; with --seed another world by its rules. Its generators count up
    /// from the seed, one a customer and one a day: worlds share nothing when their seeds are farther apart than both
    Handbook,
}

pub fn run(args: SimulateArgs, global: &Global, ui: &Ui) -> anyhow::Result<()> {
    let started = Instant::now();
    let SimulateArgs { out, preset, world, start } = args;
    let preset = match preset {
        PresetArg::Demo => SimulationConfig { seed: global.seed(), ..Preset::Demo.config() },
        // Its own seed is that of the published data, and only a given one makes other data.
        PresetArg::Handbook => {
            let published = Preset::Handbook.config();
            SimulationConfig { seed: global.seed.unwrap_or(published.seed), ..published }
        }
    };
    let config = world.config(SimulationConfig { start, ..preset });
    let summary = simulate(config, &out, global.force, ui)?;
    print(ui, started, &summary, render)
}

fn render(summary: &SimulateSummary, seconds: f64) -> String {
    let mut table = Table::default();
    table.row(["transactions".to_owned(), thousands(summary.counts.rows)]);
    table.row(["frauds".to_owned(), thousands(summary.counts.frauds)]);
    for (scenario, count) in &summary.counts.scenarios {
        table.row([format!("  scenario {scenario}"), thousands(*count)]);
    }
    format!("{table}written to {} in {seconds:.1} s\n", summary.path.display())
}
