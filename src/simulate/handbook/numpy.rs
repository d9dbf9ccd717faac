//! numpy's legacy generator, `numpy.random.RandomState`: the same draws from the same seed.
//!
//! Its stream is frozen (NEP 19), so that what was published can be made again. Gaussians and Poisson counts go
//! through the C library's logarithm and exponential, as in numpy.

use super::mersenne::Mersenne;

/// A seeded `RandomState`.
#[derive(Debug, Clone)]
pub(super) struct Numpy {
    words: Mersenne,
    /// The second Gaussian of a pair, until it is asked for.
    gaussian: Option<f64>,
}

impl Numpy {
    /// `RandomState(seed)`, and what `numpy.random.seed(seed)` makes of the global one.
    pub(super) fn new(seed: u32) -> Self {
        Self { words: Mersenne::from_word(seed), gaussian: None }
    }

    /// `uniform(low, high)`.
    pub(super) fn uniform(&mut self, low: f64, high: f64) -> f64 {
        low + (high - low) * self.words.next_unit()
    }

    /// `normal(mean, deviation)`, by Marsaglia's polar method.
    pub(super) fn normal(&mut self, mean: f64, deviation: f64) -> f64 {
        mean + deviation * self.gaussian.take().unwrap_or_else(|| self.gaussian_pair())
    }

    fn gaussian_pair(&mut self) -> f64 {
        loop {
            let first = 2.0 * self.words.next_unit() - 1.0;
            let second = 2.0 * self.words.next_unit() - 1.0;
            let square = first * first + second * second;
            if square < 1.0 && square != 0.0 {
                let factor = (-2.0 * square.ln() / square).sqrt();
                self.gaussian = Some(factor * first);
                return factor * second;
            }
        }
    }

    /// `poisson(rate)` of a rate from 0 to below 10, by multiplication; numpy draws larger ones in another way.
    pub(super) fn poisson(&mut self, rate: f64) -> u32 {
        debug_assert!((0.0..10.0).contains(&rate), "{rate}");
        if rate == 0.0 {
            return 0;
        }
        let limit = (-rate).exp();
        let mut product = self.words.next_unit();
        let mut count = 0;
        while product > limit {
            count += 1;
            product *= self.words.next_unit();
        }
        count
    }

    /// `permutation(length)`, by Fisher and Yates from the end.
    pub(super) fn permutation(&mut self, length: u32) -> Vec<u32> {
        let mut numbers: Vec<u32> = (0..length).collect();
        for last in (1..length).rev() {
            let other = self.up_to(last);
            numbers.swap(last as usize, other as usize);
        }
        numbers
    }

    /// A number from 0 to `largest`, which is above 0: words are cut to its bits until one is not larger.
    fn up_to(&mut self, largest: u32) -> u32 {
        let mask = u32::MAX >> largest.leading_zeros();
        loop {
            let number = self.words.next_word() & mask;
            if number <= largest {
                return number;
            }
        }
    }
}
