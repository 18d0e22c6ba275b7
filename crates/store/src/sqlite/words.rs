//! The words of messages, by which they are found: kept up in quiet moments, never while somebody waits for a message to
//! be taken.
//!
//! An index of our own rather than SQLite's FTS5, which looks a word's beginning up by merging all that begin so, a tenth of
//! a second and more over a million messages, and knows nothing of conversations. Here a word's messages are kept by
//! blocks of 4,096 places, so that the newest are found by looking at the newest block, and what is deleted is deleted by
//! an ordinary statement, which SQLite overwrites.

use std::collections::{BTreeMap, BTreeSet};

use domain::ConversationId;
use domain::search::Words;
use rusqlite::{Connection, OptionalExtension, params};

use super::entries::{self, place};
use super::row::{Id, number, signed};

/// So many bits of a place are its number within its block.
const BITS: u32 = 12;
const BLOCK: usize = 1 << BITS;

/// Entries, and pairs of a message and a word, that are taken up in one transaction at most (the last message's words may
/// be over it): a few milliseconds.
const STEP: u32 = 500;
const STEP_WORDS: usize = 20_000;

/// The words of a block that begin so.
pub(super) const BEGINNING: &str = "SELECT seqs FROM words WHERE block = ?1 AND word >= ?2 AND word < ?3";

const ONE: &str = "SELECT seqs FROM words WHERE block = ?1 AND word = ?2";

/// What follows every word that begins with another: no letter.
const AFTER_ALL: char = '\u{10ffff}';

/// Some places of a block.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Places([u64; BLOCK / 64]);

impl Places {
    pub(super) const NONE: Self = Self([0; BLOCK / 64]);

    /// Bitmaps are told by their length.
    const BITMAP: usize = BLOCK / 8;

    fn add(&mut self, at: u16) {
        let at = usize::from(at) % BLOCK;
        self.0[at / 64] |= 1 << (at % 64);
    }

    fn remove(&mut self, at: u16) {
        let at = usize::from(at) % BLOCK;
        self.0[at / 64] &= !(1 << (at % 64));
    }

    pub(super) fn add_bytes(&mut self, bytes: &[u8]) {
        if bytes.len() == Self::BITMAP {
            for (mine, theirs) in self.0.iter_mut().zip(bytes.as_chunks().0) {
                *mine |= u64::from_le_bytes(*theirs);
            }
        } else {
            bytes.as_chunks().0.iter().for_each(|at| self.add(u16::from_le_bytes(*at)));
        }
    }

    fn to_bytes(&self) -> Vec<u8> {
        let count: u32 = self.0.iter().map(|part| part.count_ones()).sum();
        if count as usize >= Self::BITMAP / 2 {
            self.0.iter().flat_map(|part| part.to_le_bytes()).collect()
        } else {
            self.iter().flat_map(u16::to_le_bytes).collect()
        }
    }

    fn keep(&mut self, others: &Self) {
        self.0.iter_mut().zip(others.0).for_each(|(mine, theirs)| *mine &= theirs);
    }

    fn is_empty(&self) -> bool {
        *self == Self::NONE
    }

    /// In order.
    pub(super) fn iter(&self) -> impl Iterator<Item = u16> {
        self.0
            .iter()
            .zip(0_u16..)
            .flat_map(|(part, n)| (0..64_u16).filter(move |bit| part & (1 << bit) != 0).map(move |bit| n * 64 + bit))
    }
}

/// The block of a place, and its number there.
const fn split(place: i64) -> (i64, u16) {
    (place >> BITS, (place & (BLOCK as i64 - 1)) as u16)
}

/// The block of a conversation's `seq`.
pub(super) fn block(conversation: i64, seq: u64) -> i64 {
    split(place(conversation, seq)).0
}

/// The `seq` of what is at that number of a block.
pub(super) fn seq_of(block: i64, at: u16) -> u64 {
    entries::seq_of((block << BITS) + i64::from(at))
}

/// The places of a block that have all these words.
pub(super) fn having(connection: &Connection, block: i64, words: &Words) -> Result<Places, rusqlite::Error> {
    // The longest is likely to be the rarest, and where it isn't, the others needn't be looked up.
    let mut words: Vec<&str> = words.iter().collect();
    words.sort_by_key(|word| std::cmp::Reverse(word.len()));
    let mut beginning = connection.prepare_cached(BEGINNING)?;
    let mut all: Option<Places> = None;
    for word in words {
        let mut some = Places::NONE;
        let mut rows = beginning.query(params![block, word, format!("{word}{AFTER_ALL}")])?;
        while let Some(row) = rows.next()? {
            some.add_bytes(row.get_ref(0)?.as_blob()?);
        }
        if let Some(all) = &all {
            some.keep(all);
        }
        if some.is_empty() {
            return Ok(some);
        }
        all = Some(some);
    }
    Ok(all.unwrap_or(Places::NONE))
}

/// Puts other words in the place of those that a message was found by, which may be none.
pub(super) fn replace(
    connection: &Connection,
    place: i64,
    before: &BTreeSet<String>,
    after: &BTreeSet<String>,
) -> Result<(), rusqlite::Error> {
    let (block, at) = split(place);
    for word in before.difference(after) {
        change(connection, block, word, |places| places.remove(at))?;
    }
    for word in after.difference(before) {
        change(connection, block, word, |places| places.add(at))?;
    }
    Ok(())
}

/// A word that no message has any more is deleted.
fn change(
    connection: &Connection,
    block: i64,
    word: &str,
    with: impl FnOnce(&mut Places),
) -> Result<(), rusqlite::Error> {
    let mut places = Places::NONE;
    let mut kept = connection.prepare_cached(ONE)?;
    let kept = kept.query_row(params![block, word], |row| row.get::<_, Vec<u8>>(0)).optional()?;
    if let Some(kept) = &kept {
        places.add_bytes(kept);
    }
    with(&mut places);
    if places.is_empty() {
        let sql = "DELETE FROM words WHERE block = ?1 AND word = ?2";
        return connection.prepare_cached(sql)?.execute(params![block, word]).map(|_| ());
    }
    let sql = "INSERT INTO words (block, word, seqs) VALUES (?1, ?2, ?3) \
               ON CONFLICT (block, word) DO UPDATE SET seqs = excluded.seqs";
    connection.prepare_cached(sql)?.execute(params![block, word, places.to_bytes()]).map(|_| ())
}

/// Conversations whose newest messages are not taken up yet, some of them.
pub(super) fn waiting(connection: &Connection, most: u32) -> Result<Vec<ConversationId>, rusqlite::Error> {
    let sql = "SELECT id FROM conversations WHERE words_to < last_seq LIMIT ?1";
    connection.prepare_cached(sql)?.query_map([most], |row| super::row::id(row, 0))?.collect()
}

/// Takes up what follows in a conversation, in a transaction of the caller's; false once there is nothing.
pub(super) fn take_up(connection: &Connection, conversation: ConversationId) -> Result<bool, rusqlite::Error> {
    let sql = "SELECT number, words_to FROM conversations WHERE id = ?1 AND words_to < last_seq";
    let found = connection
        .prepare_cached(sql)?
        .query_row([conversation.blob()], |row| Ok((row.get::<_, i64>(0)?, number(row, 1)?)))
        .optional()?;
    let Some((log, words_to)) = found else { return Ok(false) };
    let mut taken: BTreeMap<(i64, String), Vec<u16>> = BTreeMap::new();
    let (mut pairs, mut reached) = (0, words_to);
    for entry in entries::after(connection, conversation, words_to, STEP)? {
        let (block, at) = split(place(log, entry.seq));
        for word in entry.words() {
            taken.entry((block, word)).or_default().push(at);
            pairs += 1;
        }
        reached = entry.seq;
        if pairs >= STEP_WORDS {
            break;
        }
    }
    for ((block, word), more) in &taken {
        change(connection, *block, word, |places| more.iter().for_each(|at| places.add(*at)))?;
    }
    let sql = "UPDATE conversations SET words_to = ?2 WHERE number = ?1";
    connection.prepare_cached(sql)?.execute(params![log, signed(reached)])?;
    Ok(true)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_survive_their_bytes_be_they_few_or_many() {
        for (step, count) in [(4_096, 1), (17, 241), (16, 256), (1, 4_096)] {
            let mut places = Places::NONE;
            (0..4_096).step_by(step).for_each(|at| places.add(at));
            let bytes = places.to_bytes();
            assert_eq!(bytes.len(), if count < 256 { 2 * count } else { 512 });
            let mut read = Places::NONE;
            read.add_bytes(&bytes);
            assert_eq!(read, places);
            assert_eq!(read.iter().count(), count);
            assert!(read.iter().is_sorted());
        }
    }

    #[test]
    fn a_place_is_found_again_in_its_block() {
        for (log, seq) in [(1, 1), (1, 4_095), (1, 4_096), (7, 1_000_000), (3, u64::from(u32::MAX))] {
            let (block_of, at) = split(place(log, seq));
            assert_eq!((block_of, seq_of(block_of, at)), (block(log, seq), seq));
        }
        assert_eq!(block(1, u64::from(u32::MAX)) + 1, block(2, 0));
    }
}
