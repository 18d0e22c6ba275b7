//! What comes in pieces, over a long time: each is kept for itself, durably, until the whole is put together.

use std::time::Duration;

use domain::{BlobId, BlobReader, FileFacts, Part, Timestamp, Upload, UploadId, UploadKey, UploadKind, UserId};

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

/// A recording that is there as a whole.
#[allow(missing_docs)]
pub struct Made {
    pub upload: UploadId,
    pub owner: UserId,
    pub size: u64,
    pub bytes: Box<dyn BlobReader>,
    pub duration: Duration,
}

/// What media servers make.
const MADE_AS: &str = "video/mp4";

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
        self.note_recording(upload, owner, (media_type, size), duration, now).await
    }

    /// Takes a recording in that somebody else made, durably, and records it. What was taken in before is left as it is.
    pub async fn take_in(&self, made: Made, now: Timestamp) -> Result<Upload, UploadError> {
        let Made { upload, owner, size, mut bytes, duration } = made;
        if let Some(there) = self.inner.records.upload(upload).await? {
            return Ok(there);
        }
        let mut writer = self.inner.blobs.write(BlobId { upload, part: Part::Whole }).await?;
        let (mut taken, mut wrong) = (0, None);
        loop {
            let piece = match bytes.next().await {
                Ok(Some(piece)) => piece,
                Ok(None) => break,
                Err(error) => {
                    writer.abort().await;
                    return Err(error.into());
                }
            };
            if taken == 0 && recorded_as(&piece) != Some(MADE_AS) {
                wrong = Some(UploadError::Unsupported("That is no recording."));
            }
            taken += piece.len() as u64;
            if taken > size {
                wrong = Some(UploadError::TooLarge);
            }
            if wrong.is_some() {
                break;
            }
            writer.write(&piece).await?;
        }
        if taken == 0 || taken < size {
            wrong = wrong.or(Some(UploadError::Invalid("There is not all in that recording.")));
        }
        if let Some(wrong) = wrong {
            writer.abort().await;
            return Err(wrong);
        }
        writer.finish().await?;
        self.note_recording(upload, owner, (MADE_AS, size), duration, now).await
    }

    async fn note_recording(
        &self,
        upload: UploadId,
        owner: UserId,
        (media_type, size): (&str, u64),
        duration: Duration,
        now: Timestamp,
    ) -> Result<Upload, UploadError> {
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
