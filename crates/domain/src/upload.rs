use std::str::FromStr;
use std::time::Duration;

use crate::{IdError, Timestamp, UploadId, UserId};

/// What somebody uploads a thing for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum UploadKind {
    /// A picture in a message, shown there.
    Image,
    /// Any file in a message, to be saved.
    File,
    /// A voice note.
    Audio,
    /// Of the person themself.
    ProfileImage,
    /// What a dietician shows for approval; for admins alone.
    Certificate,
    /// A call, recorded with the consent of both; put into a message by the server alone.
    Recording,
}

impl UploadKind {
    /// The number of the kind in the store.
    pub const fn number(self) -> u8 {
        match self {
            Self::Image => 0,
            Self::File => 1,
            Self::Audio => 2,
            Self::ProfileImage => 3,
            Self::Certificate => 4,
            Self::Recording => 5,
        }
    }

    /// The kind of that number.
    pub const fn from_number(number: u8) -> Option<Self> {
        match number {
            0 => Some(Self::Image),
            1 => Some(Self::File),
            2 => Some(Self::Audio),
            3 => Some(Self::ProfileImage),
            4 => Some(Self::Certificate),
            5 => Some(Self::Recording),
            _ => None,
        }
    }

    /// Whether people may put it into a message.
    pub const fn is_for_messages(self) -> bool {
        matches!(self, Self::Image | Self::File | Self::Audio)
    }
}

/// What is known about what was uploaded. Found out when it came in and never changed; a message that holds it repeats
/// it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FileFacts {
    /// The upload.
    pub upload: UploadId,
    /// The name that it had where it came from, without a path: 1 to 200 characters.
    pub name: String,
    /// In bytes.
    pub size: u64,
    /// What it is, by its first bytes: what it is served as.
    pub media_type: String,
    /// Of a picture, in pixels.
    pub width: Option<u32>,
    /// Of a picture, in pixels.
    pub height: Option<u32>,
    /// Of a voice note or a recording, as its recorder says.
    pub duration: Option<Duration>,
    /// Of a voice note: up to 64 values from 0 to 100; may be empty.
    pub waveform: Vec<u8>,
    /// Whether a small picture of it is kept beside it.
    pub has_thumbnail: bool,
}

/// Something that was uploaded, as kept. Its bytes are with the [`Blobs`](crate::Blobs).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Upload {
    /// Whose it is: only they may send it.
    pub owner: UserId,
    /// Unique per owner.
    pub key: UploadKey,
    /// What for.
    pub kind: UploadKind,
    /// What it is; its id is in here.
    pub facts: FileFacts,
    /// When it was whole.
    pub created_at: Timestamp,
}

impl Upload {
    /// Its id.
    pub const fn id(&self) -> UploadId {
        self.facts.upload
    }
}

/// The idempotency key of an upload: 1 to 64 printable ASCII characters, made by the client, or by the server where an
/// old client gives none.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct UploadKey(String);

impl UploadKey {
    /// The key of an upload that came without one.
    pub fn of(upload: UploadId) -> Self {
        Self(upload.to_string())
    }

    /// The key as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for UploadKey {
    type Err = IdError;

    fn from_str(text: &str) -> Result<Self, IdError> {
        let fits = (1..=64).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_graphic());
        if fits { Ok(Self(text.to_owned())) } else { Err(IdError) }
    }
}
