//! Failures as answers: a code of the one table, its status, its sentence.

use std::time::Duration;

use app::accounts::{AccountError, AuthError};
use axum::Json;
use axum::response::{IntoResponse, Response};
use domain::StoreError;
use http::{HeaderValue, StatusCode, header};
use wire::error::{Code, ErrorBody};

/// What a handler fails with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ApiError(pub ErrorBody);

impl ApiError {
    /// The code with a sentence that says more.
    pub fn saying(code: Code, sentence: impl Into<String>) -> Self {
        Self(ErrorBody::saying(code, sentence))
    }

    /// The code, to be tried again after that.
    pub fn retry_after(code: Code, after: Duration) -> Self {
        Self(ErrorBody::new(code).retry_after(after))
    }
}

impl From<Code> for ApiError {
    fn from(code: Code) -> Self {
        Self(code.into())
    }
}

impl From<StoreError> for ApiError {
    fn from(error: StoreError) -> Self {
        Self(store_body(&error))
    }
}

impl From<AuthError> for ApiError {
    fn from(error: AuthError) -> Self {
        Self(auth_body(&error))
    }
}

impl From<AccountError> for ApiError {
    fn from(error: AccountError) -> Self {
        match error {
            AccountError::Invalid(sentence) => Self::saying(Code::BadRequest, sentence),
            AccountError::WeakPassword => Code::WeakPassword.into(),
            AccountError::EmailTaken => Code::EmailTaken.into(),
            AccountError::AdminExists => Code::SetupLinkInvalid.into(),
            AccountError::InvalidCredentials => Code::InvalidCredentials.into(),
            AccountError::NotApproved => Code::NotApproved.into(),
            AccountError::SessionExpired => Code::SessionExpired.into(),
            AccountError::Forbidden => Code::Forbidden.into(),
            AccountError::NotFound => Code::NotFound.into(),
            AccountError::RateLimited(after) => Self::retry_after(Code::RateLimited, after),
            AccountError::Busy => Self::retry_after(Code::Busy, Duration::from_secs(1)),
            AccountError::Internal => Code::Internal.into(),
            AccountError::Store(error) => error.into(),
        }
    }
}

/// What a peer is told of a store that fails; the operator is told more, in the log.
pub fn store_body(error: &StoreError) -> ErrorBody {
    match error {
        StoreError::Busy => ErrorBody::new(Code::Busy).retry_after(Duration::from_secs(1)),
        StoreError::Full => {
            tracing::error!("the store's disk is full");
            Code::StorageFull.into()
        }
        StoreError::Unavailable(_) | StoreError::Unknown(_) => {
            tracing::error!(%error, "the store failed");
            ErrorBody::new(Code::Unavailable).retry_after(Duration::from_secs(2))
        }
    }
}

/// What a peer is told that is not let in; a refused handshake says the code alone.
pub fn auth_body(error: &AuthError) -> ErrorBody {
    match error {
        AuthError::Unauthenticated => Code::Unauthenticated.into(),
        AuthError::SessionExpired => Code::SessionExpired.into(),
        AuthError::Store(error) => store_body(error),
    }
}

impl IntoResponse for ApiError {
    fn into_response(self) -> Response {
        let status = StatusCode::from_u16(self.0.code.status()).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        let mut response = (status, Json(&self.0)).into_response();
        if let Some(millis) = self.0.retry_after_ms {
            response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(millis.div_ceil(1000)));
        }
        if status == StatusCode::UNAUTHORIZED {
            response.headers_mut().insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
        }
        // For routes whose old clients read the sentence elsewhere.
        response.extensions_mut().insert(self.0);
        response
    }
}
