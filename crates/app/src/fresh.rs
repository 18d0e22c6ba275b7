//! Ids and secrets that nobody can guess.

use domain::{ObjectId, Timestamp};

/// Random bytes from the operating system.
pub fn bytes<const N: usize>() -> [u8; N] {
    let mut bytes = [0; N];
    getrandom::fill(&mut bytes).expect("the operating system gives randomness");
    bytes
}

/// A new id; ids made later sort later.
pub fn object_id(now: Timestamp) -> ObjectId {
    ObjectId::from_parts(u32::try_from(now.seconds()).unwrap_or_default(), bytes())
}
