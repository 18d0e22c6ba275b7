//! What runs, what is to come, and what was.

use domain::AppointmentQuery;
use domain::MemberState;
use domain::consultation::{is_upcoming, window};

use super::*;

/// Those that were, at once.
const PAST: u32 = 30;

/// Appointments that are looked through.
const AHEAD: u32 = 50;

/// A person's consultations.
#[derive(Debug, Clone)]
#[allow(missing_docs)]
pub struct Listing {
    pub running: Vec<Scene>,
    /// With the other of the two, and when the room opens and closes.
    pub upcoming: Vec<(Appointment, User, [Timestamp; 2])>,
    pub past: Vec<Scene>,
}

impl Consultations {
    /// Those of a person; past ones from before that moment.
    pub async fn list(
        &self,
        user: &User,
        before: Option<Timestamp>,
        now: Timestamp,
    ) -> Result<Listing, ConsultationError> {
        self.take(user.id, now)?;
        let store = &self.inner.ports.consultations;
        let mut running = Vec::new();
        for it in store.open_consultations(user.id).await? {
            let Some(it) = self.forget(it, now).await? else { continue };
            let state = it.of_user(user.id).map(|me| me.state);
            let away = matches!(state, None | Some(MemberState::Refused | MemberState::Removed));
            if it.ended_at.is_none() && !away {
                running.push(self.scene(it).await?);
            }
        }
        let mut past = Vec::new();
        for it in store.ended_consultations(user.id, before.unwrap_or(Timestamp(i64::MAX / 1000)), PAST).await? {
            past.push(self.scene(it).await?);
        }
        Ok(Listing { running, upcoming: self.upcoming(user, now).await?, past })
    }

    async fn upcoming(
        &self,
        user: &User,
        now: Timestamp,
    ) -> Result<Vec<(Appointment, User, [Timestamp; 2])>, ConsultationError> {
        let query = AppointmentQuery {
            user: user.id,
            as_role: None,
            status: None,
            from: now - Duration::from_secs(3 * 60 * 60),
            to: Timestamp(i64::MAX / 1000),
            latest_first: false,
            skip: 0,
            limit: AHEAD,
        };
        let mut found = self.inner.ports.appointments.appointments(query).await?;
        found.retain(|one| is_upcoming(one, now));
        let others: Vec<_> = found.iter().map(|one| one.other(user.id)).collect();
        let people = self.inner.ports.users.by_ids(&others).await?;
        let mut upcoming = Vec::new();
        for one in found {
            if self.inner.ports.consultations.consultation_in(one.room).await?.is_some() {
                continue;
            }
            let other = people.iter().find(|person| person.id == one.other(user.id));
            if let Some(other) = other.cloned() {
                let window = window(&one);
                upcoming.push((one, other, window));
            }
        }
        Ok(upcoming)
    }

    /// Those that are open and that a person is told of when they connect.
    pub async fn open_of(&self, user: UserId) -> Result<Vec<Scene>, ConsultationError> {
        let mut open = Vec::new();
        for it in self.inner.ports.consultations.open_consultations(user).await? {
            let state = it.of_user(user).map(|me| me.state);
            if matches!(state, Some(MemberState::Invited | MemberState::Waiting | MemberState::Admitted)) {
                open.push(self.scene(it).await?);
            }
        }
        Ok(open)
    }
}
