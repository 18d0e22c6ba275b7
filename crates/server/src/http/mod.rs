//! REST: who may ask what, and how it is answered. Each listener's router is that of its role.

mod account_files;
mod accounts;
pub mod address;
pub mod addresses;
pub(crate) mod appointments;
pub mod auth;
pub mod body;
pub(crate) mod calls;
pub mod chat;
pub(crate) mod consultations;
pub mod cors;
mod doctor;
pub mod error;
mod form;
mod headers;
mod health;
#[cfg(test)]
mod mangled;
mod objects;
mod people;
mod recordings;
pub(crate) mod redirect;
mod search;
mod session;
mod trace;
mod trust;
pub mod uploads;

use std::time::Duration;

use axum::extract::{DefaultBodyLimit, Request};
use axum::middleware::{Next, from_fn, map_response};
use axum::response::{IntoResponse, Response};
use axum::{Extension, Router};
use http::StatusCode;
use tower_http::catch_panic::CatchPanicLayer;
use tower_http::timeout::RequestBodyTimeoutLayer;
use wire::error::Code;

use crate::assets;
use crate::config::{Config, Role};
use crate::state::Services;
use error::ApiError;

/// Bodies of our routes are JSON of this size at most.
const MAX_BODY: usize = 1024 * 1024;

/// A body that stands still for this long is given up.
const BODY_TIMEOUT: Duration = Duration::from_secs(30);

/// Whatever a route does, it answers by then.
const ANSWER_TIMEOUT: Duration = Duration::from_secs(30);

/// Everything that a listener of this role answers; `sockets` are the routes of Socket.IO, for the roles that have it.
pub fn router(role: Role, services: &Services, sockets: Router<Services>) -> Router {
    let api = api(role).layer(from_fn(answer_in_time));
    let config = &services.config;
    let sockets = if role.has_chat() || role.has_calls() { sockets } else { Router::new() };
    let routes = api
        .merge(files(role, config))
        .merge(health::routes(role))
        .merge(sockets)
        .method_not_allowed_fallback(nothing_here);
    let routes = if role == Role::Web { routes.fallback(assets::serve) } else { routes.fallback(nothing_here) };
    // Old clients show an error's `message`, also of what is not there.
    let routes = if role == Role::Accounts { routes.layer(map_response(accounts::with_message)) } else { routes };
    routes
        .layer(CatchPanicLayer::custom(|_| ApiError::from(Code::Internal).into_response()))
        .layer(DefaultBodyLimit::max(MAX_BODY))
        .layer(RequestBodyTimeoutLayer::new(BODY_TIMEOUT))
        .layer(cors::layer(config))
        .layer(headers::layer(config))
        .layer(from_fn(trace::trace))
        .layer(Extension(role))
        .with_state(services.clone())
}

/// The REST routes of a role. A feature's routes are in its own file; each is listed here once.
fn api(role: Role) -> Router<Services> {
    let mut routes = Router::new();
    if role == Role::Web {
        routes = routes.merge(session::routes()).merge(people::routes()).merge(search::routes());
        routes = routes.merge(doctor::routes()).merge(trust::routes()).merge(consultations::routes());
    }
    if matches!(role, Role::Web | Role::Accounts) {
        routes = routes.merge(accounts::routes()).merge(appointments::routes());
    }
    if role.has_chat() {
        routes = routes.merge(chat::routes(role));
    }
    if role.has_calls() {
        routes = routes.merge(calls::routes()).merge(consultations::old_routes());
    }
    routes
}

/// The routes by which files come and go, which take as long as they take.
fn files(role: Role, config: &Config) -> Router<Services> {
    let mut routes = Router::new();
    if role != Role::Calls {
        routes = routes.merge(uploads::routes(role, config)).merge(objects::routes());
    }
    if role == Role::Web {
        routes = routes.merge(recordings::routes());
    }
    if matches!(role, Role::Web | Role::Accounts) {
        routes = routes.merge(account_files::routes(config));
    }
    routes
}

async fn nothing_here() -> ApiError {
    Code::NotFound.into()
}

async fn answer_in_time(request: Request, next: Next) -> Result<Response, ApiError> {
    tokio::time::timeout(ANSWER_TIMEOUT, next.run(request)).await.map_err(|_| Code::Busy.into())
}

/// A status as what axum's own rejections say it.
fn code_of_status(status: StatusCode) -> Code {
    match status {
        StatusCode::PAYLOAD_TOO_LARGE => Code::TooLarge,
        StatusCode::NOT_FOUND => Code::NotFound,
        status if status.is_server_error() => Code::Internal,
        _ => Code::BadRequest,
    }
}
