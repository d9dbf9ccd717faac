//! The curves of a report: columns of numbers, thinned to what can be seen.

use std::fmt::Write;

use serde::Serialize;

use super::amounts::caught_amounts;
use super::histogram::ScoreHistogram;
use super::thin::thin;
use super::{MetricsError, Ranking, check, check_column, score_histogram, share};

/// A curve has at most so many points.
const MOST_POINTS: usize = 1_000;
/// Bins of the score histogram.
const HISTOGRAM_BINS: usize = 50;

/// Named columns of equal length.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct Curve {
    /// Name and values of each column.
    pub columns: Vec<(&'static str, Vec<f64>)>,
}

impl Curve {
    /// The values of a column; `None` when there is none of that name.
    pub fn column(&self, name: &str) -> Option<&[f64]> {
        self.columns.iter().find(|(found, _)| *found == name).map(|(_, values)| values.as_slice())
    }

    /// A header and a line for each point; undefined values are empty.
    pub fn to_csv(&self) -> String {
        let names: Vec<&str> = self.columns.iter().map(|(name, _)| *name).collect();
        let mut text = names.join(",") + "\n";
        for row in 0..self.columns.first().map_or(0, |(_, values)| values.len()) {
            for (column, (_, values)) in self.columns.iter().enumerate() {
                let separator = if column == 0 { "" } else { "," };
                let written = match values[row] {
                    value if value.is_nan() => text.write_str(separator),
                    value => write!(text, "{separator}{value}"),
                };
                written.expect("writing into a String does not fail");
            }
            text.push('\n');
        }
        text
    }

    /// The points at these places.
    fn select(&self, places: &[usize]) -> Self {
        let chosen = |values: &Vec<f64>| places.iter().map(|&place| values[place]).collect();
        Self { columns: self.columns.iter().map(|(name, values)| (*name, chosen(values))).collect() }
    }

    /// The points that the lines of `y` over `x` need, about [`MOST_POINTS`] at most; each column is scaled to its range.
    fn thinned(self, x: &str, y: &[&str]) -> Self {
        let scaled = |name| {
            let values = self.column(name).unwrap_or_default();
            let finite = || values.iter().copied().filter(|value| value.is_finite());
            let low = finite().fold(f64::INFINITY, f64::min);
            let range = finite().fold(f64::NEG_INFINITY, f64::max) - low;
            // Values that are none, and the threshold infinity of the ROC curve, lie at the edge.
            let place = |value: &f64| if value.is_finite() { (value - low) / range.max(1e-300) } else { 1.0 };
            values.iter().map(place).collect::<Vec<_>>()
        };
        let across = scaled(x);
        let mut places: Vec<usize> = y
            .iter()
            .flat_map(|name| {
                let points: Vec<(f64, f64)> = across.iter().copied().zip(scaled(name)).collect();
                thin(&points, MOST_POINTS / y.len())
            })
            .collect();
        places.sort_unstable();
        places.dedup();
        self.select(&places)
    }
}

/// What a report draws; shares are 0 to 1.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Curves {
    /// `false_positive_rate`, `true_positive_rate`, `threshold`; see [`Ranking::roc_curve`].
    pub roc: Curve,
    /// `recall`, `precision`, `threshold` (missing at the closing point); see [`Ranking::precision_recall_curve`].
    pub precision_recall: Curve,
    /// `share` of the rows with the highest scores, `recall` among them.
    pub gains: Curve,
    /// What a threshold leads to, highest first: `threshold`, `alerts`, `false_positives`, `false_negatives`, and where
    /// amounts are known `missed_amount`. Any cost is a sum of these.
    pub thresholds: Curve,
    /// Of both classes.
    pub score_histogram: ScoreHistogram,
}

impl Curves {
    /// The curves of these rows.
    ///
    /// # Errors
    /// [`MetricsError`] for different lengths, no rows, or a score outside `[0, 1]`.
    pub fn new(labels: &[bool], scores: &[f64], amounts: Option<&[f64]>) -> Result<Self, MetricsError> {
        check(labels, scores)?;
        check_column("amounts", amounts.map_or(scores.len(), <[f64]>::len), scores)?;
        let ranking = Ranking::of_checked(labels, scores);
        let missed = amounts.map(|amounts| {
            let caught = caught_amounts(&ranking, labels, scores, amounts);
            let all = caught.last().copied().unwrap_or_default();
            caught.into_iter().map(|caught| all - caught).collect()
        });
        Ok(Self {
            roc: roc(&ranking),
            precision_recall: precision_recall(&ranking),
            gains: gains(&ranking),
            thresholds: thresholds(&ranking, missed),
            score_histogram: score_histogram(labels, scores, HISTOGRAM_BINS)?,
        })
    }

    /// The curves by name, the histogram as `low`, `high`, `genuine`, `frauds`.
    pub fn tables(&self) -> [(&'static str, Curve); 5] {
        let ScoreHistogram { edges, genuine, frauds } = &self.score_histogram;
        let counts = |counts: &[usize]| counts.iter().map(|&count| count as f64).collect();
        let histogram = Curve {
            columns: vec![
                ("low", edges[..genuine.len()].to_vec()),
                ("high", edges[1..].to_vec()),
                ("genuine", counts(genuine)),
                ("frauds", counts(frauds)),
            ],
        };
        [
            ("roc", self.roc.clone()),
            ("precision_recall", self.precision_recall.clone()),
            ("gains", self.gains.clone()),
            ("thresholds", self.thresholds.clone()),
            ("score_histogram", histogram),
        ]
    }
}

fn roc(ranking: &Ranking) -> Curve {
    let curve = ranking.roc_curve();
    let columns = vec![
        ("false_positive_rate", curve.false_positive_rate),
        ("true_positive_rate", curve.true_positive_rate),
        ("threshold", curve.thresholds),
    ];
    Curve { columns }.thinned("false_positive_rate", &["true_positive_rate"])
}

fn precision_recall(ranking: &Ranking) -> Curve {
    let curve = ranking.precision_recall_curve();
    let thresholds = curve.thresholds.into_iter().chain([f64::NAN]).collect();
    let columns = vec![("recall", curve.recall), ("precision", curve.precision), ("threshold", thresholds)];
    Curve { columns }.thinned("recall", &["precision"])
}

fn gains(ranking: &Ranking) -> Curve {
    let points = || ranking.points().iter();
    let shares = points().map(|p| share(p.true_positives + p.false_positives, ranking.rows()));
    let recalls = points().map(|p| share(p.true_positives, ranking.positives()));
    let columns = vec![
        ("share", std::iter::once(0.0).chain(shares).collect()),
        ("recall", std::iter::once(0.0).chain(recalls).collect()),
    ];
    Curve { columns }.thinned("share", &["recall"])
}

fn thresholds(ranking: &Ranking, missed_amounts: Option<Vec<f64>>) -> Curve {
    let column = |value: &dyn Fn(usize, usize) -> usize| {
        let points = ranking.points().iter();
        points.map(|point| value(point.true_positives, point.false_positives) as f64).collect::<Vec<_>>()
    };
    let mut columns = vec![
        ("threshold", ranking.points().iter().map(|point| point.threshold).collect()),
        ("alerts", column(&|caught, false_positives| caught + false_positives)),
        ("false_positives", column(&|_, false_positives| false_positives)),
        ("false_negatives", column(&|caught, _| ranking.positives() - caught)),
    ];
    columns.extend(missed_amounts.map(|missed| ("missed_amount", missed)));
    Curve { columns }.thinned("threshold", &["alerts", "false_negatives"])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_small_curve_keeps_its_corners_and_says_what_is_missing() {
        let labels = [true, false, true, false];
        let scores = [0.9, 0.8, 0.3, 0.1];
        let curves = Curves::new(&labels, &scores, Some(&[5.0, 1.0, 7.0, 2.0])).unwrap();
        assert_eq!(
            curves.roc.to_csv(),
            "false_positive_rate,true_positive_rate,threshold\n0,0,inf\n0,0.5,0.9\n0.5,0.5,0.8\n0.5,1,0.3\n1,1,0.1\n"
        );
        assert!(curves.precision_recall.to_csv().ends_with("\n0,1,\n"), "no threshold at the closing point");
        assert_eq!(curves.thresholds.column("missed_amount"), Some([7.0, 7.0, 0.0, 0.0].as_slice()));
        assert_eq!(curves.thresholds.column("alerts"), Some([1.0, 2.0, 3.0, 4.0].as_slice()));
        assert_eq!(curves.gains.column("recall"), Some([0.0, 0.5, 0.5, 1.0, 1.0].as_slice()));
        let names: Vec<&str> = curves.tables().iter().map(|(name, _)| *name).collect();
        assert_eq!(names, ["roc", "precision_recall", "gains", "thresholds", "score_histogram"]);
        assert_eq!(curves.score_histogram.frauds.iter().sum::<usize>(), 2);
    }

    #[test]
    fn long_curves_are_thinned_and_keep_their_ends() {
        let rows = 20_000;
        let scores: Vec<f64> = (0..rows).map(|row| f64::from(row) / f64::from(rows)).collect();
        let labels: Vec<bool> = (0..rows).map(|row| row * row % 97 < row / 500).collect();
        let curves = Curves::new(&labels, &scores, None).unwrap();
        for (name, curve) in curves.tables() {
            let points = curve.columns[0].1.len();
            assert!((50..=1_000).contains(&points), "{name}: {points}");
        }
        let (first, last) = (0, |values: &[f64]| *values.last().unwrap());
        let rate = curves.roc.column("true_positive_rate").unwrap();
        assert_eq!((rate[first], last(rate)), (0.0, 1.0));
        let alerts = curves.thresholds.column("alerts").unwrap();
        assert_eq!((alerts[first], last(alerts)), (1.0, f64::from(rows)));
    }
}
