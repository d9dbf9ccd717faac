//! Instants, and how they are written.

use std::fmt;

use chrono::{DateTime, NaiveDate, NaiveDateTime, NaiveTime, SecondsFormat};
use serde::{Deserialize, Serialize};

use super::InvalidValue;

/// From 1970 to the end of the year 9999.
const FARTHEST_US: u64 = 253_402_300_800_000_000;

/// An instant in microseconds since 1970-01-01T00:00:00Z.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Timestamp(i64);

impl Timestamp {
    /// Microseconds in one second.
    pub const SECOND_US: i64 = 1_000_000;
    /// Microseconds in one hour.
    pub const HOUR_US: i64 = 3_600 * Self::SECOND_US;
    /// Microseconds in one day.
    pub const DAY_US: i64 = 86_400 * Self::SECOND_US;

    /// From microseconds since the epoch.
    pub const fn from_micros(micros: i64) -> Self {
        Self(micros)
    }

    /// From whole seconds since the epoch.
    pub const fn from_seconds(seconds: i64) -> Self {
        Self(seconds * Self::SECOND_US)
    }

    /// Microseconds since the epoch.
    pub const fn micros(self) -> i64 {
        self.0
    }

    /// Seconds since the epoch.
    pub fn epoch_seconds(self) -> f64 {
        self.0 as f64 / Self::SECOND_US as f64
    }

    /// Whole seconds since the epoch, rounded down.
    pub const fn seconds(self) -> i64 {
        self.0.div_euclid(Self::SECOND_US)
    }

    /// Reads RFC 3339, `YYYY-MM-DD[ HH:MM[:SS[.f]]]` or seconds since the epoch; text without a zone is UTC.
    ///
    /// Dates with slashes are refused: nobody can tell whether 04/01 is in April or in January.
    ///
    /// # Errors
    /// [`InvalidValue`] when none of them fits.
    pub fn parse(text: &str) -> Result<Self, InvalidValue> {
        const PATTERNS: [&str; 3] = ["%Y-%m-%d %H:%M:%S%.f", "%Y-%m-%dT%H:%M:%S%.f", "%Y-%m-%d %H:%M"];
        let invalid = || InvalidValue::new(text, "a time (RFC 3339, YYYY-MM-DD HH:MM:SS or epoch seconds)");
        let trimmed = text.trim();
        if let Some(time) = plain(trimmed.as_bytes()) {
            return Ok(time);
        }
        if let Ok(seconds) = trimmed.parse::<f64>() {
            return Self::from_epoch_seconds(seconds).ok_or_else(invalid);
        }
        // Else 18-04-01 would be a day of the year 18.
        if !begins_with_year(trimmed.as_bytes()) {
            return Err(invalid());
        }
        let instant = DateTime::parse_from_rfc3339(trimmed).map(|time| time.to_utc()).ok().or_else(|| {
            let with_time =
                PATTERNS.iter().find_map(|pattern| NaiveDateTime::parse_from_str(trimmed, pattern).ok());
            let date = || NaiveDate::parse_from_str(trimmed, "%Y-%m-%d").ok()?.and_hms_opt(0, 0, 0);
            Some(with_time.or_else(date)?.and_utc())
        });
        instant.and_then(|time| Self::checked(time.timestamp_micros())).ok_or_else(invalid)
    }

    /// From seconds since the epoch, rounded to a microsecond; `None` outside of the range of [`Timestamp::checked`].
    pub fn from_epoch_seconds(seconds: f64) -> Option<Self> {
        (seconds.abs() <= FARTHEST_US as f64 / 1e6).then(|| Self((seconds * 1e6).round() as i64))
    }

    /// From microseconds since the epoch; `None` behind the year 9999 or as far before 1970. Differences of times in this range
    /// are far from overflowing, and their seconds as `f64` are in it too.
    pub fn checked(micros: i64) -> Option<Self> {
        (micros.unsigned_abs() <= FARTHEST_US).then_some(Self(micros))
    }
}

impl fmt::Display for Timestamp {
    /// RFC 3339 in UTC, with as many decimals as are needed.
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match DateTime::from_timestamp_micros(self.0) {
            Some(time) => formatter.write_str(&time.to_rfc3339_opts(SecondsFormat::AutoSi, true)),
            None => write!(formatter, "{} us since 1970", self.0),
        }
    }
}

/// How a column writes its times.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TimeFormat {
    /// As [`Timestamp::parse`] reads them.
    Iso,
    /// `4/30/2018`, or with ` 17:05` or ` 17:05:59` behind it.
    MonthFirst,
    /// `30/4/2018`, or with ` 17:05` or ` 17:05:59` behind it.
    DayFirst,
}

impl TimeFormat {
    /// Reads a time; text without a zone is UTC.
    ///
    /// # Errors
    /// [`InvalidValue`] when it is written otherwise.
    pub fn parse(self, text: &str) -> Result<Timestamp, InvalidValue> {
        let slashes = || SlashDate::parse(text.trim());
        match self {
            Self::Iso => Timestamp::parse(text),
            Self::MonthFirst => slashes()
                .and_then(SlashDate::month_first)
                .ok_or_else(|| InvalidValue::new(text, "a time written M/D/YYYY H:MM")),
            Self::DayFirst => slashes()
                .and_then(SlashDate::day_first)
                .ok_or_else(|| InvalidValue::new(text, "a time written D/M/YYYY H:MM")),
        }
    }
}

fn begins_with_year(bytes: &[u8]) -> bool {
    bytes.len() > 4 && bytes[4] == b'-' && bytes[..4].iter().all(u8::is_ascii_digit)
}

/// `YYYY-MM-DD HH:MM:SS`, or with a `T` between and a `Z` behind.
fn plain(bytes: &[u8]) -> Option<Timestamp> {
    let bytes = bytes.strip_suffix(b"Z").unwrap_or(bytes);
    let marks = [(4, b'-'), (7, b'-'), (13, b':'), (16, b':')];
    if bytes.len() != 19 || marks.iter().any(|&(place, mark)| bytes[place] != mark) {
        return None;
    }
    if !matches!(bytes[10], b' ' | b'T') {
        return None;
    }
    let number = |from: usize, to: usize| {
        bytes[from..to].iter().try_fold(0_u32, |number, byte| {
            byte.is_ascii_digit().then(|| number * 10 + u32::from(byte - b'0'))
        })
    };
    let date = NaiveDate::from_ymd_opt(number(0, 4)?.cast_signed(), number(5, 7)?, number(8, 10)?)?;
    let time = date.and_hms_opt(number(11, 13)?, number(14, 16)?, number(17, 19)?)?;
    Some(Timestamp::from_seconds(time.and_utc().timestamp()))
}

/// A date with slashes, not yet known which of the two first numbers is the month.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct SlashDate {
    first: u32,
    second: u32,
    year: i32,
    time: NaiveTime,
}

impl SlashDate {
    /// `A/B/YYYY[ H:MM[:SS]]`.
    pub fn parse(text: &str) -> Option<Self> {
        let (date, time) = text.split_once(' ').map_or((text, None), |(date, time)| (date, Some(time)));
        let mut parts = date.split('/');
        let first = digits(parts.next()?, 1..=2)?;
        let second = digits(parts.next()?, 1..=2)?;
        let year = digits(parts.next()?, 4..=4)?.cast_signed();
        if parts.next().is_some() {
            return None;
        }
        let time = match time {
            None => NaiveTime::MIN,
            Some(time) => {
                let mut parts = time.split(':');
                let hour = digits(parts.next()?, 1..=2)?;
                let minute = digits(parts.next()?, 2..=2)?;
                let second = parts.next().map_or(Some(0), |second| digits(second, 2..=2))?;
                if parts.next().is_some() {
                    return None;
                }
                NaiveTime::from_hms_opt(hour, minute, second)?
            }
        };
        Some(Self { first, second, year, time })
    }

    /// The instant, if the first number is the month.
    pub fn month_first(self) -> Option<Timestamp> {
        self.on(self.first, self.second)
    }

    /// The instant, if the first number is the day.
    pub fn day_first(self) -> Option<Timestamp> {
        self.on(self.second, self.first)
    }

    fn on(self, month: u32, day: u32) -> Option<Timestamp> {
        let date = NaiveDate::from_ymd_opt(self.year, month, day)?;
        Some(Timestamp::from_seconds(date.and_time(self.time).and_utc().timestamp()))
    }
}

fn digits(text: &str, length: std::ops::RangeInclusive<usize>) -> Option<u32> {
    let fits = length.contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_digit());
    if fits { text.parse().ok() } else { None }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_read_in_the_usual_spellings() {
        let expected = Timestamp::from_seconds(1_522_540_831);
        for text in [
            "2018-04-01T00:00:31Z",
            "2018-04-01 00:00:31",
            "2018-04-01T02:00:31+02:00",
            "2018-04-01T00:00:31.000",
            "1522540831",
            " 1522540831.0 ",
        ] {
            assert_eq!(Timestamp::parse(text), Ok(expected), "{text}");
        }
        assert_eq!(Timestamp::parse("2018-04-01 00:00"), Timestamp::parse("2018-04-01"));
        let last = Timestamp::parse("9999-12-31 23:59:59.999999").unwrap();
        assert!(Timestamp::from_epoch_seconds(last.micros() as f64 / 1e6).is_some(), "rounded up");
        assert_eq!(expected.to_string(), "2018-04-01T00:00:31Z");
        for text in [
            "",
            "yesterday",
            "1e300",
            "NaN",
            "2018-13-01",
            "18-04-01",
            "+12345-01-01",
            "-9000-01-01",
            "4/1/2018 0:00",
            "04/01/2018",
        ] {
            assert!(Timestamp::parse(text).is_err(), "{text}");
        }
    }

    #[test]
    fn slashes_are_read_when_their_order_is_known() {
        let expected = Timestamp::parse("2018-04-30 17:05");
        assert_eq!(TimeFormat::MonthFirst.parse("4/30/2018 17:05"), expected);
        assert_eq!(TimeFormat::DayFirst.parse("30/04/2018 17:05:00"), expected);
        assert_eq!(TimeFormat::DayFirst.parse(" 30/4/2018"), Timestamp::parse("2018-04-30"));
        assert_eq!(TimeFormat::Iso.parse("2018-04-30 17:05"), expected);
        assert!(TimeFormat::MonthFirst.parse("30/4/2018").is_err());
        assert!(TimeFormat::DayFirst.parse("2018-04-30").is_err());
    }
}
