//! STUN and TURN: by which ports it relays, to whom, and how it is reached.

use std::fmt;
use std::net::IpAddr;
use std::ops::RangeInclusive;
use std::sync::Arc;

use super::error::ConfigError;
use super::keys::{self, Key};
use super::raw::{Given, Raw};
use super::resolve::{texts, wrong};

/// How the relay works.
#[derive(Clone)]
pub struct TurnConfig {
    /// By which ports it relays.
    pub ports: RangeInclusive<u16>,
    /// To whom besides the open internet.
    pub allow_peers: Vec<turn::Cidr>,
    /// How it is reached from outside, where it is behind a NAT: an address of each family at most.
    pub external: Vec<IpAddr>,
    /// What credentials follow from; otherwise one that follows from that of sign-ins.
    pub secret: Option<Arc<[u8]>>,
}

impl Default for TurnConfig {
    fn default() -> Self {
        Self { ports: 49152..=65535, allow_peers: Vec::new(), external: Vec::new(), secret: None }
    }
}

impl fmt::Debug for TurnConfig {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TurnConfig").field("ports", &self.ports).finish_non_exhaustive()
    }
}

pub(super) fn resolve(raw: &Raw) -> Result<TurnConfig, ConfigError> {
    Ok(TurnConfig {
        ports: ports(raw)?,
        allow_peers: list(raw, keys::TURN_ALLOW_PEERS, "a list of networks, as in 192.168.0.0/16,fd00::/8")?,
        external: external(raw)?,
        secret: secret(raw)?,
    })
}

fn ports(raw: &Raw) -> Result<RangeInclusive<u16>, ConfigError> {
    let Some((name, given)) = raw.given(keys::TURN_RELAY_PORTS) else { return Ok(TurnConfig::default().ports) };
    let ports = match &given {
        Given::Text(text) | Given::Toml(toml::Value::String(text)) => text
            .split_once('-')
            .and_then(|(first, last)| Some(first.trim().parse::<u16>().ok()?..=last.trim().parse::<u16>().ok()?)),
        Given::Toml(_) => None,
    };
    let ports = ports.filter(|ports| *ports.start() >= 1024 && !ports.is_empty());
    ports.ok_or_else(|| wrong(name, &given, "the first and the last port, 1024 to 65535, as in 49152-65535"))
}

fn list<T: std::str::FromStr>(raw: &Raw, key: Key, expected: &'static str) -> Result<Vec<T>, ConfigError> {
    let Some((name, texts)) = texts(raw, key)? else { return Ok(Vec::new()) };
    let parsed = |text: &String| {
        text.parse().map_err(|_| ConfigError::Value { name: name.clone(), given: text.clone(), expected })
    };
    texts.iter().map(parsed).collect()
}

fn external(raw: &Raw) -> Result<Vec<IpAddr>, ConfigError> {
    const EXPECTED: &str = "the address by which this machine is reached from outside, one of each family at most";
    let external: Vec<IpAddr> = list(raw, keys::TURN_EXTERNAL_ADDRESS, EXPECTED)?;
    let is_one = |ip: &IpAddr| !ip.is_unspecified() && !ip.is_multicast();
    let each = [true, false].iter().all(|v4| external.iter().filter(|ip| ip.is_ipv4() == *v4).count() <= 1);
    if each && external.iter().all(is_one) {
        return Ok(external);
    }
    let given = external.iter().map(ToString::to_string).collect::<Vec<_>>().join(",");
    Err(ConfigError::Value { name: keys::TURN_EXTERNAL_ADDRESS.file.to_owned(), given, expected: EXPECTED })
}

fn secret(raw: &Raw) -> Result<Option<Arc<[u8]>>, ConfigError> {
    match raw.given(keys::TURN_SECRET) {
        None => Ok(None),
        Some((_, Given::Text(text) | Given::Toml(toml::Value::String(text)))) => Ok(Some(text.as_bytes().into())),
        Some((name, _)) => Err(ConfigError::Secret { name, expected: "a text" }),
    }
}
