use std::net::{IpAddr, SocketAddr};

use super::integrity::{Algorithm, Key, crc32};
use super::{Class, HEADER, MAGIC_COOKIE, Transaction, attribute, padding};

/// Writes a message, attribute by attribute.
pub(crate) struct Writer {
    bytes: Vec<u8>,
}

impl Writer {
    pub(crate) fn new(class: Class, method: u16, transaction: &Transaction) -> Self {
        let class = match class {
            Class::Request => 0x000,
            Class::Indication => 0x010,
            Class::Success => 0x100,
            Class::Error => 0x110,
        };
        let kind = class | method & 0x000f | (method & 0x0070) << 1 | (method & 0x0f80) << 2;
        let mut bytes = Vec::with_capacity(128);
        bytes.extend(kind.to_be_bytes());
        bytes.extend([0, 0]);
        bytes.extend(MAGIC_COOKIE);
        bytes.extend(transaction);
        Self { bytes }
    }

    pub(crate) fn attribute(mut self, kind: u16, value: &[u8]) -> Self {
        self.push(kind, value);
        self
    }

    pub(crate) fn address(self, kind: u16, address: SocketAddr) -> Self {
        let transaction = self.transaction();
        let (value, len) = xor(address, &transaction);
        self.attribute(kind, &value[..len])
    }

    /// No reason: it would only make the answer longer.
    pub(crate) fn error(self, code: u16) -> Self {
        self.attribute(attribute::ERROR_CODE, &error_code(0, code))
    }

    pub(crate) fn address_error(self, family: u8, code: u16) -> Self {
        self.attribute(attribute::ADDRESS_ERROR_CODE, &error_code(family, code))
    }

    pub(crate) fn finish(mut self, sign: Option<(&Key, Algorithm)>, fingerprint: bool) -> Vec<u8> {
        if let Some((key, algorithm)) = sign {
            let (kind, len) = match algorithm {
                Algorithm::Sha1 => (attribute::MESSAGE_INTEGRITY, 20),
                Algorithm::Sha256 => (attribute::MESSAGE_INTEGRITY_SHA256, 32),
            };
            let end = self.bytes.len();
            self.set_len(4 + len);
            let mut value = [0; 32];
            key.sign(algorithm, &[&self.bytes[..end]], &mut value);
            self.push(kind, &value[..len]);
        }
        if fingerprint {
            self.set_len(8);
            let crc = crc32(&[], &self.bytes);
            self.push(attribute::FINGERPRINT, &crc.to_be_bytes());
        }
        self.set_len(0);
        self.bytes
    }

    fn push(&mut self, kind: u16, value: &[u8]) {
        self.bytes.extend(kind.to_be_bytes());
        // Nothing that is written here comes near 64 KiB.
        self.bytes.extend((value.len() as u16).to_be_bytes());
        self.bytes.extend(value);
        self.bytes.extend(&[0; 4][..padding(value.len())]);
    }

    /// The length as if that much were still to come.
    fn set_len(&mut self, more: usize) {
        let len = (self.bytes.len() - HEADER + more) as u16;
        self.bytes[2..4].copy_from_slice(&len.to_be_bytes());
    }

    fn transaction(&self) -> Transaction {
        let mut transaction = [0; 12];
        transaction.copy_from_slice(&self.bytes[8..HEADER]);
        transaction
    }
}

fn error_code(first: u8, code: u16) -> [u8; 4] {
    [first, 0, (code / 100) as u8, (code % 100) as u8]
}

/// An address that no NAT recognises and rewrites, RFC 8489, section 14.2, and how long it is.
pub(crate) fn xor(address: SocketAddr, transaction: &Transaction) -> ([u8; 20], usize) {
    let mut value = [0; 20];
    let mask = mask(transaction);
    let [a, b] = (address.port() ^ 0x2112).to_be_bytes();
    let len = match address.ip() {
        IpAddr::V4(ip) => {
            value[4..8].copy_from_slice(&ip.octets());
            value[..4].copy_from_slice(&[0, 1, a, b]);
            8
        }
        IpAddr::V6(ip) => {
            value[4..].copy_from_slice(&ip.octets());
            value[..4].copy_from_slice(&[0, 2, a, b]);
            20
        }
    };
    value[4..len].iter_mut().zip(mask).for_each(|(byte, mask)| *byte ^= mask);
    (value, len)
}

/// The address in an attribute's value.
pub(super) fn unxor(value: &[u8], transaction: &Transaction) -> Option<SocketAddr> {
    let (&[_, family, a, b], rest) = value.split_first_chunk()?;
    let mask = mask(transaction);
    let port = u16::from_be_bytes([a, b]) ^ 0x2112;
    let ip: IpAddr = match (family, rest.len()) {
        (1, 4) => {
            let octets: [u8; 4] = std::array::from_fn(|at| rest[at] ^ mask[at]);
            octets.into()
        }
        (2, 16) => {
            let octets: [u8; 16] = std::array::from_fn(|at| rest[at] ^ mask[at]);
            octets.into()
        }
        _ => return None,
    };
    Some(SocketAddr::new(ip, port))
}

fn mask(transaction: &Transaction) -> [u8; 16] {
    let mut mask = [0; 16];
    mask[..4].copy_from_slice(&MAGIC_COOKIE);
    mask[4..].copy_from_slice(transaction);
    mask
}
