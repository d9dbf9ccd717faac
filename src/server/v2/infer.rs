//! `POST /v2/models/NAME/infer`

use std::time::Instant;

use actix_web::web::{self, Payload};
use actix_web::{HttpRequest, HttpResponse};
use serde::Deserialize;
use serde_json::{Value, json};

use super::asked_for;
use super::tensor::{Tensor, rows};
use crate::engine::Model;
use crate::engine::input::Request;
use crate::server::budget::Budget;
use crate::server::deciding::{self, Place, Wants};
use crate::server::problem::Refusal;
use crate::server::worker::Worker;
use crate::server::{App, answer, body};
use crate::wire::Answer;

/// Rows that are decided one after the other without a pause for others.
const BLOCK_ROWS: usize = 256;
/// Rows of a request: all of its answers are sent at once, and what its tensors say stands in memory several times.
const MOST_ROWS: usize = 4_096;
/// Bytes of a request, for the same reason.
const BODY_LIMIT: usize = 1024 * 1024;

#[derive(Deserialize)]
struct InferRequest {
    id: Option<String>,
    inputs: Vec<Tensor>,
    outputs: Option<Vec<Output>>,
}

#[derive(Deserialize)]
struct Output {
    name: String,
}

/// All rows are read and checked before the first is decided: one that can not be refuses them all. One model decides them.
pub(in crate::server) async fn infer(
    app: web::Data<App>,
    worker: web::Data<Worker>,
    request: HttpRequest,
    payload: Payload,
) -> Result<HttpResponse, Refusal> {
    let _held = Budget::hold(&worker, body::to_come(&request))?;
    let body = body::read_up_to(&request, payload, BODY_LIMIT).await?;
    let ticket = worker.turns.line_up(body.len())?;
    let turn = ticket.turn().await;
    let model = app.engine.model();
    asked_for(&model, &request)?;
    let asked: InferRequest = body::parse(&body)?;
    let wanted = wanted(asked.outputs)?;
    let requests = read(&app, &model, asked.inputs)?;
    drop(turn);
    let place = Place { app, worker: worker.clone() };
    let mut answers = Vec::with_capacity(requests.len());
    let mut requests = requests.into_iter().peekable();
    while requests.peek().is_some() {
        let _turn = worker.turns.go_on(0).turn().await;
        let started = Instant::now();
        let block = requests.by_ref().take(BLOCK_ROWS).map(Ok).collect();
        let decided =
            deciding::decide_all(place.clone(), model.clone(), block, Wants::default(), started).await;
        for answer in decided {
            let row = answers.len();
            answers.push(answer.map_err(|refusal| refusal.of_row(row))?);
        }
    }
    let outputs: Vec<Value> = wanted.iter().map(|name| output(name, &answers)).collect();
    let mut told = json!({ "model_name": model.name, "model_version": model.version, "outputs": outputs });
    if let Some(id) = asked.id {
        told["id"] = id.into();
    }
    Ok(answer(&told))
}

fn read(app: &App, model: &Model, inputs: Vec<Tensor>) -> Result<Vec<Request>, Refusal> {
    let names: Vec<String> = model.encoder.inputs().iter().map(|input| input.name.clone()).collect();
    let read = |row| {
        let request = Request::of(app.engine.fields(), row)?;
        deciding::check(app, model, &request)?;
        Ok(request)
    };
    let of_row = |(place, row)| read(row).map_err(|error: Refusal| error.of_row(place));
    rows(inputs, &names, MOST_ROWS)?.into_iter().enumerate().map(of_row).collect()
}

const OUTPUTS: [&str; 3] = ["fraud", "decision", "id"];

fn wanted(outputs: Option<Vec<Output>>) -> Result<Vec<&'static str>, Refusal> {
    let Some(outputs) = outputs.filter(|outputs| !outputs.is_empty()) else { return Ok(OUTPUTS.to_vec()) };
    let known = |output: &Output| {
        OUTPUTS.into_iter().find(|name| *name == output.name).ok_or_else(|| {
            let error = format!("there is no output {:?}; there are {}", output.name, OUTPUTS.join(", "));
            Refusal::bad("unknown_field", error).about("outputs")
        })
    };
    outputs.iter().map(known).collect()
}

fn output(name: &str, answers: &[Answer<'_>]) -> Value {
    let (datatype, data): (&str, Vec<Value>) = match name {
        "fraud" => ("FP64", answers.iter().map(|answer| answer.fraud.into()).collect()),
        "decision" => ("BYTES", answers.iter().map(|answer| answer.decision.as_str().into()).collect()),
        _ => ("BYTES", answers.iter().map(|answer| answer.id.as_ref().into()).collect()),
    };
    json!({ "name": name, "datatype": datatype, "shape": [answers.len()], "data": data })
}
