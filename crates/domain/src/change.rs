//! Edits, deletions and reactions: entries that change what a reader gets of an earlier message. Who may make one, and
//! what a message has become by those that were made. Every store asks [`may_append`] at the moment at which it appends.

use std::time::Duration;

use crate::{Entry, EntryBody, EntryId, NewEntry, Timestamp, UserId};

/// A text is its sender's to correct for so long.
pub const EDITABLE_FOR: Duration = Duration::from_secs(24 * 60 * 60);

/// So many changes there are to one message at most; a deletion always fits.
pub const MAX_CHANGES: u32 = 200;

/// The longest reaction, in bytes.
pub const MAX_REACTION: usize = 32;

/// A message shows in the quote of a reply with so many characters.
pub const MAX_QUOTE: usize = 200;

/// The message that a change is of, in the same conversation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[allow(missing_docs)]
pub struct Target {
    pub seq: u64,
    pub id: EntryId,
}

/// Why an entry that points at a message may not be appended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Refused {
    /// There is no message there.
    #[error("not a message of this conversation")]
    NotAMessage,
    /// Another wrote it.
    #[error("another's message")]
    NotYours,
    /// Another's, too old, or nothing that can be edited.
    #[error("not to be edited, or not any more")]
    NotEditable,
    /// A text without a text, or a reaction that is not one emoji.
    #[error("not a text, or not an emoji")]
    Unfit,
    /// It was deleted.
    #[error("the message was deleted")]
    Deleted,
    /// There were [`MAX_CHANGES`].
    #[error("there are too many changes to this message")]
    TooMany,
}

/// What the changes to a message have made of it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Changes {
    /// How many there were.
    pub count: u32,
    /// The `seq` of the newest.
    pub last_seq: u64,
    /// The text that took the place of its own, and since when.
    pub edited: Option<(String, Timestamp)>,
    /// Since when it is deleted. Nothing else is left then.
    pub deleted_at: Option<Timestamp>,
    /// What people react with, one each, whoever came first before the other.
    pub reactions: Vec<(UserId, String)>,
}

impl Changes {
    /// The text that took the place of the message's own.
    pub fn text(&self) -> Option<&str> {
        self.edited.as_ref().map(|(text, _)| text.as_str())
    }

    /// Folds one in; they come in the order of `seq`.
    pub fn fold(&mut self, change: &Entry) {
        self.count += 1;
        self.last_seq = change.seq;
        match &change.body {
            EntryBody::Edit { text, .. } if self.deleted_at.is_none() => {
                self.edited = Some((text.clone(), change.created_at));
            }
            EntryBody::Reaction { reaction, .. } if self.deleted_at.is_none() => {
                let place = self.reactions.iter().position(|(user, _)| *user == change.sender);
                match (place, reaction) {
                    (Some(place), Some(reaction)) => self.reactions[place].1.clone_from(reaction),
                    (Some(place), None) => drop(self.reactions.remove(place)),
                    (None, Some(reaction)) => self.reactions.push((change.sender, reaction.clone())),
                    (None, None) => {}
                }
            }
            EntryBody::Deletion { .. } => {
                self.edited = None;
                self.reactions.clear();
                self.deleted_at = self.deleted_at.or(Some(change.created_at));
            }
            _ => {}
        }
    }
}

/// A message as a reply to it shows it, as it is now.
#[derive(Debug, Clone, PartialEq)]
pub struct Quote {
    /// Its place.
    pub seq: u64,
    /// Its id.
    pub id: EntryId,
    /// Who wrote it.
    pub sender: UserId,
    /// A body of its kind with nothing but the first [`MAX_QUOTE`] characters of its text.
    pub body: EntryBody,
    /// Whether it was deleted; nothing is quoted then.
    pub deleted: bool,
}

impl Quote {
    /// What a reply to that message shows.
    pub fn of(message: &Entry) -> Self {
        Self::new(message.seq, message.id, message.sender, &message.body, message.changes.as_deref())
    }

    /// The same of the parts of a message.
    pub fn new(seq: u64, id: EntryId, sender: UserId, body: &EntryBody, changes: Option<&Changes>) -> Self {
        let text = changes.and_then(Changes::text).unwrap_or_else(|| body.text());
        let body = body.quoted(text.chars().take(MAX_QUOTE).collect());
        Self { seq, id, sender, body, deleted: changes.is_some_and(|changes| changes.deleted_at.is_some()) }
    }
}

/// Whether an entry may be appended that changes `target` or replies to it; `target` is as it is at that moment, `None` if
/// there is no such entry in the conversation.
pub fn may_append(new: &NewEntry, target: Option<&Entry>) -> Result<(), Refused> {
    let target = target.filter(|target| target.body.is_message()).ok_or(Refused::NotAMessage)?;
    let own = target.sender == new.sender;
    let changes = target.changes.as_deref();
    match &new.body {
        EntryBody::Edit { text, .. } => {
            let in_time = new.created_at.since(target.created_at) <= EDITABLE_FOR;
            if !own || !in_time || !target.body.has_editable_text() {
                return Err(Refused::NotEditable);
            }
            if !target.body.may_say(text) {
                return Err(Refused::Unfit);
            }
        }
        EntryBody::Deletion { .. } if !own && !target.body.is_recording() => return Err(Refused::NotYours),
        EntryBody::Reaction { reaction: Some(reaction), .. } if !is_emoji(reaction) => return Err(Refused::Unfit),
        EntryBody::Deletion { .. } | EntryBody::Reaction { .. } => {}
        // A reply: what it quotes may have been deleted just before, and shows as that.
        _ => return Ok(()),
    }
    if target.is_deleted() {
        return Err(Refused::Deleted);
    }
    let full = changes.is_some_and(|changes| changes.count >= MAX_CHANGES);
    if full && !matches!(new.body, EntryBody::Deletion { .. }) { Err(Refused::TooMany) } else { Ok(()) }
}

/// Whether `new` is `kept` once more: what a client does that got no answer. What was wiped meanwhile can't be compared.
pub fn is_same(kept: &Entry, new: &NewEntry) -> bool {
    let wiped = match (&kept.body, &new.body) {
        (EntryBody::Edit { target, text }, EntryBody::Edit { target: other, .. }) => text.is_empty() && target == other,
        (_, new) => kept.is_deleted() && new.is_message(),
    };
    kept.receiver == new.receiver
        && kept.reply_to.as_ref().map(|quote| quote.seq) == new.reply_to
        && (wiped || kept.body == new.body)
}

/// One emoji, as far as that can be told without tables: one base that is no letter, and what joins it.
pub fn is_emoji(text: &str) -> bool {
    if text.is_empty() || text.len() > MAX_REACTION {
        return false;
    }
    let (mut bases, mut joined, mut flags, mut keycap) = (0, false, 0, false);
    for c in text.chars() {
        match c {
            '\u{200d}' if bases > 0 && !joined => joined = true,
            '\u{fe0e}' | '\u{fe0f}' | '\u{1f3fb}'..='\u{1f3ff}' | '\u{e0020}'..='\u{e007f}' if bases > 0 => {}
            '\u{20e3}' if bases > 0 => keycap = true,
            '\u{1f1e6}'..='\u{1f1ff}' => flags += 1,
            '0'..='9' | '#' | '*' => bases += 1,
            c if c.is_ascii() || c.is_alphanumeric() || c.is_whitespace() || c.is_control() => return false,
            '\u{200d}' | '\u{fe0e}' | '\u{fe0f}' | '\u{20e3}' => return false,
            // Invisible and private ones.
            '\u{2000}'..='\u{206f}' if c != '\u{203c}' && c != '\u{2049}' => return false,
            '\u{e000}'..='\u{f8ff}' | '\u{fff0}'..='\u{ffff}' | '\u{e0000}'.. => return false,
            _ if joined => joined = false,
            _ => bases += 1,
        }
    }
    let ascii = text.starts_with(|c: char| c.is_ascii());
    matches!((bases, flags), (1, 0) | (0, 2)) && !joined && ascii == keycap
}

#[cfg(test)]
mod tests;
