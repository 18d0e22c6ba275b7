//! What belongs to an account and is a file: a person's picture, and what a dietician shows for approval.

use app::accounts::NewAccount;
use app::fresh;
use app::uploads::{Announced, MAX_CERTIFICATE, Uploader};
use axum::extract::{FromRequest, Request, State};
use axum::middleware::map_response;
use axum::routing::post;
use axum::{Json as Answer, Router};
use domain::{Role, UploadId, UploadKind, User, UserId};
use http::header::CONTENT_TYPE;
use serde_json::{Value, json};
use wire::account::Register;
use wire::error::Code;
use wire::file::Addresses as _;
use wire::user::WireRole;

use super::accounts::{make_account, new_account, said, with_message};
use super::address::ClientAddress;
use super::addresses::Addresses;
use super::auth::Caller;
use super::body::Json;
use super::error::ApiError;
use super::form::Form;
use super::uploads::{Received, form_limit, one_file, receive, see_through};
use crate::config::Config;
use crate::state::Services;

/// Fields of a registration.
const MAX_FIELDS: usize = 32;

pub(super) fn routes(config: &Config) -> Router<Services> {
    let picture = post(profile_image).layer(form_limit(config.uploads.max_bytes)).delete(no_profile_image);
    Router::new()
        .route("/api/user/register-dietician", post(register_dietician).layer(form_limit(MAX_CERTIFICATE)))
        .route("/api/user/upload-profile-image", picture)
        .layer(map_response(with_message))
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
        let form = Form::of(request, &services).await?;
        let who = (Uploader::Stranger(address), UserId(fresh::object_id(services.clock.now())));
        let (body, received) = see_through(form, async |form| registration(&services, who, form).await).await?;
        (body, received.map(|received| (who.1, received)))
    } else {
        (Json::<Register>::from_request(request, &services).await?.0, None)
    };
    if body.role.is_some_and(|WireRole(role)| role != Role::Dietician) {
        return Err(ApiError::saying(Code::Forbidden, "Only dieticians can register here."));
    }
    let mut account = new_account(body);
    match certificate {
        None => make_account(&services, account, Role::Dietician, address).await?,
        Some((id, received)) => {
            // Before anything is kept of somebody who can't have an account.
            if let Err(error) = services.accounts.check_new(&account) {
                received.give_up().await;
                return Err(error.into());
            }
            let certificate = received.finish(&services).await?.id();
            account = NewAccount { id: Some(id), certificate: Some(certificate), ..account };
            if let Err(error) = make_account(&services, account, Role::Dietician, address).await {
                let _ = services.uploads.discard(id, certificate).await;
                return Err(error);
            }
        }
    }
    Ok(said("Your account is made and waits for approval by the practice."))
}

/// The fields of a form, and the certificate that came with it.
async fn registration(
    services: &Services,
    who: (Uploader, UserId),
    form: &mut Form,
) -> Result<(Register, Option<Received>), ApiError> {
    let mut fields = serde_json::Map::new();
    let mut certificate = None;
    while let Some(part) = form.next().await? {
        let name = part.name().to_owned();
        if part.file_name().is_none() {
            let text = part.text().await?;
            if fields.len() < MAX_FIELDS {
                fields.insert(name, Value::String(text));
            }
        } else if name == "certificate" && certificate.is_none() {
            let announced = Announced { kind: Some(UploadKind::Certificate), ..Announced::default() };
            certificate = Some(receive(services, who, announced, part).await?);
        } else {
            part.skip().await?;
        }
    }
    let register = serde_json::from_value(Value::Object(fields)).map_err(|_| Code::BadRequest)?;
    Ok((register, certificate))
}

async fn profile_image(
    State(services): State<Services>,
    Caller(caller): Caller,
    addresses: Addresses,
    request: Request,
) -> Result<Answer<Value>, ApiError> {
    let user = caller.user.id;
    let (field, missing) =
        (("profileImage", Some(UploadKind::ProfileImage)), "There is no picture in the field profileImage.");
    let image = one_file(&services, user, request, field, missing).await?.id();
    change_image(&services, &caller.user, Some(image)).await?;
    Ok(Answer(json!({ "message": "Your picture is saved.", "profileImage": addresses.whole(image) })))
}

async fn no_profile_image(State(services): State<Services>, Caller(caller): Caller) -> Result<Answer<Value>, ApiError> {
    change_image(&services, &caller.user, None).await?;
    Ok(Answer(json!({ "message": "Your picture is removed.", "profileImage": null })))
}

async fn change_image(services: &Services, user: &User, image: Option<UploadId>) -> Result<(), ApiError> {
    services.accounts.change_image(user, image).await?;
    services.chat.forget_user(user.id);
    services.uploads_changed.notify_one();
    Ok(())
}
