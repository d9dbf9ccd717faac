//! What the clock says about a transaction, in UTC.

use crate::domain::Timestamp;

/// Monday is 0; 1970-01-01 was a Thursday.
pub(super) fn weekday(time: Timestamp) -> u8 {
    (time.micros().div_euclid(Timestamp::DAY_US) + 3).rem_euclid(7) as u8
}

/// Saturday or Sunday.
pub(super) fn is_weekend(time: Timestamp) -> bool {
    weekday(time) >= 5
}

/// From 0:00 to 6:59.
pub(super) fn is_night(time: Timestamp) -> bool {
    time.micros().rem_euclid(Timestamp::DAY_US) < 7 * Timestamp::HOUR_US
}

/// Hours since midnight, with their fraction.
pub(super) fn hour(time: Timestamp) -> f64 {
    time.micros().rem_euclid(Timestamp::DAY_US) as f64 / Timestamp::HOUR_US as f64
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_calendar_holds_before_1970_too() {
        assert!(is_weekend(Timestamp::from_seconds(-4 * 86_400)), "1969-12-28 was a Sunday");
        assert!(!is_weekend(Timestamp::from_seconds(-1)), "1969-12-31 was a Wednesday");
        assert!(!is_night(Timestamp::from_seconds(-1)));
        assert!(is_night(Timestamp::from_seconds(7 * 3_600 - 1)));
        assert!(!is_night(Timestamp::from_seconds(7 * 3_600)));
        assert_eq!(hour(Timestamp::from_seconds(-1_800)), 23.5);
    }
}
