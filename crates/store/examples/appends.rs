//! How fast the store appends and reads on this machine: `cargo run --release -p store --example appends [FOLDER]`.
//! The folder decides what is measured, since every commit waits for its disk.
#![allow(clippy::print_stdout)]

use std::path::Path;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use domain::{ConversationId, Conversations, EntryBody, EntryId, NewEntry, ObjectId, Receipt, Timestamp, UserId};
use store::{Options, Sqlite};
use tokio::task::JoinSet;

const RUN: Duration = Duration::from_secs(4);
const CONVERSATIONS: u64 = 1_000;

#[tokio::main]
async fn main() {
    let parent = std::env::args().nth(1).unwrap_or_else(|| ".".to_owned());
    let dir = tempfile::tempdir_in(Path::new(&parent)).expect("a folder");
    let store = Sqlite::open(dir.path(), Options::default()).expect("opened");
    for clients in [1, 8, 64, 256] {
        appends(&store, clients).await;
    }
    let me = seed(&store).await;
    reads(&store, me).await;
    store.close().await;
}

fn user(n: u64) -> UserId {
    UserId(ObjectId::from_parts(1, n.to_be_bytes()))
}

fn entry(sender: UserId, receiver: UserId, n: u64) -> NewEntry {
    // Ids made at about the same time are near each other, as a server's are; keys are random, as a client's are.
    let scattered = n.wrapping_mul(0x9e37_79b9_7f4a_7c15);
    let second = SystemTime::now().duration_since(UNIX_EPOCH).expect("after 1970").as_secs();
    let id = ObjectId::from_parts(u32::try_from(second).unwrap_or(u32::MAX), scattered.to_be_bytes());
    NewEntry {
        id: EntryId(id),
        conversation: ConversationId(id),
        sender,
        receiver,
        client_message_id: format!("{scattered:016x}-4000-8000-{scattered:016x}").parse().expect("a key"),
        created_at: Timestamp(i64::try_from(n).unwrap_or(0)),
        body: EntryBody::Text("Good morning! Did the new breakfast plan work for you on Tuesday? ".repeat(2)),
        reply_to: None,
    }
}

/// Clients that each wait for their answer, in conversations of their own.
async fn appends(store: &Sqlite, clients: u64) {
    let start = Instant::now();
    let busy = cpu();
    let mut tasks = JoinSet::new();
    for client in 0..clients {
        let store = store.clone();
        tasks.spawn(async move {
            let (sender, receiver) = (user(2 * client), user(2 * client + 1));
            let mut waits = Vec::new();
            while start.elapsed() < RUN {
                let n = (clients << 52) | (client << 36) | u64::try_from(waits.len()).unwrap_or(0);
                let asked = Instant::now();
                store.append(entry(sender, receiver, n)).await.expect("appended");
                waits.push(asked.elapsed());
            }
            waits
        });
    }
    let mut waits: Vec<_> = tasks.join_all().await.into_iter().flatten().collect();
    waits.sort_unstable();
    let rate = f64::from(u32::try_from(waits.len()).unwrap_or(u32::MAX)) / start.elapsed().as_secs_f64();
    let at = |share: usize| waits[(waits.len() * share / 100).min(waits.len() - 1)];
    let each = (cpu() - busy) / u32::try_from(waits.len()).unwrap_or(u32::MAX);
    println!("append, {clients:>3} clients: {rate:>8.0}/s, p50 {:?}, p99 {:?}, CPU {each:?} each", at(50), at(99));
}

/// What all threads have used, where the system tells (Linux); it says more than the rate where others use the machine.
fn cpu() -> Duration {
    let threads = std::fs::read_dir("/proc/self/task").into_iter().flatten().flatten();
    let nanos = threads.filter_map(|thread| {
        let used = std::fs::read_to_string(thread.path().join("schedstat")).ok()?;
        used.split(' ').next()?.parse::<u64>().ok()
    });
    Duration::from_nanos(nanos.sum())
}

/// One user with many conversations.
async fn seed(store: &Sqlite) -> UserId {
    let me = user(1 << 40);
    let mut tasks = JoinSet::new();
    for other in 0..CONVERSATIONS {
        let store = store.clone();
        tasks.spawn(async move {
            for n in 0..100 {
                let n = (1 << 62) | (other << 20) | n;
                store.append(entry(user((1 << 41) + other), me, n)).await.expect("appended");
            }
        });
    }
    tasks.join_all().await;
    me
}

async fn reads(store: &Sqlite, me: UserId) {
    let listed = store.list(me).await.expect("listed");
    let conversation = listed[500].conversation.id;
    let newest = listed[500].last.id;
    let read = Receipt { delivered: 1, read: 1 };
    time("one entry by id", 20_000, async || store.entry(newest).await.is_ok()).await;
    time("a page of 50", 5_000, async || store.entries_before(conversation, None, 50).await.is_ok()).await;
    time("a list of 1,000", 50, async || store.list(me).await.is_ok()).await;
    time("a receipt that stands", 2_000, async || store.advance_receipt(conversation, me, read).await.is_ok()).await;
}

async fn time(what: &str, times: u32, each: impl AsyncFn() -> bool) {
    let start = Instant::now();
    for _ in 0..times {
        assert!(each().await);
    }
    println!("{what}: {:?}", start.elapsed() / times);
}
