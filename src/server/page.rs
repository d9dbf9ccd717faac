//! The map page, which is part of the program.

use std::borrow::Cow;

use actix_web::http::{Method, StatusCode, header};
use actix_web::web::Bytes;
use actix_web::{HttpRequest, HttpResponse};
use rust_embed::RustEmbed;

use super::problem::Refusal;

#[derive(RustEmbed)]
#[folder = "$OUT_DIR/page"]
struct Page;

/// Keeps browsers from guessing types.
pub(super) const NO_SNIFFING: (header::HeaderName, &str) = (header::X_CONTENT_TYPE_OPTIONS, "nosniff");

/// Everything comes from here; the map writes styles into its elements and draws images from memory.
const POLICY: &str = "default-src 'self'; img-src 'self' data: blob:; style-src 'self' 'unsafe-inline'; \
    font-src 'self' data:; object-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

/// The name of a file below this folder holds a hash of its content.
const HASHED: &str = "assets/";

/// `GET /` and `GET /map`
pub(super) async fn index(request: HttpRequest) -> HttpResponse {
    file(&request, "index.html").expect("the build script sees to it that there is an index.html")
}

/// Any other address: a file of the page, or nothing.
pub(super) async fn other(request: HttpRequest) -> Result<HttpResponse, Refusal> {
    let readable = [Method::GET, Method::HEAD].contains(request.method());
    let found = readable.then(|| file(&request, request.path().trim_start_matches('/'))).flatten();
    found.ok_or_else(|| Refusal::new(StatusCode::NOT_FOUND, "not_found", "there is nothing at this address"))
}

fn file(request: &HttpRequest, name: &str) -> Option<HttpResponse> {
    let file = Page::get(name)?;
    let tag = file.metadata.sha256_hash().iter().map(|byte| format!("{byte:02x}")).collect::<String>();
    let tag = format!("\"{tag}\"");
    let known = request.headers().get(header::IF_NONE_MATCH).is_some_and(|known| known == tag.as_str());
    let caching = if name.starts_with(HASHED) { "public, max-age=31536000, immutable" } else { "no-cache" };
    let mut response = if known { HttpResponse::NotModified() } else { HttpResponse::Ok() };
    response
        .insert_header((header::CACHE_CONTROL, caching))
        .insert_header((header::ETAG, tag))
        .insert_header((header::CONTENT_SECURITY_POLICY, POLICY))
        .insert_header((header::REFERRER_POLICY, "no-referrer"))
        .insert_header(NO_SNIFFING);
    if known {
        return Some(response.finish());
    }
    let content = match file.data {
        Cow::Borrowed(bytes) => Bytes::from_static(bytes),
        Cow::Owned(bytes) => Bytes::from(bytes),
    };
    Some(response.content_type(file.metadata.mimetype()).body(content))
}
