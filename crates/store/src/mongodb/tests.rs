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
