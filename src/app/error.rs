//! Everything that can fail in a use case, and what the user can do about it.

use std::path::PathBuf;

use crate::calibration::CalibrationError;
use crate::cards::KeyError;
use crate::client;
use crate::dataset::DatasetError;
use crate::engine::EngineError;
use crate::features::{SnapshotError, UnknownFeature};
use crate::files::FileError;
use crate::loadtest;
use crate::metrics::{ChoiceError, MetricsError};
use crate::model::artifact::OpenError;
use crate::model::gbdt::GbdtError;
use crate::model::neural::{CheckpointError, NeuralError};
use crate::model::{ParameterError, Unexplained};
use crate::progress::Interrupted;
use crate::resample::ResampleError;
use crate::server::ServerError;
use crate::simulate::SimulationError;
use crate::store::StoreError;
use crate::stream;

/// A use case failed.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum AppError {
    /// A data file.
    #[error(transparent)]
    Dataset(#[from] DatasetError),
    /// A file or folder of ours.
    #[error(transparent)]
    File(#[from] FileError),
    /// A run.
    #[error(transparent)]
    Open(#[from] OpenError),
    /// Rebalancing.
    #[error(transparent)]
    Resample(#[from] ResampleError),
    /// A parameter of a model.
    #[error(transparent)]
    Parameter(#[from] ParameterError),
    /// Training trees.
    #[error(transparent)]
    Gbdt(#[from] GbdtError),
    /// Training a network.
    #[error(transparent)]
    Neural(#[from] NeuralError),
    /// Metrics.
    #[error(transparent)]
    Metrics(#[from] MetricsError),
    /// Calibration.
    #[error(transparent)]
    Calibration(#[from] CalibrationError),
    /// Thresholds.
    #[error(transparent)]
    Choice(#[from] ChoiceError),
    /// The simulator.
    #[error(transparent)]
    Simulate(#[from] SimulationError),
    /// The database.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The key of card numbers.
    #[error(transparent)]
    CardKey(#[from] KeyError),
    /// A database in which card numbers were treated otherwise.
    #[error("{}: {why}", database.display())]
    OtherCards {
        /// The database file.
        database: PathBuf,
        /// How, and what can be done.
        why: &'static str,
    },
    /// Decisions would be deleted that live features start from.
    #[error("--keep {days}: the features of {run} look back {needed} days, and start from the database")]
    KeepsTooLittle {
        /// Days.
        days: u32,
        /// Days.
        needed: u32,
        /// Name of the run.
        run: String,
    },
    /// A database that holds no decision that could be exported.
    #[error("{}: there are no decisions to export; `serve --db` stores them", database.display())]
    NothingDecided {
        /// The database file.
        database: PathBuf,
    },
    /// A model of features that nobody can compute any more.
    #[error(transparent)]
    Features(#[from] UnknownFeature),
    /// Online scoring.
    #[error(transparent)]
    Engine(#[from] EngineError),
    /// The server.
    #[error(transparent)]
    Server(#[from] ServerError),
    /// Replaying or following.
    #[error(transparent)]
    Stream(#[from] stream::Error),
    /// A request to a server.
    #[error(transparent)]
    Client(#[from] client::Error),
    /// A load test.
    #[error(transparent)]
    Loadtest(#[from] loadtest::Error),
    /// The user stopped it.
    #[error(transparent)]
    Interrupted(#[from] Interrupted),
    /// SMOTE met a value that has no distance to others.
    #[error(
        "--balance {balance} measures distances, and the training rows of column {column:?} hold {value} values"
    )]
    NotMeasurable {
        /// The column.
        column: String,
        /// `missing` or `infinite`.
        value: String,
        /// What was asked for.
        balance: String,
        /// It is a feature of an event log, and not a column of the file.
        computed: bool,
    },
    /// A name that has a meaning of its own.
    #[error("{}: the name latest is kept for the link to the newest run; choose another --out", path.display())]
    ReservedName {
        /// As given.
        path: PathBuf,
    },
    /// Rows for a run that do not fit it; its columns were chosen when it was trained.
    #[error("{source}")]
    NotAsTrained {
        /// The run.
        run: String,
        /// What does not fit.
        source: Box<DatasetError>,
    },
    /// A run whose scores cannot be taken apart.
    #[error("{run}: {source}")]
    Unexplained {
        /// The run.
        run: String,
        /// Why.
        source: Unexplained,
    },
    /// The prepared folder divides the run's own rows in another way.
    #[error("{}: this is another division of the rows that {run} was trained from: its test part may hold rows \
        that the model has seen", data.display())]
    OtherDivision {
        /// The run.
        run: String,
        /// The folder.
        data: PathBuf,
    },
    /// The folder that the run was trained from was prepared anew from another file.
    #[error("{}: this folder was prepared anew from other data than {run} was trained from", data.display())]
    OtherData {
        /// The run.
        run: String,
        /// The folder.
        data: PathBuf,
    },
    /// Other features than the model's.
    #[error("{}: its {what} are not those of {run}: the same numbers would mean something else", data.display())]
    OtherFeatures {
        /// What differs.
        what: &'static str,
        /// The run.
        run: String,
        /// The folder.
        data: PathBuf,
    },
    /// A log that does not reach over the days of a protocol.
    #[error("{}: the protocol needs the days from {} to {}, and the log {}", path.display(), needed.0, needed.1,
        match found { Some((first, last)) => format!("has those from {first} to {last}"), None => "is empty".into() })]
    OtherDays {
        /// The log.
        path: PathBuf,
        /// First and last day of it.
        found: Option<(String, String)>,
        /// First and last day of the protocol.
        needed: (String, String),
    },
    /// A run of an earlier version, which did not keep what a page says of its data.
    #[error(
        "{run}: this run was written before runs kept the facts of their data, so there is no page of it"
    )]
    NoDataFacts {
        /// The run.
        run: String,
    },
    /// The link to the newest run is for its neighbours.
    #[error("{}: only a run in artifacts/ can be the latest", run.display())]
    NotInArtifacts {
        /// The run.
        run: PathBuf,
    },
    /// Only trees can be added to.
    #[error("{run}: only a lightgbm run can be trained further, and only as lightgbm")]
    NotContinued {
        /// The run.
        run: String,
    },
    /// Only trees record what is watched.
    #[error("--watch is for lightgbm alone: a network's history has its validation rows only")]
    NotWatched,
    /// There is no search to go on with.
    #[error("{}: there are no trials to go on with", path.display())]
    NoTrials {
        /// The file that was looked for.
        path: PathBuf,
    },
    /// There is no training to go on with.
    #[error("{}: there is no checkpoint of a stopped training to go on with", path.display())]
    NothingStopped {
        /// The file that was looked for.
        path: PathBuf,
    },
    /// A training was stopped before, and nobody said what to do with its checkpoint.
    #[error("{}: the checkpoint of an earlier training is there already", path.display())]
    TrainingExists {
        /// The file.
        path: PathBuf,
    },
    /// A search was stopped before, and nobody said what to do with its trials.
    #[error("{}: trials of an earlier search are there already", path.display())]
    TrialsExist {
        /// The file.
        path: PathBuf,
    },
    /// The trials are not of this search.
    #[error("{}: these trials are of another search: other data, settings, seed, metric or number of trials", path.display())]
    OtherSearch {
        /// The file.
        path: PathBuf,
    },
    /// A saved state of the features that cannot be used.
    #[error("{}: {source}", path.display())]
    State {
        /// The file.
        path: PathBuf,
        /// Why.
        source: SnapshotError,
    },
    /// Features that depend on how they were computed.
    #[error("{}: row {row} has other features when computed one transaction at a time: this is a bug in fraudctl, please \
        report it", path.display())]
    NotEqual {
        /// The file.
        path: PathBuf,
        /// Counted from 1.
        row: usize,
    },
    /// Something that only an event log can do.
    #[error("{}: {what} needs an event log (time, customer, terminal, amount)", path.display())]
    NeedsTransactions {
        /// The file or run.
        path: PathBuf,
        /// What was asked for.
        what: &'static str,
    },
}

impl AppError {
    pub(super) fn not_as_trained(run: &str, source: DatasetError) -> Self {
        Self::NotAsTrained { run: run.to_owned(), source: Box::new(source) }
    }

    /// What to do about it, when there is more to say than the message says.
    pub fn hint(&self) -> Option<String> {
        match self {
            Self::Dataset(error) => error.hint(),
            Self::File(error) | Self::Open(OpenError::File(error)) => error.hint().map(str::to_owned),
            Self::NotMeasurable { computed: true, .. } => Some(
                "--features handbook has no gaps; ros and rus copy whole rows, whatever is in them".into(),
            ),
            Self::NotMeasurable { column, .. } => {
                Some(format!("--drop {column}, fill its gaps, or use ros or rus, which copy whole rows"))
            }
            Self::NoDataFacts { .. } => Some("train it again".into()),
            Self::OtherDays { .. } => Some(
                "--from moves the protocol; --folds, --train-days, --delay-days and --test-days shorten it"
                    .into(),
            ),
            Self::OtherFeatures { .. } => {
                Some("a raw file is read as the run reads it: name that one instead of the folder".into())
            }
            Self::NoTrials { .. } => Some("without --resume a search begins".into()),
            Self::NothingStopped { .. } => {
                Some("only the training of a network and searches leave something to --resume".into())
            }
            Self::TrainingExists { .. } => {
                Some("--resume goes on with it, --force begins anew, or name another run with --out".into())
            }
            Self::Neural(NeuralError::Checkpoint(error)) => match error {
                CheckpointError::File(error) => error.hint().map(str::to_owned),
                _ => Some("give the same options as then, or begin anew with --force".into()),
            },
            Self::TrialsExist { .. } => {
                Some("--resume goes on with them, --force begins anew, or name another file".into())
            }
            Self::OtherSearch { .. } => {
                Some("give the same options as then, or begin anew in another file".into())
            }
            Self::Choice(ChoiceError::NoTimes { .. }) => {
                Some("name the column of times when you prepare, with --time COLUMN; or alerts:1%".into())
            }
            Self::Choice(ChoiceError::NoAmounts { .. }) => {
                Some("an amount is a column of numbers called amount, amt or TX_AMOUNT; or cost:FN,FP".into())
            }
            Self::OtherDivision { .. } | Self::OtherData { .. } => {
                Some("train again, or name the rows to judge it by with --data".into())
            }
            Self::NotAsTrained { run, source } => match &**source {
                DatasetError::MissingColumn { .. } | DatasetError::Cell { .. } => {
                    Some(format!("name and fill the columns as in the rows that {run} was trained on"))
                }
                other => other.hint(),
            },
            _ => None,
        }
    }

    /// True when the command line was wrong in a way that only the library sees.
    pub fn is_usage(&self) -> bool {
        matches!(
            self,
            Self::Parameter(_)
                | Self::NotWatched
                | Self::ReservedName { .. }
                | Self::Stream(stream::Error::Pace(_))
        )
    }

    /// True when the user stopped it.
    pub fn is_interruption(&self) -> bool {
        matches!(
            self,
            Self::Interrupted(_)
                | Self::Dataset(DatasetError::Interrupted(_))
                | Self::Gbdt(GbdtError::Interrupted(_))
                | Self::Neural(NeuralError::Interrupted(_))
                | Self::Resample(ResampleError::Interrupted(_))
                | Self::Simulate(SimulationError::Interrupted(_))
        )
    }
}
