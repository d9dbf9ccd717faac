//! Following a WebSocket in the same process.

use std::io;
use std::sync::Mutex;

use super::*;
use crate::client::test_server::{DeafPort, WsServer};
use crate::domain::{Decision, Thresholds};
use crate::progress::{Event, Silent};
use crate::wire::{self, Frame, Stats};

fn event(id: &str) -> AlertEvent {
    AlertEvent {
        id: id.to_owned(),
        time: "2018-04-01T00:00:00Z".to_owned(),
        decided: "2025-01-01T00:00:00Z".to_owned(),
        amount: Some(99.0),
        score: 0.9,
        decision: Decision::Review,
        model: "m".to_owned(),
        title: "Paris".to_owned(),
        latitude: Some(48.85),
        longitude: Some(2.35),
        country: Some("FR".to_owned()),
        simulated: false,
        from_latitude: None,
        from_longitude: None,
    }
}

fn events(ids: &[&str]) -> Vec<AlertEvent> {
    ids.iter().map(|id| event(id)).collect()
}

fn hello(ids: &[&str]) -> Frame {
    Frame::Hello {
        version: wire::VERSION,
        model: "m".to_owned(),
        model_version: "1".to_owned(),
        thresholds: Thresholds { review: 0.5, block: None },
        alerts: events(ids),
        stats: Stats::default(),
    }
}

fn alerts(ids: &[&str], dropped: u64) -> Frame {
    Frame::Alerts { events: events(ids), dropped }
}

fn follow(
    server: &WsServer,
    limits: Limits,
    history: bool,
    progress: &dyn Progress,
) -> (Consumed, Vec<String>) {
    let mut output = Vec::new();
    let follow = Follow { history, ..Follow::new(server.target()) };
    let consumed = follow_alerts(&follow, &mut output, limits, progress).expect("a good end");
    let id = |line: &str| serde_json::from_str::<AlertEvent>(line).expect("an alert").id;
    (consumed, String::from_utf8(output).expect("UTF-8").lines().map(id).collect())
}

fn limit(events: u64) -> Limits {
    Limits { events: Some(events), idle: None }
}

#[test]
fn each_alert_comes_once_across_a_lost_connection() {
    let server = WsServer::scripted(vec![
        vec![hello(&["a", "b"]), alerts(&["c"], 0), Frame::Stats(Stats::default()), alerts(&["d", "c"], 3)],
        vec![hello(&["b", "c", "d", "e"]), alerts(&["e", "f"], 0), alerts(&["g"], 0)],
    ]);
    let (consumed, ids) = follow(&server, limit(5), false, &Silent::default());
    assert_eq!(ids, ["c", "d", "e", "f", "g"]);
    assert_eq!((consumed.events, consumed.missed, consumed.reconnects), (5, 3, 1));
    assert_eq!(consumed.ended, Ended::Limit);
}

#[test]
fn history_is_handed_over_when_asked_for() {
    let server = WsServer::scripted(vec![vec![hello(&["a", "b"]), alerts(&["b", "c"], 0)]]);
    let (consumed, ids) = follow(&server, limit(3), true, &Silent::default());
    assert_eq!(ids, ["a", "b", "c"]);
    assert_eq!((consumed.reconnects, consumed.missed), (0, 0));
}

#[test]
fn it_ends_when_nothing_comes_any_more() {
    let server = WsServer::scripted(vec![vec![hello(&[]), alerts(&["a"], 0)]]);
    let idle = Duration::from_millis(300);
    let (consumed, ids) =
        follow(&server, Limits { events: None, idle: Some(idle) }, false, &Silent::default());
    assert_eq!(ids, ["a"]);
    assert_eq!(consumed.ended, Ended::Idle);
    assert!(consumed.seconds >= 0.3);
}

/// Keeps the warnings, and asks to stop when one names `stop_at`.
struct Listener {
    warnings: Mutex<Vec<String>>,
    stop_at: &'static str,
}

impl Progress for Listener {
    fn emit(&self, event: Event) {
        if let Event::Warning(text) = event {
            self.warnings.lock().expect("no panic").push(text);
        }
    }

    fn interrupted(&self) -> bool {
        self.warnings.lock().expect("no panic").iter().any(|text| text.contains(self.stop_at))
    }
}

#[test]
fn a_gap_is_told_and_the_user_can_stop_it() {
    let numbers: Vec<String> = (0..wire::SNAPSHOT_ALERTS).map(|number| number.to_string()).collect();
    let full: Vec<&str> = numbers.iter().map(String::as_str).collect();
    for (before, after) in [
        (vec![hello(&[]), alerts(&["a"], 0)], hello(&["x", "y"])),
        // Nothing was known, and as many were raised meanwhile as a hello can show.
        (vec![hello(&[])], hello(&full)),
    ] {
        let server = WsServer::scripted(vec![before, vec![after]]);
        let listener = Listener { warnings: Mutex::default(), stop_at: "may be missing" };
        let (consumed, _) = follow(&server, Limits::default(), false, &listener);
        assert_eq!((consumed.ended, consumed.reconnects), (Ended::Interrupted, 1));
        let warnings = listener.warnings.into_inner().expect("no panic");
        assert_eq!(warnings.len(), 2, "{warnings:?}");
        assert!(warnings[0].ends_with("connecting again"), "{warnings:?}");
    }
}

struct ClosedPipe;

impl Write for ClosedPipe {
    fn write(&mut self, _: &[u8]) -> io::Result<usize> {
        Err(io::ErrorKind::BrokenPipe.into())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[test]
fn a_reader_that_leaves_is_a_good_end() {
    let server = WsServer::scripted(vec![vec![hello(&[]), alerts(&["a", "b"], 0)]]);
    let follow = Follow::new(server.target());
    let consumed =
        follow_alerts(&follow, ClosedPipe, Limits::default(), &Silent::default()).expect("a good end");
    assert_eq!((consumed.events, consumed.ended), (0, Ended::ReaderLeft));
}

#[test]
fn a_newer_server_and_a_missing_one_are_errors() {
    let mut newer = hello(&[]);
    if let Frame::Hello { version, .. } = &mut newer {
        *version += 1;
    }
    let server = WsServer::scripted(vec![vec![newer]]);
    let run = |follow: &Follow| follow_alerts(follow, Vec::new(), Limits::default(), &Silent::default());
    let error = run(&Follow::new(server.target())).expect_err("a newer version").to_string();
    assert!(error.contains("version 2 of the messages") && error.contains("update it"), "{error}");

    let nobody = DeafPort::new();
    let error = run(&Follow::new(nobody.target())).expect_err("nobody listens").to_string();
    assert!(error.starts_with("connection refused by 127.0.0.1:"), "{error}");
}
