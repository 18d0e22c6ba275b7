//! What a peer is told when something can't be done: one table for REST, acknowledgements and refused handshakes alike.

use std::time::Duration;

use serde::{Serialize, Serializer};

macro_rules! codes {
    ($($(#[$doc:meta])* $name:ident = $text:literal, $status:literal, $retryable:literal, $sentence:literal;)+) => {
        /// A stable code of `docs/protocol.md`, "Errors".
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        pub enum Code {
            $($(#[$doc])* $name),+
        }

        impl Code {
            /// Every code, in the order of the table.
            pub const ALL: &[Self] = &[$(Self::$name),+];

            /// The code as it goes over the wire.
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$name => $text),+ }
            }

            /// The HTTP status; those that only sockets speak have the nearest one.
            pub const fn status(self) -> u16 {
                match self { $(Self::$name => $status),+ }
            }

            /// Whether the same again, with the same `clientMessageId`, may do later.
            pub const fn retryable(self) -> bool {
                match self { $(Self::$name => $retryable),+ }
            }

            /// The sentence for people, where there is nothing better to say.
            pub const fn sentence(self) -> &'static str {
                match self { $(Self::$name => $sentence),+ }
            }
        }
    };
}

codes! {
    /// The body, a field or an id does not parse.
    BadRequest = "bad_request", 400, false, "That could not be understood.";
    /// Over a limit of size.
    TooLarge = "too_large", 413, false, "That is too large.";
    /// No token, or one that does not verify.
    Unauthenticated = "unauthenticated", 401, false, "Please sign in.";
    /// The token has ended or its session was revoked.
    SessionExpired = "session_expired", 401, false, "Your session has ended. Please sign in again.";
    /// Wrong e-mail or password, whichever.
    InvalidCredentials = "invalid_credentials", 401, false, "The e-mail address or the password is wrong.";
    /// Right password, but the account waits for approval or is disabled.
    NotApproved = "not_approved", 403, false, "This account is not active. Please ask your practice.";
    /// Not yours, whether it exists or not.
    Forbidden = "forbidden", 403, false, "You may not do that.";
    /// The payload names another sender than the token.
    SenderMismatch = "sender_mismatch", 403, false, "You can only send as yourself.";
    /// The two may not contact each other, or there is no such person.
    ContactNotAllowed = "contact_not_allowed", 403, false, "You can't contact this person.";
    /// No such route, or something of your own that is gone.
    NotFound = "not_found", 404, false, "There is nothing here.";
    /// There is an account with that address.
    EmailTaken = "email_taken", 409, false, "There is an account with this e-mail address already.";
    /// The `clientMessageId` was used for another message.
    IdConflict = "id_conflict", 409, false, "This message id was used for another message.";
    /// Over 24 h old, another's, or nothing that can be edited.
    NotEditable = "not_editable", 409, false, "This message can't be edited, or not any more.";
    /// The message was deleted.
    MessageDeleted = "message_deleted", 409, false, "This message was deleted.";
    /// The message was changed too often.
    TooManyChanges = "too_many_changes", 409, false, "This message was changed too often.";
    /// A message names an upload that is not the sender's, or is gone.
    UploadNotFound = "upload_not_found", 409, false, "That file is not there any more. Please choose it again.";
    /// The set-up link was used, or is not of this installation.
    SetupLinkInvalid = "setup_link_invalid", 410, false, "This set-up link is not valid any more.";
    /// Not what it is said to be, or not a kind of thing that may be uploaded there.
    UnsupportedType = "unsupported_type", 415, false, "Files of this kind can't be sent here.";
    /// Under 10 or over 128 characters, or the e-mail address itself.
    WeakPassword = "weak_password", 422, false,
        "Please choose a password of 10 to 128 characters that is not your e-mail address.";
    /// Too often.
    RateLimited = "rate_limited", 429, true, "Too many attempts. Please try again in a while.";
    /// No event of that name on this listener.
    UnknownEvent = "unknown_event", 400, false, "There is no such event.";
    /// The server has too much to do.
    Busy = "busy", 503, true, "The server is busy. Please try again in a moment.";
    /// The server's disk is full.
    StorageFull = "storage_full", 507, true, "The server has no room left. Please tell your practice.";
    /// The user has uploaded as much as anybody may.
    QuotaExceeded = "quota_exceeded", 507, false, "You have no room left for files. Please delete some messages with files.";
    /// The store is away.
    Unavailable = "unavailable", 503, true, "The server can't reach its data. Please try again later.";
    /// Our fault.
    Internal = "internal", 500, false, "Something went wrong on the server.";
    /// The person called is in a call.
    CallBusy = "call_busy", 409, false, "This person is in another call.";
    /// You are in a call already.
    CallAlready = "call_already", 409, false, "You are in a call already.";
    /// The person called is nowhere connected.
    CallOffline = "call_offline", 409, false, "This person is not online. They will see that you called.";
    /// The other takes part by an old client, which can't follow to another device.
    CallCannotMove = "call_cannot_move", 409, false,
        "This call can't be taken to another device, since the other person's app is too old for it.";
    /// The call is over, or this connection takes no part in it.
    CallNotFound = "call_not_found", 404, false, "This call is over.";
    /// More than 256 candidates from one side.
    CallTooManyCandidates = "call_too_many_candidates", 409, false, "Too many network candidates for this call.";
    /// Somebody in the call takes part by a client that can't ask for their consent.
    RecordingNotPossible = "recording_not_possible", 409, false,
        "This call can't be recorded, since the other person's app can't ask for their consent.";
    /// The dietician has another appointment then.
    SlotTaken = "slot_taken", 409, false, "This time is taken. Please choose another.";
    /// The appointment stands otherwise, or it is not the caller's to say so.
    AppointmentConflict = "appointment_conflict", 409, false, "That is not possible as the appointment stands now.";
    /// The other takes part by an old client, which knows no rooms.
    CallCannotGrow = "call_cannot_grow", 409, false,
        "Nobody can be added to this call, since the other person's app is too old for it.";
    /// The consultation is over, or its appointment is.
    ConsultationEnded = "consultation_ended", 409, false, "This consultation is over.";
    /// A host lets nobody new in.
    ConsultationLocked = "consultation_locked", 403, false, "This consultation is locked. Please ask your dietician to let you in.";
    /// An appointment can be arrived at 15 minutes before it.
    ConsultationTooEarly = "consultation_too_early", 403, false, "It is too early for this consultation.";
    /// Still waiting, refused or removed.
    NotAdmitted = "not_admitted", 403, false, "Nobody has let you into this consultation yet.";
    /// As many people are in the consultation as may be.
    RoomFull = "room_full", 409, false, "This consultation is full.";
    /// The link was used, has ended, or is none of ours.
    GuestLinkInvalid = "guest_link_invalid", 410, false, "This link is not valid any more. Please ask for another.";
    /// This installation has no LiveKit server.
    LivekitNotConfigured = "livekit_not_configured", 503, false, "Consultations are not set up here. Please tell your practice.";
    /// The LiveKit server did not answer.
    LivekitUnreachable = "livekit_unreachable", 502, false, "The server for consultations can't be reached. Please try again in a moment.";
    /// The consultation is end-to-end encrypted and the caller's page would not be, or the other way round.
    ConsultationEncryption = "consultation_encryption", 409, false,
        "Whether this consultation is end-to-end encrypted is not what your page takes it for. Please reload it.";
    /// Somebody is in the consultation.
    ConsultationRunning = "consultation_running", 409, false, "That can't be changed while somebody is in the consultation.";
    /// There is a newer key of the consultation, or the key is another page's to hand on.
    KeyPassed = "key_passed", 409, false, "There is a newer key.";
    /// A recording of this call is under way, or this one has gone on since.
    RecordingConflict = "recording_conflict", 409, false, "That is not possible as the recording stands now.";
}

impl Serialize for Code {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}

/// `{ error, code, retryAfterMs? }`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ErrorBody {
    /// A sentence for people.
    pub error: String,
    /// Stable.
    pub code: Code,
    /// When the same again may do.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub retry_after_ms: Option<u64>,
}

impl ErrorBody {
    /// The code with its own sentence.
    pub fn new(code: Code) -> Self {
        Self { error: code.sentence().to_owned(), code, retry_after_ms: None }
    }

    /// The code with a sentence that says more.
    pub fn saying(code: Code, sentence: impl Into<String>) -> Self {
        Self { error: sentence.into(), code, retry_after_ms: None }
    }

    /// With the time after which the same again may do.
    #[must_use]
    pub fn retry_after(mut self, after: Duration) -> Self {
        self.retry_after_ms = Some(u64::try_from(after.as_millis()).unwrap_or(u64::MAX).max(1));
        self
    }
}

impl From<Code> for ErrorBody {
    fn from(code: Code) -> Self {
        Self::new(code)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_is_that_of_the_documents() {
        let protocol = include_str!("../../../docs/protocol.md");
        let rows: Vec<&str> = protocol
            .lines()
            .skip_while(|line| !line.starts_with("| code |"))
            .skip(2)
            .take_while(|line| line.starts_with('|'))
            .collect();
        assert_eq!(rows.len(), Code::ALL.len());
        for (row, code) in rows.iter().zip(Code::ALL) {
            let cells: Vec<&str> = row.split('|').map(str::trim).collect();
            assert_eq!(cells[1], format!("`{}`", code.as_str()));
            if cells[2] != "–" {
                assert_eq!(cells[2], code.status().to_string(), "{}", code.as_str());
            }
        }
    }

    #[test]
    fn only_four_codes_may_be_retried() {
        let retryable: Vec<&str> = Code::ALL.iter().filter(|code| code.retryable()).map(|code| code.as_str()).collect();
        assert_eq!(retryable, ["rate_limited", "busy", "storage_full", "unavailable"]);
    }

    #[test]
    fn a_body_leaves_out_what_it_does_not_know() {
        let body = serde_json::to_value(ErrorBody::new(Code::Busy)).unwrap();
        assert_eq!(body, serde_json::json!({ "error": Code::Busy.sentence(), "code": "busy" }));
        let body = serde_json::to_value(ErrorBody::new(Code::Busy).retry_after(Duration::from_secs(2))).unwrap();
        assert_eq!(body["retryAfterMs"], 2000);
    }
}
