//! Tomek links and Wilson's editing: rows that lie among those of the other class go.
//!
//! As steps of their own they clean the majority; behind SMOTE, in `smotetomek` and `smoteenn`, both classes (Batista,
//! Prati and Monard, "A Study of the Behavior of Several Methods for Balancing Machine Learning Training Data", 2004).
//! Categories count in distances as they do in SMOTENC.

use super::error::ResampleError;
use super::index::Index;
use super::method::Method;
use super::neighbours::Search;
use super::rows::{Classes, Rows};
use super::scaling::Scaling;
use super::sketch::Sketch;
use super::space::Space;
use super::task::Task;

/// Neighbours of both classes that must all be of a row's own class.
const EDITED_BY: usize = 3;

/// Drops the majority row of each pair of rows of different class that are each other's nearest neighbour; after SMOTE
/// both rows. Tomek, "Two Modifications of CNN" (1976).
pub(super) fn tomek(rows: &mut Rows<'_>, classes: &Classes, task: &Task<'_>) -> Result<(), ResampleError> {
    let both = task.method == Method::SmoteTomek;
    // A search from the minority, and one back from the rows it found.
    let (partners, searched) = (classes.minority.len(), 2 * classes.minority.len());
    clean(rows, classes, partners, searched, task, |search, sketch, minority, majority| {
        let nearest = search.intruders(minority, minority, majority, 1)?;
        let mut pairs: Vec<(usize, usize)> = nearest
            .into_iter()
            .zip(&classes.minority)
            .filter_map(|(other, &row)| Some((other?, row)))
            .collect();
        pairs.sort_unstable();
        let mut candidates: Vec<usize> = pairs.iter().map(|&(candidate, _)| candidate).collect();
        candidates.dedup();
        let back =
            search.intruders(&Index::of(sketch, &candidates, majority.len()), majority, minority, 1)?;
        let links = candidates.into_iter().zip(back).filter_map(|(candidate, row)| Some((candidate, row?)));
        Ok(links
            .filter(|link| pairs.binary_search(link).is_ok())
            .flat_map(|(candidate, row)| if both { vec![candidate, row] } else { vec![candidate] })
            .collect())
    })
}

/// Drops the majority rows that have a minority row among their three nearest neighbours; after SMOTE the minority rows
/// that have a majority row among theirs, too. Wilson, "Asymptotic Properties of Nearest Neighbor Rules Using Edited
/// Data" (1972).
pub(super) fn enn(rows: &mut Rows<'_>, classes: &Classes, task: &Task<'_>) -> Result<(), ResampleError> {
    task.check_rows(rows, EDITED_BY + 1)?;
    let both = task.method == Method::SmoteEnn;
    let (partners, searched) = (rows.len(), if both { rows.len() } else { classes.majority.len() });
    clean(rows, classes, partners, searched, task, |search, _, minority, majority| {
        let among = |own: &Index<'_>, other: &Index<'_>, positions: &[usize]| {
            let intruders = search.intruders(own, own, other, EDITED_BY)?;
            let intruded = intruders.into_iter().zip(positions).filter(|(intruder, _)| intruder.is_some());
            Ok::<Vec<usize>, ResampleError>(intruded.map(|(_, &row)| row).collect())
        };
        let mut dropped = among(majority, minority, &classes.majority)?;
        if both {
            dropped.extend(among(minority, majority, &classes.minority)?);
        }
        Ok(dropped)
    })
}

/// Drops the rows that `find` finds, given indices of the minority and of the majority. It compares each row of the
/// majority with `partners` others, and searches from `searched` rows at most.
fn clean(
    rows: &mut Rows<'_>,
    classes: &Classes,
    partners: usize,
    searched: usize,
    task: &Task<'_>,
    find: impl Fn(&Search<'_>, &Sketch, &Index<'_>, &Index<'_>) -> Result<Vec<usize>, ResampleError>,
) -> Result<(), ResampleError> {
    let scaling = Scaling::measure(rows, task.distance, task.name())?;
    let space = Space::of_all(rows, classes, &scaling);
    let sketch = Sketch::of(&space);
    let minority = Index::of(&sketch, &classes.minority, rows.len());
    let majority = Index::of(&sketch, &classes.majority, partners);
    task.start("comparing neighbours", searched);
    let search = Search::new(&space, task.progress);
    let mut dropped = find(&search, &sketch, &minority, &majority)?;
    task.progress.finish();
    dropped.sort_unstable();
    rows.drop_rows(&dropped, task.name())
}
