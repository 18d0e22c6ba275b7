//! What the plain port answers where everything goes by TLS.

use axum::Router;
use axum::extract::{Request, State};
use axum::response::{IntoResponse, Response};
use http::header::{HOST, LOCATION};
use http::uri::Authority;
use http::{HeaderValue, StatusCode};
use wire::error::Code;

use super::error::ApiError;
use crate::config::Config;

#[derive(Debug, Clone)]
struct To {
    /// What people type, if that is known.
    address: Option<String>,
    /// Otherwise the host that they came to, and there this port.
    port: u16,
}

/// Sends everybody to the same place by https; `port` is where that listens.
pub(crate) fn router(config: &Config, port: u16) -> Router {
    let address = config.public_address.clone().filter(|_| config.is_https());
    Router::new().fallback(redirect).with_state(To { address, port })
}

async fn redirect(State(to): State<To>, request: Request) -> Response {
    let base = to.address.or_else(|| {
        let host: Authority = request.headers().get(HOST)?.to_str().ok()?.parse().ok()?;
        let host = Some(host.host()).filter(|host| !host.is_empty())?;
        Some(if to.port == 443 { format!("https://{host}") } else { format!("https://{host}:{}", to.port) })
    });
    let path = request.uri().path_and_query().map_or("/", |path| path.as_str());
    match base.and_then(|base| HeaderValue::try_from(format!("{base}{path}")).ok()) {
        Some(there) => (StatusCode::PERMANENT_REDIRECT, [(LOCATION, there)]).into_response(),
        None => ApiError::from(Code::BadRequest).into_response(),
    }
}
