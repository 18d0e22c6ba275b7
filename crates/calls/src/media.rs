//! Offers, answers and candidates on their way between the two.

use domain::{CallPhase, ConnectionId};

use crate::call::{Call, Desk, Media, Role};
use crate::lane::Taken;
use crate::people::Connection;
use crate::{CallError, Event, Relay, Signal};

impl Call {
    /// An offer from a party: kept until it is answered, relayed at once if the call is accepted.
    pub(crate) fn offer(&mut self, desk: &mut Desk, role: Role, from: ConnectionId, offer: &Signal) {
        self.side_mut(role).lane.replace(offer);
        self.take_part(role, from, Media::On(from));
        if self.party_mut(role).lost_until.take().is_some() {
            self.commit(desk);
        }
        if self.is_accepted() {
            self.hand_over(desk, role.other(), None);
        }
    }

    /// An answer from a party. Only the first one to an offer counts; it is the acceptance too, if there was none.
    pub(crate) fn answer(&mut self, desk: &mut Desk, role: Role, from: ConnectionId, by: &Connection, answer: Signal) {
        if self.side(role.other()).lane.offer.is_none() {
            return;
        }
        if self.rings() {
            if role == Role::Caller {
                return;
            }
            // Whoever answers has the offer; it must not be given to them again.
            self.side_mut(role.other()).lane.offer = None;
            self.accept(desk, from, by, None);
        }
        self.side_mut(role.other()).lane.settle();
        // Both had offered: who answers has rolled their own back.
        self.side_mut(role).lane.answered_other();
        self.take_part(role, from, Media::On(from));
        let returned = self.party_mut(role).lost_until.take().is_some();
        let connecting = if let CallPhase::Connecting { accepted_at, .. } = self.record.phase {
            self.record.phase = CallPhase::Connected { accepted_at };
            true
        } else {
            false
        };
        if returned || connecting {
            self.commit(desk);
        }
        let to = self.seated(desk, role.other());
        if to.is_empty() {
            self.side_mut(role).lane.answer = Some(answer);
        } else {
            self.relay(desk, role, &to, &answer, Event::Answer);
        }
    }

    /// A candidate from a party: nobody gets one before the call is accepted.
    pub(crate) fn candidate(&mut self, desk: &mut Desk, role: Role, from: ConnectionId, candidate: Signal) {
        if self.rings() && role == Role::Callee {
            return;
        }
        let limit = desk.config.candidates;
        let strict = desk.people.connection(from).is_some_and(|connection| connection.device.is_none());
        match self.side_mut(role).lane.take(&candidate, strict, limit) {
            Taken::Yes => {}
            Taken::OneTooMany => {
                let target = self.party(role.other()).user;
                let error = CallError::TooManyCandidates;
                self.send(desk, from, Event::Error { call: Some(self.id()), target, error });
                return;
            }
            Taken::Stray | Taken::TooMany => return,
        }
        // While it rings the callee has no seat.
        let to = self.seated(desk, role.other());
        self.relay(desk, role, &to, &candidate, Event::Candidate);
        let lane = &mut self.side_mut(role).lane;
        if to.is_empty() || lane.offer.is_some() {
            lane.keep(candidate, limit);
        }
    }

    /// Gives a party, or the one connection of it that has just come, what waits for it.
    pub(crate) fn hand_over(&mut self, desk: &mut Desk, role: Role, only: Option<ConnectionId>) {
        let to = only.map_or_else(|| self.seated(desk, role), |id| vec![id]);
        if to.is_empty() {
            return;
        }
        let from = role.other();
        let (answer, offer, candidates) = self.side_mut(from).lane.waiting();
        if let Some(answer) = answer {
            self.relay(desk, from, &to, &answer, Event::Answer);
        }
        if let Some(offer) = offer {
            self.relay(desk, from, &to, &offer, Event::Offer);
        }
        for candidate in candidates {
            self.relay(desk, from, &to, &candidate, Event::Candidate);
        }
    }

    fn relay(&self, desk: &mut Desk, from: Role, to: &[ConnectionId], signal: &Signal, event: fn(Relay) -> Event) {
        let sender = self.party(from);
        for id in to {
            let relay = Relay {
                call: self.id(),
                version: self.record.version,
                sender: sender.user,
                sender_name: sender.name.clone(),
                signal: signal.clone(),
            };
            self.send(desk, *id, event(relay));
        }
    }
}
