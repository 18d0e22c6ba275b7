use async_trait::async_trait;
use domain::{CallId, CallRecord, Calls, Claim, StoreError, Transition};
use rusqlite::{OptionalExtension, params};

use super::Sqlite;
use super::row::{Id, id, signed};
use crate::error::corrupt;
use crate::json;

#[async_trait]
impl Calls for Sqlite {
    async fn claim_seats(&self, call: CallRecord) -> Result<Claim, StoreError> {
        self.write(move |connection| {
            let users = [call.caller.user, call.callee.user];
            let sql = "SELECT call FROM seats WHERE user = ?1";
            let mut taken = connection.prepare_cached(sql)?;
            for user in users {
                if let Some(other) = taken.query_row([user.blob()], |row| id(row, 0)).optional()? {
                    return Ok(Claim::Busy(user, other));
                }
            }
            let sql = "INSERT INTO calls (id, version, ended, created_at, record) VALUES (?1, ?2, ?3, ?4, ?5)";
            connection.prepare_cached(sql)?.execute(params![
                call.id.blob(),
                signed(call.version),
                call.has_ended(),
                call.created_at.0,
                json::call_to_text(&call)
            ])?;
            let mut claim = connection.prepare_cached("INSERT INTO seats (user, call) VALUES (?1, ?2)")?;
            for user in users {
                claim.execute([user.blob(), call.id.blob()])?;
            }
            Ok(Claim::Claimed)
        })
        .await
    }

    async fn transition_call(&self, call: CallRecord) -> Result<Transition, StoreError> {
        self.write(move |connection| {
            let version = signed(call.version);
            let sql = "UPDATE calls SET version = ?2, ended = ?3, record = ?4 WHERE id = ?1 AND version = ?2 - 1";
            let values = params![call.id.blob(), version, call.has_ended(), json::call_to_text(&call)];
            if connection.prepare_cached(sql)?.execute(values)? == 0 {
                return Ok(Transition::Stale);
            }
            if call.has_ended() {
                connection.prepare_cached("DELETE FROM seats WHERE call = ?1")?.execute([call.id.blob()])?;
            }
            Ok(Transition::Saved)
        })
        .await
    }

    async fn forget_call(&self, id: CallId) -> Result<(), StoreError> {
        self.write(move |connection| {
            connection.prepare_cached("DELETE FROM calls WHERE id = ?1 AND ended")?.execute([id.blob()])?;
            Ok(())
        })
        .await
    }

    async fn unfinished(&self) -> Result<Vec<CallRecord>, StoreError> {
        self.read(|connection| {
            let mut statement = connection.prepare_cached("SELECT record FROM calls ORDER BY created_at, id")?;
            let records = statement.query_map([], |row| {
                json::call_from_text(row.get_ref(0)?.as_str()?).map_err(|_| corrupt(0, "a record that does not parse"))
            })?;
            records.collect()
        })
        .await
    }
}
