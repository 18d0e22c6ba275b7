use std::time::Duration;

use async_trait::async_trait;
use domain::{
    NewSession, Revocation, Rotation, Session, SessionId, SessionKind, Sessions, StoreError, Timestamp, UserId,
};
use rusqlite::{Connection, OptionalExtension, Row, params};

use super::Sqlite;
use super::row::{Id, id, number, optional_id, signed, time};
use crate::error::corrupt;

/// How many revocations are read at once.
const READ: u32 = 1_000;

#[async_trait]
impl Sessions for Sqlite {
    async fn create(&self, new: NewSession) -> Result<(), StoreError> {
        self.write(move |connection| {
            let sql = "DELETE FROM sessions WHERE expires_at <= ?1";
            connection.prepare_cached(sql)?.execute([new.created_at.0])?;
            let sql = "INSERT INTO sessions (id, user, kind, refresh_hash, created_at, expires_at) \
                       VALUES (?1, ?2, ?3, ?4, ?5, ?6)";
            connection.prepare_cached(sql)?.execute(params![
                new.id.blob(),
                new.user.blob(),
                kind_number(new.kind),
                new.refresh_hash,
                new.created_at.0,
                new.expires_at.0
            ])?;
            Ok(())
        })
        .await
    }

    async fn session(&self, id: SessionId) -> Result<Option<Session>, StoreError> {
        self.read(move |connection| {
            let sql = "SELECT id, user, kind, created_at, expires_at FROM sessions WHERE id = ?1";
            connection.prepare_cached(sql)?.query_row([id.blob()], session).optional()
        })
        .await
    }

    async fn rotate(
        &self,
        offered: [u8; 32],
        next: [u8; 32],
        now: Timestamp,
        expires_at: Timestamp,
        grace: Duration,
    ) -> Result<Rotation, StoreError> {
        self.write(move |connection| {
            if let Some(renewed) = renew(connection, offered, next, now, expires_at)? {
                return Ok(Rotation::Rotated(renewed));
            }
            let sql = "SELECT id, user, kind, created_at, s.expires_at, replaced_at FROM replaced_refreshes r \
                       JOIN sessions s ON s.number = r.session WHERE hash = ?1 AND s.expires_at > ?2";
            let replaced = connection
                .prepare_cached(sql)?
                .query_row(params![offered, now.0], |row| Ok((session(row)?, time(row, 5)?)))
                .optional()?;
            let Some((session, replaced_at)) = replaced else {
                return Ok(Rotation::Unknown);
            };
            if now.since(replaced_at) <= grace {
                return Ok(Rotation::Overtaken(session));
            }
            revoke(connection, session.user, session.id)?;
            Ok(Rotation::Replayed(session))
        })
        .await
    }

    async fn revoke(&self, user: UserId, session: SessionId) -> Result<bool, StoreError> {
        self.write(move |connection| Ok(revoke(connection, user, session)?)).await
    }

    async fn revoke_all(&self, user: UserId, now: Timestamp) -> Result<(), StoreError> {
        self.write(move |connection| Ok(revoke_sessions(connection, user, now, None)?)).await
    }

    async fn revocations_after(&self, number: u64) -> Result<Vec<Revocation>, StoreError> {
        self.read(move |connection| {
            let sql =
                "SELECT number, user, session, except_ FROM revocations WHERE number > ?1 ORDER BY number LIMIT ?2";
            connection.prepare_cached(sql)?.query_map(params![signed(number), READ], revocation)?.collect()
        })
        .await
    }

    async fn last_revocation(&self) -> Result<u64, StoreError> {
        self.read(|connection| {
            let sql = "SELECT coalesce(max(number), 0) FROM revocations";
            connection.prepare_cached(sql)?.query_row([], |row| number(row, 0))
        })
        .await
    }
}

/// Revokes every session of a user but one, and every token without a session that was issued until now; logs it.
pub(crate) fn revoke_sessions(
    connection: &Connection,
    user: UserId,
    now: Timestamp,
    keep: Option<SessionId>,
) -> Result<(), rusqlite::Error> {
    // A clock that was set back must not let old tokens in again.
    let sql = "UPDATE users SET valid_after = max(valid_after, ?2) WHERE id = ?1";
    connection.prepare_cached(sql)?.execute(params![user.blob(), now.0])?;
    let keep = keep.map(Id::blob);
    let sql = "DELETE FROM sessions WHERE user = ?1 AND id IS NOT ?2";
    connection.prepare_cached(sql)?.execute(params![user.blob(), keep])?;
    log(connection, user, None, keep)
}

fn revoke(connection: &Connection, user: UserId, session: SessionId) -> Result<bool, rusqlite::Error> {
    let sql = "DELETE FROM sessions WHERE id = ?1 AND user = ?2";
    let found = connection.prepare_cached(sql)?.execute([session.blob(), user.blob()])? > 0;
    if found {
        log(connection, user, Some(session.blob()), None)?;
    }
    Ok(found)
}

fn log(
    connection: &Connection,
    user: UserId,
    session: Option<[u8; 12]>,
    except: Option<[u8; 12]>,
) -> Result<(), rusqlite::Error> {
    let sql = "INSERT INTO revocations (user, session, except_) VALUES (?1, ?2, ?3)";
    connection.prepare_cached(sql)?.execute(params![user.blob(), session, except]).map(|_| ())
}

/// Puts the next refresh token in the place of the current one; `None` if that isn't what was offered.
fn renew(
    connection: &Connection,
    offered: [u8; 32],
    next: [u8; 32],
    now: Timestamp,
    expires_at: Timestamp,
) -> Result<Option<Session>, rusqlite::Error> {
    let sql = "SELECT id, user, kind, created_at, expires_at, number FROM sessions \
               WHERE refresh_hash = ?1 AND expires_at > ?2";
    let current = connection
        .prepare_cached(sql)?
        .query_row(params![offered, now.0], |row| Ok((session(row)?, row.get::<_, i64>(5)?)))
        .optional()?;
    let Some((session, number)) = current else {
        return Ok(None);
    };
    let sql = "DELETE FROM replaced_refreshes WHERE session = ?1 AND expires_at <= ?2";
    connection.prepare_cached(sql)?.execute([number, now.0])?;
    let sql = "INSERT INTO replaced_refreshes (hash, session, replaced_at, expires_at) VALUES (?1, ?2, ?3, ?4)";
    connection.prepare_cached(sql)?.execute(params![offered, number, now.0, session.expires_at.0])?;
    let sql = "UPDATE sessions SET refresh_hash = ?2, expires_at = ?3 WHERE number = ?1";
    connection.prepare_cached(sql)?.execute(params![number, next, expires_at.0])?;
    Ok(Some(Session { expires_at, ..session }))
}

fn session(row: &Row<'_>) -> Result<Session, rusqlite::Error> {
    let kind = match row.get::<_, u8>(2)? {
        0 => SessionKind::Web,
        1 => SessionKind::Bearer,
        _ => return Err(corrupt(2, "no such kind of session")),
    };
    Ok(Session { id: id(row, 0)?, user: id(row, 1)?, kind, created_at: time(row, 3)?, expires_at: time(row, 4)? })
}

const fn kind_number(kind: SessionKind) -> u8 {
    match kind {
        SessionKind::Web => 0,
        SessionKind::Bearer => 1,
    }
}

fn revocation(row: &Row<'_>) -> Result<Revocation, rusqlite::Error> {
    Ok(Revocation {
        number: number(row, 0)?,
        user: id(row, 1)?,
        session: optional_id(row, 2)?,
        except: optional_id(row, 3)?,
    })
}
