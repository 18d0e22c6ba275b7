//! A recording on its way in, piece by piece.

use app::recordings::MAX_CHUNK;
use axum::body::Bytes;
use axum::extract::{DefaultBodyLimit, State};
use axum::routing::put;
use axum::{Json, Router};
use serde_json::{Value, json};
use wire::error::Code;

use super::auth::Caller;
use super::body::Path;
use super::error::ApiError;
use crate::socket::recording_body;
use crate::state::Services;

pub(super) fn routes() -> Router<Services> {
    // One byte more is read, so that who sends too much is told so.
    Router::new().route("/api/recordings/{id}/chunks/{number}", put(chunk)).layer(DefaultBodyLimit::max(MAX_CHUNK + 1))
}

async fn chunk(
    State(services): State<Services>,
    Caller(caller): Caller,
    Path((id, number)): Path<(String, u32)>,
    bytes: Bytes,
) -> Result<Json<Value>, ApiError> {
    let id = id.parse().map_err(|_| Code::Forbidden)?;
    let taken = services.recordings.chunk(caller.user.id, id, number, bytes.into()).await;
    let next = taken.map_err(|error| ApiError(recording_body(&error)))?;
    Ok(Json(json!({ "next": next })))
}
