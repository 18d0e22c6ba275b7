use std::collections::{HashMap, VecDeque};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use domain::{
    AppendError, ConversationId, Conversations, Entry, EntryBody, EntryId, NewEntry, ObjectId, StoreError, Timestamp,
    UserId,
};
use mongodb::bson::doc;
use tokio::task::JoinSet;

use super::proxy::{self, Fault};
use super::{FerretDb, MongoDb, contract, open};

pub(super) fn user(n: u8) -> UserId {
    UserId(ObjectId::from([n; 12]))
}

/// One of a writer's entries; the second time with ids of its own, as a client's retry has.
fn new(writer: u8, n: u64, attempt: u64) -> NewEntry {
    let id = ObjectId::from_parts(u32::from(writer), (attempt << 32 | n).to_be_bytes());
    // Two write to each other in each conversation.
    let (sender, receiver) = (user(writer), user(writer ^ 1));
    NewEntry {
        id: EntryId(id),
        conversation: ConversationId(id),
        sender,
        receiver,
        client_message_id: format!("key-{n}").parse().expect("a key"),
        created_at: Timestamp(1),
        body: EntryBody::Text(format!("text {n} of {writer}")),
        reply_to: None,
    }
}

/// Tries until it is stored, as clients do.
pub(super) async fn append(store: &MongoDb, writer: u8, n: u64) -> Entry {
    for attempt in 0..50 {
        match store.append(new(writer, n, attempt)).await {
            Ok(appended) => return appended.entry,
            Err(AppendError::Store(StoreError::Full)) => panic!("it is not full"),
            Err(AppendError::Store(_)) => tokio::time::sleep(Duration::from_millis(20)).await,
            Err(error) => panic!("{error}"),
        }
    }
    panic!("never stored");
}

/// Everybody writes, in order, while the faults come; then what was told is compared with what is there.
async fn nothing_is_lost_or_doubled(faults: Vec<Fault>, each: u64) {
    let folder = tempfile::tempdir().expect("a folder");
    let server = FerretDb::start(folder.path());
    let left = Arc::new(Mutex::new(VecDeque::from(faults)));
    let address = proxy::start(server.address(), Arc::clone(&left), Arc::default()).await;
    let store = MongoDb::open(&format!("mongodb://{address}/faults")).await.expect("opened");
    let mut writers = JoinSet::new();
    for writer in 0..8 {
        let store = store.clone();
        writers.spawn(async move {
            let mut told = Vec::new();
            for n in 0..each {
                told.push(append(&store, writer, n).await);
            }
            told
        });
    }
    let told: Vec<_> = writers.join_all().await.into_iter().flatten().collect();
    assert!(left.lock().expect("no panic").is_empty(), "every fault came");
    store.close().await;

    let store = open(&server, "faults").await;
    let mut kept = HashMap::new();
    for writer in [0, 2, 4, 6] {
        let log = store.between(user(writer), user(writer ^ 1)).await.expect("read").expect("it began");
        let entries = store.entries_after(log.id, 0, u32::MAX).await.expect("read");
        let seqs: Vec<_> = entries.iter().map(|entry| entry.seq).collect();
        assert_eq!(seqs, (1..=2 * each).collect::<Vec<_>>(), "each of the two wrote so many, and each is there once");
        assert_eq!(store.counts(log.id, user(writer)).await, Ok([2 * each, each]));
        kept.extend(entries.into_iter().map(|entry| (entry.id, entry)));
    }
    for entry in told {
        assert_eq!(kept.get(&entry.id), Some(&entry), "what was told is so");
    }
    store.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn through_cuts_and_elections_nothing_is_lost_or_doubled() {
    use Fault::{CutAfter, CutBefore, RolledBack, SteppedDown, SteppedDownAfter, Unconfirmed};
    let once = [CutAfter, CutBefore, SteppedDown, SteppedDownAfter, Unconfirmed, RolledBack];
    let faults = once.into_iter().cycle().take(30).chain([CutAfter; 3]).chain([SteppedDown; 3]);
    nothing_is_lost_or_doubled(faults.collect(), 40).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_command_that_is_done_long_after_it_was_given_up_doubles_nothing() {
    nothing_is_lost_or_doubled(vec![Fault::Stall, Fault::Stall], 4).await;
}

/// No fake of ours can lose what a minority had: so it is looked at that nothing less than a majority is asked for.
#[tokio::test(flavor = "multi_thread")]
async fn a_majority_is_asked_for_whatever_is_asked() {
    let folder = tempfile::tempdir().expect("a folder");
    let server = FerretDb::start(folder.path());
    let asked = proxy::Asked::default();
    let address = proxy::start(server.address(), Arc::default(), Arc::clone(&asked)).await;
    let uri = format!("mongodb://{address}/majority");
    let open = async || MongoDb::open(&uri).await.expect("opened");
    contract::persists(open, async |store: MongoDb| store.close().await).await;
    let asked = std::mem::take(&mut *asked.lock().expect("no panic"));
    let mut seen = HashMap::<_, usize>::new();
    for command in &asked {
        let (name, _) = command.iter().next().expect("a command has a name");
        let majority = match name.as_str() {
            "insert" | "update" | "delete" | "findAndModify" => {
                command.get_document("writeConcern").is_ok_and(|asked| *asked == doc! { "w": "majority", "j": true })
            }
            "find" | "aggregate" | "count" | "distinct" => {
                command.get_document("readConcern").is_ok_and(|asked| *asked == doc! { "level": "majority" })
            }
            _ => continue,
        };
        assert!(majority, "{command}");
        // What follows one that failed must not be in: it would stand where something else was to come.
        let is_entries = command.get_str("insert").is_ok_and(|name| name == "entries");
        assert!(!is_entries || command.get_bool("ordered").is_ok_and(|ordered| ordered), "{command}");
        *seen.entry(name.clone()).or_default() += 1;
    }
    assert!(["insert", "update", "find"].iter().all(|name| seen.contains_key(*name)), "{seen:?}");
}

/// Whoever finds a place taken goes on behind it, and with all that was to come after it.
#[tokio::test(flavor = "multi_thread")]
async fn processes_that_write_to_one_log_keep_each_senders_order() {
    const EACH: u64 = 120;
    let folder = tempfile::tempdir().expect("a folder");
    let server = FerretDb::start(folder.path());
    let stores = [open(&server, "two").await, open(&server, "two").await];
    let mut writers = JoinSet::new();
    for (writer, store) in (0..).zip(stores.clone()) {
        writers.spawn(async move {
            let mut told = Vec::new();
            // Several at a time, so that there are batches, and each of the two comes between the other's.
            for first in (0..EACH).step_by(6) {
                let some = (first..first + 6).map(|n| store.append(new(writer, n, 0)));
                told.extend(
                    futures_util::future::join_all(some).await.into_iter().map(|done| done.expect("stored").entry),
                );
            }
            told
        });
    }
    let told = writers.join_all().await;
    let log = stores[0].between(user(0), user(1)).await.expect("read").expect("it began");
    let entries = stores[0].entries_after(log.id, 0, u32::MAX).await.expect("read");
    assert_eq!(entries.iter().map(|entry| entry.seq).collect::<Vec<_>>(), (1..=2 * EACH).collect::<Vec<_>>());
    for told in told {
        let kept: Vec<_> = entries.iter().filter(|entry| entry.sender == told[0].sender).cloned().collect();
        assert_eq!(kept, told, "as it was told, and in the order in which it was begun");
    }
    for store in stores {
        store.close().await;
    }
}
