//! Which TCP connection a socket has moved to: clients that begin by polling upgrade to a websocket on another one, and
//! what is kept of their request is still the first.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use axum::extract::{ConnectInfo, OriginalUri, Request};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use http::{HeaderMap, HeaderName, HeaderValue, StatusCode, Uri, header};
use wire::error::Code;

use crate::http::cors::origin_allowed;
use crate::http::error::ApiError;
use crate::shell::connection::Conn;

/// Upgraded transports by Engine.IO's session id.
#[derive(Debug, Default)]
pub(super) struct Transports(Mutex<HashMap<String, Conn>>);

impl Transports {
    fn with<T>(&self, then: impl FnOnce(&mut HashMap<String, Conn>) -> T) -> T {
        then(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// The transport that the session has moved to, if it has.
    pub(super) fn of(&self, sid: &str) -> Option<Conn> {
        self.with(|transports| transports.get(sid).cloned())
    }

    /// Forgets those that are closed.
    pub(super) fn sweep(&self) {
        self.with(|transports| transports.retain(|_, conn| !conn.is_gone()));
    }
}

/// In front of Socket.IO: refuses pages that may not talk to us, notes upgrades, and makes the request small, since it is
/// kept as long as the socket and would keep the buffer that it was read into.
pub(super) async fn receive(
    services: crate::state::Services,
    transports: std::sync::Arc<Transports>,
    mut request: Request,
    next: Next,
) -> Response {
    let upgrades = request.headers().get(header::UPGRADE).is_some();
    if upgrades && !origin_allowed(&services.config, request.headers()) {
        return ApiError::saying(Code::Forbidden, "This page may not connect here.").into_response();
    }
    slim(&mut request);
    let moved = if upgrades { session_id(request.uri()).map(str::to_owned) } else { None };
    let conn = request.extensions().get::<ConnectInfo<Conn>>().map(|ConnectInfo(conn)| conn.clone());
    let response = next.run(request).await;
    if let (Some(sid), Some(conn), StatusCode::SWITCHING_PROTOCOLS) = (moved, conn, response.status()) {
        transports.with(|transports| transports.insert(sid, conn));
    }
    response
}

fn session_id(uri: &Uri) -> Option<&str> {
    uri.query()?.split('&').find_map(|pair| pair.strip_prefix("sid="))
}

/// Copies what will be needed again and lets go of the rest.
fn slim(request: &mut Request) {
    let mut headers = HeaderMap::with_capacity(8);
    for name in [
        header::AUTHORIZATION,
        header::CONNECTION,
        header::CONTENT_LENGTH,
        header::CONTENT_TYPE,
        header::HOST,
        header::ORIGIN,
        header::SEC_WEBSOCKET_KEY,
        header::SEC_WEBSOCKET_VERSION,
        header::TRANSFER_ENCODING,
        header::UPGRADE,
        header::USER_AGENT,
        HeaderName::from_static("x-forwarded-for"),
    ] {
        if let Some(value) =
            request.headers().get(&name).and_then(|value| HeaderValue::from_bytes(value.as_bytes()).ok())
        {
            headers.insert(name, value);
        }
    }
    *request.headers_mut() = headers;
    if let Ok(uri) = request.uri().to_string().parse() {
        *request.uri_mut() = uri;
    }
    request.extensions_mut().remove::<OriginalUri>();
}
