//! What live features remember from one `serve` to the next.

use std::fs;

use crate::serve::{post, serving};
use crate::support::{Place, bank, fraudctl};

/// The transactions of a small bank as clients send them, its run, and its log.
fn transactions(place: &Place) -> (Vec<String>, String, String) {
    let (log, run) = bank(place);
    let unlabelled = place.at("unlabelled.ndjson");
    fraudctl(["produce", &log, "--to", &unlabelled]).succeeds();
    let lines = fs::read_to_string(unlabelled).expect("written");
    (lines.lines().map(str::to_owned).collect(), run, log)
}

/// Every 15th of these turns out to be a fraud, and every 45th of those to be none after all.
fn labels(bodies: &[String], fraud: bool) -> Vec<String> {
    let every = if fraud { 15 } else { 45 };
    let label = |body: &String| {
        let body: serde_json::Value = serde_json::from_str(body).expect("JSON");
        format!(r#"{{"id":{},"fraud":{fraud}}}"#, body["id"])
    };
    bodies.iter().step_by(every).map(label).collect()
}

/// What a server over `database` says of `bodies` in one life, after the labels that it is told first.
fn life(run: &str, database: &str, labels: &[String], bodies: &[String]) -> Vec<serde_json::Value> {
    let server = serving(run, Some(database.to_owned()));
    for (status, noted) in post(&server, "/feedback", labels) {
        assert_eq!(status, 200, "{noted}");
    }
    let answers = post(&server, "/predict", bodies);
    server.stop().expect("it ends well");
    answers
        .into_iter()
        .map(|(status, answer)| if status == 200 { answer["fraud"].clone() } else { answer })
        .collect()
}

#[test]
fn features_go_on_where_they_stopped_or_were_last_saved() {
    let place = Place::new();
    let (bodies, run, _) = transactions(&place);
    let third = bodies.len() / 3;
    let (first, second, last) = (&bodies[..third], &bodies[third..2 * third], &bodies[2 * third..]);
    let (database, state) = (place.at("one.db"), place.at("one.db.state"));
    let in_one_go = {
        let server = serving(&run, Some(place.at("whole.db")));
        post(&server, "/predict", first);
        post(&server, "/feedback", &labels(first, true));
        post(&server, "/predict", second);
        post(&server, "/feedback", &labels(first, false));
        post(&server, "/feedback", &labels(second, true));
        let answers = post(&server, "/predict", last);
        answers.into_iter().map(|(_, answer)| answer["fraud"].clone()).collect::<Vec<_>>()
    };
    assert!(in_one_go.iter().any(|score| score != &in_one_go[0]));

    life(&run, &database, &[], first);
    let after_first = fs::read(&state).expect("saved at the end");
    life(&run, &database, &labels(first, true), second);
    let told = [labels(first, false), labels(second, true)].concat();
    life(&run, &database, &told, &[]);
    let after_second = fs::read(&state).expect("saved");
    assert_ne!(after_first, after_second);
    for (what, bytes) in [("stopped", after_second), ("killed twice", after_first), ("damaged", vec![7; 99])]
    {
        let copy = place.at(&format!("{what}.db"));
        fs::copy(&database, &copy).expect("copied");
        fs::write(format!("{copy}.state"), bytes).expect("written");
        assert_eq!(life(&run, &copy, &[], last), in_one_go, "{what}");
    }
}

#[test]
fn what_was_loaded_meanwhile_is_part_of_the_history() {
    let place = Place::new();
    let (bodies, run, log) = transactions(&place);
    let (database, state) = (place.at("one.db"), place.at("one.db.state"));
    let (before, after) = bodies.split_at(bodies.len() - 100);
    life(&run, &database, &[], &before[..50]);
    assert!(fs::exists(&state).expect("readable"));
    fraudctl(["load", &log, "--db", &database]).succeeds();
    let with_state = place.at("two.db");
    fs::copy(&database, &with_state).expect("copied");
    fs::rename(&state, format!("{with_state}.state")).expect("moved");
    assert_eq!(life(&run, &with_state, &[], after), life(&run, &database, &[], after));
}

#[test]
fn a_server_that_others_wrote_beside_saves_nothing() {
    let place = Place::new();
    let (bodies, run, _) = transactions(&place);
    let database = place.at("one.db");
    let server = serving(&run, Some(database.clone()));
    post(&server, "/predict", &bodies[..20]);
    life(&run, &database, &[], &bodies[20..40]);
    let others = fs::read(place.at("one.db.state")).ok();
    server.stop().expect("it ends well");
    assert_eq!(fs::read(place.at("one.db.state")).ok(), others, "it does not know the other's transactions");
}
