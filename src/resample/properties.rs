//! What must hold for any rows, and what must be refused.

use proptest::prelude::*;

use super::*;
use crate::progress::Silent;

const COLUMNS: usize = 3;

/// Rows of both classes in any order, at least seven of each: the second column is constant, the third huge.
fn rows() -> impl Strategy<Value = (Matrix, Vec<bool>)> {
    let row = (-100.0..100.0_f64, -1e9..1e9_f64, any::<bool>());
    prop::collection::vec(row, 30..150).prop_map(|rows| {
        let values = rows.iter().flat_map(|&(small, huge, _)| [small, 0.1, huge]).collect();
        // The first rows have fixed labels, so that no class is empty; the rest leans to genuine.
        let label = |(index, &(small, _, label)): (usize, &(f64, f64, bool))| match index {
            0..14 => index % 2 == 0,
            _ => label && small > 0.0,
        };
        (Matrix::from_values(values, COLUMNS), rows.iter().enumerate().map(label).collect())
    })
}

fn apply(spec: &str, features: &Matrix, labels: &[bool], seed: u64) -> Result<Resampled, ResampleError> {
    Balance::parse(spec).unwrap().apply(
        features.clone(),
        labels,
        Options::default(),
        seed,
        &Silent::default(),
    )
}

/// The same, but `None` for rows that a method refuses for what they hold.
fn try_apply(spec: &str, features: &Matrix, labels: &[bool], seed: u64) -> Option<Resampled> {
    match apply(spec, features, labels, seed) {
        Err(
            ResampleError::ClassRemoved { .. }
            | ResampleError::NoMajorityNear { .. }
            | ResampleError::NothingToAdd { .. },
        ) => None,
        result => Some(result.unwrap()),
    }
}

fn minority_of(labels: &[bool]) -> bool {
    2 * labels.iter().filter(|&&label| label).count() <= labels.len()
}

/// True when `point` lies between `from` and `to`, as exactly as floats can tell.
fn is_between(point: &[f64], from: &[f64], to: &[f64]) -> bool {
    let widest = (0..point.len())
        .max_by(|&a, &b| (to[a] - from[a]).abs().total_cmp(&(to[b] - from[b]).abs()))
        .unwrap();
    let width = to[widest] - from[widest];
    let share = if width == 0.0 { 0.0 } else { (point[widest] - from[widest]) / width };
    let on_line = |column: usize| {
        let scale = 1.0 + from[column].abs() + to[column].abs();
        (from[column] + share * (to[column] - from[column]) - point[column]).abs() <= 1e-9 * scale
    };
    (-1e-12..=1.0 + 1e-12).contains(&share) && (0..point.len()).all(on_line)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn none_and_weights_change_nothing((features, labels) in rows(), seed: u64, spec in "none|weights") {
        let same = apply(&spec, &features, &labels, seed).unwrap();
        prop_assert_eq!(same.origin, (0..labels.len()).map(Some).collect::<Vec<_>>());
        prop_assert_eq!((same.features, same.labels), (features, labels));
    }

    #[test]
    fn over_sampling_loses_no_row(
        (features, labels) in rows(), seed: u64, spec in "ros|smote|borderline|adasyn"
    ) {
        let more = try_apply(&spec, &features, &labels, seed);
        prop_assume!(more.is_some());
        let more = more.unwrap();
        let given = labels.len();
        prop_assert_eq!(&more.features.values()[..features.values().len()], features.values());
        prop_assert_eq!(&more.labels[..given], &labels[..]);
        prop_assert!(more.origin[..given].iter().enumerate().all(|(row, &origin)| origin == Some(row)));
        prop_assert!(more.labels[given..].iter().all(|&label| label == minority_of(&labels)));
        let frauds = more.labels.iter().filter(|&&label| label).count();
        match spec.as_str() {
            // A half at most for each row.
            "adasyn" => prop_assert!(more.labels.len().abs_diff(2 * frauds) <= given),
            "borderline" if more.labels.len() == given => {}
            _ => prop_assert_eq!(2 * frauds, more.labels.len()),
        }
    }

    #[test]
    fn rows_with_an_origin_are_copies_of_it((features, labels) in rows(), seed: u64) {
        let specs = [
            "ros", "rus", "smote,rus:1", "ros:1,smote,rus", "tomek,smote,enn", "nearmiss,ros", "smoteenn", "smotetomek",
            "ros,rus,tomek", "adasyn,nearmiss:1",
        ];
        for spec in specs {
            let Some(resampled) = try_apply(spec, &features, &labels, seed) else { continue };
            prop_assert_eq!(resampled.features.rows(), resampled.labels.len());
            prop_assert_eq!(resampled.origin.len(), resampled.labels.len());
            for (row, origin) in resampled.origin.iter().enumerate() {
                if let Some(origin) = *origin {
                    prop_assert_eq!(resampled.features.row(row), features.row(origin));
                    prop_assert_eq!(resampled.labels[row], labels[origin]);
                }
            }
        }
    }

    #[test]
    fn under_sampling_keeps_the_order_and_the_minority(
        (features, labels) in rows(), seed: u64, spec in "rus|tomek|enn|nearmiss|tomek,enn"
    ) {
        let fewer = try_apply(&spec, &features, &labels, seed);
        prop_assume!(fewer.is_some());
        let kept: Vec<usize> = fewer.unwrap().origin.iter().map(|origin| origin.unwrap()).collect();
        prop_assert!(kept.is_sorted_by(|left, right| left < right), "no row twice");
        let minority = (0..labels.len()).filter(|&row| labels[row] == minority_of(&labels));
        // A second step may find another class to be the smaller one.
        prop_assert!(spec.contains(',') || minority.into_iter().all(|row| kept.contains(&row)));
    }

    #[test]
    fn combinations_remove_from_what_smote_makes(
        (features, labels) in rows(), seed: u64, spec in "smoteenn|smotetomek"
    ) {
        let made = apply("smote", &features, &labels, seed).unwrap();
        let cleaned = try_apply(&spec, &features, &labels, seed);
        prop_assume!(cleaned.is_some());
        let cleaned = cleaned.unwrap();
        let mut made = made.features.iter_rows().zip(made.origin);
        for (row, origin) in cleaned.features.iter_rows().zip(cleaned.origin) {
            prop_assert!(made.any(|(other, from)| other == row && from == origin), "in the same order");
        }
    }

    #[test]
    fn synthetic_rows_lie_between_minority_rows(
        (features, labels) in rows(), seed: u64, spec in "smote|borderline|adasyn"
    ) {
        let more = try_apply(&spec, &features, &labels, seed);
        prop_assume!(more.is_some());
        let more = more.unwrap();
        let minority: Vec<usize> = (0..labels.len()).filter(|&row| labels[row] == minority_of(&labels)).collect();
        for row in labels.len()..more.labels.len() {
            prop_assert_eq!(more.origin[row], None);
            let between = |&from: &usize, &to: &usize| {
                from != to && is_between(more.features.row(row), features.row(from), features.row(to))
            };
            prop_assert!(minority.iter().any(|from| minority.iter().any(|to| between(from, to))));
        }
    }

    #[test]
    fn smotenc_makes_no_new_category((features, labels) in rows(), seed: u64) {
        // The huge column becomes one of three categories, one of them missing.
        let category = |value: f64| if value < -3e8 { f64::NAN } else { (value > 3e8).into() };
        let values = features.iter_rows().flat_map(|row| [row[0], row[1], category(row[2])]);
        let features = Matrix::from_values(values.collect(), COLUMNS);
        let options = Options { categorical: &[false, false, true], ..Options::default() };
        let balance = Balance::parse("smotenc,tomek").unwrap();
        let more = balance.apply(features.clone(), &labels, options, seed, &Silent::default()).unwrap();
        let minority: Vec<usize> = (0..labels.len()).filter(|&row| labels[row] == minority_of(&labels)).collect();
        for row in 0..more.labels.len() {
            let same = |other: usize| more.features.row(row)[2].to_bits() == features.row(other)[2].to_bits();
            match more.origin[row] {
                Some(origin) => {
                    prop_assert!(more.features.row(row)[..2] == features.row(origin)[..2] && same(origin));
                }
                None => prop_assert!(minority.iter().any(|&other| same(other))),
            }
        }
    }

    #[test]
    fn the_unit_of_a_column_does_not_matter((features, labels) in rows(), seed: u64) {
        // Powers of two, so that nothing is rounded on the way.
        let units = [1024.0, 1.0, 1.0 / 1024.0];
        let in_units = |features: &Matrix| {
            let values = features.iter_rows().flat_map(|row| row.iter().zip(units).map(|(value, unit)| value * unit));
            Matrix::from_values(values.collect(), COLUMNS)
        };
        for spec in ["smote", "borderline", "adasyn", "tomek", "enn", "nearmiss", "smoteenn"] {
            let Some(changed) = try_apply(spec, &features, &labels, seed) else { continue };
            let changed_in_units = apply(spec, &in_units(&features), &labels, seed).unwrap();
            prop_assert_eq!(in_units(&changed.features), changed_in_units.features);
        }
    }

    #[test]
    fn a_seed_gives_the_same_rows_on_any_number_of_threads((features, labels) in rows(), seed: u64) {
        let specs = [
            "ros", "rus", "smote", "smote,rus:1", "borderline", "adasyn", "tomek", "enn", "nearmiss", "smoteenn",
            "smotetomek",
        ];
        for spec in specs {
            let result = || try_apply(spec, &features, &labels, seed);
            let alone = rayon::ThreadPoolBuilder::new().num_threads(1).build().unwrap().install(result);
            let many = rayon::ThreadPoolBuilder::new().num_threads(3).build().unwrap().install(result);
            prop_assert_eq!(alone, many);
        }
    }
}

/// 20 frauds among 200 rows on a parabola.
fn fixed_rows() -> (Matrix, Vec<bool>) {
    let values = (0..200).flat_map(|row| [f64::from(row), f64::from(row * row), 1.0]).collect();
    (Matrix::from_values(values, COLUMNS), (0..200).map(|row| row % 10 == 0).collect())
}

#[test]
fn different_seeds_differ() {
    let (features, labels) = fixed_rows();
    for spec in ["ros", "rus", "smote"] {
        assert_ne!(
            apply(spec, &features, &labels, 1).unwrap(),
            apply(spec, &features, &labels, 2).unwrap(),
            "{spec}"
        );
    }
}

#[test]
fn synthetic_rows_lie_between_nearest_neighbours() {
    let (features, labels) = fixed_rows();
    for row in apply("smote", &features, &labels, 42).unwrap().features.iter_rows().skip(200) {
        // Frauds stand at every tenth row; five neighbours are at most five frauds away, at the ends of the parabola.
        let near = (0..200).step_by(10).any(|from| {
            let to = (from..200.min(from + 51)).step_by(10).skip(1);
            to.into_iter().any(|to| is_between(row, features.row(from), features.row(to)))
        });
        assert!(near, "{row:?}");
    }
}

#[test]
fn a_ratio_that_is_there_already_changes_nothing() {
    let (features, labels) = fixed_rows();
    let exact = 20.0 / 180.0;
    for method in ["ros", "rus", "smote"] {
        let same = apply(&format!("{method}:{exact}"), &features, &labels, 42).unwrap();
        assert_eq!((same.features, same.labels), (features.clone(), labels.clone()), "{method}");
    }
}

#[test]
fn cells_without_a_number_are_named_to_smote_and_copied_by_the_others() {
    let (mut features, labels) = fixed_rows();
    for (value, text) in
        [(f64::NAN, "missing"), (f64::NEG_INFINITY, "infinite"), (-1e200, "as large as -1e200")]
    {
        features.row_mut(150)[1] = value;
        let error = apply("rus:0.9,smote", &features, &labels, 42).unwrap_err();
        assert_eq!(
            error,
            ResampleError::NotMeasurable { method: "smote", row: 150, column: 1, value: text.to_owned() },
            "rus keeps the minority, row 150 included"
        );
        assert!(apply("ros", &features, &labels, 42).is_ok() && apply("rus", &features, &labels, 42).is_ok());
    }
}

#[test]
fn what_cannot_be_balanced_says_so() {
    let (features, labels) = fixed_rows();
    let message = |spec: &str, labels: &[bool]| apply(spec, &features, labels, 42).unwrap_err().to_string();
    assert_eq!(message("ros", &labels[1..]), "200 rows but 199 labels");
    assert_eq!(
        message("ros", &[false; 200]),
        "0 frauds and 200 genuine rows cannot be balanced: both classes need rows"
    );
    assert_eq!(
        message("smote:0.1", &labels),
        "smote:0.1 asks for fewer minority rows than there are (20 to 180 is 0.111111): over-sampling only adds, \
         so give a greater ratio"
    );
    assert_eq!(
        message("rus:0.1", &labels),
        "rus:0.1 asks for more majority rows than there are (20 to 180 is 0.111111): under-sampling only removes, \
         so give a greater ratio"
    );
    let five: Vec<bool> = (0..200).map(|row| row < 5).collect();
    assert_eq!(
        message("smote", &five),
        "smote looks at the nearest neighbours of a row: it needs at least 6 minority rows and there are 5; take in \
         more data, or use ros, which repeats rows, or rus, which drops some"
    );
}

#[test]
fn a_stop_is_obeyed() {
    let (features, labels) = fixed_rows();
    let progress = Silent::default();
    progress.stop();
    let stopped =
        Balance::parse("ros").unwrap().apply(features.clone(), &labels, Options::default(), 42, &progress);
    assert_eq!(stopped, Err(ResampleError::Interrupted(Interrupted)));
}
