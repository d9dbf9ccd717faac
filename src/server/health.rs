//! Is it alive, and can it score?

use actix_web::{HttpResponse, web};
use serde_json::json;

use super::problem::Refusal;
use super::{App, answer};
use crate::store::QUEUE_CAPACITY;

/// From this many waiting decisions on, no more requests should be sent here.
const READY_QUEUE: usize = QUEUE_CAPACITY / 4 * 3;

/// `GET /health`, as older clients know it.
pub(super) async fn health() -> HttpResponse {
    answer(&json!({"health": "OK"}))
}

/// `GET /health/live`
pub(super) async fn live() -> HttpResponse {
    answer(&json!({"live": true}))
}

/// `GET /health/ready`: the model has scored, the database takes decisions, and nobody asked to stop.
pub(super) async fn ready(app: web::Data<App>) -> Result<HttpResponse, Refusal> {
    let refuse = |reason: String| Err(Refusal::unavailable("not_ready", reason));
    if *app.stop.borrow() {
        return refuse("the server is stopping".to_owned());
    }
    if let Some(writer) = &app.writer {
        if !writer.is_open() {
            return refuse("the database is closed".to_owned());
        }
        if writer.waiting() >= READY_QUEUE {
            return refuse(format!("{} decisions wait to be stored", writer.waiting()));
        }
    }
    Ok(answer(&json!({"ready": true})))
}
