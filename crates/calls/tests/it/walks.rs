//! Three people with two devices and old pages each do anything in any order, while stores fail and processes die.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use calls::{Callee, Command, Event, Input};
use domain::{CallId, CallKind, CallPhase, CallRecord, ConnectionId, DeviceId, Seat, Timestamp, UserId};
use proptest::prelude::*;

use crate::world::{Luck, USERS, World, call_id, signal, user};

const DEVICES: [Option<&str>; 3] = [Some("phone"), Some("desk"), None];
/// No user has more connections than this.
const CONNECTIONS: usize = 6;

/// One step. Numbers pick among what is there, modulo its count.
#[derive(Debug, Clone)]
enum Step {
    Join(usize, usize),
    Leave(usize),
    Do {
        connection: usize,
        verb: Verb,
        other: usize,
        named: bool,
    },
    /// Something that was asked before comes again: twice, or late.
    Again(usize),
    Pass(u64),
    Luck(Vec<Luck>),
    Crash,
    Evict(usize),
}

#[derive(Debug, Clone)]
enum Verb {
    Request,
    Offer,
    Accept,
    Decline(Option<&'static str>),
    Answer,
    Candidate,
    Move,
    End { names_other: bool },
}

fn verb() -> impl Strategy<Value = Verb> {
    prop_oneof![
        3 => Just(Verb::Request),
        4 => Just(Verb::Offer),
        4 => Just(Verb::Accept),
        1 => prop_oneof![Just(None), Just(Some("timeout")), Just(Some("no"))].prop_map(Verb::Decline),
        4 => Just(Verb::Answer),
        3 => Just(Verb::Candidate),
        2 => Just(Verb::Move),
        1 => any::<bool>().prop_map(|names_other| Verb::End { names_other }),
    ]
}

fn step() -> impl Strategy<Value = Step> {
    let luck = prop_oneof![
        6 => Just(Luck::Good),
        3 => Just(Luck::Bad),
        2 => Just(Luck::Unknown),
        1 => Just(Luck::DiesBefore),
        1 => Just(Luck::DiesAfter),
    ];
    prop_oneof![
        4 => (0..3_usize, 0..3_usize).prop_map(|(user, device)| Step::Join(user, device)),
        2 => any::<usize>().prop_map(Step::Leave),
        24 => (any::<usize>(), verb(), any::<usize>(), any::<bool>())
            .prop_map(|(connection, verb, other, named)| Step::Do { connection, verb, other, named }),
        3 => any::<usize>().prop_map(Step::Again),
        4 => prop_oneof![4 => 0..10_u64, 2 => 10..50_u64, 1 => 50..70_u64].prop_map(Step::Pass),
        1 => prop::collection::vec(luck, 1..6).prop_map(Step::Luck),
        1 => Just(Step::Crash),
        1 => (0..3_usize).prop_map(Step::Evict),
    ]
}

/// A connection, its device, and when it went.
type Carrier = (ConnectionId, Option<DeviceId>, Option<Timestamp>);

/// The world, and what an observer knows of it without looking into the switchboard.
struct Walk {
    w: World,
    asked: Vec<Input>,
    /// When each connection came, in order.
    joined: BTreeMap<ConnectionId, usize>,
    /// Which connection was last seen to carry a party's media, and when it went.
    carriers: BTreeMap<(CallId, UserId), Carrier>,
    /// Since when a seat has no connection at all.
    empty_since: BTreeMap<(UserId, Option<DeviceId>), Timestamp>,
    ringing: BTreeMap<ConnectionId, (CallId, Timestamp)>,
    /// The answer that somebody got to the offer that they made last.
    answered: BTreeMap<(CallId, UserId), String>,
    versions: BTreeMap<CallId, u64>,
    seen: usize,
    crashes: usize,
    names: u64,
}

impl Walk {
    fn new() -> Self {
        let mut walk = Self {
            w: World::new(),
            asked: Vec::new(),
            joined: BTreeMap::new(),
            carriers: BTreeMap::new(),
            empty_since: BTreeMap::new(),
            ringing: BTreeMap::new(),
            answered: BTreeMap::new(),
            versions: BTreeMap::new(),
            seen: 0,
            crashes: 0,
            names: 0,
        };
        for user in 0..3 {
            walk.join(user, 0);
            walk.join(user, 2);
        }
        walk
    }

    fn join(&mut self, index: usize, device: usize) {
        let owner = USERS[index];
        if self.w.there.values().filter(|(of, _)| *of == user(owner)).count() < CONNECTIONS {
            let id = self.w.join(owner, DEVICES[device]);
            self.joined.insert(id, self.joined.len());
            let device = DEVICES[device].map(|device| device.parse().expect("a device id"));
            self.empty_since.remove(&(user(owner), device));
            self.replace_carriers();
        }
    }

    /// A device is back with any connection that came after the one that carried the media.
    fn replace_carriers(&mut self) {
        let (there, joined) = (&self.w.there, &self.joined);
        self.carriers.retain(|(_, user), (carrier, device, gone)| {
            let mut group = there.iter().filter(|(_, (of, with))| of == user && with == device);
            gone.is_none() || device.is_none() || !group.any(|(id, _)| joined[id] > joined[carrier])
        });
    }

    fn leave(&mut self, connection: ConnectionId) {
        let (user, device) = self.w.there[&connection].clone();
        for ((_, of), carrier) in &mut self.carriers {
            if *of == user && carrier.0 == connection && carrier.2.is_none() {
                carrier.2 = Some(self.w.now);
            }
        }
        self.w.leave(connection);
        self.replace_carriers();
        self.ringing.remove(&connection);
        if !self.w.there.values().any(|there| *there == (user, device.clone())) {
            self.empty_since.entry((user, device)).or_insert(self.w.now);
        }
    }

    fn pick(&self, index: usize) -> Option<ConnectionId> {
        // Those whose user is in a call are four times as likely.
        let live: Vec<_> = self.live().collect();
        let busy = |id: &UserId| live.iter().any(|call| call.caller.user == *id || call.callee.user == *id);
        let weighted = self.w.there.iter().flat_map(|(id, (user, _))| vec![*id; if busy(user) { 4 } else { 1 }]);
        let all: Vec<_> = weighted.collect();
        (!all.is_empty()).then(|| all[index % all.len()])
    }

    fn live(&self) -> impl Iterator<Item = &CallRecord> {
        self.w.board.calls().filter(|call| !call.has_ended())
    }

    fn of(&self, of: UserId) -> Option<&CallRecord> {
        self.live().find(|call| call.caller.user == of || call.callee.user == of)
    }

    fn act(&mut self, connection: ConnectionId, verb: &Verb, other: usize, named: bool) {
        let (me, _) = self.w.there[&connection];
        let partner = self.of(me).map(|call| if call.caller.user == me { call.callee.user } else { call.caller.user });
        // The partner mostly; sometimes anybody.
        let target = partner.filter(|_| !other.is_multiple_of(8)).unwrap_or_else(|| user(USERS[(other / 8) % 3]));
        let target_name = crate::world::name(target);
        let call = self.of(me).map(|call| call.id).filter(|_| named);
        self.names += 1;
        let text = format!("f{}:{}", other % 4, self.names);
        let callee = Callee::Allowed { user: target, name: target_name.to_owned() };
        let kind = if other.is_multiple_of(2) { CallKind::Audio } else { CallKind::Video };
        let command = match verb {
            Verb::Request => Command::Request { callee, kind, room: None, ticket: self.names },
            Verb::Offer => Command::Offer { target: callee, call, kind, offer: signal(&text) },
            Verb::Accept => Command::Respond { call, caller: None, accepted: true, reason: None, kind: Some(kind) },
            Verb::Decline(reason) => {
                let reason = reason.map(str::to_owned);
                Command::Respond { call, caller: None, accepted: false, reason, kind: None }
            }
            Verb::Answer => Command::Answer { target, call, answer: signal(&text) },
            Verb::Candidate => Command::Candidate { target, call, candidate: signal(&text) },
            Verb::Move => Command::Move { call: self.of(me).map_or(call_id(0), |call| call.id) },
            Verb::End { names_other } => Command::End { target: names_other.then_some(target), call, reason: None },
        };
        self.w.ids += 1;
        let input = Input::Command { connection, command, fresh: call_id(self.w.ids) };
        self.asked.push(input.clone());
        self.ask(input);
    }

    fn ask(&mut self, input: Input) {
        let Input::Command { connection, command, .. } = &input else { panic!("only commands") };
        let (connection, command) = (*connection, command.clone());
        let Some((me, device)) = self.w.there.get(&connection).cloned() else { return };
        let before = self.of(me).map(|call| call.id);
        let seat = self.seat_of(me);
        if let Command::Offer { .. } = command {
            self.answered.retain(|(_, of), _| *of != me);
        }
        let delivered = self.w.delivered.len();
        self.w.input(input);
        if let Command::Respond { accepted: false, .. } = command {
            self.ringing.remove(&connection);
        }
        if let Command::Move { call } = command {
            // The process may have died of it, and the call may have come to its end just before.
            if self.of(me).is_some() && seat != self.seat_of(me) {
                self.check_moved(call, me, device.as_ref());
                if self.w.there.contains_key(&connection) {
                    self.carriers.insert((call, me), (connection, device, None));
                }
            }
            return;
        }
        // Who is seen to have offered or answered carries the media from here on.
        let signal = match &command {
            Command::Offer { offer, .. } => &offer.json,
            Command::Answer { answer, .. } => &answer.json,
            _ => return,
        };
        let relayed = self.w.delivered[delivered..].iter().any(|(_, _, event)| match event {
            Event::Offer(relay) | Event::Answer(relay) => relay.signal.json == *signal && relay.sender == me,
            _ => false,
        });
        if let Some(call) = before {
            if relayed && self.w.there.contains_key(&connection) {
                self.carriers.insert((call, me), (connection, device, None));
            } else {
                self.carriers.remove(&(call, me));
            }
        }
    }

    fn seat_of(&self, me: UserId) -> Option<Seat> {
        let call = self.of(me)?;
        [&call.caller, &call.callee].into_iter().find(|party| party.user == me)?.seat.clone()
    }

    /// A device of the user has the seat that asked for it, and nobody's old client has lost its call by that.
    fn check_moved(&self, call: CallId, me: UserId, device: Option<&DeviceId>) {
        assert_eq!(self.seat_of(me), device.cloned().map(Seat::Device), "moved to a device that did not ask");
        let record = self.of(me).expect("a call that has moved goes on");
        assert_eq!(record.id, call);
        let other = if record.caller.user == me { &record.callee } else { &record.caller };
        assert!(matches!(other.seat, Some(Seat::Device(_))), "{record:?}");
    }

    fn step(&mut self, step: &Step) {
        match step {
            Step::Join(user, device) => self.join(*user, *device),
            Step::Leave(index) => {
                if let Some(connection) = self.w.there.keys().nth(index % self.w.there.len().max(1)).copied() {
                    self.leave(connection);
                }
            }
            Step::Do { connection, verb, other, named } => {
                if let Some(connection) = self.pick(*connection) {
                    self.act(connection, verb, *other, *named);
                }
            }
            Step::Again(index) => {
                // Of the last few: what is very late comes from connections that are gone.
                let recent = self.asked.len().min(8);
                if recent > 0 {
                    let mut input = self.asked[self.asked.len() - 1 - index % recent].clone();
                    if let Input::Command { fresh, .. } = &mut input {
                        self.w.ids += 1;
                        *fresh = call_id(self.w.ids);
                    }
                    self.ask(input);
                }
            }
            Step::Pass(seconds) => self.w.pass(Duration::from_secs(*seconds)),
            Step::Luck(luck) => self.w.luck.extend(luck),
            Step::Crash => self.w.crash(),
            Step::Evict(index) => self.w.input(Input::Evict(user(USERS[*index]))),
        }
        self.check();
    }

    fn check(&mut self) {
        if self.w.crashes.len() > self.crashes {
            self.crashes = self.w.crashes.len();
            self.carriers.clear();
            self.ringing.clear();
            self.empty_since.clear();
            for user in USERS.map(user) {
                for device in DEVICES.map(|device| device.map(|device| device.parse().expect("a device id"))) {
                    if !self.w.there.values().any(|there| *there == (user, device.clone())) {
                        self.empty_since.insert((user, device), self.w.now);
                    }
                }
            }
        }
        self.read();
        self.check_seats();
        self.check_rings();
        self.check_media();
    }

    /// Reads what was delivered since the last step.
    fn read(&mut self) {
        let news = self.w.delivered[self.seen..].to_vec();
        self.seen = self.w.delivered.len();
        for (at, to, event) in news {
            let version = match &event {
                Event::Ring { call, version, expires_at, .. } => {
                    assert!(*expires_at > at, "rings past its deadline");
                    self.ringing.insert(to, (*call, *expires_at));
                    Some((*call, *version))
                }
                Event::Response { call, version, .. } => Some((*call, *version)),
                Event::End { call, version, .. } => {
                    if self.ringing.get(&to).is_some_and(|(ringing, _)| ringing == call) {
                        self.ringing.remove(&to);
                    }
                    Some((*call, *version))
                }
                Event::Offer(relay) | Event::Candidate(relay) => Some((relay.call, relay.version)),
                Event::Answer(relay) => {
                    // Behind a failed save the answers to two offers may come at once.
                    if let Some((receiver, _)) = self.w.there.get(&to).filter(|_| self.was_healthy(at)) {
                        let text = self.answered.entry((relay.call, *receiver)).or_insert(relay.signal.json.clone());
                        assert_eq!(*text, relay.signal.json, "a second answer to one offer");
                    }
                    Some((relay.call, relay.version))
                }
                Event::Snapshot(snapshot) => {
                    if let Some(snapshot) = snapshot
                        && let CallPhase::Ringing { until } | CallPhase::Connecting { until, .. } =
                            snapshot.record.phase
                    {
                        assert_eq!(snapshot.expires_in, Some(until.since(at)), "the time that is left");
                    }
                    let ringing = snapshot
                        .as_ref()
                        .map(|s| &s.record)
                        .filter(|call| matches!(call.phase, CallPhase::Ringing { until } if until > at));
                    if ringing.is_none() {
                        self.ringing.remove(&to);
                    }
                    snapshot.as_ref().map(|s| (s.record.id, s.record.version))
                }
                Event::Error { .. } => None,
            };
            if let Some((call, version)) = version {
                let newest = self.versions.entry(call).or_insert(0);
                assert!(*newest <= version, "{event:?} after version {newest}");
                *newest = version;
            }
            self.ringing.retain(|to, _| self.w.there.contains_key(to));
        }
    }

    /// The store has been well for longer than anything may wait to be tried again.
    fn was_healthy(&self, at: Timestamp) -> bool {
        self.w.luck.is_empty() && at.since(self.w.last_failure) > Duration::from_secs(64)
    }

    fn check_seats(&self) {
        for calls in [self.live().collect::<Vec<_>>(), self.w.store.calls.values().filter(|c| !c.has_ended()).collect()]
        {
            let mut seats = BTreeSet::new();
            for call in calls {
                assert!(seats.insert(call.caller.user) && seats.insert(call.callee.user), "two seats: {call:?}");
            }
        }
    }

    fn check_rings(&mut self) {
        // The old connections of a user are one party: when it has accepted, their dialogs close by themselves.
        let accepted: BTreeSet<_> =
            self.live().filter(|call| call.callee.seat == Some(Seat::Legacy)).map(|call| call.id).collect();
        self.ringing.retain(|to, (call, _)| {
            !(accepted.contains(call) && self.w.there.get(to).is_some_and(|(_, device)| device.is_none()))
        });
        // While the store fails, nobody may hear of anything.
        if self.was_healthy(self.w.now) {
            for (connection, (call, until)) in &self.ringing {
                assert!(*until > self.w.now, "{connection:?} still rings for {call:?}");
                assert!(self.live().any(|live| live.id == *call), "{connection:?} rings for {call:?}, which is over");
            }
        }
    }

    fn check_media(&self) {
        let grace = Duration::from_secs(60);
        for call in self.live().filter(|call| !matches!(call.phase, CallPhase::Ringing { .. })) {
            for party in [&call.caller, &call.callee] {
                let device = match &party.seat {
                    Some(Seat::Device(device)) => Some(device.clone()),
                    Some(Seat::Legacy) => None,
                    None => panic!("an accepted call without a seat: {call:?}"),
                };
                if let Some(since) = self.empty_since.get(&(party.user, device.clone())) {
                    assert!(self.w.now < *since + grace, "nobody of {party:?} is there since {since:?}: {call:?}");
                }
                if let Some((carrier, of, Some(gone))) = self.carriers.get(&(call.id, party.user)) {
                    assert_eq!(*of, device);
                    assert!(self.w.now < *gone + grace, "{carrier:?} is gone since {gone:?}: {call:?}");
                }
            }
        }
    }

    /// Everybody leaves and the store is well: in the end there is nothing but entries.
    fn finish(mut self) {
        self.w.luck.clear();
        for connection in self.w.there.keys().copied().collect::<Vec<_>>() {
            self.leave(connection);
        }
        self.w.seconds(3600);
        self.check();
        assert!(self.w.board.is_empty(), "{:?}", self.w.board);
        assert!(self.w.store.calls.is_empty() && self.w.store.seats.is_empty(), "{:?}", self.w.store);
        let begun: BTreeSet<_> = self.w.store.versions.keys().collect();
        let entered: BTreeSet<_> = self.w.store.entries.keys().collect();
        assert!(begun.is_subset(&entered), "calls without an entry: {:?}", begun.difference(&entered));
        for (_, result) in &self.w.replies {
            if let Ok(call) = result {
                assert!(entered.contains(call));
            }
        }
    }
}

/// 2,000 walks take some three seconds; `PROPTEST_CASES` asks for another number.
fn config() -> ProptestConfig {
    let mut config = ProptestConfig { max_shrink_iters: 20_000, ..ProptestConfig::default() };
    if std::env::var_os("PROPTEST_CASES").is_none() {
        config.cases = 2_000;
    }
    config
}

proptest! {
    #![proptest_config(config())]

    #[test]
    fn whatever_happens_calls_stay_sound(steps in prop::collection::vec(step(), 1..120)) {
        let mut walk = Walk::new();
        for step in &steps {
            walk.step(step);
        }
        walk.finish();
    }
}
