//! Points in single precision, and how far their distances may be off.
//!
//! A sketch rules out; it never chooses. [`Sketch::limit`] turns an exact distance into one that no point within it
//! exceeds in the sketch, so whatever is not ruled out can be measured exactly, and nothing is missed.

use rayon::iter::{IndexedParallelIterator, IntoParallelIterator, ParallelIterator};
use rayon::slice::ParallelSliceMut;

use super::space::Space;

/// Each point as `width` numbers from -1 to 1 or so.
pub(super) struct Sketch {
    width: usize,
    values: Vec<f32>,
    /// How far each point may be from its sketch, in the sketch's unit.
    slack: Vec<f64>,
    scale: f64,
}

impl Sketch {
    /// Centres the continuous columns and divides by a power of two, so that squares are neither infinite nor 0. A
    /// category becomes the bits of its number, so weighed that two categories are at most the penalty apart.
    pub(super) fn of(space: &Space) -> Self {
        let centre = space.centre();
        let furthest = (0..space.len())
            .into_par_iter()
            .map(|point| {
                space
                    .values(point)
                    .iter()
                    .zip(centre)
                    .fold(0.0, |furthest, (value, centre)| f64::max(furthest, (value - centre).abs()))
            })
            .reduce(|| space.penalty().sqrt(), f64::max);
        let exponent = if furthest > 0.0 { furthest.log2().ceil().clamp(-1000.0, 1000.0) } else { 0.0 };
        let scale = 2.0_f64.powf(-exponent);
        let bits = bits_of_columns(space);
        let width = (space.width() + bits.iter().sum::<u32>() as usize).max(1);
        let mut values = vec![0.0_f32; space.len() * width];
        let slack = values
            .par_chunks_exact_mut(width)
            .enumerate()
            .with_min_len(256)
            .map(|(point, sketch)| {
                let (mut error, mut norm) = (0.0, 0.0);
                for ((value, centre), sketch) in space.values(point).iter().zip(centre).zip(sketch.iter_mut())
                {
                    let exact = (value - centre) * scale;
                    *sketch = exact as f32;
                    error += (exact - f64::from(*sketch)).powi(2);
                    norm += exact.powi(2);
                }
                let mut place = space.width();
                for (&category, &bits) in space.categories(point).iter().zip(&bits) {
                    for bit in 0..bits {
                        let one = (space.penalty() / f64::from(bits)).sqrt() * scale;
                        sketch[place] = if category >> bit & 1 == 1 { one as f32 } else { 0.0 };
                        place += 1;
                    }
                }
                // The second term is the rounding of `exact`; the third, of squares that are 0 in double precision.
                1.001 * f64::sqrt(error) + 1e-15 * f64::sqrt(norm) + 1e-150 * scale + 1e-40
            })
            .collect();
        Self { width, values, slack, scale }
    }

    pub(super) fn width(&self) -> usize {
        self.width
    }

    pub(super) fn values(&self, point: usize) -> &[f32] {
        &self.values[point * self.width..(point + 1) * self.width]
    }

    pub(super) fn slack(&self, point: usize) -> f64 {
        self.slack[point]
    }

    /// What the squared distance of two sketches is at most, when that of their points is at most `squared` and their
    /// slacks sum up to `slack`. Negative when `squared` is.
    pub(super) fn limit(&self, squared: f64, slack: f64) -> f32 {
        if squared < 0.0 {
            return -1.0;
        }
        // Each of `width` sums is off by one rounding at most, each square by three, all by 2^-24 of their value.
        let rounding = 1.0 + (self.width + 16) as f64 * 1.2e-7;
        let limit = (squared.sqrt() * self.scale + slack).powi(2) * rounding + 1e-37;
        (limit as f32).min(f32::MAX)
    }
}

/// How many bits the categories of each column take.
fn bits_of_columns(space: &Space) -> Vec<u32> {
    let mut greatest = vec![0_u32; if space.len() == 0 { 0 } else { space.categories(0).len() }];
    for point in 0..space.len() {
        for (greatest, &category) in greatest.iter_mut().zip(space.categories(point)) {
            *greatest = category.max(*greatest);
        }
    }
    greatest.into_iter().map(|greatest| u32::BITS - greatest.leading_zeros()).collect()
}
