use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use domain::{Entry, FoundPlace, Receipt, SearchQuery, StoreError, Timestamp, UserId};

use super::{Chat, ChatError};
use crate::limit::Limit;

/// Somebody who types pauses now and then.
const AT_ONCE: u32 = 30;
const EVERY: Duration = Duration::from_millis(200);

/// Why nothing was looked for.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SearchError {
    /// Not so often; again after that.
    #[error("too many searches")]
    TooOften(Duration),
    /// See there.
    #[error(transparent)]
    Chat(#[from] ChatError),
}

impl From<StoreError> for SearchError {
    fn from(error: StoreError) -> Self {
        Self::Chat(error.into())
    }
}

/// Messages that were found, the newest first, each with how far its reader and the other have got.
#[derive(Debug, Clone, PartialEq)]
pub struct FoundMessages {
    /// As they are now.
    pub entries: Vec<(Entry, [Receipt; 2])>,
    /// There are more, from here on.
    pub next: Option<FoundPlace>,
}

/// Search in what somebody wrote and was written to. Cheap to clone.
#[derive(Clone)]
pub struct Search {
    chat: Chat,
    often: Option<Arc<Limit>>,
}

impl Search {
    /// In what that chat keeps; with limits or without.
    pub fn new(chat: Chat, limits: bool) -> Self {
        Self { chat, often: limits.then(|| Arc::new(Limit::new(AT_ONCE, EVERY))) }
    }

    /// Looks through a conversation of the user's, or all of them.
    pub async fn find(&self, user: UserId, query: &SearchQuery, now: Timestamp) -> Result<FoundMessages, SearchError> {
        if let Some(conversation) = query.conversation {
            self.chat.other(conversation, user).await?;
        }
        if let Some(often) = &self.often {
            often.take(user, now).map_err(SearchError::TooOften)?;
        }
        let store = &self.chat.inner.conversations;
        let found = store.search(user, query).await?;
        let mut receipts: HashMap<_, [Receipt; 2]> = HashMap::new();
        let mut entries = Vec::with_capacity(found.entries.len());
        for entry in found.entries {
            let known = receipts.get(&entry.conversation).copied();
            let of = match known {
                Some(known) => known,
                None => store.receipts(entry.conversation, user).await?,
            };
            receipts.insert(entry.conversation, of);
            entries.push((entry, of));
        }
        Ok(FoundMessages { entries, next: found.next })
    }
}
