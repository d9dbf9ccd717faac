//! The non-linear functions between the layers, in plain f32.

use serde::{Deserialize, Serialize};

use crate::domain::InvalidValue;

/// SELU's two constants (Klambauer et al. 2017, arXiv 1706.02515).
pub(super) const SELU_ALPHA: f32 = 1.673_263_2;
pub(super) const SELU_SCALE: f32 = 1.050_701;

/// What stands between the layers of a network.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Activation {
    /// `max(0, x)`.
    Relu,
    /// `1.0507 * (x if x > 0, else 1.6733 * (exp(x) - 1))`.
    Selu,
}

impl Activation {
    /// The word used in parameters and files.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Relu => "relu",
            Self::Selu => "selu",
        }
    }

    /// Reads what [`Activation::as_str`] wrote.
    ///
    /// # Errors
    /// [`InvalidValue`] for any other word.
    pub fn parse(text: &str) -> Result<Self, InvalidValue> {
        [Self::Relu, Self::Selu]
            .into_iter()
            .find(|activation| activation.as_str() == text)
            .ok_or_else(|| InvalidValue::new(text, "relu or selu"))
    }

    /// Applies it to every value.
    #[inline(always)]
    pub(super) fn apply(self, values: &mut [f32]) {
        match self {
            Self::Relu => values.iter_mut().for_each(|value| *value = value.max(0.0)),
            Self::Selu => values.iter_mut().for_each(|value| *value = selu(*value)),
        }
    }

    /// By how much it changes on the way from `there` to `here`, for each unit of it; its slope where they are one.
    pub(super) fn ratio(self, here: f32, there: f32) -> f32 {
        let mut ends = [here, there];
        self.apply(&mut ends);
        match (self, here == there) {
            (_, false) => (ends[0] - ends[1]) / (here - there),
            (Self::Relu, true) => f32::from(u8::from(here > 0.0)),
            (Self::Selu, true) if here > 0.0 => SELU_SCALE,
            (Self::Selu, true) => ends[0] + SELU_SCALE * SELU_ALPHA,
        }
    }
}

#[inline(always)]
fn selu(value: f32) -> f32 {
    SELU_SCALE * (value.max(0.0) + SELU_ALPHA * (exp_of_negative(value.min(0.0)) - 1.0))
}

/// `exp(value)` for `value <= 0`, within 2 units in the last place; free of branches and calls, so that the
/// loop around it becomes vector instructions (the standard library's is a call per value).
///
/// Cephes' `expf`: `exp(x) = 2^n * exp(r)` with `n` the nearest integer to `x / ln 2` and a polynomial for
/// `exp(r)`.
#[inline(always)]
fn exp_of_negative(value: f32) -> f32 {
    const SMALLEST: f32 = -87.0;
    // Adding and subtracting 1.5 * 2^23 rounds to the nearest integer.
    const ROUNDER: f32 = 12_582_912.0;
    const LN2_HIGH: f32 = 0.693_359_4;
    const LN2_LOW: f32 = -2.121_944_4e-4;

    let value = value.max(SMALLEST);
    let shifted = value * std::f32::consts::LOG2_E + ROUNDER;
    let power = shifted - ROUNDER;
    let rest = value - power * LN2_HIGH - power * LN2_LOW;
    let polynomial =
        ((((1.987_569_1e-4 * rest + 1.398_199_9e-3) * rest + 8.333_452e-3) * rest + 4.166_579_6e-2) * rest
            + 0.166_666_66)
            * rest
            + 0.5;
    let fraction = polynomial * rest * rest + rest + 1.0;
    // The integer sits in the low bits of `shifted`; moved to the exponent it is 2^power.
    let two_to_power = f32::from_bits((shifted.to_bits() << 23).wrapping_add(0x3f80_0000));
    fraction * two_to_power
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_exponential_agrees_with_the_standard_library() {
        for step in 0..=870_000 {
            let value = -f64::from(step) / 10_000.0;
            let expected = value.exp();
            let got = f64::from(exp_of_negative(value as f32));
            // The input itself is rounded to f32, which moves the result by up to |value| * 2^-24.
            let tolerance = expected * (2.5e-7 + value.abs() * 6e-8);
            assert!((got - expected).abs() <= tolerance, "exp({value}) = {got}, expected {expected}");
        }
        assert!(exp_of_negative(-1e30) > 0.0 && exp_of_negative(-1e30) < 1e-37);
        assert_eq!(exp_of_negative(0.0), 1.0);
    }

    #[test]
    fn selu_and_relu_at_known_points() {
        let mut values = [-2.0, 0.0, 2.0];
        Activation::Relu.apply(&mut values);
        assert_eq!(values, [0.0, 0.0, 2.0]);
        // Golden: torch.nn.functional.selu.
        let mut values = [-2.0, 0.0, 2.0];
        Activation::Selu.apply(&mut values);
        for (got, expected) in values.iter().zip([-1.520_166_9_f32, 0.0, 2.101_402]) {
            assert!((got - expected).abs() < 1e-6, "{got} is not {expected}");
        }
    }

    #[test]
    fn words_are_read_back_and_others_refused() {
        assert_eq!(Activation::parse(Activation::Selu.as_str()), Ok(Activation::Selu));
        assert!(Activation::parse("tanh").unwrap_err().to_string().contains("relu or selu"));
    }
}
