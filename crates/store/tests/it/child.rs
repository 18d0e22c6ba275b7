//! This test binary, started again as another process with a store of its own on the same folder.

use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use domain::{
    BlobId, Blobs, ConversationId, Conversations, EntryBody, EntryId, FileFacts, NewEntry, NewUser, ObjectId, Part,
    Profile, Role, Timestamp, Upload, UploadId, UploadKind, Uploads, UserId, Users,
};
use store::{ObjectBlobs, Options, Sqlite};

const FOLDER: &str = "STORE_TEST_FOLDER";
const ROUND: &str = "STORE_TEST_ROUND";

/// Starts a child that does what the test of that name says, and prints what it was told.
pub(crate) fn start(test: &str, folder: &Path, round: u32) -> Child {
    Command::new(std::env::current_exe().expect("a test has a file"))
        .args(["--exact", test, "--nocapture", "--ignored"])
        .env(FOLDER, folder)
        .env(ROUND, round.to_string())
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .spawn()
        .expect("started")
}

pub(crate) fn pair() -> [UserId; 2] {
    [UserId(ObjectId::from([1; 12])), UserId(ObjectId::from([2; 12]))]
}

pub(crate) fn new_user(n: u64) -> NewUser {
    NewUser {
        id: UserId(ObjectId::from_parts(3, n.to_be_bytes())),
        name: format!("Person {n}"),
        email: format!("{n}@example.org"),
        role: Role::Patient,
        active: true,
        password_hash: String::new(),
        profile: Profile::default(),
        created_at: Timestamp(1),
    }
}

/// An entry of the first of the pair; `n` makes it another.
pub(crate) fn new_entry(n: u64) -> NewEntry {
    let [sender, receiver] = pair();
    let id = ObjectId::from_parts(4, n.to_be_bytes());
    NewEntry {
        id: EntryId(id),
        conversation: ConversationId(id),
        sender,
        receiver,
        client_message_id: format!("key-{n}").parse().expect("a key"),
        created_at: Timestamp(1),
        body: EntryBody::Text(format!("text {n}")),
        reply_to: None,
    }
}

fn told() -> (PathBuf, u64) {
    let folder = std::env::var_os(FOLDER).expect("started by a test");
    let round = std::env::var(ROUND).expect("started by a test");
    (folder.into(), round.parse().expect("a number"))
}

/// One write per line, so that a line is there as a whole or not at all.
fn say(line: &str) {
    std::io::stdout().write_all(format!("\n@{line}\n").as_bytes()).expect("the parent listens");
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "a part of killed::what_was_acknowledged_survives_a_kill"]
async fn appends_until_it_is_killed() {
    let (folder, round) = told();
    let store = Sqlite::open(&folder, Options::default()).expect("opened");
    let mut tasks = tokio::task::JoinSet::new();
    for task in 0..16 {
        let store = store.clone();
        tasks.spawn(async move {
            for n in 0.. {
                let new = new_entry(round << 40 | task << 32 | n);
                let entry = store.append(new).await.expect("appended").entry;
                say(&format!("{} {}", entry.id, entry.seq));
            }
        });
    }
    tasks.join_all().await;
}

/// What a file holds: its size and content follow from its number.
pub(crate) fn content(n: u64) -> Vec<u8> {
    (0..200_000 + n % 300_000).map(|at| (at.wrapping_mul(n + 7) >> 3) as u8).collect()
}

/// An upload of that content.
pub(crate) fn new_upload(n: u64) -> Upload {
    let facts = FileFacts {
        upload: UploadId(ObjectId::from_parts(5, n.to_be_bytes())),
        name: n.to_string(),
        size: content(n).len() as u64,
        media_type: "application/octet-stream".to_owned(),
        width: None,
        height: None,
        duration: None,
        waveform: Vec::new(),
        has_thumbnail: false,
    };
    let [owner, _] = pair();
    let key = format!("upload-{n}").parse().expect("a key");
    Upload { owner, key, kind: UploadKind::File, facts, created_at: Timestamp(1) }
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "a part of killed::an_upload_is_there_whole_or_not_at_all"]
async fn uploads_until_it_is_killed() {
    let (folder, round) = told();
    let store = Sqlite::open(&folder, Options::default()).expect("opened");
    let blobs = ObjectBlobs::in_folder(&folder.join("uploads")).expect("opened");
    let mut tasks = tokio::task::JoinSet::new();
    for task in 0..4 {
        let (store, blobs) = (store.clone(), blobs.clone());
        tasks.spawn(async move {
            for n in 0.. {
                let upload = new_upload(round << 40 | task << 32 | n);
                let bytes = content(round << 40 | task << 32 | n);
                let id = BlobId { upload: upload.id(), part: Part::Whole };
                let mut writer = blobs.write(id).await.expect("begun");
                for chunk in bytes.chunks(10_000) {
                    writer.write(chunk).await.expect("written");
                }
                writer.finish().await.expect("finished");
                let id = store.insert_upload(upload, u64::MAX).await.expect("recorded").facts.name;
                say(&id);
            }
        });
    }
    tasks.join_all().await;
}

#[tokio::test]
#[ignore = "a part of beside::another_process_writes_at_the_same_time"]
async fn adds_users() {
    let (folder, round) = told();
    let store = Sqlite::open(&folder, Options::default()).expect("opened");
    for n in 0..50 {
        let user = store.insert(new_user(round << 32 | n)).await.expect("inserted");
        say(&user.id.to_string());
    }
    store.close().await;
}
