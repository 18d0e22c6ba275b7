//! How often somebody may ring. Pure: time comes in.

use std::collections::{HashMap, VecDeque};
use std::time::Duration;

use domain::{Timestamp, UserId};

use super::Rules;

/// Callers whose rings are remembered before those of long ago are looked for and forgotten.
const SWEEP: usize = 1024;

/// The rings of late, by caller.
#[derive(Debug)]
pub(super) struct RingLimits {
    per_pair: usize,
    per_caller: usize,
    window: Duration,
    rings: HashMap<UserId, VecDeque<(Timestamp, UserId)>>,
}

impl RingLimits {
    pub(super) fn new(rules: &Rules) -> Self {
        let most = |limit: Option<usize>| limit.unwrap_or(usize::MAX);
        Self {
            per_pair: most(rules.per_pair),
            per_caller: most(rules.per_caller),
            window: rules.window,
            rings: HashMap::new(),
        }
    }

    /// Counts a ring, or says after what time there may be one.
    pub(super) fn take(&mut self, caller: UserId, callee: UserId, now: Timestamp) -> Result<(), Duration> {
        if self.per_caller == usize::MAX && self.per_pair == usize::MAX {
            return Ok(());
        }
        if self.rings.len() >= SWEEP {
            let window = self.window;
            self.rings.retain(|_, rings| rings.back().is_some_and(|(at, _)| is_recent(*at, now, window)));
        }
        let rings = self.rings.entry(caller).or_default();
        while rings.front().is_some_and(|(at, _)| !is_recent(*at, now, self.window)) {
            rings.pop_front();
        }
        let over = |count: usize, most: usize, oldest: Option<Timestamp>| {
            (count >= most).then(|| oldest.map_or(self.window, |at| (at + self.window).since(now)))
        };
        let of_pair = || rings.iter().filter(|(_, other)| *other == callee);
        // The one that has to be forgotten before there is room.
        let pair = of_pair().count();
        let wait = over(pair, self.per_pair, of_pair().nth(pair.saturating_sub(self.per_pair)).map(|(at, _)| *at))
            .or_else(|| over(rings.len(), self.per_caller, rings.front().map(|(at, _)| *at)));
        if let Some(wait) = wait {
            return Err(wait.max(Duration::from_millis(1)));
        }
        rings.push_back((now, callee));
        Ok(())
    }
}

/// A clock that was put back makes nobody wait longer than the window.
fn is_recent(at: Timestamp, now: Timestamp, window: Duration) -> bool {
    at <= now && now.since(at) < window
}

#[cfg(test)]
mod tests {
    use super::*;

    fn user(n: u8) -> UserId {
        UserId([n; 12].into())
    }

    fn at(seconds: u64) -> Timestamp {
        Timestamp(1_000_000) + Duration::from_secs(seconds)
    }

    #[test]
    fn three_rings_a_minute_for_one_person() {
        let mut limits = RingLimits::new(&Rules::default());
        for second in [0, 10, 20] {
            assert_eq!(limits.take(user(1), user(2), at(second)), Ok(()));
        }
        assert_eq!(limits.take(user(1), user(2), at(30)), Err(Duration::from_secs(30)));
        assert_eq!(limits.take(user(1), user(3), at(30)), Ok(()), "somebody else");
        assert_eq!(limits.take(user(2), user(1), at(30)), Ok(()), "the other way round");
        assert_eq!(limits.take(user(1), user(2), at(60)), Ok(()));
        assert_eq!(limits.take(user(1), user(2), at(61)), Err(Duration::from_secs(9)));
    }

    #[test]
    fn ten_rings_a_minute_for_one_caller() {
        let mut limits = RingLimits::new(&Rules::default());
        for n in 0..10 {
            assert_eq!(limits.take(user(1), user(n + 2), at(0)), Ok(()));
        }
        assert_eq!(limits.take(user(1), user(99), at(1)), Err(Duration::from_secs(59)));
        assert_eq!(limits.take(user(1), user(99), at(60)), Ok(()));
    }

    #[test]
    fn callers_of_long_ago_are_forgotten() {
        let mut limits = RingLimits::new(&Rules::default());
        for n in 0..SWEEP {
            let mut bytes = [0; 12];
            bytes[..8].copy_from_slice(&n.to_be_bytes());
            assert_eq!(limits.take(UserId(bytes.into()), user(255), at(0)), Ok(()));
        }
        assert_eq!(limits.take(user(254), user(255), at(100)), Ok(()));
        assert_eq!(limits.rings.len(), 1);
    }

    #[test]
    fn a_clock_that_goes_back_locks_nobody_out() {
        let mut limits = RingLimits::new(&Rules::default());
        for _ in 0..3 {
            assert_eq!(limits.take(user(1), user(2), at(1_000)), Ok(()));
        }
        assert_eq!(limits.take(user(1), user(2), at(0)), Ok(()));
    }
}
