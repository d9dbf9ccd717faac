//! The charts of the page.

use super::{Followed, Learning, Report};
use crate::html::{Axis, Line, Plot};
use crate::metrics::{Assessment, Curve, ScoreHistogram};

/// All that shows the scores at every threshold.
pub(super) fn section(report: &Report<'_>) -> String {
    let curves = &report.assessment.curves;
    let plots = [
        shares("Precision and recall", &curves.precision_recall, "recall", "precision", None),
        shares("ROC", &curves.roc, "false_positive_rate", "true_positive_rate", Some(1.0)),
        shares("Gains: frauds among the highest scores", &curves.gains, "share", "recall", Some(1.0)),
        reliability(report.assessment),
        histogram(&curves.score_histogram),
        errors(&curves.thresholds, report.assessment),
    ];
    let drawn: String = plots.iter().map(Plot::svg).collect();
    format!("<h2>Curves</h2>\n<div class=\"plots\">\n{drawn}{}</div>\n", missed(&curves.thresholds))
}

fn points(curve: &Curve, x: &str, y: &str) -> Vec<(f64, f64)> {
    let column = |name| curve.column(name).unwrap_or_default().iter().copied();
    column(x).zip(column(y)).collect()
}

fn words(column: &str) -> String {
    column.replace('_', " ")
}

fn line(name: &str, class: &'static str, points: Vec<(f64, f64)>) -> Line {
    Line { name: name.to_owned(), class, points, steps: false }
}

/// A curve of shares; `guide` is where the line of no knowledge ends.
fn shares(title: &str, curve: &Curve, x: &str, y: &str, guide: Option<f64>) -> Plot {
    let mut lines: Vec<Line> =
        guide.map(|end| line("", "guide", vec![(0.0, 0.0), (1.0, end)])).into_iter().collect();
    lines.push(line("", "one", points(curve, x, y)));
    Plot { title: title.to_owned(), x: Axis::share(&words(x)), y: Axis::share(&words(y)), lines }
}

fn reliability(found: &Assessment) -> Plot {
    let of = |bins: &[crate::metrics::ReliabilityBin]| {
        bins.iter().map(|bin| (bin.mean_score, bin.fraud_rate)).collect()
    };
    Plot {
        title: "Reliability: what a score says and what happens".to_owned(),
        x: Axis::share("mean score"),
        y: Axis::share("share of frauds"),
        lines: vec![
            line("", "guide", vec![(0.0, 0.0), (1.0, 1.0)]),
            line("bins of as many rows", "two", of(&found.reliability.quantile)),
            line("bins of equal width", "one", of(&found.reliability.uniform)),
        ],
    }
}

/// Each class as the share of its own rows, in powers of ten: genuine rows crowd at 0.
fn histogram(histogram: &ScoreHistogram) -> Plot {
    const LEAST: f64 = -5.0;
    let bars = |counts: &[usize]| {
        let all = counts.iter().sum::<usize>() as f64;
        let height = |count: usize| (count as f64 / all).log10().max(LEAST);
        let edges = histogram.edges.windows(2).zip(counts);
        edges
            .flat_map(|(edge, &count)| edge.iter().map(move |x| (*x, height(count))).collect::<Vec<_>>())
            .collect()
    };
    Plot {
        title: "Scores by class".to_owned(),
        x: Axis::share("score"),
        y: Axis { label: "share of the class, power of ten".to_owned(), from: LEAST, to: 0.0 },
        lines: vec![
            line("genuine", "two", bars(&histogram.genuine)),
            line("fraud", "one", bars(&histogram.frauds)),
        ],
    }
}

/// The errors of each threshold as shares of their class.
fn errors(thresholds: &Curve, found: &Assessment) -> Plot {
    let metrics = &found.evaluation;
    let of = |name: &str, all: usize| -> Vec<(f64, f64)> {
        let share = |(x, y): (f64, f64)| (x, y / all as f64);
        points(thresholds, "threshold", name).into_iter().map(share).collect()
    };
    Plot {
        title: "Errors by threshold".to_owned(),
        x: Axis::share("threshold"),
        y: Axis::share("share of the class"),
        lines: vec![
            Line {
                steps: true,
                ..line("false alarms", "two", of("false_positives", metrics.rows - metrics.positives))
            },
            Line { steps: true, ..line("missed frauds", "one", of("false_negatives", metrics.positives)) },
        ],
    }
}

/// The money that each number of alerts leaves uncaught, where amounts are known.
fn missed(thresholds: &Curve) -> String {
    let points = points(thresholds, "alerts", "missed_amount");
    if points.is_empty() {
        return String::new();
    }
    let plot = Plot {
        title: "Missed money by alerts".to_owned(),
        x: Axis::around("alerts", points.iter().map(|point| point.0), true),
        y: Axis::around("amount of missed frauds", points.iter().map(|point| point.1), true),
        lines: vec![Line { steps: true, ..line("", "one", points) }],
    };
    plot.svg()
}

/// What each day brought.
pub(super) fn days(found: &Assessment) -> String {
    let days = &found.per_day;
    let [Some(first), Some(last)] = [days.first(), days.last()] else { return String::new() };
    let series = |of: fn(&crate::metrics::Day) -> f64| -> Vec<(f64, f64)> {
        days.iter().map(|day| ((day.day - first.day) as f64, of(day))).collect()
    };
    let counts = [
        line("alerts", "three", series(|day| day.alerts as f64)),
        line("frauds", "two", series(|day| day.frauds as f64)),
        line("caught", "one", series(|day| day.caught as f64)),
    ];
    let across = format!("days from {}", crate::metrics::date_of(first.day));
    let x = Axis { label: across, from: 0.0, to: ((last.day - first.day) as f64).max(1.0) };
    let tallest = counts.iter().flat_map(|line| line.points.iter().map(|point| point.1));
    let mut shares = vec![line("average precision", "one", series(|day| day.average_precision))];
    if days.iter().any(|day| day.card_precision.is_some()) {
        let of = |day: &crate::metrics::Day| day.card_precision.unwrap_or(f64::NAN);
        shares.push(line("card precision", "two", series(of)));
    }
    let plots = [
        Plot {
            title: "Alerts and frauds by day".to_owned(),
            x: x.clone(),
            y: Axis::around("rows", tallest, true),
            lines: counts.to_vec(),
        },
        Plot { title: "Quality by day".to_owned(), x, y: Axis::share(""), lines: shares },
    ];
    let drawn: String = plots.iter().map(Plot::svg).collect();
    format!("<h2>Day by day</h2>\n<div class=\"plots\">\n{drawn}</div>\n")
}

/// What each round or epoch came to, of each part of the model.
pub(super) fn learning(report: &Report<'_>) -> String {
    let drawn: String = report.learning.iter().map(|part| of_part(part, report.learning.len() > 1)).collect();
    match drawn.is_empty() {
        true => drawn,
        false => format!("<h2>Learning</h2>\n<div class=\"plots\">\n{drawn}</div>\n"),
    }
}

/// `named` puts the model's name into the titles.
fn of_part(part: &Learning, named: bool) -> String {
    let classes = ["one", "two", "three"].into_iter().cycle();
    let plot = |metric: &str, of: fn(&Followed) -> &Vec<(f64, f64)>| {
        let all = || part.sets.iter().flat_map(of);
        let y = Axis::around("", all().map(|point| point.1), false);
        let best = part.best_iteration as f64;
        let mut lines = vec![line("", "guide", vec![(best, y.from), (best, y.to)])];
        let drawn = part.sets.iter().zip(classes.clone()).filter(|(set, _)| !of(set).is_empty());
        lines.extend(drawn.map(|(set, class)| line(&set.set, class, of(set).clone())));
        let title = if named { format!("{}: {metric}", part.model) } else { metric.to_owned() };
        Plot { title, x: Axis::around("round or epoch", all().map(|point| point.0), true), y, lines }.svg()
    };
    let name = words(&part.sets[0].name);
    let chosen = if name == "log loss" { String::new() } else { plot(&name, |set| &set.metric) };
    chosen + &plot("log loss", |set| &set.log_loss)
}
