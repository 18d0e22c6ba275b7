//! What call clients ask for by REST.

use axum::extract::State;
use axum::routing::get;
use axum::{Json, Router};
use domain::UserId;
use serde::Serialize;
use wire::call::OnlineUsers;
use wire::time::iso;

use super::auth::Caller;
use crate::config::IceServer;
use crate::socket::online_contacts;
use crate::state::Services;
use crate::turn::ICE_SERVERS_HOLD;

pub(super) fn routes() -> Router<Services> {
    Router::new().route("/api/ice-servers", get(ice_servers)).route("/api/online-users", get(online_users))
}

async fn ice_servers(State(services): State<Services>, Caller(identity): Caller) -> Json<Ice> {
    Json(Ice::of(&services, identity.user.id))
}

/// By what browsers find each other, and until when its credentials hold.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Ice {
    ice_servers: Vec<IceServer>,
    expires_at: String,
}

impl Ice {
    /// Our own, with credentials of whoever asks, and those that are configured.
    pub(crate) fn of(services: &Services, user: UserId) -> Self {
        let now = services.clock.now();
        let own = services.turn.ice_servers(&user.to_string(), now);
        let (mut ice_servers, expires_at) = own.unwrap_or((Vec::new(), now + ICE_SERVERS_HOLD));
        ice_servers.extend(services.config.ice_servers.iter().cloned());
        Self { ice_servers, expires_at: iso(expires_at) }
    }
}

async fn online_users(State(services): State<Services>, Caller(identity): Caller) -> Json<OnlineUsers> {
    Json(online_contacts(&services, &identity.user).into())
}
