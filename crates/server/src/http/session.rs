//! Sessions of our web app: a short access token in its memory, and a refresh token in a cookie that only renewal reads.

use app::accounts::{NewAccount, WebSignIn};
use axum::Router;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use axum::routing::post;
use axum_extra::extract::CookieJar;
use axum_extra::extract::cookie::{Cookie, SameSite};
use domain::Timestamp;
use http::{HeaderMap, StatusCode};
use serde::Deserialize;
use wire::account::{Credentials, SetUp, SignedIn};
use wire::error::Code;

use super::address::{ByTls, ClientAddress};
use super::addresses::Addresses;
use super::auth::Caller;
use super::body::{Json, Query};
use super::cors;
use super::error::ApiError;
use crate::state::Services;

const COOKIE: &str = "moodbites_refresh";

pub(super) fn routes() -> Router<Services> {
    Router::new()
        .route("/api/session", post(sign_in).delete(sign_out))
        .route("/api/session/renew", post(renew))
        .route("/api/setup", post(set_up))
}

async fn sign_in(
    State(services): State<Services>,
    addresses: Addresses,
    ClientAddress(address): ClientAddress,
    ByTls(secure): ByTls,
    jar: CookieJar,
    Json(body): Json<Credentials>,
) -> Result<Response, ApiError> {
    let now = services.clock.now();
    let signed_in = services.accounts.sign_in(&body.email, &body.password.0, address, now).await?;
    Ok(answer(secure, &addresses, jar, signed_in, now))
}

/// `SameSite=Strict` keeps other sites' requests from carrying the cookie; the origin is asked for as well, since other
/// ports of the same host are the same site.
async fn renew(
    State(services): State<Services>,
    addresses: Addresses,
    headers: HeaderMap,
    ByTls(secure): ByTls,
    jar: CookieJar,
) -> Result<Response, ApiError> {
    if !cors::origin_allowed(&services.config, &headers) {
        return Err(Code::Forbidden.into());
    }
    let now = services.clock.now();
    let Some(token) = jar.get(COOKIE).map(|cookie| cookie.value().to_owned()) else {
        return Err(Code::SessionExpired.into());
    };
    match services.accounts.renew(&token, now).await {
        Ok(signed_in) => Ok(answer(secure, &addresses, jar, signed_in, now)),
        Err(error) => Err(error.into()),
    }
}

#[derive(Debug, Deserialize)]
struct SignOut {
    #[serde(default)]
    everywhere: bool,
}

async fn sign_out(
    State(services): State<Services>,
    Caller(caller): Caller,
    Query(SignOut { everywhere }): Query<SignOut>,
    ByTls(secure): ByTls,
    jar: CookieJar,
) -> Result<Response, ApiError> {
    services.accounts.sign_out(&caller, everywhere, services.clock.now()).await?;
    let mut gone = cookie(secure, String::new());
    gone.set_max_age(time::Duration::ZERO);
    let jar = jar.add(gone);
    Ok((StatusCode::NO_CONTENT, jar).into_response())
}

async fn set_up(
    State(services): State<Services>,
    addresses: Addresses,
    ByTls(secure): ByTls,
    jar: CookieJar,
    Json(body): Json<SetUp>,
) -> Result<Response, ApiError> {
    if !services.setup.is_link(&body.token.0) {
        return Err(Code::SetupLinkInvalid.into());
    }
    let account = NewAccount { name: body.name, email: body.email, password: body.password.0, ..NewAccount::default() };
    let now = services.clock.now();
    let signed_in = services.accounts.set_up(account, now).await?;
    services.setup.spend();
    Ok(answer(secure, &addresses, jar, signed_in, now))
}

fn answer(secure: bool, addresses: &Addresses, jar: CookieJar, signed_in: WebSignIn, now: Timestamp) -> Response {
    let jar = match signed_in.refresh {
        Some(refresh) => {
            let mut cookie = cookie(secure, refresh.token);
            let left = refresh.expires_at.since(now);
            cookie.set_max_age(time::Duration::try_from(left).ok());
            jar.add(cookie)
        }
        None => jar,
    };
    let body = SignedIn::new(signed_in.access_token, signed_in.expires_at, &signed_in.user, addresses);
    (jar, axum::Json(body)).into_response()
}

fn cookie(secure: bool, token: String) -> Cookie<'static> {
    Cookie::build((COOKIE, token))
        .path("/api/session")
        .http_only(true)
        .same_site(SameSite::Strict)
        .secure(secure)
        .build()
}
