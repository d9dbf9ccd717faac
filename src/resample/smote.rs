//! SMOTE: new minority rows on the lines between minority rows and their nearest neighbours.
//!
//! Chawla, Bowyer, Hall and Kegelmeyer, "SMOTE: Synthetic Minority Over-sampling Technique" (2002). Neighbours are
//! sought on standardised columns, so that an amount in cents is not a hundred times as important as one in euros;
//! the new rows are in the columns' own units.

use rand::RngExt;
use rand_chacha::ChaCha8Rng;

use super::error::ResampleError;
use super::neighbours::nearest_neighbours;
use super::ratio::Ratio;
use super::rows::{Classes, Rows, Synthetic};
use super::scaling::Scaling;
use super::spec::Method;
use crate::progress::Progress;

/// Nearest neighbours a row is connected with, itself not counted.
const NEIGHBOURS: usize = 5;

/// Adds minority rows until the ratio is reached: `row + share * (neighbour - row)`, the row, one of its neighbours
/// and the share in `[0, 1)` drawn evenly.
pub(super) fn smote(
    rows: &mut Rows<'_>,
    classes: &Classes,
    ratio: Ratio,
    random: &mut ChaCha8Rng,
    progress: &dyn Progress,
) -> Result<(), ResampleError> {
    let added = ratio.rows_to_add(Method::Smote.name(), classes)?;
    if added == 0 {
        return Ok(());
    }
    let minority = &classes.minority;
    if minority.len() <= NEIGHBOURS {
        return Err(ResampleError::TooFewMinorityRows { found: minority.len(), needed: NEIGHBOURS + 1 });
    }
    let scaling = Scaling::measure(rows)?;
    let mut scaled = Vec::with_capacity(minority.len() * scaling.columns());
    for &position in minority {
        scaled.extend(scaling.scaled(&rows.values(position)));
    }
    progress.start("smote: looking for neighbours", Some(minority.len() as u64));
    let neighbours = nearest_neighbours::<NEIGHBOURS>(&scaled, minority.len(), scaling.columns(), progress)?;
    progress.finish();
    let source = |index: usize| rows.source(minority[index]);
    let synthetic: Vec<Synthetic> = (0..added)
        .map(|_| {
            let row = random.random_range(0..minority.len());
            let neighbour = neighbours[row][random.random_range(0..NEIGHBOURS)];
            let label = classes.minority_label;
            Synthetic { from: source(row), to: source(neighbour), share: random.random(), label }
        })
        .collect();
    rows.append(synthetic.into_iter());
    Ok(())
}
