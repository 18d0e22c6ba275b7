//! Calls: the switchboard joined to the store, the clock, the conversations and the connections.
//!
//! [`Calling`] decides who may call whom and how often; what becomes of a call is decided by [`calls::Switchboard`], which
//! one task owns (`exchange`): inputs are handled one after the other, outputs carried out in their order, and what
//! must be durable before anybody hears of it is awaited. An ended call's entry gets into the conversation by
//! [`Chat::log_call`].

mod exchange;
mod limits;
#[cfg(test)]
mod tests;

use std::sync::Arc;
use std::time::Duration;

use calls::{CallError, Callee, Command, Event, Signal};
use domain::{
    CallId, CallKind, CallRecord, Calls, ConnectionId, DeviceId, StoreError, Timestamp, UserId, Users, may_contact,
};
use tokio::sync::{mpsc, oneshot, watch};

use crate::chat::Chat;
use exchange::{Exchange, Message};

/// Inputs that wait for the switchboard; more than that make their connections wait.
const WAITING: usize = 1024;

/// How long things last, and how often people may ring.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rules {
    /// Of the switchboard.
    pub switchboard: calls::Config,
    /// How often in [`Rules::window`] somebody may ring the same person; `None`: as often as they like.
    pub per_pair: Option<usize>,
    /// How often anybody.
    pub per_caller: Option<usize>,
    /// See there.
    pub window: Duration,
}

impl Default for Rules {
    fn default() -> Self {
        Self {
            switchboard: calls::Config::default(),
            per_pair: Some(3),
            per_caller: Some(10),
            window: Duration::from_secs(60),
        }
    }
}

/// Who carries events to connections; `server` renders them in each connection's dialect.
pub trait Delivery: Send + Sync {
    /// Sends an event. `legacy`: the other of the two takes part by an old client.
    fn deliver(&self, to: ConnectionId, event: &Event, legacy: bool);
}

/// What time it is.
pub type Now = Arc<dyn Fn() -> Timestamp + Send + Sync>;

/// What a connection asks for. As [`calls::Command`], before anybody has looked at who may call whom.
#[derive(Debug, Clone, PartialEq)]
#[allow(missing_docs)]
pub enum Ask {
    Request {
        target: UserId,
        kind: CallKind,
        room: Option<String>,
    },
    Respond {
        call: Option<CallId>,
        caller: Option<UserId>,
        accepted: bool,
        reason: Option<String>,
        kind: Option<CallKind>,
    },
    Offer {
        target: UserId,
        call: Option<CallId>,
        kind: CallKind,
        offer: Signal,
    },
    Answer {
        target: UserId,
        call: Option<CallId>,
        answer: Signal,
    },
    Candidate {
        target: UserId,
        call: Option<CallId>,
        candidate: Signal,
    },
    Move {
        call: CallId,
    },
    End {
        target: Option<UserId>,
        call: Option<CallId>,
        reason: Option<String>,
    },
}

/// Why something was not done.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Refusal {
    /// The switchboard says so.
    Call(CallError),
    /// Too many calls in too short a time; the next may do after that.
    TooOften(Duration),
    /// Nobody could be looked up.
    Store(StoreError),
}

/// A refusal, with whom it was about and in which call.
#[derive(Debug, Clone, PartialEq, Eq)]
#[allow(missing_docs)]
pub struct Refused {
    pub why: Refusal,
    pub target: Option<UserId>,
    pub call: Option<CallId>,
}

/// The calls' use cases. Cheap to clone.
#[derive(Clone)]
pub struct Calling {
    users: Arc<dyn Users>,
    exchange: mpsc::Sender<Message>,
    broken: watch::Receiver<bool>,
}

impl Calling {
    /// Starts the task that owns the switchboard. It begins with the calls that another life of this process left behind,
    /// before it listens to anybody.
    pub fn start(
        rules: Rules,
        users: Arc<dyn Users>,
        calls: Arc<dyn Calls>,
        chat: Chat,
        delivery: Arc<dyn Delivery>,
        now: Now,
    ) -> Self {
        let (exchange, inbox) = mpsc::channel(WAITING);
        let task = tokio::spawn(Exchange::new(rules, calls, chat, delivery, now).run(inbox));
        let (breaks, broken) = watch::channel(false);
        tokio::spawn(async move {
            if let Err(error) = task.await {
                tracing::error!(%error, "the switchboard broke");
                breaks.send_replace(true);
            }
        });
        Self { users, exchange, broken }
    }

    /// Comes back if the switchboard has broken, which is a bug of ours: nobody can call from then on. Every call is in the
    /// store as it was last, and another life of this process takes them up.
    pub async fn broken(&self) {
        if self.broken.clone().wait_for(|broken| *broken).await.is_err() {
            // It was closed.
            std::future::pending::<()>().await;
        }
    }

    /// The call of that id, as it is now; `None` once it is over.
    pub async fn call(&self, call: CallId) -> Option<CallRecord> {
        let (answer, answered) = oneshot::channel();
        self.say(Message::Look { call, answer }).await;
        answered.await.ok().flatten().filter(|record| !record.has_ended())
    }

    /// A connection that may take part in calls has come.
    pub async fn connected(&self, connection: ConnectionId, user: UserId, name: String, device: Option<DeviceId>) {
        self.say(Message::Connected { connection, user, name, device }).await;
    }

    /// It is gone; nothing comes from it any more.
    pub async fn disconnected(&self, connection: ConnectionId) {
        self.say(Message::Disconnected(connection)).await;
    }

    /// Nobody may go on with this user's calls: disabled, or signed out everywhere.
    pub async fn evict(&self, user: UserId) {
        self.say(Message::Evict(user)).await;
    }

    /// A connection of `user` asks for something. `Ok` names the call that it was about, where there was one; everything
    /// that follows from it is on its way by then.
    pub async fn ask(&self, from: ConnectionId, user: UserId, ask: Ask) -> Result<Option<CallId>, Refused> {
        let (target, call) = ask.subject();
        let refused = |why| Refused { why, target, call };
        let command = self.command(user, ask).await.map_err(|error| refused(Refusal::Store(error)))?;
        let (answer, answered) = oneshot::channel();
        self.say(Message::Command { from, user, command, answer }).await;
        answered.await.unwrap_or_else(|_| Err(refused(Refusal::Call(CallError::Unavailable))))
    }

    /// Handles what is waiting, then stops. Whatever comes later is refused.
    pub async fn close(&self) {
        let (done, closed) = oneshot::channel();
        self.say(Message::Close(done)).await;
        // It is gone already where nobody answers.
        let _ = closed.await;
    }

    async fn say(&self, message: Message) {
        if self.exchange.send(message).await.is_err() {
            tracing::debug!("calls are closed");
        }
    }

    async fn command(&self, user: UserId, ask: Ask) -> Result<Command, StoreError> {
        Ok(match ask {
            Ask::Request { target, kind, room } => {
                Command::Request { callee: self.callee(user, target).await?, kind, room, ticket: 0 }
            }
            Ask::Offer { target, call, kind, offer } => {
                Command::Offer { target: self.callee(user, target).await?, call, kind, offer }
            }
            Ask::Respond { call, caller, accepted, reason, kind } => {
                Command::Respond { call, caller, accepted, reason, kind }
            }
            Ask::Answer { target, call, answer } => Command::Answer { target, call, answer },
            Ask::Candidate { target, call, candidate } => Command::Candidate { target, call, candidate },
            Ask::Move { call } => Command::Move { call },
            Ask::End { target, call, reason } => Command::End { target, call, reason },
        })
    }

    /// The person, if `user` may call them. Both are looked up at once.
    async fn callee(&self, user: UserId, target: UserId) -> Result<Callee, StoreError> {
        let mut people = self.users.by_ids(&[user, target]).await?;
        let mut take = |id| people.iter().position(|user| user.id == id).map(|at| people.swap_remove(at));
        Ok(match (take(user), take(target)) {
            (Some(caller), Some(callee)) if may_contact(&caller, &callee) => {
                Callee::Allowed { user: target, name: callee.name }
            }
            _ => Callee::Refused(target),
        })
    }
}

impl Ask {
    const fn subject(&self) -> (Option<UserId>, Option<CallId>) {
        match self {
            Self::Request { target, .. } => (Some(*target), None),
            Self::Respond { caller, call, .. } => (*caller, *call),
            Self::Offer { target, call, .. }
            | Self::Answer { target, call, .. }
            | Self::Candidate { target, call, .. } => (Some(*target), *call),
            Self::Move { call } => (None, Some(*call)),
            Self::End { target, call, .. } => (*target, *call),
        }
    }
}
