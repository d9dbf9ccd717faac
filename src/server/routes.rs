//! The URL map.

use actix_web::body::MessageBody;
use actix_web::dev::{Service, ServiceFactory, ServiceRequest, ServiceResponse};
use actix_web::{HttpResponse, Resource, guard, web};

use super::problem::Refusal;
use super::{App, alert, health, metrics, page, predict, ws};

/// Every address the server answers.
pub(super) fn routes(config: &mut web::ServiceConfig) {
    config
        .service(readable("/", web::to(page::index)))
        .service(readable("/map", web::to(page::index)))
        .service(readable("/health", web::to(health::health)))
        .service(readable("/health/live", web::to(health::live)))
        .service(readable("/health/ready", web::to(health::ready)))
        .service(readable("/metrics", web::to(metrics::metrics)))
        .service(readable("/alerts", web::to(alert::alerts)))
        .service(readable("/ws", web::to(ws::connect)))
        .service(writable("/predict", web::to(predict::predict)))
        .service(writable("/predict_map", web::to(predict::predict_map)))
        .default_service(web::to(page::other));
}

fn readable(path: &'static str, handler: actix_web::Route) -> Resource {
    let reads = guard::Any(guard::Get()).or(guard::Head());
    web::resource(path).route(handler.guard(reads)).default_service(web::to(|| refuse("GET, HEAD")))
}

fn writable(path: &'static str, handler: actix_web::Route) -> Resource {
    web::resource(path).route(handler.guard(guard::Post())).default_service(web::to(|| refuse("POST")))
}

async fn refuse(allow: &'static str) -> Result<HttpResponse, Refusal> {
    Err(Refusal::method(allow))
}

/// What a path is called in the metrics; never what a client made up.
fn label(path: &str) -> &'static str {
    const KNOWN: [&str; 10] = [
        "/predict",
        "/predict_map",
        "/health",
        "/health/ready",
        "/health/live",
        "/metrics",
        "/ws",
        "/alerts",
        "/",
        "/map",
    ];
    KNOWN.into_iter().find(|known| *known == path).unwrap_or("other")
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
    actix_web::App::new().app_data(app).configure(routes).wrap_fn(move |request, service| {
        let (metrics, route) = (metrics.clone(), label(request.path()));
        let response = service.call(request);
        async move {
            let response = response.await?;
            metrics.answered(route, response.status().as_u16());
            Ok(response)
        }
    })
}
