//! Who asks.

use app::accounts::Identity;
use axum::extract::FromRequestParts;
use http::HeaderMap;
use http::header::AUTHORIZATION;
use http::request::Parts;
use wire::error::Code;

use super::error::ApiError;
use crate::state::Services;

/// The verified bearer of the request; a handler that takes one answers nobody else.
#[derive(Debug)]
pub struct Caller(pub Identity);

impl FromRequestParts<Services> for Caller {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, services: &Services) -> Result<Self, ApiError> {
        let token = bearer(&parts.headers).ok_or(Code::Unauthenticated)?;
        Ok(Self(services.accounts.authenticate(token, services.clock.now()).await?))
    }
}

/// The token of an `Authorization` header.
pub fn bearer(headers: &HeaderMap) -> Option<&str> {
    let (scheme, token) = headers.get(AUTHORIZATION)?.to_str().ok()?.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then_some(token.trim())
}
