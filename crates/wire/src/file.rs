//! What was uploaded, as clients are told of it.

use std::fmt;

use domain::{BlobId, Entry, EntryBody, FileFacts, Part, UploadId, UploadKind};
use serde::Serialize;

use crate::entry::Dialect;
use crate::packet::Id;

/// Makes the addresses by which a page loads what was uploaded: absolute, signed, for a day. Each is made when it is
/// said, and never kept.
pub trait Addresses: fmt::Debug + Sync {
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

/// What a message says of the file that it shows: the fields of existing clients, and in our dialect what they don't know.
#[derive(Debug, Default, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct FileShape<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    file_url: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    file_public_id: Option<Id<UploadId>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    audio_url: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    audio_public_id: Option<Id<UploadId>>,
    /// In seconds.
    #[serde(skip_serializing_if = "Option::is_none")]
    audio_duration: Option<f64>,
    /// Of a recording.
    #[serde(skip_serializing_if = "Option::is_none")]
    duration_ms: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    file_name: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    file_size: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    file_type: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    thumbnail_url: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    width: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    height: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    waveform: Option<&'a [u8]>,
}

impl<'a> FileShape<'a> {
    /// Of what shows no file, nothing.
    pub(crate) fn of(entry: &'a Entry, dialect: Dialect, addresses: &dyn Addresses) -> Self {
        let EntryBody::File { kind, file, .. } = &entry.body else { return Self::default() };
        let ours = dialect == Dialect::Ours;
        let shape = Self {
            file_name: Some(&file.name),
            file_size: Some(file.size),
            file_type: Some(&file.media_type),
            thumbnail_url: addresses.thumbnail(file).filter(|_| ours),
            width: file.width.filter(|_| ours),
            height: file.height.filter(|_| ours),
            duration_ms: file.duration.filter(|_| ours && *kind == UploadKind::Recording).map(millis),
            waveform: Some(&file.waveform[..]).filter(|waveform| ours && !waveform.is_empty()),
            ..Self::default()
        };
        let (url, id) = (Some(addresses.whole(file.upload)), Some(Id(file.upload)));
        match kind {
            UploadKind::Audio => {
                let audio_duration = Some(file.duration.unwrap_or_default().as_secs_f64());
                Self { audio_url: url, audio_public_id: id, audio_duration, ..shape }
            }
            _ => Self { file_url: url, file_public_id: id, ..shape },
        }
    }
}

pub(crate) fn millis(duration: std::time::Duration) -> u64 {
    u64::try_from(duration.as_millis()).unwrap_or(u64::MAX)
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
