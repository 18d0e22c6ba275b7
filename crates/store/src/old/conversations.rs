//! An old conversation, one document or several, as a log of ours.

use std::collections::HashMap;

use domain::{ConversationId, EntryBody, EntryId, NewEntry, ObjectId, Receipt, Timestamp, UserId};
use mongodb::bson::{Bson, Document};
use sha2::{Digest, Sha256};

use super::messages::{self, Said};
use super::notes::{Note, Notes};
use super::values::{field, flag, id, time, time_of};

/// A conversation as it is to be here.
#[derive(Debug, Clone, PartialEq)]
pub struct OldConversation {
    /// The id that it has, or the lower of several.
    pub id: ConversationId,
    /// The pair, the smaller id first.
    pub users: [UserId; 2],
    /// Its entries, in order.
    pub entries: Vec<NewEntry>,
    /// How far each of the pair has read.
    pub receipts: [Receipt; 2],
    /// How many messages there were.
    pub there: u64,
    /// What did not come over as it was.
    pub notes: Notes,
}

impl OldConversation {
    /// Gives an entry whose id another conversation has one of its own: the same each time.
    pub fn rename(&mut self, at: usize) {
        let Some(entry) = self.entries.get_mut(at) else { return };
        self.notes.add(Note::IdMade, Some(entry.id.0));
        let parts = [&self.id.0.bytes()[..], &entry.id.0.bytes()];
        entry.id = EntryId(made_of(time_of(entry.id.0), &parts));
        entry.client_message_id = key(entry.id);
    }
}

/// The two people of a document, if it says so.
pub(super) fn pair(document: &Document) -> Pair {
    let Some(Bson::Array(participants)) = field(document, &["participants"]) else { return Pair::Unsaid };
    if participants.is_empty() {
        return Pair::Unsaid;
    }
    let people: Option<Vec<_>> = participants.iter().map(|person| id(person).map(UserId)).collect();
    people.map_or(Pair::Unsaid, two)
}

/// The two people whom its messages name.
pub(super) fn pair_of_messages(document: &Document) -> Pair {
    let people = messages(document).iter().filter_map(Bson::as_document).flat_map(|message| {
        ["senderId", "receiverId"].into_iter().filter_map(|name| message.get(name).and_then(id).map(UserId))
    });
    two(people.collect())
}

/// Whose a conversation is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Pair {
    /// The smaller id first.
    Of([UserId; 2]),
    /// Of one, or of more than two.
    NotTwo,
    Unsaid,
}

fn two(mut people: Vec<UserId>) -> Pair {
    people.sort_unstable();
    people.dedup();
    match people.as_slice() {
        [] => Pair::Unsaid,
        [lo, hi] => Pair::Of([*lo, *hi]),
        _ => Pair::NotTwo,
    }
}

fn messages(document: &Document) -> &[Bson] {
    match document.get("messages") {
        Some(Bson::Array(messages)) => messages,
        _ => &[],
    }
}

/// A message on its way into the log.
struct Draft {
    said: Said,
    id: Option<EntryId>,
    at: Timestamp,
    sender: UserId,
    is_read: bool,
    /// Where it was found: what an id is made of where there is none.
    place: (ObjectId, u32),
}

/// The log of a pair, of the documents that there are of it, in the order of their ids; it gets that id.
pub(super) fn conversation(
    id: ConversationId,
    users: [UserId; 2],
    documents: &[(ConversationId, Document)],
) -> OldConversation {
    let mut notes = Notes::default();
    let (mut drafts, mut there) = (Vec::new(), 0);
    for (nth, (id, document)) in documents.iter().enumerate() {
        if nth > 0 {
            notes.add(Note::Merged, Some(id.0));
        }
        let messages = messages(document);
        if messages.is_empty() {
            notes.add(Note::NothingSaid, Some(id.0));
        }
        there += messages.len() as u64;
        drafts.extend(of_document(*id, document, users, &mut notes));
    }
    // Stable: what came at the same moment stays in its order.
    if !drafts.is_sorted_by_key(|draft: &Draft| draft.at) {
        notes.add(Note::Sorted, Some(id.0));
        drafts.sort_by_key(|draft| draft.at);
    }
    let mut log = Log { id, users, entries: Vec::new(), seen: HashMap::new(), read: [0; 2], notes };
    drafts.into_iter().for_each(|draft| log.add(draft));
    let receipts = log.read.map(|read| Receipt { delivered: read, read });
    OldConversation { id, users, entries: log.entries, receipts, there, notes: log.notes }
}

fn of_document(of: ConversationId, document: &Document, [lo, hi]: [UserId; 2], notes: &mut Notes) -> Vec<Draft> {
    let mut drafts: Vec<Draft> = Vec::new();
    for (nth, message) in messages(document).iter().enumerate() {
        let id = message.as_document().and_then(|message| message.get("_id")).and_then(id);
        let Some(message) = message.as_document() else {
            notes.add(Note::NotAMessage, Some(of.0));
            continue;
        };
        let mut note = |note| notes.add(note, id.or(Some(of.0)));
        let [sender, receiver] =
            ["senderId", "receiverId"].map(|name| message.get(name).and_then(self::id).map(UserId));
        let other = |user| match user {
            user if user == lo => Some(hi),
            user if user == hi => Some(lo),
            _ => None,
        };
        // Who did not write it got it; nobody else is ever made its sender.
        let sender = match sender {
            Some(sender) => other(sender).map(|_| sender),
            None => receiver.and_then(other),
        };
        let Some(sender) = sender else {
            note(Note::SenderUnknown);
            continue;
        };
        if receiver.is_none() || receiver != other(sender) {
            note(Note::ReceiverPutRight);
        }
        let Some(said) = messages::said(message, &mut note) else {
            note(Note::SaysNothing);
            continue;
        };
        let at = field(message, &["createdAt", "timestamp"]).and_then(time).unwrap_or_else(|| {
            note(Note::TimeMade);
            id.map(time_of).or(drafts.last().map(|before| before.at)).unwrap_or_else(|| time_of(of.0))
        });
        let is_read = field(message, &["isRead", "read"]).and_then(flag).unwrap_or(false);
        let place = (of.0, u32::try_from(nth).unwrap_or(u32::MAX));
        drafts.push(Draft { said, id: id.map(EntryId), at, sender, is_read, place });
    }
    drafts
}

/// The log as far as it is.
struct Log {
    id: ConversationId,
    users: [UserId; 2],
    entries: Vec<NewEntry>,
    /// Where in `entries` an id is.
    seen: HashMap<EntryId, usize>,
    read: [u64; 2],
    notes: Notes,
}

impl Log {
    fn add(&mut self, draft: Draft) {
        let Draft { said, id, at, sender, is_read, place } = draft;
        let twin = id.and_then(|id| self.seen.get(&id)).map(|at| &self.entries[*at]);
        if let Some(twin) = twin
            && (twin.sender, twin.created_at, &twin.body) == (sender, at, &said.body)
        {
            self.notes.add(Note::Doubled, id.map(|id| id.0));
        } else {
            let made = |part: u32| {
                let parts = [&place.0.bytes()[..], &place.1.to_be_bytes(), &part.to_be_bytes()];
                EntryId(made_of(at, &parts))
            };
            let first = match id.filter(|id| !self.seen.contains_key(id)) {
                Some(id) => id,
                None => {
                    self.notes.add(Note::IdMade, id.map_or(Some(place.0), |id| Some(id.0)));
                    made(0)
                }
            };
            self.push(first, sender, at, said.body);
            for (part, text) in (1..).zip(said.rest) {
                self.notes.add(Note::Split, Some(first.0));
                self.push(made(part), sender, at, EntryBody::Text(text));
            }
        }
        if is_read {
            let receiver = usize::from(sender == self.users[0]);
            self.read[receiver] = self.entries.len() as u64;
        }
    }

    fn push(&mut self, id: EntryId, sender: UserId, created_at: Timestamp, body: EntryBody) {
        let [lo, hi] = self.users;
        let receiver = if sender == lo { hi } else { lo };
        self.seen.insert(id, self.entries.len());
        self.entries.push(NewEntry {
            id,
            conversation: self.id,
            sender,
            receiver,
            client_message_id: key(id),
            created_at,
            body,
            reply_to: None,
        });
    }
}

/// The key of an entry that came from there.
fn key(id: EntryId) -> domain::ClientMessageId {
    format!("old:{id}").parse().expect("printable, and shorter than 64")
}

/// An id for what has none: made of where it was found, so that it is the same each time.
fn made_of(at: Timestamp, parts: &[&[u8]]) -> ObjectId {
    let mut hash = Sha256::new();
    parts.iter().for_each(|part| hash.update(part));
    let mut random = [0; 8];
    random.copy_from_slice(&hash.finalize()[..8]);
    ObjectId::from_parts(u32::try_from(at.seconds()).unwrap_or_default(), random)
}
