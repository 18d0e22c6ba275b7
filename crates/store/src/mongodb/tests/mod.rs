mod faults;
mod proxy;

use mongodb::bson::{Document, doc};

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
