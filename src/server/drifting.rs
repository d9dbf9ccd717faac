//! How far what is scored has moved away from the validation rows, over the last day: `GET /drift`.

use std::collections::VecDeque;
use std::sync::atomic::Ordering;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use actix_web::{HttpResponse, web};
use tokio::sync::watch;

use super::{App, answer};
use crate::engine::{Drift, Model};
use crate::wire::{self, DriftPoint, Moved};

/// Time between two looks.
const PERIOD: Duration = Duration::from_secs(10);
/// Looks from one point of the course to the next: a minute.
const LOOKS: u32 = 6;
/// Points that are kept: a day.
const MOST: usize = 24 * 60;

/// The drift of the served model, minute by minute.
#[derive(Debug, Default)]
pub(super) struct Course(Mutex<Points>);

#[derive(Debug, Default)]
struct Points {
    /// Version of the model that they are of.
    version: String,
    points: VecDeque<DriftPoint>,
}

impl Course {
    /// Adds a point; those of another model are forgotten.
    fn add(&self, model: &Model, point: DriftPoint) {
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if all.version != model.version {
            *all = Points { version: model.version.clone(), points: VecDeque::new() };
        }
        if all.points.len() == MOST {
            all.points.pop_front();
        }
        all.points.push_back(point);
    }

    /// Those of a model, oldest first.
    fn of(&self, model: &Model) -> Vec<DriftPoint> {
        let all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if all.version == model.version { all.points.iter().cloned().collect() } else { Vec::new() }
    }
}

/// Looks until `stop` says so.
pub(super) async fn run(app: Arc<App>, mut stop: watch::Receiver<bool>) {
    for look in 0_u32.. {
        let model = app.engine.model();
        let drift = model.drift();
        let moved = drift.as_ref().map_or(-1, |drift| moved(drift) as i64);
        app.metrics.drifting.store(moved, Ordering::Relaxed);
        if let Some(drift) = drift.filter(|_| look.is_multiple_of(LOOKS)) {
            app.drift.add(&model, point((app.clock)().to_string(), &drift));
        }
        tokio::select! {
            _ = stop.wait_for(|stop| *stop) => return,
            () = tokio::time::sleep(PERIOD) => {}
        }
    }
}

fn point(time: String, drift: &Drift) -> DriftPoint {
    let greatest = drift.features.iter().map(|shift| shift.index).fold(0.0, f64::max);
    DriftPoint { time, rows: drift.rows, score: drift.score.index, moved: moved(drift), greatest }
}

fn moved(drift: &Drift) -> u64 {
    drift.features.iter().chain([&drift.score]).filter(|shift| shift.is_drift()).count() as u64
}

/// `GET /drift`
pub(super) async fn drift(app: web::Data<App>) -> HttpResponse {
    let model = app.engine.model();
    let mut features: Vec<Moved> = model.drift().map_or_else(Vec::new, |drift| {
        let named =
            model.features().iter().map(String::as_str).zip(drift.features).chain([("score", drift.score)]);
        named
            .map(|(name, shift)| Moved { feature: name.to_owned(), index: shift.index, limit: shift.limit })
            .collect()
    });
    features.sort_by(|one, other| (other.index / other.limit).total_cmp(&(one.index / one.limit)));
    answer(&wire::Drift {
        model: model.name.clone(),
        model_version: model.version.clone(),
        points: app.drift.of(&model),
        features,
    })
}
