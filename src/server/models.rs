//! What is served: `GET /models`, and its exchange: `POST /admin/reload`.

use std::sync::{Arc, PoisonError};

use actix_web::http::StatusCode;
use actix_web::web::{self, Payload};
use actix_web::{HttpRequest, HttpResponse};
use serde::{Deserialize, Serialize};

use super::problem::Refusal;
use super::{App, answer, body};
use crate::engine::{EngineError, Model};
use crate::wire::{DriftedFeatures, Frame, Models, ServedModel, Shadowing};

/// Opens the run that is to be served: the one that a name says, or the one that the server was started with, as it is now.
pub type OpenModel = Arc<dyn Fn(Option<&str>) -> Result<Model, ModelError> + Send + Sync>;

/// A model that is not served.
#[derive(Debug, thiserror::Error)]
pub enum ModelError {
    /// A name that can't be a run's.
    #[error("{0:?} is no run's name: give that of a folder in artifacts/")]
    Name(String),
    /// The run can not be opened.
    #[error("{0}")]
    Unusable(String),
    /// It does not fit the server.
    #[error(transparent)]
    Unfit(#[from] EngineError),
    /// There is none to go back to.
    #[error("no model was served before this one")]
    NoneBefore,
}

/// What an exchange of the model came to.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Reloaded {
    /// What is served now.
    pub serving: ServedModel,
    /// What was served before.
    pub previous: Option<ServedModel>,
    /// False when it was served already.
    pub changed: bool,
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct Order {
    /// Name of the run; without it the one that the server was started with.
    run: Option<String>,
    /// Take back the last exchange instead.
    #[serde(default)]
    roll_back: bool,
}

/// `GET /models`
pub(super) async fn models(app: web::Data<App>) -> HttpResponse {
    let model = app.engine.model();
    let drift = model.drift().map(|drift| {
        let shifts = model.features().iter().zip(&drift.features);
        let moved = shifts.filter(|(_, shift)| shift.is_drift()).map(|(name, _)| name.clone());
        DriftedFeatures { rows: drift.rows, features: moved.collect(), score: drift.score.is_drift() }
    });
    let shadow = app.shadow.as_ref().map(|shadow| {
        let seen = shadow.comparison();
        Shadowing {
            serving: served(shadow.model()),
            share: shadow.share(),
            compared: seen.decisions.iter().flatten().sum(),
            agreed: (0..3).map(|decision| seen.decisions[decision][decision]).sum(),
        }
    });
    let previous = app.engine.previous().map(|model| served(&model));
    answer(&Models { serving: served(&model), previous, shadow, drift })
}

/// `POST /admin/reload`
pub(super) async fn reload(
    app: web::Data<App>,
    request: HttpRequest,
    payload: Payload,
) -> Result<HttpResponse, Refusal> {
    let body = body::read(&request, payload).await?;
    let order: Order = match body.trim_ascii() {
        b"" => Order::default(),
        body => body::parse(body)?,
    };
    let exchanged = web::block(move || match order {
        Order { roll_back: true, .. } => app.roll_back(),
        Order { run, .. } => app.reload(run.as_deref()),
    });
    match exchanged.await {
        Ok(exchanged) => Ok(answer(&exchanged?)),
        Err(_) => Err(Refusal::failed()),
    }
}

/// A model in words for clients.
pub(super) fn served(model: &Model) -> ServedModel {
    ServedModel {
        model: model.name.clone(),
        model_version: model.version.clone(),
        kind: model.kind.as_str().to_owned(),
        thresholds: model.thresholds,
        features: model.features().len(),
    }
}

impl App {
    /// Serves another model from now on, or the same one as it is on the disk now. Whatever goes wrong, the one that is served
    /// goes on.
    pub(super) fn reload(&self, run: Option<&str>) -> Result<Reloaded, ModelError> {
        let _turn = self.exchanges.lock().unwrap_or_else(PoisonError::into_inner);
        let model = (self.open)(run)?;
        let now = self.engine.model();
        let changed = model.version != now.version || model.name != now.name;
        if changed {
            self.engine.publish(model)?;
            self.announce();
        }
        Ok(self.reloaded(changed))
    }

    fn roll_back(&self) -> Result<Reloaded, ModelError> {
        let _turn = self.exchanges.lock().unwrap_or_else(PoisonError::into_inner);
        self.engine.roll_back().ok_or(ModelError::NoneBefore)?;
        self.announce();
        Ok(self.reloaded(true))
    }

    fn reloaded(&self, changed: bool) -> Reloaded {
        let previous = self.engine.previous().map(|model| served(&model));
        Reloaded { serving: served(&self.engine.model()), previous, changed }
    }

    fn announce(&self) {
        self.metrics.reloads.inc();
        self.hub.send(&Frame::Model(served(&self.engine.model())), &self.metrics);
    }
}

impl From<ModelError> for Refusal {
    fn from(error: ModelError) -> Self {
        let text = error.to_string();
        match error {
            ModelError::Name(_) => Self::bad("invalid_value", text).about("run"),
            ModelError::Unusable(_) => Self::new(StatusCode::CONFLICT, "model_unusable", text),
            ModelError::NoneBefore => Self::new(StatusCode::CONFLICT, "none_before", text),
            ModelError::Unfit(error) => Self::from(error),
        }
    }
}
