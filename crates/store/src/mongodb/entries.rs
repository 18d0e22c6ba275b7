//! The documents of a log.

use std::collections::HashMap;

use domain::{ClientMessageId, ConversationId, Entry, EntryId, NewEntry, StoreError, Target, UserId};
use mongodb::bson::oid::ObjectId;
use mongodb::bson::{DateTime, Document, doc};
use serde::{Deserialize, Serialize};

use super::Core;
use super::ask::{self, AT_ONCE, all, newest, read};
use super::heads::Head;
use super::row::{Id, LAST, date, end_of, from_place, number, place, signed, time};
use super::search::Saying;
use crate::json;

/// An entry. It is never changed once it is there, but that what a deleted message said is wiped: so its totals are true
/// for ever.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct EntryDoc {
    #[serde(rename = "_id")]
    pub place: String,
    pub id: ObjectId,
    pub sender: ObjectId,
    pub receiver: ObjectId,
    pub key: String,
    pub created_at: DateTime,
    pub kind: i32,
    pub body: String,
    /// The message that it changes: its place and its id.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub target: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub target_id: Option<ObjectId>,
    /// The place of the message that it replies to.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reply_to: Option<String>,
    pub totals: Totals,
    /// What it is found by, if it is a message or an edit: see [`Saying`]. Of no use where it is read.
    #[serde(skip_deserializing, skip_serializing_if = "Vec::is_empty")]
    pub words: Vec<String>,
    #[serde(skip_deserializing, skip_serializing_if = "Option::is_none")]
    pub said_in: Option<ObjectId>,
    #[serde(skip_deserializing, skip_serializing_if = "Option::is_none")]
    pub said: Option<String>,
    #[serde(skip_deserializing, skip_serializing_if = "Option::is_none")]
    pub said_at: Option<DateTime>,
}

/// What could be counted of a log up to an entry, it included.
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
pub(super) struct Totals {
    /// How many ask the first and the second of the pair to be read.
    asked: [i64; 2],
    /// How many are changes.
    changes: i64,
    /// The `seq` of the newest message or call, and when it was written.
    message: i64,
    message_at: DateTime,
}

/// An entry's totals alone.
#[derive(Debug, Deserialize)]
struct TotalsDoc {
    #[serde(rename = "_id")]
    place: String,
    totals: Totals,
}

impl Totals {
    const fn of(head: Head) -> Self {
        Self {
            asked: [signed(head.asked[0]), signed(head.asked[1])],
            changes: signed(head.changes),
            message: signed(head.message),
            message_at: date(head.at),
        }
    }

    fn head(self, seq: u64) -> Head {
        Head {
            seq,
            asked: self.asked.map(number),
            changes: number(self.changes),
            message: number(self.message),
            at: time(self.message_at),
        }
    }
}

/// How long a log is once that entry follows.
fn after(head: Head, new: &NewEntry) -> Head {
    let mut next = Head { seq: head.seq + 1, ..head };
    next.asked[usize::from(new.sender < new.receiver)] += u64::from(new.body.asks_to_be_read());
    if new.body.target().is_some() {
        next.changes += 1;
    } else {
        (next.message, next.at) = (next.seq, new.created_at);
    }
    next
}

impl EntryDoc {
    /// The entry that follows `head`, and what follows then; `message` is what it changes, as it was before.
    pub(super) fn following(
        conversation: ConversationId,
        head: Head,
        new: &NewEntry,
        message: Option<&Entry>,
    ) -> (Self, Head) {
        let head = after(head, new);
        let (kind, body) = json::body_to_parts(&new.body);
        let target = new.body.target();
        let saying = Saying::of(conversation, head.seq, new, message);
        let said_in = saying.as_ref().map(|saying| saying.said_in);
        let said_at = saying.as_ref().map(|saying| saying.said_at);
        let (words, said) = saying.map(|saying| (saying.words, saying.said)).unzip();
        let document = Self {
            place: place(conversation, head.seq),
            id: new.id.oid(),
            sender: new.sender.oid(),
            receiver: new.receiver.oid(),
            key: new.client_message_id.as_str().to_owned(),
            created_at: date(new.created_at),
            kind: kind.into(),
            body,
            target: target.map(|target| place(conversation, target.seq)),
            target_id: target.map(|target| target.id.oid()),
            reply_to: new.reply_to.map(|seq| place(conversation, seq)),
            totals: Totals::of(head),
            words: words.unwrap_or_default(),
            said_in,
            said,
            said_at,
        };
        (document, head)
    }

    /// The entry as it was written: without what it quotes, or what has become of it.
    pub(super) fn into_entry(self) -> Result<Entry, StoreError> {
        let unreadable = || StoreError::Unavailable("a stored entry does not parse".to_owned());
        let (conversation, seq) = from_place(&self.place).ok_or_else(unreadable)?;
        let kind = u8::try_from(self.kind).map_err(|_| unreadable())?;
        let target = self.target.as_deref().and_then(from_place).zip(self.target_id);
        let target = target.map(|((_, seq), id)| Target { seq, id: EntryId::of(id) });
        Ok(Entry {
            id: EntryId::of(self.id),
            conversation,
            seq,
            sender: UserId::of(self.sender),
            receiver: UserId::of(self.receiver),
            client_message_id: self.key.parse().map_err(|_| unreadable())?,
            created_at: time(self.created_at),
            body: json::body_from_parts(kind, self.body, target).map_err(|_| unreadable())?,
            reply_to: None,
            changes: None,
        })
    }
}

/// `new` as it stands at `seq`; what it quotes is not in it.
pub(super) fn entry(new: &NewEntry, conversation: ConversationId, seq: u64) -> Entry {
    Entry {
        id: new.id,
        conversation,
        seq,
        sender: new.sender,
        receiver: new.receiver,
        client_message_id: new.client_message_id.clone(),
        created_at: new.created_at,
        body: new.body.clone(),
        reply_to: None,
        changes: None,
    }
}

impl Core {
    /// The totals of logs at these places, where there is an entry.
    pub(super) async fn heads_at(&self, places: &[String]) -> Result<HashMap<String, Head>, StoreError> {
        let entries = self.entries.clone_with_type::<TotalsDoc>();
        let found = ask::by_keys(&entries, places, Some(&doc! { "totals": 1 })).await?;
        let heads = found.into_iter().filter_map(|found| {
            let (_, seq) = from_place(&found.place)?;
            let head = found.totals.head(seq);
            Some((found.place, head))
        });
        Ok(heads.collect())
    }

    /// The totals of a log up to `seq`; `None` if there is no such entry.
    pub(super) async fn head_at(&self, conversation: ConversationId, seq: u64) -> Result<Option<Head>, StoreError> {
        let entries = self.entries.clone_with_type::<TotalsDoc>();
        let place = place(conversation, seq);
        let found =
            read(|| async { entries.find_one(doc! { "_id": place.as_str() }).projection(doc! { "totals": 1 }).await });
        Ok(found.await?.map(|found| found.totals.head(seq)))
    }

    /// How long a log is now. `hint` is a `seq` that is there, or 0.
    pub(super) async fn head(&self, conversation: ConversationId, hint: u64) -> Result<Head, StoreError> {
        let known = match self.heads.head(conversation).filter(|head| head.seq >= hint) {
            Some(head) => head,
            None if hint == 0 => Head::default(),
            None => self.head_at(conversation, hint).await?.unwrap_or_default(),
        };
        let newer = newest(known.seq, |seq| self.head_at(conversation, seq)).await?;
        let head = newer.map_or(known, |(_, head)| head);
        if head.seq > 0 {
            self.heads.learn_head(conversation, head);
        }
        Ok(head)
    }

    pub(super) async fn entries_before(
        &self,
        conversation: ConversationId,
        before: Option<u64>,
        limit: u32,
        messages_only: bool,
    ) -> Result<Vec<Entry>, StoreError> {
        let end = before.filter(|seq| *seq <= LAST);
        let end = end.map_or_else(|| end_of(conversation), |seq| place(conversation, seq));
        let mut filter = doc! { "_id": { "$gt": place(conversation, 0), "$lt": end } };
        if messages_only {
            filter.insert("target", doc! { "$exists": false });
        }
        let mut entries = self.range(conversation, filter, -1, limit).await?;
        entries.reverse();
        Ok(entries)
    }

    pub(super) async fn entries_after(
        &self,
        conversation: ConversationId,
        after: u64,
        limit: u32,
    ) -> Result<Vec<Entry>, StoreError> {
        let filter = doc! { "_id": { "$gt": place(conversation, after), "$lt": end_of(conversation) } };
        self.range(conversation, filter, 1, limit).await
    }

    async fn range(
        &self,
        conversation: ConversationId,
        filter: Document,
        direction: i32,
        limit: u32,
    ) -> Result<Vec<Entry>, StoreError> {
        // A limit of 0 is none, in this protocol.
        if limit == 0 {
            return Ok(Vec::new());
        }
        let found = read(|| async {
            let found = self.entries.find(filter.clone()).sort(doc! { "_id": direction });
            all(found.limit(i64::from(limit)).batch_size(limit.min(AT_ONCE)).await?).await
        })
        .await?;
        if !found.is_empty() {
            self.head(conversation, 0).await?;
        }
        self.complete(found).await
    }

    pub(super) async fn entry_by_id(&self, id: EntryId) -> Result<Option<Entry>, StoreError> {
        self.one(doc! { "id": id.oid() }).await
    }

    pub(super) async fn by_key(&self, sender: UserId, key: &ClientMessageId) -> Result<Option<Entry>, StoreError> {
        self.one(doc! { "sender": sender.oid(), "key": key.as_str() }).await
    }

    async fn one(&self, filter: Document) -> Result<Option<Entry>, StoreError> {
        let found = read(|| async { self.entries.find_one(filter.clone()).await }).await?;
        if let Some((conversation, _)) = found.as_ref().and_then(|found| from_place(&found.place)) {
            self.head(conversation, 0).await?;
        }
        Ok(self.complete(found.into_iter().collect()).await?.pop())
    }

    /// The entries under any of these keys of any of these senders: some that were not asked for may be among them.
    pub(super) async fn by_keys(&self, news: &[&NewEntry]) -> Result<Vec<Entry>, StoreError> {
        let mut senders: Vec<_> = news.iter().map(|new| new.sender.oid()).collect();
        senders.sort_unstable();
        senders.dedup();
        let keys: Vec<_> = news.iter().map(|new| new.client_message_id.as_str()).collect();
        let found = read(|| async {
            let filter = doc! { "sender": { "$in": &senders }, "key": { "$in": &keys } };
            all(self.entries.find(filter).batch_size(AT_ONCE).await?).await
        })
        .await?;
        for (conversation, _) in found.iter().filter_map(|found| from_place(&found.place)) {
            self.head(conversation, 0).await?;
        }
        self.complete(found).await
    }

    /// The documents at these places.
    pub(super) async fn entries_at(&self, places: &[String]) -> Result<Vec<EntryDoc>, StoreError> {
        ask::by_keys(&self.entries, places, None).await
    }

    /// The changes to the messages at these places, in their order.
    pub(super) async fn changes_to(&self, places: &[String]) -> Result<Vec<EntryDoc>, StoreError> {
        let mut changes = Vec::new();
        for places in places.chunks(AT_ONCE as usize) {
            let found = read(|| async {
                let found = self.entries.find(doc! { "target": { "$in": places } }).sort(doc! { "_id": 1 });
                all(found.batch_size(AT_ONCE).await?).await
            });
            changes.extend(found.await?);
        }
        Ok(changes)
    }
}
