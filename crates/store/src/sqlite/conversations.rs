use std::sync::Arc;

use async_trait::async_trait;
use domain::{
    AppendError, Appended, ClientMessageId, Conversation, ConversationId, ConversationSummary, Conversations, Entry,
    EntryId, Found, NewEntry, Receipt, ReceiptChange, SearchQuery, StoreError, UserId,
};
use rusqlite::types::ValueRef;
use rusqlite::{Connection, OptionalExtension, Row, params};

use super::Sqlite;
use super::entries::{self, ENTRY_COLUMNS, conversation, entry, entry_columns, place};
use super::row::{Id, id, number, signed};
use super::search::{self, Outcome};
use super::words;

/// What [`Conversations::list`] promises.
pub(super) const LISTED: u32 = 1_000;

macro_rules! receipt_columns {
    () => {
        "c.lo_delivered, c.lo_read, c.lo_unread, c.hi_delivered, c.hi_read, c.hi_unread"
    };
}

pub(super) const BY_ID: &str = "SELECT id, lo, hi, last_seq, updated_at FROM conversations WHERE id = ?1";

pub(super) const BETWEEN: &str = "SELECT id, lo, hi, last_seq, updated_at FROM conversations WHERE lo = ?1 AND hi = ?2";

/// The newest are chosen before their last entries are fetched.
pub(super) const LIST: &str = concat!(
    "SELECT ",
    entry_columns!("e", "q"),
    ", ",
    entry_columns!("m", "r"),
    ", c.last_seq, c.updated_at, ",
    receipt_columns!(),
    " FROM (SELECT number FROM conversations WHERE lo = ?1 OR hi = ?1 ORDER BY updated_at DESC, id DESC LIMIT ?2) n \
      CROSS JOIN conversations c ON c.number = n.number \
      CROSS JOIN entries e ON e.place = (c.number << 32) + c.last_seq \
      LEFT JOIN entries q ON q.place = coalesce(e.target, e.reply_to) \
      LEFT JOIN entries m ON m.place = (c.number << 32) + c.last_message AND c.last_message <> c.last_seq \
      LEFT JOIN entries r ON r.place = coalesce(m.target, m.reply_to) \
      ORDER BY c.updated_at DESC, c.id DESC"
);

pub(super) const TOTALS: &str = "SELECT count(*), coalesce(sum(last_seq), 0) FROM \
     (SELECT last_seq FROM conversations WHERE lo = ?1 OR hi = ?1 ORDER BY updated_at DESC, id DESC LIMIT ?2)";

pub(super) const RECEIPTS: &str = concat!(
    "SELECT c.number, c.lo, c.hi, c.last_seq, ",
    receipt_columns!(),
    ", c.changes FROM conversations c WHERE c.id = ?1"
);

pub(super) const NEWLY_READ: &str =
    "SELECT count(*) FROM entries WHERE place > ?1 AND place <= ?2 AND sender <> ?3 AND asks_to_be_read";

#[async_trait]
impl Conversations for Sqlite {
    async fn epoch(&self) -> Result<String, StoreError> {
        Ok(self.shared.epoch.clone())
    }

    async fn append(&self, new: NewEntry) -> Result<Appended, AppendError> {
        let untaken = Arc::clone(&self.shared.untaken);
        self.write(move |connection| {
            let appended = entries::append(connection, &new)?;
            untaken.note(appended.entry.conversation);
            Ok(appended)
        })
        .await
    }

    async fn conversation(&self, id: ConversationId) -> Result<Option<Conversation>, StoreError> {
        self.read(move |connection| {
            connection.prepare_cached(BY_ID)?.query_row([id.blob()], |row| conversation(row, 0)).optional()
        })
        .await
    }

    async fn between(&self, a: UserId, b: UserId) -> Result<Option<Conversation>, StoreError> {
        let pair = [a.min(b).blob(), a.max(b).blob()];
        self.read(move |connection| {
            connection.prepare_cached(BETWEEN)?.query_row(pair, |row| conversation(row, 0)).optional()
        })
        .await
    }

    async fn list(&self, user: UserId) -> Result<Vec<ConversationSummary>, StoreError> {
        self.read(move |connection| {
            let mut statement = connection.prepare_cached(LIST)?;
            statement.query_map(params![user.blob(), LISTED], |row| summary(row, user))?.collect()
        })
        .await
    }

    async fn entries_before(
        &self,
        conversation: ConversationId,
        before: Option<u64>,
        limit: u32,
    ) -> Result<Vec<Entry>, StoreError> {
        self.read(move |connection| entries::before(connection, conversation, before, limit)).await
    }

    async fn messages_before(
        &self,
        conversation: ConversationId,
        before: Option<u64>,
        limit: u32,
    ) -> Result<Vec<Entry>, StoreError> {
        self.read(move |connection| entries::messages_before(connection, conversation, before, limit)).await
    }

    async fn entries_after(
        &self,
        conversation: ConversationId,
        after: u64,
        limit: u32,
    ) -> Result<Vec<Entry>, StoreError> {
        self.read(move |connection| entries::after(connection, conversation, after, limit)).await
    }

    async fn entry(&self, id: EntryId) -> Result<Option<Entry>, StoreError> {
        self.read(move |connection| entries::by_id(connection, id)).await
    }

    async fn entry_by_key(&self, sender: UserId, key: &ClientMessageId) -> Result<Option<Entry>, StoreError> {
        let key = key.clone();
        self.read(move |connection| entries::by_key(connection, sender, &key)).await
    }

    async fn search(&self, user: UserId, query: &SearchQuery) -> Result<Found, StoreError> {
        let look = async |patient| {
            let query = query.clone();
            self.read(move |connection| search::search(connection, user, &query, patient)).await
        };
        let found = match look(false).await? {
            Outcome::Found(found) => found,
            Outcome::Behind(logs) => {
                for log in logs {
                    while self.write(move |connection| Ok(words::take_up(connection, log)?)).await? {}
                }
                // What has come since is looked at, but it is not waited for what comes on and on.
                match look(true).await? {
                    Outcome::Found(found) => found,
                    Outcome::Behind(_) => Found::default(),
                }
            }
        };
        Ok(found)
    }

    async fn advance_receipt(
        &self,
        conversation: ConversationId,
        user: UserId,
        to: Receipt,
    ) -> Result<Option<ReceiptChange>, StoreError> {
        self.write(move |connection| Ok(advance(connection, conversation, user, to)?)).await
    }

    async fn receipts(&self, conversation: ConversationId, user: UserId) -> Result<[Receipt; 2], StoreError> {
        let standing = self.read(move |connection| standing(connection, conversation, user)).await?;
        Ok(standing.map(|standing| [standing.mine.receipt, standing.theirs.receipt]).unwrap_or_default())
    }

    async fn totals(&self, user: UserId) -> Result<[u64; 2], StoreError> {
        self.read(move |connection| {
            let row = |row: &Row<'_>| Ok([number(row, 0)?, number(row, 1)?]);
            connection.prepare_cached(TOTALS)?.query_row(params![user.blob(), LISTED], row)
        })
        .await
    }

    async fn counts(&self, conversation: ConversationId, user: UserId) -> Result<[u64; 2], StoreError> {
        let standing = self.read(move |connection| standing(connection, conversation, user)).await?;
        Ok(standing.map(|standing| [standing.last_seq - standing.changes, standing.mine.unread]).unwrap_or_default())
    }
}

/// Where a conversation stands for one of its users.
struct Standing {
    number: i64,
    last_seq: u64,
    /// So many of the entries are changes.
    changes: u64,
    is_lo: bool,
    mine: Mark,
    theirs: Mark,
}

/// How far one of the two has got.
#[derive(Clone, Copy)]
struct Mark {
    receipt: Receipt,
    unread: u64,
}

/// `None` if there is no such conversation or the user is not in it.
fn standing(
    connection: &Connection,
    conversation: ConversationId,
    user: UserId,
) -> Result<Option<Standing>, rusqlite::Error> {
    let found = connection
        .prepare_cached(RECEIPTS)?
        .query_row([conversation.blob()], |row| {
            let (lo, hi): (UserId, UserId) = (id(row, 1)?, id(row, 2)?);
            let is_lo = user == lo;
            let (mine, theirs) = marks(row, 4, is_lo)?;
            let (last_seq, changes) = (number(row, 3)?, number(row, 10)?);
            let standing = Standing { number: row.get(0)?, last_seq, changes, is_lo, mine, theirs };
            Ok((is_lo || user == hi).then_some(standing))
        })
        .optional()?;
    Ok(found.flatten())
}

fn advance(
    connection: &Connection,
    conversation: ConversationId,
    user: UserId,
    to: Receipt,
) -> Result<Option<ReceiptChange>, rusqlite::Error> {
    let Some(standing) = standing(connection, conversation, user)? else {
        return Ok(None);
    };
    let before = standing.mine.receipt;
    let read = before.read.max(to.read.min(standing.last_seq));
    let delivered = before.delivered.max(to.delivered.min(standing.last_seq)).max(read);
    let after = Receipt { delivered, read };
    if after == before {
        return Ok(Some(ReceiptChange { before, after }));
    }
    // Each entry is looked at once for each of the two, however often and in whatever steps they read.
    let (from, until) = (place(standing.number, before.read), place(standing.number, read));
    let newly_read =
        connection.prepare_cached(NEWLY_READ)?.query_row(params![from, until, user.blob()], |row| number(row, 0))?;
    let sql = if standing.is_lo {
        "UPDATE conversations SET lo_delivered = ?2, lo_read = ?3, lo_unread = ?4 WHERE number = ?1"
    } else {
        "UPDATE conversations SET hi_delivered = ?2, hi_read = ?3, hi_unread = ?4 WHERE number = ?1"
    };
    let unread = standing.mine.unread.saturating_sub(newly_read);
    let values = params![standing.number, signed(delivered), signed(read), signed(unread)];
    connection.prepare_cached(sql)?.execute(values)?;
    Ok(Some(ReceiptChange { before, after }))
}

fn summary(row: &Row<'_>, user: UserId) -> Result<ConversationSummary, rusqlite::Error> {
    let last = entry(row, 0)?;
    let has_other = row.get_ref(ENTRY_COLUMNS)? != ValueRef::Null;
    let last_message = if has_other { Some(entry(row, ENTRY_COLUMNS)?) } else { None };
    let users = [last.sender.min(last.receiver), last.sender.max(last.receiver)];
    let at = 2 * ENTRY_COLUMNS;
    let (last_seq, updated_at) = (number(row, at)?, super::row::time(row, at + 1)?);
    let conversation = Conversation { id: last.conversation, users, last_seq, updated_at };
    let (mine, theirs) = marks(row, at + 2, user == users[0])?;
    let (unread, mine, theirs) = (mine.unread, mine.receipt, theirs.receipt);
    Ok(ConversationSummary { conversation, last, last_message, unread, mine, theirs })
}

/// The user's own and the other's, of the six columns from `at` on.
fn marks(row: &Row<'_>, at: usize, is_lo: bool) -> Result<(Mark, Mark), rusqlite::Error> {
    let mark = |at| {
        let receipt = Receipt { delivered: number(row, at)?, read: number(row, at + 1)? };
        Ok::<_, rusqlite::Error>(Mark { receipt, unread: number(row, at + 2)? })
    };
    let (lo, hi) = (mark(at)?, mark(at + 3)?);
    Ok(if is_lo { (lo, hi) } else { (hi, lo) })
}
