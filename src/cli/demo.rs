//! `fraudctl demo`.

use std::path::PathBuf;
use std::time::Instant;

use clap::Args;

use super::Global;
use super::serve::{clock, wait_for_interrupt};
use super::table::{Table, metric, print, thousands};
use super::ui::Ui;
use super::world::WorldArgs;
use crate::app::AppError;
use crate::app::demo::{DemoConfig, DemoSummary, demo};
use crate::simulate::SimulationConfig;
use crate::stream::Pace;

/// Do all of it in one go: simulate, prepare, train both models, evaluate, load, serve, replay onto the map
///
/// Makes a fresh folder and listens on a free port, so it can run again and beside another server. The last fifth
/// of the simulated time is replayed onto the map; then the server goes on until Ctrl-C.
#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  fraudctl demo\n  fraudctl demo --exit --json")]
pub struct DemoArgs {
    /// Folder to make [default: artifacts/demo, numbered when that is taken]
    #[arg(long, value_name = "DIR")]
    out: Option<PathBuf>,
    /// Replay as fast as possible and leave at the end
    #[arg(long)]
    exit: bool,
    /// Transactions replayed per second, without --exit
    #[arg(long, value_name = "N", default_value_t = 200.0)]
    rate: f64,
    #[command(flatten)]
    world: WorldArgs,
}

pub fn run(args: DemoArgs, global: &Global, ui: &Ui) -> anyhow::Result<()> {
    let started = Instant::now();
    let DemoArgs { out, exit, rate, world } = args;
    let config = DemoConfig {
        out,
        simulation: world.config(SimulationConfig { seed: global.seed(), ..SimulationConfig::default() }),
        pace: if exit { Pace::Unlimited } else { Pace::Rate(rate) },
        threads: global.threads(),
        force: global.force,
        clock: clock(),
    };
    config.pace.check().map_err(AppError::from)?;
    let ready = |map: &str| ui.status(&format!("the map is at {map}; replaying the last part onto it"));
    let (summary, server) = demo(&config, ui, &ready)?;
    print(ui, started, &summary, render)?;
    if !exit {
        ui.status(&format!("the map stays at {} until Ctrl-C", summary.map));
        wait_for_interrupt(ui, &server);
    }
    server.stop()?;
    Ok(())
}

fn render(summary: &DemoSummary, seconds: f64) -> String {
    let mut models = Table::default();
    models.row(["test part", "average precision", "ROC AUC", "training"]);
    for (name, model) in [("lightgbm", summary.lightgbm), ("mlp", summary.mlp)] {
        let training = format!("{:.1} s", model.train_seconds);
        models.row([name.into(), metric(model.average_precision), metric(model.roc_auc), training]);
    }
    let mut flow = Table::default();
    flow.row(["simulated transactions".into(), thousands(summary.rows)]);
    flow.row(["frauds among them".into(), thousands(summary.frauds)]);
    flow.row([format!("replayed through {}", summary.served.as_str()), thousands(summary.replayed)]);
    flow.row(["decisions stored".into(), thousands(summary.stored)]);
    flow.row(["alerts on the map".into(), thousands(summary.alerts)]);
    let (folder, map) = (summary.folder.display(), &summary.map);
    format!("{flow}{models}everything is in {folder}; the map: {map}; {seconds:.1} s\n")
}
