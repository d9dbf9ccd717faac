//! Instants on the wire.

use chrono::DateTime;

use crate::domain::Timestamp;

/// First and last second of the years 1 to 9999, which RFC 3339 can tell.
const SECONDS: std::ops::RangeInclusive<f64> = -62_135_596_800.0..=253_402_300_799.0;

/// Reads RFC 3339 with any offset; `None` when it is none.
pub fn from_rfc3339(text: &str) -> Option<Timestamp> {
    let time = DateTime::parse_from_rfc3339(text).ok()?;
    Some(Timestamp::from_micros(time.timestamp_micros()))
}

/// Reads seconds since 1970-01-01T00:00:00Z; `None` outside the years 1 to 9999.
pub(super) fn from_epoch_seconds(seconds: f64) -> Option<Timestamp> {
    let micros = seconds * Timestamp::SECOND_US as f64;
    SECONDS.contains(&seconds).then(|| Timestamp::from_micros(micros.round() as i64))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn instants_survive_the_way_there_and_back() {
        let time = Timestamp::from_micros(1_700_000_000_250_000);
        assert_eq!(time.to_string(), "2023-11-14T22:13:20.250Z");
        assert_eq!(from_rfc3339("2023-11-14T23:13:20.25+01:00"), Some(time));
        assert_eq!(from_epoch_seconds(1_700_000_000.25), Some(time));
        assert_eq!(from_rfc3339("yesterday"), None);
        assert_eq!(from_epoch_seconds(1e18), None);
    }
}
