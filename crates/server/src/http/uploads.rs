//! Uploading what goes into messages, by our app and by old clients.

use std::time::Duration;

use app::uploads::{Announced, Begun, MAX_THUMBNAIL, Receiving, UploadError, Uploader};
use axum::extract::{DefaultBodyLimit, Request, State};
use axum::routing::{delete, post};
use axum::{Json as Answer, Router};
use domain::{Upload, UploadId, UploadKind, UserId};
use serde_json::{Value, json};
use wire::error::{Code, ErrorBody};
use wire::file::{Uploaded, UploadedAudio};

use super::addresses::Addresses;
use super::auth::Caller;
use super::body::Path;
use super::error::{ApiError, store_body};
use super::form::{Form, Part};
use crate::config::{Config, Role};
use crate::state::Services;

/// However slowly somebody sends, it is over by then.
const TIME: Duration = Duration::from_secs(10 * 60);

/// Beside the file: fields, a thumbnail, the headers of parts.
const BESIDE: usize = 512 * 1024;

/// What a peer is told of an upload that failed.
pub fn upload_body(error: &UploadError) -> ErrorBody {
    match error {
        UploadError::Invalid(sentence) => ErrorBody::saying(Code::BadRequest, *sentence),
        UploadError::TooLarge => ErrorBody::new(Code::TooLarge),
        UploadError::Unsupported(sentence) => ErrorBody::saying(Code::UnsupportedType, *sentence),
        UploadError::QuotaExceeded => Code::QuotaExceeded.into(),
        UploadError::IdConflict => Code::IdConflict.into(),
        UploadError::RateLimited(after) => ErrorBody::new(Code::RateLimited).retry_after(*after),
        UploadError::Busy => ErrorBody::new(Code::Busy).retry_after(Duration::from_secs(1)),
        UploadError::Forbidden => Code::Forbidden.into(),
        UploadError::Held => ErrorBody::saying(Code::Forbidden, "It was sent. Delete the message instead."),
        UploadError::NotFound => Code::NotFound.into(),
        UploadError::Store(error) => store_body(error),
    }
}

impl From<UploadError> for ApiError {
    fn from(error: UploadError) -> Self {
        Self(upload_body(&error))
    }
}

/// A form's size with a file in it. Twice what is allowed is read, so that who sends too much is told so.
pub(super) fn form_limit(max_bytes: u64) -> DefaultBodyLimit {
    DefaultBodyLimit::max(usize::try_from(max_bytes).unwrap_or(usize::MAX / 4).saturating_mul(2).saturating_add(BESIDE))
}

pub(super) fn routes(role: Role, config: &Config) -> Router<Services> {
    let mut routes = Router::new();
    if role == Role::Web {
        routes = routes.route("/api/uploads", post(upload));
    }
    if role.has_chat() {
        routes = routes
            .route("/api/upload/file", post(old_file))
            .route("/api/upload/audio", post(old_audio))
            .route("/api/upload/delete/{id}", delete(old_delete));
    }
    routes.layer(form_limit(config.uploads.max_bytes))
}

/// Sees a form through: in time, and read to its end also where it is refused, since a browser that is cut off in the
/// middle shows no answer.
pub(super) async fn see_through<T>(
    mut form: Form,
    work: impl AsyncFnOnce(&mut Form) -> Result<T, ApiError>,
) -> Result<T, ApiError> {
    let done = tokio::time::timeout(TIME, work(&mut form)).await;
    form.drain().await;
    done.unwrap_or_else(|_| Err(Code::BadRequest.into()))
}

/// Takes a file's part in: what it comes to, or nothing if it is here already.
pub(super) async fn receive(
    services: &Services,
    (who, owner): (Uploader, UserId),
    mut announced: Announced,
    mut part: Part<'_>,
) -> Result<Received, ApiError> {
    announced.name = part.file_name().unwrap_or_default().to_owned();
    announced.media_type = part.media_type().to_owned();
    let now = services.clock.now();
    match services.uploads.begin(who, owner, announced, now).await? {
        Begun::Known(known) => {
            part.skip().await?;
            Ok(Received::Known(known))
        }
        Begun::Receiving(mut receiving) => {
            let taken = async {
                while let Some(chunk) = part.chunk().await? {
                    receiving.write(&chunk).await?;
                }
                Ok(())
            };
            match taken.await {
                Ok(()) => Ok(Received::New(receiving)),
                Err(error) => {
                    receiving.give_up().await;
                    Err(error)
                }
            }
        }
    }
}

/// A file that came whole.
pub(super) enum Received {
    Known(Box<Upload>),
    New(Box<Receiving>),
}

impl Received {
    pub(super) async fn give_up(self) {
        if let Self::New(receiving) = self {
            receiving.give_up().await;
        }
    }

    pub(super) async fn finish(self, services: &Services) -> Result<Upload, ApiError> {
        match self {
            Self::Known(known) => Ok(*known),
            Self::New(receiving) => Ok(receiving.finish(services.clock.now()).await?),
        }
    }
}

async fn upload(
    State(services): State<Services>,
    Caller(caller): Caller,
    addresses: Addresses,
    request: Request,
) -> Result<Answer<Value>, ApiError> {
    let form = Form::of(request, &services).await?;
    let user = caller.user.id;
    let uploaded = see_through(form, async |form| {
        let mut announced = Announced::default();
        let mut received = None;
        while let Some(part) = form.next().await? {
            match (part.name(), &mut received) {
                ("file", None) => {
                    if announced.key.is_none() || announced.kind.is_none() {
                        let sentence = "The fields uploadId and kind come before the file.";
                        return Err(ApiError::saying(Code::BadRequest, sentence));
                    }
                    let announced = std::mem::take(&mut announced);
                    received = Some(receive(&services, (Uploader::User(user), user), announced, part).await?);
                }
                ("file", Some(_)) => return Err(ApiError::saying(Code::BadRequest, "One file at a time.")),
                ("thumbnail", Some(received)) => {
                    let bytes = part.bytes(MAX_THUMBNAIL).await?;
                    if let Received::New(receiving) = received {
                        receiving.thumbnail(bytes)?;
                    }
                }
                (_, Some(_)) => part.skip().await?,
                (_, None) => field(&mut announced, part).await?,
            }
        }
        let received = received.ok_or_else(|| ApiError::saying(Code::BadRequest, "There is no file in that form."))?;
        received.finish(&services).await
    })
    .await?;
    Ok(Answer(json!(Uploaded::new(&uploaded.facts, &addresses))))
}

/// A field that comes before the file. Those that nobody knows are ignored, and so is the size that a client gives a
/// picture: its header says it.
async fn field(announced: &mut Announced, part: Part<'_>) -> Result<(), ApiError> {
    let name = part.name().to_owned();
    let wrong = || ApiError::saying(Code::BadRequest, format!("The field {name} is not what it should be."));
    match name.as_str() {
        "uploadId" => announced.key = Some(part.text().await?.parse().map_err(|_| wrong())?),
        "kind" => {
            announced.kind = Some(match part.text().await?.as_str() {
                "image" => UploadKind::Image,
                "file" => UploadKind::File,
                "audio" => UploadKind::Audio,
                _ => return Err(wrong()),
            });
        }
        "durationMs" => {
            let millis = part.text().await?.parse().map_err(|_| wrong())?;
            announced.duration = Some(Duration::from_millis(millis));
        }
        "waveform" => announced.waveform = serde_json::from_str(&part.text().await?).map_err(|_| wrong())?,
        _ => part.skip().await?,
    }
    Ok(())
}

/// The one file of a form, in the field `file`; `missing` is said where there is none. Other fields may come before or
/// after.
pub(super) async fn one_file(
    services: &Services,
    user: UserId,
    request: Request,
    (file, kind): (&str, Option<UploadKind>),
    missing: &'static str,
) -> Result<Upload, ApiError> {
    let form = Form::of(request, services).await?;
    see_through(form, async |form| {
        let mut announced = Announced { kind, ..Announced::default() };
        let mut received = None;
        while let Some(part) = form.next().await? {
            if part.name() == file && part.file_name().is_some() && received.is_none() {
                let announced = std::mem::take(&mut announced);
                received = Some(receive(services, (Uploader::User(user), user), announced, part).await?);
            } else if part.name() == "duration" && received.is_none() {
                let seconds = part.text().await?.parse::<f64>().ok();
                announced.duration = seconds.and_then(|seconds| Duration::try_from_secs_f64(seconds).ok());
            } else {
                part.skip().await?;
            }
        }
        let missing = || ApiError::saying(Code::BadRequest, missing);
        received.ok_or_else(missing)?.finish(services).await
    })
    .await
}

async fn old_file(
    State(services): State<Services>,
    Caller(caller): Caller,
    addresses: Addresses,
    request: Request,
) -> Result<Answer<Value>, ApiError> {
    let missing = "There is no file in the field file.";
    let uploaded = one_file(&services, caller.user.id, request, ("file", None), missing).await?;
    Ok(Answer(json!(Uploaded::new(&uploaded.facts, &addresses))))
}

async fn old_audio(
    State(services): State<Services>,
    Caller(caller): Caller,
    addresses: Addresses,
    request: Request,
) -> Result<Answer<Value>, ApiError> {
    let (field, missing) = (("audio", Some(UploadKind::Audio)), "There is no file in the field audio.");
    let uploaded = one_file(&services, caller.user.id, request, field, missing).await?;
    Ok(Answer(json!(UploadedAudio::new(&uploaded.facts, &addresses))))
}

async fn old_delete(
    State(services): State<Services>,
    Caller(caller): Caller,
    Path(id): Path<String>,
) -> Result<Answer<Value>, ApiError> {
    let id: UploadId = id.parse().map_err(|_| Code::Forbidden)?;
    services.uploads.discard(caller.user.id, id).await?;
    Ok(Answer(json!({ "success": true, "message": "The file is deleted." })))
}
