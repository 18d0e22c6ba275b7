//! Appointments: who books whom, what becomes of them, and who may see them: the two, and nobody else.
//!
//! That a slot is had once is the store's to keep; what may become of an appointment, [`Appointment::becomes`] decides.

use std::sync::Arc;
use std::time::Duration;

use domain::{
    Appointment, AppointmentId, AppointmentQuery, AppointmentRefused, AppointmentStatus, Booking, ConsultationKind,
    Role, Stamp, StoreError, Timestamp, Transition, User, UserId, Users, may_book,
};

use crate::fresh;
use crate::limit::Limit;

/// A patient has so many to come at most: nobody fills a dietician's book alone.
const MOST_AHEAD: u32 = 20;

/// Others may change an appointment at the same moment; so often it is tried.
const TRIES: u32 = 5;

/// What is booked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewAppointment {
    /// The other of the two: a patient books a dietician, a dietician for a patient.
    pub with: UserId,
    /// By what they meet.
    pub kind: ConsultationKind,
    /// When it begins.
    pub starts_at: Timestamp,
    /// The same as it was said.
    pub date: String,
    /// The same as it was said.
    pub time: String,
    /// What is written beside it.
    pub notes: Option<String>,
}

/// Why something was not done.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum AppointmentError {
    /// The two may not have one.
    #[error("these two may have no appointment")]
    ContactNotAllowed,
    /// It is not theirs, whether it is there or not.
    #[error("not theirs")]
    Forbidden,
    /// The dietician has another then.
    #[error("the slot is taken")]
    SlotTaken,
    /// The patient has as many as anybody may have.
    #[error("too many appointments ahead")]
    TooMany,
    /// See there.
    #[error(transparent)]
    Refused(#[from] AppointmentRefused),
    /// The same again after that.
    #[error("too often")]
    RateLimited(Duration),
    /// See there.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// The use cases of appointments. Cheap to clone.
#[derive(Clone)]
pub struct Appointments {
    inner: Arc<Inner>,
}

struct Inner {
    book: Arc<dyn domain::Appointments>,
    users: Arc<dyn Users>,
    /// Bookings and changes, by who makes them; none where nobody is limited.
    often: Option<Limit>,
}

impl Appointments {
    /// Over these ports.
    pub fn new(book: Arc<dyn domain::Appointments>, users: Arc<dyn Users>, limits: bool) -> Self {
        let often = limits.then(|| Limit::new(30, Duration::from_secs(10)));
        Self { inner: Arc::new(Inner { book, users, often }) }
    }

    /// Books one.
    pub async fn book(&self, by: &User, new: NewAppointment, now: Timestamp) -> Result<Appointment, AppointmentError> {
        self.take(by.id, now)?;
        let with = self.inner.users.by_id(new.with).await?.ok_or(AppointmentError::ContactNotAllowed)?;
        let (patient, dietician) = if by.role == Role::Dietician { (&with, by) } else { (by, &with) };
        if !may_book(patient, dietician) {
            return Err(AppointmentError::ContactNotAllowed);
        }
        Appointment::check_time(new.starts_at, now)?;
        let ahead = AppointmentQuery {
            user: patient.id,
            as_role: Some(Role::Patient),
            status: None,
            from: now,
            to: Timestamp(i64::MAX / 1000),
            latest_first: false,
            skip: 0,
            limit: 200,
        };
        let ahead = self.inner.book.appointments(ahead).await?;
        if ahead.iter().filter(|one| one.status().holds_slot()).count() >= MOST_AHEAD as usize {
            return Err(AppointmentError::TooMany);
        }
        let appointment = Appointment {
            id: AppointmentId(fresh::object_id(now)),
            version: 1,
            patient: patient.id,
            dietician: dietician.id,
            kind: new.kind,
            starts_at: new.starts_at,
            date: new.date,
            time: new.time,
            notes: new.notes,
            room: fresh::bytes::<12>().into(),
            stamps: vec![Stamp { status: AppointmentStatus::Scheduled, at: now, by: by.id }],
        };
        match self.inner.book.book(appointment.clone()).await? {
            Booking::Booked => {
                tracing::info!(appointment = %appointment.id, by = %by.id, "booked");
                Ok(appointment)
            }
            Booking::SlotTaken => Err(AppointmentError::SlotTaken),
        }
    }

    /// One of the caller's.
    pub async fn one(&self, user: UserId, id: AppointmentId) -> Result<Appointment, AppointmentError> {
        let found = self.inner.book.appointment(id).await?;
        found.filter(|found| found.is_of(user)).ok_or(AppointmentError::Forbidden)
    }

    /// Those of a person, as they are asked for.
    pub async fn list(&self, query: AppointmentQuery) -> Result<Vec<Appointment>, AppointmentError> {
        Ok(self.inner.book.appointments(query).await?)
    }

    /// Brings one to another status.
    pub async fn change(
        &self,
        user: UserId,
        id: AppointmentId,
        status: AppointmentStatus,
        now: Timestamp,
    ) -> Result<Appointment, AppointmentError> {
        self.take(user, now)?;
        for _ in 0..TRIES {
            let before = self.one(user, id).await?;
            // Said again, it stands so already.
            if before.status() == status {
                return Ok(before);
            }
            let next = before.becomes(status, user, now)?;
            if self.inner.book.change_appointment(next.clone()).await? == Transition::Saved {
                tracing::info!(appointment = %id, by = %user, status = status.as_str(), "changed");
                return Ok(next);
            }
        }
        Err(StoreError::Busy.into())
    }

    fn take(&self, user: UserId, now: Timestamp) -> Result<(), AppointmentError> {
        match &self.inner.often {
            Some(often) => often.take(user, now).map_err(AppointmentError::RateLimited),
            None => Ok(()),
        }
    }
}
