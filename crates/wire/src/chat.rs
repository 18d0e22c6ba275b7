//! What chat clients send and get, over the socket and by REST, beside the entries themselves.

#[cfg(test)]
mod fixtures;
mod incoming;
mod lists;
mod outgoing;
mod search;

pub use incoming::{
    ChangeMessage, Delivered, FileMessage, MAX_TEXT, MarkAsRead, SendMessage, Sync, Typing, Verify,
    client_message_id_of,
};
pub use lists::{
    Contact, EntriesPage, Inbox, InboxConversation, OldConversation, OldParticipant, Stats, SyncAnswer,
    SyncConversation, as_seen, seen,
};
pub use outgoing::{
    MessageRead, Presence, ReceiptEvent, ReceiptPair, Receipts, SendFailed, ServerRestarting, SessionExpired,
    UserOnline, UserTyping,
};
pub use search::{SearchCursor, SearchPage};
