//! Mean and deviation in one pass: Welford (1962), merged as Chan, Golub and LeVeque (1979).

/// What is known of the numbers so far.
#[derive(Debug, Clone, Copy)]
pub(super) struct Moments {
    pub(super) count: u64,
    pub(super) mean: f64,
    /// Sum of the squared distances from the mean.
    squares: f64,
    pub(super) least: f64,
    pub(super) greatest: f64,
}

impl Default for Moments {
    fn default() -> Self {
        Self { count: 0, mean: 0.0, squares: 0.0, least: f64::INFINITY, greatest: f64::NEG_INFINITY }
    }
}

impl Moments {
    pub(super) fn add(&mut self, number: f64) {
        self.count += 1;
        let from_old = number - self.mean;
        self.mean += from_old / self.count as f64;
        self.squares += from_old * (number - self.mean);
        self.least = self.least.min(number);
        self.greatest = self.greatest.max(number);
    }

    pub(super) fn merge(self, other: Self) -> Self {
        if self.count == 0 || other.count == 0 {
            return if self.count == 0 { other } else { self };
        }
        let count = self.count + other.count;
        let (here, there) = (self.count as f64, other.count as f64);
        let apart = other.mean - self.mean;
        Self {
            count,
            mean: self.mean + apart * there / count as f64,
            squares: self.squares + other.squares + apart * apart * here * there / count as f64,
            least: self.least.min(other.least),
            greatest: self.greatest.max(other.greatest),
        }
    }

    /// The mean; NaN of nothing.
    pub(super) fn mean(&self) -> f64 {
        if self.count == 0 { f64::NAN } else { self.mean }
    }

    /// The standard deviation of a sample (divided by `count - 1`); NaN of fewer than two.
    pub(super) fn deviation(&self) -> f64 {
        if self.count < 2 { f64::NAN } else { (self.squares / (self.count - 1) as f64).sqrt() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(numbers: &[f64]) -> Moments {
        let mut moments = Moments::default();
        numbers.iter().for_each(|&number| moments.add(number));
        moments
    }

    #[test]
    fn merged_parts_are_the_whole() {
        let numbers = [1e9 + 4.0, 1e9 + 7.0, 1e9 + 13.0, 1e9 + 16.0];
        let merged = of(&numbers[..1]).merge(of(&numbers[1..])).merge(Moments::default());
        for moments in [of(&numbers), merged] {
            assert_eq!(moments.mean(), 1e9 + 10.0);
            assert!((moments.deviation() - 30_f64.sqrt()).abs() < 1e-9, "{}", moments.deviation());
            assert_eq!((moments.least, moments.greatest), (numbers[0], numbers[3]));
        }
        assert!(of(&[]).mean().is_nan() && of(&[1.0]).deviation().is_nan());
    }
}
