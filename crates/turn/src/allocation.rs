use std::net::{IpAddr, SocketAddr};
use std::time::{Duration, Instant};

use crate::server::Reply;
use crate::wire::Transaction;
use crate::{Family, Map, Path};

/// RFC 8656, section 9.
const PERMISSION: Duration = Duration::from_secs(300);

/// RFC 8656, section 12.
const CHANNEL: Duration = Duration::from_secs(600);

/// A client's relay addresses, and to whom it may speak by them.
#[derive(Debug)]
pub(crate) struct Allocation {
    pub(crate) path: Path,
    /// Its place among the users.
    pub(crate) user: u32,
    /// Of the Allocate that made it: the same one again gets the same answer.
    pub(crate) transaction: Transaction,
    pub(crate) v4: Option<u16>,
    pub(crate) v6: Option<u16>,
    pub(crate) lifetime: Duration,
    pub(crate) expires: Instant,
    /// The port above its own is kept for who says this.
    pub(crate) reservation: Option<u64>,
    /// An additional family that could not be had, and why.
    pub(crate) family_error: Option<(Family, u16)>,
    /// Until its ports are bound.
    pub(crate) pending: Option<Box<Pending>>,
    permissions: Map<IpAddr, Instant>,
    channels: Map<u16, Channel>,
    numbers: Map<SocketAddr, u16>,
}

/// An allocation that isn't answered yet.
#[derive(Debug)]
pub(crate) struct Pending {
    pub(crate) reply: Reply,
    /// The port that is being bound.
    pub(crate) binding: (Family, u16),
    /// What follows it.
    pub(crate) then: Option<Family>,
    pub(crate) wanted: Wanted,
    /// So many ports may be taken by other programs.
    pub(crate) tries: u8,
}

/// Which port a client wants.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Wanted {
    Any,
    Even,
    /// An even one, and the next one kept.
    Pair,
    /// The one that was kept.
    Reserved(u16),
}

#[derive(Debug, Clone, Copy)]
struct Channel {
    peer: SocketAddr,
    expires: Instant,
}

/// Why a channel isn't bound.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum ChannelError {
    /// The number is another peer's, or the peer has another number.
    Taken,
    /// There are as many as there may be.
    Full,
}

impl Allocation {
    pub(crate) fn new(path: Path, user: u32, transaction: Transaction, lifetime: Duration, now: Instant) -> Self {
        Self {
            path,
            user,
            transaction,
            v4: None,
            v6: None,
            lifetime,
            expires: now + lifetime,
            reservation: None,
            family_error: None,
            pending: None,
            permissions: Map::default(),
            channels: Map::default(),
            numbers: Map::default(),
        }
    }

    pub(crate) const fn port(&self, family: Family) -> Option<u16> {
        match family {
            Family::V4 => self.v4,
            Family::V6 => self.v6,
        }
    }

    pub(crate) const fn port_mut(&mut self, family: Family) -> &mut Option<u16> {
        match family {
            Family::V4 => &mut self.v4,
            Family::V6 => &mut self.v6,
        }
    }

    /// Forgets what has expired.
    pub(crate) fn sweep(&mut self, now: Instant) {
        self.permissions.retain(|_, expires| *expires > now);
        self.channels.retain(|_, channel| channel.expires > now);
        let channels = &self.channels;
        self.numbers.retain(|_, number| channels.contains_key(number));
    }

    /// All of them or none.
    pub(crate) fn permit(&mut self, now: Instant, peers: &[IpAddr], most: usize) -> bool {
        let new: std::collections::HashSet<_> = peers.iter().filter(|ip| !self.permissions.contains_key(ip)).collect();
        let fits = self.permissions.len() + new.len() <= most;
        if fits {
            self.permissions.extend(peers.iter().map(|ip| (*ip, now + PERMISSION)));
        }
        fits
    }

    pub(crate) fn is_permitted(&self, now: Instant, peer: IpAddr) -> bool {
        self.permissions.get(&peer).is_some_and(|expires| *expires > now)
    }

    /// Binds a channel or binds it anew, with the permission that it brings.
    pub(crate) fn bind(
        &mut self,
        now: Instant,
        number: u16,
        peer: SocketAddr,
        most: usize,
    ) -> Result<(), ChannelError> {
        let bound = self.channels.get(&number).map(|channel| channel.peer);
        let numbered = self.numbers.get(&peer).copied();
        match (bound, numbered) {
            (None, None) if self.channels.len() >= most => return Err(ChannelError::Full),
            (None, None) => {}
            (Some(bound), Some(numbered)) if bound == peer && numbered == number => {}
            _ => return Err(ChannelError::Taken),
        }
        if !self.permit(now, &[peer.ip()], most) {
            return Err(ChannelError::Full);
        }
        self.channels.insert(number, Channel { peer, expires: now + CHANNEL });
        self.numbers.insert(peer, number);
        Ok(())
    }

    pub(crate) fn peer_of(&self, now: Instant, number: u16) -> Option<SocketAddr> {
        self.channels.get(&number).filter(|channel| channel.expires > now).map(|channel| channel.peer)
    }

    pub(crate) fn channel_of(&self, now: Instant, peer: &SocketAddr) -> Option<u16> {
        if self.numbers.is_empty() {
            return None;
        }
        self.numbers.get(peer).copied().filter(|number| self.peer_of(now, *number).is_some())
    }
}
