//! `fraudctl load`.

use std::path::PathBuf;
use std::time::Instant;

use clap::Args;

use super::Global;
use super::cards::CardArgs;
use super::columns::ColumnArgs;
use super::table::{print, thousands};
use super::ui::Ui;
use crate::app::load::{LoadConfig, LoadSummary, load};

/// Load transactions and the table of cities into a database
///
/// A load that was interrupted resumes with the next row; loading the same file again changes nothing.
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  fraudctl load transactions.parquet --db fraud.db")]
pub struct LoadArgs {
    /// CSV or Parquet file
    input: PathBuf,
    /// Database file; made when there is none
    #[arg(long, value_name = "FILE")]
    db: PathBuf,
    #[command(flatten)]
    columns: ColumnArgs,
    #[command(flatten)]
    cards: CardArgs,
}

pub fn run(args: LoadArgs, _global: &Global, ui: &Ui) -> anyhow::Result<()> {
    let started = Instant::now();
    let config = LoadConfig {
        input: args.input,
        database: args.db,
        schema: args.columns.options()?,
        cards: args.cards.policy(),
    };
    let summary = load(&config, ui)?;
    print(ui, started, &summary, |summary, seconds| {
        let LoadSummary { rows, resumed_at, inserted, replaced, locations } = summary;
        let resumed = match resumed_at {
            0 => String::new(),
            row if row == rows => "loaded before; ".into(),
            row => format!("resumed at row {}; ", thousands(*row)),
        };
        let [rows, inserted, replaced, locations] =
            [rows, inserted, replaced, locations].map(|n| thousands(*n));
        let database = config.database.display();
        format!(
            "{resumed}{rows} rows, {inserted} new, {replaced} replaced, {locations} cities; in {database} after \
             {seconds:.1} s\n"
        )
    })
}
