//! What the server counts, for `GET /metrics` and for the page.

use std::collections::VecDeque;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use actix_web::{HttpResponse, web};
use prometheus_client::encoding::{EncodeLabelSet, text};
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::registry::{Registry, Unit};

use super::latency::{Counted, Latency};
use super::{App, page};
use crate::domain::Decision;
use crate::wire::Stats;

/// Seconds that the percentiles of [`Stats`] look back.
const PERCENTILE_SECONDS: usize = 5;
/// Seconds that the alert rate of [`Stats`] looks back.
const ALERT_SECONDS: usize = 60;

const CONTENT_TYPE: &str = "application/openmetrics-text; version=1.0.0; charset=utf-8";

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Answered {
    route: &'static str,
    status: u16,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Decided {
    decision: &'static str,
}

/// The counters, as they stand and as they stood in the seconds before.
#[derive(Debug)]
pub(super) struct Metrics {
    registry: Registry,
    requests: Family<Answered, Counter>,
    decisions: Family<Decided, Counter>,
    transactions: Counter,
    alerts: Counter,
    blocked: Counter,
    latency: Latency,
    pub(super) clients: Gauge,
    pub(super) dropped: Counter,
    queue: Gauge,
    past: Mutex<VecDeque<Sample>>,
}

/// The counters at the end of one second.
#[derive(Debug, Clone, Default)]
struct Sample {
    transactions: u64,
    alerts: u64,
    latency: Counted,
}

impl Metrics {
    pub(super) fn new(model: &str) -> Self {
        let mut metrics = Self {
            registry: Registry::with_prefix("fraudctl"),
            requests: Family::default(),
            decisions: Family::default(),
            transactions: Counter::default(),
            alerts: Counter::default(),
            blocked: Counter::default(),
            latency: Latency::default(),
            clients: Gauge::default(),
            dropped: Counter::default(),
            queue: Gauge::default(),
            past: Mutex::default(),
        };
        metrics.register(model);
        metrics
    }

    fn register(&mut self, model: &str) {
        let registry = &mut self.registry;
        registry.register("http_requests", "Requests answered", self.requests.clone());
        registry.register("websocket_clients", "Connected WebSocket clients", self.clients.clone());
        let help = "Alerts that clients missed because they read too slowly";
        registry.register("websocket_dropped_alerts", help, self.dropped.clone());
        registry.register("store_queue_length", "Decisions that wait to be stored", self.queue.clone());
        let scored = registry.sub_registry_with_label(("model".into(), model.to_owned().into()));
        scored.register("decisions", "Transactions scored", self.decisions.clone());
        scored.register("alerts", "Alerts sent to the map", self.alerts.clone());
        let help = "Time from a complete request to its answer, storing included";
        scored.register_with_unit("decision_duration", help, Unit::Seconds, self.latency.clone());
    }

    /// Counts an answered request.
    pub(super) fn answered(&self, route: &'static str, status: u16) {
        self.requests.get_or_create(&Answered { route, status }).inc();
    }

    /// Counts a decision; `alert` when it goes to the map.
    pub(super) fn decided(&self, decision: Decision, alert: bool, duration: Duration) {
        self.transactions.inc();
        self.decisions.get_or_create(&Decided { decision: decision.as_str() }).inc();
        self.latency.observe(duration);
        if alert {
            self.alerts.inc();
            self.blocked.inc_by(u64::from(decision == Decision::Block));
        }
    }

    /// To be called once a second: the rates of [`Metrics::stats`] are between calls.
    pub(super) fn tick(&self) {
        let sample = self.sample();
        let mut past = self.past.lock().unwrap_or_else(PoisonError::into_inner);
        past.push_back(sample);
        if past.len() > ALERT_SECONDS + 1 {
            past.pop_front();
        }
    }

    /// Totals of this moment, rates of the last full second and minute.
    pub(super) fn stats(&self) -> Stats {
        let past = self.past.lock().unwrap_or_else(PoisonError::into_inner);
        let start = Sample::default();
        let last = past.back().unwrap_or(&start);
        let before = |seconds: usize| past.iter().rev().nth(seconds).unwrap_or(&start);
        let latency = last.latency.since(&before(PERCENTILE_SECONDS).latency);
        Stats {
            transactions: self.transactions.get(),
            alerts: self.alerts.get(),
            blocked: self.blocked.get(),
            transactions_per_second: last.transactions - before(1).transactions,
            alerts_per_minute: last.alerts - before(ALERT_SECONDS).alerts,
            clients: self.clients.get().unsigned_abs(),
            p50_us: latency.quantile_us(0.5),
            p99_us: latency.quantile_us(0.99),
        }
    }

    fn sample(&self) -> Sample {
        Sample {
            transactions: self.transactions.get(),
            alerts: self.alerts.get(),
            latency: self.latency.counted(),
        }
    }
}

/// `GET /metrics`
pub(super) async fn metrics(app: web::Data<App>) -> HttpResponse {
    let waiting = app.writer.as_ref().map_or(0, |writer| writer.waiting());
    app.metrics.queue.set(i64::try_from(waiting).unwrap_or(i64::MAX));
    let mut body = String::new();
    text::encode(&mut body, &app.metrics.registry).expect("writing to a string can not fail");
    HttpResponse::Ok().content_type(CONTENT_TYPE).insert_header(page::NO_SNIFFING).body(body)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rates_are_of_the_last_full_second_and_minute() {
        let metrics = Metrics::new("run");
        metrics.decided(Decision::Block, true, Duration::from_micros(100));
        metrics.tick();
        assert_eq!(metrics.stats().transactions_per_second, 1);
        for _ in 0..59 {
            metrics.tick();
        }
        metrics.decided(Decision::Approve, false, Duration::from_micros(6));
        metrics.decided(Decision::Review, true, Duration::from_micros(6));
        assert_eq!(metrics.stats().alerts_per_minute, 1);
        metrics.tick();
        let stats = metrics.stats();
        assert_eq!((stats.transactions, stats.alerts, stats.blocked), (3, 2, 1));
        assert_eq!((stats.transactions_per_second, stats.alerts_per_minute), (2, 1));
        assert_eq!((stats.p50_us, stats.p99_us), (6, 6));
    }
}
