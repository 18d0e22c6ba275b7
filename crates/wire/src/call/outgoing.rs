use std::time::Duration;

use domain::{CallId, CallKind, CallOutcome, CallPhase, CallRecord, Timestamp, UserId};
use serde::Serialize;
use serde_json::value::RawValue;

use crate::entry::{Dialect, call_kind_text, outcome_text};
use crate::error::{Code, ErrorBody};
use crate::packet::Id;
use crate::time::Iso;

/// `{ callId }`: the acknowledgement of what concerns a call.
#[derive(Debug, Clone, Copy, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Placed {
    call_id: Id<CallId>,
}

impl Placed {
    /// Which.
    pub const fn new(call: CallId) -> Self {
        Self { call_id: Id(call) }
    }
}

/// What an event of a call is about, and for whom it is written.
#[derive(Debug, Clone, Copy)]
pub struct About {
    /// The call.
    pub call: CallId,
    /// Its version.
    pub version: u64,
    /// The other takes part by an old client.
    pub legacy: bool,
    /// For whom.
    pub dialect: Dialect,
}

/// The fields that every event of a call has; old clients are told less.
#[derive(Debug, Clone, Copy, Serialize)]
#[serde(rename_all = "camelCase")]
struct Stamp {
    call_id: Id<CallId>,
    #[serde(skip_serializing_if = "Option::is_none")]
    version: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    legacy: Option<bool>,
}

impl From<About> for Stamp {
    fn from(about: About) -> Self {
        let ours = about.dialect == Dialect::Ours;
        Self {
            call_id: Id(about.call),
            version: ours.then_some(about.version),
            legacy: (ours && about.legacy).then_some(true),
        }
    }
}

/// `webrtc-call-request` to who is called.
#[derive(Debug, Clone, Copy, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Ring<'a> {
    #[serde(flatten)]
    stamp: Stamp,
    caller_id: Id<UserId>,
    caller_name: &'a str,
    call_type: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    room_id: Option<&'a str>,
    expires_at: Iso,
}

impl<'a> Ring<'a> {
    /// From whom, what, until when.
    pub fn new(
        about: About,
        caller: (UserId, &'a str),
        kind: CallKind,
        room: Option<&'a str>,
        expires_at: Timestamp,
    ) -> Self {
        Self {
            stamp: about.into(),
            caller_id: Id(caller.0),
            caller_name: caller.1,
            call_type: call_kind_text(kind),
            room_id: room,
            expires_at: Iso(expires_at),
        }
    }
}

/// `webrtc-call-response` to who called.
#[derive(Debug, Clone, Copy, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Response<'a> {
    #[serde(flatten)]
    stamp: Stamp,
    accepted: bool,
    responder_id: Id<UserId>,
    responder_name: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    reason: Option<&'a str>,
}

impl<'a> Response<'a> {
    /// Who said yes or no.
    pub fn new(about: About, accepted: bool, responder: (UserId, &'a str), reason: Option<&'a str>) -> Self {
        Self { stamp: about.into(), accepted, responder_id: Id(responder.0), responder_name: responder.1, reason }
    }
}

/// `webrtc-call-error`, and what a refused request is acknowledged with.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct CallFailed {
    #[serde(flatten)]
    body: ErrorBody,
    #[serde(skip_serializing_if = "Option::is_none")]
    target_user_id: Option<Id<UserId>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    call_id: Option<Id<CallId>>,
}

impl CallFailed {
    /// Why, who was to be reached, in which call.
    pub fn new(body: ErrorBody, target: Option<UserId>, call: Option<CallId>) -> Self {
        Self { body, target_user_id: target.map(Id), call_id: call.map(Id) }
    }

    /// Why.
    pub const fn code(&self) -> Code {
        self.body.code
    }
}

/// What is handed through.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[allow(missing_docs)]
pub enum RelayedKind {
    Offer,
    Answer,
    Candidate,
}

impl RelayedKind {
    /// The name of its event.
    pub const fn event(self) -> &'static str {
        match self {
            Self::Offer => "webrtc-offer",
            Self::Answer => "webrtc-answer",
            Self::Candidate => "webrtc-ice-candidate",
        }
    }
}

/// `webrtc-offer`, `webrtc-answer` and `webrtc-ice-candidate` to the other.
#[derive(Debug, Clone, Copy, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Relayed<'a> {
    #[serde(flatten)]
    stamp: Stamp,
    sender_id: Id<UserId>,
    #[serde(skip_serializing_if = "Option::is_none")]
    sender_name: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    offer: Option<&'a RawValue>,
    #[serde(skip_serializing_if = "Option::is_none")]
    answer: Option<&'a RawValue>,
    #[serde(skip_serializing_if = "Option::is_none")]
    candidate: Option<&'a RawValue>,
}

impl<'a> Relayed<'a> {
    /// From whom; `json` as it came in.
    pub fn new(about: About, sender: (UserId, &'a str), kind: RelayedKind, json: &'a RawValue) -> Self {
        let of = |this: RelayedKind| (this == kind).then_some(json);
        Self {
            stamp: about.into(),
            sender_id: Id(sender.0),
            sender_name: (kind != RelayedKind::Candidate).then_some(sender.1),
            offer: of(RelayedKind::Offer),
            answer: of(RelayedKind::Answer),
            candidate: of(RelayedKind::Candidate),
        }
    }
}

/// `webrtc-end-call` to the other, or to where there is nothing more to ring for.
#[derive(Debug, Clone, Copy, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Ended<'a> {
    #[serde(flatten)]
    stamp: Stamp,
    sender_id: Id<UserId>,
    sender_name: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    reason: Option<&'a str>,
}

impl<'a> Ended<'a> {
    /// With whom, why.
    pub fn new(about: About, sender: (UserId, &'a str), reason: Option<&'a str>) -> Self {
        Self { stamp: about.into(), sender_id: Id(sender.0), sender_name: sender.1, reason }
    }
}

/// `call`, where there is none: `{ callId: null }`.
#[derive(Debug, Clone, Copy, Default, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct NoCall {
    call_id: (),
}

#[derive(Debug, Clone, Copy, Serialize)]
#[serde(rename_all = "camelCase")]
struct SnapshotParty<'a> {
    user_id: Id<UserId>,
    name: &'a str,
    role: &'static str,
}

/// `call`: how a call stands, as one device of one of the two sees it.
#[derive(Debug, Clone, Copy, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct CallSnapshot<'a> {
    call_id: Id<CallId>,
    version: u64,
    state: &'static str,
    direction: &'static str,
    here: bool,
    parties: [SnapshotParty<'a>; 2],
    call_type: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    peer_call_type: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    expires_in_ms: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    accepted_at: Option<Iso>,
    legacy: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    outcome: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    duration_ms: Option<u64>,
}

impl<'a> CallSnapshot<'a> {
    /// Of `record`, for a device of `viewer`: whether the call is `here`, the other is `legacy`, its phase `expires_in`.
    pub fn new(record: &'a CallRecord, viewer: UserId, here: bool, legacy: bool, expires_in: Option<Duration>) -> Self {
        let (state, accepted_at, ended) = match record.phase {
            CallPhase::Ringing { .. } => ("ringing", None, None),
            CallPhase::Connecting { accepted_at, .. } => ("connecting", Some(accepted_at), None),
            CallPhase::Connected { accepted_at } => ("connected", Some(accepted_at), None),
            CallPhase::Ended { accepted_at, at, outcome } => ("ended", accepted_at, Some((at, outcome))),
        };
        let party = |party: &'a domain::Party, role| SnapshotParty { user_id: Id(party.user), name: &party.name, role };
        let millis = |duration: Duration| u64::try_from(duration.as_millis()).unwrap_or(u64::MAX);
        let duration = |at: Timestamp| accepted_at.map_or(0, |accepted_at| millis(at.since(accepted_at)));
        Self {
            call_id: Id(record.id),
            version: record.version,
            state,
            direction: if record.caller.user == viewer { "outgoing" } else { "incoming" },
            here,
            parties: [party(&record.caller, "caller"), party(&record.callee, "callee")],
            call_type: call_kind_text(record.kind),
            peer_call_type: record.callee_kind.map(call_kind_text),
            expires_in_ms: expires_in.map(millis),
            accepted_at: accepted_at.map(Iso),
            legacy,
            outcome: ended.map(|(_, outcome): (_, CallOutcome)| outcome_text(outcome)),
            duration_ms: ended.map(|(at, _)| duration(at)),
        }
    }
}

/// `user-status-changed` of the old dialect.
#[derive(Debug, Clone, Copy, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct StatusChanged<'a> {
    user_id: Id<UserId>,
    user_name: &'a str,
    status: &'a str,
    last_seen: Iso,
}

impl<'a> StatusChanged<'a> {
    /// Who is how, since when.
    pub const fn new(user: UserId, name: &'a str, status: &'a str, last_seen: Timestamp) -> Self {
        Self { user_id: Id(user), user_name: name, status, last_seen: Iso(last_seen) }
    }
}

/// An entry of `online-users-list`.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct OnlineUser {
    user_id: Id<UserId>,
    user_name: String,
    connected_at: Iso,
    status: String,
}

impl OnlineUser {
    /// Who is there since when, and how.
    pub const fn new(user: UserId, name: String, connected_at: Timestamp, status: String) -> Self {
        Self { user_id: Id(user), user_name: name, connected_at: Iso(connected_at), status }
    }
}

/// `GET /api/online-users`.
#[derive(Debug, Clone, Serialize)]
pub struct OnlineUsers {
    success: bool,
    count: usize,
    users: Vec<OnlineUser>,
}

impl From<Vec<OnlineUser>> for OnlineUsers {
    fn from(users: Vec<OnlineUser>) -> Self {
        Self { success: true, count: users.len(), users }
    }
}

/// `user-disconnected` of the old dialect.
#[derive(Debug, Clone, Copy, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct UserDisconnected<'a> {
    user_id: Id<UserId>,
    user_name: &'a str,
}

impl<'a> UserDisconnected<'a> {
    /// Who.
    pub const fn new(user: UserId, name: &'a str) -> Self {
        Self { user_id: Id(user), user_name: name }
    }
}
