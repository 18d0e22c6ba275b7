//! The room service.

use app::consultations::{MediaError, MediaSource, Pass};
use domain::ObjectId;
use serde::Deserialize;
use serde_json::{Value, json};
use wire::appointment::room_name;

use super::Signer;
use super::token::{metadata, sources};
use super::twirp::{Fault, Twirp};
use crate::shell::clock::Clock;

pub(super) struct RoomService {
    twirp: Twirp,
    signer: Signer,
    clock: Clock,
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

/// Who records or is a program, by their kind or its number: they take nobody's place.
fn is_program(kind: &Value) -> bool {
    [("EGRESS", 2), ("AGENT", 4)].iter().any(|(name, number)| kind == name || kind.as_u64() == Some(*number))
}

fn listed<'a>(answer: &'a Value, what: &str) -> &'a [Value] {
    answer[what].as_array().map(Vec::as_slice).unwrap_or_default()
}

/// `None` where what it is about is not there.
fn answered(answer: Result<Value, Fault>) -> Result<Option<Value>, MediaError> {
    match answer {
        Ok(value) => Ok(Some(value)),
        Err(Fault::NotFound) => Ok(None),
        Err(fault) => Err(MediaError(fault.words())),
    }
}

impl RoomService {
    pub(super) fn new(base: String, signer: Signer, clock: Clock) -> Self {
        Self { twirp: Twirp::new(base), signer, clock }
    }

    /// Calls a method; `None` where what it is about is not there.
    async fn call(&self, method: &str, room: ObjectId, body: &Value) -> Result<Option<Value>, MediaError> {
        let token = self.signer.service(room, self.clock.now());
        answered(self.twirp.call(&format!("RoomService/{method}"), &token, body).await)
    }

    pub(super) async fn present(&self, room: ObjectId) -> Result<Vec<String>, MediaError> {
        let Some(found) = self.call("ListParticipants", room, &json!({ "room": room_name(room) })).await? else {
            return Ok(Vec::new());
        };
        let found = listed(&found, "participants").iter();
        Ok(found.filter_map(|one| one["identity"].as_str().map(str::to_owned)).collect())
    }

    /// Who is there is asked for, since the number that a list of rooms has is some seconds old.
    pub(super) async fn is_full(&self, room: ObjectId, identity: &str) -> Result<bool, MediaError> {
        let name = room_name(room);
        let token = self.signer.list(self.clock.now());
        let found = answered(self.twirp.call("RoomService/ListRooms", &token, &json!({ "names": [name] })).await)?;
        let found = found.unwrap_or_default();
        let named = listed(&found, "rooms").iter().find(|room| room["name"].as_str() == Some(&name));
        // By its name in the protocol, or as JSON mostly has it.
        let most = named.and_then(|room| room["max_participants"].as_u64().or(room["maxParticipants"].as_u64()));
        let Some(most @ 1..) = most else { return Ok(false) };
        let found = self.call("ListParticipants", room, &json!({ "room": name })).await?.unwrap_or_default();
        let others = listed(&found, "participants").iter();
        let others = others.filter(|one| !is_program(&one["kind"]) && one["identity"].as_str() != Some(identity));
        Ok(others.count() as u64 >= most)
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
