//! Any LiveKit server, by its public protocol: tokens that let people in, its room service, its recorder, its webhooks. Nothing here is
//! known of what it runs on, and nothing is asked of it that only one implementation would answer.

mod egress;
mod look;
mod rooms;
mod token;
mod twirp;
pub mod webhook;

use app::accounts::{Secret, Tokens};
use app::consultations::{MediaError, MediaServer, MediaSource, Pass};
use async_trait::async_trait;
use domain::{ObjectId, Timestamp};

pub use self::egress::{Egress, FolderError, job};
pub(crate) use self::look::{Seen, look, records};
use self::rooms::RoomService;
use crate::config::LiveKitConfig;
use crate::shell::clock::Clock;

/// A LiveKit server or cluster.
pub struct LiveKit {
    url: String,
    signer: Signer,
    rooms: RoomService,
}

/// Signs with the API secret.
#[derive(Clone)]
pub(crate) struct Signer {
    key: String,
    tokens: Tokens,
}

impl Signer {
    pub(crate) fn new(key: String, secret: Secret) -> Self {
        Self { key, tokens: Tokens::new(secret, None) }
    }
}

impl LiveKit {
    /// As it is configured.
    pub fn new(config: &LiveKitConfig, clock: Clock) -> Self {
        let signer = Signer::new(config.api_key.clone(), config.api_secret.clone());
        let rooms = RoomService::new(config.api_url.clone(), signer.clone(), clock);
        Self { url: config.url.clone(), signer, rooms }
    }
}

#[async_trait]
impl MediaServer for LiveKit {
    fn url(&self) -> &str {
        &self.url
    }

    fn token(&self, pass: &Pass, now: Timestamp, until: Timestamp) -> String {
        self.signer.join(pass, now, until)
    }

    async fn remove(&self, room: ObjectId, identity: &str) -> Result<(), MediaError> {
        self.rooms.remove(room, identity).await
    }

    async fn mute(&self, room: ObjectId, identity: &str, source: MediaSource) -> Result<(), MediaError> {
        self.rooms.mute(room, identity, source).await
    }

    async fn permit(&self, pass: &Pass) -> Result<(), MediaError> {
        self.rooms.permit(pass).await
    }

    async fn present(&self, room: ObjectId) -> Result<Vec<String>, MediaError> {
        self.rooms.present(room).await
    }

    async fn is_full(&self, room: ObjectId, identity: &str) -> Result<bool, MediaError> {
        self.rooms.is_full(room, identity).await
    }

    async fn close(&self, room: ObjectId) -> Result<(), MediaError> {
        self.rooms.close(room).await
    }
}
