use async_trait::async_trait;
use domain::{Person, RecordingLine, RecordingOf, Recordings, StoreError, Transition, UploadId, UserId};
use rusqlite::{Connection, OptionalExtension, Row, params};

use super::Sqlite;
use super::row::{Id, id, number, optional_id, signed, time};
use crate::error::corrupt;
use crate::recording::{by_recording, from_parts, to_parts};

macro_rules! columns {
    () => {
        "recording, number, call, user, at, act, other, consent, room, guest, others"
    };
}

const INSERT: &str = concat!(
    "INSERT INTO recordings (",
    columns!(),
    ", ends) VALUES (?1, ?2, ?3, ?4, ?5, ?6, NULL, ?7, ?8, ?9, ?10, ?11)"
);
const LINE: &str = concat!("SELECT ", columns!(), " FROM recordings WHERE recording = ?1 AND number = ?2");
pub(super) const LOG: &str = concat!("SELECT ", columns!(), " FROM recordings WHERE recording = ?1 ORDER BY number");
/// Asked once, when a process starts.
const OPEN: &str = concat!(
    "SELECT ",
    columns!(),
    " FROM recordings WHERE recording NOT IN (SELECT recording FROM recordings WHERE ends = 1)",
    " ORDER BY recording, number"
);
pub(super) const AFTER: &str = concat!(
    "SELECT ",
    columns!(),
    " FROM recordings WHERE (recording, number) > (?1, ?2) ORDER BY recording, number LIMIT ?3"
);

#[async_trait]
impl Recordings for Sqlite {
    async fn append_recording(&self, line: RecordingLine) -> Result<Transition, StoreError> {
        self.write::<_, _, StoreError>(move |connection| {
            let place = params![line.recording.blob(), signed(line.number)];
            if let Some(there) = connection.prepare_cached(LINE)?.query_row(place, read).optional()? {
                return Ok(if there == line { Transition::Saved } else { Transition::Stale });
            }
            let (act, others, consent) = to_parts(&line.act);
            let (of, room) = match line.of {
                RecordingOf::Call(id) => (id.blob(), false),
                RecordingOf::Consultation(id) => (id.blob(), true),
            };
            let (by, guest) = match line.by {
                Person::User(id) => (id.blob(), false),
                Person::Guest(id) => (id.blob(), true),
            };
            connection.prepare_cached(INSERT)?.execute(params![
                line.recording.blob(),
                signed(line.number),
                of,
                by,
                line.at.0,
                act,
                consent,
                room,
                guest,
                others,
                line.act.ends(),
            ])?;
            Ok(Transition::Saved)
        })
        .await
    }

    async fn recording(&self, id: UploadId) -> Result<Vec<RecordingLine>, StoreError> {
        self.read(move |connection| lines(connection, LOG, params![id.blob()])).await
    }

    async fn open_recordings(&self) -> Result<Vec<Vec<RecordingLine>>, StoreError> {
        Ok(by_recording(self.read(|connection| lines(connection, OPEN, [])).await?))
    }

    async fn recordings_after(
        &self,
        after: Option<(UploadId, u64)>,
        limit: u32,
    ) -> Result<Vec<RecordingLine>, StoreError> {
        self.read(move |connection| {
            let (recording, number) = after.map_or(([0; 12], 0), |(recording, number)| (recording.blob(), number));
            lines(connection, AFTER, params![recording, signed(number), limit])
        })
        .await
    }
}

fn lines(
    connection: &Connection,
    sql: &str,
    values: impl rusqlite::Params,
) -> Result<Vec<RecordingLine>, rusqlite::Error> {
    connection.prepare_cached(sql)?.query_map(values, read)?.collect()
}

fn read(row: &Row<'_>) -> Result<RecordingLine, rusqlite::Error> {
    let other: Option<UserId> = optional_id(row, 6)?;
    let others: Option<String> = row.get(10)?;
    let others = others.or_else(|| other.map(|other| other.to_string()));
    let act = from_parts(row.get_ref(5)?.as_str()?, others.as_deref(), row.get(7)?);
    Ok(RecordingLine {
        recording: id(row, 0)?,
        number: number(row, 1)?,
        of: if row.get(8)? { RecordingOf::Consultation(id(row, 2)?) } else { RecordingOf::Call(id(row, 2)?) },
        by: if row.get(9)? { Person::Guest(id(row, 3)?) } else { Person::User(id(row, 3)?) },
        at: time(row, 4)?,
        act: act.ok_or_else(|| corrupt(5, "no such act"))?,
    })
}
