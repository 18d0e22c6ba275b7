//! Telling connections what has happened in a conversation, each in its dialect.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use app::chat::{Audience, Moved};
use domain::{ConversationId, Entry, Timestamp, UserId};
use serde_json::value::{RawValue, to_raw_value};
use wire::chat::{MessageRead, ReceiptEvent};
use wire::entry::{Dialect, WireEntry};

use super::backlog::{Backlogs, Missed, SETTLED};
use super::connection::{Connection, Emitted};
use super::hub::Hub;
use super::worker::is_old_page;
use crate::shell::clock::Clock;

/// Everybody who is connected, and the old pages that are not just now. Cheap to clone.
#[derive(Clone)]
pub struct Connected {
    hub: Hub,
    clock: Clock,
    backlogs: Arc<Mutex<Backlogs>>,
}

impl Connected {
    /// Whoever is in this hub.
    pub fn new(hub: Hub, clock: Clock) -> Self {
        Self { hub, clock, backlogs: Arc::default() }
    }

    fn backlogs(&self) -> MutexGuard<'_, Backlogs> {
        self.backlogs.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Sends to all of a user's connections for chat.
    fn tell(&self, user: UserId, entry: &Arc<Entry>, shapes: &mut Shapes<'_>, old_event: &str) {
        self.hub.for_each(user, |connection| {
            if connection.role.has_chat() && connection.dialect() == Dialect::Ours {
                connection.emit("entry", shapes.ours());
            }
        });
        let missed = || {
            let entry = entry.clone();
            if user == entry.sender { Missed::Sent(entry) } else { Missed::Received(entry) }
        };
        self.tell_old_pages(user, missed, |connection| connection.emit(old_event, shapes.old()));
    }

    /// Sends to all of a user's old pages, or keeps it for the next: if there is none, or as long as something that came
    /// before is still kept.
    fn tell_old_pages(
        &self,
        user: UserId,
        missed: impl FnOnce() -> Missed,
        mut emit: impl FnMut(&Connection) -> Emitted,
    ) {
        let now = self.clock.now();
        {
            let mut backlogs = self.backlogs();
            if backlogs.has(user, now) {
                return backlogs.keep(user, missed(), now);
            }
        }
        let mut reached = false;
        self.hub.for_each(user, |connection| {
            if is_old_page(connection) {
                reached |= emit(connection) == Emitted::Queued;
            }
        });
        if reached {
            return;
        }
        self.backlogs().keep(user, missed(), now);
        // One that came between the two looks saw nothing that is kept.
        for connection in self.hub.connections(user) {
            if is_old_page(&connection) {
                self.give_soon(connection);
            }
        }
    }

    /// An old chat connection has come: what its page missed is given to it once it has been open for long enough.
    pub(super) fn old_page_came(&self, connection: &Arc<Connection>) {
        if self.backlogs().has(connection.user_id(), self.clock.now()) {
            self.give_soon(connection.clone());
        }
    }

    fn give_soon(&self, connection: Arc<Connection>) {
        if connection.is_to_be_given() {
            return;
        }
        let this = self.clone();
        tokio::spawn(async move {
            tokio::time::sleep(SETTLED).await;
            this.give(&connection);
        });
    }

    fn give(&self, connection: &Connection) {
        if !connection.is_connected() {
            return;
        }
        // It has slept for a second; the wall clock may say a little less.
        let now = self.clock.now().max(connection.since + SETTLED);
        // What comes meanwhile waits for the lock, and so comes after it.
        self.backlogs().give(connection.user_id(), connection.since, now, |missed| {
            emit_missed(connection, missed) == Emitted::Queued
        });
    }

    /// The user has fetched their conversations by REST.
    pub(crate) fn fetched(&self, user: UserId, last: &HashMap<ConversationId, u64>, asked_at: Timestamp) {
        self.backlogs().fetched(user, last, asked_at);
    }

    pub(super) fn sweep(&self) {
        let now = self.clock.now();
        self.backlogs().sweep(now);
    }
}

fn emit_missed(connection: &Connection, missed: &Missed) -> Emitted {
    match missed {
        Missed::Received(entry) => connection.emit("receive-message", &WireEntry::fresh(entry, Dialect::Old)),
        Missed::Sent(entry) => connection.emit("message-sent", &WireEntry::fresh(entry, Dialect::Old)),
        Missed::Read(conversation, message) => {
            connection.emit("message-read", &MessageRead::new(*message, *conversation))
        }
    }
}

/// An entry in both dialects, each written once and only if somebody speaks it.
struct Shapes<'a> {
    entry: &'a Entry,
    ours: Option<Box<RawValue>>,
    old: Option<Box<RawValue>>,
}

impl<'a> Shapes<'a> {
    const fn new(entry: &'a Entry) -> Self {
        Self { entry, ours: None, old: None }
    }

    fn ours(&mut self) -> &RawValue {
        self.ours.get_or_insert_with(|| write(self.entry, Dialect::Ours))
    }

    fn old(&mut self) -> &RawValue {
        self.old.get_or_insert_with(|| write(self.entry, Dialect::Old))
    }
}

fn write(entry: &Entry, dialect: Dialect) -> Box<RawValue> {
    to_raw_value(&WireEntry::fresh(entry, dialect)).expect("an entry is plain JSON")
}

impl Audience for Connected {
    fn appended(&self, entry: &Arc<Entry>) {
        let mut shapes = Shapes::new(entry);
        self.tell(entry.sender, entry, &mut shapes, "message-sent");
        self.tell(entry.receiver, entry, &mut shapes, "receive-message");
    }

    fn moved(&self, moved: &Moved) {
        let receipt = ReceiptEvent::new(moved.conversation, moved.user, moved.receipt);
        for user in [moved.user, moved.other] {
            self.hub.for_each(user, |connection| {
                if connection.role.has_chat() && connection.dialect() == Dialect::Ours {
                    connection.emit("receipt", &receipt);
                }
            });
        }
        for message in &moved.each_read {
            let read = MessageRead::new(*message, moved.conversation);
            let missed = || Missed::Read(moved.conversation, *message);
            self.tell_old_pages(moved.other, missed, |connection| connection.emit("message-read", &read));
        }
    }
}
