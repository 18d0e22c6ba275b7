use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use domain::{BlobId, Part, Timestamp};
use hmac::{Hmac, Mac};
use sha2::Sha256;

use crate::accounts::Secret;

/// How long an address holds at most.
const HOLDS: Duration = Duration::from_secs(24 * 60 * 60);

/// Addresses that are made within the same hour are the same, so that a browser that has loaded one need not again.
const STEP: i64 = 60 * 60;

/// What an address allows: this object until then.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Grant {
    /// In seconds since 1970.
    pub expires: i64,
    /// Over the object and the time.
    pub signature: String,
}

/// Signs addresses of objects, with a key of its own that follows from that of sign-ins.
#[derive(Clone)]
pub struct Signer {
    key: [u8; 32],
}

impl Signer {
    /// With the key that follows from this secret.
    pub fn new(secret: &Secret) -> Self {
        Self { key: secret.derive(b"addresses of uploads") }
    }

    /// An address of that object that holds for a day from now, less by up to an hour.
    pub fn grant(&self, id: BlobId, now: Timestamp) -> Grant {
        let begun = now.seconds().div_euclid(STEP) * STEP;
        let expires = begun + i64::try_from(HOLDS.as_secs()).unwrap_or(0);
        let signature = URL_SAFE_NO_PAD.encode(self.mac(id, expires).finalize().into_bytes());
        Grant { expires, signature }
    }

    /// Whether this server granted it, for that object, and it holds still.
    pub fn verify(&self, id: BlobId, grant: &Grant, now: Timestamp) -> bool {
        let Ok(signature) = URL_SAFE_NO_PAD.decode(&grant.signature) else { return false };
        // Constant in time.
        self.mac(id, grant.expires).verify_slice(&signature).is_ok() && now.seconds() < grant.expires
    }

    fn mac(&self, id: BlobId, expires: i64) -> Hmac<Sha256> {
        let part = match id.part {
            Part::Whole => "whole",
            Part::Thumbnail => "thumbnail",
        };
        let mut mac = Hmac::<Sha256>::new_from_slice(&self.key).expect("HMAC takes a key of any length");
        mac.update(format!("{}/{part}/{expires}", id.upload).as_bytes());
        mac
    }
}

impl std::fmt::Debug for Signer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Signer(…)")
    }
}
