//! What browsers are told of the relay.

use std::net::IpAddr;
use std::time::Duration;

use domain::Timestamp;

use super::{Bound, Turn};
use crate::config::{Config, IceServer, Role};

/// Clients ask anew for each call; those that keep the answer are to hear of another configuration some time.
pub const ICE_SERVERS_HOLD: Duration = Duration::from_secs(3600);

/// So long somebody may begin to relay by credentials that they got; what has begun goes on.
const CREDENTIALS_HOLD: Duration = Duration::from_secs(15 * 60);

/// Where the relay is.
pub(super) struct Urls {
    stun: Vec<String>,
    turn: Vec<String>,
}

impl Urls {
    /// By the name that people type, where there is one: a certificate is for that.
    pub(super) fn of(config: &Config, bound: &[Bound], core: &turn::Config) -> Self {
        let relay = core.relay_v4.or(core.relay_v6).map(|relay| relay.advertise);
        let host = match (config.public_host(), relay) {
            (Some(host), _) => host.to_owned(),
            (None, Some(IpAddr::V6(ip))) => format!("[{ip}]"),
            (None, ip) => ip.map(|ip| ip.to_string()).unwrap_or_default(),
        };
        let mut urls = Self { stun: Vec::new(), turn: Vec::new() };
        let port = |role| bound.iter().find(|bound| bound.role == role).map(|bound| bound.address.port());
        if let Some(port) = port(Role::Turn) {
            urls.stun.push(format!("stun:{host}:{port}"));
            urls.turn.push(format!("turn:{host}:{port}?transport=udp"));
            urls.turn.push(format!("turn:{host}:{port}?transport=tcp"));
        }
        if let Some(port) = port(Role::Turns).filter(|turns| Some(*turns) != port(Role::Https)) {
            urls.turn.push(format!("turns:{host}:{port}?transport=tcp"));
        }
        // By the port that people come to, which a router may have led elsewhere.
        if let Some(port) = port(Role::Https).map(|port| config.public_https_port().unwrap_or(port)) {
            urls.turn.push(format!("turns:{host}:{port}?transport=tcp"));
        }
        urls
    }
}

impl Turn {
    /// Our own servers with credentials of this user, and until when those hold. None: there is no relay.
    pub fn ice_servers(&self, user: &str, now: Timestamp) -> Option<(Vec<IceServer>, Timestamp)> {
        let running = self.running.get()?;
        let until = now + CREDENTIALS_HOLD;
        let expires = u64::try_from(until.seconds()).unwrap_or(0);
        let turn::rest::Credentials { username, password } = turn::rest::credentials(&running.secret, user, expires);
        let stun = IceServer { urls: running.urls.stun.clone(), username: None, credential: None };
        let relay = IceServer { urls: running.urls.turn.clone(), username: Some(username), credential: Some(password) };
        let servers = [stun, relay].into_iter().filter(|server| !server.urls.is_empty());
        Some((servers.collect(), until))
    }
}
