use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use domain::{SessionId, Timestamp, User, UserId};
use hmac::{Hmac, Mac};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use sha2::Sha256;

/// How far the clocks of whoever issued a token may be from ours.
const LEEWAY: Duration = Duration::from_secs(30);

/// Longer ones are refused unread; ours have some 350 bytes.
const MAX_TOKEN: usize = 8 * 1024;

/// A time claim beyond this many seconds (the year 5138) is no time: milliseconds, or an attempt to overflow.
const MAX_SECONDS: f64 = 1e11;

/// The key that tokens are signed with. Shows nothing of itself.
#[derive(Clone)]
pub struct Secret(Arc<[u8]>);

impl Secret {
    /// The key as the bytes of a text, as the old service takes it.
    pub fn new(text: &str) -> Self {
        Self(text.as_bytes().into())
    }

    /// A key for another purpose that follows from this one and tells nothing of it.
    pub fn derive(&self, purpose: &[u8]) -> [u8; 32] {
        let mut mac = Hmac::<Sha256>::new_from_slice(&self.0).expect("HMAC takes a key of any length");
        mac.update(purpose);
        mac.finalize().into_bytes().into()
    }

    /// How long it is; under 32 is guessable.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether there is nothing to it.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret(…)")
    }
}

/// What counts of a verified token.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Claims {
    /// Whose it is.
    pub user: UserId,
    /// The sign-in that it was made from; tokens of the old service have none.
    pub session: Option<SessionId>,
    /// When it was made.
    pub issued_at: Timestamp,
    /// When it ends.
    pub expires_at: Timestamp,
}

/// Why a token is not taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum TokenError {
    /// It is none of ours.
    #[error("the token does not verify")]
    Invalid,
    /// It was ours, and is over.
    #[error("the token has expired")]
    Expired,
}

/// Signs and verifies JSON web tokens by HS256 and nothing else.
#[derive(Debug, Clone)]
pub struct Tokens {
    secret: Secret,
    issuer: Option<String>,
}

#[derive(Deserialize)]
struct Header {
    alg: String,
    /// Extensions that must be understood; we understand none.
    crit: Option<Value>,
}

/// Known claims only; serde refuses one that comes twice.
#[derive(Deserialize)]
struct Payload {
    id: Option<Value>,
    sub: Option<Value>,
    #[serde(rename = "userId")]
    user_id: Option<Value>,
    #[serde(rename = "_id")]
    object_id: Option<Value>,
    sid: Option<Value>,
    iss: Option<Value>,
    /// Ours have none: a token that names an audience was made for somebody else.
    aud: Option<Value>,
    iat: Value,
    exp: Value,
    nbf: Option<Value>,
}

#[derive(Serialize)]
struct Issued<'a> {
    id: String,
    name: &'a str,
    email: &'a str,
    role: u8,
    iat: i64,
    exp: i64,
    #[serde(skip_serializing_if = "Option::is_none")]
    iss: Option<&'a str>,
    sid: String,
}

impl Tokens {
    /// With that key, and `iss` written and asked for where there is one.
    pub const fn new(secret: Secret, issuer: Option<String>) -> Self {
        Self { secret, issuer }
    }

    /// A token of that session, with the claims that old clients read.
    pub fn issue(&self, user: &User, session: SessionId, now: Timestamp, expires_at: Timestamp) -> String {
        let claims = Issued {
            id: user.id.to_string(),
            name: &user.name,
            email: &user.email,
            role: user.role.number(),
            iat: now.seconds(),
            exp: expires_at.seconds(),
            iss: self.issuer.as_deref(),
            sid: session.to_string(),
        };
        self.sign_claims(&claims)
    }

    /// A token that says that; [`issue`](Self::issue) is for ours, this for whoever tests what others issue.
    pub fn sign_claims(&self, claims: &impl Serialize) -> String {
        let payload = serde_json::to_vec(claims).expect("claims are plain JSON");
        self.sign(br#"{"alg":"HS256","typ":"JWT"}"#, &payload)
    }

    fn sign(&self, header: &[u8], payload: &[u8]) -> String {
        let mut token = URL_SAFE_NO_PAD.encode(header);
        token.push('.');
        URL_SAFE_NO_PAD.encode_string(payload, &mut token);
        let signature = self.mac(token.as_bytes()).finalize().into_bytes();
        token.push('.');
        URL_SAFE_NO_PAD.encode_string(signature, &mut token);
        token
    }

    fn mac(&self, signed: &[u8]) -> Hmac<Sha256> {
        let mut mac = Hmac::<Sha256>::new_from_slice(&self.secret.0).expect("HMAC takes a key of any length");
        mac.update(signed);
        mac
    }

    /// The claims of a token that this key has signed and that holds now. Nothing of the payload is looked at before the
    /// signature is known to be ours; `kid`, `jku` and their like are never looked at.
    pub fn verify(&self, token: &str, now: Timestamp) -> Result<Claims, TokenError> {
        let payload: Payload = serde_json::from_slice(&self.open(token)?).map_err(|_| TokenError::Invalid)?;
        self.check(&payload, now)
    }

    /// What a token says that this key has signed, be it what it may.
    pub fn open(&self, token: &str) -> Result<Vec<u8>, TokenError> {
        if token.len() > MAX_TOKEN {
            return Err(TokenError::Invalid);
        }
        let (signed, signature) = token.rsplit_once('.').ok_or(TokenError::Invalid)?;
        let (header, payload) = signed.split_once('.').ok_or(TokenError::Invalid)?;
        let signature = decode(signature)?;
        // Constant in time: `verify_slice` compares by `subtle`.
        self.mac(signed.as_bytes()).verify_slice(&signature).map_err(|_| TokenError::Invalid)?;

        let header: Header = serde_json::from_slice(&decode(header)?).map_err(|_| TokenError::Invalid)?;
        if header.alg != "HS256" || header.crit.is_some() {
            return Err(TokenError::Invalid);
        }
        decode(payload)
    }

    fn check(&self, payload: &Payload, now: Timestamp) -> Result<Claims, TokenError> {
        if payload.aud.is_some() {
            return Err(TokenError::Invalid);
        }
        if let Some(issuer) = &self.issuer
            && payload.iss.as_ref().and_then(Value::as_str) != Some(issuer)
        {
            return Err(TokenError::Invalid);
        }
        let user = [&payload.id, &payload.sub, &payload.user_id, &payload.object_id]
            .into_iter()
            .find_map(Option::as_ref)
            .and_then(Value::as_str)
            .and_then(|id| id.parse().ok())
            .ok_or(TokenError::Invalid)?;
        let session = match &payload.sid {
            None => None,
            Some(sid) => Some(sid.as_str().and_then(|sid| sid.parse().ok()).ok_or(TokenError::Invalid)?),
        };
        let issued_at = time(&payload.iat)?;
        let expires_at = time(&payload.exp)?;
        let not_before = payload.nbf.as_ref().map(time).transpose()?.unwrap_or(issued_at);
        if issued_at.max(not_before) > now + LEEWAY {
            return Err(TokenError::Invalid);
        }
        if expires_at + LEEWAY <= now {
            return Err(TokenError::Expired);
        }
        Ok(Claims { user, session, issued_at, expires_at })
    }
}

fn decode(part: &str) -> Result<Vec<u8>, TokenError> {
    URL_SAFE_NO_PAD.decode(part).map_err(|_| TokenError::Invalid)
}

/// A NumericDate of RFC 7519: seconds, with or without a fraction.
fn time(value: &Value) -> Result<Timestamp, TokenError> {
    let seconds = value.as_f64().filter(|s| (0.0..MAX_SECONDS).contains(s)).ok_or(TokenError::Invalid)?;
    #[allow(clippy::cast_possible_truncation)] // under 1e14
    Ok(Timestamp((seconds * 1000.0) as i64))
}

#[cfg(test)]
mod mangled;
#[cfg(test)]
mod tests;
