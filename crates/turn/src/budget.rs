use std::hash::{DefaultHasher, Hash, Hasher};
use std::net::IpAddr;
use std::time::Duration;

use crate::Rate;
use crate::bucket::Bucket;

/// Addresses share this many buckets, so that nothing is kept of any of them.
const BUCKETS: usize = 4096;

/// How many answers go to an address that isn't proved: whoever forges it has little use of us.
#[derive(Debug)]
pub(crate) struct Budget {
    buckets: Vec<Bucket>,
    /// Nobody outside knows who shares a bucket with whom.
    key: [u8; 32],
}

impl Budget {
    pub(crate) fn new(key: [u8; 32]) -> Self {
        Self { buckets: vec![Bucket::default(); BUCKETS], key }
    }

    pub(crate) fn take(&mut self, since_start: Duration, source: IpAddr, rate: Rate) -> bool {
        let mut hasher = DefaultHasher::new();
        self.key.hash(&mut hasher);
        match source.to_canonical() {
            IpAddr::V4(ip) => ip.hash(&mut hasher),
            IpAddr::V6(ip) => ip.octets()[..8].hash(&mut hasher),
        }
        let index = usize::try_from(hasher.finish() % BUCKETS as u64).unwrap_or(0);
        self.buckets[index].take(since_start, 1, rate)
    }
}
