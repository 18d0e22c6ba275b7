use std::str::FromStr;

use domain::{CallId, CallKind, UserId};
use serde::de::{Deserialize, Deserializer, Error as _};
use serde_json::value::RawValue;

use super::sdp;
use crate::error::{Code, ErrorBody};
use crate::packet::{self, Id};

/// The longest SDP, in bytes.
const MAX_SDP: usize = 64 * 1024;
/// The same as JSON, with what escaping adds.
const MAX_DESCRIPTION: usize = 2 * MAX_SDP + 1024;
const MAX_CANDIDATE: usize = 4 * 1024;
const MAX_REASON: usize = 200;
const MAX_ROOM: usize = 128;
const MAX_STATUS: usize = 32;

/// `webrtc-call-request`: `{ responderId | targetUserId, callType, roomId? }`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CallRequest {
    /// Who the client says it is.
    pub claimed: Option<UserId>,
    /// Whom to call.
    pub target: UserId,
    /// Video where the client does not say.
    pub kind: CallKind,
    /// As the client names it.
    pub room: Option<String>,
}

/// `webrtc-call-response`: `{ callerId, accepted, reason?, callId?, callType? }`.
#[derive(Debug, Clone, PartialEq, Eq)]
#[allow(missing_docs)]
pub struct CallResponse {
    pub claimed: Option<UserId>,
    pub call: Option<CallId>,
    pub caller: Option<UserId>,
    pub accepted: bool,
    pub reason: Option<String>,
    /// What an accepting client of ours sends.
    pub kind: Option<CallKind>,
}

/// `webrtc-offer`: `{ offer, targetUserId, callId? }`.
#[derive(Debug, Clone, PartialEq, Eq)]
#[allow(missing_docs)]
pub struct Offer {
    pub claimed: Option<UserId>,
    pub target: UserId,
    pub call: Option<CallId>,
    /// Whether it sends video.
    pub kind: CallKind,
    /// As it came.
    pub json: String,
    pub ufrag: Option<String>,
}

/// `webrtc-answer`: `{ answer, targetUserId, callId? }`.
#[derive(Debug, Clone, PartialEq, Eq)]
#[allow(missing_docs)]
pub struct Answer {
    pub claimed: Option<UserId>,
    pub target: UserId,
    pub call: Option<CallId>,
    /// As it came.
    pub json: String,
    pub ufrag: Option<String>,
}

/// `webrtc-ice-candidate`: `{ candidate, targetUserId, callId? }`. `null` and an empty line say that there are no more.
#[derive(Debug, Clone, PartialEq, Eq)]
#[allow(missing_docs)]
pub struct Candidate {
    pub claimed: Option<UserId>,
    pub target: UserId,
    pub call: Option<CallId>,
    /// As it came.
    pub json: String,
    pub ufrag: Option<String>,
}

/// `webrtc-call-move`: `{ callId }`. The user goes on with the device that says so.
#[derive(Debug, Clone, PartialEq, Eq)]
#[allow(missing_docs)]
pub struct MoveCall {
    pub claimed: Option<UserId>,
    pub call: CallId,
}

/// `webrtc-end-call`: `{ targetUserId?, callId?, reason? }`, or nothing at all.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
#[allow(missing_docs)]
pub struct EndCall {
    pub claimed: Option<UserId>,
    pub target: Option<UserId>,
    pub call: Option<CallId>,
    pub reason: Option<String>,
}

/// `user-status-update`: `{ status }`.
#[derive(Debug, Clone, PartialEq, Eq)]
#[allow(missing_docs)]
pub struct StatusUpdate {
    pub status: String,
}

/// An id, where a client may say `null`, `""` or nothing for none.
#[derive(Debug, Clone, Copy)]
struct Maybe<T>(Option<T>);

impl<T> Default for Maybe<T> {
    fn default() -> Self {
        Self(None)
    }
}

impl<'de, T: FromStr> Deserialize<'de> for Maybe<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let Some(text) = Option::<String>::deserialize(deserializer)? else { return Ok(Self(None)) };
        if text.is_empty() {
            return Ok(Self(None));
        }
        text.parse().map(|id| Self(Some(id))).map_err(|_| D::Error::custom("not an id"))
    }
}

#[derive(Debug, Clone, Copy, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
enum Kind {
    Video,
    Audio,
}

impl From<Kind> for CallKind {
    fn from(kind: Kind) -> Self {
        match kind {
            Kind::Video => Self::Video,
            Kind::Audio => Self::Audio,
        }
    }
}

impl CallRequest {
    /// From an event as it came in.
    pub fn parse(packet: &str) -> Result<Self, ErrorBody> {
        #[derive(serde::Deserialize)]
        #[serde(rename_all = "camelCase")]
        struct Shape {
            #[serde(default)]
            caller_id: Maybe<UserId>,
            #[serde(default)]
            sender_id: Maybe<UserId>,
            #[serde(default)]
            responder_id: Maybe<UserId>,
            #[serde(default)]
            target_user_id: Maybe<UserId>,
            call_type: Option<Kind>,
            room_id: Option<String>,
        }
        let shape: Shape = packet::argument(packet)?;
        let target = shape.target_user_id.0.or(shape.responder_id.0).ok_or_else(|| missing("targetUserId"))?;
        let room = shape.room_id.filter(|room| !room.is_empty());
        if room.as_ref().is_some_and(|room| room.len() > MAX_ROOM) {
            return Err(too_large("roomId", MAX_ROOM));
        }
        let kind = shape.call_type.map_or(CallKind::Video, Into::into);
        Ok(Self { claimed: shape.caller_id.0.or(shape.sender_id.0), target, kind, room })
    }
}

impl CallResponse {
    /// From an event as it came in.
    pub fn parse(packet: &str) -> Result<Self, ErrorBody> {
        #[derive(serde::Deserialize)]
        #[serde(rename_all = "camelCase")]
        struct Shape {
            #[serde(default)]
            responder_id: Maybe<UserId>,
            #[serde(default)]
            call_id: Maybe<CallId>,
            #[serde(default)]
            caller_id: Maybe<UserId>,
            accepted: bool,
            reason: Option<String>,
            call_type: Option<Kind>,
        }
        let shape: Shape = packet::argument(packet)?;
        Ok(Self {
            claimed: shape.responder_id.0,
            call: shape.call_id.0,
            caller: shape.caller_id.0,
            accepted: shape.accepted,
            reason: reason(shape.reason),
            kind: shape.call_type.map(Into::into),
        })
    }
}

/// A description, `{ type, sdp }`, of which only the size and what routing needs is looked at.
struct Description {
    json: String,
    sdp: String,
}

fn description(raw: &RawValue, kind: &str) -> Result<Description, ErrorBody> {
    #[derive(serde::Deserialize)]
    struct Shape {
        r#type: Option<String>,
        sdp: String,
    }
    let json = raw.get();
    if json.len() > MAX_DESCRIPTION {
        return Err(too_large(kind, MAX_SDP));
    }
    let not_one = || ErrorBody::saying(Code::BadRequest, format!("The field {kind} is not a session description."));
    let shape: Shape = serde_json::from_str(json).map_err(|_| not_one())?;
    if shape.sdp.len() > MAX_SDP {
        return Err(too_large(kind, MAX_SDP));
    }
    if shape.r#type.is_some_and(|text| text != kind) {
        return Err(not_one());
    }
    Ok(Description { json: json.to_owned(), sdp: shape.sdp })
}

impl Offer {
    /// From an event as it came in.
    pub fn parse(packet: &str) -> Result<Self, ErrorBody> {
        #[derive(serde::Deserialize)]
        #[serde(rename_all = "camelCase")]
        struct Shape {
            #[serde(default)]
            sender_id: Maybe<UserId>,
            target_user_id: Id<UserId>,
            #[serde(default)]
            call_id: Maybe<CallId>,
            offer: Box<RawValue>,
        }
        let shape: Shape = packet::argument(packet)?;
        let Description { json, sdp } = description(&shape.offer, "offer")?;
        Ok(Self {
            claimed: shape.sender_id.0,
            target: shape.target_user_id.0,
            call: shape.call_id.0,
            kind: sdp::kind_of_description(&sdp),
            ufrag: sdp::ufrag_of_description(&sdp),
            json,
        })
    }
}

impl Answer {
    /// From an event as it came in.
    pub fn parse(packet: &str) -> Result<Self, ErrorBody> {
        #[derive(serde::Deserialize)]
        #[serde(rename_all = "camelCase")]
        struct Shape {
            #[serde(default)]
            sender_id: Maybe<UserId>,
            target_user_id: Id<UserId>,
            #[serde(default)]
            call_id: Maybe<CallId>,
            answer: Box<RawValue>,
        }
        let shape: Shape = packet::argument(packet)?;
        let Description { json, sdp } = description(&shape.answer, "answer")?;
        let ufrag = sdp::ufrag_of_description(&sdp);
        Ok(Self { claimed: shape.sender_id.0, target: shape.target_user_id.0, call: shape.call_id.0, json, ufrag })
    }
}

impl Candidate {
    /// From an event as it came in.
    pub fn parse(packet: &str) -> Result<Self, ErrorBody> {
        #[derive(serde::Deserialize)]
        #[serde(rename_all = "camelCase")]
        struct Shape {
            #[serde(default)]
            sender_id: Maybe<UserId>,
            target_user_id: Id<UserId>,
            #[serde(default)]
            call_id: Maybe<CallId>,
            candidate: Box<RawValue>,
        }
        #[derive(Default, serde::Deserialize)]
        #[serde(rename_all = "camelCase")]
        struct Line {
            candidate: Option<String>,
            username_fragment: Option<String>,
        }
        let shape: Shape = packet::argument(packet)?;
        let json = shape.candidate.get();
        if json.len() > MAX_CANDIDATE {
            return Err(too_large("candidate", MAX_CANDIDATE));
        }
        let line: Option<Line> = serde_json::from_str(json)
            .map_err(|_| ErrorBody::saying(Code::BadRequest, "The field candidate is not an ICE candidate."))?;
        let line = line.unwrap_or_default();
        let ufrag = line.username_fragment.filter(|fragment| !fragment.is_empty());
        let ufrag = ufrag.or_else(|| sdp::ufrag_of_candidate(&line.candidate.unwrap_or_default()));
        Ok(Self {
            claimed: shape.sender_id.0,
            target: shape.target_user_id.0,
            call: shape.call_id.0,
            json: json.to_owned(),
            ufrag,
        })
    }
}

impl MoveCall {
    /// From an event as it came in.
    pub fn parse(packet: &str) -> Result<Self, ErrorBody> {
        #[derive(serde::Deserialize)]
        #[serde(rename_all = "camelCase")]
        struct Shape {
            #[serde(default)]
            sender_id: Maybe<UserId>,
            call_id: Id<CallId>,
        }
        let shape: Shape = packet::argument(packet)?;
        Ok(Self { claimed: shape.sender_id.0, call: shape.call_id.0 })
    }
}

impl EndCall {
    /// From an event as it came in.
    pub fn parse(packet: &str) -> Result<Self, ErrorBody> {
        #[derive(serde::Deserialize)]
        #[serde(rename_all = "camelCase")]
        struct Shape {
            #[serde(default)]
            sender_id: Maybe<UserId>,
            #[serde(default)]
            target_user_id: Maybe<UserId>,
            #[serde(default)]
            call_id: Maybe<CallId>,
            reason: Option<String>,
        }
        if !packet::has_argument(packet) {
            return Ok(Self::default());
        }
        let Some(shape) = packet::argument::<Option<Shape>>(packet)? else { return Ok(Self::default()) };
        Ok(Self {
            claimed: shape.sender_id.0,
            target: shape.target_user_id.0,
            call: shape.call_id.0,
            reason: reason(shape.reason),
        })
    }
}

impl StatusUpdate {
    /// From an event as it came in.
    pub fn parse(packet: &str) -> Result<Self, ErrorBody> {
        #[derive(serde::Deserialize)]
        struct Shape {
            status: String,
        }
        let Shape { status } = packet::argument(packet)?;
        if status.len() > MAX_STATUS {
            return Err(too_large("status", MAX_STATUS));
        }
        Ok(Self { status })
    }
}

/// A reason is cut, not refused: whoever hangs up is to have hung up.
fn reason(text: Option<String>) -> Option<String> {
    let mut text = text.filter(|text| !text.is_empty())?;
    text.truncate(text.floor_char_boundary(MAX_REASON));
    Some(text)
}

fn missing(field: &str) -> ErrorBody {
    ErrorBody::saying(Code::BadRequest, format!("The field {field} is missing."))
}

fn too_large(field: &str, most: usize) -> ErrorBody {
    ErrorBody::saying(Code::TooLarge, format!("The field {field} is longer than {most} bytes."))
}

#[cfg(test)]
mod tests;
