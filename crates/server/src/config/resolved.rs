use std::collections::BTreeMap;
use std::fmt;
use std::net::{IpAddr, SocketAddr};
use std::path::PathBuf;

use serde::Serialize;

use super::Role;

/// Everything that was asked for, checked.
#[derive(Debug, Clone)]
pub struct Config {
    /// Where everything that is kept is kept.
    pub data: PathBuf,
    /// Where each role listens; a role that is not here is off.
    pub listen: BTreeMap<Role, Listen>,
    /// Origins other than our own that browsers may call from, exactly.
    pub cors_origins: Vec<String>,
    /// The address that people type, `https://chat.example.org`; without a slash at its end.
    pub public_address: Option<String>,
    /// Whose `X-Forwarded-For` is believed.
    pub trusted_proxies: Vec<Network>,
    /// What browsers are given to find a way to each other.
    pub ice_servers: Vec<IceServer>,
    /// Whether old call clients may say who they are without a token. Only on `calls`.
    pub trust_legacy_identity: bool,
    /// Whether people are limited in how much they may ask for; off for load generators alone.
    pub limits: bool,
}

/// Where a role listens.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Listen {
    /// The addresses; port 0 takes a free one.
    pub addresses: Vec<SocketAddr>,
    /// Somebody asked for these, so that one that is taken is an error.
    pub asked: bool,
}

/// An entry of `iceServers`, in the shape that `RTCPeerConnection` takes.
#[derive(Clone, PartialEq, Eq, Serialize)]
#[allow(missing_docs)]
pub struct IceServer {
    pub urls: Vec<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub username: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub credential: Option<String>,
}

impl fmt::Debug for IceServer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("IceServer").field("urls", &self.urls).finish_non_exhaustive()
    }
}

/// A range of addresses, `10.0.0.0/8`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Network {
    address: IpAddr,
    bits: u8,
}

impl Network {
    /// Whether an address is in it.
    pub fn contains(&self, address: IpAddr) -> bool {
        match (self.address, address.to_canonical()) {
            (IpAddr::V4(network), IpAddr::V4(address)) => {
                u32::from(network) ^ u32::from(address) < 1_u32.checked_shl(32 - u32::from(self.bits)).unwrap_or(0)
                    || self.bits == 0
            }
            (IpAddr::V6(network), IpAddr::V6(address)) => {
                u128::from(network) ^ u128::from(address) < 1_u128.checked_shl(128 - u32::from(self.bits)).unwrap_or(0)
                    || self.bits == 0
            }
            _ => false,
        }
    }
}

impl std::str::FromStr for Network {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        let (address, bits) = match text.split_once('/') {
            Some((address, bits)) => (address, Some(bits.parse::<u8>().map_err(|_| ())?)),
            None => (text, None),
        };
        let address = address.parse::<IpAddr>().map_err(|_| ())?.to_canonical();
        let all = if address.is_ipv4() { 32 } else { 128 };
        let bits = bits.unwrap_or(all);
        if bits > all { Err(()) } else { Ok(Self { address, bits }) }
    }
}

impl Config {
    /// Whether people come by TLS.
    pub fn is_https(&self) -> bool {
        self.public_address.as_deref().is_some_and(|address| address.starts_with("https://"))
    }
}

#[cfg(test)]
impl Config {
    /// Nothing configured, nothing listening.
    pub(crate) fn for_tests() -> Self {
        Self {
            data: PathBuf::new(),
            listen: BTreeMap::new(),
            cors_origins: Vec::new(),
            public_address: None,
            trusted_proxies: Vec::new(),
            ice_servers: Vec::new(),
            trust_legacy_identity: false,
            limits: true,
        }
    }
}
