//! Appointments of a patient with a dietician: when, how, and where each stands. A consultation hangs on one.

use std::time::Duration;

use crate::{AppointmentId, ObjectId, Role, Timestamp, User, UserId, may_contact};

/// How long an appointment is, and how far apart two may begin.
pub const SLOT: Duration = Duration::from_secs(30 * 60);

/// Nobody books further ahead.
const FURTHEST: Duration = Duration::from_secs(366 * 24 * 60 * 60);

/// By what the two are to meet.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[allow(missing_docs)]
pub enum ConsultationKind {
    Chat,
    Video,
}

/// Where an appointment stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum AppointmentStatus {
    /// Asked for by one of the two.
    Scheduled,
    /// The dietician has agreed.
    Confirmed,
    /// They are at it.
    InProgress,
    /// It has taken place.
    Completed,
    /// One of the two has called it off.
    Cancelled,
    /// The patient did not come.
    NoShow,
}

impl AppointmentStatus {
    /// Each of them.
    pub const ALL: [Self; 6] =
        [Self::Scheduled, Self::Confirmed, Self::InProgress, Self::Completed, Self::Cancelled, Self::NoShow];

    /// As it is kept and said.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Scheduled => "scheduled",
            Self::Confirmed => "confirmed",
            Self::InProgress => "in-progress",
            Self::Completed => "completed",
            Self::Cancelled => "cancelled",
            Self::NoShow => "no-show",
        }
    }

    /// The one of that name.
    pub fn from_text(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|status| status.as_str() == text)
    }

    /// Whether nothing follows.
    pub const fn is_final(self) -> bool {
        matches!(self, Self::Completed | Self::Cancelled | Self::NoShow)
    }

    /// Whether nobody else may have the dietician's time.
    pub const fn holds_slot(self) -> bool {
        !matches!(self, Self::Cancelled)
    }

    /// Whether a patient (or, else, a dietician) may bring an appointment from here to there.
    const fn may_become(self, next: Self, by_patient: bool) -> bool {
        use AppointmentStatus::{Cancelled, Completed, Confirmed, InProgress, NoShow, Scheduled};
        match (self, next) {
            (Scheduled | Confirmed, Cancelled) => true,
            (Scheduled, Confirmed)
            | (Scheduled | Confirmed, InProgress | NoShow)
            | (Confirmed | InProgress, Completed) => !by_patient,
            _ => false,
        }
    }
}

/// When an appointment came to stand so, and by whom.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[allow(missing_docs)]
pub struct Stamp {
    pub status: AppointmentStatus,
    pub at: Timestamp,
    pub by: UserId,
}

/// An appointment as it is kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Appointment {
    /// Its id.
    pub id: AppointmentId,
    /// Grows by one with each change, from 1.
    pub version: u64,
    /// Who is treated.
    pub patient: UserId,
    /// Who treats.
    pub dietician: UserId,
    /// By what they meet.
    pub kind: ConsultationKind,
    /// When it begins.
    pub starts_at: Timestamp,
    /// The day as whoever booked it said it, `2026-11-30`.
    pub date: String,
    /// The time as whoever booked it said it, in the practice's zone; at most 16 bytes.
    pub time: String,
    /// What whoever booked it wrote beside it; at most 2,000 characters. Health data.
    pub notes: Option<String>,
    /// Random: the `meetingRoomId` of its room.
    pub room: ObjectId,
    /// How it came to stand where it does: the first is its booking.
    pub stamps: Vec<Stamp>,
}

/// Why there is no such appointment.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum AppointmentRefused {
    /// The two may not have one, or it is not theirs.
    #[error("not theirs to do")]
    NotTheirs,
    /// It begins before now.
    #[error("it would be in the past")]
    Past,
    /// It begins in more than a year.
    #[error("it is too far ahead")]
    TooFar,
    /// It stands otherwise than it would have to.
    #[error("not as it stands")]
    NotNow,
}

/// Whether these two may have an appointment: a patient with a dietician whom they may contact.
pub fn may_book(patient: &User, dietician: &User) -> bool {
    patient.role == Role::Patient && dietician.role == Role::Dietician && may_contact(patient, dietician)
}

impl Appointment {
    /// Whether one may be booked at that time.
    pub fn check_time(starts_at: Timestamp, now: Timestamp) -> Result<(), AppointmentRefused> {
        if starts_at <= now {
            Err(AppointmentRefused::Past)
        } else if starts_at > now + FURTHEST {
            Err(AppointmentRefused::TooFar)
        } else {
            Ok(())
        }
    }

    /// Where it stands.
    pub fn status(&self) -> AppointmentStatus {
        self.stamps.last().map_or(AppointmentStatus::Scheduled, |last| last.status)
    }

    /// When it ends.
    pub fn ends_at(&self) -> Timestamp {
        self.starts_at + SLOT
    }

    /// Whether that person has a part in it.
    pub fn is_of(&self, user: UserId) -> bool {
        user == self.patient || user == self.dietician
    }

    /// The other of the two.
    pub fn other(&self, user: UserId) -> UserId {
        if user == self.patient { self.dietician } else { self.patient }
    }

    /// How it stands once `by` has brought it to `status`. A patient calls it off while it is to come; what else becomes of
    /// it is the dietician's to say, and that they are at it or have been not before it begins.
    pub fn becomes(&self, status: AppointmentStatus, by: UserId, now: Timestamp) -> Result<Self, AppointmentRefused> {
        if !self.is_of(by) {
            return Err(AppointmentRefused::NotTheirs);
        }
        let by_patient = by == self.patient;
        let early = matches!(status, AppointmentStatus::NoShow | AppointmentStatus::Completed) && now < self.starts_at;
        if early || !self.status().may_become(status, by_patient) {
            return Err(AppointmentRefused::NotNow);
        }
        let mut next = self.clone();
        next.version += 1;
        next.stamps.push(Stamp { status, at: now, by });
        Ok(next)
    }
}

/// Which appointments of a person to list.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct AppointmentQuery {
    /// Whose.
    pub user: UserId,
    /// Only those in which they are the patient, or the dietician.
    pub as_role: Option<Role>,
    /// Only those that stand so.
    pub status: Option<AppointmentStatus>,
    /// Only those that begin at or after.
    pub from: Timestamp,
    /// Only those that begin before.
    pub to: Timestamp,
    /// The latest first; else the soonest.
    pub latest_first: bool,
    /// Leaves out so many.
    pub skip: u32,
    /// And gives so many; 200 at most.
    pub limit: u32,
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Profile;

    const NOW: Timestamp = Timestamp(1_764_000_000_000);

    fn id(n: u8) -> ObjectId {
        ObjectId::from([n; 12])
    }

    fn user(n: u8, role: Role, active: bool) -> User {
        User {
            id: UserId(id(n)),
            name: String::new(),
            email: String::new(),
            role,
            active,
            password_hash: String::new(),
            profile: Profile::default(),
            created_at: Timestamp(0),
            valid_after: Timestamp(0),
        }
    }

    fn booked() -> Appointment {
        let patient = UserId(id(1));
        Appointment {
            id: AppointmentId(id(9)),
            version: 1,
            patient,
            dietician: UserId(id(2)),
            kind: ConsultationKind::Video,
            starts_at: NOW + SLOT,
            date: "2025-11-24".into(),
            time: "17:00".into(),
            notes: None,
            room: id(8),
            stamps: vec![Stamp { status: AppointmentStatus::Scheduled, at: NOW, by: patient }],
        }
    }

    #[test]
    fn who_may_book_whom() {
        use Role::{Admin, Dietician, Patient};
        for (patient, dietician, may) in [
            (Patient, Dietician, true),
            (Dietician, Patient, false),
            (Patient, Patient, false),
            (Dietician, Dietician, false),
            (Admin, Dietician, false),
            (Patient, Admin, false),
        ] {
            assert_eq!(may_book(&user(1, patient, true), &user(2, dietician, true)), may, "{patient:?} {dietician:?}");
            assert!(!may_book(&user(1, patient, false), &user(2, dietician, true)));
            assert!(!may_book(&user(1, patient, true), &user(2, dietician, false)));
        }
    }

    #[test]
    fn only_times_to_come_can_be_booked() {
        assert_eq!(Appointment::check_time(NOW, NOW), Err(AppointmentRefused::Past));
        assert_eq!(Appointment::check_time(NOW + Duration::from_millis(1), NOW), Ok(()));
        assert_eq!(Appointment::check_time(NOW + FURTHEST, NOW), Ok(()));
        let beyond = NOW + FURTHEST + Duration::from_millis(1);
        assert_eq!(Appointment::check_time(beyond, NOW), Err(AppointmentRefused::TooFar));
    }

    /// From each status, where a patient and where a dietician may bring it, before it begins and after.
    #[test]
    fn what_becomes_of_an_appointment() {
        use AppointmentStatus::{Cancelled, Completed, Confirmed, InProgress, NoShow, Scheduled};
        let later = NOW + SLOT + SLOT;
        for (from, patient, before, after) in [
            (
                Scheduled,
                vec![Cancelled],
                vec![Confirmed, InProgress, Cancelled],
                vec![Confirmed, InProgress, Cancelled, NoShow],
            ),
            (Confirmed, vec![Cancelled], vec![InProgress, Cancelled], vec![InProgress, Completed, Cancelled, NoShow]),
            (InProgress, vec![], vec![], vec![Completed]),
            (Completed, vec![], vec![], vec![]),
            (Cancelled, vec![], vec![], vec![]),
            (NoShow, vec![], vec![], vec![]),
        ] {
            let mut it = booked();
            it.stamps.push(Stamp { status: from, at: NOW, by: it.dietician });
            for (by, now, allowed) in [
                (it.patient, NOW, &patient),
                (it.patient, later, &patient),
                (it.dietician, NOW, &before),
                (it.dietician, later, &after),
            ] {
                for to in AppointmentStatus::ALL {
                    let became = it.becomes(to, by, now);
                    assert_eq!(became.is_ok(), allowed.contains(&to), "{from:?} to {to:?} by {by:?} at {now:?}");
                    if let Ok(next) = became {
                        assert_eq!((next.status(), next.version), (to, it.version + 1));
                        assert_eq!(next.stamps.last(), Some(&Stamp { status: to, at: now, by }));
                    }
                }
            }
            let stranger = UserId(id(3));
            assert_eq!(it.becomes(Cancelled, stranger, NOW), Err(AppointmentRefused::NotTheirs));
        }
    }
}
