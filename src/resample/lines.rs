//! Lines between a minority row and its nearest neighbours of the same class, on which SMOTE and its relatives draw new
//! rows: `row + share * (neighbour - row)`, the share evenly from `[0, 1)`.

use rand::RngExt;
use rand_chacha::ChaCha8Rng;

use super::error::ResampleError;
use super::index::Index;
use super::nearest::Near;
use super::neighbours::Search;
use super::rows::{Classes, Rows, Synthetic};
use super::scaling::Scaling;
use super::sketch::Sketch;
use super::space::Space;
use super::task::Task;

/// Nearest neighbours a row is connected with, itself not counted.
pub(super) const NEIGHBOURS: usize = 5;

/// From some minority rows to their neighbours, rows by position.
#[derive(Debug)]
pub(super) struct Lines {
    pub(super) from: Vec<usize>,
    pub(super) to: Vec<[usize; NEIGHBOURS]>,
    /// The categories of new rows on the lines of each row, one for each categorical column.
    pub(super) votes: Vec<f64>,
}

impl Lines {
    /// The lines from the minority rows with the numbers `from`, which rise.
    pub(super) fn of(
        rows: &Rows<'_>,
        classes: &Classes,
        from: &[usize],
        scaling: &Scaling,
        task: &Task<'_>,
    ) -> Result<Self, ResampleError> {
        let minority = &classes.minority;
        let numbers: Vec<usize> = (0..minority.len()).collect();
        let space = Space::new(rows, minority, &numbers, scaling);
        let sketch = Sketch::of(&space);
        let all = Index::of(&sketch, &numbers, from.len());
        task.start("looking for neighbours", from.len());
        let search = Search::new(&space, task.progress);
        let positions = |near: &[Near]| std::array::from_fn(|rank| minority[near[rank].1]);
        let to = search.nearest(&Index::of(&sketch, from, numbers.len()), &[&all], NEIGHBOURS, positions)?;
        task.progress.finish();
        let votes = to.iter().flat_map(|neighbours| votes(rows, neighbours)).collect();
        Ok(Self { from: from.iter().map(|&number| minority[number]).collect(), to, votes })
    }

    /// Appends a row for each start (a number of `from`) that `next` gives, until it gives none. The neighbour and the
    /// share are drawn after it.
    pub(super) fn draw(
        &self,
        rows: &mut Rows<'_>,
        label: bool,
        random: &mut ChaCha8Rng,
        mut next: impl FnMut(&mut ChaCha8Rng) -> Option<usize>,
    ) {
        let first_vote = rows.keep_votes(&self.votes);
        let mut synthetic = Vec::new();
        while let Some(start) = next(random) {
            let neighbour = self.to[start][random.random_range(0..NEIGHBOURS)];
            synthetic.push(Synthetic {
                from: rows.source(self.from[start]),
                to: rows.source(neighbour),
                share: random.random(),
                label,
                vote: first_vote + start,
            });
        }
        rows.append(synthetic.into_iter());
    }
}

/// The most frequent category of neighbours in each categorical column; of equally frequent ones the one that comes
/// first among them, nearest first (imbalanced-learn draws one).
fn votes(rows: &Rows<'_>, neighbours: &[usize]) -> Vec<f64> {
    let most_frequent = |&column: &usize| {
        let codes: Vec<f64> = neighbours.iter().map(|&position| rows.values(position)[column]).collect();
        let same = |left: f64, right: f64| left == right || (left.is_nan() && right.is_nan());
        let count = |code: f64| codes.iter().filter(|&&other| same(code, other)).count();
        // The last of equal maxima is taken: from the furthest to the nearest.
        codes.iter().rev().copied().max_by_key(|&code| count(code)).expect("a row has neighbours")
    };
    rows.categorical().iter().map(most_frequent).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::matrix::Matrix;

    #[test]
    fn of_equally_frequent_categories_the_nearest_wins() {
        let codes = [7.0, 3.0, 3.0, f64::NAN, 7.0, f64::NAN, f64::NAN, 1.0];
        let labels = [true; 8];
        let rows = Rows::new(Matrix::from_values(codes.to_vec(), 1), &labels, &[true]);
        assert_eq!(votes(&rows, &[0, 4, 1, 2, 7]), [7.0]);
        assert_eq!(votes(&rows, &[7, 1, 2, 0, 4]), [3.0]);
        assert_eq!(votes(&rows, &[7, 1, 2, 0, 3]), [3.0]);
        assert!(votes(&rows, &[3, 1, 0, 5, 7])[0].is_nan(), "a missing one is a category, too");
    }
}
