//! One thing on its way in.

use std::time::Duration;

use domain::{BlobId, BlobWriter, FileFacts, Part, Timestamp, Upload, UploadId, UploadKey, UploadKind, UserId};

use super::image::dimensions;
use super::media::{self, Mismatch, PICTURES};
use super::{MAX_CERTIFICATE, MAX_THUMBNAIL, Permit, UploadError, Uploader, Uploads};
use crate::fresh;

/// What a thing is told by; shorter ones are looked at when they are whole.
const TELLING: usize = 64;

/// Of a picture so much is kept until its size is known: cameras put a preview before it.
const HEADER: usize = 256 * 1024;

/// A picture of more pixels is a bomb: what shows it unpacks four bytes for each.
const MAX_PIXELS: u64 = 64_000_000;
const MAX_SIDE: u32 = 20_000;
const MAX_THUMBNAIL_SIDE: u32 = 1024;

const MAX_WAVEFORM: usize = 64;
const MAX_DURATION: Duration = Duration::from_secs(24 * 60 * 60);

/// What is said of a thing before it comes.
#[derive(Debug, Clone, Default)]
pub struct Announced {
    /// The client's key; the same again comes to the same upload.
    pub key: Option<UploadKey>,
    /// What for; where nobody says, a picture or a file, as the bytes have it.
    pub kind: Option<UploadKind>,
    /// Where it came from, path and all.
    pub name: String,
    /// May be empty.
    pub media_type: String,
    /// Of a voice note.
    pub duration: Option<Duration>,
    /// Of a voice note.
    pub waveform: Vec<u8>,
}

/// What beginning comes to.
pub enum Begun {
    /// It is here already, under the same key.
    Known(Box<Upload>),
    /// Its bytes are awaited.
    Receiving(Box<Receiving>),
}

/// A thing whose bytes come. Dropped before it has [finished](Self::finish), it leaves nothing.
pub struct Receiving {
    uploads: Uploads,
    writer: Option<Box<dyn BlobWriter>>,
    id: UploadId,
    owner: UserId,
    announced: Announced,
    max_bytes: u64,
    size: u64,
    head: Vec<u8>,
    /// What for and what it is, once that is clear.
    told: Option<(UploadKind, String)>,
    thumbnail: Option<Vec<u8>>,
    _permit: Permit,
}

impl Uploads {
    /// Begins to take something of `owner`'s in.
    pub async fn begin(
        &self,
        who: Uploader,
        owner: UserId,
        announced: Announced,
        now: Timestamp,
    ) -> Result<Begun, UploadError> {
        if announced.waveform.len() > MAX_WAVEFORM || announced.waveform.iter().any(|value| *value > 100) {
            return Err(UploadError::Invalid("A waveform has up to 64 values from 0 to 100."));
        }
        if announced.duration.is_some_and(|duration| duration > MAX_DURATION) {
            return Err(UploadError::Invalid("A voice note is a day long at most."));
        }
        if let Some(key) = &announced.key
            && let Some(known) = self.inner.records.upload_by_key(owner, key).await?
        {
            let same = announced.kind.is_none_or(|kind| kind == known.kind);
            return if same { Ok(Begun::Known(Box::new(known))) } else { Err(UploadError::IdConflict) };
        }
        let permit = self.permit(who)?;
        let rules = self.inner.rules;
        if rules.limits {
            self.inner.often.take(who, now).map_err(UploadError::RateLimited)?;
        }
        if self.inner.records.upload_bytes(owner).await? >= rules.quota {
            return Err(UploadError::QuotaExceeded);
        }
        let id = UploadId(fresh::object_id(now));
        let writer = self.inner.blobs.write(BlobId { upload: id, part: Part::Whole }).await?;
        let max_bytes = match announced.kind {
            Some(UploadKind::Certificate) => MAX_CERTIFICATE,
            _ => rules.max_bytes,
        };
        Ok(Begun::Receiving(Box::new(Receiving {
            uploads: self.clone(),
            writer: Some(writer),
            id,
            owner,
            announced,
            max_bytes,
            size: 0,
            head: Vec::new(),
            told: None,
            thumbnail: None,
            _permit: permit,
        })))
    }
}

impl Receiving {
    /// The id that it will have.
    pub const fn id(&self) -> UploadId {
        self.id
    }

    /// Takes the next bytes. After an error nothing more is to be written.
    pub async fn write(&mut self, bytes: &[u8]) -> Result<(), UploadError> {
        self.size += bytes.len() as u64;
        if self.size > self.max_bytes {
            return Err(UploadError::TooLarge);
        }
        let room = if self.is_no_picture() { TELLING } else { HEADER }.saturating_sub(self.head.len());
        self.head.extend_from_slice(&bytes[..bytes.len().min(room)]);
        if self.told.is_none() && self.head.len() >= TELLING {
            self.tell()?;
        }
        match &mut self.writer {
            Some(writer) => Ok(writer.write(bytes).await?),
            None => Err(UploadError::NotFound),
        }
    }

    fn is_no_picture(&self) -> bool {
        self.told.as_ref().is_some_and(|(_, media_type)| !PICTURES.contains(&media_type.as_str()))
    }

    fn tell(&mut self) -> Result<(), UploadError> {
        let told = |kind| media::served_as(kind, &self.announced.media_type, &self.head);
        let (kind, served_as) = match self.announced.kind {
            Some(kind) => (kind, told(kind)),
            None => match told(UploadKind::Image) {
                Ok(picture) => (UploadKind::Image, Ok(picture)),
                Err(_) => (UploadKind::File, told(UploadKind::File)),
            },
        };
        let served_as = served_as.map_err(|Mismatch(sentence)| UploadError::Unsupported(sentence))?;
        self.told = Some((kind, served_as));
        Ok(())
    }

    /// Takes a small picture of it, whole.
    pub fn thumbnail(&mut self, bytes: Vec<u8>) -> Result<(), UploadError> {
        if bytes.len() > MAX_THUMBNAIL {
            return Err(UploadError::TooLarge);
        }
        let media_type = thumbnail_type(&bytes).ok_or(UploadError::Unsupported("A thumbnail is JPEG or WebP."))?;
        match dimensions(media_type, &bytes) {
            Some((width, height)) if width.max(height) <= MAX_THUMBNAIL_SIDE && width.min(height) > 0 => {
                self.thumbnail = Some(bytes);
                Ok(())
            }
            _ => Err(UploadError::Unsupported("A thumbnail has 1024 pixels a side at most.")),
        }
    }

    /// The facts, once everything is there.
    fn facts(&mut self) -> Result<(UploadKind, FileFacts), UploadError> {
        if self.size == 0 {
            return Err(UploadError::Invalid("There is nothing in that file."));
        }
        if self.told.is_none() {
            self.tell()?;
        }
        let Some((kind, mut media_type)) = self.told.take() else { return Err(UploadError::NotFound) };
        let mut size = None;
        if PICTURES.contains(&media_type.as_str()) {
            size = dimensions(&media_type, &self.head);
            match size {
                Some((width, height)) if fits(width, height) => {}
                // To be saved, whatever it is; nobody shows it.
                _ if kind == UploadKind::File => {
                    media::OPAQUE.clone_into(&mut media_type);
                    size = None;
                }
                Some(_) => return Err(UploadError::TooLarge),
                None => return Err(UploadError::Unsupported("That picture has no size.")),
            }
        }
        let is_audio = kind == UploadKind::Audio;
        let facts = FileFacts {
            upload: self.id,
            name: file_name(&self.announced.name),
            size: self.size,
            media_type,
            width: size.map(|(width, _)| width),
            height: size.map(|(_, height)| height),
            duration: self.announced.duration.filter(|_| is_audio),
            waveform: if is_audio { std::mem::take(&mut self.announced.waveform) } else { Vec::new() },
            has_thumbnail: self.thumbnail.is_some() && kind == UploadKind::Image,
        };
        Ok((kind, facts))
    }

    /// Puts it in its place, durably, and records it.
    pub async fn finish(mut self, now: Timestamp) -> Result<Upload, UploadError> {
        let (kind, facts) = match self.facts() {
            Ok(known) => known,
            Err(error) => {
                self.give_up().await;
                return Err(error);
            }
        };
        let Self { uploads, writer, id, owner, announced, thumbnail, .. } = self;
        let blobs = &uploads.inner.blobs;
        if let Some(bytes) = thumbnail.filter(|_| facts.has_thumbnail) {
            let mut writer = blobs.write(BlobId { upload: id, part: Part::Thumbnail }).await?;
            writer.write(&bytes).await?;
            writer.finish().await?;
        }
        writer.ok_or(UploadError::NotFound)?.finish().await?;
        let key = announced.key.unwrap_or_else(|| UploadKey::of(id));
        let upload = Upload { owner, key, kind, facts, created_at: now };
        let recorded = uploads.inner.records.insert_upload(upload, uploads.inner.rules.quota).await;
        // Another with the same key was faster, or there was no room: these bytes are nobody's. An answer that was lost
        // is another matter; what is nobody's then is found by the sweep.
        let is_ours = match &recorded {
            Ok(recorded) => recorded.id() == id,
            Err(domain::InsertUploadError::Store(_)) => true,
            Err(domain::InsertUploadError::QuotaExceeded) => false,
        };
        if !is_ours && let Err(error) = blobs.delete(id).await {
            tracing::warn!(%error, upload = %id, "bytes that nobody has are left to be swept");
        }
        Ok(recorded?)
    }

    /// Throws away what has come.
    pub async fn give_up(mut self) {
        if let Some(writer) = self.writer.take() {
            writer.abort().await;
        }
    }
}

/// What a thumbnail is, by its bytes.
pub fn thumbnail_type(bytes: &[u8]) -> Option<&'static str> {
    if bytes.starts_with(b"\xff\xd8\xff") {
        Some("image/jpeg")
    } else if bytes.starts_with(b"RIFF") && bytes.get(8..12) == Some(b"WEBP") {
        Some("image/webp")
    } else {
        None
    }
}

fn fits(width: u32, height: u32) -> bool {
    width.min(height) > 0 && width.max(height) <= MAX_SIDE && u64::from(width) * u64::from(height) <= MAX_PIXELS
}

/// A name without a path, without what moves the cursor or turns the direction of writing, 200 characters at most with
/// its extension kept.
pub(super) fn file_name(name: &str) -> String {
    const MAX: usize = 200;
    let turns =
        |c: char| matches!(c, '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{feff}');
    let last = name.rsplit(['/', '\\']).next().unwrap_or_default();
    let clean: String = last.chars().filter(|c| !c.is_control() && !turns(*c)).collect();
    let clean = clean.trim().trim_end_matches('.');
    if clean.is_empty() || clean.chars().all(|c| c == '.') {
        return "file".to_owned();
    }
    let count = clean.chars().count();
    if count <= MAX {
        return clean.to_owned();
    }
    let extension =
        clean.rsplit_once('.').map(|(_, extension)| extension).filter(|e| (1..=10).contains(&e.chars().count()));
    match extension {
        Some(extension) => {
            let stem: String = clean.chars().take(MAX - 1 - extension.chars().count()).collect();
            format!("{}.{extension}", stem.trim_end())
        }
        None => clean.chars().take(MAX).collect(),
    }
}
