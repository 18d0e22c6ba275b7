//! Telling connections what has happened in a conversation, each in its dialect.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use app::chat::{Audience, Moved};
use app::uploads::Signer;
use domain::{ConnectionId, Conversations, Entry, OldPages as Kept, StoreError, Timestamp, UserId};
use serde_json::value::{RawValue, to_raw_value};
use store::failpoint::{self, Point};
use wire::chat::{MessageRead, ReceiptEvent};
use wire::entry::{Dialect, WireEntry};

use super::connection::{Connection, Emitted};
use super::hub::Hub;
use super::old_pages::{GIVEN_FOR, Given, MAX_EVENTS, OldPages, Place, SETTLED, Told, shows};
use super::worker::is_old_page;
use crate::http::addresses::Addresses;
use crate::shell::clock::Clock;

/// A store that did not answer is asked again after this time.
const AGAIN: Duration = Duration::from_secs(1);

/// Everybody who is connected, and the old pages that are not just now. Cheap to clone.
#[derive(Clone)]
pub struct Connected {
    inner: Arc<Inner>,
}

struct Inner {
    hub: Hub,
    clock: Clock,
    conversations: Arc<dyn Conversations>,
    kept: Arc<dyn Kept>,
    signer: Signer,
    old_pages: Mutex<OldPages>,
    /// Places of old pages are kept by one task at a time.
    saving: tokio::sync::Mutex<()>,
}

impl Connected {
    /// Whoever is in this hub.
    pub fn new(
        hub: Hub,
        clock: Clock,
        conversations: Arc<dyn Conversations>,
        kept: Arc<dyn Kept>,
        signer: Signer,
    ) -> Self {
        let (old_pages, saving) = Default::default();
        Self { inner: Arc::new(Inner { hub, clock, conversations, kept, signer, old_pages, saving }) }
    }

    fn old_pages(&self) -> MutexGuard<'_, OldPages> {
        self.inner.old_pages.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Addresses of files for that connection.
    fn addresses(&self, connection: &Connection) -> Addresses {
        Addresses::new(connection.base.clone(), self.inner.signer.clone(), self.inner.clock.now())
    }

    /// Emits to a user's old pages, but for the one that has it already; whether one has it now.
    fn emit_to(
        &self,
        user: UserId,
        has_it: Option<ConnectionId>,
        mut emit: impl FnMut(&Connection) -> Emitted,
    ) -> bool {
        let mut reached = false;
        self.inner.hub.for_each(user, |connection| {
            if is_old_page(connection) {
                reached |= has_it == Some(connection.id) || emit(connection) == Emitted::Queued;
            }
        });
        reached
    }

    /// Sends to all of a user's connections for chat.
    fn tell(&self, user: UserId, entry: &Entry, shapes: &mut Shapes<'_>, old_event: &str) {
        self.inner.hub.for_each(user, |connection| {
            if connection.role.has_chat() && connection.dialect() == Dialect::Ours {
                connection.emit("entry", shapes.of(connection));
            }
        });
        if shows(&entry.body) {
            let to = Place { entries: entry.seq, reads: 0 };
            let now = self.inner.clock.now();
            let mut old_pages = self.old_pages();
            old_pages.tell(user, entry.conversation, to, now, |has_it| {
                self.emit_to(user, has_it, |connection| connection.emit(old_event, shapes.of(connection)))
            });
            self.save_soon(&old_pages);
        }
    }

    /// An old chat connection has come: what its page missed is given to it once it has been open for long enough.
    pub(super) fn old_page_came(&self, connection: &Arc<Connection>) {
        if self.old_pages().came(connection.user_id()) {
            let (this, connection) = (self.clone(), connection.clone());
            tokio::spawn(async move { this.catch_up(&connection).await });
        }
    }

    async fn catch_up(&self, connection: &Connection) {
        // It has slept for a second; the wall clock may say a little less.
        let mut settled = false;
        while connection.is_connected() {
            match self.give(connection, settled).await {
                Ok(Some(Given::All | Given::Stuck)) => return,
                Ok(Some(Given::More)) => {}
                Ok(None) => {
                    let open = self.inner.clock.now().since(connection.since);
                    tokio::time::sleep(SETTLED.saturating_sub(open)).await;
                    settled = true;
                }
                Err(error) => {
                    tracing::warn!(connection = connection.id.0, %error, "what an old page missed can't be looked for");
                    tokio::time::sleep(AGAIN).await;
                    settled = true;
                }
            }
        }
    }

    /// Looks for what was missed, and gives it; `None` if there is something and the connection has to settle first.
    async fn give(&self, connection: &Connection, settled: bool) -> Result<Option<Given>, StoreError> {
        let (user, now) = (connection.user_id(), self.inner.clock.now());
        let Some(look) = self.old_pages().look(user, connection.id) else { return Ok(Some(Given::All)) };
        if look.unknown {
            let reached = self.inner.kept.reached(user, now - GIVEN_FOR).await?;
            self.old_pages().learn(user, &reached);
        }
        let store = &self.inner.conversations;
        let summaries = store.list(user).await?;
        let gaps = self.old_pages().gaps(user, &summaries, now);
        let mut found = Vec::with_capacity(gaps.len());
        for gap in gaps {
            let newest = async |before| store.messages_before(gap.conversation, before, MAX_EVENTS).await;
            let entries = if gap.entries { newest(None).await? } else { Vec::new() };
            let read = match gap.reads {
                Some(last) => newest(Some(last.saturating_add(1))).await?,
                None => Vec::new(),
            };
            found.push((gap, entries, read));
        }
        let mut old_pages = self.old_pages();
        let found = found.iter().map(|(gap, entries, read)| (gap, entries.as_slice(), read.as_slice()));
        let missed = old_pages.missed(user, found, now);
        if !missed.is_empty() && !settled {
            return Ok(None);
        }
        // What comes meanwhile waits for the lock, and so comes after it.
        let given = old_pages.give(user, look, &missed, &summaries, now, |told| {
            emit_missed(connection, &self.addresses(connection), told)
        });
        self.save_soon(&old_pages);
        Ok(Some(given))
    }

    /// The user has fetched conversations by REST, each up to this place.
    pub(crate) fn fetched(&self, user: UserId, fetched: impl Iterator<Item = (domain::ConversationId, u64, u64)>) {
        let now = self.inner.clock.now();
        let mut old_pages = self.old_pages();
        for (conversation, entries, reads) in fetched {
            old_pages.fetched(user, conversation, Place { entries, reads }, now);
        }
        self.save_soon(&old_pages);
    }

    /// What was fetched or told before this is not given any more, and need not be kept.
    pub(crate) fn oldest_given(&self) -> Timestamp {
        self.inner.clock.now() - GIVEN_FOR
    }

    fn save_soon(&self, old_pages: &OldPages) {
        if old_pages.has_unsaved() {
            let this = self.clone();
            tokio::spawn(async move { this.save().await });
        }
    }

    /// Keeps the places of old pages. Those that come while others are being written go together.
    async fn save(&self) {
        // One that comes at the very end of another's turn finds it over: hence the second look.
        while self.old_pages().has_unsaved() {
            let Ok(_turn) = self.inner.saving.try_lock() else { return };
            let unsaved = self.old_pages().take_unsaved();
            let oldest = self.oldest_given();
            if let Err(error) = self.inner.kept.reach(&unsaved, oldest).await {
                tracing::warn!(%error, "how far old pages have got can't be kept");
                self.old_pages().not_saved(unsaved);
                tokio::time::sleep(AGAIN).await;
            }
        }
    }

    pub(super) fn sweep(&self) {
        let now = self.inner.clock.now();
        let hub = &self.inner.hub;
        let has_page = |user| hub.connections(user).iter().any(|connection| is_old_page(connection));
        self.old_pages().sweep(now, has_page);
    }
}

fn emit_missed(connection: &Connection, addresses: &Addresses, told: Told<'_>) -> bool {
    let emitted = match told {
        Told::Entry(entry) => {
            let event = if entry.sender == connection.user_id() { "message-sent" } else { "receive-message" };
            connection.emit(event, &WireEntry::fresh(entry, Dialect::Old, addresses))
        }
        Told::Read(entry) => connection.emit("message-read", &MessageRead::new(entry.id, entry.conversation)),
    };
    emitted == Emitted::Queued
}

/// An entry in both dialects, each written once and only if somebody speaks it; one that shows a file, for each of the
/// listeners that they came in on.
struct Shapes<'a> {
    connected: &'a Connected,
    entry: &'a Entry,
    written: Vec<(Dialect, Arc<str>, Box<RawValue>)>,
}

impl Shapes<'_> {
    fn of(&mut self, connection: &Connection) -> &RawValue {
        let (dialect, everywhere) = (connection.dialect(), self.entry.body.file().is_none());
        let fits = |(written, base, _): &(Dialect, Arc<str>, Box<RawValue>)| {
            *written == dialect && (everywhere || *base == connection.base)
        };
        let place = self.written.iter().position(fits).unwrap_or_else(|| {
            let addresses = self.connected.addresses(connection);
            let shape = WireEntry::fresh(self.entry, dialect, &addresses);
            let shape = to_raw_value(&shape).expect("an entry is plain JSON");
            self.written.push((dialect, connection.base.clone(), shape));
            self.written.len() - 1
        });
        &self.written[place].2
    }
}

impl Audience for Connected {
    fn appended(&self, entry: &Arc<Entry>) {
        failpoint::reach(Point::BeforeFanOut);
        let mut shapes = Shapes { connected: self, entry, written: Vec::new() };
        self.tell(entry.sender, entry, &mut shapes, "message-sent");
        self.tell(entry.receiver, entry, &mut shapes, "receive-message");
    }

    fn moved(&self, moved: &Moved) {
        let receipt = ReceiptEvent::new(moved.conversation, moved.user, moved.receipt);
        for user in [moved.user, moved.other] {
            self.inner.hub.for_each(user, |connection| {
                if connection.role.has_chat() && connection.dialect() == Dialect::Ours {
                    connection.emit("receipt", &receipt);
                }
            });
        }
        if moved.each_read.is_empty() {
            return;
        }
        let to = Place { entries: 0, reads: moved.receipt.read };
        let now = self.inner.clock.now();
        let mut old_pages = self.old_pages();
        old_pages.tell(moved.other, moved.conversation, to, now, |_| {
            moved.each_read.iter().all(|message| {
                let read = MessageRead::new(*message, moved.conversation);
                self.emit_to(moved.other, None, |connection| connection.emit("message-read", &read))
            })
        });
        self.save_soon(&old_pages);
    }
}
