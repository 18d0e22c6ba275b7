//! What call clients ask for by REST.

use std::time::Duration;

use axum::extract::State;
use axum::routing::get;
use axum::{Json, Router};
use serde_json::{Value, json};
use wire::call::OnlineUsers;
use wire::time::iso;

use super::auth::Caller;
use crate::socket::online_contacts;
use crate::state::Services;

/// Clients ask anew for each call; those that keep the answer are to hear of another configuration some time.
const ICE_SERVERS_HOLD: Duration = Duration::from_secs(3600);

pub(super) fn routes() -> Router<Services> {
    Router::new().route("/api/ice-servers", get(ice_servers)).route("/api/online-users", get(online_users))
}

async fn ice_servers(State(services): State<Services>, _: Caller) -> Json<Value> {
    let expires_at = iso(services.clock.now() + ICE_SERVERS_HOLD);
    Json(json!({ "iceServers": services.config.ice_servers, "expiresAt": expires_at }))
}

async fn online_users(State(services): State<Services>, Caller(identity): Caller) -> Json<OnlineUsers> {
    Json(online_contacts(&services, &identity.user).into())
}
