//! The forward pass that serves: plain f32 arithmetic in a fixed order, no framework.
//!
//! A layer is computed [`PANEL`] outputs at a time: their sums stay in registers, and the weights are
//! rearranged once so that the inner loop reads them one after the other. Every sum runs over the inputs in
//! their order: a row's score has the same bits alone and in any batch.

use std::cell::RefCell;

use super::activation::Activation;
use super::loss::sigmoid;
use super::weights::{Layer, Weights, WeightsError};
use crate::features::scaling::RobustScaler;
use crate::model::Scorer;

/// Outputs computed together: eight vectors of four sums, as many as hide the latency of an addition.
const PANEL: usize = 32;

/// Rows that go through a layer together: a panel's weights are read from the nearest cache for all but the
/// first.
const BLOCK_ROWS: usize = 16;

thread_local! {
    static SCRATCH: RefCell<Vec<f32>> = const { RefCell::new(Vec::new()) };
}

/// A trained network ready to score.
#[derive(Debug, Clone)]
pub struct MlpScorer {
    scaler: RobustScaler,
    activation: Activation,
    members: Vec<Vec<Panels>>,
    widest: usize,
}

/// A layer's numbers in the order in which they are read.
#[derive(Debug, Clone)]
struct Panels {
    inputs: usize,
    outputs: usize,
    /// For each panel its [`PANEL`] biases, then for each input its [`PANEL`] weights; zeros behind the last
    /// output.
    values: Vec<f32>,
}

impl MlpScorer {
    /// Joins the weights with the scaling that they were trained behind.
    ///
    /// # Errors
    /// [`WeightsError::Shape`] when the scaler was fitted on another number of columns.
    pub fn new(weights: &Weights, scaler: RobustScaler) -> Result<Self, WeightsError> {
        if !scaler.is_whole() || scaler.inputs() != weights.features() {
            return Err(WeightsError::Shape(format!(
                "the network reads {} features, its scaling has {}",
                weights.features(),
                scaler.inputs()
            )));
        }
        let members: Vec<Vec<Panels>> =
            weights.members().iter().map(|layers| layers.iter().map(Panels::new).collect()).collect();
        let widest = members.iter().flatten().map(|layer| layer.inputs.max(layer.outputs)).max();
        let widest = widest.expect("well-formed weights have a layer");
        Ok(Self { scaler, activation: weights.activation(), members, widest })
    }

    /// Scores at most [`BLOCK_ROWS`] rows; `scratch` holds three times that many widest layers.
    fn score_block(&self, rows: &[f64], scores: &mut [f64], scratch: &mut [f32]) {
        let features = self.features();
        let (scaled, layers) = scratch.split_at_mut(BLOCK_ROWS * self.widest);
        let inputs = self.scaler.inputs();
        for (row, out) in rows.chunks_exact(features).zip(scaled.chunks_exact_mut(inputs)) {
            self.scaler.apply(row, out);
        }
        let scaled = &scaled[..scores.len() * inputs];
        scores.fill(0.0);
        for member in &self.members {
            let logits = self.forward(member, scaled, scores.len(), layers);
            for (score, logit) in scores.iter_mut().zip(logits) {
                *score += sigmoid(f64::from(*logit));
            }
        }
        scores.iter_mut().for_each(|score| *score /= self.members.len() as f64);
    }

    /// One member's logits for `rows` scaled rows.
    fn forward<'a>(
        &self,
        layers: &[Panels],
        scaled: &[f32],
        rows: usize,
        scratch: &'a mut [f32],
    ) -> &'a [f32] {
        let (mut from, mut to) = scratch.split_at_mut(BLOCK_ROWS * self.widest);
        let (first, others) = layers.split_first().expect("well-formed weights have a layer");
        first.forward(scaled, rows, to);
        let mut width = first.outputs;
        for layer in others {
            (from, to) = (to, from);
            self.activation.apply(&mut from[..rows * width]);
            layer.forward(from, rows, to);
            width = layer.outputs;
        }
        &to[..rows]
    }
}

impl Scorer for MlpScorer {
    fn features(&self) -> usize {
        self.scaler.columns()
    }

    fn score(&self, rows: &[f64], scores: &mut [f64]) {
        let features = self.features();
        assert_eq!(rows.len(), scores.len() * features, "one row of features per score");
        SCRATCH.with_borrow_mut(|scratch| {
            let needed = 3 * BLOCK_ROWS * self.widest;
            if scratch.len() < needed {
                scratch.resize(needed, 0.0);
            }
            let scratch = &mut scratch[..needed];
            for (rows, scores) in rows.chunks(BLOCK_ROWS * features).zip(scores.chunks_mut(BLOCK_ROWS)) {
                self.score_block(rows, scores, scratch);
            }
        });
    }
}

impl Panels {
    fn new(layer: &Layer) -> Self {
        let panels = layer.outputs.div_ceil(PANEL);
        let mut values = vec![0.0; panels * (layer.inputs + 1) * PANEL];
        for (index, panel) in values.chunks_exact_mut((layer.inputs + 1) * PANEL).enumerate() {
            let first = index * PANEL;
            let width = PANEL.min(layer.outputs - first);
            let sources = std::iter::once(&layer.bias[..]).chain(layer.weight.chunks_exact(layer.outputs));
            for (line, source) in panel.chunks_exact_mut(PANEL).zip(sources) {
                line[..width].copy_from_slice(&source[first..first + width]);
            }
        }
        Self { inputs: layer.inputs, outputs: layer.outputs, values }
    }

    /// `to = from * weight + bias` for `rows` rows.
    fn forward(&self, from: &[f32], rows: usize, to: &mut [f32]) {
        let (from, to) = (&from[..rows * self.inputs], &mut to[..rows * self.outputs]);
        for (index, panel) in self.values.chunks_exact((self.inputs + 1) * PANEL).enumerate() {
            let (lines, _) = panel.as_chunks::<PANEL>();
            let (bias, weights) = lines.split_first().expect("a panel begins with its biases");
            let first = index * PANEL;
            let width = PANEL.min(self.outputs - first);
            for (inputs, outputs) in from.chunks_exact(self.inputs).zip(to.chunks_exact_mut(self.outputs)) {
                let sums = panel_sums(bias, weights, inputs);
                outputs[first..first + width].copy_from_slice(&sums[..width]);
            }
        }
    }
}

/// One row's sums of one panel.
fn panel_sums(bias: &[f32; PANEL], weights: &[[f32; PANEL]], inputs: &[f32]) -> [f32; PANEL] {
    let mut sums = *bias;
    for (input, weights) in inputs.iter().zip(weights) {
        for (sum, weight) in sums.iter_mut().zip(weights) {
            *sum += input * weight;
        }
    }
    sums
}
