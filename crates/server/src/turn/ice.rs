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
        let host = match (config.public_address.as_deref().and_then(host), relay) {
            (Some(host), _) => host.to_owned(),
            (None, Some(IpAddr::V6(ip))) => format!("[{ip}]"),
            (None, ip) => ip.map(|ip| ip.to_string()).unwrap_or_default(),
        };
        let mut urls = Self { stun: Vec::new(), turn: Vec::new() };
        let port =
            |role| bound.iter().filter(move |bound| bound.role == role).find_map(|bound| Some(bound.address()?.port()));
        if let Some(port) = port(Role::Turn) {
            urls.stun.push(format!("stun:{host}:{port}"));
            urls.turn.push(format!("turn:{host}:{port}?transport=udp"));
            urls.turn.push(format!("turn:{host}:{port}?transport=tcp"));
        }
        if let Some(port) = port(Role::Turns) {
            urls.turn.push(format!("turns:{host}:{port}?transport=tcp"));
        }
        urls
    }
}

/// The host of an origin, with the brackets of an IPv6 address.
fn host(origin: &str) -> Option<&str> {
    let host = origin.split_once("://")?.1;
    match host.rsplit_once(':') {
        Some((name, port)) if !name.is_empty() && port.bytes().all(|byte| byte.is_ascii_digit()) => Some(name),
        _ => Some(host),
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_host_of_an_origin() {
        for (origin, expected) in [
            ("https://chat.example.org", "chat.example.org"),
            ("https://chat.example.org:8443", "chat.example.org"),
            ("http://192.168.1.5:3000", "192.168.1.5"),
            ("http://[2001:db8::1]:3000", "[2001:db8::1]"),
            ("http://[2001:db8::1]", "[2001:db8::1]"),
        ] {
            assert_eq!(host(origin), Some(expected), "{origin}");
        }
    }
}
