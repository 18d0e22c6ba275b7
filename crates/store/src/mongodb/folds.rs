//! What later entries have made of a message. It is read from the log itself each time, so that it can't be behind it.

use std::collections::{HashMap, HashSet};

use domain::{Changes, Entry, EntryBody, Quote, StoreError, Target};
use mongodb::bson::doc;
use serde::{Deserialize, Serialize};

use super::Core;
use super::ask::{all, change, insert_once, read};
use super::entries::EntryDoc;
use super::row::place;
use crate::json;

/// A deleted message whose words may still be there. It is written before the deletion is, and goes when they are gone.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct WipeDoc {
    #[serde(rename = "_id")]
    place: String,
}

/// Wipes that are taken up again at once.
const WIPES: i64 = 1_000;

impl Core {
    /// Entries with what they quote and what has become of them, as it is now. Of each of their conversations the caller
    /// has just looked how long it is.
    pub(super) async fn complete(&self, documents: Vec<EntryDoc>) -> Result<Vec<Entry>, StoreError> {
        let quotes: Vec<_> = documents.iter().map(|document| document.reply_to.clone()).collect();
        let entries = documents.into_iter().map(EntryDoc::into_entry).collect::<Result<Vec<_>, _>>()?;
        let mut quoted: Vec<_> = quotes.iter().flatten().cloned().collect();
        quoted.sort_unstable();
        quoted.dedup();
        let quoted = self.entries_at(&quoted).await?;
        let quoted = quoted.into_iter().map(EntryDoc::into_entry).collect::<Result<Vec<_>, _>>()?;

        let changes = self.changes_of(entries.iter().chain(&quoted)).await?;
        let quoted: HashMap<_, _> =
            quoted.into_iter().map(|entry| (place(entry.conversation, entry.seq), folded(entry, &changes))).collect();
        let complete = entries.into_iter().zip(quotes).map(|(entry, quote)| {
            let quote = quote.and_then(|place| quoted.get(&place)).map(|message| Box::new(Quote::of(message)));
            Entry { reply_to: quote, ..folded(entry, &changes) }
        });
        Ok(complete.collect())
    }

    /// The changes to these messages, and to those that these edits are of. Where a log has no changes, none are asked for.
    async fn changes_of<'a>(
        &self,
        entries: impl Iterator<Item = &'a Entry>,
    ) -> Result<HashMap<String, Changes>, StoreError> {
        let places: HashSet<_> = entries
            .filter(|entry| self.heads.head(entry.conversation).is_none_or(|head| head.changes > 0))
            .filter_map(|entry| match &entry.body {
                EntryBody::Edit { target, .. } => Some(place(entry.conversation, target.seq)),
                body if body.is_message() => Some(place(entry.conversation, entry.seq)),
                _ => None,
            })
            .collect();
        let places: Vec<_> = places.into_iter().collect();
        let mut changes: HashMap<String, Changes> = HashMap::new();
        for document in self.changes_to(&places).await? {
            let Some(target) = document.target.clone() else { continue };
            changes.entry(target).or_default().fold(&document.into_entry()?);
        }
        Ok(changes)
    }

    /// Notes that a message's words are to be wiped, before its deletion is written.
    pub(super) async fn will_wipe(&self, place: &str) -> Result<(), StoreError> {
        insert_once(&self.wipes, &WipeDoc { place: place.to_owned() }).await.map(|_| ())
    }

    /// Wipes what a deleted message said, and what its edits said.
    pub(super) async fn wipe(&self, place: &str) -> Result<(), StoreError> {
        let nothing = doc! { "$set": { "body": "" }, "$unset": { "words": "" } };
        for edit in self.changes_to(&[place.to_owned()]).await?.iter().filter(|edit| edit.kind == i32::from(json::EDIT))
        {
            let edit = doc! { "_id": edit.place.as_str() };
            change(|| async { self.entries.update_one(edit.clone(), nothing.clone()).await }).await?;
        }
        if let Some(message) = self.entries_at(&[place.to_owned()]).await?.pop() {
            let message = message.into_entry()?;
            if let Some(file) = message.body.file() {
                self.release(file.upload, &message.id.to_string()).await?;
            }
            let (kind, body) = json::body_to_parts(&message.body.wiped());
            let wiped = doc! { "$set": { "kind": i32::from(kind), "body": body }, "$unset": { "words": "" } };
            change(|| async { self.entries.update_one(doc! { "_id": place }, wiped.clone()).await }).await?;
        }
        change(|| async { self.wipes.delete_one(doc! { "_id": place }).await }).await.map(|_| ())
    }

    /// Takes up what was left when a process died between a deletion and the wiping. One that never came to its deletion
    /// is left alone: it may be on its way.
    pub(super) async fn wipe_what_was_left(&self) -> Result<(), StoreError> {
        let left: Vec<WipeDoc> =
            read(|| async { all(self.wipes.find(doc! {}).limit(WIPES).batch_size(1_000).await?).await }).await?;
        for WipeDoc { place } in left {
            let changes = self.changes_to(std::slice::from_ref(&place)).await?;
            let changes = changes.into_iter().map(EntryDoc::into_entry).collect::<Result<Vec<_>, _>>()?;
            if changes.iter().any(|change| matches!(change.body, EntryBody::Deletion { .. })) {
                self.wipe(&place).await?;
            }
        }
        Ok(())
    }
}

/// An entry with what has become of it. Of what is deleted nothing is shown, wiped already or not.
fn folded(entry: Entry, changes: &HashMap<String, Changes>) -> Entry {
    let of = |seq| changes.get(&place(entry.conversation, seq));
    match &entry.body {
        EntryBody::Edit { target: Target { seq, .. }, .. } => {
            let deleted = of(*seq).is_some_and(|changes| changes.deleted_at.is_some());
            let body = if deleted { entry.body.wiped() } else { entry.body.clone() };
            Entry { body, ..entry }
        }
        body if body.is_message() => {
            let changes = of(entry.seq).cloned();
            let deleted = changes.as_ref().is_some_and(|changes| changes.deleted_at.is_some());
            let body = if deleted { body.wiped() } else { body.clone() };
            Entry { body, changes: changes.map(Box::new), ..entry }
        }
        _ => entry,
    }
}
