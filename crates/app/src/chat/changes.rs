use std::sync::Arc;

use domain::{ClientMessageId, ConversationId, Entry, EntryBody, EntryId, NewEntry, Target, Timestamp, UserId};

use super::{Chat, ChatError};
use crate::fresh;

/// What is to become of a message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Change {
    /// It says something else.
    Edit(String),
    /// It is no more, for nobody.
    Deletion,
    /// What the sender makes of it; `None` takes that back.
    Reaction(Option<String>),
}

impl Chat {
    /// Appends a change to a message of a conversation of the sender's, and tells both. Whether it may be is decided where
    /// it is appended. The same key and change again come to what is there and tell nobody.
    pub async fn change(
        &self,
        sender: UserId,
        key: ClientMessageId,
        message: EntryId,
        change: Change,
        now: Timestamp,
    ) -> Result<Arc<Entry>, ChatError> {
        let message = self.of_sender(sender, message).await?;
        let receiver = if message.sender == sender { message.receiver } else { message.sender };
        // Whose consent to a recording is taken back may be gone; that waits for nobody.
        if !(matches!(change, Change::Deletion) && message.body.is_recording()) {
            self.contact(sender, receiver, now).await?;
        }
        let target = Target { seq: message.seq, id: message.id };
        let body = match change {
            Change::Edit(text) => EntryBody::Edit { target, text },
            Change::Deletion => EntryBody::Deletion { target },
            Change::Reaction(reaction) => EntryBody::Reaction { target, reaction },
        };
        let new = NewEntry {
            id: EntryId(fresh::object_id(now)),
            conversation: ConversationId(fresh::object_id(now)),
            sender,
            receiver,
            client_message_id: key,
            created_at: now,
            body,
            reply_to: None,
        };
        self.append(new).await.sent().await
    }

    /// An entry of one of the user's conversations.
    pub(super) async fn of_sender(&self, user: UserId, entry: EntryId) -> Result<Entry, ChatError> {
        let entry = self.inner.conversations.entry(entry).await?.ok_or(ChatError::Forbidden)?;
        if [entry.sender, entry.receiver].contains(&user) { Ok(entry) } else { Err(ChatError::Forbidden) }
    }
}
