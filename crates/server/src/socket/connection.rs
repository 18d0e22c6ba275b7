//! One live Socket.IO connection.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};

use app::accounts::Identity;
use domain::{ConnectionId, DeviceId, SessionId, Timestamp, User, UserId};
use serde::Serialize;
use socketioxide::adapter::LocalAdapter;
use socketioxide::socket::{Sid, Socket};
use socketioxide::{SendError, SocketError};
use wire::entry::Dialect;

use super::limits::{SocketLimit, UserLimits};
use super::packet::Packet;
use super::transports::Transports;
use crate::config::Role;
use crate::shell::connection::Conn;

/// Events that wait to be handled; a client that has more under way than this is told to wait.
const MAX_WAITING: usize = 1024;

/// And so many bytes of them.
const MAX_WAITING_BYTES: usize = 4 * 1024 * 1024;

/// What others may know of a connection, and how it is reached. Held by the hub while it lives, by its own worker, and
/// by nothing that socketioxide keeps except through this crate's handlers; the socket itself is held weakly.
pub struct Connection {
    /// Its number.
    pub id: ConnectionId,
    /// Whose it is, as they were when it came.
    pub user: Arc<User>,
    /// The listener that it came in on.
    pub role: Role,
    /// `None` for an old connection.
    pub device: Option<DeviceId>,
    /// When it came.
    pub since: Timestamp,
    /// What the addresses of files begin with that it is told.
    pub(super) base: Arc<str>,
    pub(super) limits: Arc<Mutex<UserLimits>>,
    socket: Weak<Socket<LocalAdapter>>,
    /// Engine.IO's number of it.
    sid: Sid,
    /// What it came by, if that is its own.
    conn: Option<Conn>,
    transports: Arc<Transports>,
    /// Short sections, none across an await.
    state: Mutex<State>,
}

struct State {
    session: Option<SessionId>,
    expires_at: Timestamp,
    limit: SocketLimit,
    waiting: VecDeque<Work>,
    waiting_bytes: usize,
    /// Somebody works the queue off: what is put there will be handled.
    working: bool,
}

/// What a connection's worker does, one after the other.
pub(super) enum Work {
    Event(Packet),
    Left,
}

/// What became of something that was sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Emitted {
    /// It is on its way.
    Queued,
    /// The client does not read as fast as we send.
    Full,
    /// There is no such connection any more.
    Gone,
}

/// How a connection came.
pub(super) struct Arrival {
    pub(super) role: Role,
    pub(super) device: Option<DeviceId>,
    pub(super) since: Timestamp,
    pub(super) base: Arc<str>,
    pub(super) limits: Arc<Mutex<UserLimits>>,
    pub(super) conn: Option<Conn>,
    pub(super) transports: Arc<Transports>,
}

impl Connection {
    pub(super) fn new(
        id: ConnectionId,
        identity: Identity,
        arrival: Arrival,
        socket: &Arc<Socket<LocalAdapter>>,
    ) -> Self {
        let Arrival { role, device, since, base, limits, conn, transports } = arrival;
        let mut user = identity.user;
        user.password_hash = String::new();
        let state = State {
            session: identity.session,
            expires_at: identity.expires_at,
            limit: SocketLimit::new(since),
            waiting: VecDeque::new(),
            waiting_bytes: 0,
            // Nothing is handled before the hub knows the connection.
            working: true,
        };
        Self {
            id,
            user: Arc::new(user),
            role,
            device,
            since,
            base,
            limits,
            socket: Arc::downgrade(socket),
            sid: socket.id,
            conn,
            transports,
            state: Mutex::new(state),
        }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Whose it is.
    pub fn user_id(&self) -> UserId {
        self.user.id
    }

    /// How it is spoken to.
    pub const fn dialect(&self) -> Dialect {
        if self.device.is_some() { Dialect::Ours } else { Dialect::Old }
    }

    /// The sign-in that it came by; `None` for tokens of the old service.
    pub fn session(&self) -> Option<SessionId> {
        self.state().session
    }

    /// When its token ends.
    pub fn expires_at(&self) -> Timestamp {
        self.state().expires_at
    }

    /// Takes a newer token of the same user.
    pub(super) fn renew(&self, session: Option<SessionId>, expires_at: Timestamp) {
        let mut state = self.state();
        state.session = session;
        state.expires_at = expires_at;
    }

    /// Whether the client is still joined.
    pub fn is_connected(&self) -> bool {
        self.socket.upgrade().is_some_and(|socket| socket.connected())
    }

    pub(super) fn socket(&self) -> Option<Arc<Socket<LocalAdapter>>> {
        self.socket.upgrade()
    }

    /// Sends an event. A client whose queue is full has missed one: it is cut off, comes back and asks for what it
    /// missed. Loses nothing silently.
    pub fn emit<T: Serialize + ?Sized>(&self, event: &str, payload: &T) -> Emitted {
        let emitted = self.try_emit(event, payload);
        if emitted == Emitted::Full {
            tracing::warn!(connection = self.id.0, event, "cut off: does not read what it is sent");
            self.kill();
        }
        emitted
    }

    /// Sends an event that may as well get lost: typing, presence.
    pub fn hint<T: Serialize + ?Sized>(&self, event: &str, payload: &T) {
        let _ = self.try_emit(event, payload);
    }

    fn try_emit<T: Serialize + ?Sized>(&self, event: &str, payload: &T) -> Emitted {
        let Some(socket) = self.socket.upgrade() else { return Emitted::Gone };
        match socket.emit(event, payload) {
            Ok(()) => Emitted::Queued,
            Err(SendError::Socket(SocketError::InternalChannelFull)) => Emitted::Full,
            Err(SendError::Socket(SocketError::Closed)) => Emitted::Gone,
            Err(SendError::Serialize(error)) => {
                tracing::error!(%error, event, "an event could not be written");
                Emitted::Gone
            }
        }
    }

    /// Shuts the transport down. Leaving the namespace alone would let the client join again.
    pub fn kill(&self) {
        if let Some(socket) = self.socket.upgrade() {
            let _ = socket.disconnect();
        }
        self.transports.end(self.sid);
        if let Some(conn) = &self.conn {
            conn.kill();
        }
    }

    /// Counts an event of this socket.
    pub(super) fn count(&self, now: Timestamp) -> Result<(), super::limits::Refused> {
        self.state().limit.take(now)
    }

    /// Puts an event behind the others; `Ok(true)` if the caller is to work the queue off.
    pub(super) fn enqueue(&self, packet: Packet) -> Result<bool, Packet> {
        let mut state = self.state();
        let bytes = packet.text().len();
        if state.waiting.len() >= MAX_WAITING || state.waiting_bytes + bytes > MAX_WAITING_BYTES {
            return Err(packet);
        }
        state.waiting_bytes += bytes;
        state.waiting.push_back(Work::Event(packet));
        Ok(!std::mem::replace(&mut state.working, true))
    }

    /// The last thing that is handled.
    pub(super) fn enqueue_left(&self) -> bool {
        let mut state = self.state();
        state.waiting.push_back(Work::Left);
        !std::mem::replace(&mut state.working, true)
    }

    /// The next thing to do. With `None` the worker ends, unless it has something else to do still, and the next enqueue
    /// makes another.
    pub(super) fn next(&self, busy: bool) -> Option<Work> {
        let mut state = self.state();
        let next = state.waiting.pop_front();
        match &next {
            Some(Work::Event(packet)) => state.waiting_bytes -= packet.text().len(),
            Some(Work::Left) => {}
            None if busy => {}
            None => {
                state.working = false;
                state.waiting.shrink_to(4);
            }
        }
        next
    }
}

impl std::fmt::Debug for Connection {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Connection").field("id", &self.id).field("user", &self.user.id).finish_non_exhaustive()
    }
}
