//! Uploads: files, pictures and voice notes on their way in and out.
//!
//! [`Uploads::begin`] is the one way in: bytes are looked at and passed on as they come, bounded, never whole in memory;
//! [`Receiving::finish`] puts them in their place durably and only then records them. What is found in the first
//! bytes decides what a thing is served as, never what its sender said. [`Signer`] makes and checks the addresses by which
//! pages of any origin may load them. [`Uploads::sweep`] removes what nobody holds.

mod assemble;
mod image;
#[cfg(test)]
mod mangled;
mod media;
mod receive;
mod sign;
mod webm;

use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use domain::{
    BlobId, BlobReader, Blobs, Discard, FileFacts, InsertUploadError, Part, StoreError, Timestamp, Upload, UploadId,
    UploadKind, UserId,
};

use crate::limit::Limit;
pub use assemble::{Made, Pieces};
pub use media::{is_shown_inline, recorded_as};
pub use receive::{Announced, Begun, Receiving, thumbnail_type};
pub use sign::{Grant, Signer};

/// An upload that nothing has held for this long leaves.
const UNHELD_FOR: Duration = Duration::from_secs(24 * 60 * 60);

/// Uploads of one person at once; a person's browser sends one after the other.
const AT_ONCE: usize = 3;

/// Uploads of everybody at once; what each takes of the memory is bounded.
const ALL_AT_ONCE: usize = 64;

/// A certificate, in bytes.
pub const MAX_CERTIFICATE: u64 = 10 * 1024 * 1024;

/// A thumbnail, in bytes.
pub const MAX_THUMBNAIL: usize = 64 * 1024;

/// How much may be uploaded.
#[derive(Debug, Clone, Copy)]
pub struct Rules {
    /// One thing, in bytes.
    pub max_bytes: u64,
    /// All of one person's, in bytes.
    pub quota: u64,
    /// Whether people are limited in how often.
    pub limits: bool,
}

/// Why something was not uploaded, or is not there.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum UploadError {
    /// A field is not what it should be; the sentence says which.
    #[error("{0}")]
    Invalid(&'static str),
    /// Over the limit for one thing.
    #[error("too large")]
    TooLarge,
    /// Not what it is said to be, or not a kind of thing that may be uploaded there.
    #[error("{0}")]
    Unsupported(&'static str),
    /// The person has as much as anybody may have.
    #[error("the quota is used up")]
    QuotaExceeded,
    /// The key was used for another upload.
    #[error("the upload id was used for another upload")]
    IdConflict,
    /// The same again after that.
    #[error("too often")]
    RateLimited(Duration),
    /// Too many at once.
    #[error("too many at once")]
    Busy,
    /// Not theirs, whether there or not.
    #[error("that is not theirs")]
    Forbidden,
    /// It was sent: the message holds it.
    #[error("a message holds it")]
    Held,
    /// It is gone.
    #[error("it is gone")]
    NotFound,
    /// See there.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl From<InsertUploadError> for UploadError {
    fn from(error: InsertUploadError) -> Self {
        match error {
            InsertUploadError::QuotaExceeded => Self::QuotaExceeded,
            InsertUploadError::Store(error) => Self::Store(error),
        }
    }
}

/// Who uploads: people by their id, who has no account yet by their address.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Uploader {
    /// Somebody with an account.
    User(UserId),
    /// Somebody who registers.
    Stranger(IpAddr),
}

/// The use cases of uploads. Cheap to clone.
#[derive(Clone)]
pub struct Uploads {
    inner: Arc<Inner>,
}

struct Inner {
    records: Arc<dyn domain::Uploads>,
    blobs: Arc<dyn Blobs>,
    rules: Rules,
    often: Limit,
    /// Who is uploading how many things now. Short sections.
    busy: Mutex<HashMap<Uploader, usize>>,
}

impl Uploads {
    /// Over these ports.
    pub fn new(records: Arc<dyn domain::Uploads>, blobs: Arc<dyn Blobs>, rules: Rules) -> Self {
        // Sixty pictures in a go, then one every two seconds.
        let often = Limit::new(60, Duration::from_secs(2));
        Self { inner: Arc::new(Inner { records, blobs, rules, often, busy: Mutex::default() }) }
    }

    /// How much may be uploaded.
    pub fn rules(&self) -> Rules {
        self.inner.rules
    }

    /// The upload of that id.
    pub async fn find(&self, id: UploadId) -> Result<Upload, UploadError> {
        self.inner.records.upload(id).await?.ok_or(UploadError::NotFound)
    }

    /// Begins to read a part of an upload; `range` is within it.
    pub async fn read(&self, id: BlobId, range: std::ops::Range<u64>) -> Result<Box<dyn BlobReader>, UploadError> {
        self.inner.blobs.read(id, range).await?.ok_or(UploadError::NotFound)
    }

    /// The thumbnail of an upload, whole: it is small.
    pub async fn thumbnail(&self, upload: UploadId) -> Result<Vec<u8>, UploadError> {
        let id = BlobId { upload, part: Part::Thumbnail };
        // A store cuts a range at the end of what there is.
        let mut reader = self.read(id, 0..MAX_THUMBNAIL as u64).await?;
        let mut bytes = Vec::new();
        while let Some(chunk) = reader.next().await? {
            bytes.extend_from_slice(&chunk);
            if bytes.len() > MAX_THUMBNAIL {
                return Err(UploadError::NotFound);
            }
        }
        Ok(bytes)
    }

    /// What a message of `sender` may show as `kind`: their own upload, if it is of that kind or is shown as a file.
    pub async fn to_send(&self, sender: UserId, id: UploadId, kind: UploadKind) -> Result<FileFacts, UploadError> {
        let upload = self.find(id).await?;
        let fits = upload.kind == kind || (kind == UploadKind::File && upload.kind.is_for_messages());
        if upload.owner == sender && fits { Ok(upload.facts) } else { Err(UploadError::NotFound) }
    }

    /// Throws away what was uploaded and not sent.
    pub async fn discard(&self, owner: UserId, id: UploadId) -> Result<(), UploadError> {
        match self.inner.records.discard_upload(owner, id).await? {
            Discard::Discarded => {
                // What doesn't go now goes at the next sweep.
                let _ = self.remove(id).await;
                Ok(())
            }
            Discard::Held => Err(UploadError::Held),
            Discard::NotTheirs => Err(UploadError::Forbidden),
        }
    }

    /// Removes what nothing holds any more, and what was uploaded a day ago and nothing has held since. To be asked for
    /// every now and then, and when something was let go.
    pub async fn sweep(&self, now: Timestamp) -> Result<usize, StoreError> {
        let leaving = self.inner.records.leaving(now - UNHELD_FOR).await?;
        for id in &leaving {
            self.remove(*id).await?;
        }
        Ok(leaving.len())
    }

    /// Bytes first: what is forgotten can't be found again.
    async fn remove(&self, id: UploadId) -> Result<(), StoreError> {
        self.inner.blobs.delete(id).await?;
        self.inner.records.forget_upload(id).await
    }

    /// Removes what a process that died had written and not recorded, but what is on its way still. Looks at everything that is kept.
    pub async fn sweep_leavings(
        &self,
        now: Timestamp,
        is_coming: impl Fn(UploadId) -> bool,
    ) -> Result<usize, StoreError> {
        let mut removed = 0;
        for id in self.inner.blobs.sweep(now - UNHELD_FOR).await? {
            if !is_coming(id) && self.inner.records.upload(id).await?.is_none() {
                self.inner.blobs.delete(id).await?;
                let chunks = self.inner.blobs.chunks(id).await?.len();
                self.inner.blobs.delete_chunks(id, u32::try_from(chunks).unwrap_or(u32::MAX)).await?;
                removed += 1;
            }
        }
        Ok(removed)
    }

    /// One of the uploads that may run at once.
    fn permit(&self, who: Uploader) -> Result<Permit, UploadError> {
        let mut busy = self.inner.busy.lock().unwrap_or_else(PoisonError::into_inner);
        let all: usize = busy.values().sum();
        let own = busy.get(&who).copied().unwrap_or(0);
        if all >= ALL_AT_ONCE || own >= AT_ONCE {
            return Err(UploadError::Busy);
        }
        busy.insert(who, own + 1);
        Ok(Permit { uploads: self.clone(), who })
    }
}

/// Gives the place back when it is dropped.
struct Permit {
    uploads: Uploads,
    who: Uploader,
}

impl Drop for Permit {
    fn drop(&mut self) {
        let mut busy = self.uploads.inner.busy.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(count) = busy.get_mut(&self.who) {
            *count -= 1;
            if *count == 0 {
                busy.remove(&self.who);
            }
        }
    }
}
