use domain::{ConversationId, EntryBody, Gender, ObjectId as Id, Receipt, Role, Timestamp, UserId};
use mongodb::bson::oid::ObjectId;
use mongodb::bson::{Bson, DateTime, Document, doc};

use super::conversations::{Pair, conversation, pair, pair_of_messages};
use super::users::user;
use super::*;

const HASH: &str = "$2b$10$CCCCCCCCCCCCCCCCCCCCC.E5YPO9kmyuRGyh0XouQYb4YMJKvyOeW";

fn oid(n: u8) -> ObjectId {
    ObjectId::from_bytes([n; 12])
}

fn user_id(n: u8) -> UserId {
    UserId(Id::from([n; 12]))
}

fn at(seconds: i64) -> DateTime {
    DateTime::from_millis(1_700_000_000_000 + seconds * 1000)
}

fn noted(notes: &Notes) -> Vec<(Note, u64)> {
    notes.iter().map(|(note, noted)| (note, noted.count)).collect()
}

#[test]
fn an_account_comes_with_everything_that_it_says() {
    let document = doc! {
        "_id": oid(1), "name": " Amira B. ", "email": "Amira@Example.ORG", "password": HASH, "role": 1, "isActive": true,
        "gender": "Female", "age": "34", "height": 171.5, "weight": 64_i64, "createdAt": at(0), "__v": 0,
    };
    let mut notes = Notes::default();
    let amira = user(&document, &mut notes).unwrap();
    assert_eq!((amira.name.as_str(), amira.email.as_str()), ("Amira B.", "amira@example.org"));
    assert_eq!((amira.role, amira.active, amira.password_hash.as_str()), (Role::Patient, true, HASH));
    assert_eq!((amira.id, amira.created_at), (user_id(1), Timestamp(1_700_000_000_000)));
    let profile = &amira.profile;
    assert_eq!((profile.gender, profile.age), (Some(Gender::Female), Some(34)));
    assert_eq!((profile.height_cm, profile.weight_kg), (Some(171.5), Some(64.0)));
    assert_eq!(noted(&notes), [(Note::AddressLowered, 1)]);
}

#[test]
fn an_account_that_says_something_else_has_an_outcome() {
    let plain = || doc! { "_id": oid(1), "name": "A", "email": "a@example.org", "password": HASH, "role": 1 };
    let with = |fields: Document| {
        let mut document = plain();
        document.extend(fields);
        document
    };
    type Check = fn(&User) -> bool;
    let cases: [(Document, &[Note], Check); 17] = [
        (plain(), &[], |user| user.active),
        (with(doc! { "name": Bson::Null, "email": "bo@x.org" }), &[Note::NameMade], |user| user.name == "bo"),
        (with(doc! { "name": "x\u{1b}[31m" }), &[Note::NameMade], |user| user.name == "x[31m"),
        (with(doc! { "email": "nobody" }), &[Note::AddressUnusable], |user| {
            !user.active && user.email.ends_with("@account.invalid")
        }),
        (with(doc! { "email": { "$gt": "" } }), &[Note::AddressUnusable], |user| !user.active),
        (with(doc! { "role": 7 }), &[Note::RoleUnknown], |user| !user.active && user.role == Role::Patient),
        (with(doc! { "role": "dietician", "active": true }), &[], |user| user.active && user.role == Role::Dietician),
        (with(doc! { "role": 2 }), &[Note::Disabled], |user| !user.active),
        (with(doc! { "role": 2, "approvalStatus": "pending" }), &[Note::Disabled], |user| !user.active),
        (with(doc! { "role": 2, "isActive": true, "isApproved": false }), &[Note::Disabled], |user| !user.active),
        (with(doc! { "role": 2.0, "status": "approved" }), &[], |user| user.active),
        (with(doc! { "isActive": false }), &[Note::Disabled], |user| !user.active),
        (with(doc! { "password": "plain text!" }), &[Note::PasswordUnusable], |user| user.password_hash == "!"),
        (with(doc! { "password": HASH.replace("C.E", "CéE") }), &[Note::PasswordUnusable], |user| user.active),
        (with(doc! { "password": HASH.replace("$10$", "$31$") }), &[Note::PasswordUnusable], |user| user.active),
        (with(doc! { "age": 900, "weight": "heavy", "gender": 3 }), &[Note::FiguresLeftOut], |user| {
            user.profile == domain::Profile::default()
        }),
        (
            with(doc! { "profileImage": "https://x/y.jpg", "certificate": ["c"] }),
            &[Note::PictureElsewhere, Note::CertificateElsewhere],
            |user| user.profile.image.is_none(),
        ),
    ];
    for (document, expected, check) in cases {
        let mut notes = Notes::default();
        let user = user(&document, &mut notes).unwrap();
        let expected: Vec<_> = expected.iter().map(|note| (*note, 1)).collect();
        assert_eq!(noted(&notes), expected, "{document}");
        assert!(check(&user), "{document}: {user:?}");
    }
    let mut notes = Notes::default();
    assert_eq!(user(&doc! { "_id": "seven" }, &mut notes), None);
    assert_eq!(noted(&notes), [(Note::UserWithoutId, 1)]);
}

/// A message by `sender` to the other of 1 and 2.
fn message(id: u8, sender: u8, text: &str, seconds: i64) -> Document {
    doc! {
        "_id": oid(id), "senderId": oid(sender), "receiverId": oid(3 - sender), "message": text, "messageType": "text",
        "createdAt": at(seconds), "isRead": false,
    }
}

fn with(mut message: Document, fields: Document) -> Document {
    for (name, value) in fields {
        match value {
            Bson::Undefined => drop(message.remove(name)),
            value => drop(message.insert(name, value)),
        }
    }
    message
}

fn of(messages: Vec<Bson>) -> OldConversation {
    let document = doc! { "participants": [oid(1), oid(2)], "messages": messages };
    let id = ConversationId(Id::from([9; 12]));
    conversation(id, [user_id(1), user_id(2)], &[(id, document)])
}

fn texts(conversation: &OldConversation) -> Vec<&str> {
    conversation.entries.iter().map(|entry| entry.body.text()).collect()
}

#[test]
fn a_conversation_comes_with_ids_times_and_what_was_read() {
    let read = doc! { "isRead": true };
    let messages = vec![
        message(11, 1, "one", 1),
        with(message(12, 2, "two", 2), read.clone()),
        with(message(13, 1, "three", 3), read),
        message(14, 2, "four", 4),
    ];
    let found = of(messages.into_iter().map(Bson::Document).collect());
    assert_eq!(texts(&found), ["one", "two", "three", "four"]);
    for (n, entry) in (0..).zip(&found.entries) {
        assert_eq!(entry.id.0, Id::from([11 + n; 12]));
        assert_eq!(entry.client_message_id.as_str(), format!("old:{}", entry.id));
        assert_eq!(entry.created_at, Timestamp(1_700_000_000_000 + i64::from(n + 1) * 1000));
        assert_eq!(entry.sender, user_id(1 + n % 2));
    }
    let [first, second] = found.receipts;
    assert_eq!((first, second), (Receipt { delivered: 2, read: 2 }, Receipt { delivered: 3, read: 3 }));
    assert_eq!((found.there, noted(&found.notes)), (4, vec![]));
}

#[test]
fn a_message_that_says_something_else_has_an_outcome() {
    let one = || message(11, 1, "one", 1);
    let cases: [(Bson, &[Note], &[&str]); 22] = [
        (Bson::Null, &[Note::NotAMessage], &[]),
        ("a text".into(), &[Note::NotAMessage], &[]),
        (with(one(), doc! { "senderId": oid(7) }).into(), &[Note::SenderUnknown], &[]),
        (with(one(), doc! { "senderId": 5, "receiverId": oid(7) }).into(), &[Note::SenderUnknown], &[]),
        (with(one(), doc! { "senderId": Bson::Undefined }).into(), &[], &["one"]),
        (with(one(), doc! { "receiverId": oid(7) }).into(), &[Note::ReceiverPutRight], &["one"]),
        (with(one(), doc! { "receiverId": oid(1) }).into(), &[Note::ReceiverPutRight], &["one"]),
        (with(one(), doc! { "senderId": oid(1).to_hex() }).into(), &[], &["one"]),
        (with(one(), doc! { "message": "  " }).into(), &[Note::SaysNothing], &[]),
        (with(one(), doc! { "message": { "x": 1 } }).into(), &[Note::SaysNothing], &[]),
        (with(one(), doc! { "message": 42 }).into(), &[], &["42"]),
        (with(one(), doc! { "createdAt": Bson::Undefined }).into(), &[Note::TimeMade], &["one"]),
        (with(one(), doc! { "createdAt": "long ago" }).into(), &[Note::TimeMade], &["one"]),
        (with(one(), doc! { "createdAt": "2023-11-14T22:13:21.000Z" }).into(), &[], &["one"]),
        (with(one(), doc! { "_id": Bson::Undefined }).into(), &[Note::IdMade], &["one"]),
        (with(one(), doc! { "_id": "x" }).into(), &[Note::IdMade], &["one"]),
        (with(one(), doc! { "messageType": "sticker" }).into(), &[Note::TypeUnknown], &["one"]),
        (
            with(one(), doc! {
                "messageType": "file", "fileName": "Plan.pdf", "fileSize": 2_345_678, "fileUrl": "https://res.example/x/abc.pdf",
            })
            .into(),
            &[Note::FileElsewhere],
            &["one\n📎 Plan.pdf (2.3 MB)\nhttps://res.example/x/abc.pdf"],
        ),
        (
            with(one(), doc! { "message": "", "messageType": "audio", "audioUrl": "https://x/v/n.webm?s=1", "audioDuration": 75.4 })
                .into(),
            &[Note::FileElsewhere],
            &["🎤 n.webm (1:15)\nhttps://x/v/n.webm?s=1"],
        ),
        (
            with(one(), doc! { "message": "i.jpg", "messageType": "image", "fileName": "i.jpg", "fileUrl": "javascript:alert(1)" })
                .into(),
            &[Note::FileElsewhere],
            &["🖼 i.jpg"],
        ),
        (
            with(one(), doc! { "messageType": "plan", "planId": oid(5), "totalCalories": 1800, "meals": "no JSON" }).into(),
            &[Note::PlanShortened],
            &["one"],
        ),
        (
            with(one(), doc! { "message": format!("{}€", "x".repeat(16_383)) }).into(),
            &[Note::Split],
            &[&"x".repeat(16_383), "€"],
        ),
    ];
    for (message, expected, said) in cases {
        let found = of(vec![message.clone()]);
        let expected: Vec<_> = expected.iter().map(|note| (*note, 1)).collect();
        assert_eq!(noted(&found.notes), expected, "{message}");
        assert_eq!(texts(&found), said, "{message}");
        assert_eq!(found, of(vec![message]), "the same each time, ids and all");
    }
    let plan = with(
        one(),
        doc! {
            "messageType": "plan", "planId": oid(5), "planName": "Low salt", "totalCalories": 1800,
            "preferences": { "vegan": true, "since": at(0) }, "meals": [{ "name": "Soup", "id": oid(6) }],
        },
    );
    let EntryBody::Plan { plan, text } = &of(vec![plan.into()]).entries[0].body.clone() else { panic!("no plan") };
    assert_eq!(
        (text.as_str(), plan.id.clone(), plan.total_calories.as_deref()),
        ("one", Some(oid(5).to_hex()), Some("1800"))
    );
    assert_eq!(plan.preferences.as_deref(), Some(r#"{"since":"2023-11-14T22:13:20Z","vegan":true}"#));
    assert_eq!(plan.meals, Some(format!(r#"[{{"id":"{}","name":"Soup"}}]"#, oid(6).to_hex())));
}

#[test]
fn what_is_there_twice_or_out_of_order_is_put_right() {
    let messages = vec![
        message(12, 2, "second", 2).into(),
        message(11, 1, "first", 1).into(),
        message(12, 2, "second", 2).into(),
        message(12, 2, "another under its id", 5).into(),
        with(message(13, 1, "no time", 0), doc! { "createdAt": Bson::Undefined, "_id": Bson::Undefined }).into(),
    ];
    let found = of(messages);
    assert_eq!(texts(&found), ["first", "second", "another under its id", "no time"]);
    assert_eq!(noted(&found.notes), [(Note::Sorted, 1), (Note::Doubled, 1), (Note::TimeMade, 1), (Note::IdMade, 2),]);
    let mut ids: Vec<_> = found.entries.iter().map(|entry| entry.id).collect();
    ids.sort_unstable();
    ids.dedup();
    assert_eq!(ids.len(), 4);
}

#[test]
fn two_conversations_of_a_pair_are_one_by_time() {
    let id = |n: u8| ConversationId(Id::from([n; 12]));
    let first = doc! { "messages": [message(11, 1, "one", 1), message(13, 1, "three", 3)] };
    let second = doc! { "messages": [message(12, 2, "two", 2)] };
    let found = conversation(id(8), [user_id(1), user_id(2)], &[(id(8), first), (id(9), second)]);
    assert_eq!((found.id, texts(&found)), (id(8), vec!["one", "two", "three"]));
    assert_eq!(noted(&found.notes), [(Note::Merged, 1), (Note::Sorted, 1)]);
}

#[test]
fn whose_a_conversation_is() {
    let both = Pair::Of([user_id(1), user_id(2)]);
    for (participants, expected) in [
        (Bson::from(vec![oid(2), oid(1)]), both),
        (Bson::Array(vec![oid(1).to_hex().into(), doc! { "_id": oid(2) }.into()]), both),
        (Bson::from(vec![oid(1), oid(1)]), Pair::NotTwo),
        (Bson::from(vec![oid(1), oid(2), oid(3)]), Pair::NotTwo),
        (Bson::Array(vec![oid(1).into(), Bson::Null]), Pair::Unsaid),
        (Bson::Array(vec![]), Pair::Unsaid),
        (Bson::Null, Pair::Unsaid),
        ("1 and 2".into(), Pair::Unsaid),
    ] {
        assert_eq!(pair(&doc! { "participants": participants.clone() }), expected, "{participants}");
    }
    let of = |messages: Vec<Document>| pair_of_messages(&doc! { "messages": messages });
    assert_eq!(of(vec![message(11, 1, "one", 1), message(12, 2, "two", 2)]), both);
    assert_eq!(
        of(vec![message(11, 1, "one", 1), with(message(12, 2, "two", 2), doc! { "senderId": oid(7) })]),
        Pair::NotTwo
    );
    assert_eq!(of(vec![]), Pair::Unsaid);
}
