//! How a call ends, and its one entry.

use domain::{CallOutcome, CallPhase, ConnectionId, Timestamp};

use crate::call::{Call, Desk, Role};
use crate::{Event, Output};

/// The word for it that a call ended because the two are in a room now.
const GROWN: &str = "consultation";

/// Who ended a call, if anybody did, and what the other is told.
#[derive(Debug)]
pub(crate) struct Closing<'a> {
    pub(crate) by: Option<(Role, ConnectionId)>,
    pub(crate) reason: Option<&'a str>,
}

impl Call {
    /// A party wants no more of it.
    pub(crate) fn hang_up(&mut self, desk: &mut Desk, role: Role, from: ConnectionId, reason: Option<&str>) {
        let (outcome, word) = match (self.rings(), role) {
            (true, Role::Caller) => (CallOutcome::Missed, Some("cancelled")),
            (true, Role::Callee) => (CallOutcome::Declined, None),
            (false, _) if reason == Some(GROWN) => (CallOutcome::Grown, None),
            (false, _) => (CallOutcome::Completed, Some("hung-up")),
        };
        self.end(desk, outcome, &Closing { by: Some((role, from)), reason: reason.or(word) });
    }

    /// A party is no longer allowed to go on.
    pub(crate) fn evict(&mut self, desk: &mut Desk) {
        let outcome = if self.rings() { CallOutcome::Missed } else { CallOutcome::Completed };
        self.end(desk, outcome, &Closing { by: None, reason: Some("ended") });
    }

    /// Ends what has come to its deadline.
    pub(crate) fn expire(&mut self, desk: &mut Desk) {
        let due = |at: Timestamp| at <= desk.now;
        let lost = [&self.record.caller, &self.record.callee].into_iter().filter_map(|party| party.lost_until).min();
        let (outcome, reason, at) = match self.record.phase {
            CallPhase::Ringing { until } if due(until) => (CallOutcome::Missed, "no-answer", desk.now),
            CallPhase::Connecting { until, .. } if due(until) => (CallOutcome::Failed, "failed", desk.now),
            CallPhase::Ended { .. } => return,
            phase => match lost {
                // The talk was over when the connection was lost, not when everybody stopped waiting for it.
                Some(until) if due(until) => {
                    let rang = matches!(phase, CallPhase::Ringing { .. });
                    let outcome = if rang { CallOutcome::Missed } else { CallOutcome::Failed };
                    (outcome, "lost", until - desk.config.grace)
                }
                _ => return,
            },
        };
        self.end_at(desk, at, outcome, &Closing { by: None, reason: Some(reason) });
    }

    pub(crate) fn end(&mut self, desk: &mut Desk, outcome: CallOutcome, closing: &Closing<'_>) {
        self.end_at(desk, desk.now, outcome, closing);
    }

    fn end_at(&mut self, desk: &mut Desk, at: Timestamp, outcome: CallOutcome, closing: &Closing<'_>) {
        let accepted_at = match self.record.phase {
            CallPhase::Connecting { accepted_at, .. } | CallPhase::Connected { accepted_at } => Some(accepted_at),
            CallPhase::Ringing { .. } => None,
            CallPhase::Ended { .. } => return,
        };
        let at = at.max(accepted_at.unwrap_or(self.record.created_at));
        self.record.phase = CallPhase::Ended { accepted_at, at, outcome };
        self.record.caller.lost_until = None;
        self.record.callee.lost_until = None;
        self.commit(desk);
        self.tell_ended(desk, outcome, closing);
        for role in Role::BOTH {
            let side = self.side_mut(role);
            side.lane.clear();
            side.took_part.clear();
        }
        self.rung.clear();
        self.log(desk);
    }

    fn tell_ended(&self, desk: &mut Desk, outcome: CallOutcome, closing: &Closing<'_>) {
        let ended_by = closing.by.map(|(role, _)| role);
        if ended_by != Some(Role::Caller) {
            for id in self.seated(desk, Role::Caller) {
                if outcome == CallOutcome::Declined {
                    self.tell_response(desk, id, false, closing.reason.map(str::to_owned));
                } else {
                    self.tell_end(desk, Role::Caller, id, closing.reason);
                }
            }
        }
        if self.record.callee.seat.is_none() {
            let reason = if outcome == CallOutcome::Declined { Some("declined") } else { closing.reason };
            for id in self.rung.values().flatten().filter(|id| closing.by.is_none_or(|(_, by)| by != **id)) {
                self.tell_end(desk, Role::Callee, *id, reason);
            }
        } else if ended_by != Some(Role::Callee) {
            for id in self.seated(desk, Role::Callee) {
                self.tell_end(desk, Role::Callee, id, closing.reason);
            }
        }
    }

    /// Tells a connection of the party `role` that there is nothing more for it in this call.
    pub(crate) fn tell_end(&self, desk: &mut Desk, role: Role, to: ConnectionId, reason: Option<&str>) {
        let other = self.party(role.other());
        let event = Event::End {
            call: self.id(),
            version: self.record.version,
            sender: other.user,
            sender_name: other.name.clone(),
            reason: reason.map(str::to_owned),
        };
        self.send(desk, to, event);
    }

    /// Asks for the entry of an ended call, and again if nothing is heard of it.
    pub(crate) fn log(&mut self, desk: &mut Desk) {
        self.log_at = Some(desk.now + desk.config.log_again);
        desk.out.push(Some(self.id()), Output::Log(self.record.clone()));
    }

    pub(crate) fn log_again(&mut self, desk: &mut Desk) {
        if desk.out.retry_at(self.id()).is_some() {
            // It waits behind a save already.
            self.log_at = Some(desk.now + desk.config.log_again);
        } else {
            self.log(desk);
        }
    }
}
