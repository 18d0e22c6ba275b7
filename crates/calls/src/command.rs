//! What connections ask for, and which call they mean.

use domain::{CallId, ConnectionId, UserId};

use crate::call::{Call, Role};
use crate::people::Connection;
use crate::place::{By, Wish};
use crate::switchboard::Switchboard;
use crate::{CallError, Callee, Command, Event, Signal};

impl Callee {
    const fn user(&self) -> UserId {
        match self {
            Self::Allowed { user, .. } | Self::Refused(user) => *user,
        }
    }
}

impl Switchboard {
    pub(crate) fn command(&mut self, from: ConnectionId, by: &Connection, command: Command, fresh: CallId) {
        match command {
            Command::Request { callee, kind, room, ticket } => {
                self.place(by, Wish { from, callee, kind, room, by: By::Request(ticket), fresh });
            }
            Command::Respond { call, caller, accepted, reason, kind } => {
                let found = self.find(by, call, caller).filter(|(call, role)| *role == Role::Callee && call.is_live());
                let Some((id, rings)) = found.map(|(call, _)| (call.id(), call.rings())) else {
                    // A late no is no news to anybody; who says a late yes waits for something.
                    if accepted {
                        self.no_such_call(from, call, caller.unwrap_or(by.user));
                    }
                    return;
                };
                let Some(call) = self.calls.get_mut(&id) else { return };
                match (rings, accepted) {
                    (true, true) => call.accept(&mut self.desk, from, by, kind),
                    (true, false) => call.decline(&mut self.desk, from, by, reason.as_deref()),
                    (false, true) if !call.holds(Role::Callee, by) => {
                        call.tell_end(&mut self.desk, Role::Callee, from, Some("elsewhere"));
                    }
                    (false, _) => {}
                }
                self.settle(id);
            }
            Command::Offer { target, call, kind, offer } => self.offer(from, by, target, call, kind, offer, fresh),
            Command::Answer { target, call, answer } => {
                match self.find(by, call, Some(target)).filter(|(call, role)| call.may_signal(*role, by)) {
                    Some((call, role)) => {
                        let id = call.id();
                        if let Some(call) = self.calls.get_mut(&id) {
                            call.answer(&mut self.desk, role, from, by, answer);
                        }
                        self.settle(id);
                    }
                    None => self.stray(from, by, call, target),
                }
            }
            Command::Candidate { target, call, candidate } => {
                // Candidates trickle in after the end of every other call; they are no mistake.
                let found = self.find(by, call, Some(target)).filter(|(call, role)| call.may_signal(*role, by));
                if let Some((id, role)) = found.map(|(call, role)| (call.id(), role)) {
                    if let Some(call) = self.calls.get_mut(&id) {
                        call.candidate(&mut self.desk, role, from, candidate);
                    }
                    self.settle(id);
                }
            }
            Command::Move { call } => {
                let found =
                    self.find(by, Some(call), None).filter(|(call, _)| by.device.is_some() && call.is_accepted());
                let Some((id, role)) = found.map(|(call, role)| (call.id(), role)) else {
                    return self.no_such_call(from, Some(call), by.user);
                };
                if let Some(call) = self.calls.get_mut(&id) {
                    call.move_to(&mut self.desk, role, from, by);
                }
                self.settle(id);
            }
            Command::End { target, call, reason } => {
                let found = self.find(by, call, target).filter(|(call, role)| call.may_end(*role, from, by));
                if let Some((id, role)) = found.map(|(call, role)| (call.id(), role)) {
                    if let Some(call) = self.calls.get_mut(&id) {
                        call.hang_up(&mut self.desk, role, from, reason.as_deref());
                    }
                    self.settle(id);
                }
            }
        }
    }

    #[allow(clippy::too_many_arguments)]
    fn offer(
        &mut self,
        from: ConnectionId,
        by: &Connection,
        target: Callee,
        named: Option<CallId>,
        kind: domain::CallKind,
        offer: Signal,
        fresh: CallId,
    ) {
        let user = target.user();
        let found = self.find(by, named, Some(user)).filter(|(call, role)| {
            // An offer from who is being rung is a call of their own, made at the same time.
            *role == Role::Caller || !call.rings()
        });
        let Some((id, role)) = found.map(|(call, role)| (call.id(), role)) else {
            if named.is_some() {
                return self.no_such_call(from, named, user);
            }
            if by.device.is_none() && self.late.take(by.user, user) {
                return self.no_such_call(from, named, user);
            }
            return self.place(by, Wish { from, callee: target, kind, room: None, by: By::Offer(offer), fresh });
        };
        if let Some(call) = self.calls.get_mut(&id)
            && call.holds(role, by)
        {
            call.offer(&mut self.desk, role, from, &offer);
            return self.settle(id);
        }
        let error = CallError::AlreadyInCall;
        self.desk.out.deliver(None, from, Event::Error { call: named, target: user, error });
    }

    /// The call that a connection means: the one it names, or the one that its user is in, with the other that it names.
    fn find(&self, by: &Connection, named: Option<CallId>, other: Option<UserId>) -> Option<(&Call, Role)> {
        let id = *self.seats.get(&by.user)?;
        if named.is_some_and(|named| named != id) {
            return None;
        }
        let call = self.calls.get(&id)?;
        let role = call.role_of(by.user)?;
        let fits = other.is_none_or(|other| call.party(role.other()).user == other);
        fits.then_some((call, role))
    }

    /// Signals that come too late are nothing that an old client could do something about.
    fn stray(&mut self, from: ConnectionId, by: &Connection, named: Option<CallId>, target: UserId) {
        if by.device.is_some() {
            self.no_such_call(from, named, target);
        }
    }

    fn no_such_call(&mut self, from: ConnectionId, call: Option<CallId>, target: UserId) {
        let error = CallError::NoSuchCall;
        self.desk.out.deliver(None, from, Event::Error { call, target, error });
    }
}

impl Call {
    const fn is_live(&self) -> bool {
        !self.record.has_ended()
    }

    /// Whoever has the seat; and the callee while it rings, whose answer is an acceptance.
    fn may_signal(&self, role: Role, by: &Connection) -> bool {
        self.holds(role, by) || self.rings() && role == Role::Callee
    }

    /// One of our devices ends the call that it takes part in or is rung by; an old connection only one that it has
    /// taken part in itself, since it says so for any call that its window was open for.
    fn may_end(&self, role: Role, from: ConnectionId, by: &Connection) -> bool {
        if by.device.is_none() {
            self.side(role).took_part.contains(&from)
        } else {
            self.holds(role, by) || self.rings() && role == Role::Callee
        }
    }
}
