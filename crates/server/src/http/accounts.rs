//! The user service's routes. Old clients read the sentence of an error as `message`.

use std::net::IpAddr;

use app::accounts::{Identity, NewAccount, ProfileInput, Seen};
use axum::extract::State;
use axum::middleware::map_response;
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post, put};
use axum::{Json as Answer, Router};
use domain::{Role, UserId, may_administer};
use serde::Deserialize;
use serde_json::{Value, json};
use wire::account::{Batch, ChangePassword, ChangeProfile, Credentials, Password, ProfileFields, Register};
use wire::error::{Code, ErrorBody};
use wire::user::{PublicUser, UserRecord, WireRole};

use super::address::ClientAddress;
use super::addresses::Addresses;
use super::auth::{Caller, bearer};
use super::body::{Json, Path, Query};
use super::error::ApiError;
use crate::state::Services;

/// Ids of one batch.
const MAX_BATCH: usize = 100;

pub(super) fn routes() -> Router<Services> {
    Router::new()
        .route("/api/user/register", post(register))
        .route("/api/user/login", post(login))
        .route("/api/user/me", get(me))
        .route("/api/user/profile/{id}", get(profile).put(change_profile))
        .route("/api/user/check-email", get(check_email))
        .route("/api/user/dieticians/active", get(active_dieticians))
        .route("/api/user/users/role/{role}", get(of_role))
        .route("/api/users/batch", post(batch))
        .route("/api/user/change-password", put(change_password))
        .route("/api/user/sign-out", post(sign_out))
        .route("/api/user/google-signin", post(not_part_of_this))
        .route("/api/user/activity", post(not_part_of_this))
        .layer(map_response(with_message))
}

/// Adds `message` to what a route failed with.
pub(super) async fn with_message(response: Response) -> Response {
    let Some(error) = response.extensions().get::<ErrorBody>() else { return response };
    let mut body = json!(error);
    body["message"] = json!(error.error);
    let (mut parts, _) = response.into_parts();
    parts.headers.remove(http::header::CONTENT_LENGTH);
    Response::from_parts(parts, axum::body::Body::from(body.to_string()))
}

pub(super) fn said(message: &str) -> Answer<Value> {
    Answer(json!({ "message": message }))
}

async fn not_part_of_this() -> ApiError {
    ApiError::saying(Code::NotFound, "This server does not offer that.")
}

fn shown(seen: &Seen, addresses: &Addresses) -> Value {
    match seen {
        Seen::Whole(user) => json!(UserRecord::new(user, addresses)),
        Seen::Public(user) => json!(PublicUser::new(user, addresses)),
    }
}

fn all_shown(seen: &[Seen], addresses: &Addresses) -> Vec<Value> {
    seen.iter().map(|seen| shown(seen, addresses)).collect()
}

fn profile_input(name: Option<String>, fields: ProfileFields) -> ProfileInput {
    ProfileInput {
        name,
        gender: fields.gender,
        age: fields.age,
        height_cm: fields.height_cm,
        weight_kg: fields.weight_kg,
        speciality: fields.speciality,
    }
}

async fn register(
    State(services): State<Services>,
    ClientAddress(address): ClientAddress,
    Json(body): Json<Register>,
) -> Result<Answer<Value>, ApiError> {
    if body.role.is_some_and(|WireRole(role)| role != Role::Patient) {
        return Err(ApiError::saying(Code::Forbidden, "Only patients can register here."));
    }
    make_account(&services, new_account(body), Role::Patient, address).await?;
    Ok(said("Your account is ready. You can sign in now."))
}

/// What a form says of a new account.
pub(super) fn new_account(body: Register) -> NewAccount {
    let Register { name, email, password: Password(password), profile, .. } = body;
    NewAccount { name, email, password, profile: profile_input(None, profile), ..NewAccount::default() }
}

pub(super) async fn make_account(
    services: &Services,
    account: NewAccount,
    role: Role,
    address: IpAddr,
) -> Result<(), ApiError> {
    let user = services.accounts.register(account, role, address, services.clock.now()).await?;
    tracing::info!(user = %user.id, role = user.role.number(), "registered");
    Ok(())
}

async fn login(
    State(services): State<Services>,
    addresses: Addresses,
    ClientAddress(address): ClientAddress,
    Json(body): Json<Credentials>,
) -> Result<Answer<Value>, ApiError> {
    let now = services.clock.now();
    let signed_in = services.accounts.sign_in_for_bearer(&body.email, &body.password.0, address, now).await?;
    Ok(Answer(json!({ "token": signed_in.token, "user": UserRecord::new(&signed_in.user, &addresses) })))
}

async fn sign_out(State(services): State<Services>, Caller(caller): Caller) -> Result<Answer<Value>, ApiError> {
    services.accounts.sign_out(&caller, false, services.clock.now()).await?;
    Ok(said("You are signed out."))
}

async fn me(Caller(Identity { user, .. }): Caller, addresses: Addresses) -> Answer<UserRecord> {
    Answer(UserRecord::new(&user, &addresses))
}

fn user_id(text: &str) -> Result<UserId, ApiError> {
    text.parse().map_err(|_| Code::BadRequest.into())
}

async fn profile(
    State(services): State<Services>,
    addresses: Addresses,
    Caller(caller): Caller,
    Path(id): Path<String>,
) -> Result<Answer<Value>, ApiError> {
    let seen = services.accounts.profile(&caller.user, user_id(&id)?).await?;
    Ok(Answer(shown(&seen, &addresses)))
}

async fn change_profile(
    State(services): State<Services>,
    addresses: Addresses,
    Caller(caller): Caller,
    Path(id): Path<String>,
    Json(body): Json<ChangeProfile>,
) -> Result<Answer<Value>, ApiError> {
    let id = user_id(&id)?;
    let changed = if id == caller.user.id {
        services.accounts.change_profile(&caller.user, profile_input(body.name, body.profile)).await?
    } else if may_administer(&caller.user) {
        let active = body.active.ok_or(Code::BadRequest)?;
        services.accounts.set_active_of(&caller.user, id, active, services.clock.now()).await?
    } else {
        return Err(Code::Forbidden.into());
    };
    services.chat.forget_user(id);
    Ok(Answer(json!({ "message": "Saved.", "user": UserRecord::new(&changed.user, &addresses) })))
}

#[derive(Debug, Deserialize)]
struct CheckEmail {
    email: String,
}

/// Asked by the form of a registration: by somebody who is not signed in.
async fn check_email(
    State(services): State<Services>,
    ClientAddress(address): ClientAddress,
    Query(CheckEmail { email }): Query<CheckEmail>,
    headers: http::HeaderMap,
) -> Result<Answer<Value>, ApiError> {
    let now = services.clock.now();
    if let Some(token) = bearer(&headers)
        && services.accounts.authenticate(token, now).await.is_ok()
    {
        return Err(Code::Forbidden.into());
    }
    let exists = services.accounts.email_exists(&email, address, now).await?;
    Ok(Answer(json!({ "exists": exists })))
}

async fn active_dieticians(
    State(services): State<Services>,
    addresses: Addresses,
    Caller(caller): Caller,
) -> Result<Answer<Value>, ApiError> {
    let dieticians = services.accounts.active_dieticians(&caller.user).await?;
    Ok(Answer(json!({ "users": all_shown(&dieticians, &addresses) })))
}

async fn of_role(
    State(services): State<Services>,
    addresses: Addresses,
    Caller(caller): Caller,
    Path(role): Path<String>,
) -> Result<Answer<Value>, ApiError> {
    let WireRole(role) = WireRole::from_text(&role).ok_or(Code::BadRequest)?;
    let users = all_shown(&services.accounts.of_role(&caller.user, role).await?, &addresses);
    Ok(Answer(json!({ "count": users.len(), "users": users })))
}

async fn batch(
    State(services): State<Services>,
    addresses: Addresses,
    Caller(caller): Caller,
    Json(Batch { user_ids }): Json<Batch>,
) -> Result<Answer<Vec<Value>>, ApiError> {
    if user_ids.len() > MAX_BATCH {
        return Err(ApiError::saying(Code::BadRequest, "At most 100 people at once."));
    }
    let ids: Vec<UserId> = user_ids.iter().map(|id| user_id(id)).collect::<Result<_, _>>()?;
    Ok(Answer(all_shown(&services.accounts.batch(&caller.user, &ids).await?, &addresses)))
}

async fn change_password(
    State(services): State<Services>,
    ClientAddress(address): ClientAddress,
    Caller(caller): Caller,
    Json(body): Json<ChangePassword>,
) -> Result<impl IntoResponse, ApiError> {
    let (current, new) = (&body.current_password.0, &body.new_password.0);
    services.accounts.change_password(&caller, current, new, address, services.clock.now()).await?;
    Ok(said("Your password is changed. Other devices have to sign in again."))
}
