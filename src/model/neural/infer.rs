//! The forward pass that serves: scaled rows through dense layers, no framework.

use std::cell::RefCell;

use rayon::iter::{IndexedParallelIterator, ParallelIterator};
use rayon::slice::{ParallelSlice, ParallelSliceMut};

use super::activation::Activation;
use super::dense::Dense;
use super::explain::Rescale;
use super::waves::{Shape, Waves};
use super::weights::{MemberWeights, Weights, WeightsError};
use crate::features::scaling::RobustScaler;
use crate::model::{Explainer, Scorer, Unexplained, sigmoid};
use crate::wide::{self, Loops};

/// Rows that go through a layer together: a panel's weights are read from the nearest cache for all but the
/// first.
const BLOCK_ROWS: usize = 32;

thread_local! {
    static SCRATCH: RefCell<Vec<f32>> = const { RefCell::new(Vec::new()) };
}

/// A trained network ready to score.
#[derive(Debug, Clone)]
pub struct MlpScorer {
    scaler: RobustScaler,
    forward: Forward,
    rescale: Rescale,
}

/// From scaled rows to probabilities.
#[derive(Debug, Clone)]
pub(super) struct Forward {
    inputs: usize,
    embedding: Option<Shape>,
    activation: Activation,
    members: Vec<Member>,
    /// Values of a row in the widest layer.
    widest: usize,
}

#[derive(Debug, Clone)]
struct Member {
    waves: Option<Waves>,
    layers: Vec<Dense>,
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
        Ok(Self { forward: Forward::new(weights), rescale: Rescale::new(weights, &scaler), scaler })
    }
}

impl Forward {
    pub(super) fn new(weights: &Weights) -> Self {
        let member = |weights: &MemberWeights| Member {
            waves: weights.waves.clone(),
            layers: weights.layers.iter().map(Dense::new).collect(),
        };
        let members: Vec<Member> = weights.members().iter().map(member).collect();
        let widths = members.iter().flat_map(|member| &member.layers);
        let widest = widths.map(|layer| layer.inputs().max(layer.outputs())).max();
        Self {
            inputs: weights.features(),
            embedding: weights.embedding().cloned(),
            activation: weights.activation(),
            widest: widest.expect("well-formed weights have a layer"),
            members,
        }
    }

    /// Probabilities of all scaled `rows`, computed on all threads of the pool.
    pub(super) fn probabilities(&self, rows: &[f32]) -> Vec<f64> {
        let mut scores = vec![0.0; rows.len() / self.inputs];
        let blocks = scores.par_chunks_mut(BLOCK_ROWS).zip(rows.par_chunks(BLOCK_ROWS * self.inputs));
        blocks.for_each_init(
            || vec![0.0; 2 * BLOCK_ROWS * self.widest],
            |scratch, (scores, rows)| self.score(rows, scores, scratch),
        );
        scores
    }

    /// Scores at most [`BLOCK_ROWS`] scaled rows; `scratch` holds twice that many widest layers.
    fn score(&self, rows: &[f32], scores: &mut [f64], scratch: &mut [f32]) {
        wide::run(Block { forward: self, rows, scores, scratch });
    }
}

/// Rows on their way through the network.
struct Block<'a> {
    forward: &'a Forward,
    rows: &'a [f32],
    scores: &'a mut [f64],
    scratch: &'a mut [f32],
}

impl Loops for Block<'_> {
    type Output = ();

    #[inline(always)]
    fn run<const FUSED: bool>(self) {
        let Self { forward, rows, scores, scratch } = self;
        let count = scores.len();
        scores.fill(0.0);
        for member in &forward.members {
            let (mut from, mut to) = scratch.split_at_mut(BLOCK_ROWS * forward.widest);
            let mut width = forward.inputs;
            if let (Some(waves), Some(shape)) = (&member.waves, &forward.embedding) {
                width += shape.outputs();
                waves.widen::<FUSED>(shape, rows, forward.inputs, &mut to[..count * width]);
            } else {
                to[..count * width].copy_from_slice(&rows[..count * width]);
            }
            for (place, layer) in member.layers.iter().enumerate() {
                (from, to) = (to, from);
                let values = &mut from[..count * width];
                if place > 0 {
                    forward.activation.apply(values);
                }
                width = layer.outputs();
                layer.forward::<FUSED>(values, &mut to[..count * width]);
            }
            for (score, logit) in scores.iter_mut().zip(&*to) {
                *score += sigmoid(f64::from(*logit));
            }
        }
        scores.iter_mut().for_each(|score| *score /= forward.members.len() as f64);
    }
}

impl Scorer for MlpScorer {
    fn features(&self) -> usize {
        self.scaler.columns()
    }

    fn score(&self, rows: &[f64], scores: &mut [f64]) {
        let (features, inputs) = (self.features(), self.forward.inputs);
        assert_eq!(rows.len(), scores.len() * features, "one row of features per score");
        SCRATCH.with_borrow_mut(|scratch| {
            let needed = 3 * BLOCK_ROWS * self.forward.widest;
            if scratch.len() < needed {
                scratch.resize(needed, 0.0);
            }
            let (scaled, scratch) = scratch[..needed].split_at_mut(BLOCK_ROWS * self.forward.widest);
            for (rows, scores) in rows.chunks(BLOCK_ROWS * features).zip(scores.chunks_mut(BLOCK_ROWS)) {
                for (row, out) in rows.chunks_exact(features).zip(scaled.chunks_exact_mut(inputs)) {
                    self.scaler.apply(row, out);
                }
                self.forward.score(&scaled[..scores.len() * inputs], scores, scratch);
            }
        });
    }

    fn explainer(&self) -> Result<&dyn Explainer, Unexplained> {
        Ok(self)
    }
}

impl Explainer for MlpScorer {
    fn base(&self) -> f64 {
        self.rescale.base()
    }

    fn contributions(&self, row: &[f64], contributions: &mut [f64]) {
        assert_eq!((row.len(), contributions.len()), (self.features(), self.features()), "one per feature");
        let mut scaled = vec![0.0; self.forward.inputs];
        self.scaler.apply(row, &mut scaled);
        contributions.fill(0.0);
        self.rescale.add(&scaled, contributions);
    }
}
