use domain::{CallId, UserId};
use fuzz::Fuzz;
use serde_json::json;
use serde_json::value::RawValue;
use wire::call::{Answer, CallRequest, CallResponse, Candidate, EndCall, MoveCall, Offer, StatusUpdate};
use wire::error::{Code, ErrorBody};

use super::fixtures::{events, text};

const WORDS: &[&str] = &[
    "\"targetUserId\"",
    "\"responderId\"",
    "\"callerId\"",
    "\"senderId\"",
    "\"callId\"",
    "\"callType\"",
    "\"video\"",
    "\"audio\"",
    "\"roomId\"",
    "\"accepted\"",
    "\"reason\"",
    "\"offer\"",
    "\"answer\"",
    "\"candidate\"",
    "\"sdp\"",
    "\"type\"",
    "\"usernameFragment\"",
    "\"status\"",
    "\"0123456789abcdef01234567\"",
    "m=video 9 x 96\\r\\n",
    "a=ice-ufrag:",
    "a=recvonly\\r\\n",
    "\\u000d\\u000a",
    " ufrag ",
];

const MAX_SDP: usize = 64 * 1024;

fn outcome<T>(result: Result<T, ErrorBody>) -> Result<(), (Code, String)> {
    result.map(|_| ()).map_err(|error| (error.code, error.error))
}

/// What was understood, said again, is understood alike.
fn again<T: PartialEq + std::fmt::Debug>(
    parsed: &Result<T, ErrorBody>,
    say: impl FnOnce(&T) -> String,
    parse: impl FnOnce(&str) -> Result<T, ErrorBody>,
) {
    if let Ok(parsed) = parsed {
        let said = format!("[\"x\",{}]", say(parsed));
        assert_eq!(parse(&said).as_ref().ok(), Some(parsed), "{said}");
    }
}

fn id(id: Option<UserId>) -> Option<String> {
    id.map(|id| id.to_string())
}

fn described(claimed: Option<UserId>, target: UserId, call: Option<CallId>, field: &str, json: &str) -> String {
    serde_json::from_str::<&RawValue>(json).expect("what is passed on is JSON");
    let call = call.map(|call| call.to_string());
    let rest = json!({ "senderId": id(claimed), "targetUserId": target.to_string(), "callId": call }).to_string();
    format!("{},\"{field}\":{json}}}", rest.trim_end_matches('}'))
}

#[test]
fn requests_and_responses() {
    let examples = events(&[
        "webrtc-call-re",
        "old-webrtc-call-re",
        "webrtc-end-call",
        "old-webrtc-end-call",
        "old-user-status-update",
    ]);
    let nothing = ["[\"webrtc-end-call\"]", "[\"webrtc-end-call\",null]"].map(str::to_owned);
    Fuzz::new("call events", examples.into_iter().chain(nothing)).words(WORDS).run(|input| {
        let packet = text(input)?;
        let request = CallRequest::parse(packet);
        if let Ok(request) = &request {
            assert!(request.room.as_ref().is_none_or(|room| (1..=128).contains(&room.len())));
        }
        again(
            &request,
            |request| {
                let kind = format!("{:?}", request.kind).to_lowercase();
                json!({ "callerId": id(request.claimed), "targetUserId": request.target.to_string(), "callType": kind, "roomId": request.room })
                    .to_string()
            },
            CallRequest::parse,
        );
        let response = CallResponse::parse(packet);
        if let Ok(response) = &response {
            assert!(response.reason.as_ref().is_none_or(|reason| (1..=200).contains(&reason.len())));
        }
        again(
            &response,
            |response| {
                let kind = response.kind.map(|kind| format!("{kind:?}").to_lowercase());
                let call = response.call.map(|call| call.to_string());
                json!({ "responderId": id(response.claimed), "callId": call, "callerId": id(response.caller),
                    "accepted": response.accepted, "reason": response.reason, "callType": kind })
                .to_string()
            },
            CallResponse::parse,
        );
        let end = EndCall::parse(packet);
        again(
            &end,
            |end| {
                let call = end.call.map(|call| call.to_string());
                json!({ "senderId": id(end.claimed), "targetUserId": id(end.target), "callId": call, "reason": end.reason }).to_string()
            },
            EndCall::parse,
        );
        let moved = MoveCall::parse(packet);
        again(
            &moved,
            |moved| json!({ "senderId": id(moved.claimed), "callId": moved.call.to_string() }).to_string(),
            MoveCall::parse,
        );
        let status = StatusUpdate::parse(packet);
        again(&status, |status| json!({ "status": status.status }).to_string(), StatusUpdate::parse);
        Some([outcome(request), outcome(response), outcome(end), outcome(moved), outcome(status)])
    });
}

#[test]
fn descriptions() {
    let examples = events(&["webrtc-offer", "old-webrtc-offer", "webrtc-answer", "old-webrtc-answer"]);
    Fuzz::new("descriptions", examples).words(WORDS).run(|input| {
        let packet = text(input)?;
        let offer = Offer::parse(packet);
        if let Ok(offer) = &offer {
            assert!(offer.json.len() <= 2 * MAX_SDP + 1024);
            assert!(offer.ufrag.as_ref().is_none_or(|ufrag| !ufrag.contains(['\r', '\n'])));
        }
        again(&offer, |offer| described(offer.claimed, offer.target, offer.call, "offer", &offer.json), Offer::parse);
        let answer = Answer::parse(packet);
        again(
            &answer,
            |answer| described(answer.claimed, answer.target, answer.call, "answer", &answer.json),
            Answer::parse,
        );
        let seen = offer.as_ref().ok().map(|offer| (format!("{:?}", offer.kind), offer.ufrag.is_some()));
        Some((outcome(offer), outcome(answer), seen))
    });
}

#[test]
fn candidates() {
    let examples = events(&["webrtc-ice-candidate", "old-webrtc-ice-candidate"]);
    Fuzz::new("candidates", examples).words(WORDS).run(|input| {
        let packet = text(input)?;
        let candidate = Candidate::parse(packet);
        if let Ok(candidate) = &candidate {
            assert!(candidate.json.len() <= 4 * 1024);
            assert!(candidate.ufrag.as_ref().is_none_or(|ufrag| !ufrag.is_empty()));
        }
        again(&candidate, |of| described(of.claimed, of.target, of.call, "candidate", &of.json), Candidate::parse);
        let has = candidate.as_ref().ok().map(|candidate| candidate.ufrag.is_some());
        Some((outcome(candidate), has))
    });
}
