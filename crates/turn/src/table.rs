use std::net::SocketAddr;
use std::time::Instant;

use crate::allocation::Allocation;
use crate::{Map, Path, RelayId};

/// Every allocation, found by a place, by its client, or by a relay address.
#[derive(Debug, Default)]
pub(crate) struct Table {
    slots: Vec<Slot>,
    free: Vec<u32>,
    by_path: Map<Path, u32>,
    by_relay: Map<SocketAddr, RelayId>,
}

#[derive(Debug, Default)]
struct Slot {
    /// Grows whenever the place is given up, so that what is late finds nobody else's.
    generation: u32,
    allocation: Option<Allocation>,
}

impl Table {
    pub(crate) fn insert(&mut self, allocation: Allocation) -> u32 {
        let path = allocation.path;
        let slot = self.free.pop().unwrap_or_else(|| {
            self.slots.push(Slot::default());
            u32::try_from(self.slots.len() - 1).expect("allocations are bounded")
        });
        self.slots[slot as usize].allocation = Some(allocation);
        self.by_path.insert(path, slot);
        slot
    }

    pub(crate) fn remove(&mut self, slot: u32) -> Option<Allocation> {
        let place = self.slots.get_mut(slot as usize)?;
        let allocation = place.allocation.take()?;
        place.generation = place.generation.wrapping_add(1);
        self.free.push(slot);
        self.by_path.remove(&allocation.path);
        Some(allocation)
    }

    pub(crate) fn slot_of(&self, path: &Path) -> Option<u32> {
        self.by_path.get(path).copied()
    }

    pub(crate) fn generation(&self, slot: u32) -> u32 {
        self.slots.get(slot as usize).map_or(0, |slot| slot.generation)
    }

    pub(crate) fn get(&self, slot: u32) -> Option<&Allocation> {
        self.slots.get(slot as usize)?.allocation.as_ref()
    }

    pub(crate) fn get_mut(&mut self, slot: u32) -> Option<&mut Allocation> {
        self.slots.get_mut(slot as usize)?.allocation.as_mut()
    }

    /// One that has its ports and hasn't expired.
    pub(crate) fn live(&self, slot: u32, now: Instant) -> Option<&Allocation> {
        self.get(slot).filter(|allocation| allocation.expires > now && allocation.pending.is_none())
    }

    pub(crate) fn has(&self, relay: RelayId) -> bool {
        self.slots
            .get(relay.slot as usize)
            .is_some_and(|slot| slot.generation == relay.generation && slot.allocation.is_some())
    }

    pub(crate) fn add_relay(&mut self, address: SocketAddr, relay: RelayId) {
        self.by_relay.insert(address, relay);
    }

    pub(crate) fn remove_relay(&mut self, address: &SocketAddr) {
        self.by_relay.remove(address);
    }

    pub(crate) fn relay(&self, address: &SocketAddr) -> Option<RelayId> {
        self.by_relay.get(address).copied()
    }

    pub(crate) fn len(&self) -> usize {
        self.by_path.len()
    }

    /// What is held besides memory that is used again.
    pub(crate) fn is_empty(&self) -> bool {
        self.by_path.is_empty() && self.by_relay.is_empty()
    }
}
