//! Who is let in.

use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::{Arc, Mutex, PoisonError};

use app::accounts::Identity;
use axum::extract::ConnectInfo;
use domain::{DeviceId, Role as UserRole, Timestamp, UserId};
use http::header;
use serde_json::Value;
use socketioxide::adapter::LocalAdapter;
use socketioxide::socket::Socket;
use wire::error::Code;

use super::connection::{Arrival, Connection};
use super::limits::StrangerLimit;
use super::transports::Transports;
use crate::config::Role;
use crate::http::address::{client_address, is_tls, neighbourhood};
use crate::http::addresses::base;
use crate::http::auth::bearer;
use crate::http::error::auth_body;
use crate::shell::connection::Conn;
use crate::state::Services;

/// Addresses whose failures are remembered.
const MAX_ADDRESSES: usize = 50_000;

/// Handshakes that came to nothing, by address: IPv6 by its /64, since one person has all of that.
#[derive(Debug, Default)]
pub(super) struct Strangers(Mutex<HashMap<IpAddr, StrangerLimit>>);

impl Strangers {
    fn with<T>(&self, then: impl FnOnce(&mut HashMap<IpAddr, StrangerLimit>) -> T) -> T {
        then(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }

    fn allows(&self, address: IpAddr, now: Timestamp) -> bool {
        self.with(|limits| limits.get(&neighbourhood(address)).is_none_or(|limit| limit.allows(now)))
    }

    fn count(&self, address: IpAddr, now: Timestamp) {
        self.with(|limits| {
            if limits.len() >= MAX_ADDRESSES {
                limits.retain(|_, limit| !limit.is_forgotten(now));
            }
            limits.entry(neighbourhood(address)).or_insert_with(|| StrangerLimit::new(now)).count(now);
        });
    }

    pub(super) fn forget(&self, now: Timestamp) {
        self.with(|limits| limits.retain(|_, limit| !limit.is_forgotten(now)));
    }
}

/// Makes a connection of a socket that asks to be let in; the error is what the client's `connect_error` says.
pub(super) async fn admit(
    services: &Services,
    strangers: &Strangers,
    transports: &Arc<Transports>,
    socket: &Arc<Socket<LocalAdapter>>,
    auth: &Value,
) -> Result<Arc<Connection>, Code> {
    let parts = socket.req_parts();
    let now = services.clock.now();
    let role = *parts.extensions.get::<Role>().ok_or(Code::Internal)?;
    // What polls shares its TCP connections with whatever else its browser or its proxy has to ask.
    let is_own = parts.headers.contains_key(header::UPGRADE);
    let conn = parts.extensions.get::<ConnectInfo<Conn>>().filter(|_| is_own).map(|ConnectInfo(conn)| conn.clone());
    let address = client_address(&services.config, &parts.extensions, &parts.headers);
    let limited = services.config.limits;
    if limited && address.is_some_and(|address| !strangers.allows(address, now)) {
        return Err(Code::RateLimited);
    }
    let device = device(auth)?;
    let identity = match identify(services, role, socket, auth, now).await {
        Ok(identity) => identity,
        Err(code) => {
            if let Some(address) = address {
                strangers.count(address, now);
            }
            return Err(code);
        }
    };
    let limits = services.hub.limits_of(identity.user.id, now);
    let id = services.hub.next_id();
    let base = base(&services.config, &parts.headers, is_tls(&parts.extensions)).into();
    let arrival = Arrival { role, device, since: now, base, limits, conn, transports: transports.clone() };
    Ok(Arc::new(Connection::new(id, identity, arrival, socket)))
}

fn device(auth: &Value) -> Result<Option<DeviceId>, Code> {
    match auth.get("deviceId") {
        None | Some(Value::Null) => Ok(None),
        Some(Value::String(text)) => text.parse().map(Some).map_err(|_| Code::BadRequest),
        Some(_) => Err(Code::BadRequest),
    }
}

async fn identify(
    services: &Services,
    role: Role,
    socket: &Socket<LocalAdapter>,
    auth: &Value,
    now: Timestamp,
) -> Result<Identity, Code> {
    let parts = socket.req_parts();
    let token = match auth.get("token") {
        None | Some(Value::Null) => bearer(&parts.headers),
        Some(Value::String(token)) => Some(token.strip_prefix("Bearer ").unwrap_or(token)),
        Some(_) => return Err(Code::BadRequest),
    };
    match token.filter(|token| !token.is_empty()) {
        Some(token) => services.accounts.authenticate(token, now).await.map_err(|error| auth_body(&error).code),
        None if role == Role::Calls && services.config.trust_legacy_identity => trusted(services, socket, now).await,
        None => Err(Code::Unauthenticated),
    }
}

/// An old call client says who it is and is believed, where the practice has asked for that while it migrates.
async fn trusted(services: &Services, socket: &Socket<LocalAdapter>, now: Timestamp) -> Result<Identity, Code> {
    let query = socket.req_parts().uri.query().unwrap_or_default();
    let id = query.split('&').find_map(|pair| pair.strip_prefix("userId=")).ok_or(Code::Unauthenticated)?;
    let id: UserId = id.parse().map_err(|_| Code::Unauthenticated)?;
    let user = services.ports.users.by_id(id).await.map_err(|error| crate::http::error::store_body(&error).code)?;
    let user = user.filter(|user| user.active && user.role != UserRole::Admin).ok_or(Code::Unauthenticated)?;
    tracing::warn!(user = %user.id, "let in without a token, as configured");
    Ok(Identity { user, session: None, expires_at: now + TRUSTED_FOR })
}

/// As long as the tokens of the old service last at most.
const TRUSTED_FOR: std::time::Duration = std::time::Duration::from_secs(24 * 3600);

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_handshake_without_a_device_is_old() {
        assert_eq!(device(&json!({})), Ok(None));
        assert_eq!(device(&json!({ "deviceId": null })), Ok(None));
        assert_eq!(device(&json!({ "deviceId": "tablet" })), Ok(Some("tablet".parse().unwrap())));
        for odd in [json!(""), json!("a b"), json!(7), json!({}), json!("x".repeat(65))] {
            assert_eq!(device(&json!({ "deviceId": odd })), Err(Code::BadRequest), "{odd}");
        }
    }

    #[test]
    fn strangers_are_limited_by_network() {
        let (strangers, now) = (Strangers::default(), Timestamp(1_000_000));
        let address = |text: &str| text.parse::<IpAddr>().unwrap();
        for _ in 0..400 {
            strangers.count(address("2001:db8::1"), now);
        }
        assert!(!strangers.allows(address("2001:db8::2"), now));
        assert!(strangers.allows(address("2001:db8:0:1::1"), now));
        assert!(strangers.allows(address("192.0.2.1"), now));
        let later = now + std::time::Duration::from_secs(60);
        assert!(strangers.allows(address("2001:db8::2"), later));
        strangers.forget(later);
        assert_eq!(strangers.with(|limits| limits.len()), 0);
    }
}
