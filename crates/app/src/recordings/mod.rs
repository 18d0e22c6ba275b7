//! Recordings of calls and consultations: asked for by one, agreed to by all who are there, taken in by pieces while they
//! run, kept in the conversation or with the consultation, and deleted when anybody takes their consent back.
//!
//! What happens to a recording is decided by [`Recording::next`] and put into its log before anybody hears of it or a byte
//! is taken. A piece is on the disk before it is acknowledged, so what a recorder that breaks down had sent is put together
//! by [`Recordings::tick`]. In the end it is an upload, which a message holds, or the recording itself. Where the media
//! server makes one, see `server`, its file becomes that upload.

mod keep;
mod making;
mod next;
mod rooms;
mod server;

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use domain::{
    CallId, CallPhase, Person, Recording, RecordingAct, RecordingLine, RecordingOf, RecordingRefused, RecordingState,
    Seat, StoreError, Timestamp, Transition, UploadId, UserId,
};

use crate::calling::{Calling, Now};
use crate::chat::{Chat, ChatError};
use crate::consultations::{ConsultationError, Consultations};
use crate::fresh;
use crate::limit::Limit;
use crate::uploads::{UploadError, Uploads, recorded_as};

/// The largest piece, in bytes: some ten seconds.
pub const MAX_CHUNK: usize = 4 * 1024 * 1024;

/// All pieces together, in bytes.
const MAX_BYTES: u64 = 2 * 1024 * 1024 * 1024;

/// Who has less room than this can't begin one: it would be over soon.
const LEAST_ROOM: u64 = 16 * 1024 * 1024;

/// The longest recording; browsers end theirs a little sooner.
const MAX_LENGTH: Duration = Duration::from_secs(2 * 60 * 60 + 60);

/// Who is asked has this long.
const ANSWER_WITHIN: Duration = Duration::from_secs(60);

/// A recorder that is silent for so long has broken down: once the call is over, and while it lasts.
const SILENT: Duration = Duration::from_secs(30);
const SILENT_IN_CALL: Duration = Duration::from_secs(5 * 60);

/// Recordings that are open at once.
const MOST: usize = 500;

/// Who is told how a recording of a call stands; `server` renders it. That of a consultation is a part of how that stands.
pub trait RecordingAudience: Send + Sync {
    /// To both of its people.
    fn told(&self, recording: &Recording);
}

/// Why something was not done.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum RecordingError {
    /// The call is over, or was never theirs.
    #[error("no such call")]
    NoSuchCall,
    /// Somebody takes part by a client that can't ask for consent.
    #[error("an old client")]
    OldClient,
    /// It is being recorded, or somebody is asked.
    #[error("there is one already")]
    Already,
    /// There is no such recording, or it is none of theirs.
    #[error("no such recording")]
    NotFound,
    /// See there.
    #[error(transparent)]
    Refused(#[from] RecordingRefused),
    /// Another piece is awaited.
    #[error("piece {0} is awaited")]
    Awaited(u32),
    /// Of the uploads.
    #[error(transparent)]
    Upload(#[from] UploadError),
    /// Of the consultation.
    #[error(transparent)]
    Room(#[from] ConsultationError),
    /// Of the conversation.
    #[error(transparent)]
    Chat(#[from] ChatError),
    /// See there.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// The use cases of recordings. Cheap to clone.
#[derive(Clone)]
pub struct Recordings {
    inner: Arc<Inner>,
}

struct Inner {
    logs: Arc<dyn domain::Recordings>,
    calling: Calling,
    rooms: Consultations,
    chat: Chat,
    uploads: Uploads,
    audience: Arc<dyn RecordingAudience>,
    now: Now,
    /// Pieces, by recording.
    often: Limit,
    /// Held while one is asked for: there is one of a call or consultation.
    asking: tokio::sync::Mutex<()>,
    /// Those of which something is to become yet. Short sections.
    open: Mutex<HashMap<UploadId, Arc<Live>>>,
    /// Those that are over, of which something may still be at the media server.
    leaving: Mutex<HashMap<UploadId, Arc<Live>>>,
    swept_at: Mutex<Option<Timestamp>>,
}

/// One that is open.
struct Live {
    of: RecordingOf,
    /// As it is shown, for whoever doesn't want to wait for what is being done to it.
    shown: Mutex<Recording>,
    state: tokio::sync::Mutex<State>,
    /// How many bytes there may be.
    room: u64,
    /// Of one that the media server makes.
    making: Mutex<making::Making>,
    /// Held by who does something about that.
    driving: tokio::sync::Mutex<()>,
}

struct State {
    recording: Recording,
    /// The number of the piece that is awaited.
    next: u32,
    bytes: u64,
    /// How many bytes there may be.
    room: u64,
    heard_at: Timestamp,
    /// Its recorder has finished it, and it is so long.
    finished: Option<Duration>,
}

impl State {
    fn of(recording: Recording, room: u64, now: Timestamp) -> Self {
        Self { recording, next: 0, bytes: 0, room, heard_at: now, finished: None }
    }
}

impl Live {
    fn of(state: State) -> Self {
        let (of, room, shown) = (state.recording.of, state.room, Mutex::new(state.recording.clone()));
        let (making, driving) = (Mutex::default(), tokio::sync::Mutex::default());
        Self { of, shown, state: tokio::sync::Mutex::new(state), room, making, driving }
    }

    fn shown(&self) -> Recording {
        self.shown.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

impl Recordings {
    /// Over these.
    pub fn new(
        logs: Arc<dyn domain::Recordings>,
        (calling, rooms): (Calling, Consultations),
        chat: Chat,
        uploads: Uploads,
        audience: Arc<dyn RecordingAudience>,
        now: Now,
    ) -> Self {
        let often = Limit::new(60, Duration::from_millis(500));
        let (asking, open, leaving) = (tokio::sync::Mutex::default(), Mutex::default(), Mutex::default());
        let inner = Inner {
            logs,
            calling,
            rooms,
            chat,
            uploads,
            audience,
            now,
            often,
            asking,
            open,
            leaving,
            swept_at: Mutex::default(),
        };
        Self { inner: Arc::new(inner) }
    }

    /// Takes up what another life of this process left behind.
    pub async fn adopt(&self) -> Result<(), RecordingError> {
        for log in self.inner.logs.open_recordings().await? {
            let Some(recording) = Recording::of(&log).filter(|one| !self.is_open(one.id)) else { continue };
            let sizes = self.inner.uploads.chunks(recording.id).await?;
            let room = self.inner.uploads.room(recording.recorder).await?.min(MAX_BYTES);
            tracing::info!(recording = %recording.id, chunks = sizes.len(), "taken up");
            let now = (self.inner.now)();
            let live = self.begin(State {
                next: u32::try_from(sizes.len()).unwrap_or(u32::MAX),
                bytes: sizes.iter().sum(),
                ..State::of(recording, room, now)
            });
            *lock(&live.making) = making::Making::adopted(now);
        }
        Ok(())
    }

    /// How those of calls stand that are open and of that person.
    pub fn of(&self, user: UserId) -> Vec<Recording> {
        let open = self.lives();
        let shown = open.iter().map(|live| live.shown());
        let of_call = |one: &Recording| matches!(one.of, RecordingOf::Call(_)) && one.is_of(Person::User(user));
        shown.filter(of_call).collect()
    }

    /// Whether something is to become of it yet.
    pub fn is_open(&self, id: UploadId) -> bool {
        self.live(id).is_some()
    }

    /// `user` asks the other of a call that is under way, and agrees by asking.
    pub async fn ask(&self, user: UserId, call: CallId, consent: u32) -> Result<Recording, RecordingError> {
        let now = (self.inner.now)();
        let record = self.inner.calling.call(call).await.ok_or(RecordingError::NoSuchCall)?;
        let other = match [record.caller.user, record.callee.user] {
            [caller, callee] if caller == user => callee,
            [caller, callee] if callee == user => caller,
            _ => return Err(RecordingError::NoSuchCall),
        };
        if !matches!(record.phase, CallPhase::Connected { .. }) {
            return Err(RecordingError::NoSuchCall);
        }
        if [&record.caller, &record.callee].iter().any(|party| !matches!(party.seat, Some(Seat::Device(_)))) {
            return Err(RecordingError::OldClient);
        }
        self.inner.chat.contact(user, other, now).await?;
        let _asking = self.inner.asking.lock().await;
        let room = self.room_for(user, RecordingOf::Call(call)).await?;
        let line = Recording::ask(
            UploadId(fresh::object_id(now)),
            RecordingOf::Call(call),
            (user, vec![Person::User(other)]),
            consent,
            now,
        )?;
        self.first(line, room).await
    }

    /// How many bytes one may have that somebody asks for now, of what isn't being recorded.
    async fn room_for(&self, user: UserId, of: RecordingOf) -> Result<u64, RecordingError> {
        let room = self.inner.uploads.room(user).await?.min(MAX_BYTES);
        if room < LEAST_ROOM {
            return Err(UploadError::QuotaExceeded.into());
        }
        let open = self.lives();
        if open.iter().any(|live| live.of == of) {
            return Err(RecordingError::Already);
        }
        if open.len() >= MOST {
            return Err(UploadError::Busy.into());
        }
        Ok(room)
    }

    /// Begins with the first line of a log.
    async fn first(&self, line: RecordingLine, room: u64) -> Result<Recording, RecordingError> {
        let recording = Recording::of(std::slice::from_ref(&line)).ok_or(RecordingError::NotFound)?;
        let now = line.at;
        if self.inner.logs.append_recording(line).await? == Transition::Stale {
            return Err(RecordingError::Already);
        }
        tracing::info!(recording = %recording.id, of = %recording.of, "asked for");
        let live = self.begin(State::of(recording.clone(), room, now));
        self.tell(&recording).await;
        if recording.state == RecordingState::Starting {
            self.go_on(live, true);
        }
        Ok(recording)
    }

    /// Whether what is recorded goes on, with its recorder in it.
    async fn is_under_way(&self, of: RecordingOf, recorder: UserId) -> Result<bool, RecordingError> {
        match of {
            RecordingOf::Call(call) => Ok(self.inner.calling.call(call).await.is_some()),
            RecordingOf::Consultation(id) => Ok(self.inner.rooms.is_inside(id, Person::User(recorder)).await?),
        }
    }

    /// Who was asked answers; or who is about to come to a consultation.
    pub async fn answer(&self, by: Person, id: UploadId, consent: Option<u32>) -> Result<(), RecordingError> {
        let live = self.live(id).ok_or(RecordingError::NotFound)?;
        match live.of {
            RecordingOf::Call(call) => {
                if !live.shown().is_of(by) {
                    return Err(RecordingError::NotFound);
                }
                if self.inner.calling.call(call).await.is_none() {
                    return Err(RecordingError::NoSuchCall);
                }
            }
            RecordingOf::Consultation(room) => {
                if !self.inner.rooms.is_admitted(room, by).await? {
                    return Err(RecordingError::NotFound);
                }
            }
        }
        let mut state = live.state.lock().await;
        let act = consent.map_or(RecordingAct::Declined, |consent| RecordingAct::Agreed { consent });
        self.step(&live, &mut state, by, act).await?;
        state.heard_at = (self.inner.now)();
        Ok(())
    }

    /// Takes a piece in, durably; says which is awaited next. One that is here already is not taken again.
    pub async fn chunk(&self, user: UserId, id: UploadId, number: u32, bytes: Vec<u8>) -> Result<u32, RecordingError> {
        let live = self.live_of(Person::User(user), id)?;
        let now = (self.inner.now)();
        self.inner.often.take(id, now).map_err(UploadError::RateLimited)?;
        let mut state = live.state.lock().await;
        if state.recording.recorder != user {
            return Err(RecordingError::NotFound);
        }
        if !state.recording.takes_bytes() || state.finished.is_some() {
            return Err(RecordingRefused::NotNow.into());
        }
        state.heard_at = now;
        if number < state.next {
            return Ok(state.next);
        }
        if number > state.next {
            return Err(RecordingError::Awaited(state.next));
        }
        let size = bytes.len() as u64;
        let late = state.recording.agreed_at.is_none_or(|at| now.since(at) > MAX_LENGTH);
        if late || bytes.len() > MAX_CHUNK || state.bytes + size > state.room {
            return Err(UploadError::TooLarge.into());
        }
        if bytes.is_empty() || (number == 0 && recorded_as(&bytes).is_none()) {
            return Err(UploadError::Unsupported("That is no recording.").into());
        }
        self.inner.uploads.put_chunk(id, number, bytes).await?;
        state.next += 1;
        state.bytes += size;
        Ok(state.next)
    }

    /// Anybody of them ends it; what was recorded is kept once the last of it has come.
    pub async fn stop(&self, by: Person, id: UploadId) -> Result<(), RecordingError> {
        let live = self.live_of(by, id)?;
        let mut state = live.state.lock().await;
        self.step(&live, &mut state, by, RecordingAct::Stopped).await
    }

    /// Takes one's consent back, at any time: nothing is left of the recording, for anybody.
    pub async fn withdraw(&self, by: Person, id: UploadId) -> Result<(), RecordingError> {
        let Some(live) = self.live(id) else { return self.withdraw_kept(by, id).await };
        let mut state = live.state.lock().await;
        if state.recording.state == RecordingState::Kept {
            drop(state);
            return self.withdraw_kept(by, id).await;
        }
        self.step(&live, &mut state, by, RecordingAct::Withdrawn).await?;
        // It has happened. What can't be deleted now is swept.
        let (recorder, next) = (state.recording.recorder, state.next);
        if let Err(error) = self.inner.uploads.drop_chunks(id, next).await {
            tracing::error!(recording = %id, %error, "its pieces are left to be swept");
        }
        if let Err(error) = self.inner.uploads.drop_assembled(recorder, id).await {
            tracing::error!(recording = %id, %error, "it is left to be swept");
        }
        Ok(())
    }

    fn begin(&self, state: State) -> Arc<Live> {
        let id = state.recording.id;
        let live = Arc::new(Live::of(state));
        lock(&self.inner.open).insert(id, live.clone());
        live
    }

    fn live(&self, id: UploadId) -> Option<Arc<Live>> {
        lock(&self.inner.open).get(&id).cloned()
    }

    fn live_of(&self, by: Person, id: UploadId) -> Result<Arc<Live>, RecordingError> {
        let live = self.live(id).ok_or(RecordingError::NotFound)?;
        if live.shown().is_of(by) { Ok(live) } else { Err(RecordingError::NotFound) }
    }

    fn lives(&self) -> Vec<Arc<Live>> {
        lock(&self.inner.open).values().cloned().collect()
    }

    /// Puts what somebody does into the log and tells all.
    async fn step(&self, live: &Live, state: &mut State, by: Person, act: RecordingAct) -> Result<(), RecordingError> {
        let line = state.recording.next(by, act, (self.inner.now)())?;
        if self.inner.logs.append_recording(line.clone()).await? == Transition::Stale {
            // What an answer that was lost had put there.
            let log = self.inner.logs.recording(line.recording).await?;
            state.recording = Recording::of(&log).ok_or(RecordingError::NotFound)?;
            self.show(live, state).await;
            return Err(RecordingRefused::NotNow.into());
        }
        state.recording.add(&line);
        tracing::info!(recording = %line.recording, of = %line.of, state = ?state.recording.state, "recording");
        self.show(live, state).await;
        Ok(())
    }

    async fn show(&self, live: &Live, state: &State) {
        let recording = &state.recording;
        *lock(&live.shown) = recording.clone();
        let made = self.live(recording.id).filter(|live| live.is_made_by_server());
        if !recording.is_open() {
            lock(&self.inner.open).remove(&recording.id);
            if let Some(made) = &made {
                lock(&self.inner.leaving).insert(recording.id, made.clone());
            }
        }
        self.tell(recording).await;
        if let Some(made) = made {
            self.go_on(made, recording.state == RecordingState::Starting);
        }
    }

    async fn tell(&self, recording: &Recording) {
        match recording.of {
            RecordingOf::Call(_) => self.inner.audience.told(recording),
            RecordingOf::Consultation(id) => self.inner.rooms.retell(id).await,
        }
    }
}

/// Whatever panicked with it left it whole.
fn lock<T>(what: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    what.lock().unwrap_or_else(PoisonError::into_inner)
}
