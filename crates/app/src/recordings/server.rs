//! Recordings that the media server makes. What is to be done about one is [`next()`] of what its log and the media server
//! say, asked again whenever either says something else; what the media server says comes by webhooks and, where those are
//! lost, by asking. Nothing here remembers more than the log does: another life of this process finds its jobs again by
//! the names of their files.

use std::sync::Arc;
use std::time::Duration;

use domain::{Maker, ObjectId, Person, Recording, RecordingAct, RecordingOf, RecordingState, UploadId};

use super::next::{Step, next};
use super::{Live, MAX_BYTES, MAX_LENGTH, MOST, RecordingError, Recordings, State, lock};
use crate::consultations::{Job, JobError, JobStage, RoomRecorder};
use crate::uploads::{Made, UploadError};

/// The media server is asked how one that runs stands no more often than this.
const LOOK_AFTER: Duration = Duration::from_secs(15);

/// What is left in the folder, and at the media server, is looked for so often.
const SWEEP_AFTER: Duration = Duration::from_secs(10 * 60);

/// Steps that follow one upon the other.
const STEPS: u32 = 8;

impl Recordings {
    /// The media server tells how it is with a job.
    pub fn hear_job(&self, job: Job) {
        let Some(live) = self.live(job.recording).or_else(|| self.leaving(job.recording)) else {
            tracing::debug!(recording = %job.recording, "the media server tells of what is over");
            return;
        };
        if live.is_made_by_server() {
            live.making(|making| making.hear(job));
            self.go_on(live, false);
        }
    }

    /// Does in the background what is to be done.
    pub(super) fn go_on(&self, live: Arc<Live>, look: bool) {
        let this = self.clone();
        tokio::spawn(async move { this.drive(&live, look).await });
    }

    /// What is to be done now and then.
    pub(super) async fn look_after_made(&self) {
        let now = (self.inner.now)();
        let leaving: Vec<_> = lock(&self.inner.leaving).values().cloned().collect();
        let made = self.lives().into_iter().filter(|live| live.is_made_by_server());
        for live in made.chain(leaving) {
            let Recording { state, of, .. } = live.shown();
            if state == RecordingState::Asked {
                continue;
            }
            if matches!(state, RecordingState::Starting | RecordingState::Running)
                && let RecordingOf::Consultation(id) = of
                && matches!(self.inner.rooms.room_of(id).await, Ok((_, false)))
            {
                self.note(&live, RecordingAct::Stopped).await;
            }
            let rests = state == RecordingState::Running
                && live.making(|making| making.looked_at.is_some_and(|at| now.since(at) < LOOK_AFTER));
            // Somebody is at it.
            if live.driving.try_lock().is_ok() {
                self.go_on(live, !rests);
            }
        }
        let due = {
            let mut swept = lock(&self.inner.swept_at);
            let due = swept.is_none_or(|at| now.since(at) > SWEEP_AFTER);
            if due {
                *swept = Some(now);
            }
            due
        };
        if due {
            self.sweep_made().await;
        }
    }

    async fn drive(&self, live: &Arc<Live>, look: bool) {
        let _one = live.driving.lock().await;
        let Some(recorder) = self.inner.rooms.recorder().cloned() else {
            // The deployment had one.
            self.note(live, RecordingAct::Failed).await;
            lock(&self.inner.leaving).remove(&live.shown().id);
            return;
        };
        let RecordingOf::Consultation(id) = live.of else { return };
        let Ok((room, _)) = self.inner.rooms.room_of(id).await else { return };
        if look {
            self.look(live, recorder.as_ref(), room).await;
        }
        for _ in 0..STEPS {
            let (recording, now) = (live.shown(), (self.inner.now)());
            match next(live.known(&recording, live.room, now)) {
                Step::Wait => return,
                Step::Start => {
                    if !self.start(live, recorder.as_ref(), room, recording.id).await {
                        return;
                    }
                }
                Step::End => {
                    let Some(job) = live.making(|making| making.job.clone()) else { return };
                    if let Err(error) = recorder.stop(&job.id).await {
                        // It is asked again.
                        tracing::warn!(recording = %recording.id, %error, "the media server does not end it yet");
                    }
                    return;
                }
                Step::NoteBegan => self.note(live, RecordingAct::Began).await,
                Step::NoteEnded => self.note(live, RecordingAct::Stopped).await,
                Step::NoteEmpty => self.note(live, RecordingAct::Lapsed).await,
                Step::NoteFailed => {
                    let why = live.making(|making| making.why().to_owned());
                    tracing::error!(recording = %recording.id, of = %recording.of, why, "the media server did not make it");
                    self.note(live, RecordingAct::Failed).await;
                }
                Step::Take => {
                    if !self.take(live, recorder.as_ref()).await {
                        return;
                    }
                }
                Step::Tidy => {
                    match recorder.discard(recording.id).await {
                        Ok(()) => drop(lock(&self.inner.leaving).remove(&recording.id)),
                        Err(error) => tracing::error!(recording = %recording.id, %error, "its file is left for now"),
                    }
                    return;
                }
            }
        }
    }

    /// Asks the media server how it stands, and whether somebody is there who shouldn't be.
    async fn look(&self, live: &Live, recorder: &dyn RoomRecorder, room: ObjectId) {
        let recording = live.shown();
        let jobs = match recorder.jobs(Some(room)).await {
            Ok(jobs) => jobs,
            Err(JobError::Refused(why)) if recording.state == RecordingState::Starting => {
                tracing::error!(recording = %recording.id, why, "the media server does not record");
                return self.note(live, RecordingAct::Failed).await;
            }
            Err(error) => return tracing::warn!(recording = %recording.id, %error, "nobody knows how it stands"),
        };
        let now = (self.inner.now)();
        let ours: Vec<_> = jobs.into_iter().filter(|job| job.recording == recording.id).collect();
        let meant = live.making(|making| {
            making.looked_at = Some(now);
            if ours.is_empty() {
                making.miss(now, recording.began_at.is_some());
            }
            ours.iter().for_each(|job| making.hear(job.clone()));
            making.job.as_ref().map(|job| job.id.clone())
        });
        for other in ours.iter().filter(|job| Some(&job.id) != meant.as_ref() && job.stage < JobStage::Ending) {
            if let Err(error) = recorder.stop(&other.id).await {
                tracing::warn!(recording = %recording.id, %error, "it is made twice");
            }
        }
        if recording.state == RecordingState::Running
            && let Err(error) = self.inner.rooms.send_out(room).await
        {
            tracing::warn!(recording = %recording.id, %error, "nobody knows who is there");
        }
    }

    /// Has the media server begin; whether there is more to be done at once.
    async fn start(&self, live: &Live, recorder: &dyn RoomRecorder, room: ObjectId, id: UploadId) -> bool {
        let again = (self.inner.now)() + Duration::from_secs(2);
        // It records all who are there: nobody is who has not agreed.
        if let Err(error) = self.inner.rooms.send_out(room).await {
            tracing::warn!(recording = %id, %error, "does not begin before it is known who is there");
            live.making(|making| making.not_before = again);
            return false;
        }
        live.making(|making| making.asked = true);
        match recorder.start(room, id).await {
            Ok(job) => live.making(|making| making.hear(job)),
            Err(JobError::NoRoom) => {
                live.making(|making| (making.asked, making.not_before) = (false, again));
                return false;
            }
            Err(JobError::Refused(why)) => {
                tracing::error!(recording = %id, why, "the media server does not record");
                self.note(live, RecordingAct::Failed).await;
            }
            Err(JobError::Unknown(why)) => {
                tracing::warn!(recording = %id, why, "nobody knows whether the media server records");
                return false;
            }
        }
        true
    }

    /// Takes its file in and keeps it; whether there is more to be done at once. Each step may have been done before.
    async fn take(&self, live: &Live, recorder: &dyn RoomRecorder) -> bool {
        let mut state = live.state.lock().await;
        if state.recording.state != RecordingState::Stopped {
            return true;
        }
        match self.try_to_take(live, &mut state, recorder).await {
            Ok(taken) => taken,
            Err(RecordingError::Upload(error @ (UploadError::Unsupported(_) | UploadError::TooLarge))) => {
                tracing::error!(recording = %state.recording.id, %error, "what the media server made can't be kept");
                self.note_in(live, &mut state, RecordingAct::Failed).await;
                true
            }
            Err(error) => {
                tracing::error!(recording = %state.recording.id, %error, "could not be taken in yet");
                false
            }
        }
    }

    async fn try_to_take(
        &self,
        live: &Live,
        state: &mut State,
        recorder: &dyn RoomRecorder,
    ) -> Result<bool, RecordingError> {
        let (now, Recording { id, recorder: owner, began_at, .. }) = ((self.inner.now)(), state.recording.clone());
        if let Err(UploadError::NotFound) = self.inner.uploads.find(id).await {
            let Some((size, bytes)) = recorder.open(id).await.map_err(|error| unavailable(&error))? else {
                return Ok(false);
            };
            if size > MAX_BYTES {
                return Err(UploadError::TooLarge.into());
            }
            let length = live.making(|making| making.job.as_ref().and_then(|job| job.length));
            let about = || began_at.map_or(Duration::ZERO, |at| now.since(at));
            let duration = length.unwrap_or_else(about).min(MAX_LENGTH);
            self.inner.uploads.take_in(Made { upload: id, owner, size, bytes, duration }, now).await?;
        }
        self.inner.uploads.hold(owner, id).await?;
        self.step(live, state, Person::User(owner), RecordingAct::Kept).await?;
        Ok(true)
    }

    /// Puts into the log what has become of it, unless it has gone on since.
    async fn note(&self, live: &Live, act: RecordingAct) {
        let mut state = live.state.lock().await;
        self.note_in(live, &mut state, act).await;
    }

    async fn note_in(&self, live: &Live, state: &mut State, act: RecordingAct) {
        let by = Person::User(state.recording.recorder);
        match self.step(live, state, by, act).await {
            Ok(()) | Err(RecordingError::Refused(_)) => {}
            Err(error) => tracing::error!(recording = %state.recording.id, %error, "is left as it stands"),
        }
    }

    /// One that is over, of which something may still be at the media server.
    pub(super) fn leaving(&self, id: UploadId) -> Option<Arc<Live>> {
        lock(&self.inner.leaving).get(&id).cloned()
    }

    /// Ends and deletes what is left of recordings that are over: what came late, while nobody was there to see it. What is of
    /// none of ours is left alone.
    pub(super) async fn sweep_made(&self) {
        let Some(recorder) = self.inner.rooms.recorder() else { return };
        let (jobs, files) = (recorder.jobs(None).await, recorder.files(MOST).await);
        let (jobs, files) = match (jobs, files) {
            (Ok(jobs), Ok(files)) => (jobs, files),
            (jobs, files) => {
                let errors = [jobs.err(), files.err()];
                for error in errors.into_iter().flatten() {
                    tracing::warn!(%error, "nobody knows what is left of recordings");
                }
                return;
            }
        };
        let found = jobs.iter().map(|job| job.recording).chain(files).take(2 * MOST);
        for id in found {
            if self.is_open(id) || self.leaving(id).is_some() {
                continue;
            }
            let Ok(log) = self.inner.logs.recording(id).await else { return };
            let Some(over) = Recording::of(&log).filter(|one| one.maker == Maker::Server && !one.is_open()) else {
                continue;
            };
            let live = Arc::new(Live::of(State::of(over, MAX_BYTES, (self.inner.now)())));
            if let Some(job) = jobs.iter().find(|job| job.recording == id) {
                live.making(|making| making.hear(job.clone()));
            } else {
                let (id, recording, stage) = (String::new(), id, JobStage::Complete);
                live.making(|making| making.job = Some(Job { id, recording, stage, length: None, why: None }));
            }
            lock(&self.inner.leaving).insert(id, live.clone());
            self.go_on(live, false);
        }
    }
}

fn unavailable(error: &JobError) -> RecordingError {
    domain::StoreError::Unavailable(error.to_string()).into()
}
