//! What guests hold: a link that lets one in once, and the pass that its claim gives. Each is signed, for one consultation,
//! and ends; what it was signed as it can't be used as anything else.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use domain::{ConsultationId, MemberId, ObjectId, Timestamp};
use hmac::{Hmac, Mac};
use sha2::Sha256;

use crate::accounts::Secret;

/// What a guest's pass begins with, so that it is never taken for the token of an account.
const GUEST: &str = "guest_";

/// Two ids and a time, and the signature over them.
const BODY: usize = 12 + 12 + 8;
const MAC: usize = 32;

/// Signs and verifies.
#[derive(Clone)]
pub struct Passes {
    links: [u8; 32],
    guests: [u8; 32],
}

impl std::fmt::Debug for Passes {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Passes(…)")
    }
}

/// Who holds a guest's pass.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[allow(missing_docs)]
pub struct Guest {
    pub consultation: ConsultationId,
    pub member: MemberId,
}

impl Passes {
    /// With keys that follow from this secret.
    pub fn new(secret: &Secret) -> Self {
        Self { links: secret.derive(b"links of guests"), guests: secret.derive(b"passes of guests") }
    }

    /// What stands in a link.
    pub fn link(&self, consultation: ConsultationId, link: ObjectId, until: Timestamp) -> String {
        seal(&self.links, consultation, link, until)
    }

    /// Which link that is, if it holds now.
    pub fn read_link(&self, text: &str, now: Timestamp) -> Option<(ConsultationId, ObjectId)> {
        unseal(&self.links, text, now)
    }

    /// The pass of a guest.
    pub fn guest(&self, guest: Guest, until: Timestamp) -> String {
        format!("{GUEST}{}", seal(&self.guests, guest.consultation, guest.member.0, until))
    }

    /// Whose pass that is, if it holds now. `None` where it is none at all.
    pub fn read_guest(&self, text: &str, now: Timestamp) -> Option<Option<Guest>> {
        let text = text.strip_prefix(GUEST)?;
        let read = unseal(&self.guests, text, now);
        Some(read.map(|(consultation, member)| Guest { consultation, member: MemberId(member) }))
    }
}

fn mac(key: &[u8; 32], body: &[u8]) -> Hmac<Sha256> {
    let mut mac = Hmac::<Sha256>::new_from_slice(key).expect("HMAC takes a key of any length");
    mac.update(body);
    mac
}

fn seal(key: &[u8; 32], consultation: ConsultationId, id: ObjectId, until: Timestamp) -> String {
    let mut bytes = Vec::with_capacity(BODY + MAC);
    bytes.extend(consultation.0.bytes());
    bytes.extend(id.bytes());
    bytes.extend(until.0.to_be_bytes());
    let signature = mac(key, &bytes).finalize().into_bytes();
    bytes.extend(signature);
    URL_SAFE_NO_PAD.encode(bytes)
}

fn unseal(key: &[u8; 32], text: &str, now: Timestamp) -> Option<(ConsultationId, ObjectId)> {
    let bytes: [u8; BODY + MAC] = URL_SAFE_NO_PAD.decode(text).ok()?.try_into().ok()?;
    let (body, signature) = bytes.split_at(BODY);
    // Constant in time.
    mac(key, body).verify_slice(signature).ok()?;
    let id = |at: usize| <[u8; 12]>::try_from(&body[at..at + 12]).map(ObjectId::from).ok();
    let until = Timestamp(i64::from_be_bytes(body[24..].try_into().ok()?));
    (now < until).then_some(())?;
    Some((ConsultationId(id(0)?), id(12)?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pass_is_good_for_what_it_was_signed_as_and_until_it_ends() {
        let passes = Passes::new(&Secret::new("a secret of at least thirty-two bytes"));
        let others = Passes::new(&Secret::new("another secret of thirty-two bytes.."));
        let (consultation, id) = (ConsultationId([1; 12].into()), ObjectId::from([2; 12]));
        let (now, until) = (Timestamp(1_000), Timestamp(2_000));
        let link = passes.link(consultation, id, until);
        assert_eq!(passes.read_link(&link, now), Some((consultation, id)));
        assert_eq!(passes.read_link(&link, until), None);
        assert_eq!(others.read_link(&link, now), None);
        let guest = Guest { consultation, member: MemberId(id) };
        let pass = passes.guest(guest, until);
        assert_eq!(passes.read_guest(&pass, now), Some(Some(guest)));
        assert_eq!(passes.read_guest(&pass, until), Some(None));
        assert_eq!(passes.read_guest(&format!("{GUEST}{link}"), now), Some(None), "a link is no pass");
        assert_eq!(passes.read_link(pass.trim_start_matches(GUEST), now), None, "nor a pass a link");
        assert_eq!(passes.read_guest(&link, now), None);
        for at in 0..link.len() {
            let mut forged = link.clone().into_bytes();
            forged[at] = if forged[at] == b'A' { b'B' } else { b'A' };
            assert_eq!(passes.read_link(std::str::from_utf8(&forged).unwrap(), now), None, "{at}");
        }
        for text in ["", "guest_", "é", &link[1..], &format!("{link}AAAA")] {
            assert_eq!(passes.read_link(text, now), None);
        }
    }
}
