//! Another model takes over while `serve` answers.

use std::collections::HashMap;
use std::path::Path;

use crate::serve::{post, serving};
use crate::support::{Place, bodies, fraudctl, trained};

/// Two runs of the same features that score otherwise, and a link to the first.
fn two_runs(place: &Place) -> (String, String, String) {
    let (data, first) = trained(place);
    let second = place.at("second");
    fraudctl(["train", &data, "--model", "lightgbm", "--set", "rounds=3", "--out", &second]).succeeds();
    let link = place.at("latest");
    point(&link, &first);
    (first, second, link)
}

/// Makes `link` point to `run` in one step, as `train` and `runs promote` do.
fn point(link: &str, run: &str) {
    let new = format!("{link}.new");
    std::os::unix::fs::symlink(run, &new).expect("a link");
    std::fs::rename(&new, link).expect("renamed");
}

fn body() -> String {
    bodies(1).remove(0)
}

#[test]
fn each_answer_is_of_exactly_one_model_and_none_fails() {
    let place = Place::new();
    let (first, second, link) = two_runs(&place);
    let body = body();
    let server = serving(&link, None);
    let scores: HashMap<String, serde_json::Value> = [&first, &second]
        .map(|run| {
            let (_, answer) = post(&serving(run, None), "/predict", std::slice::from_ref(&body)).remove(0);
            (answer["model_version"].as_str().expect("a version").to_owned(), answer["fraud"].clone())
        })
        .into();
    assert_eq!(scores.len(), 2, "they are told apart");
    let bodies = vec![body; 2_000];
    let answers = std::thread::scope(|threads| {
        let posting = threads.spawn(|| post(&server, "/predict", &bodies));
        let mut exchanges = 0;
        while !posting.is_finished() {
            point(&link, if exchanges % 2 == 0 { &second } else { &first });
            assert!(server.reload().expect("it opens").changed);
            exchanges += 1;
        }
        assert!(exchanges > 1);
        posting.join().expect("it posts")
    });
    let mut seen = HashMap::new();
    for (status, answer) in answers {
        let version = answer["model_version"].as_str().expect("a version").to_owned();
        assert_eq!((status, &answer["fraud"]), (200, &scores[&version]), "{answer}");
        *seen.entry(version).or_insert(0) += 1;
    }
    assert_eq!(seen.len(), 2, "both answered: {seen:?}");
}

#[test]
fn a_model_that_is_damaged_or_reads_other_things_is_refused_and_the_old_one_goes_on() {
    let place = Place::new();
    let (_, second, link) = two_runs(&place);
    let body = body();
    let server = serving(&link, None);
    let served = || post(&server, "/predict", std::slice::from_ref(&body)).remove(0).1;
    let before = served();
    let without_id = |mut answer: serde_json::Value| {
        answer.as_object_mut().expect("an object").remove("id");
        answer
    };
    let model = Path::new(&second).join("model.txt");
    let whole = std::fs::read(&model).expect("a model");
    std::fs::write(&model, &whole[..whole.len() / 2]).expect("written");
    point(&link, &second);
    assert!(server.reload().expect_err("it is damaged").to_string().contains("model.txt"));
    assert_eq!(without_id(served()), without_id(before.clone()));
    let fixture = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/it/fixtures/run");
    point(&link, fixture);
    assert!(server.reload().expect_err("other features").to_string().contains("other features"));
    assert_eq!(without_id(served()), without_id(before.clone()));
    std::fs::write(&model, whole).expect("written");
    point(&link, &second);
    assert!(server.reload().expect("it is whole again").changed);
    assert_ne!(served()["fraud"], before["fraud"]);
    assert!(!server.reload().expect("it opens").changed, "it is served already");
}

#[test]
fn the_route_reloads_and_takes_back() {
    let place = Place::new();
    let (_, second, link) = two_runs(&place);
    let server = serving(&link, None);
    let order = |order: &str| post(&server, "/admin/reload", &[order.to_owned()]).remove(0);
    assert_eq!(order(r#"{"roll_back":true}"#).1["code"], "none_before");
    assert_eq!(order("").1["changed"], false);
    point(&link, &second);
    let (status, answer) = order("{}");
    assert_eq!((status, &answer["serving"]["model"]), (200, &"second".into()), "{answer}");
    assert_eq!((&answer["previous"]["model"], &answer["changed"]), (&"run".into(), &true.into()));
    let (_, answer) = order(r#"{"roll_back":true}"#);
    assert_eq!(
        (&answer["serving"]["model"], &answer["previous"]["model"]),
        (&"run".into(), &"second".into())
    );
    for (bad, status, code) in [
        (r#"{"run":"../run"}"#, 400, "invalid_value"),
        (r#"{"run":"/etc"}"#, 400, "invalid_value"),
        (r#"{"run":"nobody"}"#, 409, "model_unusable"),
        (r#"{"runs":"x"}"#, 400, "unknown_field"),
    ] {
        let (found, answer) = order(bad);
        assert_eq!((found, answer["code"].as_str()), (status, Some(code)), "{bad}: {answer}");
    }
}
