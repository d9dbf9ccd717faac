//! How the learning rate moves over a training run.

use std::f64::consts::TAU;

/// RealMLP's `coslog4`: four cosine cycles, each about as long as all before it together; 0 at the start
/// and the end. `1/2 (1 - cos(2 pi log2(1 + 15 t)))` (arXiv 2407.04491, equation 2).
pub(super) fn coslog4(progress: f64) -> f64 {
    0.5 * (1.0 - (TAU * (1.0 + 15.0 * progress).log2()).cos())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn coslog4_has_four_cycles_between_zeros() {
        for end_of_cycle in [0.0, 1.0 / 15.0, 3.0 / 15.0, 7.0 / 15.0, 1.0] {
            assert!(coslog4(end_of_cycle).abs() < 1e-12, "{end_of_cycle}");
        }
        assert!((coslog4((2f64.sqrt() - 1.0) / 15.0) - 1.0).abs() < 1e-12);
    }
}
