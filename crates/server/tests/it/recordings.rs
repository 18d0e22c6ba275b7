//! Recordings of calls, on a real store and a real folder: who may, what is kept, what is left of it.

use std::time::Duration;

use app::calling::Ask as CallAsk;
use app::recordings::{MAX_CHUNK, RecordingError};
use calls::Signal;
use domain::{
    CONSENT, CallId, CallKind, ConnectionId, EntryBody, Maker, Person, Recording, RecordingAct, RecordingOf,
    RecordingState, Role as UserRole, UploadId, User,
};
use http::Method;
use server::Role;

use crate::harness::{Answer, Ask, TestServer};
use crate::uploads::webm;

/// A dietician and a patient in a call.
pub(crate) struct InCall {
    pub(crate) server: TestServer,
    pub(crate) hannah: User,
    pub(crate) amira: User,
    pub(crate) call: CallId,
}

const HANNAH: ConnectionId = ConnectionId(9_000_001);
const AMIRA: ConnectionId = ConnectionId(9_000_002);

pub(crate) async fn in_call(server: TestServer, device: Option<&str>) -> InCall {
    let hannah = server.add("Hannah", UserRole::Dietician).await;
    let amira = server.add("Amira", UserRole::Patient).await;
    let calling = &server.services.calling;
    calling.connected(HANNAH, hannah.id, hannah.name.clone(), "desk".parse().ok()).await;
    calling.connected(AMIRA, amira.id, amira.name.clone(), device.map(|device| device.parse().unwrap())).await;
    let request = CallAsk::Request { target: amira.id, kind: CallKind::Video, room: None };
    let call = calling.ask(HANNAH, hannah.id, request).await.unwrap().unwrap();
    let respond = CallAsk::Respond {
        call: Some(call),
        caller: Some(hannah.id),
        accepted: true,
        reason: None,
        kind: Some(CallKind::Video),
    };
    calling.ask(AMIRA, amira.id, respond).await.unwrap();
    let signal = || Signal { json: "{}".into(), ufrag: None };
    let offer = CallAsk::Offer { target: amira.id, call: Some(call), kind: CallKind::Video, offer: signal() };
    calling.ask(HANNAH, hannah.id, offer).await.unwrap();
    let answer = CallAsk::Answer { target: hannah.id, call: Some(call), answer: signal() };
    calling.ask(AMIRA, amira.id, answer).await.unwrap();
    InCall { server, hannah, amira, call }
}

impl InCall {
    async fn start() -> Self {
        in_call(TestServer::start().await, Some("phone")).await
    }

    /// Asked for by Hannah.
    async fn asked(&self) -> UploadId {
        self.server.services.recordings.ask(self.hannah.id, self.call, CONSENT).await.unwrap().id
    }

    /// And agreed to.
    async fn running(&self) -> UploadId {
        let id = self.asked().await;
        self.server.services.recordings.answer(Person::User(self.amira.id), id, Some(CONSENT)).await.unwrap();
        id
    }

    async fn chunk(&self, id: UploadId, number: u32, bytes: &[u8]) -> Answer {
        let token = self.server.token("Hannah").await;
        let path = format!("/api/recordings/{id}/chunks/{number}");
        let ask = Ask { token: Some(&token), raw: Some(bytes.to_vec()), ..Ask::default() };
        self.server.ask(Role::Web, Method::PUT, &path, ask).await
    }

    pub(crate) async fn hang_up(&self) {
        let end = CallAsk::End { target: None, call: Some(self.call), reason: None };
        self.server.services.calling.ask(HANNAH, self.hannah.id, end).await.unwrap();
    }

    async fn log(&self, id: UploadId) -> Vec<(Person, RecordingAct)> {
        let log = self.server.services.ports.recordings.recording(id).await.unwrap();
        assert!(log.iter().all(|line| line.of == RecordingOf::Call(self.call)));
        log.iter().map(|line| (line.by, line.act.clone())).collect()
    }

    async fn state(&self, id: UploadId) -> RecordingState {
        Recording::of(&self.server.services.ports.recordings.recording(id).await.unwrap()).unwrap().state
    }

    async fn until_kept(&self, id: UploadId) {
        while self.state(id).await != RecordingState::Kept {
            tokio::task::yield_now().await;
        }
    }

    /// The message that it became, as somebody's page gets it.
    async fn message(&self, who: &str, id: UploadId) -> serde_json::Value {
        let conversations = &self.server.services.ports.conversations;
        let log = conversations.between(self.hannah.id, self.amira.id).await.unwrap().unwrap();
        let token = self.server.token(who).await;
        let answer = self.server.get(&format!("/api/conversations/{}/entries", log.id), Some(&token)).await;
        let key = format!("recording:{id}");
        let entries = answer.json()["entries"].as_array().unwrap().clone();
        entries.into_iter().find(|entry| entry["clientMessageId"] == *key).unwrap_or_default()
    }

    fn files(&self) -> usize {
        let folders = std::fs::read_dir(self.server.data.path().join("uploads")).unwrap();
        folders.map(|folder| std::fs::read_dir(folder.unwrap().path()).unwrap().count()).sum()
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_is_taken_without_both_and_all_of_it_is_kept() {
    let it = InCall::start().await;
    let recordings = &it.server.services.recordings;
    let id = it.asked().await;
    assert_eq!(it.chunk(id, 0, &webm()).await.summary(), "409 recording_conflict");
    let again = recordings.ask(it.amira.id, it.call, CONSENT).await;
    assert_eq!(again, Err(RecordingError::Already), "one of a call at a time");
    assert_eq!(
        recordings.answer(Person::User(it.hannah.id), id, Some(CONSENT)).await.map_err(|error| error.to_string()),
        { Err("not theirs to do".to_owned()) }
    );
    recordings.answer(Person::User(it.amira.id), id, Some(CONSENT)).await.unwrap();

    assert_eq!(it.chunk(id, 0, b"not what a browser records").await.summary(), "415 unsupported_type");
    assert_eq!(it.chunk(id, 1, &webm()).await.summary(), "400 bad_request", "none is left out");
    assert_eq!(it.chunk(id, 0, &vec![0x1a; MAX_CHUNK + 1]).await.summary(), "413 too_large");
    for (number, bytes, next) in [(0, webm(), 1), (0, webm(), 1), (1, vec![7; 5000], 2), (0, b"else".to_vec(), 2)] {
        let taken = it.chunk(id, number, &bytes).await;
        assert_eq!(taken.json()["next"], next, "{taken:?}");
    }
    let token = it.server.token("Amira").await;
    let ask = Ask { token: Some(&token), raw: Some(vec![1; 9]), ..Ask::default() };
    let theirs = it.server.ask(Role::Web, Method::PUT, &format!("/api/recordings/{id}/chunks/2"), ask).await;
    assert_eq!(theirs.summary(), "403 forbidden", "only the recorder sends");

    let early = recordings.finish(it.hannah.id, id, 3, Duration::from_secs(9)).await;
    assert_eq!(early, Err(RecordingError::Awaited(2)));
    recordings.finish(it.hannah.id, id, 2, Duration::from_secs(9)).await.unwrap();
    it.until_kept(id).await;
    let whole = [webm(), vec![7; 5000]].concat();
    for who in ["Hannah", "Amira"] {
        let message = it.message(who, id).await;
        assert_eq!((&message["messageType"], &message["durationMs"]), (&"recording".into(), &9000.into()));
        let got = crate::uploads::fetch(&it.server, &message["fileUrl"], &[]).await;
        assert!(got.bytes == whole, "{who} gets all of it");
        assert_eq!(got.headers["content-type"], "video/webm");
    }
    assert_eq!(it.files(), 1, "of the pieces nothing is left");
    let (hannah, amira) = (it.hannah.id, it.amira.id);
    let said = it.log(id).await;
    assert_eq!(
        said[..2],
        [
            (
                Person::User(hannah),
                RecordingAct::Asked { others: vec![Person::User(amira)], consent: CONSENT, maker: Maker::Browser }
            ),
            (Person::User(amira), RecordingAct::Agreed { consent: CONSENT })
        ]
    );
    assert_eq!(it.chunk(id, 2, &webm()).await.summary(), "403 forbidden");
    assert!(recordings.ask(amira, it.call, CONSENT).await.is_ok(), "another may follow");
}

#[tokio::test(flavor = "multi_thread")]
async fn who_takes_consent_back_leaves_nothing() {
    let it = InCall::start().await;
    let recordings = &it.server.services.recordings;
    // While it runs, by who was asked.
    let id = it.running().await;
    it.chunk(id, 0, &webm()).await;
    assert_eq!(it.files(), 1);
    recordings.withdraw(Person::User(it.amira.id), id).await.unwrap();
    assert_eq!((it.files(), it.state(id).await), (0, RecordingState::Withdrawn));
    assert_eq!(it.chunk(id, 1, &webm()).await.summary(), "403 forbidden");
    // Afterwards, by either, and so does deleting its message.
    for (user, who) in [(it.amira.id, "Amira"), (it.hannah.id, "Hannah")] {
        let id = it.running().await;
        it.chunk(id, 0, &webm()).await;
        recordings.finish(it.hannah.id, id, 1, Duration::from_secs(1)).await.unwrap();
        it.until_kept(id).await;
        let address = it.message("Hannah", id).await["fileUrl"].clone();
        let stranger = it.server.add(&format!("Else {who}"), UserRole::Patient).await;
        assert_eq!(recordings.withdraw(Person::User(stranger.id), id).await, Err(RecordingError::NotFound));
        recordings.withdraw(Person::User(user), id).await.unwrap();
        let now = it.server.services.clock.now();
        it.server.services.uploads.sweep(now).await.unwrap();
        assert_eq!(it.files(), 0);
        let gone = crate::uploads::fetch(&it.server, &address, &[]).await;
        assert_eq!(gone.summary(), "404 not_found");
        assert_eq!(it.log(id).await.last(), Some(&(Person::User(user), RecordingAct::Withdrawn)));
        let message = it.message(who, id).await;
        assert!(message["deletedAt"].is_string(), "{message}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_recorder_that_broke_down_had_sent_is_kept() {
    let it = InCall::start().await;
    let services = &it.server.services;
    let id = it.running().await;
    it.chunk(id, 0, &webm()).await;
    services.clock.advance(Duration::from_secs(8));
    it.chunk(id, 1, &[9; 100]).await;
    it.hang_up().await;
    services.recordings.tick().await;
    assert_eq!(it.state(id).await, RecordingState::Running, "it may come back");
    services.clock.advance(Duration::from_secs(31));
    services.recordings.tick().await;
    assert_eq!(it.state(id).await, RecordingState::Kept);
    let message = it.message("Amira", id).await;
    assert_eq!(message["fileSize"], 2104, "{message}");
    assert!(message["durationMs"].as_u64().unwrap() >= 8000, "{message}");

    // One that was stopped while its recorder was away, in a call that goes on.
    let it = InCall::start().await;
    let id = it.running().await;
    it.chunk(id, 0, &webm()).await;
    it.server.services.recordings.stop(Person::User(it.amira.id), id).await.unwrap();
    it.server.services.clock.advance(Duration::from_secs(31));
    it.server.services.recordings.tick().await;
    assert_eq!(it.state(id).await, RecordingState::Kept);

    // One that nobody answers, and one of which nothing came.
    let it = InCall::start().await;
    let asked = it.asked().await;
    it.server.services.clock.advance(Duration::from_secs(61));
    it.server.services.recordings.tick().await;
    assert_eq!(it.state(asked).await, RecordingState::Lapsed);
    let empty = it.running().await;
    it.server.services.recordings.finish(it.hannah.id, empty, 0, Duration::ZERO).await.unwrap();
    while it.state(empty).await != RecordingState::Lapsed {
        tokio::task::yield_now().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_that_starts_again_goes_on() {
    let it = InCall::start().await;
    let id = it.running().await;
    it.chunk(id, 0, &webm()).await;
    let services = &it.server.services;
    // As another life of the process has it: the same store and folder, and nothing in memory.
    let anew = app::recordings::Recordings::new(
        services.ports.recordings.clone(),
        (services.calling.clone(), services.consultations.clone()),
        services.chat.clone(),
        services.uploads.clone(),
        std::sync::Arc::new(server::socket::RecordingEvents(services.hub.clone())),
        std::sync::Arc::new({
            let clock = services.clock.clone();
            move || clock.now()
        }),
    );
    anew.adopt().await.unwrap();
    assert_eq!(anew.chunk(it.hannah.id, id, 0, webm()).await, Ok(1), "it is there");
    assert_eq!(anew.chunk(it.hannah.id, id, 1, vec![5; 50]).await, Ok(2));
    anew.finish(it.hannah.id, id, 2, Duration::from_secs(5)).await.unwrap();
    it.until_kept(id).await;
    assert_eq!(it.message("Amira", id).await["fileSize"], 2054);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_old_client_can_not_be_recorded() {
    let it = in_call(TestServer::start().await, None).await;
    let asked = it.server.services.recordings.ask(it.hannah.id, it.call, CONSENT).await;
    assert_eq!(asked, Err(RecordingError::OldClient));
    it.hang_up().await;
    let over = it.server.services.recordings.ask(it.hannah.id, it.call, CONSENT).await;
    assert_eq!(over, Err(RecordingError::NoSuchCall));
    let entry = it.server.services.ports.conversations.between(it.hannah.id, it.amira.id).await.unwrap().unwrap();
    let log = it.server.services.ports.conversations.entries_after(entry.id, 0, 9).await.unwrap();
    assert!(log.iter().all(|entry| matches!(entry.body, EntryBody::Call(_))));
}
