//! Spellings of times in tables.

use chrono::{NaiveDate, NaiveTime};

use crate::domain::Timestamp;

/// [`Timestamp::parse`] of what begins like `YYYY-`; the commonest spelling without its detours.
pub(super) fn iso(text: &str) -> Option<Timestamp> {
    let bytes = text.as_bytes();
    if bytes.len() < 8 || bytes[4] != b'-' || !bytes[..4].iter().all(u8::is_ascii_digit) {
        return None;
    }
    plain(bytes).or_else(|| Timestamp::parse(text).ok())
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
pub(super) struct Slashes {
    first: u32,
    second: u32,
    year: i32,
    time: NaiveTime,
}

impl Slashes {
    /// `A/B/YYYY[ H:MM[:SS]]`.
    pub(super) fn parse(text: &str) -> Option<Self> {
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

    pub(super) fn month_first(self) -> Option<Timestamp> {
        self.on(self.first, self.second)
    }

    pub(super) fn day_first(self) -> Option<Timestamp> {
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

/// True for a whole number such as 20180401.
pub(super) fn is_compact_date(text: &str) -> bool {
    let part = |from: usize, to: usize| text.get(from..to).and_then(|part| digits(part, 1..=4));
    let (Some(year), Some(month), Some(day)) = (part(0, 4), part(4, 6), part(6, 8)) else { return false };
    text.len() == 8
        && (1900..2100).contains(&year)
        && NaiveDate::from_ymd_opt(year.cast_signed(), month, day).is_some()
}
