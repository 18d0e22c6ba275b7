use async_trait::async_trait;
use domain::{OldPages, OldReach, StoreError, Timestamp, UserId};
use rusqlite::params;

use super::Sqlite;
use super::row::{Id, id, number, signed, time};

pub(super) const REACHED: &str = "SELECT conversation, entries, reads, at FROM old_pages WHERE user = ?1 AND at > ?2";

const REACH: &str = "INSERT INTO old_pages (user, conversation, entries, reads, at) VALUES (?1, ?2, ?3, ?4, ?5) \
     ON CONFLICT DO UPDATE SET entries = excluded.entries, reads = excluded.reads, at = excluded.at";

pub(super) const FORGET: &str = "DELETE FROM old_pages WHERE at < ?1";

#[async_trait]
impl OldPages for Sqlite {
    async fn reached(&self, user: UserId, since: Timestamp) -> Result<Vec<OldReach>, StoreError> {
        self.read(move |connection| {
            let mut statement = connection.prepare_cached(REACHED)?;
            let rows = statement.query_map(params![user.blob(), since.0], |row| {
                Ok(OldReach {
                    user,
                    conversation: id(row, 0)?,
                    entries: number(row, 1)?,
                    reads: number(row, 2)?,
                    at: time(row, 3)?,
                })
            })?;
            rows.collect()
        })
        .await
    }

    async fn reach(&self, reached: &[OldReach], oldest: Timestamp) -> Result<(), StoreError> {
        let reached = reached.to_vec();
        self.write::<_, _, StoreError>(move |connection| {
            let mut statement = connection.prepare_cached(REACH)?;
            for OldReach { user, conversation, entries, reads, at } in &reached {
                let values = params![user.blob(), conversation.blob(), signed(*entries), signed(*reads), at.0];
                statement.execute(values)?;
            }
            connection.prepare_cached(FORGET)?.execute([oldest.0])?;
            Ok(())
        })
        .await
    }
}
