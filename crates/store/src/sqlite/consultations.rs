use async_trait::async_trait;
use domain::{
    ClientMessageId, Consultation, ConsultationId, Consultations, MemberId, ObjectId, StoreError, Timestamp,
    Transition, UserId, Word,
};
use rusqlite::{Connection, OptionalExtension, Row, params};

use super::Sqlite;
use super::row::{Id, id, signed, time};
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

macro_rules! word {
    () => {
        "consultation, number, member, key, at, text"
    };
}

const PUT_WORD: &str =
    concat!("INSERT INTO consultation_words (", word!(), ") VALUES (?1, ?2, ?3, ?4, ?5, ?6) ON CONFLICT DO NOTHING");
const WORD_AT: &str = concat!("SELECT ", word!(), " FROM consultation_words WHERE consultation = ?1 AND number = ?2");
const WORD: &str =
    concat!("SELECT ", word!(), " FROM consultation_words WHERE consultation = ?1 AND member = ?2 AND key = ?3");
const WORDS: &str = concat!(
    "SELECT ",
    word!(),
    " FROM consultation_words WHERE consultation = ?1 AND number > ?2 ORDER BY number LIMIT ?3"
);
const LAST_WORD: &str = "SELECT coalesce(max(number), 0) FROM consultation_words WHERE consultation = ?1";

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

    async fn put_word(&self, it: Word) -> Result<Transition, StoreError> {
        self.write::<_, _, StoreError>(move |connection| {
            let at = params![it.consultation.blob(), it.number];
            if let Some(there) = connection.prepare_cached(WORD_AT)?.query_row(at, read_word).optional()? {
                return Ok(if there == it { Transition::Saved } else { Transition::Stale });
            }
            let inserted = connection.prepare_cached(PUT_WORD)?.execute(params![
                it.consultation.blob(),
                it.number,
                it.member.blob(),
                it.key.as_str(),
                it.at.0,
                it.text,
            ])?;
            Ok(if inserted == 1 { Transition::Saved } else { Transition::Stale })
        })
        .await
    }

    async fn word(
        &self,
        consultation: ConsultationId,
        member: MemberId,
        key: &ClientMessageId,
    ) -> Result<Option<Word>, StoreError> {
        let key = key.as_str().to_owned();
        self.read(move |connection| {
            let values = params![consultation.blob(), member.blob(), key];
            connection.prepare_cached(WORD)?.query_row(values, read_word).optional()
        })
        .await
    }

    async fn last_word(&self, consultation: ConsultationId) -> Result<u32, StoreError> {
        self.read(move |connection| {
            connection.prepare_cached(LAST_WORD)?.query_row([consultation.blob()], |row| row.get(0))
        })
        .await
    }

    async fn words(&self, consultation: ConsultationId, after: u32, limit: u32) -> Result<Vec<Word>, StoreError> {
        self.read(move |connection| {
            let values = params![consultation.blob(), after, limit];
            connection.prepare_cached(WORDS)?.query_map(values, read_word)?.collect()
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

fn read_word(row: &Row<'_>) -> Result<Word, rusqlite::Error> {
    Ok(Word {
        consultation: id(row, 0)?,
        number: row.get(1)?,
        member: id(row, 2)?,
        key: row.get_ref(3)?.as_str()?.parse().map_err(|_| corrupt(3, "a key that does not parse"))?,
        at: time(row, 4)?,
        text: row.get(5)?,
    })
}
