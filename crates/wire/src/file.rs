//! What was uploaded, as clients are told of it.

use domain::{BlobId, FileFacts, Part, UploadId};
use serde::Serialize;

use crate::packet::Id;

/// Makes the addresses by which a page loads what was uploaded: absolute, signed, for a day. Each is made when it is
/// said, and never kept.
pub trait Addresses {
    /// Of one object.
    fn of(&self, id: BlobId) -> String;

    /// Of an upload.
    fn whole(&self, upload: UploadId) -> String {
        self.of(BlobId { upload, part: Part::Whole })
    }

    /// Of the small picture beside it.
    fn thumbnail(&self, facts: &FileFacts) -> Option<String> {
        let upload = facts.upload;
        facts.has_thumbnail.then(|| self.of(BlobId { upload, part: Part::Thumbnail }))
    }
}

/// The answer to `POST /api/uploads` and `POST /api/upload/file`. Old clients read `filePublicId`.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Uploaded<'a> {
    public_id: Id<UploadId>,
    file_public_id: Id<UploadId>,
    file_url: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    thumbnail_url: Option<String>,
    file_name: &'a str,
    file_size: u64,
    file_type: &'a str,
}

impl<'a> Uploaded<'a> {
    /// With addresses made now.
    pub fn new(facts: &'a FileFacts, addresses: &dyn Addresses) -> Self {
        Self {
            public_id: Id(facts.upload),
            file_public_id: Id(facts.upload),
            file_url: addresses.whole(facts.upload),
            thumbnail_url: addresses.thumbnail(facts),
            file_name: &facts.name,
            file_size: facts.size,
            file_type: &facts.media_type,
        }
    }
}

/// The answer to `POST /api/upload/audio`.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct UploadedAudio<'a> {
    public_id: Id<UploadId>,
    audio_public_id: Id<UploadId>,
    audio_url: String,
    /// In seconds; 0 where nobody said.
    duration: f64,
    file_name: &'a str,
    file_size: u64,
}

impl<'a> UploadedAudio<'a> {
    /// With an address made now.
    pub fn new(facts: &'a FileFacts, addresses: &dyn Addresses) -> Self {
        Self {
            public_id: Id(facts.upload),
            audio_public_id: Id(facts.upload),
            audio_url: addresses.whole(facts.upload),
            duration: facts.duration.unwrap_or_default().as_secs_f64(),
            file_name: &facts.name,
            file_size: facts.size,
        }
    }
}
