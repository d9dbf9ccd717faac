//! Embeddings of numbers: each becomes waves of several lengths, which a small layer of its own joins.
//!
//! `h[o] = relu(sum_n cos(2 pi w[n] x) c[n, o] + sum_n sin(2 pi w[n] x) s[n, o] + b[o])` for each scaled number `x` apart, with
//! `w`, `c`, `s` and `b` learnt: "PLR" of Gorishniy et al. 2022 (arXiv 2203.05556, section 3.3). With them a network sees steps
//! and bumps of a single number, which trees see at once and dense layers hardly. The same code trains and serves; it works on
//! [`LANES`] numbers of a row side by side.

use serde::{Deserialize, Serialize};

use crate::wide::{self, Loops, multiply_add};

/// Numbers that are embedded side by side.
pub(super) const LANES: usize = 16;

/// The most values that a number may become.
pub(super) const MOST_SIZE: usize = 16;

/// Which values of a scaled row are embedded, and how far.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Shape {
    /// Their places in the row, rising.
    pub places: Vec<usize>,
    /// Waves of each.
    pub frequencies: usize,
    /// Values that each becomes.
    pub size: usize,
}

impl Shape {
    /// Kinds of numbers: frequencies, factors of cosines and of sines, biases.
    pub(super) const PARAMETERS: usize = 4;

    /// Numbers in a line, zeros behind the last: whole groups of lanes.
    pub fn width(&self) -> usize {
        self.places.len().next_multiple_of(LANES)
    }

    /// Number of values that a row gains.
    pub fn outputs(&self) -> usize {
        self.places.len() * self.size
    }

    /// Lines of frequencies, of cosines' and sines' factors, and of biases.
    pub(super) fn lines(&self) -> [usize; Self::PARAMETERS] {
        let factors = self.frequencies * self.size;
        [self.frequencies, factors, factors, self.size]
    }
}

/// The learnt numbers of an embedding: lines of [`Shape::width`] values, one for each number.
#[derive(Clone, PartialEq)]
pub struct Waves {
    /// `w`, in turns per unit, by frequency.
    pub frequency: Vec<f32>,
    /// `c`, by frequency and output.
    pub cosine: Vec<f32>,
    /// `s`, by frequency and output.
    pub sine: Vec<f32>,
    /// `b`, by output.
    pub bias: Vec<f32>,
}

/// Their number: thousands of them would drown everything else.
impl std::fmt::Debug for Waves {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(formatter, "Waves({})", self.frequency.len())
    }
}

type Lane = [f32; LANES];

impl Waves {
    /// Zeros, for sums.
    pub(super) fn zeros(shape: &Shape) -> Self {
        let [frequency, cosine, sine, bias] = shape.lines().map(|lines| vec![0.0; lines * shape.width()]);
        Self { frequency, cosine, sine, bias }
    }

    /// Writes what the scaled `row` gains into `gained`: the first value of each number, then the second of each, and so on.
    #[inline(always)]
    fn embed<const FUSED: bool>(&self, shape: &Shape, row: &[f32], gained: &mut [f32]) {
        let count = shape.places.len();
        for (group, places) in shape.places.chunks(LANES).enumerate() {
            let numbers = gather(row, places);
            let mut sums = [[0.0; LANES]; MOST_SIZE];
            for (output, sums) in sums[..shape.size].iter_mut().enumerate() {
                *sums = *line(&self.bias, shape, output, group);
            }
            for frequency in 0..shape.frequencies {
                let (cosines, sines) =
                    circles::<FUSED>(line(&self.frequency, shape, frequency, group), &numbers);
                for (output, sums) in sums[..shape.size].iter_mut().enumerate() {
                    let factors = frequency * shape.size + output;
                    add::<FUSED>(sums, &cosines, line(&self.cosine, shape, factors, group));
                    add::<FUSED>(sums, &sines, line(&self.sine, shape, factors, group));
                }
            }
            for (output, sums) in sums[..shape.size].iter().enumerate() {
                let own = &mut gained[output * count + group * LANES..][..places.len()];
                own.iter_mut().zip(sums).for_each(|(own, sum)| *own = sum.max(0.0));
            }
        }
    }

    /// Writes each of the `rows` of `inputs` values, and what it gains behind it, into `wider`.
    #[inline(always)]
    pub(super) fn widen<const FUSED: bool>(
        &self,
        shape: &Shape,
        rows: &[f32],
        inputs: usize,
        wider: &mut [f32],
    ) {
        let wider = wider.chunks_exact_mut(inputs + shape.outputs());
        for (row, wider) in rows.chunks_exact(inputs).zip(wider) {
            let (own, gained) = wider.split_at_mut(inputs);
            own.copy_from_slice(row);
            self.embed::<FUSED>(shape, row, gained);
        }
    }

    /// Appends what each of the `rows` of `inputs` values gains to it.
    pub(super) fn embed_rows(&self, shape: &Shape, rows: &[f32], inputs: usize) -> Vec<f32> {
        let mut wider = vec![0.0; rows.len() / inputs * (inputs + shape.outputs())];
        wide::run(EmbedRows { waves: self, shape, rows, inputs, wider: &mut wider });
        wider
    }

    /// The gradients of a loss in all numbers, from its `slopes` in `rows`, which are such as [`Waves::embed_rows`] gives.
    pub(super) fn gradients(&self, shape: &Shape, rows: &[f32], slopes: &[f32], inputs: usize) -> Self {
        let mut gradients = Self::zeros(shape);
        wide::run(Backward { waves: self, shape, rows, slopes, inputs, gradients: &mut gradients });
        gradients
    }
}

struct EmbedRows<'a> {
    waves: &'a Waves,
    shape: &'a Shape,
    rows: &'a [f32],
    inputs: usize,
    wider: &'a mut [f32],
}

impl Loops for EmbedRows<'_> {
    type Output = ();

    #[inline(always)]
    fn run<const FUSED: bool>(self) {
        let Self { waves, shape, rows, inputs, wider } = self;
        waves.widen::<FUSED>(shape, rows, inputs, wider);
    }
}

struct Backward<'a> {
    waves: &'a Waves,
    shape: &'a Shape,
    rows: &'a [f32],
    slopes: &'a [f32],
    inputs: usize,
    gradients: &'a mut Waves,
}

impl Loops for Backward<'_> {
    type Output = ();

    #[inline(always)]
    fn run<const FUSED: bool>(self) {
        let Self { waves, shape, rows, slopes, inputs, gradients } = self;
        let width = inputs + shape.outputs();
        let count = shape.places.len();
        for (row, slopes) in rows.chunks_exact(width).zip(slopes.chunks_exact(width)) {
            let ((row, gained), slopes) = (row.split_at(inputs), &slopes[inputs..]);
            for (group, places) in shape.places.chunks(LANES).enumerate() {
                let numbers = gather(row, places);
                let mut own = [[0.0; LANES]; MOST_SIZE];
                for (output, own) in own[..shape.size].iter_mut().enumerate() {
                    let at = output * count + group * LANES;
                    let passed = gained[at..][..places.len()].iter().zip(&slopes[at..][..places.len()]);
                    for (own, (gained, slope)) in own.iter_mut().zip(passed) {
                        *own = if *gained > 0.0 { *slope } else { 0.0 };
                    }
                    let bias = line_mut(&mut gradients.bias, shape, output, group);
                    bias.iter_mut().zip(&*own).for_each(|(bias, own)| *bias += own);
                }
                for frequency in 0..shape.frequencies {
                    let (cosines, sines) =
                        circles::<FUSED>(line(&waves.frequency, shape, frequency, group), &numbers);
                    let (mut of_cosines, mut of_sines) = ([0.0; LANES], [0.0; LANES]);
                    for (output, own) in own[..shape.size].iter().enumerate() {
                        let factors = frequency * shape.size + output;
                        add::<FUSED>(&mut of_cosines, own, line(&waves.cosine, shape, factors, group));
                        add::<FUSED>(&mut of_sines, own, line(&waves.sine, shape, factors, group));
                        add::<FUSED>(line_mut(&mut gradients.cosine, shape, factors, group), own, &cosines);
                        add::<FUSED>(line_mut(&mut gradients.sine, shape, factors, group), own, &sines);
                    }
                    let sums = line_mut(&mut gradients.frequency, shape, frequency, group);
                    for lane in 0..LANES {
                        let turned = cosines[lane] * of_sines[lane] - sines[lane] * of_cosines[lane];
                        sums[lane] += std::f32::consts::TAU * numbers[lane] * turned;
                    }
                }
            }
        }
    }
}

/// The values at `places`, zeros behind the last.
#[inline(always)]
fn gather(row: &[f32], places: &[usize]) -> Lane {
    let mut numbers = [0.0; LANES];
    numbers.iter_mut().zip(places).for_each(|(number, place)| *number = row[*place]);
    numbers
}

/// A group of lanes of a line.
#[inline(always)]
fn line<'a>(lines: &'a [f32], shape: &Shape, line: usize, group: usize) -> &'a Lane {
    let lane = &lines[line * shape.width() + group * LANES..][..LANES];
    lane.try_into().expect("as many as there are lanes")
}

#[inline(always)]
fn line_mut<'a>(lines: &'a mut [f32], shape: &Shape, line: usize, group: usize) -> &'a mut Lane {
    let lane = &mut lines[line * shape.width() + group * LANES..][..LANES];
    lane.try_into().expect("as many as there are lanes")
}

#[inline(always)]
fn add<const FUSED: bool>(sums: &mut Lane, values: &Lane, factors: &Lane) {
    for ((sum, value), factor) in sums.iter_mut().zip(values).zip(factors) {
        *sum = multiply_add::<FUSED>(*value, *factor, *sum);
    }
}

#[inline(always)]
fn circles<const FUSED: bool>(frequencies: &Lane, numbers: &Lane) -> (Lane, Lane) {
    let (mut cosines, mut sines) = ([0.0; LANES], [0.0; LANES]);
    for lane in 0..LANES {
        (cosines[lane], sines[lane]) = circle::<FUSED>(frequencies[lane] * numbers[lane]);
    }
    (cosines, sines)
}

/// Cosine and sine of so many `turns` (less than a million), within 2 units of the seventh digit; free of branches and calls, so
/// that the loop around it becomes vector instructions.
///
/// The nearest quarter turn decides which of Cephes' polynomials (`sinf.c`) is the cosine, and the signs.
#[inline(always)]
fn circle<const FUSED: bool>(turns: f32) -> (f32, f32) {
    // Adding it rounds to an integer and leaves that in the low bits.
    const ROUNDER: f32 = 12_582_912.0;
    let quarters = 4.0 * turns;
    let shifted = quarters + ROUNDER;
    let angle = (quarters - (shifted - ROUNDER)) * std::f32::consts::FRAC_PI_2;
    let square = angle * angle;
    let fused = multiply_add::<FUSED>;
    let sine = fused(
        fused(fused(-1.951_529_6e-4, square, 8.332_161e-3), square, -1.666_665_5e-1) * square,
        angle,
        angle,
    );
    let cosine = fused(
        fused(fused(2.443_315_7e-5, square, -1.388_731_6e-3), square, 4.166_664_6e-2) * square,
        square,
        fused(-0.5, square, 1.0),
    );
    let quarter = shifted.to_bits();
    let (cosine, sine) = if quarter & 1 == 0 { (cosine, sine) } else { (sine, cosine) };
    let with_sign = |value: f32, sign: u32| f32::from_bits(value.to_bits() ^ ((sign & 2) << 30));
    (with_sign(cosine, quarter.wrapping_add(1)), with_sign(sine, quarter))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cosine_and_sine_agree_with_the_standard_library() {
        for step in -400_000..=400_000 {
            let turns = step as f32 / 10_000.0;
            let angle = f64::from(turns) * std::f64::consts::TAU;
            for (cosine, sine) in [circle::<true>(turns), circle::<false>(turns)] {
                let apart =
                    (f64::from(cosine) - angle.cos()).abs().max((f64::from(sine) - angle.sin()).abs());
                assert!(apart < 2e-7, "{turns} turns: {cosine}, {sine}");
            }
        }
    }

    #[test]
    fn an_embedding_by_its_definition() {
        // Seventeen numbers, so that a second group has one.
        let shape = Shape { places: (1..18).collect(), frequencies: 2, size: 2 };
        let draw = |line: usize, number: usize| ((line * 31 + number * 7) as f32 * 0.61).sin();
        let mut waves = Waves::zeros(&shape);
        let lists = [&mut waves.frequency, &mut waves.cosine, &mut waves.sine, &mut waves.bias];
        for (list, values) in lists.into_iter().enumerate() {
            for (line, values) in values.chunks_mut(shape.width()).enumerate() {
                for (number, value) in values[..17].iter_mut().enumerate() {
                    *value = draw(10 * list + line, number);
                }
            }
        }
        let row: Vec<f32> = (0..18).map(|place| (place as f32 * 0.37).cos() * 2.0).collect();
        let wider = waves.embed_rows(&shape, &row, 18);
        assert_eq!(wider[..18], row);
        for number in 0..17 {
            for output in 0..2 {
                let mut expected = f64::from(draw(30 + output, number));
                for frequency in 0..2 {
                    let angle = std::f64::consts::TAU
                        * f64::from(draw(frequency, number))
                        * f64::from(row[number + 1]);
                    expected += angle.cos() * f64::from(draw(10 + frequency * 2 + output, number));
                    expected += angle.sin() * f64::from(draw(20 + frequency * 2 + output, number));
                }
                let got = f64::from(wider[18 + output * 17 + number]);
                assert!((got - expected.max(0.0)).abs() < 5e-6, "{number}, {output}: {got}, {expected}");
            }
        }
    }
}
