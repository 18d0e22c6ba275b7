//! The rows of a log, and appending to it.

use domain::{AppendError, Appended, ClientMessageId, Conversation, ConversationId, Entry, EntryId, NewEntry, UserId};
use rusqlite::{Connection, OptionalExtension, Row, params};

use super::row::{Id, id, number, time};
use crate::error::{Failure, corrupt};
use crate::json;

/// The highest `seq` that there can be: a place has room for 32 bits of it.
const LAST: u64 = u32::MAX as u64;

/// An entry's columns, `e` being its row and `c` its conversation's.
macro_rules! entry_columns {
    () => {
        "e.place, e.id, e.sender, e.client_message_id, e.created_at, e.kind, e.body, c.id, c.lo, c.hi"
    };
}
pub(crate) use entry_columns;

/// The number of the columns above: what a statement selects beside them comes after.
pub(crate) const ENTRY_COLUMNS: usize = 10;

pub(crate) const BEFORE: &str = concat!(
    "SELECT ",
    entry_columns!(),
    " FROM conversations c CROSS JOIN entries e \
      ON e.place > c.number << 32 AND e.place < (c.number << 32) + ?2 \
      WHERE c.id = ?1 ORDER BY e.place DESC LIMIT ?3"
);

pub(crate) const AFTER: &str = concat!(
    "SELECT ",
    entry_columns!(),
    " FROM conversations c CROSS JOIN entries e \
      ON e.place > (c.number << 32) + ?2 AND e.place <= (c.number << 32) + 4294967295 \
      WHERE c.id = ?1 ORDER BY e.place LIMIT ?3"
);

pub(crate) const BY_ID: &str = concat!(
    "SELECT ",
    entry_columns!(),
    " FROM entries e CROSS JOIN conversations c ON c.number = e.place >> 32 WHERE e.id = ?1"
);

pub(crate) const BY_KEY: &str = concat!(
    "SELECT ",
    entry_columns!(),
    " FROM entries e CROSS JOIN conversations c ON c.number = e.place >> 32 \
      WHERE e.sender = ?1 AND e.client_message_id = ?2"
);

pub(crate) fn append(connection: &Connection, new: &NewEntry) -> Result<Appended, Failure<AppendError>> {
    let to_hi = new.sender < new.receiver;
    let [lo, hi] = if to_hi { [new.sender, new.receiver] } else { [new.receiver, new.sender] };
    let log = match find(connection, lo, hi)? {
        Some(log) => log,
        None => begin(connection, new, lo, hi)?,
    };
    let seq = log.last_seq + 1;
    let (kind, body) = json::body_to_parts(&new.body);
    let asks = new.body.asks_to_be_read();

    let sql = "INSERT INTO entries (place, id, sender, client_message_id, created_at, asks_to_be_read, kind, body) \
               VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8) ON CONFLICT (sender, client_message_id) DO NOTHING";
    let inserted = connection.prepare_cached(sql)?.execute(params![
        place(log.number, seq),
        new.id.blob(),
        new.sender.blob(),
        new.client_message_id.as_str(),
        new.created_at.0,
        asks,
        kind,
        body
    ])?;
    if inserted == 0 {
        return match by_key(connection, new.sender, &new.client_message_id)? {
            Some(entry) if entry.receiver == new.receiver && entry.body == new.body => {
                Ok(Appended { entry, duplicate: true })
            }
            _ => Err(Failure::Refused(AppendError::IdConflict)),
        };
    }

    let sql = "UPDATE conversations SET last_seq = ?2, updated_at = ?3, lo_unread = lo_unread + ?4, \
               hi_unread = hi_unread + ?5 WHERE number = ?1";
    let last_seq = i64::try_from(seq).unwrap_or(i64::MAX);
    let values = params![log.number, last_seq, new.created_at.0, asks && !to_hi, asks && to_hi];
    connection.prepare_cached(sql)?.execute(values)?;

    let entry = Entry {
        id: new.id,
        conversation: log.id,
        seq,
        sender: new.sender,
        receiver: new.receiver,
        client_message_id: new.client_message_id.clone(),
        created_at: new.created_at,
        body: new.body.clone(),
    };
    Ok(Appended { entry, duplicate: false })
}

pub(crate) fn by_key(
    connection: &Connection,
    sender: UserId,
    key: &ClientMessageId,
) -> Result<Option<Entry>, rusqlite::Error> {
    connection.prepare_cached(BY_KEY)?.query_row(params![sender.blob(), key.as_str()], entry).optional()
}

pub(crate) fn by_id(connection: &Connection, id: EntryId) -> Result<Option<Entry>, rusqlite::Error> {
    connection.prepare_cached(BY_ID)?.query_row([id.blob()], entry).optional()
}

pub(crate) fn before(
    connection: &Connection,
    conversation: ConversationId,
    before: Option<u64>,
    limit: u32,
) -> Result<Vec<Entry>, rusqlite::Error> {
    let before = before.map_or(LAST + 1, |seq| seq.min(LAST + 1));
    let mut entries = range(connection, BEFORE, conversation, before, limit)?;
    entries.reverse();
    Ok(entries)
}

pub(crate) fn after(
    connection: &Connection,
    conversation: ConversationId,
    after: u64,
    limit: u32,
) -> Result<Vec<Entry>, rusqlite::Error> {
    range(connection, AFTER, conversation, after.min(LAST), limit)
}

/// Where an entry lies: its conversation's number above, its `seq` below.
pub(crate) fn place(conversation: i64, seq: u64) -> i64 {
    (conversation << 32) + i64::try_from(seq.min(LAST)).unwrap_or(0)
}

pub(crate) fn entry(row: &Row<'_>) -> Result<Entry, rusqlite::Error> {
    let place = row.get::<_, i64>(0)?;
    let sender: UserId = id(row, 2)?;
    let (lo, hi) = (id(row, 8)?, id(row, 9)?);
    let key = row.get_ref(3)?.as_str()?;
    Ok(Entry {
        id: id(row, 1)?,
        conversation: id(row, 7)?,
        seq: u64::try_from(place).unwrap_or(0) & LAST,
        sender,
        receiver: if sender == lo { hi } else { lo },
        client_message_id: key.parse().map_err(|_| corrupt(3, "not a client message id"))?,
        created_at: time(row, 4)?,
        body: json::body_from_parts(row.get(5)?, row.get(6)?).map_err(|_| corrupt(6, "a body that does not parse"))?,
    })
}

fn range(
    connection: &Connection,
    sql: &str,
    conversation: ConversationId,
    bound: u64,
    limit: u32,
) -> Result<Vec<Entry>, rusqlite::Error> {
    let bound = i64::try_from(bound).unwrap_or(i64::MAX);
    connection.prepare_cached(sql)?.query_map(params![conversation.blob(), bound, limit], entry)?.collect()
}

struct Log {
    number: i64,
    id: ConversationId,
    last_seq: u64,
}

fn find(connection: &Connection, lo: UserId, hi: UserId) -> Result<Option<Log>, rusqlite::Error> {
    let sql = "SELECT number, id, last_seq FROM conversations WHERE lo = ?1 AND hi = ?2";
    connection
        .prepare_cached(sql)?
        .query_row([lo.blob(), hi.blob()], |row| {
            Ok(Log { number: row.get(0)?, id: id(row, 1)?, last_seq: number(row, 2)? })
        })
        .optional()
}

/// Makes the pair's conversation; its first entry comes in the same operation.
fn begin(connection: &Connection, new: &NewEntry, lo: UserId, hi: UserId) -> Result<Log, rusqlite::Error> {
    let sql = "INSERT INTO conversations (id, lo, hi, last_seq, updated_at) VALUES (?1, ?2, ?3, 0, ?4)";
    let values = params![new.conversation.blob(), lo.blob(), hi.blob(), new.created_at.0];
    connection.prepare_cached(sql)?.execute(values)?;
    Ok(Log { number: connection.last_insert_rowid(), id: new.conversation, last_seq: 0 })
}

/// A conversation of a row whose columns, from `at` on, are `id, lo, hi, last_seq, updated_at`.
pub(crate) fn conversation(row: &Row<'_>, at: usize) -> Result<Conversation, rusqlite::Error> {
    Ok(Conversation {
        id: id(row, at)?,
        users: [id(row, at + 1)?, id(row, at + 2)?],
        last_seq: number(row, at + 3)?,
        updated_at: time(row, at + 4)?,
    })
}
