//! Beside imbalanced-learn and scikit-learn: counts, rows, neighbours and points made by `scripts/golden_resample.py`.

use serde_json::Value;

use super::rows::{Classes, Synthetic};
use super::scaling::Scaling;
use super::*;
use crate::progress::Silent;

fn read(text: &str) -> Value {
    serde_json::from_str(text).unwrap()
}

fn numbers<T>(value: &Value, number: impl Fn(&Value) -> Option<T>) -> Vec<T> {
    value.as_array().unwrap().iter().map(|value| number(value).unwrap()).collect()
}

fn indices(value: &Value) -> Vec<usize> {
    numbers(value, |value| value.as_u64().map(|index| index as usize))
}

fn floats(value: &Value) -> Vec<f64> {
    numbers(value, Value::as_f64)
}

fn count(case: &Value, name: &str) -> usize {
    case[name].as_u64().unwrap() as usize
}

#[test]
fn counts_equal_imbalanced_learns() {
    for case in read(include_str!("golden_counts.json"))["cases"].as_array().unwrap() {
        let (frauds, genuine) = (count(case, "frauds"), count(case, "genuine"));
        let labels: Vec<bool> = (0..frauds + genuine).map(|row| row < frauds).collect();
        let features = Matrix::from_values((0..3 * labels.len()).map(|n| ((n * n) % 97) as f64).collect(), 3);
        let balance = Balance::parse(case["spec"].as_str().unwrap()).unwrap();
        match balance.apply(features, &labels, Options::default(), 42, &Silent::default()) {
            Ok(resampled) => {
                let frauds = resampled.labels.iter().filter(|&&label| label).count();
                let expected = serde_json::json!([frauds, resampled.labels.len() - frauds]);
                assert_eq!(expected, case["expected"], "{case}");
            }
            Err(ResampleError::RatioBelowPresent { .. } | ResampleError::TooFewMajorityRows { .. }) => {
                assert!(case["expected"].is_null(), "{case}");
            }
            Err(error) => panic!("{case}: {error}"),
        }
    }
}

#[test]
fn class_weights_equal_scikit_learns() {
    for case in read(include_str!("golden_counts.json"))["weights"].as_array().unwrap() {
        let labels = [vec![true; count(case, "frauds")], vec![false; count(case, "genuine")]].concat();
        let weights = balanced_weights(&labels).unwrap();
        assert_eq!(weights.of(true), case["fraud_weight"].as_f64().unwrap());
        assert_eq!(weights.of(false), case["genuine_weight"].as_f64().unwrap());
    }
}

#[test]
fn shares_of_adasyn_are_rounded_as_in_numpy() {
    for case in read(include_str!("golden_counts.json"))["shares"].as_array().unwrap() {
        let shares = adasyn::shares(&indices(&case["around"]), count(case, "added"));
        assert_eq!(shares, indices(&case["expected"]), "{case}");
    }
}

/// A data set and what imbalanced-learn makes of it in one unit of distance.
struct Case {
    name: String,
    features: Matrix,
    labels: Vec<bool>,
    categorical: Vec<bool>,
    distance: Distance,
    expected: Value,
}

impl Case {
    fn new(data: &Value, name: &str, columns: usize, expected: &Value) -> Self {
        let distance = if name == "raw" { Distance::Raw } else { Distance::Standardised };
        Self {
            name: format!("{}, {name}", data["name"]),
            features: Matrix::from_values(floats(&data["values"]), columns),
            labels: data["labels"].as_str().unwrap().chars().map(|label| label == '1').collect(),
            categorical: Vec::new(),
            distance,
            expected: expected.clone(),
        }
    }

    fn rows(&self) -> (Rows<'_>, Classes) {
        let rows = Rows::new(self.features.clone(), &self.labels, &self.categorical);
        let classes = rows.classes().unwrap();
        (rows, classes)
    }

    fn task<'a>(&self, spec: &str, progress: &'a Silent) -> Task<'a> {
        let planned = Balance::parse(spec).unwrap().steps()[0];
        let random = ChaCha8Rng::seed_from_u64(42);
        Task { method: planned.method, ratio: planned.ratio, distance: self.distance, random, progress }
    }

    /// The rows that are left after a chain that only removes.
    fn kept(&self, spec: &str) -> Vec<usize> {
        let options = Options { distance: self.distance, ..Options::default() };
        let balance = Balance::parse(spec).unwrap();
        let resampled = balance
            .apply(self.features.clone(), &self.labels, options, 42, &Silent::default())
            .unwrap_or_else(|error| panic!("{}: {error}", self.name));
        resampled.origin.into_iter().map(Option::unwrap).collect()
    }

    fn without(&self, removed: &Value) -> Vec<usize> {
        let removed = indices(removed);
        (0..self.labels.len()).filter(|row| !removed.contains(row)).collect()
    }

    /// The rows that the second half of a combination leaves.
    fn cleaned(&self, spec: &str) -> Vec<usize> {
        let progress = Silent::default();
        let ((mut rows, classes), task) = (self.rows(), self.task(spec, &progress));
        let cleaned = match task.method {
            Method::SmoteEnn => cleaning::enn(&mut rows, &classes, &task),
            Method::SmoteTomek => cleaning::tomek(&mut rows, &classes, &task),
            _ => panic!("{spec} is no combination"),
        };
        // imbalanced-learn hands out a single class, too.
        assert!(matches!(cleaned, Ok(()) | Err(ResampleError::ClassRemoved { .. })), "{cleaned:?}");
        rows.into_resampled().origin.into_iter().map(Option::unwrap).collect()
    }
}

fn cases() -> Vec<Case> {
    let file = read(include_str!("golden_rows.json"));
    let mut cases = Vec::new();
    for data in file["data"].as_array().unwrap() {
        for kind in ["raw", "standardised"] {
            if let Some(expected) = data.get(kind) {
                let mut expected = expected.clone();
                expected["ratios"] = data["ratios"].clone();
                cases.push(Case::new(data, kind, count(data, "columns"), &expected));
            }
        }
    }
    assert!(cases.len() >= 15);
    cases
}

#[test]
fn what_is_removed_is_what_imbalanced_learn_removes() {
    for case in cases() {
        assert_eq!(case.kept("tomek"), case.without(&case.expected["tomek"]), "{}: tomek", case.name);
        assert_eq!(case.kept("enn"), case.without(&case.expected["enn"]), "{}: enn", case.name);
        let both = |name: &str| case.without(&case.expected[name]);
        assert_eq!(case.cleaned("smotetomek"), both("tomek_both"), "{}: smotetomek", case.name);
        assert_eq!(case.cleaned("smoteenn"), both("enn_both"), "{}: smoteenn", case.name);
        for (ratio, removed) in
            floats(&case.expected["ratios"]).iter().zip(case.expected["near_miss"].as_array().unwrap())
        {
            let spec = format!("nearmiss:{ratio}");
            assert_eq!(case.kept(&spec), case.without(removed), "{}: {spec}", case.name);
        }
        for (spec, kept) in case.expected["chains"].as_object().into_iter().flatten() {
            assert_eq!(case.kept(spec), indices(kept), "{}: {spec}", case.name);
        }
    }
}

#[test]
fn rows_in_danger_are_those_of_imbalanced_learn() {
    for case in cases() {
        let progress = Silent::default();
        let ((rows, classes), task) = (case.rows(), case.task("borderline", &progress));
        let scaling = Scaling::measure(&rows, case.distance, "borderline").unwrap();
        let around = borderline::majority_around(&rows, &classes, &scaling, 10, &task).unwrap();
        let danger: Vec<usize> =
            borderline::in_danger(&around).into_iter().map(|row| classes.minority[row]).collect();
        assert_eq!(danger, indices(&case.expected["danger"]), "{}", case.name);
    }
}

#[test]
fn adasyn_gives_each_row_the_share_of_imbalanced_learn() {
    for case in cases() {
        for (ratio, expected) in
            floats(&case.expected["ratios"]).iter().zip(case.expected["adasyn"].as_array().unwrap())
        {
            let progress = Silent::default();
            let ((mut rows, classes), mut task) =
                (case.rows(), case.task(&format!("adasyn:{ratio}"), &progress));
            let added = task.ratio.rows_to_add("adasyn", &classes).unwrap();
            let scaling = Scaling::measure(&rows, case.distance, "adasyn").unwrap();
            let around = borderline::majority_around(&rows, &classes, &scaling, 5, &task).unwrap();
            let before = rows.len();
            match adasyn::adasyn(&mut rows, &classes, &mut task) {
                Ok(()) => {
                    let shares = adasyn::shares(&around, added);
                    assert_eq!(shares, indices(expected), "{} {ratio}", case.name);
                    assert_eq!(rows.len(), before + shares.iter().sum::<usize>(), "{} {ratio}", case.name);
                }
                Err(ResampleError::NoMajorityNear { .. } | ResampleError::NothingToAdd { .. }) => {
                    assert!(expected.is_null(), "{} {ratio}", case.name);
                }
                Err(error) => panic!("{} {ratio}: {error}", case.name),
            }
        }
    }
}

#[test]
fn new_rows_lie_where_imbalanced_learn_puts_them() {
    for case in cases() {
        let progress = Silent::default();
        let ((mut rows, classes), task) = (case.rows(), case.task("smote", &progress));
        let lines = smote::lines(&rows, &classes, &task).unwrap();
        let expected: Vec<Vec<usize>> = numbers(&case.expected["neighbours"], |value| Some(indices(value)));
        assert_eq!(lines.to.iter().map(|to| to.to_vec()).collect::<Vec<_>>(), expected, "{}", case.name);
        let (ranks, steps) = (indices(&case.expected["ranks"]), floats(&case.expected["steps"]));
        let synthetic: Vec<Synthetic> = (0..lines.from.len())
            .map(|row| {
                let to = rows.source(lines.to[row][ranks[row]]);
                let from = rows.source(lines.from[row]);
                Synthetic { from, to, share: steps[row], label: classes.minority_label, vote: 0 }
            })
            .collect();
        rows.append(synthetic.into_iter());
        let resampled = rows.into_resampled();
        let points = resampled.features.iter_rows().skip(case.labels.len());
        for (point, expected) in points.zip(case.expected["points"].as_array().unwrap()) {
            let expected = floats(expected);
            if case.distance == Distance::Raw {
                assert_eq!(point, expected, "{}", case.name);
            }
            for (column, (value, expected)) in point.iter().zip(&expected).enumerate() {
                let widest =
                    case.features.column(column).fold(0.0, |widest: f64, value| widest.max(value.abs()));
                assert!((value - expected).abs() <= 1e-12 * widest, "{}: {value} {expected}", case.name);
            }
        }
    }
}

#[test]
fn smotenc_finds_the_neighbours_and_categories_of_imbalanced_learn() {
    for data in read(include_str!("golden_rows.json"))["smotenc"].as_array().unwrap() {
        let mut case = Case::new(data, data["distance"].as_str().unwrap(), 6, data);
        case.categorical = vec![false, true, false, true, false, true];
        let progress = Silent::default();
        let ((rows, classes), task) = (case.rows(), case.task("smotenc", &progress));
        let lines = smote::lines(&rows, &classes, &task).unwrap();
        let expected: Vec<Vec<usize>> = numbers(&case.expected["neighbours"], |value| Some(indices(value)));
        assert_eq!(lines.to.iter().map(|to| to.to_vec()).collect::<Vec<_>>(), expected, "{}", case.name);
        for (votes, allowed) in lines.votes.chunks(3).zip(case.expected["allowed"].as_array().unwrap()) {
            for (vote, allowed) in votes.iter().zip(allowed.as_array().unwrap()) {
                assert!(floats(allowed).contains(vote), "{}: {vote} is not among {allowed}", case.name);
            }
        }
    }
}
