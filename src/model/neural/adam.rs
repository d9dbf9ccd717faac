//! AdamW in one pass over a parameter (Loshchilov and Hutter 2019, arXiv 1711.05101).
//!
//! Burn's makes a dozen passes, each into new memory; docs/BENCHMARKS.md says what one pass gains.

use crate::wide::{self, Loops};

/// RealMLP's (arXiv 2407.04491).
const BETA_1: f32 = 0.9;
const BETA_2: f32 = 0.95;
const EPSILON: f32 = 1e-8;

/// Numbers that are worked on at a time: few enough to stay at hand.
const BLOCK: usize = 1024;

/// The running means of a parameter's gradients and of their squares.
#[derive(Debug)]
pub(super) struct Moments {
    first: Vec<f32>,
    second: Vec<f32>,
}

/// How far a parameter goes in one step.
#[derive(Debug, Clone, Copy)]
pub(super) struct Step {
    /// Steps with this one, from 1: the means start at zero, which is corrected for.
    pub(super) number: i32,
    pub(super) learning_rate: f64,
    /// Share by which a weight shrinks, whatever its gradient.
    pub(super) decay: f64,
}

impl Moments {
    pub(super) fn new(count: usize) -> Self {
        Self { first: vec![0.0; count], second: vec![0.0; count] }
    }

    /// The means, to be kept.
    pub(super) fn state(&self) -> [Vec<f32>; 2] {
        [self.first.clone(), self.second.clone()]
    }

    /// Means that were kept.
    pub(super) fn of_state([first, second]: [Vec<f32>; 2]) -> Self {
        Self { first, second }
    }

    /// Moves `values` against the sum of `gradients`, each of which is as long.
    pub(super) fn step(&mut self, values: &mut [f32], gradients: &[&[f32]], step: Step) {
        wide::run(Update {
            values,
            first: &mut self.first,
            second: &mut self.second,
            gradients,
            kept: (1.0 - step.decay) as f32,
            rate: (step.learning_rate / (1.0 - f64::from(BETA_1).powi(step.number))) as f32,
            root: (1.0 / (1.0 - f64::from(BETA_2).powi(step.number)).sqrt()) as f32,
        });
    }
}

/// A step with its factors.
struct Update<'a> {
    values: &'a mut [f32],
    first: &'a mut [f32],
    second: &'a mut [f32],
    gradients: &'a [&'a [f32]],
    kept: f32,
    rate: f32,
    root: f32,
}

impl Loops for Update<'_> {
    type Output = ();

    #[inline(always)]
    fn run<const FUSED: bool>(self) {
        let Self { values, first, second, gradients, kept, rate, root } = self;
        let mut sum = [0.0; BLOCK];
        let means = first.chunks_mut(BLOCK).zip(second.chunks_mut(BLOCK));
        for (block, (values, (first, second))) in values.chunks_mut(BLOCK).zip(means).enumerate() {
            let sum = &mut sum[..values.len()];
            sum.fill(0.0);
            for gradient in gradients {
                let gradient = &gradient[block * BLOCK..][..sum.len()];
                sum.iter_mut().zip(gradient).for_each(|(sum, gradient)| *sum += gradient);
            }
            let means = first.iter_mut().zip(second);
            for ((value, (first, second)), gradient) in values.iter_mut().zip(means).zip(sum) {
                *first += (1.0 - BETA_1) * (*gradient - *first);
                *second += (1.0 - BETA_2) * (*gradient * *gradient - *second);
                *value = kept * *value - rate * *first / (second.sqrt() * root + EPSILON);
            }
        }
    }
}
