//! `POST /feedback`: what became known of decided transactions.

use actix_web::http::StatusCode;
use actix_web::web::{self, Payload};
use actix_web::{HttpRequest, HttpResponse};

use super::problem::Refusal;
use super::{App, answer, body, page};
use crate::domain::TransactionId;
use crate::engine::input::{Form, Rows};
use crate::store::{self, Feedback, Order, Outcome, StoreError};
use crate::wire::{Label, Noted};

/// Labels that are stored in one commit.
const BLOCK: usize = 1_024;

/// `POST /feedback`: one label, an array of them, or one a line; the answers come in the same form and order.
pub(super) async fn feedback(
    app: web::Data<App>,
    request: HttpRequest,
    payload: Payload,
) -> Result<HttpResponse, Refusal> {
    let (body, form) = body::read_rows(&request, payload).await?;
    if form == Form::Array && body.trim_ascii_start().first() == Some(&b'{') {
        let noted = note(&app, vec![read(&app, &body)]).await.pop();
        return Ok(answer(&noted.unwrap_or_else(|| Err(Refusal::failed()))?));
    }
    let mut rows = Rows::new(&body, form)?;
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

fn read(app: &App, text: &[u8]) -> Result<(TransactionId, bool), Refusal> {
    let Label { id, fraud } =
        serde_json::from_slice(text).map_err(|error| Refusal::bad("malformed", error.to_string()))?;
    let id = TransactionId::parse(&app.engine.fields().without_card(&id))
        .map_err(|error| Refusal::bad("invalid_value", format!("field \"id\": {error}")).about("id"))?;
    Ok((id, fraud))
}

/// Stores labels and lets the live features learn them; says what became of each.
async fn note(app: &App, labels: Vec<Result<(TransactionId, bool), Refusal>>) -> Vec<Result<Noted, Refusal>> {
    let Some(writer) = &app.writer else {
        return labels
            .into_iter()
            .map(|label| label.and_then(|(id, fraud)| remembered(app, &id, fraud)))
            .collect();
    };
    let given = (app.clock)();
    let known: Vec<Feedback> = labels
        .iter()
        .flatten()
        .map(|(id, fraud)| Feedback { id: id.clone(), fraud: *fraud, given })
        .collect();
    let mut outcomes = match writer.obey(Order::Label(known)).await {
        Ok(Outcome::Noted(noted)) => noted.into_iter().map(Ok).collect::<Vec<_>>(),
        Ok(Outcome::Changed(_)) => Vec::new(),
        Err(error) => vec![Err(error); labels.len()],
    }
    .into_iter();
    let of = |label: Result<(TransactionId, bool), Refusal>| {
        let (id, fraud) = label?;
        let noted = outcomes.next().unwrap_or(Err(StoreError::Closed))?;
        let store::Noted::About(about, before) = noted else { return remembered(app, &id, fraud) };
        let record = about.record;
        if before != Some(fraud)
            && let Some(terminal) = &record.terminal
        {
            app.engine.learn(terminal, record.time, fraud);
        }
        if before.is_none() {
            app.metrics.labelled(&record.model, record.decision, fraud);
        }
        Ok(Noted { id: id.as_str().to_owned(), fraud, before, decision: Some(record.decision) })
    };
    labels.into_iter().map(of).collect()
}

/// Without a stored decision only the live features can learn, of what passed through them a short while ago.
fn remembered(app: &App, id: &TransactionId, fraud: bool) -> Result<Noted, Refusal> {
    let Some((terminal, time)) = app.engine.passed(id) else {
        let error = format!("no decision is known under the id {:?}", id.as_str());
        return Err(Refusal::new(StatusCode::NOT_FOUND, "unknown_id", error).about("id"));
    };
    app.engine.learn(&terminal, time, fraud);
    Ok(Noted { id: id.as_str().to_owned(), fraud, before: None, decision: None })
}
