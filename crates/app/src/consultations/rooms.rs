//! Which consultation is meant by a room, and how one is saved.

use std::sync::atomic::Ordering;

use domain::Encryption;

use super::*;

/// What is still to be done at the media server.
pub(super) enum Left {
    Remove(String),
    /// What records for the media server, unless it does so for us.
    RemoveRecorder(String),
    /// What their role allows.
    Permit(MemberId),
    Close,
}

/// So often a recorder that is not in the media server's list of them is looked for there again.
const UNLISTED: u32 = 2;

/// So much may be left to be done at once.
const MOST_LEFT: usize = 100;

impl Consultations {
    /// The newest in a room; one that everybody has left is over by now.
    pub(super) async fn newest_in(
        &self,
        room: ObjectId,
        now: Timestamp,
    ) -> Result<Option<Consultation>, ConsultationError> {
        for _ in 0..TRIES {
            let Some(it) = self.inner.ports.consultations.consultation_in(room).await? else { return Ok(None) };
            match self.forget(it, now).await? {
                Some(it) => return Ok(Some(it)),
                None => continue,
            }
        }
        Err(StoreError::Busy.into())
    }

    /// Ends one that was forgotten; nothing where somebody else changed it meanwhile.
    pub(super) async fn forget(
        &self,
        it: Consultation,
        now: Timestamp,
    ) -> Result<Option<Consultation>, ConsultationError> {
        if !it.is_forgotten(now) {
            return Ok(Some(it));
        }
        let mut ended = it.clone();
        ended.close(it.last_sign());
        Ok(self.save(it, ended).await?.map(|scene| scene.consultation))
    }

    /// What somebody means by a room.
    pub(super) async fn locate(
        &self,
        by: &Visitor,
        room: ObjectId,
        now: Timestamp,
    ) -> Result<Consultation, ConsultationError> {
        match by {
            Visitor::User(user) => self.locate_for(Some(user), room, now).await,
            Visitor::Guest(guest) => {
                let it = self.inner.ports.consultations.consultation(guest.consultation).await?;
                it.filter(|it| it.room == room).ok_or(ConsultationError::Forbidden)
            }
        }
    }

    /// The open consultation of a room that `by` has a part in or may have; one that nobody has opened yet where they may be
    /// the first; or the one that has ended. Of strangers nothing is known.
    pub(super) async fn locate_for(
        &self,
        by: Option<&User>,
        room: ObjectId,
        now: Timestamp,
    ) -> Result<Consultation, ConsultationError> {
        let newest = self.newest_in(room, now).await?;
        if let Some(open) = newest.as_ref().filter(|it| it.ended_at.is_none()) {
            let known = by.is_some_and(|by| open.of_user(by.id).is_some());
            let may_knock = open.is_in_own_room()
                && match by {
                    Some(by) => self.owner(room).await?.is_some_and(|owner| may_contact(by, &owner)),
                    None => true,
                };
            let stranger_to_appointment = by.is_none() && open.appointment.is_some();
            if known || may_knock || stranger_to_appointment {
                return Ok(open.clone());
            }
            return Err(ConsultationError::Forbidden);
        }
        if let Some(appointment) = self.inner.ports.appointments.appointment_of_room(room).await? {
            return self.locate_appointment(by, newest, appointment, now).await;
        }
        if let Some(owner) = self.owner(room).await? {
            let may = by.is_none_or(|by| by.id == owner.id || may_contact(by, &owner));
            if may {
                return Ok(self.begin(room, newest.as_ref(), &owner, now));
            }
        }
        let ended = newest.filter(|it| by.is_some_and(|by| it.of_user(by.id).is_some()));
        ended.ok_or(ConsultationError::Forbidden)
    }

    async fn locate_appointment(
        &self,
        by: Option<&User>,
        ended: Option<Consultation>,
        appointment: Appointment,
        now: Timestamp,
    ) -> Result<Consultation, ConsultationError> {
        let theirs = by.is_none_or(|by| appointment.is_of(by.id));
        if let Some(ended) = ended {
            let known = by.is_some_and(|by| ended.of_user(by.id).is_some());
            return if known { Ok(ended) } else { Err(ConsultationError::Forbidden) };
        }
        if !theirs {
            return Err(ConsultationError::Forbidden);
        }
        // A dietician may prepare it whenever they like.
        if by.is_none_or(|by| by.id != appointment.dietician) {
            may_begin(&appointment, now)?;
        }
        let people = self.inner.ports.users.by_ids(&[appointment.dietician, appointment.patient]).await?;
        let find = |id| people.iter().find(|person| person.id == id && person.active);
        let dietician = find(appointment.dietician).ok_or(ConsultationError::Forbidden)?;
        let patient = find(appointment.patient).ok_or(ConsultationError::Forbidden)?;
        let mut it = self.begin(appointment.room, None, dietician, now);
        it.appointment = Some(appointment.id);
        it.invite(patient.id, patient.name.clone(), MemberId(fresh::object_id(now)), false)?;
        Ok(it)
    }

    /// The dietician whose own room that is.
    async fn owner(&self, room: ObjectId) -> Result<Option<User>, ConsultationError> {
        let user = self.inner.ports.users.by_id(UserId(room)).await?;
        Ok(user.filter(|user| user.role == Role::Dietician && user.active))
    }

    /// One that nobody has opened yet, encrypted where the one before it in that room was.
    pub(super) fn begin(
        &self,
        room: ObjectId,
        last: Option<&Consultation>,
        owner: &User,
        now: Timestamp,
    ) -> Consultation {
        let id = ConsultationId(fresh::object_id(now));
        let host = MemberId(fresh::object_id(now));
        let session = last.map_or(1, |last| last.session.saturating_add(1));
        let it = Consultation::new(id, room, session, (owner.id, owner.name.clone()), host, now);
        let encryption = last.and_then(|last| last.encryption).map(|_| Encryption::default());
        Consultation { encryption, ..it }
    }

    pub(super) fn comer(&self, by: &Visitor, it: &Consultation, now: Timestamp) -> Comer {
        match by {
            Visitor::User(user) => self.user_comer(user, it, now),
            Visitor::Guest(guest) => Comer::Guest(guest.member),
        }
    }

    pub(super) fn user_comer(&self, user: &User, it: &Consultation, now: Timestamp) -> Comer {
        // Whoever is let in here without having been asked may contact the owner whose own room it is.
        let unasked = it.is_in_own_room();
        Comer::User { user: user.id, name: user.name.clone(), id: MemberId(fresh::object_id(now)), unasked }
    }

    /// Does something in the consultation that is meant, and saves what becomes of it.
    pub(super) async fn change<T>(
        &self,
        by: &Visitor,
        room: ObjectId,
        now: Timestamp,
        act: impl Fn(&mut Consultation) -> Result<T, ConsultationRefused>,
    ) -> Result<(Scene, T), ConsultationError> {
        self.take_visitor(by, now)?;
        for _ in 0..TRIES {
            let before = self.locate(by, room, now).await?;
            let mut next = before.clone();
            let done = act(&mut next)?;
            if next == before {
                return Ok((self.scene(next).await?, done));
            }
            if let Some(scene) = self.save(before, next).await? {
                return Ok((scene, done));
            }
        }
        Err(StoreError::Busy.into())
    }

    /// Saves what became of `before` and tells of it, unless nothing did; nothing where somebody else was first.
    pub(super) async fn save(
        &self,
        before: Consultation,
        mut next: Consultation,
    ) -> Result<Option<Scene>, ConsultationError> {
        if next == before && before.version > 0 {
            return self.scene(next).await.map(Some);
        }
        next.version += 1;
        let store = &self.inner.ports.consultations;
        let saved = match before.version {
            0 => store.open_consultation(next.clone()).await?,
            _ => store.change_consultation(next.clone()).await?,
        };
        if saved == Transition::Stale {
            return Ok(None);
        }
        let scene = self.scene(next).await?;
        self.inner.ports.audience.told(&scene);
        Ok(Some(scene))
    }

    /// With what is shown beside it.
    pub(super) async fn scene(&self, it: Consultation) -> Result<Scene, ConsultationError> {
        let ports = &self.inner.ports;
        let ids: Vec<_> = it.users().collect();
        let people = ports.users.by_ids(&ids).await?;
        let appointment = match it.appointment {
            Some(id) => ports.appointments.appointment(id).await?,
            None => None,
        };
        let owner_busy = it.ended_at.is_none() && self.is_busy(it.owner, it.id).await?;
        let recordings = self.recordings(&it).await?;
        let server_records = self.is_recorded_by_server(&it);
        Ok(Scene { consultation: it, people, appointment, owner_busy, recordings, server_records })
    }

    async fn is_busy(&self, user: UserId, but: ConsultationId) -> Result<bool, ConsultationError> {
        let calls = self.inner.ports.calls.unfinished().await?;
        let in_call = |call: &domain::CallRecord| {
            !call.has_ended() && (call.caller.user == user || (call.callee.user == user && call.callee.seat.is_some()))
        };
        if calls.iter().any(in_call) {
            return Ok(true);
        }
        let others = self.inner.ports.consultations.open_consultations(user).await?;
        let inside = |it: &Consultation| {
            it.id != but && it.of_user(user).is_some_and(|me| me.state == domain::MemberState::Admitted)
        };
        Ok(others.iter().any(inside))
    }

    /// Does at the media server what was decided. What can't be done now is done as soon as it can be.
    pub(super) async fn carry_out(
        &self,
        it: &Consultation,
        act: &Act,
        now: Timestamp,
    ) -> Result<(), ConsultationError> {
        let media = self.inner.ports.media.as_ref();
        match act {
            Act::End => {
                if let Some(id) = it.appointment {
                    let treated =
                        it.members.iter().any(|one| one.role != MemberRole::Host && one.admitted_at.is_some());
                    if treated {
                        self.appointment_becomes(it.owner, id, AppointmentStatus::Completed, now).await;
                    }
                }
                let Some(media) = media else { return Ok(()) };
                if let Err(error) = media.close(it.room).await {
                    self.later(it.room, Left::Close);
                    return Err(error.into());
                }
            }
            Act::Remove(id) => {
                let (Some(media), Some(member)) = (media, it.member(*id)) else { return Ok(()) };
                let identity = member.identity();
                if let Err(error) = media.remove(it.room, &identity).await {
                    self.later(it.room, Left::Remove(identity));
                    return Err(error.into());
                }
            }
            Act::GiveRole(id, _) => {
                let (Some(media), Some(member)) = (media, it.member(*id)) else { return Ok(()) };
                if it.grants(*id).is_ok()
                    && let Err(error) = media.permit(&Pass::of(it.room, member)).await
                {
                    self.later(it.room, Left::Permit(*id));
                    return Err(error.into());
                }
            }
            Act::Admit(_)
            | Act::Refuse(_)
            | Act::Lock(_)
            | Act::Encrypt(_)
            | Act::BringKey(_)
            | Act::HandKeys { .. }
            | Act::Leave => {}
        }
        Ok(())
    }

    /// Does it in the background, until it is done or there is no need for it any more.
    pub(super) fn later(&self, room: ObjectId, left: Left) {
        if self.inner.left.fetch_add(1, Ordering::Relaxed) >= MOST_LEFT {
            self.inner.left.fetch_sub(1, Ordering::Relaxed);
            tracing::error!(%room, "too much is left to be done at the media server");
            return;
        }
        let this = self.clone();
        tokio::spawn(async move {
            for tried in 0..AGAIN {
                if this.is_done(room, &left, tried).await {
                    break;
                }
                tokio::time::sleep(AGAIN_AFTER).await;
            }
            this.inner.left.fetch_sub(1, Ordering::Relaxed);
        });
    }

    async fn is_done(&self, room: ObjectId, left: &Left, tried: u32) -> bool {
        let Some(media) = &self.inner.ports.media else { return true };
        let newest = match self.inner.ports.consultations.consultation_in(room).await {
            Ok(Some(newest)) => newest,
            Ok(None) => return true,
            Err(_) => return false,
        };
        match left {
            Left::Remove(identity) => match self.belongs(&newest, identity).await {
                Ok(belongs) => belongs || media.remove(room, identity).await.is_ok(),
                Err(_) => false,
            },
            Left::RemoveRecorder(identity) => match self.records(&newest, identity).await {
                Ok(Some(true)) => true,
                // It may have come before the list has it.
                Ok(Some(false)) if tried < UNLISTED => false,
                Ok(_) => media.remove(room, identity).await.is_ok(),
                Err(_) => false,
            },
            Left::Permit(id) => match newest.member(*id) {
                // As it is now, which may be another role again.
                Some(member) if newest.grants(*id).is_ok() => media.permit(&Pass::of(room, member)).await.is_ok(),
                _ => true,
            },
            Left::Close => newest.ended_at.is_none() || media.close(room).await.is_ok(),
        }
    }
}

/// Whether whoever has that name at the media server was let in.
pub(super) fn admitted<'a>(it: &'a Consultation, identity: &str) -> Option<&'a domain::Member> {
    it.members.iter().find(|member| member.identity() == identity && it.grants(member.id).is_ok())
}
