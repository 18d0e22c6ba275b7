//! The web app, from the binary itself.

use std::sync::LazyLock;

use axum::Router;
use axum::body::Body;
use axum::extract::Request;
use axum::response::{IntoResponse, Response};
use http::header::{ACCEPT, CACHE_CONTROL};
use http::{HeaderValue, Method, StatusCode, Uri};
use memory_serve::CacheControl;
use tower::ServiceExt;
use wire::error::Code;

use crate::http::error::ApiError;

/// Unpacked at the first request, so that a start doesn't wait for it and who serves no app doesn't pay for it.
static FILES: LazyLock<Router> = LazyLock::new(|| {
    memory_serve::load!()
        .index_file(Some("/index.html"))
        .html_cache_control(CacheControl::NoCache)
        .cache_control(CacheControl::NoCache)
        .into_router()
});

/// Vite names these by what is in them.
const HASHED: &str = "/assets/";

const FOR_EVER: HeaderValue = HeaderValue::from_static("max-age=31536000, immutable");

/// What the router of `web` falls back to: a file of the app, or for a page of it `index.html`, in which the app finds
/// its own way. Nothing of the server's own is a page.
pub(crate) async fn serve(request: Request) -> Response {
    let is_read = matches!(*request.method(), Method::GET | Method::HEAD);
    let path = request.uri().path().to_owned();
    let is_ours = ["/api", "/socket.io", "/rtc", "/health"]
        .iter()
        .any(|ours| path.strip_prefix(ours).is_some_and(|rest| rest.is_empty() || rest.starts_with('/')));
    if !is_read || is_ours {
        return ApiError::from(Code::NotFound).into_response();
    }
    let is_page = request
        .headers()
        .get(ACCEPT)
        .and_then(|accept| accept.to_str().ok())
        .is_some_and(|accept| accept.contains("text/html"))
        && !path.starts_with(HASHED);
    let (mut parts, _) = request.into_parts();
    parts.uri = path.parse().unwrap_or_default();
    let mut response = file(&parts).await;
    if response.status() == StatusCode::NOT_FOUND {
        if !is_page {
            return ApiError::from(Code::NotFound).into_response();
        }
        parts.uri = Uri::from_static("/index.html");
        return file(&parts).await;
    }
    if path.starts_with(HASHED) {
        response.headers_mut().insert(CACHE_CONTROL, FOR_EVER);
    }
    response
}

async fn file(parts: &http::request::Parts) -> Response {
    let mut request = Request::new(Body::empty());
    request.method_mut().clone_from(&parts.method);
    request.uri_mut().clone_from(&parts.uri);
    request.headers_mut().clone_from(&parts.headers);
    FILES.clone().oneshot(request).await.unwrap_or_else(|never| match never {})
}
