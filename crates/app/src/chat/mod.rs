//! Chat: messages that are kept, read and told of, over the ports.
//!
//! [`Chat::send`] is the one way by which an entry gets into a conversation (a call's entry comes by [`Chat::log_call`]):
//! durable first, then told to the [`Audience`], in the order of `seq`. What is told may get lost; [`Chat::sync`] gives it
//! again. Reading asks whether somebody is of the pair, writing whether the two may contact each other.

mod changes;
#[cfg(test)]
mod delivery;
mod history;
mod order;
mod people;
mod receipts;
mod search;
mod send;
#[cfg(test)]
mod tests;

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use domain::{
    AppendError, Conversation, ConversationId, Conversations, Entry, EntryId, Receipt, StoreError, UserId, Users,
    change,
};

pub use changes::Change;
pub use history::{Inbox, OldConversation, Page, Place, Synced, SyncedConversation};
use order::Order;
use people::People;
pub use search::{FoundMessages, Search, SearchError};
pub use send::Sending;

/// Pairs that are remembered: who is in a conversation never changes.
const MAX_PAIRS: usize = 50_000;

/// Who is told; `server` renders it for each connection.
pub trait Audience: Send + Sync {
    /// An entry is in its conversation, durably. Called in the order of `seq` within a conversation.
    fn appended(&self, entry: &Arc<Entry>);
    /// Somebody got further in a conversation.
    fn moved(&self, moved: &Moved);
}

/// A receipt that was advanced.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Moved {
    /// Where.
    pub conversation: ConversationId,
    /// Whose.
    pub user: UserId,
    /// The other of the pair.
    pub other: UserId,
    /// To here.
    pub receipt: Receipt,
    /// The other's messages that it newly covers, oldest first and bounded: old pages are
    /// told of each.
    pub each_read: Vec<EntryId>,
}

/// Why something could not be done.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ChatError {
    /// The two may not contact each other, or there is no such person.
    #[error("not a contact")]
    ContactNotAllowed,
    /// Not of this conversation, whether it exists or not.
    #[error("not of this conversation")]
    Forbidden,
    /// The key was used for another message.
    #[error("the client message id was used for another message")]
    IdConflict,
    /// It points at a message, and may not.
    #[error(transparent)]
    Refused(#[from] change::Refused),
    /// It shows an upload that is not its sender's, or is gone.
    #[error("the upload is not there")]
    UploadNotFound,
    /// See there.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl From<AppendError> for ChatError {
    fn from(error: AppendError) -> Self {
        match error {
            AppendError::IdConflict => Self::IdConflict,
            AppendError::UploadNotFound => Self::UploadNotFound,
            AppendError::Refused(why) => Self::Refused(why),
            AppendError::Store(error) => Self::Store(error),
        }
    }
}

/// The chat's use cases. Cheap to clone.
#[derive(Clone)]
pub struct Chat {
    inner: Arc<Inner>,
}

struct Inner {
    conversations: Arc<dyn Conversations>,
    people: People,
    audience: Arc<dyn Audience>,
    order: Order,
    pairs: Mutex<HashMap<ConversationId, [UserId; 2]>>,
}

impl Chat {
    /// Over these ports, told to that audience.
    pub fn new(conversations: Arc<dyn Conversations>, users: Arc<dyn Users>, audience: Arc<dyn Audience>) -> Self {
        Self {
            inner: Arc::new(Inner {
                conversations,
                people: People::new(users),
                audience,
                order: Order::new(),
                pairs: Mutex::default(),
            }),
        }
    }

    /// Somebody's record has changed: it is read again at the next question.
    pub fn forget_user(&self, user: UserId) {
        self.inner.people.forget(user);
    }

    /// The other of the pair whose conversation it is.
    async fn other(&self, conversation: ConversationId, user: UserId) -> Result<UserId, ChatError> {
        let pairs = || self.inner.pairs.lock().unwrap_or_else(PoisonError::into_inner);
        let known = pairs().get(&conversation).copied();
        let users = match known {
            Some(users) => users,
            None => {
                let found: Option<Conversation> = self.inner.conversations.conversation(conversation).await?;
                let users = found.ok_or(ChatError::Forbidden)?.users;
                let mut pairs = pairs();
                if pairs.len() >= MAX_PAIRS {
                    pairs.clear();
                }
                pairs.insert(conversation, users);
                users
            }
        };
        match users {
            [a, b] if a == user => Ok(b),
            [a, b] if b == user => Ok(a),
            _ => Err(ChatError::Forbidden),
        }
    }
}
