//! How much each feature moves a network's raw score: DeepLIFT's rescale rule.
//!
//! A row is compared with the row of the training medians, in which no category has a known value (Shrikumar, Greenside and
//! Kundaje, "Learning important features through propagating activation differences", 2017, arXiv 1704.02685, sections 3.2
//! and 3.5.1). Differences of the score are handed back through the layers by multipliers: a dense layer's are its weights,
//! a non-linear function's the ratio of the differences behind it and before it. So they add up whatever the functions are,
//! the mean of the members' probabilities included. What a number is embedded to depends on that number alone, and its share
//! is added to the number's own.

use super::waves::Shape;
use super::weights::{Layer, MemberWeights, Weights};
use crate::features::scaling::RobustScaler;
use crate::model::{log_odds, sigmoid};

/// A network and what it makes of the row that others are compared with.
#[derive(Debug, Clone)]
pub(super) struct Rescale {
    weights: Weights,
    /// Of each value that goes into the first layer, the column that it comes from.
    columns: Vec<usize>,
    reference: Pass,
}

/// A row's way through all members.
#[derive(Debug, Clone)]
struct Pass {
    members: Vec<Trace>,
    probability: f64,
}

/// A row's way through a member.
#[derive(Debug, Clone)]
struct Trace {
    /// What comes to each layer, before the activation.
    values: Vec<Vec<f32>>,
    logit: f64,
}

impl Rescale {
    pub(super) fn new(weights: &Weights, scaler: &RobustScaler) -> Self {
        let mut columns = scaler.sources();
        if let Some(shape) = weights.embedding() {
            let numbers: Vec<usize> = shape.places.iter().map(|&place| columns[place]).collect();
            columns.extend(numbers.iter().cycle().take(shape.outputs()));
        }
        let reference = Pass::of(weights, &vec![0.0; weights.features()]);
        Self { weights: weights.clone(), columns, reference }
    }

    /// The raw score of the row of medians.
    pub(super) fn base(&self) -> f64 {
        log_odds(self.reference.probability)
    }

    /// Adds what each column of the `scaled` row moves the raw score by to its contribution.
    pub(super) fn add(&self, scaled: &[f32], contributions: &mut [f64]) {
        let own = Pass::of(&self.weights, scaled);
        let (here, there) = (own.probability, self.reference.probability);
        let of_mean = ratio(here, there, log_odds, |mean| 1.0 / (mean * (1.0 - mean)));
        let share = of_mean / own.members.len() as f64;
        let traces = own.members.iter().zip(&self.reference.members);
        for (member, (own, reference)) in self.weights.members().iter().zip(traces) {
            let slope =
                |logit| ratio(own.logit, logit, sigmoid, |logit| sigmoid(logit) * (1.0 - sigmoid(logit)));
            let multipliers = self.back(member, own, reference, (share * slope(reference.logit)) as f32);
            let moved = own.values[0].iter().zip(&reference.values[0]);
            for ((multiplier, (here, there)), &column) in multipliers.iter().zip(moved).zip(&self.columns) {
                contributions[column] += f64::from(multiplier * (here - there));
            }
        }
    }

    /// The multipliers of what comes to the first layer, from that of the logit.
    fn back(&self, member: &MemberWeights, own: &Trace, reference: &Trace, of_logit: f32) -> Vec<f32> {
        let activation = self.weights.activation();
        let mut multipliers = vec![of_logit];
        for (place, layer) in member.layers.iter().enumerate().rev() {
            let lines = layer.weight.chunks_exact(layer.outputs);
            let sum = |line: &[f32]| line.iter().zip(&multipliers).map(|(weight, of)| weight * of).sum();
            let mut of_inputs: Vec<f32> = lines.map(sum).collect();
            if place > 0 {
                let differences = own.values[place].iter().zip(&reference.values[place]);
                for (multiplier, (&here, &there)) in of_inputs.iter_mut().zip(differences) {
                    *multiplier *= activation.ratio(here, there);
                }
            }
            multipliers = of_inputs;
        }
        multipliers
    }
}

impl Pass {
    fn of(weights: &Weights, scaled: &[f32]) -> Self {
        let trace = |member| Trace::of(member, weights, scaled);
        let members: Vec<Trace> = weights.members().iter().map(trace).collect();
        let sum: f64 = members.iter().map(|trace| sigmoid(trace.logit)).sum();
        Self { probability: sum / members.len() as f64, members }
    }
}

impl Trace {
    fn of(member: &MemberWeights, weights: &Weights, scaled: &[f32]) -> Self {
        let embedded =
            |shape: &Shape| member.waves.as_ref().map(|waves| waves.embed_rows(shape, scaled, scaled.len()));
        let first = weights.embedding().and_then(embedded).unwrap_or_else(|| scaled.to_vec());
        let mut values = vec![first];
        for (place, layer) in member.layers.iter().enumerate() {
            let mut from = values[place].clone();
            if place > 0 {
                weights.activation().apply(&mut from);
            }
            values.push(outputs(layer, &from));
        }
        let logit = values.pop().map_or(0.0, |last| f64::from(last[0]));
        Self { values, logit }
    }
}

fn outputs(layer: &Layer, from: &[f32]) -> Vec<f32> {
    let mut sums = layer.bias.clone();
    for (value, line) in from.iter().zip(layer.weight.chunks_exact(layer.outputs)) {
        sums.iter_mut().zip(line).for_each(|(sum, weight)| *sum += value * weight);
    }
    sums
}

/// By how much `function` changes on the way from `there` to `here`, for each unit of it; its `slope` where they are one.
fn ratio(here: f64, there: f64, function: fn(f64) -> f64, slope: impl Fn(f64) -> f64) -> f64 {
    if here == there { slope(here) } else { (function(here) - function(there)) / (here - there) }
}
