//! What call clients ask for by REST.

use axum::extract::State;
use axum::routing::get;
use axum::{Json, Router};
use serde_json::{Value, json};
use wire::call::OnlineUsers;
use wire::time::iso;

use super::auth::Caller;
use crate::socket::online_contacts;
use crate::state::Services;
use crate::turn::ICE_SERVERS_HOLD;

pub(super) fn routes() -> Router<Services> {
    Router::new().route("/api/ice-servers", get(ice_servers)).route("/api/online-users", get(online_users))
}

/// Our own, with credentials of whoever asks, and those that are configured.
async fn ice_servers(State(services): State<Services>, Caller(identity): Caller) -> Json<Value> {
    let now = services.clock.now();
    let own = services.turn.ice_servers(&identity.user.id.to_string(), now);
    let (mut servers, expires_at) = own.unwrap_or((Vec::new(), now + ICE_SERVERS_HOLD));
    servers.extend(services.config.ice_servers.iter().cloned());
    Json(json!({ "iceServers": servers, "expiresAt": iso(expires_at) }))
}

async fn online_users(State(services): State<Services>, Caller(identity): Caller) -> Json<OnlineUsers> {
    Json(online_contacts(&services, &identity.user).into())
}
