//! From two to many: a call goes on as a consultation, and others are asked in.

use domain::{CallId, CallPhase, CallRecord, Seat};

use super::*;

impl Consultations {
    /// The room that a call of two goes on in, with both let in. Its id is the call's, so that the same again finds the same.
    pub async fn grow(&self, by: &User, call: CallId, now: Timestamp) -> Result<Scene, ConsultationError> {
        self.take(by.id, now)?;
        let room = call.0;
        let open = self.newest_in(room, now).await?.filter(|it| it.ended_at.is_none());
        // The call may be over by now, and its answer lost.
        if let Some(open) = open.filter(|it| it.call == Some(call) && it.of_user(by.id).is_some_and(is_in)) {
            return self.scene(open).await;
        }
        if by.role != Role::Dietician {
            return Err(ConsultationError::Forbidden);
        }
        if !self.is_configured() {
            return Err(ConsultationError::NotConfigured);
        }
        let other = self.other_in(by, call).await?;
        let other = self.inner.ports.users.by_id(other).await?.filter(|other| may_contact(by, other));
        let other = other.ok_or(ConsultationError::ContactNotAllowed)?;
        for _ in 0..TRIES {
            let before = match self.newest_in(room, now).await? {
                Some(open) if open.ended_at.is_none() => open,
                ended => self.begin(room, ended.as_ref(), by, now),
            };
            // Of two dieticians the other may have been first: then it is theirs.
            let (user, name) = if before.owner == by.id { (other.id, &other.name) } else { (by.id, &by.name) };
            let mut next = before.clone();
            next.grow(call, user, name.clone(), MemberId(fresh::object_id(now)), now)?;
            if let Some(scene) = self.save(before, next).await? {
                return Ok(scene);
            }
        }
        Err(StoreError::Busy.into())
    }

    /// Asks people into one that runs: they see it where they are, and need not wait.
    pub async fn ask_in(
        &self,
        by: &User,
        room: ObjectId,
        users: &[UserId],
        now: Timestamp,
    ) -> Result<Scene, ConsultationError> {
        let people = self.inner.ports.users.by_ids(users).await?;
        for id in users {
            if !people.iter().any(|person| person.id == *id && may_contact(by, person)) {
                return Err(ConsultationError::ContactNotAllowed);
            }
        }
        let visitor = Visitor::User(by.clone());
        let (scene, ()) = self
            .change(&visitor, room, now, |it| {
                let asked = people.iter().map(|one| (one.id, one.name.clone(), MemberId(fresh::object_id(now))));
                it.ask_in(me(it, &visitor)?, asked)
            })
            .await?;
        Ok(scene)
    }

    /// The other of a call that runs.
    async fn other_in(&self, by: &User, id: CallId) -> Result<UserId, ConsultationError> {
        let calls = self.inner.ports.calls.unfinished().await?;
        let call = calls.iter().find(|call| call.id == id && is_accepted(call));
        let (me, other) = match call {
            Some(call) if call.caller.user == by.id => (&call.caller, &call.callee),
            Some(call) if call.callee.user == by.id => (&call.callee, &call.caller),
            _ => return Err(ConsultationError::NoSuchCall),
        };
        if [me, other].into_iter().any(|party| party.seat == Some(Seat::Legacy)) {
            return Err(ConsultationError::OldClient);
        }
        Ok(other.user)
    }
}

const fn is_accepted(call: &CallRecord) -> bool {
    matches!(call.phase, CallPhase::Connecting { .. } | CallPhase::Connected { .. })
}

fn is_in(member: &domain::Member) -> bool {
    member.state == domain::MemberState::Admitted
}
