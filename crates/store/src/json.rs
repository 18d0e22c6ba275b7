//! How bodies of entries and records of calls are written down. The domain's types know no JSON; a field that is added
//! here has a default, so that what older versions wrote is still read.

mod appointments;
mod changes;
mod consultations;
#[cfg(test)]
mod mangled;

use std::time::Duration;

use domain::{
    CallEntry, CallKind, CallOutcome, CallPhase, CallRecord, EntryBody, FileFacts, Party, Plan, Seat, Target,
    Timestamp, UploadId, UploadKind, UserId,
};
use serde::{Deserialize, Serialize};

pub(crate) use appointments::{appointment_from_text, appointment_to_text};
pub(crate) use changes::{changes_from_text, changes_to_text};
pub(crate) use consultations::{consultation_from_text, consultation_to_text, word_from_text, word_to_text};

/// An enum of the domain as one that serialises, both ways.
macro_rules! mirrors {
    ($($mirror:ident = $of:ident { $($variant:ident),+ })+) => {$(
        impl From<$of> for $mirror {
            fn from(of: $of) -> Self {
                match of { $($of::$variant => Self::$variant),+ }
            }
        }

        impl From<$mirror> for $of {
            fn from(mirror: $mirror) -> Self {
                match mirror { $($mirror::$variant => Self::$variant),+ }
            }
        }
    )+};
}
pub(crate) use mirrors;

/// What was read is not what this program writes. Says where, not what.
#[derive(Debug, thiserror::Error)]
#[error("a stored {0} does not parse")]
pub struct Unreadable(pub(crate) &'static str);

/// A body as its kind and its text: words alone are themselves, the rest is JSON. What a change is of lies beside it.
pub(crate) fn body_to_parts(body: &EntryBody) -> (u8, String) {
    match body {
        EntryBody::Text(text) => (0, text.clone()),
        EntryBody::Plan { text, plan } => {
            let Plan { id, name, total_calories, preferences, meals } = plan;
            let mirror = PlanBody {
                text: text.clone(),
                id: id.clone(),
                name: name.clone(),
                total_calories: total_calories.clone(),
                preferences: preferences.clone(),
                meals: meals.clone(),
            };
            (1, write(&mirror))
        }
        EntryBody::Call(call) => {
            let mirror = CallBody {
                call: call.call.to_string(),
                kind: call.kind.into(),
                outcome: call.outcome.into(),
                duration_ms: u64::try_from(call.duration.as_millis()).unwrap_or(u64::MAX),
            };
            (2, write(&mirror))
        }
        EntryBody::File { text, kind, file } => {
            let mirror = FileBody {
                text: text.clone(),
                kind: kind.number(),
                upload: file.upload.to_string(),
                facts: file.into(),
            };
            (6, write(&mirror))
        }
        EntryBody::Edit { text, .. } => (EDIT, text.clone()),
        EntryBody::Deletion { .. } => (4, String::new()),
        EntryBody::Reaction { reaction, .. } => (5, reaction.clone().unwrap_or_default()),
    }
}

/// The kind of an edit.
pub(crate) const EDIT: u8 = 3;

/// The kinds of what has words: messages and edits.
pub(crate) const SAYING: [u8; 4] = [0, 1, EDIT, 6];

/// A body of its parts, and what it is of if it is a change.
pub(crate) fn body_from_parts(kind: u8, text: String, target: Option<Target>) -> Result<EntryBody, Unreadable> {
    let unreadable = || Unreadable("entry");
    let target = || target.ok_or_else(unreadable);
    match kind {
        0 => Ok(EntryBody::Text(text)),
        1 => {
            let PlanBody { text, id, name, total_calories, preferences, meals } =
                serde_json::from_str(&text).map_err(|_| unreadable())?;
            Ok(EntryBody::Plan { text, plan: Plan { id, name, total_calories, preferences, meals } })
        }
        2 => {
            let body: CallBody = serde_json::from_str(&text).map_err(|_| unreadable())?;
            Ok(EntryBody::Call(CallEntry {
                call: body.call.parse().map_err(|_| unreadable())?,
                kind: body.kind.into(),
                outcome: body.outcome.into(),
                duration: Duration::from_millis(body.duration_ms),
            }))
        }
        EDIT => Ok(EntryBody::Edit { target: target()?, text }),
        4 => Ok(EntryBody::Deletion { target: target()? }),
        5 => Ok(EntryBody::Reaction { target: target()?, reaction: Some(text).filter(|text| !text.is_empty()) }),
        6 => {
            let FileBody { text, kind, upload, facts } = serde_json::from_str(&text).map_err(|_| unreadable())?;
            let file = facts.into_facts(upload.parse().map_err(|_| unreadable())?);
            Ok(EntryBody::File { text, kind: UploadKind::from_number(kind).ok_or_else(unreadable)?, file })
        }
        _ => Err(unreadable()),
    }
}

pub(crate) fn call_to_text(call: &CallRecord) -> String {
    write(&Record {
        id: call.id.to_string(),
        version: call.version,
        kind: call.kind.into(),
        callee_kind: call.callee_kind.map(Into::into),
        room: call.room.clone(),
        caller: (&call.caller).into(),
        callee: (&call.callee).into(),
        created_at: call.created_at.0,
        phase: call.phase.into(),
    })
}

pub(crate) fn call_from_text(text: &str) -> Result<CallRecord, Unreadable> {
    let unreadable = || Unreadable("call");
    let record: Record = serde_json::from_str(text).map_err(|_| unreadable())?;
    Ok(CallRecord {
        id: record.id.parse().map_err(|_| unreadable())?,
        version: record.version,
        kind: record.kind.into(),
        callee_kind: record.callee_kind.map(Into::into),
        room: record.room,
        caller: record.caller.into_party().ok_or_else(unreadable)?,
        callee: record.callee.into_party().ok_or_else(unreadable)?,
        created_at: Timestamp(record.created_at),
        phase: record.phase.into(),
    })
}

pub(crate) fn facts_to_text(facts: &FileFacts) -> String {
    write(&Facts::from(facts))
}

pub(crate) fn facts_from_text(upload: UploadId, text: &str) -> Result<FileFacts, Unreadable> {
    let facts: Facts = serde_json::from_str(text).map_err(|_| Unreadable("upload"))?;
    Ok(facts.into_facts(upload))
}

pub(crate) fn write(mirror: &impl Serialize) -> String {
    serde_json::to_string(mirror).expect("text keys and no maps: nothing that JSON can't have")
}

#[derive(Serialize, Deserialize)]
struct PlanBody {
    text: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    id: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    name: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    total_calories: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    preferences: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    meals: Option<String>,
}

#[derive(Serialize, Deserialize)]
struct CallBody {
    call: String,
    kind: Kind,
    outcome: Outcome,
    duration_ms: u64,
}

#[derive(Serialize, Deserialize)]
struct FileBody {
    #[serde(default, skip_serializing_if = "String::is_empty")]
    text: String,
    kind: u8,
    upload: String,
    #[serde(flatten)]
    facts: Facts,
}

/// Of an upload; which one, its surroundings say.
#[derive(Serialize, Deserialize)]
struct Facts {
    name: String,
    size: u64,
    media_type: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    width: Option<u32>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    height: Option<u32>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    duration_ms: Option<u64>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    waveform: Vec<u8>,
    #[serde(default)]
    has_thumbnail: bool,
}

impl From<&FileFacts> for Facts {
    fn from(facts: &FileFacts) -> Self {
        Self {
            name: facts.name.clone(),
            size: facts.size,
            media_type: facts.media_type.clone(),
            width: facts.width,
            height: facts.height,
            duration_ms: facts.duration.map(|duration| u64::try_from(duration.as_millis()).unwrap_or(u64::MAX)),
            waveform: facts.waveform.clone(),
            has_thumbnail: facts.has_thumbnail,
        }
    }
}

impl Facts {
    fn into_facts(self, upload: UploadId) -> FileFacts {
        FileFacts {
            upload,
            name: self.name,
            size: self.size,
            media_type: self.media_type,
            width: self.width,
            height: self.height,
            duration: self.duration_ms.map(Duration::from_millis),
            waveform: self.waveform,
            has_thumbnail: self.has_thumbnail,
        }
    }
}

#[derive(Serialize, Deserialize)]
struct Record {
    id: String,
    version: u64,
    kind: Kind,
    #[serde(default)]
    callee_kind: Option<Kind>,
    #[serde(default)]
    room: Option<String>,
    caller: RecordParty,
    callee: RecordParty,
    created_at: i64,
    phase: Phase,
}

#[derive(Serialize, Deserialize)]
struct RecordParty {
    user: String,
    name: String,
    #[serde(default)]
    seat: Option<RecordSeat>,
    #[serde(default)]
    lost_until: Option<i64>,
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum RecordSeat {
    Device(String),
    Legacy,
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Kind {
    Audio,
    Video,
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Outcome {
    Completed,
    Missed,
    Declined,
    Grown,
    Failed,
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Phase {
    Ringing { until: i64 },
    Connecting { accepted_at: i64, until: i64 },
    Connected { accepted_at: i64 },
    Ended { accepted_at: Option<i64>, at: i64, outcome: Outcome },
}

impl RecordParty {
    fn into_party(self) -> Option<Party> {
        let seat = match self.seat {
            None => None,
            Some(RecordSeat::Device(device)) => Some(Seat::Device(device.parse().ok()?)),
            Some(RecordSeat::Legacy) => Some(Seat::Legacy),
        };
        let user: UserId = self.user.parse().ok()?;
        Some(Party { user, name: self.name, seat, lost_until: self.lost_until.map(Timestamp) })
    }
}

impl From<&Party> for RecordParty {
    fn from(party: &Party) -> Self {
        let seat = party.seat.as_ref().map(|seat| match seat {
            Seat::Device(device) => RecordSeat::Device(device.as_str().to_owned()),
            Seat::Legacy => RecordSeat::Legacy,
        });
        let lost_until = party.lost_until.map(|at| at.0);
        Self { user: party.user.to_string(), name: party.name.clone(), seat, lost_until }
    }
}

mirrors! {
    Kind = CallKind { Audio, Video }
    Outcome = CallOutcome { Completed, Missed, Declined, Grown, Failed }
}

impl From<CallPhase> for Phase {
    fn from(phase: CallPhase) -> Self {
        match phase {
            CallPhase::Ringing { until } => Self::Ringing { until: until.0 },
            CallPhase::Connecting { accepted_at, until } => {
                Self::Connecting { accepted_at: accepted_at.0, until: until.0 }
            }
            CallPhase::Connected { accepted_at } => Self::Connected { accepted_at: accepted_at.0 },
            CallPhase::Ended { accepted_at, at, outcome } => {
                Self::Ended { accepted_at: accepted_at.map(|at| at.0), at: at.0, outcome: outcome.into() }
            }
        }
    }
}

impl From<Phase> for CallPhase {
    fn from(phase: Phase) -> Self {
        match phase {
            Phase::Ringing { until } => Self::Ringing { until: Timestamp(until) },
            Phase::Connecting { accepted_at, until } => {
                Self::Connecting { accepted_at: Timestamp(accepted_at), until: Timestamp(until) }
            }
            Phase::Connected { accepted_at } => Self::Connected { accepted_at: Timestamp(accepted_at) },
            Phase::Ended { accepted_at, at, outcome } => {
                Self::Ended { accepted_at: accepted_at.map(Timestamp), at: Timestamp(at), outcome: outcome.into() }
            }
        }
    }
}
