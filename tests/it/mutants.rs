//! Runs that were damaged, by accident or on purpose: refused or harmless, never the end of the process.

use std::fs;
use std::path::{Path, PathBuf};

use fraudctl::files::checksum_of;
use fraudctl::model::artifact::{self, Run};
use rand::seq::IndexedRandom;
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;

use crate::support::{Place, fraudctl, trained};

/// Damaged copies of each artefact, by accident and on purpose each.
const MUTANTS: usize = 1_000;

/// A copy of a run of `model`, small enough to be opened thousands of times.
fn run(place: &Place, model: &str, settings: &[&str]) -> PathBuf {
    let (data, _) = trained(place);
    let run = place.at(model);
    let flags = ["train", &data, "--model", model, "--out", &run, "--threads", "2", "--json"];
    fraudctl(flags.iter().chain(settings)).json();
    run.into()
}

/// What happens to bytes on disks and on the way.
pub fn damage(bytes: &[u8], random: &mut ChaCha8Rng) -> Vec<u8> {
    let mut bytes = bytes.to_vec();
    let place = random.random_range(0..bytes.len());
    match random.random_range(0..8) {
        0 => bytes.truncate(place),
        1 => bytes[place] ^= 1 << random.random_range(0..8),
        2 => bytes[place] = random.random(),
        3 => {
            let other = random.random_range(0..bytes.len());
            bytes.swap(place, other);
        }
        4 => {
            let end = (place + random.random_range(1..64)).min(bytes.len());
            bytes.drain(place..end);
        }
        5 => {
            let end = (place + random.random_range(1..64)).min(bytes.len());
            let again = bytes[place..end].to_vec();
            bytes.splice(place..place, again);
        }
        6 => bytes.extend((0..random.random_range(1..40)).map(|_| random.random::<u8>())),
        // A number that is another one, or none that anybody means.
        _ => {
            let numbers = ["0", "-1", "1e308", "18446744073709551615", "null", "99999999999", "1e-320", "[]"];
            let number = numbers.choose(random).expect("there are some");
            let is_digit = |place: &usize| bytes[*place].is_ascii_digit();
            let start = (place..bytes.len()).find(is_digit).unwrap_or(place);
            let end = (start..bytes.len()).find(|place| !is_digit(place)).unwrap_or(bytes.len());
            bytes.splice(start..end, number.bytes());
        }
    }
    bytes
}

/// Every score is a probability or none at all.
fn assert_scores(run: &Run, what: &str) {
    let width = run.scorer.features();
    let rows = [vec![0.0; width], vec![f64::NAN; width], vec![1e30; width], vec![-1e30; width]];
    for row in rows {
        let mut scores = [0.5];
        run.scorer.score(&row, &mut scores);
        assert!(scores[0].is_nan() || (0.0..=1.0).contains(&scores[0]), "{what}: {scores:?}");
    }
}

/// Writes the checksum of `bytes` into the manifest, as an author who means harm would.
fn vouch(folder: &Path, name: &str, bytes: &[u8]) {
    let path = folder.join("manifest.json");
    let mut manifest: serde_json::Value =
        serde_json::from_slice(&fs::read(&path).expect("a manifest")).expect("JSON");
    manifest["checksums"][name] = checksum_of(bytes).into();
    fs::write(path, manifest.to_string()).expect("written");
}

fn assert_survives(folder: &Path) {
    let mut random = ChaCha8Rng::seed_from_u64(7);
    let whole = artifact::open(folder).expect("it is whole").manifest;
    let manifest = fs::read(folder.join("manifest.json")).expect("a manifest");
    for name in whole.checksums.keys().map(String::as_str).chain(["manifest.json"]) {
        let path = folder.join(name);
        let bytes = fs::read(&path).expect("a file");
        // What nobody reads to score is checked all the same; a few of those will do.
        let is_read = !["metrics.json", "data.json", "report.html", "history.csv"].contains(&name)
            && !name.contains('/');
        for number in 0..if is_read { MUTANTS } else { 20 } {
            let damaged = damage(&bytes, &mut random);
            let what = format!("{} mutant {number}", path.display());
            fs::write(&path, &damaged).expect("written");
            let by_accident = artifact::open(folder);
            if name == "manifest.json" {
                by_accident.iter().for_each(|run| assert_scores(run, &what));
                continue;
            }
            assert_eq!(by_accident.is_ok(), damaged == bytes, "{what}");
            vouch(folder, name, &damaged);
            artifact::open(folder).iter().for_each(|run| assert_scores(run, &what));
            fs::write(folder.join("manifest.json"), &manifest).expect("written");
        }
        fs::remove_file(&path).expect("removed");
        assert!(artifact::open(folder).is_err(), "{} is missing", path.display());
        fs::write(&path, &bytes).expect("written");
    }
    assert!(artifact::open(folder).is_ok(), "it is whole again");
}

#[test]
fn of_trees() {
    let place = Place::new();
    assert_survives(&run(&place, "lightgbm", &["--set", "rounds=5", "--calibrate", "isotonic"]));
}

#[test]
fn of_networks() {
    let place = Place::new();
    assert_survives(&run(&place, "mlp", &["--set", "epochs=1", "--set", "hidden=8", "--set", "members=1"]));
}

#[test]
fn of_blends() {
    let place = Place::new();
    let settings = [
        "--set",
        "lightgbm.rounds=5",
        "--set",
        "mlp.epochs=1",
        "--set",
        "mlp.hidden=8",
        "--calibrate",
        "platt",
    ];
    assert_survives(&run(&place, "blend", &settings));
}

#[test]
fn commands_say_what_is_wrong_and_end_with_1() {
    let place = Place::new();
    let (_, run) = trained(&place);
    let model = Path::new(&run).join("model.txt");
    let bytes = fs::read(&model).expect("a model");
    fs::write(&model, &bytes[..bytes.len() / 2]).expect("written");
    let (table, out) = (place.at("cards.csv"), place.at("out.csv"));
    fraudctl(["evaluate", &run]).fails(1, "model.txt");
    fraudctl(["predict", &run, &table, "--out", &out]).fails(1, "model.txt");
    fraudctl(["explain", &run, &table]).fails(1, "model.txt");
    fraudctl(["serve", &run, "--bind", "127.0.0.1:0"]).fails(1, "model.txt");
    assert!(!Path::new(&out).exists());
}

#[test]
fn a_model_that_scores_otherwise_than_it_did_is_not_served() {
    let place = Place::new();
    let (_, run) = trained(&place);
    let path = Path::new(&run).join("golden.json");
    let mut golden: serde_json::Value =
        serde_json::from_slice(&fs::read(&path).expect("rows")).expect("JSON");
    let score = golden["scores"][5].as_f64().expect("a score");
    golden["scores"][5] = (score + 1e-9).into();
    let bytes = golden.to_string().into_bytes();
    fs::write(&path, &bytes).expect("written");
    vouch(Path::new(&run), "golden.json", &bytes);
    fraudctl(["evaluate", &run]).fails(1, "the model gives row 5 the score");
}
