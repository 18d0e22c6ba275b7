use std::sync::Arc;

use domain::{
    Appended, ClientMessageId, ConversationId, Entry, EntryBody, EntryId, NewEntry, Timestamp, User, UserId,
    may_contact,
};

use super::{Chat, ChatError};
use crate::fresh;

impl Chat {
    /// The person, if `user` may contact them.
    pub async fn contact(&self, user: UserId, other: UserId, now: Timestamp) -> Result<Arc<User>, ChatError> {
        let people = &self.inner.people;
        let me = people.user(user, now).await?.ok_or(ChatError::ContactNotAllowed)?;
        let them = people.user(other, now).await?.ok_or(ChatError::ContactNotAllowed)?;
        if may_contact(&me, &them) { Ok(them) } else { Err(ChatError::ContactNotAllowed) }
    }

    /// Appends a message to the pair's conversation and tells both. Durable when it returns; the same key and body again
    /// return what is there and tell nobody. `key` is made up where a client has none.
    pub async fn send(
        &self,
        sender: UserId,
        receiver: UserId,
        key: Option<ClientMessageId>,
        body: EntryBody,
        now: Timestamp,
    ) -> Result<Arc<Entry>, ChatError> {
        self.contact(sender, receiver, now).await?;
        let id = EntryId(fresh::object_id(now));
        let client_message_id = match key {
            Some(key) => key,
            None => id.to_string().parse().expect("an id is a key"),
        };
        let conversation = ConversationId(fresh::object_id(now));
        self.append(NewEntry { id, conversation, sender, receiver, client_message_id, created_at: now, body }).await
    }

    /// Appends the entry that an ended call leaves. Nobody is asked whether they may: the call took place.
    pub async fn log_call(&self, call: NewEntry) -> Result<Arc<Entry>, ChatError> {
        self.append(call).await
    }

    async fn append(&self, new: NewEntry) -> Result<Arc<Entry>, ChatError> {
        let _in_order = self.order(new.sender, new.receiver).await;
        let Appended { entry, duplicate } = self.inner.conversations.append(new).await?;
        let entry = Arc::new(entry);
        if !duplicate {
            self.inner.audience.appended(&entry);
        }
        Ok(entry)
    }
}
