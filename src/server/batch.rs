//! `POST /predict/batch`: many transactions in, one answer or problem for each out, in their order.

use std::ops::Range;
use std::time::{Duration, Instant};

use actix_web::web::{self, Bytes, Payload};
use actix_web::{HttpRequest, HttpResponse, rt};
use futures_util::stream;
use serde::Deserialize;
use tokio::sync::mpsc;
use tokio::time::timeout;

use super::budget::{Budget, Held};
use super::deciding::{self, Place, Wants};
use super::problem::Refusal;
use super::turns::Ticket;
use super::worker::Worker;
use super::{App, body, page};
use crate::engine::input::{Form, Rows};
use crate::wire::Answer;

/// Rows that are scored one after the other without a pause for others: about a millisecond.
const BLOCK_ROWS: usize = 256;
/// How long a client may take to take a block.
const PATIENCE: Duration = Duration::from_secs(10);
/// What a block has in bytes, about; it says how long one waits, not how large a row may be.
const BLOCK_BYTES: usize = 128 * 1024;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Query {
    #[serde(default)]
    map: bool,
}

/// `POST /predict/batch`: NDJSON or a JSON array; the answers come in the same form. With `?map=true` alerts go to the map.
pub(super) async fn batch(
    app: web::Data<App>,
    worker: web::Data<Worker>,
    request: HttpRequest,
    payload: Payload,
) -> Result<HttpResponse, Refusal> {
    let query = web::Query::<Query>::from_query(request.query_string())
        .map_err(|error| Refusal::bad("invalid_query", format!("{error}; known is map")))?;
    let room = worker.turns.check(body::to_come(&request).min(BLOCK_BYTES));
    let held = match room.and_then(|()| Budget::hold(&worker, body::to_come(&request))) {
        Ok(held) => held,
        Err(refusal) => {
            // What it has sent is taken off the wire and nowhere kept, so that the connection can go on.
            body::pass_over(payload).await?;
            return Err(refusal);
        }
    };
    let (body, form) = body::read_rows(&request, payload).await?;
    let rows = Rows::new(&body, form)?;
    let wants = Wants { map: query.map, contributions: None };
    let ticket = worker.turns.line_up(rows.len().min(BLOCK_BYTES))?;
    let place = Place { app, worker: worker.clone() };
    let mut batch = Batch { place, body, rows, form, wants, done: 0, _held: held };
    let first = batch.block(ticket).await;
    let mut response = HttpResponse::Ok();
    response.content_type(body::content_type(form)).insert_header(page::NO_SNIFFING);
    if batch.rows.is_empty() {
        return Ok(response.body(first));
    }
    let (sender, blocks) = mpsc::channel(1);
    rt::spawn(batch.send(first, sender));
    Ok(response.streaming(stream::unfold(blocks, |mut blocks| async {
        let block = blocks.recv().await?;
        Some((block, blocks))
    })))
}

/// A batch under way.
struct Batch {
    place: Place,
    body: Bytes,
    rows: Rows,
    form: Form,
    wants: Wants,
    /// Rows that have been answered.
    done: usize,
    _held: Held,
}

impl Batch {
    /// Sends `first` and then what follows. A block is computed when the one before has been taken, so that a slow client costs nobody
    /// else anything; one that takes nothing for long is left, and its connection ends in the middle of the answer.
    async fn send(mut self, first: Bytes, sender: mpsc::Sender<Result<Bytes, Refusal>>) {
        let mut block = first;
        loop {
            let Ok(room) = timeout(PATIENCE, sender.reserve()).await else {
                drop(self);
                return abandon(sender).await;
            };
            // An error means that the client has gone.
            let Ok(room) = room else { return };
            room.send(Ok(block));
            if self.rows.is_empty() {
                return;
            }
            let worker = self.place.worker.clone();
            block = self.block(worker.turns.go_on(self.rows.len().min(BLOCK_BYTES))).await;
        }
    }

    /// Decides the next rows; gives their answers as they are sent, with what stands before and after them.
    async fn block(&mut self, ticket: Ticket<'_>) -> Bytes {
        let _turn = ticket.turn().await;
        let started = Instant::now();
        let texts = std::iter::from_fn(|| self.rows.next(&self.body)).take(BLOCK_ROWS);
        let read = |text: Range<usize>| Ok(self.place.app.engine.read(&self.body[text])?);
        let requests: Vec<_> = texts.map(read).collect();
        let model = self.place.app.engine.model();
        let answers = deciding::decide_all(self.place.clone(), model, requests, self.wants, started).await;
        let (before, between, after) = body::marks(self.form);
        let mut out = Vec::with_capacity(answers.len() * 192 + 2);
        if self.done == 0 {
            out.extend_from_slice(before);
        }
        for answer in &answers {
            if self.done > 0 {
                out.extend_from_slice(between);
            }
            self.done += 1;
            write(&mut out, answer, self.done);
        }
        if self.rows.is_empty() && (self.done > 0 || self.form == Form::Array) {
            out.extend_from_slice(after);
        }
        out.into()
    }
}

/// Keeps nothing of the batch, and ends its answer with an error should the client come back to it.
async fn abandon(sender: mpsc::Sender<Result<Bytes, Refusal>>) {
    // An error means that the client has gone for good.
    let _ = sender.send(Err(Refusal::failed())).await;
}

fn write(out: &mut Vec<u8>, answer: &Result<Answer<'static>, Refusal>, row: usize) {
    let written = match answer {
        Ok(answer) => serde_json::to_writer(out, answer),
        Err(refusal) => serde_json::to_writer(out, &refusal.problem(Some(row))),
    };
    written.expect("answers have text keys, and memory takes them");
}
