//! How sure a metric is: 95 % intervals of the stratified percentile bootstrap.
//!
//! Efron and Tibshirani, "An Introduction to the Bootstrap" (1993), chapter 13. As many frauds are drawn as there are,
//! from the frauds, and as many genuine rows from those, so that no replicate is without frauds; the intervals are those
//! of rows with this very share of frauds.
//!
//! A replicate is a number for each row: how often it was drawn. The rows are sorted once, and a replicate's metrics come
//! from one pass over the distinct scores.

use std::collections::BTreeMap;

use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;
use rand_distr::{Binomial, Distribution};
use rayon::iter::{IntoParallelIterator, ParallelIterator};

use super::probability::log_loss_of;
use super::ranking::Point;
use super::reliability::quantile;
use super::{Confusion, MetricsError, Ranking, check};

/// By metric: the 2.5th and the 97.5th percentile of the replicates in which it is defined; NaN when it is in none.
pub type Intervals = BTreeMap<&'static str, [f64; 2]>;

/// What a replicate is measured by; the names are those of [`super::Evaluation`].
const METRICS: [&str; 13] = [
    "roc_auc",
    "average_precision",
    "log_loss",
    "brier",
    "recall_at_fpr_001",
    "precision",
    "recall",
    "f1",
    "mcc",
    "accuracy",
    "specificity",
    "balanced_accuracy",
    "g_mean",
];

/// Rows among which draws are scattered: few enough to stay in a core's nearest memory.
const WINDOW: usize = 4_096;

/// Intervals of the metrics from `replicates` resamplings of the rows; none for no replicates.
///
/// The same seed gives the same intervals on any number of threads. Takes about 3 ns a row and replicate, and memory for
/// the distinct scores on each thread.
///
/// # Errors
/// [`MetricsError`] for different lengths, no rows, a score outside `[0, 1]`, or a threshold that is not finite.
pub fn bootstrap(
    labels: &[bool],
    scores: &[f64],
    threshold: f64,
    replicates: usize,
    seed: u64,
) -> Result<Intervals, MetricsError> {
    check(labels, scores)?;
    if !threshold.is_finite() {
        return Err(MetricsError::Threshold(threshold));
    }
    if replicates == 0 {
        return Ok(Intervals::new());
    }
    let rows = Rows::new(labels, scores, threshold);
    let found: Vec<[f64; METRICS.len()]> = (0..replicates as u64)
        .into_par_iter()
        .map_init(Replicate::default, |replicate, number| {
            let mut random = ChaCha8Rng::seed_from_u64(seed);
            random.set_stream(number);
            rows.measure(replicate, &mut random)
        })
        .collect();
    let interval = |metric: usize| {
        let mut values: Vec<f64> =
            found.iter().map(|found| found[metric]).filter(|value| !value.is_nan()).collect();
        values.sort_unstable_by(f64::total_cmp);
        match values.is_empty() {
            true => [f64::NAN; 2],
            false => [quantile(&values, 0.025), quantile(&values, 0.975)],
        }
    };
    Ok(METRICS.iter().enumerate().map(|(metric, &name)| (name, interval(metric))).collect())
}

/// The rows by falling score.
struct Rows {
    ranking: Ranking,
    /// Of each fraud, and of each genuine row: the place of its score among the distinct ones.
    places: [Vec<u32>; 2],
    /// By distinct score: the log loss of a genuine row and of a fraud.
    losses: Vec<[f64; 2]>,
    /// How many distinct scores have reached the threshold.
    alerted: usize,
}

/// The memory of one replicate.
#[derive(Default)]
struct Replicate {
    /// By distinct score: how many genuine rows and frauds were drawn.
    drawn: Vec<[u32; 2]>,
    points: Vec<Point>,
}

impl Rows {
    fn new(labels: &[bool], scores: &[f64], threshold: f64) -> Self {
        let ranking = Ranking::of_checked(labels, scores);
        let mut places = [Vec::with_capacity(ranking.negatives()), Vec::with_capacity(ranking.positives())];
        let (mut genuine, mut frauds) = (0, 0);
        for (place, point) in ranking.points().iter().enumerate() {
            let place = u32::try_from(place).expect("fewer than 2^32 distinct scores");
            places[0].extend(std::iter::repeat_n(place, point.false_positives - genuine));
            places[1].extend(std::iter::repeat_n(place, point.true_positives - frauds));
            (genuine, frauds) = (point.false_positives, point.true_positives);
        }
        let losses = |point: &Point| [false, true].map(|label| log_loss_of(label, point.threshold));
        Self {
            losses: ranking.points().iter().map(losses).collect(),
            alerted: ranking.points().partition_point(|point| point.threshold >= threshold),
            ranking,
            places,
        }
    }

    fn measure(&self, replicate: &mut Replicate, random: &mut ChaCha8Rng) -> [f64; METRICS.len()] {
        let distinct = self.ranking.points();
        replicate.drawn.clear();
        replicate.drawn.resize(distinct.len(), [0; 2]);
        for (class, places) in self.places.iter().enumerate() {
            draw(places, random, |place| replicate.drawn[place as usize][class] += 1);
        }
        let mut points = std::mem::take(&mut replicate.points);
        points.clear();
        let (mut log_loss, mut brier) = (0.0, 0.0);
        let mut point = Point { threshold: f64::INFINITY, true_positives: 0, false_positives: 0 };
        let mut alerted = point;
        for (place, (&[genuine, frauds], here)) in replicate.drawn.iter().zip(distinct).enumerate() {
            if genuine + frauds > 0 {
                let (weights, [loss, loss_of_fraud]) = ([genuine, frauds].map(f64::from), self.losses[place]);
                log_loss += weights[0] * loss + weights[1] * loss_of_fraud;
                brier += weights[0] * here.threshold.powi(2) + weights[1] * (1.0 - here.threshold).powi(2);
                point.threshold = here.threshold;
                point.true_positives += frauds as usize;
                point.false_positives += genuine as usize;
                points.push(point);
            }
            if place + 1 == self.alerted {
                alerted = point;
            }
        }
        let ranking = Ranking::of_points(points);
        let confusion = Confusion {
            true_negatives: point.false_positives - alerted.false_positives,
            false_positives: alerted.false_positives,
            false_negatives: point.true_positives - alerted.true_positives,
            true_positives: alerted.true_positives,
        };
        let rows = confusion.rows() as f64;
        let found = [
            ranking.roc_auc(),
            ranking.average_precision(),
            log_loss / rows,
            brier / rows,
            ranking.recall_at_fpr(0.01),
            confusion.precision(),
            confusion.recall(),
            confusion.f1(),
            confusion.mcc(),
            confusion.accuracy(),
            confusion.specificity(),
            confusion.balanced_accuracy(),
            confusion.g_mean(),
        ];
        replicate.points = ranking.into_points();
        found
    }
}

/// Draws as many of `places` as there are, with replacement.
///
/// How many fall into a window of them is binomial; within it they are equally likely. That is the same distribution as
/// drawing from all of them, without jumping about in memory.
fn draw(places: &[u32], random: &mut ChaCha8Rng, mut take: impl FnMut(u32)) {
    let mut draws = places.len() as u64;
    let mut rest = places.len();
    for window in places.chunks(WINDOW) {
        let here = match window.len() == rest {
            true => draws,
            false => Binomial::new(draws, window.len() as f64 / rest as f64)
                .expect("a window is a share of what is left")
                .sample(random),
        };
        for _ in 0..here {
            // Lemire, "Fast Random Integer Generation in an Interval" (2019); his rejection would change one draw in 2^20.
            let place = (u64::from(random.next_u32()) * window.len() as u64) >> 32;
            take(window[place as usize]);
        }
        draws -= here;
        rest -= window.len();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::metrics::evaluate;

    fn rows(count: usize) -> (Vec<bool>, Vec<f64>) {
        let mut random = ChaCha8Rng::seed_from_u64(1);
        let mut uniform = || f64::from(random.next_u32()) / f64::from(u32::MAX);
        (0..count)
            .map(|row| {
                let fraud = row % 20 == 0;
                (fraud, (uniform() * 0.8 + if fraud { 0.2 } else { 0.0 }).powi(2))
            })
            .unzip()
    }

    #[test]
    fn every_row_drawn_once_gives_the_metrics_themselves() {
        let (labels, scores) = rows(500);
        let rows = Rows::new(&labels, &scores, 0.3);
        let all: Vec<u32> = rows.places.concat();
        assert_eq!(all.len(), 500);
        // One row of each class: whatever is drawn, it is these two.
        let (labels, scores) = ([true, false], [0.75, 0.5]);
        let found = serde_json::to_value(evaluate(&labels, &scores, 0.6).unwrap()).unwrap();
        for (name, [low, high]) in bootstrap(&labels, &scores, 0.6, 20, 0).unwrap() {
            let value = found[name].as_f64().unwrap();
            assert!((low - value).abs() < 1e-15 && low == high, "{name}: {low} to {high} around {value}");
        }
    }

    #[test]
    fn the_interval_of_recall_is_the_binomial_ones() {
        // 400 frauds of which 300 are caught: the replicates' recall is binomial, with a deviation of 0.02165.
        let labels: Vec<bool> = (0..10_000).map(|row| row < 400).collect();
        let scores: Vec<f64> = (0..10_000).map(|row| if row < 300 { 0.9 } else { 0.1 }).collect();
        let intervals = bootstrap(&labels, &scores, 0.5, 2_000, 3).unwrap();
        let [low, high] = intervals["recall"];
        assert!((low - (0.75 - 1.96 * 0.02165)).abs() < 0.004, "{low}");
        assert!((high - (0.75 + 1.96 * 0.02165)).abs() < 0.004, "{high}");
        assert_eq!(intervals["specificity"], [1.0, 1.0]);
        assert_eq!(intervals["precision"], [1.0, 1.0]);
    }

    #[test]
    fn intervals_hold_the_value_and_depend_on_the_seed_alone() {
        let (labels, scores) = rows(20_000);
        let in_pool = |threads, seed| {
            let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
            pool.install(|| bootstrap(&labels, &scores, 0.3, 100, seed).unwrap())
        };
        let found = in_pool(1, 5);
        assert_eq!(found, in_pool(3, 5));
        assert_ne!(found, in_pool(3, 6));
        let values = serde_json::to_value(evaluate(&labels, &scores, 0.3).unwrap()).unwrap();
        for (name, [low, high]) in found {
            let value = values[name].as_f64().unwrap();
            assert!(low < value && value < high, "{name}: {low} to {high} around {value}");
        }
    }

    #[test]
    fn what_is_never_defined_has_no_interval() {
        let intervals = bootstrap(&[true, false], &[0.2, 0.1], 0.5, 10, 0).unwrap();
        assert!(intervals["precision"].iter().all(|limit| limit.is_nan()), "nothing is ever caught");
        assert_eq!(intervals["recall"], [0.0, 0.0]);
        assert!(bootstrap(&[true], &[0.2], 0.5, 0, 0).unwrap().is_empty());
    }

    #[test]
    fn draws_are_spread_evenly_over_all_windows() {
        let places: Vec<u32> = (0..10_000).collect();
        let mut counts = vec![0_u32; places.len()];
        let mut random = ChaCha8Rng::seed_from_u64(9);
        for _ in 0..100 {
            draw(&places, &mut random, |place| counts[place as usize] += 1);
        }
        assert_eq!(counts.iter().sum::<u32>(), 1_000_000);
        // Each count is about Poisson of 100, and sums of 1,000 of them deviate by 316.
        for thousand in counts.chunks(1_000) {
            let sum: u32 = thousand.iter().sum();
            assert!(sum.abs_diff(100_000) < 1_600, "{sum}");
        }
        let squares: f64 = counts.iter().map(|&count| (f64::from(count) - 100.0).powi(2)).sum();
        assert!((squares / 1e6 - 1.0).abs() < 0.07, "variance {}", squares / 1e4);
    }
}
