use async_trait::async_trait;
use domain::{Grants, Member, MemberId, ObjectId, Timestamp};

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
    /// Ends a room for everybody.
    async fn close(&self, room: ObjectId) -> Result<(), MediaError>;
}
