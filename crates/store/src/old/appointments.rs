//! An old appointment, as it was written down; what its day and time are, the practice's zone says.

use domain::{Appointment, AppointmentId, AppointmentStatus, ConsultationKind, ObjectId, Stamp, Timestamp, UserId};
use mongodb::bson::{Bson, Document};

use super::values::{field, id, text, time, time_of};

/// Characters of what is written beside one, as here.
const MAX_NOTES: usize = 2_000;

/// One of the service before us.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OldAppointment {
    /// As it is to be here, but for when it begins.
    pub appointment: Appointment,
    /// The day, as ISO-8601 or in other words.
    pub day: String,
}

impl OldAppointment {
    /// One that begins then.
    pub fn at(self, starts_at: Timestamp, date: String) -> Appointment {
        Appointment { starts_at, date, ..self.appointment }
    }
}

/// The appointment of a document; `None` where it says too little.
pub(super) fn appointment(document: &Document) -> Option<OldAppointment> {
    let get = |names: &[&str]| field(document, names);
    let own = document.get("_id").and_then(id)?;
    let patient = UserId(get(&["patientId", "userId", "patient"]).and_then(id)?);
    let dietician = UserId(get(&["dieticianId", "dietitianId", "dietician"]).and_then(id)?);
    let day = match get(&["appointmentDate", "date"])? {
        Bson::DateTime(day) => day.try_to_rfc3339_string().ok()?,
        other => text(other)?,
    };
    let kind = match get(&["consultationType", "type"]).and_then(text).as_deref() {
        Some("chat") => ConsultationKind::Chat,
        _ => ConsultationKind::Video,
    };
    let notes = get(&["notes"]).and_then(text).map(|notes| notes.trim().chars().take(MAX_NOTES).collect::<String>());
    // An id that no room here can have is made of the appointment's own: the same each time.
    let room = get(&["meetingRoomId"]).and_then(id).unwrap_or(own);
    Some(OldAppointment {
        appointment: Appointment {
            id: AppointmentId(own),
            version: 1,
            patient,
            dietician,
            kind,
            starts_at: Timestamp(0),
            date: String::new(),
            time: get(&["appointmentTime", "time"]).and_then(text)?.trim().chars().take(16).collect(),
            notes: notes.filter(|notes| !notes.is_empty()),
            room,
            stamps: stamps(document, own, patient, dietician),
        },
        day,
    })
}

/// Booked by the patient; what became of it since, by the dietician.
fn stamps(document: &Document, own: ObjectId, patient: UserId, dietician: UserId) -> Vec<Stamp> {
    let at = |names: &[&str]| field(document, names).and_then(time);
    let created_at = at(&["createdAt"]).unwrap_or_else(|| time_of(own));
    let mut stamps = vec![Stamp { status: AppointmentStatus::Scheduled, at: created_at, by: patient }];
    let status = field(document, &["status"]).and_then(text);
    let status = status.and_then(|status| AppointmentStatus::from_text(status.trim()));
    if let Some(status) = status.filter(|status| *status != AppointmentStatus::Scheduled) {
        let names: &[&str] = match status {
            AppointmentStatus::Confirmed => &["confirmedAt", "updatedAt"],
            AppointmentStatus::InProgress => &["startedAt", "updatedAt"],
            AppointmentStatus::Completed => &["completedAt", "endedAt", "updatedAt"],
            AppointmentStatus::Cancelled => &["cancelledAt", "canceledAt", "updatedAt"],
            _ => &["updatedAt"],
        };
        stamps.push(Stamp { status, at: at(names).unwrap_or(created_at).max(created_at), by: dietician });
    }
    stamps
}
