//! The command line: one file per subcommand, each of which converts its flags, calls one library function and
//! renders the result. Nothing else in the crate prints, reads the environment or ends the process.

mod backtest;
mod cards;
mod columns;
mod consume;
mod credentials;
mod decisions;
mod demo;
mod duration;
mod error;
mod evaluate;
mod explain;
mod export;
mod features;
mod gates;
mod inspect;
mod load;
mod loadtest;
mod log;
mod models;
mod predict;
mod prep;
mod produce;
pub mod reference;
mod runs;
mod serve;
mod simulate;
mod table;
mod token;
mod train;
mod ui;
mod world;

use std::ffi::OsString;
use std::panic::{AssertUnwindSafe, catch_unwind};

use clap::builder::FalseyValueParser;
use clap::{ArgAction, Args, CommandFactory, FromArgMatches, Parser, Subcommand};
pub use error::exit;
use log::{LogFormat, LogLevel};
pub use ui::{Captured, Ui};

/// From a file of labelled transactions to live decisions on a world map.
///
/// Exit codes: 0 ok, 1 the run failed, 2 usage, 3 a gate was missed, 70 a bug in fraudctl, 130 interrupted.
#[derive(Debug, Parser)]
#[command(name = "fraudctl", version, propagate_version = true, max_term_width = 100)]
pub struct Cli {
    #[command(flatten)]
    global: Global,
    #[command(subcommand)]
    command: Command,
}

/// Flags that every command takes.
#[derive(Debug, Clone, Args)]
#[command(next_help_heading = "Global options")]
pub struct Global {
    /// Say nothing on stderr but errors
    #[arg(long, short, global = true, env = "FRAUDCTL_QUIET", action = ArgAction::SetTrue, value_parser = FalseyValueParser::new())]
    pub quiet: bool,
    /// Draw no progress bars (they are drawn only in a terminal anyway)
    #[arg(long, global = true, env = "FRAUDCTL_NO_PROGRESS", action = ArgAction::SetTrue, value_parser = FalseyValueParser::new())]
    pub no_progress: bool,
    /// Print the result as one JSON object on stdout
    #[arg(long, global = true, env = "FRAUDCTL_JSON", action = ArgAction::SetTrue, value_parser = FalseyValueParser::new())]
    pub json: bool,
    /// Seed of everything that is drawn [default: 42]
    #[arg(long, global = true, env = "FRAUDCTL_SEED")]
    pub seed: Option<u64>,
    /// Threads to compute with [default: all cores]
    #[arg(long, global = true, env = "FRAUDCTL_THREADS", value_parser = clap::value_parser!(u16).range(1..=1024))]
    pub threads: Option<u16>,
    /// How much of the log to show on stderr, LightGBM's messages included
    #[arg(
        long,
        global = true,
        env = "FRAUDCTL_LOG",
        value_name = "LEVEL",
        value_enum,
        default_value_t,
        hide_possible_values = true
    )]
    pub log: LogLevel,
    /// How a line of the log looks: text, or an object of JSON with its time
    #[arg(
        long,
        global = true,
        env = "FRAUDCTL_LOG_FORMAT",
        value_name = "FORMAT",
        value_enum,
        default_value_t,
        hide_possible_values = true
    )]
    pub log_format: LogFormat,
    /// Replace what exists already
    #[arg(long, global = true, env = "FRAUDCTL_FORCE", action = ArgAction::SetTrue, value_parser = FalseyValueParser::new())]
    pub force: bool,
}

impl Global {
    /// Seed of everything that is drawn.
    pub fn seed(&self) -> u64 {
        self.seed.unwrap_or(42)
    }

    /// Threads to compute with.
    pub fn threads(&self) -> usize {
        let cores = || std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
        self.threads.map_or_else(cores, usize::from)
    }
}

#[derive(Debug, Subcommand)]
enum Command {
    Simulate(simulate::SimulateArgs),
    Inspect(inspect::InspectArgs),
    Features(features::FeaturesArgs),
    Prep(prep::PrepArgs),
    Train(train::TrainArgs),
    Evaluate(evaluate::EvaluateArgs),
    Backtest(backtest::BacktestArgs),
    Predict(predict::PredictArgs),
    Explain(explain::ExplainArgs),
    Load(load::LoadArgs),
    Export(export::ExportArgs),
    Serve(serve::ServeArgs),
    Produce(produce::ProduceArgs),
    Consume(consume::ConsumeArgs),
    Loadtest(loadtest::LoadtestArgs),
    Token(token::TokenArgs),
    Runs(runs::RunsArgs),
    Demo(demo::DemoArgs),
}

/// Runs one command line, the program's name first, and gives its exit code. Never panics.
pub fn run<I, T>(arguments: I, ui: &mut Ui) -> u8
where
    I: IntoIterator<Item = T>,
    T: Into<OsString> + Clone,
{
    let parsed =
        Cli::command().try_get_matches_from(arguments).and_then(|found| Cli::from_arg_matches(&found));
    let cli = match parsed {
        Ok(cli) => cli,
        Err(error) if error.use_stderr() => {
            ui.complain(error.render().to_string().trim_end());
            return exit::USAGE;
        }
        Err(help) => {
            // When stdout is closed, nobody reads the help.
            let _ = ui.data(&help.render().to_string());
            return exit::OK;
        }
    };
    ui.quiet |= cli.global.quiet;
    ui.json |= cli.global.json;
    ui.bars &= !cli.global.no_progress;
    ui.listen_for_interrupt();
    if ui.is_terminal() {
        log::start(cli.global.log, cli.global.log_format);
    }
    let outcome = catch_unwind(AssertUnwindSafe(|| dispatch(cli, ui)));
    ui.end_bar();
    match outcome {
        Ok(Ok(())) => exit::OK,
        Ok(Err(error)) => error::report(&error, ui),
        Err(_) => {
            ui.complain("error: this is a bug in fraudctl; please report it with the lines above");
            exit::INTERNAL
        }
    }
}

fn dispatch(cli: Cli, ui: &Ui) -> anyhow::Result<()> {
    let global = &cli.global;
    // Only the first call in a process counts; in tests the pool stays as it is.
    let _ = rayon::ThreadPoolBuilder::new().num_threads(global.threads()).build_global();
    match cli.command {
        Command::Simulate(args) => simulate::run(args, global, ui),
        Command::Inspect(args) => inspect::run(args, global, ui),
        Command::Features(args) => features::run(args, global, ui),
        Command::Prep(args) => prep::run(args, global, ui),
        Command::Train(args) => train::run(args, global, ui),
        Command::Evaluate(args) => evaluate::run(args, global, ui),
        Command::Backtest(args) => backtest::run(args, global, ui),
        Command::Predict(args) => predict::run(args, global, ui),
        Command::Explain(args) => explain::run(args, global, ui),
        Command::Load(args) => load::run(args, global, ui),
        Command::Export(args) => export::run(args, global, ui),
        Command::Serve(args) => serve::run(args, global, ui),
        Command::Produce(args) => produce::run(args, global, ui),
        Command::Consume(args) => consume::run(args, global, ui),
        Command::Loadtest(args) => loadtest::run(args, global, ui),
        Command::Token(args) => token::run(args, global, ui),
        Command::Runs(args) => runs::run(args, global, ui),
        Command::Demo(args) => demo::run(args, global, ui),
    }
}
