//! How the scores of both classes are distributed.

use serde::Serialize;

use super::reliability::uniform_edges;
use super::{MetricsError, check};

/// Rows of each class by score, as `numpy.histogram(scores, bins, range=(0, 1))` counts them.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct ScoreHistogram {
    /// One more than there are bins, from 0 to 1; a bin holds scores from its lower edge to below its upper one, the
    /// last bin 1 too.
    pub edges: Vec<f64>,
    /// Genuine rows by bin.
    pub genuine: Vec<usize>,
    /// Frauds by bin.
    pub frauds: Vec<usize>,
}

/// Counts the rows of each class in `bins` bins of equal width (one at least).
///
/// # Errors
/// [`MetricsError`] for different lengths, no rows, or a score outside `[0, 1]`.
pub fn score_histogram(labels: &[bool], scores: &[f64], bins: usize) -> Result<ScoreHistogram, MetricsError> {
    check(labels, scores)?;
    let bins = bins.max(1);
    let edges = uniform_edges(bins);
    let mut counts = [vec![0; bins], vec![0; bins]];
    for (&label, &score) in labels.iter().zip(scores) {
        let bin = edges[1..bins].partition_point(|&edge| edge <= score);
        counts[usize::from(label)][bin] += 1;
    }
    let [genuine, frauds] = counts;
    Ok(ScoreHistogram { edges, genuine, frauds })
}
