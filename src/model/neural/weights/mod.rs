//! The weights of a trained network, and their file form.
//!
//! A SafeTensors file of f32 tensors, `members.M.layers.L.weight` of shape [inputs, outputs] and
//! `members.M.layers.L.bias` of shape [outputs]; where numbers are embedded `members.M.waves.frequency` of shape
//! [frequencies, numbers], `.cosine` and `.sine` of shape [frequencies, size, numbers] and `.bias` of shape [size, numbers]
//! (see `waves.rs`); and one metadata entry that holds the format version, the number of features, members and layers, the
//! activation and which features are embedded. What only training needs (the learnt scale of the inputs, initialisation
//! factors) is folded into these before they get here. Nothing that is read is trusted: every name, type, shape and number is
//! checked. `tests/weights.py` reads such a file with nothing but numpy and safetensors.

mod waves;

use std::collections::HashMap;
use std::fmt;

use safetensors::tensor::{Dtype, SafeTensorError, SafeTensors, TensorView};
use serde::{Deserialize, Serialize};

use super::activation::Activation;
use super::waves::{Shape, Waves};
use waves::{check_embedding, check_waves, read_waves, trimmed, waves_name, waves_tensors};

/// The version that is written; it rises when an older reader would misread a newer file.
const FORMAT: u32 = 2;

/// The metadata entry. One entry of JSON rather than several: a map's order would change from run to run,
/// and with it the file's checksum.
const METADATA_KEY: &str = "fraudctl.mlp";

/// The most layers or members that a file may announce.
const MAX_PARTS: usize = 1024;

/// Why a weights file is not acceptable.
#[derive(Debug, thiserror::Error)]
pub enum WeightsError {
    /// Not a SafeTensors file, or cut short.
    #[error("not a readable SafeTensors file")]
    Container(#[from] SafeTensorError),
    /// SafeTensors, but not of this program's networks.
    #[error(
        "the file holds no fraudctl network: its metadata entry {METADATA_KEY:?} is missing or malformed"
    )]
    Metadata(#[source] Option<serde_json::Error>),
    /// Written by a newer program.
    #[error("the weights have format version {0}, this program reads up to {FORMAT}: use a newer fraudctl")]
    NewerFormat(u32),
    /// A tensor that should not be there, or not in this form.
    #[error("tensor {name:?} {problem}")]
    Tensor {
        /// The tensor's name in the file.
        name: String,
        /// What is wrong with it.
        problem: String,
    },
    /// The parts do not make a network.
    #[error("{0}")]
    Shape(String),
}

/// One dense layer: `outputs[o] = bias[o] + sum over i of inputs[i] * weight[i * outputs + o]`.
#[derive(Clone, PartialEq)]
pub struct Layer {
    /// Number of values that go in.
    pub inputs: usize,
    /// Number of values that come out.
    pub outputs: usize,
    /// `inputs * outputs` values, the outputs of one input side by side.
    pub weight: Vec<f32>,
    /// `outputs` values.
    pub bias: Vec<f32>,
}

/// Its shape: thousands of numbers would drown everything else.
impl fmt::Debug for Layer {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "Layer({} -> {})", self.inputs, self.outputs)
    }
}

/// The numbers of one network.
#[derive(Debug, Clone, PartialEq)]
pub struct MemberWeights {
    /// Those of its embedding, where the networks have one.
    pub waves: Option<Waves>,
    /// From scaled features, and what the embedding adds behind them, to a single logit.
    pub layers: Vec<Layer>,
}

/// A network, or several whose probabilities are averaged; always well-formed.
#[derive(Debug, Clone, PartialEq)]
pub struct Weights {
    features: usize,
    embedding: Option<Shape>,
    activation: Activation,
    members: Vec<MemberWeights>,
}

/// What the metadata entry holds.
#[derive(Debug, Serialize, Deserialize)]
struct Metadata {
    format: u32,
    features: usize,
    members: usize,
    layers: usize,
    activation: Activation,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    embedding: Option<Shape>,
}

impl Weights {
    /// Puts members together; each is a chain of layers from `features` values, and those that the `embedding` adds, to a single
    /// logit, with `activation` between the layers.
    ///
    /// # Errors
    /// [`WeightsError::Shape`] when there is no member, members differ in their number of layers, or a member's
    /// layers do not chain; [`WeightsError::Tensor`] when a number is not finite or vectors have the wrong length.
    pub fn new(
        features: usize,
        embedding: Option<Shape>,
        activation: Activation,
        members: Vec<MemberWeights>,
    ) -> Result<Self, WeightsError> {
        let depth = members.first().map_or(0, |member| member.layers.len());
        if features == 0 || depth == 0 || members.iter().any(|member| member.layers.len() != depth) {
            return Err(WeightsError::Shape("a network needs features, members and layers in each".into()));
        }
        embedding.as_ref().map_or(Ok(()), |shape| check_embedding(shape, features))?;
        for (member, weights) in members.iter().enumerate() {
            check_waves(member, embedding.as_ref(), weights.waves.as_ref())?;
            let mut width = features + embedding.as_ref().map_or(0, Shape::outputs);
            for (index, layer) in weights.layers.iter().enumerate() {
                check_layer(member, index, layer, width)?;
                width = layer.outputs;
            }
            if width != 1 {
                return Err(WeightsError::Shape(format!(
                    "member {member} ends in {width} values instead of 1"
                )));
            }
        }
        Ok(Self { features, embedding, activation, members })
    }

    /// Which features are embedded, and how far.
    pub fn embedding(&self) -> Option<&Shape> {
        self.embedding.as_ref()
    }

    /// Number of scaled values that a row has.
    pub fn features(&self) -> usize {
        self.features
    }

    /// What stands between the layers.
    pub fn activation(&self) -> Activation {
        self.activation
    }

    /// The numbers of each member.
    pub fn members(&self) -> &[MemberWeights] {
        &self.members
    }

    /// The file's bytes; equal weights give equal bytes.
    pub fn to_bytes(&self) -> Vec<u8> {
        let metadata = Metadata {
            format: FORMAT,
            features: self.features,
            members: self.members.len(),
            layers: self.members[0].layers.len(),
            activation: self.activation,
            embedding: self.embedding.clone(),
        };
        let metadata = serde_json::to_string(&metadata).expect("plain numbers and words become JSON");
        let mut tensors = Vec::new();
        for (member, weights) in self.members.iter().enumerate() {
            if let (Some(shape), Some(waves)) = (&self.embedding, &weights.waves) {
                for (name, dimensions, values) in waves_tensors(shape, waves) {
                    tensors.push((
                        waves_name(member, name),
                        dimensions,
                        to_le_bytes(&trimmed(shape, values)),
                    ));
                }
            }
            for (index, layer) in weights.layers.iter().enumerate() {
                let (weight, bias) = names(member, index);
                tensors.push((weight, vec![layer.inputs, layer.outputs], to_le_bytes(&layer.weight)));
                tensors.push((bias, vec![layer.outputs], to_le_bytes(&layer.bias)));
            }
        }
        let mut views = Vec::with_capacity(tensors.len());
        for (name, shape, bytes) in &tensors {
            let view = TensorView::new(Dtype::F32, shape.clone(), bytes);
            views.push((name.as_str(), view.expect("as many numbers as the shape says")));
        }
        let entry = HashMap::from([(METADATA_KEY.to_owned(), metadata)]);
        // The format's only limit, 100 MB of names and shapes, is far from what a network has.
        safetensors::serialize(views, Some(entry)).expect("a network has few tensors")
    }

    /// Reads what [`Weights::to_bytes`] wrote.
    ///
    /// # Errors
    /// [`WeightsError`] for anything that is not exactly a network of this program; never a panic.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, WeightsError> {
        let (_, header) = SafeTensors::read_metadata(bytes)?;
        let entry = header.metadata().as_ref().and_then(|entries| entries.get(METADATA_KEY));
        let text = entry.ok_or(WeightsError::Metadata(None))?;
        let metadata = read_metadata(text)?;
        let tensors = SafeTensors::deserialize(bytes)?;
        let parts = [metadata.members, metadata.layers];
        if parts.iter().any(|part| !(1..=MAX_PARTS).contains(part)) {
            return Err(WeightsError::Shape(format!(
                "{} members of {} layers, but each must be between 1 and {MAX_PARTS}",
                metadata.members, metadata.layers
            )));
        }
        let embedding = metadata.embedding;
        embedding.as_ref().map_or(Ok(()), |shape| check_embedding(shape, metadata.features))?;
        let of_embedding = if embedding.is_some() { Shape::PARAMETERS } else { 0 };
        let expected = metadata.members * (2 * metadata.layers + of_embedding);
        if tensors.len() != expected {
            return Err(WeightsError::Shape(format!(
                "{} tensors, but {} members of {} layers have {expected}",
                tensors.len(),
                metadata.members,
                metadata.layers,
            )));
        }
        let read_member = |member| {
            let waves = embedding.as_ref().map(|shape| read_waves(&tensors, member, shape)).transpose()?;
            let layers = (0..metadata.layers).map(|index| read_layer(&tensors, member, index));
            Ok(MemberWeights { waves, layers: layers.collect::<Result<_, _>>()? })
        };
        let members = (0..metadata.members).map(read_member).collect::<Result<Vec<_>, WeightsError>>()?;
        Self::new(metadata.features, embedding, metadata.activation, members)
    }
}

/// The version first: a newer file's other fields need not make sense to this program.
fn read_metadata(text: &str) -> Result<Metadata, WeightsError> {
    #[derive(Deserialize)]
    struct Version {
        format: u32,
    }
    let malformed = |error| WeightsError::Metadata(Some(error));
    let version: Version = serde_json::from_str(text).map_err(malformed)?;
    if version.format > FORMAT {
        return Err(WeightsError::NewerFormat(version.format));
    }
    serde_json::from_str(text).map_err(malformed)
}

/// The two tensor names of a layer.
fn names(member: usize, layer: usize) -> (String, String) {
    let prefix = format!("members.{member}.layers.{layer}");
    (format!("{prefix}.weight"), format!("{prefix}.bias"))
}

fn tensor_error(name: String, problem: impl Into<String>) -> WeightsError {
    WeightsError::Tensor { name, problem: problem.into() }
}

fn check_layer(member: usize, index: usize, layer: &Layer, inputs: usize) -> Result<(), WeightsError> {
    let (weight, bias) = names(member, index);
    if layer.inputs != inputs || layer.outputs == 0 {
        let problem = format!("has shape [{}, {}] where {inputs} values go in", layer.inputs, layer.outputs);
        return Err(tensor_error(weight, problem));
    }
    if layer.inputs.checked_mul(layer.outputs) != Some(layer.weight.len()) {
        return Err(tensor_error(weight, format!("has {} values", layer.weight.len())));
    }
    if layer.bias.len() != layer.outputs {
        return Err(tensor_error(bias, format!("has {} values, not {}", layer.bias.len(), layer.outputs)));
    }
    for (name, values) in [(weight, &layer.weight), (bias, &layer.bias)] {
        if values.iter().any(|value| !value.is_finite()) {
            return Err(tensor_error(name, "holds a number that is not finite"));
        }
    }
    Ok(())
}

fn read_layer(tensors: &SafeTensors<'_>, member: usize, index: usize) -> Result<Layer, WeightsError> {
    let (weight, bias) = names(member, index);
    let (shape, weight) = read_tensor(tensors, weight, 2)?;
    let (_, bias) = read_tensor(tensors, bias, 1)?;
    Ok(Layer { inputs: shape[0], outputs: shape[1], weight, bias })
}

fn read_tensor(
    tensors: &SafeTensors<'_>,
    name: String,
    dimensions: usize,
) -> Result<(Vec<usize>, Vec<f32>), WeightsError> {
    let Ok(view) = tensors.tensor(&name) else {
        return Err(tensor_error(name, "is missing"));
    };
    if view.dtype() != Dtype::F32 {
        return Err(tensor_error(name, format!("has type {}, not F32", view.dtype())));
    }
    if view.shape().len() != dimensions {
        return Err(tensor_error(name, format!("has shape {:?}, not {dimensions} dimensions", view.shape())));
    }
    Ok((view.shape().to_vec(), from_le_bytes(view.data())))
}

/// The numbers of an F32 tensor's bytes.
pub(super) fn from_le_bytes(bytes: &[u8]) -> Vec<f32> {
    bytes.as_chunks::<4>().0.iter().map(|bytes| f32::from_le_bytes(*bytes)).collect()
}

/// The bytes of an F32 tensor.
pub(super) fn to_le_bytes(values: &[f32]) -> Vec<u8> {
    values.iter().flat_map(|value| value.to_le_bytes()).collect()
}
