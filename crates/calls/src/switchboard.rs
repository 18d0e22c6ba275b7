use std::collections::{BTreeMap, BTreeSet, VecDeque};

use domain::{CallId, CallRecord, ConnectionId, DeviceId, Timestamp, UserId};

use crate::call::{Call, Desk, Role};
use crate::config::Config;
use crate::late::LateOffers;
use crate::outbox::{Outbox, backoff};
use crate::people::People;
use crate::place::Claiming;
use crate::{Event, Input, Output};

/// All calls of this process.
///
/// - [`Switchboard::handle_input`] says what has happened, and when. Deadlines that have come by then are seen to first,
///   so a late acceptance finds no call that should not ring any more.
/// - [`Switchboard::poll_output`] says what is to be done; drain it after each input until it gives [`Output::Timeout`]
///   or [`Output::Idle`].
///
/// Of the saves, claims and entries that it asks for, what comes back is to be given before the next poll; inputs that
/// come while a claim is open wait for its answer. The cost of an input grows with the connections of the two people
/// that it is about, and by the logarithm of all that is held.
#[derive(Debug)]
pub struct Switchboard {
    pub(crate) desk: Desk,
    /// Calls that live, and those that wait for their entry.
    pub(crate) calls: BTreeMap<CallId, Call>,
    /// Who is in which call that lives.
    pub(crate) seats: BTreeMap<UserId, CallId>,
    /// The next deadline of each call.
    deadlines: BTreeSet<(Timestamp, CallId)>,
    armed: BTreeMap<CallId, Timestamp>,
    pub(crate) late: LateOffers,
    pub(crate) claiming: Option<Claiming>,
    /// What came while a claim was open.
    held: VecDeque<(Timestamp, Input)>,
}

impl Switchboard {
    /// A switchboard without connections or calls.
    pub fn new(config: Config) -> Self {
        let desk = Desk { config, people: People::default(), out: Outbox::default(), now: Timestamp(0) };
        Self {
            desk,
            calls: BTreeMap::new(),
            seats: BTreeMap::new(),
            deadlines: BTreeSet::new(),
            armed: BTreeMap::new(),
            late: LateOffers::default(),
            claiming: None,
            held: VecDeque::new(),
        }
    }

    /// Nothing is remembered of anybody: no connection, call or deadline, and nothing is to be done.
    pub fn is_empty(&self) -> bool {
        self.desk.people.is_empty()
            && self.desk.out.is_empty()
            && self.calls.is_empty()
            && self.seats.is_empty()
            && self.deadlines.is_empty()
            && self.armed.is_empty()
            && self.late.is_empty()
            && self.claiming.is_none()
            && self.held.is_empty()
    }

    /// The calls that are held, ended ones that wait for their entry included.
    pub fn calls(&self) -> impl Iterator<Item = &CallRecord> {
        self.calls.values().map(|call| &call.record)
    }

    /// A call that is held.
    pub fn call(&self, id: CallId) -> Option<&CallRecord> {
        self.calls.get(&id).map(|call| &call.record)
    }

    /// The call that lives and that this user is in.
    pub fn call_of(&self, user: UserId) -> Option<&CallRecord> {
        self.call(*self.seats.get(&user)?)
    }

    /// Something has happened at that time.
    pub fn handle_input(&mut self, now: Timestamp, input: Input) {
        if self.claiming.is_some() && !matches!(input, Input::Claimed { .. }) {
            self.held.push_back((now, input));
            return;
        }
        self.handle(now, input);
        while self.claiming.is_none() {
            let Some((then, held)) = self.held.pop_front() else { break };
            self.handle(then, held);
        }
    }

    /// What is to be done next.
    pub fn poll_output(&mut self) -> Output {
        self.desk.out.pop().unwrap_or_else(|| {
            let call = self.deadlines.first().map(|(at, _)| *at);
            [call, self.late.deadline()].into_iter().flatten().min().map_or(Output::Idle, Output::Timeout)
        })
    }

    fn handle(&mut self, now: Timestamp, input: Input) {
        self.desk.now = now;
        self.expire();
        match input {
            Input::Connected { connection, user, name, device } => self.connected(connection, user, name, device),
            Input::Disconnected(connection) => self.disconnected(connection),
            Input::Command { connection, command, fresh } => {
                if let Some(by) = self.desk.people.connection(connection).cloned() {
                    self.command(connection, &by, command, fresh);
                }
            }
            Input::Adopt(record) => self.adopt(record),
            Input::Claimed { call, result } => self.claimed(call, result),
            Input::SaveFailed(call) => self.save_failed(call),
            Input::Logged(call) => self.logged(call),
            Input::Evict(user) => self.change(user, |call, desk, _| call.evict(desk)),
            Input::Timeout => {}
        }
    }

    fn connected(&mut self, id: ConnectionId, user: UserId, name: String, device: Option<DeviceId>) {
        if self.desk.people.connection(id).is_some() {
            return;
        }
        self.desk.people.join(id, user, name, device);
        let Some(by) = self.desk.people.connection(id).cloned() else { return };
        if self.seats.contains_key(&user) {
            self.change(user, |call, desk, role| call.joined(desk, role, id, &by));
        } else if by.device.is_some() {
            self.desk.out.deliver(None, id, Event::Snapshot(None));
        }
    }

    fn disconnected(&mut self, id: ConnectionId) {
        let Some(gone) = self.desk.people.leave(id) else { return };
        self.change(gone.user, |call, desk, role| call.left(desk, role, id, &gone));
    }

    fn adopt(&mut self, record: CallRecord) {
        if self.calls.contains_key(&record.id) {
            return;
        }
        let id = record.id;
        let users = [record.caller.user, record.callee.user];
        let mut call = Call::new(record);
        if call.record.has_ended() {
            call.log(&mut self.desk);
        } else {
            let taken = users.iter().any(|user| self.seats.contains_key(user));
            call.adopt(&mut self.desk);
            if taken {
                // The store gives nobody two seats; should it have happened, the older call goes on.
                call.evict(&mut self.desk);
            } else {
                self.seats.extend(users.map(|user| (user, id)));
            }
        }
        self.calls.insert(id, call);
        self.settle(id);
        self.expire();
    }

    fn save_failed(&mut self, id: CallId) {
        let retry = self.desk.config.retry;
        if !self.desk.out.stall(id, self.desk.now, retry)
            && let Some(call) = self.calls.get_mut(&id)
            && call.record.has_ended()
        {
            call.log_at = Some(self.desk.now + backoff(retry, call.log_failures));
            call.log_failures = call.log_failures.saturating_add(1);
        }
        self.settle(id);
    }

    fn logged(&mut self, id: CallId) {
        if self.calls.get(&id).is_some_and(|call| call.record.has_ended()) {
            self.calls.remove(&id);
            self.settle(id);
        }
    }

    /// Changes the call that this user is in, if any.
    pub(crate) fn change(&mut self, user: UserId, change: impl FnOnce(&mut Call, &mut Desk, Role)) {
        let Some(id) = self.seats.get(&user).copied() else { return };
        let Some(call) = self.calls.get_mut(&id) else { return };
        let Some(role) = call.role_of(user) else { return };
        change(call, &mut self.desk, role);
        self.settle(id);
    }

    /// After each change of a call: an ended one gives its seats back, and its next deadline is noted.
    pub(crate) fn settle(&mut self, id: CallId) {
        let call = self.calls.get(&id);
        if let Some(call) = call.filter(|call| call.record.has_ended()) {
            let (caller, callee) = (call.record.caller.user, call.record.callee.user);
            if self.seats.get(&caller) == Some(&id) {
                self.seats.remove(&caller);
                if call.offer_is_due() {
                    self.late.expect(caller, callee, self.desk.now + self.desk.config.connect);
                }
            }
            if self.seats.get(&callee) == Some(&id) {
                self.seats.remove(&callee);
            }
        }
        let own = call.and_then(Call::deadline);
        let next = [own, self.desk.out.retry_at(id)].into_iter().flatten().min();
        if let Some(before) = self.armed.remove(&id) {
            self.deadlines.remove(&(before, id));
        }
        if let Some(at) = next {
            self.armed.insert(id, at);
            self.deadlines.insert((at, id));
        }
    }

    /// Sees to every deadline that has come.
    fn expire(&mut self) {
        self.late.expire(self.desk.now);
        while let Some((_, id)) = self.deadlines.first().copied().filter(|(at, _)| *at <= self.desk.now) {
            // The call first: if it ends now, a ring that still waits is not begun.
            if let Some(call) = self.calls.get_mut(&id) {
                call.expire(&mut self.desk);
                if call.log_at.is_some_and(|at| at <= self.desk.now) {
                    call.log_again(&mut self.desk);
                }
            }
            self.desk.out.retry(id, self.desk.now);
            self.settle(id);
        }
    }
}
