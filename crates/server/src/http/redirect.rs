//! What the plain port answers where everything goes by TLS.

use axum::Router;
use axum::extract::{Request, State};
use axum::middleware::{Next, from_fn};
use axum::response::{IntoResponse, Redirect, Response};
use http::header::{HOST, LOCATION};
use http::uri::Authority;
use http::{HeaderValue, StatusCode};
use wire::error::Code;

use super::error::ApiError;
use super::{headers, trust};
use crate::assets;
use crate::state::Services;

#[derive(Debug, Clone)]
struct To {
    /// What people type, if that is known.
    address: Option<String>,
    /// Otherwise the host that they came to, and there this port.
    port: u16,
}

/// Sends everybody to the same place by https; `port` is where that listens.
pub(crate) fn router(services: &Services, port: u16) -> Router {
    let config = &services.config;
    let address = config.public_address.clone().filter(|_| config.is_https());
    let router = Router::new().fallback(redirect).with_state(To { address, port });
    // Who doesn't trust our certificate yet can't be sent to it.
    let router = match &services.authority {
        Some(_) => router.merge(trust::routes().with_state(services.clone())).layer(from_fn(first_trust)),
        None => router,
    };
    router.layer(headers::layer(config))
}

async fn first_trust(request: Request, next: Next) -> Response {
    let path = request.uri().path();
    // A file of the app has a dot in its name.
    match path {
        "/" => Redirect::temporary("/trust").into_response(),
        "/trust" => assets::serve(request).await,
        _ if path.contains('.') && !path.starts_with("/api") => assets::serve(request).await,
        _ => next.run(request).await,
    }
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
