//! How fast a replay goes.

use std::time::Duration;

use super::Error;
use crate::domain::Timestamp;

/// The longest pause between two transactions; longer ones, and overflows, are cut to it.
const LONGEST: Duration = Duration::from_secs(365 * 86_400);

/// When each transaction of a replay leaves.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub enum Pace {
    /// As fast as they are taken.
    #[default]
    Unlimited,
    /// So many a second, at equal distances.
    Rate(f64),
    /// At the distances of their own times, so many times faster.
    Speed(f64),
}

impl Pace {
    /// Checks the number in it.
    ///
    /// # Errors
    /// [`Error::Pace`] unless it is finite and above zero.
    pub fn check(self) -> Result<(), Error> {
        match self {
            Self::Rate(number) | Self::Speed(number) if !(number.is_finite() && number > 0.0) => {
                Err(Error::Pace(number))
            }
            _ => Ok(()),
        }
    }

    /// How long after the first transaction (at `first`) the one with number `index`, at `time`, leaves.
    /// Zero for one that is older than the first.
    pub(super) fn offset(self, index: u64, first: Timestamp, time: Timestamp) -> Duration {
        let seconds = match self {
            Self::Unlimited => 0.0,
            Self::Rate(per_second) => index as f64 / per_second,
            Self::Speed(factor) => {
                let passed_us = time.micros().saturating_sub(first.micros());
                passed_us as f64 / Timestamp::SECOND_US as f64 / factor
            }
        };
        Duration::try_from_secs_f64(seconds.max(0.0)).map_or(LONGEST, |offset| offset.min(LONGEST))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn offsets_follow_the_pace() {
        let at = Timestamp::from_seconds;
        assert_eq!(Pace::Unlimited.offset(9, at(0), at(99)), Duration::ZERO);
        assert_eq!(Pace::Rate(50.0).offset(100, at(0), at(99)), Duration::from_secs(2));
        assert_eq!(Pace::Speed(3600.0).offset(1, at(1_000), at(8_200)), Duration::from_secs(2));
        assert_eq!(Pace::Speed(1.0).offset(1, at(1_000), at(900)), Duration::ZERO);
        assert_eq!(Pace::Speed(1e-300).offset(1, at(0), at(1)), LONGEST);
        let widest = (Timestamp::from_micros(i64::MIN), Timestamp::from_micros(i64::MAX));
        assert_eq!(Pace::Speed(1.0).offset(1, widest.0, widest.1), LONGEST);
    }

    #[test]
    fn a_pace_is_above_zero() {
        for number in [0.0, -1.0, f64::NAN, f64::INFINITY] {
            assert!(Pace::Rate(number).check().is_err() && Pace::Speed(number).check().is_err());
        }
        assert!(Pace::Rate(0.1).check().is_ok() && Pace::Unlimited.check().is_ok());
    }
}
