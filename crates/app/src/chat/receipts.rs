use domain::{ConversationId, EntryId, Receipt, ReceiptChange, UserId};

use super::{Chat, ChatError, Moved};

/// An old sender is told of so many messages at most when they are read at once.
const MAX_EACH_READ: u32 = 200;

impl Chat {
    /// Everything up to `seq` has reached a device of the user.
    pub async fn delivered(&self, user: UserId, at: ConversationId, seq: u64) -> Result<Receipt, ChatError> {
        self.advance(user, at, Receipt { delivered: seq, read: 0 }).await
    }

    /// The user has read everything up to `seq`.
    pub async fn read(&self, user: UserId, at: ConversationId, seq: u64) -> Result<Receipt, ChatError> {
        self.advance(user, at, Receipt { delivered: seq, read: seq }).await
    }

    /// The user has read everything up to that message.
    pub async fn read_until(&self, user: UserId, at: ConversationId, last: EntryId) -> Result<Receipt, ChatError> {
        self.other(at, user).await?;
        let entry = self.inner.conversations.entry(last).await?;
        let entry = entry.filter(|entry| entry.conversation == at).ok_or(ChatError::Forbidden)?;
        self.read(user, at, entry.seq).await
    }

    async fn advance(&self, user: UserId, conversation: ConversationId, to: Receipt) -> Result<Receipt, ChatError> {
        let other = self.other(conversation, user).await?;
        let change = self.inner.conversations.advance_receipt(conversation, user, to).await?;
        let ReceiptChange { before, after } = change.ok_or(ChatError::Forbidden)?;
        if before == after {
            return Ok(after);
        }
        let mut each_read = Vec::new();
        if after.read > before.read {
            let last = after.read.saturating_add(1);
            let covered = self.inner.conversations.messages_before(conversation, Some(last), MAX_EACH_READ).await;
            // The receipt is moved all the same; who hears of it late reads it with the conversation.
            each_read = covered
                .unwrap_or_default()
                .iter()
                .filter(|entry| entry.seq > before.read && entry.sender == other)
                .map(|entry| entry.id)
                .collect();
        }
        self.inner.audience.moved(&Moved { conversation, user, other, receipt: after, each_read });
        Ok(after)
    }
}
