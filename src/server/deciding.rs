//! From requests to decisions that are stored, counted and, if they are alerts, shown.

use std::sync::Arc;
use std::time::Instant;

use actix_web::{rt, web};

use super::asked::Asked;
use super::problem::Refusal;
use super::worker::Worker;
use super::{App, alert};
use crate::domain::{Decision, TransactionId};
use crate::engine::input::Request;
use crate::engine::{Explanation, Model, Scored};
use crate::store::{DecisionRecord, Recorded};
use crate::wire::Answer;

/// Where a request is decided.
#[derive(Clone)]
pub(super) struct Place {
    pub(super) app: web::Data<App>,
    pub(super) worker: web::Data<Worker>,
}

/// What a client wants of a decision besides itself.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Wants {
    /// An alert goes to the map.
    pub(super) map: bool,
    /// So many contributions.
    pub(super) contributions: Option<usize>,
}

/// A decision, and what moved it when that was wanted.
pub(super) type Decided = Result<(Answer<'static>, Option<Explanation>), Refusal>;

/// Checks of a request what can be checked without deciding it.
pub(super) fn check(app: &App, model: &Model, request: &Request) -> Result<(), Refusal> {
    Asked::check_time(app, request)?;
    Ok(model.check_range(&request.row)?)
}

/// Has a request decided that was complete at `started`. What is to be stored ends what it has begun even when the client
/// leaves meanwhile, which drops this future: what is stored is counted and shown as well.
pub(super) async fn decide(place: Place, request: Request, wants: Wants, started: Instant) -> Decided {
    if place.app.writer.is_none() {
        return run(&place, request, wants, started).await;
    }
    let decided = rt::spawn(async move { run(&place, request, wants, started).await }).await;
    decided.unwrap_or_else(|_| Err(Refusal::failed()))
}

async fn run(place: &Place, request: Request, wants: Wants, started: Instant) -> Decided {
    let app = &*place.app;
    let slot = place.worker.slot(app)?;
    let mut asked = Asked::new(app, request, wants.map)?;
    let model = app.engine.model();
    if wants.contributions.is_some() {
        model.check_explained()?;
    }
    if let Some(before) = asked.decided_before(app).await? {
        return repeated(&model, before, wants);
    }
    let is_raw = asked.request.is_transaction(app.engine.fields());
    let (row, time) = app.engine.row(&asked.request, &asked.id, asked.time, asked.given)?;
    let scored = model.score(&row)?;
    let explanation = wants.contributions.map(|top| model.explain(&row, top)).transpose()?;
    notice(app, &model, &row, scored);
    let counts = app.metrics.of(&model);
    let verdict = Verdict::of(app, &asked, scored);
    let answer = answer(&asked.id, &model, scored, verdict);
    if slot.is_none() && !verdict.is_shown() {
        app.metrics.decided(&counts, scored, false, asked.now, started.elapsed());
        return Ok((answer, explanation));
    }
    let (row, now) = (row.into_owned(), asked.now);
    asked.time = time;
    let record = asked.record(app, &counts, row, scored, verdict).await?;
    let event = verdict.is_shown().then(|| alert::event(record.clone()));
    if let Some(slot) = slot {
        match slot.record(record).await? {
            Recorded::New(_) => app.engine.stored(u64::from(is_raw)),
            Recorded::Repeated(before) => return repeated(&model, before.record, wants),
            Recorded::Conflict => return Err(Refusal::conflict(&answer.id)),
        }
    }
    app.metrics.decided(&counts, scored, event.is_some(), now, started.elapsed());
    event.into_iter().for_each(|event| app.hub.publish(event));
    Ok((answer, explanation))
}

/// Has the rows of a block decided by `model`, those of them that could be read; says what became of each, in their order.
pub(super) async fn decide_all(
    place: Place,
    model: Arc<Model>,
    requests: Vec<Result<Request, Refusal>>,
    wants: Wants,
    started: Instant,
) -> Vec<Result<Answer<'static>, Refusal>> {
    if place.app.writer.is_none() {
        return run_all(&place, &model, requests, wants, started).await;
    }
    let count = requests.len();
    let decided = rt::spawn(async move { run_all(&place, &model, requests, wants, started).await }).await;
    decided.unwrap_or_else(|_| vec![Err(Refusal::failed()); count])
}

async fn run_all(
    place: &Place,
    model: &Model,
    requests: Vec<Result<Request, Refusal>>,
    wants: Wants,
    started: Instant,
) -> Vec<Result<Answer<'static>, Refusal>> {
    let count = requests.len();
    let app = &*place.app;
    let room = match place.worker.room(app, count).await {
        Ok(room) => room,
        Err(error) => return vec![Err(error.into()); count],
    };
    let counts = app.metrics.of(model);
    let width = model.features().len();
    let mut rows = Vec::with_capacity(count * width);
    let mut answers: Vec<Result<Answer<'static>, Refusal>> = Vec::with_capacity(count);
    let mut asked_for = Vec::with_capacity(count);
    for (place, request) in requests.into_iter().enumerate() {
        match take(app, request, wants, &mut rows).await {
            // Replaced below by what becomes of it.
            Ok(Taken::Asked(asked)) => {
                answers.push(Err(Refusal::failed()));
                asked_for.push((place, asked));
            }
            Ok(Taken::Decided(before)) => answers.push(Ok(answered_before(before))),
            Err(refusal) => answers.push(Err(refusal)),
        }
    }
    let mut records = Vec::new();
    let mut recorded_for = Vec::new();
    let scores = model.score_all(&rows);
    for (((place, asked), scored), row) in asked_for.into_iter().zip(scores).zip(rows.chunks_exact(width)) {
        let scored = match scored {
            Ok(scored) => scored,
            Err(error) => {
                answers[place] = Err(error.into());
                continue;
            }
        };
        notice(app, model, row, scored);
        let verdict = Verdict::of(app, &asked, scored);
        answers[place] = Ok(answer(&asked.id, model, scored, verdict));
        if room.is_none() && !verdict.is_shown() {
            app.metrics.decided(&counts, scored, false, asked.now, started.elapsed());
            continue;
        }
        let now = asked.now;
        match asked.record(app, &counts, row.to_vec(), scored, verdict).await {
            Ok(record) => {
                let event = verdict.is_shown().then(|| alert::event(record.clone()));
                recorded_for.push((place, scored, now, event));
                records.push(record);
            }
            Err(refusal) => answers[place] = Err(refusal),
        }
    }
    let is_raw = |record: &DecisionRecord| record.customer.is_some();
    let are_raw: Vec<bool> = records.iter().map(is_raw).collect();
    let stored = match room {
        Some(room) => match room.record_all(records).await {
            Ok(stored) => stored,
            Err(error) => vec![Err(error); are_raw.len()],
        },
        None => vec![Ok(Recorded::New(0)); are_raw.len()],
    };
    let mut passed = 0;
    for (((place, scored, now, event), is_raw), stored) in recorded_for.into_iter().zip(are_raw).zip(stored) {
        match stored {
            Ok(Recorded::New(_)) => {
                passed += u64::from(is_raw);
                app.metrics.decided(&counts, scored, event.is_some(), now, started.elapsed());
                event.into_iter().for_each(|event| app.hub.publish(event));
            }
            Ok(Recorded::Repeated(before)) => answers[place] = Ok(answered_before(before.record)),
            Ok(Recorded::Conflict) => {
                let id = answers[place].as_ref().map(|answer| answer.id.clone()).unwrap_or_default();
                answers[place] = Err(Refusal::conflict(&id));
            }
            Err(error) => answers[place] = Err(error.into()),
        }
    }
    app.engine.stored(passed);
    answers
}

/// What becomes of a row of a block at first.
enum Taken {
    /// It is to be decided.
    Asked(Asked),
    /// It was.
    Decided(DecisionRecord),
}

/// Adds the features of a request to `rows`, unless it was decided before.
async fn take(
    app: &App,
    request: Result<Request, Refusal>,
    wants: Wants,
    rows: &mut Vec<f64>,
) -> Result<Taken, Refusal> {
    let mut asked = Asked::new(app, request?, wants.map)?;
    if let Some(before) = asked.decided_before(app).await? {
        return Ok(Taken::Decided(before));
    }
    let (row, time) = app.engine.row(&asked.request, &asked.id, asked.time, asked.given)?;
    rows.extend_from_slice(&row);
    drop(row);
    asked.time = time;
    Ok(Taken::Asked(asked))
}

/// Lets those see a row who watch what is scored.
fn notice(app: &App, model: &Model, row: &[f64], scored: Scored) {
    model.watch(row, scored.score);
    if let Some(shadow) = &app.shadow {
        shadow.offer(row, scored);
    }
}

/// What is to be shown of a decision.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Verdict {
    /// Nothing.
    Quiet,
    /// An alert.
    Shown,
    /// An alert, were its customer or terminal not suppressed.
    Suppressed,
}

impl Verdict {
    fn of(app: &App, asked: &Asked, scored: Scored) -> Self {
        let Asked { request, now, .. } = asked;
        match asked.on_map && scored.decision != Decision::Approve {
            false => Self::Quiet,
            true if app.suppressions.hold(request.customer.as_ref(), request.terminal.as_ref(), *now) => {
                Self::Suppressed
            }
            true => Self::Shown,
        }
    }

    pub(super) fn is_shown(self) -> bool {
        self == Self::Shown
    }
}

fn answer(id: &TransactionId, model: &Model, scored: Scored, verdict: Verdict) -> Answer<'static> {
    Answer {
        id: id.as_str().to_owned().into(),
        fraud: scored.score,
        decision: scored.decision,
        threshold: scored.threshold,
        model: model.name.clone().into(),
        model_version: model.version.clone().into(),
        suppressed: verdict == Verdict::Suppressed,
    }
}

/// What was answered when `record` was decided.
fn answered_before(record: DecisionRecord) -> Answer<'static> {
    Answer {
        id: record.id.as_str().to_owned().into(),
        fraud: record.score,
        decision: record.decision,
        threshold: record.threshold,
        model: record.model.name.clone().into(),
        model_version: record.model.version.clone().into(),
        suppressed: record.suppressed,
    }
}

/// The same, and what moved it where the model that decided is still there to ask.
fn repeated(model: &Model, record: DecisionRecord, wants: Wants) -> Decided {
    let explanation = match wants.contributions {
        None => None,
        Some(_) if record.model.version != model.version || record.row.is_empty() => {
            return Err(Refusal::other_model(record.id.as_str(), &record.model.name));
        }
        Some(top) => Some(model.explain(&record.row, top)?),
    };
    Ok((answered_before(record), explanation))
}
