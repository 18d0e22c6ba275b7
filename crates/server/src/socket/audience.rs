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

    /// Whether an old page of the user's may want what no old connection of theirs got: they use one, or nobody knows
    /// what they use.
    fn keeps(&self, user: UserId, has_ours: bool, now: Timestamp) -> bool {
        !has_ours || self.backlogs().uses_old_pages(user, now)
    }

    /// Sends to all of a user's connections for chat.
    fn tell(&self, user: UserId, entry: &Arc<Entry>, shapes: &mut Shapes<'_>, old_event: &str) {
        let (mut reached, mut has_ours) = (false, false);
        self.hub.for_each(user, |connection| match connection.dialect() {
            _ if !connection.role.has_chat() => {}
            Dialect::Ours => {
                has_ours = true;
                connection.emit("entry", shapes.ours());
            }
            Dialect::Old => reached |= connection.emit(old_event, shapes.old()) == Emitted::Queued,
        });
        if reached {
            return;
        }
        let now = self.clock.now();
        if self.keeps(user, has_ours, now) {
            let entry = entry.clone();
            let missed = if user == entry.sender { Missed::Sent(entry) } else { Missed::Received(entry) };
            self.backlogs().keep(user, missed, now);
        }
    }

    /// An old chat connection has come: what its page missed is given to it once it has been open for long enough.
    pub(super) fn old_page_came(&self, connection: &Arc<Connection>) {
        let (user, now) = (connection.user_id(), self.clock.now());
        let mut backlogs = self.backlogs();
        backlogs.old_page(user, now);
        if backlogs.has(user, now) {
            let (this, connection) = (self.clone(), connection.clone());
            tokio::spawn(async move {
                tokio::time::sleep(SETTLED).await;
                this.give(&connection);
            });
        }
    }

    /// It is gone.
    pub(super) fn old_page_left(&self, connection: &Connection) {
        self.backlogs().old_page(connection.user_id(), self.clock.now());
    }

    fn give(&self, connection: &Connection) {
        if !connection.is_connected() {
            return;
        }
        let user = connection.user_id();
        // It has slept for a second; the wall clock may say a little less.
        let now = self.clock.now().max(connection.since + SETTLED);
        let mut missed = self.backlogs().take(user, connection.since, now);
        let given = missed.iter().take_while(|(_, missed)| emit_missed(connection, missed) == Emitted::Queued).count();
        let rest = missed.split_off(given);
        self.backlogs().put_back(user, rest);
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
            let mut reached = false;
            self.hub.for_each(moved.other, |connection| {
                if connection.role.has_chat() && connection.dialect() == Dialect::Old {
                    reached |= connection.emit("message-read", &read) == Emitted::Queued;
                }
            });
            if !reached {
                self.backlogs().keep(moved.other, Missed::Read(moved.conversation, *message), self.clock.now());
            }
        }
    }

    fn wants_each_read(&self, user: UserId) -> bool {
        let (mut has_old, mut has_ours) = (false, false);
        self.hub.for_each(user, |connection| match connection.dialect() {
            _ if !connection.role.has_chat() => {}
            Dialect::Ours => has_ours = true,
            Dialect::Old => has_old = true,
        });
        has_old || self.keeps(user, has_ours, self.clock.now())
    }
}
