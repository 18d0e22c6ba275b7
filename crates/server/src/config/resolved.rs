use std::collections::BTreeMap;
use std::fmt;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::Duration;

use app::accounts::Secret;
use serde::Serialize;
use store::S3;

use crate::zone::Zone;

use super::{LiveKitConfig, Network, Role, TlsConfig, TurnConfig};

/// Everything that was asked for, checked.
#[derive(Debug, Clone)]
pub struct Config {
    /// Where everything that is kept is kept.
    pub data: PathBuf,
    /// The MongoDB database that is used instead of SQLite.
    pub mongodb_uri: Option<MongoUri>,
    /// Where each role listens; a role that is not here is off.
    pub listen: BTreeMap<Role, Listen>,
    /// The key that tokens are signed with; where there is none, the one in the data folder, made at the first start.
    pub jwt_secret: Option<Secret>,
    /// Written into tokens, and asked of them.
    pub jwt_issuer: Option<String>,
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
    /// How long calls ring and wait.
    pub call_times: CallTimes,
    /// How much may be uploaded, and where it is kept.
    pub uploads: UploadConfig,
    /// STUN and TURN, where a role listens for it.
    pub turn: TurnConfig,
    /// The certificate for what goes by TLS.
    pub tls: Option<TlsConfig>,
    /// What carries consultations, where there is one.
    pub livekit: Option<LiveKitConfig>,
    /// In which the practice says when things are.
    pub time_zone: Zone,
    /// What is logged, as `tracing`'s filters say it.
    pub log: String,
    /// What is allowed but should be known.
    pub warnings: Vec<String>,
}

/// A URI with a password in it, perhaps. Shows nothing of itself.
#[derive(Clone, PartialEq, Eq)]
pub struct MongoUri(pub(super) String);

impl MongoUri {
    /// For who connects by it.
    pub fn reveal(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for MongoUri {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("MongoUri(…)")
    }
}

/// How long calls ring and wait; tests have less patience than people.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CallTimes {
    /// Until a call that nobody answers is missed.
    pub ring: Duration,
    /// From its acceptance to the answer to its offer.
    pub connect: Duration,
    /// For a party whose connection is gone to come back.
    pub grace: Duration,
}

impl Default for CallTimes {
    fn default() -> Self {
        let calls::Config { ring, connect, grace, .. } = calls::Config::default();
        Self { ring, connect, grace }
    }
}

/// How much may be uploaded, and where it is kept.
#[derive(Debug, Clone)]
pub struct UploadConfig {
    /// One thing, in bytes.
    pub max_bytes: u64,
    /// All of one person's, in bytes.
    pub quota: u64,
    /// Where nothing is said, it is a folder in the data folder.
    pub s3: Option<S3>,
}

impl Default for UploadConfig {
    fn default() -> Self {
        Self { max_bytes: 16 * 1024 * 1024, quota: 2 * 1024 * 1024 * 1024, s3: None }
    }
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

/// The host of an origin, with the brackets of an IPv6 address.
pub(super) fn public_host(origin: &str) -> Option<&str> {
    let authority = origin.split_once("://")?.1;
    Some(match authority.rsplit_once(':') {
        Some((host, port)) if !host.is_empty() && port.bytes().all(|byte| byte.is_ascii_digit()) => host,
        _ => authority,
    })
}

impl Config {
    /// The host that people type, with the brackets of an IPv6 address.
    pub fn public_host(&self) -> Option<&str> {
        public_host(self.public_address.as_deref()?)
    }

    /// The port that people come to by TLS, where that is known.
    pub fn public_https_port(&self) -> Option<u16> {
        let authority = self.public_address.as_deref()?.strip_prefix("https://")?;
        let port = authority.strip_prefix(self.public_host()?)?.strip_prefix(':');
        port.map_or(Some(443), |port| port.parse().ok())
    }

    /// Whether devices trust our certificate by hand, if they do.
    pub const fn is_lan(&self) -> bool {
        matches!(self.tls, Some(TlsConfig::Lan(_)))
    }

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
            mongodb_uri: None,
            listen: BTreeMap::new(),
            jwt_secret: None,
            jwt_issuer: None,
            cors_origins: Vec::new(),
            public_address: None,
            trusted_proxies: Vec::new(),
            ice_servers: Vec::new(),
            trust_legacy_identity: false,
            limits: true,
            call_times: CallTimes::default(),
            uploads: UploadConfig::default(),
            turn: TurnConfig::default(),
            tls: None,
            livekit: None,
            time_zone: Zone::of_this_machine(),
            log: String::new(),
            warnings: Vec::new(),
        }
    }
}
