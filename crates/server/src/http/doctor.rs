//! What is wrong here, for admins.

use axum::extract::State;
use axum::routing::get;
use axum::{Json, Router};
use domain::may_administer;
use serde_json::{Value, json};
use wire::error::Code;

use super::auth::Caller;
use super::error::ApiError;
use crate::doctor::{Subject, examine};
use crate::state::Services;

pub(super) fn routes() -> Router<Services> {
    Router::new().route("/api/doctor", get(doctor))
}

async fn doctor(State(services): State<Services>, Caller(caller): Caller) -> Result<Json<Value>, ApiError> {
    if !may_administer(&caller.user) {
        return Err(Code::Forbidden.into());
    }
    let nowhere = Default::default();
    let subject = Subject {
        config: &services.config,
        listening: services.listening.get().unwrap_or(&nowhere),
        turn_secret: services.turn.secret(),
        conversations: Ok(Some(services.ports.conversations.clone())),
        now: services.clock.now(),
    };
    // One look at a time: each opens a few connections.
    let _turn = services.looking.lock().await;
    Ok(Json(json!({ "findings": examine(&subject).await })))
}
