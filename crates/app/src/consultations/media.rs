use std::time::Duration;

use async_trait::async_trait;
use domain::{BlobReader, Grants, Member, MemberId, ObjectId, Timestamp, UploadId};

/// What of a member's is muted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[allow(missing_docs)]
pub enum MediaSource {
    Microphone,
    Camera,
    Screen,
}

/// The media server could not be asked, or did not do it.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the media server failed: {0}")]
pub struct MediaError(pub String);

/// Somebody to be let into a room.
#[derive(Debug, Clone, PartialEq, Eq)]
#[allow(missing_docs)]
pub struct Pass {
    pub room: ObjectId,
    pub identity: String,
    pub name: String,
    pub member: MemberId,
    pub guest: bool,
    pub grants: Grants,
}

impl Pass {
    /// Of a member, with what their role allows.
    pub fn of(room: ObjectId, member: &Member) -> Self {
        Self {
            room,
            identity: member.identity(),
            name: member.name.clone(),
            member: member.id,
            guest: member.user.is_none(),
            grants: member.grants(),
        }
    }
}

/// The server that carries media between the people of a room.
#[async_trait]
pub trait MediaServer: Send + Sync {
    /// Where browsers find it.
    fn url(&self) -> &str;
    /// What lets somebody in until then.
    fn token(&self, pass: &Pass, now: Timestamp, until: Timestamp) -> String;
    /// Sends somebody out; whoever is not there is out.
    async fn remove(&self, room: ObjectId, identity: &str) -> Result<(), MediaError>;
    /// Mutes somebody.
    async fn mute(&self, room: ObjectId, identity: &str, source: MediaSource) -> Result<(), MediaError>;
    /// Gives somebody who is there what another role allows.
    async fn permit(&self, pass: &Pass) -> Result<(), MediaError>;
    /// Who is in a room, by their identities.
    async fn present(&self, room: ObjectId) -> Result<Vec<String>, MediaError>;
    /// Whether a room holds as many people as it may, without this one.
    async fn is_full(&self, room: ObjectId, identity: &str) -> Result<bool, MediaError>;
    /// Ends a room for everybody.
    async fn close(&self, room: ObjectId) -> Result<(), MediaError>;
}

/// Where the media server is with the making of a recording.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
#[allow(missing_docs)]
pub enum JobStage {
    Starting,
    Active,
    Ending,
    /// Its file is whole.
    Complete,
    /// There is no file that could be played.
    Failed,
}

/// One recording that the media server makes, or has made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Job {
    /// Its name at the media server; also the identity under which it is in the room.
    pub id: String,
    /// Of what it is the recording.
    pub recording: UploadId,
    /// See there.
    pub stage: JobStage,
    /// How long it has become, once it is whole.
    pub length: Option<Duration>,
    /// Why it failed, in the media server's words: for whoever runs it.
    pub why: Option<String>,
}

/// Why the media server does not record.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum JobError {
    /// Nobody is in the room yet.
    #[error("there is no such room yet")]
    NoRoom,
    /// It says no.
    #[error("it says no: {0}")]
    Refused(String),
    /// It may have happened.
    #[error("no answer: {0}")]
    Unknown(String),
}

/// What records rooms beside the media server, into a folder that we see too. There is none at most deployments.
#[async_trait]
pub trait RoomRecorder: Send + Sync {
    /// Has a room recorded.
    async fn start(&self, room: ObjectId, recording: UploadId) -> Result<Job, JobError>;
    /// Ends it; what has ended stays so.
    async fn stop(&self, job: &str) -> Result<(), JobError>;
    /// Those of a room, ended ones too as far as they are known; or of all rooms those that go on.
    async fn jobs(&self, room: Option<ObjectId>) -> Result<Vec<Job>, JobError>;
    /// What was made: its size and its bytes; nothing where there is no such file, or not yet.
    async fn open(&self, recording: UploadId) -> Result<Option<(u64, Box<dyn BlobReader>)>, JobError>;
    /// Deletes it, if it is there.
    async fn discard(&self, recording: UploadId) -> Result<(), JobError>;
    /// Of what there are files, and so many at most.
    async fn files(&self, limit: usize) -> Result<Vec<UploadId>, JobError>;
}
