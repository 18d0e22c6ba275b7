use std::net::SocketAddr;
use std::ops::RangeInclusive;

use crate::RelayAddress;
use crate::random::Random;

/// A port that isn't free.
const TAKEN: u32 = u32::MAX;

/// So many even ports are tried before it is said that there is none.
const EVEN_TRIES: usize = 64;

/// The relay ports of one family: each is free or one allocation's or reserved.
#[derive(Debug)]
pub(crate) struct Pool {
    relay: RelayAddress,
    first: u16,
    free: Vec<u16>,
    /// Where in `free` each port is.
    places: Vec<u32>,
}

impl Pool {
    pub(crate) fn new(relay: RelayAddress, ports: RangeInclusive<u16>) -> Self {
        let first = *ports.start();
        let free: Vec<u16> = ports.collect();
        let places = (0..).take(free.len()).collect();
        Self { relay, first, free, places }
    }

    pub(crate) const fn bind(&self, port: u16) -> SocketAddr {
        SocketAddr::new(self.relay.bind, port)
    }

    pub(crate) const fn advertise(&self, port: u16) -> SocketAddr {
        SocketAddr::new(self.relay.advertise, port)
    }

    /// Any port, which nobody can guess.
    pub(crate) fn take_any(&mut self, random: &mut Random) -> Option<u16> {
        let port = *self.free.get(random.below(self.free.len()))?;
        self.take(port).then_some(port)
    }

    /// An even port; with the one above it, if asked.
    pub(crate) fn take_even(&mut self, with_next: bool, random: &mut Random) -> Option<u16> {
        for _ in 0..EVEN_TRIES {
            let port = *self.free.get(random.below(self.free.len()))? & !1;
            let next = port.checked_add(1)?;
            if self.is_free(port) && (!with_next || self.is_free(next)) {
                self.take(port);
                if with_next {
                    self.take(next);
                }
                return Some(port);
            }
        }
        None
    }

    pub(crate) fn put(&mut self, port: u16) {
        if self.place(port) == Some(TAKEN) {
            self.places[usize::from(port - self.first)] = u32::try_from(self.free.len()).unwrap_or(TAKEN);
            self.free.push(port);
        }
    }

    pub(crate) const fn free(&self) -> usize {
        self.free.len()
    }

    fn is_free(&self, port: u16) -> bool {
        self.place(port).is_some_and(|place| place != TAKEN)
    }

    fn take(&mut self, port: u16) -> bool {
        let Some(place) = self.place(port).filter(|&place| place != TAKEN) else { return false };
        self.places[usize::from(port - self.first)] = TAKEN;
        self.free.swap_remove(place as usize);
        if let Some(&moved) = self.free.get(place as usize) {
            self.places[usize::from(moved - self.first)] = place;
        }
        true
    }

    fn place(&self, port: u16) -> Option<u32> {
        self.places.get(usize::from(port.checked_sub(self.first)?)).copied()
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn every_port_once() {
        let mut random = Random::new([1; 32]);
        let relay = RelayAddress::from("192.0.2.1".parse::<std::net::IpAddr>().unwrap());
        let mut pool = Pool::new(relay, 65_436..=65_535);
        for _ in 0..20 {
            let even = pool.take_even(true, &mut random).unwrap();
            assert!(even.is_multiple_of(2));
            let mut taken = HashSet::from([even, even + 1]);
            while let Some(port) = pool.take_any(&mut random) {
                assert!(taken.insert(port), "{port} is given twice");
            }
            assert_eq!(taken.len(), 100);
            assert_eq!(pool.take_even(false, &mut random), None);
            for &port in &taken {
                pool.put(port);
                pool.put(port);
            }
            assert_eq!(pool.free(), 100);
        }
    }
}
