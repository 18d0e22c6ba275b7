use async_trait::async_trait;
use domain::{Conversation, ConversationId, NewEntry, PutError, StoreError, Transfer, Upload, UploadId, User, UserId};
use mongodb::bson::{Document, doc};

use super::ask::{Once, all, change, insert_once, is_duplicate, read};
use super::entries::EntryDoc;
use super::heads::Head;
use super::migrations::About;
use super::row::{Id, Pair, signed};
use super::{Core, MongoDb};

/// The line of `about` that says what filled this store.
const TRANSFER: &str = "transfer";

/// Entries of one command: see the writer's batches.
const ENTRIES: usize = 100;

#[async_trait]
impl Transfer for MongoDb {
    async fn admit(&self, name: &str) -> Result<bool, StoreError> {
        let core = self.core();
        let about = core.database.collection::<About>(super::migrations::ABOUT);
        let line = doc! { "_id": TRANSFER };
        let noted = read(|| async { about.find_one(line.clone()).await }).await?;
        if noted.is_some_and(|noted| noted.value.as_deref() == Some(name)) {
            return Ok(true);
        }
        let anything = async |collection: &str| {
            let collection = core.database.collection::<Document>(collection);
            read(|| async { collection.find_one(doc! {}).projection(doc! { "_id": 1 }).await }).await
        };
        for collection in [core.users.name(), core.conversations.name(), core.uploads.name()] {
            if anything(collection).await?.is_some() {
                return Ok(false);
            }
        }
        let set = doc! { "$set": { "value": name } };
        change(|| async { about.update_one(line.clone(), set.clone()).upsert(true).await }).await.map(|_| true)
    }

    async fn put_users(&self, users: Vec<User>) -> Result<Vec<UserId>, StoreError> {
        let core = self.core();
        let mut taken = Vec::new();
        for user in users {
            if core.user(user.id).await?.is_none() && !core.put_user(&user).await? {
                taken.push(user.id);
            }
        }
        Ok(taken)
    }

    async fn put_entries(&self, first: u64, entries: Vec<NewEntry>) -> Result<u64, PutError> {
        let core = self.core();
        let Some(one) = entries.first() else { return Ok(0) };
        let pair = Pair::of(one.sender, one.receiver);
        let mut head = core.log_to_fill(pair, one.conversation).await?;
        let there = (head.seq + 1).checked_sub(first).ok_or(PutError::Conflict)?;
        let left = entries.get(usize::try_from(there).unwrap_or(usize::MAX)..).unwrap_or_default();
        for new in left {
            if let Some(file) = new.body.file() {
                core.hold(file.upload, new.sender, &new.id.to_string()).await?;
            }
        }
        let from = head.seq;
        while let Some(next) =
            left.get(usize::try_from(head.seq - from).unwrap_or(usize::MAX)..).filter(|l| !l.is_empty())
        {
            head = core.put_some(pair, head, &next[..next.len().min(ENTRIES)]).await?;
        }
        if head.seq > from {
            let update = doc! { "$max": { "hint": signed(head.seq) } };
            let key = doc! { "_id": pair.key() };
            change(|| async { core.conversations.update_one(key.clone(), update.clone()).await }).await?;
        }
        Ok(head.seq - from)
    }

    async fn users_after(&self, after: Option<UserId>, limit: u32) -> Result<Vec<User>, StoreError> {
        let found = self.core().following(&self.core().users, "_id", after, limit).await?;
        found.into_iter().map(super::users::UserDoc::into_user).collect()
    }

    async fn conversations_after(
        &self,
        mut after: Option<ConversationId>,
        limit: u32,
    ) -> Result<Vec<Conversation>, StoreError> {
        let core = self.core();
        loop {
            let found = core.following(&core.conversations, "id", after, limit).await?;
            let Some(last) = found.last() else { return Ok(Vec::new()) };
            after = Some(last.id());
            let heads = core.heads_of(&found).await?;
            let begun = found.iter().zip(heads).filter(|(_, head)| head.seq > 0);
            let begun: Vec<_> = begun.map(|(one, head)| one.conversation(head)).collect();
            // There may be a whole page of those that never came to their first entry.
            if !begun.is_empty() {
                return Ok(begun);
            }
        }
    }

    async fn uploads_after(&self, mut after: Option<UploadId>, limit: u32) -> Result<Vec<Upload>, StoreError> {
        let core = self.core();
        loop {
            let found = core.following(&core.uploads, "_id", after, limit).await?;
            let Some(last) = found.last() else { return Ok(Vec::new()) };
            after = Some(last.id());
            let stay = found.into_iter().filter(|found| !found.leaving);
            let stay = stay.map(super::uploads::UploadDoc::into_upload).collect::<Result<Vec<_>, _>>()?;
            if !stay.is_empty() {
                return Ok(stay);
            }
        }
    }
}

impl Core {
    /// Documents in the order of an id, from the one after that on.
    pub(super) async fn following<T>(
        &self,
        collection: &mongodb::Collection<T>,
        field: &str,
        after: Option<impl Id>,
        limit: u32,
    ) -> Result<Vec<T>, StoreError>
    where
        T: serde::de::DeserializeOwned + Send + Sync,
    {
        let mut filter = Document::new();
        if let Some(after) = after {
            filter.insert(field, doc! { "$gt": after.oid() });
        }
        read(|| async {
            let found = collection.find(filter.clone()).sort(doc! { field: 1 }).limit(i64::from(limit.max(1)));
            all(found.batch_size(limit.max(1)).await?).await
        })
        .await
    }

    /// Inserts a user as they are, who then holds what they show; false if the address is another's.
    async fn put_user(&self, user: &User) -> Result<bool, StoreError> {
        for upload in [user.profile.image, user.profile.certificate].into_iter().flatten() {
            self.hold(upload, user.id, &user.id.to_string()).await?;
        }
        let document = super::users::UserDoc::of(user.clone(), user.id.to_string());
        match insert_once(&self.users, &document).await? {
            Once::Inserted => Ok(true),
            // After an answer was lost, it may be this very one.
            Once::Taken { .. } => Ok(self.user(user.id).await?.is_some()),
        }
    }

    /// How long the pair's log is, which has that id; it is begun where there is none.
    async fn log_to_fill(&self, pair: Pair, id: ConversationId) -> Result<Head, PutError> {
        let (found, head) = match self.log(pair, true).await? {
            Some(log) => log,
            None if self.pair(id).await?.is_some() => return Err(PutError::Conflict),
            None => self.begin(pair, id).await?,
        };
        if found == id { Ok(head) } else { Err(PutError::Conflict) }
    }

    /// Inserts entries that follow `head`, as one command; says how long the log then is. What of them is there already,
    /// after an answer was lost, counts.
    async fn put_some(&self, pair: Pair, head: Head, entries: &[NewEntry]) -> Result<Head, PutError> {
        let id = entries[0].conversation;
        let mut end = head;
        let mut documents = Vec::with_capacity(entries.len());
        let edited = self.edited(id, head.seq + 1, entries).await?;
        for new in entries {
            if Pair::of(new.sender, new.receiver) != pair {
                return Err(PutError::Conflict);
            }
            let (document, next) =
                EntryDoc::following(id, end, new, new.body.target().and_then(|target| edited.get(&target.seq)));
            documents.push(document);
            end = next;
        }
        let inserted = change(|| async {
            match self.entries.insert_many(&documents).ordered(true).await {
                Ok(_) => Ok(true),
                Err(error) if is_duplicate(&error) => Ok(false),
                Err(error) => Err(error),
            }
        });
        if inserted.await? {
            self.heads.learn_head(id, end);
            return Ok(end);
        }
        let now = self.head(id, 0).await?;
        if now.seq > head.seq { Ok(now) } else { Err(PutError::Conflict) }
    }
}
