use std::collections::HashMap;

use domain::{
    ConversationId, ConversationSummary, Entry, EntryBody, Plan, Receipt, Role, StoreError, Timestamp, User,
    UserFilter, UserId, may_contact,
};

use super::{Chat, ChatError};

/// Entries of a conversation that is given anew.
const RESET_PAGE: u32 = 50;

/// Entries that follow, of one conversation.
const SYNC_PAGE: u32 = 200;

/// One answer to `sync` has so many entries, and so many bytes of text, at most.
const SYNC_ENTRIES: usize = 2_000;
const SYNC_BYTES: usize = 512 * 1024;

/// All conversations of an old client together have so many messages at most; then only each one's newest.
const OLD_MESSAGES: usize = 5_000;

/// What the first screen needs.
#[derive(Debug, Clone, PartialEq)]
pub struct Inbox {
    /// See [`domain::Conversations::epoch`].
    pub epoch: String,
    /// The newest first, each with the other person; those whose record is gone are left out.
    pub conversations: Vec<(ConversationSummary, User)>,
    /// Everybody whom the user may contact, by name.
    pub contacts: Vec<User>,
}

/// Where a page of a conversation is: a `seq` is the first or last that it does not have, or the one in its middle.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[allow(missing_docs)]
pub enum Place {
    Newest,
    Before(u64),
    After(u64),
    Around(u64),
}

/// A page of a conversation, oldest first.
#[derive(Debug, Clone, PartialEq)]
#[allow(missing_docs)]
pub struct Page {
    pub entries: Vec<Entry>,
    /// Whether there are older ones.
    pub more: bool,
    /// Whether there are newer ones; of pages that were asked for from their beginning.
    pub more_after: bool,
    pub mine: Receipt,
    pub theirs: Receipt,
}

/// What follows in one conversation.
#[derive(Debug, Clone, PartialEq)]
pub struct SyncedConversation {
    /// As it is now.
    pub summary: ConversationSummary,
    /// Oldest first.
    pub entries: Vec<Entry>,
    /// Others follow.
    pub more: bool,
    /// What the client had is to be dropped.
    pub reset: bool,
}

/// What a client that comes back has missed.
#[derive(Debug, Clone, PartialEq)]
pub struct Synced {
    /// What the numbers are of.
    pub epoch: String,
    /// Everything that the client had is to be dropped.
    pub reset: bool,
    /// Every conversation of the user.
    pub conversations: Vec<SyncedConversation>,
}

/// A conversation as old clients list it.
#[derive(Debug, Clone, PartialEq)]
pub struct OldConversation {
    /// As it is now.
    pub summary: ConversationSummary,
    /// The newest page, oldest first.
    pub messages: Vec<Entry>,
    /// The two people, the user first.
    pub people: Vec<User>,
}

impl Chat {
    /// What the first screen needs.
    pub async fn inbox(&self, user: &User) -> Result<Inbox, ChatError> {
        let epoch = self.inner.conversations.epoch().await?;
        let summaries = self.inner.conversations.list(user.id).await?;
        let mut people = self.others(user.id, &summaries).await?;
        let conversations = summaries
            .into_iter()
            .filter_map(|summary| {
                let other = people.remove(&summary.conversation.other(user.id)?)?;
                Some((summary, other))
            })
            .collect();
        Ok(Inbox { epoch, conversations, contacts: self.contacts(user).await? })
    }

    /// Everybody whom the user may contact, by name.
    pub async fn contacts(&self, user: &User) -> Result<Vec<User>, ChatError> {
        let users = self.inner.people.port();
        let active = |role| UserFilter { role, active: Some(true) };
        // A practice has many patients and few who treat: a patient's contacts need no look at the others.
        let mut found = match user.role {
            Role::Patient => {
                let mut staff = users.list(active(Some(Role::Dietician))).await?;
                staff.extend(users.list(active(Some(Role::Admin))).await?);
                staff.sort_by_cached_key(|user| user.name.to_lowercase());
                staff
            }
            Role::Dietician | Role::Admin => users.list(active(None)).await?,
        };
        found.retain(|other| may_contact(user, other));
        Ok(found)
    }

    async fn others(
        &self,
        user: UserId,
        summaries: &[ConversationSummary],
    ) -> Result<HashMap<UserId, User>, StoreError> {
        let ids: Vec<UserId> = summaries.iter().filter_map(|summary| summary.conversation.other(user)).collect();
        if ids.is_empty() {
            return Ok(HashMap::new());
        }
        let users = self.inner.people.port().by_ids(&ids).await?;
        Ok(users.into_iter().map(|user| (user.id, user)).collect())
    }

    /// The user's conversations as old clients list them, the newest first.
    pub async fn old_list(&self, user: &User) -> Result<Vec<OldConversation>, ChatError> {
        let summaries = self.inner.conversations.list(user.id).await?;
        let mut people = self.others(user.id, &summaries).await?;
        let mut left = OLD_MESSAGES;
        let mut list = Vec::with_capacity(summaries.len());
        for summary in summaries {
            let messages = if left == 0 {
                vec![summary.last_message().clone()]
            } else {
                self.inner.conversations.messages_before(summary.conversation.id, None, RESET_PAGE).await?
            };
            left = left.saturating_sub(messages.len());
            let other = summary.conversation.other(user.id).and_then(|other| people.remove(&other));
            let people = std::iter::once(user.clone()).chain(other).collect();
            list.push(OldConversation { summary, messages, people });
        }
        Ok(list)
    }

    /// The last `limit` messages and calls before that `seq`.
    pub async fn old_page(
        &self,
        user: UserId,
        conversation: ConversationId,
        before: Option<u64>,
        limit: u32,
    ) -> Result<Page, ChatError> {
        self.other(conversation, user).await?;
        let entries = self.inner.conversations.messages_before(conversation, before, limit).await?;
        self.page_of(user, conversation, entries, false).await
    }

    /// `limit` entries at that place.
    pub async fn page(
        &self,
        user: UserId,
        conversation: ConversationId,
        place: Place,
        limit: u32,
    ) -> Result<Page, ChatError> {
        self.other(conversation, user).await?;
        let store = &self.inner.conversations;
        let (mut entries, after) = match place {
            Place::Newest => (store.entries_before(conversation, None, limit).await?, None),
            Place::Before(seq) => (store.entries_before(conversation, Some(seq), limit).await?, None),
            Place::After(seq) => (Vec::new(), Some((seq, limit))),
            Place::Around(seq) => {
                let older = store.entries_before(conversation, Some(seq), limit / 2).await?;
                (older, Some((seq.saturating_sub(1), limit - limit / 2)))
            }
        };
        let mut more_after = false;
        if let Some((seq, limit)) = after {
            // One more tells whether there are others.
            let mut newer = store.entries_after(conversation, seq, limit.saturating_add(1)).await?;
            more_after = newer.len() > limit as usize;
            newer.truncate(limit as usize);
            entries.append(&mut newer);
        }
        self.page_of(user, conversation, entries, more_after).await
    }

    async fn page_of(
        &self,
        user: UserId,
        conversation: ConversationId,
        entries: Vec<Entry>,
        more_after: bool,
    ) -> Result<Page, ChatError> {
        // `seq` is dense from 1.
        let more = entries.first().is_some_and(|first| first.seq > 1);
        let [mine, theirs] = self.inner.conversations.receipts(conversation, user).await?;
        Ok(Page { entries, more, more_after, mine, theirs })
    }

    /// Whether a client that has so many conversations, with so many entries in all, has everything that there is.
    pub async fn has_all(&self, user: UserId, epoch: &str, has: [u64; 2]) -> Result<bool, ChatError> {
        let store = &self.inner.conversations;
        Ok(store.epoch().await? == epoch && store.totals(user).await? == has)
    }

    /// `[all, unread]` of a conversation.
    pub async fn counts(&self, user: UserId, conversation: ConversationId) -> Result<[u64; 2], ChatError> {
        self.other(conversation, user).await?;
        Ok(self.inner.conversations.counts(conversation, user).await?)
    }

    /// What follows the last `seq` that a client has of each conversation it knows.
    pub async fn sync(
        &self,
        user: UserId,
        epoch: Option<&str>,
        has: &HashMap<ConversationId, u64>,
    ) -> Result<Synced, ChatError> {
        let store = &self.inner.conversations;
        let now = store.epoch().await?;
        let reset = epoch.is_some_and(|epoch| epoch != now);
        let mut budget = Budget { entries: SYNC_ENTRIES, bytes: SYNC_BYTES };
        let mut conversations = Vec::new();
        for summary in store.list(user).await? {
            let (id, last_seq) = (summary.conversation.id, summary.conversation.last_seq);
            // A client that is ahead of us has what we have lost.
            let after = has.get(&id).copied().filter(|after| !reset && epoch.is_some() && *after <= last_seq);
            let entries = match after {
                Some(after) if after == last_seq => Vec::new(),
                Some(_) if budget.is_spent() => Vec::new(),
                Some(after) => budget.first(store.entries_after(id, after, SYNC_PAGE).await?),
                None if budget.is_spent() => vec![summary.last.clone()],
                None => budget.last(store.entries_before(id, None, RESET_PAGE).await?),
            };
            let reached = entries.last().map_or(after.unwrap_or(last_seq), |last| last.seq);
            conversations.push(SyncedConversation {
                more: reached < last_seq,
                reset: after.is_none(),
                summary,
                entries,
            });
        }
        Ok(Synced { epoch: now, reset, conversations })
    }

    /// The record of a user as it was a moment ago.
    pub async fn user(&self, id: UserId, now: Timestamp) -> Result<Option<std::sync::Arc<User>>, ChatError> {
        Ok(self.inner.people.user(id, now).await?)
    }
}

/// What one answer may still hold.
struct Budget {
    entries: usize,
    bytes: usize,
}

impl Budget {
    const fn is_spent(&self) -> bool {
        self.entries == 0 || self.bytes == 0
    }

    /// Whether one more fits; the first always does.
    fn take(&mut self, entry: &Entry) -> bool {
        if self.is_spent() {
            return false;
        }
        self.entries -= 1;
        self.bytes = self
            .bytes
            .saturating_sub(size(&entry.body) + entry.changes.as_ref().map_or(0, |_| entry.text().len()) + 300);
        true
    }

    /// The first of them.
    fn first(&mut self, mut entries: Vec<Entry>) -> Vec<Entry> {
        let fit = entries.iter().take_while(|entry| self.take(entry)).count();
        entries.truncate(fit);
        entries
    }

    /// The last of them.
    fn last(&mut self, mut entries: Vec<Entry>) -> Vec<Entry> {
        let fit = entries.iter().rev().take_while(|entry| self.take(entry)).count();
        entries.split_off(entries.len() - fit)
    }
}

fn size(body: &EntryBody) -> usize {
    match body {
        EntryBody::Text(text) | EntryBody::Edit { text, .. } => text.len(),
        EntryBody::Plan { text, plan: Plan { preferences, meals, .. } } => {
            text.len() + [preferences, meals].into_iter().flatten().map(String::len).sum::<usize>() + 400
        }
        // With two signed addresses and a waveform.
        EntryBody::File { text, file, .. } => text.len() + 3 * file.name.len() + 1_200,
        EntryBody::Call(_) | EntryBody::Deletion { .. } | EntryBody::Reaction { .. } => 100,
    }
}
