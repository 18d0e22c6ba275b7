use async_trait::async_trait;
use domain::{Consultation, ConsultationId, Consultations, ObjectId, StoreError, Timestamp, Transition, UserId};
use rusqlite::{Connection, OptionalExtension, Row, params};

use super::Sqlite;
use super::row::{Id, signed};
use crate::error::corrupt;
use crate::json;

const INSERT: &str = "INSERT INTO consultations (id, version, room, session, opened_at, ended_at, record) \
                      VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7) ON CONFLICT DO NOTHING";
const CHANGE: &str =
    "UPDATE consultations SET version = ?2, ended_at = ?3, record = ?4 WHERE id = ?1 AND version = ?2 - 1";
const BY_ID: &str = "SELECT record FROM consultations WHERE id = ?1";
const IN_ROOM: &str = "SELECT record FROM consultations WHERE room = ?1 ORDER BY session DESC LIMIT 1";
const OPEN: &str = "SELECT record FROM consultation_people JOIN consultations ON id = consultation \
                    WHERE user = ?1 AND ended_at IS NULL ORDER BY opened_at DESC, id DESC LIMIT 100";
const ENDED: &str = "SELECT record FROM consultation_people JOIN consultations ON id = consultation \
                     WHERE user = ?1 AND ended_at < ?2 ORDER BY ended_at DESC, id DESC LIMIT ?3";
const AFTER: &str = "SELECT record FROM consultations WHERE id > ?1 ORDER BY id LIMIT ?2";

#[async_trait]
impl Consultations for Sqlite {
    async fn open_consultation(&self, it: Consultation) -> Result<Transition, StoreError> {
        self.write::<_, _, StoreError>(move |connection| {
            let inserted = connection.prepare_cached(INSERT)?.execute(params![
                it.id.blob(),
                signed(it.version),
                it.room.bytes(),
                it.session,
                it.opened_at.0,
                it.ended_at.map(|at| at.0),
                json::consultation_to_text(&it),
            ])?;
            if inserted == 0 {
                let there = connection.prepare_cached(BY_ID)?.exists([it.id.blob()])?;
                return Ok(if there { Transition::Saved } else { Transition::Stale });
            }
            name_people(connection, &it)?;
            Ok(Transition::Saved)
        })
        .await
    }

    async fn consultation_in(&self, room: ObjectId) -> Result<Option<Consultation>, StoreError> {
        self.read(move |connection| connection.prepare_cached(IN_ROOM)?.query_row([room.bytes()], read).optional())
            .await
    }

    async fn consultation(&self, id: ConsultationId) -> Result<Option<Consultation>, StoreError> {
        self.read(move |connection| connection.prepare_cached(BY_ID)?.query_row([id.blob()], read).optional()).await
    }

    async fn change_consultation(&self, it: Consultation) -> Result<Transition, StoreError> {
        self.write::<_, _, StoreError>(move |connection| {
            let ended = it.ended_at.map(|at| at.0);
            let values = params![it.id.blob(), signed(it.version), ended, json::consultation_to_text(&it)];
            if connection.prepare_cached(CHANGE)?.execute(values)? == 0 {
                return Ok(Transition::Stale);
            }
            name_people(connection, &it)?;
            Ok(Transition::Saved)
        })
        .await
    }

    async fn open_consultations(&self, user: UserId) -> Result<Vec<Consultation>, StoreError> {
        self.read(move |connection| connection.prepare_cached(OPEN)?.query_map([user.blob()], read)?.collect()).await
    }

    async fn ended_consultations(
        &self,
        user: UserId,
        before: Timestamp,
        limit: u32,
    ) -> Result<Vec<Consultation>, StoreError> {
        self.read(move |connection| {
            let values = params![user.blob(), before.0, limit];
            connection.prepare_cached(ENDED)?.query_map(values, read)?.collect()
        })
        .await
    }

    async fn consultations_after(
        &self,
        after: Option<ConsultationId>,
        limit: u32,
    ) -> Result<Vec<Consultation>, StoreError> {
        self.read(move |connection| {
            let after = after.map(|id| id.blob().to_vec()).unwrap_or_default();
            connection.prepare_cached(AFTER)?.query_map(params![after, limit], read)?.collect()
        })
        .await
    }
}

fn name_people(connection: &Connection, it: &Consultation) -> Result<(), rusqlite::Error> {
    let sql = "INSERT OR IGNORE INTO consultation_people (user, consultation) VALUES (?1, ?2)";
    let mut insert = connection.prepare_cached(sql)?;
    for user in it.users() {
        insert.execute([user.blob(), it.id.blob()])?;
    }
    Ok(())
}

fn read(row: &Row<'_>) -> Result<Consultation, rusqlite::Error> {
    json::consultation_from_text(row.get_ref(0)?.as_str()?).map_err(|_| corrupt(0, "a record that does not parse"))
}
