//! `fraudctl consume`.

use std::path::PathBuf;
use std::time::Duration;

use clap::Args;

use super::Global;
use super::credentials::CredentialArgs;
use super::duration::duration;
use super::table::thousands;
use super::ui::Ui;
use crate::app::AppError;
use crate::files::write_file;
use crate::progress::Interrupted;
use crate::stream::{Consumed, Ended, Follow, Limits, follow_alerts};

/// Follow the live alerts of a server as NDJSON, one alert a line
///
/// Reconnects when the connection is lost, and catches up: an alert is written once.
#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  fraudctl consume http://127.0.0.1:8080\n  \
    fraudctl consume http://127.0.0.1:8080 --history --idle 2s --out alerts.ndjson")]
pub struct ConsumeArgs {
    /// Server's URL
    url: String,
    /// File to write when it ends [default: stdout, as they come]
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
    /// Begin with the newest alerts that the server remembers
    #[arg(long)]
    history: bool,
    /// End after so many alerts
    #[arg(long, value_name = "N")]
    limit: Option<u64>,
    /// End when there was no new alert for so long, e.g. 30s
    #[arg(long, value_name = "TIME", value_parser = duration)]
    idle: Option<Duration>,
    #[command(flatten)]
    credentials: CredentialArgs,
}

pub fn run(args: ConsumeArgs, global: &Global, ui: &Ui) -> anyhow::Result<()> {
    let target = args.credentials.target(&args.url)?.or_path("/ws");
    let follow = Follow { history: args.history, ..Follow::new(target) };
    let limits = Limits { events: args.limit, idle: args.idle };
    let consumed = match &args.out {
        None => follow_alerts(&follow, &mut **ui.stdout(), limits, ui).map_err(AppError::from)?,
        Some(path) => {
            // What was written before an error is kept, so the error is not the file's.
            let followed = write_file(path, global.force, |file| {
                match follow_alerts(&follow, &mut *file, limits, ui) {
                    Err(error) if file.metadata().is_ok_and(|metadata| metadata.len() == 0) => {
                        Err(AppError::from(error))
                    }
                    followed => Ok(followed),
                }
            })?;
            followed.map_err(AppError::from)?
        }
    };
    let Consumed { events, missed, reconnects, ended, .. } = consumed;
    let [events, missed] = [events, missed].map(thousands);
    ui.status(&format!("{events} alerts, {missed} missed, {reconnects} reconnects"));
    if ended == Ended::Interrupted {
        return Err(Interrupted.into());
    }
    Ok(())
}
