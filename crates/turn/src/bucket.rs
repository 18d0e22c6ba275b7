use std::time::Duration;

use crate::Rate;

/// A token bucket that is one number: the moment, in nanoseconds since the start, up to which the rate is used up.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Bucket(u64);

impl Bucket {
    /// Takes that much out, if it is in.
    pub(crate) fn take(&mut self, since_start: Duration, amount: u64, rate: Rate) -> bool {
        let now = nanos(since_start);
        let cost = |amount: u64| {
            u64::try_from(u128::from(amount) * 1_000_000_000 / u128::from(rate.per_second.max(1))).unwrap_or(u64::MAX)
        };
        let used = self.0.max(now).saturating_add(cost(amount));
        let fits = used - now <= cost(rate.burst);
        if fits {
            self.0 = used;
        }
        fits
    }
}

fn nanos(time: Duration) -> u64 {
    u64::try_from(time.as_nanos()).unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_burst_and_then_the_rate() {
        let rate = Rate { per_second: 10, burst: 20 };
        let mut bucket = Bucket::default();
        let start = Duration::from_secs(5);
        assert_eq!((0..100).filter(|_| bucket.take(start, 1, rate)).count(), 20);
        assert_eq!((0..100).filter(|_| bucket.take(start + Duration::from_secs(1), 1, rate)).count(), 10);
        assert_eq!((0..100).filter(|_| bucket.take(start + Duration::from_secs(3600), 1, rate)).count(), 20);
        assert!(!bucket.take(start + Duration::from_secs(9999), 21, rate));
    }
}
