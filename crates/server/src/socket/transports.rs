//! What carries a socket: clients that begin by polling upgrade to a websocket on another TCP connection, and what is kept
//! of their request is still the first; those that go on polling have none of their own.

use std::collections::HashMap;
use std::pin::pin;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use axum::extract::{ConnectInfo, OriginalUri, Request};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use http::{HeaderMap, HeaderName, HeaderValue, StatusCode, Uri, header};
use serde_json::json;
use socketioxide::socket::Sid;
use tokio::sync::Notify;
use wire::error::Code;

use crate::http::cors::origin_allowed;
use crate::http::error::ApiError;
use crate::shell::clock::instant;
use crate::shell::connection::Conn;

/// Sessions that were ended are remembered for longer than Engine.IO keeps one whose client is silent.
const REMEMBERED: Duration = Duration::from_secs(90);

/// Engine.IO's sessions: on which TCP connection they go on, and which were ended. A session that polls has no connection
/// of its own that could be shut down.
#[derive(Debug, Default)]
pub(super) struct Transports {
    state: Mutex<State>,
    /// Some session was ended.
    ended: Notify,
}

#[derive(Debug, Default)]
struct State {
    moved: HashMap<Sid, Conn>,
    ended: HashMap<Sid, Instant>,
}

impl Transports {
    fn with<T>(&self, then: impl FnOnce(&mut State) -> T) -> T {
        then(&mut self.state.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// Ends a session for good: what it has moved to is shut down, a poll that waits is answered, and whatever else comes
    /// of it is refused.
    pub(super) fn end(&self, sid: Sid) {
        let moved = self.with(|state| {
            state.ended.insert(sid, instant());
            state.moved.remove(&sid)
        });
        if let Some(conn) = moved {
            conn.kill();
        }
        self.ended.notify_waiters();
    }

    fn has_ended(&self, sid: Sid) -> bool {
        self.with(|state| state.ended.contains_key(&sid))
    }

    /// Comes back once the session is ended.
    async fn until_ended(&self, sid: Sid) {
        loop {
            let mut ended = pin!(self.ended.notified());
            ended.as_mut().enable();
            if self.has_ended(sid) {
                return;
            }
            ended.await;
        }
    }

    /// The session goes on by this connection, unless it has ended.
    fn moved(&self, sid: Sid, conn: Conn) {
        let late = self.with(|state| {
            if state.ended.contains_key(&sid) {
                return Some(conn);
            }
            state.moved.insert(sid, conn);
            None
        });
        if let Some(conn) = late {
            conn.kill();
        }
    }

    /// Forgets those that are closed.
    pub(super) fn sweep(&self) {
        self.with(|state| {
            state.moved.retain(|_, conn| !conn.is_gone());
            state.ended.retain(|_, at| at.elapsed() < REMEMBERED);
        });
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
    let sid = session_id(request.uri());
    let conn = request.extensions().get::<ConnectInfo<Conn>>().map(|ConnectInfo(conn)| conn.clone());
    let Some(sid) = sid else { return next.run(request).await };
    let response = tokio::select! {
        biased;
        () = transports.until_ended(sid) => return unknown_session(),
        response = next.run(request) => response,
    };
    if let (true, Some(conn), StatusCode::SWITCHING_PROTOCOLS) = (upgrades, conn, response.status()) {
        transports.moved(sid, conn);
    }
    response
}

/// As Engine.IO says it of a session that it does not know (any more).
fn unknown_session() -> Response {
    let body = json!({ "code": "1", "message": "Session ID unknown" });
    (StatusCode::BAD_REQUEST, axum::Json(body)).into_response()
}

fn session_id(uri: &Uri) -> Option<Sid> {
    uri.query()?.split('&').find_map(|pair| pair.strip_prefix("sid="))?.parse().ok()
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
