//! An inspection as one HTML page: no scripts, nothing from elsewhere, light and dark, wide and narrow.

mod cards;
mod chart;

use super::Inspection;
use super::format::{compact, date_time, distinct, instant, percent};
use super::timeline::Bucket;
use crate::features::InputKind;
use crate::html::{self, escape};
use crate::progress::thousands;

/// Index from which on a column has shifted.
pub(super) const SHIFTED: f64 = 0.25;

/// The page. `next` is the command to run next.
pub fn page(found: &Inspection, next: &str) -> String {
    let name = found.input.rsplit(['/', '\\']).next().unwrap_or(&found.input);
    let sections = [
        tiles(found),
        findings(found),
        over_time(found),
        columns(found),
        cards::all(found),
        correlations(found),
        notes(found, next),
    ];
    html::document(name, "What fraudctl inspect sees in it.", &sections)
}

fn tiles(found: &Inspection) -> String {
    let mut tiles = vec![
        (thousands(found.rows), "rows".to_owned()),
        (thousands(found.columns.len() as u64 + u64::from(found.label.is_some())), "columns".to_owned()),
    ];
    match &found.label {
        Some(label) => {
            tiles.push((thousands(label.positives), format!("frauds, by {}", label.column)));
            tiles.push((percent(label.share), format!("are frauds, 1 : {}", compact(label.imbalance))));
            if label.unlabelled > 0 {
                tiles.push((thousands(label.unlabelled), "rows without a label".to_owned()));
            }
        }
        None => tiles.push(("no label".to_owned(), "--label COLUMN names it".to_owned())),
    }
    let missing: u64 = found.columns.iter().map(|column| column.missing).sum();
    tiles.push((thousands(missing), "cells are missing".to_owned()));
    tiles.push((thousands(found.duplicates.rows), "rows repeat another".to_owned()));
    if let Some(time) = &found.time {
        let span = (time.to - time.from) / 86_400.0;
        tiles.push((format!("{} days", compact(span)), format!("from {}", instant(time.from, time))));
    }
    html::tiles(&tiles)
}

/// What is not as one would wish, each a sentence.
fn findings(found: &Inspection) -> String {
    let mut items = Vec::new();
    for suspect in &found.suspects {
        let of_log =
            found.schema == InputKind::Transactions && found.parts.amount.as_ref() != Some(&suspect.column);
        let advice = if found.drop.contains(&suspect.column) {
            format!("--drop {}", suspect.column)
        } else if of_log {
            "no feature of an event log, so it does no harm".to_owned()
        } else {
            "look at it".to_owned()
        };
        items.push(format!(
            "<b>{}</b> {} <span class=\"soft\">({})</span>",
            escape(&suspect.column),
            escape(&suspect.reasons.join("; ")),
            escape(&advice)
        ));
    }
    for column in &found.columns {
        let name = escape(&column.name);
        if column.constant {
            items.push(format!("<b>{name}</b> has the same cell in every row"));
        }
        if let Some(earlier) = &column.duplicate_of {
            items.push(format!("<b>{name}</b> is a copy of {}", escape(earlier)));
        }
    }
    if found.duplicates.conflicting > 0 {
        items.push(format!(
            "<b>{} rows</b> are equal to others that have the other label",
            thousands(found.duplicates.conflicting)
        ));
    }
    items.extend(found.warnings.iter().map(|warning| escape(warning)));
    if items.is_empty() {
        return "<h2>To look at</h2>\n<p>Nothing: no column gives the label away, none is constant or a copy.</p>\n".to_owned();
    }
    let items: String = items.iter().map(|item| format!("<li>{item}</li>\n")).collect();
    format!("<h2>To look at</h2>\n<ul class=\"findings\">\n{items}</ul>\n")
}

/// What a bucket of the timeline is called.
fn bucket_name(found: &Inspection, bucket: &Bucket) -> String {
    match &found.time {
        Some(time) if time.relative || found.timeline.unit == "hour" => instant(bucket.from, time),
        Some(_) => date_time(bucket.from),
        None => format!("row {}", thousands(bucket.from as u64 + 1)),
    }
}

fn over_time(found: &Inspection) -> String {
    let unit = match found.timeline.unit {
        "place" => "place in the file, because no column says when",
        unit => unit,
    };
    let mut drifted: Vec<_> = found
        .columns
        .iter()
        .filter(|column| !column.follows_time())
        .filter_map(|column| Some((column, column.psi?)))
        .collect();
    drifted.sort_by(|one, other| other.1.total_cmp(&one.1));
    let rows: String = drifted
        .iter()
        .take(8)
        .map(|(column, psi)| {
            let hot = if *psi > SHIFTED { " class=\"hot\"" } else { "" };
            format!("<tr><td>{}</td><td{hot}>{psi:.3}</td></tr>\n", escape(&column.name))
        })
        .collect();
    let most = match rows.is_empty() {
        true => String::new(),
        false => format!(
            "<p class=\"small soft\">Most changed columns, last third of the rows against the first (population stability \
             index; above 0.25 is a shift).</p>\n<div class=\"scroll narrow\"><table><thead><tr><th>column</th><th>PSI</th></tr></thead>\
             <tbody>\n{rows}</tbody></table></div>\n"
        ),
    };
    let chart = chart::timeline(&found.timeline, |bucket| bucket_name(found, bucket));
    let rate = if found.label.is_some() {
        "<span><i style=\"background:var(--fraud)\"></i>share of frauds</span>"
    } else {
        ""
    };
    format!(
        "<h2>Over time</h2>\n<p class=\"key\"><span><i style=\"background:var(--genuine);opacity:.45\"></i>rows by {unit}</span>{rate}</p>\n\
         <div class=\"card\">{chart}</div>\n{most}"
    )
}

fn columns(found: &Inspection) -> String {
    let row = |(at, column): (usize, &super::ColumnFacts)| {
        let range = column.range.as_ref();
        let is_time = column.kind == "time";
        let number = |of: fn(&super::Range) -> f64| match range {
            Some(range) if is_time => date_time(of(range)).chars().take(10).collect(),
            Some(range) => compact(of(range)),
            None => String::new(),
        };
        let metric = |value: Option<f64>| value.map_or(String::new(), |value| format!("{value:.3}"));
        let missing = match column.missing {
            0 => String::new(),
            missing => percent(missing as f64 / found.rows as f64),
        };
        let name = escape(&column.name);
        let cells = [
            column.part.map_or(column.kind.to_owned(), |part| format!("{} ({part})", column.kind)),
            missing,
            distinct(column.distinct, column.distinct_exact),
            number(|range| range.min),
            number(|range| range.p50),
            number(|range| range.max),
            metric(column.roc_auc),
            metric(column.psi),
        ];
        let cells: String = cells.iter().map(|cell| format!("<td>{cell}</td>")).collect();
        format!("<tr><td><a href=\"#c{at}\">{name}</a></td>{cells}</tr>\n")
    };
    let rows: String = found.columns.iter().enumerate().map(row).collect();
    format!(
        "<h2>Columns</h2>\n<div class=\"scroll\"><table><thead><tr><th>column</th><th>kind</th><th>missing</th><th>distinct</th>\
         <th>least</th><th>median</th><th>greatest</th><th>ROC AUC</th><th>PSI</th></tr></thead><tbody>\n{rows}</tbody></table></div>\n"
    )
}

fn correlations(found: &Inspection) -> String {
    let correlations = &found.correlations;
    if correlations.columns.len() < 2 {
        return String::new();
    }
    let row = |pair: &super::Pair| {
        let (left, right) = (escape(&pair.left), escape(&pair.right));
        format!(
            "<tr><td>{left} · {right}</td><td>{:.3}</td><td>{:.3}</td></tr>\n",
            pair.pearson, pair.spearman
        )
    };
    let rows: String = correlations.strongest.iter().map(row).collect();
    let left_out = match correlations.left_out {
        0 => String::new(),
        count => format!(" {count} more numeric columns were not compared."),
    };
    format!(
        "<h2>Correlations</h2>\n<p class=\"soft\">Pearson below the diagonal, Spearman above it; red is positive, blue negative.{left_out}</p>\n\
         <div class=\"two\"><div class=\"card\">{}</div>\n<div class=\"scroll\"><table><thead><tr><th>strongest pairs</th>\
         <th>Pearson</th><th>Spearman</th></tr></thead><tbody>\n{rows}</tbody></table></div></div>\n",
        chart::heat_map(correlations)
    )
}

fn notes(found: &Inspection, next: &str) -> String {
    let sample = match found.sampled == found.rows {
        true => "All figures are of all rows.".to_owned(),
        false => format!(
            "Counts, missing cells, least, greatest, mean, deviation, duplicates and frauds by value are of all rows; quantiles, \
             histograms, ROC AUC, correlations and PSI of {} rows at equal distances.",
            thousands(found.sampled)
        ),
    };
    let apart = match found.duplicates.apart_from.is_empty() {
        true => String::new(),
        false => format!(
            " Rows repeat each other when all cells but {} do.",
            escape(&found.duplicates.apart_from.join(" and "))
        ),
    };
    format!(
        "<h2>Next</h2>\n<code>{}</code>\n<h2>How it was computed</h2>\n<p class=\"soft\">{sample} ROC AUC is of the column alone: 0.5 \
         tells nothing, near 0 or 1 nearly everything; words are judged on rows that their shares of frauds were not taken \
         from. Histograms show each class as the share of its own rows.{apart}</p>\n",
        escape(next)
    )
}
