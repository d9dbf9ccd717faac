//! The URL map: every address once, with its methods and what a client must be allowed to do there.

use actix_web::body::MessageBody;
use actix_web::dev::{Service, ServiceFactory, ServiceRequest, ServiceResponse};
use actix_web::http::{Method, StatusCode};
use actix_web::middleware::from_fn;
use actix_web::{HttpResponse, Route, guard, web};

use super::access::{self, Scope};
use super::openapi::{self, Parameter};
use super::problem::Refusal;
use super::requests::Seen;
use super::worker::Worker;
use super::{
    App, alert, batch, drifting, explain, feedback, health, metrics, models, page, predict, runs, scores,
    suppressions, transaction, v2, ws,
};

/// One method of one address.
pub(super) struct Entry {
    pub(super) method: Method,
    pub(super) path: &'static str,
    pub(super) scope: Scope,
    handler: fn() -> Route,
    /// What a token is needed for: `scope`, but where the handler itself looks at the token.
    pub(super) token: Scope,
    /// What it does, in the words of the API's description.
    pub(super) does: &'static str,
    /// What it takes: the name of a schema.
    pub(super) takes: Option<&'static str>,
    /// False when it may take no body as well.
    pub(super) needs_body: bool,
    /// What it gives: the name of a schema; `None` for what is none of JSON's.
    pub(super) gives: Option<&'static str>,
    /// What one row is that it takes and that it gives, where both may come one a line (NDJSON): names of schemas.
    pub(super) lines: Option<(&'static str, &'static str)>,
    /// What may stand behind the `?`.
    pub(super) query: &'static [Parameter],
    /// The status of success.
    pub(super) status: StatusCode,
}

/// Every address, the busiest first; entries of one path stand together.
pub(super) const TABLE: &[Entry] = &[
    post("/predict", Scope::Predict, || web::to(predict::predict), "Decide one transaction")
        .takes("Transaction")
        .gives("Answer"),
    post(
        "/predict_map",
        Scope::Predict,
        || web::to(predict::predict_map),
        "The same, and an alert goes to the map",
    )
    .takes("Transaction")
    .gives("Answer"),
    post(
        "/predict/batch",
        Scope::Predict,
        || web::to(batch::batch),
        "Decide many: an array, or one a line (NDJSON)",
    )
    .takes("Transactions")
    .gives("Answers")
    .or_lines("Transaction", "AnswerOrProblem")
    .asks(&[openapi::MAP]),
    post(
        "/explain",
        Scope::Explain,
        || web::to(explain::explain),
        "Decide one and tell what moved its score",
    )
    .takes("Transaction")
    .gives("Explained")
    .asks(&[openapi::TOP]),
    post(
        "/feedback",
        Scope::Feedback,
        || web::to(feedback::feedback),
        "Tell whether transactions were frauds",
    )
    .takes("Labels")
    .gives("NotedLabels")
    .or_lines("Label", "NotedOrProblem"),
    get("/suppressions", Scope::Read, || web::to(suppressions::list), "Whose alerts are not shown")
        .gives("Suppressions"),
    post(
        "/suppressions",
        Scope::Feedback,
        || web::to(suppressions::suppress),
        "Show no alerts of a customer or terminal",
    )
    .takes("Suppressed")
    .gives("Suppressed"),
    delete(
        "/suppressions",
        Scope::Feedback,
        || web::to(suppressions::lift),
        "Show them again: ?kind=KIND&id=ID",
    )
    .gives("Any")
    .asks(&[openapi::KIND, openapi::ID]),
    get(
        "/ws",
        Scope::Read,
        || web::to(ws::connect),
        "WebSocket: alerts as they happen, counters each second",
    )
    .answers(StatusCode::SWITCHING_PROTOCOLS),
    get(
        "/alerts",
        Scope::Read,
        || web::to(alert::alerts),
        "Alerts after one (?since=ID) or of a period (?from=TIME&to=TIME); without both the newest",
    )
    .gives("Alerts")
    .asks(&[openapi::SINCE, openapi::LIMIT, openapi::FROM, openapi::TO]),
    get(
        "/transactions/{id}",
        Scope::Read,
        || web::to(transaction::transaction),
        "A stored decision, its reasons (scope explain), its label, and what its customer paid besides",
    )
    .gives("StoredTransaction"),
    get("/scores", Scope::Read, || web::to(scores::scores), "How today's scores are distributed")
        .gives("Scores"),
    get(
        "/drift",
        Scope::Read,
        || web::to(drifting::drift),
        "How far what is scored has moved, over the last day",
    )
    .gives("Drift"),
    get("/runs", Scope::Read, || web::to(runs::runs), "What was trained, with its metrics").gives("Runs"),
    get("/runs/{name}/curves", Scope::Read, || web::to(runs::curves), "Curves of a run's validation rows")
        .gives("Curves"),
    get("/metrics", Scope::Read, || web::to(metrics::metrics), "Counters, for Prometheus"),
    get("/health", Scope::Open, || web::to(health::health), "Alive, as older clients ask").gives("Any"),
    get("/health/live", Scope::Open, || web::to(health::live), "Alive").gives("Any"),
    get("/health/ready", Scope::Open, || web::to(health::ready), "Able to decide").gives("Any"),
    get("/models", Scope::Read, || web::to(models::models), "What is served, served before, scores along")
        .gives("Models"),
    post("/admin/reload", Scope::Admin, || web::to(models::reload), "Serve another model, or the one before")
        .takes("Reload")
        .or_nothing()
        .gives("Any"),
    get("/v2", Scope::Open, || web::to(v2::server), "KServe: the server").gives("Any"),
    get("/v2/health/live", Scope::Open, || web::to(v2::live), "KServe: alive").gives("Any"),
    get("/v2/health/ready", Scope::Open, || web::to(v2::ready), "KServe: able to decide").gives("Any"),
    get(OF_MODELS, Scope::Predict, || web::to(v2::model), "KServe: a model's inputs and outputs")
        .gives("Any"),
    get("/v2/models/{model}/ready", Scope::Predict, || web::to(v2::model_ready), "KServe: able to decide")
        .gives("Any"),
    post("/v2/models/{model}/infer", Scope::Predict, || web::to(v2::infer), "KServe: decide rows of tensors")
        .takes("Tensors")
        .gives("Any"),
    get(
        "/v2/models/{model}/versions/{version}",
        Scope::Predict,
        || web::to(v2::model),
        "KServe: of one version",
    )
    .gives("Any"),
    get(
        "/v2/models/{model}/versions/{version}/ready",
        Scope::Predict,
        || web::to(v2::model_ready),
        "KServe: of one version",
    )
    .gives("Any"),
    post(
        "/v2/models/{model}/versions/{version}/infer",
        Scope::Predict,
        || web::to(v2::infer),
        "KServe: of one version",
    )
    .takes("Tensors")
    .gives("Any"),
    get("/session", Scope::Read, || web::to(access::show), "What this browser may do").gives("Session"),
    post("/session", Scope::Open, || web::to(access::begin), "A cookie for a token, for browsers")
        .looks_for(Scope::Read)
        .answers(StatusCode::NO_CONTENT),
    delete("/session", Scope::Open, || web::to(access::end), "Forget it").answers(StatusCode::NO_CONTENT),
    get("/openapi.json", Scope::Open, || web::to(openapi::openapi), "This description").gives("Any"),
    get("/", Scope::Open, || web::to(page::index), "The map"),
    get("/map", Scope::Open, || web::to(page::index), "The map"),
];

/// All that is asked of a model by its name is counted as this.
const OF_MODELS: &str = "/v2/models/{model}";

const fn get(path: &'static str, scope: Scope, handler: fn() -> Route, does: &'static str) -> Entry {
    entry(Method::GET, path, scope, handler, does)
}

const fn post(path: &'static str, scope: Scope, handler: fn() -> Route, does: &'static str) -> Entry {
    entry(Method::POST, path, scope, handler, does)
}

const fn delete(path: &'static str, scope: Scope, handler: fn() -> Route, does: &'static str) -> Entry {
    entry(Method::DELETE, path, scope, handler, does)
}

const fn entry(
    method: Method,
    path: &'static str,
    scope: Scope,
    handler: fn() -> Route,
    does: &'static str,
) -> Entry {
    Entry {
        method,
        path,
        scope,
        handler,
        token: scope,
        does,
        takes: None,
        needs_body: true,
        gives: None,
        lines: None,
        query: &[],
        status: StatusCode::OK,
    }
}

impl Entry {
    const fn takes(mut self, schema: &'static str) -> Self {
        self.takes = Some(schema);
        self
    }

    const fn gives(mut self, schema: &'static str) -> Self {
        self.gives = Some(schema);
        self
    }

    /// It may take no body as well.
    const fn or_nothing(mut self) -> Self {
        self.needs_body = false;
        self
    }

    const fn or_lines(mut self, taken: &'static str, given: &'static str) -> Self {
        self.lines = Some((taken, given));
        self
    }

    const fn asks(mut self, query: &'static [Parameter]) -> Self {
        self.query = query;
        self
    }

    const fn answers(mut self, status: StatusCode) -> Self {
        self.status = status;
        self
    }

    /// The address is open, and its handler wants a token of `scope`.
    const fn looks_for(mut self, scope: Scope) -> Self {
        self.token = scope;
        self
    }

    /// Its methods by name: who may GET may ask for the HEAD.
    fn methods(&self) -> Vec<&'static str> {
        match self.method {
            Method::GET => vec!["GET", "HEAD"],
            Method::POST => vec!["POST"],
            _ => vec!["DELETE"],
        }
    }

    fn route(&self) -> Route {
        let (route, scope) = ((self.handler)(), self.scope);
        let route = match self.method {
            Method::GET => route.guard(guard::Any(guard::Get()).or(guard::Head())),
            Method::POST => route.guard(guard::Post()),
            _ => route.guard(guard::Delete()),
        };
        route.wrap(from_fn(move |request, next| access::guard(scope, request, next)))
    }
}

/// Every address the server answers.
pub(super) fn routes(config: &mut web::ServiceConfig) {
    for entries in TABLE.chunk_by(|a, b| a.path == b.path) {
        let resource = entries
            .iter()
            .fold(web::resource(entries[0].path), |resource, entry| resource.route(entry.route()));
        let allow = entries.iter().flat_map(Entry::methods).collect::<Vec<_>>().join(", ");
        config.service(resource.default_service(web::to(move || refuse(allow.clone()))));
    }
    config.default_service(web::to(page::other));
}

async fn refuse(allow: String) -> Result<HttpResponse, Refusal> {
    Err(Refusal::method(allow))
}

/// What a path is called in the metrics; never what a client made up.
fn label(path: &str) -> &'static str {
    let is_it = |entry: &&Entry| match entry.path {
        OF_MODELS => path.starts_with("/v2/models/"),
        pattern => pattern == path || (pattern.contains('{') && is_like(pattern, path)),
    };
    TABLE.iter().find(is_it).map_or("other", |entry| entry.path)
}

/// True when `path` has the segments of `pattern`, of which those in braces may be any.
fn is_like(pattern: &str, path: &str) -> bool {
    let (mut patterns, mut segments) = (pattern.split('/'), path.split('/'));
    loop {
        match (patterns.next(), segments.next()) {
            (None, None) => return true,
            (Some(pattern), Some(segment)) if pattern == segment || pattern.starts_with('{') => {}
            _ => return false,
        }
    }
}

/// The routes over `app`, each answer counted.
pub(super) fn application(
    app: web::Data<App>,
) -> actix_web::App<
    impl ServiceFactory<
        ServiceRequest,
        Config = (),
        Response = ServiceResponse<impl MessageBody>,
        Error = actix_web::Error,
        InitError = (),
    >,
> {
    let metrics = app.metrics.clone();
    let worker = web::Data::new(Worker::start(&app));
    let app = actix_web::App::new().app_data(app).app_data(worker).configure(routes);
    app.wrap_fn(move |request, service| {
        let (metrics, seen) = (metrics.clone(), Seen::new(&request, label(request.path())));
        let answering = service.call(request);
        async move {
            let mut response = answering.await?;
            seen.answered(&mut response, &metrics);
            Ok(response)
        }
    })
}
