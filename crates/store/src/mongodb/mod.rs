//! The store on MongoDB, or on whatever speaks its protocol.
//!
//! It is made for the smallest of them: what must happen once is an insert under a unique key, confirmed by a majority.
//! There are no transactions, no change streams and no joins, and an update is never relied on to be atomic. So an entry
//! is its place in the log (`_id` is conversation and `seq`), a transition of a call is a document of its own, and what
//! could be counted is a running total in each entry. What is read often is read by `_id`.

mod appointments;
mod ask;
mod batch;
mod calls;
mod consultations;
mod conversations;
mod entries;
mod folds;
mod heads;
mod migrations;
mod old_pages;
mod recordings;
mod row;
mod search;
mod sessions;
#[cfg(test)]
mod tests;
mod transfer;
mod uploads;
mod users;
mod writer;

use std::sync::atomic::{AtomicI64, AtomicU64};
use std::sync::{Arc, Mutex as SyncMutex, PoisonError};
use std::time::Duration;

use domain::{StoreError, UserId};
use mongodb::options::{Acknowledgment, ClientOptions, ReadConcern, WriteConcern};
use mongodb::{Client, Collection, Database};
use tokio::sync::{Mutex, mpsc};
use tokio::task::JoinHandle;

pub(crate) use self::ask::{describe as say, read_within};
use self::heads::Heads;
use self::row::Pair;
use self::writer::Pending;
use crate::error::OpenError;

/// The database where the URI names none.
pub(crate) const DATABASE: &str = "moodbites";

/// Tasks that append; a conversation's entries all go through the same one.
const WRITERS: usize = 4;

/// What may wait for one of them; more is answered [`StoreError::Busy`].
const QUEUE: usize = 1_024;

/// Receipts are advanced under one of as many locks.
const RECEIPT_LOCKS: usize = 64;

/// Who asks whether the database answers waits no longer than this.
const PING: Duration = Duration::from_secs(2);

/// How long a start waits for the database.
const START: Duration = Duration::from_secs(6);

/// The store on a MongoDB database. Clones are the same store; [`close`](Self::close) ends it in good order.
#[derive(Clone)]
pub struct MongoDb {
    shared: Arc<Shared>,
}

struct Shared {
    core: Arc<Core>,
    /// Emptied when it closes.
    writers: SyncMutex<Vec<mpsc::Sender<Pending>>>,
    tasks: SyncMutex<Vec<JoinHandle<()>>>,
}

/// What everything stands on.
struct Core {
    client: Client,
    database: Database,
    epoch: String,
    users: Collection<users::UserDoc>,
    sessions: Collection<sessions::SessionDoc>,
    refreshes: Collection<sessions::RefreshDoc>,
    replaced: Collection<sessions::ReplacedDoc>,
    revocations: Collection<sessions::RevocationDoc>,
    conversations: Collection<conversations::ConversationDoc>,
    entries: Collection<entries::EntryDoc>,
    receipts: Collection<conversations::ReceiptDoc>,
    calls: Collection<calls::CallDoc>,
    seats: Collection<calls::SeatDoc>,
    old_pages: Collection<old_pages::OldPageDoc>,
    wipes: Collection<folds::WipeDoc>,
    uploads: Collection<uploads::UploadDoc>,
    holds: Collection<uploads::HoldDoc>,
    recordings: Collection<recordings::RecordingDoc>,
    appointments: Collection<appointments::AppointmentDoc>,
    appointment_versions: Collection<appointments::AppointmentVersionDoc>,
    slots: Collection<appointments::SlotDoc>,
    consultations: Collection<consultations::ConsultationDoc>,
    consultation_versions: Collection<consultations::ConsultationVersionDoc>,
    consultation_words: Collection<consultations::WordDoc>,
    heads: Heads,
    /// Updates of one document that this process makes are made one after the other: not every server keeps them apart.
    changing_users: Mutex<()>,
    changing_calls: Mutex<()>,
    changing_uploads: Mutex<()>,
    advancing: [Mutex<()>; RECEIPT_LOCKS],
    /// The newest revocation that was seen.
    revocation: AtomicU64,
    /// When expired sessions were last looked for, by the clock of who signs in.
    swept: AtomicI64,
}

impl MongoDb {
    /// Connects, and brings the schema up to date. The database is the one that the URI names, or `moodbites`. Needs a
    /// runtime of Tokio's. Several processes may have it open.
    pub async fn open(uri: &str) -> Result<Self, OpenError> {
        // What the driver says of a URI that it can't use may repeat what is in it.
        let mut options = ClientOptions::parse(uri).await.map_err(|error| match error.kind.as_ref() {
            mongodb::error::ErrorKind::DnsResolve { .. } => {
                OpenError::Unreachable { hosts: "that name".to_owned(), why: ask::describe(&error) }
            }
            _ => OpenError::Uri,
        })?;
        options.app_name.get_or_insert_with(|| "moodbites".to_owned());
        let seconds = Duration::from_secs;
        options.server_selection_timeout.get_or_insert(seconds(3));
        options.connect_timeout.get_or_insert(seconds(2));
        // A server that hangs is noticed after as long.
        options.heartbeat_freq.get_or_insert(seconds(2));
        options.max_pool_size.get_or_insert(32);
        options.read_concern = Some(ReadConcern::majority());
        options.write_concern = Some(WriteConcern::builder().w(Acknowledgment::Majority).journal(true).build());
        let hosts = options.hosts.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ");
        let name = options.default_database.clone().unwrap_or_else(|| DATABASE.to_owned());
        let client = Client::with_options(options).map_err(|_| OpenError::Uri)?;
        let database = client.database(&name);
        let (epoch, version) = migrations::migrate(&database, &hosts, START).await?;

        let core = Arc::new(Core {
            epoch,
            users: database.collection(migrations::USERS),
            sessions: database.collection(migrations::SESSIONS),
            refreshes: database.collection(migrations::REFRESHES),
            replaced: database.collection(migrations::REPLACED),
            revocations: database.collection(migrations::REVOCATIONS),
            conversations: database.collection(migrations::CONVERSATIONS),
            entries: database.collection(migrations::ENTRIES),
            receipts: database.collection(migrations::RECEIPTS),
            calls: database.collection(migrations::CALLS),
            seats: database.collection(migrations::SEATS),
            old_pages: database.collection(migrations::OLD_PAGES),
            wipes: database.collection(migrations::WIPES),
            uploads: database.collection(migrations::UPLOADS),
            holds: database.collection(migrations::HOLDS),
            recordings: database.collection(migrations::RECORDINGS),
            appointments: database.collection(migrations::APPOINTMENTS),
            appointment_versions: database.collection(migrations::APPOINTMENT_VERSIONS),
            slots: database.collection(migrations::SLOTS),
            consultations: database.collection(migrations::CONSULTATIONS),
            consultation_versions: database.collection(migrations::CONSULTATION_VERSIONS),
            consultation_words: database.collection(migrations::CONSULTATION_WORDS),
            heads: Heads::default(),
            changing_users: Mutex::new(()),
            changing_calls: Mutex::new(()),
            changing_uploads: Mutex::new(()),
            advancing: std::array::from_fn(|_| Mutex::new(())),
            revocation: AtomicU64::new(0),
            swept: AtomicI64::new(i64::MIN),
            client,
            database,
        });
        core.wipe_what_was_left().await?;
        if version < migrations::WITH_WORDS {
            core.give_words().await?;
        }
        if version < migrations::VERSION {
            migrations::done(&core.database).await?;
        }
        let (writers, tasks) = (0..WRITERS)
            .map(|_| {
                let (sender, queue) = mpsc::channel(QUEUE);
                (sender, tokio::spawn(writer::run(Arc::clone(&core), queue)))
            })
            .unzip();
        Ok(Self { shared: Arc::new(Shared { core, writers: SyncMutex::new(writers), tasks: SyncMutex::new(tasks) }) })
    }

    /// Takes nothing more, writes what was taken, and ends. What is asked of it afterwards is
    /// [`StoreError::Unavailable`].
    pub async fn close(&self) {
        lock(&self.shared.writers).clear();
        let tasks = std::mem::take(&mut *lock(&self.shared.tasks));
        for task in tasks {
            drop(task.await);
        }
        self.core().client.clone().shutdown().immediate(true).await;
    }

    /// Whether the database answers, soon.
    pub async fn ping(&self) -> Result<(), StoreError> {
        let asked = ask::read(|| migrations::ping(&self.core().database));
        let silent = |_| StoreError::Unavailable("MongoDB does not answer".to_owned());
        tokio::time::timeout(PING, asked).await.map_err(silent)?
    }

    fn core(&self) -> &Core {
        &self.shared.core
    }

    /// Puts an entry into the queue of its conversation's writer: in the order in which this is called.
    fn push(&self, pending: Pending) -> Result<(), StoreError> {
        let pair = Pair::of(pending.new.sender, pending.new.receiver);
        let writers = lock(&self.shared.writers);
        let Some(writer) = writers.get(stripe(pair.lo, writers.len()) ^ stripe(pair.hi, writers.len())) else {
            return Err(StoreError::Unavailable("it is closed".to_owned()));
        };
        writer.try_send(pending).map_err(|error| match error {
            mpsc::error::TrySendError::Full(_) => StoreError::Busy,
            mpsc::error::TrySendError::Closed(_) => StoreError::Unavailable("it is closed".to_owned()),
        })
    }
}

/// One of `count`, a power of two; the last bytes of an id are random.
fn stripe(user: UserId, count: usize) -> usize {
    usize::from(user.0.bytes()[11]) % count.max(1)
}

fn lock<T>(mutex: &SyncMutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
