//! How a call comes about: by a request or by an offer.

use domain::{CallId, CallKind, CallOutcome, CallPhase, CallRecord, ConnectionId, Party, Seat, UserId};

use crate::call::{Call, Media, Role};
use crate::people::Connection;
use crate::switchboard::Switchboard;
use crate::{CallError, Callee, Event, Output, Signal};

/// A wish for a call.
#[derive(Debug)]
pub(crate) struct Wish {
    pub(crate) from: ConnectionId,
    pub(crate) callee: Callee,
    pub(crate) kind: CallKind,
    pub(crate) room: Option<String>,
    pub(crate) by: By,
    pub(crate) fresh: CallId,
}

/// How it was expressed.
#[derive(Debug)]
pub(crate) enum By {
    /// By a request, to be acknowledged under this ticket.
    Request(u64),
    Offer(Signal),
}

/// A new call whose seats are being claimed.
#[derive(Debug)]
pub(crate) struct Claiming {
    pub(crate) call: Call,
    from: ConnectionId,
    by: By,
}

impl Switchboard {
    pub(crate) fn place(&mut self, caller: &Connection, wish: Wish) {
        let Wish { from, callee, kind, room, by, fresh } = wish;
        let (user, name) = match callee {
            Callee::Allowed { user, name } if user != caller.user => (user, name),
            Callee::Allowed { user, .. } | Callee::Refused(user) => {
                return self.refuse(from, &by, user, CallError::NotAllowed);
            }
        };
        self.late.forget(caller.user);
        if self.seats.contains_key(&caller.user) {
            return self.place_again(caller, from, user, kind, &by);
        }
        if self.calls.len() >= self.desk.config.calls || self.calls.contains_key(&fresh) {
            return self.refuse(from, &by, user, CallError::Unavailable);
        }
        let seat = Some(caller.seat());
        let call = Call::new(CallRecord {
            id: fresh,
            version: 1,
            kind,
            callee_kind: None,
            room,
            caller: Party { user: caller.user, name: caller.name.clone(), seat, lost_until: None },
            callee: Party { user, name, seat: None, lost_until: None },
            created_at: self.desk.now,
            phase: CallPhase::Ringing { until: self.desk.now + self.desk.config.ring },
        });
        let unreachable = if self.seats.contains_key(&user) {
            Some(CallError::Busy)
        } else if !self.desk.people.is_there(user) {
            Some(CallError::Offline)
        } else {
            None
        };
        if let Some(error) = unreachable {
            self.miss(call);
            return self.refuse(from, &by, user, error);
        }
        self.desk.out.push(Some(fresh), Output::Claim(call.record.clone()));
        self.claiming = Some(Claiming { call, from, by });
    }

    /// The caller has a call already. Both asking at once make one call, and asking twice makes no second one.
    fn place_again(&mut self, caller: &Connection, from: ConnectionId, user: UserId, kind: CallKind, by: &By) {
        let call = self.seats.get(&caller.user).and_then(|id| self.calls.get_mut(id));
        let Some(call) = call.filter(|call| call.rings() && call.role_of(user).is_some()) else {
            return self.refuse(from, by, user, CallError::AlreadyInCall);
        };
        let id = call.id();
        if call.record.callee.user == caller.user {
            if let By::Offer(offer) = by {
                // The caller's own offer is the one that counts.
                call.side_mut(Role::Callee).lane.dropped.clone_from(&offer.ufrag);
            }
            call.accept(&mut self.desk, from, caller, Some(kind));
        } else if !call.holds(Role::Caller, caller) {
            return self.refuse(from, by, user, CallError::AlreadyInCall);
        } else {
            // A request again: an old caller may use another connection now.
            call.side_mut(Role::Caller).took_part.insert(from);
        }
        if let By::Request(ticket) = *by {
            self.desk.out.push(Some(id), Output::Reply { to: from, ticket, result: Ok(id) });
        }
        self.settle(id);
    }

    /// What became of the claim for a new call. Only now does anybody hear of it.
    pub(crate) fn claimed(&mut self, id: CallId, result: Result<(), Option<UserId>>) {
        let Some(Claiming { mut call, from, by }) = self.claiming.take_if(|claiming| claiming.call.id() == id) else {
            return;
        };
        let (caller, callee) = (call.record.caller.user, call.record.callee.user);
        match result {
            Ok(()) => {}
            Err(None) => return self.refuse(from, &by, callee, CallError::Unavailable),
            Err(Some(busy)) if busy == caller => return self.refuse(from, &by, callee, CallError::AlreadyInCall),
            Err(Some(_)) => {
                self.miss(call);
                return self.refuse(from, &by, callee, CallError::Busy);
            }
        }
        let offered = matches!(by, By::Offer(_));
        let device = matches!(call.record.caller.seat, Some(Seat::Device(_)));
        let media = if offered || device { Media::On(from) } else { Media::Any };
        call.take_part(Role::Caller, from, media);
        call.by_offer = offered;
        match by {
            By::Request(ticket) => {
                self.desk.out.push(Some(id), Output::Reply { to: from, ticket, result: Ok(id) });
            }
            By::Offer(offer) => call.side_mut(Role::Caller).lane.replace(&offer),
        }
        call.show(&mut self.desk);
        call.ring(&mut self.desk);
        self.seats.insert(caller, id);
        self.seats.insert(callee, id);
        self.calls.insert(id, call);
        self.settle(id);
    }

    /// The callee could not be rung: the call leaves its entry, so that they learn of it.
    fn miss(&mut self, mut call: Call) {
        let at = self.desk.now;
        call.record.phase = CallPhase::Ended { accepted_at: None, at, outcome: CallOutcome::Missed };
        call.log(&mut self.desk);
        let id = call.id();
        self.calls.insert(id, call);
        self.settle(id);
    }

    /// An old client knows no acknowledgements: it is told by an event.
    fn refuse(&mut self, from: ConnectionId, by: &By, target: UserId, error: CallError) {
        let old = self.desk.people.connection(from).is_some_and(|connection| connection.device.is_none());
        if let By::Request(ticket) = *by {
            self.desk.out.push(None, Output::Reply { to: from, ticket, result: Err(error) });
            if !old {
                return;
            }
        }
        self.desk.out.deliver(None, from, Event::Error { call: None, target, error });
    }
}
