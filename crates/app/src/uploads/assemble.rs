//! What comes in pieces, over a long time: each is kept for itself, durably, until the whole is put together.

use std::time::Duration;

use domain::{BlobId, FileFacts, Part, Timestamp, Upload, UploadId, UploadKey, UploadKind, UserId};

use super::media::recorded_as;
use super::{UploadError, Uploads};

/// What is to be put together.
#[derive(Debug, Clone, Copy)]
#[allow(missing_docs)]
pub struct Pieces {
    pub upload: UploadId,
    pub owner: UserId,
    /// How many there are.
    pub count: u32,
    pub duration: Duration,
}

impl Uploads {
    /// How many bytes a person may still upload.
    pub async fn room(&self, owner: UserId) -> Result<u64, UploadError> {
        Ok(self.inner.rules.quota.saturating_sub(self.inner.records.upload_bytes(owner).await?))
    }

    /// Keeps a piece, durably.
    pub async fn put_chunk(&self, upload: UploadId, number: u32, bytes: Vec<u8>) -> Result<(), UploadError> {
        Ok(self.inner.blobs.put_chunk(upload, number, bytes).await?)
    }

    /// The sizes of the pieces that are kept.
    pub async fn chunks(&self, upload: UploadId) -> Result<Vec<u64>, UploadError> {
        Ok(self.inner.blobs.chunks(upload).await?)
    }

    /// Puts a recording's pieces together, durably, and records it. What was put together before is left as it is.
    pub async fn assemble(&self, pieces: Pieces, now: Timestamp) -> Result<Upload, UploadError> {
        let Pieces { upload, owner, count, duration } = pieces;
        if let Some(there) = self.inner.records.upload(upload).await? {
            return Ok(there);
        }
        let mut writer = self.inner.blobs.write(BlobId { upload, part: Part::Whole }).await?;
        let (mut size, mut media_type) = (0, None);
        for number in 0..count {
            let bytes = self.inner.blobs.chunk(upload, number).await?.ok_or(UploadError::NotFound)?;
            let bytes = if number == 0 {
                media_type = recorded_as(&bytes);
                super::webm::with_duration(bytes, duration)
            } else {
                bytes
            };
            size += bytes.len() as u64;
            writer.write(&bytes).await?;
        }
        let Some(media_type) = media_type else {
            writer.abort().await;
            return Err(UploadError::Invalid("There is nothing in that recording."));
        };
        writer.finish().await?;
        let name = format!("recording.{}", media_type.trim_start_matches("video/"));
        let facts = FileFacts {
            upload,
            name,
            size,
            media_type: media_type.to_owned(),
            width: None,
            height: None,
            duration: Some(duration),
            waveform: Vec::new(),
            has_thumbnail: false,
        };
        let key = UploadKey::of(upload);
        let upload = Upload { owner, key, kind: UploadKind::Recording, facts, created_at: now };
        // There was room when it began, and it kept within that.
        Ok(self.inner.records.insert_upload(upload, u64::MAX).await?)
    }

    /// Deletes the pieces.
    pub async fn drop_chunks(&self, upload: UploadId, count: u32) -> Result<(), UploadError> {
        Ok(self.inner.blobs.delete_chunks(upload, count).await?)
    }

    /// Holds what was put together and no message will.
    pub async fn hold(&self, owner: UserId, upload: UploadId) -> Result<(), UploadError> {
        if self.inner.records.hold_upload(owner, upload).await? { Ok(()) } else { Err(UploadError::NotFound) }
    }

    /// Lets it go; the next sweep deletes it.
    pub async fn let_go(&self, upload: UploadId) -> Result<(), UploadError> {
        Ok(self.inner.records.release_upload(upload).await?)
    }

    /// Deletes what was put together and is in no message.
    pub async fn drop_assembled(&self, owner: UserId, upload: UploadId) -> Result<(), UploadError> {
        match self.discard(owner, upload).await {
            Err(UploadError::Forbidden) => Ok(self.inner.blobs.delete(upload).await?),
            done => done,
        }
    }
}
