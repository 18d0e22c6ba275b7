use std::net::SocketAddr;
use std::ops::Range;
use std::time::Instant;

use crate::Path;

/// The family of a relay address.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[allow(missing_docs)]
pub enum Family {
    V4,
    V6,
}

impl Family {
    pub(crate) const fn of(address: &SocketAddr) -> Self {
        if address.is_ipv4() { Self::V4 } else { Self::V6 }
    }
}

/// A relay port of an allocation. An id is not used again.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct RelayId {
    pub(crate) slot: u32,
    pub(crate) generation: u32,
    pub(crate) family: Family,
}

/// What is to be done.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Output {
    /// Send this to a client.
    Answer {
        /// Which.
        path: Path,
        /// A whole message, as it is on datagrams and streams alike.
        bytes: Vec<u8>,
    },
    /// Open a UDP socket on this address and tell [`crate::Server::handle_bound`] whether it could be had. Until then the
    /// client waits.
    Bind {
        /// Its name.
        relay: RelayId,
        /// Where.
        address: SocketAddr,
    },
    /// Close that socket.
    Release {
        /// Its name.
        relay: RelayId,
    },
    /// Nothing more is to be done before this moment, at which [`crate::Server::handle_timeout`] wants to be called.
    Timeout(Instant),
    /// Nothing is to be done until something comes.
    Idle,
}

/// Data that goes on at once: [`ToPeer::payload`] and [`ToClient::payload`] are bytes of the packet that came.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Forward {
    /// Out of a relay port.
    ToPeer(ToPeer),
    /// To a client: from a peer, or from another client to whose relay port it was sent.
    ToClient(ToClient),
}

/// A datagram for a peer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ToPeer {
    /// The socket that it leaves by.
    pub relay: RelayId,
    /// Where to.
    pub peer: SocketAddr,
    /// It is to be lost rather than to arrive in pieces.
    pub dont_fragment: bool,
    /// What.
    pub payload: Range<usize>,
}

/// A message for a client: the head, the payload, and zeros.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ToClient {
    /// Which client.
    pub path: Path,
    /// What goes before the payload.
    pub head: Head,
    /// What.
    pub payload: Range<usize>,
    /// So many zeros after it.
    pub padding: usize,
}

/// The longest head: a Data indication with an IPv6 address.
const HEAD: usize = 20 + 4 + 20 + 4;

/// What goes before the payload of a message.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Head {
    bytes: [u8; HEAD],
    len: u8,
}

impl Head {
    /// Its bytes.
    pub fn as_bytes(&self) -> &[u8] {
        &self.bytes[..usize::from(self.len)]
    }

    pub(crate) const fn new() -> Self {
        Self { bytes: [0; HEAD], len: 0 }
    }

    pub(crate) fn push(&mut self, bytes: &[u8]) {
        let from = usize::from(self.len);
        self.bytes[from..from + bytes.len()].copy_from_slice(bytes);
        self.len += bytes.len() as u8;
    }
}

/// What it has seen and done since it started.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Stats {
    /// Allocations that live.
    pub allocations: usize,
    /// Packets that went on to a peer.
    pub to_peers: u64,
    /// Packets that went on to a client.
    pub to_clients: u64,
    /// Bytes of both.
    pub bytes: u64,
    /// Packets of users who had used up their bandwidth.
    pub over_bandwidth: u64,
    /// Requests and packets for peers that are refused.
    pub refused_peers: u64,
    /// Answers that were not given, since their address had had its share.
    pub over_budget: u64,
}
