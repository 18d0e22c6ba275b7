use std::collections::{BTreeMap, VecDeque};
use std::time::Duration;

use calls::{CallError, Callee, Command, Config, Event, Input, Output, Relay, Signal, Snapshot, Switchboard};
use domain::{
    CallId, CallKind, CallOutcome, CallPhase, CallRecord, ConnectionId, DeviceId, ObjectId, Seat, Timestamp, UserId,
};

pub(crate) const ANNA: &str = "anna";
pub(crate) const BEN: &str = "ben";
pub(crate) const CLEO: &str = "cleo";
pub(crate) const USERS: [&str; 3] = [ANNA, BEN, CLEO];

pub(crate) fn user(name: &str) -> UserId {
    let number = USERS.iter().position(|user| *user == name).expect("one of the three");
    UserId(ObjectId::from([number as u8 + 1; 12]))
}

pub(crate) fn name(id: UserId) -> &'static str {
    USERS.into_iter().find(|user_name| user(user_name) == id).expect("one of the three")
}

pub(crate) fn call_id(number: u64) -> CallId {
    CallId(ObjectId::from_parts(7, number.to_be_bytes()))
}

/// A signal whose text is its fragment and a number: `f1:3` has the fragment `f1`, `:3` has none.
pub(crate) fn signal(text: &str) -> Signal {
    let ufrag = text.split(':').next().filter(|part| !part.is_empty()).map(str::to_owned);
    Signal { json: text.to_owned(), ufrag }
}

/// What stands in for the database: the calls that are kept, who sits in which, and the entries written.
#[derive(Debug, Clone, Default)]
pub(crate) struct Store {
    pub(crate) calls: BTreeMap<CallId, CallRecord>,
    pub(crate) seats: BTreeMap<UserId, CallId>,
    pub(crate) entries: BTreeMap<CallId, CallRecord>,
    /// The last version ever saved of each call; stays when the call is forgotten.
    pub(crate) versions: BTreeMap<CallId, u64>,
}

impl Store {
    pub(crate) fn claim(&mut self, call: &CallRecord) -> Result<(), Option<UserId>> {
        for user in [call.caller.user, call.callee.user] {
            if self.seats.get(&user).is_some_and(|id| *id != call.id) {
                return Err(Some(user));
            }
        }
        assert_eq!(call.version, 1, "a new call has version 1");
        self.seats.extend([(call.caller.user, call.id), (call.callee.user, call.id)]);
        self.versions.insert(call.id, 1);
        self.calls.insert(call.id, call.clone());
        Ok(())
    }

    fn transition(&mut self, call: &CallRecord) {
        let Some(kept) = self.calls.get_mut(&call.id) else { panic!("{call:?} was never claimed, or is forgotten") };
        if kept.version + 1 == call.version {
            assert!(!kept.has_ended(), "an ended call goes on: {call:?}");
            *kept = call.clone();
            self.versions.insert(call.id, call.version);
            if call.has_ended() {
                self.seats.retain(|_, id| *id != call.id);
            }
        } else {
            assert_eq!(kept, call, "a save that had worked is asked for again, and nothing else");
        }
    }

    fn log(&mut self, call: &CallRecord) {
        assert!(call.has_ended());
        let before = self.entries.insert(call.id, call.clone());
        assert!(before.is_none_or(|before| before == *call), "two different entries of {call:?}");
        if let Some(kept) = self.calls.remove(&call.id) {
            assert_eq!(&kept, call, "an entry of what was not saved");
        }
    }
}

/// What the store does with the next things that it is asked for; when the list is through, they work.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Luck {
    Good,
    /// It fails, and nothing happened.
    Bad,
    /// It fails, but it happened.
    Unknown,
    /// The process dies before it is done.
    DiesBefore,
    /// The process dies when it is done, before anybody hears of it.
    DiesAfter,
}

impl Luck {
    fn happens(self) -> bool {
        !matches!(self, Self::Bad | Self::DiesBefore)
    }

    fn dies(self) -> bool {
        matches!(self, Self::DiesBefore | Self::DiesAfter)
    }
}

/// A shell around a switchboard, with a clock that stands still unless told otherwise.
pub(crate) struct World {
    pub(crate) board: Switchboard,
    pub(crate) store: Store,
    pub(crate) now: Timestamp,
    pub(crate) luck: VecDeque<Luck>,
    pub(crate) last_failure: Timestamp,
    pub(crate) inbox: BTreeMap<ConnectionId, Vec<Event>>,
    pub(crate) replies: Vec<(ConnectionId, Result<CallId, CallError>)>,
    /// Who is there, and with which device.
    pub(crate) there: BTreeMap<ConnectionId, (UserId, Option<DeviceId>)>,
    pub(crate) timeout: Option<Timestamp>,
    pub(crate) ids: u64,
    pub(crate) crashes: Vec<Timestamp>,
    /// Everything delivered goes here too, with its time.
    pub(crate) delivered: Vec<(Timestamp, ConnectionId, Event)>,
}

impl World {
    pub(crate) fn new() -> Self {
        Self {
            board: Switchboard::new(Config::default()),
            store: Store::default(),
            now: Timestamp(1_000_000),
            luck: VecDeque::new(),
            last_failure: Timestamp(0),
            inbox: BTreeMap::new(),
            replies: Vec::new(),
            there: BTreeMap::new(),
            timeout: None,
            ids: 0,
            crashes: Vec::new(),
            delivered: Vec::new(),
        }
    }

    pub(crate) fn input(&mut self, input: Input) {
        self.board.handle_input(self.now, input);
        self.drain();
    }

    fn drain(&mut self) {
        while self.drain_until_it_dies() {
            self.crash();
        }
    }

    /// True if the process has died on the way.
    fn drain_until_it_dies(&mut self) -> bool {
        loop {
            match self.board.poll_output() {
                Output::Claim(call) => {
                    let luck = self.next_luck();
                    let mut result = if luck.happens() { self.store.claim(&call) } else { Err(None) };
                    if luck == Luck::Unknown && result.is_ok() {
                        // The shell asks again where it cannot know.
                        result = self.store.claim(&call);
                    }
                    if luck.dies() {
                        return true;
                    }
                    self.board.handle_input(self.now, Input::Claimed { call: call.id, result });
                }
                Output::Save(call) => {
                    let luck = self.next_luck();
                    if luck.happens() {
                        self.store.transition(&call);
                    }
                    if luck.dies() {
                        return true;
                    }
                    if luck != Luck::Good {
                        self.board.handle_input(self.now, Input::SaveFailed(call.id));
                    }
                }
                Output::Log(call) => {
                    let luck = self.next_luck();
                    if luck.happens() {
                        self.store.log(&call);
                    }
                    if luck.dies() {
                        return true;
                    }
                    let heard = if luck == Luck::Good { Input::Logged(call.id) } else { Input::SaveFailed(call.id) };
                    self.board.handle_input(self.now, heard);
                }
                Output::Deliver { to, event } => {
                    self.check_saved(to, &event);
                    self.delivered.push((self.now, to, event.clone()));
                    self.inbox.entry(to).or_default().push(event);
                }
                Output::Reply { to, result, .. } => self.replies.push((to, result)),
                Output::Timeout(at) => {
                    assert!(at > self.now, "a deadline that has come is not seen to");
                    self.timeout = Some(at);
                    return false;
                }
                Output::Idle => {
                    self.timeout = None;
                    return false;
                }
            }
        }
    }

    fn next_luck(&mut self) -> Luck {
        let luck = self.luck.pop_front().unwrap_or(Luck::Good);
        if luck != Luck::Good {
            self.last_failure = self.now;
        }
        luck
    }

    /// Nobody hears of what is not saved.
    fn check_saved(&self, to: ConnectionId, event: &Event) {
        let (call, version) = match event {
            Event::Ring { call, version, .. }
            | Event::Response { call, version, .. }
            | Event::End { call, version, .. } => (*call, *version),
            Event::Offer(relay) | Event::Answer(relay) | Event::Candidate(relay) => (relay.call, relay.version),
            Event::Snapshot(Some(snapshot)) => (snapshot.record.id, snapshot.record.version),
            Event::Error { .. } | Event::Snapshot(None) => return,
        };
        let saved = self.store.versions.get(&call).copied().unwrap_or(0);
        assert!(version <= saved, "{event:?} goes out while version {saved} is kept");
        if let Event::Offer(relay) | Event::Answer(relay) | Event::Candidate(relay) = event {
            self.check_party(to, relay);
        }
    }

    /// A signal goes from one party to the other's seat, and only once the call is accepted.
    fn check_party(&self, to: ConnectionId, relay: &Relay) {
        let record = &self.store.calls[&relay.call];
        let accepted = matches!(record.phase, CallPhase::Connecting { .. } | CallPhase::Connected { .. });
        assert!(accepted, "{relay:?} goes out in {record:?}");
        let other = if record.caller.user == relay.sender { &record.callee } else { &record.caller };
        if let Some((user, device)) = self.there.get(&to) {
            assert_eq!(*user, other.user);
            let seat = device.clone().map_or(Seat::Legacy, Seat::Device);
            assert_eq!(Some(seat), other.seat, "{relay:?} goes to no seat of {record:?}");
        }
    }

    /// Lets time pass, deadline by deadline.
    pub(crate) fn pass(&mut self, duration: Duration) {
        let end = self.now + duration;
        while let Some(at) = self.timeout.filter(|at| *at <= end) {
            self.now = at;
            self.input(Input::Timeout);
        }
        self.now = end;
    }

    pub(crate) fn seconds(&mut self, seconds: u64) {
        self.pass(Duration::from_secs(seconds));
    }

    /// The process dies and another takes over what the store holds. Connections are gone.
    pub(crate) fn crash(&mut self) {
        self.board = Switchboard::new(Config::default());
        self.timeout = None;
        self.there.clear();
        self.crashes.push(self.now);
        let kept: Vec<_> = self.store.calls.values().cloned().collect();
        for call in kept {
            self.board.handle_input(self.now, Input::Adopt(call));
        }
        self.drain();
    }

    pub(crate) fn device(&mut self, owner: &'static str, device: &str) -> ConnectionId {
        self.join(owner, Some(device))
    }

    pub(crate) fn old(&mut self, owner: &'static str) -> ConnectionId {
        self.join(owner, None)
    }

    pub(crate) fn join(&mut self, owner: &'static str, device: Option<&str>) -> ConnectionId {
        self.ids += 1;
        let connection = ConnectionId(self.ids);
        let device = device.map(|device| device.parse::<DeviceId>().expect("a device id"));
        self.there.insert(connection, (user(owner), device.clone()));
        self.input(Input::Connected { connection, user: user(owner), name: owner.to_owned(), device });
        connection
    }

    pub(crate) fn leave(&mut self, connection: ConnectionId) {
        self.there.remove(&connection);
        self.input(Input::Disconnected(connection));
    }

    pub(crate) fn command(&mut self, connection: ConnectionId, command: Command) {
        self.ids += 1;
        let fresh = call_id(self.ids);
        self.input(Input::Command { connection, command, fresh });
    }

    /// Asks for a call; what the acknowledgement says.
    pub(crate) fn request(&mut self, from: ConnectionId, callee: &str, kind: CallKind) -> Result<CallId, CallError> {
        let callee = Callee::Allowed { user: user(callee), name: callee.to_owned() };
        self.command(from, Command::Request { callee, kind, room: None, ticket: 0 });
        let (to, result) = self.replies.pop().expect("a reply");
        assert_eq!(to, from);
        result
    }

    pub(crate) fn respond(&mut self, from: ConnectionId, accepted: bool, reason: Option<&str>) {
        let reason = reason.map(str::to_owned);
        self.command(from, Command::Respond { call: None, caller: None, accepted, reason, kind: None });
    }

    pub(crate) fn accept(&mut self, from: ConnectionId) {
        self.respond(from, true, None);
    }

    pub(crate) fn offer(&mut self, from: ConnectionId, target: &str, text: &str) {
        let target = Callee::Allowed { user: user(target), name: target.to_owned() };
        self.command(from, Command::Offer { target, call: None, kind: CallKind::Audio, offer: signal(text) });
    }

    pub(crate) fn answer(&mut self, from: ConnectionId, target: &str, text: &str) {
        self.command(from, Command::Answer { target: user(target), call: None, answer: signal(text) });
    }

    pub(crate) fn candidate(&mut self, from: ConnectionId, target: &str, text: &str) {
        self.command(from, Command::Candidate { target: user(target), call: None, candidate: signal(text) });
    }

    pub(crate) fn move_here(&mut self, to: ConnectionId, call: CallId) {
        self.command(to, Command::Move { call });
    }

    pub(crate) fn end(&mut self, from: ConnectionId, target: Option<&str>) {
        self.command(from, Command::End { target: target.map(user), call: None, reason: None });
    }

    /// What a connection was told since last asked, in short.
    pub(crate) fn told(&mut self, connection: ConnectionId) -> Vec<String> {
        self.inbox.remove(&connection).unwrap_or_default().iter().map(short).collect()
    }

    /// Forgets what everybody was told so far.
    pub(crate) fn hush(&mut self) {
        self.inbox.clear();
    }

    /// How the only call that has ended did so.
    pub(crate) fn only_entry(&self) -> CallOutcome {
        assert_eq!(self.store.entries.len(), 1, "{:?}", self.store.entries);
        let record = self.store.entries.values().next().expect("one");
        let CallPhase::Ended { outcome, .. } = record.phase else { panic!("{record:?}") };
        outcome
    }
}

/// An event as one short word or two.
pub(crate) fn short(event: &Event) -> String {
    match event {
        Event::Ring { caller, .. } => format!("ring {}", name(*caller)),
        Event::Response { accepted: true, .. } => "accepted".to_owned(),
        Event::Response { reason, .. } => format!("declined {}", reason.as_deref().unwrap_or("-")),
        Event::Error { error, .. } => format!("error {error:?}"),
        Event::Offer(relay) => format!("offer {}", relay.signal.json),
        Event::Answer(relay) => format!("answer {}", relay.signal.json),
        Event::Candidate(relay) => format!("candidate {}", relay.signal.json),
        Event::End { reason, .. } => format!("end {}", reason.as_deref().unwrap_or("-")),
        Event::Snapshot(None) => "no call".to_owned(),
        Event::Snapshot(Some(snapshot)) => short_snapshot(snapshot),
    }
}

fn short_snapshot(snapshot: &Snapshot) -> String {
    let phase = match snapshot.record.phase {
        CallPhase::Ringing { .. } => "ringing",
        CallPhase::Connecting { .. } => "connecting",
        CallPhase::Connected { .. } => "connected",
        CallPhase::Ended { .. } => "ended",
    };
    let lost = [&snapshot.record.caller, &snapshot.record.callee].iter().any(|party| party.lost_until.is_some());
    let mut text = format!("[{phase}");
    for (is, word) in [(snapshot.here, " here"), (snapshot.legacy, " legacy"), (lost, " lost")] {
        if is {
            text.push_str(word);
        }
    }
    text + "]"
}
