use std::ops::Range;

use async_trait::async_trait;

use super::StoreError;
use crate::{Timestamp, Upload, UploadId, UploadKey, UserId};

/// Why an upload was not recorded.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum InsertUploadError {
    /// Its owner has as much as anybody may have.
    #[error("the quota is used up")]
    QuotaExceeded,
    /// See there.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// What came of throwing an upload away.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Discard {
    /// It can't be found any more, and is among the [`leaving`](Uploads::leaving).
    Discarded,
    /// A message or a person holds it.
    Held,
    /// There is none of that owner's.
    NotTheirs,
}

/// The records of what was uploaded. An upload that something holds (a message, a person's picture, a certificate) stays;
/// holding and letting go are a part of what writes and deletes those: [`Conversations::append`](super::Conversations),
/// [`Users::insert`](super::Users), [`Users::change_profile`](super::Users). One that is let go by all, or that nothing
/// has held for long enough, *leaves*: it can't be found or held any more, and is forgotten once its bytes are gone.
#[async_trait]
pub trait Uploads: Send + Sync {
    /// Records an upload whose bytes are kept. The same owner and key again come to the one that is there. All of an
    /// owner's together have `quota` bytes at most.
    async fn insert_upload(&self, upload: Upload, quota: u64) -> Result<Upload, InsertUploadError>;
    /// The upload of that id.
    async fn upload(&self, id: UploadId) -> Result<Option<Upload>, StoreError>;
    /// The owner's upload under that key.
    async fn upload_by_key(&self, owner: UserId, key: &UploadKey) -> Result<Option<Upload>, StoreError>;
    /// How many bytes an owner's take.
    async fn upload_bytes(&self, owner: UserId) -> Result<u64, StoreError>;
    /// Holds an upload of the owner's that nothing else will: the recording of a consultation. False if there is none; once
    /// is enough.
    async fn hold_upload(&self, owner: UserId, id: UploadId) -> Result<bool, StoreError>;
    /// Lets go what was held so.
    async fn release_upload(&self, id: UploadId) -> Result<(), StoreError>;
    /// Lets an upload of the owner's leave, if nothing holds it.
    async fn discard_upload(&self, owner: UserId, id: UploadId) -> Result<Discard, StoreError>;
    /// Lets those leave that came before `before` and that nothing holds; then all that leave, 1,000 at most.
    async fn leaving(&self, before: Timestamp) -> Result<Vec<UploadId>, StoreError>;
    /// Forgets one that leaves; its bytes are gone.
    async fn forget_upload(&self, id: UploadId) -> Result<(), StoreError>;
}

/// Which bytes of an upload.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Part {
    /// What was uploaded.
    Whole,
    /// The small picture beside it.
    Thumbnail,
}

/// Something that is kept as bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[allow(missing_docs)]
pub struct BlobId {
    pub upload: UploadId,
    pub part: Part,
}

/// Bytes on their way in. Nothing of them can be read before [`finish`](Self::finish); a writer that is dropped leaves
/// nothing that can be.
#[async_trait]
pub trait BlobWriter: Send {
    /// Takes the next bytes.
    async fn write(&mut self, bytes: &[u8]) -> Result<(), StoreError>;
    /// Puts the whole in its place, durably.
    async fn finish(self: Box<Self>) -> Result<(), StoreError>;
    /// Throws away what has come.
    async fn abort(self: Box<Self>);
}

/// Bytes on their way out.
#[async_trait]
pub trait BlobReader: Send {
    /// The next bytes; `None` at the end.
    async fn next(&mut self) -> Result<Option<Vec<u8>>, StoreError>;
}

/// Where the bytes of uploads are: a folder, or an object store.
#[async_trait]
pub trait Blobs: Send + Sync {
    /// Begins to write.
    async fn write(&self, id: BlobId) -> Result<Box<dyn BlobWriter>, StoreError>;
    /// Begins to read a range that is within it; `None` if it is not there.
    async fn read(&self, id: BlobId, range: Range<u64>) -> Result<Option<Box<dyn BlobReader>>, StoreError>;
    /// Deletes what is whole of an upload, if there is anything.
    async fn delete(&self, upload: UploadId) -> Result<(), StoreError>;
    /// Keeps a piece of what is not whole yet, durably; the same number again takes its place. Nobody has an address of one.
    async fn put_chunk(&self, upload: UploadId, number: u32, bytes: Vec<u8>) -> Result<(), StoreError>;
    /// A piece, whole.
    async fn chunk(&self, upload: UploadId, number: u32) -> Result<Option<Vec<u8>>, StoreError>;
    /// The sizes of the pieces that are kept of an upload, from number 0 up to the first that is missing.
    async fn chunks(&self, upload: UploadId) -> Result<Vec<u64>, StoreError>;
    /// Deletes those that are below that number.
    async fn delete_chunks(&self, upload: UploadId, below: u32) -> Result<(), StoreError>;
    /// Throws away what was being written before `before` and was never finished, and says of which uploads something
    /// older than that is kept.
    async fn sweep(&self, before: Timestamp) -> Result<Vec<UploadId>, StoreError>;
}
