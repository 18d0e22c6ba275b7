//! The rows of a log, and appending to it.

use domain::{
    AppendError, Appended, Changes, ClientMessageId, Conversation, ConversationId, Entry, EntryBody, EntryId, NewEntry,
    Quote, Target, UserId, change,
};
use rusqlite::{Connection, OptionalExtension, Row, params};

use super::row::{Id, id, number, time};
use super::{uploads, words};
use crate::error::{Failure, corrupt};
use crate::json;

/// The highest `seq` that there can be: a place has room for 32 bits of it.
const LAST: u64 = u32::MAX as u64;

/// An entry's columns: `$e` is its row, `$q` that of the message that it changes or quotes, `c` its conversation's.
macro_rules! entry_columns {
    ($e:literal, $q:literal) => {
        concat!(
            $e,
            ".place, ",
            $e,
            ".id, ",
            $e,
            ".sender, ",
            $e,
            ".client_message_id, ",
            $e,
            ".created_at, ",
            $e,
            ".kind, ",
            $e,
            ".body, ",
            $e,
            ".changes, ",
            $e,
            ".target IS NOT NULL, ",
            $q,
            ".place, ",
            $q,
            ".id, ",
            $q,
            ".sender, ",
            $q,
            ".kind, ",
            $q,
            ".body, ",
            $q,
            ".changes, c.id, c.lo, c.hi"
        )
    };
    () => {
        entry_columns!("e", "q")
    };
}
pub(crate) use entry_columns;

/// Where `q` comes from: nothing is looked up for an entry that points nowhere.
macro_rules! quoted {
    () => {
        " LEFT JOIN entries q ON q.place = coalesce(e.target, e.reply_to) "
    };
}

/// The number of the columns above: what a statement selects beside them comes after.
pub(crate) const ENTRY_COLUMNS: usize = 18;

pub(crate) const BEFORE: &str = concat!(
    "SELECT ",
    entry_columns!(),
    " FROM conversations c CROSS JOIN entries e \
      ON e.place > c.number << 32 AND e.place < (c.number << 32) + ?2",
    quoted!(),
    "WHERE c.id = ?1 ORDER BY e.place DESC LIMIT ?3"
);

pub(crate) const MESSAGES_BEFORE: &str = concat!(
    "SELECT ",
    entry_columns!(),
    " FROM conversations c CROSS JOIN entries e \
      ON e.place > c.number << 32 AND e.place < (c.number << 32) + ?2",
    quoted!(),
    "WHERE c.id = ?1 AND e.target IS NULL ORDER BY e.place DESC LIMIT ?3"
);

pub(crate) const AFTER: &str = concat!(
    "SELECT ",
    entry_columns!(),
    " FROM conversations c CROSS JOIN entries e \
      ON e.place > (c.number << 32) + ?2 AND e.place <= (c.number << 32) + 4294967295",
    quoted!(),
    "WHERE c.id = ?1 ORDER BY e.place LIMIT ?3"
);

pub(crate) const BY_ID: &str = concat!(
    "SELECT ",
    entry_columns!(),
    " FROM entries e CROSS JOIN conversations c ON c.number = e.place >> 32",
    quoted!(),
    "WHERE e.id = ?1"
);

pub(crate) const BY_PLACE: &str = concat!(
    "SELECT ",
    entry_columns!(),
    " FROM entries e CROSS JOIN conversations c ON c.number = e.place >> 32",
    quoted!(),
    "WHERE e.place = ?1"
);

pub(crate) const BY_KEY: &str = concat!(
    "SELECT ",
    entry_columns!(),
    " FROM entries e CROSS JOIN conversations c ON c.number = e.place >> 32",
    quoted!(),
    "WHERE e.sender = ?1 AND e.client_message_id = ?2"
);

pub(crate) fn append(connection: &Connection, new: &NewEntry) -> Result<Appended, Failure<AppendError>> {
    let (lo, hi) = (new.sender.min(new.receiver), new.sender.max(new.receiver));
    let changes = new.body.target();
    let log = match find(connection, lo, hi)? {
        Some(log) => log,
        None if changes.is_some() || new.reply_to.is_some() => {
            return Err(Failure::Refused(change::Refused::NotAMessage.into()));
        }
        None => begin(connection, new, lo, hi)?,
    };
    // A change that is there already is there, whatever else has changed since.
    if changes.is_some()
        && let Some(entry) = by_key(connection, new.sender, &new.client_message_id)?
    {
        return again(entry, new);
    }
    let pointed = match changes.map(|target| target.seq).or(new.reply_to) {
        Some(seq) => pointed(connection, &log, seq, new)?,
        None => None,
    };
    let Some(entry) = add(connection, &log, new, pointed)? else {
        return match by_key(connection, new.sender, &new.client_message_id)? {
            Some(entry) => again(entry, new),
            None => Err(Failure::Refused(AppendError::IdConflict)),
        };
    };
    if let Some(file) = new.body.file()
        && !uploads::hold(connection, file.upload, new.sender)?
    {
        return Err(Failure::Refused(AppendError::UploadNotFound));
    }
    Ok(Appended { entry, duplicate: false })
}

/// Adds the next entry of a log, with all that goes with it; `pointed` is what it points at. `None` if its key is taken.
pub(super) fn add(
    connection: &Connection,
    log: &Log,
    new: &NewEntry,
    pointed: Option<Entry>,
) -> Result<Option<Entry>, rusqlite::Error> {
    let to_hi = new.sender < new.receiver;
    let changes = new.body.target();
    let seq = log.last_seq + 1;
    let (kind, body) = json::body_to_parts(&new.body);
    let asks = new.body.asks_to_be_read();

    let sql = "INSERT INTO entries (place, id, sender, client_message_id, created_at, asks_to_be_read, kind, body, target, \
               reply_to) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10) \
               ON CONFLICT (sender, client_message_id) DO NOTHING";
    let inserted = connection.prepare_cached(sql)?.execute(params![
        place(log.number, seq),
        new.id.blob(),
        new.sender.blob(),
        new.client_message_id.as_str(),
        new.created_at.0,
        asks,
        kind,
        body,
        changes.map(|target| place(log.number, target.seq)),
        new.reply_to.map(|seq| place(log.number, seq)),
    ])?;
    if inserted == 0 {
        return Ok(None);
    }

    let entry = Entry {
        id: new.id,
        conversation: log.id,
        seq,
        sender: new.sender,
        receiver: new.receiver,
        client_message_id: new.client_message_id.clone(),
        created_at: new.created_at,
        body: new.body.clone(),
        reply_to: new.reply_to.and(pointed.as_ref()).map(|message| Box::new(Quote::of(message))),
        changes: None,
    };
    let last_seq = i64::try_from(seq).unwrap_or(i64::MAX);
    match pointed.filter(|_| changes.is_some()) {
        Some(message) => {
            let sql = "UPDATE conversations SET last_seq = ?2, changes = changes + 1 WHERE number = ?1";
            connection.prepare_cached(sql)?.execute(params![log.number, last_seq])?;
            change_message(connection, log, &message, &entry)?;
        }
        None => {
            let sql = "UPDATE conversations SET last_seq = ?2, last_message = ?2, updated_at = ?3, \
                       lo_unread = lo_unread + ?4, hi_unread = hi_unread + ?5 WHERE number = ?1";
            let values = params![log.number, last_seq, new.created_at.0, asks && !to_hi, asks && to_hi];
            connection.prepare_cached(sql)?.execute(values)?;
        }
    }
    Ok(Some(entry))
}

/// What is there under the key already: the same, or something else.
fn again(entry: Entry, new: &NewEntry) -> Result<Appended, Failure<AppendError>> {
    if change::is_same(&entry, new) {
        Ok(Appended { entry, duplicate: true })
    } else {
        Err(Failure::Refused(AppendError::IdConflict))
    }
}

/// The message that an entry changes or replies to, if it may.
fn pointed(
    connection: &Connection,
    log: &Log,
    seq: u64,
    new: &NewEntry,
) -> Result<Option<Entry>, Failure<AppendError>> {
    let message = at(connection, log, seq)?;
    // The other entry's id is what its reader is told; it is not to name another message than the place does.
    let named = new.body.target().is_none_or(|target| message.as_ref().is_some_and(|entry| entry.id == target.id));
    change::may_append(new, message.as_ref().filter(|_| named)).map_err(|refused| Failure::Refused(refused.into()))?;
    Ok(message)
}

/// The entry of a log at that place.
pub(super) fn at(connection: &Connection, log: &Log, seq: u64) -> Result<Option<Entry>, rusqlite::Error> {
    if !(1..=log.last_seq).contains(&seq) {
        return Ok(None);
    }
    connection.prepare_cached(BY_PLACE)?.query_row([place(log.number, seq)], |row| entry(row, 0)).optional()
}

/// Writes down what a change makes of its message; a deletion wipes what it said, and what its edits said. The words of one
/// that is not taken up yet are taken up later, as they are then.
fn change_message(connection: &Connection, log: &Log, message: &Entry, by: &Entry) -> Result<(), rusqlite::Error> {
    let row = place(log.number, message.seq);
    let mut changed = message.clone();
    let changes = changed.changes.get_or_insert_default();
    changes.fold(by);
    let text = json::changes_to_text(changes);
    if message.seq <= log.words_to && !matches!(by.body, EntryBody::Reaction { .. }) {
        words::replace(connection, row, &message.words(), &changed.words())?;
    }
    if !matches!(by.body, EntryBody::Deletion { .. }) {
        let sql = "UPDATE entries SET changes = ?2 WHERE place = ?1";
        return connection.prepare_cached(sql)?.execute(params![row, text]).map(|_| ());
    }
    if let Some(file) = message.body.file() {
        uploads::release(connection, file.upload)?;
    }
    let (kind, body) = json::body_to_parts(&message.body.wiped());
    let sql = "UPDATE entries SET changes = ?2, kind = ?3, body = ?4 WHERE place = ?1";
    connection.prepare_cached(sql)?.execute(params![row, text, kind, body])?;
    let sql = "UPDATE entries SET body = '' WHERE target = ?1 AND kind = ?2";
    connection.prepare_cached(sql)?.execute(params![row, json::EDIT]).map(|_| ())
}

pub(crate) fn by_key(
    connection: &Connection,
    sender: UserId,
    key: &ClientMessageId,
) -> Result<Option<Entry>, rusqlite::Error> {
    connection.prepare_cached(BY_KEY)?.query_row(params![sender.blob(), key.as_str()], |row| entry(row, 0)).optional()
}

pub(crate) fn by_id(connection: &Connection, id: EntryId) -> Result<Option<Entry>, rusqlite::Error> {
    connection.prepare_cached(BY_ID)?.query_row([id.blob()], |row| entry(row, 0)).optional()
}

pub(crate) fn before(
    connection: &Connection,
    conversation: ConversationId,
    before: Option<u64>,
    limit: u32,
) -> Result<Vec<Entry>, rusqlite::Error> {
    backwards(connection, BEFORE, conversation, before, limit)
}

pub(crate) fn messages_before(
    connection: &Connection,
    conversation: ConversationId,
    before: Option<u64>,
    limit: u32,
) -> Result<Vec<Entry>, rusqlite::Error> {
    backwards(connection, MESSAGES_BEFORE, conversation, before, limit)
}

fn backwards(
    connection: &Connection,
    sql: &str,
    conversation: ConversationId,
    before: Option<u64>,
    limit: u32,
) -> Result<Vec<Entry>, rusqlite::Error> {
    let before = before.map_or(LAST + 1, |seq| seq.min(LAST + 1));
    let mut entries = range(connection, sql, conversation, before, limit)?;
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

/// The entry of the [`entry_columns`] from `at` on.
pub(crate) fn entry(row: &Row<'_>, at: usize) -> Result<Entry, rusqlite::Error> {
    let place = row.get::<_, i64>(at)?;
    let sender: UserId = id(row, at + 2)?;
    let (lo, hi) = (id(row, at + 16)?, id(row, at + 17)?);
    let key = row.get_ref(at + 3)?.as_str()?;
    let is_change: bool = row.get(at + 8)?;
    let pointed = row.get::<_, Option<i64>>(at + 9)?.map(seq_of);
    let (target, reply_to) = match pointed {
        Some(seq) if is_change => (Some(Target { seq, id: id(row, at + 10)? }), None),
        Some(seq) => (None, Some(Box::new(quote(row, at + 10, seq)?))),
        None => (None, None),
    };
    Ok(Entry {
        id: id(row, at + 1)?,
        conversation: id(row, at + 15)?,
        seq: seq_of(place),
        sender,
        receiver: if sender == lo { hi } else { lo },
        client_message_id: key.parse().map_err(|_| corrupt(at + 3, "not a client message id"))?,
        created_at: time(row, at + 4)?,
        body: body(row, at + 5, target)?,
        reply_to,
        changes: changes(row, at + 7)?,
    })
}

/// A body of its kind and text.
fn body(row: &Row<'_>, at: usize, target: Option<Target>) -> Result<EntryBody, rusqlite::Error> {
    json::body_from_parts(row.get(at)?, row.get(at + 1)?, target)
        .map_err(|_| corrupt(at + 1, "a body that does not parse"))
}

fn changes(row: &Row<'_>, at: usize) -> Result<Option<Box<Changes>>, rusqlite::Error> {
    let Some(text) = row.get_ref(at)?.as_str_or_null()? else { return Ok(None) };
    let changes = json::changes_from_text(text).map_err(|_| corrupt(at, "changes that do not parse"))?;
    Ok(Some(Box::new(changes)))
}

/// A quote of the message whose columns are `id, sender, kind, body, changes`.
fn quote(row: &Row<'_>, at: usize, seq: u64) -> Result<Quote, rusqlite::Error> {
    let (body, changes) = (body(row, at + 2, None)?, changes(row, at + 4)?);
    Ok(Quote::new(seq, id(row, at)?, id(row, at + 1)?, &body, changes.as_deref()))
}

pub(crate) fn seq_of(place: i64) -> u64 {
    u64::try_from(place).unwrap_or(0) & LAST
}

fn range(
    connection: &Connection,
    sql: &str,
    conversation: ConversationId,
    bound: u64,
    limit: u32,
) -> Result<Vec<Entry>, rusqlite::Error> {
    let bound = i64::try_from(bound).unwrap_or(i64::MAX);
    connection
        .prepare_cached(sql)?
        .query_map(params![conversation.blob(), bound, limit], |row| entry(row, 0))?
        .collect()
}

pub(super) struct Log {
    number: i64,
    pub id: ConversationId,
    pub last_seq: u64,
    /// The words of the messages up to this one are taken up.
    words_to: u64,
}

pub(super) fn find(connection: &Connection, lo: UserId, hi: UserId) -> Result<Option<Log>, rusqlite::Error> {
    let sql = "SELECT number, id, last_seq, words_to FROM conversations WHERE lo = ?1 AND hi = ?2";
    connection
        .prepare_cached(sql)?
        .query_row([lo.blob(), hi.blob()], |row| {
            Ok(Log { number: row.get(0)?, id: id(row, 1)?, last_seq: number(row, 2)?, words_to: number(row, 3)? })
        })
        .optional()
}

/// Makes the pair's conversation; its first entry comes in the same operation.
pub(super) fn begin(connection: &Connection, new: &NewEntry, lo: UserId, hi: UserId) -> Result<Log, rusqlite::Error> {
    let sql = "INSERT INTO conversations (id, lo, hi, last_seq, updated_at) VALUES (?1, ?2, ?3, 0, ?4)";
    let values = params![new.conversation.blob(), lo.blob(), hi.blob(), new.created_at.0];
    connection.prepare_cached(sql)?.execute(values)?;
    Ok(Log { number: connection.last_insert_rowid(), id: new.conversation, last_seq: 0, words_to: 0 })
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
