//! What is read back from a column and is nearly what was written. It is not from strangers, but a disk or another program
//! may have been at it, and the server is to say so rather than to fall.

use domain::{EntryId, UploadId};
use fuzz::Fuzz;

use super::*;

const ID: &str = "0123456789abcdef01234567";

#[test]
fn columns() {
    let examples = [
        r#"1{"text":"for Monday","id":"p1","name":"Iron","total_calories":"1800","preferences":"{}","meals":"[]"}"#,
        r#"2{"call":"0123456789abcdef01234567","kind":"video","outcome":"completed","duration_ms":61000}"#,
        r#"6{"text":"","kind":0,"upload":"0123456789abcdef01234567","name":"a.png","size":7,"media_type":"image/png","width":1,"height":1,"duration_ms":1500,"waveform":[0,100],"has_thumbnail":true}"#,
        "0hello",
        "3another text",
        "4",
        "5❤️",
        r#"7{"count":2,"last_seq":9,"text":"b","edited_at":1,"deleted_at":2,"reactions":[["0123456789abcdef01234567","x"]]}"#,
        r#"8{"id":"0123456789abcdef01234567","version":3,"kind":"video","callee_kind":"audio","room":"r","caller":{"user":"0123456789abcdef01234567","name":"Ann","seat":{"device":"d"}},"callee":{"user":"0123456789abcdef01234568","name":"Ben","seat":"legacy","lost_until":5},"created_at":1,"phase":{"ringing":{"until":5}}}"#,
        r#"8{"id":"0123456789abcdef01234567","version":3,"patient":"0123456789abcdef01234567","dietician":"0123456789abcdef01234568","kind":"video","starts_at":1,"date":"2026-11-30","time":"9:00","notes":"n","room":"0123456789abcdef01234567","stamps":[["scheduled",1,"0123456789abcdef01234567"]]}"#,
        r#"8{"id":"0123456789abcdef01234567","version":3,"room":"0123456789abcdef01234567","session":1,"owner":"0123456789abcdef01234567","title":"t","appointment":"0123456789abcdef01234567","opened_at":1,"ended_at":2,"locked":true,"members":[{"id":"0123456789abcdef01234567","user":"0123456789abcdef01234567","name":"Ann","role":"co_host","state":"waiting","arrived_at":1,"test":{"connection":"weak","microphone":"none","camera":"ok","rtt_ms":1}}],"links":[{"id":"0123456789abcdef01234567","role":"observer","expires_at":9,"used_by":"0123456789abcdef01234567"}],"heard":["EV"]}"#,
    ];
    let words = [
        "\"kind\"",
        "\"missed\"",
        "\"audio\"",
        "\"upload\"",
        "\"connected\"",
        "\"accepted_at\"",
        "\"until\"",
        "\"waveform\"",
    ];
    let upload: UploadId = ID.parse().expect("an id");
    let target = Some(Target { seq: 3, id: EntryId(upload.0) });
    Fuzz::new("columns", examples).words(&words).run(|input| {
        let text = std::str::from_utf8(input).ok()?;
        let kind = text.bytes().next()?.wrapping_sub(b'0');
        let rest = text.get(1..)?;
        let changes = changes_from_text(rest).ok();
        if let Some(changes) = &changes {
            assert_eq!(changes_from_text(&changes_to_text(changes)).ok().as_ref(), Some(changes));
        }
        let call = call_from_text(rest).ok();
        if let Some(call) = &call {
            assert_eq!(call_from_text(&call_to_text(call)).ok().as_ref(), Some(call));
        }
        let appointment = appointment_from_text(rest).ok();
        if let Some(appointment) = &appointment {
            assert_eq!(appointment_from_text(&appointment_to_text(appointment)).ok().as_ref(), Some(appointment));
        }
        let consultation = consultation_from_text(rest).ok();
        if let Some(consultation) = &consultation {
            assert_eq!(consultation_from_text(&consultation_to_text(consultation)).ok().as_ref(), Some(consultation));
        }
        let facts = facts_from_text(upload, rest).ok();
        if let Some(facts) = &facts {
            assert_eq!(facts_from_text(upload, &facts_to_text(facts)).ok().as_ref(), Some(facts));
        }
        let body = body_from_parts(kind, rest.to_owned(), target).ok();
        if let Some(body) = &body {
            let (kind, text) = body_to_parts(body);
            assert_eq!(body_from_parts(kind, text, target).ok().as_ref(), Some(body));
        }
        let dated = (appointment.map(|it| it.status()), consultation.map(|it| (it.locked, it.ended_at.is_some())));
        Some((kind, body.is_some(), changes.is_some(), call.map(|call| call.has_ended()), facts.is_some(), dated))
    });
}
