//! The server without a socket, but for what only exists over one.

mod accessing;
mod analysts;
mod batches;
mod counting;
mod looking;
mod predicting;
mod protocols;
mod reading;
mod sessions;
mod sockets;

use std::path::Path;
use std::time::Duration;

use actix_web::body::{MessageBody, to_bytes};
use actix_web::dev::{Service, ServiceResponse};
use actix_web::test::{TestRequest, call_service, init_service};
use actix_web::web;
use serde_json::Value;

use super::routes::application;
use super::*;
use crate::cards::CardKey;
use crate::domain::Thresholds;
use crate::engine::{EngineConfig, Model};
use crate::features::encoding::{Encoder, Encoding, Input};
use crate::features::{FeatureSet, FeatureState, HANDBOOK, LabelDelay, Plan};
use crate::model::Scorer;
use crate::store::Durability;

/// Far longer than anything takes; only a failing test waits for it.
const PATIENCE: Duration = Duration::from_secs(60);

/// Scores a row by its first value.
struct First(usize);

impl crate::model::Explainer for First {
    fn base(&self) -> f64 {
        0.25
    }

    fn contributions(&self, row: &[f64], contributions: &mut [f64]) {
        contributions.fill(0.0);
        contributions[0] = row[0] - 0.25;
    }
}

impl Scorer for First {
    fn features(&self) -> usize {
        self.0
    }

    fn explainer(&self) -> Result<&dyn crate::model::Explainer, crate::model::Unexplained> {
        Ok(self)
    }

    fn score(&self, rows: &[f64], scores: &mut [f64]) {
        for (row, score) in rows.chunks_exact(self.0).zip(scores) {
            *score = row[0];
        }
    }
}

fn engine(features: &[&str], state: Option<FeatureState>) -> Arc<Engine> {
    let features: Vec<String> = features.iter().map(|name| (*name).to_owned()).collect();
    engine_of(Encoder::of_numbers(&features), state)
}

fn engine_of(encoder: Encoder, state: Option<FeatureState>) -> Arc<Engine> {
    let scorer = Arc::new(First(encoder.features().len()));
    let thresholds = Thresholds { review: 0.5, block: Some(0.9) };
    let label_delay = state.as_ref().map(FeatureState::delay);
    let config = EngineConfig {
        model: Model { label_delay, ..Model::of(encoder, scorer, thresholds) },
        state,
        cards: Some(CardKey::new(&[7; 32])),
    };
    Arc::new(Engine::new(config).unwrap())
}

/// Kaggle's names in short.
fn tabular() -> Arc<Engine> {
    engine(&["V1", "Time", "Amount"], None)
}

/// A table of a category, a truth and an amount.
fn worded() -> Arc<Engine> {
    let input = |name: &str, encoding| Input { name: name.to_owned(), encoding };
    engine_of(
        Encoder::new(vec![
            input("kind", Encoding::Category(vec!["food".to_owned(), "fuel".to_owned()])),
            input("abroad", Encoding::Boolean),
            input("amount", Encoding::Number),
        ]),
        None,
    )
}

/// The score of a raw transaction is its amount.
fn live() -> Arc<Engine> {
    engine(&HANDBOOK, Some(FeatureState::new(Plan::of(FeatureSet::Handbook, false), LabelDelay::default())))
}

fn store(folder: &Path) -> Arc<dyn Store> {
    crate::store::open(&folder.join("fraud.db"), Durability::Process).unwrap()
}

fn config(engine: Arc<Engine>, store: Option<Arc<dyn Store>>) -> ServerConfig {
    let city = Location {
        name: "Brussels".to_owned(),
        country: "BE".to_owned(),
        latitude: 50.85,
        longitude: 4.35,
        population: 1_200_000,
        time_zone: "Europe/Brussels".to_owned(),
    };
    ServerConfig {
        bind: SocketAddr::from(([127, 0, 0, 1], 0)),
        engine,
        open: Arc::new(|_| Err(ModelError::Unusable("no other".to_owned()))),
        shelf: Arc::new(OneRun),
        shadow: None,
        store,
        keep_days: None,
        drain: Duration::ZERO,
        tokens: None,
        sites: Sites { hosts: vec!["bank.example".to_owned()], ..Sites::default() },
        tls: None,
        locations: vec![city],
        workers: 1,
        clock: Arc::new(|| Timestamp::from_seconds(1_700_000_000)),
        at_end: None,
    }
}

/// Knows the served run only.
struct OneRun;

impl Shelf for OneRun {
    fn runs(&self) -> Result<Vec<crate::wire::Run>, String> {
        let run = |name: &str| crate::wire::Run {
            name: name.to_owned(),
            version: "1a2b3c".to_owned(),
            kind: "lightgbm".to_owned(),
            role: None,
            thresholds: Thresholds { review: 0.5, block: None },
            metrics: [("average_precision".to_owned(), 0.5)].into(),
        };
        Ok(vec![run("other"), run("run-7")])
    }

    fn curves(&self, name: &str) -> Result<Option<crate::wire::Curves>, String> {
        match name {
            "run-7" => Ok(Some(crate::wire::Curves { name: name.to_owned(), ..Default::default() })),
            "broken" => Err("roc.csv: no column recall".to_owned()),
            _ => Ok(None),
        }
    }
}

/// An application's state, and the sender that stops it.
fn app(engine: Arc<Engine>, store: Option<Arc<dyn Store>>) -> (web::Data<App>, watch::Sender<bool>) {
    let (stop, stopped) = watch::channel(false);
    (web::Data::new(App::new(config(engine, store), stopped).unwrap()), stop)
}

/// Status, headers and JSON of an answer.
struct Reply {
    status: u16,
    headers: actix_web::http::header::HeaderMap,
    json: Value,
}

impl Reply {
    fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().unwrap())
    }

    /// Status, code and field of a refusal.
    fn refusal(&self) -> (u16, &str, &str) {
        let text = |name: &str| self.json[name].as_str().unwrap_or("");
        (self.status, text("code"), text("field"))
    }
}

async fn reply<B: MessageBody>(response: ServiceResponse<B>) -> Reply {
    let (status, headers) = (response.status().as_u16(), response.headers().clone());
    let body = to_bytes(response.into_body()).await.ok().unwrap();
    Reply { status, headers, json: serde_json::from_slice(&body).unwrap_or(Value::Null) }
}

async fn send(app: &web::Data<App>, request: TestRequest) -> Reply {
    let service = init_service(application(app.clone())).await;
    reply(call_service(&service, request.to_request()).await).await
}

async fn post(app: &web::Data<App>, path: &str, body: &str) -> Reply {
    let request = TestRequest::post().uri(path).insert_header(("content-type", "application/json"));
    send(app, request.set_payload(body.to_owned())).await
}

async fn get(app: &web::Data<App>, path: &str) -> Reply {
    send(app, TestRequest::get().uri(path)).await
}

/// What waits to be sent to the map.
async fn shown(app: &web::Data<App>) -> Vec<crate::wire::AlertEvent> {
    app.hub.send_pending(&app.metrics);
    app.hub.alerts_after(None, 1_000).unwrap()
}
