use std::collections::HashMap;
use std::io::{BufRead, BufReader};

use domain::{BlobId, Blobs, Conversations, Part, Timestamp, Uploads};
use store::{ObjectBlobs, Options, Sqlite};

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

/// SIGKILL in the middle of files, of their names, of their records.
#[tokio::test]
async fn an_upload_is_there_whole_or_not_at_all() {
    let dir = tempfile::tempdir().expect("a folder");
    let folder = dir.path().join("uploads");
    let mut acknowledged = Vec::new();
    for round in 0..5 {
        let mut child = child::start("child::uploads_until_it_is_killed", dir.path(), round);
        let mut lines = BufReader::new(child.stdout.take().expect("it is piped")).lines();
        let enough = acknowledged.len() + 5 + 3 * round as usize;
        let mut killed = false;
        while let Some(Ok(line)) = lines.next() {
            acknowledged.extend(line.strip_prefix('@').map(|n| n.parse::<u64>().expect("a number")));
            if !killed && acknowledged.len() >= enough {
                child.kill().expect("killed");
                killed = true;
            }
        }
        assert!(killed, "it ended by itself: {:?}", child.wait());
        child.wait().expect("it is gone");

        let store = Sqlite::open(dir.path(), Options::default()).expect("opened");
        let blobs = ObjectBlobs::in_folder(&folder).expect("opened");
        for n in &acknowledged {
            let upload = child::new_upload(*n);
            assert_eq!(store.upload(upload.id()).await, Ok(Some(upload.clone())), "{n} was acknowledged");
        }
        // What is kept is whole, recorded or not; what is not recorded is found.
        let kept = blobs.sweep(Timestamp(i64::MAX)).await.expect("swept");
        for id in kept {
            let n = u64::from_be_bytes(id.0.bytes()[4..].try_into().expect("eight bytes"));
            let (content, blob) = (child::content(n), BlobId { upload: id, part: Part::Whole });
            let mut reader = blobs.read(blob, 0..content.len() as u64).await.expect("read").expect("it is there");
            let mut bytes = Vec::new();
            while let Some(chunk) = reader.next().await.expect("read") {
                bytes.extend(chunk);
            }
            assert!(bytes == content, "{n} is not whole");
            if store.upload(id).await.expect("read").is_none() {
                blobs.delete(id).await.expect("deleted");
            }
        }
        let files = std::fs::read_dir(&folder).expect("read").flat_map(|inner| {
            std::fs::read_dir(inner.expect("read").path()).expect("read").map(|file| file.expect("read").file_name())
        });
        let files: Vec<_> = files.map(|name| name.into_string().expect("a name")).collect();
        assert!(files.iter().all(|name| name.len() == 24), "nothing half is left: {files:?}");
        assert!(files.len() >= acknowledged.len());
        store.close().await;
    }
}
