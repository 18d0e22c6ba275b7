//! Long-term credentials, RFC 8489, section 9.2.4.

use std::time::Duration;

use crate::nonce::{Nonces, Verdict};
use crate::wire::{Algorithm, Key, Message, Writer, attribute};
use crate::{Path, rest};

/// Short, for it is in every challenge.
pub(crate) const REALM: &str = "turn";

/// SHA-256, then MD5; RFC 8489, section 14.11.
const ALGORITHMS: [u8; 8] = [0, 2, 0, 0, 0, 1, 0, 0];

/// Who signed a request, and by what the answer is signed.
pub(crate) struct Signed<'a> {
    pub(crate) user: &'a str,
    /// When the credentials expire, in seconds since 1970.
    pub(crate) expires: u64,
    pub(crate) key: Key,
    pub(crate) algorithm: Algorithm,
}

/// Why a request isn't signed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Refusal {
    /// 401: sign in, or sign in by something else.
    Unauthorized,
    /// 438: sign in with this nonce.
    Stale,
    /// 400: whatever that was.
    Bad,
}

/// Checks who signed a request. Who did has seen a nonce that was sent to this client, and so is there.
pub(crate) fn check<'a>(
    message: &Message<'a>,
    path: &Path,
    since_start: Duration,
    nonces: &Nonces,
    secret: &[u8],
) -> Result<Signed<'a>, Refusal> {
    let algorithm = message.integrity().ok_or(Refusal::Unauthorized)?;
    let text = |kind| message.text(kind).ok_or(Refusal::Bad);
    let (username, realm, nonce) = (text(attribute::USERNAME)?, text(attribute::REALM)?, text(attribute::NONCE)?);
    if nonces.check(since_start, path, nonce) != Verdict::Good {
        return Err(Refusal::Stale);
    }
    let key_algorithm = key_algorithm(message)?;
    let (expires, user) = rest::parse(username).ok_or(Refusal::Unauthorized)?;
    if realm != REALM {
        return Err(Refusal::Unauthorized);
    }
    let key = Key::new(key_algorithm, username, REALM, &rest::password(secret, username));
    if !message.is_signed_by(&key) {
        return Err(Refusal::Unauthorized);
    }
    Ok(Signed { user, expires, key, algorithm })
}

/// Which key the client made of its password. One that knows of algorithms repeats the list that it was given: somebody on
/// the way may have shortened it.
fn key_algorithm(message: &Message<'_>) -> Result<Algorithm, Refusal> {
    let chosen = message.attribute(attribute::PASSWORD_ALGORITHM);
    match (message.attribute(attribute::PASSWORD_ALGORITHMS), chosen) {
        (None, None) => Ok(Algorithm::Sha1),
        (Some(offered), Some([0, 1, 0, 0])) if offered == ALGORITHMS => Ok(Algorithm::Sha1),
        (Some(offered), Some([0, 2, 0, 0])) if offered == ALGORITHMS => Ok(Algorithm::Sha256),
        _ => Err(Refusal::Bad),
    }
}

/// What a client needs to sign in.
pub(crate) fn challenge(writer: Writer, nonce: &str) -> Writer {
    writer
        .attribute(attribute::REALM, REALM.as_bytes())
        .attribute(attribute::NONCE, nonce.as_bytes())
        .attribute(attribute::PASSWORD_ALGORITHMS, &ALGORITHMS)
}
