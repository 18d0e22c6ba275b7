use std::collections::HashMap;
use std::time::Duration;

use async_trait::async_trait;
use domain::{CallId, CallRecord, Calls, Claim, StoreError, Transition, UserId};
use mongodb::bson::oid::ObjectId;
use mongodb::bson::{DateTime, doc};
use serde::{Deserialize, Serialize};

use super::ask::{Once, all, change, insert_once, read};
use super::row::{Id, date, signed, time};
use super::{Core, MongoDb};
use crate::json;

/// A seat whose call was never saved is somebody's who died while claiming it; by then they have.
const CLAIMING: Duration = Duration::from_secs(60);

/// One version of a call. The transition that inserts it has happened; no other of that version can.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct CallDoc {
    #[serde(rename = "_id")]
    key: String,
    call: ObjectId,
    version: i64,
    ended: bool,
    created_at: DateTime,
    /// JSON, as on SQLite.
    record: String,
}

/// Who is in which call.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct SeatDoc {
    #[serde(rename = "_id")]
    user: ObjectId,
    call: ObjectId,
    /// When that call was asked for.
    created_at: DateTime,
}

impl CallDoc {
    fn of(call: &CallRecord) -> Self {
        Self {
            key: key(call.id, call.version),
            call: call.id.oid(),
            version: signed(call.version),
            ended: call.has_ended(),
            created_at: date(call.created_at),
            record: json::call_to_text(call),
        }
    }

    fn record(&self) -> Result<CallRecord, StoreError> {
        json::call_from_text(&self.record).map_err(|error| StoreError::Unavailable(error.to_string()))
    }
}

fn key(call: CallId, version: u64) -> String {
    format!("{call}:{version:016x}")
}

#[async_trait]
impl Calls for MongoDb {
    async fn claim_seats(&self, call: CallRecord) -> Result<Claim, StoreError> {
        let core = self.core();
        let _turn = core.changing_calls.lock().await;
        let users = [call.caller.user, call.callee.user];
        // In one order whoever calls whom: of two who call each other at once, one gets both.
        let mut order = users;
        order.sort_unstable();
        let mut taken = None;
        for user in order {
            if let Some(other) = core.take_seat(user, &call).await? {
                taken = Some((user, other));
                break;
            }
        }
        if let Some((user, other)) = taken {
            core.leave_seats(&call).await?;
            // The caller's own call is told of before the callee's.
            return Ok(match core.seat_of(users[0]).await? {
                Some(seat) if seat.call != call.id.oid() => Claim::Busy(users[0], CallId::of(seat.call)),
                _ => Claim::Busy(user, other),
            });
        }
        match core.save(&call).await? {
            Transition::Saved => Ok(Claim::Claimed),
            Transition::Stale => Err(StoreError::Unavailable("a call's id is taken".to_owned())),
        }
    }

    async fn transition_call(&self, call: CallRecord) -> Result<Transition, StoreError> {
        let core = self.core();
        let _turn = core.changing_calls.lock().await;
        let Some(before) = call.version.checked_sub(1) else {
            return Ok(Transition::Stale);
        };
        let before = key(call.id, before);
        if read(|| async { core.calls.find_one(doc! { "_id": before.as_str() }).await }).await?.is_none() {
            return Ok(Transition::Stale);
        }
        if core.save(&call).await? == Transition::Stale {
            return Ok(Transition::Stale);
        }
        if call.has_ended() {
            // It has ended, whatever becomes of this: seats of a call that has ended are free.
            drop(core.leave_seats(&call).await);
        }
        Ok(Transition::Saved)
    }

    async fn forget_call(&self, id: CallId) -> Result<(), StoreError> {
        let core = self.core();
        let _turn = core.changing_calls.lock().await;
        if core.newest_version(id).await?.is_none_or(|newest| !newest.ended) {
            return Ok(());
        }
        change(|| async { core.seats.delete_many(doc! { "call": id.oid() }).await }).await?;
        change(|| async { core.calls.delete_many(doc! { "call": id.oid() }).await }).await.map(|_| ())
    }

    async fn unfinished(&self) -> Result<Vec<CallRecord>, StoreError> {
        let core = self.core();
        let versions = read(|| async { all(core.calls.find(doc! {}).batch_size(1_000).await?).await }).await?;
        let mut newest: HashMap<ObjectId, CallDoc> = HashMap::new();
        for version in versions {
            match newest.get(&version.call) {
                Some(kept) if kept.version > version.version => {}
                _ => drop(newest.insert(version.call, version)),
            }
        }
        let mut calls = newest.values().map(CallDoc::record).collect::<Result<Vec<_>, _>>()?;
        calls.sort_by_key(|call| (call.created_at, call.id));
        Ok(calls)
    }
}

impl Core {
    /// Takes a user's seat for a call; the call that has it, if another does.
    async fn take_seat(&self, user: UserId, call: &CallRecord) -> Result<Option<CallId>, StoreError> {
        let seat = SeatDoc { user: user.oid(), call: call.id.oid(), created_at: date(call.created_at) };
        loop {
            if insert_once(&self.seats, &seat).await? == Once::Inserted {
                return Ok(None);
            }
            let Some(there) = self.seat_of(user).await? else { continue };
            if there.call == seat.call {
                return Ok(None);
            }
            let over = match self.newest_version(CallId::of(there.call)).await? {
                Some(newest) => newest.ended,
                None => call.created_at.since(time(there.created_at)) > CLAIMING,
            };
            if !over {
                return Ok(Some(CallId::of(there.call)));
            }
            self.leave_seat(user, there.call).await?;
        }
    }

    async fn seat_of(&self, user: UserId) -> Result<Option<SeatDoc>, StoreError> {
        read(|| async { self.seats.find_one(doc! { "_id": user.oid() }).await }).await
    }

    async fn leave_seats(&self, call: &CallRecord) -> Result<(), StoreError> {
        self.leave_seat(call.caller.user, call.id.oid()).await?;
        self.leave_seat(call.callee.user, call.id.oid()).await
    }

    async fn leave_seat(&self, user: UserId, call: ObjectId) -> Result<(), StoreError> {
        let filter = doc! { "_id": user.oid(), "call": call };
        change(|| async { self.seats.delete_one(filter.clone()).await }).await.map(|_| ())
    }

    async fn newest_version(&self, id: CallId) -> Result<Option<CallDoc>, StoreError> {
        let versions = read(|| async { all(self.calls.find(doc! { "call": id.oid() }).await?).await }).await?;
        Ok(versions.into_iter().max_by_key(|version| version.version))
    }

    /// Saves a version, if no other of its number is there.
    async fn save(&self, call: &CallRecord) -> Result<Transition, StoreError> {
        let version = CallDoc::of(call);
        match insert_once(&self.calls, &version).await? {
            Once::Inserted => Ok(Transition::Saved),
            Once::Taken { lost: false } => Ok(Transition::Stale),
            // After an answer was lost, it may be this very one.
            Once::Taken { lost: true } => {
                let there = read(|| async { self.calls.find_one(doc! { "_id": version.key.as_str() }).await }).await?;
                let ours = there.is_some_and(|there| there.record == version.record);
                Ok(if ours { Transition::Saved } else { Transition::Stale })
            }
        }
    }
}
