//! `GET /runs` and the curves of one: what was trained, for who compares it with what is served.

use actix_web::http::StatusCode;
use actix_web::{HttpResponse, web};

use super::problem::Refusal;
use super::{App, answer};
use crate::engine::Model;
use crate::wire::{Curves, Run};

/// The runs that a server can tell of.
pub trait Shelf: Send + Sync {
    /// All of them, the newest first, without their roles; an error says in words why they can not be read.
    ///
    /// # Errors
    /// When their folder can not be read.
    fn runs(&self) -> Result<Vec<Run>, String>;

    /// The curves of one; `None` when there is none of this name.
    ///
    /// # Errors
    /// When they can not be read.
    fn curves(&self, name: &str) -> Result<Option<Curves>, String>;
}

/// `GET /runs`
pub(super) async fn runs(app: web::Data<App>) -> Result<HttpResponse, Refusal> {
    let shelf = app.shelf.clone();
    let mut runs = read(move || shelf.runs()).await?;
    let (serving, previous) = (app.engine.model(), app.engine.previous());
    let roles = [
        ("serving", Some(&*serving)),
        ("shadow", app.shadow.as_ref().map(|shadow| shadow.model())),
        ("previous", previous.as_deref()),
    ];
    let is = |model: &Model, run: &Run| model.name == run.name && model.version == run.version;
    for run in &mut runs {
        let role = roles.iter().find(|(_, model)| model.is_some_and(|model| is(model, run)));
        run.role = role.map(|(role, _)| (*role).to_owned());
    }
    Ok(answer(&runs))
}

/// `GET /runs/{name}/curves`
pub(super) async fn curves(app: web::Data<App>, name: web::Path<String>) -> Result<HttpResponse, Refusal> {
    let (shelf, asked) = (app.shelf.clone(), name.clone());
    let found = read(move || shelf.curves(&asked)).await?;
    let unknown = || {
        let error = format!("there is no run named {:?}", name.as_str());
        Refusal::new(StatusCode::NOT_FOUND, "unknown_run", error).about("name")
    };
    Ok(answer(&found.ok_or_else(unknown)?))
}

async fn read<T: Send + 'static>(
    reading: impl FnOnce() -> Result<T, String> + Send + 'static,
) -> Result<T, Refusal> {
    let unreadable = |error| Refusal::new(StatusCode::INTERNAL_SERVER_ERROR, "runs_unreadable", error);
    web::block(reading).await.map_err(|_| Refusal::failed())?.map_err(unreadable)
}
