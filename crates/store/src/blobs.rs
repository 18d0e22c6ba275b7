//! The bytes of uploads on an object store: a folder by default, or whatever speaks S3.
//!
//! What is being written has another name until it is whole, and is on the disk, folder and all, before it gets its own.

use std::error::Error as _;
use std::io;
use std::ops::Range;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use async_trait::async_trait;
use domain::{BlobId, BlobReader, BlobWriter, Blobs, Part, StoreError, Timestamp, UploadId};
use futures_util::StreamExt;
use futures_util::stream::BoxStream;
use object_store::aws::AmazonS3Builder;
use object_store::local::LocalFileSystem;
use object_store::path::Path as Name;
use object_store::{
    BackoffConfig, ClientOptions, Error, GetOptions, GetRange, ObjectStore, ObjectStoreExt, RetryConfig, WriteMultipart,
};

/// What is gathered before it is written: S3 takes no smaller parts.
const S3_PART: usize = 5 * 1024 * 1024;
const FOLDER_PART: usize = 256 * 1024;

/// An S3-compatible object store.
#[derive(Clone)]
#[allow(missing_docs)]
pub struct S3 {
    /// Of a server other than Amazon's, `https://s3.example.org`.
    pub endpoint: Option<String>,
    pub region: String,
    pub bucket: String,
    pub access_key_id: String,
    pub secret_access_key: String,
}

impl std::fmt::Debug for S3 {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("S3").field("endpoint", &self.endpoint).field("bucket", &self.bucket).finish_non_exhaustive()
    }
}

/// Why the bytes can't be kept there; a sentence for the operator.
#[derive(Debug, thiserror::Error)]
#[allow(missing_docs)]
pub enum OpenBlobsError {
    #[error("the folder {} cannot be used", path.display())]
    Folder { path: PathBuf, source: io::Error },
    #[error("the object store is not configured in a way that works: {0}")]
    Config(#[from] Error),
}

/// The bytes of uploads. Clones are the same.
#[derive(Clone)]
pub struct ObjectBlobs {
    store: Arc<dyn ObjectStore>,
    /// Where that is a folder: leavings of a crash are there.
    folder: Option<PathBuf>,
    part: usize,
}

impl ObjectBlobs {
    /// In a folder, which is made where it is missing, for nobody else's eyes.
    pub fn in_folder(folder: &Path) -> Result<Self, OpenBlobsError> {
        let failed = |source| OpenBlobsError::Folder { path: folder.to_owned(), source };
        let mut builder = std::fs::DirBuilder::new();
        #[cfg(unix)]
        std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
        builder.recursive(true).create(folder).map_err(failed)?;
        // Off by default: what is answered would not be on the disk.
        let store = LocalFileSystem::new_with_prefix(folder)?.with_fsync(true);
        Ok(Self { store: Arc::new(store), folder: Some(folder.to_owned()), part: FOLDER_PART })
    }

    /// In a bucket.
    pub fn in_bucket(s3: S3) -> Result<Self, OpenBlobsError> {
        // Of several libraries that speak TLS each may do this; who comes second finds it done.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let plain = s3.endpoint.as_deref().is_some_and(|endpoint| endpoint.starts_with("http://"));
        let client = ClientOptions::new()
            .with_allow_http(plain)
            .with_connect_timeout(Duration::from_secs(5))
            .with_timeout(Duration::from_secs(60));
        let retry =
            RetryConfig { max_retries: 3, retry_timeout: Duration::from_secs(20), backoff: BackoffConfig::default() };
        let mut builder = AmazonS3Builder::new()
            .with_bucket_name(s3.bucket)
            .with_region(s3.region)
            .with_access_key_id(s3.access_key_id)
            .with_secret_access_key(s3.secret_access_key)
            .with_client_options(client)
            .with_retry(retry);
        if let Some(endpoint) = s3.endpoint {
            builder = builder.with_endpoint(endpoint);
        }
        Ok(Self { store: Arc::new(builder.build()?), folder: None, part: S3_PART })
    }
}

/// Spread over 256 folders by what is random of an id.
fn name(id: BlobId) -> Name {
    let text = id.upload.to_string();
    let part = match id.part {
        Part::Whole => "",
        Part::Thumbnail => ".thumbnail",
    };
    Name::from(format!("{}/{text}{part}", &text[22..]))
}

/// Beside what it is to become. All digits are written, so that they are listed in order.
fn chunk_name(upload: UploadId, number: u32) -> Name {
    let text = upload.to_string();
    Name::from(format!("{}/{text}{CHUNK}{number:010}", &text[22..]))
}

const CHUNK: &str = ".chunk-";

fn upload_of(name: &str) -> Option<UploadId> {
    let (folder, file) = name.split_once('/')?;
    let file = file.split_once(CHUNK).map_or(file, |(id, _)| id);
    let id = file.strip_suffix(".thumbnail").unwrap_or(file);
    id.parse().ok().filter(|_| id.ends_with(folder))
}

/// What a caller is told of an error of the object store. No names: an address may be in them.
fn told(error: &Error) -> StoreError {
    let mut source = error.source();
    while let Some(inner) = source {
        if inner.downcast_ref::<io::Error>().is_some_and(|error| error.kind() == io::ErrorKind::StorageFull) {
            return StoreError::Full;
        }
        source = inner.source();
    }
    StoreError::Unavailable(error.to_string())
}

fn modified_before(modified: SystemTime, before: Timestamp) -> bool {
    let millis = modified.duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default().as_millis();
    i64::try_from(millis).is_ok_and(|millis| millis < before.0)
}

#[async_trait]
impl Blobs for ObjectBlobs {
    async fn write(&self, id: BlobId) -> Result<Box<dyn BlobWriter>, StoreError> {
        let upload = self.store.put_multipart(&name(id)).await.map_err(|error| told(&error))?;
        Ok(Box::new(Writer(Some(WriteMultipart::new_with_chunk_size(upload, self.part)))))
    }

    async fn read(&self, id: BlobId, range: Range<u64>) -> Result<Option<Box<dyn BlobReader>>, StoreError> {
        let options = GetOptions { range: Some(GetRange::Bounded(range)), ..GetOptions::default() };
        match self.store.get_opts(&name(id), options).await {
            Ok(found) => Ok(Some(Box::new(Reader(found.into_stream())))),
            Err(Error::NotFound { .. }) => Ok(None),
            Err(error) => Err(told(&error)),
        }
    }

    async fn delete(&self, upload: UploadId) -> Result<(), StoreError> {
        for part in [Part::Thumbnail, Part::Whole] {
            match self.store.delete(&name(BlobId { upload, part })).await {
                Ok(()) | Err(Error::NotFound { .. }) => {}
                Err(error) => return Err(told(&error)),
            }
        }
        Ok(())
    }

    async fn put_chunk(&self, upload: UploadId, number: u32, bytes: Vec<u8>) -> Result<(), StoreError> {
        self.store.put(&chunk_name(upload, number), bytes.into()).await.map_err(|error| told(&error)).map(drop)
    }

    async fn chunk(&self, upload: UploadId, number: u32) -> Result<Option<Vec<u8>>, StoreError> {
        match self.store.get(&chunk_name(upload, number)).await {
            Ok(found) => Ok(Some(found.bytes().await.map_err(|error| told(&error))?.into())),
            Err(Error::NotFound { .. }) => Ok(None),
            Err(error) => Err(told(&error)),
        }
    }

    async fn chunks(&self, upload: UploadId) -> Result<Vec<u64>, StoreError> {
        let mut sizes = Vec::new();
        loop {
            let number = u32::try_from(sizes.len()).map_err(|_| StoreError::Full)?;
            match self.store.head(&chunk_name(upload, number)).await {
                Ok(found) => sizes.push(found.size),
                Err(Error::NotFound { .. }) => return Ok(sizes),
                Err(error) => return Err(told(&error)),
            }
        }
    }

    async fn delete_chunks(&self, upload: UploadId, below: u32) -> Result<(), StoreError> {
        for number in (0..below).rev() {
            match self.store.delete(&chunk_name(upload, number)).await {
                Ok(()) | Err(Error::NotFound { .. }) => {}
                Err(error) => return Err(told(&error)),
            }
        }
        Ok(())
    }

    async fn sweep(&self, before: Timestamp) -> Result<Vec<UploadId>, StoreError> {
        if let Some(folder) = self.folder.clone() {
            let swept = tokio::task::spawn_blocking(move || remove_leavings(&folder, before)).await;
            if let Ok(Err(error)) | Err(error) = swept.map_err(io::Error::other) {
                tracing::warn!(%error, "what was left of uploads could not be removed");
            }
        }
        let mut old = Vec::new();
        let mut listed = self.store.list(None);
        while let Some(object) = listed.next().await {
            let object = object.map_err(|error| told(&error))?;
            if object.last_modified.timestamp_millis() < before.0 {
                old.extend(upload_of(object.location.as_ref()));
            }
        }
        old.dedup();
        Ok(old)
    }
}

/// What a process that was killed had not finished: `list` hides files of such names.
fn remove_leavings(folder: &Path, before: Timestamp) -> io::Result<()> {
    for inner in std::fs::read_dir(folder)? {
        let inner = inner?;
        if !inner.file_type()?.is_dir() {
            continue;
        }
        for file in std::fs::read_dir(inner.path())? {
            let file = file?;
            let leaving = file.file_name().to_string_lossy().contains('#');
            if leaving && modified_before(file.metadata()?.modified()?, before) {
                std::fs::remove_file(file.path())?;
            }
        }
    }
    Ok(())
}

struct Writer(Option<WriteMultipart>);

impl Writer {
    fn take(&mut self) -> Result<WriteMultipart, StoreError> {
        self.0.take().ok_or_else(|| StoreError::Unavailable("it was given up".to_owned()))
    }
}

#[async_trait]
impl BlobWriter for Writer {
    async fn write(&mut self, bytes: &[u8]) -> Result<(), StoreError> {
        let Some(upload) = &mut self.0 else { return Err(StoreError::Unavailable("it was given up".to_owned())) };
        upload.wait_for_capacity(1).await.map_err(|error| told(&error))?;
        upload.write(bytes);
        Ok(())
    }

    async fn finish(mut self: Box<Self>) -> Result<(), StoreError> {
        self.take()?.finish().await.map_err(|error| told(&error)).map(drop)
    }

    async fn abort(mut self: Box<Self>) {
        if let Ok(upload) = self.take()
            && let Err(error) = upload.abort().await
        {
            tracing::debug!(%error, "what had come of an upload is left to be swept");
        }
    }
}

impl Drop for Writer {
    fn drop(&mut self) {
        if let (Some(upload), Ok(runtime)) = (self.0.take(), tokio::runtime::Handle::try_current()) {
            // An object store has parts that it keeps until it is told to throw them away.
            runtime.spawn(upload.abort());
        }
    }
}

type Chunks = BoxStream<'static, object_store::Result<bytes::Bytes>>;

/// A body is not `Sync` and need not be: one task reads it.
struct Reader(Chunks);

#[async_trait]
impl BlobReader for Reader {
    async fn next(&mut self) -> Result<Option<Vec<u8>>, StoreError> {
        match self.0.next().await {
            None => Ok(None),
            Some(Ok(bytes)) => Ok(Some(bytes.into())),
            Some(Err(error)) => Err(told(&error)),
        }
    }
}
