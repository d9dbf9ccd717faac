//! Replays against a server in the same process, and into a buffer.

use std::io;
use std::sync::atomic::{AtomicUsize, Ordering};

use super::*;
use crate::client::test_server::{HttpServer, Reply};
use crate::domain::{Amount, CustomerId, GeoPoint, TerminalId, Timestamp, TransactionId};
use crate::progress::{Event, Silent};
use crate::stream::{Lines, Post, PostSink};
use crate::wire::RawTransaction;

fn transactions(count: u64) -> impl Iterator<Item = Transaction> {
    (0..count).map(|number| Transaction {
        id: TransactionId::from(number),
        time: Timestamp::from_micros(1_522_540_800_000_000 + number as i64 * 500_000),
        customer: CustomerId::from(number % 3),
        terminal: TerminalId::from(number % 5),
        amount: Amount::try_from(12.5).expect("an amount"),
        place: (number == 1).then_some(GeoPoint { latitude: 48.85, longitude: 2.35 }),
        fraud: Some(false),
    })
}

fn approve() -> Reply {
    Reply::ok(r#"{"id":"x","fraud":0.1,"decision":"approve","threshold":0.5,"model":"m"}"#)
}

fn block() -> Reply {
    Reply::ok(r#"{"id":"x","fraud":0.9,"decision":"block","threshold":0.5,"model":"m"}"#)
}

fn post_all(server: &HttpServer, count: u64, progress: &dyn Progress) -> Result<Produced, Error> {
    let mut sink = PostSink::open(Post::new(server.target()), progress)?;
    produce(&mut transactions(count), &mut sink, Pace::Unlimited, Some(count), progress)
}

/// The ids that the server got, in the order of their arrival.
fn ids(server: &HttpServer) -> Vec<u64> {
    let id = |body: &String| {
        let raw: RawTransaction = serde_json::from_str(body).expect("a transaction");
        raw.id.parse().expect("a number")
    };
    server.bodies().iter().map(id).collect()
}

/// Keeps what it is told; asks to stop once `stop_after` warnings have come.
#[derive(Default)]
struct Listener {
    warnings: std::sync::Mutex<Vec<String>>,
    stop_after: Option<usize>,
}

impl Progress for Listener {
    fn emit(&self, event: Event) {
        if let Event::Warning(text) = event {
            self.warnings.lock().expect("no panic").push(text);
        }
    }

    fn interrupted(&self) -> bool {
        self.stop_after.is_some_and(|count| self.warnings.lock().expect("no panic").len() >= count)
    }
}

#[test]
fn every_transaction_arrives_once_in_order_and_alerts_are_counted() {
    let server = HttpServer::start(|number, _| if number % 10 == 0 { block() } else { approve() });
    let produced = post_all(&server, 100, &Silent::default()).expect("a replay");
    assert_eq!((produced.sent, produced.accepted, produced.refused, produced.alerts), (100, 100, 0, 10));
    assert_eq!((produced.ended, produced.first_refusal), (Ended::Complete, None));
    assert_eq!(ids(&server), (0..100).collect::<Vec<_>>());
    assert_eq!(server.connections(), 1);
}

#[test]
fn a_busy_server_is_asked_again_without_loss() {
    let server = HttpServer::start(|number, _| match number {
        2 => Reply { headers: "Retry-After: 0\r\n", ..Reply::status(503) },
        3 => Reply { headers: "Retry-After: 1\r\n", ..Reply::status(429) },
        4 => Reply { hang_up: true, ..Reply::default() },
        5 => Reply::status(502),
        _ => approve(),
    });
    let listener = Listener::default();
    let produced = post_all(&server, 5, &listener).expect("a replay");
    assert_eq!((produced.sent, produced.accepted), (5, 5));
    assert!(produced.seconds >= 1.0, "Retry-After: 1 was not honoured: {produced:?}");
    assert_eq!(ids(&server), [0, 1, 2, 2, 2, 2, 2, 3, 4]);
    let warnings = listener.warnings.into_inner().expect("no panic");
    assert_eq!(
        warnings,
        [
            "the server is busy (status 503: no reason given) and asks to wait 0 s; trying again until it goes on"
        ]
    );
}

#[test]
fn a_server_that_stays_busy_ends_it_with_the_reason() {
    let problem = r#"{"error":"the queue is full","code":"overloaded"}"#;
    let busy = move |number: usize| match number {
        0 => approve(),
        _ => Reply { headers: "Retry-After: 3600\r\n", body: problem.into(), ..Reply::status(503) },
    };
    let server = HttpServer::start(move |number, _| busy(number));
    let error = post_all(&server, 5, &Silent::default()).expect_err("it stays busy");
    assert_eq!(
        error.to_string(),
        "gave up on transaction 1 after 0 s: the server is busy (status 503: the queue is full) and asks to wait 3600 s"
    );
}

#[test]
fn the_user_can_stop_it_while_it_waits() {
    let server = HttpServer::start(|number, _| match number {
        0 => approve(),
        _ => Reply { headers: "Retry-After: 30\r\n", ..Reply::status(503) },
    });
    let listener = Listener { stop_after: Some(1), ..Listener::default() };
    let produced = post_all(&server, 5, &listener).expect("a replay");
    assert_eq!((produced.sent, produced.ended), (1, Ended::Interrupted));
}

#[test]
fn refused_transactions_are_counted_and_the_first_is_told() {
    let problem = r#"{"error":"amount is out of range","code":"out_of_range","field":"amount"}"#;
    let server = HttpServer::start(move |number, _| match number {
        1 => Reply { body: problem.into(), ..Reply::status(422) },
        3 => Reply::status(400),
        _ => approve(),
    });
    let produced = post_all(&server, 5, &Silent::default()).expect("a replay");
    assert_eq!((produced.sent, produced.accepted, produced.refused), (5, 3, 2));
    let first = produced.first_refusal.expect("a refusal");
    assert_eq!((first.id.as_str(), first.status), ("1", 422));
    assert_eq!(first.error, "amount is out of range (field amount)");
}

#[test]
fn a_wrong_address_ends_it_at_once() {
    let server = HttpServer::start(|_, _| Reply { body: "Not Found".into(), ..Reply::status(404) });
    let error = post_all(&server, 5, &Silent::default()).expect_err("nothing is there");
    assert_eq!(error.to_string(), format!("{} answers 404 to transaction 0: Not Found", server.target()));
    assert_eq!(server.bodies().len(), 1);
}

#[test]
fn lines_carry_what_a_client_knows_and_no_label() {
    let mut output = Vec::new();
    let mut lines = Lines::new(&mut output);
    let produced = produce(&mut transactions(2), &mut lines, Pace::Unlimited, None, &Silent::default());
    assert_eq!(produced.expect("a replay").accepted, 2);
    drop(lines);
    assert_eq!(
        String::from_utf8(output).expect("UTF-8"),
        "{\"id\":\"0\",\"time\":\"2018-04-01T00:00:00Z\",\"customer\":\"0\",\"terminal\":\"0\",\"amount\":12.5}\n\
         {\"id\":\"1\",\"time\":\"2018-04-01T00:00:00.500Z\",\"customer\":\"1\",\"terminal\":\"1\",\"amount\":12.5,\
         \"latitude\":48.85,\"longitude\":2.35}\n"
    );
}

/// A pipe whose reader leaves after some bytes.
struct Pipe(usize);

impl io::Write for Pipe {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0 = self.0.checked_sub(bytes.len()).ok_or(io::ErrorKind::BrokenPipe)?;
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[test]
fn a_reader_that_leaves_is_a_good_end() {
    let produced = produce(
        &mut transactions(10_000),
        &mut Lines::new(Pipe(100_000)),
        Pace::Unlimited,
        None,
        &Silent::default(),
    );
    let produced = produced.expect("a good end");
    assert_eq!(produced.ended, Ended::ReaderLeft);
    assert!(produced.sent < 10_000);
}

/// Counts how often its lines were made visible.
#[derive(Default)]
struct Counting {
    flushes: AtomicUsize,
}

impl Sink<Transaction> for &Counting {
    fn put(&mut self, _: &Transaction) -> Result<Delivery, Error> {
        Ok(Delivery::Accepted { alert: false })
    }

    fn flush(&mut self) -> Result<(), Error> {
        self.flushes.fetch_add(1, Ordering::Relaxed);
        Ok(())
    }
}

#[test]
fn a_pace_is_never_exceeded_and_nothing_stays_in_the_buffer_during_a_pause() {
    for pace in [Pace::Rate(40.0), Pace::Speed(20.0)] {
        let counting = Counting::default();
        let produced = produce(&mut transactions(9), &mut &counting, pace, None, &Silent::default());
        let produced = produced.expect("a replay");
        assert!(produced.seconds >= 0.2, "{produced:?}");
        assert!(counting.flushes.load(Ordering::Relaxed) >= 2);
    }
    let error =
        produce(&mut transactions(1), &mut &Counting::default(), Pace::Rate(0.0), None, &Silent::default());
    assert_eq!(error.expect_err("no pace").to_string(), "the pace must be a number above 0, not 0");
}
