//! What a consultation has to do with its recordings: who is there to be asked, and who is kept at the door until they have
//! agreed.

use domain::{Member, MemberState, RecordingState};

use super::*;

impl Consultations {
    /// The open one in a room that is the caller's.
    pub(crate) async fn open_in(
        &self,
        by: &User,
        room: ObjectId,
        now: Timestamp,
    ) -> Result<ConsultationId, ConsultationError> {
        self.take(by.id, now)?;
        let it = self.locate_for(Some(by), room, now).await?;
        if it.owner != by.id {
            return Err(ConsultationError::Forbidden);
        }
        if it.ended_at.is_some() { Err(ConsultationRefused::Ended.into()) } else { Ok(it.id) }
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
