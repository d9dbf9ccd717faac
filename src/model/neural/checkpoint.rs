//! What a stopped training goes on from: the networks as they stood after an epoch, with Adam's memory, and what is known of
//! the epochs until then.
//!
//! An epoch's order follows from seed, member and epoch alone, so a training that goes on comes to the same bits as one that was
//! never stopped. The file is a line with the SHA-256 of the rest, and SafeTensors: `members.M.parameters.P.values`, `.first`
//! and `.second` of all parameters, the best weights so far as the bytes of their own file, and a metadata entry with
//! everything else.

use std::collections::HashMap;
use std::io::Write;
use std::path::PathBuf;
use std::time::{Duration, Instant};

use safetensors::tensor::{Dtype, SafeTensors, TensorView};
use serde::{Deserialize, Serialize};

use super::history::{EpochMetrics, Record};
use super::weights::{Weights, from_le_bytes, to_le_bytes};
use crate::files::{self, FileError};

const FORMAT: u32 = 1;
const METADATA_KEY: &str = "fraudctl.checkpoint";
const BEST: &str = "best";
/// The numbers of a parameter, and Adam's means of its gradients and of their squares.
const KINDS: [&str; 3] = ["values", "first", "second"];

/// The file is written after an epoch, unless it was written so shortly before.
const AGE: Duration = Duration::from_secs(10);

/// Where a training keeps what it needs to go on.
#[derive(Debug, Clone)]
pub struct Checkpoint {
    /// The file.
    pub path: PathBuf,
    /// What is trained, in a few words: data, parameters, seed. The file of another training is refused.
    pub training: String,
    /// Go on from the file.
    pub resume: bool,
}

/// A checkpoint could not be kept or used.
#[derive(Debug, thiserror::Error)]
pub enum CheckpointError {
    /// It cannot be read or written.
    #[error(transparent)]
    File(#[from] FileError),
    /// It is damaged, or no checkpoint.
    #[error("{}: this is no checkpoint of a training, or it is damaged", path.display())]
    Damaged {
        /// The file.
        path: PathBuf,
    },
    /// It is of something else.
    #[error("{}: this checkpoint is of another training: other data, parameters, seed, device or version", path.display())]
    Other {
        /// The file.
        path: PathBuf,
    },
}

/// One parameter's [`KINDS`].
pub(super) type ParameterState = [Vec<f32>; 3];

/// One network.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct MemberState {
    pub(super) steps: i32,
    pub(super) parameters: Vec<ParameterState>,
}

/// All of it, after the last epoch of the record.
pub(super) struct State {
    pub(super) members: Vec<MemberState>,
    pub(super) record: Record,
}

#[derive(Serialize, Deserialize)]
struct Metadata {
    format: u32,
    training: String,
    history: Vec<EpochMetrics>,
    best_epoch: usize,
    /// By member.
    steps: Vec<i32>,
    /// Of each member.
    parameters: usize,
}

/// Writes the file now and then.
pub(super) struct Keeper<'a> {
    checkpoint: &'a Checkpoint,
    /// When it was written, or the training began.
    written: Instant,
    /// Not written yet.
    pending: Option<State>,
}

impl<'a> Keeper<'a> {
    pub(super) fn new(checkpoint: &'a Checkpoint) -> Self {
        Self { checkpoint, written: Instant::now(), pending: None }
    }

    /// Takes the networks after an epoch.
    pub(super) fn note(&mut self, members: Vec<MemberState>, record: &Record) -> Result<(), FileError> {
        self.pending = Some(State { members, record: record.clone() });
        if self.written.elapsed() < AGE { Ok(()) } else { self.write() }
    }

    /// Writes what was noted last.
    pub(super) fn write(&mut self) -> Result<(), FileError> {
        let Some(state) = self.pending.take() else { return Ok(()) };
        let bytes = bytes(&self.checkpoint.training, &state);
        let path = &self.checkpoint.path;
        let sum = files::checksum_of(&bytes) + "\n";
        files::write_file(path, true, |file| {
            file.write_all(&[sum.as_bytes(), &bytes].concat()).map_err(FileError::io(path))
        })?;
        self.written = Instant::now();
        Ok(())
    }
}

fn bytes(training: &str, State { members, record }: &State) -> Vec<u8> {
    let metadata = Metadata {
        format: FORMAT,
        training: training.to_owned(),
        history: record.history.clone(),
        best_epoch: record.best_epoch,
        steps: members.iter().map(|member| member.steps).collect(),
        parameters: members.first().map_or(0, |member| member.parameters.len()),
    };
    let mut tensors: Vec<(String, Dtype, Vec<u8>)> = Vec::new();
    for (member, state) in members.iter().enumerate() {
        for (parameter, lists) in state.parameters.iter().enumerate() {
            for (kind, values) in KINDS.iter().zip(lists) {
                tensors.push((name(member, parameter, kind), Dtype::F32, to_le_bytes(values)));
            }
        }
    }
    let best = record.best.as_ref().map_or_else(Vec::new, Weights::to_bytes);
    tensors.push((BEST.to_owned(), Dtype::U8, best));
    let views = tensors.iter().map(|(name, kind, bytes)| {
        let count = if *kind == Dtype::U8 { bytes.len() } else { bytes.len() / size_of::<f32>() };
        (name.as_str(), TensorView::new(*kind, vec![count], bytes).expect("as many as the shape says"))
    });
    let metadata = serde_json::to_string(&metadata).expect("plain numbers and words become JSON");
    let entry = HashMap::from([(METADATA_KEY.to_owned(), metadata)]);
    safetensors::serialize(views, Some(entry)).expect("a network has few tensors")
}

fn name(member: usize, parameter: usize, kind: &str) -> String {
    format!("members.{member}.parameters.{parameter}.{kind}")
}

impl Checkpoint {
    /// Reads the file.
    ///
    /// # Errors
    /// When it cannot be read, is damaged, or of another training.
    pub(super) fn load(&self) -> Result<State, CheckpointError> {
        let bytes = std::fs::read(&self.path).map_err(FileError::io(&self.path))?;
        let bytes = sound(&bytes).ok_or_else(|| self.damaged())?;
        let metadata = metadata(bytes).ok_or_else(|| self.damaged())?;
        if metadata.format != FORMAT || metadata.training != self.training {
            return Err(CheckpointError::Other { path: self.path.clone() });
        }
        state(bytes, metadata).ok_or_else(|| self.damaged())
    }

    /// The error of a file whose contents do not fit.
    pub(super) fn damaged(&self) -> CheckpointError {
        CheckpointError::Damaged { path: self.path.clone() }
    }
}

/// What is behind the line with the checksum, if it is what was written.
fn sound(bytes: &[u8]) -> Option<&[u8]> {
    let end = bytes.iter().position(|&byte| byte == b'\n')?;
    let rest = &bytes[end + 1..];
    (files::checksum_of(rest).as_bytes() == &bytes[..end]).then_some(rest)
}

fn metadata(bytes: &[u8]) -> Option<Metadata> {
    let (_, header) = SafeTensors::read_metadata(bytes).ok()?;
    serde_json::from_str(header.metadata().as_ref()?.get(METADATA_KEY)?).ok()
}

fn state(bytes: &[u8], metadata: Metadata) -> Option<State> {
    let tensors = SafeTensors::deserialize(bytes).ok()?;
    let numbers = |member: usize, parameter: usize, kind: &str| {
        let tensor = tensors.tensor(&name(member, parameter, kind)).ok()?;
        let values = from_le_bytes(tensor.data());
        let is_sound = tensor.dtype() == Dtype::F32 && values.iter().all(|value| value.is_finite());
        is_sound.then_some(values)
    };
    let member = |(member, &steps): (usize, &i32)| {
        let parameter = |parameter| {
            let [values, first, second] = KINDS.map(|kind| numbers(member, parameter, kind));
            Some([values?, first?, second?])
        };
        Some(MemberState {
            steps,
            parameters: (0..metadata.parameters).map(parameter).collect::<Option<_>>()?,
        })
    };
    let members = metadata.steps.iter().enumerate().map(member).collect::<Option<_>>()?;
    let best = Weights::from_bytes(tensors.tensor(BEST).ok()?.data()).ok()?;
    let Metadata { history, best_epoch, .. } = metadata;
    Some(State { members, record: Record { history, best_epoch, best: Some(best), interrupted: false } })
}
