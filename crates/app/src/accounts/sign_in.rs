//! Signing in and out.

use std::fmt;
use std::net::IpAddr;
use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use domain::{NewSession, Rotation, SessionId, SessionKind, Timestamp, User};
use sha2::{Digest, Sha256};

use super::{AccountError, Accounts, Identity, validate};
use crate::fresh;

/// An access token of our web app.
const ACCESS: Duration = Duration::from_secs(15 * 60);

/// A web session that nobody renews.
const WEB_SESSION: Duration = Duration::from_secs(14 * 24 * 60 * 60);

/// The one token of an existing client, which can't renew it.
const BEARER: Duration = Duration::from_secs(7 * 24 * 60 * 60);

/// A refresh token that was just replaced may come again for this long: two tabs asked at once, or an answer was lost.
const GRACE: Duration = Duration::from_secs(60);

/// A refresh token; it is told once and kept as its hash.
#[derive(Clone, PartialEq, Eq)]
pub struct Refresh {
    /// What the cookie carries.
    pub token: String,
    /// When it ends.
    pub expires_at: Timestamp,
}

impl fmt::Debug for Refresh {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Refresh").field("expires_at", &self.expires_at).finish_non_exhaustive()
    }
}

/// A sign-in of our web app.
#[derive(Clone, PartialEq)]
pub struct WebSignIn {
    /// Who.
    pub user: User,
    /// For the `Authorization` header and the handshake.
    pub access_token: String,
    /// When the access token ends.
    pub expires_at: Timestamp,
    /// For the cookie; `None` where the one that was offered has been overtaken by another request of the same browser.
    pub refresh: Option<Refresh>,
}

/// A sign-in of an existing client.
#[derive(Clone, PartialEq)]
pub struct BearerSignIn {
    /// Who.
    pub user: User,
    /// Lasts for days.
    pub token: String,
}

impl Accounts {
    /// Signs our web app in.
    pub async fn sign_in(
        &self,
        email: &str,
        password: &str,
        address: IpAddr,
        now: Timestamp,
    ) -> Result<WebSignIn, AccountError> {
        let user = self.check_password(email, password, address, now).await?;
        self.open_web_session(user, now).await
    }

    /// Signs an existing client in.
    pub async fn sign_in_for_bearer(
        &self,
        email: &str,
        password: &str,
        address: IpAddr,
        now: Timestamp,
    ) -> Result<BearerSignIn, AccountError> {
        let user = self.check_password(email, password, address, now).await?;
        let id = SessionId(fresh::object_id(now));
        let expires_at = now + BEARER;
        let session = NewSession {
            id,
            user: user.id,
            kind: SessionKind::Bearer,
            refresh_hash: None,
            created_at: now,
            expires_at,
        };
        self.inner.sessions.create(session).await?;
        let token = self.inner.tokens.issue(&user, id, now, expires_at);
        Ok(BearerSignIn { user, token })
    }

    /// The active user of that address and password. A wrong password and an unknown address are one failure, and take
    /// the same time.
    async fn check_password(
        &self,
        email: &str,
        password: &str,
        address: IpAddr,
        now: Timestamp,
    ) -> Result<User, AccountError> {
        let email = validate::email(email).map_err(|_| AccountError::InvalidCredentials)?;
        let attempt = self.inner.limits.try_sign_in(&email, address, now)?;
        let user = self.inner.users.by_email(&email).await?;
        let hash = user.as_ref().map(|user| user.password_hash.as_str());
        let right = self.inner.passwords.verify(password, hash).await?;
        let user = user.filter(|_| right).ok_or(AccountError::InvalidCredentials)?;
        attempt.succeeded(now);
        self.renew_old_hash(&user, password).await;
        if user.active { Ok(user) } else { Err(AccountError::NotApproved) }
    }

    /// A hash of the service before us gives way to one of ours at the first right password. If that can't be now, then
    /// the next time.
    async fn renew_old_hash(&self, user: &User, password: &str) {
        if !super::password::is_to_be_renewed(&user.password_hash, password) {
            return;
        }
        let Ok(hash) = self.inner.passwords.hash(password).await else { return };
        if let Err(error) = self.inner.users.renew_hash(user.id, &user.password_hash, hash).await {
            tracing::warn!(%error, user = %user.id, "a hash of the older service could not be replaced");
        }
    }

    pub(super) async fn open_web_session(&self, user: User, now: Timestamp) -> Result<WebSignIn, AccountError> {
        let id = SessionId(fresh::object_id(now));
        let (refresh, hash) = refresh_token(now);
        let session = NewSession {
            id,
            user: user.id,
            kind: SessionKind::Web,
            refresh_hash: Some(hash),
            created_at: now,
            expires_at: refresh.expires_at,
        };
        self.inner.sessions.create(session).await?;
        Ok(self.web_sign_in(user, id, Some(refresh), now))
    }

    fn web_sign_in(&self, user: User, session: SessionId, refresh: Option<Refresh>, now: Timestamp) -> WebSignIn {
        let expires_at = now + ACCESS;
        let access_token = self.inner.tokens.issue(&user, session, now, expires_at);
        WebSignIn { user, access_token, expires_at, refresh }
    }

    /// A new access token for a refresh token, which is replaced. One that was replaced before revokes its session: one of
    /// the two who have had it is a thief.
    pub async fn renew(&self, refresh_token: &str, now: Timestamp) -> Result<WebSignIn, AccountError> {
        let (next, next_hash) = self::refresh_token(now);
        let offered = hash(refresh_token);
        let rotation = self.inner.sessions.rotate(offered, next_hash, now, next.expires_at, GRACE).await?;
        let (session, refresh) = match rotation {
            Rotation::Rotated(session) => (session, Some(next)),
            Rotation::Overtaken(session) => (session, None),
            Rotation::Replayed(session) => {
                tracing::warn!(user = %session.user, session = %session.id, "a used refresh token came again");
                return Err(AccountError::SessionExpired);
            }
            Rotation::Unknown => return Err(AccountError::SessionExpired),
        };
        let user = self.inner.users.by_id(session.user).await?.filter(|user| user.active);
        let user = user.ok_or(AccountError::SessionExpired)?;
        Ok(self.web_sign_in(user, session.id, refresh, now))
    }

    /// Ends the caller's session, or all of their sessions.
    pub async fn sign_out(&self, caller: &Identity, everywhere: bool, now: Timestamp) -> Result<(), AccountError> {
        match caller.session {
            Some(session) if !everywhere => {
                self.inner.sessions.revoke(caller.user.id, session).await?;
            }
            // A token of the old service has no session that could be ended alone.
            _ => self.inner.sessions.revoke_all(caller.user.id, now).await?,
        }
        Ok(())
    }

    /// Replaces the caller's password; every other session of theirs ends.
    pub async fn change_password(
        &self,
        caller: &Identity,
        current: &str,
        new: &str,
        address: IpAddr,
        now: Timestamp,
    ) -> Result<(), AccountError> {
        let user = &caller.user;
        super::password::check_new(new, &user.email)?;
        let attempt = self.inner.limits.try_sign_in(&user.email, address, now)?;
        if !self.inner.passwords.verify(current, Some(&user.password_hash)).await? {
            return Err(AccountError::InvalidCredentials);
        }
        attempt.succeeded(now);
        let hash = self.inner.passwords.hash(new).await?;
        self.inner.users.set_password(user.id, hash, now, caller.session).await?.ok_or(AccountError::NotFound)?;
        Ok(())
    }
}

fn refresh_token(now: Timestamp) -> (Refresh, [u8; 32]) {
    let token = URL_SAFE_NO_PAD.encode(fresh::bytes::<32>());
    let hash = hash(&token);
    (Refresh { token, expires_at: now + WEB_SESSION }, hash)
}

fn hash(token: &str) -> [u8; 32] {
    Sha256::digest(token.as_bytes()).into()
}
