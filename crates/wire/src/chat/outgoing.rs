use domain::{ClientMessageId, ConversationId, EntryId, Receipt, Timestamp, UserId};
use serde::Serialize;

use crate::error::{Code, ErrorBody};
use crate::packet::Id;
use crate::time::Iso;

/// `{ error, code, retryAfterMs?, clientMessageId? }`: a message that was not sent.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct SendFailed {
    #[serde(flatten)]
    body: ErrorBody,
    #[serde(skip_serializing_if = "Option::is_none")]
    client_message_id: Option<Id<ClientMessageId>>,
}

impl SendFailed {
    /// Why, and which.
    pub fn new(body: ErrorBody, key: Option<ClientMessageId>) -> Self {
        Self { body, client_message_id: key.map(Id) }
    }
}

/// How far one person has got.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct ReceiptPair {
    delivered: u64,
    read: u64,
}

impl From<Receipt> for ReceiptPair {
    fn from(receipt: Receipt) -> Self {
        Self { delivered: receipt.delivered, read: receipt.read }
    }
}

/// How far both have got, as one of them sees it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Receipts {
    mine: ReceiptPair,
    theirs: ReceiptPair,
}

impl Receipts {
    /// The user's own, then the other's.
    pub fn new(mine: Receipt, theirs: Receipt) -> Self {
        Self { mine: mine.into(), theirs: theirs.into() }
    }
}

/// `receipt`.
#[derive(Debug, Clone, Copy, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ReceiptEvent {
    conversation_id: Id<ConversationId>,
    user_id: Id<UserId>,
    #[serde(flatten)]
    receipt: ReceiptPair,
}

impl ReceiptEvent {
    /// Whose, where, how far.
    pub fn new(conversation: ConversationId, user: UserId, receipt: Receipt) -> Self {
        Self { conversation_id: Id(conversation), user_id: Id(user), receipt: receipt.into() }
    }
}

/// `message-read` of the old dialect.
#[derive(Debug, Clone, Copy, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct MessageRead {
    message_id: Id<EntryId>,
    conversation_id: Id<ConversationId>,
}

impl MessageRead {
    /// Which, where.
    pub const fn new(message: EntryId, conversation: ConversationId) -> Self {
        Self { message_id: Id(message), conversation_id: Id(conversation) }
    }
}

/// `user-typing`.
#[derive(Debug, Clone, Copy, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct UserTyping {
    sender_id: Id<UserId>,
    is_typing: bool,
}

impl UserTyping {
    /// Who, and whether they still do.
    pub const fn new(sender: UserId, is_typing: bool) -> Self {
        Self { sender_id: Id(sender), is_typing }
    }
}

/// `presence`.
#[derive(Debug, Clone, Copy, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Presence {
    user_id: Id<UserId>,
    online: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    last_seen: Option<Iso>,
}

impl Presence {
    /// Who, whether they are there, and when they were last.
    pub fn new(user: UserId, online: bool, last_seen: Option<Timestamp>) -> Self {
        Self { user_id: Id(user), online, last_seen: last_seen.map(Iso) }
    }
}

/// `user-online` and `user-offline` of the old dialect.
#[derive(Debug, Clone, Copy, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct UserOnline {
    user_id: Id<UserId>,
}

impl UserOnline {
    /// Who.
    pub const fn new(user: UserId) -> Self {
        Self { user_id: Id(user) }
    }
}

/// `session-expired`.
#[derive(Debug, Clone, Copy, Serialize)]
pub struct SessionExpired {
    /// Why.
    pub code: Code,
}

/// `server-restarting`.
#[derive(Debug, Clone, Copy, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ServerRestarting {
    /// When to come back: another time for each client, so that they don't come all at once.
    pub reconnect_in_ms: u64,
}
