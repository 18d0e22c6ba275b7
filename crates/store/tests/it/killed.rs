use std::collections::HashMap;
use std::io::{BufRead, BufReader};

use domain::Conversations;
use store::{Options, Sqlite};

use crate::child;

/// SIGKILL at a moment that nothing in the child knows of, again and again on the same data.
#[tokio::test]
async fn what_was_acknowledged_survives_a_kill() {
    let dir = tempfile::tempdir().expect("a folder");
    let mut acknowledged = HashMap::new();
    for round in 0..6 {
        let mut child = child::start("child::appends_until_it_is_killed", dir.path(), round);
        let mut lines = BufReader::new(child.stdout.take().expect("it is piped")).lines();
        let enough = acknowledged.len() + 40 + 97 * round as usize;
        let mut killed = false;
        // What it said before it died counts, though it is read after.
        while let Some(Ok(line)) = lines.next() {
            if let Some((id, seq)) = line.strip_prefix('@').and_then(|line| line.split_once(' ')) {
                acknowledged.insert(id.to_owned(), seq.parse::<u64>().expect("a seq"));
            }
            if !killed && acknowledged.len() >= enough {
                child.kill().expect("killed");
                killed = true;
            }
        }
        assert!(killed, "it ended by itself: {:?}", child.wait());
        child.wait().expect("it is gone");

        let store = Sqlite::open(dir.path(), Options::default()).expect("opened");
        let [a, b] = child::pair();
        let log = store.between(a, b).await.expect("read").expect("there are entries");
        let entries = store.entries_after(log.id, 0, u32::MAX).await.expect("read");
        let seqs: Vec<_> = entries.iter().map(|entry| entry.seq).collect();
        assert_eq!(seqs, (1..=log.last_seq).collect::<Vec<_>>(), "round {round}");
        let stored: HashMap<_, _> = entries.iter().map(|entry| (entry.id.to_string(), entry.seq)).collect();
        for (id, seq) in &acknowledged {
            assert_eq!(stored.get(id), Some(seq), "round {round}: {id} was acknowledged");
        }
        let unread = entries.len() as u64;
        assert_eq!(store.counts(log.id, b).await, Ok([unread, unread]));
        store.close().await;
    }
}
