//! `/health`: that the process answers, and whether its store does.

use axum::extract::State;
use axum::response::IntoResponse;
use axum::routing::get;
use axum::{Extension, Json, Router};
use http::StatusCode;
use serde_json::json;
use wire::time::iso;

use crate::config::Role;
use crate::state::Services;

/// `/health` (alive) and `/health/ready` (its store answers).
pub(super) fn routes(_: Role) -> Router<Services> {
    Router::new().route("/health", get(alive)).route("/health/ready", get(ready))
}

async fn alive(State(services): State<Services>, Extension(role): Extension<Role>) -> Json<serde_json::Value> {
    let timestamp = iso(services.clock.now());
    // Old clients show the name of the service that they know.
    Json(match role {
        Role::Calls => {
            json!({ "status": "OK", "service": "WebRTC Signaling Server", "activeConnections": services.hub.count(Role::Calls),
                               "timestamp": timestamp })
        }
        _ => json!({ "status": "OK", "service": "MoodBites", "version": env!("CARGO_PKG_VERSION"),
                     "timestamp": timestamp }),
    })
}

async fn ready(State(services): State<Services>) -> impl IntoResponse {
    match services.ports.conversations.epoch().await {
        Ok(_) => (StatusCode::OK, Json(json!({ "status": "OK" }))),
        Err(error) => {
            tracing::error!(%error, "not ready");
            (StatusCode::SERVICE_UNAVAILABLE, Json(json!({ "status": "UNAVAILABLE" })))
        }
    }
}
