//! Accounts: who somebody is, and whether they still are.
//!
//! [`Accounts::authenticate`] is the one door for every request and every socket. Only the user id and the session of a
//! verified token count; name, role and state come from the store at that moment.

mod token;

use std::sync::Arc;

use domain::{SessionId, Sessions, StoreError, Timestamp, User, Users};

pub use token::{Claims, Secret, TokenError, Tokens};

/// Who is asking, as the store has them now.
#[derive(Debug, Clone, PartialEq)]
pub struct Identity {
    /// The person; active.
    pub user: User,
    /// The sign-in that the token was made from; `None` for tokens of the old service.
    pub session: Option<SessionId>,
    /// When the token ends, and with it every socket that came in by it.
    pub expires_at: Timestamp,
}

/// Why somebody is not let in.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum AuthError {
    /// No token, one that does not verify, or of nobody we know.
    #[error("the token does not verify")]
    Unauthenticated,
    /// It was good once: it has ended, its session was revoked, or the account was disabled.
    #[error("the session has ended")]
    SessionExpired,
    /// Nobody can say at the moment.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// The accounts' use cases. Cheap to clone.
#[derive(Clone)]
pub struct Accounts {
    inner: Arc<Inner>,
}

struct Inner {
    users: Arc<dyn Users>,
    sessions: Arc<dyn Sessions>,
    tokens: Tokens,
}

impl Accounts {
    /// Over these ports, with tokens signed and verified by `tokens`.
    pub fn new(users: Arc<dyn Users>, sessions: Arc<dyn Sessions>, tokens: Tokens) -> Self {
        Self { inner: Arc::new(Inner { users, sessions, tokens }) }
    }

    /// Who the bearer of this token is.
    pub async fn authenticate(&self, token: &str, now: Timestamp) -> Result<Identity, AuthError> {
        let claims = self.inner.tokens.verify(token, now).map_err(|error| match error {
            TokenError::Invalid => AuthError::Unauthenticated,
            TokenError::Expired => AuthError::SessionExpired,
        })?;
        let user = self.inner.users.by_id(claims.user).await?.ok_or(AuthError::Unauthenticated)?;
        if !user.active {
            return Err(AuthError::SessionExpired);
        }
        let expires_at = match claims.session {
            Some(id) => {
                let session = self.inner.sessions.session(id).await?.ok_or(AuthError::SessionExpired)?;
                if session.user != user.id || session.expires_at <= now {
                    return Err(AuthError::SessionExpired);
                }
                claims.expires_at.min(session.expires_at)
            }
            None if claims.issued_at <= user.valid_after => return Err(AuthError::SessionExpired),
            None => claims.expires_at,
        };
        Ok(Identity { user, session: claims.session, expires_at })
    }
}
