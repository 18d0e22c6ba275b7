use std::net::SocketAddr;
use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::STANDARD_NO_PAD;
use hmac::{Hmac, Mac};
use sha2::Sha256;
use subtle::ConstantTimeEq;

use crate::Path;

/// The nonce cookie and the security features, RFC 8489, section 9.2: bit 0 says that there are password algorithms. The
/// signature covers it, so that nobody on the way can make a client believe that there are none.
const COOKIE: &str = "obMatJos2gAAA";

/// As many bytes of the signature as leave a challenge at three times the smallest Allocate.
const TAG: usize = 10;

/// How long a nonce is.
pub(crate) const LEN: usize = COOKIE.len() + 19;

/// What to make of a nonce.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Verdict {
    /// Ours, made for this client, not long ago.
    Good,
    /// The client gets another one.
    Stale,
}

/// Nonces say when and for whom they were made, and are signed. Nothing is kept of them.
#[derive(Debug)]
pub(crate) struct Nonces {
    key: [u8; 32],
    lifetime: Duration,
}

impl Nonces {
    pub(crate) const fn new(key: [u8; 32], lifetime: Duration) -> Self {
        Self { key, lifetime }
    }

    pub(crate) fn make(&self, since_start: Duration, path: &Path) -> String {
        let seconds = u32::try_from(since_start.as_secs()).unwrap_or(u32::MAX).to_be_bytes();
        let mut bytes = [0; 4 + TAG];
        bytes[..4].copy_from_slice(&seconds);
        bytes[4..].copy_from_slice(&self.tag(seconds, path));
        format!("{COOKIE}{}", STANDARD_NO_PAD.encode(bytes))
    }

    pub(crate) fn check(&self, since_start: Duration, path: &Path, nonce: &str) -> Verdict {
        let Some((seconds, tag)) = parts(nonce) else { return Verdict::Stale };
        let is_ours: bool = self.tag(seconds, path).ct_eq(&tag).into();
        let age = since_start.as_secs().checked_sub(u32::from_be_bytes(seconds).into());
        if is_ours && age.is_some_and(|age| age < self.lifetime.as_secs()) { Verdict::Good } else { Verdict::Stale }
    }

    fn tag(&self, seconds: [u8; 4], path: &Path) -> [u8; TAG] {
        let mut mac = Hmac::<Sha256>::new_from_slice(&self.key).expect("HMAC takes a key of any length");
        mac.update(COOKIE.as_bytes());
        mac.update(&seconds);
        mac.update(&[u8::from(path.is_stream())]);
        let client = path.client();
        mac.update(&client.port().to_be_bytes());
        match client {
            SocketAddr::V4(client) => mac.update(&client.ip().octets()),
            SocketAddr::V6(client) => mac.update(&client.ip().octets()),
        }
        let mut tag = [0; TAG];
        tag.copy_from_slice(&mac.finalize().into_bytes()[..TAG]);
        tag
    }
}

fn parts(nonce: &str) -> Option<([u8; 4], [u8; TAG])> {
    if nonce.len() != LEN {
        return None;
    }
    let bytes = STANDARD_NO_PAD.decode(nonce.strip_prefix(COOKIE)?).ok()?;
    let (seconds, tag) = bytes.split_first_chunk()?;
    Some((*seconds, tag.try_into().ok()?))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Link;

    #[test]
    fn good_for_its_client_and_a_while() {
        let nonces = Nonces::new([7; 32], Duration::from_secs(600));
        let path = |remote: &str| Path { link: Link::Datagram(0), local: None, remote: remote.parse().unwrap() };
        let client = path("192.0.2.1:1000");
        let at = Duration::from_secs(100);
        let nonce = nonces.make(at, &client);
        assert_eq!(nonce.len(), LEN);
        let later = |seconds| at + Duration::from_secs(seconds);
        let check = |at, path: &Path, nonce: &str| nonces.check(at, path, nonce) == Verdict::Good;
        assert!(check(at, &client, &nonce) && check(later(599), &client, &nonce));
        assert!(check(at, &path("[::ffff:192.0.2.1]:1000"), &nonce));
        assert!(!check(later(600), &client, &nonce));
        assert!(!check(Duration::from_secs(99), &client, &nonce));
        for other in ["192.0.2.1:1001", "192.0.2.2:1000", "[2001:db8::1]:1000"] {
            assert!(!check(at, &path(other), &nonce), "{other}");
        }
        let stream = Path { link: Link::Stream(0), ..client };
        assert!(!check(at, &stream, &nonce));
        for (at_char, _) in nonce.char_indices() {
            let mut bytes = nonce.clone().into_bytes();
            bytes[at_char] = if bytes[at_char] == b'A' { b'B' } else { b'A' };
            let forged = String::from_utf8(bytes).unwrap();
            assert!(!check(at, &client, &forged), "{forged}");
        }
        assert!(!check(at, &client, "") && !check(at, &client, &"ä".repeat(16)));
    }
}
