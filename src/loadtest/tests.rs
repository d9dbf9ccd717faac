//! The load test against servers in the same process; the figures asserted cannot depend on the machine's speed.

use super::*;
use crate::client::test_server::{DeafPort, HttpServer, Reply};
use crate::progress::{Event, Silent};

fn plan(server: &HttpServer, mode: Mode, duration: Duration) -> Plan {
    Plan {
        target: server.target(),
        bodies: ["0", "1", "2"].map(Bytes::from).to_vec(),
        mode,
        duration,
        warmup: Duration::ZERO,
        timeout: Duration::from_secs(20),
        threads: 1,
    }
}

const SECOND: Duration = Duration::from_secs(1);

#[test]
fn a_closed_loop_counts_every_request_once_and_sends_the_bodies_in_turn() {
    let server = HttpServer::start(|number, _| match number % 4 {
        3 => Reply::status(500),
        _ => Reply::ok("{}"),
    });
    let mut plan = plan(&server, Mode::Closed { concurrency: 2 }, SECOND / 4);
    plan.threads = 2;
    let report = run(&plan, &Silent::default()).expect("a report");
    let bodies = server.bodies();
    assert_eq!(report.requests, bodies.len() as u64);
    assert!(report.requests > 3, "{report:?}");
    assert_eq!(report.errors, report.requests / 4);
    assert_eq!(report.errors, report.status.get(&500).copied().unwrap_or(0));
    assert_eq!(report.errors_by_kind.get("status").copied().unwrap_or(0), report.errors);
    assert_eq!(report.status.values().sum::<u64>(), report.requests);
    assert!((report.rate * report.seconds - report.requests as f64).abs() < 0.5);
    assert_eq!((report.threads, report.send_lag_us), (2, SendLag::default()));
    assert!(report.latency_us.p50 <= report.latency_us.p99 && report.latency_us.p99 <= report.latency_us.max);
    assert_eq!(server.connections(), 2);
    for body in ["0", "1", "2"] {
        assert!(bodies.iter().any(|sent| sent == body), "{body} was never sent");
    }
}

#[test]
fn a_constant_rate_sends_exactly_what_is_due_and_leaves_the_warm_up_out() {
    let server = HttpServer::start(|_, _| Reply::ok("{}"));
    let mut plan = plan(&server, Mode::Rate { per_second: 200.0, connections: 4 }, SECOND / 2);
    plan.warmup = SECOND / 4;
    plan.threads = 2;
    let report = run(&plan, &Silent::default()).expect("a report");
    assert_eq!(server.bodies().len(), 150);
    assert_eq!((report.requests, report.errors), (100, 0));
    assert_eq!(report.status, std::collections::BTreeMap::from([(200, 100)]));
    assert!(report.send_lag_us.p99.is_some() && report.generator_busy.is_none());
}

#[test]
fn a_stall_counts_for_all_that_had_to_wait_only_at_a_constant_rate() {
    let stalls_once = || {
        HttpServer::start(|number, _| Reply {
            delay: if number == 20 { SECOND / 2 } else { Duration::ZERO },
            ..Reply::ok("{}")
        })
    };
    let server = stalls_once();
    let open = plan(&server, Mode::Rate { per_second: 100.0, connections: 1 }, SECOND);
    let open = run(&open, &Silent::default()).expect("a report");
    // 50 of the 100 requests were due during the stall, and half of those waited for 250 ms or more.
    assert_eq!(open.requests, 100);
    assert!(open.latency_us.p90 >= Some(200_000), "{open:?}");
    assert!(!open.valid);
    let why = open.why.expect("a reason");
    assert!(why.contains("too few connections") || why.contains("generator was too slow"), "{why}");

    // The closed loop sees the same stall as one slow request: all others stay away meanwhile.
    let server = stalls_once();
    let closed = plan(&server, Mode::Closed { concurrency: 1 }, SECOND);
    let closed = run(&closed, &Silent::default()).expect("a report");
    assert!(closed.latency_us.max >= Some(490_000), "{closed:?}");
    assert!(closed.requests > 20 && closed.latency_us.p90 < Some(200_000), "{closed:?}");
}

#[test]
fn requests_that_could_not_leave_are_counted() {
    let server = HttpServer::start(|_, _| Reply { delay: SECOND / 2, ..Reply::ok("{}") });
    let mut plan = plan(&server, Mode::Rate { per_second: 100.0, connections: 1 }, SECOND / 10);
    plan.timeout = SECOND / 4;
    let report = run(&plan, &Silent::default()).expect("a report");
    assert_eq!((report.requests, report.errors), (10, 10));
    let (late, unsent) = (report.errors_by_kind["timeout"], report.errors_by_kind["unsent"]);
    assert_eq!(late + unsent, 10);
    assert!((1..=3).contains(&late), "{report:?}");
    assert!(report.latency_us.max >= Some(250_000) && report.goodput == 0.0);
    assert!(report.why.expect("a reason").contains("never left"));
}

#[test]
fn a_broken_connection_is_counted_and_the_run_goes_on() {
    let server = HttpServer::start(|number, _| Reply { hang_up: number % 10 == 5, ..Reply::ok("{}") });
    let plan = plan(&server, Mode::Rate { per_second: 100.0, connections: 1 }, SECOND / 2);
    let report = run(&plan, &Silent::default()).expect("a report");
    assert_eq!((report.requests, report.errors, report.errors_by_kind["closed"]), (50, 5, 5));
    assert_eq!(server.connections(), 6);
}

/// Stops the run at the first sign of progress, and keeps what it was told.
#[derive(Default)]
struct Impatient {
    events: Mutex<Vec<Event>>,
}

impl Progress for Impatient {
    fn emit(&self, event: Event) {
        self.events.lock().expect("no panic").push(event);
    }

    fn interrupted(&self) -> bool {
        self.events.lock().expect("no panic").iter().any(|event| matches!(event, Event::Advanced { .. }))
    }
}

#[test]
fn the_user_can_stop_it_and_gets_the_report_so_far() {
    let server = HttpServer::start(|_, _| Reply::ok("{}"));
    let progress = Impatient::default();
    let plan = plan(&server, Mode::Rate { per_second: 100.0, connections: 1 }, 3600 * SECOND);
    let report = run(&plan, &progress).expect("a report");
    assert!(report.interrupted && report.requests > 0 && report.seconds < 3600.0, "{report:?}");
    let events = progress.events.into_inner().expect("no panic");
    assert_eq!(events.first(), Some(&Event::Started { stage: "load test".into(), total: Some(3_600_000) }));
    assert_eq!(events.last(), Some(&Event::Finished));
    let told = events.iter().any(|event| match event {
        Event::Advanced { done, detail } => *done >= 250 && detail.contains(" req/s, p99 "),
        _ => false,
    });
    assert!(told, "{events:?}");
}

#[test]
fn a_plan_without_sense_and_a_missing_server_are_errors() {
    let server = HttpServer::start(|_, _| Reply::ok("{}"));
    let good = plan(&server, Mode::Closed { concurrency: 1 }, SECOND);
    let message = |plan: &Plan| run(plan, &Silent::default()).expect_err("no report").to_string();
    let rate = |per_second| Mode::Rate { per_second, connections: 1 };
    assert!(message(&Plan { bodies: vec![], ..good.clone() }).contains("nothing to send"));
    assert!(message(&Plan { mode: rate(f64::NAN), ..good.clone() }).contains("above 0"));
    assert!(message(&Plan { mode: rate(0.0), ..good.clone() }).contains("above 0"));
    assert!(
        message(&Plan { mode: Mode::Closed { concurrency: 0 }, ..good.clone() }).contains("one connection")
    );
    let nobody = DeafPort::new();
    let (target, address) = (nobody.target(), nobody.target().address());
    assert_eq!(
        message(&Plan { target, ..good }),
        format!("connection refused by {address}: is `fraudctl serve` running there?")
    );
}

#[test]
fn a_request_that_is_due_beyond_all_time_is_never_sent() {
    let server = HttpServer::start(|_, _| Reply::ok("{}"));
    for per_second in [1e-20, f64::MIN_POSITIVE] {
        let plan = plan(&server, Mode::Rate { per_second, connections: 1 }, SECOND / 20);
        assert_eq!(run(&plan, &Silent::default()).expect("a report").requests, 1);
    }
}

#[test]
fn a_plan_that_no_clock_can_hold_is_an_error() {
    let server = HttpServer::start(|_, _| Reply::ok("{}"));
    let good = plan(&server, Mode::Closed { concurrency: 1 }, SECOND);
    let message = |plan: &Plan| run(plan, &Silent::default()).expect_err("no report").to_string();
    assert!(message(&Plan { duration: Duration::MAX, ..good.clone() }).contains("100 years"));
    assert!(message(&Plan { warmup: Duration::MAX / 2, ..good.clone() }).contains("100 years"));
    assert!(message(&Plan { timeout: Duration::MAX, ..good }).contains("100 years"));
}

#[test]
fn the_report_is_flat_json() {
    let server = HttpServer::start(|_, _| Reply::ok("{}"));
    let plan = plan(&server, Mode::Rate { per_second: 50.0, connections: 2 }, SECOND / 10);
    let report = run(&plan, &Silent::default()).expect("a report");
    let json = serde_json::to_value(&report).expect("JSON");
    assert_eq!(json["schema_version"], 1);
    assert_eq!((&json["mode"], &json["per_second"]), (&"rate".into(), &50.0.into()));
    assert_eq!((&json["requests"], &json["status"]["200"]), (&5.into(), &5.into()));
    for field in ["p50", "p90", "p95", "p99", "p999", "max"] {
        assert!(json["latency_us"][field].is_u64(), "{json}");
    }
    assert!(json["send_lag_us"]["p99"].is_u64());
}
