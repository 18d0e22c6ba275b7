//! What the service before us kept in MongoDB, read as it is to be here: accounts, appointments, and conversations with their messages
//! inside. Nothing is ever written there.
//!
//! What it says is taken as it is found: fields may be missing, of another type, or contradict each other. For whatever
//! does not fit there is a [`Note`], and never a crash. Every id that is made is made of where it was found, so that
//! reading again comes to the same.

mod appointments;
mod conversations;
mod messages;
mod notes;
#[cfg(test)]
mod tests;
mod users;
mod values;

use std::collections::HashMap;
use std::time::Duration;

use domain::{ConversationId, Role, StoreError, User, UserId};
use futures_util::stream::{self, Stream, StreamExt};
use mongodb::bson::oid::ObjectId;
use mongodb::bson::{Bson, Document, RawDocumentBuf, doc};
use mongodb::error::ErrorKind;
use mongodb::options::ClientOptions;
use mongodb::{Client, Collection};
use tokio::sync::mpsc;

pub use self::appointments::OldAppointment;
pub use self::conversations::OldConversation;
use self::conversations::Pair;
pub use self::notes::{Note, Noted, Notes};
use crate::mongodb::{read_within, say};

/// The databases that the old services used, where the URI names none.
const DATABASES: [&str; 2] = ["moodbites", "moodbites_chat"];

/// Nobody is waiting: what is slow is waited for.
const PATIENCE: Duration = Duration::from_secs(120);

/// Accounts that are read at once.
const USERS: usize = 200;

/// Conversations that are read ahead. Each is one document of 16 MiB at most.
const AHEAD: usize = 4;

/// How often the reading of all conversations is begun again where a connection broke.
const TRIES: u32 = 10;

/// Why the old data can't be brought in; each is a sentence for the operator.
#[derive(Debug, thiserror::Error)]
#[allow(missing_docs)]
pub enum OldError {
    #[error("what --from names is no URI of MongoDB; it should look like mongodb://host:27017/moodbites")]
    Uri,
    #[error("MongoDB at {hosts} can't be read: {why}")]
    Unreachable { hosts: String, why: String },
    #[error(
        "--from names the database that MongoDB keeps this practice in (MONGODB_URI); name the one of the older services"
    )]
    Ours,
    #[error(
        "the database {0} is a practice of this MoodBites, not one of the older services. To move between databases, \
         use `moodbites export` and `moodbites import FILE`"
    )]
    NotOld(String),
    #[error(
        "there are no accounts of the older services in {0}; is that the right database? Where the URI names none, both \
         that they used are looked at"
    )]
    Nothing(String),
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// The data of the service before us.
pub struct Old {
    client: Client,
    users: Vec<Collection<Document>>,
    conversations: Vec<Collection<Document>>,
    appointments: Vec<Collection<Document>>,
}

/// Where a conversation's document is: in which of the collections, under which id.
type Place = (u8, ObjectId);

/// Which conversations there are: less than a hundred bytes each are remembered of them.
pub struct Index {
    /// Those that are all that there is of their pair.
    alone: HashMap<Place, [UserId; 2]>,
    /// Several of one pair, the lower ids first.
    joined: Vec<([UserId; 2], Vec<Place>)>,
    /// What could not be taken up.
    pub notes: Notes,
    /// How many documents there are.
    pub there: u64,
}

impl Index {
    /// Everybody who is in a conversation, and with whom: each two once.
    pub fn pairs(&self) -> Vec<[UserId; 2]> {
        let mut pairs: Vec<_> = self.alone.values().chain(self.joined.iter().map(|(pair, _)| pair)).copied().collect();
        pairs.sort_unstable();
        pairs
    }
}

/// A page of accounts, the lower ids first.
#[derive(Debug, Default)]
pub struct OldUsers {
    /// As they are to be here.
    pub users: Vec<User>,
    /// What did not come over as it was.
    pub notes: Notes,
    /// How many there were of them.
    pub there: u64,
}

impl Old {
    /// Connects. `ours` is the URI of the store that things are to come into, if it is a MongoDB too.
    pub async fn open(uri: &str, ours: Option<&str>) -> Result<Self, OldError> {
        let mut options = ClientOptions::parse(uri).await.map_err(|error| match error.kind.as_ref() {
            ErrorKind::DnsResolve { .. } => OldError::Unreachable { hosts: "that name".to_owned(), why: say(&error) },
            _ => OldError::Uri,
        })?;
        let names =
            options.default_database.clone().map_or_else(|| DATABASES.map(str::to_owned).to_vec(), |name| vec![name]);
        if let Some(ours) = ours
            && let Ok(ours) = ClientOptions::parse(ours).await
        {
            let own = ours.default_database.unwrap_or_else(|| crate::mongodb::DATABASE.to_owned());
            if names.contains(&own) && options.hosts.iter().any(|host| ours.hosts.contains(host)) {
                return Err(OldError::Ours);
            }
        }
        options.app_name.get_or_insert_with(|| "moodbites import".to_owned());
        options.server_selection_timeout.get_or_insert(Duration::from_secs(5));
        options.connect_timeout.get_or_insert(Duration::from_secs(5));
        let hosts = options.hosts.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ");
        let client = Client::with_options(options).map_err(|_| OldError::Uri)?;
        let (mut users, mut conversations, mut appointments) = (Vec::new(), Vec::new(), Vec::new());
        for name in &names {
            let database = client.database(name);
            let collections = database.list_collection_names().await;
            let why = |error| OldError::Unreachable { hosts: hosts.clone(), why: say(&error) };
            let collections = collections.map_err(why)?;
            let about = database.collection::<Document>("about").find_one(doc! { "_id": "schema" }).await;
            if about.map_err(why)?.is_some() {
                return Err(OldError::NotOld(name.clone()));
            }
            let has = |name: &str| collections.iter().any(|collection| collection == name);
            users.extend(has("users").then(|| database.collection("users")));
            conversations.extend(has("conversations").then(|| database.collection("conversations")));
            appointments.extend(has("appointments").then(|| database.collection("appointments")));
        }
        if users.is_empty() {
            return Err(OldError::Nothing(names.join(" and ")));
        }
        Ok(Self { client, users, conversations, appointments })
    }

    /// Every account, the lower ids first, in pages.
    pub async fn users(&self) -> Result<impl Stream<Item = Result<OldUsers, StoreError>> + '_, StoreError> {
        let mut ids = Vec::new();
        let mut without = OldUsers::default();
        for (nth, collection) in (0_u8..).zip(&self.users) {
            self.scan(collection, doc! { "_id": 1 }, |found| match found.get("_id") {
                Some(Bson::ObjectId(id)) => ids.push((*id, nth)),
                _ => {
                    without.there += 1;
                    without.notes.add(Note::UserWithoutId, None);
                }
            })
            .await?;
        }
        ids.sort_unstable();
        let pages: Vec<_> = ids.chunks(USERS).map(<[_]>::to_vec).collect();
        let pages = stream::iter(pages).then(|page| self.some_users(page));
        Ok(stream::iter([Ok(without)]).chain(pages))
    }

    async fn some_users(&self, ids: Vec<(ObjectId, u8)>) -> Result<OldUsers, StoreError> {
        let mut page = OldUsers { there: ids.len() as u64, ..OldUsers::default() };
        for (nth, collection) in (0_u8..).zip(&self.users) {
            let ids: Vec<_> = ids.iter().filter(|(_, of)| *of == nth).map(|(id, _)| *id).collect();
            if ids.is_empty() {
                continue;
            }
            let found = read_within(PATIENCE, || async {
                let mut cursor = collection.find(doc! { "_id": { "$in": &ids } }).await?;
                let mut found = Vec::new();
                while cursor.advance().await? {
                    found.push(cursor.deserialize_current());
                }
                Ok(found)
            });
            for document in found.await? {
                match document {
                    Ok(document) => page.users.extend(users::user(&document, &mut page.notes)),
                    Err(_) => page.notes.add(Note::UserUnreadable, None),
                }
            }
        }
        page.users.sort_by_key(|user| user.id);
        Ok(page)
    }

    /// Every appointment, in no order; `None` for each that says too little.
    pub async fn appointments(&self) -> Result<Vec<Option<OldAppointment>>, StoreError> {
        let mut found = Vec::new();
        for collection in &self.appointments {
            self.scan(collection, doc! {}, |document| found.push(appointments::appointment(&document))).await?;
        }
        Ok(found)
    }

    /// Which conversations there are.
    pub async fn index(&self) -> Result<Index, StoreError> {
        let (mut found, mut unsaid) = (Vec::new(), Vec::new());
        let (mut notes, mut there) = (Notes::default(), 0);
        for (nth, collection) in (0_u8..).zip(&self.conversations) {
            self.scan(collection, doc! { "_id": 1, "participants": 1 }, |document| {
                there += 1;
                let Some(Bson::ObjectId(id)) = document.get("_id") else {
                    notes.add(Note::ConversationWithoutId, None);
                    return;
                };
                match conversations::pair(&document) {
                    Pair::Of(users) => found.push((users, *id, nth)),
                    Pair::NotTwo => notes.add(Note::NotTwoPeople, Some(ours(*id))),
                    Pair::Unsaid => unsaid.push((nth, *id)),
                }
            })
            .await?;
        }
        for (nth, id) in unsaid {
            let note = match self.one((nth, id)).await?.as_ref().map(conversations::pair_of_messages) {
                Some(Pair::Of(users)) => {
                    found.push((users, id, nth));
                    Note::PairFromMessages
                }
                _ => Note::NotTwoPeople,
            };
            notes.add(note, Some(ours(id)));
        }
        found.sort_unstable();
        let mut index = Index { alone: HashMap::new(), joined: Vec::new(), notes, there };
        for found in found.chunk_by(|a, b| a.0 == b.0) {
            match found {
                [(users, id, nth)] => drop(index.alone.insert((*nth, *id), *users)),
                several => {
                    index.joined.push((several[0].0, several.iter().map(|(_, id, nth)| (*nth, *id)).collect()));
                }
            }
        }
        Ok(index)
    }

    /// Every conversation, in no order, those of one pair as one.
    pub fn conversations(&self, index: Index) -> Conversations<'_> {
        let (documents, ahead) = mpsc::channel(AHEAD);
        let collections = self.conversations.clone();
        tokio::spawn(async move {
            for (nth, collection) in (0_u8..).zip(collections) {
                if !read_all(nth, &collection.clone_with_type(), &documents).await {
                    return;
                }
            }
        });
        Conversations { old: self, ahead, alone: index.alone, joined: index.joined.into_iter() }
    }

    /// A conversation's document; `None` if it can't be read, or is gone.
    async fn one(&self, (nth, id): Place) -> Result<Option<Document>, StoreError> {
        let collection = self.conversations[usize::from(nth)].clone_with_type::<RawDocumentBuf>();
        let found = read_within(PATIENCE, || async { collection.find_one(doc! { "_id": id }).await }).await?;
        Ok(found.and_then(|raw| Document::try_from(raw.as_ref()).ok()))
    }

    /// Looks at a few fields of every document, in no order, without keeping any.
    async fn scan(
        &self,
        collection: &Collection<Document>,
        fields: Document,
        mut look: impl FnMut(Document),
    ) -> Result<(), StoreError> {
        let ask = || async { collection.find(doc! {}).projection(fields.clone()).batch_size(10_000).await };
        let mut cursor = read_within(PATIENCE, ask).await?;
        let failed = |error| StoreError::Unavailable(say(&error));
        while cursor.advance().await.map_err(failed)? {
            look(cursor.deserialize_current().map_err(failed)?);
        }
        Ok(())
    }

    /// Lets go of the connections.
    pub async fn close(self) {
        self.client.shutdown().immediate(true).await;
    }
}

/// The conversations, one after the other.
pub struct Conversations<'a> {
    old: &'a Old,
    ahead: mpsc::Receiver<Result<(u8, RawDocumentBuf), StoreError>>,
    /// Those that have not come yet.
    alone: HashMap<Place, [UserId; 2]>,
    joined: std::vec::IntoIter<([UserId; 2], Vec<Place>)>,
}

impl Conversations<'_> {
    /// The next one; `None` at the end.
    pub async fn next(&mut self) -> Result<Option<OldConversation>, StoreError> {
        while let Some(read) = self.ahead.recv().await {
            let (nth, raw) = read?;
            let Ok(id) = raw.get_object_id("_id") else { continue };
            // What came before a connection broke comes again.
            let Some(users) = self.alone.remove(&(nth, id)) else { continue };
            let document = Document::try_from(raw.as_ref()).ok();
            return Ok(Some(of_documents(users, [((nth, id), document)])));
        }
        if let Some(place) = self.alone.keys().next().copied()
            && let Some(users) = self.alone.remove(&place)
        {
            // It was there a moment ago.
            return Ok(Some(of_documents(users, [(place, None)])));
        }
        let Some((users, places)) = self.joined.next() else { return Ok(None) };
        let mut documents = Vec::with_capacity(places.len());
        for place in places {
            documents.push((place, self.old.one(place).await?));
        }
        Ok(Some(of_documents(users, documents)))
    }
}

/// Reads a collection ahead of who takes its documents, from the beginning where a connection broke; false if nobody
/// takes them any more.
async fn read_all(
    nth: u8,
    collection: &Collection<RawDocumentBuf>,
    documents: &mpsc::Sender<Result<(u8, RawDocumentBuf), StoreError>>,
) -> bool {
    for tries in 0.. {
        let ask = || async { collection.find(doc! {}).batch_size(AHEAD as u32).await };
        let mut cursor = match read_within(PATIENCE, ask).await {
            Ok(cursor) => cursor,
            Err(error) => {
                drop(documents.send(Err(error)).await);
                return false;
            }
        };
        loop {
            match cursor.advance().await {
                Ok(true) => {
                    if documents.send(Ok((nth, cursor.current().to_owned()))).await.is_err() {
                        return false;
                    }
                }
                Ok(false) => return true,
                Err(error) if tries < TRIES => {
                    tracing::warn!(error = say(&error), "the old conversations are read again from the beginning");
                    break;
                }
                Err(error) => {
                    drop(documents.send(Err(StoreError::Unavailable(say(&error)))).await);
                    return false;
                }
            }
        }
    }
    false
}

/// The conversation of a pair, of what could be read of it.
fn of_documents(users: [UserId; 2], documents: impl IntoIterator<Item = (Place, Option<Document>)>) -> OldConversation {
    let (mut read, mut notes, mut first) = (Vec::new(), Notes::default(), None);
    for ((_, id), document) in documents {
        let id = ConversationId(ours(id));
        first.get_or_insert(id);
        match document {
            Some(document) => read.push((id, document)),
            None => notes.add(Note::ConversationUnreadable, Some(id.0)),
        }
    }
    let id = first.unwrap_or(ConversationId(domain::ObjectId::from([0; 12])));
    let mut conversation = conversations::conversation(id, users, &read);
    conversation.notes.extend(notes);
    conversation
}

/// The account of somebody who is in a conversation and has none, and the address of one whose own is another's.
pub fn stand_in(id: UserId, role: Role) -> User {
    users::stand_in(id, role)
}

/// The same without an address, and disabled: somebody else has that address.
#[must_use]
pub fn without_address(user: User) -> User {
    User { email: users::no_address(user.id), active: false, ..user }
}

fn ours(id: ObjectId) -> domain::ObjectId {
    domain::ObjectId::from(id.bytes())
}
