//! A recording on its way in, piece by piece; and what the people of a consultation do about theirs.

use std::time::Duration;

use app::consultations::Visitor;
use app::recordings::{MAX_CHUNK, RecordingError};
use axum::body::Bytes;
use axum::extract::{DefaultBodyLimit, State};
use axum::routing::{delete, post, put};
use axum::{Json as Answer, Router};
use domain::{Person, UploadId};
use serde_json::{Value, json};
use wire::error::Code;
use wire::recording::{Consent, Finished};

use super::auth::Caller;
use super::body::{Json, Path};
use super::consultations::Asker;
use super::error::ApiError;
use crate::socket::recording_body;
use crate::state::Services;

pub(super) fn routes() -> Router<Services> {
    // One byte more is read, so that who sends too much is told so.
    Router::new()
        .route("/api/recordings/{id}/chunks/{number}", put(chunk))
        .layer(DefaultBodyLimit::max(MAX_CHUNK + 1))
        .route("/api/recordings/{id}/answer", post(answer))
        .route("/api/recordings/{id}/stop", post(stop))
        .route("/api/recordings/{id}/finish", post(finish))
        .route("/api/recordings/{id}", delete(withdraw))
}

/// What does not parse is nobody's.
fn recording(id: &str) -> Result<UploadId, ApiError> {
    id.parse().map_err(|_| Code::Forbidden.into())
}

fn person(by: &Visitor) -> Person {
    match by {
        Visitor::User(user) => Person::User(user.id),
        Visitor::Guest(guest) => Person::Guest(guest.member),
    }
}

fn done(done: Result<(), RecordingError>) -> Result<Answer<Value>, ApiError> {
    done.map(|()| Answer(json!({}))).map_err(|error| ApiError(recording_body(&error)))
}

async fn chunk(
    State(services): State<Services>,
    Caller(caller): Caller,
    Path((id, number)): Path<(String, u32)>,
    bytes: Bytes,
) -> Result<Answer<Value>, ApiError> {
    let taken = services.recordings.chunk(caller.user.id, recording(&id)?, number, bytes.into()).await;
    let next = taken.map_err(|error| ApiError(recording_body(&error)))?;
    Ok(Answer(json!({ "next": next })))
}

async fn answer(
    State(services): State<Services>,
    Asker(by): Asker,
    Path(id): Path<String>,
    Json(Consent { consent, .. }): Json<Consent>,
) -> Result<Answer<Value>, ApiError> {
    done(services.recordings.answer(person(&by), recording(&id)?, consent).await)
}

async fn stop(
    State(services): State<Services>,
    Asker(by): Asker,
    Path(id): Path<String>,
) -> Result<Answer<Value>, ApiError> {
    done(services.recordings.stop(person(&by), recording(&id)?).await)
}

async fn finish(
    State(services): State<Services>,
    Caller(caller): Caller,
    Path(id): Path<String>,
    Json(body): Json<Finished>,
) -> Result<Answer<Value>, ApiError> {
    let length = Duration::from_millis(body.duration_ms);
    done(services.recordings.finish(caller.user.id, recording(&id)?, body.chunks, length).await)
}

async fn withdraw(
    State(services): State<Services>,
    Asker(by): Asker,
    Path(id): Path<String>,
) -> Result<Answer<Value>, ApiError> {
    let withdrawn = services.recordings.withdraw(person(&by), recording(&id)?).await;
    services.uploads_changed.notify_one();
    done(withdrawn)
}
