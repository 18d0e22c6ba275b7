mod faults;
mod mangled;
mod proxy;

use std::collections::HashSet;

use domain::{
    ConversationId, Conversations, Entry, EntryBody, EntryId, NewEntry, SearchQuery, Target, Timestamp, UserId,
};
use mongodb::bson::{Document, doc};
use tokio::task::JoinSet;

use super::MongoDb;
use crate::contract::{self, FerretDb, Ports};

async fn open(server: &FerretDb, database: &str) -> MongoDb {
    MongoDb::open(&server.uri(database)).await.expect("opened")
}

#[tokio::test(flavor = "multi_thread")]
async fn does_what_every_store_must() {
    let folder = tempfile::tempdir().expect("a folder");
    let server = FerretDb::start(folder.path());
    let store = open(&server, "contract").await;
    contract::run(Ports::of(&store)).await;
    store.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_told_is_found_by_the_next() {
    let folder = tempfile::tempdir().expect("a folder");
    let server = FerretDb::start(folder.path());
    contract::persists(async || open(&server, "persists").await, async |store| store.close().await).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_newer_version_or_another_program_wrote_is_left_alone() {
    let folder = tempfile::tempdir().expect("a folder");
    let server = FerretDb::start(folder.path());
    let store = open(&server, "newer").await;
    let about = store.core().database.collection::<Document>("about");
    about.update_one(doc! { "_id": "schema" }, doc! { "$set": { "version": 99_i64 } }).await.expect("written");
    let error = MongoDb::open(&server.uri("newer")).await.err().expect("refused").to_string();
    assert!(error.contains("newer version") && error.contains("version 99"), "{error}");
    let old = store.core().client.database("older").collection::<Document>("conversations");
    old.insert_one(doc! { "participants": [], "messages": [] }).await.expect("written");
    let error = MongoDb::open(&server.uri("older")).await.err().expect("refused").to_string();
    assert!(error.contains("another program"), "{error}");
}

fn text(n: u32, body: EntryBody) -> NewEntry {
    let id = domain::ObjectId::from_parts(n, [1; 8]);
    NewEntry {
        id: EntryId(id),
        conversation: ConversationId(id),
        sender: UserId(domain::ObjectId::from([1; 12])),
        receiver: UserId(domain::ObjectId::from([2; 12])),
        client_message_id: format!("key-{n}").parse().expect("a key"),
        created_at: Timestamp(1),
        body,
        reply_to: None,
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_written_before_there_were_words_gets_them_and_what_is_deleted_loses_them() {
    let folder = tempfile::tempdir().expect("a folder");
    let server = FerretDb::start(folder.path());
    let store = open(&server, "words").await;
    let say = async |store: &MongoDb, n, body| store.append(text(n, body)).await.expect("appended").entry;
    let of = |message: &Entry| Target { seq: message.seq, id: message.id };
    let first = say(&store, 1, EntryBody::Text("soup".to_owned())).await;
    let second = say(&store, 2, EntryBody::Text("bread".to_owned())).await;
    say(&store, 3, EntryBody::Edit { target: of(&first), text: "stew".to_owned() }).await;

    // As it was before.
    let entries = store.core().database.collection::<Document>("entries");
    let gone = doc! { "$unset": { "words": "", "said_in": "", "said": "", "said_at": "" } };
    entries.update_many(doc! {}, gone).await.expect("written");
    let about = store.core().database.collection::<Document>("about");
    about.update_one(doc! { "_id": "schema" }, doc! { "$set": { "version": 1_i64 } }).await.expect("written");
    store.close().await;

    let store = open(&server, "words").await;
    let found = async |question: &str| {
        let words = domain::search::Words::of_question(question).expect("short");
        let query = SearchQuery { words, conversation: None, before: None, limit: 10 };
        let found = store.search(first.receiver, &query).await.expect("searched").entries;
        found.iter().map(|entry| entry.seq).collect::<Vec<_>>()
    };
    assert_eq!([found("soup").await, found("stew").await, found("bread").await], [vec![], vec![1], vec![2]]);
    let about = store.core().database.collection::<Document>("about");
    let schema = about.find_one(doc! { "_id": "schema" }).await.expect("read").expect("it is there");
    assert_eq!(schema.get_i64("version").ok(), Some(i64::from(super::migrations::VERSION)));

    say(&store, 4, EntryBody::Deletion { target: of(&first) }).await;
    say(&store, 5, EntryBody::Deletion { target: of(&second) }).await;
    let entries = store.core().database.collection::<Document>("entries");
    let left = entries.count_documents(doc! { "words": { "$exists": true } }).await.expect("counted");
    assert_eq!(left, 0, "words of deleted messages");
}

#[tokio::test(flavor = "multi_thread")]
async fn who_asks_at_once_after_a_start_is_told_of_every_entry() {
    let folder = tempfile::tempdir().expect("a folder");
    let server = FerretDb::start(folder.path());
    let store = open(&server, "start").await;
    for n in 0..40 {
        faults::append(&store, 0, n).await;
    }
    // As after a kill: nothing is known of how long the log is.
    let after = open(&server, "start").await;
    let mut asking = JoinSet::new();
    for _ in 0..20 {
        let after = after.clone();
        asking.spawn(async move { after.list(faults::user(0)).await.expect("listed")[0].conversation.last_seq });
    }
    assert_eq!(asking.join_all().await.into_iter().collect::<HashSet<_>>(), HashSet::from([40]));
}
