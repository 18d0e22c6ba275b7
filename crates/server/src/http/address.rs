//! Whose address a request comes from.

use std::convert::Infallible;
use std::net::IpAddr;

use axum::extract::{ConnectInfo, FromRequestParts};
use http::request::Parts;
use http::{Extensions, HeaderMap};
use wire::error::Code;

use super::error::ApiError;
use crate::config::{Config, Network};
use crate::shell::connection::Conn;
use crate::state::Services;

/// The address of the client: the peer, or what a trusted proxy says of its own peer.
#[derive(Debug, Clone, Copy)]
pub struct ClientAddress(pub IpAddr);

impl FromRequestParts<Services> for ClientAddress {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, services: &Services) -> Result<Self, ApiError> {
        let address = client_address(&services.config, &parts.extensions, &parts.headers);
        address.map(Self).ok_or_else(|| Code::Internal.into())
    }
}

/// Whether people come by TLS: to us, or to a proxy before us.
#[derive(Debug, Clone, Copy)]
pub struct ByTls(pub bool);

impl FromRequestParts<Services> for ByTls {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, services: &Services) -> Result<Self, Infallible> {
        Ok(Self(services.config.is_https() || is_tls(&parts.extensions)))
    }
}

/// Who shares an address: with IPv6 one person has all of a /64.
pub fn neighbourhood(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V6(address) => IpAddr::V6((u128::from(address) >> 64 << 64).into()),
        v4 @ IpAddr::V4(_) => v4,
    }
}

/// Whether a request came to us by TLS.
pub fn is_tls(extensions: &Extensions) -> bool {
    extensions.get::<ConnectInfo<Conn>>().is_some_and(|ConnectInfo(conn)| conn.is_tls())
}

/// The client's address of a request, or of a handshake.
pub fn client_address(config: &Config, extensions: &Extensions, headers: &HeaderMap) -> Option<IpAddr> {
    let ConnectInfo(conn) = extensions.get::<ConnectInfo<Conn>>()?;
    let forwarded = headers.get_all("x-forwarded-for").iter().filter_map(|value| value.to_str().ok());
    Some(beyond(&config.trusted_proxies, conn.peer().ip(), forwarded))
}

/// From the right of `X-Forwarded-For`, the first that is not one of our proxies; what is left of it anyone may have written.
pub(super) fn beyond<'a>(proxies: &[Network], peer: IpAddr, forwarded: impl Iterator<Item = &'a str>) -> IpAddr {
    let trusted = |address: IpAddr| proxies.iter().any(|network| network.contains(address));
    let mut address = peer.to_canonical();
    let hops: Vec<&str> = forwarded.flat_map(|value| value.split(',')).map(str::trim).collect();
    for hop in hops.into_iter().rev() {
        if !trusted(address) {
            break;
        }
        let Ok(hop) = hop.parse::<IpAddr>() else { break };
        address = hop.to_canonical();
    }
    address
}
