//! The room service, by Twirp: POST, JSON both ways, a JSON `code` where something went wrong.

use std::time::Duration;

use app::consultations::{MediaError, MediaSource, Pass};
use domain::ObjectId;
use reqwest::header::{AUTHORIZATION, CONTENT_TYPE};
use serde::Deserialize;
use serde_json::{Value, json};
use wire::appointment::room_name;

use super::Signer;
use super::token::{metadata, sources};
use crate::shell::clock::Clock;

/// Somebody is waiting.
const PATIENCE: Duration = Duration::from_secs(5);

/// An answer is a room's participant at most.
const MAX_ANSWER: usize = 1024 * 1024;

pub(super) struct RoomService {
    base: String,
    signer: Signer,
    clock: Clock,
    client: reqwest::Client,
}

#[derive(Deserialize)]
struct Participant {
    #[serde(default)]
    tracks: Vec<Track>,
}

#[derive(Deserialize)]
struct Track {
    #[serde(default)]
    sid: String,
    /// A name, or its number; left out where it is unknown.
    #[serde(default)]
    source: Value,
    #[serde(default)]
    muted: bool,
}

/// As its name or number.
fn is_source(source: &Value, wanted: MediaSource) -> bool {
    let names: &[(&str, u64)] = match wanted {
        MediaSource::Camera => &[("CAMERA", 1)],
        MediaSource::Microphone => &[("MICROPHONE", 2)],
        MediaSource::Screen => &[("SCREEN_SHARE", 3), ("SCREEN_SHARE_AUDIO", 4)],
    };
    names.iter().any(|(name, number)| source.as_str() == Some(name) || source.as_u64() == Some(*number))
}

pub(super) fn client() -> reqwest::Client {
    // Of several libraries that speak TLS each may do this; who comes second finds it done.
    let _ = rustls::crypto::ring::default_provider().install_default();
    let client = reqwest::Client::builder().timeout(PATIENCE).connect_timeout(PATIENCE);
    client.redirect(reqwest::redirect::Policy::none()).build().unwrap_or_default()
}

impl RoomService {
    pub(super) fn new(base: String, signer: Signer, clock: Clock) -> Self {
        Self { base, signer, clock, client: client() }
    }

    /// Calls a method; `None` where what it is about is not there.
    async fn call(&self, method: &str, room: ObjectId, body: &Value) -> Result<Option<Value>, MediaError> {
        let failed = |why: String| {
            tracing::warn!(method, %room, why, "LiveKit failed");
            MediaError(why)
        };
        let token = self.signer.service(room, self.clock.now());
        let request = self.client.post(format!("{}/twirp/livekit.RoomService/{method}", self.base));
        let request = request.header(AUTHORIZATION, format!("Bearer {token}"));
        let request = request.header(CONTENT_TYPE, "application/json").body(body.to_string());
        // What is said of a failed request may name its address, which is the operator's own.
        let mut answer = request.send().await.map_err(|error| failed(kind(&error).to_owned()))?;
        let status = answer.status();
        let mut bytes = Vec::new();
        while let Some(piece) = answer.chunk().await.map_err(|error| failed(kind(&error).to_owned()))? {
            if bytes.len() + piece.len() > MAX_ANSWER {
                return Err(failed("it answers too much".to_owned()));
            }
            bytes.extend_from_slice(&piece);
        }
        let value: Value = serde_json::from_slice(&bytes).unwrap_or_default();
        if status.is_success() {
            return Ok(Some(value));
        }
        let code = value["code"].as_str().unwrap_or_default();
        if code == "not_found" {
            return Ok(None);
        }
        let code: String = code.chars().filter(|c| c.is_ascii_graphic()).take(40).collect();
        Err(failed(format!("it answered {} {code}", status.as_u16())))
    }

    pub(super) async fn remove(&self, room: ObjectId, identity: &str) -> Result<(), MediaError> {
        let body = json!({ "room": room_name(room), "identity": identity });
        self.call("RemoveParticipant", room, &body).await.map(|_| ())
    }

    pub(super) async fn mute(&self, room: ObjectId, identity: &str, source: MediaSource) -> Result<(), MediaError> {
        let body = json!({ "room": room_name(room), "identity": identity });
        let Some(found) = self.call("GetParticipant", room, &body).await? else { return Ok(()) };
        let found: Participant =
            serde_json::from_value(found).map_err(|_| MediaError("its answer does not parse".to_owned()))?;
        for track in found.tracks.iter().filter(|track| is_source(&track.source, source) && !track.muted) {
            let body = json!({ "room": room_name(room), "identity": identity, "trackSid": track.sid, "muted": true });
            self.call("MutePublishedTrack", room, &body).await?;
        }
        Ok(())
    }

    pub(super) async fn permit(&self, pass: &Pass) -> Result<(), MediaError> {
        let sources: Vec<_> = sources(pass).iter().map(|source| source.to_uppercase()).collect();
        let body = json!({
            "room": room_name(pass.room),
            "identity": pass.identity,
            "metadata": metadata(pass),
            "permission": {
                "canSubscribe": true,
                "canPublish": pass.grants.publish,
                "canPublishData": pass.grants.data,
                "canPublishSources": sources,
            },
        });
        self.call("UpdateParticipant", pass.room, &body).await.map(|_| ())
    }

    pub(super) async fn close(&self, room: ObjectId) -> Result<(), MediaError> {
        self.call("DeleteRoom", room, &json!({ "room": room_name(room) })).await.map(|_| ())
    }
}

fn kind(error: &reqwest::Error) -> &'static str {
    if error.is_timeout() {
        "it does not answer in time"
    } else if error.is_connect() {
        "it can't be connected to"
    } else {
        "the connection to it broke"
    }
}
