use std::net::SocketAddr;

use super::integrity::{Algorithm, Key, crc32};
use super::writer::unxor;
use super::{HEADER, MAGIC_COOKIE, Transaction, attribute};

/// What kind of message it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Class {
    Request,
    Indication,
    Success,
    Error,
}

/// A STUN message that is whole: every attribute lies within it, and its fingerprint, if it has one, is right. Of equal
/// attributes the first counts, and what is behind the integrity counts for nothing.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Message<'a> {
    bytes: &'a [u8],
    /// Where the attributes end that count.
    body_end: usize,
    /// Where the integrity by SHA-1 is, and by SHA-256, with its value.
    sha1: Option<(usize, &'a [u8])>,
    sha256: Option<(usize, &'a [u8])>,
    pub(crate) has_fingerprint: bool,
}

impl<'a> Message<'a> {
    /// Reads a datagram, or a message that was cut out of a stream.
    pub(crate) fn parse(bytes: &'a [u8]) -> Option<Self> {
        let header = bytes.first_chunk::<HEADER>()?;
        let len = usize::from(u16::from_be_bytes([header[2], header[3]]));
        let is_stun = header[0] >> 6 == 0 && header[4..8] == MAGIC_COOKIE && len.is_multiple_of(4);
        if !is_stun || bytes.len() != HEADER + len {
            return None;
        }
        let mut message = Self { bytes, body_end: HEADER, sha1: None, sha256: None, has_fingerprint: false };
        let mut offset = HEADER;
        let mut is_body = true;
        while offset < bytes.len() {
            let (kind, value, next) = attribute_at(bytes, offset)?;
            match kind {
                // Nothing counts after a fingerprint.
                _ if message.has_fingerprint => {}
                attribute::MESSAGE_INTEGRITY if is_body => {
                    if value.len() != 20 {
                        return None;
                    }
                    message.sha1 = Some((offset, value));
                    is_body = false;
                }
                attribute::MESSAGE_INTEGRITY_SHA256 if message.sha256.is_none() => {
                    if !(16..=32).contains(&value.len()) || !value.len().is_multiple_of(4) {
                        return None;
                    }
                    message.sha256 = Some((offset, value));
                    is_body = false;
                }
                attribute::FINGERPRINT => {
                    let crc = u32::from_be_bytes(value.try_into().ok()?);
                    if crc != crc32(&header_with(bytes, offset, 8), &bytes[4..offset]) {
                        return None;
                    }
                    message.has_fingerprint = true;
                    is_body = false;
                }
                _ if is_body => message.body_end = next,
                _ => {}
            }
            offset = next;
        }
        Some(message)
    }

    pub(crate) const fn len(&self) -> usize {
        self.bytes.len()
    }

    fn kind(&self) -> u16 {
        u16::from_be_bytes([self.bytes[0], self.bytes[1]])
    }

    pub(crate) fn class(&self) -> Class {
        match (self.kind() >> 8 & 1, self.kind() >> 4 & 1) {
            (0, 0) => Class::Request,
            (0, _) => Class::Indication,
            (_, 0) => Class::Success,
            _ => Class::Error,
        }
    }

    pub(crate) fn method(&self) -> u16 {
        let kind = self.kind();
        kind & 0x000f | kind >> 1 & 0x0070 | kind >> 2 & 0x0f80
    }

    pub(crate) fn transaction(&self) -> Transaction {
        let mut transaction = [0; 12];
        transaction.copy_from_slice(&self.bytes[8..HEADER]);
        transaction
    }

    /// The attributes before the integrity, with where their value begins.
    pub(crate) fn attributes(&self) -> impl Iterator<Item = (u16, usize, &'a [u8])> {
        let mut offset = HEADER;
        let body = &self.bytes[..self.body_end];
        std::iter::from_fn(move || {
            if offset >= body.len() {
                return None;
            }
            let (kind, value, next) = attribute_at(body, offset)?;
            let at = offset + 4;
            offset = next;
            Some((kind, at, value))
        })
    }

    pub(crate) fn attribute(&self, kind: u16) -> Option<&'a [u8]> {
        self.attributes().find(|attribute| attribute.0 == kind).map(|attribute| attribute.2)
    }

    pub(crate) fn has(&self, kind: u16) -> bool {
        self.attribute(kind).is_some()
    }

    /// An attribute that is a text.
    pub(crate) fn text(&self, kind: u16) -> Option<&'a str> {
        std::str::from_utf8(self.attribute(kind)?).ok()
    }

    /// A value that is an address.
    pub(crate) fn address(&self, value: &[u8]) -> Option<SocketAddr> {
        unxor(value, &self.transaction())
    }

    /// Those that must be understood and aren't.
    pub(crate) fn unknown(&self) -> Vec<u16> {
        self.attributes().map(|attribute| attribute.0).filter(|&kind| !attribute::is_understood(kind)).collect()
    }

    /// How its integrity is protected, if it is: by the stronger where there are both.
    pub(crate) fn integrity(&self) -> Option<Algorithm> {
        match (self.sha256, self.sha1) {
            (Some(_), _) => Some(Algorithm::Sha256),
            (None, Some(_)) => Some(Algorithm::Sha1),
            (None, None) => None,
        }
    }

    /// Whether whoever sent it knew the key.
    pub(crate) fn is_signed_by(&self, key: &Key) -> bool {
        let Some(algorithm) = self.integrity() else { return false };
        let Some((offset, value)) = (if algorithm == Algorithm::Sha256 { self.sha256 } else { self.sha1 }) else {
            return false;
        };
        let header = header_with(self.bytes, offset, 4 + value.len());
        key.verify(algorithm, &[&header, &self.bytes[4..offset]], value)
    }
}

/// Type, value, and where the next one begins.
fn attribute_at(bytes: &[u8], offset: usize) -> Option<(u16, &[u8], usize)> {
    let &[a, b, c, d] = bytes.get(offset..)?.first_chunk()?;
    let len = usize::from(u16::from_be_bytes([c, d]));
    let next = offset + 4 + len.next_multiple_of(4);
    let value = bytes.get(offset + 4..offset + 4 + len)?;
    (next <= bytes.len()).then_some((u16::from_be_bytes([a, b]), value, next))
}

/// The first four bytes of a header as if the message ended with an attribute of that size at `offset`.
fn header_with(bytes: &[u8], offset: usize, size: usize) -> [u8; 4] {
    // Both are within a message, whose length fits.
    let [c, d] = ((offset - HEADER + size) as u16).to_be_bytes();
    [bytes[0], bytes[1], c, d]
}
