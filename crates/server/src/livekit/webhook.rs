//! What LiveKit tells us: `Authorization` is a token of the API key, which says what the body hashes to.

use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use domain::Timestamp;
use serde::Deserialize;
use sha2::{Digest, Sha256};
use subtle::ConstantTimeEq;
use wire::consultation::MediaEvent;

use super::Signer;
use crate::config::LiveKitConfig;

/// Its clock may be so far from ours.
const LEEWAY: Duration = Duration::from_secs(60);

#[derive(Deserialize)]
struct Claims {
    iss: String,
    exp: i64,
    #[serde(default)]
    nbf: i64,
    sha256: String,
}

/// The event of a webhook, if it is one of our LiveKit server's, and whole.
pub fn verify(config: &LiveKitConfig, authorization: &str, body: &[u8], now: Timestamp) -> Option<MediaEvent> {
    let signer = Signer::new(config.api_key.clone(), config.api_secret.clone());
    let token = authorization.strip_prefix("Bearer ").unwrap_or(authorization);
    let payload = signer.tokens.open(token).ok()?;
    let claims: Claims = serde_json::from_slice(&payload).ok()?;
    let is_ours = claims.iss == signer.key;
    let holds = claims.exp > (now - LEEWAY).seconds() && claims.nbf <= (now + LEEWAY).seconds();
    let hash = STANDARD.encode(Sha256::digest(body));
    let is_whole: bool = hash.as_bytes().ct_eq(claims.sha256.as_bytes()).into();
    if !(is_ours && holds && is_whole) {
        return None;
    }
    serde_json::from_slice(body).ok()
}

#[cfg(test)]
mod tests {
    use app::accounts::{Secret, Tokens};
    use serde_json::json;

    use super::*;

    const BODY: &[u8] = br#"{"event":"room_finished","id":"EV_1","createdAt":"1764000000"}"#;
    const NOW: Timestamp = Timestamp(1_764_000_000_000);

    fn config() -> LiveKitConfig {
        let api_secret = Secret::new("a secret of at least thirty-two bytes");
        let api_url = "http://127.0.0.1:7880".into();
        LiveKitConfig { url: "ws://127.0.0.1:7880".into(), api_url, api_key: "key".into(), api_secret, egress: None }
    }

    #[test]
    fn only_what_our_server_signed_is_heard() {
        let sign = |secret: &str, iss: &str, exp: i64, body: &[u8]| {
            let sha256 = STANDARD.encode(Sha256::digest(body));
            let tokens = Tokens::new(Secret::new(secret), None);
            tokens.sign_claims(&json!({ "iss": iss, "exp": exp, "sha256": sha256 }))
        };
        let (secret, exp) = ("a secret of at least thirty-two bytes", NOW.seconds() + 300);
        for (authorization, heard) in [
            (sign(secret, "key", exp, BODY), true),
            (format!("Bearer {}", sign(secret, "key", exp, BODY)), true),
            (sign("another secret of thirty-two bytes..", "key", exp, BODY), false),
            (sign(secret, "other", exp, BODY), false),
            (sign(secret, "key", NOW.seconds() - 61, BODY), false),
            (sign(secret, "key", exp, b"{}"), false),
            (Tokens::new(Secret::new(secret), None).sign_claims(&json!({ "iss": "key", "exp": exp })), false),
            (String::new(), false),
        ] {
            assert_eq!(verify(&config(), &authorization, BODY, NOW).is_some(), heard, "{authorization}");
        }
        let event = verify(&config(), &sign(secret, "key", exp, BODY), BODY, NOW).unwrap();
        assert_eq!((event.id.as_str(), event.at()), ("EV_1", Some(NOW)));
    }
}
