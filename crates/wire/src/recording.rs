//! What is said about recordings of calls and consultations, between our own clients and the server.

use domain::{CallId, Maker, Person, Recording, RecordingOf, RecordingState, UploadId, UserId};
use serde::{Deserialize, Serialize};

use crate::packet::Id;
use crate::time::Iso;

/// `recording-request`: asks the other of a call, and agrees by that text.
#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(rename_all = "camelCase")]
#[allow(missing_docs)]
pub struct RecordingRequest {
    pub call_id: Id<CallId>,
    /// The version of the text.
    pub consent: u32,
}

/// `recording-answer`: with the version of the text that is agreed to, or `null`.
#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(rename_all = "camelCase")]
#[allow(missing_docs)]
pub struct RecordingAnswer {
    pub recording_id: Id<UploadId>,
    pub consent: Option<u32>,
}

/// `recording-stop` and `recording-withdraw`.
#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(rename_all = "camelCase")]
#[allow(missing_docs)]
pub struct OfRecording {
    pub recording_id: Id<UploadId>,
}

/// `recording-finish`: all of it has come.
#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(rename_all = "camelCase")]
#[allow(missing_docs)]
pub struct RecordingFinish {
    pub recording_id: Id<UploadId>,
    /// How many pieces it has.
    pub chunks: u32,
    pub duration_ms: u64,
}

/// `POST /api/consultations/{room}/recording`, and `…/answer` to it: with the version of the text that is agreed to.
#[derive(Debug, Clone, Copy, Deserialize)]
#[allow(missing_docs)]
pub struct Consent {
    pub consent: Option<u32>,
    /// The browser of who asks is to make it, though the media server could.
    #[serde(default)]
    pub browser: bool,
}

/// `POST /api/recordings/{id}/finish`.
#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(rename_all = "camelCase")]
#[allow(missing_docs)]
pub struct Finished {
    pub chunks: u32,
    pub duration_ms: u64,
}

/// `recording`: how one stands. What is known of an older `version` is dropped.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct RecordingStands {
    recording_id: Id<UploadId>,
    /// None of a consultation, which it is shown with.
    #[serde(skip_serializing_if = "Option::is_none")]
    call_id: Option<Id<CallId>>,
    version: u64,
    state: &'static str,
    recorder_id: Id<UserId>,
    /// `server` where the media server makes it; else the recorder's browser does.
    #[serde(skip_serializing_if = "Option::is_none")]
    maker: Option<&'static str>,
    /// Who brought it there.
    by: String,
    /// In a consultation: who has agreed, by their identities in the room.
    #[serde(skip_serializing_if = "Option::is_none")]
    agreed: Option<Vec<String>>,
    /// And who is asked still.
    #[serde(skip_serializing_if = "Option::is_none")]
    awaited: Option<Vec<String>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    since: Option<Iso>,
    /// Why it failed.
    #[serde(skip_serializing_if = "Option::is_none")]
    code: Option<&'static str>,
}

impl From<&Recording> for RecordingStands {
    fn from(recording: &Recording) -> Self {
        let (call_id, of_room) = match recording.of {
            RecordingOf::Call(id) => (Some(Id(id)), false),
            RecordingOf::Consultation(_) => (None, true),
        };
        let named = |people: &[Person]| of_room.then(|| people.iter().map(Person::to_string).collect());
        Self {
            recording_id: Id(recording.id),
            call_id,
            version: recording.lines,
            state: match recording.state {
                RecordingState::Asked => "asked",
                RecordingState::Starting => "starting",
                RecordingState::Running => "running",
                RecordingState::Stopped => "stopped",
                RecordingState::Kept => "kept",
                RecordingState::Declined => "declined",
                RecordingState::Withdrawn => "withdrawn",
                RecordingState::Lapsed => "lapsed",
                RecordingState::Failed => "failed",
            },
            recorder_id: Id(recording.recorder),
            maker: (recording.maker == Maker::Server).then_some("server"),
            by: recording.by.to_string(),
            agreed: named(&recording.agreed),
            awaited: named(&recording.awaited),
            since: match recording.maker {
                Maker::Browser => recording.agreed_at,
                Maker::Server => recording.began_at,
            }
            .map(Iso),
            code: (recording.state == RecordingState::Failed).then_some(match recording.began_at {
                None => "recording_not_begun",
                Some(_) => "recording_broke_off",
            }),
        }
    }
}

#[cfg(test)]
mod tests {
    use domain::{CONSENT, ConsultationId, MemberId, RecordingAct, Timestamp};

    use super::*;
    use crate::fixture::{hears, id, says};

    #[test]
    fn recordings() {
        let asked: RecordingRequest = hears("recording-request");
        assert_eq!((asked.call_id.0, asked.consent), (id('f'), CONSENT));
        let answered: RecordingAnswer = hears("recording-answer");
        assert_eq!((answered.recording_id.0, answered.consent), (id('b'), Some(CONSENT)));
        let of: OfRecording = hears("recording-withdraw");
        assert_eq!(of.recording_id.0, id('b'));
        let finished: RecordingFinish = hears("recording-finish");
        assert_eq!((finished.recording_id.0, finished.chunks, finished.duration_ms), (id('b'), 46, 183_250));

        let at = Timestamp(1_763_997_136_042);
        let of = RecordingOf::Call(id('f'));
        let first = Recording::ask(id('b'), of, (id('d'), vec![Person::User(id('a'))]), CONSENT, at).unwrap();
        let mut recording = Recording::of(&[first]).unwrap();
        says("recording-asked", &RecordingStands::from(&recording));
        let agreed = RecordingAct::Agreed { consent: CONSENT };
        let agreed = recording.next(Person::User(id('a')), agreed, at).unwrap();
        recording.add(&agreed);
        says("recording-running", &RecordingStands::from(&recording));

        let consent: Consent = hears("recording-consent");
        assert_eq!(consent.consent, Some(CONSENT));
        let finished: Finished = hears("recording-finished");
        assert_eq!((finished.chunks, finished.duration_ms), (46, 183_250));
        let of = RecordingOf::Consultation(id::<ConsultationId>('c'));
        let others = vec![Person::User(id('a')), Person::Guest(id::<MemberId>('4'))];
        let first = Recording::ask(id('b'), of, (id('d'), others), CONSENT, at).unwrap();
        says("recording-of-room", &RecordingStands::from(&Recording::of(std::slice::from_ref(&first)).unwrap()));
        let mut made = Recording::of(&[first.made_by(Maker::Server)]).unwrap();
        for who in [Person::User(id('a')), Person::Guest(id::<MemberId>('4'))] {
            made.add(&made.next(who, RecordingAct::Agreed { consent: CONSENT }, at).unwrap());
        }
        says("recording-starting", &RecordingStands::from(&made));
        let recorder = Person::User(id('d'));
        made.add(&made.next(recorder, RecordingAct::Began, at).unwrap());
        made.add(&made.next(recorder, RecordingAct::Failed, at).unwrap());
        says("recording-failed", &RecordingStands::from(&made));
        let by_browser: Consent = hears("recording-by-browser");
        assert!(by_browser.browser && !consent.browser);
    }
}
