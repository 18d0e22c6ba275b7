//! The user service's routes. Old clients read the sentence of an error as `message`.

use std::net::IpAddr;

use app::accounts::{Identity, NewAccount, ProfileInput, Seen};
use axum::extract::{DefaultBodyLimit, FromRequest, Multipart, Request, State};
use axum::middleware::map_response;
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post, put};
use axum::{Json as Answer, Router};
use domain::{Role, UserId};
use http::header::CONTENT_TYPE;
use serde::Deserialize;
use serde_json::{Value, json};
use wire::account::{Batch, ChangePassword, ChangeProfile, Credentials, Password, ProfileFields, Register};
use wire::error::{Code, ErrorBody};
use wire::user::{PublicUser, UserRecord, WireRole};

use super::address::ClientAddress;
use super::auth::{Caller, bearer};
use super::body::{Json, Path, Query};
use super::error::ApiError;
use crate::state::Services;

/// A dietician's certificate comes along in old clients' forms: 10 MiB at most.
const MAX_FORM: usize = 11 * 1024 * 1024;

/// Ids of one batch.
const MAX_BATCH: usize = 100;

pub(super) fn routes() -> Router<Services> {
    Router::new()
        .route("/api/user/register", post(register))
        .route("/api/user/register-dietician", post(register_dietician).layer(DefaultBodyLimit::max(MAX_FORM)))
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

fn said(message: &str) -> Answer<Value> {
    Answer(json!({ "message": message }))
}

async fn not_part_of_this() -> ApiError {
    ApiError::saying(Code::NotFound, "This server does not offer that.")
}

fn shown(seen: &Seen) -> Value {
    match seen {
        Seen::Whole(user) => json!(UserRecord::from(user)),
        Seen::Public(user) => json!(PublicUser::from(user)),
    }
}

fn all_shown(seen: &[Seen]) -> Vec<Value> {
    seen.iter().map(shown).collect()
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
    make_account(&services, body, Role::Patient, address).await?;
    Ok(said("Your account is ready. You can sign in now."))
}

async fn register_dietician(
    State(services): State<Services>,
    ClientAddress(address): ClientAddress,
    request: Request,
) -> Result<Answer<Value>, ApiError> {
    let is_form = request
        .headers()
        .get(CONTENT_TYPE)
        .is_some_and(|value| value.as_bytes().to_ascii_lowercase().starts_with(b"multipart/form-data"));
    let (body, certificate) = if is_form {
        form(Multipart::from_request(request, &services).await.map_err(|_| Code::BadRequest)?).await?
    } else {
        (Json::<Register>::from_request(request, &services).await?.0, false)
    };
    if body.role.is_some_and(|WireRole(role)| role != Role::Dietician) {
        return Err(ApiError::saying(Code::Forbidden, "Only dieticians can register here."));
    }
    make_account(&services, body, Role::Dietician, address).await?;
    Ok(said(if certificate {
        "Your account is made and waits for approval. This practice does not keep certificates here; please show yours to them."
    } else {
        "Your account is made and waits for approval by the practice."
    }))
}

/// The fields of an old client's form, and whether a certificate came with it. Read to its end, kept nowhere.
async fn form(mut form: Multipart) -> Result<(Register, bool), ApiError> {
    let too_long = || ApiError::from(Code::TooLarge);
    let mut fields = serde_json::Map::new();
    let mut certificate = false;
    while let Some(mut field) = form.next_field().await.map_err(|error| super::code_of_status(error.status()))? {
        let name = field.name().unwrap_or_default().to_owned();
        let is_file = field.file_name().is_some();
        certificate |= is_file;
        let mut text = Vec::new();
        while let Some(chunk) = field.chunk().await.map_err(|error| super::code_of_status(error.status()))? {
            if !is_file {
                text.extend_from_slice(&chunk);
                if text.len() > 1024 {
                    return Err(too_long());
                }
            }
        }
        if !is_file && fields.len() < 32 {
            fields.insert(name, Value::String(String::from_utf8(text).map_err(|_| Code::BadRequest)?));
        }
    }
    let register = serde_json::from_value(Value::Object(fields)).map_err(|_| Code::BadRequest)?;
    Ok((register, certificate))
}

async fn make_account(services: &Services, body: Register, role: Role, address: IpAddr) -> Result<(), ApiError> {
    let Register { name, email, password: Password(password), profile, .. } = body;
    let account = NewAccount { name, email, password, profile: profile_input(None, profile) };
    let user = services.accounts.register(account, role, address, services.clock.now()).await?;
    tracing::info!(user = %user.id, role = user.role.number(), "registered");
    Ok(())
}

async fn login(
    State(services): State<Services>,
    ClientAddress(address): ClientAddress,
    Json(body): Json<Credentials>,
) -> Result<Answer<Value>, ApiError> {
    let now = services.clock.now();
    let signed_in = services.accounts.sign_in_for_bearer(&body.email, &body.password.0, address, now).await?;
    Ok(Answer(json!({ "token": signed_in.token, "user": UserRecord::from(&signed_in.user) })))
}

async fn sign_out(State(services): State<Services>, Caller(caller): Caller) -> Result<Answer<Value>, ApiError> {
    services.accounts.sign_out(&caller, false, services.clock.now()).await?;
    Ok(said("You are signed out."))
}

async fn me(Caller(Identity { user, .. }): Caller) -> Answer<UserRecord> {
    Answer(UserRecord::from(&user))
}

fn user_id(text: &str) -> Result<UserId, ApiError> {
    text.parse().map_err(|_| Code::BadRequest.into())
}

async fn profile(
    State(services): State<Services>,
    Caller(caller): Caller,
    Path(id): Path<String>,
) -> Result<Answer<Value>, ApiError> {
    let seen = services.accounts.profile(&caller.user, user_id(&id)?).await?;
    Ok(Answer(shown(&seen)))
}

async fn change_profile(
    State(services): State<Services>,
    Caller(caller): Caller,
    Path(id): Path<String>,
    Json(body): Json<ChangeProfile>,
) -> Result<Answer<Value>, ApiError> {
    let id = user_id(&id)?;
    let changed = if id == caller.user.id {
        services.accounts.change_profile(&caller.user, profile_input(body.name, body.profile)).await?
    } else if caller.user.role == Role::Admin {
        let active = body.active.ok_or(Code::BadRequest)?;
        services.accounts.set_active_of(&caller.user, id, active, services.clock.now()).await?
    } else {
        return Err(Code::Forbidden.into());
    };
    services.chat.forget_user(id);
    Ok(Answer(json!({ "message": "Saved.", "user": UserRecord::from(&changed.user) })))
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
    Caller(caller): Caller,
) -> Result<Answer<Value>, ApiError> {
    let dieticians = services.accounts.active_dieticians(&caller.user).await?;
    Ok(Answer(json!({ "users": all_shown(&dieticians) })))
}

async fn of_role(
    State(services): State<Services>,
    Caller(caller): Caller,
    Path(role): Path<String>,
) -> Result<Answer<Value>, ApiError> {
    let WireRole(role) = WireRole::from_text(&role).ok_or(Code::BadRequest)?;
    let users = all_shown(&services.accounts.of_role(&caller.user, role).await?);
    Ok(Answer(json!({ "count": users.len(), "users": users })))
}

async fn batch(
    State(services): State<Services>,
    Caller(caller): Caller,
    Json(Batch { user_ids }): Json<Batch>,
) -> Result<Answer<Vec<Value>>, ApiError> {
    if user_ids.len() > MAX_BATCH {
        return Err(ApiError::saying(Code::BadRequest, "At most 100 people at once."));
    }
    let ids: Vec<UserId> = user_ids.iter().map(|id| user_id(id)).collect::<Result<_, _>>()?;
    Ok(Answer(all_shown(&services.accounts.batch(&caller.user, &ids).await?)))
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
