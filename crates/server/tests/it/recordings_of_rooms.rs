//! Recordings of consultations: everybody agrees first, guests too; who comes later at the door; what is kept, and what is
//! left of it.

use std::time::Duration;

use domain::{Recording, RecordingState, UploadId};
use http::Method;
use serde_json::{Value, json};
use server::Role;

use crate::consultations::Practice;
use crate::harness::{Answer, Ask};
use crate::uploads::{fetch, webm};

/// Maya with Amira and a guest in her room, Jonas at its door.
struct Room {
    practice: Practice,
    room: String,
    guest: String,
}

impl Room {
    async fn open() -> Self {
        let practice = Practice::open(&[]).await;
        let room = practice.open_for("Maya", &["Amira", "Jonas"], false).await;
        practice.by("Maya", &room, "arrive", json!({})).await;
        let link = practice.by("Maya", &room, "guests", json!({ "role": "member" })).await.json()["url"].clone();
        let link = link.as_str().unwrap().rsplit('/').next().unwrap().to_owned();
        let claim = json!({ "token": link, "name": "Interpreter" });
        let guest = practice.server.post("/api/guests/claim", None, claim).await.json()["accessToken"].clone();
        let it = Self { practice, room, guest: guest.as_str().unwrap().to_owned() };
        for who in ["Maya", "Amira", "guest"] {
            assert_eq!(it.by(who, "arrive", json!({})).await.summary(), "200", "{who}");
        }
        it.by("Maya", "admit", json!({})).await;
        it
    }

    fn token(&self, who: &str) -> &str {
        if who == "guest" { &self.guest } else { self.practice.token(who) }
    }

    async fn by(&self, who: &str, what: &str, body: Value) -> Answer {
        self.practice.ask(self.token(who), &self.room, what, body).await
    }

    /// How the recording stands, as somebody is told.
    async fn seen(&self, who: &str) -> Value {
        let path = format!("/api/consultations/{}", self.room);
        self.practice.server.get(&path, Some(self.token(who))).await.json()["recording"].clone()
    }

    async fn about(&self, who: &str, id: UploadId, what: &str, body: Value) -> String {
        let path = format!("/api/recordings/{id}/{what}");
        self.practice.server.post(&path, Some(self.token(who)), body).await.summary()
    }

    async fn withdraw(&self, who: &str, id: UploadId) -> String {
        let ask = Ask { token: Some(self.token(who)), ..Ask::default() };
        self.practice.server.ask(Role::Web, Method::DELETE, &format!("/api/recordings/{id}"), ask).await.summary()
    }

    async fn chunk(&self, id: UploadId, number: u32, bytes: Vec<u8>) -> String {
        let path = format!("/api/recordings/{id}/chunks/{number}");
        let ask = Ask { token: Some(self.token("Maya")), raw: Some(bytes), ..Ask::default() };
        self.practice.server.ask(Role::Web, Method::PUT, &path, ask).await.summary()
    }

    async fn asked(&self) -> UploadId {
        let asked = self.by("Maya", "recording", json!({ "consent": 1 })).await;
        assert_eq!(asked.summary(), "200");
        asked.json()["recording"]["recordingId"].as_str().unwrap().parse().unwrap()
    }

    async fn running(&self) -> UploadId {
        let id = self.asked().await;
        for who in ["Amira", "guest"] {
            assert_eq!(self.about(who, id, "answer", json!({ "consent": 1 })).await, "200", "{who}");
        }
        id
    }

    async fn state(&self, id: UploadId) -> RecordingState {
        let log = self.practice.server.services.ports.recordings.recording(id).await.unwrap();
        Recording::of(&log).unwrap().state
    }

    /// The recordings in somebody's list of what was.
    async fn past(&self, who: &str) -> Vec<Value> {
        let list = self.practice.server.get("/api/consultations", Some(self.token(who))).await.json();
        list["past"][0]["recordings"].as_array().unwrap().clone()
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_is_recorded_who_has_not_agreed() {
    let it = Room::open().await;
    assert_eq!(it.by("Amira", "recording", json!({ "consent": 1 })).await.summary(), "403 forbidden", "the host asks");
    assert_eq!(it.by("Maya", "recording", json!({ "consent": 2 })).await.summary(), "409 recording_conflict");
    let id = it.asked().await;
    assert_eq!(it.by("Maya", "recording", json!({ "consent": 1 })).await.summary(), "409 recording_conflict", "one");
    assert_eq!(it.chunk(id, 0, webm()).await, "409 recording_conflict");
    assert_eq!(it.about("Amira", id, "answer", json!({ "consent": 1 })).await, "200");
    assert_eq!(it.chunk(id, 0, webm()).await, "409 recording_conflict", "the guest has not agreed");
    let seen = it.seen("guest").await;
    assert_eq!((&seen["state"], seen["awaited"].as_array().unwrap().len()), (&json!("asked"), 1));

    // Jonas comes while they are asked, and Hannah has no part in it.
    it.by("Jonas", "arrive", json!({})).await;
    assert_eq!(it.about("Jonas", id, "answer", json!({ "consent": 1 })).await, "403 forbidden", "he waits");
    it.by("Maya", "admit", json!({})).await;
    assert_eq!(it.by("Jonas", "token", json!({})).await.summary(), "409 recording_conflict");
    assert_eq!(it.by("Amira", "token", json!({})).await.summary(), "200");
    assert_eq!(it.about("Hannah", id, "answer", json!({ "consent": 1 })).await, "403 forbidden");
    assert_eq!(it.about("guest", id, "answer", json!({ "consent": 1 })).await, "200");
    assert_eq!((it.state(id).await, it.chunk(id, 0, webm()).await), (RecordingState::Running, "200".to_owned()));
    assert_eq!(it.by("Jonas", "token", json!({})).await.summary(), "409 recording_conflict", "while it runs too");
    assert_eq!(it.about("Jonas", id, "answer", json!({ "consent": 1 })).await, "200");
    assert_eq!(it.by("Jonas", "token", json!({})).await.summary(), "200");
    assert_eq!(it.seen("Jonas").await["agreed"].as_array().unwrap().len(), 4);

    // One no is enough, and who goes is not waited for.
    it.withdraw("Jonas", id).await;
    let id = it.asked().await;
    assert_eq!(it.about("guest", id, "answer", json!({ "consent": null })).await, "200");
    assert_eq!(it.state(id).await, RecordingState::Declined);
    let id = it.asked().await;
    for who in ["Amira", "Jonas"] {
        it.about(who, id, "answer", json!({ "consent": 1 })).await;
    }
    it.by("guest", "leave", json!({})).await;
    it.practice.server.services.recordings.tick().await;
    assert_eq!(it.state(id).await, RecordingState::Running);
    it.by("guest", "arrive", json!({})).await;
    assert_eq!(it.by("guest", "token", json!({})).await.summary(), "409 recording_conflict");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_kept_is_for_those_who_agreed_until_one_of_them_takes_it_back() {
    for (who, early) in [("guest", true), ("guest", false), ("Amira", false), ("Maya", false)] {
        let it = Room::open().await;
        let services = &it.practice.server.services;
        let id = it.running().await;
        assert_eq!(it.chunk(id, 0, webm()).await, "200");
        if early {
            assert_eq!(it.withdraw(who, id).await, "200");
            assert_eq!(
                (it.state(id).await, it.chunk(id, 1, vec![1]).await),
                (RecordingState::Withdrawn, "403 forbidden".to_owned())
            );
            continue;
        }
        assert_eq!(it.about("Maya", id, "finish", json!({ "chunks": 1, "durationMs": 9000 })).await, "200");
        while it.state(id).await != RecordingState::Kept {
            tokio::task::yield_now().await;
        }
        it.by("Jonas", "arrive", json!({})).await;
        it.by("Maya", "admit", json!({})).await;
        it.by("Maya", "end", json!({})).await;
        // Nothing but itself holds it.
        let later = services.clock.now() + Duration::from_secs(2 * 24 * 60 * 60);
        services.uploads.sweep(later).await.unwrap();
        let kept = it.past("Amira").await;
        assert_eq!((kept.len(), &kept[0]["durationMs"]), (1, &json!(9000)));
        assert!(fetch(&it.practice.server, &kept[0]["fileUrl"], &[]).await.bytes == webm());
        assert_eq!(it.past("Jonas").await, Vec::<Value>::new(), "he was not recorded");
        assert_eq!(it.withdraw("Jonas", id).await, "403 forbidden");
        assert_eq!(it.withdraw(who, id).await, "200", "{who}");
        services.uploads.sweep(later).await.unwrap();
        assert_eq!(fetch(&it.practice.server, &kept[0]["fileUrl"], &[]).await.summary(), "404 not_found");
        assert_eq!(it.past("Maya").await, Vec::<Value>::new());
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_host_whose_page_was_gone_had_sent_is_kept() {
    let it = Room::open().await;
    let services = &it.practice.server.services;
    let id = it.running().await;
    it.chunk(id, 0, webm()).await;
    it.by("Maya", "leave", json!({})).await;
    services.clock.advance(Duration::from_secs(31));
    services.recordings.tick().await;
    assert_eq!(it.state(id).await, RecordingState::Kept);
}
