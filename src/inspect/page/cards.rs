//! A card for each column: histogram by class, values, range.

use super::super::format::{compact, date_time, distinct, percent, share};
use super::super::{ColumnFacts, Inspection, ValueFacts};
use super::chart;
use crate::html::escape;
use crate::progress::thousands;

pub(super) fn all(found: &Inspection) -> String {
    let labelled = found.label.is_some();
    let key = match labelled {
        true => {
            "<p class=\"key\"><span><i style=\"background:var(--genuine)\"></i>genuine</span>\
             <span><i style=\"background:var(--fraud)\"></i>fraud</span><span>each as the share of its own rows</span></p>\n"
        }
        false => "",
    };
    let cards: String =
        found.columns.iter().enumerate().map(|(at, column)| card(at, column, found.rows, labelled)).collect();
    format!("<h2>Column by column</h2>\n{key}<div class=\"cards\">\n{cards}</div>\n")
}

fn card(at: usize, column: &ColumnFacts, rows: u64, labelled: bool) -> String {
    let few = !column.values.is_empty() && column.distinct <= 12;
    let shown = match &column.histogram {
        Some(histogram) if !few => chart::histogram(histogram),
        _ => String::new(),
    };
    let values = match column.values.is_empty() || (column.histogram.is_some() && !few) {
        true => String::new(),
        false => values(&column.values, rows, labelled),
    };
    let area = column.roc_auc.map_or(String::new(), |area| format!("ROC AUC {area:.3}"));
    format!(
        "<section class=\"card\" id=\"c{at}\"><header><h3>{}</h3><span class=\"soft small\">{area}</span></header>\n{shown}{values}{}</section>\n",
        escape(&column.name),
        facts(column, rows)
    )
}

fn facts(column: &ColumnFacts, rows: u64) -> String {
    let mut cells: Vec<(&str, String)> = Vec::new();
    match &column.range {
        Some(range) if column.kind == "time" => {
            let short = |seconds: f64| date_time(seconds).chars().take(10).collect::<String>();
            cells.extend([
                ("first", short(range.min)),
                ("middle", short(range.p50)),
                ("last", short(range.max)),
            ]);
        }
        Some(range) => {
            cells.extend(
                [
                    ("least", range.min),
                    ("1 %", range.p01),
                    ("25 %", range.p25),
                    ("median", range.p50),
                    ("75 %", range.p75),
                    ("99 %", range.p99),
                    ("greatest", range.max),
                    ("deviation", range.std),
                    ("mean", range.mean),
                    ("fraud mean", range.mean_fraud),
                ]
                .into_iter()
                .filter(|(_, number)| !number.is_nan())
                .map(|(name, number)| (name, compact(number))),
            );
        }
        None => cells.push(("kind", column.kind.to_owned())),
    }
    cells.push(("distinct", distinct(column.distinct, column.distinct_exact)));
    if column.missing > 0 {
        cells.push(("missing", percent(share(column.missing, rows))));
    }
    let cell = |(name, value): &(&str, String)| format!("<span><i>{name}</i>{}</span>", escape(value));
    format!("<div class=\"facts\">{}</div>", cells.iter().map(cell).collect::<String>())
}

fn values(values: &[ValueFacts], rows: u64, labelled: bool) -> String {
    let row = |value: &ValueFacts| {
        let frauds = match labelled {
            true => format!("<td>{}</td>", percent(share(value.positives, value.labelled))),
            false => String::new(),
        };
        let part = share(value.rows, rows);
        format!(
            "<tr><td>{}</td><td>{}</td><td>{}</td>{frauds}</tr>",
            escape(&value.value),
            thousands(value.rows),
            percent(part)
        )
    };
    let frauds = if labelled { "<th>frauds</th>" } else { "" };
    let rows: String = values.iter().map(row).collect();
    format!(
        "<table><thead><tr><th>value</th><th>rows</th><th>share</th>{frauds}</tr></thead><tbody>{rows}</tbody></table>"
    )
}
