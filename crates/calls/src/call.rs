use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use domain::{CallId, CallPhase, CallRecord, ConnectionId, DeviceId, Party, Seat, Timestamp, UserId};

use crate::config::Config;
use crate::lane::Lane;
use crate::outbox::Outbox;
use crate::people::{Connection, People};
use crate::{Event, Output, Snapshot};

/// What every call needs from around it.
#[derive(Debug)]
pub(crate) struct Desk {
    pub(crate) config: Config,
    pub(crate) people: People,
    pub(crate) out: Outbox,
    /// The time of the input that is being handled.
    pub(crate) now: Timestamp,
}

/// Which of the two.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Role {
    Caller,
    Callee,
}

impl Role {
    pub(crate) const BOTH: [Self; 2] = [Self::Caller, Self::Callee];

    pub(crate) const fn other(self) -> Self {
        match self {
            Self::Caller => Self::Callee,
            Self::Callee => Self::Caller,
        }
    }
}

/// Which connection carries a party's media. A party is lost when it is gone.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Media {
    /// Not known yet, or no longer (another life of this process knew): any connection of the seat will do.
    Any,
    /// This one: it offered or answered, or it is the one of a device that asked or accepted.
    On(ConnectionId),
}

/// What is known of a party beside the record.
#[derive(Debug)]
pub(crate) struct Side {
    pub(crate) media: Media,
    /// The connections that asked, offered, accepted or answered: an old one may end the call only if it is among them.
    pub(crate) took_part: BTreeSet<ConnectionId>,
    /// Those that took part were connections of another life of this process: whoever joins counts as one of them.
    pub(crate) adopted: bool,
    /// What this party sends.
    pub(crate) lane: Lane,
}

impl Side {
    pub(crate) fn new() -> Self {
        Self { media: Media::Any, took_part: BTreeSet::new(), adopted: false, lane: Lane::default() }
    }
}

/// A call and what is kept beside its record while it lives.
#[derive(Debug)]
pub(crate) struct Call {
    pub(crate) record: CallRecord,
    /// Asked for by an offer: its caller is told of the acceptance by the answer alone.
    pub(crate) by_offer: bool,
    sides: [Side; 2],
    /// The callee's connections that were given the ring and are there, by device.
    pub(crate) rung: BTreeMap<Option<DeviceId>, BTreeSet<ConnectionId>>,
    /// The callee's old connections have given up ringing.
    pub(crate) old_gave_up: bool,
    /// The caller was away when the callee accepted, and is to be told on return.
    pub(crate) response_owed: bool,
    /// When to ask again for the entry of an ended call.
    pub(crate) log_at: Option<Timestamp>,
    pub(crate) log_failures: u32,
}

impl Call {
    pub(crate) fn new(record: CallRecord) -> Self {
        Self {
            record,
            by_offer: false,
            sides: [Side::new(), Side::new()],
            rung: BTreeMap::new(),
            old_gave_up: false,
            response_owed: false,
            log_at: None,
            log_failures: 0,
        }
    }

    pub(crate) fn id(&self) -> CallId {
        self.record.id
    }

    pub(crate) fn role_of(&self, user: UserId) -> Option<Role> {
        Role::BOTH.into_iter().find(|role| self.party(*role).user == user)
    }

    pub(crate) fn party(&self, role: Role) -> &Party {
        match role {
            Role::Caller => &self.record.caller,
            Role::Callee => &self.record.callee,
        }
    }

    pub(crate) fn party_mut(&mut self, role: Role) -> &mut Party {
        match role {
            Role::Caller => &mut self.record.caller,
            Role::Callee => &mut self.record.callee,
        }
    }

    pub(crate) fn side(&self, role: Role) -> &Side {
        &self.sides[role as usize]
    }

    pub(crate) fn side_mut(&mut self, role: Role) -> &mut Side {
        &mut self.sides[role as usize]
    }

    pub(crate) const fn rings(&self) -> bool {
        matches!(self.record.phase, CallPhase::Ringing { .. })
    }

    /// Accepted, and not over.
    pub(crate) const fn is_accepted(&self) -> bool {
        matches!(self.record.phase, CallPhase::Connecting { .. } | CallPhase::Connected { .. })
    }

    /// Whether this connection belongs to the seat that its user takes part with.
    pub(crate) fn holds(&self, role: Role, connection: &Connection) -> bool {
        match &self.party(role).seat {
            Some(Seat::Device(device)) => connection.device.as_ref() == Some(device),
            Some(Seat::Legacy) => connection.device.is_none(),
            None => false,
        }
    }

    /// The connections of a party, as far as they are there; none before there is a seat.
    pub(crate) fn seated(&self, desk: &Desk, role: Role) -> Vec<ConnectionId> {
        let party = self.party(role);
        party.seat.as_ref().map_or_else(Vec::new, |seat| desk.people.seated(party.user, seat))
    }

    /// An old caller who asked by request was told of the acceptance, and has not made the offer that follows from it.
    pub(crate) fn offer_is_due(&self) -> bool {
        let accepted = self.record.callee.seat.is_some();
        let old = self.record.caller.seat == Some(Seat::Legacy);
        let side = self.side(Role::Caller);
        accepted && old && !self.by_offer && !side.adopted && side.media == Media::Any
    }

    /// This connection has asked, offered, accepted or answered.
    pub(crate) fn take_part(&mut self, role: Role, id: ConnectionId, media: Media) {
        let side = self.side_mut(role);
        side.took_part.insert(id);
        side.media = media;
    }

    /// Saves what has changed in the record, then shows it to the devices of both; other effects come after.
    pub(crate) fn commit(&mut self, desk: &mut Desk) {
        if !self.rings() {
            desk.out.unring(self.id(), None);
        }
        self.record.version += 1;
        desk.out.push(Some(self.id()), Output::Save(self.record.clone()));
        self.show(desk);
    }

    pub(crate) fn show(&self, desk: &mut Desk) {
        let mut shown = Vec::new();
        for role in Role::BOTH {
            for (device, group) in desk.people.groups(self.party(role).user) {
                if device.is_some() {
                    shown.extend(group.iter().map(|id| (role, *id)));
                }
            }
        }
        for (role, id) in shown {
            self.show_to(desk, role, id);
        }
    }

    pub(crate) fn show_to(&self, desk: &mut Desk, role: Role, id: ConnectionId) {
        let Some(connection) = desk.people.connection(id) else { return };
        let outcome = match self.record.phase {
            CallPhase::Ended { outcome, .. } => Some(outcome),
            _ => None,
        };
        let snapshot = Snapshot {
            record: self.record.clone(),
            here: self.holds(role, connection),
            legacy: self.party(role.other()).seat == Some(Seat::Legacy),
            expires_in: expires_in(&self.record, desk.now),
            outcome,
        };
        self.send(desk, id, Event::Snapshot(Some(snapshot)));
    }

    pub(crate) fn send(&self, desk: &mut Desk, to: ConnectionId, event: Event) {
        desk.out.deliver(Some(self.id()), to, event);
    }

    /// The next deadline of the call itself.
    pub(crate) fn deadline(&self) -> Option<Timestamp> {
        let phase = match self.record.phase {
            CallPhase::Ringing { until } | CallPhase::Connecting { until, .. } => Some(until),
            CallPhase::Connected { .. } => None,
            CallPhase::Ended { .. } => return self.log_at,
        };
        [phase, self.record.caller.lost_until, self.record.callee.lost_until].into_iter().flatten().min()
    }
}

/// How long the phase of a call may still last.
pub(crate) fn expires_in(record: &CallRecord, now: Timestamp) -> Option<Duration> {
    match record.phase {
        CallPhase::Ringing { until } | CallPhase::Connecting { until, .. } => Some(until.since(now)),
        CallPhase::Connected { .. } | CallPhase::Ended { .. } => None,
    }
}
