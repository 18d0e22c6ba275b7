use std::sync::Arc;

use domain::{
    Appended, ClientMessageId, ConversationId, Entry, EntryBody, EntryId, NewEntry, StoreError, Timestamp, UploadId,
    User, UserId, may_contact,
};
use tokio::task::JoinHandle;

use super::{Chat, ChatError};
use crate::fresh;

/// A message on its way to the disk. It gets there, and is told of, whether this is awaited or not.
#[derive(Debug)]
pub struct Sending(JoinHandle<Result<Arc<Entry>, ChatError>>);

impl Sending {
    /// The entry, durable.
    pub async fn sent(self) -> Result<Arc<Entry>, ChatError> {
        let lost = |_| ChatError::Store(StoreError::Unknown("it was not seen through".to_owned()));
        self.0.await.map_err(lost)?
    }
}

impl Chat {
    /// The person, if `user` may contact them.
    pub async fn contact(&self, user: UserId, other: UserId, now: Timestamp) -> Result<Arc<User>, ChatError> {
        let people = &self.inner.people;
        let me = people.user(user, now).await?.ok_or(ChatError::ContactNotAllowed)?;
        let them = people.user(other, now).await?.ok_or(ChatError::ContactNotAllowed)?;
        if may_contact(&me, &them) { Ok(them) } else { Err(ChatError::ContactNotAllowed) }
    }

    /// Begins to append a message to the pair's conversation and to tell both; several that are begun one after the other
    /// keep their order and share a commit. The same key and body again come to what is there and tell nobody. `key` is
    /// made up where a client has none; `reply_to` is a message of the same conversation.
    pub async fn send(
        &self,
        sender: UserId,
        receiver: UserId,
        key: Option<ClientMessageId>,
        body: EntryBody,
        reply_to: Option<EntryId>,
        now: Timestamp,
    ) -> Result<Sending, ChatError> {
        self.contact(sender, receiver, now).await?;
        let reply_to = match reply_to {
            Some(message) => Some(self.of_sender(sender, message).await?),
            None => None,
        };
        if reply_to.as_ref().is_some_and(|message| ![message.sender, message.receiver].contains(&receiver)) {
            return Err(ChatError::Forbidden);
        }
        let id = EntryId(fresh::object_id(now));
        let client_message_id = match key {
            Some(key) => key,
            None => id.to_string().parse().expect("an id is a key"),
        };
        let conversation = ConversationId(fresh::object_id(now));
        let new = NewEntry {
            id,
            conversation,
            sender,
            receiver,
            client_message_id,
            created_at: now,
            body,
            reply_to: reply_to.map(|message| message.seq),
        };
        Ok(self.append(new).await)
    }

    /// What was sent under that key before and shows something that may be gone by now: sent again, it comes to the same.
    pub async fn sent_before(&self, sender: UserId, key: &ClientMessageId) -> Result<Option<Sending>, ChatError> {
        let entry = self.inner.conversations.entry_by_key(sender, key).await?;
        let entry = entry.filter(|entry| entry.is_deleted()).map(Arc::new);
        Ok(entry.map(|entry| Sending(tokio::spawn(async move { Ok(entry) }))))
    }

    /// Appends the entry that an ended call leaves. Nobody is asked whether they may: the call took place.
    pub async fn log_call(&self, call: NewEntry) -> Result<Arc<Entry>, ChatError> {
        self.append(call).await.sent().await
    }

    /// Puts a recording that both have agreed to into their conversation. Nobody is asked whether they may: they did.
    pub async fn log_recording(&self, recording: NewEntry) -> Result<Arc<Entry>, ChatError> {
        self.append(recording).await.sent().await
    }

    /// The recording that a message of the user's conversations shows, if it shows one.
    pub async fn recording_of(&self, user: UserId, message: EntryId) -> Result<Option<UploadId>, ChatError> {
        let message = self.of_sender(user, message).await?;
        Ok(message.body.file().filter(|_| message.body.is_recording()).map(|file| file.upload))
    }

    /// The message under which a recording was put into a conversation by its recorder.
    pub async fn recorded(&self, recorder: UserId, recording: UploadId) -> Result<Option<Entry>, ChatError> {
        let key = ClientMessageId::of_recording(recording);
        Ok(self.inner.conversations.entry_by_key(recorder, &key).await?)
    }

    pub(super) async fn append(&self, new: NewEntry) -> Sending {
        let (sender, receiver, conversations) = (new.sender, new.receiver, self.inner.conversations.clone());
        let begun = self.inner.order.begin(sender, receiver, async move { conversations.append(new).await }).await;
        let audience = self.inner.audience.clone();
        Sending(tokio::spawn(async move {
            let (appended, _turn) = begun.finish().await;
            let Appended { entry, duplicate } = appended?;
            let entry = Arc::new(entry);
            if !duplicate {
                audience.appended(&entry);
            }
            Ok(entry)
        }))
    }
}
