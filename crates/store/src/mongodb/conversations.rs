use std::collections::HashMap;

use async_trait::async_trait;
use domain::{
    AppendError, Appended, ClientMessageId, Conversation, ConversationId, ConversationSummary, Conversations, Entry,
    EntryId, Found, NewEntry, Receipt, ReceiptChange, SearchQuery, StoreError, UserId,
};
use mongodb::bson::doc;
use mongodb::bson::oid::ObjectId;
use serde::{Deserialize, Serialize};
use tokio::sync::oneshot;

use super::ask::{self, all, change, read};
use super::heads::Head;
use super::row::{Id, Pair, number, place, signed};
use super::writer::Pending;
use super::{Core, MongoDb, RECEIPT_LOCKS};

/// What [`Conversations::list`] promises.
const LISTED: usize = 1_000;

/// Of more conversations than this of one user, those that were written to longest ago may be missing.
const LOOKED_AT: i64 = 10_000;

/// A conversation is there before its first entry is; until then it doesn't count.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct ConversationDoc {
    /// The pair.
    #[serde(rename = "_id")]
    pub pair: String,
    pub id: ObjectId,
    pub users: [ObjectId; 2],
    /// A `seq` that is there: where to begin looking for the newest. Written now and then; may be far behind.
    #[serde(default)]
    pub hint: i64,
}

/// How far one of the two has got. Each number only grows.
#[derive(Debug, Clone, Copy, Default, Serialize, Deserialize)]
pub(super) struct ReceiptDoc {
    pub delivered: i64,
    pub read: i64,
    /// How many entries up to `read` asked to be read.
    pub asked: i64,
}

/// The same with its key, where several are read.
#[derive(Debug, Deserialize)]
struct KeyedReceipt {
    #[serde(rename = "_id")]
    key: String,
    #[serde(flatten)]
    receipt: ReceiptDoc,
}

impl ReceiptDoc {
    fn receipt(self) -> Receipt {
        Receipt { delivered: number(self.delivered), read: number(self.read) }
    }

    /// Of what asked that user until now, what is not read.
    fn unread(self, asked: u64) -> u64 {
        asked.saturating_sub(number(self.asked))
    }
}

impl ConversationDoc {
    pub(super) fn id(&self) -> ConversationId {
        ConversationId::of(self.id)
    }

    pub(super) fn conversation(&self, head: Head) -> Conversation {
        conversation(self.id(), self.pair(), head)
    }

    fn pair(&self) -> Pair {
        Pair::of(UserId::of(self.users[0]), UserId::of(self.users[1]))
    }
}

#[async_trait]
impl Conversations for MongoDb {
    async fn epoch(&self) -> Result<String, StoreError> {
        // What is asked by this is also whether the store answers.
        self.ping().await?;
        Ok(self.core().epoch.clone())
    }

    async fn append(&self, new: NewEntry) -> Result<Appended, AppendError> {
        let (answer, answered) = oneshot::channel();
        self.push(Pending { new, answer })?;
        answered.await.unwrap_or_else(|_| Err(StoreError::Unknown("the writer has stopped".to_owned()).into()))
    }

    async fn conversation(&self, id: ConversationId) -> Result<Option<Conversation>, StoreError> {
        match self.core().pair(id).await? {
            Some(pair) => self.core().conversation(id, pair).await,
            None => Ok(None),
        }
    }

    async fn between(&self, a: UserId, b: UserId) -> Result<Option<Conversation>, StoreError> {
        let pair = Pair::of(a, b);
        match self.core().find(pair).await? {
            Some(id) => self.core().conversation(id, pair).await,
            None => Ok(None),
        }
    }

    async fn list(&self, user: UserId) -> Result<Vec<ConversationSummary>, StoreError> {
        self.core().list(user).await
    }

    async fn entries_before(
        &self,
        conversation: ConversationId,
        before: Option<u64>,
        limit: u32,
    ) -> Result<Vec<Entry>, StoreError> {
        self.core().entries_before(conversation, before, limit, false).await
    }

    async fn messages_before(
        &self,
        conversation: ConversationId,
        before: Option<u64>,
        limit: u32,
    ) -> Result<Vec<Entry>, StoreError> {
        self.core().entries_before(conversation, before, limit, true).await
    }

    async fn entries_after(
        &self,
        conversation: ConversationId,
        after: u64,
        limit: u32,
    ) -> Result<Vec<Entry>, StoreError> {
        self.core().entries_after(conversation, after, limit).await
    }

    async fn entry(&self, id: EntryId) -> Result<Option<Entry>, StoreError> {
        self.core().entry_by_id(id).await
    }

    async fn entry_by_key(&self, sender: UserId, key: &ClientMessageId) -> Result<Option<Entry>, StoreError> {
        self.core().by_key(sender, key).await
    }

    async fn search(&self, user: UserId, query: &SearchQuery) -> Result<Found, StoreError> {
        self.core().search(user, query).await
    }

    async fn advance_receipt(
        &self,
        conversation: ConversationId,
        user: UserId,
        to: Receipt,
    ) -> Result<Option<ReceiptChange>, StoreError> {
        match self.core().pair(conversation).await?.and_then(|pair| pair.side(user)) {
            Some(side) => self.core().advance(conversation, user, side, to).await.map(Some),
            None => Ok(None),
        }
    }

    async fn receipts(&self, conversation: ConversationId, user: UserId) -> Result<[Receipt; 2], StoreError> {
        let core = self.core();
        let Some((pair, side)) = core.seat(conversation, user).await? else {
            return Ok(Default::default());
        };
        let other = pair.users()[1 - side];
        Ok([core.receipt(conversation, user).await?.receipt(), core.receipt(conversation, other).await?.receipt()])
    }

    async fn counts(&self, conversation: ConversationId, user: UserId) -> Result<[u64; 2], StoreError> {
        let core = self.core();
        let Some((_, side)) = core.seat(conversation, user).await? else {
            return Ok([0, 0]);
        };
        // The receipt first: what is read is then never past the log.
        let receipt = core.receipt(conversation, user).await?;
        let head = core.head(conversation, 0).await?;
        Ok([head.seq - head.changes, receipt.unread(head.asked[side])])
    }

    async fn totals(&self, user: UserId) -> Result<[u64; 2], StoreError> {
        let newest = self.core().newest_of(user).await?;
        Ok([newest.len() as u64, newest.iter().map(|(_, head)| head.seq).sum()])
    }
}

impl Core {
    /// Whose conversation it is.
    pub(super) async fn pair(&self, id: ConversationId) -> Result<Option<Pair>, StoreError> {
        if let Some(pair) = self.heads.pair(id) {
            return Ok(Some(pair));
        }
        let found = read(|| async { self.conversations.find_one(doc! { "id": id.oid() }).await }).await?;
        match found {
            Some(found) => self.learn(&found).await.map(|()| Some(found.pair())),
            None => Ok(None),
        }
    }

    /// The pair's conversation, with entries or without.
    pub(super) async fn find(&self, pair: Pair) -> Result<Option<ConversationId>, StoreError> {
        if let Some(id) = self.heads.conversation(pair) {
            return Ok(Some(id));
        }
        let key = pair.key();
        let found = read(|| async { self.conversations.find_one(doc! { "_id": key.as_str() }).await }).await?;
        match found {
            Some(found) => self.learn(&found).await.map(|()| Some(found.id())),
            None => Ok(None),
        }
    }

    /// Keeps in mind what never changes, and how long the log was.
    async fn learn(&self, found: &ConversationDoc) -> Result<(), StoreError> {
        self.heads.learn_pair(found.id(), found.pair());
        if found.hint > 0 {
            self.head(found.id(), number(found.hint)).await?;
        }
        Ok(())
    }

    /// The pair and which of the two the user is.
    pub(super) async fn seat(&self, id: ConversationId, user: UserId) -> Result<Option<(Pair, usize)>, StoreError> {
        let pair = self.pair(id).await?;
        Ok(pair.and_then(|pair| Some((pair, pair.side(user)?))))
    }

    async fn conversation(&self, id: ConversationId, pair: Pair) -> Result<Option<Conversation>, StoreError> {
        let head = self.head(id, 0).await?;
        Ok((head.seq > 0).then(|| conversation(id, pair, head)))
    }

    async fn receipt(&self, conversation: ConversationId, user: UserId) -> Result<ReceiptDoc, StoreError> {
        let key = receipt_key(conversation, user);
        let found = read(|| async { self.receipts.find_one(doc! { "_id": key.as_str() }).await }).await?;
        Ok(found.unwrap_or_default())
    }

    async fn advance(
        &self,
        conversation: ConversationId,
        user: UserId,
        side: usize,
        to: Receipt,
    ) -> Result<ReceiptChange, StoreError> {
        let of = usize::from(conversation.0.bytes()[11] ^ user.0.bytes()[11]) % RECEIPT_LOCKS;
        let _turn = self.advancing[of].lock().await;
        let kept = self.receipt(conversation, user).await?;
        let before = kept.receipt();
        let head = self.head(conversation, 0).await?;
        let read = before.read.max(to.read.min(head.seq));
        let delivered = before.delivered.max(to.delivered.min(head.seq)).max(read);
        let after = Receipt { delivered, read };
        if after == before {
            return Ok(ReceiptChange { before, after });
        }
        let asked = match read {
            _ if read == before.read => kept.asked,
            _ if read == head.seq => signed(head.asked[side]),
            _ => self.head_at(conversation, read).await?.map_or(kept.asked, |head| signed(head.asked[side])),
        };
        // Whichever of several comes last, the furthest stays.
        let furthest = doc! { "delivered": signed(delivered), "read": signed(read), "asked": asked };
        let key = receipt_key(conversation, user);
        change(|| async {
            let filter = doc! { "_id": key.as_str() };
            self.receipts.update_one(filter, doc! { "$max": furthest.clone() }).upsert(true).await
        })
        .await?;
        Ok(ReceiptChange { before, after })
    }

    async fn list(&self, user: UserId) -> Result<Vec<ConversationSummary>, StoreError> {
        let newest = self.newest_of(user).await?;
        let places = newest.iter().flat_map(|((id, _), head)| [place(*id, head.seq), place(*id, head.message)]);
        let mut places: Vec<_> = places.collect();
        places.dedup();
        let entries = self.complete(self.entries_at(&places).await?).await?;
        let mut entries: HashMap<_, _> =
            entries.into_iter().map(|entry| (place(entry.conversation, entry.seq), entry)).collect();
        let receipts = self.receipts_of(newest.iter().map(|(id, _)| id)).await?;
        let summaries = newest.into_iter().filter_map(|((id, pair), head)| {
            let side = pair.side(user)?;
            let receipt = |user| receipts.get(&receipt_key(id, user)).copied().unwrap_or_default();
            let (mine, theirs) = (receipt(user), receipt(pair.users()[1 - side]));
            let last = entries.remove(&place(id, head.seq))?;
            let last_message = entries.remove(&place(id, head.message));
            let unread = mine.unread(head.asked[side]);
            let (mine, theirs) = (mine.receipt(), theirs.receipt());
            let conversation = conversation(id, pair, head);
            Some(ConversationSummary { conversation, last, last_message, unread, mine, theirs })
        });
        Ok(summaries.collect())
    }

    /// A user's conversations that have begun, the newest first, with how long they are.
    pub(super) async fn newest_of(&self, user: UserId) -> Result<Vec<((ConversationId, Pair), Head)>, StoreError> {
        let found = read(|| async {
            let found = self.conversations.find(doc! { "users": user.oid() });
            all(found.limit(LOOKED_AT).batch_size(1_000).await?).await
        })
        .await?;
        let heads = self.heads_of(&found).await?;
        let mut newest: Vec<_> = found
            .iter()
            .zip(heads)
            .filter(|(_, head)| head.seq > 0)
            .map(|(found, head)| ((found.id(), found.pair()), head))
            .collect();
        // The id decides between those of the same moment, as it does on SQLite.
        newest.sort_by_key(|((id, _), head)| std::cmp::Reverse((head.at, *id)));
        newest.truncate(LISTED);
        Ok(newest)
    }

    /// How long each of these is. Asks what follows the last known end of each, all at once: seldom does anything.
    pub(super) async fn heads_of(&self, found: &[ConversationDoc]) -> Result<Vec<Head>, StoreError> {
        let mut places = Vec::new();
        let mut known = Vec::with_capacity(found.len());
        for one in found {
            self.heads.learn_pair(one.id(), one.pair());
            let head = self.heads.head(one.id());
            match head {
                Some(head) => places.push(place(one.id(), head.seq + 1)),
                None => places.extend([0, 1].map(|more| place(one.id(), number(one.hint) + more))),
            }
            known.push(head);
        }
        let there = self.heads_at(&places).await?;
        let mut heads = Vec::with_capacity(found.len());
        // What was known when it was asked what follows: by now more may be, of a search that has not come to its end.
        for (one, known) in found.iter().zip(known) {
            let id = one.id();
            let at = |seq| there.get(&place(id, seq)).copied();
            let known = known.or_else(|| at(number(one.hint))).unwrap_or_default();
            let head = match at(known.seq + 1) {
                Some(next) => {
                    self.heads.learn_head(id, next);
                    self.head(id, next.seq).await?
                }
                None => known,
            };
            self.heads.learn_head(id, head);
            heads.push(head);
        }
        Ok(heads)
    }

    async fn receipts_of(
        &self,
        conversations: impl Iterator<Item = &(ConversationId, Pair)>,
    ) -> Result<HashMap<String, ReceiptDoc>, StoreError> {
        let keys: Vec<_> =
            conversations.flat_map(|(id, pair)| pair.users().map(|user| receipt_key(*id, user))).collect();
        let receipts = self.receipts.clone_with_type::<KeyedReceipt>();
        let found = ask::by_keys(&receipts, &keys, None).await?;
        Ok(found.into_iter().map(|found: KeyedReceipt| (found.key, found.receipt)).collect())
    }
}

fn receipt_key(conversation: ConversationId, user: UserId) -> String {
    format!("{conversation}:{user}")
}

fn conversation(id: ConversationId, pair: Pair, head: Head) -> Conversation {
    Conversation { id, users: pair.users(), last_seq: head.seq, updated_at: head.at }
}
