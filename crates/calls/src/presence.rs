//! Connections of a call's parties that come and go.

use domain::{CallPhase, ConnectionId, Seat};

use crate::call::{Call, Desk, Media, Role, Side};
use crate::people::Connection;
use crate::{CallError, Event};

impl Call {
    /// A connection of one of the two has come. It is told how the call stands, and is given what waits for it.
    pub(crate) fn joined(&mut self, desk: &mut Desk, role: Role, id: ConnectionId, by: &Connection) {
        if self.returns(role, id, by) {
            // Shows the call to the one that has come, too.
            self.commit(desk);
        } else if by.device.is_some() {
            self.show_to(desk, role, id);
        }
        if self.rings() && role == Role::Callee {
            self.ring(desk);
        }
        if !self.holds(role, by) {
            return;
        }
        if self.side(role).adopted {
            self.side_mut(role).took_part.insert(id);
        }
        if self.is_accepted() {
            if role == Role::Caller && std::mem::take(&mut self.response_owed) {
                self.tell_accepted(desk, id);
            }
            self.hand_over(desk, role, Some(id));
        }
    }

    /// Whether a lost party is back with this connection. An old one proves nothing by coming, where it is known which
    /// of its kind carried the media: pages open and reload all the time. It takes over by an offer or an answer.
    fn returns(&mut self, role: Role, id: ConnectionId, by: &Connection) -> bool {
        if self.party(role).lost_until.is_none() || !self.holds(role, by) {
            return false;
        }
        match (&by.device, self.side(role).media) {
            (Some(_), _) => self.side_mut(role).media = Media::On(id),
            (None, Media::Any) => {}
            (None, Media::On(_)) => return false,
        }
        self.party_mut(role).lost_until = None;
        true
    }

    /// A party goes on with another of their devices, whose media begins anew; what the one before had still to say is void.
    pub(crate) fn move_to(&mut self, desk: &mut Desk, role: Role, from: ConnectionId, by: &Connection) {
        if self.holds(role, by) {
            return;
        }
        if self.party(role.other()).seat == Some(Seat::Legacy) {
            // An old client can't renegotiate: it would lose the call.
            let target = self.party(role.other()).user;
            return self.send(desk, from, Event::Error { call: Some(self.id()), target, error: CallError::CannotMove });
        }
        let before = self.seated(desk, role);
        let party = self.party_mut(role);
        party.seat = Some(by.seat());
        party.lost_until = None;
        *self.side_mut(role) = Side::new();
        self.take_part(role, from, Media::On(from));
        self.commit(desk);
        for id in before {
            self.tell_end(desk, role, id, Some("elsewhere"));
        }
        if role == Role::Caller && std::mem::take(&mut self.response_owed) {
            self.tell_accepted(desk, from);
        }
        self.hand_over(desk, role, Some(from));
    }

    /// A connection of one of the two has gone. If it carried the media, the party's grace begins.
    pub(crate) fn left(&mut self, desk: &mut Desk, role: Role, id: ConnectionId, gone: &Connection) {
        self.side_mut(role).took_part.remove(&id);
        if self.rings() && role == Role::Callee {
            self.rung_left(desk, id, gone);
            return;
        }
        if !self.holds(role, gone) || self.party(role).lost_until.is_some() {
            return;
        }
        match self.side(role).media {
            Media::On(carrier) if carrier != id => return,
            Media::Any if !self.seated(desk, role).is_empty() => return,
            _ => {}
        }
        if let Some(next) = self.successor(desk, role, gone) {
            self.side_mut(role).media = Media::On(next);
            return;
        }
        self.party_mut(role).lost_until = Some(desk.now + desk.config.grace);
        self.commit(desk);
    }

    /// The connection of the same device that came last, after the one that is gone: the device had reconnected before
    /// the loss of the old connection was noticed.
    fn successor(&self, desk: &Desk, role: Role, gone: &Connection) -> Option<ConnectionId> {
        gone.device.as_ref()?;
        let joined = |id: &ConnectionId| desk.people.connection(*id).map_or(0, |connection| connection.joined);
        self.seated(desk, role).into_iter().filter(|id| joined(id) > gone.joined).max_by_key(joined)
    }

    /// Takes over a call that the store has: of another life of this process, or one whose claim had worked although its
    /// answer was lost. What was kept beside it is gone; of the parties, those are there whose connections are.
    pub(crate) fn adopt(&mut self, desk: &mut Desk) {
        // A clock that was put back must not make a call last.
        match &mut self.record.phase {
            CallPhase::Ringing { until } => *until = (*until).min(desk.now + desk.config.ring),
            CallPhase::Connecting { until, .. } => *until = (*until).min(desk.now + desk.config.connect),
            CallPhase::Connected { .. } | CallPhase::Ended { .. } => {}
        }
        let lost_until = desk.now + desk.config.grace;
        for role in Role::BOTH {
            let there = self.seated(desk, role);
            let party = self.party_mut(role);
            party.lost_until = (party.seat.is_some() && there.is_empty()).then_some(lost_until);
            let old = party.seat == Some(Seat::Legacy);
            let side = self.side_mut(role);
            side.adopted = old;
            side.took_part.extend(there);
        }
        self.commit(desk);
        self.ring(desk);
    }
}
