use domain::change::{MAX_REACTION, is_emoji};
use domain::{BlobId, Entry, EntryBody, Timestamp};
use fuzz::Fuzz;
use serde_json::value::RawValue;
use std::collections::HashMap;
use wire::chat::{
    ChangeMessage, Delivered, MAX_TEXT, MarkAsRead, SendMessage, Sync, Typing, Verify, client_message_id_of,
};
use wire::entry::{Dialect, WireEntry};
use wire::error::Code;
use wire::file::Addresses;
use wire::packet;

use super::fixtures::{events, text};

const WORDS: &[&str] = &[
    "\"clientMessageId\"",
    "\"receiverId\"",
    "\"senderId\"",
    "\"replyTo\"",
    "\"message\"",
    "\"messageType\"",
    "\"text\"",
    "\"plan\"",
    "\"image\"",
    "\"file\"",
    "\"audio\"",
    "\"call\"",
    "\"planId\"",
    "\"planName\"",
    "\"totalCalories\"",
    "\"preferences\"",
    "\"meals\"",
    "\"filePublicId\"",
    "\"fileUrl\"",
    "\"audioPublicId\"",
    "\"0123456789abcdef01234567\"",
    "\"call:0123456789abcdef01234567\"",
    "/api/uploads/0123456789abcdef01234567?",
    "\"\\u2028\"",
    "\"❤️\"",
    "\"👩‍👩‍👧‍👦\"",
];

#[derive(Debug)]
struct Nowhere;

impl Addresses for Nowhere {
    fn of(&self, id: BlobId) -> String {
        format!("/{}", id.upload)
    }
}

fn entry(body: EntryBody) -> Entry {
    let id = "0123456789abcdef01234567";
    Entry {
        id: id.parse().unwrap(),
        conversation: id.parse().unwrap(),
        seq: 1,
        sender: id.parse().unwrap(),
        receiver: id.parse().unwrap(),
        client_message_id: "k".parse().unwrap(),
        created_at: Timestamp(0),
        body,
        reply_to: None,
        changes: None,
    }
}

/// What a message says, as it is told to others, as an event that would say the same.
fn said_again(entry: &Entry) -> String {
    let told = serde_json::to_string(&WireEntry::fresh(entry, Dialect::Ours, &Nowhere)).expect("JSON");
    let fields: HashMap<&str, &RawValue> = serde_json::from_str(&told).expect("JSON");
    let wanted =
        ["receiverId", "message", "messageType", "planId", "planName", "totalCalories", "preferences", "meals"];
    let fields: Vec<_> = wanted.iter().filter_map(|name| Some(format!("\"{name}\":{}", fields.get(name)?))).collect();
    format!("[\"send-message\",{{{}}}]", fields.join(","))
}

fn is_within(body: &EntryBody) {
    let EntryBody::Plan { plan, text } = body else {
        let EntryBody::Text(text) = body else { panic!("{body:?} was sent") };
        return assert!((1..=MAX_TEXT).contains(&text.len()) && !text.trim().is_empty());
    };
    let most =
        |field: &Option<String>, most| assert!(field.as_ref().is_none_or(|field| field.len() <= most), "{field:?}");
    assert!(text.len() <= MAX_TEXT);
    most(&plan.id, 64);
    most(&plan.name, 200);
    most(&plan.total_calories, 64);
    most(&plan.preferences, 16 * 1024);
    most(&plan.meals, 32 * 1024);
    for json in [&plan.preferences, &plan.meals].into_iter().flatten() {
        serde_json::from_str::<&RawValue>(json).expect("JSON is kept as JSON");
    }
}

#[test]
fn messages() {
    let examples = events(&["send-message", "old-send-message"]);
    Fuzz::new("send-message", examples).words(WORDS).run(|input| {
        let packet = text(input)?;
        let message: SendMessage = match packet::argument(packet) {
            Ok(message) => message,
            Err(error) => return Some((Some(error.code), error.error)),
        };
        let key = message.key();
        if let Ok(Some(key)) = &key {
            assert!((1..=64).contains(&key.as_str().len()) && !key.as_str().starts_with("call:"));
            assert_eq!(client_message_id_of(packet).as_ref(), Some(key), "an answer names it");
        }
        match message.file() {
            Ok(Some(file)) => {
                assert!(file.text.len() <= MAX_TEXT);
                return Some((None, format!("{:?}", file.kind)));
            }
            Ok(None) => {}
            Err(error) => return Some((Some(error.code), error.error)),
        }
        match message.into_body() {
            Ok(body) => {
                is_within(&body);
                let entry = entry(body);
                let again: SendMessage = packet::argument(&said_again(&entry)).expect("what is told is understood");
                assert_eq!(again.into_body().as_ref().ok(), Some(&entry.body), "what is told is what was said");
                Some((None, format!("{:?}", (std::mem::discriminant(&entry.body), key.is_ok()))))
            }
            Err(error) => Some((Some(error.code), error.error)),
        }
    });
}

#[test]
fn changes_of_messages() {
    let examples = events(&["edit-message", "delete-message", "react"]);
    Fuzz::new("changes", examples).words(WORDS).words(&["\"messageId\"", "\"reaction\""]).run(|input| {
        let change = || packet::argument::<ChangeMessage>(text(input)?).ok();
        let key = change()?.key().map(|key| key.as_str().len() <= 64).map_err(|error| error.code);
        let edit = change()?.into_text().map(|text| assert!(text.len() <= MAX_TEXT)).map_err(|error| error.code);
        let reaction = change()?.into_reaction().map_err(|error| error.code);
        if let Ok(Some(emoji)) = &reaction {
            assert!(emoji.len() <= MAX_REACTION && is_emoji(emoji));
        }
        Some((key, edit, reaction.map(|reaction| reaction.is_some())))
    });
}

#[test]
fn small_events() {
    let examples = events(&["sync", "verify", "read", "receipt", "typing", "old-mark-as-read", "old-typing"]);
    let words = [
        "\"conversationId\"",
        "\"seq\"",
        "\"epoch\"",
        "\"conversations\"",
        "\"isTyping\"",
        "\"userId\"",
        "\"messageId\"",
    ];
    Fuzz::new("small events", examples).words(&words).run(|input| {
        let packet = text(input)?;
        let sync = packet::argument::<Sync>(packet);
        if let Ok(sync) = &sync {
            let conversations: Vec<_> =
                sync.conversations.iter().map(|(id, seq)| format!("\"{}\":{seq}", id.0)).collect();
            let epoch = serde_json::to_string(&sync.epoch).expect("JSON");
            let again = format!("[\"sync\",{{\"epoch\":{epoch},\"conversations\":{{{}}}}}]", conversations.join(","));
            let again: Sync = packet::argument(&again).expect("understood");
            assert_eq!((&again.epoch, &again.conversations), (&sync.epoch, &sync.conversations));
        }
        let code = |error: wire::error::ErrorBody| error.code;
        Some([
            sync.map(|_| ()).map_err(code),
            packet::argument::<Verify>(packet).map(|_| ()).map_err(code),
            packet::argument::<Delivered>(packet).map(|_| ()).map_err(code),
            packet::argument::<MarkAsRead>(packet).map(|_| ()).map_err(code),
            packet::argument::<Typing>(packet).map(|_| ()).map_err(code),
        ])
    });
}

/// The name and what comes with it are read apart: they are of the same packet all the same.
#[test]
fn packets() {
    let examples = events(&["send-message", "sync", "old-webrtc-end-call"]);
    let odd = [r#" [ "x" ]"#, r#"["a\u0062c",1]"#, "[]", r#"["x",null,{"y":[]}]"#].map(str::to_owned);
    Fuzz::new("packets", examples.into_iter().chain(odd)).words(WORDS).run(|input| {
        let packet = text(input)?;
        let name = packet::event_name(packet);
        let whole: Result<Vec<&RawValue>, _> = serde_json::from_str(packet);
        if let Ok(parts) = &whole {
            assert_eq!(packet::has_argument(packet), parts.len() > 1);
            let written: Option<String> = parts.first().and_then(|name| serde_json::from_str(name.get()).ok());
            assert!(name.is_none() || name == written.as_deref(), "{name:?} is not {written:?}");
        } else {
            assert!(packet::has_argument(packet), "what does not parse counts");
        }
        let argument = packet::argument::<&RawValue>(packet).map_err(|error| error.code);
        if let Ok(argument) = &argument {
            let second = whole.as_ref().ok().and_then(|parts| parts.get(1));
            assert_eq!(second.map(|second| second.get()), Some(argument.get()));
        }
        assert!(!matches!(argument, Err(code) if code != Code::BadRequest));
        Some((name.is_some(), whole.map(|parts| parts.len()).ok(), argument.is_ok()))
    });
}
