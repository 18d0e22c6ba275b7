//! An appointment's versions are a document each, as a call's are; beside them one document that is found by what is asked
//! for, which may be a version behind after a crash. Who has a dietician's time is an insert under that time.

use std::time::Duration;

use async_trait::async_trait;
use domain::{
    Appointment, AppointmentId, AppointmentQuery, Appointments, Booking, Role, StoreError, Timestamp, Transition,
};
use mongodb::bson::oid::ObjectId;
use mongodb::bson::{DateTime, Document, doc};
use serde::{Deserialize, Serialize};

use super::ask::{Once, all, change, insert_once, newest, read};
use super::row::{Id, date, number, signed, time};
use super::{Core, MongoDb};
use crate::json;

/// A slot whose appointment was never saved is that of somebody who died while booking; by then they have.
const BOOKING: Duration = Duration::from_secs(60);

/// Of one person so many are looked through at most.
const MOST: i64 = 5_000;

#[derive(Debug, Serialize, Deserialize)]
pub(super) struct AppointmentDoc {
    #[serde(rename = "_id")]
    id: ObjectId,
    version: i64,
    patient: ObjectId,
    dietician: ObjectId,
    starts_at: DateTime,
    room: ObjectId,
    /// JSON, as on SQLite.
    record: String,
}

#[derive(Debug, Serialize, Deserialize)]
pub(super) struct AppointmentVersionDoc {
    /// The appointment and the version.
    #[serde(rename = "_id")]
    place: String,
    record: String,
}

#[derive(Debug, Serialize, Deserialize)]
pub(super) struct SlotDoc {
    /// The dietician and the time.
    #[serde(rename = "_id")]
    place: String,
    appointment: ObjectId,
    booked_at: DateTime,
}

fn place(id: AppointmentId, version: u64) -> String {
    format!("{id}:{version:08x}")
}

fn parsed(record: &str) -> Result<Appointment, StoreError> {
    json::appointment_from_text(record).map_err(|error| StoreError::Unavailable(error.to_string()))
}

#[async_trait]
impl Appointments for MongoDb {
    async fn book(&self, it: Appointment) -> Result<Booking, StoreError> {
        let core = self.core();
        if core.appointment_doc(doc! { "_id": it.id.oid() }).await?.is_some() {
            return Ok(Booking::Booked);
        }
        if it.status().holds_slot() && !core.take_slot(&it).await? {
            return Ok(Booking::SlotTaken);
        }
        let record = json::appointment_to_text(&it);
        let version = AppointmentVersionDoc { place: place(it.id, it.version), record: record.clone() };
        insert_once(&core.appointment_versions, &version).await?;
        let document = AppointmentDoc {
            id: it.id.oid(),
            version: signed(it.version),
            patient: it.patient.oid(),
            dietician: it.dietician.oid(),
            starts_at: date(it.starts_at),
            room: ObjectId::from_bytes(it.room.bytes()),
            record,
        };
        insert_once(&core.appointments, &document).await?;
        Ok(Booking::Booked)
    }

    async fn appointment(&self, id: AppointmentId) -> Result<Option<Appointment>, StoreError> {
        self.core().one_appointment(doc! { "_id": id.oid() }).await
    }

    async fn appointment_of_room(&self, room: domain::ObjectId) -> Result<Option<Appointment>, StoreError> {
        self.core().one_appointment(doc! { "room": ObjectId::from_bytes(room.bytes()) }).await
    }

    async fn change_appointment(&self, it: Appointment) -> Result<Transition, StoreError> {
        let core = self.core();
        let there = core.one_appointment(doc! { "_id": it.id.oid() }).await?;
        if there.is_none_or(|there| there.version + 1 != it.version && there != it) {
            return Ok(Transition::Stale);
        }
        let record = json::appointment_to_text(&it);
        let version = AppointmentVersionDoc { place: place(it.id, it.version), record };
        if insert_once(&core.appointment_versions, &version).await? != Once::Inserted {
            let there = core.appointment_version(it.id, it.version).await?;
            if there.as_ref() != Some(&it) {
                return Ok(Transition::Stale);
            }
        }
        // It has happened. What is found by this looks for newer versions, and a slot that is left is found to be free.
        drop(core.show_appointment(&it).await);
        if !it.status().holds_slot() {
            let mine = doc! { "_id": slot(&it), "appointment": it.id.oid() };
            drop(change(|| async { core.slots.delete_one(mine.clone()).await }).await);
        }
        Ok(Transition::Saved)
    }

    async fn appointments(&self, query: AppointmentQuery) -> Result<Vec<Appointment>, StoreError> {
        let core = self.core();
        let user = query.user.oid();
        let mut filter = match query.as_role {
            Some(Role::Patient) => doc! { "patient": user },
            Some(_) => doc! { "dietician": user },
            None => doc! { "$or": [{ "patient": user }, { "dietician": user }] },
        };
        filter.insert("starts_at", doc! { "$gte": date(query.from), "$lt": date(query.to) });
        let order = if query.latest_first { -1 } else { 1 };
        let found = read(|| async {
            let found = core.appointments.find(filter.clone()).sort(doc! { "starts_at": order, "_id": order });
            all(found.limit(MOST).await?).await
        })
        .await?;
        let mut left = query.skip;
        let mut list = Vec::new();
        for document in found {
            let it = core.newest_appointment(&document).await?;
            if query.status.is_some_and(|status| it.status() != status) {
                continue;
            }
            if left > 0 {
                left -= 1;
                continue;
            }
            if list.len() >= query.limit.min(200) as usize {
                break;
            }
            list.push(it);
        }
        Ok(list)
    }

    async fn appointments_after(
        &self,
        after: Option<AppointmentId>,
        limit: u32,
    ) -> Result<Vec<Appointment>, StoreError> {
        let core = self.core();
        let mut list = Vec::new();
        for document in core.following(&core.appointments, "_id", after, limit).await? {
            list.push(core.newest_appointment(&document).await?);
        }
        Ok(list)
    }
}

/// The `_id` of a slot.
fn slot(it: &Appointment) -> String {
    format!("{}:{}", it.dietician, it.starts_at.0)
}

impl Core {
    async fn appointment_doc(&self, filter: Document) -> Result<Option<AppointmentDoc>, StoreError> {
        read(|| async { self.appointments.find_one(filter.clone()).await }).await
    }

    async fn one_appointment(&self, filter: Document) -> Result<Option<Appointment>, StoreError> {
        match self.appointment_doc(filter).await? {
            Some(document) => self.newest_appointment(&document).await.map(Some),
            None => Ok(None),
        }
    }

    async fn appointment_version(&self, id: AppointmentId, version: u64) -> Result<Option<Appointment>, StoreError> {
        let place = doc! { "_id": place(id, version) };
        let found = read(|| async { self.appointment_versions.find_one(place.clone()).await }).await?;
        found.map(|found| parsed(&found.record)).transpose()
    }

    /// The appointment as it is now, which may be newer than what it was found by.
    async fn newest_appointment(&self, document: &AppointmentDoc) -> Result<Appointment, StoreError> {
        let id = AppointmentId::of(document.id);
        let get = |version| self.appointment_version(id, version);
        match newest(number(document.version), get).await? {
            Some((_, newer)) => Ok(newer),
            None => parsed(&document.record),
        }
    }

    async fn show_appointment(&self, it: &Appointment) -> Result<(), StoreError> {
        let before = doc! { "_id": it.id.oid(), "version": { "$lt": signed(it.version) } };
        let set = doc! { "$set": { "version": signed(it.version), "record": json::appointment_to_text(it) } };
        change(|| async { self.appointments.update_one(before.clone(), set.clone()).await }).await.map(|_| ())
    }

    /// Takes a dietician's time for an appointment; false if another has it.
    async fn take_slot(&self, it: &Appointment) -> Result<bool, StoreError> {
        let booked_at = it.stamps.first().map_or(Timestamp(0), |first| first.at);
        let new = SlotDoc { place: slot(it), appointment: it.id.oid(), booked_at: date(booked_at) };
        loop {
            if insert_once(&self.slots, &new).await? == Once::Inserted {
                return Ok(true);
            }
            let there = doc! { "_id": new.place.as_str() };
            let Some(there) = read(|| async { self.slots.find_one(there.clone()).await }).await? else { continue };
            if there.appointment == new.appointment {
                return Ok(true);
            }
            let holds = match self.one_appointment(doc! { "_id": there.appointment }).await? {
                Some(other) => other.status().holds_slot(),
                None => booked_at.since(time(there.booked_at)) <= BOOKING,
            };
            if holds {
                return Ok(false);
            }
            let left = doc! { "_id": there.place.as_str(), "appointment": there.appointment };
            change(|| async { self.slots.delete_one(left.clone()).await }).await?;
        }
    }
}
