//! Draws beside numpy's and CPython's own, made by `scripts/golden_simulate.py`.

use serde_json::Value;

use super::cpython::CPython;
use super::mersenne::Mersenne;
use super::numpy::Numpy;

/// The cases of one section.
fn cases(section: &str) -> Vec<Value> {
    let file: Value = serde_json::from_str(include_str!("golden.json")).unwrap();
    let cases = file[section].as_array().unwrap().clone();
    assert!(!cases.is_empty());
    cases
}

fn number(value: &Value) -> u32 {
    u32::try_from(value.as_u64().unwrap()).unwrap()
}

fn numbers(value: &Value) -> Vec<u32> {
    value.as_array().unwrap().iter().map(number).collect()
}

#[test]
fn words_equal_numpys_and_cpythons() {
    let places = numbers(&Value::Array(cases("places")));
    for case in cases("words") {
        let seed = number(&case["seed"]);
        let at_places = |mut random: Mersenne| -> Vec<u32> {
            let words: Vec<u32> = (0..10_000).map(|_| random.next_word()).collect();
            places.iter().map(|&place| words[place as usize]).collect()
        };
        assert_eq!(at_places(Mersenne::from_word(seed)), numbers(&case["numpy"]), "{seed}");
        assert_eq!(at_places(Mersenne::from_key(&[seed])), numbers(&case["python"]), "{seed}");
    }
}

#[test]
fn distributions_equal_numpys_to_the_last_bit() {
    for case in cases("draws") {
        let mut random = Numpy::new(number(&case["seed"]));
        for row in case["rows"].as_array().unwrap() {
            assert_eq!(random.poisson(row["rate"].as_f64().unwrap()), number(&row["poisson"]), "{row}");
            for expected in row["normal"].as_array().unwrap() {
                assert_eq!(Some(random.normal(43_200.0, 20_000.0)), expected.as_f64(), "{row}");
            }
            assert_eq!(Some(random.uniform(5.0, 100.0)), row["uniform"].as_f64(), "{row}");
        }
    }
}

#[test]
fn permutations_equal_numpys() {
    for case in cases("permutations") {
        let length = number(&case["length"]);
        let mut permutation = Numpy::new(number(&case["seed"])).permutation(length);
        assert_eq!(permutation[..length.min(5) as usize], numbers(&case["first"]), "{case}");
        permutation.sort_unstable();
        assert!(permutation.into_iter().eq(0..length));
    }
}

#[test]
fn choices_equal_cpythons() {
    for case in cases("choices") {
        let mut random = CPython::new(number(&case["seed"]));
        for drawn in case["drawn"].as_array().unwrap() {
            let [length, expected] = numbers(drawn)[..] else { panic!("{drawn}") };
            assert_eq!(random.choice(length), expected, "{drawn}");
        }
    }
}

#[test]
fn samples_equal_cpythons() {
    for case in cases("samples") {
        let mut random = CPython::new(number(&case["seed"]));
        let drawn = random.sample(number(&case["length"]), number(&case["count"]));
        assert_eq!(drawn, numbers(&case["drawn"]), "{case}");
    }
}
