//! RFC 8656, section 8.

use std::time::Instant;

use super::allocate::{family, lifetime};
use super::{Deadline, Reply, Server};
use crate::RelayId;
use crate::wire::{Message, Writer, attribute};

impl Server {
    pub(super) fn refresh(
        &mut self,
        now: Instant,
        slot: u32,
        message: &Message<'_>,
        reply: &Reply,
    ) -> Result<Option<Writer>, u16> {
        let family = family(message, attribute::REQUESTED_ADDRESS_FAMILY)?;
        let allocation = self.table.get(slot).ok_or(437_u16)?;
        let port = family.map(|family| allocation.port(family).ok_or(443_u16)).transpose()?;
        let is_last = allocation.v4.is_none() || allocation.v6.is_none();
        let seconds = if lifetime(message) == Some(0) {
            match (family, port) {
                // Of two relay addresses, one can be given back.
                (Some(family), Some(port)) if !is_last => {
                    let generation = self.table.generation(slot);
                    if let Some(allocation) = self.table.get_mut(slot) {
                        *allocation.port_mut(family) = None;
                    }
                    self.release(RelayId { slot, generation, family }, port);
                }
                _ => self.end(slot),
            }
            0
        } else {
            let lifetime = self.lifetime(message);
            let allocation = self.table.get_mut(slot).ok_or(437_u16)?;
            let (before, after) = (allocation.expires, now + lifetime);
            (allocation.expires, allocation.lifetime) = (after, lifetime);
            self.deadlines.remove(&(before, Deadline::Allocation(slot)));
            self.deadlines.insert((after, Deadline::Allocation(slot)));
            u32::try_from(lifetime.as_secs()).unwrap_or(u32::MAX)
        };
        Ok(Some(reply.success().attribute(attribute::LIFETIME, &seconds.to_be_bytes())))
    }
}
