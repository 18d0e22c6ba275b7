//! RFC 8656, sections 10 and 12.

use std::net::{IpAddr, SocketAddr};
use std::time::Instant;

use super::Server;
use crate::Family;
use crate::allocation::ChannelError;
use crate::policy::Verdict;
use crate::wire::{Message, Writer, attribute, is_channel_number};

impl Server {
    pub(super) fn create_permission(
        &mut self,
        now: Instant,
        slot: u32,
        message: &Message<'_>,
    ) -> Result<Option<Writer>, u16> {
        let mut peers = Vec::new();
        for (_, _, value) in message.attributes().filter(|attribute| attribute.0 == attribute::XOR_PEER_ADDRESS) {
            let peer = message.address(value).ok_or(400_u16)?;
            self.check_peer(slot, peer, self.peers.of_permission(peer))?;
            peers.push(peer.ip());
        }
        if peers.is_empty() {
            return Err(400);
        }
        let most = self.config.quotas.permissions;
        let allocation = self.table.get_mut(slot).ok_or(437_u16)?;
        allocation.sweep(now);
        if allocation.permit(now, &peers, most) { Ok(None) } else { Err(508) }
    }

    pub(super) fn bind_channel(
        &mut self,
        now: Instant,
        slot: u32,
        message: &Message<'_>,
    ) -> Result<Option<Writer>, u16> {
        let number = match message.attribute(attribute::CHANNEL_NUMBER) {
            Some(&[a, b, _, _]) => u16::from_be_bytes([a, b]),
            _ => return Err(400),
        };
        let value = message.attribute(attribute::XOR_PEER_ADDRESS).ok_or(400_u16)?;
        let peer = message.address(value).ok_or(400_u16)?;
        if !is_channel_number(number) {
            return Err(400);
        }
        self.check_peer(slot, peer, self.peers.verdict(peer))?;
        let most = self.config.quotas.permissions;
        let allocation = self.table.get_mut(slot).ok_or(437_u16)?;
        allocation.sweep(now);
        match allocation.bind(now, number, peer, most) {
            Ok(()) => Ok(None),
            Err(ChannelError::Taken) => Err(400),
            Err(ChannelError::Full) => Err(508),
        }
    }

    /// 443: an allocation sends by addresses of its own families only. 403: not there.
    fn check_peer(&mut self, slot: u32, peer: SocketAddr, verdict: Verdict) -> Result<(), u16> {
        if verdict == Verdict::Refused {
            self.stats.refused_peers += 1;
            return Err(403);
        }
        let allocation = self.table.get(slot).ok_or(437_u16)?;
        allocation.port(Family::of(&peer)).map(drop).ok_or(443)
    }

    /// Whether a packet of this address may come in.
    pub(super) fn is_permitted(&self, now: Instant, slot: u32, peer: IpAddr) -> bool {
        self.table.live(slot, now).is_some_and(|allocation| allocation.is_permitted(now, peer))
    }
}
