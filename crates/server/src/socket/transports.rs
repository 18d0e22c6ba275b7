//! What carries a socket: clients that begin by polling upgrade to a websocket on another TCP connection, and what is kept
//! of their request is still the first; those that go on polling have none of their own.

use std::collections::HashMap;
use std::pin::pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use axum::body::Body;
use axum::extract::{ConnectInfo, OriginalUri, Request};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, Uri, header};
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
pub struct Transports {
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

    /// The session is to go on by this connection; false if it has ended, or goes on by another already.
    fn claim(&self, sid: Sid, conn: &Conn) -> bool {
        self.with(|state| {
            let taken = state.moved.get(&sid).is_some_and(|conn| !conn.is_gone());
            let free = !taken && !state.ended.contains_key(&sid);
            if free {
                state.moved.insert(sid, conn.clone());
            }
            free
        })
    }

    /// It does not after all.
    fn disclaim(&self, sid: Sid) {
        self.with(|state| state.moved.remove(&sid));
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
    transports: Arc<Transports>,
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
    // Engine.IO would take a second one that comes before the first has moved, and end the session when it fails.
    let claims = upgrades && conn.is_some_and(|conn| transports.claim(sid, &conn));
    if upgrades && !claims {
        return unknown_session();
    }
    let waiting = Waiting::of(&request, sid, &transports, &next);
    let response = tokio::select! {
        biased;
        () = transports.until_ended(sid) => unknown_session(),
        response = next.run(request) => response,
    };
    if let Some(waiting) = waiting {
        waiting.answered();
    }
    if claims && response.status() != StatusCode::SWITCHING_PROTOCOLS {
        transports.disclaim(sid);
    }
    response
}

/// A poll that waits. A client that gives it up while it does has gone, as its protocol says; it would be thought of as
/// there until its heartbeat is missed, and what comes meanwhile as on its way to it.
struct Waiting(Option<GivenUp>);

struct GivenUp {
    sid: Sid,
    uri: Uri,
    transports: Arc<Transports>,
    next: Next,
}

impl Waiting {
    fn of(request: &Request, sid: Sid, transports: &Arc<Transports>, next: &Next) -> Option<Self> {
        let polls = request.method() == Method::GET && request.headers().get(header::UPGRADE).is_none();
        let (uri, transports, next) = (request.uri().clone(), transports.clone(), next.clone());
        polls.then(|| Self(Some(GivenUp { sid, uri, transports, next })))
    }

    fn answered(mut self) {
        self.0 = None;
    }
}

impl Drop for Waiting {
    fn drop(&mut self) {
        let Some(GivenUp { sid, uri, transports, next }) = self.0.take() else { return };
        // On the way down there is nobody left who could take it.
        let Ok(runtime) = tokio::runtime::Handle::try_current() else { return };
        transports.end(sid);
        let mut goodbye = Request::new(Body::from("1"));
        (*goodbye.method_mut(), *goodbye.uri_mut()) = (Method::POST, uri);
        runtime.spawn(next.run(goodbye));
    }
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
