//! The binary itself: what only a real process can show.

use std::io::{BufRead, BufReader, Write};
use std::process::{Command, Stdio};

use crate::support::{Place, binary, creditcard, trained};

#[test]
fn data_goes_to_stdout_status_to_stderr_and_no_bar_is_drawn_into_a_pipe() {
    let place = Place::new();
    let table = place.write("cards.csv", &creditcard(500));
    let output =
        binary().args(["prep", &table, "--out", &place.at("out"), "--json"]).output().expect("it runs");
    assert!(output.status.success());
    assert_eq!(String::from_utf8_lossy(&output.stderr), "");
    let text = String::from_utf8(output.stdout).expect("UTF-8");
    assert!(serde_json::from_str::<serde_json::Value>(&text).expect("JSON")["rows"] == 500);
}

#[test]
fn a_reader_that_leaves_is_no_failure() {
    let place = Place::new();
    let mut text = String::from("time,customer,terminal,amount\n");
    for row in 0..20_000 {
        text.push_str(&format!("{},1,1,5\n", 1_522_540_800 + row));
    }
    let log = place.write("log.csv", &text);
    let mut child = binary()
        .args(["produce", &log, "--to", "-", "--quiet"])
        .stdout(Stdio::piped())
        .spawn()
        .expect("it runs");
    let mut first = String::new();
    BufReader::new(child.stdout.take().expect("piped")).read_line(&mut first).expect("a line");
    assert!(first.starts_with('{'));
    assert_eq!(child.wait().expect("it ends").code(), Some(0));
}

#[cfg(unix)]
#[test]
fn serve_says_where_it_listens_and_stops_cleanly_on_sigterm() {
    let place = Place::new();
    let (_, run) = trained(&place);
    let database = place.at("fraud.db");
    let mut child = binary()
        .args(["serve", &run, "--bind", "127.0.0.1:0", "--db", &database, "--quiet"])
        .stderr(Stdio::piped())
        .spawn()
        .expect("it runs");
    let mut line = String::new();
    BufReader::new(child.stderr.as_mut().expect("piped")).read_line(&mut line).expect("a line");
    assert!(line.starts_with("listening on http://127.0.0.1:"), "{line}");
    let killed = Command::new("kill").args(["-TERM", &child.id().to_string()]).status().expect("kill runs");
    assert!(killed.success());
    assert_eq!(child.wait().expect("it ends").code(), Some(0));
}

#[cfg(unix)]
#[test]
fn an_interrupted_training_keeps_the_best_so_far_and_exits_with_130() {
    let place = Place::new();
    let (data, _) = trained(&place);
    let mut child = binary()
        .args(["train", &data, "--model", "lightgbm", "--out", &place.at("long"), "--log", "info"])
        .args(["--set", "rounds=1000000", "--set", "early_stopping_rounds=1000000"])
        .stderr(Stdio::piped())
        .spawn()
        .expect("it runs");
    let mut lines = BufReader::new(child.stderr.take().expect("piped")).lines();
    let mut next = || lines.next().expect("a line").expect("text");
    assert!(next().starts_with("training lightgbm on 1280 rows"));
    // LightGBM says so in its first round, which is finished in any case.
    while !next().contains("Start training from score") {}
    let sent = Command::new("kill").args(["-INT", &child.id().to_string()]).status().expect("kill runs");
    assert!(sent.success());
    let rest: Vec<String> = lines.map(|line| line.expect("text")).collect();
    assert_eq!(child.wait().expect("it ends").code(), Some(130), "{rest:?}");
    assert!(rest.iter().any(|line| line.contains("is kept")), "{rest:?}");
    let manifest = std::fs::read_to_string(place.path().join("long/manifest.json")).expect("a run");
    let manifest: serde_json::Value = serde_json::from_str(&manifest).expect("JSON");
    assert_eq!(manifest["interrupted"], true);
    assert_eq!(crate::support::fraudctl(["evaluate", &place.at("long"), "--json"]).code, 0);
}

#[cfg(unix)]
#[test]
fn serve_follows_its_link_and_reads_again_on_sighup() {
    let place = Place::new();
    let (data, run) = trained(&place);
    let (second, link) = (place.at("second"), place.at("latest"));
    crate::support::fraudctl(["train", &data, "--model", "lightgbm", "--set", "rounds=3", "--out", &second])
        .succeeds();
    std::os::unix::fs::symlink(&run, &link).expect("a link");
    let mut child = binary()
        .args(["serve", &link, "--bind", "127.0.0.1:0", "--no-progress"])
        .stderr(Stdio::piped())
        .spawn()
        .expect("it runs");
    let mut lines = BufReader::new(child.stderr.take().expect("piped")).lines();
    let mut next = || lines.next().expect("a line").expect("text");
    let send = |signal: &str| {
        let sent = Command::new("kill").args([signal, &child.id().to_string()]).status().expect("kill runs");
        assert!(sent.success());
    };
    assert!(next().starts_with("listening on http://"));
    send("-HUP");
    assert_eq!(next(), "run has not changed");
    std::os::unix::fs::symlink(&second, place.at("new")).expect("a link");
    std::fs::rename(place.at("new"), &link).expect("renamed");
    let line = next();
    assert!(line.starts_with("serving second ") && line.ends_with(" from now on"), "{line}");
    send("-TERM");
    assert!(next().starts_with("stopping"));
    assert_eq!(child.wait().expect("it ends").code(), Some(0));
}

#[test]
fn a_refused_request_is_found_in_the_log_by_its_id() {
    let place = Place::new();
    let (_, run) = trained(&place);
    let mut child = binary()
        .args(["serve", &run, "--bind", "127.0.0.1:0", "--log", "info", "--log-format", "json"])
        .stderr(Stdio::piped())
        .spawn()
        .expect("it runs");
    let mut lines = BufReader::new(child.stderr.take().expect("piped")).lines();
    let mut next = || lines.next().expect("a line").expect("text");
    let mut until = |found: &str| loop {
        let line = next();
        if line.contains(found) {
            break line;
        }
    };
    let listening = until("listening on");
    let address = listening.strip_prefix("listening on http://").expect("an address");
    let mut connection = std::net::TcpStream::connect(address).expect("it listens");
    let head =
        format!("POST /predict HTTP/1.1\r\nhost: {address}\r\nx-request-id: call-7\r\nconnection: close\r\n");
    write!(connection, "{head}content-type: application/json\r\ncontent-length: 2\r\n\r\n[]")
        .expect("it takes it");
    let said: serde_json::Value = serde_json::from_str(&until("call-7")).expect("an object");
    assert_eq!(said["request_id"], "call-7", "{said}");
    assert_eq!((&said["status"], &said["level"]), (&400.into(), &"INFO".into()), "{said}");
    assert!(said["timestamp"].as_str().is_some_and(|time| time.ends_with('Z')), "{said}");
    child.kill().expect("it ends");
    child.wait().expect("it ends");
}
