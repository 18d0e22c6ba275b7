mod appointments;
mod consultations;
mod recordings;
mod transfer;
mod uploads;

use async_trait::async_trait;

use crate::{
    CallId, CallRecord, ClientMessageId, Conversation, ConversationId, ConversationSummary, Entry, EntryId, Found,
    NewEntry, NewSession, NewUser, OldReach, ProfileChange, Receipt, ReceiptChange, Revocation, SearchQuery, Session,
    SessionId, Timestamp, User, UserFilter, UserId, change,
};

pub use appointments::{Appointments, Booking};
pub use consultations::Consultations;
pub use recordings::Recordings;
pub use transfer::{PutError, Transfer};
pub use uploads::{BlobId, BlobReader, BlobWriter, Blobs, Discard, InsertUploadError, Part, Uploads};

/// Why a store could not do what it was asked. What it was asked has not happened, except for `Unknown`.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum StoreError {
    /// Too much is queued already; the same again a little later may do.
    #[error("the store is busy")]
    Busy,
    /// There is no room left on the disk. Reads go on.
    #[error("the store is full")]
    Full,
    /// It is gone, closed or broken; for the operator.
    #[error("the store is unavailable: {0}")]
    Unavailable(String),
    /// The answer was lost: it may have happened. Asking again with the same key is safe.
    #[error("the store did not answer: {0}")]
    Unknown(String),
}

/// Why a user was not inserted.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[allow(missing_docs)]
pub enum InsertUserError {
    #[error("the e-mail address is taken")]
    EmailTaken,
    /// Only of [`Users::insert_first_admin`].
    #[error("there is an admin already")]
    AdminExists,
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// The people with an account.
#[async_trait]
pub trait Users: Send + Sync {
    /// Inserts a user; the e-mail address is unique.
    async fn insert(&self, user: NewUser) -> Result<User, InsertUserError>;
    /// Inserts a user as admin if there is none, in one step.
    async fn insert_first_admin(&self, user: NewUser) -> Result<User, InsertUserError>;
    /// The user of that id.
    async fn by_id(&self, id: UserId) -> Result<Option<User>, StoreError>;
    /// The user of that address, given in lower case.
    async fn by_email(&self, email: &str) -> Result<Option<User>, StoreError>;
    /// The users of those ids that exist, in no particular order; 1,000 at most.
    async fn by_ids(&self, ids: &[UserId]) -> Result<Vec<User>, StoreError>;
    /// Users by filter, sorted by name whatever its case.
    async fn list(&self, filter: UserFilter) -> Result<Vec<User>, StoreError>;
    /// Changes what a user tells about themself; `None` if there is no such user.
    async fn change_profile(&self, id: UserId, change: ProfileChange) -> Result<Option<User>, StoreError>;
    /// Activates or disables. Disabling revokes every session, sets `valid_after` to `now` and logs a revocation.
    async fn set_active(&self, id: UserId, active: bool, now: Timestamp) -> Result<Option<User>, StoreError>;
    /// Replaces the password hash, sets `valid_after` to `now`, revokes every session but `keep` and logs a revocation.
    async fn set_password(
        &self,
        id: UserId,
        hash: String,
        now: Timestamp,
        keep: Option<SessionId>,
    ) -> Result<Option<User>, StoreError>;
    /// Puts another hash of the same password in the place of `from`; false if that is no longer there. No session ends.
    async fn renew_hash(&self, id: UserId, from: &str, to: String) -> Result<bool, StoreError>;
}

/// What became of a refresh token that was offered for a new one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Rotation {
    /// It was the current one; the new one has taken its place and the session lasts until the new expiry.
    Rotated(Session),
    /// It was replaced within the grace given: two tabs asked at once, or an answer was lost. Nothing has changed; the
    /// caller may make an access token but no refresh token.
    Overtaken(Session),
    /// It was replaced, earlier than that and however often since: somebody copied it. The session is revoked and the
    /// revocation logged.
    Replayed(Session),
    /// No live session has it.
    Unknown,
}

/// Sign-ins, and the log of those that were revoked.
#[async_trait]
pub trait Sessions: Send + Sync {
    /// Records a sign-in. Sessions that expired before `new.created_at` may be forgotten.
    async fn create(&self, new: NewSession) -> Result<(), StoreError>;
    /// The session, unless it was revoked or forgotten.
    async fn session(&self, id: SessionId) -> Result<Option<Session>, StoreError>;
    /// Exchanges a refresh token (its SHA-256) for the next, in one step.
    async fn rotate(
        &self,
        offered: [u8; 32],
        next: [u8; 32],
        now: Timestamp,
        expires_at: Timestamp,
        grace: std::time::Duration,
    ) -> Result<Rotation, StoreError>;
    /// Revokes one session of a user; logs a revocation. False if there was none.
    async fn revoke(&self, user: UserId, session: SessionId) -> Result<bool, StoreError>;
    /// Revokes every session of a user, sets `valid_after` to `now`; logs a revocation.
    async fn revoke_all(&self, user: UserId, now: Timestamp) -> Result<(), StoreError>;
    /// The revocations after that number, oldest first, 1,000 at most.
    async fn revocations_after(&self, number: u64) -> Result<Vec<Revocation>, StoreError>;
    /// The number of the newest revocation; 0 if there is none.
    async fn last_revocation(&self) -> Result<u64, StoreError>;
}

/// Why an entry was not appended.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum AppendError {
    /// This sender has used the key for something else.
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

/// What appending came to.
#[derive(Debug, Clone, PartialEq)]
pub struct Appended {
    /// The entry as it is kept.
    pub entry: Entry,
    /// It had been there already, under the same key: nothing was written, nobody needs to be told.
    pub duplicate: bool,
}

/// Conversations and their logs.
#[async_trait]
pub trait Conversations: Send + Sync {
    /// Names this life of the data: another epoch, and no cursor made before it holds.
    async fn epoch(&self) -> Result<String, StoreError>;
    /// Appends to the pair's log, making the conversation if there is none. Durable when it returns. Idempotent by
    /// sender and `client_message_id`: the same body again returns the entry that is there. Appends of one conversation
    /// are done in the order in which they are begun, be the answers awaited or not.
    ///
    /// An entry that changes a message or replies to one is let in by [`change::may_append`], asked about that message as
    /// it is at the moment of appending: of a deletion and an edit that race, the later sees the earlier. A deletion wipes
    /// in the same step what the message said and what its edits said. Every entry that is read comes with what the
    /// changes to it have made of it, folded by [`change::Changes::fold`], and with what it quotes, as that is now.
    async fn append(&self, new: NewEntry) -> Result<Appended, AppendError>;
    /// The conversation of that id.
    async fn conversation(&self, id: ConversationId) -> Result<Option<Conversation>, StoreError>;
    /// The conversation of that pair.
    async fn between(&self, a: UserId, b: UserId) -> Result<Option<Conversation>, StoreError>;
    /// A user's conversations, by their newest message or call, the newest first; 1,000 at most.
    async fn list(&self, user: UserId) -> Result<Vec<ConversationSummary>, StoreError>;
    /// The last `limit` entries with a `seq` below `before` (`None`: of all), oldest first.
    async fn entries_before(
        &self,
        conversation: ConversationId,
        before: Option<u64>,
        limit: u32,
    ) -> Result<Vec<Entry>, StoreError>;
    /// The same of the messages and calls alone.
    async fn messages_before(
        &self,
        conversation: ConversationId,
        before: Option<u64>,
        limit: u32,
    ) -> Result<Vec<Entry>, StoreError>;
    /// The first `limit` entries with a `seq` above `after`, oldest first.
    async fn entries_after(
        &self,
        conversation: ConversationId,
        after: u64,
        limit: u32,
    ) -> Result<Vec<Entry>, StoreError>;
    /// The entry of that id.
    async fn entry(&self, id: EntryId) -> Result<Option<Entry>, StoreError>;
    /// The entry that this sender wrote under this key.
    async fn entry_by_key(&self, sender: UserId, key: &ClientMessageId) -> Result<Option<Entry>, StoreError>;
    /// The messages that have these words, as they are now: an edited one is found by its new text and not by the old, a
    /// deleted one not at all. Only of the user's conversations (of those that [`list`](Self::list) has, where none is
    /// named); in one by `seq`, of several by time, the newest first. What was appended before this is called is found.
    async fn search(&self, user: UserId, query: &SearchQuery) -> Result<Found, StoreError>;
    /// Advances a user's receipt to at least `to`, never past the newest entry and never back; what is read becomes
    /// delivered. `None` if there is no such conversation or the user is not in it.
    async fn advance_receipt(
        &self,
        conversation: ConversationId,
        user: UserId,
        to: Receipt,
    ) -> Result<Option<ReceiptChange>, StoreError>;
    /// Both receipts: the user's own, then the other's. Zeros if the user is not in the conversation.
    async fn receipts(&self, conversation: ConversationId, user: UserId) -> Result<[Receipt; 2], StoreError>;
    /// What a client that has everything of [`list`](Self::list) has: how many conversations, and how many entries in all.
    async fn totals(&self, user: UserId) -> Result<[u64; 2], StoreError> {
        let list = self.list(user).await?;
        let entries = list.iter().map(|summary| summary.conversation.last_seq).sum();
        Ok([list.len() as u64, entries])
    }
    /// `{ all, unread }` of the messages and calls of a conversation for a user. Zeros if the user is not in it.
    async fn counts(&self, conversation: ConversationId, user: UserId) -> Result<[u64; 2], StoreError>;
}

/// What came of claiming the seats of a new call.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Claim {
    /// Both are taken and the record is saved.
    Claimed,
    /// This user is in that call already; nothing was claimed or saved.
    Busy(UserId, CallId),
}

/// What came of saving a transition.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Transition {
    /// Saved.
    Saved,
    /// Another version is there, or none: nothing was saved.
    Stale,
}

/// Calls that are not over, and those whose entry is not written yet.
#[async_trait]
pub trait Calls: Send + Sync {
    /// Saves a new call (version 1) and claims the seats of both users: both or none.
    async fn claim_seats(&self, call: CallRecord) -> Result<Claim, StoreError>;
    /// Saves a call whose stored version is one less than `call.version`. Releases both seats if it has ended.
    async fn transition_call(&self, call: CallRecord) -> Result<Transition, StoreError>;
    /// Forgets an ended call once its entry is in the conversation. Does nothing if it is gone already or has not ended.
    async fn forget_call(&self, id: CallId) -> Result<(), StoreError>;
    /// Every call that is kept, in order of creation: what a process that starts goes on with.
    async fn unfinished(&self) -> Result<Vec<CallRecord>, StoreError>;
}

/// How far the pages of old clients have got, which have no cursor of their own.
#[async_trait]
pub trait OldPages: Send + Sync {
    /// The places of a user's pages that were kept after `since`, in no particular order.
    async fn reached(&self, user: UserId, since: Timestamp) -> Result<Vec<OldReach>, StoreError>;
    /// Keeps these places, the later call over the earlier; those that were kept before `oldest` may be forgotten.
    async fn reach(&self, reached: &[OldReach], oldest: Timestamp) -> Result<(), StoreError>;
}
