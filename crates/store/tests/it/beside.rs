use std::io::{BufRead, BufReader};

use domain::{Conversations, UserId, Users};
use store::{Options, Sqlite};

use crate::child;

/// As the command line adds users while a server runs.
#[tokio::test]
async fn another_process_writes_at_the_same_time() {
    let dir = tempfile::tempdir().expect("a folder");
    let store = Sqlite::open(dir.path(), Options::default()).expect("opened");
    let mut children = [1, 2].map(|round| child::start("child::adds_users", dir.path(), round));
    let mut appended = 0;
    let mut users = Vec::new();
    for child in &mut children {
        for line in BufReader::new(child.stdout.take().expect("it is piped")).lines() {
            let line = line.expect("read");
            if let Some(id) = line.strip_prefix('@') {
                let id: UserId = id.parse().expect("an id");
                assert!(store.by_id(id).await.expect("read").is_some(), "seen as soon as it was acknowledged");
                users.push(id);
                appended += 1;
                let entry = store.append(child::new_entry(appended)).await.expect("appended").entry;
                assert_eq!(entry.seq, appended);
            }
        }
        assert!(child.wait().expect("it is gone").success());
    }
    assert_eq!(users.len(), 100);
    store.close().await;
    let files = std::fs::read_dir(dir.path()).expect("read").count();
    assert_eq!(files, 1, "closed by the last, the file is whole by itself");
}
