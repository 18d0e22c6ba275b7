use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};

use domain::{BlobId, Blobs, ObjectId, Part, Timestamp, UploadId};
use store::{ObjectBlobs, S3};

const EVER: Timestamp = Timestamp(i64::MAX);

fn id(n: u8, part: Part) -> BlobId {
    BlobId { upload: UploadId(ObjectId::from([n; 12])), part }
}

fn content(size: u32) -> Vec<u8> {
    (0..size).map(|n| (n.wrapping_mul(2_654_435_761) >> 24) as u8).collect()
}

async fn put(blobs: &ObjectBlobs, id: BlobId, bytes: &[u8]) {
    let mut writer = blobs.write(id).await.expect("begun");
    for chunk in bytes.chunks(64 * 1024) {
        writer.write(chunk).await.expect("written");
    }
    writer.finish().await.expect("finished");
}

async fn get(blobs: &ObjectBlobs, id: BlobId, range: std::ops::Range<u64>) -> Option<Vec<u8>> {
    let mut reader = blobs.read(id, range).await.expect("asked")?;
    let mut bytes = Vec::new();
    while let Some(chunk) = reader.next().await.expect("read") {
        bytes.extend(chunk);
    }
    Some(bytes)
}

/// What every place must do.
async fn keeps_its_promises(blobs: &ObjectBlobs) {
    // More than two parts of S3, less than one, and one byte.
    for (n, size) in [(1, 12 * 1024 * 1024 + 5), (2, 70_000), (3, 1)] {
        let (bytes, id) = (content(size), id(n, Part::Whole));
        put(blobs, id, &bytes).await;
        assert!(get(blobs, id, 0..u64::from(size)).await.as_ref() == Some(&bytes), "{size}");
        let (from, to) = (u64::from(size / 3), u64::from(size));
        assert!(get(blobs, id, from..to).await.as_deref() == Some(&bytes[from as usize..]), "{size}, a range");
    }
    let (small, whole) = (id(2, Part::Thumbnail), id(2, Part::Whole));
    assert_eq!(get(blobs, small, 0..5).await, None);
    put(blobs, small, b"small").await;
    assert_eq!(get(blobs, small, 0..65_536).await.as_deref(), Some(&b"small"[..]), "what there is of a longer range");

    // What is not finished is not there.
    let mut writer = blobs.write(id(4, Part::Whole)).await.expect("begun");
    writer.write(&content(6 * 1024 * 1024)).await.expect("written");
    assert_eq!(get(blobs, id(4, Part::Whole), 0..1).await, None);
    writer.abort().await;
    assert_eq!(get(blobs, id(4, Part::Whole), 0..1).await, None);

    // Pieces of what is not whole.
    let upload = id(5, Part::Whole).upload;
    for number in [0, 1, 2, 4] {
        blobs.put_chunk(upload, number, b"first".to_vec()).await.expect("kept");
        blobs.put_chunk(upload, number, content(1000 + number)).await.expect("kept again");
    }
    assert_eq!(blobs.chunks(upload).await, Ok(vec![1000, 1001, 1002]), "up to the first that is missing");
    assert_eq!(blobs.chunk(upload, 1).await, Ok(Some(content(1001))));
    assert_eq!(blobs.chunk(upload, 3).await, Ok(None));
    assert_eq!(get(blobs, id(5, Part::Whole), 0..1).await, None);
    let kept = blobs.sweep(EVER).await.expect("swept");
    assert!(kept.contains(&upload), "what is left of one is found");
    for _ in 0..2 {
        blobs.delete_chunks(upload, 5).await.expect("deleted, however often");
        assert_eq!(blobs.chunks(upload).await, Ok(vec![]));
    }

    assert_eq!(blobs.sweep(Timestamp(0)).await, Ok(vec![]), "nothing is that old");
    let mut kept = blobs.sweep(EVER).await.expect("swept");
    kept.sort_unstable();
    kept.dedup();
    assert_eq!(kept, [1, 2, 3].map(|n| id(n, Part::Whole).upload));
    for _ in 0..2 {
        blobs.delete(whole.upload).await.expect("deleted, however often");
        assert_eq!((get(blobs, whole, 0..1).await, get(blobs, small, 0..1).await), (None, None));
    }
    assert_eq!(get(blobs, id(3, Part::Whole), 0..1).await, Some(content(1)));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_folder_keeps_its_promises() {
    let dir = tempfile::tempdir().expect("a folder");
    let blobs = ObjectBlobs::in_folder(&dir.path().join("uploads")).expect("opened");
    keeps_its_promises(&blobs).await;
}

/// A server of the S3 protocol; gone when it is dropped.
struct Server {
    child: Child,
    address: String,
}

impl Server {
    fn start() -> Self {
        let scripts = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../scripts/servers.sh");
        let built = Command::new(scripts).arg("s3").output().expect("the script runs");
        assert!(built.status.success(), "{}", String::from_utf8_lossy(&built.stderr));
        let program = String::from_utf8(built.stdout).expect("a path");
        let mut child = Command::new(program.trim())
            .arg("files")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("started");
        let mut address = String::new();
        BufReader::new(child.stdout.take().expect("it is piped")).read_line(&mut address).expect("it says where it is");
        Self { child, address: address.trim().to_owned() }
    }

    fn blobs(&self, bucket: &str) -> ObjectBlobs {
        let s3 = S3 {
            endpoint: Some(self.address.clone()),
            region: "us-east-1".to_owned(),
            bucket: bucket.to_owned(),
            access_key_id: "key".to_owned(),
            secret_access_key: "secret".to_owned(),
        };
        ObjectBlobs::in_bucket(s3).expect("a configuration that works")
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_bucket_keeps_its_promises() {
    let server = Server::start();
    keeps_its_promises(&server.blobs("files")).await;
    let refused = server.blobs("another").write(id(1, Part::Whole)).await;
    assert!(matches!(refused.map(|_| ()), Err(domain::StoreError::Unavailable(_))));
}
