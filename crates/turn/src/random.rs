use hmac::{Hmac, Mac};
use sha2::Sha256;

/// Numbers that nobody outside can guess, from the seed.
#[derive(Debug)]
pub(crate) struct Random {
    seed: [u8; 32],
    counter: u64,
}

impl Random {
    pub(crate) const fn new(seed: [u8; 32]) -> Self {
        Self { seed, counter: 0 }
    }

    pub(crate) fn next(&mut self) -> u64 {
        self.counter += 1;
        let mut bytes = [0; 8];
        bytes.copy_from_slice(&derive(&self.seed, &self.counter.to_be_bytes())[..8]);
        u64::from_be_bytes(bytes)
    }

    pub(crate) fn below(&mut self, bound: usize) -> usize {
        // Some ports are likelier than others by 2^-48.
        usize::try_from(self.next() % bound.max(1) as u64).unwrap_or(0)
    }
}

/// A key or number for one purpose.
pub(crate) fn derive(seed: &[u8; 32], purpose: &[u8]) -> [u8; 32] {
    let mut mac = Hmac::<Sha256>::new_from_slice(seed).expect("HMAC takes a key of any length");
    mac.update(purpose);
    mac.finalize().into_bytes().into()
}

/// Transaction ids of indications: nobody answers them, so they only have to differ.
#[derive(Debug)]
pub(crate) struct Transactions(u64);

impl Transactions {
    pub(crate) const fn new(start: u64) -> Self {
        Self(start)
    }

    pub(crate) const fn next(&mut self) -> [u8; 12] {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        let [a, b, c, d, e, f, g, h] = (mixed ^ (mixed >> 31)).to_be_bytes();
        let [i, j, k, l, ..] = self.0.to_be_bytes();
        [a, b, c, d, e, f, g, h, i, j, k, l]
    }
}
