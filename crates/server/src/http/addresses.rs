//! The addresses by which pages load what was uploaded.

use std::net::{Ipv4Addr, Ipv6Addr};
use std::sync::Arc;

use app::uploads::{Grant, Signer};
use axum::extract::FromRequestParts;
use domain::{BlobId, Part, Timestamp};
use http::HeaderMap;
use http::header::HOST;
use http::request::Parts;

use super::address::is_tls;
use super::error::ApiError;
use crate::config::Config;
use crate::state::Services;

/// What the addresses that one client is told begin with: the configured public address, or the host that the client
/// itself came to, where that is this machine. Elsewhere nothing: they are then relative to the client's own page.
pub fn base(config: &Config, headers: &HeaderMap, is_tls: bool) -> String {
    if let Some(public) = &config.public_address {
        return public.clone();
    }
    let host = headers.get(HOST).and_then(|host| host.to_str().ok()).unwrap_or_default();
    let scheme = if is_tls { "https" } else { "http" };
    if is_loopback(host) { format!("{scheme}://{host}") } else { String::new() }
}

fn is_loopback(host: &str) -> bool {
    let (name, port) = match host.rsplit_once(':') {
        Some((name, port)) if !name.is_empty() && !port.contains(']') => (name, Some(port)),
        _ => (host, None),
    };
    let is_port = |port: &str| !port.is_empty() && port.bytes().all(|byte| byte.is_ascii_digit());
    if !port.is_none_or(is_port) {
        return false;
    }
    if name.eq_ignore_ascii_case("localhost") {
        return true;
    }
    match name.strip_prefix('[').and_then(|name| name.strip_suffix(']')) {
        Some(name) => name.parse::<Ipv6Addr>().is_ok_and(|address| address.to_canonical().is_loopback()),
        None => name.parse::<Ipv4Addr>().is_ok_and(|address| address.is_loopback()),
    }
}

/// Addresses for one client, made now.
#[derive(Debug, Clone)]
pub struct Addresses {
    base: Arc<str>,
    signer: Signer,
    now: Timestamp,
}

impl Addresses {
    /// For whoever is told addresses that begin with `base`.
    pub const fn new(base: Arc<str>, signer: Signer, now: Timestamp) -> Self {
        Self { base, signer, now }
    }

    /// Where a page of ours is.
    pub fn page(&self, path: &str) -> String {
        format!("{}{path}", self.base)
    }
}

impl wire::file::Addresses for Addresses {
    fn of(&self, id: BlobId) -> String {
        let Grant { expires, signature } = self.signer.grant(id, self.now);
        let part = match id.part {
            Part::Whole => "",
            Part::Thumbnail => "/thumbnail",
        };
        format!("{}/api/uploads/{}{part}?expires={expires}&signature={signature}", self.base, id.upload)
    }
}

impl FromRequestParts<Services> for Addresses {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, services: &Services) -> Result<Self, ApiError> {
        let base = base(&services.config, &parts.headers, is_tls(&parts.extensions)).into();
        Ok(Self::new(base, services.signer.clone(), services.clock.now()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn where_an_address_begins() {
        let public = Config { public_address: Some("https://chat.example.org".into()), ..Config::for_tests() };
        let none = Config::for_tests();
        for (config, host, expected) in [
            (&public, "127.0.0.1:3000", "https://chat.example.org"),
            (&public, "evil.example", "https://chat.example.org"),
            (&none, "localhost:3000", "http://localhost:3000"),
            (&none, "127.0.0.1:3005", "http://127.0.0.1:3005"),
            (&none, "[::1]:3005", "http://[::1]:3005"),
            (&none, "localhost", "http://localhost"),
            (&none, "evil.example", ""),
            (&none, "localhost.evil.example", ""),
            (&none, "localhost:80@evil.example", ""),
            (&none, "192.0.2.7:3000", ""),
            (&none, "", ""),
        ] {
            let mut headers = HeaderMap::new();
            headers.insert(HOST, host.parse().unwrap());
            assert_eq!(base(config, &headers, false), expected, "{host}");
            assert_eq!(base(config, &headers, true), expected.replace("http:", "https:"), "{host}");
        }
    }
}
