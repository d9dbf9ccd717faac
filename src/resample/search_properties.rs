//! The search beside its definition: every pair, in double precision.

use proptest::prelude::*;
use rand::RngExt;

use super::index::{Index, LANES};
use super::neighbours::Search;
use super::rows::{Classes, Rows};
use super::scaling::Scaling;
use super::sketch::Sketch;
use super::space::Space;
use super::visit::squared_distances;
use super::*;
use crate::progress::Silent;

/// How the values of a column are drawn.
#[derive(Debug, Clone, Copy)]
enum Kind {
    /// One of three whole numbers: many rows are equal, and many distances.
    Coarse,
    Even,
    /// Small differences far from 0, and a single value that is a million times further away.
    FarAway,
    /// Squares of differences are 0 in double precision.
    Vanishing,
    Category,
}

const KINDS: [Kind; 5] = [Kind::Coarse, Kind::Even, Kind::FarAway, Kind::Vanishing, Kind::Category];

fn value(kind: Kind, row: usize, random: &mut ChaCha8Rng) -> f64 {
    match kind {
        Kind::Coarse => f64::from(random.random_range(0..3_u8)),
        Kind::Even => random.random_range(-1.0..1.0),
        Kind::FarAway if row == 7 => -3e15,
        Kind::FarAway => 1e9 + random.random_range(0.0..1.0),
        Kind::Vanishing => 1e-170 * random.random_range(0.0..1.0),
        Kind::Category => f64::from(random.random_range(0..9_u8)),
    }
}

#[derive(Debug, Clone)]
struct Drawn {
    features: Matrix,
    labels: Vec<bool>,
    categorical: Vec<bool>,
}

fn drawn(rows: std::ops::Range<usize>) -> impl Strategy<Value = Drawn> {
    let kinds = prop::collection::vec(prop::sample::select(&KINDS[..]), 1..6);
    (kinds, rows, 0.05..0.5_f64, any::<u64>()).prop_map(|(kinds, rows, share, seed)| {
        let mut random = ChaCha8Rng::seed_from_u64(seed);
        let values = (0..rows * kinds.len())
            .map(|cell| value(kinds[cell % kinds.len()], cell / kinds.len(), &mut random))
            .collect();
        Drawn {
            features: Matrix::from_values(values, kinds.len()),
            labels: (0..rows).map(|row| row < 2 || (row > 8 && random.random_bool(share))).collect(),
            categorical: kinds.iter().map(|kind| matches!(kind, Kind::Category)).collect(),
        }
    })
}

impl Drawn {
    fn space(&self, distance: Distance) -> (Space, Classes) {
        let rows = Rows::new(self.features.clone(), &self.labels, &self.categorical);
        let classes = rows.classes().unwrap();
        let scaling = Scaling::measure(&rows, distance, "enn").unwrap();
        (Space::of_all(&rows, &classes, &scaling), classes)
    }
}

/// The other rows, nearest first.
fn in_order(space: &Space, row: usize) -> Vec<usize> {
    let mut others: Vec<(f64, usize)> = (0..space.len())
        .filter(|&other| other != row)
        .map(|other| (space.squared_distance(row, other), other))
        .collect();
    others.sort_by(|left, right| left.0.total_cmp(&right.0).then(left.1.cmp(&right.1)));
    others.into_iter().map(|(_, other)| other).collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn neighbours_are_the_nearest_rows(
        drawn in drawn(20..600), raw: bool, partners in prop::sample::select(vec![0, usize::MAX]), most in 1..12_usize
    ) {
        let (space, classes) = drawn.space(if raw { Distance::Raw } else { Distance::Standardised });
        let (sketch, progress) = (Sketch::of(&space), Silent::default());
        let index = |points: &[usize]| Index::of(&sketch, points, partners);
        let (minority, majority) = (index(&classes.minority), index(&classes.majority));
        let search = Search::new(&space, &progress);
        let numbers = |near: &[(f64, usize)]| near.iter().map(|near| near.1).collect::<Vec<usize>>();
        let found = search.nearest(&majority, &[&minority, &majority], most, numbers).unwrap();
        for (found, &row) in found.iter().zip(&classes.majority) {
            prop_assert_eq!(found, &in_order(&space, row)[..most]);
        }
        let others = search.nearest(&minority, &[&majority], most.min(majority.len()), numbers).unwrap();
        for (found, &row) in others.iter().zip(&classes.minority) {
            let in_majority = |other: &usize| drawn.labels[*other] != drawn.labels[row];
            let expected: Vec<usize> = in_order(&space, row).into_iter().filter(in_majority).take(most).collect();
            prop_assert_eq!(found, &expected);
        }
    }

    #[test]
    fn intruders_are_nearest_rows_of_the_other_class(
        drawn in drawn(20..600), raw: bool, partners in prop::sample::select(vec![0, usize::MAX]), most in 1..5_usize
    ) {
        let (space, classes) = drawn.space(if raw { Distance::Raw } else { Distance::Standardised });
        let (sketch, progress) = (Sketch::of(&space), Silent::default());
        let index = |points: &[usize]| Index::of(&sketch, points, partners);
        let (minority, majority) = (index(&classes.minority), index(&classes.majority));
        let search = Search::new(&space, &progress);
        let some: Vec<usize> = classes.minority.iter().copied().step_by(3).collect();
        let searches = [
            (&majority, &majority, &minority, &classes.majority),
            (&minority, &minority, &majority, &classes.minority),
            (&index(&some), &minority, &majority, &some),
        ];
        for (points, own, other, rows) in searches {
            let found = search.intruders(points, own, other, most).unwrap();
            prop_assert_eq!(found.len(), rows.len());
            for (found, &row) in found.iter().zip(rows) {
                let nearest = in_order(&space, row);
                let intruder = nearest[..most].iter().find(|&&other| drawn.labels[other] != drawn.labels[row]);
                prop_assert_eq!(found.as_ref(), intruder);
            }
        }
    }

    #[test]
    fn a_sketch_rules_out_nothing_that_is_near_enough(drawn in drawn(12..60), raw: bool) {
        let (space, _) = drawn.space(if raw { Distance::Raw } else { Distance::Standardised });
        let sketch = Sketch::of(&space);
        for left in 0..space.len() {
            for right in 0..space.len() {
                let lanes: Vec<[f32; LANES]> = sketch.values(right).iter().map(|&value| [value; LANES]).collect();
                let slack = sketch.slack(left) + sketch.slack(right);
                let limit = sketch.limit(space.squared_distance(left, right), slack);
                let fused = squared_distances::<true>(sketch.values(left), &lanes)[0];
                let apart = squared_distances::<false>(sketch.values(left), &lanes)[0];
                prop_assert!(fused <= limit && apart <= limit, "{fused} {apart} {limit}");
            }
        }
    }

    #[test]
    fn cleaning_does_what_it_says(drawn in drawn(20..200), raw: bool) {
        let distance = if raw { Distance::Raw } else { Distance::Standardised };
        let (space, classes) = drawn.space(distance);
        let options = Options { categorical: &drawn.categorical, distance };
        let neighbours: Vec<Vec<usize>> = (0..space.len()).map(|row| in_order(&space, row)).collect();
        let other = |row: usize, near: usize| drawn.labels[row] != drawn.labels[near];
        let in_majority = |row: &usize| drawn.labels[*row] != classes.minority_label;
        let linked = |row: usize| other(row, neighbours[row][0]) && neighbours[neighbours[row][0]][0] == row;
        let edited = |row: usize| neighbours[row][..3].iter().any(|&near| other(row, near));
        let kept = |drops: &dyn Fn(usize) -> bool| -> Vec<Option<usize>> {
            (0..space.len()).filter(|row| !in_majority(row) || !drops(*row)).map(Some).collect()
        };
        for (spec, expected) in [("tomek", kept(&linked)), ("enn", kept(&edited))] {
            let balance = Balance::parse(spec).unwrap();
            match balance.apply(drawn.features.clone(), &drawn.labels, options, 42, &Silent::default()) {
                Ok(cleaned) => prop_assert_eq!(cleaned.origin, expected),
                Err(ResampleError::ClassRemoved { .. }) => {
                    prop_assert!(expected.iter().all(|row| !in_majority(&row.unwrap())));
                }
                Err(error) => panic!("{error}"),
            }
        }
    }
}

#[test]
fn a_difference_of_category_counts_as_the_median_deviation() {
    // Deviations of the three frauds: 0, 2 and 10; the median of two columns is their mean.
    let rows = [
        [0.0, 10.0, 0.0],
        [0.0, 10.0, 1.0],
        [0.0, 4.0, 2.0],
        [50.0, 0.0, 0.0],
        [50.0, 0.0, 1.0],
        [50.0, 0.0, 0.0],
    ];
    let features = Matrix::from_values(rows.concat(), 3);
    let labels = [true, true, true, false, false, false];
    let drawn = |categorical: &[bool]| Drawn {
        features: features.clone(),
        labels: labels.to_vec(),
        categorical: categorical.to_vec(),
    };
    let deviation = 8.0_f64.sqrt();
    let (space, _) = drawn(&[false, false, true]).space(Distance::Raw);
    assert!((space.squared_distance(0, 1) - (deviation / 2.0).powi(2)).abs() < 1e-12);
    assert_eq!(space.squared_distance(3, 5), 0.0);
    let (space, _) = drawn(&[true, true, true]).space(Distance::Raw);
    assert_eq!(space.squared_distance(0, 2), 2.0, "without a number a mismatch counts 1");
}

#[test]
fn a_stop_is_obeyed() {
    let drawn = Drawn {
        features: Matrix::from_values((0..40).map(f64::from).collect(), 1),
        labels: (0..40).map(|row| row % 4 == 0).collect(),
        categorical: Vec::new(),
    };
    let (space, classes) = drawn.space(Distance::Raw);
    let sketch = Sketch::of(&space);
    let index = Index::of(&sketch, &classes.minority, 1);
    let progress = Silent::default();
    progress.stop();
    let found = Search::new(&space, &progress).nearest(&index, &[&index], 1, |near| near.len());
    assert_eq!(found, Err(Interrupted));
}
