//! A consultation's versions are a document each, as an appointment's are; beside them one document that is found by what is
//! asked for, which may be a version behind after a crash.

use async_trait::async_trait;
use domain::{
    ClientMessageId, Consultation, ConsultationId, Consultations, MemberId, StoreError, Timestamp, Transition, UserId,
    Word,
};
use mongodb::bson::oid::ObjectId;
use mongodb::bson::{Bson, DateTime, Document, doc};
use serde::{Deserialize, Serialize};

use super::ask::{Once, all, change, insert_once, newest, read};
use super::row::{Id, date, number, signed, time};
use super::{Core, MongoDb};
use crate::json;

#[derive(Debug, Serialize, Deserialize)]
pub(super) struct ConsultationDoc {
    #[serde(rename = "_id")]
    id: ObjectId,
    version: i64,
    room: ObjectId,
    session: i64,
    people: Vec<ObjectId>,
    opened_at: DateTime,
    open: bool,
    ended_at: Option<DateTime>,
    /// JSON, as on SQLite.
    record: String,
}

#[derive(Debug, Serialize, Deserialize)]
pub(super) struct ConsultationVersionDoc {
    /// The consultation and the version.
    #[serde(rename = "_id")]
    place: String,
    /// Empty where a later version of one that has ended says it all.
    record: String,
}

#[derive(Debug, Serialize, Deserialize)]
pub(super) struct WordDoc {
    /// The consultation and the number.
    #[serde(rename = "_id")]
    place: String,
    consultation: ObjectId,
    number: i64,
    member: ObjectId,
    key: String,
    at: DateTime,
    text: String,
}

impl WordDoc {
    fn of(it: &Word) -> Self {
        Self {
            place: place(it.consultation, it.number.into()),
            consultation: it.consultation.oid(),
            number: it.number.into(),
            member: it.member.oid(),
            key: it.key.as_str().to_owned(),
            at: date(it.at),
            text: it.text.clone(),
        }
    }

    fn word(self) -> Result<Word, StoreError> {
        let unreadable = || StoreError::Unavailable("a stored word does not parse".to_owned());
        Ok(Word {
            consultation: ConsultationId::of(self.consultation),
            number: u32::try_from(self.number).map_err(|_| unreadable())?,
            member: MemberId::of(self.member),
            key: self.key.parse().map_err(|_| unreadable())?,
            at: time(self.at),
            text: self.text,
        })
    }
}

fn place(id: ConsultationId, version: u64) -> String {
    format!("{id}:{version:08x}")
}

fn parsed(record: &str) -> Result<Consultation, StoreError> {
    json::consultation_from_text(record).map_err(|error| StoreError::Unavailable(error.to_string()))
}

fn people(it: &Consultation) -> Vec<ObjectId> {
    let mut people: Vec<_> = it.users().map(Id::oid).collect();
    people.sort_unstable();
    people.dedup();
    people
}

#[async_trait]
impl Consultations for MongoDb {
    async fn open_consultation(&self, it: Consultation) -> Result<Transition, StoreError> {
        let core = self.core();
        let record = json::consultation_to_text(&it);
        let document = ConsultationDoc {
            id: it.id.oid(),
            version: signed(it.version),
            room: ObjectId::from_bytes(it.room.bytes()),
            session: it.session.into(),
            people: people(&it),
            opened_at: date(it.opened_at),
            open: it.ended_at.is_none(),
            ended_at: it.ended_at.map(date),
            record,
        };
        if insert_once(&core.consultations, &document).await? == Once::Inserted {
            return Ok(Transition::Saved);
        }
        let there = core.consultation_docs(doc! { "_id": it.id.oid() }, doc! {}, 1).await?;
        Ok(if there.is_empty() { Transition::Stale } else { Transition::Saved })
    }

    async fn consultation_in(&self, room: domain::ObjectId) -> Result<Option<Consultation>, StoreError> {
        let filter = doc! { "room": ObjectId::from_bytes(room.bytes()) };
        self.core().one_consultation(filter, doc! { "session": -1 }).await
    }

    async fn consultation(&self, id: ConsultationId) -> Result<Option<Consultation>, StoreError> {
        self.core().one_consultation(doc! { "_id": id.oid() }, doc! {}).await
    }

    async fn change_consultation(&self, it: Consultation) -> Result<Transition, StoreError> {
        let core = self.core();
        let there = core.one_consultation(doc! { "_id": it.id.oid() }, doc! {}).await?;
        if there.is_none_or(|there| there.version + 1 != it.version && there != it) {
            return Ok(Transition::Stale);
        }
        let record = json::consultation_to_text(&it);
        let version = ConsultationVersionDoc { place: place(it.id, it.version), record };
        if insert_once(&core.consultation_versions, &version).await? != Once::Inserted
            && core.consultation_version(it.id, it.version).await?.as_ref() != Some(&it)
        {
            return Ok(Transition::Stale);
        }
        // It has happened; what is found by this looks for newer versions.
        if core.show_consultation(&it).await.is_ok() && it.ended_at.is_some() {
            let before = doc! { "_id": { "$gte": place(it.id, 0), "$lt": version.place } };
            let empty = doc! { "$set": { "record": "" } };
            drop(
                change(|| async { core.consultation_versions.update_many(before.clone(), empty.clone()).await }).await,
            );
        }
        Ok(Transition::Saved)
    }

    async fn open_consultations(&self, user: UserId) -> Result<Vec<Consultation>, StoreError> {
        let filter = doc! { "people": user.oid(), "open": true };
        let list = self.core().consultations(filter, doc! { "opened_at": -1, "_id": -1 }, 100).await?;
        Ok(list.into_iter().filter(|it| it.ended_at.is_none()).collect())
    }

    async fn ended_consultations(
        &self,
        user: UserId,
        before: Timestamp,
        limit: u32,
    ) -> Result<Vec<Consultation>, StoreError> {
        let filter = doc! { "people": user.oid(), "open": false, "ended_at": { "$lt": date(before) } };
        self.core().consultations(filter, doc! { "ended_at": -1, "_id": -1 }, limit.into()).await
    }

    async fn put_word(&self, word: Word) -> Result<Transition, StoreError> {
        let core = self.core();
        let new = WordDoc::of(&word);
        if insert_once(&core.consultation_words, &new).await? == Once::Inserted {
            return Ok(Transition::Saved);
        }
        let there = core.words(doc! { "_id": new.place.as_str() }, doc! {}, 1).await?;
        Ok(if there == [word] { Transition::Saved } else { Transition::Stale })
    }

    async fn word(
        &self,
        consultation: ConsultationId,
        member: MemberId,
        key: &ClientMessageId,
    ) -> Result<Option<Word>, StoreError> {
        let filter = doc! { "consultation": consultation.oid(), "member": member.oid(), "key": key.as_str() };
        Ok(self.core().words(filter, doc! {}, 1).await?.pop())
    }

    async fn last_word(&self, consultation: ConsultationId) -> Result<u32, StoreError> {
        let filter = doc! { "consultation": consultation.oid() };
        let last = self.core().words(filter, doc! { "number": -1 }, 1).await?.pop();
        Ok(last.map_or(0, |last| last.number))
    }

    async fn words(&self, consultation: ConsultationId, after: u32, limit: u32) -> Result<Vec<Word>, StoreError> {
        let filter = doc! { "consultation": consultation.oid(), "number": { "$gt": i64::from(after) } };
        self.core().words(filter, doc! { "number": 1 }, limit.into()).await
    }

    async fn consultations_after(
        &self,
        after: Option<ConsultationId>,
        limit: u32,
    ) -> Result<Vec<Consultation>, StoreError> {
        let core = self.core();
        let mut list = Vec::new();
        for document in core.following(&core.consultations, "_id", after, limit).await? {
            list.push(core.newest_consultation(document).await?);
        }
        Ok(list)
    }
}

impl Core {
    async fn words(&self, filter: Document, order: Document, limit: i64) -> Result<Vec<Word>, StoreError> {
        let found = read(|| async {
            let found = self.consultation_words.find(filter.clone()).sort(order.clone()).limit(limit);
            all(found.await?).await
        });
        found.await?.into_iter().map(WordDoc::word).collect()
    }

    async fn consultation_docs(
        &self,
        filter: Document,
        order: Document,
        limit: i64,
    ) -> Result<Vec<ConsultationDoc>, StoreError> {
        read(|| async {
            let found = self.consultations.find(filter.clone()).sort(order.clone()).limit(limit);
            all(found.await?).await
        })
        .await
    }

    async fn consultations(
        &self,
        filter: Document,
        order: Document,
        limit: i64,
    ) -> Result<Vec<Consultation>, StoreError> {
        let mut list = Vec::new();
        for document in self.consultation_docs(filter, order, limit).await? {
            list.push(self.newest_consultation(document).await?);
        }
        Ok(list)
    }

    async fn one_consultation(&self, filter: Document, order: Document) -> Result<Option<Consultation>, StoreError> {
        Ok(self.consultations(filter, order, 1).await?.pop())
    }

    async fn consultation_version(&self, id: ConsultationId, version: u64) -> Result<Option<Consultation>, StoreError> {
        let place = doc! { "_id": place(id, version) };
        let found = read(|| async { self.consultation_versions.find_one(place.clone()).await }).await?;
        found.filter(|found| !found.record.is_empty()).map(|found| parsed(&found.record)).transpose()
    }

    /// The consultation as it is now, which may be newer than what it was found by.
    async fn newest_consultation(&self, document: ConsultationDoc) -> Result<Consultation, StoreError> {
        let id = ConsultationId::of(document.id);
        let get = |version| self.consultation_version(id, version);
        match newest(number(document.version), get).await? {
            Some((_, newer)) => Ok(newer),
            None => parsed(&document.record),
        }
    }

    async fn show_consultation(&self, it: &Consultation) -> Result<(), StoreError> {
        let before = doc! { "_id": it.id.oid(), "version": { "$lt": signed(it.version) } };
        let people: Vec<Bson> = people(it).into_iter().map(Bson::from).collect();
        let set = doc! { "$set": {
            "version": signed(it.version),
            "people": people,
            "open": it.ended_at.is_none(),
            "ended_at": it.ended_at.map(date),
            "record": json::consultation_to_text(it),
        } };
        change(|| async { self.consultations.update_one(before.clone(), set.clone()).await }).await.map(|_| ())
    }
}
