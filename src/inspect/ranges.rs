//! Where the numbers of a column lie.

use serde::Serialize;

use super::moments::Moments;
use super::reading::{FRAUD, GENUINE, UNKNOWN};

/// Bins of a histogram.
const BINS: usize = 40;
/// What lies outside of these quantiles of each class goes into the first and the last bin.
const EDGES: [f64; 2] = [0.005, 0.995];

/// Range of a column: exact, but for the quantiles, which are the sample's.
#[derive(Debug, Clone, Serialize)]
pub struct Range {
    /// The least number.
    pub min: f64,
    /// Quantiles, between two numbers on the straight line.
    pub p01: f64,
    /// See `p01`.
    pub p25: f64,
    /// See `p01`.
    pub p50: f64,
    /// See `p01`.
    pub p75: f64,
    /// See `p01`.
    pub p99: f64,
    /// The greatest number.
    pub max: f64,
    /// The mean.
    pub mean: f64,
    /// The standard deviation, of a sample.
    pub std: f64,
    /// The mean of the genuine rows.
    pub mean_genuine: f64,
    /// The mean of the frauds.
    pub mean_fraud: f64,
}

/// How many rows of the sample lie where, by class.
#[derive(Debug, Clone, Serialize)]
pub struct Histogram {
    /// Where the first bin begins; smaller numbers are in it too.
    pub from: f64,
    /// Where the last bin ends; greater numbers are in it too.
    pub to: f64,
    /// Genuine rows by bin.
    pub genuine: Vec<u64>,
    /// Frauds by bin.
    pub fraud: Vec<u64>,
    /// Rows without a label by bin.
    pub unlabelled: Vec<u64>,
}

/// The quantile of sorted numbers, linear between them as numpy's default; NaN of none.
pub(super) fn quantile(sorted: &[f64], share: f64) -> f64 {
    let Some(last) = sorted.len().checked_sub(1) else { return f64::NAN };
    let place = share * last as f64;
    let below = place.floor() as usize;
    let above = (below + 1).min(last);
    sorted[below] + (sorted[above] - sorted[below]) * (place - below as f64)
}

impl Range {
    /// Of the moments by class and the sorted sample.
    pub(super) fn new(moments: &[Moments; 3], sorted: &[f64]) -> Self {
        let all = moments[GENUINE].merge(moments[FRAUD]).merge(moments[UNKNOWN]);
        let at = |share| quantile(sorted, share);
        Self {
            min: all.least,
            p01: at(0.01),
            p25: at(0.25),
            p50: at(0.5),
            p75: at(0.75),
            p99: at(0.99),
            max: all.greatest,
            mean: all.mean(),
            std: all.deviation(),
            mean_genuine: moments[GENUINE].mean(),
            mean_fraud: moments[FRAUD].mean(),
        }
    }
}

impl Histogram {
    /// Of a sample and its classes; `None` without a number. Whole numbers of a narrow range get a bin each.
    pub(super) fn new(sample: &[f64], classes: &[u8], whole: bool) -> Option<Self> {
        let mut by_class: [Vec<f64>; 3] = Default::default();
        for (&number, &class) in sample.iter().zip(classes).filter(|(number, _)| !number.is_nan()) {
            by_class[usize::from(class)].push(number);
        }
        by_class.iter_mut().for_each(|numbers| numbers.sort_unstable_by(f64::total_cmp));
        let present = || by_class.iter().filter(|numbers| !numbers.is_empty());
        let from = present().map(|numbers| quantile(numbers, EDGES[0])).reduce(f64::min)?;
        let to = present().map(|numbers| quantile(numbers, EDGES[1])).reduce(f64::max)?;
        let (from, to) = if whole { (from.floor() - 0.5, to.ceil() + 0.5) } else { (from, to) };
        let (from, to) = if to > from { (from, to) } else { (from - 0.5, from + 0.5) };
        // Where numbers are so large that a half is lost on them, all of a narrow range are in one bin.
        let bins = if whole && to - from <= BINS as f64 { ((to - from) as usize).max(1) } else { BINS };
        let width = (to - from) / bins as f64;
        let [genuine, fraud, unlabelled] = by_class.map(|numbers| {
            let mut counts = vec![0; if numbers.is_empty() { 0 } else { bins }];
            for number in numbers {
                let bin = ((number - from) / width).max(0.0) as usize;
                counts[bin.min(bins - 1)] += 1;
            }
            counts
        });
        Some(Self { from, to, genuine, fraud, unlabelled })
    }

    /// Number of bins.
    pub fn bins(&self) -> usize {
        self.genuine.len().max(self.fraud.len()).max(self.unlabelled.len())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bins_hold_every_number_of_their_class() {
        let sample = [0.0, 1.0, 2.0, 3.0, f64::NAN, 3.0, 1.0];
        let whole = Histogram::new(&sample, &[0, 0, 0, 0, 0, 1, 1], true).expect("there are numbers");
        assert_eq!((whole.from, whole.to, whole.bins()), (-0.5, 3.5, 4));
        assert_eq!((whole.genuine, whole.fraud), (vec![1, 1, 1, 1], vec![0, 1, 0, 1]));
        assert!(whole.unlabelled.is_empty());
        let broken = Histogram::new(&sample, &[2; 7], false).expect("there are numbers");
        assert_eq!((broken.bins(), broken.unlabelled.iter().sum::<u64>()), (BINS, 6));
        let same = Histogram::new(&[7.5; 3], &[0; 3], false).expect("there are numbers");
        assert_eq!((same.from, same.to), (7.0, 8.0));
        let large = Histogram::new(&[12_345_678_901_234_567.0; 3], &[0; 3], true).expect("there are numbers");
        assert_eq!((large.bins(), large.genuine), (1, vec![3]));
        assert!(Histogram::new(&[f64::NAN], &[0], false).is_none());
    }
}
