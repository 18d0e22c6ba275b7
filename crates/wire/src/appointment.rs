//! Appointments as clients book and see them.

use domain::{Appointment, AppointmentId, AppointmentStatus, ConsultationKind, ObjectId, SLOT, Timestamp, UserId};
use serde::{Deserialize, Serialize};

use crate::packet::Id;
use crate::time::{Iso, from_iso};

/// `POST /api/appointments`.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
#[allow(missing_docs)]
pub struct BookAppointment {
    /// By a patient.
    pub dietician_id: Option<Id<UserId>>,
    /// By a dietician.
    pub patient_id: Option<Id<UserId>>,
    pub consultation_type: KindText,
    #[serde(default)]
    pub appointment_date: String,
    #[serde(default)]
    pub appointment_time: String,
    /// The moment, which counts before the two above; old clients give none.
    pub starts_at: Option<String>,
    pub notes: Option<String>,
}

/// `PUT /api/appointments/:id/status`.
#[derive(Debug, Deserialize)]
#[allow(missing_docs)]
pub struct ChangeStatus {
    pub status: String,
}

/// `chat` or `video`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
#[allow(missing_docs)]
pub enum KindText {
    Chat,
    Video,
}

impl From<KindText> for ConsultationKind {
    fn from(text: KindText) -> Self {
        match text {
            KindText::Chat => Self::Chat,
            KindText::Video => Self::Video,
        }
    }
}

/// A day of the calendar: year, month, day.
pub type Day = (i16, i8, i8);

/// What a client says of a day.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SaidDay {
    /// The day itself.
    Day(Day),
    /// A moment of it: which day that is depends on where.
    Moment(Timestamp),
}

/// The day of `2026-11-30`, or of a moment: midnight in UTC is what forms make of a day.
pub fn day_from_text(text: &str) -> Option<SaidDay> {
    let text = text.trim();
    if text.get(10..).is_none_or(|rest| rest.is_empty() || rest.starts_with("T00:00:00")) {
        let mut parts = text.get(..10)?.split('-');
        let mut next = |width: usize| {
            let part = parts.next()?;
            (part.len() == width && part.bytes().all(|byte| byte.is_ascii_digit())).then_some(part)
        };
        let day = (next(4)?.parse().ok()?, next(2)?.parse().ok()?, next(2)?.parse().ok()?);
        return Some(SaidDay::Day(day));
    }
    from_iso(text).map(SaidDay::Moment)
}

/// Hour and minute of `14:30`, `14:30:00` or `2:30 PM`.
pub fn time_from_text(text: &str) -> Option<(i8, i8)> {
    let text = text.trim().to_ascii_uppercase();
    let (text, half) = match (text.strip_suffix("AM"), text.strip_suffix("PM")) {
        (Some(text), _) => (text.trim_end(), Some(0)),
        (_, Some(text)) => (text.trim_end(), Some(12)),
        _ => (text.as_str(), None),
    };
    let mut parts = text.split(':');
    let mut next = || {
        let part = parts.next()?;
        ((1..=2).contains(&part.len()) && part.bytes().all(|byte| byte.is_ascii_digit()))
            .then(|| part.parse::<i8>().ok())?
    };
    let (hour, minute) = (next()?, next()?);
    if parts.next().is_some_and(|seconds| seconds != "00") || parts.next().is_some() || minute > 59 {
        return None;
    }
    match half {
        Some(half) => (1..=12).contains(&hour).then_some((hour % 12 + half, minute)),
        None => (0..=23).contains(&hour).then_some((hour, minute)),
    }
}

/// An appointment as its two people see it.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct AppointmentRecord {
    #[serde(rename = "_id")]
    id: Id<AppointmentId>,
    patient_id: Id<UserId>,
    dietician_id: Id<UserId>,
    consultation_type: &'static str,
    /// Midnight of the day in UTC, as the database of before gave it.
    appointment_date: String,
    appointment_time: String,
    starts_at: Iso,
    ends_at: Iso,
    /// In minutes.
    duration: u64,
    status: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    notes: Option<String>,
    meeting_room_id: String,
    meeting_url: String,
    created_at: Iso,
    updated_at: Iso,
    #[serde(skip_serializing_if = "Option::is_none")]
    confirmed_at: Option<Iso>,
    #[serde(skip_serializing_if = "Option::is_none")]
    started_at: Option<Iso>,
    #[serde(skip_serializing_if = "Option::is_none")]
    completed_at: Option<Iso>,
    #[serde(skip_serializing_if = "Option::is_none")]
    cancelled_at: Option<Iso>,
    #[serde(skip_serializing_if = "Option::is_none")]
    cancelled_by: Option<Id<UserId>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    no_show_at: Option<Iso>,
}

/// The name of an appointment's room.
pub fn room_name(room: ObjectId) -> String {
    format!("consultation-{room}")
}

impl AppointmentRecord {
    /// Of one; `page` says where a path of ours is.
    pub fn new(it: &Appointment, page: impl FnOnce(&str) -> String) -> Self {
        let stamp = |status| it.stamps.iter().find(|stamp| stamp.status == status);
        let at = |status| stamp(status).map(|stamp| Iso(stamp.at));
        Self {
            id: Id(it.id),
            patient_id: Id(it.patient),
            dietician_id: Id(it.dietician),
            consultation_type: match it.kind {
                ConsultationKind::Chat => "chat",
                ConsultationKind::Video => "video",
            },
            appointment_date: format!("{}T00:00:00.000Z", it.date),
            appointment_time: it.time.clone(),
            starts_at: Iso(it.starts_at),
            ends_at: Iso(it.ends_at()),
            duration: SLOT.as_secs() / 60,
            status: it.status().as_str(),
            notes: it.notes.clone(),
            meeting_room_id: it.room.to_string(),
            meeting_url: page(&format!("/consultations/{}", room_name(it.room))),
            created_at: Iso(it.stamps.first().map_or(Timestamp(0), |first| first.at)),
            updated_at: Iso(it.stamps.last().map_or(Timestamp(0), |last| last.at)),
            confirmed_at: at(AppointmentStatus::Confirmed),
            started_at: at(AppointmentStatus::InProgress),
            completed_at: at(AppointmentStatus::Completed),
            cancelled_at: at(AppointmentStatus::Cancelled),
            cancelled_by: stamp(AppointmentStatus::Cancelled).map(|stamp| Id(stamp.by)),
            no_show_at: at(AppointmentStatus::NoShow),
        }
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use domain::Stamp;

    use super::*;
    use crate::fixture::{hears, id, says};

    pub(crate) fn appointment() -> Appointment {
        let (patient, dietician) = (id('a'), id('d'));
        let at = Timestamp(1_763_997_136_042);
        let stamps = vec![
            Stamp { status: AppointmentStatus::Scheduled, at, by: patient },
            Stamp { status: AppointmentStatus::Confirmed, at: Timestamp(at.0 + 60_000), by: dietician },
        ];
        Appointment {
            id: id('9'),
            version: 2,
            patient,
            dietician,
            kind: ConsultationKind::Video,
            starts_at: Timestamp(1_764_250_200_000),
            date: "2025-11-27".into(),
            time: "14:30".into(),
            notes: Some("First consultation".into()),
            room: id('8'),
            stamps,
        }
    }

    #[test]
    fn appointments() {
        let page = |path: &str| format!("https://chat.example.org{path}");
        let mut it = appointment();
        says("appointment", &AppointmentRecord::new(&it, page));
        it = it.becomes(AppointmentStatus::Cancelled, id('a'), Timestamp(1_763_997_536_042)).unwrap();
        says("appointment-cancelled", &AppointmentRecord::new(&it, page));
        let book: BookAppointment = hears("appointment-book");
        assert_eq!(book.dietician_id.map(|id| id.0), Some(id('d')));
        assert_eq!(book.consultation_type, KindText::Video);
        assert_eq!(day_from_text(&book.appointment_date), Some(SaidDay::Day((2025, 11, 27))));
        assert_eq!(time_from_text(&book.appointment_time), Some((14, 30)));
        let book: BookAppointment = hears("appointment-book-ours");
        assert_eq!((book.patient_id.map(|id| id.0), book.consultation_type), (Some(id('a')), KindText::Chat));
        assert_eq!(book.starts_at.as_deref().and_then(from_iso), Some(it.starts_at));
    }

    #[test]
    fn times_of_day() {
        for (text, expected) in [
            ("14:30", Some((14, 30))),
            ("9:00", Some((9, 0))),
            ("09:00:00", Some((9, 0))),
            (" 02:30 PM ", Some((14, 30))),
            ("2:30pm", Some((14, 30))),
            ("12:00 AM", Some((0, 0))),
            ("12:30 pm", Some((12, 30))),
            ("00:00", Some((0, 0))),
            ("24:00", None),
            ("13:00 PM", None),
            ("0:30 AM", None),
            ("14:60", None),
            ("14", None),
            ("14:30:15", None),
            ("14:30:00:00", None),
            ("-1:30", None),
            ("+1:30", None),
            ("", None),
            ("noon", None),
        ] {
            assert_eq!(time_from_text(text), expected, "{text}");
        }
    }

    #[test]
    fn days() {
        let day = Some(SaidDay::Day((2026, 11, 30)));
        for (text, expected) in [
            ("2026-11-30", day),
            ("2026-11-30T00:00:00.000Z", day),
            ("2026-11-29T23:00:00.000Z", Some(SaidDay::Moment(Timestamp(1_795_993_200_000)))),
            ("2026-11-3", None),
            ("30.11.2026", None),
            ("", None),
            ("2026-11-30 ab", None),
            ("202é-11-30", None),
        ] {
            assert_eq!(day_from_text(text), expected, "{text}");
        }
    }
}
