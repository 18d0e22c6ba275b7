//! The callee is asked, on every connection that they have.

use domain::{CallKind, CallOutcome, CallPhase, ConnectionId, Seat};

use crate::Event;
use crate::call::{Call, Desk, Media, Role};
use crate::ending::Closing;
use crate::people::Connection;

/// What the old dialog gives as its reason when it closes by itself.
const OLD_DIALOG_TIMEOUT: &str = "timeout";

impl Call {
    /// Rings on each device, and on the old connections, where none of those that got the ring is left.
    pub(crate) fn ring(&mut self, desk: &mut Desk) {
        let until = match self.record.phase {
            CallPhase::Ringing { until } if until > desk.now => until,
            _ => return,
        };
        let mut to = Vec::new();
        for (device, group) in desk.people.groups(self.record.callee.user) {
            let silent = device.is_none() && self.old_gave_up;
            if !silent && !self.rung.contains_key(device) {
                self.rung.insert(device.clone(), group.clone());
                to.extend(group.iter().copied());
            }
        }
        for id in to {
            let event = Event::Ring {
                call: self.id(),
                version: self.record.version,
                caller: self.record.caller.user,
                caller_name: self.record.caller.name.clone(),
                kind: self.record.kind,
                room: self.record.room.clone(),
                expires_at: until,
            };
            self.send(desk, id, event);
        }
    }

    /// A connection of the callee is gone, which may leave a page that has just been reloaded to be rung.
    pub(crate) fn rung_left(&mut self, desk: &mut Desk, id: ConnectionId, gone: &Connection) {
        if let Some(group) = self.rung.get_mut(&gone.device) {
            group.remove(&id);
            if group.is_empty() {
                self.rung.remove(&gone.device);
                self.ring(desk);
            }
        }
    }

    /// The callee accepts by this connection, and its seat is theirs.
    pub(crate) fn accept(&mut self, desk: &mut Desk, from: ConnectionId, by: &Connection, kind: Option<CallKind>) {
        let until = desk.now + desk.config.connect;
        self.record.phase = CallPhase::Connecting { accepted_at: desk.now, until };
        self.record.callee.seat = Some(by.seat());
        self.record.callee_kind = Some(kind.unwrap_or(self.record.kind));
        // An old page accepts by one connection and answers by another.
        let media = if by.device.is_some() { Media::On(from) } else { Media::Any };
        self.take_part(Role::Callee, from, media);
        if by.device.is_none() && matches!(self.record.caller.seat, Some(Seat::Device(_))) {
            // It was offered to one of ours, while it rang; an old client is offered something else.
            self.side_mut(Role::Caller).lane.drop_offer();
        }
        self.commit(desk);

        if !self.by_offer {
            let to = self.seated(desk, Role::Caller);
            self.response_owed = to.is_empty();
            for id in to {
                self.tell_accepted(desk, id);
            }
        }
        for (device, group) in std::mem::take(&mut self.rung) {
            // One of the old ones is going to answer: they are one party.
            if device.is_some() || by.device.is_some() {
                for id in group.into_iter().filter(|id| *id != from) {
                    self.tell_end(desk, Role::Callee, id, Some("elsewhere"));
                }
            }
        }
        self.hand_over(desk, Role::Callee, None);
    }

    pub(crate) fn tell_accepted(&self, desk: &mut Desk, to: ConnectionId) {
        self.tell_response(desk, to, true, None);
    }

    pub(crate) fn tell_response(&self, desk: &mut Desk, to: ConnectionId, accepted: bool, reason: Option<String>) {
        let event = Event::Response {
            call: self.id(),
            version: self.record.version,
            accepted,
            responder: self.record.callee.user,
            responder_name: self.record.callee.name.clone(),
            reason,
        };
        self.send(desk, to, event);
    }

    /// The callee says no; an old dialog that closed by itself says it only for the old connections.
    pub(crate) fn decline(&mut self, desk: &mut Desk, from: ConnectionId, by: &Connection, reason: Option<&str>) {
        if by.device.is_some() || reason != Some(OLD_DIALOG_TIMEOUT) {
            self.end(desk, CallOutcome::Declined, &Closing { by: Some((Role::Callee, from)), reason });
            return;
        }
        self.old_gave_up = true;
        desk.out.unring(self.id(), Some(from));
        for id in self.rung.remove(&None).into_iter().flatten().filter(|id| *id != from) {
            self.tell_end(desk, Role::Callee, id, Some("no-answer"));
        }
        if self.rung.is_empty() {
            self.end(desk, CallOutcome::Missed, &Closing { by: None, reason: Some("no-answer") });
        }
    }
}
