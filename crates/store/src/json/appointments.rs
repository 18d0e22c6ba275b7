use domain::{Appointment, AppointmentStatus, ConsultationKind, Stamp, Timestamp};
use serde::{Deserialize, Serialize};

use super::{Unreadable, mirrors, write};

/// An appointment as it is kept, and as a line of an export.
pub(crate) fn appointment_to_text(it: &Appointment) -> String {
    write(&Record {
        id: it.id.to_string(),
        version: it.version,
        patient: it.patient.to_string(),
        dietician: it.dietician.to_string(),
        kind: it.kind.into(),
        starts_at: it.starts_at.0,
        date: it.date.clone(),
        time: it.time.clone(),
        notes: it.notes.clone(),
        room: it.room.to_string(),
        stamps: it.stamps.iter().map(|one| (one.status.as_str().to_owned(), one.at.0, one.by.to_string())).collect(),
    })
}

pub(crate) fn appointment_from_text(text: &str) -> Result<Appointment, Unreadable> {
    let unreadable = || Unreadable("appointment");
    let record: Record = serde_json::from_str(text).map_err(|_| unreadable())?;
    let stamp = |(status, at, by): (String, i64, String)| {
        let status = AppointmentStatus::from_text(&status)?;
        Some(Stamp { status, at: Timestamp(at), by: by.parse().ok()? })
    };
    let stamps = record.stamps.into_iter().map(|one| stamp(one).ok_or_else(unreadable)).collect::<Result<_, _>>()?;
    Ok(Appointment {
        id: record.id.parse().map_err(|_| unreadable())?,
        version: record.version,
        patient: record.patient.parse().map_err(|_| unreadable())?,
        dietician: record.dietician.parse().map_err(|_| unreadable())?,
        kind: record.kind.into(),
        starts_at: Timestamp(record.starts_at),
        date: record.date,
        time: record.time,
        notes: record.notes,
        room: record.room.parse().map_err(|_| unreadable())?,
        stamps,
    })
}

#[derive(Serialize, Deserialize)]
struct Record {
    id: String,
    version: u64,
    patient: String,
    dietician: String,
    kind: Kind,
    starts_at: i64,
    date: String,
    time: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    notes: Option<String>,
    room: String,
    /// Status, when, by whom.
    stamps: Vec<(String, i64, String)>,
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Kind {
    Chat,
    Video,
}

mirrors! {
    Kind = ConsultationKind { Chat, Video }
}
