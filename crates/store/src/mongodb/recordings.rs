//! A line of a recording's log is a document, its place its `_id`: nothing is ever changed.

use std::collections::HashSet;

use async_trait::async_trait;
use domain::{
    CallId, ConsultationId, MemberId, Person, RecordingLine, RecordingOf, Recordings, StoreError, Transition, UploadId,
    UserId,
};
use mongodb::bson::oid::ObjectId;
use mongodb::bson::{DateTime, Document, doc};
use serde::{Deserialize, Serialize};

use super::ask::{Once, all, insert_once, read};
use super::row::{Id, date, number, signed, time};
use super::{Core, MongoDb};
use crate::recording::{by_recording, from_parts, to_parts};

#[derive(Debug, Serialize, Deserialize)]
pub(super) struct RecordingDoc {
    /// The recording and the number of the line.
    #[serde(rename = "_id")]
    place: String,
    recording: ObjectId,
    number: i64,
    /// Of a consultation where `room` says so.
    call: ObjectId,
    #[serde(default)]
    room: bool,
    /// A guest where `guest` says so.
    user: ObjectId,
    #[serde(default)]
    guest: bool,
    at: DateTime,
    act: String,
    /// Who was asked, where it was one user.
    #[serde(default, skip_serializing)]
    other: Option<ObjectId>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    others: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    consent: Option<u32>,
    ends: bool,
}

impl RecordingDoc {
    fn of(line: &RecordingLine) -> Self {
        let (act, others, consent) = to_parts(&line.act);
        let (call, room) = match line.of {
            RecordingOf::Call(id) => (id.oid(), false),
            RecordingOf::Consultation(id) => (id.oid(), true),
        };
        let (user, guest) = match line.by {
            Person::User(id) => (id.oid(), false),
            Person::Guest(id) => (id.oid(), true),
        };
        Self {
            place: place(line.recording, line.number),
            recording: line.recording.oid(),
            number: signed(line.number),
            call,
            room,
            user,
            guest,
            at: date(line.at),
            act: act.to_owned(),
            other: None,
            others,
            consent,
            ends: line.act.ends(),
        }
    }

    fn line(&self) -> Result<RecordingLine, StoreError> {
        let other = self.other.map(|other| UserId::of(other).to_string());
        let act = from_parts(&self.act, self.others.as_deref().or(other.as_deref()), self.consent);
        Ok(RecordingLine {
            recording: UploadId::of(self.recording),
            number: number(self.number),
            of: if self.room {
                RecordingOf::Consultation(ConsultationId::of(self.call))
            } else {
                RecordingOf::Call(CallId::of(self.call))
            },
            by: if self.guest { Person::Guest(MemberId::of(self.user)) } else { Person::User(UserId::of(self.user)) },
            at: time(self.at),
            act: act.ok_or_else(|| StoreError::Unavailable("a stored recording does not parse".to_owned()))?,
        })
    }
}

fn place(recording: UploadId, number: u64) -> String {
    format!("{recording}:{number:08x}")
}

#[async_trait]
impl Recordings for MongoDb {
    async fn append_recording(&self, line: RecordingLine) -> Result<Transition, StoreError> {
        let core = self.core();
        let new = RecordingDoc::of(&line);
        if insert_once(&core.recordings, &new).await? == Once::Inserted {
            return Ok(Transition::Saved);
        }
        let there = core.lines(doc! { "_id": new.place.as_str() }, None).await?;
        Ok(if there == [line] { Transition::Saved } else { Transition::Stale })
    }

    async fn recording(&self, id: UploadId) -> Result<Vec<RecordingLine>, StoreError> {
        self.core().lines(doc! { "recording": id.oid() }, None).await
    }

    async fn open_recordings(&self) -> Result<Vec<Vec<RecordingLine>>, StoreError> {
        let logs = by_recording(self.core().lines(doc! {}, None).await?);
        let ended: HashSet<_> =
            logs.iter().filter(|log| log.iter().any(|line| line.act.ends())).map(|log| log[0].recording).collect();
        Ok(logs.into_iter().filter(|log| !ended.contains(&log[0].recording)).collect())
    }

    async fn recordings_after(
        &self,
        after: Option<(UploadId, u64)>,
        limit: u32,
    ) -> Result<Vec<RecordingLine>, StoreError> {
        let filter = match after {
            Some((recording, number)) => doc! { "_id": { "$gt": place(recording, number) } },
            None => doc! {},
        };
        self.core().lines(filter, Some(limit)).await
    }
}

impl Core {
    async fn lines(&self, filter: Document, limit: Option<u32>) -> Result<Vec<RecordingLine>, StoreError> {
        let found = read(|| async {
            let found = self.recordings.find(filter.clone()).sort(doc! { "_id": 1 }).batch_size(1_000);
            let limit = limit.map_or(0, i64::from);
            all(found.limit(limit).await?).await
        });
        found.await?.iter().map(RecordingDoc::line).collect()
    }
}
