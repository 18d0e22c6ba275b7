use std::sync::Arc;

use async_trait::async_trait;
use domain::{Conversation, ConversationId, NewEntry, PutError, StoreError, Transfer, Upload, UploadId, User, UserId};
use rusqlite::{Connection, ErrorCode, OptionalExtension, params};

use super::row::Id;
use super::{Sqlite, entries, uploads, users};
use crate::error::Failure;

pub(super) const CONVERSATIONS_AFTER: &str =
    "SELECT id, lo, hi, last_seq, updated_at FROM conversations WHERE id > ?1 ORDER BY id LIMIT ?2";

#[async_trait]
impl Transfer for Sqlite {
    async fn admit(&self, name: &str) -> Result<bool, StoreError> {
        let name = name.to_owned();
        self.write(move |connection| {
            let sql = "SELECT value FROM about WHERE name = 'transfer'";
            let noted: Option<String> = connection.query_row(sql, [], |row| row.get(0)).optional()?;
            if noted.as_ref() == Some(&name) {
                return Ok(true);
            }
            let sql = "SELECT EXISTS (SELECT 1 FROM users) OR EXISTS (SELECT 1 FROM conversations) \
                       OR EXISTS (SELECT 1 FROM uploads)";
            if connection.query_row(sql, [], |row| row.get(0))? {
                return Ok(false);
            }
            connection.execute("INSERT OR REPLACE INTO about (name, value) VALUES ('transfer', ?1)", [&name])?;
            Ok(true)
        })
        .await
    }

    async fn put_users(&self, users: Vec<User>) -> Result<Vec<UserId>, StoreError> {
        self.write(move |connection| {
            let mut taken = Vec::new();
            for user in &users {
                if users::by_id(connection, user.id)?.is_none() && !users::put(connection, user)? {
                    taken.push(user.id);
                }
            }
            Ok(taken)
        })
        .await
    }

    async fn put_entries(&self, first: u64, entries: Vec<NewEntry>) -> Result<u64, PutError> {
        let untaken = Arc::clone(&self.shared.untaken);
        self.write(move |connection| {
            let count = put(connection, first, &entries)?;
            entries.iter().take(1).for_each(|one| untaken.note(one.conversation));
            Ok(count)
        })
        .await
    }

    async fn users_after(&self, after: Option<UserId>, limit: u32) -> Result<Vec<User>, StoreError> {
        self.read(move |connection| {
            let mut statement = connection.prepare_cached(users::AFTER)?;
            statement.query_map(params![from(after), limit], users::user)?.collect()
        })
        .await
    }

    async fn conversations_after(
        &self,
        after: Option<ConversationId>,
        limit: u32,
    ) -> Result<Vec<Conversation>, StoreError> {
        self.read(move |connection| {
            let mut statement = connection.prepare_cached(CONVERSATIONS_AFTER)?;
            statement.query_map(params![from(after), limit], |row| entries::conversation(row, 0))?.collect()
        })
        .await
    }

    async fn uploads_after(&self, after: Option<UploadId>, limit: u32) -> Result<Vec<Upload>, StoreError> {
        self.read(move |connection| {
            let mut statement = connection.prepare_cached(uploads::AFTER)?;
            statement.query_map(params![from(after), limit], uploads::upload)?.collect()
        })
        .await
    }
}

/// An id as a column has it; nothing is below an empty one.
fn from(after: Option<impl Id>) -> Vec<u8> {
    after.map(|id| id.blob().to_vec()).unwrap_or_default()
}

fn put(connection: &Connection, first: u64, entries: &[NewEntry]) -> Result<u64, Failure<PutError>> {
    let conflict = || Failure::Refused(PutError::Conflict);
    let Some(one) = entries.first() else { return Ok(0) };
    let (lo, hi) = (one.sender.min(one.receiver), one.sender.max(one.receiver));
    let mut log = match entries::find(connection, lo, hi)? {
        Some(log) => log,
        None => entries::begin(connection, one, lo, hi).map_err(taken)?,
    };
    if log.id != one.conversation {
        return Err(conflict());
    }
    let there = (log.last_seq + 1).checked_sub(first).ok_or_else(conflict)?;
    let mut count = 0;
    for new in entries.iter().skip(usize::try_from(there).unwrap_or(usize::MAX)) {
        let points_at = new.body.target().map(|target| target.seq).or(new.reply_to);
        let pointed = match points_at {
            Some(seq) => Some(entries::at(connection, &log, seq)?.ok_or_else(conflict)?),
            None => None,
        };
        entries::add(connection, &log, new, pointed).map_err(taken)?.ok_or_else(conflict)?;
        if let Some(file) = new.body.file() {
            uploads::hold(connection, file.upload, new.sender)?;
        }
        log.last_seq += 1;
        count += 1;
    }
    Ok(count)
}

/// What must be unique is there already.
fn taken(error: rusqlite::Error) -> Failure<PutError> {
    match error.sqlite_error_code() {
        Some(ErrorCode::ConstraintViolation) => Failure::Refused(PutError::Conflict),
        _ => Failure::Database(error),
    }
}
