//! Numbers and times as people read them.

use super::timeline::TimeFacts;
use crate::domain::Timestamp;
use crate::progress::thousands;

/// `part / whole`; NaN for 0/0.
pub(super) fn share(part: u64, whole: u64) -> f64 {
    part as f64 / whole as f64
}

/// A number in four significant digits, at most nine characters.
pub fn compact(number: f64) -> String {
    let size = number.abs();
    match number {
        number if number.is_nan() => "-".to_owned(),
        0.0 => "0".to_owned(),
        _ if !(1e-3..1e7).contains(&size) => format!("{number:.2e}"),
        _ if size >= 1e3 => {
            let sign = if number < 0.0 { "-" } else { "" };
            format!("{sign}{}", thousands(size.round() as u64))
        }
        _ => {
            let decimals = 3 - size.log10().floor() as i32;
            let text = format!("{number:.*}", usize::try_from(decimals).unwrap_or(0));
            if text.contains('.') {
                text.trim_end_matches('0').trim_end_matches('.').to_owned()
            } else {
                text
            }
        }
    }
}

/// A number of distinct values; an estimate with as many digits as it has.
pub fn distinct(count: u64, exact: bool) -> String {
    match count {
        count if exact => thousands(count),
        1_000_000.. => format!("~{:.2}M", count as f64 / 1e6),
        count => format!("~{}", thousands(count.div_euclid(100) * 100)),
    }
}

/// A share in percent; a dash where it is not defined.
pub fn percent(share: f64) -> String {
    match share {
        share if share.is_nan() => "-".to_owned(),
        share if share == 0.0 || share == 1.0 => format!("{:.0} %", 100.0 * share),
        share if share < 0.01 => format!("{:.3} %", 100.0 * share),
        share => format!("{:.1} %", 100.0 * share),
    }
}

/// Seconds as a time of `facts`: since 1970, or since the first row.
pub fn instant(seconds: f64, facts: &TimeFacts) -> String {
    if facts.relative {
        let hours = (seconds / 3_600.0).floor();
        return format!("day {}, {:02}:00", (hours / 24.0).floor() + 1.0, hours.rem_euclid(24.0));
    }
    date_time(seconds)
}

/// Seconds since 1970 as date and time of day.
pub fn date_time(seconds: f64) -> String {
    let Some(time) = Timestamp::from_epoch_seconds(seconds) else { return compact(seconds) };
    let text = time.to_string();
    let text = text.get(..16).unwrap_or(&text).replace('T', " ");
    text.strip_suffix(" 00:00").map_or(text.clone(), str::to_owned)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_and_times_are_short() {
        for (number, text) in [
            (0.0, "0"),
            (-1.359_807, "-1.36"),
            (0.001_234_56, "0.001235"),
            (123.456, "123.5"),
            (-172_792.0, "-172,792"),
            (25_691.16, "25,691"),
            (1_234.0, "1,234"),
            (1_234.56, "1,235"),
            (1.5e9, "1.50e9"),
            (f64::NAN, "-"),
        ] {
            assert_eq!(compact(number), text);
        }
        assert_eq!(
            [distinct(10_000, true), distinct(28_436, false), distinct(1_733_888, false)],
            ["10,000", "~28,400", "~1.73M"]
        );
        assert_eq!([0.0, 0.001_73, 0.5, 1.0].map(percent), ["0 %", "0.173 %", "50.0 %", "100 %"]);
        let mut facts = TimeFacts { column: "t".into(), from: 0.0, to: 1.0, relative: true, missing: 0 };
        assert_eq!(instant(90_000.0, &facts), "day 2, 01:00");
        facts.relative = false;
        assert_eq!(instant(90_000.0, &facts), "1970-01-02 01:00");
        assert_eq!(instant(86_400.0, &facts), "1970-01-02");
    }
}
