//! The least that a server can do with a transaction: one actix worker that parses the body into a map and answers.
//! `benches/serve.py` measures `serve` beside it.
//!
//!     cargo bench --bench ceiling -- listen
//!
//! Prints `listening on http://ADDR` and serves until it is killed.

use std::collections::HashMap;

use actix_web::{App, HttpResponse, HttpServer, web};

async fn parse(body: web::Bytes) -> HttpResponse {
    match serde_json::from_slice::<HashMap<String, f64>>(&body) {
        Ok(map) => {
            HttpResponse::Ok().content_type("application/json").body(format!("{{\"fields\":{}}}", map.len()))
        }
        Err(_) => HttpResponse::BadRequest().finish(),
    }
}

fn main() -> std::io::Result<()> {
    if !std::env::args().any(|argument| argument == "listen") {
        return Ok(()); // a bare `cargo bench`
    }
    actix_web::rt::System::new().block_on(async {
        let server = HttpServer::new(|| App::new().route("/predict", web::post().to(parse)));
        let server = server.workers(1).bind(("127.0.0.1", 0))?;
        println!("listening on http://{}", server.addrs()[0]);
        server.run().await
    })
}
