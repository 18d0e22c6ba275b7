//! How often somebody may do something.

use std::collections::HashMap;
use std::collections::hash_map::RandomState;
use std::hash::{BuildHasher, Hash};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use domain::Timestamp;

/// Keys that a limit remembers at most; a few megabytes.
const MAX_KEYS: usize = 50_000;

/// A limit per key: so many at once, then one per period (GCRA). Knows nothing of a key but a keyed hash of it, and of a
/// key that has been quiet nothing at all.
#[derive(Debug)]
pub(crate) struct Limit {
    burst: u32,
    period: Duration,
    /// When each key's allowance is whole again. Sections are a lookup long.
    full_at: Mutex<HashMap<u64, Timestamp>>,
    hasher: RandomState,
}

impl Limit {
    pub(crate) fn new(burst: u32, period: Duration) -> Self {
        Self { burst, period, full_at: Mutex::default(), hasher: RandomState::new() }
    }

    /// Takes one, or says how long to wait.
    pub(crate) fn take(&self, key: impl Hash, now: Timestamp) -> Result<(), Duration> {
        let key = self.hasher.hash_one(key);
        let mut full_at = self.full_at.lock().unwrap_or_else(PoisonError::into_inner);
        if full_at.len() >= MAX_KEYS && !full_at.contains_key(&key) {
            make_room(&mut full_at, now);
        }
        let at = full_at.entry(key).or_insert(now);
        let next = (*at).max(now) + self.period;
        let allowed = now + self.period * self.burst;
        if next > allowed {
            return Err(next.since(allowed));
        }
        *at = next;
        Ok(())
    }

    /// Whether something was taken that has not come back yet.
    pub(crate) fn is_used(&self, key: impl Hash, now: Timestamp) -> bool {
        let key = self.hasher.hash_one(key);
        let full_at = self.full_at.lock().unwrap_or_else(PoisonError::into_inner);
        full_at.get(&key).is_some_and(|at| *at > now)
    }

    /// Gives back what was taken, for what turned out not to count.
    pub(crate) fn give_back(&self, key: impl Hash) {
        let key = self.hasher.hash_one(key);
        let mut full_at = self.full_at.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(at) = full_at.get_mut(&key) {
            *at = *at - self.period;
        }
    }
}

/// Forgets the quiet keys, or if all are busy the less busy half.
fn make_room(full_at: &mut HashMap<u64, Timestamp>, now: Timestamp) {
    full_at.retain(|_, at| *at > now);
    if full_at.len() >= MAX_KEYS {
        let mut times: Vec<Timestamp> = full_at.values().copied().collect();
        let (_, median, _) = times.select_nth_unstable(MAX_KEYS / 2);
        let median = *median;
        full_at.retain(|_, at| *at > median);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Timestamp = Timestamp(1_700_000_000_000);

    #[test]
    fn what_is_remembered_is_bounded() {
        let limit = Limit::new(2, Duration::from_secs(60));
        for n in 0..200_000_u32 {
            let _ = limit.take(n, NOW);
        }
        assert!(limit.full_at.lock().unwrap().len() <= MAX_KEYS);
    }
}
