//! Accounts: who somebody is, and whether they still are.
//!
//! [`Accounts::authenticate`] is the one door for every request and every socket. Only the user id and the session of a
//! verified token count; name, role and state come from the store at that moment. Every other use case is a method here
//! too, by file: signing in and out, making accounts, what people tell about themselves and may know of each other.
//!
//! What is revoked is written to the store's log of revocations; whoever holds sockets reads that log, so that it does not
//! matter which process revoked.

mod limits;
mod old_hash;
mod password;
mod people;
mod register;
mod sign_in;
mod token;
mod validate;

use std::sync::Arc;
use std::time::Duration;

use domain::{InsertUserError, SessionId, Sessions, StoreError, Timestamp, User, Users};

use limits::Limits;
use password::Passwords;
pub use people::{Profiled, Seen};
pub use register::NewAccount;
pub use sign_in::{BearerSignIn, Refresh, WebSignIn};
pub use token::{Claims, Secret, TokenError, Tokens};
pub use validate::ProfileInput;

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

/// Why something was not done for an account.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[allow(missing_docs)]
pub enum AccountError {
    /// A field is not what it should be; the sentence says which.
    #[error("{0}")]
    Invalid(&'static str),
    #[error("the password is too weak")]
    WeakPassword,
    #[error("there is an account with that address")]
    EmailTaken,
    /// There is an admin, so nobody becomes the first one.
    #[error("there is an admin already")]
    AdminExists,
    /// Wrong address or password, whichever.
    #[error("the address or the password is wrong")]
    InvalidCredentials,
    #[error("the account is not active")]
    NotApproved,
    #[error("the session has ended")]
    SessionExpired,
    #[error("that is not theirs to do")]
    Forbidden,
    #[error("there is no such person")]
    NotFound,
    /// The same again after that.
    #[error("too often")]
    RateLimited(Duration),
    /// Too many passwords are waiting to be hashed.
    #[error("too much to do")]
    Busy,
    #[error("something is wrong with the program")]
    Internal,
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl From<InsertUserError> for AccountError {
    fn from(error: InsertUserError) -> Self {
        match error {
            InsertUserError::EmailTaken => Self::EmailTaken,
            InsertUserError::AdminExists => Self::AdminExists,
            InsertUserError::Store(error) => Self::Store(error),
        }
    }
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
    passwords: Passwords,
    limits: Limits,
}

impl Accounts {
    /// Over these ports, with tokens signed and verified by `tokens`.
    pub fn new(users: Arc<dyn Users>, sessions: Arc<dyn Sessions>, tokens: Tokens) -> Self {
        let (passwords, limits) = (Passwords::new(), Limits::new());
        Self { inner: Arc::new(Inner { users, sessions, tokens, passwords, limits }) }
    }

    /// The same, where nobody is limited in how often they may try: for load generators alone.
    #[must_use]
    pub fn without_limits(users: Arc<dyn Users>, sessions: Arc<dyn Sessions>, tokens: Tokens) -> Self {
        let (passwords, limits) = (Passwords::new(), Limits::off());
        Self { inner: Arc::new(Inner { users, sessions, tokens, passwords, limits }) }
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
