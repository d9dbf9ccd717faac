//! A dense layer as it serves: plain f32 arithmetic in a fixed order.
//!
//! Outputs are computed [`PANEL`] at a time, whose sums stay in registers; the weights are rearranged once so that they are read
//! one after the other. Several rows, or panels, at a time keep additions from waiting for each other. Every sum begins with its
//! bias and runs over the inputs in their order: a row's result has the same bits alone and among others.

use super::weights::Layer;
use crate::wide::multiply_add;

/// Outputs computed together.
const PANEL: usize = 32;

/// Rows whose sums of a panel fit into registers.
const ROWS: usize = 4;

/// Panels of one row that fit.
const PANELS: usize = 2;

type Line = [f32; PANEL];

/// A layer's numbers in the order in which they are read.
#[derive(Debug, Clone)]
pub(super) struct Dense {
    inputs: usize,
    outputs: usize,
    /// For each panel a line of biases, then a line of weights for each input; zeros behind the last output.
    lines: Vec<Line>,
}

impl Dense {
    pub(super) fn new(layer: &Layer) -> Self {
        let panels = layer.outputs.div_ceil(PANEL);
        let mut lines = Vec::with_capacity(panels * (layer.inputs + 1));
        for panel in 0..panels {
            let own = panel * PANEL..layer.outputs.min((panel + 1) * PANEL);
            for source in std::iter::once(&layer.bias[..]).chain(layer.weight.chunks_exact(layer.outputs)) {
                let mut line = [0.0; PANEL];
                line[..own.len()].copy_from_slice(&source[own.clone()]);
                lines.push(line);
            }
        }
        Self { inputs: layer.inputs, outputs: layer.outputs, lines }
    }

    /// Number of values that go in.
    pub(super) fn inputs(&self) -> usize {
        self.inputs
    }

    /// Number of values that come out.
    pub(super) fn outputs(&self) -> usize {
        self.outputs
    }

    /// `to = from * weight + bias` for all rows of `from`.
    #[inline(always)]
    pub(super) fn forward<const FUSED: bool>(&self, from: &[f32], to: &mut [f32]) {
        if from.len() == self.inputs {
            return self.forward_one::<FUSED>(from, to);
        }
        for (panel, lines) in self.lines.chunks_exact(self.inputs + 1).enumerate() {
            let first = panel * PANEL;
            let own = first..self.outputs.min(first + PANEL);
            let (mut from, mut to) = (from, &mut *to);
            while from.len() >= ROWS * self.inputs {
                let (rows, rest) = from.split_at(ROWS * self.inputs);
                let (results, others) = to.split_at_mut(ROWS * self.outputs);
                let rows = std::array::from_fn(|row| &rows[row * self.inputs..][..self.inputs]);
                let sums = of_rows::<FUSED>(lines, rows);
                for (sums, result) in sums.iter().zip(results.chunks_exact_mut(self.outputs)) {
                    result[own.clone()].copy_from_slice(&sums[..own.len()]);
                }
                (from, to) = (rest, others);
            }
            for (row, result) in from.chunks_exact(self.inputs).zip(to.chunks_exact_mut(self.outputs)) {
                let [sums] = of_panels::<1, FUSED>(lines, row);
                result[own.clone()].copy_from_slice(&sums[..own.len()]);
            }
        }
    }

    #[inline(always)]
    fn forward_one<const FUSED: bool>(&self, row: &[f32], to: &mut [f32]) {
        let mut panels = self.lines.chunks_exact(PANELS * (self.inputs + 1));
        let mut results = to.chunks_mut(PANEL);
        let mut put = |sums: Line| {
            let result = results.next().expect("a panel has outputs");
            result.copy_from_slice(&sums[..result.len()]);
        };
        for lines in &mut panels {
            of_panels::<PANELS, FUSED>(lines, row).into_iter().for_each(&mut put);
        }
        for lines in panels.remainder().chunks_exact(self.inputs + 1) {
            of_panels::<1, FUSED>(lines, row).into_iter().for_each(&mut put);
        }
    }
}

/// The sums of some rows in one panel. Variables rather than an array of arrays: only those stay in registers.
#[inline(always)]
fn of_rows<const FUSED: bool>(lines: &[Line], rows: [&[f32]; ROWS]) -> [Line; ROWS] {
    let (bias, weights) = lines.split_first().expect("a panel begins with its biases");
    let [mut first, mut second, mut third, mut fourth] = [*bias; ROWS];
    let [one, two, three, four] = rows;
    for ((((weights, one), two), three), four) in weights.iter().zip(one).zip(two).zip(three).zip(four) {
        add::<FUSED>(&mut first, *one, weights);
        add::<FUSED>(&mut second, *two, weights);
        add::<FUSED>(&mut third, *three, weights);
        add::<FUSED>(&mut fourth, *four, weights);
    }
    [first, second, third, fourth]
}

/// The sums of one row in some panels.
#[inline(always)]
fn of_panels<const P: usize, const FUSED: bool>(lines: &[Line], row: &[f32]) -> [Line; P] {
    let panels: [&[Line]; P] =
        std::array::from_fn(|panel| &lines[panel * (row.len() + 1)..][..row.len() + 1]);
    let mut sums: [Line; P] = std::array::from_fn(|panel| panels[panel][0]);
    for (place, value) in row.iter().enumerate() {
        for (sums, panel) in sums.iter_mut().zip(&panels) {
            add::<FUSED>(sums, *value, &panel[place + 1]);
        }
    }
    sums
}

#[inline(always)]
fn add<const FUSED: bool>(sums: &mut Line, value: f32, weights: &Line) {
    for (sum, weight) in sums.iter_mut().zip(weights) {
        *sum = multiply_add::<FUSED>(value, *weight, *sum);
    }
}
