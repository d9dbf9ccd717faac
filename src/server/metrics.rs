//! What the server counts, for `GET /metrics` and for the page.

use std::collections::VecDeque;
use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Arc, Mutex, PoisonError, RwLock};
use std::time::Duration;

use actix_web::{HttpResponse, web};
use prometheus_client::encoding::{EncodeLabelSet, text};
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::registry::{Registry, Unit};

use super::collect::Observed;
use super::latency::{Counted, Latency};
use super::scores::Today;
use super::{App, page};
use crate::domain::{Decision, Timestamp};
use crate::engine::{Model, Scored};
use crate::store::ModelRecord;
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
struct ModelLabels {
    model: String,
    version: String,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Decided {
    model: String,
    version: String,
    decision: &'static str,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Labelled {
    model: String,
    version: String,
    decision: &'static str,
    label: &'static str,
}

/// What is counted of one model, found once and kept: to look labels up takes longer than to count.
#[derive(Debug)]
pub(super) struct OfModel {
    /// As the database knows it.
    pub(super) record: Arc<ModelRecord>,
    /// By place in [`Decision::ALL`].
    decisions: [Counter; 3],
    alerts: Counter,
    latency: Latency,
    /// By score.
    pub(super) today: Today,
}

/// The counters, as they stand and as they stood in the seconds before.
#[derive(Debug)]
pub(super) struct Metrics {
    registry: Registry,
    requests: Family<Answered, Counter>,
    decisions: Family<Decided, Counter>,
    alerts: Family<ModelLabels, Counter>,
    latency: Family<ModelLabels, Latency>,
    labels: Family<Labelled, Counter>,
    withdrawn: Family<Labelled, Counter>,
    /// The newest last.
    models: RwLock<Vec<Arc<OfModel>>>,
    blocked: Counter,
    pub(super) reloads: Counter,
    pub(super) clients: Gauge,
    pub(super) dropped: Counter,
    queue: Gauge,
    alerts_waiting: Gauge,
    frames_waiting: Gauge,
    pub(super) batches_waiting: Gauge,
    pub(super) bodies_held: Gauge,
    /// Features that have moved; below 0 while nobody can tell.
    pub(super) drifting: AtomicI64,
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
    pub(super) fn new() -> Self {
        let mut metrics = Self {
            registry: Registry::with_prefix("fraudctl"),
            requests: Family::default(),
            decisions: Family::default(),
            alerts: Family::default(),
            latency: Family::default(),
            labels: Family::default(),
            withdrawn: Family::default(),
            models: RwLock::default(),
            blocked: Counter::default(),
            reloads: Counter::default(),
            clients: Gauge::default(),
            dropped: Counter::default(),
            queue: Gauge::default(),
            alerts_waiting: Gauge::default(),
            frames_waiting: Gauge::default(),
            batches_waiting: Gauge::default(),
            bodies_held: Gauge::default(),
            drifting: AtomicI64::new(-1),
            past: Mutex::default(),
        };
        metrics.register();
        metrics
    }

    /// Adds what is computed when somebody looks.
    pub(super) fn collect(&mut self, observed: Observed) {
        self.registry.register_collector(Box::new(observed));
    }

    fn register(&mut self) {
        let registry = &mut self.registry;
        registry.register("http_requests", "Requests answered", self.requests.clone());
        registry.register("websocket_clients", "Connected WebSocket clients", self.clients.clone());
        let help = "Alerts that clients missed because they read too slowly";
        registry.register("websocket_dropped_alerts", help, self.dropped.clone());
        registry.register("store_queue_length", "Decisions that wait to be stored", self.queue.clone());
        let help = "Alerts that wait for the next frame, 5000 at most";
        registry.register("alerts_waiting", help, self.alerts_waiting.clone());
        let help = "Frames that wait for WebSocket clients, 64 at most for each";
        registry.register("websocket_frames_waiting", help, self.frames_waiting.clone());
        let help = "Bytes of batches that wait for their turn, 256 KiB at most on each worker";
        registry.register("batch_waiting_bytes", help, self.batches_waiting.clone());
        let help = "Bytes of batches that are read, computed or sent, 16 MiB at most on each worker";
        registry.register("batch_held_bytes", help, self.bodies_held.clone());
        registry.register("model_exchanges", "Times that another model took over", self.reloads.clone());
        registry.register("decisions", "Transactions scored", self.decisions.clone());
        registry.register("alerts", "Alerts sent to the map", self.alerts.clone());
        let help = "Decisions whose label was told later, by what was decided and what it was";
        registry.register("labels", help, self.labels.clone());
        let help = "Labels that turned out to be wrong; to be taken from those told";
        registry.register("labels_withdrawn", help, self.withdrawn.clone());
        let help = "Time from a complete request to its answer, storing included";
        registry.register_with_unit("decision_duration", help, Unit::Seconds, self.latency.clone());
    }

    /// Counts an answered request.
    pub(super) fn answered(&self, route: &'static str, status: u16) {
        self.requests.get_or_create(&Answered { route, status }).inc();
    }

    /// Counts a decision of a model, made at `now`; `alert` when it goes to the map.
    pub(super) fn decided(
        &self,
        counts: &OfModel,
        Scored { decision, score, .. }: Scored,
        alert: bool,
        now: Timestamp,
        duration: Duration,
    ) {
        counts.decisions[decision as usize].inc();
        counts.latency.observe(duration);
        counts.today.count(score, now);
        if alert {
            counts.alerts.inc();
            self.blocked.inc_by(u64::from(decision == Decision::Block));
        }
    }

    /// Counts what became known of a decision, of which something else may have been `told` before.
    pub(super) fn labelled(&self, model: &ModelRecord, decision: Decision, told: Option<bool>, fraud: bool) {
        let labels = |fraud: bool| Labelled {
            model: model.name.clone(),
            version: model.version.clone(),
            decision: decision.as_str(),
            label: if fraud { "fraud" } else { "genuine" },
        };
        match told {
            Some(told) if told == fraud => return,
            Some(told) => self.withdrawn.get_or_create(&labels(told)).inc(),
            None => 0,
        };
        self.labels.get_or_create(&labels(fraud)).inc();
    }

    /// What is counted of `model`.
    pub(super) fn of(&self, model: &Model) -> Arc<OfModel> {
        let found = |models: &[Arc<OfModel>]| {
            let is_it =
                |of: &&Arc<OfModel>| of.record.version == model.version && of.record.name == model.name;
            models.iter().rev().find(is_it).cloned()
        };
        if let Some(counts) = found(&self.models.read().unwrap_or_else(PoisonError::into_inner)) {
            return counts;
        }
        let mut models = self.models.write().unwrap_or_else(PoisonError::into_inner);
        if let Some(counts) = found(&models) {
            return counts;
        }
        let labels = ModelLabels { model: model.name.clone(), version: model.version.clone() };
        let decided = |decision: Decision| {
            let (model, version) = (model.name.clone(), model.version.clone());
            self.decisions.get_or_create(&Decided { model, version, decision: decision.as_str() }).clone()
        };
        let counts = Arc::new(OfModel {
            decisions: Decision::ALL.map(decided),
            alerts: self.alerts.get_or_create(&labels).clone(),
            latency: self.latency.get_or_create(&labels).clone(),
            today: Today::default(),
            record: Arc::new(ModelRecord {
                name: labels.model,
                version: labels.version,
                features: model.features().to_vec(),
                inputs: model.encoder.inputs().iter().map(|input| input.name.clone()).collect(),
            }),
        });
        models.push(counts.clone());
        counts
    }

    /// All of them as Prometheus reads them.
    pub(super) fn text(&self) -> String {
        let mut text = String::new();
        text::encode(&mut text, &self.registry).expect("writing to a string can not fail");
        text
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
        let now = self.sample();
        let past = self.past.lock().unwrap_or_else(PoisonError::into_inner);
        let start = Sample::default();
        let last = past.back().unwrap_or(&start);
        let before = |seconds: usize| past.iter().rev().nth(seconds).unwrap_or(&start);
        let latency = last.latency.since(&before(PERCENTILE_SECONDS).latency);
        Stats {
            transactions: now.transactions,
            alerts: now.alerts,
            blocked: self.blocked.get(),
            transactions_per_second: last.transactions - before(1).transactions,
            alerts_per_minute: last.alerts - before(ALERT_SECONDS).alerts,
            clients: self.clients.get().unsigned_abs(),
            p50_us: latency.quantile_us(0.5),
            p99_us: latency.quantile_us(0.99),
            drifting: u64::try_from(self.drifting.load(Ordering::Relaxed)).ok(),
        }
    }

    /// The sum over all models.
    fn sample(&self) -> Sample {
        let models = self.models.read().unwrap_or_else(PoisonError::into_inner);
        let mut sample = Sample::default();
        for counts in models.iter() {
            sample.transactions += counts.decisions.iter().map(Counter::get).sum::<u64>();
            sample.alerts += counts.alerts.get();
            sample.latency.add(&counts.latency.counted());
        }
        sample
    }
}

/// `GET /metrics`
pub(super) async fn metrics(app: web::Data<App>) -> HttpResponse {
    let waiting = app.writer.as_ref().map_or(0, |writer| writer.waiting());
    let (alerts, frames) = app.hub.waiting();
    let gauges = [&app.metrics.queue, &app.metrics.alerts_waiting, &app.metrics.frames_waiting];
    for (gauge, length) in gauges.into_iter().zip([waiting, alerts, frames]) {
        gauge.set(i64::try_from(length).unwrap_or(i64::MAX));
    }
    HttpResponse::Ok().content_type(CONTENT_TYPE).insert_header(page::NO_SNIFFING).body(app.metrics.text())
}
