//! Finding messages by their words: each conversation gives what it has from its newest on, and of several the newest goes
//! first.

use std::cmp::Ordering;
use std::collections::BinaryHeap;

use domain::search::Words;
use domain::{ConversationId, Entry, Found, FoundPlace, SearchQuery, Timestamp, UserId};
use rusqlite::{Connection, OptionalExtension, Row, params};

use super::entries::{self, BY_PLACE, entry, place};
use super::row::{Id, id, number, time};
use super::words;

/// Conversations that a person's search looks through, the newest: those of the list.
const SEARCHED: u32 = super::conversations::LISTED;

/// Entries whose words are not taken up yet are read by the search itself, as long as they are not more; a few
/// milliseconds.
const FEW: u64 = 1_000;

macro_rules! columns {
    () => {
        "SELECT number, id, last_seq, words_to, updated_at FROM conversations "
    };
}

pub(super) const IN_ONE: &str = concat!(columns!(), "WHERE id = ?2 AND (lo = ?1 OR hi = ?1)");

pub(super) const IN_ALL: &str =
    concat!(columns!(), "WHERE lo = ?1 OR hi = ?1 ORDER BY updated_at DESC, id DESC LIMIT ?2");

/// A conversation to look through.
#[derive(Debug, Clone, Copy)]
struct Log {
    number: i64,
    id: ConversationId,
    last_seq: u64,
    words_to: u64,
    updated_at: Timestamp,
}

fn logs(
    connection: &Connection,
    user: UserId,
    conversation: Option<ConversationId>,
) -> Result<Vec<Log>, rusqlite::Error> {
    let log = |row: &Row<'_>| {
        let (last_seq, words_to) = (number(row, 2)?, number(row, 3)?);
        Ok(Log { number: row.get(0)?, id: id(row, 1)?, last_seq, words_to, updated_at: time(row, 4)? })
    };
    match conversation {
        Some(one) => connection.prepare_cached(IN_ONE)?.query_map(params![user.blob(), one.blob()], log)?.collect(),
        None => connection.prepare_cached(IN_ALL)?.query_map(params![user.blob(), SEARCHED], log)?.collect(),
    }
}

/// What came of a search.
pub(super) enum Outcome {
    Found(Found),
    /// Too much is not taken up yet, of these conversations.
    Behind(Vec<ConversationId>),
}

/// Looks, all of it at one moment. `patient`: however much it has to read by itself.
pub(super) fn search(
    connection: &Connection,
    user: UserId,
    query: &SearchQuery,
    patient: bool,
) -> Result<Outcome, rusqlite::Error> {
    let moment = connection.unchecked_transaction()?;
    let logs = logs(&moment, user, query.conversation)?;
    let behind = logs.iter().map(|log| log.last_seq - log.words_to).sum::<u64>();
    if behind > FEW && !patient {
        let of = logs.iter().filter(|log| log.words_to < log.last_seq).map(|log| log.id);
        return Ok(Outcome::Behind(of.collect()));
    }
    let mut merged =
        Merged { connection: &moment, query, waiting: logs.into_iter().peekable(), open: BinaryHeap::new() };
    let mut found = Found::default();
    let mut last = None;
    while let Some((entry, place)) = merged.next()? {
        if found.entries.len() as u64 >= u64::from(query.limit) {
            found.next = last;
            break;
        }
        found.entries.push(entry);
        last = Some(place);
    }
    Ok(Outcome::Found(found))
}

/// What was found in all conversations, the newest first.
///
/// Within one the order is that of `seq`, and time is made to follow: a message counts as written no later than the one
/// found after it. So a page that ends somewhere ends at one place in each of them, which the next can tell by the time.
struct Merged<'a, I: Iterator<Item = Log>> {
    connection: &'a Connection,
    query: &'a SearchQuery,
    /// By their newest message: none of theirs is newer.
    waiting: std::iter::Peekable<I>,
    open: BinaryHeap<Head<'a>>,
}

/// The newest that is left of a conversation.
struct Head<'a> {
    at: Timestamp,
    entry: Entry,
    rest: Matches<'a>,
}

impl<I: Iterator<Item = Log>> Merged<'_, I> {
    fn next(&mut self) -> Result<Option<(Entry, FoundPlace)>, rusqlite::Error> {
        while let Some(log) = self.waiting.next_if(|log| self.open.peek().is_none_or(|head| head.at <= log.updated_at))
        {
            if let Some(head) = open(self.connection, self.query, log)? {
                self.open.push(head);
            }
        }
        let Some(Head { at, entry, mut rest }) = self.open.pop() else { return Ok(None) };
        let place = FoundPlace { at, conversation: entry.conversation, seq: entry.seq };
        if let Some(next) = rest.next()? {
            self.open.push(Head { at: at.min(next.created_at), entry: next, rest });
        }
        Ok(Some((entry, place)))
    }
}

/// What a conversation has that was not on the pages before.
fn open<'a>(connection: &'a Connection, query: &'a SearchQuery, log: Log) -> Result<Option<Head<'a>>, rusqlite::Error> {
    let end = query.before.filter(|end| end.conversation == log.id || query.conversation.is_some());
    let mut rest = Matches::new(connection, &query.words, log, end.map(|end| end.seq))?;
    let mut at = end.map_or(log.updated_at, |end| end.at);
    while let Some(entry) = rest.next()? {
        at = at.min(entry.created_at);
        let shown = query.before.is_some_and(|end| (at, log.id) > (end.at, end.conversation));
        if end.is_some() || !shown {
            return Ok(Some(Head { at, entry, rest }));
        }
    }
    Ok(None)
}

/// A conversation's messages that have the words, from the newest on.
struct Matches<'a> {
    connection: &'a Connection,
    words: &'a Words,
    log: Log,
    /// Only what is before it.
    before: u64,
    /// What is not taken up, oldest first.
    newest: Vec<Entry>,
    /// The block that is being looked through, and what is left of it, oldest first.
    block: i64,
    places: Vec<u16>,
}

impl<'a> Matches<'a> {
    fn new(
        connection: &'a Connection,
        words: &'a Words,
        log: Log,
        before: Option<u64>,
    ) -> Result<Self, rusqlite::Error> {
        let before = before.unwrap_or(u64::MAX);
        let mut newest = Vec::new();
        if log.words_to < log.last_seq && log.words_to < before {
            newest = entries::after(connection, log.id, log.words_to, u32::MAX)?;
            newest.retain(|entry| entry.seq < before && words.are_in(&entry.words()));
        }
        let block = words::block(log.number, log.words_to.min(before)) + 1;
        Ok(Self { connection, words, log, before, newest, block, places: Vec::new() })
    }

    fn next(&mut self) -> Result<Option<Entry>, rusqlite::Error> {
        loop {
            if let Some(entry) = self.newest.pop() {
                return Ok(Some(entry));
            }
            let Some(at) = self.places.pop() else {
                if self.block == words::block(self.log.number, 0) {
                    return Ok(None);
                }
                self.block -= 1;
                self.places = words::having(self.connection, self.block, self.words)?.iter().collect();
                continue;
            };
            let seq = words::seq_of(self.block, at);
            if seq >= self.before {
                continue;
            }
            let row = place(self.log.number, seq);
            let mut by_place = self.connection.prepare_cached(BY_PLACE)?;
            let found = by_place.query_row([row], |row| entry(row, 0)).optional()?;
            // The index proposes, the text decides.
            if let Some(found) = found.filter(|found| self.words.are_in(&found.words())) {
                return Ok(Some(found));
            }
        }
    }
}

impl Head<'_> {
    const fn key(&self) -> (Timestamp, ConversationId) {
        (self.at, self.entry.conversation)
    }
}

impl Ord for Head<'_> {
    fn cmp(&self, other: &Self) -> Ordering {
        self.key().cmp(&other.key())
    }
}

impl PartialOrd for Head<'_> {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl PartialEq for Head<'_> {
    fn eq(&self, other: &Self) -> bool {
        self.key() == other.key()
    }
}

impl Eq for Head<'_> {}

#[cfg(test)]
mod tests;
