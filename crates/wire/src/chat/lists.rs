use std::collections::BTreeMap;

use domain::{ConversationId, Entry, Receipt, Role, Timestamp, User, UserId};
use serde::Serialize;

use super::outgoing::Receipts;
use crate::entry::{Dialect, WireEntry, preview};
use crate::file::Addresses;
use crate::packet::Id;
use crate::time::Iso;
use crate::user::{UserRecord, image};

/// Someone whom the user may contact, or could once.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Contact {
    #[serde(rename = "_id")]
    id: Id<UserId>,
    name: String,
    role: u8,
    profile_image: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    speciality: Option<String>,
    online: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    last_seen: Option<Iso>,
}

impl Contact {
    /// The public part of a record, with presence.
    pub fn new(user: &User, addresses: &dyn Addresses, online: bool, last_seen: Option<Timestamp>) -> Self {
        Self {
            id: Id(user.id),
            name: user.name.clone(),
            role: user.role.number(),
            profile_image: image(user, addresses),
            speciality: user.profile.speciality.clone().filter(|_| user.role == Role::Dietician),
            online,
            last_seen: last_seen.filter(|_| !online).map(Iso),
        }
    }
}

/// `GET /api/inbox`.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Inbox<'a> {
    /// Who asks.
    pub user: UserRecord,
    /// See `sync`.
    pub epoch: &'a str,
    /// The newest first.
    pub conversations: Vec<InboxConversation<'a>>,
    /// By name.
    pub contacts: Vec<Contact>,
}

/// A conversation in the inbox.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct InboxConversation<'a> {
    /// Which.
    pub conversation_id: Id<ConversationId>,
    /// With whom.
    pub other: Contact,
    /// The newest entry.
    pub last_entry: WireEntry<'a>,
    /// The newest message or call.
    pub last_message: WireEntry<'a>,
    /// Its number.
    pub last_seq: u64,
    /// How many ask to be read.
    pub unread: u64,
    /// How far both have got.
    pub receipts: Receipts,
}

/// `GET /api/conversations/:id/entries`.
#[derive(Debug, Serialize)]
pub struct EntriesPage<'a> {
    /// Oldest first.
    pub entries: Vec<WireEntry<'a>>,
    /// Whether there are older ones.
    pub more: bool,
    /// Whether there are newer ones, where a page was asked for that does not end with the newest.
    #[serde(rename = "moreAfter", skip_serializing_if = "Option::is_none")]
    pub more_after: Option<bool>,
    /// How far both have got.
    pub receipts: Receipts,
}

/// The answer to `sync`.
#[derive(Debug, Serialize)]
pub struct SyncAnswer<'a> {
    /// What the numbers are of.
    pub epoch: &'a str,
    /// Everything that the client had is to be dropped.
    pub reset: bool,
    /// Every conversation of the user.
    pub conversations: BTreeMap<Id<ConversationId>, SyncConversation<'a>>,
}

/// What follows in one conversation.
#[derive(Debug, Serialize)]
pub struct SyncConversation<'a> {
    /// Oldest first.
    pub entries: Vec<WireEntry<'a>>,
    /// Others follow: ask again.
    pub more: bool,
    /// What the client had of it is to be dropped.
    pub reset: bool,
    /// How far both have got.
    pub receipts: Receipts,
    /// How many ask to be read.
    pub unread: u64,
}

/// One of `GET /api/conversations/:userId`.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct OldConversation<'a> {
    #[serde(rename = "_id")]
    id: Id<ConversationId>,
    participants: Vec<OldParticipant>,
    messages: Vec<WireEntry<'a>>,
    last_message: String,
    last_updated: Iso,
}

/// One of the two people of an [`OldConversation`].
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct OldParticipant {
    #[serde(rename = "_id")]
    id: Id<UserId>,
    name: String,
    profile_image: Option<String>,
    role: u8,
    conversation_id: Id<ConversationId>,
}

impl OldParticipant {
    /// A person of that conversation.
    pub fn new(user: &User, addresses: &dyn Addresses, conversation: ConversationId) -> Self {
        Self {
            id: Id(user.id),
            name: user.name.clone(),
            profile_image: image(user, addresses),
            role: user.role.number(),
            conversation_id: Id(conversation),
        }
    }
}

impl<'a> OldConversation<'a> {
    /// With its newest page of `messages`, oldest first, as the user with these receipts sees them.
    pub fn new(
        participants: Vec<OldParticipant>,
        last: &Entry,
        messages: &'a [Entry],
        reader: UserId,
        mine: Receipt,
        theirs: Receipt,
        addresses: &'a dyn Addresses,
    ) -> Self {
        Self {
            id: Id(last.conversation),
            participants,
            messages: as_seen(messages, reader, mine, theirs, Dialect::Old, addresses),
            last_message: preview(last).into_owned(),
            last_updated: Iso(last.created_at),
        }
    }
}

/// Entries as the user with these receipts sees them.
pub fn as_seen<'a>(
    entries: &'a [Entry],
    reader: UserId,
    mine: Receipt,
    theirs: Receipt,
    dialect: Dialect,
    addresses: &'a dyn Addresses,
) -> Vec<WireEntry<'a>> {
    entries.iter().map(|entry| seen(entry, reader, mine, theirs, dialect, addresses)).collect()
}

/// One entry as the user with these receipts sees it.
pub fn seen<'a>(
    entry: &'a Entry,
    reader: UserId,
    mine: Receipt,
    theirs: Receipt,
    dialect: Dialect,
    addresses: &'a dyn Addresses,
) -> WireEntry<'a> {
    let read = if entry.receiver == reader { mine.read } else { theirs.read };
    WireEntry { entry, read, dialect, addresses }
}

/// `GET /api/conversations/:conversationId/stats`.
#[derive(Debug, Clone, Copy, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Stats {
    /// Calls included.
    pub total_messages: u64,
    /// For who asks.
    pub unread_messages: u64,
}
