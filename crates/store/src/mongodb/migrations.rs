//! From an empty database to the schema of today.

use std::time::Duration;

use mongodb::bson::{Document, doc};
use mongodb::error::Error;
use mongodb::options::IndexOptions;
use mongodb::{Collection, Database, IndexModel};
use serde::{Deserialize, Serialize};

use super::ask::{change, describe, insert_once, read};
use crate::error::OpenError;

/// The version of the schema that this program knows. Since 3 a consultation may be end-to-end encrypted, into which a
/// program that doesn't know of it would let people unencrypted.
pub(super) const VERSION: u32 = 3;

/// Since this version messages carry their words.
pub(super) const WITH_WORDS: u32 = 2;

pub(super) const ABOUT: &str = "about";
pub(super) const USERS: &str = "users";
pub(super) const SESSIONS: &str = "sessions";
pub(super) const REFRESHES: &str = "refreshes";
pub(super) const REPLACED: &str = "replaced_refreshes";
pub(super) const REVOCATIONS: &str = "revocations";
pub(super) const CONVERSATIONS: &str = "conversations";
pub(super) const ENTRIES: &str = "entries";
pub(super) const RECEIPTS: &str = "receipts";
pub(super) const CALLS: &str = "calls";
pub(super) const SEATS: &str = "seats";
pub(super) const OLD_PAGES: &str = "old_pages";
pub(super) const WIPES: &str = "wipes";
pub(super) const UPLOADS: &str = "uploads";
pub(super) const HOLDS: &str = "holds";
pub(super) const RECORDINGS: &str = "recordings";
pub(super) const APPOINTMENTS: &str = "appointments";
pub(super) const APPOINTMENT_VERSIONS: &str = "appointment_versions";
pub(super) const CONSULTATIONS: &str = "consultations";
pub(super) const CONSULTATION_VERSIONS: &str = "consultation_versions";
pub(super) const CONSULTATION_WORDS: &str = "consultation_words";
pub(super) const SLOTS: &str = "slots";

const OURS: &[&str] =
    &[USERS, SESSIONS, REFRESHES, REPLACED, REVOCATIONS, CONVERSATIONS, ENTRIES, RECEIPTS, CALLS, SEATS];

/// `(collection, keys, unique)`. Whatever else is unique is so by its `_id`.
const INDEXES: &[(&str, &[&str], bool)] = &[
    (USERS, &["email"], true),
    // One admin at most has the place of the first; everybody else has one of their own.
    (USERS, &["place"], true),
    (SESSIONS, &["user"], false),
    (SESSIONS, &["expires_at"], false),
    (REFRESHES, &["expires_at"], false),
    (REPLACED, &["expires_at"], false),
    (CONVERSATIONS, &["id"], true),
    (CONVERSATIONS, &["users"], false),
    (ENTRIES, &["id"], true),
    (ENTRIES, &["sender", "key"], true),
    (ENTRIES, &["target"], false),
    (ENTRIES, &["said_in", "words"], false),
    (CALLS, &["call"], false),
    (UPLOADS, &["owner", "key"], true),
    (UPLOADS, &["held", "created_at"], false),
    (UPLOADS, &["leaving"], false),
    (HOLDS, &["upload"], false),
    (RECORDINGS, &["recording"], false),
    (APPOINTMENTS, &["dietician", "starts_at"], false),
    (APPOINTMENTS, &["patient", "starts_at"], false),
    (APPOINTMENTS, &["room"], true),
    (CONSULTATIONS, &["room", "session"], true),
    (CONSULTATIONS, &["people"], false),
    (CONSULTATION_WORDS, &["consultation", "number"], false),
    (CONSULTATION_WORDS, &["consultation", "member", "key"], true),
    (OLD_PAGES, &["user"], false),
    (OLD_PAGES, &["at"], false),
];

/// One line of `about`.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct About {
    #[serde(rename = "_id")]
    name: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    version: Option<i64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub value: Option<String>,
}

/// Makes what is missing, and says the epoch and the version of what was there. Several processes may do so at once. The
/// database itself must answer within `patience`.
pub(super) async fn migrate(database: &Database, hosts: &str, patience: Duration) -> Result<(String, u32), OpenError> {
    let ping = database.run_command(doc! { "ping": 1 });
    let unreachable = |why: String| OpenError::Unreachable { hosts: hosts.to_owned(), why };
    match tokio::time::timeout(patience, ping).await {
        Ok(Ok(_)) => {}
        Ok(Err(error)) => return Err(unreachable(describe(&error))),
        Err(_) => return Err(unreachable("it does not answer".to_owned())),
    }
    let about: Collection<About> = database.collection(ABOUT);
    let line = |name: &'static str| {
        let about = &about;
        async move { read(|| async { about.find_one(doc! { "_id": name }).await }).await }
    };
    let schema = match line("schema").await? {
        Some(schema) => schema,
        None => {
            refuse_foreign(database).await?;
            let schema = About { name: "schema".to_owned(), version: Some(VERSION.into()), value: None };
            insert_once(&about, &schema).await?;
            line("schema").await?.unwrap_or(schema)
        }
    };
    let found = u32::try_from(schema.version.unwrap_or(0)).unwrap_or(u32::MAX);
    if found > VERSION {
        return Err(OpenError::NewerDatabase { name: database.name().to_owned(), found, known: VERSION });
    }
    for (collection, keys, unique) in INDEXES {
        let index = index(keys, *unique);
        let collection: Collection<Document> = database.collection(collection);
        read(|| async { collection.create_index(index.clone()).await }).await?;
    }
    if let Some(About { value: Some(epoch), .. }) = line("epoch").await? {
        return Ok((epoch, found));
    }
    let mut random = [0; 8];
    getrandom::fill(&mut random)?;
    let epoch = format!("{:016x}", u64::from_be_bytes(random));
    insert_once(&about, &About { name: "epoch".to_owned(), version: None, value: Some(epoch.clone()) }).await?;
    // Another process may have been first.
    Ok((line("epoch").await?.and_then(|line| line.value).unwrap_or(epoch), found))
}

/// What is there is as this program has it.
pub(super) async fn done(database: &Database) -> Result<(), OpenError> {
    let about: Collection<About> = database.collection(ABOUT);
    let newer = doc! { "$max": { "version": i64::from(VERSION) } };
    change(|| async { about.update_one(doc! { "_id": "schema" }, newer.clone()).await }).await?;
    tracing::info!(to = VERSION, "the schema is up to date");
    Ok(())
}

/// Without a line about its schema, what has our names is somebody else's: the older services use some of them.
async fn refuse_foreign(database: &Database) -> Result<(), OpenError> {
    let names = read(|| async { database.list_collection_names().await }).await?;
    match names.iter().find(|name| OURS.contains(&name.as_str())) {
        Some(_) => Err(OpenError::ForeignDatabase { name: database.name().to_owned() }),
        None => Ok(()),
    }
}

fn index(keys: &[&str], unique: bool) -> IndexModel {
    let keys: Document = keys.iter().map(|key| ((*key).to_owned(), 1_i32.into())).collect();
    IndexModel::builder().keys(keys).options(IndexOptions::builder().unique(unique.then_some(true)).build()).build()
}

/// Whether the database reads and confirms writes.
pub(super) async fn ping(database: &Database) -> Result<(), Error> {
    database.run_command(doc! { "ping": 1 }).await.map(|_| ())
}
