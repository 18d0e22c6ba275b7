use async_trait::async_trait;

use super::StoreError;
use crate::{Conversation, ConversationId, NewEntry, Upload, UploadId, User, UserId};

/// Why entries were not put into their places. Some of them may have been, from the first on.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PutError {
    /// The pair has another conversation, the conversation is another pair's, an entry's id or key is another entry's, or
    /// what comes before them is not there.
    #[error("something else is there")]
    Conflict,
    /// See there.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Bringing in what is whole already, under the ids that it has: what another store had, or the service before us. And
/// reading all that there is, for taking it elsewhere. It decides nothing about who may do what, unlike what people do.
///
/// Whatever is put again is left as it is, so that what was begun can be gone on with. The rest of what is brought in goes
/// through the ports that are idempotent already: [`Uploads::insert_upload`](super::Uploads) before the users and entries
/// that hold those, [`Conversations::advance_receipt`](super::Conversations) after the entries.
#[async_trait]
pub trait Transfer: Send + Sync {
    /// Notes that the transfer of that name fills this store. False if there is anything in it that came otherwise.
    async fn admit(&self, name: &str) -> Result<bool, StoreError>;
    /// Puts users, one after the other; says of whom the address is another's, who are not put.
    async fn put_users(&self, users: Vec<User>) -> Result<Vec<UserId>, StoreError>;
    /// Puts entries of one conversation, in their order, the first as number `first`. They were let in once and are not
    /// judged again; what changes do to messages is done. What has its place already is left alone. Says how many were put.
    async fn put_entries(&self, first: u64, entries: Vec<NewEntry>) -> Result<u64, PutError>;
    /// Users by id, from the one after that id on; none at the end.
    async fn users_after(&self, after: Option<UserId>, limit: u32) -> Result<Vec<User>, StoreError>;
    /// The same of conversations that have begun.
    async fn conversations_after(
        &self,
        after: Option<ConversationId>,
        limit: u32,
    ) -> Result<Vec<Conversation>, StoreError>;
    /// The same of uploads that don't leave.
    async fn uploads_after(&self, after: Option<UploadId>, limit: u32) -> Result<Vec<Upload>, StoreError>;
}
