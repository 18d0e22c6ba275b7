//! Finding messages by their words. A message carries the words that it was written with, and an edit those of the message
//! as it is from then on, so that nothing has to be changed later; what a search comes upon is folded from the log, and
//! counts if it still has the words.

use std::collections::{HashMap, HashSet};

use domain::search::{Words, words_of};
use domain::{ConversationId, Entry, EntryBody, Found, FoundPlace, NewEntry, SearchQuery, StoreError, UserId};
use mongodb::bson::oid::ObjectId;
use mongodb::bson::{DateTime, Document, doc};
use serde::Deserialize;

use super::Core;
use super::ask::{AT_ONCE, all, change, read};
use super::entries::{EntryDoc, entry};
use super::row::{Id, date, from_place, place, time};
use crate::json;

/// What a message or an edit is found by.
#[derive(Debug, Clone)]
pub(super) struct Saying {
    /// The words of the message as it then is.
    pub words: Vec<String>,
    /// The message: its conversation, its place, its time.
    pub said_in: ObjectId,
    pub said: String,
    pub said_at: DateTime,
}

/// A message that may have the words.
#[derive(Debug, Deserialize)]
struct Hit {
    said: String,
    said_at: DateTime,
}

impl Saying {
    /// Of what is appended at `seq`; `message` is what it changes, as it was before.
    pub(super) fn of(conversation: ConversationId, seq: u64, new: &NewEntry, message: Option<&Entry>) -> Option<Self> {
        let (body, text, seq, at) = match (&new.body, message) {
            (EntryBody::Edit { text, .. }, Some(message)) => {
                (&message.body, text.as_str(), message.seq, message.created_at)
            }
            (body, _) if body.is_message() => (body, body.text(), seq, new.created_at),
            _ => return None,
        };
        let words = words_of(body, text).into_iter().collect();
        Some(Self { words, said_in: conversation.oid(), said: place(conversation, seq), said_at: date(at) })
    }
}

impl Core {
    pub(super) async fn search(&self, user: UserId, query: &SearchQuery) -> Result<Found, StoreError> {
        let within = self.searched(user, query.conversation).await?;
        if within.is_empty() || query.words.is_empty() {
            return Ok(Found::default());
        }
        let mut found = Found::default();
        let mut before = query.before;
        loop {
            let hits = self.hits(&within, query, before).await?;
            let Some(last) = hits.last().and_then(found_place) else { return Ok(found) };
            for entry in self.said(&hits, &query.words).await? {
                if found.entries.len() as u64 >= u64::from(query.limit) {
                    found.next = found.entries.last().map(|last| FoundPlace {
                        at: last.created_at,
                        conversation: last.conversation,
                        seq: last.seq,
                    });
                    return Ok(found);
                }
                found.entries.push(entry);
            }
            before = Some(last);
        }
    }

    /// The conversations to look through.
    async fn searched(
        &self,
        user: UserId,
        conversation: Option<ConversationId>,
    ) -> Result<Vec<ConversationId>, StoreError> {
        let Some(one) = conversation else {
            return Ok(self.newest_of(user).await?.into_iter().map(|((id, _), _)| id).collect());
        };
        Ok(self.seat(one, user).await?.map(|_| one).into_iter().collect())
    }

    /// Some messages that have the words or had them once, in the order of what is found.
    async fn hits(
        &self,
        within: &[ConversationId],
        query: &SearchQuery,
        before: Option<FoundPlace>,
    ) -> Result<Vec<Hit>, StoreError> {
        let hits = self.entries.clone_with_type::<Hit>();
        // Folded words have nothing in them that means something in an expression.
        let mut wanted: Vec<_> =
            query.words.iter().map(|word| doc! { "words": { "$regex": format!("^{word}") } }).collect();
        let mut filter = Document::new();
        let sort = match within {
            [one] => {
                filter.insert("said_in", one.oid());
                if let Some(before) = before {
                    filter.insert("said", doc! { "$lt": place(*one, before.seq) });
                }
                doc! { "said": -1 }
            }
            many => {
                let many: Vec<_> = many.iter().map(|id| id.oid()).collect();
                filter.insert("said_in", doc! { "$in": many });
                if let Some(before) = before {
                    let (at, said) = (date(before.at), place(before.conversation, before.seq));
                    let same = doc! { "said_at": at, "said": { "$lt": said } };
                    wanted.push(doc! { "$or": [{ "said_at": { "$lt": at } }, same] });
                }
                doc! { "said_at": -1, "said": -1 }
            }
        };
        filter.insert("$and", wanted);
        // One more than a page, as many again for edits of what is on it.
        let most = query.limit.saturating_add(1).saturating_mul(2).min(AT_ONCE);
        read(|| async {
            let found = hits.find(filter.clone()).sort(sort.clone()).limit(i64::from(most)).batch_size(most);
            all(found.projection(doc! { "said": 1, "said_at": 1 }).await?).await
        })
        .await
    }

    /// These messages as they are now, in that order: those that have the words.
    async fn said(&self, hits: &[Hit], words: &Words) -> Result<Vec<Entry>, StoreError> {
        let mut known = HashSet::new();
        let places: Vec<_> =
            hits.iter().map(|hit| hit.said.clone()).filter(|said| known.insert(said.clone())).collect();
        let conversations: HashSet<_> = places.iter().filter_map(|place| Some(from_place(place)?.0)).collect();
        let documents = self.entries_at(&places).await?;
        for conversation in conversations {
            self.head(conversation, 0).await?;
        }
        let entries = self.complete(documents).await?;
        let mut entries: HashMap<_, _> =
            entries.into_iter().map(|entry| (place(entry.conversation, entry.seq), entry)).collect();
        let found = places.iter().filter_map(|place| entries.remove(place));
        Ok(found.filter(|entry| words.are_in(&entry.words())).collect())
    }

    /// The messages that these entries edit, which come in together from `first` on.
    pub(super) async fn edited(
        &self,
        conversation: ConversationId,
        first: u64,
        entries: &[NewEntry],
    ) -> Result<HashMap<u64, Entry>, StoreError> {
        let mut edited = HashMap::new();
        let mut there = Vec::new();
        for new in entries {
            let EntryBody::Edit { target, .. } = &new.body else { continue };
            let among = target.seq.checked_sub(first).and_then(|n| entries.get(usize::try_from(n).ok()?));
            match among {
                Some(message) => drop(edited.insert(target.seq, entry(message, conversation, target.seq))),
                None => there.push(place(conversation, target.seq)),
            }
        }
        for document in self.entries_at(&there).await? {
            let message = document.into_entry()?;
            edited.insert(message.seq, message);
        }
        Ok(edited)
    }

    /// Gives their words to what was written before there were any. Nobody writes yet.
    pub(super) async fn give_words(&self) -> Result<(), StoreError> {
        let kinds = json::SAYING.map(i32::from);
        let mut given = 0_u64;
        loop {
            let some: Vec<EntryDoc> = read(|| async {
                let found = self.entries.find(doc! { "said_in": { "$exists": false }, "kind": { "$in": kinds } });
                all(found.limit(i64::from(AT_ONCE)).batch_size(AT_ONCE).await?).await
            })
            .await?;
            let mut targets: Vec<_> = some.iter().filter_map(|document| document.target.clone()).collect();
            targets.sort_unstable();
            targets.dedup();
            let targets = self.entries_at(&targets).await?;
            let targets: HashMap<_, _> =
                targets.into_iter().map(|document| (document.place.clone(), document)).collect();
            let before = given;
            for document in some {
                let place = document.place.clone();
                let message = document.target.as_ref().and_then(|target| targets.get(target)).cloned();
                let Some(Saying { words, said_in, said, said_at }) = saying_of(document, message)? else { continue };
                let saying = doc! { "words": words, "said_in": said_in, "said": said, "said_at": said_at };
                let update = doc! { "$set": saying };
                change(|| async { self.entries.update_one(doc! { "_id": place.as_str() }, update.clone()).await })
                    .await?;
                given += 1;
            }
            if given == before {
                return Ok(());
            }
            tracing::info!(messages = given, "taking up the words of what was written before");
        }
    }
}

/// What a document that has none is found by.
fn saying_of(document: EntryDoc, message: Option<EntryDoc>) -> Result<Option<Saying>, StoreError> {
    let entry = document.into_entry()?;
    let message = message.map(EntryDoc::into_entry).transpose()?;
    let (conversation, seq) = (entry.conversation, entry.seq);
    Ok(Saying::of(conversation, seq, &entry.into_new(), message.as_ref()))
}

fn found_place(hit: &Hit) -> Option<FoundPlace> {
    let (conversation, seq) = from_place(&hit.said)?;
    Some(FoundPlace { at: time(hit.said_at), conversation, seq })
}
