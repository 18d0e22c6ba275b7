//! What is particular to recordings of consultations.

use domain::{ConsultationId, Maker, Recording, RecordingAct, RecordingOf, UploadId, User};

use super::{Live, RecordingError, Recordings, State};
use crate::consultations::Scene;
use crate::fresh;

impl Recordings {
    /// The owner of a consultation asks everybody who is in it, and agrees by asking. The media server makes it where it can,
    /// unless it is to be their `browser`.
    pub async fn ask_room(
        &self,
        by: &User,
        room: domain::ObjectId,
        consent: u32,
        browser: bool,
    ) -> Result<Scene, RecordingError> {
        let now = (self.inner.now)();
        let _asking = self.inner.asking.lock().await;
        let it = self.inner.rooms.open_in(by, room, now).await?;
        let (open, by_server) = (it.id, !browser && self.inner.rooms.is_recorded_by_server(&it));
        let of = RecordingOf::Consultation(open);
        let bytes = self.room_for(by.id, of).await?;
        let id = UploadId(fresh::object_id(now));
        // In other words than today's nobody is asked.
        Recording::ask(id, of, (by.id, Vec::new()), consent, now)?;
        // From here on who comes is kept at the door until the log has the question.
        let others = self.inner.rooms.record(by, room, id, now).await?;
        let maker = if by_server { Maker::Server } else { Maker::Browser };
        let line = Recording::ask(id, of, (by.id, others), consent, now)?.made_by(maker);
        self.first(line, bytes).await?;
        Ok(self.inner.rooms.scene_of(open).await?)
    }

    /// Who has gone without an answer is not waited for.
    pub(super) async fn let_go(&self, live: &Live, state: &mut State, room: ConsultationId) {
        for person in state.recording.awaited.clone() {
            match self.inner.rooms.is_inside(room, person).await {
                Ok(true) => {}
                Ok(false) => {
                    if let Err(error) = self.step(live, state, person, RecordingAct::Left).await {
                        tracing::warn!(recording = %state.recording.id, %error, "somebody is waited for who has gone");
                    }
                }
                Err(error) => tracing::warn!(recording = %state.recording.id, %error, "nobody knows who is there"),
            }
        }
        if state.recording.state == domain::RecordingState::Running {
            state.heard_at = (self.inner.now)();
        }
    }

    /// What was put together of one is deleted.
    pub(super) async fn delete_kept(&self, id: UploadId, room: ConsultationId) -> Result<(), RecordingError> {
        self.inner.uploads.let_go(id).await?;
        self.inner.rooms.retell(room).await;
        Ok(())
    }
}
