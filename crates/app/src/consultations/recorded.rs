//! What a consultation has to do with its recordings: who is there to be asked, and who is kept at the door until they have
//! agreed.

use domain::{Maker, Member, MemberState, RecordingState};

use super::*;

impl Consultations {
    /// The open one in a room that is the caller's.
    pub(crate) async fn open_in(
        &self,
        by: &User,
        room: ObjectId,
        now: Timestamp,
    ) -> Result<Consultation, ConsultationError> {
        self.take(by.id, now)?;
        let it = self.locate_for(Some(by), room, now).await?;
        if it.owner != by.id {
            return Err(ConsultationError::Forbidden);
        }
        if it.ended_at.is_some() { Err(ConsultationRefused::Ended.into()) } else { Ok(it) }
    }

    /// Notes that it is to be recorded; says who has to agree beside its owner.
    pub(crate) async fn record(
        &self,
        by: &User,
        room: ObjectId,
        id: UploadId,
        now: Timestamp,
    ) -> Result<Vec<Person>, ConsultationError> {
        let by = Visitor::User(by.clone());
        let (_, others) = self.change(&by, room, now, |it| it.record(me(it, &by)?, id)).await?;
        Ok(others)
    }

    /// Whether somebody is in the room of an open one, as far as is known.
    pub(crate) async fn is_inside(&self, id: ConsultationId, person: Person) -> Result<bool, ConsultationError> {
        self.has(id, person, Member::is_inside).await
    }

    /// Whether somebody may come into the room of an open one.
    pub(crate) async fn is_admitted(&self, id: ConsultationId, person: Person) -> Result<bool, ConsultationError> {
        self.has(id, person, |member| member.state == MemberState::Admitted).await
    }

    async fn has(
        &self,
        id: ConsultationId,
        person: Person,
        is: impl Fn(&Member) -> bool,
    ) -> Result<bool, ConsultationError> {
        let it = self.inner.ports.consultations.consultation(id).await?.filter(|it| it.ended_at.is_none());
        Ok(it.is_some_and(|it| it.members.iter().any(|member| member.person() == person && is(member))))
    }

    /// How it stands.
    pub(crate) async fn scene_of(&self, id: ConsultationId) -> Result<Scene, ConsultationError> {
        let it = self.inner.ports.consultations.consultation(id).await?;
        self.scene(it.ok_or(ConsultationError::Forbidden)?).await
    }

    /// Tells how it stands once more: something has changed that is not in its record.
    pub(crate) async fn retell(&self, id: ConsultationId) {
        match self.scene_of(id).await {
            Ok(scene) => self.inner.ports.audience.told(&scene),
            Err(error) => tracing::warn!(consultation = %id, %error, "nobody was told of its recording"),
        }
    }

    /// Whether a member may be let in, as far as a recording goes.
    pub(super) async fn agreed(&self, it: &Consultation, id: MemberId) -> Result<(), ConsultationError> {
        let Some(newest) = it.recordings.last() else { return Ok(()) };
        let log = self.inner.ports.recordings.recording(*newest).await?;
        let member = it.member(id).ok_or(ConsultationError::Forbidden)?;
        match Recording::of(&log) {
            Some(recording) if recording.bars(member.person()) => Err(ConsultationError::Consent),
            _ => Ok(()),
        }
    }

    /// What records rooms for the media server, where the deployment has that.
    pub(crate) fn recorder(&self) -> Option<&Arc<dyn RoomRecorder>> {
        self.inner.ports.recorder.as_ref()
    }

    /// Whether its recordings are made by the media server. It can't see into an encrypted one.
    pub(crate) fn is_recorded_by_server(&self, it: &Consultation) -> bool {
        self.inner.ports.recorder.is_some() && it.encryption.is_none()
    }

    /// What records for the media server has come into a room. It is no person and goes unnoticed, unless it is none of ours.
    pub fn hear_recorder(&self, room: ObjectId, identity: &str) {
        self.later(room, rooms::Left::RemoveRecorder(identity.to_owned()));
    }

    /// The newest recording, while the media server makes it.
    async fn made_by_server(&self, it: &Consultation) -> Result<Option<Recording>, ConsultationError> {
        let Some(newest) = it.recordings.last() else { return Ok(None) };
        let newest = Recording::of(&self.inner.ports.recordings.recording(*newest).await?);
        let makes = |one: &Recording| {
            one.maker == Maker::Server && matches!(one.state, RecordingState::Starting | RecordingState::Running)
        };
        Ok(newest.filter(makes))
    }

    /// Whether whoever has that name at the media server may be in the room: they were let in, and what the media server
    /// records there they have agreed to. It records all who are there.
    pub(super) async fn belongs(&self, it: &Consultation, identity: &str) -> Result<bool, ConsultationError> {
        let Some(member) = rooms::admitted(it, identity) else { return Ok(false) };
        Ok(self.made_by_server(it).await?.is_none_or(|recording| !recording.bars(member.person())))
    }

    /// Whether that one in the room makes the recording that is to be made there now, if one is.
    pub(super) async fn records(&self, it: &Consultation, identity: &str) -> Result<Option<bool>, ConsultationError> {
        let (Some(recorder), Some(made)) = (self.recorder(), self.made_by_server(it).await?) else { return Ok(None) };
        let jobs = recorder.jobs(Some(it.room)).await.map_err(|error| MediaError(error.to_string()))?;
        Ok(Some(jobs.iter().any(|job| job.id == identity && job.recording == made.id && job.stage <= JobStage::Ending)))
    }

    /// Sends out who is in the room and has not agreed to what the media server is to record there.
    pub(crate) async fn send_out(&self, room: ObjectId) -> Result<(), ConsultationError> {
        let Some(media) = self.inner.ports.media.as_ref() else { return Ok(()) };
        // First who is there, then who has agreed: nobody is let in before they have.
        let present = media.present(room).await?;
        let Some(it) = self.inner.ports.consultations.consultation_in(room).await? else { return Ok(()) };
        let Some(recording) = self.made_by_server(&it).await? else { return Ok(()) };
        for identity in present {
            let Some(member) = it.members.iter().find(|member| member.identity() == identity) else { continue };
            if recording.bars(member.person()) {
                tracing::info!(%room, recording = %recording.id, member = %member.id, "sent out: has not agreed");
                media.remove(room, &identity).await?;
            }
        }
        Ok(())
    }

    /// The room of one, and whether the media server may record it still.
    pub(crate) async fn room_of(&self, id: ConsultationId) -> Result<(ObjectId, bool), ConsultationError> {
        let it = self.inner.ports.consultations.consultation(id).await?.ok_or(ConsultationError::Forbidden)?;
        Ok((it.room, it.ended_at.is_none() && it.encryption.is_none()))
    }

    /// What is shown of them.
    pub(super) async fn recordings(
        &self,
        it: &Consultation,
    ) -> Result<Vec<(Recording, Option<Upload>)>, ConsultationError> {
        let shown = if it.ended_at.is_some() { 0 } else { it.recordings.len().saturating_sub(1) };
        let mut found = Vec::new();
        for id in &it.recordings[shown..] {
            let Some(recording) = Recording::of(&self.inner.ports.recordings.recording(*id).await?) else { continue };
            let kept = match recording.state {
                RecordingState::Kept => self.inner.ports.uploads.upload(*id).await?,
                _ => None,
            };
            found.push((recording, kept));
        }
        Ok(found)
    }
}
