//! The charts, as SVG without scripts: colours come from the page's style, words from `<title>`.

use std::fmt::Write;

use super::super::correlation::Correlations;
use super::super::format::{compact, percent, share};
use super::super::ranges::Histogram;
use super::super::timeline::{Bucket, Timeline};
use crate::html::escape;
use crate::progress::thousands;

const WIDTH: f64 = 340.0;
const HEIGHT: f64 = 110.0;

/// The classes over each other, each as the share of its own rows.
pub(super) fn histogram(histogram: &Histogram) -> String {
    let classes = [("u", &histogram.unlabelled), ("g", &histogram.genuine), ("f", &histogram.fraud)];
    let shares = |counts: &[u64]| {
        let all: u64 = counts.iter().sum();
        counts.iter().map(|&count| share(count, all)).collect::<Vec<_>>()
    };
    let known = classes.iter().any(|(class, counts)| *class != "u" && !counts.is_empty());
    // Rows without a label would hide what the others show.
    let drawn: Vec<(&str, Vec<f64>)> = classes
        .into_iter()
        .filter(|(class, counts)| !(counts.is_empty() || known && *class == "u"))
        .map(|(class, counts)| (class, shares(counts)))
        .collect();
    let top = drawn.iter().flat_map(|(_, shares)| shares).copied().fold(f64::MIN_POSITIVE, f64::max);
    let step = WIDTH / histogram.bins() as f64;
    let tall = HEIGHT + 16.0;
    let mut svg =
        format!(r#"<svg viewBox="0 0 {WIDTH:.0} {tall:.0}" role="img" aria-label="histogram by class">"#);
    for (class, shares) in drawn {
        let mut path = format!("M0 {HEIGHT:.0}");
        for (bin, share) in shares.iter().enumerate() {
            let y = HEIGHT * (1.0 - share / top);
            let (left, right) = (bin as f64 * step, (bin + 1) as f64 * step);
            write!(path, "L{left:.1} {y:.1}L{right:.1} {y:.1}").expect("into a String");
        }
        write!(svg, r#"<path class="{class} area" d="{path}L{WIDTH:.0} {HEIGHT:.0}Z"/>"#)
            .expect("into a String");
    }
    let (from, to) = (compact(histogram.from), compact(histogram.to));
    let base = HEIGHT + 13.0;
    write!(
        svg,
        r#"<line class="axis" x1="0" x2="{WIDTH:.0}" y1="{HEIGHT:.0}" y2="{HEIGHT:.0}"/><text x="0" y="{base}">{from}</text><text x="{WIDTH:.0}" y="{base}" text-anchor="end">{to}</text></svg>"#
    )
    .expect("into a String");
    svg
}

/// Rows as bars, the share of frauds as a line over them.
pub(super) fn timeline(timeline: &Timeline, name: impl Fn(&Bucket) -> String) -> String {
    let (width, height) = (1_100.0, 190.0);
    let buckets = &timeline.buckets;
    let step = width / buckets.len() as f64;
    let most = buckets.iter().map(|bucket| bucket.rows).max().unwrap_or(1).max(1);
    let rate = |bucket: &Bucket| share(bucket.positives, bucket.labelled);
    let highest = buckets.iter().map(rate).filter(|rate| !rate.is_nan()).fold(0.0, f64::max);
    let mut svg = format!(
        r#"<svg class="wide" viewBox="0 0 {width:.0} {height:.0}" preserveAspectRatio="none" role="img" aria-label="rows and share of frauds over time">"#
    );
    let mut line = String::new();
    for (at, bucket) in buckets.iter().enumerate() {
        let tall = height * bucket.rows as f64 / most as f64;
        let (x, y, wide) = (at as f64 * step, height - tall, (step - 1.0).max(step * 0.7));
        let frauds = match bucket.labelled {
            0 => String::new(),
            _ => format!(", {} frauds ({})", thousands(bucket.positives), percent(rate(bucket))),
        };
        let title = escape(&format!("{}: {} rows{frauds}", name(bucket), thousands(bucket.rows)));
        write!(
            svg,
            r#"<rect class="g area" x="{x:.1}" y="{y:.1}" width="{wide:.1}" height="{tall:.1}"><title>{title}</title></rect>"#
        )
        .expect("into a String");
        if highest > 0.0 && bucket.labelled > 0 {
            let y = height * (1.0 - 0.92 * rate(bucket) / highest);
            let mark = if line.is_empty() { 'M' } else { 'L' };
            write!(line, "{mark}{:.1} {y:.1}", x + step / 2.0).expect("into a String");
        }
    }
    let ends = [buckets.first(), buckets.last()].map(|bucket| escape(&bucket.map(&name).unwrap_or_default()));
    write!(
        svg,
        r#"<path class="line" d="{line}"/><line class="axis" x1="0" x2="{width:.0}" y1="{height:.0}" y2="{height:.0}"/></svg><p class="ends"><span>{}</span><span>{}</span></p>"#,
        ends[0], ends[1]
    )
    .expect("into a String");
    svg
}

/// Columns that a heat map shows, at most.
const MOST_CELLS: usize = 60;

/// Pearson below the diagonal, Spearman above it.
pub(super) fn heat_map(correlations: &Correlations) -> String {
    let names: Vec<String> = correlations.columns.iter().take(MOST_CELLS).map(|name| escape(name)).collect();
    let cell = (560.0 / names.len() as f64).min(36.0);
    let margin = 8.0 + 6.9 * names.iter().map(|name| name.chars().count().min(16)).max().unwrap_or(0) as f64;
    let size = margin + cell * names.len() as f64;
    let mut svg = format!(
        r#"<svg viewBox="0 0 {size:.0} {size:.0}" style="max-width:{size:.0}px" role="img" aria-label="correlations">"#
    );
    let letters = cell.min(11.0);
    for (row, name) in names.iter().enumerate() {
        let at = margin + (row as f64 + 0.5) * cell;
        let short: String = correlations.columns[row].chars().take(16).collect();
        let short = escape(&short);
        write!(
            svg,
            r#"<text x="{:.1}" y="{:.1}" text-anchor="end" style="font-size:{letters:.1}px">{short}</text><text transform="translate({:.1} {:.1}) rotate(-90)" style="font-size:{letters:.1}px">{short}</text>"#,
            margin - 4.0,
            at + letters * 0.35,
            at + letters * 0.35,
            margin - 4.0
        )
        .expect("into a String");
        for (column, other) in names.iter().enumerate() {
            let matrix = if column < row { &correlations.pearson } else { &correlations.spearman };
            let value = matrix[row][column];
            let shade = if value.is_nan() { 0.0 } else { value.abs() };
            let (sign, which) = (
                if value < 0.0 { "minus" } else { "plus" },
                if column < row { "Pearson" } else { "Spearman" },
            );
            if row == column {
                continue;
            }
            write!(
                svg,
                r#"<rect class="{sign}" fill-opacity="{shade:.2}" x="{:.1}" y="{:.1}" width="{:.1}" height="{:.1}"><title>{name} and {other}: {which} {value:.3}</title></rect>"#,
                margin + column as f64 * cell,
                margin + row as f64 * cell,
                cell - 0.5,
                cell - 0.5
            )
            .expect("into a String");
        }
    }
    svg.push_str("</svg>");
    svg
}
