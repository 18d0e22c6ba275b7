//! The index itself, which the contract can't see: that it is taken up, that it is exact, and that nothing stays in it.

use std::collections::BTreeSet;

use domain::{Conversations, EntryBody, EntryId, NewEntry, ObjectId, Target, UserId};
use tempfile::TempDir;

use super::*;
use crate::sqlite::{FILE, Options, Sqlite};

fn open(dir: &TempDir) -> Sqlite {
    Sqlite::open(dir.path(), Options::default()).expect("opened")
}

fn folder() -> TempDir {
    tempfile::tempdir().expect("a folder")
}

fn person(n: u8) -> UserId {
    UserId(ObjectId::from([n; 12]))
}

fn new(n: u32, body: EntryBody) -> NewEntry {
    let id = ObjectId::from_parts(n, [1; 8]);
    NewEntry {
        id: EntryId(id),
        conversation: ConversationId(id),
        sender: person(1),
        receiver: person(2),
        client_message_id: format!("key-{n}").parse().expect("a key"),
        created_at: Timestamp(1),
        body,
        reply_to: None,
    }
}

async fn append(store: &Sqlite, n: u32, body: EntryBody) -> Entry {
    store.append(new(n, body)).await.expect("appended").entry
}

async fn take_up(store: &Sqlite, conversation: ConversationId) {
    let step = move |connection: &Connection| Ok(words::take_up(connection, conversation)?);
    while store.write::<_, _, domain::StoreError>(step).await.expect("taken up") {}
}

async fn found(store: &Sqlite, question: &str) -> Vec<u64> {
    let words = Words::of_question(question).expect("short");
    let query = SearchQuery { words, conversation: None, before: None, limit: 10_000 };
    let found = store.search(person(2), &query).await.expect("searched");
    found.entries.iter().map(|entry| entry.seq).collect()
}

/// `(word, seq)` of everything in the index.
async fn index(store: &Sqlite) -> BTreeSet<(String, u64)> {
    let all = store.read(|connection| {
        let mut statement = connection.prepare("SELECT block, word, seqs FROM words")?;
        let rows = statement
            .query_map([], |row| Ok((row.get::<_, i64>(0)?, row.get::<_, String>(1)?, row.get::<_, Vec<u8>>(2)?)))?;
        rows.collect::<Result<Vec<_>, _>>()
    });
    let mut index = BTreeSet::new();
    for (block, word, bytes) in all.await.expect("read") {
        assert!(!bytes.is_empty(), "a word that nothing has");
        let mut places = words::Places::NONE;
        places.add_bytes(&bytes);
        index.extend(places.iter().map(|at| (word.clone(), words::seq_of(block, at))));
    }
    index
}

#[tokio::test]
async fn the_index_is_what_a_look_at_every_message_would_make_whatever_happens_to_them() {
    const WORDS: [&str; 8] = ["soup", "souper", "bread", "Brot", "müsli", "milk", "a", "1"];
    let dir = folder();
    let store = open(&dir);
    let mut random = 0x2545_f491_4f6c_dd1d_u64;
    let mut next = |below: usize| {
        random ^= random << 13;
        random ^= random >> 7;
        random ^= random << 17;
        usize::try_from(random >> 33).expect("31 bits") % below
    };
    let first = append(&store, 0, EntryBody::Text("soup".to_owned())).await;
    let log = first.conversation;
    // Across the border of the first block.
    let filler = |n| NewEntry { body: EntryBody::Text(format!("filler {n}")), ..new(n, first.body.clone()) };
    for n in 1..4_000 {
        store.append(filler(n)).await.expect("appended");
    }
    let mut messages = vec![first.clone()];
    for n in 4_000..4_600 {
        let text = (0..=next(4)).map(|_| WORDS[next(8)]).collect::<Vec<_>>().join(" ");
        let of = messages[next(messages.len())].clone();
        let target = Target { seq: of.seq, id: of.id };
        let body = match next(8) {
            0 => EntryBody::Edit { target, text },
            1 => EntryBody::Deletion { target },
            2 => EntryBody::Reaction { target, reaction: Some("👍".to_owned()) },
            _ => EntryBody::Text(text),
        };
        match store.append(new(n, body)).await {
            Ok(appended) if appended.entry.body.is_message() => messages.push(appended.entry),
            Ok(_) => {}
            Err(error) => assert!(matches!(error, domain::AppendError::Refused(_)), "{error}"),
        }
        if next(20) == 0 {
            take_up(&store, log).await;
        }
        if n % 50 == 0 {
            let entries = store.entries_after(log, 0, u32::MAX).await.expect("read");
            for question in ["so", "soup", "br", "brot musli", "a 1", "filler soup"] {
                let words = Words::of_question(question).expect("short");
                let having = entries.iter().rev().filter(|entry| words.are_in(&entry.words()));
                let expected: Vec<_> = having.map(|entry| entry.seq).collect();
                assert_eq!(found(&store, question).await, expected, "{question}");
            }
        }
    }
    take_up(&store, log).await;
    let entries = store.entries_after(log, 0, u32::MAX).await.expect("read");
    let expected: BTreeSet<_> =
        entries.iter().flat_map(|entry| entry.words().into_iter().map(|word| (word, entry.seq))).collect();
    assert!(index(&store).await == expected, "the index has what it should not, or has not what it should");
}

#[tokio::test]
async fn what_was_there_before_is_taken_up_in_quiet_moments_of_the_next_start() {
    let dir = folder();
    let store = open(&dir);
    for n in 0..1_200 {
        append(&store, n, EntryBody::Text(format!("word{n}"))).await;
    }
    store.close().await;
    // As a database is whose messages were written before there was an index.
    let raw = Connection::open(dir.path().join(FILE)).expect("opened");
    raw.execute_batch("DELETE FROM words; UPDATE conversations SET words_to = 0").expect("done");
    drop(raw);
    let store = open(&dir);
    let waiting = || store.read(|connection| words::waiting(connection, 10));
    while !waiting().await.expect("read").is_empty() {
        tokio::task::yield_now().await;
    }
    assert_eq!(index(&store).await.len(), 1_200);
    assert_eq!(found(&store, "word1199").await, [1_200]);
}

#[tokio::test]
async fn what_was_deleted_leaves_no_word_in_the_file() {
    for taken_up in [true, false] {
        let dir = folder();
        let store = open(&dir);
        let said = append(&store, 1, EntryBody::Text("unspeakable words".to_owned())).await;
        let target = Target { seq: said.seq, id: said.id };
        let settle = async || {
            if taken_up {
                take_up(&store, said.conversation).await;
            }
        };
        settle().await;
        append(&store, 2, EntryBody::Edit { target, text: "unutterable words".to_owned() }).await;
        for n in 3..40 {
            append(&store, n, EntryBody::Text(format!("ordinary words {n} aunt uncle under"))).await;
        }
        settle().await;
        append(&store, 40, EntryBody::Deletion { target }).await;
        append(&store, 41, EntryBody::Text("more".to_owned())).await;
        take_up(&store, said.conversation).await;
        store.close().await;
        let file = std::fs::read(dir.path().join(FILE)).expect("read");
        let has = |word: &str| file.windows(word.len()).any(|window| window == word.as_bytes());
        assert!(has("ordinary"));
        assert!(!has("unspeakable") && !has("unutterable"), "taken up: {taken_up}");
    }
}
