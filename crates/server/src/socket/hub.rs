//! Which connections there are, and whose. Everything that reaches a client goes through here.

use std::collections::{HashMap, VecDeque};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard};
use std::time::Duration;

use domain::{ConnectionId, SessionId, Timestamp, User, UserId, may_contact};
use serde::Serialize;
use wire::chat::{ServerRestarting, SessionExpired};
use wire::error::Code;

use super::connection::{Connection, Emitted};
use super::limits::UserLimits;
use super::presence::Roster;
use crate::config::Role;

/// More at once of one user are refused: no person has so many windows.
const MAX_PER_USER: usize = 50;

/// Cuts that a handshake which is under way may have missed.
const MAX_CUTS: usize = 1024;

/// What is said last has so long to reach the client before its transport is shut down.
const LAST_WORDS: Duration = Duration::from_millis(500);

/// The hub. Cheap to clone.
#[derive(Clone, Default)]
pub struct Hub {
    inner: Arc<Inner>,
}

#[derive(Default)]
struct Inner {
    next: AtomicU64,
    /// Short sections, none across an await; emitting under it only queues.
    state: RwLock<State>,
    roster: Mutex<Roster>,
}

#[derive(Default)]
struct State {
    users: HashMap<UserId, Vec<Arc<Connection>>>,
    connections: HashMap<ConnectionId, Arc<Connection>>,
    limits: HashMap<UserId, Arc<Mutex<UserLimits>>>,
    cuts: VecDeque<Cut>,
    cut_count: u64,
    closing: bool,
}

/// Which of a user's connections are to go.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Cut {
    user: UserId,
    session: Option<SessionId>,
    except: Option<SessionId>,
}

impl Cut {
    fn hits(&self, connection: &Connection) -> bool {
        let session = connection.session();
        connection.user_id() == self.user
            && self.session.is_none_or(|cut| session == Some(cut))
            && !(self.except.is_some() && session == self.except)
    }
}

/// Why a connection is not taken in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum NotTaken {
    TooMany,
    Cut,
    Closing,
}

impl State {
    /// Whether a cut would have hit the connection that came while its token was looked at.
    fn was_cut_since(&self, connection: &Connection, cuts: u64) -> bool {
        let missed = usize::try_from(self.cut_count - cuts).unwrap_or(usize::MAX);
        missed > self.cuts.len() || self.cuts.iter().rev().take(missed).any(|cut| cut.hits(connection))
    }
}

impl Hub {
    fn read(&self) -> RwLockReadGuard<'_, State> {
        self.inner.state.read().unwrap_or_else(PoisonError::into_inner)
    }

    fn write(&self) -> RwLockWriteGuard<'_, State> {
        self.inner.state.write().unwrap_or_else(PoisonError::into_inner)
    }

    fn with_roster<T>(&self, then: impl FnOnce(&mut Roster) -> T) -> T {
        then(&mut self.inner.roster.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// A number for a new connection.
    pub(super) fn next_id(&self) -> ConnectionId {
        ConnectionId(self.inner.next.fetch_add(1, Ordering::Relaxed) + 1)
    }

    /// To be noted before a token is looked at, for [`Self::register`].
    pub(super) fn cuts_so_far(&self) -> u64 {
        self.read().cut_count
    }

    /// What all connections of the user share.
    pub(super) fn limits_of(&self, user: UserId, now: Timestamp) -> Arc<Mutex<UserLimits>> {
        let fresh = || Arc::new(Mutex::new(UserLimits::new(now)));
        self.write().limits.entry(user).or_insert_with(fresh).clone()
    }

    /// Takes a connection in whose token was looked at after `cuts` cuts.
    pub(super) fn register(&self, connection: &Arc<Connection>, cuts: u64, most: bool) -> Result<(), NotTaken> {
        let mut state = self.write();
        if state.closing {
            return Err(NotTaken::Closing);
        }
        if state.was_cut_since(connection, cuts) {
            return Err(NotTaken::Cut);
        }
        let of_user = state.users.entry(connection.user_id()).or_default();
        if most && of_user.len() >= MAX_PER_USER {
            return Err(NotTaken::TooMany);
        }
        of_user.push(connection.clone());
        state.connections.insert(connection.id, connection.clone());
        Ok(())
    }

    /// Whether the connection was to be cut while a token for it was looked at, after `cuts` cuts.
    pub(super) fn was_cut_since(&self, connection: &Connection, cuts: u64) -> bool {
        self.read().was_cut_since(connection, cuts)
    }

    /// Forgets a connection; false if it was not there (any more).
    pub(super) fn unregister(&self, connection: &Connection) -> bool {
        let mut state = self.write();
        if state.connections.remove(&connection.id).is_none() {
            return false;
        }
        if let Some(of_user) = state.users.get_mut(&connection.user_id()) {
            of_user.retain(|other| other.id != connection.id);
            if of_user.is_empty() {
                state.users.remove(&connection.user_id());
            }
        }
        true
    }

    /// How many connections there are.
    pub fn len(&self) -> usize {
        self.read().connections.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// How many there are on listeners of that role.
    pub fn count(&self, role: Role) -> usize {
        self.read().connections.values().filter(|connection| connection.role == role).count()
    }

    /// The connection of that number.
    pub fn connection(&self, id: ConnectionId) -> Option<Arc<Connection>> {
        self.read().connections.get(&id).cloned()
    }

    /// The user's connections.
    pub fn connections(&self, user: UserId) -> Vec<Arc<Connection>> {
        self.read().users.get(&user).cloned().unwrap_or_default()
    }

    /// Each of the user's connections, without copying the list; `each` must not come back to the hub.
    pub fn for_each(&self, user: UserId, mut each: impl FnMut(&Arc<Connection>)) {
        if let Some(of_user) = self.read().users.get(&user) {
            of_user.iter().for_each(&mut each);
        }
    }

    /// Everybody who has a connection, as they were when it came.
    pub fn people(&self) -> Vec<Arc<User>> {
        self.read().users.values().filter_map(|of_user| of_user.first()).map(|first| first.user.clone()).collect()
    }

    /// Each connection of those whom the user may contact.
    pub fn for_contacts_of(&self, user: &User, mut each: impl FnMut(&Arc<Connection>)) {
        for of_user in self.read().users.values() {
            if of_user.first().is_some_and(|first| may_contact(user, &first.user)) {
                of_user.iter().for_each(&mut each);
            }
        }
    }

    /// Sends an event to one connection.
    pub fn emit<T: Serialize + ?Sized>(&self, connection: ConnectionId, event: &str, payload: &T) -> Emitted {
        self.connection(connection).map_or(Emitted::Gone, |connection| connection.emit(event, payload))
    }

    /// Whether somebody is there, or was until just now.
    pub fn is_online(&self, user: UserId) -> bool {
        self.with_roster(|roster| roster.is_online(user))
    }

    /// When somebody who is not there was last, as far as this process knows.
    pub fn last_seen(&self, user: UserId) -> Option<Timestamp> {
        self.with_roster(|roster| roster.last_seen(user))
    }

    /// A connection came; true if its user's contacts are to be told.
    pub(super) fn came(&self, user: UserId, now: Timestamp) -> bool {
        self.with_roster(|roster| roster.came(user, now))
    }

    /// A connection is gone.
    pub(super) fn gone(&self, user: UserId, now: Timestamp) {
        self.with_roster(|roster| roster.gone(user, now));
    }

    /// Who has left since.
    pub(super) fn settle(&self, now: Timestamp) -> Vec<(UserId, Timestamp)> {
        self.with_roster(|roster| roster.settle(now))
    }

    /// Forgets the limits of those who are not connected and have used nothing of late.
    pub(super) fn forget_limits(&self) {
        let mut state = self.write();
        let State { users, limits, .. } = &mut *state;
        limits.retain(|user, limits| users.contains_key(user) || Arc::strong_count(limits) > 1);
    }

    /// Ends the user's connections, only those of `session` or all except those of `except`: each is told why, then its
    /// transport is shut down. A handshake that is under way is refused.
    pub fn cut(&self, user: UserId, session: Option<SessionId>, except: Option<SessionId>, reason: Code) {
        let cut = Cut { user, session, except };
        let hit = {
            let mut state = self.write();
            state.cut_count += 1;
            if state.cuts.len() == MAX_CUTS {
                state.cuts.pop_front();
            }
            state.cuts.push_back(cut);
            state.users.get(&user).cloned().unwrap_or_default()
        };
        for connection in hit.into_iter().filter(|connection| cut.hits(connection)) {
            tracing::info!(connection = connection.id.0, code = reason.as_str(), "cut");
            close(connection, reason);
        }
    }

    /// Those whose token has ended.
    pub(super) fn expired(&self, now: Timestamp) -> Vec<Arc<Connection>> {
        self.read().connections.values().filter(|connection| connection.expires_at() <= now).cloned().collect()
    }

    /// Tells everybody to come back, each at another time within `spread`, and takes nobody in any more. The transports
    /// are closed by `Sockets::close`.
    pub fn close_all(&self, spread: Duration) {
        let all: Vec<Arc<Connection>> = {
            let mut state = self.write();
            state.closing = true;
            state.connections.values().cloned().collect()
        };
        for connection in all {
            come_back(&connection, spread);
        }
    }
}

/// Tells a client when to come back: at any moment within `spread`.
pub(super) fn come_back(connection: &Connection, spread: Duration) {
    let random = u16::from_le_bytes(app::fresh::bytes());
    let spread = u64::try_from(spread.as_millis()).unwrap_or(u64::MAX);
    let reconnect_in_ms = spread.saturating_mul(u64::from(random)) / u64::from(u16::MAX);
    connection.hint("server-restarting", &ServerRestarting { reconnect_in_ms });
}

/// Says why, then ends the connection for good.
pub(super) fn close(connection: Arc<Connection>, reason: Code) {
    connection.hint("session-expired", &SessionExpired { code: reason });
    tokio::spawn(async move {
        tokio::time::sleep(LAST_WORDS).await;
        connection.kill();
    });
}
