//! What an entry says about another: what it changes or replies to, and what changes have made of it. Our dialect alone.

use domain::{Entry, EntryBody, EntryId, Quote, UserId};
use serde::Serialize;

use super::message_type;
use crate::packet::Id;
use crate::time::Iso;

#[derive(Serialize, Default)]
#[serde(rename_all = "camelCase")]
pub(super) struct ChangesShape<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    target_seq: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    target: Option<Id<EntryId>>,
    /// `null` where one is taken back.
    #[serde(skip_serializing_if = "Option::is_none")]
    reaction: Option<Option<&'a str>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    reply_to: Option<QuoteShape<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    edited_at: Option<Iso>,
    #[serde(skip_serializing_if = "Option::is_none")]
    deleted_at: Option<Iso>,
    #[serde(skip_serializing_if = "Option::is_none")]
    reactions: Option<Vec<ReactionShape<'a>>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    changed_seq: Option<u64>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct QuoteShape<'a> {
    seq: u64,
    message_id: Id<EntryId>,
    sender_id: Id<UserId>,
    message_type: &'static str,
    message: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    deleted: Option<bool>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct ReactionShape<'a> {
    user_id: Id<UserId>,
    reaction: &'a str,
}

impl<'a> ChangesShape<'a> {
    pub(super) fn of(entry: &'a Entry) -> Self {
        let target = entry.body.target();
        let changes = entry.changes.as_deref();
        let reactions = changes.map(|changes| &changes.reactions[..]).filter(|reactions| !reactions.is_empty());
        let shape = |(user, reaction): &'a (UserId, String)| ReactionShape { user_id: Id(*user), reaction };
        Self {
            target_seq: target.map(|target| target.seq),
            target: target.map(|target| Id(target.id)),
            reaction: match &entry.body {
                EntryBody::Reaction { reaction, .. } => Some(reaction.as_deref()),
                _ => None,
            },
            // Of a deleted reply, not even what it quoted is left.
            reply_to: entry.reply_to.as_deref().filter(|_| !entry.is_deleted()).map(QuoteShape::of),
            edited_at: changes.and_then(|changes| changes.edited.as_ref()).map(|(_, at)| Iso(*at)),
            deleted_at: changes.and_then(|changes| changes.deleted_at).map(Iso),
            reactions: reactions.map(|reactions| reactions.iter().map(shape).collect()),
            changed_seq: changes.map(|changes| changes.last_seq),
        }
    }
}

impl<'a> QuoteShape<'a> {
    fn of(quote: &'a Quote) -> Self {
        // What has no words of its own is quoted by its name.
        let text = match &quote.body {
            EntryBody::Plan { text, plan } if text.is_empty() => plan.name.as_deref().unwrap_or_default(),
            EntryBody::File { text, file, .. } if text.is_empty() => &file.name,
            body => body.text(),
        };
        Self {
            seq: quote.seq,
            message_id: Id(quote.id),
            sender_id: Id(quote.sender),
            message_type: message_type(&quote.body),
            message: text,
            deleted: quote.deleted.then_some(true),
        }
    }
}
