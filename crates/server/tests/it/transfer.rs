//! From one store to another, by one file.

use std::fs;
use std::path::Path;
use std::sync::Arc;

use domain::{
    Appointment, AppointmentId, AppointmentStatus, Appointments, BlobId, Blobs, Booking, CONSENT, CallId, Consultation,
    ConsultationId, ConsultationKind, Consultations, Conversation, Conversations, Encryption, Entry, EntryBody,
    FileFacts, MemberId, NewEntry, NewUser, Part, Person, Profile, Receipt, Recording, RecordingAct, RecordingLine,
    RecordingOf, Recordings, Role as UserRole, Stamp, Target, Timestamp, Transfer, Transition, Upload, UploadId,
    UploadKind, Uploads, User, UserId, Users, Word,
};
use server::transfer::{TransferError, export, import};
use store::contract::FerretDb;
use store::{ObjectBlobs, Options, Sqlite, Store};
use tar::{Archive, Builder, Header};
use tempfile::TempDir;
use tokio::runtime::Handle;

use crate::program::{ANY_PORT, Running, ended, folder, moodbites, said};

const BYTES: &[u8] = b"%PDF-1.4 what was eaten";

fn open(folder: &Path) -> Sqlite {
    Sqlite::open(folder, Options::default()).unwrap()
}

fn blobs(folder: &Path) -> ObjectBlobs {
    ObjectBlobs::in_folder(&folder.join("uploads")).unwrap()
}

fn user(n: u8, role: UserRole) -> NewUser {
    NewUser {
        id: UserId([n; 12].into()),
        name: format!("Person {n}"),
        email: format!("{n}@example.org"),
        role,
        active: true,
        // Of the password `U*U`.
        password_hash: "$2a$05$CCCCCCCCCCCCCCCCCCCCC.E5YPO9kmyuRGyh0XouQYb4YMJKvyOeW".to_owned(),
        profile: Profile { age: Some(n), ..Profile::default() },
        created_at: Timestamp(1_700_000_000_000),
    }
}

async fn say(store: &Sqlite, n: u8, [from, to]: [u8; 2], body: EntryBody, reply_to: Option<u64>) -> Entry {
    let new = NewEntry {
        id: domain::EntryId([n; 12].into()),
        conversation: domain::ConversationId([n; 12].into()),
        sender: UserId([from; 12].into()),
        receiver: UserId([to; 12].into()),
        client_message_id: format!("key-{n}").parse().unwrap(),
        created_at: Timestamp(1_700_000_000_000 + i64::from(n)),
        body,
        reply_to,
    };
    store.append(new).await.unwrap().entry
}

/// A practice with something of everything: who was disabled, what was edited, deleted, answered, sent, read.
async fn practice() -> TempDir {
    let folder = folder();
    let store = open(folder.path());
    for (n, role) in [(1, UserRole::Dietician), (2, UserRole::Patient), (3, UserRole::Patient), (4, UserRole::Admin)] {
        store.insert(user(n, role)).await.unwrap();
    }
    store.set_active(UserId([3; 12].into()), false, Timestamp(1_700_000_000_500)).await.unwrap();
    let text = |text: &str| EntryBody::Text(text.to_owned());
    let first = say(&store, 10, [1, 2], text("good morning"), None).await;
    let secret = say(&store, 11, [2, 1], text("a secret"), None).await;
    let point = |entry: &Entry| Target { seq: entry.seq, id: entry.id };
    say(&store, 12, [1, 2], EntryBody::Edit { target: point(&first), text: "good evening".to_owned() }, None).await;
    say(&store, 13, [1, 2], EntryBody::Reaction { target: point(&secret), reaction: Some("👍".to_owned()) }, None)
        .await;
    say(&store, 14, [2, 1], text("an answer"), Some(1)).await;
    say(&store, 15, [2, 1], EntryBody::Deletion { target: point(&secret) }, None).await;
    let facts = FileFacts {
        upload: UploadId([20; 12].into()),
        name: "Über.pdf".to_owned(),
        size: BYTES.len() as u64,
        media_type: "application/pdf".to_owned(),
        width: None,
        height: None,
        duration: None,
        waveform: Vec::new(),
        has_thumbnail: true,
    };
    for (part, bytes) in [(Part::Whole, BYTES), (Part::Thumbnail, b"small")] {
        let mut writer = blobs(folder.path()).write(BlobId { upload: facts.upload, part }).await.unwrap();
        writer.write(bytes).await.unwrap();
        writer.finish().await.unwrap();
    }
    let upload = Upload {
        owner: first.sender,
        key: "an-upload".parse().unwrap(),
        kind: UploadKind::File,
        facts: facts.clone(),
        created_at: Timestamp(1_700_000_000_000),
    };
    store.insert_upload(upload, u64::MAX).await.unwrap();
    say(&store, 16, [1, 2], EntryBody::File { text: String::new(), kind: UploadKind::File, file: facts }, None).await;
    say(&store, 17, [1, 3], text("to another"), None).await;
    let read = Receipt { delivered: 6, read: 5 };
    store.advance_receipt(first.conversation, first.receiver, read).await.unwrap();
    let asked = Recording::ask(
        UploadId([21; 12].into()),
        RecordingOf::Call(CallId([22; 12].into())),
        (first.sender, vec![Person::User(first.receiver), Person::Guest(MemberId([24; 12].into()))]),
        CONSENT,
        Timestamp(1_700_000_000_020),
    );
    let asked = asked.unwrap();
    let agreed = RecordingAct::Agreed { consent: CONSENT };
    let agreed = Recording::of(std::slice::from_ref(&asked))
        .unwrap()
        .next(Person::User(first.receiver), agreed, asked.at)
        .unwrap();
    for line in [asked, agreed] {
        assert_eq!(store.append_recording(line).await, Ok(Transition::Saved));
    }
    let appointment = Appointment {
        id: AppointmentId([23; 12].into()),
        version: 1,
        patient: first.receiver,
        dietician: first.sender,
        kind: ConsultationKind::Video,
        starts_at: Timestamp(1_700_000_000_000),
        date: "2023-11-14".to_owned(),
        time: "22:30".to_owned(),
        notes: Some("über \"Eisen\"".to_owned()),
        room: [24; 12].into(),
        stamps: vec![Stamp {
            status: AppointmentStatus::Scheduled,
            at: Timestamp(1_600_000_000_000),
            by: first.receiver,
        }],
    };
    assert_eq!(store.book(appointment.clone()).await, Ok(Booking::Booked));
    let cancelled =
        appointment.becomes(AppointmentStatus::Cancelled, first.receiver, Timestamp(1_650_000_000_000)).unwrap();
    assert_eq!(store.change_appointment(cancelled).await, Ok(Transition::Saved));
    let again = Appointment { id: AppointmentId([25; 12].into()), room: [26; 12].into(), ..appointment };
    assert_eq!(store.book(again).await, Ok(Booking::Booked));
    let owner = (first.sender, "Person 1".to_owned());
    let (id, room, host) = (ConsultationId([27; 12].into()), [24; 12].into(), MemberId([28; 12].into()));
    let mut consultation = Consultation::new(id, room, 1, owner, host, Timestamp(1_700_000_000_000));
    consultation.version = 7;
    consultation.encryption = Some(Encryption { number: 3, due: true });
    consultation.close(Timestamp(1_700_000_001_000));
    assert_eq!(store.open_consultation(consultation).await, Ok(Transition::Saved));
    for number in 1..=3 {
        let word = Word {
            consultation: id,
            number,
            member: host,
            key: format!("word-{number}").parse().unwrap(),
            text: "Said to all".into(),
            at: Timestamp(1_700_000_000_500),
        };
        assert_eq!(store.put_word(word).await, Ok(Transition::Saved));
    }
    store.close().await;
    folder
}

/// What can be seen of a store.
#[derive(Debug, PartialEq)]
struct Everything {
    users: Vec<User>,
    uploads: Vec<Upload>,
    conversations: Vec<(Conversation, [Receipt; 2], Vec<Entry>)>,
    unread: Vec<[u64; 2]>,
    recordings: Vec<RecordingLine>,
    appointments: Vec<Appointment>,
    consultations: Vec<Consultation>,
    words: Vec<Word>,
}

async fn everything(store: &dyn Store) -> Everything {
    let (mut conversations, mut unread) = (Vec::new(), Vec::new());
    for conversation in store.conversations_after(None, 100).await.unwrap() {
        let receipts = store.receipts(conversation.id, conversation.users[0]).await.unwrap();
        let entries = store.entries_after(conversation.id, 0, 100).await.unwrap();
        for user in conversation.users {
            unread.push(store.counts(conversation.id, user).await.unwrap());
        }
        conversations.push((conversation, receipts, entries));
    }
    let users = store.users_after(None, 100).await.unwrap();
    let uploads = store.uploads_after(None, 100).await.unwrap();
    let recordings = store.recordings_after(None, 100).await.unwrap();
    let appointments = store.appointments_after(None, 100).await.unwrap();
    let consultations = store.consultations_after(None, 100).await.unwrap();
    let mut words = Vec::new();
    for consultation in &consultations {
        words.extend(store.words(consultation.id, 0, 100).await.unwrap());
    }
    Everything { users, uploads, conversations, unread, recordings, appointments, consultations, words }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_practice_goes_to_mongodb_and_back_and_is_as_it_was() {
    let first = practice().await;
    let (there, second, third, files) = (folder(), folder(), folder(), folder());
    let server = FerretDb::start(there.path());
    let uri = server.uri("practice");
    let (out, back) = (files.path().join("out.tar"), files.path().join("back.tar"));
    let run = |data: &Path, mongodb: bool, args: &[&str], file: &Path| {
        let mut command = moodbites(data);
        if mongodb {
            command.env("MONGODB_URI", &uri);
        }
        let output = ended(command.args(args).arg(file).arg("--data").arg(data));
        assert!(output.status.success(), "{args:?}: {}", said(&output));
        said(&output)
    };
    let text = run(first.path(), false, &["export"], &out);
    assert!(text.contains("4 accounts, 2 conversations with 8 entries, and 1 uploads"), "{text}");
    let text = run(second.path(), true, &["import"], &out);
    assert!(text.contains("(8 of them new here)") && text.contains("All of it was read back and is equal"), "{text}");
    assert!(run(second.path(), true, &["import"], &out).contains("(0 of them new here)"));
    run(second.path(), true, &["export"], &back);
    run(third.path(), false, &["import"], &back);

    let (before, after) = (open(first.path()), open(third.path()));
    let between = store::MongoDb::open(&uri).await.unwrap();
    let expected = everything(&before).await;
    assert_eq!(everything(&between).await, expected);
    assert_eq!(everything(&after).await, expected);
    assert_ne!(before.epoch().await.unwrap(), between.epoch().await.unwrap());
    assert_ne!(before.epoch().await.unwrap(), after.epoch().await.unwrap());
    let held = after.leaving(Timestamp(i64::MAX)).await.unwrap();
    assert!(held.is_empty(), "the message holds its file");
    between.close().await;
    after.close().await;

    let server = Running::start(third.path(), &ANY_PORT);
    let answer = server.sign_in("2@example.org", "U*U");
    let token = answer.split("\"accessToken\":\"").nth(1).unwrap_or_else(|| panic!("{answer}"));
    let token = token.split('"').next().unwrap();
    let ask = |path: &str| {
        server.ask(&format!(
            "GET {path} HTTP/1.1\r\nhost: x\r\nauthorization: Bearer {token}\r\nconnection: close\r\n\r\n"
        ))
    };
    let messages = ask(&format!("/api/conversations/{}/messages", expected.conversations[0].0.id));
    let address = messages.split("\"fileUrl\":\"").nth(1).unwrap_or_else(|| panic!("{messages}"));
    let path = address.split('"').next().unwrap().split_once("/api/").unwrap().1;
    let file = ask(&format!("/api/{path}"));
    assert!(file.starts_with("HTTP/1.1 200") && file.ends_with(std::str::from_utf8(BYTES).unwrap()), "{file}");
}

/// Imports on a thread that may block.
async fn imported(data: &Path, from: &Path) -> Result<server::transfer::Imported, TransferError> {
    let store: Arc<dyn Store> = Arc::new(open(data));
    let blobs: Arc<dyn Blobs> = Arc::new(blobs(data));
    let (from, runtime) = (from.to_owned(), Handle::current());
    let done = tokio::task::spawn_blocking(move || {
        let done = import(&runtime, &store, &blobs, &from);
        (done, store)
    });
    let (done, store) = done.await.unwrap();
    store.close().await;
    done
}

async fn is_empty(data: &Path) -> bool {
    let store = open(data);
    let found = everything(&store).await;
    store.close().await;
    found.users.is_empty() && found.uploads.is_empty() && found.conversations.is_empty()
}

async fn exported(practice: &Path, to: &Path) -> Vec<u8> {
    let store = open(practice);
    export(&store, &blobs(practice), to).await.unwrap();
    store.close().await;
    fs::read(to).unwrap()
}

/// The same archive with other files in it, and a list that fits them.
fn packed_again(whole: &[u8], to: &Path, change: impl Fn(&str, Vec<u8>) -> Vec<u8>) {
    use sha2::Digest;
    use std::io::Read;
    let mut out = Builder::new(fs::File::create(to).unwrap());
    let mut files = Vec::new();
    let mut put = |name: &str, bytes: &[u8]| {
        let mut header = Header::new_gnu();
        header.set_size(bytes.len() as u64);
        header.set_mode(0o600);
        out.append_data(&mut header, name, bytes).unwrap();
        let sha256: String = sha2::Sha256::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect();
        serde_json::json!({ "name": name, "bytes": bytes.len(), "sha256": sha256 })
    };
    for entry in Archive::new(whole).entries().unwrap() {
        let mut entry = entry.unwrap();
        let name = entry.path().unwrap().to_str().unwrap().to_owned();
        let mut bytes = Vec::new();
        entry.read_to_end(&mut bytes).unwrap();
        if name == "list.json" {
            let mut list: serde_json::Value = serde_json::from_slice(&bytes).unwrap();
            list["files"] = files.clone().into();
            bytes = list.to_string().into_bytes();
        }
        let bytes = change(&name, bytes);
        let listed = put(&name, &bytes);
        files.push(listed);
    }
    out.into_inner().unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_not_whole_or_not_ours_changes_nothing() {
    let (first, files) = (practice().await, folder());
    let file = files.path().join("export.tar");
    let whole = exported(first.path(), &file).await;
    assert!(matches!(export(&open(first.path()), &blobs(first.path()), &file).await, Err(TransferError::Archive(_))));
    let evil = files.path().join("evil.tar");
    let data = files.path().join("data");
    let refused = async || {
        let refused = imported(&data, &evil).await.unwrap_err().to_string();
        assert!(is_empty(&data).await, "{refused}");
        refused
    };
    for cut in [0, 100, 512, whole.len() / 3, whole.len() / 2, whole.len() - 3000] {
        fs::write(&evil, &whole[..cut]).unwrap();
        let refused = refused().await;
        assert!(
            refused.contains("not made by moodbites, or it was cut short: nothing was changed"),
            "{cut}: {refused}"
        );
    }
    for (found, instead) in [("good morning", "good mourning"), ("what was eaten", "what was drunk")] {
        let at = whole.windows(found.len()).position(|bytes| bytes == found.as_bytes()).unwrap();
        let mut turned = whole.clone();
        turned[at..at + found.len()].copy_from_slice(&instead.as_bytes()[..found.len()]);
        fs::write(&evil, &turned).unwrap();
        assert!(refused().await.contains("is not what it was when that was made: nothing was changed"), "{found}");
    }
    let lines = |bytes: Vec<u8>, change: &dyn Fn(&mut Vec<String>)| {
        let mut lines = String::from_utf8(bytes).unwrap().lines().map(str::to_owned).collect();
        change(&mut lines);
        lines.iter().flat_map(|line| [line.as_bytes(), b"\n"].concat()).collect::<Vec<u8>>()
    };
    type Change<'a> = (&'a str, &'a dyn Fn(&mut Vec<String>));
    let changes: [Change<'_>; 7] = [
        ("users.jsonl", &|lines| lines[0] = "{}".to_owned()),
        ("users.jsonl", &|lines| lines[0] = lines[0].replace("\"role\":2", "\"role\":9")),
        ("uploads.jsonl", &|lines| lines.push("no JSON".to_owned())),
        ("conversations.jsonl", &|lines| drop(lines.remove(2))),
        ("conversations.jsonl", &|lines| drop(lines.pop())),
        ("conversations.jsonl", &|lines| lines.swap(1, 2)),
        ("conversations.jsonl", &|lines| lines[1] = lines[1].replace("010101", "070707")),
    ];
    for (name, change) in changes {
        packed_again(&whole, &evil, |file, bytes| if file == name { lines(bytes, change) } else { bytes });
        let refused = refused().await;
        assert!(refused.contains("not made by moodbites"), "{name}: {refused}");
    }
    packed_again(&whole, &evil, |file, bytes| match file {
        "list.json" => String::from_utf8(bytes).unwrap().replace("\"format\":1", "\"format\":2").into_bytes(),
        _ => bytes,
    });
    assert!(refused().await.contains("a newer moodbites"));
    fs::remove_file(&evil).unwrap();
    server::backup::pack(first.path(), &evil).unwrap();
    assert!(refused().await.contains("is a backup"));
    let restored = server::backup::unpack(&file, &files.path().join("restored")).unwrap_err().to_string();
    assert!(restored.contains("is an export"), "{restored}");

    // And the whole one still goes in; where there is a practice, it doesn't.
    packed_again(&whole, &evil, |_, bytes| bytes);
    imported(&data, &evil).await.unwrap();
    let there = imported(first.path(), &evil).await.unwrap_err().to_string();
    assert!(there.contains("there is a practice here already"), "{there}");
}

/// Under which a store notes that it is being filled from it.
fn name_of(archive: &Path) -> String {
    use sha2::Digest;
    use std::io::Read;
    let mut text = Vec::new();
    for entry in Archive::new(fs::File::open(archive).unwrap()).entries().unwrap() {
        text.clear();
        entry.unwrap().read_to_end(&mut text).unwrap();
    }
    sha2::Sha256::digest(&text).iter().map(|byte| format!("{byte:02x}")).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn an_import_that_was_cut_off_is_gone_on_with_and_no_other() {
    let (first, files, data) = (practice().await, folder(), folder());
    let file = files.path().join("export.tar");
    exported(first.path(), &file).await;
    // As far as it had come: some of the users, half of a log.
    let (before, store) = (open(first.path()), open(data.path()));
    let expected = everything(&before).await;
    assert_eq!(store.admit(&name_of(&file)).await, Ok(true));
    store.put_users(expected.users[..2].to_vec()).await.unwrap();
    let log: Vec<_> = expected.conversations[0].2.iter().cloned().map(Entry::into_new).collect();
    store.put_entries(1, log[..4].to_vec()).await.unwrap();
    store.close().await;

    let other = files.path().join("other.tar");
    before.set_active(UserId([2; 12].into()), false, Timestamp(1_700_000_001_000)).await.unwrap();
    before.close().await;
    exported(first.path(), &other).await;
    assert!(matches!(imported(data.path(), &other).await, Err(TransferError::NotEmpty)));
    let done = imported(data.path(), &file).await.unwrap();
    assert_eq!((done.new_entries, done.entries, done.differ), (4, 8, vec![]));
    let store = open(data.path());
    assert_eq!(everything(&store).await, expected);
    store.close().await;
}
