//! The records of uploads. What holds one is a document of its own, so that holding twice is holding once; `held` on the
//! upload is a hint that saves looking at all of them.

use async_trait::async_trait;
use domain::{
    Discard, InsertUploadError, StoreError, Timestamp, Upload, UploadId, UploadKey, UploadKind, Uploads, UserId,
};
use mongodb::bson::oid::ObjectId;
use mongodb::bson::{DateTime, Document, doc};
use serde::{Deserialize, Serialize};

use super::ask::{Once, all, change, insert_once, read};
use super::row::{Id, date, number, signed, time};
use super::{Core, MongoDb};
use crate::json;

/// So many leave at a time.
const LEAVING: i64 = 1_000;

/// What holds what is held for itself.
const RECORDING: &str = "recording";

#[derive(Debug, Serialize, Deserialize)]
pub(super) struct UploadDoc {
    #[serde(rename = "_id")]
    id: ObjectId,
    owner: ObjectId,
    key: String,
    kind: i32,
    size: i64,
    /// JSON.
    facts: String,
    created_at: DateTime,
    held: bool,
    pub leaving: bool,
}

/// An upload is held: by a message, by a person.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct HoldDoc {
    /// The upload and what holds it.
    #[serde(rename = "_id")]
    key: String,
    upload: ObjectId,
}

#[derive(Debug, Deserialize)]
struct SizeDoc {
    size: i64,
}

impl UploadDoc {
    fn of(upload: &Upload) -> Self {
        Self {
            id: upload.id().oid(),
            owner: upload.owner.oid(),
            key: upload.key.as_str().to_owned(),
            kind: upload.kind.number().into(),
            size: signed(upload.facts.size),
            facts: json::facts_to_text(&upload.facts),
            created_at: date(upload.created_at),
            held: false,
            leaving: false,
        }
    }

    pub(super) fn id(&self) -> UploadId {
        UploadId::of(self.id)
    }

    pub(super) fn into_upload(self) -> Result<Upload, StoreError> {
        let unreadable = || StoreError::Unavailable("a stored upload does not parse".to_owned());
        let kind = u8::try_from(self.kind).ok().and_then(UploadKind::from_number).ok_or_else(unreadable)?;
        Ok(Upload {
            owner: UserId::of(self.owner),
            key: self.key.parse().map_err(|_| unreadable())?,
            kind,
            facts: json::facts_from_text(UploadId::of(self.id), &self.facts).map_err(|_| unreadable())?,
            created_at: time(self.created_at),
        })
    }
}

#[async_trait]
impl Uploads for MongoDb {
    async fn insert_upload(&self, upload: Upload, quota: u64) -> Result<Upload, InsertUploadError> {
        let core = self.core();
        let _turn = core.changing_uploads.lock().await;
        if let Some(there) = core.upload_by_key(upload.owner, &upload.key).await? {
            return Ok(there);
        }
        if core.upload_bytes(upload.owner).await?.saturating_add(upload.facts.size) > quota {
            return Err(InsertUploadError::QuotaExceeded);
        }
        if let Once::Taken { .. } = insert_once(&core.uploads, &UploadDoc::of(&upload)).await? {
            // By another process, or by itself after an answer was lost.
            let there = core.upload_by_key(upload.owner, &upload.key).await?;
            let taken = || StoreError::Unavailable("an upload's id is taken".to_owned());
            return Ok(there.ok_or_else(taken)?);
        }
        Ok(upload)
    }

    async fn upload(&self, id: UploadId) -> Result<Option<Upload>, StoreError> {
        self.core().one_upload(doc! { "_id": id.oid(), "leaving": false }).await
    }

    async fn upload_by_key(&self, owner: UserId, key: &UploadKey) -> Result<Option<Upload>, StoreError> {
        self.core().upload_by_key(owner, key).await
    }

    async fn upload_bytes(&self, owner: UserId) -> Result<u64, StoreError> {
        self.core().upload_bytes(owner).await
    }

    async fn hold_upload(&self, owner: UserId, id: UploadId) -> Result<bool, StoreError> {
        self.core().hold(id, owner, RECORDING).await
    }

    async fn release_upload(&self, id: UploadId) -> Result<(), StoreError> {
        self.core().release(id, RECORDING).await
    }

    async fn discard_upload(&self, owner: UserId, id: UploadId) -> Result<Discard, StoreError> {
        let core = self.core();
        let _turn = core.changing_uploads.lock().await;
        let found = core.one_upload(doc! { "_id": id.oid(), "leaving": false }).await?;
        if found.is_none_or(|found| found.owner != owner) {
            return Ok(Discard::NotTheirs);
        }
        Ok(if core.let_leave(id).await? { Discard::Discarded } else { Discard::Held })
    }

    async fn leaving(&self, before: Timestamp) -> Result<Vec<UploadId>, StoreError> {
        let core = self.core();
        let ids = async |filter: Document| {
            let found = read(|| async {
                let uploads = core.uploads.clone_with_type::<Document>();
                let found = uploads.find(filter.clone()).projection(doc! { "_id": 1 }).limit(LEAVING);
                all(found.batch_size(1_000).await?).await
            });
            let found = found.await?;
            let ids = found.iter().filter_map(|found| found.get_object_id("_id").ok()).map(UploadId::of);
            Ok::<Vec<_>, StoreError>(ids.collect())
        };
        let old = doc! { "held": false, "leaving": false, "created_at": { "$lt": date(before) } };
        for id in ids(old).await? {
            let _turn = core.changing_uploads.lock().await;
            core.let_leave(id).await?;
        }
        ids(doc! { "leaving": true }).await
    }

    async fn forget_upload(&self, id: UploadId) -> Result<(), StoreError> {
        let leaving = doc! { "_id": id.oid(), "leaving": true };
        change(|| async { self.core().uploads.delete_one(leaving.clone()).await }).await.map(|_| ())
    }
}

impl Core {
    async fn one_upload(&self, filter: Document) -> Result<Option<Upload>, StoreError> {
        let found = read(|| async { self.uploads.find_one(filter.clone()).await }).await?;
        found.map(UploadDoc::into_upload).transpose()
    }

    async fn upload_by_key(&self, owner: UserId, key: &UploadKey) -> Result<Option<Upload>, StoreError> {
        self.one_upload(doc! { "owner": owner.oid(), "key": key.as_str(), "leaving": false }).await
    }

    async fn upload_bytes(&self, owner: UserId) -> Result<u64, StoreError> {
        let sizes = self.uploads.clone_with_type::<SizeDoc>();
        let found = read(|| async {
            let found = sizes.find(doc! { "owner": owner.oid(), "leaving": false }).projection(doc! { "size": 1 });
            all(found.batch_size(1_000).await?).await
        });
        Ok(found.await?.into_iter().map(|found| number(found.size)).sum())
    }

    async fn set_upload(&self, id: UploadId, fields: Document) -> Result<(), StoreError> {
        let set = doc! { "$set": fields };
        change(|| async { self.uploads.update_one(doc! { "_id": id.oid() }, set.clone()).await }).await.map(|_| ())
    }

    async fn is_held(&self, id: UploadId) -> Result<bool, StoreError> {
        Ok(read(|| async { self.holds.find_one(doc! { "upload": id.oid() }).await }).await?.is_some())
    }

    /// Lets an upload leave that nothing holds; false if something does. Another process may begin to hold it meanwhile,
    /// hence the second look. The caller has the turn to change uploads.
    async fn let_leave(&self, id: UploadId) -> Result<bool, StoreError> {
        if self.is_held(id).await? {
            self.set_upload(id, doc! { "held": true }).await?;
            return Ok(false);
        }
        self.set_upload(id, doc! { "leaving": true }).await?;
        if self.is_held(id).await? {
            self.set_upload(id, doc! { "leaving": false, "held": true }).await?;
            return Ok(false);
        }
        // With an id no other has that key; of the name nothing is left.
        self.set_upload(id, doc! { "key": format!("-{id}"), "facts": "" }).await?;
        Ok(true)
    }

    /// `holder` holds an upload of that owner's from now on; false if there is none.
    pub(super) async fn hold(&self, upload: UploadId, owner: UserId, holder: &str) -> Result<bool, StoreError> {
        let _turn = self.changing_uploads.lock().await;
        let hold = HoldDoc { key: format!("{upload}:{holder}"), upload: upload.oid() };
        insert_once(&self.holds, &hold).await?;
        let found = self.one_upload(doc! { "_id": upload.oid(), "leaving": false }).await?;
        if found.is_none_or(|found| found.owner != owner) {
            self.drop_hold(upload, holder).await?;
            return Ok(false);
        }
        self.set_upload(upload, doc! { "held": true }).await?;
        Ok(true)
    }

    /// `holder` holds it no more; the last lets it leave.
    pub(super) async fn release(&self, upload: UploadId, holder: &str) -> Result<(), StoreError> {
        let _turn = self.changing_uploads.lock().await;
        self.drop_hold(upload, holder).await?;
        self.let_leave(upload).await.map(|_| ())
    }

    async fn drop_hold(&self, upload: UploadId, holder: &str) -> Result<(), StoreError> {
        let key = doc! { "_id": format!("{upload}:{holder}") };
        change(|| async { self.holds.delete_one(key.clone()).await }).await.map(|_| ())
    }
}
