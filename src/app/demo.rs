//! `demo`: the whole path in one go, on simulated data, in a folder of its own.

use std::fs;
use std::io::{ErrorKind, Write};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use serde::Serialize;

use super::cards::CardNumbers;
use super::deciding::DecisionRules;
use super::evaluate::evaluate;
use super::fitting::Recipe;
use super::load::{LoadConfig, load};
use super::prep::{PrepConfig, prep};
use super::serve::{ServeConfig, serve};
use super::simulate::write_log;
use super::train::{TrainConfig, train};
use super::{AppError, runs};
use crate::client::Target;
use crate::dataset::{SchemaOptions, SplitShares};
use crate::domain::Transaction;
use crate::files::{self, FileError};
use crate::metrics::AssessmentOptions;
use crate::model::ModelKind;
use crate::model::neural::Device;
use crate::progress::{Interrupted, Progress};
use crate::resample::Balance;
use crate::server::{Clock, Running, Sites};
use crate::simulate::{SimulatedTransaction, Simulation, SimulationConfig};
use crate::store::{self, Durability};
use crate::stream::{Ended, Pace, Post, PostSink, produce};

/// The file that says that a folder is a demo's.
const MARK: &str = "demo.json";

/// What to show.
#[derive(Clone)]
pub struct DemoConfig {
    /// The folder to make; `None` makes `artifacts/demo`, numbered when that is taken.
    pub out: Option<PathBuf>,
    /// The world.
    pub simulation: SimulationConfig,
    /// How fast the last part is replayed.
    pub pace: Pace,
    /// Threads that compute.
    pub threads: usize,
    /// Replace `out`.
    pub force: bool,
    /// The server's clock.
    pub clock: Clock,
}

/// How good a model of the demo is on the test part.
#[derive(Debug, Clone, Copy, Serialize)]
pub struct DemoModel {
    /// Area under the ROC curve.
    pub roc_auc: f64,
    /// Average precision.
    pub average_precision: f64,
    /// Time that training took.
    pub train_seconds: f64,
}

/// What the demo did.
#[derive(Debug, Clone, Serialize)]
pub struct DemoSummary {
    /// The map's address.
    pub map: String,
    /// The folder with everything in it.
    pub folder: PathBuf,
    /// Simulated transactions.
    pub rows: u64,
    /// Frauds among them.
    pub frauds: u64,
    /// The trees on the test part.
    pub lightgbm: DemoModel,
    /// The network on the test part.
    pub mlp: DemoModel,
    /// Which of them is served.
    pub served: ModelKind,
    /// Transactions sent to the server.
    pub replayed: u64,
    /// Decisions in the database.
    pub stored: u64,
    /// Alerts among them.
    pub alerts: u64,
}

/// Does everything; `ready` hears the map's address before the replay begins. The server still runs when this
/// returns, until the caller drops it.
///
/// # Errors
/// When a stage fails or the user interrupts.
pub fn demo(
    config: &DemoConfig,
    progress: &dyn Progress,
    ready: &dyn Fn(&str),
) -> Result<(DemoSummary, Running), AppError> {
    let folder = config.out.clone().unwrap_or_else(|| runs::free_path("demo"));
    let stage = Stage { config, folder: &folder, progress };
    config.simulation.validate()?;
    stage.claim()?;
    let simulation = Simulation::new(config.simulation.clone(), progress)?;
    let all = stage.folder.join("transactions.parquet");
    let counts = write_log(&simulation, u64::MAX, &all, config.force, progress)?;
    // The same share of rows that `prep` tests on is kept from the database and replayed.
    let history = counts.rows - (counts.rows as f64 * SplitShares::default().test).round() as u64;
    stage.prepare(all, &simulation, history)?;
    let lightgbm = stage.model(ModelKind::Lightgbm)?;
    let mlp = stage.model(ModelKind::Mlp)?;
    let served = if mlp.1 > lightgbm.1 { ModelKind::Mlp } else { ModelKind::Lightgbm };
    let server = stage.serve(served)?;
    let map = format!("http://{}/map", server.address());
    ready(&map);
    let produced = stage.replay(&server, &simulation, history)?;
    let stored = stage.stored()?;
    let summary = DemoSummary {
        map,
        rows: counts.rows,
        frauds: counts.frauds,
        lightgbm: lightgbm.0,
        mlp: mlp.0,
        served,
        replayed: produced,
        stored: stored.0,
        alerts: stored.1,
        folder,
    };
    Ok((summary, server))
}

struct Stage<'a> {
    config: &'a DemoConfig,
    folder: &'a Path,
    progress: &'a dyn Progress,
}

impl Stage<'_> {
    /// Prepares the log and loads its first rows, the `history` before the replay.
    fn prepare(&self, log: PathBuf, simulation: &Simulation, history: u64) -> Result<(), AppError> {
        let before = self.folder.join("history.parquet");
        write_log(simulation, history, &before, self.config.force, self.progress)?;
        let prepared = PrepConfig {
            input: log,
            out: self.folder.join("prepared"),
            schema: SchemaOptions::default(),
            split: None,
            periods: None,
            shares: SplitShares::default(),
            balance: Balance::NONE,
            seed: self.config.simulation.seed,
            force: self.config.force,
        };
        let summary = prep(&prepared, self.progress)?;
        self.progress.note(format!(
            "prepared {} transactions with {} frauds, {} features",
            summary.facts.rows,
            summary.facts.positives,
            summary.features.len()
        ));
        self.forget_database()?;
        let loading = LoadConfig {
            input: before,
            database: self.database(),
            schema: SchemaOptions::default(),
            cards: CardNumbers::Replace(None),
        };
        let loaded = load(&loading, self.progress)?;
        self.progress.note(format!("loaded {} transactions and {} cities", loaded.rows, loaded.locations));
        Ok(())
    }

    /// Trains and evaluates; gives the test metrics, and the validation metric to choose by.
    fn model(&self, model: ModelKind) -> Result<(DemoModel, f64), AppError> {
        let run = self.folder.join(model.as_str());
        let started = Instant::now();
        let trained = train(
            &TrainConfig {
                data: self.folder.join("prepared"),
                recipe: Recipe {
                    model,
                    settings: Vec::new(),
                    device: Device::Flex,
                    seed: self.config.simulation.seed,
                    threads: self.config.threads,
                },
                out: Some(run.clone()),
                decisions: DecisionRules::default(),
                parent: None,
                watch: Vec::new(),
                trials: None,
                resume: false,
                force: self.config.force,
            },
            self.progress,
        )?;
        let train_seconds = started.elapsed().as_secs_f64();
        let found = evaluate(
            &run,
            None,
            AssessmentOptions { replicates: 0, ..Default::default() },
            None,
            self.progress,
        )?;
        let found = found.assessment.evaluation;
        self.progress.note(format!(
            "{}: average precision {:.4}, ROC AUC {:.4} on the test part",
            model.as_str(),
            found.average_precision,
            found.roc_auc
        ));
        let model =
            DemoModel { roc_auc: found.roc_auc, average_precision: found.average_precision, train_seconds };
        Ok((model, trained.valid.average_precision))
    }

    fn serve(&self, model: ModelKind) -> Result<Running, AppError> {
        let config = ServeConfig {
            run: self.folder.join(model.as_str()),
            database: Some(self.database()),
            durability: Durability::Process,
            bind: ([127, 0, 0, 1], 0).into(),
            review: None,
            block: None,
            shadow: None,
            keep_days: None,
            drain: Duration::ZERO,
            cards: CardNumbers::Replace(None),
            tokens: None,
            sites: Sites::default(),
            tls: None,
            workers: self.config.threads,
            clock: self.config.clock.clone(),
        };
        serve(&config, self.progress)
    }

    /// Sends what happened after the `history`, as clients would: without labels. Gives how many were sent.
    fn replay(&self, server: &Running, simulation: &Simulation, history: u64) -> Result<u64, AppError> {
        let (log, counts) = simulation.all(self.progress)?;
        let target = Target::parse(&format!("http://{}/predict_map", server.address()))?;
        let mut sink = PostSink::open(Post::new(target), self.progress)?;
        let unlabelled =
            |simulated: SimulatedTransaction| Transaction { fraud: None, ..simulated.transaction };
        let mut source = log.into_iter().skip(history as usize).map(unlabelled);
        let total = Some(counts.rows - history);
        let produced = produce(&mut source, &mut sink, self.config.pace, total, self.progress)?;
        match produced.ended {
            Ended::Interrupted => Err(Interrupted.into()),
            _ => Ok(produced.sent),
        }
    }

    /// Decisions and alerts in the database.
    fn stored(&self) -> Result<(u64, u64), AppError> {
        let counts = store::open(&self.database(), Durability::Process)?.counts()?;
        Ok((counts.decisions, counts.alerts))
    }

    /// Makes the folder this demo's own. Others' files may have the names of ours, so one that does not say that a
    /// demo made it is left alone.
    fn claim(&self) -> Result<(), FileError> {
        let (path, mark) = (self.folder.to_owned(), self.folder.join(MARK));
        let occupied = !files::is_vacant(&path);
        if occupied && !self.config.force {
            return Err(FileError::Exists { path });
        }
        if occupied && !mark.is_file() {
            return Err(FileError::Foreign { path, kind: "demo" });
        }
        let simulated = serde_json::json!({ "seed": self.config.simulation.seed });
        files::write_file(&mark, true, |file| {
            file.write_all(simulated.to_string().as_bytes()).map_err(FileError::io(&mark))
        })
    }

    /// Removes what an earlier demo in the same folder decided.
    fn forget_database(&self) -> Result<(), FileError> {
        for name in ["fraud.db", "fraud.db-wal", "fraud.db-shm", "fraud.db.state"] {
            let path = self.folder.join(name);
            match fs::remove_file(&path) {
                Err(error) if error.kind() != ErrorKind::NotFound => return Err(FileError::io(&path)(error)),
                _ => {}
            }
        }
        Ok(())
    }

    fn database(&self) -> PathBuf {
        self.folder.join("fraud.db")
    }
}
