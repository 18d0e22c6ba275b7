//! An entry of a conversation in both dialects.

mod changes;

use std::borrow::Cow;
use std::time::Duration;

use domain::{
    CallEntry, CallId, CallKind, CallOutcome, ClientMessageId, ConversationId, Entry, EntryBody, EntryId, Plan,
    UploadKind, UserId,
};
use serde::{Serialize, Serializer};
use serde_json::value::RawValue;

use self::changes::ChangesShape;
use crate::file::{Addresses, FileShape};
use crate::packet::Id;
use crate::time::Iso;

/// Which clients are spoken to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Dialect {
    /// Our own.
    Ours,
    /// Those that were there before.
    Old,
}

/// An entry as JSON. In the old dialect it is a stored message; a call shows there as a line of text.
#[derive(Debug, Clone, Copy)]
pub struct WireEntry<'a> {
    /// What.
    pub entry: &'a Entry,
    /// How far its receiver has read.
    pub read: u64,
    /// For whom.
    pub dialect: Dialect,
    /// Where they load files from.
    pub addresses: &'a dyn Addresses,
}

impl<'a> WireEntry<'a> {
    /// An entry that nobody has read yet.
    pub const fn fresh(entry: &'a Entry, dialect: Dialect, addresses: &'a dyn Addresses) -> Self {
        Self { entry, read: 0, dialect, addresses }
    }
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Shape<'a> {
    conversation_id: Id<ConversationId>,
    seq: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    kind: Option<&'static str>,
    #[serde(rename = "_id")]
    id: Id<EntryId>,
    message_id: Id<EntryId>,
    client_message_id: &'a str,
    sender_id: Id<UserId>,
    receiver_id: Id<UserId>,
    created_at: Iso,
    is_read: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    message: Option<Cow<'a, str>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    message_type: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    plan_id: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    plan_name: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    total_calories: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    preferences: Option<&'a RawValue>,
    #[serde(skip_serializing_if = "Option::is_none")]
    meals: Option<&'a RawValue>,
    #[serde(skip_serializing_if = "Option::is_none")]
    call: Option<CallShape>,
    #[serde(flatten)]
    file: FileShape<'a>,
    #[serde(flatten)]
    changes: ChangesShape<'a>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct CallShape {
    call_id: Id<CallId>,
    call_type: &'static str,
    outcome: &'static str,
    duration_ms: u64,
}

impl Serialize for WireEntry<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let Self { entry, read, dialect, addresses } = *self;
        let ours = dialect == Dialect::Ours;
        let plan = match &entry.body {
            EntryBody::Plan { plan, .. } => Some(plan),
            _ => None,
        };
        let call = match &entry.body {
            EntryBody::Call(call) => Some(call),
            _ => None,
        };
        Shape {
            conversation_id: Id(entry.conversation),
            seq: entry.seq,
            kind: ours.then_some(kind_text(&entry.body)),
            id: Id(entry.id),
            message_id: Id(entry.id),
            client_message_id: entry.client_message_id.as_str(),
            sender_id: Id(entry.sender),
            receiver_id: Id(entry.receiver),
            created_at: Iso(entry.created_at),
            is_read: entry.seq <= read || (!ours && !entry.body.asks_to_be_read()),
            message: message(entry, dialect),
            message_type: entry.body.target().is_none().then(|| match dialect {
                Dialect::Old if call.is_some() => "text",
                Dialect::Old if entry.body.is_recording() => "file",
                _ => message_type(&entry.body),
            }),
            plan_id: plan.and_then(|plan| plan.id.as_deref()),
            plan_name: plan.and_then(|plan| plan.name.as_deref()),
            total_calories: plan.and_then(|plan| plan.total_calories.as_deref()),
            preferences: plan.and_then(|plan| raw(plan.preferences.as_deref())),
            meals: plan.and_then(|plan| raw(plan.meals.as_deref())),
            call: call.filter(|_| ours).map(|call| CallShape {
                call_id: Id(call.call),
                call_type: call_kind_text(call.kind),
                outcome: outcome_text(call.outcome),
                duration_ms: u64::try_from(call.duration.as_millis()).unwrap_or(u64::MAX),
            }),
            file: FileShape::of(entry, dialect, addresses),
            changes: if ours { ChangesShape::of(entry) } else { ChangesShape::default() },
        }
        .serialize(serializer)
    }
}

const fn kind_text(body: &EntryBody) -> &'static str {
    match body {
        EntryBody::Call(_) => "call",
        EntryBody::Edit { .. } => "edit",
        EntryBody::Deletion { .. } => "deletion",
        EntryBody::Reaction { .. } => "reaction",
        _ => "message",
    }
}

pub(crate) const fn message_type(body: &EntryBody) -> &'static str {
    match body {
        EntryBody::Plan { .. } => "plan",
        EntryBody::File { kind: UploadKind::Image, .. } => "image",
        EntryBody::File { kind: UploadKind::Audio, .. } => "audio",
        EntryBody::File { kind: UploadKind::Recording, .. } => "recording",
        EntryBody::File { .. } => "file",
        EntryBody::Call(_) => "call",
        _ => "text",
    }
}

/// JSON that was checked when it came in; what is no JSON is left out.
fn raw(json: Option<&str>) -> Option<&RawValue> {
    serde_json::from_str(json?).ok()
}

/// `callType` on the wire.
pub const fn call_kind_text(kind: CallKind) -> &'static str {
    match kind {
        CallKind::Audio => "audio",
        CallKind::Video => "video",
    }
}

/// A call's `outcome` on the wire.
pub const fn outcome_text(outcome: CallOutcome) -> &'static str {
    match outcome {
        CallOutcome::Completed => "completed",
        CallOutcome::Missed => "missed",
        CallOutcome::Declined => "declined",
        CallOutcome::Grown => "grown",
        CallOutcome::Failed => "failed",
    }
}

fn message(entry: &Entry, dialect: Dialect) -> Option<Cow<'_, str>> {
    match &entry.body {
        EntryBody::Call(call) => Some(Cow::Owned(call_line(call))),
        EntryBody::Deletion { .. } | EntryBody::Reaction { .. } => None,
        _ if dialect == Dialect::Old && entry.is_deleted() => Some(Cow::Borrowed(DELETED)),
        _ => Some(Cow::Borrowed(entry.text())),
    }
}

/// What old clients show of a message that was deleted.
const DELETED: &str = "This message was deleted";

/// A message or a call in a list of conversations, as a line: never empty.
pub fn preview(entry: &Entry) -> Cow<'_, str> {
    match &entry.body {
        EntryBody::Plan { plan: Plan { name, .. }, .. } if entry.text().is_empty() => match name {
            Some(name) => Cow::Owned(format!("Diet plan: {name}")),
            None => Cow::Borrowed("Diet plan"),
        },
        EntryBody::File { kind, file, .. } if entry.text().is_empty() => match kind {
            UploadKind::Image => Cow::Borrowed("Photo"),
            UploadKind::Audio => Cow::Borrowed("Voice message"),
            UploadKind::Recording => Cow::Borrowed("Recorded call"),
            _ => Cow::Owned(format!("File: {}", file.name)),
        },
        _ => message(entry, Dialect::Old).unwrap_or_default(),
    }
}

/// A call as a line of English: `Video call, 3 min`.
pub fn call_line(call: &CallEntry) -> String {
    let kind = match call.kind {
        CallKind::Audio => "Audio call",
        CallKind::Video => "Video call",
    };
    match call.outcome {
        CallOutcome::Completed | CallOutcome::Grown => format!("{kind}, {}", length(call.duration)),
        CallOutcome::Missed => format!("Missed {}", kind.to_lowercase()),
        CallOutcome::Declined => format!("{kind} declined"),
        CallOutcome::Failed => format!("{kind} failed"),
    }
}

fn length(duration: Duration) -> String {
    let seconds = duration.as_secs();
    match (seconds / 3600, seconds / 60 % 60) {
        (0, 0) => format!("{seconds} s"),
        (0, minutes) => format!("{minutes} min"),
        (hours, 0) => format!("{hours} h"),
        (hours, minutes) => format!("{hours} h {minutes} min"),
    }
}

/// The key by which a client recognises what it sent, where a payload has a fitting one.
pub fn client_message_id(text: &str) -> Option<ClientMessageId> {
    // The server's own keys are not for clients: one of theirs would keep a call's entry from being written.
    if text.starts_with("call:") || text.starts_with("recording:") { None } else { text.parse().ok() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn calls_as_lines() {
        let call = |kind, outcome, seconds| {
            let call = "0123456789abcdef01234567".parse().unwrap();
            call_line(&CallEntry { call, kind, outcome, duration: Duration::from_secs(seconds) })
        };
        for (kind, outcome, seconds, line) in [
            (CallKind::Video, CallOutcome::Completed, 200, "Video call, 3 min"),
            (CallKind::Video, CallOutcome::Completed, 59, "Video call, 59 s"),
            (CallKind::Audio, CallOutcome::Completed, 3600, "Audio call, 1 h"),
            (CallKind::Audio, CallOutcome::Completed, 3725, "Audio call, 1 h 2 min"),
            (CallKind::Video, CallOutcome::Grown, 61, "Video call, 1 min"),
            (CallKind::Audio, CallOutcome::Missed, 0, "Missed audio call"),
            (CallKind::Video, CallOutcome::Declined, 0, "Video call declined"),
            (CallKind::Video, CallOutcome::Failed, 9, "Video call failed"),
        ] {
            assert_eq!(call(kind, outcome, seconds), line);
        }
    }

    #[test]
    fn keys_of_clients_are_not_those_of_the_server() {
        assert!(client_message_id("3f0c").is_some());
        for odd in ["", "call:0123456789abcdef01234567", "recording:0123456789abcdef01234567", "a b"] {
            assert_eq!(client_message_id(odd), None, "{odd}");
        }
    }
}
