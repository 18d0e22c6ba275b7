use serde_json::{Value, json};

use super::*;

const OTHER: &str = "0123456789abcdef01234567";

fn packet(payload: &Value) -> String {
    json!(["event", payload]).to_string()
}

fn code<T: std::fmt::Debug>(result: Result<T, ErrorBody>) -> Code {
    result.unwrap_err().code
}

#[test]
fn a_request_names_its_target_by_either_name() {
    for field in ["responderId", "targetUserId"] {
        let request = CallRequest::parse(&packet(&json!({ field: OTHER, "callType": "audio" }))).unwrap();
        assert_eq!((request.target.to_string().as_str(), request.kind), (OTHER, CallKind::Audio));
    }
    let request = CallRequest::parse(&packet(&json!({ "targetUserId": OTHER, "callerId": OTHER }))).unwrap();
    assert_eq!((request.kind, request.claimed), (CallKind::Video, OTHER.parse().ok()));
}

#[test]
fn requests_that_do_not_fit() {
    for (payload, expected) in [
        (json!({}), Code::BadRequest),
        (json!(null), Code::BadRequest),
        (json!("video"), Code::BadRequest),
        (json!([]), Code::BadRequest),
        (json!({ "targetUserId": "" }), Code::BadRequest),
        (json!({ "targetUserId": 7 }), Code::BadRequest),
        (json!({ "targetUserId": OTHER, "callType": "hologram" }), Code::BadRequest),
        (json!({ "targetUserId": OTHER, "roomId": "r".repeat(129) }), Code::TooLarge),
    ] {
        assert_eq!(code(CallRequest::parse(&packet(&payload))), expected, "{payload}");
    }
    assert!(CallRequest::parse(&packet(&json!({ "targetUserId": OTHER, "roomId": "r".repeat(128) }))).is_ok());
}

#[test]
fn a_response_says_yes_or_no() {
    let response = CallResponse::parse(&packet(&json!({ "callerId": OTHER, "accepted": true }))).unwrap();
    assert!(response.accepted && response.call.is_none() && response.kind.is_none());
    for payload in
        [json!({ "callerId": OTHER }), json!({ "accepted": "yes" }), json!({ "accepted": true, "callId": 1 })]
    {
        assert_eq!(code(CallResponse::parse(&packet(&payload))), Code::BadRequest, "{payload}");
    }
}

#[test]
fn descriptions_are_bounded() {
    let offer = |sdp: String| {
        Offer::parse(&packet(&json!({ "targetUserId": OTHER, "offer": { "type": "offer", "sdp": sdp } })))
    };
    // Escaped it is longer than its bound.
    let longest = "\r\n".repeat(MAX_SDP / 2);
    assert!(offer(longest.clone()).is_ok());
    assert_eq!(code(offer(longest + "x")), Code::TooLarge);
    assert_eq!(code(offer("\u{1}".repeat(MAX_SDP))), Code::TooLarge);
    for odd in [json!(null), json!("v=0"), json!({}), json!({ "sdp": 1 }), json!({ "type": "answer", "sdp": "v=0" })] {
        let payload = json!({ "targetUserId": OTHER, "offer": odd });
        assert_eq!(code(Offer::parse(&packet(&payload))), Code::BadRequest, "{payload}");
    }
    assert_eq!(code(Offer::parse(&packet(&json!({ "targetUserId": OTHER })))), Code::BadRequest);
    let payload = json!({ "targetUserId": OTHER, "answer": { "type": "offer", "sdp": "v=0" } });
    assert_eq!(code(Answer::parse(&packet(&payload))), Code::BadRequest);
}

#[test]
fn candidates_and_their_end() {
    let candidate = |value: Value| Candidate::parse(&packet(&json!({ "targetUserId": OTHER, "candidate": value })));
    for end in [
        json!(null),
        json!({ "candidate": "" }),
        json!({ "candidate": "", "sdpMid": "0" }),
        json!({ "candidate": "", "restart": true }),
    ] {
        assert_eq!(candidate(end.clone()).unwrap().json, end.to_string());
    }
    let line = "candidate:1 1 udp 1 192.0.2.1 5 typ host ufrag line";
    let both = candidate(json!({ "candidate": line, "usernameFragment": "field" })).unwrap();
    assert_eq!(both.ufrag.as_deref(), Some("field"));
    assert_eq!(candidate(json!({ "candidate": line })).unwrap().ufrag.as_deref(), Some("line"));
    assert_eq!(
        candidate(json!({ "candidate": line, "usernameFragment": null })).unwrap().ufrag.as_deref(),
        Some("line")
    );
    assert_eq!(code(candidate(json!({ "candidate": "x".repeat(MAX_CANDIDATE) }))), Code::TooLarge);
    for odd in [json!(7), json!("candidate:1"), json!({ "candidate": {} })] {
        assert_eq!(code(candidate(odd.clone())), Code::BadRequest, "{odd}");
    }
    assert_eq!(code(Candidate::parse(&packet(&json!({ "targetUserId": OTHER })))), Code::BadRequest);
}

#[test]
fn whoever_hangs_up_need_not_say_on_whom() {
    for text in [
        r#"["webrtc-end-call"]"#.to_owned(),
        packet(&json!(null)),
        packet(&json!({})),
        packet(&json!({ "targetUserId": null, "callId": "" })),
    ] {
        assert_eq!(EndCall::parse(&text).unwrap(), EndCall::default(), "{text}");
    }
    let end = EndCall::parse(&packet(&json!({ "targetUserId": OTHER, "reason": "ü".repeat(150) }))).unwrap();
    assert_eq!((end.target, end.reason), (OTHER.parse().ok(), Some("ü".repeat(100))));
    for odd in [json!(7), json!("bye"), json!({ "targetUserId": 7 })] {
        assert_eq!(code(EndCall::parse(&packet(&odd))), Code::BadRequest, "{odd}");
    }
}

#[test]
fn a_call_that_moves_is_named() {
    let moved = MoveCall::parse(&packet(&json!({ "callId": OTHER }))).unwrap();
    assert_eq!((moved.claimed, moved.call), (None, OTHER.parse().unwrap()));
    for odd in [json!(null), json!({}), json!({ "callId": "" }), json!({ "callId": 7 }), json!("x")] {
        assert_eq!(code(MoveCall::parse(&packet(&odd))), Code::BadRequest, "{odd}");
    }
}
