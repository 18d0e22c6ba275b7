//! Who has connected and has not yet said anything by TLS: so many at a time, of all and of one place.

use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::{Arc, Mutex, PoisonError};

use crate::http::address::neighbourhood;

/// Of all. One costs some tens of kilobytes for as long as it is pending.
const TOTAL: usize = 1024;

/// Of one address, or one IPv6 neighbourhood. Everybody of a practice may be behind one, and come back at once.
const PER_PLACE: usize = 128;

#[derive(Debug, Default)]
pub(super) struct Pending {
    /// Held to count one in or out.
    places: Mutex<HashMap<IpAddr, usize>>,
}

/// One of them, until it is dropped.
#[derive(Debug)]
pub(super) struct Place {
    pending: Arc<Pending>,
    of: IpAddr,
}

impl Pending {
    /// None: there are too many.
    pub(super) fn enter(self: &Arc<Self>, address: IpAddr) -> Option<Place> {
        let of = neighbourhood(address);
        let places = &mut *self.places.lock().unwrap_or_else(PoisonError::into_inner);
        if places.values().sum::<usize>() >= TOTAL || places.get(&of).is_some_and(|count| *count >= PER_PLACE) {
            return None;
        }
        *places.entry(of).or_default() += 1;
        Some(Place { pending: Arc::clone(self), of })
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let places = &mut *self.pending.places.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(count) = places.get_mut(&self.of) {
            *count -= 1;
            if *count == 0 {
                places.remove(&self.of);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_place_takes_them_all() {
        let pending = Arc::<Pending>::default();
        let of = |address: &str| pending.enter(address.parse().unwrap());
        let mut kept: Vec<Place> = (0..PER_PLACE).map(|n| of(&format!("2001:db8::{n:x}")).unwrap()).collect();
        assert!(of("2001:db8::ffff").is_none());
        assert!(of("2001:db8:0:1::1").is_some() && of("192.0.2.1").is_some());
        kept.pop();
        assert!(of("2001:db8::ffff").is_some());
    }

    #[test]
    fn all_places_have_their_limit() {
        let pending = Arc::<Pending>::default();
        let of = |n: usize| {
            pending.enter(IpAddr::from([192, 0, u8::try_from(n / 256).unwrap(), u8::try_from(n % 256).unwrap()]))
        };
        let kept: Vec<Place> = (0..TOTAL).map(|n| of(n).unwrap()).collect();
        assert!(of(TOTAL).is_none());
        drop(kept);
        assert!(of(TOTAL).is_some());
        assert!(pending.places.lock().unwrap().is_empty());
    }
}
