//! `POST /feedback`: what became known of transactions.

use actix_web::http::StatusCode;
use actix_web::web::{self, Payload};
use actix_web::{HttpRequest, HttpResponse, rt};

use super::budget::Budget;
use super::problem::Refusal;
use super::worker::Worker;
use super::{App, answer, body, page};
use crate::domain::TransactionId;
use crate::engine::input::{self, Form, Rows};
use crate::store::{self, Feedback, Order, Outcome, StoreError, Writer};
use crate::wire::{Label, Noted};

/// Labels that are stored in one commit.
const BLOCK: usize = 1_024;
/// Labels in a request, whose answers are sent at once.
const MOST: usize = 65_536;

/// What a client tells: an id and whether it was a fraud.
type Told = Result<(TransactionId, bool), Refusal>;

/// `POST /feedback`: one label, an array of them, or one a line; the answers come in the same form and order.
pub(super) async fn feedback(
    app: web::Data<App>,
    worker: web::Data<Worker>,
    request: HttpRequest,
    payload: Payload,
) -> Result<HttpResponse, Refusal> {
    let _held = Budget::hold(&worker, body::to_come(&request))?;
    let (body, form) = body::read_rows(&request, payload).await?;
    if form == Form::Array && body.trim_ascii_start().first() == Some(&b'{') {
        let noted = note(&app, vec![read(&app, &body)]).await.pop();
        return Ok(answer(&noted.unwrap_or_else(|| Err(Refusal::failed()))?));
    }
    let mut rows = Rows::new(&body, form)?;
    let mut counted = Rows::new(&body, form)?;
    if std::iter::from_fn(|| counted.next(&body)).nth(MOST).is_some() {
        let error = format!("a request may hold {MOST} labels");
        return Err(Refusal::new(StatusCode::PAYLOAD_TOO_LARGE, "too_large", error));
    }
    let (before, between, after) = body::marks(form);
    let mut out = before.to_vec();
    let mut done = 0;
    while !rows.is_empty() {
        let texts = std::iter::from_fn(|| rows.next(&body)).take(BLOCK);
        let labels = texts.map(|text| read(&app, &body[text])).collect();
        for noted in note(&app, labels).await {
            if done > 0 {
                out.extend_from_slice(between);
            }
            done += 1;
            let written = match noted {
                Ok(noted) => serde_json::to_writer(&mut out, &noted),
                Err(refusal) => serde_json::to_writer(&mut out, &refusal.problem(Some(done))),
            };
            written.expect("answers have text keys, and memory takes them");
        }
    }
    if done > 0 || form == Form::Array {
        out.extend_from_slice(after);
    }
    Ok(HttpResponse::Ok().content_type(body::content_type(form)).insert_header(page::NO_SNIFFING).body(out))
}

fn read(app: &App, text: &[u8]) -> Told {
    let Label { id, fraud } = body::parse(text)?;
    Ok((input::id(app.engine.fields(), "id", &id, TransactionId::parse)?, fraud))
}

/// Stores labels and lets live features and counters learn them; says what became of each. It is done to the end even when the
/// client leaves meanwhile, and in the order in which labels are stored.
async fn note(app: &web::Data<App>, labels: Vec<Told>) -> Vec<Result<Noted, Refusal>> {
    let (count, app) = (labels.len(), app.clone());
    let noted = rt::spawn(async move {
        let _turn = app.orders.lock().await;
        match &app.writer {
            Some(writer) => store_all(&app, writer, labels).await,
            None => {
                let learn = |label: Told| label.and_then(|(id, fraud)| remembered(&app, &id, fraud));
                labels.into_iter().map(learn).collect()
            }
        }
    });
    noted.await.unwrap_or_else(|_| vec![Err(Refusal::failed()); count])
}

async fn store_all(app: &App, writer: &Writer, labels: Vec<Told>) -> Vec<Result<Noted, Refusal>> {
    let given = (app.clock)();
    let feedback = |(id, fraud): &(TransactionId, bool)| Feedback { id: id.clone(), fraud: *fraud, given };
    let known = labels.iter().flatten().map(feedback).collect();
    let mut outcomes = match writer.obey(Order::Label(known)).await {
        Ok(Outcome::Noted(noted)) => noted.into_iter().map(Ok).collect::<Vec<_>>(),
        Ok(Outcome::Changed(_)) => Vec::new(),
        Err(error) => vec![Err(error); labels.len()],
    }
    .into_iter();
    let of = |label: Told| {
        let (id, fraud) = label?;
        let noted = outcomes.next().unwrap_or(Err(StoreError::Closed))?;
        Ok(learn(app, &id, fraud, noted.ok_or_else(|| unknown(&id))?))
    };
    labels.into_iter().map(of).collect()
}

/// What follows from a label that is stored.
fn learn(app: &App, id: &TransactionId, fraud: bool, noted: store::Noted) -> Noted {
    let store::Noted { event, decided, told, loaded } = noted;
    // The features count it as what was told last, or loaded, and else as no fraud.
    if told.or(loaded).unwrap_or(false) != fraud
        && let Some((terminal, time)) = event
    {
        app.engine.learn(&terminal, time, fraud);
    }
    if let Some((decision, model)) = &decided {
        app.metrics.labelled(model, *decision, told, fraud);
    }
    let decision = decided.map(|(decision, _)| decision);
    Noted { id: id.as_str().to_owned(), fraud, before: told, decision }
}

/// Without a database only the live features can learn, of what passed through them a short while ago.
fn remembered(app: &App, id: &TransactionId, fraud: bool) -> Result<Noted, Refusal> {
    app.engine.learn_of(id, fraud).ok_or_else(|| unknown(id))?;
    Ok(Noted { id: id.as_str().to_owned(), fraud, before: None, decision: None })
}

fn unknown(id: &TransactionId) -> Refusal {
    let error = format!("no transaction is known under the id {:?}", id.as_str());
    Refusal::new(StatusCode::NOT_FOUND, "unknown_id", error).about("id")
}
