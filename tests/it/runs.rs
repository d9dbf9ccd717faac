//! `fraudctl runs`: list, show, diff and promote, read from the folders.

use std::fs;

use crate::support::{Place, binary, creditcard, trained};

/// Runs the program in `place`, where `artifacts/` is.
fn there(place: &Place, arguments: &[&str]) -> (i32, String, String) {
    let output = binary().current_dir(place.path()).args(arguments).output().expect("it runs");
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).expect("text");
    (output.status.code().expect("it ends by itself"), text(output.stdout), text(output.stderr))
}

fn json(place: &Place, arguments: &[&str]) -> serde_json::Value {
    let (code, out, err) = there(place, &[arguments, &["--json"]].concat());
    assert_eq!(code, 0, "{err}");
    serde_json::from_str(&out).expect("one JSON object")
}

#[test]
fn runs_are_listed_shown_compared_and_promoted() {
    let place = Place::new();
    place.write("cards.csv", &creditcard(1_000));
    let (code, out, _) = there(&place, &["runs", "list"]);
    assert_eq!((code, out.as_str()), (0, "no run in artifacts/: train makes one\n"));
    there(&place, &["prep", "cards.csv", "--out", "artifacts/cards"]);
    for (name, rounds) in [("one", "5"), ("two", "9")] {
        let setting = format!("rounds={rounds}");
        let out = format!("artifacts/{name}");
        let train =
            ["train", "cards", "--model", "lightgbm", "--set", &setting, "--out", &out, "--threads", "1"];
        assert_eq!(there(&place, &train).0, 0);
    }
    let listed = json(&place, &["runs", "list"]);
    let runs = listed["runs"].as_array().expect("runs");
    let latest: Vec<(&str, bool)> = runs
        .iter()
        .map(|run| (run["name"].as_str().expect("a name"), run["latest"].as_bool().expect("a truth")))
        .collect();
    assert_eq!(latest, [("two", true), ("one", false)], "the prepared folder is none");
    assert!(runs[0]["valid"]["average_precision"].as_f64().is_some());

    let (_, table, _) = there(&place, &["runs", "list", "--md"]);
    assert!(
        table.contains("| run | model | best at |") && table.contains("| two (latest) | lightgbm |"),
        "{table}"
    );
    let shown = json(&place, &["runs", "show", "latest"]);
    assert_eq!((&shown["name"], &shown["manifest"]["parameters"]["rounds"]), (&"two".into(), &9.into()));
    assert_eq!(shown["features"].as_array().map(Vec::len), Some(5));
    let (_, text, _) = there(&place, &["runs", "show", "one"]);
    assert!(text.contains("learning rate") && text.contains("average precision"), "{text}");

    let compared = json(&place, &["runs", "diff", "one", "two"]);
    let names: Vec<&str> = compared["differences"]
        .as_array()
        .expect("some")
        .iter()
        .filter_map(|one| one["name"].as_str())
        .collect();
    assert!(names.contains(&"parameters.rounds") && !names.contains(&"seed"), "{names:?}");
    let metric = &compared["metrics"][0];
    let change = metric["right"].as_f64().expect("a number") - metric["left"].as_f64().expect("a number");
    assert!((metric["change"].as_f64().expect("a number") - change).abs() < 1e-15);
    let (_, table, _) = there(&place, &["runs", "diff", "one", "two", "--md"]);
    assert!(table.contains("| parameters.rounds | 5 | 9 |"), "{table}");

    json(&place, &["runs", "promote", "one"]);
    let target = fs::read_link(place.path().join("artifacts/latest")).expect("a link");
    assert_eq!(target.to_str(), Some("one"));
    // A damaged run is said to be one, in its place in the list.
    fs::write(place.path().join("artifacts/two/model.txt"), "damaged").expect("written");
    let listed = json(&place, &["runs", "list"]);
    let damaged =
        listed["runs"].as_array().expect("runs").iter().find(|run| run["name"] == "two").expect("two");
    assert!(damaged["problem"].as_str().is_some_and(|why| why.contains("checksum")), "{damaged}");
    assert_eq!(there(&place, &["runs", "promote", "two"]).0, 1);
}

#[test]
fn a_run_elsewhere_is_not_the_latest() {
    let place = Place::new();
    let (_, run) = trained(&place);
    let (code, _, err) = there(&place, &["runs", "promote", &run]);
    assert_eq!(code, 1);
    assert!(err.contains("only a run in artifacts/ can be the latest"), "{err}");
    let (_, _, err) = there(&place, &["runs", "show", "nothing"]);
    assert!(err.contains("there is no run folder here") && err.contains("runs list shows"), "{err}");
}
