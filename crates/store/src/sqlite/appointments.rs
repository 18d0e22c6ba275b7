use async_trait::async_trait;
use domain::{
    Appointment, AppointmentId, AppointmentQuery, Appointments, Booking, ObjectId, Role, StoreError, Transition,
};
use rusqlite::{Connection, ErrorCode, OptionalExtension, Row, params};

use super::Sqlite;
use super::row::{Id, signed};
use crate::error::corrupt;
use crate::json;

const INSERT: &str = "INSERT INTO appointments (id, version, patient, dietician, starts_at, status, room, holds_slot, record) \
                      VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)";
const CHANGE: &str = "UPDATE appointments SET version = ?2, status = ?3, holds_slot = ?4, record = ?5 \
                      WHERE id = ?1 AND version = ?2 - 1";
const BY_ID: &str = "SELECT record FROM appointments WHERE id = ?1";
const BY_ROOM: &str = "SELECT record FROM appointments WHERE room = ?1";
pub(super) const AFTER: &str = "SELECT record FROM appointments WHERE id > ?1 ORDER BY id LIMIT ?2";

#[async_trait]
impl Appointments for Sqlite {
    async fn book(&self, it: Appointment) -> Result<Booking, StoreError> {
        self.write::<_, _, StoreError>(move |connection| {
            if one(connection, BY_ID, it.id.blob())?.is_some() {
                return Ok(Booking::Booked);
            }
            let inserted = connection.prepare_cached(INSERT)?.execute(params![
                it.id.blob(),
                signed(it.version),
                it.patient.blob(),
                it.dietician.blob(),
                it.starts_at.0,
                it.status().as_str(),
                it.room.bytes(),
                it.status().holds_slot(),
                json::appointment_to_text(&it),
            ]);
            match inserted {
                Ok(_) => Ok(Booking::Booked),
                Err(error) if error.sqlite_error_code() == Some(ErrorCode::ConstraintViolation) => {
                    Ok(Booking::SlotTaken)
                }
                Err(error) => Err(error.into()),
            }
        })
        .await
    }

    async fn appointment(&self, id: AppointmentId) -> Result<Option<Appointment>, StoreError> {
        self.read(move |connection| one(connection, BY_ID, id.blob())).await
    }

    async fn appointment_of_room(&self, room: ObjectId) -> Result<Option<Appointment>, StoreError> {
        self.read(move |connection| one(connection, BY_ROOM, room.bytes())).await
    }

    async fn change_appointment(&self, it: Appointment) -> Result<Transition, StoreError> {
        self.write::<_, _, StoreError>(move |connection| {
            let status = it.status();
            let text = json::appointment_to_text(&it);
            let values = params![it.id.blob(), signed(it.version), status.as_str(), status.holds_slot(), text];
            let changed = connection.prepare_cached(CHANGE)?.execute(values)?;
            Ok(if changed == 0 { Transition::Stale } else { Transition::Saved })
        })
        .await
    }

    async fn appointments(&self, query: AppointmentQuery) -> Result<Vec<Appointment>, StoreError> {
        self.read(move |connection| {
            let whose = match query.as_role {
                Some(Role::Patient) => "patient = ?1",
                Some(_) => "dietician = ?1",
                None => "(patient = ?1 OR dietician = ?1)",
            };
            let order = if query.latest_first { "DESC" } else { "ASC" };
            let sql = format!(
                "SELECT record FROM appointments WHERE {whose} AND starts_at >= ?2 AND starts_at < ?3 \
                 AND (?4 IS NULL OR status = ?4) ORDER BY starts_at {order}, id {order} LIMIT ?5 OFFSET ?6"
            );
            let status = query.status.map(domain::AppointmentStatus::as_str);
            let (user, limit) = (query.user.blob(), query.limit.min(200));
            let values = params![user, query.from.0, query.to.0, status, limit, query.skip];
            connection.prepare_cached(&sql)?.query_map(values, read)?.collect()
        })
        .await
    }

    async fn appointments_after(
        &self,
        after: Option<AppointmentId>,
        limit: u32,
    ) -> Result<Vec<Appointment>, StoreError> {
        self.read(move |connection| {
            let after = after.map(|id| id.blob().to_vec()).unwrap_or_default();
            connection.prepare_cached(AFTER)?.query_map(params![after, limit], read)?.collect()
        })
        .await
    }
}

fn one(connection: &Connection, sql: &str, key: [u8; 12]) -> Result<Option<Appointment>, rusqlite::Error> {
    connection.prepare_cached(sql)?.query_row([key], read).optional()
}

fn read(row: &Row<'_>) -> Result<Appointment, rusqlite::Error> {
    json::appointment_from_text(row.get_ref(0)?.as_str()?).map_err(|_| corrupt(0, "a record that does not parse"))
}
