//! The records of uploads, and holding them as a part of what holds them.

use async_trait::async_trait;
use domain::{
    Discard, InsertUploadError, StoreError, Timestamp, Upload, UploadId, UploadKey, UploadKind, Uploads, UserId,
};
use rusqlite::{Connection, OptionalExtension, Row, params};

use super::Sqlite;
use super::row::{Id, id, number, signed, time};
use crate::error::{Failure, corrupt};
use crate::json;

/// So many leave at a time.
const LEAVING: u32 = 1_000;

macro_rules! columns {
    () => {
        "id, owner, key, kind, size, facts, created_at"
    };
}

pub(super) const BY_ID: &str = concat!("SELECT ", columns!(), " FROM uploads WHERE id = ?1 AND leaving = 0");
pub(super) const BY_KEY: &str =
    concat!("SELECT ", columns!(), " FROM uploads WHERE owner = ?1 AND key = ?2 AND leaving = 0");
pub(super) const BYTES: &str = "SELECT coalesce(sum(size), 0) FROM uploads WHERE owner = ?1 AND leaving = 0";
pub(super) const AFTER: &str =
    concat!("SELECT ", columns!(), " FROM uploads WHERE id > ?1 AND leaving = 0 ORDER BY id LIMIT ?2");
const INSERT: &str = concat!("INSERT INTO uploads (", columns!(), ") VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)");
pub(super) const HOLD: &str = "UPDATE uploads SET holders = holders + 1 WHERE id = ?1 AND owner = ?2 AND leaving = 0";
const HOLD_ONCE: &str = "UPDATE uploads SET holders = max(holders, 1) WHERE id = ?1 AND owner = ?2 AND leaving = 0";
const RELEASE: &str = "UPDATE uploads SET holders = max(holders - 1, 0) WHERE id = ?1";
/// With an id no other row can have, the key is free for another upload; of the name nothing is left.
const LEAVE: &str = "UPDATE uploads SET leaving = 1, key = '-' || hex(id), facts = '' \
     WHERE id = ?1 AND holders = 0 AND leaving = 0";
pub(super) const EXPIRE: &str = "UPDATE uploads SET leaving = 1, key = '-' || hex(id), facts = '' \
     WHERE rowid IN (SELECT rowid FROM uploads WHERE holders = 0 AND leaving = 0 AND created_at < ?1 LIMIT ?2)";
pub(super) const ALL_LEAVING: &str = "SELECT id FROM uploads WHERE leaving = 1 ORDER BY created_at LIMIT ?1";
pub(super) const FORGET: &str = "DELETE FROM uploads WHERE id = ?1 AND leaving = 1";

#[async_trait]
impl Uploads for Sqlite {
    async fn insert_upload(&self, upload: Upload, quota: u64) -> Result<Upload, InsertUploadError> {
        self.write(move |connection| {
            if let Some(there) = by_key(connection, upload.owner, &upload.key)? {
                return Ok(there);
            }
            let used = bytes(connection, upload.owner)?;
            if used.saturating_add(upload.facts.size) > quota {
                return Err(Failure::Refused(InsertUploadError::QuotaExceeded));
            }
            connection.prepare_cached(INSERT)?.execute(params![
                upload.id().blob(),
                upload.owner.blob(),
                upload.key.as_str(),
                upload.kind.number(),
                signed(upload.facts.size),
                json::facts_to_text(&upload.facts),
                upload.created_at.0
            ])?;
            Ok(upload.clone())
        })
        .await
    }

    async fn upload(&self, id: UploadId) -> Result<Option<Upload>, StoreError> {
        self.read(move |connection| connection.prepare_cached(BY_ID)?.query_row([id.blob()], upload).optional()).await
    }

    async fn upload_by_key(&self, owner: UserId, key: &UploadKey) -> Result<Option<Upload>, StoreError> {
        let key = key.clone();
        self.read(move |connection| by_key(connection, owner, &key)).await
    }

    async fn upload_bytes(&self, owner: UserId) -> Result<u64, StoreError> {
        self.read(move |connection| bytes(connection, owner)).await
    }

    async fn hold_upload(&self, owner: UserId, id: UploadId) -> Result<bool, StoreError> {
        self.write::<_, _, StoreError>(move |connection| {
            Ok(connection.prepare_cached(HOLD_ONCE)?.execute(params![id.blob(), owner.blob()])? > 0)
        })
        .await
    }

    async fn release_upload(&self, id: UploadId) -> Result<(), StoreError> {
        self.write::<_, _, StoreError>(move |connection| Ok(release(connection, id)?)).await
    }

    async fn discard_upload(&self, owner: UserId, id: UploadId) -> Result<Discard, StoreError> {
        self.write::<_, _, StoreError>(move |connection| {
            let found = connection.prepare_cached(BY_ID)?.query_row([id.blob()], upload).optional()?;
            if found.is_none_or(|found| found.owner != owner) {
                return Ok(Discard::NotTheirs);
            }
            let left = connection.prepare_cached(LEAVE)?.execute([id.blob()])? > 0;
            Ok(if left { Discard::Discarded } else { Discard::Held })
        })
        .await
    }

    async fn leaving(&self, before: Timestamp) -> Result<Vec<UploadId>, StoreError> {
        self.write::<_, _, StoreError>(move |connection| {
            connection.prepare_cached(EXPIRE)?.execute(params![before.0, LEAVING])?;
            let mut statement = connection.prepare_cached(ALL_LEAVING)?;
            let leaving = statement.query_map([LEAVING], |row| id(row, 0))?.collect::<Result<_, _>>()?;
            Ok(leaving)
        })
        .await
    }

    async fn forget_upload(&self, id: UploadId) -> Result<(), StoreError> {
        self.write::<_, _, StoreError>(move |connection| {
            connection.prepare_cached(FORGET)?.execute([id.blob()])?;
            Ok(())
        })
        .await
    }
}

/// One more holds an upload of that owner's; false if there is none.
pub(super) fn hold(connection: &Connection, upload: UploadId, owner: UserId) -> Result<bool, rusqlite::Error> {
    Ok(connection.prepare_cached(HOLD)?.execute(params![upload.blob(), owner.blob()])? > 0)
}

/// One less holds it; the last lets it leave.
pub(super) fn release(connection: &Connection, upload: UploadId) -> Result<(), rusqlite::Error> {
    connection.prepare_cached(RELEASE)?.execute([upload.blob()])?;
    connection.prepare_cached(LEAVE)?.execute([upload.blob()])?;
    Ok(())
}

fn by_key(connection: &Connection, owner: UserId, key: &UploadKey) -> Result<Option<Upload>, rusqlite::Error> {
    connection.prepare_cached(BY_KEY)?.query_row(params![owner.blob(), key.as_str()], upload).optional()
}

fn bytes(connection: &Connection, owner: UserId) -> Result<u64, rusqlite::Error> {
    connection.prepare_cached(BYTES)?.query_row([owner.blob()], |row| number(row, 0))
}

pub(super) fn upload(row: &Row<'_>) -> Result<Upload, rusqlite::Error> {
    let upload = id(row, 0)?;
    let facts: String = row.get(5)?;
    Ok(Upload {
        owner: id(row, 1)?,
        key: row.get::<_, String>(2)?.parse().map_err(|_| corrupt(2, "not a key"))?,
        kind: UploadKind::from_number(row.get(3)?).ok_or_else(|| corrupt(3, "no such kind"))?,
        facts: json::facts_from_text(upload, &facts).map_err(|_| corrupt(5, "no facts"))?,
        created_at: time(row, 6)?,
    })
}
