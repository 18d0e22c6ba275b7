//! What is SQLite's own, beside the contract.

use std::sync::mpsc;

use domain::{
    AppendError, Calls, ConversationId, Conversations, EntryBody, EntryId, InsertUserError, NewEntry, NewUser,
    ObjectId, Profile, Role, Timestamp, UserId, Users,
};
use tempfile::TempDir;

use super::*;
use crate::contract::{self, Ports};

fn folder() -> TempDir {
    tempfile::tempdir().expect("a folder")
}

fn open(dir: &TempDir) -> Sqlite {
    Sqlite::open(dir.path(), Options::default()).expect("opened")
}

fn raw(dir: &TempDir) -> Connection {
    Connection::open(dir.path().join(FILE)).expect("opened")
}

fn user(n: u8) -> NewUser {
    NewUser {
        id: UserId(ObjectId::from([n; 12])),
        name: format!("Person {n}"),
        email: format!("{n}@example.org"),
        role: Role::Patient,
        active: true,
        password_hash: String::new(),
        profile: Profile::default(),
        created_at: Timestamp(1),
    }
}

fn text(n: u32, text: String) -> NewEntry {
    let id = ObjectId::from_parts(n, [1; 8]);
    NewEntry {
        id: EntryId(id),
        conversation: ConversationId(id),
        sender: user(1).id,
        receiver: user(2).id,
        client_message_id: format!("key-{n}").parse().expect("a key"),
        created_at: Timestamp(1),
        body: EntryBody::Text(text),
        reply_to: None,
    }
}

/// Keeps the writer in an operation until the sender is used or dropped; what comes meanwhile queues up.
async fn hold(store: &Sqlite) -> mpsc::Sender<()> {
    let (release, held) = mpsc::channel::<()>();
    let (started, starts) = tokio::sync::oneshot::channel();
    let held = std::sync::Mutex::new((held, Some(started)));
    let writing = store.clone();
    tokio::spawn(async move {
        let wait = move |_: &Connection| {
            let mut held = held.lock().expect("one thread");
            held.1.take().expect("it runs once").send(()).expect("somebody waits");
            let _ = held.0.recv();
            Ok(())
        };
        writing.write::<_, _, StoreError>(wait).await
    });
    starts.await.expect("it starts");
    release
}

#[tokio::test(flavor = "multi_thread")]
async fn keeps_the_contract() {
    contract::run(Ports::of(&open(&folder()))).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn keeps_what_it_was_told() {
    let dir = folder();
    contract::persists(async || open(&dir), async |store: Sqlite| store.close().await).await;
}

#[tokio::test]
async fn a_commit_is_on_the_disk_and_what_is_deleted_is_overwritten() {
    let dir = folder();
    let store = open(&dir);
    let pragmas = |connection: &Connection| {
        let names = ["synchronous", "foreign_keys", "secure_delete", "cache_size", "wal_autocheckpoint", "query_only"];
        let numbers = names.map(|name| connection.pragma_query_value(None, name, |row| row.get::<_, i64>(0)));
        let mode = connection.pragma_query_value(None, "journal_mode", |row| row.get::<_, String>(0));
        let busy = connection.pragma_query_value(None, "busy_timeout", |row| row.get::<_, i64>(0));
        let numbers = numbers.into_iter().collect::<Result<Vec<_>, _>>()?;
        Ok::<_, rusqlite::Error>((mode?, busy?, numbers))
    };
    let written = store.write::<_, _, StoreError>(move |connection| Ok(pragmas(connection)?)).await;
    assert_eq!(written, Ok(("wal".to_owned(), 5_000, vec![2, 1, 1, -65_536, 4_000, 0])));
    let (mode, busy, numbers) = store.read(pragmas).await.expect("read");
    assert_eq!((mode.as_str(), busy, numbers[1], numbers[5]), ("wal", 5_000, 1, 1));
    let identity = store
        .read(|connection| {
            let application = connection.pragma_query_value(None, "application_id", |row| row.get::<_, i32>(0))?;
            let version = connection.pragma_query_value(None, "user_version", |row| row.get::<_, u32>(0))?;
            Ok((application, version))
        })
        .await;
    assert_eq!(identity, Ok((migrations::APPLICATION_ID, migrations::VERSION)));
    let refused = store.read(|connection| connection.execute("DELETE FROM users", [])).await;
    assert!(matches!(refused, Err(StoreError::Unavailable(_))), "readers only read: {refused:?}");
}

#[test]
fn the_epoch_is_random_and_stays() {
    let (one, other) = (folder(), folder());
    let epoch = |dir| open(dir).shared.epoch.clone();
    let first = epoch(&one);
    assert_eq!(first.len(), 16);
    assert!(first.bytes().all(|digit| digit.is_ascii_hexdigit()));
    assert_eq!(epoch(&one), first);
    assert_ne!(epoch(&other), first);
}

#[test]
fn a_newer_schema_is_refused_in_a_sentence() {
    let dir = folder();
    drop(open(&dir));
    raw(&dir).pragma_update(None, "user_version", migrations::VERSION + 1).expect("set");
    let error = Sqlite::open(dir.path(), Options::default()).err().expect("refused");
    assert!(
        matches!(error, OpenError::Newer { found, known: migrations::VERSION, .. } if found == migrations::VERSION + 1),
        "{error:?}"
    );
    assert!(error.to_string().contains("newer version of MoodBites"), "{error}");
    let left: u32 = raw(&dir).pragma_query_value(None, "user_version", |row| row.get(0)).expect("read");
    assert_eq!(left, migrations::VERSION + 1);
}

#[test]
fn what_is_not_ours_is_left_alone() {
    let foreign = folder();
    raw(&foreign).execute_batch("CREATE TABLE theirs (x)").expect("made");
    let error = Sqlite::open(foreign.path(), Options::default()).err().expect("refused");
    assert!(matches!(error, OpenError::Foreign { .. }), "{error:?}");
    let mode: String = raw(&foreign).pragma_query_value(None, "journal_mode", |row| row.get(0)).expect("read");
    assert_eq!(mode, "delete");

    let garbage = folder();
    let content = "not a database, and longer than SQLite's header of a hundred bytes ".repeat(20);
    fs::write(garbage.path().join(FILE), &content).expect("written");
    let error = Sqlite::open(garbage.path(), Options::default()).err().expect("refused");
    assert!(matches!(error, OpenError::Database { .. }), "{error:?}");
    assert_eq!(fs::read_to_string(garbage.path().join(FILE)).expect("read"), content);

    let blocked = folder();
    fs::write(blocked.path().join("file"), "").expect("written");
    let error = Sqlite::open(&blocked.path().join("file"), Options::default()).err().expect("refused");
    assert!(matches!(error, OpenError::Folder { .. }), "{error:?}");
}

#[cfg(unix)]
#[tokio::test]
async fn the_files_are_for_their_owner_alone() {
    use std::os::unix::fs::PermissionsExt;
    let dir = folder();
    let data = dir.path().join("new").join("data");
    let store = Sqlite::open(&data, Options::default()).expect("opened");
    store.insert(user(1)).await.expect("inserted");
    let mode = |path: PathBuf| fs::metadata(path).expect("it is there").permissions().mode() & 0o777;
    for name in ["moodbites.db", "moodbites.db-wal", "moodbites.db-shm"] {
        assert_eq!(mode(data.join(name)), 0o600, "{name}");
    }
    assert_eq!(mode(data), 0o700);
}

#[tokio::test]
async fn closed_it_leaves_one_whole_file_and_takes_no_more() {
    let dir = folder();
    let store = open(&dir);
    store.ping().await.expect("alive");
    let release = hold(&store).await;
    let other = store.clone();
    let queued = tokio::spawn(async move { other.insert(user(1)).await });
    tokio::task::yield_now().await;
    drop(release);
    store.close().await;
    assert!(queued.await.expect("ran").is_ok(), "what was taken is written");
    assert_eq!(fs::read_dir(dir.path()).expect("read").count(), 1);
    assert!(matches!(store.ping().await, Err(StoreError::Unavailable(_))));
    assert!(matches!(store.insert(user(2)).await, Err(InsertUserError::Store(StoreError::Unavailable(_)))));
    let again = open(&dir);
    assert!(again.by_id(user(1).id).await.expect("read").is_some());
    assert!(again.by_id(user(2).id).await.expect("read").is_none());
}

#[tokio::test]
async fn a_full_disk_fails_what_needs_room_and_nothing_else_and_passes() {
    let dir = folder();
    let store = open(&dir);
    let limit = async |pages: u32| {
        let set = move |connection: &Connection| {
            Ok(connection.pragma_update_and_check(None, "max_page_count", pages, |_| Ok(()))?)
        };
        store.write::<_, _, StoreError>(set).await.expect("set");
    };
    let pages = store.read(|connection| connection.pragma_query_value(None, "page_count", |row| row.get::<_, u32>(0)));
    limit(pages.await.expect("read") + 20).await;
    let mut kept = 0;
    let full = loop {
        match store.append(text(kept + 1, "x".repeat(16_000))).await {
            Ok(_) => kept += 1,
            Err(error) => break error,
        }
    };
    assert_eq!(full, AppendError::Store(StoreError::Full));
    assert!(kept > 0);

    // One that needs much room among those that need none: each gets its own answer.
    let release = hold(&store).await;
    let (small, large, other) = tokio::join!(
        biased;
        store.append(text(100, "small".to_owned())),
        store.append(text(101, "x".repeat(16_000))),
        async {
            let queued = store.append(text(102, "small".to_owned()));
            tokio::pin!(queued);
            // Asked before the writer goes on.
            tokio::select! {
                biased;
                _ = &mut queued => panic!("the writer is held"),
                () = std::future::ready(()) => drop(release),
            }
            queued.await
        },
    );
    assert_eq!(large.map(|_| ()), Err(AppendError::Store(StoreError::Full)));
    assert_eq!(
        [small.expect("fits").entry.seq, other.expect("fits").entry.seq],
        [u64::from(kept) + 1, u64::from(kept) + 2]
    );
    let log = store.between(user(1).id, user(2).id).await.expect("reads go on").expect("it is there");
    assert_eq!(store.entries_after(log.id, 0, 1_000).await.expect("read").len(), kept as usize + 2);
    store.ping().await.expect("it lives");

    limit(1_000_000).await;
    assert_eq!(
        store.append(text(101, "x".repeat(16_000))).await.expect("there is room").entry.seq,
        u64::from(kept) + 3
    );
}

#[tokio::test]
async fn in_a_batch_each_fares_alone() {
    let dir = folder();
    let store = open(&dir);
    let release = hold(&store).await;
    let write = |sql: &'static str| store.write::<_, usize, StoreError>(move |c| Ok(c.execute(sql, [])?));
    let one = "INSERT INTO revocations (number, user) VALUES (1, zeroblob(12))";
    let (good, double, panicked, refused, after, ()) = tokio::join!(
        biased;
        write(one),
        write(one),
        store.write::<_, (), StoreError>(|c| {
            c.execute("INSERT INTO revocations (number, user) VALUES (2, zeroblob(12))", [])?;
            panic!("a bug, on purpose");
        }),
        store.write::<_, (), AppendError>(|c| {
            c.execute("INSERT INTO revocations (number, user) VALUES (3, zeroblob(12))", [])?;
            Err(Failure::Refused(AppendError::IdConflict))
        }),
        write("INSERT INTO revocations (number, user) VALUES (4, zeroblob(12))"),
        async { drop(release) },
    );
    assert_eq!((good, after), (Ok(1), Ok(1)));
    assert!(matches!(double, Err(StoreError::Unavailable(_))), "{double:?}");
    assert!(matches!(panicked, Err(StoreError::Unavailable(_))), "{panicked:?}");
    assert_eq!(refused, Err(AppendError::IdConflict));
    assert_eq!(revocations(&store).await, [1, 4]);
}

#[tokio::test]
async fn a_lost_transaction_is_tried_again_one_by_one() {
    let dir = folder();
    let store = open(&dir);
    let release = hold(&store).await;
    let write = |sql: &'static str| store.write::<_, (), StoreError>(move |c| Ok(c.execute_batch(sql)?));
    let (before, breaks, after, ()) = tokio::join!(
        biased;
        write("INSERT INTO revocations (number, user) VALUES (1, zeroblob(12))"),
        write("INSERT INTO revocations (number, user) VALUES (2, zeroblob(12)); ROLLBACK"),
        write("INSERT INTO revocations (number, user) VALUES (3, zeroblob(12))"),
        async { drop(release) },
    );
    assert_eq!((before, after), (Ok(()), Ok(())));
    assert!(breaks.is_err(), "it is not there, so it must not be told");
    assert_eq!(revocations(&store).await, [1, 3]);
}

async fn revocations(store: &Sqlite) -> Vec<u64> {
    let lines = domain::Sessions::revocations_after(store, 0).await.expect("read");
    lines.into_iter().map(|line| line.number).collect()
}

#[tokio::test]
async fn what_does_not_fit_the_queue_is_busy_at_once() {
    let dir = folder();
    let store = Sqlite::open(dir.path(), Options { queue: 2, ..Options::default() }).expect("opened");
    let release = hold(&store).await;
    let (first, second, third, ()) = tokio::join!(
        biased;
        store.insert(user(1)),
        store.insert(user(2)),
        store.insert(user(3)),
        async { drop(release) },
    );
    assert!(first.is_ok() && second.is_ok());
    assert_eq!(third, Err(InsertUserError::Store(StoreError::Busy)));
    assert!(store.insert(user(3)).await.is_ok());
}

#[tokio::test]
async fn another_process_that_writes_on_and_on_makes_it_busy() {
    let dir = folder();
    let patience = Duration::from_millis(50);
    let store = Sqlite::open(dir.path(), Options { patience, ..Options::default() }).expect("opened");
    let other = raw(&dir);
    other.execute_batch("BEGIN IMMEDIATE").expect("begun");
    assert_eq!(store.insert(user(1)).await, Err(InsertUserError::Store(StoreError::Busy)));
    assert_eq!(store.by_id(user(1).id).await, Ok(None), "reads go on");
    other.execute_batch("ROLLBACK").expect("ended");
    assert!(store.insert(user(1)).await.is_ok());
}

#[tokio::test(flavor = "multi_thread")]
async fn many_open_a_new_file_at_once_and_see_each_other() {
    let dir = folder();
    let opening = std::array::from_fn::<_, 8, _>(|_| {
        let path = dir.path().to_owned();
        tokio::task::spawn_blocking(move || Sqlite::open(&path, Options::default()).expect("opened"))
    });
    let mut stores = Vec::new();
    for opened in opening {
        stores.push(opened.await.expect("ran"));
    }
    for (n, store) in (1..).zip(&stores) {
        store.insert(user(n)).await.expect("inserted");
        for other in &stores {
            assert!(other.by_id(user(n).id).await.expect("read").is_some());
            assert_eq!(other.shared.epoch, store.shared.epoch);
        }
    }
    assert_eq!(stores[0].unfinished().await, Ok(Vec::new()));
}

#[tokio::test]
async fn no_question_about_a_log_reads_more_than_it_answers() {
    let dir = folder();
    let store = open(&dir);
    let questions = [
        entries::BEFORE,
        entries::MESSAGES_BEFORE,
        entries::BY_PLACE,
        entries::AFTER,
        entries::BY_ID,
        entries::BY_KEY,
        conversations::BY_ID,
        transfer::CONVERSATIONS_AFTER,
        users::AFTER,
        uploads::AFTER,
        recordings::LOG,
        recordings::AFTER,
        conversations::BETWEEN,
        conversations::LIST,
        conversations::RECEIPTS,
        conversations::NEWLY_READ,
        search::IN_ONE,
        search::IN_ALL,
        words::BEGINNING,
        old_pages::REACHED,
        old_pages::FORGET,
    ];
    for sql in questions {
        let plan = store.read(move |connection| {
            let mut statement = connection.prepare(&format!("EXPLAIN QUERY PLAN {sql}"))?;
            let nothing = vec![rusqlite::types::Null; statement.parameter_count()];
            let steps = statement.query_map(rusqlite::params_from_iter(nothing), |row| row.get::<_, String>(3))?;
            steps.collect::<Result<Vec<_>, _>>()
        });
        let plan = plan.await.expect("explained");
        // "SCAN n" is the list's own selection, 1,000 rows at most.
        let whole = plan.iter().filter(|step| step.starts_with("SCAN") && *step != "SCAN n").count();
        assert_eq!(whole, 0, "{sql}: {plan:?}");
        let sorted = plan.iter().any(|step| step.contains("TEMP B-TREE"));
        assert_eq!(sorted, [conversations::LIST, search::IN_ALL].contains(&sql), "{sql}: {plan:?}");
    }
}

#[tokio::test]
async fn what_was_said_in_a_deleted_message_is_nowhere_in_the_file() {
    let dir = folder();
    let store = open(&dir);
    let said = store.append(text(1, "a secret, quite long ".repeat(20))).await.expect("appended").entry;
    let target = domain::Target { seq: said.seq, id: said.id };
    let edit = EntryBody::Edit { target, text: "a secret of another kind ".repeat(20) };
    store.append(NewEntry { body: edit, ..text(2, String::new()) }).await.expect("appended");
    for n in 3..20 {
        store.append(text(n, "something else".to_owned())).await.expect("appended");
    }
    let deletion = EntryBody::Deletion { target };
    store.append(NewEntry { body: deletion, ..text(20, String::new()) }).await.expect("appended");
    store.close().await;
    let file = fs::read(dir.path().join(FILE)).expect("read");
    let has = |word: &[u8]| file.windows(word.len()).any(|window| window == word);
    assert!(has(b"something else"));
    assert!(!has(b"secret"));
}
