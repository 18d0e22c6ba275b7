//! The way of data: RFC 8656, sections 11 and 12. Nothing here takes memory.

use std::net::SocketAddr;
use std::ops::Range;
use std::time::Instant;

use super::Server;
use crate::policy::Verdict;
use crate::wire::{ChannelData, HEADER, MAGIC_COOKIE, Message, attribute, channel_data_head, method, padding, xor};
use crate::{Family, Forward, Head, Path, RelayId, ToClient, ToPeer};

/// Data and its peer, on the way out.
struct Outgoing {
    peer: SocketAddr,
    payload: Range<usize>,
    dont_fragment: bool,
}

impl Server {
    pub(super) fn handle_channel_data(&mut self, now: Instant, path: Path, packet: &[u8]) -> Option<Forward> {
        let ChannelData { number, payload } = ChannelData::parse(packet)?;
        let slot = self.table.slot_of(&path)?;
        let peer = self.table.live(slot, now)?.peer_of(now, number)?;
        self.send(now, slot, Outgoing { peer, payload, dont_fragment: false })
    }

    pub(super) fn handle_send(&mut self, now: Instant, path: Path, message: &Message<'_>) -> Option<Forward> {
        let slot = self.table.slot_of(&path)?;
        let (mut peer, mut payload, mut dont_fragment) = (None, None, false);
        for (kind, at, value) in message.attributes() {
            match kind {
                attribute::XOR_PEER_ADDRESS if peer.is_none() => peer = Some(message.address(value)?),
                attribute::DATA if payload.is_none() => payload = Some(at..at + value.len()),
                attribute::DONT_FRAGMENT if self.config.dont_fragment => dont_fragment = true,
                attribute::DONT_FRAGMENT => return None,
                kind if !attribute::is_understood(kind) => return None,
                _ => {}
            }
        }
        let (peer, payload) = (peer?, payload?);
        if !self.is_permitted(now, slot, peer.ip()) {
            return None;
        }
        self.send(now, slot, Outgoing { peer, payload, dont_fragment })
    }

    /// A datagram of `len` bytes has come to a relay port.
    pub fn handle_peer(&mut self, now: Instant, relay: RelayId, peer: SocketAddr, len: usize) -> Option<ToClient> {
        self.receive(now, relay, peer, 0..len)
    }

    fn send(&mut self, now: Instant, slot: u32, out: Outgoing) -> Option<Forward> {
        let Outgoing { peer, payload, dont_fragment } = out;
        let family = Family::of(&peer);
        let allocation = self.table.live(slot, now)?;
        let (port, user) = (allocation.port(family)?, allocation.user);
        let verdict = self.peers.verdict(peer);
        if verdict == Verdict::Refused {
            self.stats.refused_peers += 1;
            return None;
        }
        self.spend(now, user, payload.len())?;
        self.stats.to_peers += 1;
        if verdict == Verdict::Relay {
            let to = self.table.relay(&peer)?;
            let from = self.advertised(family, port)?;
            return self.receive(now, to, from, payload).map(Forward::ToClient);
        }
        let relay = RelayId { slot, generation: self.table.generation(slot), family };
        Some(Forward::ToPeer(ToPeer { relay, peer, dont_fragment, payload }))
    }

    fn receive(&mut self, now: Instant, relay: RelayId, peer: SocketAddr, payload: Range<usize>) -> Option<ToClient> {
        if !self.table.has(relay) {
            return None;
        }
        let allocation = self.table.live(relay.slot, now)?;
        if !allocation.is_permitted(now, peer.ip()) {
            return None;
        }
        let (path, user, channel) = (allocation.path, allocation.user, allocation.channel_of(now, &peer));
        let len = u16::try_from(payload.len()).ok()?;
        self.spend(now, user, payload.len())?;
        self.stats.to_clients += 1;
        let mut head = Head::new();
        let padding = match channel {
            Some(number) => {
                head.push(&channel_data_head(number, len));
                // Datagrams say themselves how long they are.
                if path.is_stream() { padding(payload.len()) } else { 0 }
            }
            None => {
                self.data_indication(&mut head, peer, len)?;
                padding(payload.len())
            }
        };
        Some(ToClient { path, head, payload, padding })
    }

    fn data_indication(&mut self, head: &mut Head, peer: SocketAddr, len: u16) -> Option<()> {
        let transaction = self.transactions.next();
        let (address, address_len) = xor(peer, &transaction);
        let data = 4 + usize::from(len).next_multiple_of(4);
        let total = u16::try_from(4 + address_len + data).ok()?;
        // The method's bits lie around the class's, which is an indication's.
        head.push(&(method::DATA | 0x0010).to_be_bytes());
        head.push(&total.to_be_bytes());
        head.push(&MAGIC_COOKIE);
        head.push(&transaction);
        debug_assert_eq!(head.as_bytes().len(), HEADER);
        head.push(&attribute::XOR_PEER_ADDRESS.to_be_bytes());
        head.push(&(address_len as u16).to_be_bytes());
        head.push(&address[..address_len]);
        head.push(&attribute::DATA.to_be_bytes());
        head.push(&len.to_be_bytes());
        Some(())
    }

    /// Takes a packet out of a user's bandwidth.
    fn spend(&mut self, now: Instant, user: u32, len: usize) -> Option<()> {
        let since_start = self.since_start(now);
        let fits = self
            .config
            .quotas
            .bandwidth
            .is_none_or(|rate| self.users.at(user).bandwidth.take(since_start, len as u64, rate));
        if fits {
            self.stats.bytes += len as u64;
        } else {
            self.stats.over_bandwidth += 1;
        }
        fits.then_some(())
    }
}
