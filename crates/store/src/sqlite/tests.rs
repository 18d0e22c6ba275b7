use super::*;
use crate::contract::{self, Ports};

fn open(dir: &tempfile::TempDir) -> Sqlite {
    Sqlite::open(dir.path(), Options::default()).expect("opened")
}

#[tokio::test(flavor = "multi_thread")]
async fn keeps_the_contract() {
    let dir = tempfile::tempdir().expect("a folder");
    contract::run(Ports::of(&open(&dir))).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn keeps_what_it_was_told() {
    let dir = tempfile::tempdir().expect("a folder");
    contract::persists(async || open(&dir), async |store: Sqlite| store.close().await).await;
}
