use hmac::digest::KeyInit;
use hmac::{Hmac, Mac};
use md5::{Digest, Md5};
use sha1::Sha1;
use sha2::Sha256;
use subtle::ConstantTimeEq;

/// A hash: of a password's key (SHA-1 stands for MD5 there), and of a message's integrity.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Algorithm {
    Sha1,
    Sha256,
}

/// A long-term key, RFC 8489, section 9.2.2.
#[derive(Clone, PartialEq, Eq)]
pub(crate) struct Key {
    bytes: [u8; 32],
    len: usize,
}

impl Key {
    pub(crate) fn new(algorithm: Algorithm, username: &str, realm: &str, password: &str) -> Self {
        let text = format!("{username}:{realm}:{password}");
        match algorithm {
            Algorithm::Sha1 => Self::raw(&Md5::digest(text)),
            Algorithm::Sha256 => Self::raw(&Sha256::digest(text)),
        }
    }

    pub(super) fn raw(key: &[u8]) -> Self {
        let mut bytes = [0; 32];
        bytes[..key.len()].copy_from_slice(key);
        Self { bytes, len: key.len() }
    }

    pub(crate) fn verify(&self, algorithm: Algorithm, parts: &[&[u8]], value: &[u8]) -> bool {
        let mut full = [0; 32];
        let len = self.sign(algorithm, parts, &mut full);
        // By SHA-256 it may be cut to sixteen bytes; the parser has seen to that.
        value.len() <= len && full[..value.len()].ct_eq(value).into()
    }

    /// Writes the integrity and says how long it is.
    pub(crate) fn sign(&self, algorithm: Algorithm, parts: &[&[u8]], out: &mut [u8; 32]) -> usize {
        fn mac<M: Mac + KeyInit>(key: &[u8], parts: &[&[u8]], out: &mut [u8; 32]) -> usize {
            let mut mac = <M as Mac>::new_from_slice(key).expect("HMAC takes a key of any length");
            for part in parts {
                mac.update(part);
            }
            let bytes = mac.finalize().into_bytes();
            out[..bytes.len()].copy_from_slice(&bytes);
            bytes.len()
        }
        let key = &self.bytes[..self.len];
        match algorithm {
            Algorithm::Sha1 => mac::<Hmac<Sha1>>(key, parts, out),
            Algorithm::Sha256 => mac::<Hmac<Sha256>>(key, parts, out),
        }
    }
}

/// A fingerprint, RFC 8489, section 14.7.
pub(super) fn crc32(header: &[u8], rest: &[u8]) -> u32 {
    let mut crc = u32::MAX;
    for byte in header.iter().chain(rest) {
        crc = TABLE[usize::from(crc.to_le_bytes()[0] ^ byte)] ^ crc >> 8;
    }
    !crc ^ 0x5354_554e
}

const TABLE: [u32; 256] = {
    let mut table = [0; 256];
    let mut index = 0;
    while index < table.len() {
        let mut value = index as u32;
        let mut bit = 0;
        while bit < 8 {
            value = if value & 1 == 0 { value >> 1 } else { value >> 1 ^ 0xedb8_8320 };
            bit += 1;
        }
        table[index] = value;
        index += 1;
    }
    table
};
