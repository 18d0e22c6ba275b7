//! TURN REST credentials: the username is `expiry:user`, the password base64(HMAC-SHA1(secret, username)), so that whoever
//! knows the secret can make them and check them without asking anybody.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, Mac};
use sha1::Sha1;

/// More than this is no username of ours.
pub(crate) const MAX_USERNAME: usize = 256;

/// What a client signs in with.
#[derive(Clone, PartialEq, Eq)]
#[allow(missing_docs)]
pub struct Credentials {
    pub username: String,
    pub password: String,
}

impl std::fmt::Debug for Credentials {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Credentials").field("username", &self.username).finish_non_exhaustive()
    }
}

/// Credentials of a user, good until that second since 1970.
pub fn credentials(secret: &[u8], user: &str, expires: u64) -> Credentials {
    let username = format!("{expires}:{user}");
    let password = password(secret, &username);
    Credentials { username, password }
}

/// The password that belongs to a username.
pub fn password(secret: &[u8], username: &str) -> String {
    let mut mac = Hmac::<Sha1>::new_from_slice(secret).expect("HMAC takes a key of any length");
    mac.update(username.as_bytes());
    STANDARD.encode(mac.finalize().into_bytes())
}

/// When a username expires, and whose it is; none if it isn't of this form.
pub fn parse(username: &str) -> Option<(u64, &str)> {
    let (expires, user) = username.split_once(':')?;
    let digits = !expires.is_empty() && expires.bytes().all(|byte| byte.is_ascii_digit());
    (digits && !user.is_empty() && username.len() <= MAX_USERNAME).then_some((expires.parse().ok()?, user))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_password_as_other_servers_make_it() {
        // printf '1700000000:anna' | openssl dgst -sha1 -hmac 'north' -binary | base64
        assert_eq!(password(b"north", "1700000000:anna"), PASSWORD);
        assert_eq!(credentials(b"north", "anna", 1_700_000_000).password, PASSWORD);
    }

    const PASSWORD: &str = "WS1fjjHj2gNlXzhc/ZcwmC3ofIo=";

    #[test]
    fn what_is_a_username() {
        assert_eq!(parse("1700000000:anna"), Some((1_700_000_000, "anna")));
        assert_eq!(parse("17:a:b"), Some((17, "a:b")));
        let long = format!("17:{}", "a".repeat(300));
        for text in
            ["", ":", "17:", ":anna", "anna", "-1:anna", "+1:anna", "1.5:anna", "99999999999999999999:anna", &long]
        {
            assert_eq!(parse(text), None, "{text}");
        }
    }
}
