//! Recordings that LiveKit Egress makes, with something that answers as LiveKit does and makes files by hand.

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::Duration;

use app::accounts::{Secret, Tokens};
use axum::extract::{Path, State};
use axum::response::IntoResponse;
use axum::{Json, Router};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use domain::{Recording, RecordingAct, RecordingState, UploadId};
use http::{Method, StatusCode};
use serde_json::{Value, json};
use server::Role;
use sha2::{Digest, Sha256};
use tempfile::TempDir;

use crate::consultations::{LIVEKIT, Practice};
use crate::harness::{Ask, TestServer};
use crate::uploads::fetch;

/// What there is at the media server.
#[derive(Default)]
struct There {
    jobs: Vec<(String, String, &'static str)>,
    asked: Vec<String>,
    present: Vec<String>,
    removed: Vec<String>,
    /// What is answered to a start instead.
    refuses: Option<(StatusCode, &'static str)>,
}

#[derive(Clone, Default)]
struct LiveKit(Arc<Mutex<There>>);

impl LiveKit {
    fn there(&self) -> MutexGuard<'_, There> {
        self.0.lock().unwrap()
    }

    fn info(&self, id: &str) -> Value {
        let there = self.there();
        let (id, path, status) = there.jobs.iter().find(|(one, ..)| one == id).unwrap();
        json!({ "egress_id": id, "status": status, "room_composite": { "file_outputs": [{ "filepath": path }] },
            "file_results": [{ "filename": path, "duration": "9000000000" }] })
    }

    fn becomes(&self, id: &str, status: &'static str) {
        self.there().jobs.iter_mut().find(|(one, ..)| one == id).unwrap().2 = status;
    }

    fn count(&self, method: &str) -> usize {
        self.there().asked.iter().filter(|asked| *asked == method).count()
    }

    fn starts(&self) -> usize {
        self.count("StartRoomCompositeEgress")
    }
}

async fn answer(
    State(it): State<LiveKit>,
    Path((_, method)): Path<(String, String)>,
    Json(body): Json<Value>,
) -> axum::response::Response {
    it.there().asked.push(method.clone());
    let value = match method.as_str() {
        "ListParticipants" => {
            json!({ "participants": it.there().present.iter().map(|one| json!({ "identity": one })).collect::<Vec<_>>() })
        }
        "RemoveParticipant" => {
            it.there().removed.push(body["identity"].as_str().unwrap().to_owned());
            json!({})
        }
        "StartRoomCompositeEgress" => {
            let refuses = it.there().refuses;
            if let Some((status, code)) = refuses {
                return (status, Json(json!({ "code": code, "msg": "no" }))).into_response();
            }
            let output = &body["fileOutputs"][0];
            assert_eq!((&output["disableManifest"], &output["fileType"]), (&json!(true), &json!("MP4")));
            let id = format!("EG_{}", it.there().jobs.len());
            it.there().jobs.push((id.clone(), output["filepath"].as_str().unwrap().to_owned(), "EGRESS_STARTING"));
            it.info(&id)
        }
        "StopEgress" => {
            let id = body["egressId"].as_str().unwrap();
            it.becomes(id, "EGRESS_ENDING");
            it.info(id)
        }
        "ListEgress" => {
            let ids: Vec<_> = it.there().jobs.iter().map(|(id, ..)| id.clone()).collect();
            json!({ "items": ids.iter().map(|id| it.info(id)).collect::<Vec<_>>() })
        }
        _ => json!({}),
    };
    Json(value).into_response()
}

const MP4: &[u8] = b"\0\0\0\x20ftypisom\0\0\x02\0isomiso2avc1mp41 and what follows";

/// Maya with Amira in her room, Jonas at its door, and Egress.
struct Room {
    livekit: LiveKit,
    folder: TempDir,
    practice: Practice,
    room: String,
}

impl Room {
    async fn open() -> Self {
        let livekit = LiveKit::default();
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let app = Router::new().route("/twirp/{service}/{method}", axum::routing::post(answer));
        let serve = axum::serve(listener, app.with_state(livekit.clone()));
        tokio::spawn(async move { serve.await });
        let folder = tempfile::tempdir().unwrap();
        let dir = folder.path().to_str().unwrap().to_owned();
        let env = [("LIVEKIT_API_URL", url.as_str()), ("MOODBITES_LIVEKIT_EGRESS_DIR", dir.as_str())];
        let practice = Practice::open(&env).await;
        let room = practice.open_for("Maya", &["Amira", "Jonas"], false).await;
        practice.by("Maya", &room, "arrive", json!({})).await;
        practice.by("Amira", &room, "arrive", json!({})).await;
        practice.by("Maya", &room, "admit", json!({})).await;
        Self { livekit, folder, practice, room }
    }

    async fn asked(&self, body: Value) -> UploadId {
        let asked = self.practice.by("Maya", &self.room, "recording", body).await;
        assert_eq!(asked.summary(), "200");
        asked.json()["recording"]["recordingId"].as_str().unwrap().parse().unwrap()
    }

    async fn about(&self, who: &str, id: UploadId, what: &str, body: Value) -> String {
        let path = format!("/api/recordings/{id}/{what}");
        self.practice.server.post(&path, Some(self.practice.token(who)), body).await.summary()
    }

    async fn withdraw(&self, who: &str, id: UploadId) -> String {
        let ask = Ask { token: Some(self.practice.token(who)), ..Ask::default() };
        self.practice.server.ask(Role::Web, Method::DELETE, &format!("/api/recordings/{id}"), ask).await.summary()
    }

    /// Asked for and agreed to; the media server was asked to begin.
    async fn starting(&self) -> UploadId {
        let before = self.livekit.starts();
        let id = self.asked(json!({ "consent": 1 })).await;
        assert_eq!(self.about("Amira", id, "answer", json!({ "consent": 1 })).await, "200");
        until(async || self.livekit.starts() == before + 1).await;
        until(async || self.state(id).await == RecordingState::Starting).await;
        id
    }

    async fn running(&self, job: &str) -> UploadId {
        let id = self.starting().await;
        self.livekit.becomes(job, "EGRESS_ACTIVE");
        self.told("egress_updated", job).await;
        self.until(id, RecordingState::Running).await;
        id
    }

    async fn state(&self, id: UploadId) -> RecordingState {
        let log = self.practice.server.services.ports.recordings.recording(id).await.unwrap();
        Recording::of(&log).unwrap().state
    }

    async fn until(&self, id: UploadId, state: RecordingState) {
        until(async || self.state(id).await == state).await;
    }

    async fn acts(&self, id: UploadId) -> Vec<RecordingAct> {
        let log = self.practice.server.services.ports.recordings.recording(id).await.unwrap();
        log.into_iter().skip(1).map(|line| line.act).collect()
    }

    async fn hook(&self, event: Value) {
        let body = event.to_string();
        let tokens = Tokens::new(Secret::new(LIVEKIT[2].1), None);
        let exp = self.practice.server.services.clock.now().seconds() + 60;
        let sha256 = STANDARD.encode(Sha256::digest(&body));
        let token = tokens.sign_claims(&json!({ "iss": "the-key", "exp": exp, "sha256": sha256 }));
        let ask = Ask { token: Some(&token), raw: Some(body.into_bytes()), ..Ask::default() };
        let heard = self.practice.server.ask(Role::Web, Method::POST, "/api/livekit/webhook", ask).await;
        assert_eq!(heard.summary(), "200");
    }

    /// LiveKit tells how a job is.
    async fn told(&self, event: &str, job: &str) {
        self.hook(json!({ "event": event, "id": "EV_1", "egressInfo": self.livekit.info(job) })).await;
    }

    async fn comes(&self, identity: &str, kind: &str) {
        let id = format!("EV_{identity}{}", self.livekit.there().asked.len());
        let participant = json!({ "identity": identity, "kind": kind });
        let room = json!({ "name": self.room });
        self.hook(json!({ "event": "participant_joined", "id": id, "room": room, "participant": participant })).await;
    }

    fn file(&self, id: UploadId) -> std::path::PathBuf {
        self.folder.path().join(format!("{id}.mp4"))
    }

    fn write(&self, id: UploadId) {
        std::fs::write(self.file(id), MP4).unwrap();
    }

    async fn seen(&self, who: &str) -> Value {
        let path = format!("/api/consultations/{}", self.room);
        self.practice.server.get(&path, Some(self.practice.token(who))).await.json()
    }
}

async fn until(what: impl AsyncFn() -> bool) {
    let looks = async {
        while !what().await {
            tokio::task::yield_now().await;
        }
    };
    tokio::time::timeout(Duration::from_secs(30), looks).await.expect("it does not come about");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_media_server_makes_what_all_have_agreed_to_and_it_is_kept() {
    let it = Room::open().await;
    assert_eq!(it.seen("Maya").await["serverRecords"], true);
    let id = it.asked(json!({ "consent": 1 })).await;
    assert_eq!(it.livekit.starts(), 0, "nobody is recorded before they have agreed");
    // Somebody is in the room by what let them in before, and has not agreed.
    it.practice.by("Jonas", &it.room, "arrive", json!({})).await;
    it.practice.by("Maya", &it.room, "admit", json!({})).await;
    it.livekit.there().present = vec![it.practice.id("Maya"), it.practice.id("Amira"), it.practice.id("Jonas")];
    assert_eq!(it.about("Amira", id, "answer", json!({ "consent": 1 })).await, "200");
    until(async || it.livekit.starts() == 1).await;
    assert_eq!(it.livekit.there().removed, [it.practice.id("Jonas")], "all who are there are recorded");
    let seen = it.seen("Amira").await["recording"].clone();
    assert_eq!((&seen["state"], &seen["maker"], &seen["since"]), (&json!("starting"), &json!("server"), &Value::Null));
    assert_eq!(it.practice.by("Jonas", &it.room, "token", json!({})).await.summary(), "409 recording_conflict");

    it.livekit.becomes("EG_0", "EGRESS_ACTIVE");
    for event in ["egress_started", "egress_updated", "egress_started"] {
        it.told(event, "EG_0").await;
    }
    it.until(id, RecordingState::Running).await;
    let chunk = Ask { token: Some(it.practice.token("Maya")), raw: Some(vec![0x1a; 9]), ..Ask::default() };
    let path = format!("/api/recordings/{id}/chunks/0");
    let chunk = it.practice.server.ask(Role::Web, Method::PUT, &path, chunk).await;
    assert_eq!(chunk.summary(), "409 recording_conflict", "no browser sends any");

    // It goes on without the host, and is ended by anybody of them.
    it.practice.by("Maya", &it.room, "leave", json!({})).await;
    it.practice.server.services.clock.advance(Duration::from_secs(600));
    it.practice.server.services.recordings.tick().await;
    assert_eq!(it.state(id).await, RecordingState::Running);
    assert_eq!(it.about("Amira", id, "stop", json!({})).await, "200");
    until(async || it.livekit.there().jobs[0].2 == "EGRESS_ENDING").await;
    it.write(id);
    it.livekit.becomes("EG_0", "EGRESS_COMPLETE");
    it.told("egress_ended", "EG_0").await;
    it.until(id, RecordingState::Kept).await;
    until(async || !it.file(id).exists()).await;
    it.told("egress_ended", "EG_0").await;
    it.practice.by("Maya", &it.room, "arrive", json!({})).await;
    it.practice.by("Maya", &it.room, "end", json!({})).await;
    let list = it.practice.server.get("/api/consultations", Some(it.practice.token("Amira"))).await.json();
    let kept = &list["past"][0]["recordings"][0];
    assert_eq!((&kept["fileType"], &kept["durationMs"]), (&json!("video/mp4"), &json!(9000)));
    assert!(fetch(&it.practice.server, &kept["fileUrl"], &[]).await.bytes == MP4);
    let acts = it.acts(id).await;
    assert_eq!(acts[1..], [RecordingAct::Began, RecordingAct::Stopped, RecordingAct::Kept]);
    assert_eq!(it.livekit.starts(), 1, "once");
}

#[tokio::test(flavor = "multi_thread")]
async fn of_what_is_taken_back_nothing_is_left_however_late_it_comes() {
    let it = Room::open().await;
    let early = it.starting().await;
    assert_eq!(it.withdraw("Amira", early).await, "200");
    until(async || it.livekit.there().jobs[0].2 == "EGRESS_ENDING").await;
    let id = it.running("EG_1").await;
    assert_eq!(it.withdraw("Amira", id).await, "200");
    until(async || it.livekit.there().jobs[1].2 == "EGRESS_ENDING").await;
    for (id, job) in [(early, "EG_0"), (id, "EG_1")] {
        it.write(id);
        it.livekit.becomes(job, "EGRESS_COMPLETE");
        it.told("egress_ended", job).await;
        until(async || !it.file(id).exists()).await;
        assert_eq!(it.state(id).await, RecordingState::Withdrawn);
    }
    // What comes when nobody looks any more, and what is none of ours.
    it.write(id);
    let strange = it.folder.path().join("0123456789abcdef01234567.mp4");
    std::fs::write(&strange, MP4).unwrap();
    it.practice.server.services.clock.advance(Duration::from_secs(3600));
    it.practice.server.services.recordings.tick().await;
    until(async || !it.file(id).exists()).await;
    assert!(strange.exists());
}

#[tokio::test(flavor = "multi_thread")]
async fn what_the_media_server_cant_make_fails_and_a_browser_may() {
    let it = Room::open().await;
    it.livekit.there().refuses = Some((StatusCode::INTERNAL_SERVER_ERROR, "internal"));
    let id = it.asked(json!({ "consent": 1 })).await;
    it.about("Amira", id, "answer", json!({ "consent": 1 })).await;
    it.until(id, RecordingState::Failed).await;
    assert_eq!(it.seen("Maya").await["recording"]["state"], "failed");
    it.livekit.there().refuses = None;

    // It breaks off; and what is there is no film.
    for (status, bytes) in [("EGRESS_FAILED", MP4), ("EGRESS_ABORTED", MP4), ("EGRESS_COMPLETE", b"<html></html>")] {
        let job = format!("EG_{}", it.livekit.there().jobs.len());
        let id = it.running(&job).await;
        std::fs::write(it.file(id), bytes).unwrap();
        it.livekit.becomes(&job, status);
        it.told("egress_ended", &job).await;
        it.until(id, RecordingState::Failed).await;
        until(async || !it.file(id).exists()).await;
    }
    // What reached a limit is whole.
    let job = format!("EG_{}", it.livekit.there().jobs.len());
    let id = it.running(&job).await;
    it.write(id);
    it.livekit.becomes(&job, "EGRESS_LIMIT_REACHED");
    it.told("egress_ended", &job).await;
    it.until(id, RecordingState::Kept).await;

    let starts = it.livekit.starts();
    let id = it.asked(json!({ "consent": 1, "browser": true })).await;
    it.about("Amira", id, "answer", json!({ "consent": 1 })).await;
    assert_eq!((it.state(id).await, it.livekit.starts()), (RecordingState::Running, starts));
    assert_eq!(it.seen("Maya").await["recording"]["maker"], Value::Null);

    // Of an encrypted one the media server would see nothing.
    let (server, hannah) = (&it.practice.server, Some(it.practice.token("Hannah")));
    let opened = server.post("/api/consultations", hannah, json!({ "encrypted": true })).await.json();
    let room = opened["roomId"].as_str().unwrap();
    it.practice.by("Hannah", room, "arrive", json!({})).await;
    let asked = it.practice.by("Hannah", room, "recording", json!({ "consent": 1 })).await.json();
    assert_eq!((&asked["serverRecords"], &asked["recording"]["maker"]), (&Value::Null, &Value::Null), "{asked}");
    assert_eq!((&asked["recording"]["state"], it.livekit.starts()), (&json!("running"), starts));
}

#[tokio::test(flavor = "multi_thread")]
async fn an_answer_that_was_lost_starts_nothing_twice() {
    let it = Room::open().await;
    it.livekit.there().refuses = Some((StatusCode::REQUEST_TIMEOUT, "deadline_exceeded"));
    let id = it.starting().await;
    for _ in 0..2 {
        let looked = it.livekit.count("ListEgress");
        it.practice.server.services.recordings.tick().await;
        until(async || it.livekit.count("ListEgress") > looked).await;
    }
    assert_eq!(it.livekit.starts(), 1, "it may have happened");
    // It has begun all the same.
    let path = format!("/out/{id}.mp4");
    it.livekit.there().jobs.push(("EG_0".into(), path.clone(), "EGRESS_ACTIVE"));
    it.practice.server.services.recordings.tick().await;
    it.until(id, RecordingState::Running).await;
    // Another of the same, by whatever mistake, ends.
    it.livekit.there().jobs.push(("EG_1".into(), path, "EGRESS_ACTIVE"));
    it.practice.server.services.clock.advance(Duration::from_secs(20));
    it.practice.server.services.recordings.tick().await;
    until(async || it.livekit.there().jobs[1].2 == "EGRESS_ENDING").await;
    let first = it.livekit.there().jobs[0].2;
    assert_eq!((first, it.livekit.starts()), ("EGRESS_ACTIVE", 1));
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_but_our_recorder_is_in_the_room_unseen() {
    let it = Room::open().await;
    it.comes("EG_0", "EGRESS").await;
    until(async || it.livekit.there().removed == ["EG_0"]).await;
    let id = it.running("EG_0").await;
    it.comes("EG_0", "EGRESS").await;
    // By that name without being one.
    it.comes("EG_0", "STANDARD").await;
    until(async || it.livekit.there().removed.len() == 2).await;
    // Jonas comes back by what had let him in, and has not agreed.
    it.practice.by("Jonas", &it.room, "arrive", json!({})).await;
    it.practice.by("Maya", &it.room, "admit", json!({})).await;
    it.comes(&it.practice.id("Jonas"), "STANDARD").await;
    it.comes(&it.practice.id("Amira"), "STANDARD").await;
    until(async || it.livekit.there().removed.len() == 3).await;
    assert_eq!(it.livekit.there().removed, ["EG_0".to_owned(), "EG_0".to_owned(), it.practice.id("Jonas")]);
    let members = it.seen("Maya").await["members"].clone();
    let identities = members.as_array().unwrap().iter().map(|one| one["identity"].as_str().unwrap().to_owned());
    let people = ["Maya", "Amira", "Jonas"].map(|who| it.practice.id(who));
    assert_eq!(BTreeSet::from_iter(identities), BTreeSet::from(people), "it is no person");
    assert_eq!(it.state(id).await, RecordingState::Running);
}

#[tokio::test(flavor = "multi_thread")]
async fn another_life_of_the_server_goes_on_with_it() {
    let it = Room::open().await;
    let id = it.running("EG_0").await;
    let Room { livekit, folder, practice, room: _ } = it;
    let Practice { server, .. } = practice;
    let (url, dir) =
        (server.services.config.livekit.clone().unwrap().api_url, folder.path().to_str().unwrap().to_owned());
    let data = server.stop_and_keep().await;
    std::fs::write(folder.path().join(format!("{id}.mp4")), MP4).unwrap();
    livekit.becomes("EG_0", "EGRESS_COMPLETE");
    let mut env = LIVEKIT.to_vec();
    env.extend([("JWT_SECRET", crate::harness::secret()), ("LIVEKIT_API_URL", url.as_str())]);
    env.push(("MOODBITES_LIVEKIT_EGRESS_DIR", dir.as_str()));
    let server = TestServer::start_in(data, &env).await;
    until(async || {
        server.services.recordings.tick().await;
        let log = server.services.ports.recordings.recording(id).await.unwrap();
        Recording::of(&log).unwrap().state == RecordingState::Kept
    })
    .await;
    assert_eq!(livekit.starts(), 1);
}
