use async_trait::async_trait;
use domain::{ConversationId, OldPages, OldReach, StoreError, Timestamp, UserId};
use mongodb::bson::oid::ObjectId;
use mongodb::bson::{DateTime, doc};
use serde::{Deserialize, Serialize};

use super::MongoDb;
use super::ask::{all, change, read};
use super::row::{Id, date, number, signed, time};

/// How far a user's old pages have got in one conversation.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct OldPageDoc {
    #[serde(rename = "_id")]
    key: String,
    user: ObjectId,
    conversation: ObjectId,
    entries: i64,
    reads: i64,
    at: DateTime,
}

#[async_trait]
impl OldPages for MongoDb {
    async fn reached(&self, user: UserId, since: Timestamp) -> Result<Vec<OldReach>, StoreError> {
        let pages = &self.core().old_pages;
        let kept = doc! { "user": user.oid(), "at": { "$gt": date(since) } };
        let found = read(|| async { all(pages.find(kept.clone()).batch_size(1_000).await?).await }).await?;
        let reached = found.into_iter().map(|page| OldReach {
            user,
            conversation: ConversationId::of(page.conversation),
            entries: number(page.entries),
            reads: number(page.reads),
            at: time(page.at),
        });
        Ok(reached.collect())
    }

    async fn reach(&self, reached: &[OldReach], oldest: Timestamp) -> Result<(), StoreError> {
        let pages = &self.core().old_pages;
        for OldReach { user, conversation, entries, reads, at } in reached {
            let key = format!("{user}:{conversation}");
            let page = doc! {
                "user": user.oid(),
                "conversation": conversation.oid(),
                "entries": signed(*entries),
                "reads": signed(*reads),
                "at": date(*at),
            };
            change(|| async {
                let filter = doc! { "_id": key.as_str() };
                pages.update_one(filter, doc! { "$set": page.clone() }).upsert(true).await
            })
            .await?;
        }
        let old = doc! { "at": { "$lt": date(oldest) } };
        change(|| async { pages.delete_many(old.clone()).await }).await.map(|_| ())
    }
}
