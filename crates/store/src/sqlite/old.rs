//! Databases as every earlier version left them, with what its people had in them: today's program opens each, and all of it
//! is there. One more version needs nothing here but the rows that it was the first to write.

use std::time::Duration;

use domain::{
    AppointmentId, AppointmentStatus, Appointments, CallId, CallPhase, Calls, ConsultationId, Consultations,
    Conversations, Entry, EntryBody, EntryId, MemberId, NewEntry, ObjectId, OldPages, Person, Recording, RecordingOf,
    Recordings, Rotation, SessionId, Sessions, Target, Timestamp, UploadId, Uploads, UserId, Users,
};
use rusqlite::Connection;
use tempfile::TempDir;

use super::migrations::{APPLICATION_ID, MIGRATIONS, VERSION};
use super::{FILE, Options, Sqlite};

/// What each version wrote that was new.
const ROWS: &[&str] = &[
    include_str!("old/1.sql"),
    include_str!("old/2.sql"),
    include_str!("old/3.sql"),
    include_str!("old/4.sql"),
    // Words are taken up from what is there.
    "",
    include_str!("old/6.sql"),
    include_str!("old/7.sql"),
    include_str!("old/8.sql"),
    include_str!("old/9.sql"),
    include_str!("old/10.sql"),
];

const EPOCH: &str = "0123456789abcdef";
const LATER: Timestamp = Timestamp(9_000_000_000_000);
const HELLO: &str = "Hello 💚";

fn id(byte: u8) -> ObjectId {
    ObjectId::from([byte; 12])
}

const ANN: u8 = 0x01;
const BEN: u8 = 0x02;

fn raw(folder: &TempDir) -> Connection {
    Connection::open(folder.path().join(FILE)).expect("opened")
}

/// A practice that began with the first version, and was last used with that one.
fn left_by(version: u32) -> TempDir {
    let folder = tempfile::tempdir().expect("a folder");
    let file = raw(&folder);
    for (at, step) in MIGRATIONS.iter().enumerate().take(version as usize) {
        file.execute_batch(step).expect("a step");
        if at == 0 {
            file.execute("INSERT INTO about (name, value) VALUES ('epoch', ?1)", [EPOCH]).expect("begun");
            file.pragma_update(None, "application_id", APPLICATION_ID).expect("ours");
        }
        if let Some(rows) = ROWS.get(at) {
            file.execute_batch(rows).unwrap_or_else(|error| panic!("rows of version {}: {error}", at + 1));
        }
    }
    file.pragma_update(None, "user_version", version).expect("said");
    folder
}

/// What there is beside the rows.
fn schema(folder: &TempDir) -> Vec<String> {
    let file = raw(folder);
    let sql = "SELECT type || ' ' || name || ' ' || coalesce(sql, '') FROM sqlite_schema ORDER BY 1";
    let mut all = file.prepare(sql).expect("read");
    let rows = all.query_map([], |row| row.get(0)).expect("read");
    rows.collect::<Result<_, _>>().expect("read")
}

fn is_sound(folder: &TempDir) {
    let file = raw(folder);
    let found: String = file.pragma_query_value(None, "integrity_check", |row| row.get(0)).expect("checked");
    assert_eq!(found, "ok");
    let dangling = file.prepare("PRAGMA foreign_key_check").expect("read").exists([]).expect("checked");
    assert!(!dangling, "a row points at one that is not there");
    let version: u32 = file.pragma_query_value(None, "user_version", |row| row.get(0)).expect("read");
    assert_eq!(version, VERSION);
}

async fn has_people(store: &Sqlite) {
    let ann = store.by_email("ann@example.org").await.expect("read").expect("she is there");
    assert_eq!((ann.id, ann.name.as_str(), ann.password_hash.as_str()), (UserId(id(ANN)), "Ann Ärm", "$argon2id$a"));
    assert_eq!((ann.profile.age, ann.profile.height_cm, ann.active), (Some(41), Some(171.5), true));
    let ben = store.by_id(UserId(id(BEN))).await.expect("read").expect("he is there");
    assert_eq!((ben.profile.speciality.as_deref(), ben.valid_after), (Some("Diabetes"), Timestamp(1_500)));

    let session = store.session(SessionId(id(0x51))).await.expect("read").expect("it lasts");
    assert_eq!((session.user, session.expires_at), (ann.id, LATER));
    let revoked = store.revocations_after(0).await.expect("read");
    assert_eq!(revoked.iter().map(|one| (one.number, one.user)).collect::<Vec<_>>(), [(7, ben.id)]);
    // A token that was renewed before is one that somebody copied, in this version too.
    let replayed = store.rotate([0xb1; 32], [0xb2; 32], Timestamp(5_000_000), LATER, Duration::ZERO).await;
    assert!(matches!(replayed, Ok(Rotation::Replayed(of)) if of.id == session.id), "{replayed:?}");

    let calls = store.unfinished().await.expect("read");
    let [call] = calls.as_slice() else { panic!("{calls:?}") };
    assert_eq!((call.id, call.version, call.caller.user), (CallId(id(0xca)), 3, ann.id));
    assert!(matches!(call.phase, CallPhase::Ringing { until: Timestamp(40_000) }));
}

/// What the two agreed to, arranged and met for.
async fn has_met(store: &Sqlite, version: u32) {
    if version >= 6 {
        let lines = store.recording(UploadId(id(0xf6))).await.expect("read");
        let [asked, agreed] = lines.as_slice() else { panic!("{lines:?}") };
        let [ben, ann] = [BEN, ANN].map(|it| Person::User(UserId(id(it))));
        assert_eq!((asked.by, asked.number, agreed.by), (ben, 1, ann));
    }
    if version >= 7 {
        let appointment = store.appointment(AppointmentId(id(0xa7))).await.expect("read").expect("it stands");
        assert_eq!((appointment.patient, appointment.status()), (UserId(id(ANN)), AppointmentStatus::Confirmed));
        let found = store.appointment_of_room(id(0xa8)).await.expect("read").expect("it is found by its room");
        assert_eq!(found, appointment);
    }
    if version >= 8 {
        let ended = store.ended_consultations(UserId(id(ANN)), LATER, 10).await.expect("read");
        let [it] = ended.as_slice() else { panic!("{ended:?}") };
        assert_eq!((it.id, it.members.len(), it.members[1].name.as_str()), (ConsultationId(id(0xc8)), 2, "Ann Ärm"));
        assert_eq!((it.appointment, it.call), (Some(AppointmentId(id(0xa7))), None));
    }
    if version >= 9 {
        let words = store.words(ConsultationId(id(0xc8)), 0, 10).await.expect("read");
        assert_eq!(words.iter().map(|word| word.text.as_str()).collect::<Vec<_>>(), ["Good morning", "Hello 💚"]);
    }
    if version >= 10 {
        let lines = store.recording(UploadId(id(0xfa))).await.expect("read");
        let recording = Recording::of(&lines).expect("it was asked for");
        assert_eq!(recording.of, RecordingOf::Consultation(ConsultationId(id(0xc8))));
        assert!(recording.takes_bytes() && recording.is_of(Person::Guest(MemberId(id(0xd2)))));
    }
}

/// What was said until then, as it is now.
fn is_whole(entries: &[Entry], version: u32) {
    let length: usize = match version {
        1 | 2 => 3,
        3 => 6,
        _ => 7,
    };
    assert_eq!(entries.iter().map(|entry| entry.seq).collect::<Vec<_>>(), (1..=length as u64).collect::<Vec<_>>());
    assert!(matches!(&entries[0].body, EntryBody::Text(text) if text == HELLO));
    assert!(matches!(&entries[1].body, EntryBody::Plan { plan, .. } if plan.name.as_deref() == Some("Iron")));
    assert!(matches!(&entries[2].body, EntryBody::Call(call) if call.duration.as_secs() == 61));
    assert_eq!(entries[0].text(), if version < 3 { HELLO } else { "Hello again" });
    if version >= 3 {
        let changes = entries[0].changes.as_ref().expect("there are some");
        assert_eq!((changes.count, changes.last_seq, changes.reactions.len()), (2, 5, 1));
        let quote = entries[5].reply_to.as_ref().expect("it quotes");
        assert_eq!((quote.seq, quote.id), (1, entries[0].id));
    }
    if version >= 4 {
        assert_eq!(entries[6].body.file().expect("it shows one").upload, UploadId(id(0xf1)));
    }
}

async fn has_log(store: &Sqlite, version: u32) {
    let (ann, ben) = (UserId(id(ANN)), UserId(id(BEN)));
    let conversation = store.between(ann, ben).await.expect("read").expect("they have talked");
    let entries = store.entries_after(conversation.id, 0, 100).await.expect("read");
    is_whole(&entries, version);
    let last = entries.last().expect("some");
    assert_eq!(conversation.last_seq, last.seq);
    if version >= 2 {
        let reached = store.reached(ben, Timestamp(0)).await.expect("read");
        assert_eq!((reached.len(), reached[0].entries), (1, 2));
    }
    if version >= 4 {
        assert_eq!(store.upload(UploadId(id(0xf1))).await.expect("read").expect("kept").facts.name, "lunch.jpg");
    }

    // Ben has read the first of what Ann wrote; the call asked nobody to be read.
    let list = Conversations::list(store, ben).await.expect("read");
    let [row] = list.as_slice() else { panic!("{list:?}") };
    let messages: Vec<_> = entries.iter().filter(|entry| entry.body.target().is_none()).collect();
    let unread = messages.iter().filter(|entry| entry.receiver == ben && entry.seq > 1 && entry.body.asks_to_be_read());
    let unread = unread.count() as u64;
    assert_eq!((&row.last, row.last_message().seq), (last, messages[messages.len() - 1].seq));
    assert_eq!((row.mine.read, row.unread), (1, unread));
    assert_eq!(store.counts(conversation.id, ben).await, Ok([messages.len() as u64, unread]));

    // It goes on where it was, and knows what was sent before.
    let next = |n: u8, key: &str, text: &str| NewEntry {
        id: EntryId(id(n)),
        conversation: conversation.id,
        sender: ann,
        receiver: ben,
        client_message_id: key.parse().expect("a key"),
        created_at: Timestamp(60_000),
        body: EntryBody::Text(text.to_owned()),
        reply_to: None,
    };
    let again = store.append(next(0xe8, "key-1", HELLO)).await.expect("known");
    assert!(again.duplicate && again.entry.id == entries[0].id);
    let target = Target { seq: 1, id: entries[0].id };
    let reaction = EntryBody::Reaction { target, reaction: Some("👍".to_owned()) };
    let reacted = store.append(NewEntry { body: reaction, ..next(0xea, "key-10", "") }).await.expect("appended");
    assert_eq!(reacted.entry.seq, last.seq + 1);
    let row = &Conversations::list(store, ben).await.expect("read")[0];
    assert_eq!((row.last.seq, row.last_message().seq), (last.seq + 1, messages[messages.len() - 1].seq));
    let appended = store.append(next(0xe9, "key-9", "Still here?")).await.expect("appended");
    assert_eq!((appended.entry.seq, appended.duplicate), (last.seq + 2, false));
    assert_eq!(Conversations::list(store, ben).await.expect("read")[0].unread, unread + 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_every_version_left_is_there() {
    let fresh = tempfile::tempdir().expect("a folder");
    Sqlite::open(fresh.path(), Options::default()).expect("opened").close().await;
    for version in 1..=VERSION {
        eprintln!("left by version {version}");
        let folder = left_by(version);
        let store = Sqlite::open(folder.path(), Options::default()).expect("opened");
        assert_eq!(store.epoch().await.expect("read"), EPOCH, "what clients remember still holds");
        has_people(&store).await;
        has_log(&store, version).await;
        has_met(&store, version).await;
        store.close().await;
        is_sound(&folder);
        assert_eq!(schema(&folder), schema(&fresh), "there is one schema, whatever the way to it");
    }
}
