//! What becomes of a recording in the end.

use std::time::Duration;

use domain::{
    ClientMessageId, ConversationId, EntryBody, EntryId, NewEntry, Person, Recording, RecordingAct, RecordingOf,
    RecordingRefused, RecordingState, Transition, UploadId, UploadKind, UserId,
};

use super::{ANSWER_WITHIN, Live, MAX_LENGTH, RecordingError, Recordings, SILENT, SILENT_IN_CALL, State};
use crate::chat::Change;
use crate::fresh;
use crate::uploads::{Pieces, UploadError};

impl Recordings {
    /// Its recorder has sent all of it: `count` pieces. It is put together and kept beside this.
    pub async fn finish(&self, user: UserId, id: UploadId, count: u32, length: Duration) -> Result<(), RecordingError> {
        let live = self.live_of(Person::User(user), id)?;
        let mut state = live.state.lock().await;
        if state.recording.recorder != user {
            return Err(RecordingError::NotFound);
        }
        if !state.recording.takes_bytes() {
            return Err(RecordingRefused::NotNow.into());
        }
        if count != state.next {
            return Err(RecordingError::Awaited(state.next));
        }
        if state.recording.state == RecordingState::Running {
            self.step(&live, &mut state, Person::User(user), RecordingAct::Stopped).await?;
        }
        state.finished = Some(length.min(MAX_LENGTH));
        let (this, live) = (self.clone(), live.clone());
        tokio::spawn(async move {
            let mut state = live.state.lock().await;
            this.keep(&live, &mut state).await;
        });
        Ok(())
    }

    /// Looks after those that nobody looks after any more: unanswered questions, recorders that broke down, what could not
    /// be kept a moment ago. To be asked for every few seconds.
    pub async fn tick(&self) {
        self.look_after_made().await;
        for live in self.lives() {
            let recorder = live.shown().recorder;
            let in_call = match self.is_under_way(live.of, recorder).await {
                Ok(in_call) => in_call,
                Err(error) => {
                    tracing::warn!(of = %live.of, %error, "nobody knows whether it goes on");
                    continue;
                }
            };
            // Somebody is at it.
            let Ok(mut state) = live.state.try_lock() else { continue };
            let now = (self.inner.now)();
            let asked_at = state.recording.asked_at;
            let silent = now.since(state.heard_at);
            match state.recording.state {
                state if live.is_made_by_server() && state != RecordingState::Asked => {}
                RecordingState::Asked if !in_call || now.since(asked_at) > ANSWER_WITHIN => {
                    self.let_lapse(&live, &mut state, recorder).await;
                }
                RecordingState::Asked => {
                    if let RecordingOf::Consultation(room) = live.of {
                        self.let_go(&live, &mut state, room).await;
                    }
                }
                RecordingState::Running if silent > if in_call { SILENT_IN_CALL } else { SILENT } => {
                    self.keep(&live, &mut state).await;
                }
                RecordingState::Stopped if silent > SILENT => {
                    self.keep(&live, &mut state).await;
                }
                _ => {}
            }
        }
    }

    async fn let_lapse(&self, live: &Live, state: &mut State, recorder: UserId) {
        if let Err(error) = self.step(live, state, Person::User(recorder), RecordingAct::Lapsed).await {
            tracing::warn!(recording = %state.recording.id, %error, "is left open");
        }
    }

    async fn keep(&self, live: &Live, state: &mut State) {
        if !state.recording.takes_bytes() {
            return;
        }
        // With no piece left it may have been put together before.
        let found = if state.next == 0 { Some(self.inner.uploads.find(state.recording.id).await) } else { None };
        if let Some(Err(UploadError::NotFound)) = found {
            return self.let_lapse(live, state, state.recording.recorder).await;
        }
        if let Err(error) = self.try_to_keep(live, state).await {
            tracing::error!(recording = %state.recording.id, %error, "could not be kept yet");
            state.heard_at = (self.inner.now)();
        }
    }

    /// Each step may have been done before. The pieces go before the log says that it is kept: nothing looks for them later.
    async fn try_to_keep(&self, live: &Live, state: &mut State) -> Result<(), RecordingError> {
        let now = (self.inner.now)();
        let Recording { id, of, recorder, agreed_at, .. } = state.recording;
        let heard = agreed_at.map_or(Duration::ZERO, |at| state.heard_at.since(at));
        let duration = *state.finished.get_or_insert(heard);
        let pieces = Pieces { upload: id, owner: recorder, count: state.next, duration };
        let upload = self.inner.uploads.assemble(pieces, now).await?;
        match of {
            RecordingOf::Call(_) => {
                let other = state.recording.people().find_map(|person| match person {
                    Person::User(user) if user != recorder => Some(user),
                    _ => None,
                });
                let entry = NewEntry {
                    id: EntryId(fresh::object_id(now)),
                    conversation: ConversationId(fresh::object_id(now)),
                    sender: recorder,
                    receiver: other.ok_or(RecordingError::NotFound)?,
                    client_message_id: ClientMessageId::of_recording(id),
                    created_at: now,
                    body: EntryBody::File { text: String::new(), kind: UploadKind::Recording, file: upload.facts },
                    reply_to: None,
                };
                self.inner.chat.log_recording(entry).await?;
            }
            RecordingOf::Consultation(_) => self.inner.uploads.hold(recorder, id).await?,
        }
        self.inner.uploads.drop_chunks(id, state.next).await?;
        self.step(live, state, Person::User(recorder), RecordingAct::Kept).await
    }

    /// Takes back the consent to a recording that is kept: its message is deleted, and with that the recording; or it alone.
    pub(super) async fn withdraw_kept(&self, by: Person, id: UploadId) -> Result<(), RecordingError> {
        let Recording { of, recorder, .. } = self.note_withdrawn(by, id).await?;
        let user = match (of, by) {
            (RecordingOf::Consultation(room), _) => return self.delete_kept(id, room).await,
            (RecordingOf::Call(_), Person::User(user)) => user,
            (RecordingOf::Call(_), Person::Guest(_)) => return Err(RecordingError::NotFound),
        };
        let Some(message) = self.inner.chat.recorded(recorder, id).await? else { return Ok(()) };
        if !message.is_deleted() {
            let key = format!("recording:withdrawn:{id}").parse().map_err(|_| RecordingError::NotFound)?;
            self.inner.chat.change(user, key, message.id, Change::Deletion, (self.inner.now)()).await?;
        }
        Ok(())
    }

    /// Notes that somebody takes their consent back before what is kept is deleted.
    pub async fn note_withdrawn(&self, by: Person, id: UploadId) -> Result<Recording, RecordingError> {
        let log = self.inner.logs.recording(id).await?;
        let recording = Recording::of(&log).filter(|recording| recording.is_of(by));
        let recording = recording.ok_or(RecordingError::NotFound)?;
        if recording.state == RecordingState::Withdrawn {
            return Ok(recording);
        }
        let line = recording.next(by, RecordingAct::Withdrawn, (self.inner.now)())?;
        match self.inner.logs.append_recording(line).await? {
            Transition::Saved => Ok(recording),
            Transition::Stale => Err(RecordingRefused::NotNow.into()),
        }
    }
}
