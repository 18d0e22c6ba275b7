//! The task that owns the switchboard.

use std::sync::Arc;
use std::time::Duration;

use calls::{CallError, Callee, Command, Event, Input, Output, Switchboard};
use domain::{
    CallEntry, CallId, CallPhase, CallRecord, Calls, Claim, ClientMessageId, ConnectionId, ConversationId, DeviceId,
    EntryBody, EntryId, NewEntry, Party, Seat, Timestamp, UserId,
};
use tokio::sync::{mpsc, oneshot};

use super::limits::RingLimits;
use super::{Delivery, Now, Refusal, Refused, Rules};
use crate::chat::{Chat, ChatError};
use crate::fresh;

/// The clock may be put forward while we sleep.
const LONGEST_SLEEP: Duration = Duration::from_secs(10);

/// Between two tries to read what is there at start.
const ADOPT_AGAIN: Duration = Duration::from_secs(1);

pub(super) type Answer = Result<Option<CallId>, Refused>;

/// Everything that can wake the task, beside its timer.
pub(super) enum Message {
    Connected { connection: ConnectionId, user: UserId, name: String, device: Option<DeviceId> },
    Disconnected(ConnectionId),
    Command { from: ConnectionId, user: UserId, command: Command, answer: oneshot::Sender<Answer> },
    Evict(UserId),
    Look { call: CallId, answer: oneshot::Sender<Option<CallRecord>> },
    Close(oneshot::Sender<()>),
}

pub(super) struct Exchange {
    switchboard: Switchboard,
    limits: RingLimits,
    calls: Arc<dyn Calls>,
    chat: Chat,
    delivery: Arc<dyn Delivery>,
    now: Now,
    tickets: u64,
    /// What the command that is being handled has come to.
    asking: Option<Asking>,
    /// The store knows a call that the switchboard does not: the answer to an earlier claim was lost.
    stray: bool,
}

struct Asking {
    from: ConnectionId,
    ticket: u64,
    answer: Option<Answer>,
}

impl Exchange {
    pub(super) fn new(rules: Rules, calls: Arc<dyn Calls>, chat: Chat, delivery: Arc<dyn Delivery>, now: Now) -> Self {
        let limits = RingLimits::new(&rules);
        let switchboard = Switchboard::new(rules.switchboard);
        Self { switchboard, limits, calls, chat, delivery, now, tickets: 0, asking: None, stray: false }
    }

    pub(super) async fn run(mut self, mut inbox: mpsc::Receiver<Message>) {
        while !self.adopt().await {
            tokio::time::sleep(ADOPT_AGAIN).await;
        }
        let mut next = self.drain().await;
        loop {
            let sleep = next.map(|at| at.since((self.now)()).min(LONGEST_SLEEP));
            let message = tokio::select! {
                message = inbox.recv() => message,
                () = tokio::time::sleep(sleep.unwrap_or_default()), if sleep.is_some() => {
                    next = self.handle(Input::Timeout).await;
                    continue;
                }
            };
            next = match message {
                None => return,
                Some(Message::Close(done)) => {
                    // Whoever waits may be gone.
                    let _ = done.send(());
                    return;
                }
                Some(Message::Look { call, answer }) => {
                    // Whoever asked may be gone.
                    let _ = answer.send(self.switchboard.call(call).cloned());
                    continue;
                }
                Some(Message::Connected { connection, user, name, device }) => {
                    self.handle(Input::Connected { connection, user, name, device }).await
                }
                Some(Message::Disconnected(connection)) => self.handle(Input::Disconnected(connection)).await,
                Some(Message::Evict(user)) => self.handle(Input::Evict(user)).await,
                Some(Message::Command { from, user, command, answer }) => {
                    let (said, next) = self.command(from, user, command).await;
                    // The connection may be gone.
                    let _ = answer.send(said);
                    next
                }
            };
            if std::mem::take(&mut self.stray) && self.adopt().await {
                next = self.drain().await;
            }
        }
    }

    /// Takes over what the store has and the switchboard does not. False if it could not be read.
    async fn adopt(&mut self) -> bool {
        let unfinished = match self.calls.unfinished().await {
            Ok(unfinished) => unfinished,
            Err(error) => {
                tracing::error!(%error, "the calls of before could not be read");
                return false;
            }
        };
        for record in unfinished {
            if self.switchboard.call(record.id).is_none() {
                tracing::info!(call = %record.id, "adopted");
                self.handle(Input::Adopt(record)).await;
            }
        }
        true
    }

    async fn command(&mut self, from: ConnectionId, user: UserId, mut command: Command) -> (Answer, Option<Timestamp>) {
        let now = (self.now)();
        let current = self.switchboard.call_of(user).map(|call| call.id);
        self.tickets += 1;
        if let Command::Request { ticket, .. } = &mut command {
            *ticket = self.tickets;
        }
        let is_request = matches!(command, Command::Request { .. });
        let (target, named) = match &command {
            Command::Request { callee, .. } => (Some(id_of(callee)), None),
            Command::Offer { target, call, .. } => (Some(id_of(target)), *call),
            Command::Answer { target, call, .. } | Command::Candidate { target, call, .. } => (Some(*target), *call),
            Command::Respond { call, caller, .. } => (*caller, *call),
            Command::Move { call } => (None, Some(*call)),
            Command::End { target, call, .. } => (*target, *call),
        };
        let rings = is_request || matches!(command, Command::Offer { call: None, .. });
        if rings
            && current.is_none()
            && let Some(callee) = target
            && let Err(after) = self.limits.take(user, callee, now)
        {
            let refused = Refused { why: Refusal::TooOften(after), target, call: None };
            return (Err(refused), self.drain().await);
        }
        self.asking = Some(Asking { from, ticket: self.tickets, answer: None });
        let fresh = CallId(fresh::object_id(now));
        let next = self.handle(Input::Command { connection: from, command, fresh }).await;
        let answer = self.asking.take().and_then(|asking| asking.answer).unwrap_or_else(|| {
            if is_request {
                // Its acknowledgement waits behind a save that failed.
                Err(Refused { why: Refusal::Call(CallError::Unavailable), target, call: named })
            } else {
                Ok(named.or(current))
            }
        });
        let about = |refused: Refused| Refused { target: refused.target.or(target), ..refused };
        (answer.map_err(about), next)
    }

    async fn handle(&mut self, input: Input) -> Option<Timestamp> {
        self.switchboard.handle_input((self.now)(), input);
        self.drain().await
    }

    /// Carries out what is to be done, in its order; says when there will be more.
    async fn drain(&mut self) -> Option<Timestamp> {
        loop {
            match self.switchboard.poll_output() {
                Output::Idle => return None,
                Output::Timeout(at) => return Some(at),
                Output::Claim(record) => {
                    let call = record.id;
                    let result = self.claim(record).await;
                    self.switchboard.handle_input((self.now)(), Input::Claimed { call, result });
                }
                Output::Save(record) => {
                    let call = record.id;
                    let line = line_of(&record);
                    // One that is stale had been saved by an attempt whose answer was lost.
                    match self.calls.transition_call(record).await {
                        Ok(_) => tracing::info!(%call, "{line}"),
                        Err(error) => {
                            tracing::error!(%call, %error, "a call could not be saved");
                            self.switchboard.handle_input((self.now)(), Input::SaveFailed(call));
                        }
                    }
                }
                Output::Log(record) => {
                    let call = record.id;
                    let input = if self.log(&record).await { Input::Logged(call) } else { Input::SaveFailed(call) };
                    self.switchboard.handle_input((self.now)(), input);
                }
                Output::Deliver { to, event } => self.deliver(to, &event),
                Output::Reply { ticket, result, .. } => {
                    if let Some(asking) = self.asking.as_mut().filter(|asking| asking.ticket == ticket) {
                        let refused = |error| Refused { why: Refusal::Call(error), target: None, call: None };
                        asking.answer.get_or_insert(result.map(Some).map_err(refused));
                    }
                }
            }
        }
    }

    async fn claim(&mut self, record: CallRecord) -> Result<(), Option<UserId>> {
        let (call, line) = (record.id, line_of(&record));
        let (caller, callee) = (record.caller.user, record.callee.user);
        match self.calls.claim_seats(record).await {
            Ok(Claim::Claimed) => {
                tracing::info!(%call, %caller, %callee, "{line}");
                Ok(())
            }
            Ok(Claim::Busy(_, holder)) if holder == call => Ok(()),
            Ok(Claim::Busy(user, holder)) => {
                self.stray |= self.switchboard.call(holder).is_none();
                Err(Some(user))
            }
            Err(error) => {
                tracing::error!(%call, %error, "no seats could be claimed");
                Err(None)
            }
        }
    }

    /// Writes the call's entry and forgets the call; twice does no harm.
    async fn log(&self, record: &CallRecord) -> bool {
        let Some(entry) = entry_of(record, (self.now)()) else { return true };
        match self.chat.log_call(entry).await {
            Ok(_) => {}
            // Ended otherwise once before; one entry is enough.
            Err(ChatError::IdConflict) => tracing::warn!(call = %record.id, "has an entry already"),
            Err(error) => {
                tracing::error!(call = %record.id, %error, "a call's entry could not be written");
                return false;
            }
        }
        match self.calls.forget_call(record.id).await {
            Ok(()) => true,
            Err(error) => {
                tracing::error!(call = %record.id, %error, "an ended call could not be forgotten");
                false
            }
        }
    }

    fn deliver(&mut self, to: ConnectionId, event: &Event) {
        // What is wrong with a command is the answer to it.
        if let Event::Error { call, target, error } = *event
            && let Some(asking) = self.asking.as_mut().filter(|asking| asking.from == to)
        {
            let refused = Refused { why: Refusal::Call(error), target: Some(target), call };
            if !matches!(asking.answer, Some(Ok(_))) {
                asking.answer = Some(Err(refused));
            }
            return;
        }
        let legacy = other_of(event).is_some_and(|(call, other)| self.is_legacy(call, other));
        self.delivery.deliver(to, event, legacy);
    }

    fn is_legacy(&self, call: CallId, user: UserId) -> bool {
        self.switchboard.call(call).is_some_and(|record| {
            let parties = [&record.caller, &record.callee];
            parties.iter().any(|party| party.user == user && party.seat == Some(Seat::Legacy))
        })
    }
}

/// Where a call stands, for the log.
fn line_of(record: &CallRecord) -> String {
    let phase = match record.phase {
        CallPhase::Ringing { .. } => "the call rings",
        CallPhase::Connecting { .. } => "the call is accepted",
        CallPhase::Connected { .. } => "the call is answered",
        CallPhase::Ended { accepted_at, at, outcome } => {
            let lasted = accepted_at.map_or(Duration::ZERO, |accepted_at| at.since(accepted_at));
            return format!("the call has ended after {} s: {outcome:?}", lasted.as_secs());
        }
    };
    let lost = |party: &Party, who| party.lost_until.map_or("", |_| who);
    format!("{phase}{}{}", lost(&record.caller, ", its caller is lost"), lost(&record.callee, ", its callee is lost"))
}

const fn id_of(callee: &Callee) -> UserId {
    match callee {
        Callee::Allowed { user, .. } | Callee::Refused(user) => *user,
    }
}

/// The call that an event is of, and the other party as its receiver sees it.
const fn other_of(event: &Event) -> Option<(CallId, UserId)> {
    match event {
        Event::Ring { call, caller, .. } => Some((*call, *caller)),
        Event::Response { call, responder, .. } => Some((*call, *responder)),
        Event::Offer(relay) | Event::Answer(relay) | Event::Candidate(relay) => Some((relay.call, relay.sender)),
        Event::End { call, sender, .. } => Some((*call, *sender)),
        Event::Error { .. } | Event::Snapshot(_) => None,
    }
}

/// What an ended call leaves in the conversation of the two; its sender is the caller.
fn entry_of(record: &CallRecord, now: Timestamp) -> Option<NewEntry> {
    let CallPhase::Ended { accepted_at, at, outcome } = record.phase else { return None };
    let duration = accepted_at.map_or(Duration::ZERO, |accepted_at| at.since(accepted_at));
    Some(NewEntry {
        id: EntryId(fresh::object_id(now)),
        conversation: ConversationId(fresh::object_id(now)),
        sender: record.caller.user,
        receiver: record.callee.user,
        client_message_id: ClientMessageId::of_call(record.id),
        created_at: at,
        body: EntryBody::Call(CallEntry { call: record.id, kind: record.kind, outcome, duration }),
        reply_to: None,
    })
}
