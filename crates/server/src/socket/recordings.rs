//! What our clients ask for about recordings of calls, and what they are told.

use std::time::Duration;

use app::recordings::{RecordingAudience, RecordingError};
use domain::{Person, Recording, RecordingRefused};
use serde_json::json;
use wire::entry::Dialect;
use wire::error::{Code, ErrorBody};
use wire::recording::{OfRecording, RecordingAnswer, RecordingFinish, RecordingRequest, RecordingStands};

use super::connection::Connection;
use super::hub::Hub;
use super::packet::Request;
use crate::http::chat::chat_body;
use crate::http::consultations::consultation_body;
use crate::http::error::store_body;
use crate::http::uploads::upload_body;
use crate::state::Services;

/// The connections, for recordings.
#[derive(Clone)]
pub struct RecordingEvents(pub Hub);

impl RecordingAudience for RecordingEvents {
    fn told(&self, recording: &Recording) {
        let stands = RecordingStands::from(recording);
        for person in recording.people() {
            let Person::User(user) = person else { continue };
            self.0.for_each(user, |connection| {
                if is_theirs(connection) {
                    connection.emit("recording", &stands);
                }
            });
        }
    }
}

fn is_theirs(connection: &Connection) -> bool {
    connection.role.has_calls() && connection.dialect() == Dialect::Ours
}

/// Who comes is told how those stand that are open.
pub(super) fn greet(services: &Services, connection: &Connection) {
    if is_theirs(connection) {
        for recording in services.recordings.of(connection.user_id()) {
            connection.emit("recording", &RecordingStands::from(&recording));
        }
    }
}

/// False if the event is none of theirs.
pub(super) async fn handle(services: &Services, request: &Request<'_>) -> bool {
    if !is_theirs(request.connection) {
        return false;
    }
    let user = request.connection.user_id();
    let by = Person::User(user);
    let recordings = &services.recordings;
    let done = match request.name() {
        "recording-request" => match request.argument::<RecordingRequest>() {
            Ok(RecordingRequest { call_id, consent }) => match recordings.ask(user, call_id.0, consent).await {
                Ok(recording) => {
                    request.answer(&RecordingStands::from(&recording)).await;
                    return true;
                }
                Err(error) => Err(recording_body(&error)),
            },
            Err(error) => Err(error),
        },
        "recording-answer" => match request.argument() {
            Ok(RecordingAnswer { recording_id, consent }) => {
                recordings.answer(by, recording_id.0, consent).await.map_err(|error| recording_body(&error))
            }
            Err(error) => Err(error),
        },
        "recording-stop" => match request.argument() {
            Ok(OfRecording { recording_id }) => {
                recordings.stop(by, recording_id.0).await.map_err(|error| recording_body(&error))
            }
            Err(error) => Err(error),
        },
        "recording-finish" => match request.argument() {
            Ok(RecordingFinish { recording_id, chunks, duration_ms }) => {
                let length = Duration::from_millis(duration_ms);
                let finished = recordings.finish(user, recording_id.0, chunks, length).await;
                finished.map_err(|error| recording_body(&error))
            }
            Err(error) => Err(error),
        },
        "recording-withdraw" => match request.argument() {
            Ok(OfRecording { recording_id }) => {
                let withdrawn = recordings.withdraw(by, recording_id.0).await;
                services.uploads_changed.notify_one();
                withdrawn.map_err(|error| recording_body(&error))
            }
            Err(error) => Err(error),
        },
        _ => return false,
    };
    match done {
        Ok(()) => request.answer(&json!({})).await,
        Err(error) => request.refuse(&error).await,
    }
    true
}

/// What a peer is told of what was not done about a recording.
pub fn recording_body(error: &RecordingError) -> ErrorBody {
    match error {
        RecordingError::NoSuchCall => Code::CallNotFound.into(),
        RecordingError::OldClient => Code::RecordingNotPossible.into(),
        RecordingError::Already => ErrorBody::saying(Code::RecordingConflict, "This call is being recorded already."),
        RecordingError::NotFound | RecordingError::Refused(RecordingRefused::NotTheirs) => Code::Forbidden.into(),
        RecordingError::Refused(RecordingRefused::NotNow) => Code::RecordingConflict.into(),
        RecordingError::Refused(RecordingRefused::OtherText) => {
            let sentence = "Please load this page again: the text of the consent has changed.";
            ErrorBody::saying(Code::RecordingConflict, sentence)
        }
        RecordingError::Awaited(next) => {
            ErrorBody::saying(Code::BadRequest, format!("Piece {next} of the recording is awaited."))
        }
        RecordingError::Room(error) => consultation_body(error),
        RecordingError::Upload(error) => upload_body(error),
        RecordingError::Chat(error) => chat_body(error),
        RecordingError::Store(error) => store_body(error),
    }
}
