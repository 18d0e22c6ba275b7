use std::net::IpAddr;
use std::ops::RangeInclusive;
use std::time::Duration;

use crate::PeerPolicy;

/// What a server is made with.
#[derive(Clone)]
pub struct Config {
    /// What passwords follow from, see [`crate::rest`].
    pub secret: Vec<u8>,
    /// 32 random bytes: nonces are signed by them, ports and tokens drawn.
    pub seed: [u8; 32],
    /// Where relay ports are, IPv4.
    pub relay_v4: Option<RelayAddress>,
    /// Where relay ports are, IPv6.
    pub relay_v6: Option<RelayAddress>,
    /// The relay ports.
    pub ports: RangeInclusive<u16>,
    /// Whom may be sent to.
    pub peers: PeerPolicy,
    /// How much one may have.
    pub quotas: Quotas,
    /// Whether the shell can forbid fragmentation of what leaves a relay port.
    pub dont_fragment: bool,
    /// An allocation lives this long unless more is asked for.
    pub lifetime: Duration,
    /// At most this long.
    pub max_lifetime: Duration,
    /// A nonce is good for this long.
    pub nonce_lifetime: Duration,
}

impl std::fmt::Debug for Config {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Config").field("ports", &self.ports).field("quotas", &self.quotas).finish_non_exhaustive()
    }
}

impl Config {
    /// The defaults, with nothing to relay by.
    pub fn new(secret: Vec<u8>, seed: [u8; 32]) -> Self {
        Self {
            secret,
            seed,
            relay_v4: None,
            relay_v6: None,
            ports: 49152..=65535,
            peers: PeerPolicy::default(),
            quotas: Quotas::default(),
            dont_fragment: false,
            lifetime: Duration::from_secs(600),
            max_lifetime: Duration::from_secs(3600),
            nonce_lifetime: Duration::from_secs(600),
        }
    }
}

/// Where relay ports are bound, and how the world reaches them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RelayAddress {
    /// Of this machine.
    pub bind: IpAddr,
    /// What clients are told: another one where this machine is behind a NAT.
    pub advertise: IpAddr,
}

impl From<IpAddr> for RelayAddress {
    fn from(ip: IpAddr) -> Self {
        Self { bind: ip, advertise: ip }
    }
}

/// How much one may have.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Quotas {
    /// Allocations of one user, reserved ports included.
    pub per_user: usize,
    /// Allocations of all.
    pub total: usize,
    /// Permissions of one allocation, and as many channels.
    pub permissions: usize,
    /// Bytes that are relayed for one user, both ways; none is no limit.
    pub bandwidth: Option<Rate>,
    /// Answers to one address that isn't proved (for IPv6 to one /64).
    pub unproved: Rate,
}

impl Default for Quotas {
    fn default() -> Self {
        Self {
            per_user: 12,
            total: 1000,
            permissions: 64,
            // A call at 1080p with screen sharing is some 6 Mbit/s each way.
            bandwidth: Some(Rate { per_second: 4_000_000, burst: 8_000_000 }),
            // A practice behind one NAT, all of whose browsers gather at once.
            unproved: Rate { per_second: 100, burst: 200 },
        }
    }
}

/// So much a second in the long run, and so much at once.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rate {
    /// In the long run.
    pub per_second: u64,
    /// At once.
    pub burst: u64,
}
