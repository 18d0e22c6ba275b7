//! What is said about calls, as examples. Where an event goes both ways under one name, `-sent` is what clients send.

use std::time::Duration;

use domain::{CallId, CallKind, CallOutcome, CallPhase, CallRecord, Party, Seat, Timestamp, UserId};
use serde_json::value::RawValue;

use super::*;
use crate::entry::Dialect;
use crate::error::{Code, ErrorBody};
use crate::fixture::{event, id, says};

const AT: Timestamp = Timestamp(1_763_997_136_042);
const OFFER: &str = include_str!("../../../../fixtures/wire/parts/offer.json");
const ANSWER: &str = include_str!("../../../../fixtures/wire/parts/answer.json");
const CANDIDATE: &str = include_str!("../../../../fixtures/wire/parts/candidate.json");

fn maya() -> UserId {
    id('d')
}

fn tom() -> UserId {
    id('a')
}

/// Maya, a dietician, calls Tom, a patient.
fn record(version: u64, phase: CallPhase) -> CallRecord {
    let accepted = !matches!(phase, CallPhase::Ringing { .. });
    let device = |name: &str| Some(Seat::Device(name.parse().unwrap()));
    let party = |user, name: &str, seat| Party { user, name: name.into(), seat, lost_until: None };
    CallRecord {
        id: id('e'),
        version,
        kind: CallKind::Video,
        callee_kind: accepted.then_some(CallKind::Audio),
        room: None,
        caller: party(maya(), "Maya Lindqvist", device("m1")),
        callee: party(tom(), "Tom Abara", accepted.then(|| device("t1")).flatten()),
        created_at: AT,
        phase,
    }
}

fn about(dialect: Dialect, legacy: bool) -> About {
    About { call: id('e'), version: 2, legacy, dialect }
}

#[test]
fn snapshots() {
    let ring = Duration::from_secs(45);
    let ringing = record(1, CallPhase::Ringing { until: AT + ring });
    says("call-snapshot-ringing", &CallSnapshot::new(&ringing, tom(), false, false, Some(ring)));
    says("call-snapshot-ringing-outgoing", &CallSnapshot::new(&ringing, maya(), true, false, Some(ring)));
    let accepted_at = AT + Duration::from_secs(6);
    let until = accepted_at + Duration::from_secs(60);
    let connecting = record(2, CallPhase::Connecting { accepted_at, until });
    let left = Some(Duration::from_secs(60));
    says("call-snapshot-connecting", &CallSnapshot::new(&connecting, maya(), true, true, left));
    says("call-snapshot-elsewhere", &CallSnapshot::new(&connecting, tom(), false, false, left));
    let connected = record(3, CallPhase::Connected { accepted_at });
    says("call-snapshot-connected", &CallSnapshot::new(&connected, tom(), true, false, None));
    let at = accepted_at + Duration::from_secs(187);
    let phase = CallPhase::Ended { accepted_at: Some(accepted_at), at, outcome: CallOutcome::Completed };
    says("call-snapshot-ended", &CallSnapshot::new(&record(4, phase), tom(), true, false, None));
    let phase = CallPhase::Ended { accepted_at: None, at: AT + ring, outcome: CallOutcome::Missed };
    says("call-snapshot-missed", &CallSnapshot::new(&record(2, phase), tom(), false, false, None));
    says("call-snapshot-none", &NoCall::default());
}

#[test]
fn what_clients_get() {
    let (maya, tom) = ((maya(), "Maya Lindqvist"), (tom(), "Tom Abara"));
    let raw = |json: &str| RawValue::from_string(json.trim_end().to_owned()).unwrap();
    let (offer, answer, candidate) = (raw(OFFER), raw(ANSWER), raw(CANDIDATE));
    for (prefix, dialect, legacy) in [("", Dialect::Ours, false), ("old-", Dialect::Old, false)] {
        let about = about(dialect, legacy);
        let name = |event: &str| format!("{prefix}{event}");
        let (kind, until) = (CallKind::Video, AT + Duration::from_secs(45));
        says(&name("webrtc-call-request"), &Ring::new(about, maya, kind, Some("room-7"), until));
        says(&name("webrtc-call-response"), &Response::new(about, true, tom, None));
        says(&name("webrtc-call-response-declined"), &Response::new(about, false, tom, Some("declined")));
        says(&name("webrtc-offer"), &Relayed::new(about, maya, RelayedKind::Offer, &offer));
        says(&name("webrtc-answer"), &Relayed::new(about, tom, RelayedKind::Answer, &answer));
        says(&name("webrtc-ice-candidate"), &Relayed::new(about, maya, RelayedKind::Candidate, &candidate));
        says(&name("webrtc-end-call"), &Ended::new(about, maya, Some("hung-up")));
    }
    // From someone with an old client, to one of ours.
    let about = about(Dialect::Ours, true);
    says("webrtc-offer-legacy", &Relayed::new(about, maya, RelayedKind::Offer, &offer));

    says("webrtc-call-placed", &Placed::new(id('e')));
    let busy = CallFailed::new(ErrorBody::new(Code::CallBusy), Some(tom.0), Some(id('e')));
    says("webrtc-call-error", &busy);
    says("old-user-status-changed", &StatusChanged::new(tom.0, tom.1, "away", AT));
    says("old-online-users-list", &[OnlineUser::new(tom.0, tom.1.into(), AT, "online".into())]);
    says("online-users", &OnlineUsers::from(vec![OnlineUser::new(tom.0, tom.1.into(), AT, "online".into())]));
    says("old-user-disconnected", &UserDisconnected::new(tom.0, tom.1));
}

#[test]
fn what_clients_send() {
    let call: Option<CallId> = Some(id('e'));
    let request = CallRequest::parse(&event("webrtc-call-request-sent")).unwrap();
    assert_eq!(request, CallRequest { claimed: None, target: tom(), kind: CallKind::Video, room: None });
    let request = CallRequest::parse(&event("old-webrtc-call-request-sent")).unwrap();
    let room = Some("room-7".to_owned());
    assert_eq!(request, CallRequest { claimed: None, target: tom(), kind: CallKind::Audio, room });

    let response = CallResponse::parse(&event("webrtc-call-response-sent")).unwrap();
    let expected = CallResponse {
        claimed: None,
        call,
        caller: Some(maya()),
        accepted: true,
        reason: None,
        kind: Some(CallKind::Audio),
    };
    assert_eq!(response, expected);
    let response = CallResponse::parse(&event("old-webrtc-call-response-sent")).unwrap();
    let reason = Some("timeout".to_owned());
    assert_eq!(response, CallResponse { call: None, accepted: false, reason, kind: None, ..expected });

    for (name, call) in [("webrtc-offer-sent", call), ("old-webrtc-offer-sent", None)] {
        let offer = Offer::parse(&event(name)).unwrap();
        assert_eq!((offer.target, offer.call, offer.kind), (tom(), call, CallKind::Video), "{name}");
        assert_eq!(offer.ufrag.as_deref(), Some("8hhY"), "{name}");
    }
    for (name, call) in [("webrtc-answer-sent", call), ("old-webrtc-answer-sent", None)] {
        let answer = Answer::parse(&event(name)).unwrap();
        assert_eq!((answer.target, answer.call, answer.ufrag.as_deref()), (maya(), call, Some("9uB6")), "{name}");
    }
    for (name, call) in [("webrtc-ice-candidate-sent", call), ("old-webrtc-ice-candidate-sent", None)] {
        let candidate = Candidate::parse(&event(name)).unwrap();
        assert_eq!(
            (candidate.target, candidate.call, candidate.ufrag.as_deref()),
            (tom(), call, Some("8hhY")),
            "{name}"
        );
    }
    let moved = MoveCall::parse(&event("webrtc-call-move-sent")).unwrap();
    assert_eq!(moved, MoveCall { claimed: None, call: id('e') });
    let end = EndCall::parse(&event("webrtc-end-call-sent")).unwrap();
    assert_eq!(end, EndCall { claimed: None, target: Some(tom()), call, reason: Some("hung-up".into()) });
    let end = EndCall::parse(&event("old-webrtc-end-call-sent")).unwrap();
    assert_eq!(end, EndCall { target: Some(tom()), ..EndCall::default() });
    assert_eq!(StatusUpdate::parse(&event("old-user-status-update")).unwrap().status, "away");
}
