//! Bringing in what the older services kept in MongoDB, by the program as an operator runs it.

use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Output, Stdio};
use std::time::Duration;

use domain::{
    AppointmentId, AppointmentStatus, Appointments, ConversationId, Conversations, EntryBody, ObjectId as Id, Receipt,
    Transfer, UserId, Users,
};
use mongodb::bson::oid::ObjectId;
use mongodb::bson::{Bson, DateTime, Document, doc};
use mongodb::{Client, Database};
use store::contract::FerretDb;
use store::{Options, Sqlite};

use crate::program::{ANY_PORT, Running, ended, ended_within, folder, moodbites, said};

/// Of the password `U*U`.
const HASH: &str = "$2a$05$CCCCCCCCCCCCCCCCCCCCC.E5YPO9kmyuRGyh0XouQYb4YMJKvyOeW";

fn oid(kind: u8, n: u32) -> ObjectId {
    let n = n.to_be_bytes();
    ObjectId::from_bytes([0x65, kind, 0, 0, 0, 0, 0, 0, n[0], n[1], n[2], n[3]])
}

fn ours(id: ObjectId) -> Id {
    Id::from(id.bytes())
}

fn person(n: u32) -> ObjectId {
    oid(1, n)
}

fn account(n: u32, role: i32) -> Document {
    doc! {
        "_id": person(n), "name": format!("Person {n}"), "email": format!("Person{n}@Example.org"), "password": HASH,
        "role": role, "isActive": true, "age": 34, "weight": 64.25, "gender": "female",
    }
}

fn message(id: u32, from: u32, to: u32, text: &str, is_read: bool) -> Document {
    doc! {
        "_id": oid(3, id), "senderId": person(from), "receiverId": person(to), "message": text, "messageType": "text",
        "createdAt": DateTime::from_millis(1_700_000_000_000 + i64::from(id) * 1000), "isRead": is_read,
    }
}

fn conversation(n: u32, [a, b]: [u32; 2], messages: Vec<Document>) -> Document {
    doc! {
        "_id": oid(2, n), "participants": [person(a), person(b)], "messages": messages, "lastMessage": "…",
        "lastUpdated": DateTime::from_millis(1_700_000_000_000),
    }
}

async fn database(server: &FerretDb, name: &str) -> Database {
    Client::with_uri_str(server.uri(name)).await.unwrap().database(name)
}

async fn insert(database: &Database, collection: &str, documents: &[Document]) {
    database.collection::<Document>(collection).insert_many(documents).await.unwrap();
}

fn import(data: &Path, from: &str) -> Output {
    let patience = Duration::from_secs(300);
    ended_within(
        moodbites(data).env("MOODBITES_TIME_ZONE", "UTC").args(["import", "--from", from, "--data"]).arg(data),
        patience,
    )
}

#[tokio::test(flavor = "multi_thread")]
async fn a_hundred_thousand_messages_come_over_though_it_is_killed_in_between() {
    const CONVERSATIONS: u32 = 200;
    const EACH: u32 = 500;
    let (there, data) = (folder(), folder());
    let server = FerretDb::start(there.path());
    let old = database(&server, "moodbites").await;
    let mut accounts = vec![account(0, 2)];
    accounts.extend((1..=CONVERSATIONS).map(|n| account(n, 1)));
    insert(&old, "users", &accounts).await;
    let words = |n: u32, m: u32| format!("{n}/{m}: {}", "nothing but words ".repeat(m as usize % 9));
    for some in (1..=CONVERSATIONS).collect::<Vec<_>>().chunks(20) {
        let some = some.iter().map(|n| {
            let messages = (0..EACH).map(|m| {
                let (from, to) = if m % 3 == 0 { (0, *n) } else { (*n, 0) };
                message(n * EACH + m, from, to, &words(*n, m), m < 400)
            });
            conversation(*n, [0, *n], messages.collect())
        });
        insert(&old, "conversations", &some.collect::<Vec<_>>()).await;
    }

    let from = server.uri("moodbites");
    let mut command = moodbites(data.path());
    command.args(["import", "--from", &from, "--data"]).arg(data.path());
    let mut child = command.stdout(Stdio::null()).stderr(Stdio::piped()).spawn().unwrap();
    let lines = BufReader::new(child.stderr.take().unwrap()).lines();
    let half = lines.map_while(Result::ok).find(|line| line.starts_with("80 of 200 conversations, 40000 messages"));
    child.kill().unwrap();
    child.wait().unwrap();
    assert!(half.is_some(), "it ended before it was killed");

    let output = import(data.path(), &from);
    let text = said(&output);
    assert!(output.status.success(), "{text}");
    assert!(text.contains("Accounts:      201 there, 201 here and equal"), "{text}");
    assert!(text.contains("Conversations: 200 there, 200 here and equal"), "{text}");
    let new = text.split("100000 there, 100000 here and equal, ").nth(1).and_then(|rest| rest.split(' ').next());
    let new: u64 = new.unwrap_or_else(|| panic!("{text}")).parse().unwrap();
    assert!((1..=70_000).contains(&new), "what was here was left alone: {new}");

    let again = import(data.path(), &from);
    assert!(again.status.success(), "{}", said(&again));
    assert!(said(&again).contains("100000 there, 100000 here and equal, 0 of them new here"), "{}", said(&again));

    let store = Sqlite::open(data.path(), Options::default()).unwrap();
    assert_eq!(store.totals(UserId(ours(person(0)))).await, Ok([200, 100_000]));
    for n in [1, 99, 100, 101, 102, 200] {
        let id = ConversationId(ours(oid(2, n)));
        let entries = store.entries_after(id, 0, 1_000).await.unwrap();
        assert_eq!(entries.len(), EACH as usize);
        for (m, entry) in (0..).zip(&entries) {
            assert_eq!(entry.body, EntryBody::Text(words(n, m)));
            assert_eq!(entry.id.0, ours(oid(3, n * EACH + m)));
        }
        let patient = UserId(ours(person(n)));
        let [theirs, dieticians] = store.receipts(id, patient).await.unwrap();
        assert_eq!(
            (theirs, dieticians),
            (Receipt { delivered: 400, read: 400 }, Receipt { delivered: 399, read: 399 },)
        );
        assert_eq!(store.counts(id, patient).await, Ok([500, 33]));
    }
    store.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn whatever_is_there_has_an_outcome_that_is_said_and_people_go_on() {
    let (there, data) = (folder(), folder());
    let server = FerretDb::start(there.path());
    let old = database(&server, "moodbites").await;
    let chat = database(&server, "moodbites_chat").await;
    let mut twice = account(3, 1);
    twice.insert("email", "PERSON1@example.org");
    let mut disabled = account(4, 1);
    disabled.insert("isActive", false);
    insert(&old, "users", &[account(1, 1), account(2, 2), twice, disabled, doc! { "_id": "five", "name": "?" }]).await;
    let mut unsaid = conversation(3, [4, 2], vec![message(30, 4, 2, "whose?", false)]);
    unsaid.remove("participants");
    let mut odd = message(12, 9, 8, "by nobody", false);
    odd.insert("receiverId", Bson::Null);
    insert(
        &chat,
        "conversations",
        &[
            conversation(
                1,
                [1, 2],
                vec![message(10, 1, 2, "good morning", true), odd, message(11, 2, 1, "and to you", false)],
            ),
            conversation(2, [2, 1], vec![message(10, 2, 1, "under another's id", false)]),
            unsaid,
            conversation(4, [2, 77], vec![message(40, 77, 2, "I am gone", true)]),
            conversation(5, [1, 1], vec![message(50, 1, 1, "to myself", true)]),
            doc! { "_id": oid(2, 6), "participants": [person(3), person(2)], "messages": "none" },
            // The same id as a message of another two has.
            conversation(7, [3, 2], vec![message(11, 3, 2, "mine too", false)]),
        ],
    )
    .await;

    let appointment = |n: u32, created: i64| {
        doc! {
            "_id": oid(4, n), "patientId": person(1), "dieticianId": person(2), "consultationType": "video",
            "appointmentDate": DateTime::from_millis(1_795_996_800_000), "appointmentTime": "02:30 PM", "status": "confirmed",
            "notes": "about iron", "meetingRoomId": "room-1", "duration": 30,
            "createdAt": DateTime::from_millis(1_700_000_000_000 + created),
        }
    };
    let nameless = doc! { "_id": oid(4, 3), "patientId": person(1), "appointmentTime": "10:00" };
    insert(&old, "appointments", &[appointment(1, 5_000), appointment(2, 1_000), nameless]).await;

    let uri = server.uri("");
    let elsewhere = folder();
    let into_mongodb = || {
        let mut command = moodbites(elsewhere.path());
        command
            .env("MOODBITES_TIME_ZONE", "UTC")
            .env("MONGODB_URI", server.uri("practice"))
            .args(["import", "--from", &uri, "--data"]);
        ended(command.arg(elsewhere.path()))
    };
    let outputs = [import(data.path(), &uri), import(data.path(), &uri), into_mongodb(), into_mongodb()];
    for (output, new) in outputs.iter().zip([6, 0, 6, 0]) {
        let text = said(output);
        assert!(output.status.success(), "{text}");
        for line in [
            "Accounts:      5 there, 4 here and equal",
            "Conversations: 7 there, 4 here and equal",
            &format!("Messages:      7 there, 6 here and equal, {new} of them new here"),
            "Appointments:  3 there, 2 here",
            "1  appointments don't say who meets whom, or when",
            "1  accounts have no id that could be kept",
            "1  accounts have an address that another has, and are disabled, without it (650100000000000000000003)",
            "1  accounts are disabled or wait for approval, as they did (650100000000000000000004)",
            "1  people of conversations have no account any more",
            "1  conversations are not of two people, and were left out (650200000000000000000005)",
            "1  conversations don't say whose they are; their messages did",
            "1  conversations have no messages, and begin with their first one (650200000000000000000006)",
            "conversations were joined with another one",
            "1  messages are by neither of the two, and were left out (65030000000000000000000c)",
            "2  messages had no id, or another's, and got one",
            "read back, it is equal.",
        ] {
            assert!(text.contains(line), "{line}\nin\n{text}");
        }
        for private in ["Person", "example.org", "morning", "iron", "64.25", "female"] {
            assert!(!text.contains(private), "{private} in\n{text}");
        }
    }

    let server_of_ours = Running::start(data.path(), &ANY_PORT);
    assert!(server_of_ours.sign_in("person4@example.org", "U*U").starts_with("HTTP/1.1 403"));
    let answer = server_of_ours.sign_in("Person1@example.org", "U*U");
    assert!(answer.starts_with("HTTP/1.1 200"), "{answer}");
    let token = answer.split("\"accessToken\":\"").nth(1).unwrap().split('"').next().unwrap();
    let path = format!("/api/conversations/{}/messages", oid(2, 1).to_hex());
    let answer = server_of_ours
        .ask(&format!("GET {path} HTTP/1.1\r\nhost: x\r\nauthorization: Bearer {token}\r\nconnection: close\r\n\r\n"));
    let at = |text: &str| answer.find(text).unwrap_or_else(|| panic!("{text} in {answer}"));
    assert!(at("good morning") < at("under another's id") && at("under another's id") < at("and to you"));
    assert!(answer.contains(&oid(3, 10).to_hex()), "{answer}");
    server_of_ours.terminate();

    let store = Sqlite::open(data.path(), Options::default()).unwrap();
    let kept = async |n| store.appointment(AppointmentId(ours(oid(4, n)))).await.unwrap().unwrap();
    let (late, first) = (kept(1).await, kept(2).await);
    assert_eq!((late.status(), first.status()), (AppointmentStatus::Cancelled, AppointmentStatus::Confirmed));
    assert_eq!(
        (first.date.as_str(), first.time.as_str(), first.starts_at.0),
        ("2026-11-30", "02:30 PM", 1_796_049_000_000)
    );
    store.close().await;

    // What was changed here since is said, and left alone.
    let store = Sqlite::open(data.path(), Options::default()).unwrap();
    let change = domain::ProfileChange { name: Some("Another".to_owned()), ..Default::default() };
    store.change_profile(UserId(ours(person(1))), change).await.unwrap();
    let output = import(data.path(), &uri);
    assert_eq!(output.status.code(), Some(1), "{}", said(&output));
    assert!(
        said(&output).contains("account 650100000000000000000001 is here, but is another one"),
        "{}",
        said(&output)
    );
    let kept = store.by_id(UserId(ours(person(1)))).await.unwrap().unwrap();
    assert_eq!(kept.name, "Another");
    assert!(kept.password_hash.starts_with("$argon2id$"), "they have signed in since");
    assert_eq!(store.users_after(None, 100).await.unwrap().len(), 5);
    store.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_no_older_deployment_is_said_before_anything_is_made() {
    let (there, folder) = (folder(), folder());
    let server = FerretDb::start(there.path());
    let data = folder.path().join("data");
    let run = |from: &str, ours: Option<&str>| {
        let mut command = moodbites(folder.path());
        if let Some(ours) = ours {
            command.env("MONGODB_URI", ours);
        }
        ended(command.args(["import", "--from", from, "--data"]).arg(&data))
    };
    store::MongoDb::open(&server.uri("practice")).await.unwrap().close().await;
    let practice = server.uri("practice");
    let nobody = "mongodb://127.0.0.1:1/moodbites?serverSelectionTimeoutMS=500";
    for (from, ours, expected) in [
        (practice.as_str(), None, "is a practice of this MoodBites"),
        (&practice, Some(practice.as_str()), "keeps this practice in"),
        (&server.uri("empty"), None, "there are no accounts of the older services in empty"),
        ("localhost", None, "no URI of MongoDB"),
        (nobody, None, "can't be read"),
    ] {
        let output = run(from, ours);
        assert_eq!(output.status.code(), Some(1), "{from}");
        assert!(said(&output).contains(expected), "{from}: {}", said(&output));
        assert!(!data.exists(), "{from}");
    }
    let neither = ended(moodbites(folder.path()).arg("import"));
    assert!(!neither.status.success());
}
