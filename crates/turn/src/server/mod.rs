mod allocate;
mod permit;
mod refresh;
mod relay;
mod reply;

use std::collections::{BTreeSet, HashMap, VecDeque};
use std::net::SocketAddr;
use std::time::{Duration, Instant};

use crate::auth::{self, Refusal, Signed};
use crate::budget::Budget;
use crate::nonce::{self, Nonces};
use crate::policy::Peers;
use crate::ports::Pool;
use crate::random::{Random, Transactions, derive};
use crate::table::Table;
use crate::users::Users;
use crate::wire::{Class, Message, attribute, method};
use crate::{Config, Family, Forward, Now, Output, Path, Stats};

pub(crate) use reply::Reply;

/// To whom isn't proved, no answer is longer than so many times what came.
const AMPLIFICATION: usize = 3;

/// A challenge: a header, ERROR-CODE, REALM, NONCE and PASSWORD-ALGORITHMS.
const CHALLENGE: usize = 20 + 8 + 8 + 4 + nonce::LEN.next_multiple_of(4) + 12;

/// STUN and TURN for every client of this process.
///
/// - `handle_*` says what has happened, and when. [`Server::handle_client`] and [`Server::handle_peer`] give back the data
///   that is to go on, at once.
/// - [`Server::poll_output`] says what else is to be done; drain it after each input until it gives [`Output::Timeout`] or
///   [`Output::Idle`].
///
/// Outputs are to be carried out in their order. Time never goes back.
#[derive(Debug)]
pub struct Server {
    config: Config,
    start: Instant,
    peers: Peers,
    nonces: Nonces,
    random: Random,
    transactions: Transactions,
    budget: Budget,
    table: Table,
    users: Users,
    v4: Option<Pool>,
    v6: Option<Pool>,
    /// Ports that are kept for who has the token.
    reservations: HashMap<u64, Reservation>,
    deadlines: BTreeSet<(Instant, Deadline)>,
    output: VecDeque<Output>,
    stats: Stats,
}

/// What ends by itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Deadline {
    /// When an allocation wasn't refreshed; its place.
    Allocation(u32),
    /// When nobody came for a port; its token.
    Reservation(u64),
}

/// A port that is kept.
#[derive(Debug)]
struct Reservation {
    user: u32,
    family: Family,
    port: u16,
    until: Instant,
}

impl Server {
    /// A server without clients. `start` is what its clock begins at.
    pub fn new(config: Config, start: Instant) -> Self {
        let key = |purpose: &str| derive(&config.seed, purpose.as_bytes());
        let mut random = Random::new(key("random"));
        let relays: Vec<_> =
            config.relay_v4.iter().chain(&config.relay_v6).flat_map(|relay| [relay.bind, relay.advertise]).collect();
        Self {
            start,
            peers: Peers::new(config.peers.clone(), relays, config.ports.clone()),
            nonces: Nonces::new(key("nonce"), config.nonce_lifetime),
            transactions: Transactions::new(random.next()),
            random,
            budget: Budget::new(key("budget")),
            table: Table::default(),
            users: Users::default(),
            v4: config.relay_v4.map(|relay| Pool::new(relay, config.ports.clone())),
            v6: config.relay_v6.map(|relay| Pool::new(relay, config.ports.clone())),
            reservations: HashMap::new(),
            deadlines: BTreeSet::new(),
            output: VecDeque::new(),
            stats: Stats::default(),
            config,
        }
    }

    /// Nothing is kept of anybody, every port is free, and nothing is to be done.
    pub fn is_empty(&self) -> bool {
        let all = usize::from(self.config.ports.end().saturating_sub(*self.config.ports.start())) + 1;
        self.table.is_empty()
            && self.users.is_empty()
            && self.reservations.is_empty()
            && self.deadlines.is_empty()
            && self.output.is_empty()
            && self.v4.iter().chain(&self.v6).all(|pool| pool.free() == all)
    }

    /// What it has done.
    pub fn stats(&self) -> Stats {
        Stats { allocations: self.table.len(), ..self.stats }
    }

    /// Whether this client has an allocation.
    pub fn has_allocation(&self, path: &Path) -> bool {
        self.table.slot_of(path).is_some()
    }

    /// A datagram of a client, or a message that [`crate::frame`] has found in a stream.
    pub fn handle_client(&mut self, now: Now, path: Path, packet: &[u8]) -> Option<Forward> {
        match packet.first()? >> 6 {
            0 => self.handle_stun(now, path, packet),
            1 => self.handle_channel_data(now.instant, path, packet),
            _ => None,
        }
    }

    /// A client's connection is closed, and its allocation with it.
    pub fn handle_closed(&mut self, path: &Path) {
        if let Some(slot) = self.table.slot_of(path) {
            self.end(slot);
        }
    }

    /// A user may not relay any more: every allocation of theirs ends.
    pub fn end_user(&mut self, user: &str) {
        let Some(place) = self.users.find(user) else { return };
        for slot in self.users.at(place).allocations.clone() {
            self.end(slot);
        }
    }

    /// It is now; ends what has expired.
    pub fn handle_timeout(&mut self, now: Instant) {
        while let Some(&(at, deadline)) = self.deadlines.first()
            && at <= now
        {
            match deadline {
                Deadline::Allocation(slot) => self.end(slot),
                Deadline::Reservation(token) => {
                    if let Some((family, port)) = self.take_reservation(token)
                        && let Some(pool) = self.pool(family)
                    {
                        pool.put(port);
                    }
                }
            }
        }
    }

    /// What is to be done next.
    pub fn poll_output(&mut self) -> Output {
        match (self.output.pop_front(), self.deadlines.first()) {
            (Some(output), _) => output,
            (None, Some((at, _))) => Output::Timeout(*at),
            (None, None) => Output::Idle,
        }
    }

    fn handle_stun(&mut self, now: Now, path: Path, packet: &[u8]) -> Option<Forward> {
        let message = Message::parse(packet)?;
        match (message.class(), message.method()) {
            (Class::Indication, method::SEND) => return self.handle_send(now.instant, path, &message),
            (Class::Request, method) => {
                self.handle_timeout(now.instant);
                match method {
                    method::BINDING => self.handle_binding(now, path, &message),
                    _ => self.handle_request(now, path, &message),
                }
            }
            // Answers and indications are never answered, so that no two servers talk to each other for ever.
            _ => {}
        }
        None
    }

    fn handle_binding(&mut self, now: Now, path: Path, message: &Message<'_>) {
        let reply = Reply::new(path, message, None);
        let unknown = message.unknown();
        let writer = if unknown.is_empty() {
            reply.success().address(attribute::XOR_MAPPED_ADDRESS, path.client())
        } else {
            reply.unknown(&unknown)
        };
        self.answer_unproved(now, message.len(), reply.finish(writer));
    }

    /// Everything but Binding has to be signed.
    fn handle_request(&mut self, now: Now, path: Path, message: &Message<'_>) {
        let since_start = self.since_start(now.instant);
        let signed = match auth::check(message, &path, since_start, &self.nonces, &self.config.secret) {
            Ok(signed) => signed,
            Err(refusal) => return self.refuse(now, path, message, refusal),
        };
        let reply = Reply::new(path, message, Some((signed.key.clone(), signed.algorithm)));
        let unknown = self.unknown(message);
        let writer = if unknown.is_empty() {
            self.handle_signed(now, message, &signed, &reply)
        } else {
            Some(reply.unknown(&unknown))
        };
        if let Some(writer) = writer {
            self.output.push_back(reply.finish(writer));
        }
    }

    fn handle_signed(
        &mut self,
        now: Now,
        message: &Message<'_>,
        signed: &Signed<'_>,
        reply: &Reply,
    ) -> Option<crate::wire::Writer> {
        if message.method() == method::ALLOCATE {
            return self.allocate(now, message, signed, reply);
        }
        let slot = self.table.slot_of(&reply.path).filter(|&slot| self.table.live(slot, now.instant).is_some());
        let Some(slot) = slot else { return Some(reply.error(437)) };
        let user = self.table.get(slot)?.user;
        // Their credentials may have expired since: what they were good for is this allocation.
        if !self.users.is(user, signed.user) {
            return Some(reply.error(441));
        }
        let answer = match message.method() {
            method::REFRESH => self.refresh(now.instant, slot, message, reply),
            method::CREATE_PERMISSION => self.create_permission(now.instant, slot, message),
            method::CHANNEL_BIND => self.bind_channel(now.instant, slot, message),
            _ => Err(400),
        };
        Some(match answer {
            Ok(Some(writer)) => writer,
            Ok(None) => reply.success(),
            Err(code) => reply.error(code),
        })
    }

    /// Attributes that can't be obeyed. A shell that can't forbid fragmentation doesn't know DONT-FRAGMENT.
    fn unknown(&self, message: &Message<'_>) -> Vec<u16> {
        let mut unknown = message.unknown();
        if !self.config.dont_fragment && message.has(attribute::DONT_FRAGMENT) {
            unknown.push(attribute::DONT_FRAGMENT);
        }
        unknown
    }

    fn refuse(&mut self, now: Now, path: Path, message: &Message<'_>, refusal: Refusal) {
        let reply = Reply::new(path, message, None);
        let challenge = CHALLENGE + if message.has_fingerprint { 8 } else { 0 };
        let room = path.is_stream() || message.len() * AMPLIFICATION >= challenge;
        let writer = match refusal {
            // No client signs in by a request that is smaller than the smallest Allocate.
            _ if !room => reply.error(400),
            Refusal::Bad => reply.error(400),
            Refusal::Unauthorized | Refusal::Stale => {
                let code = if refusal == Refusal::Stale { 438 } else { 401 };
                let nonce = self.nonces.make(self.since_start(now.instant), &path);
                auth::challenge(reply.error(code), &nonce)
            }
        };
        self.answer_unproved(now, message.len(), reply.finish(writer));
    }

    /// Answers whoever claims to be there: little, and not often.
    fn answer_unproved(&mut self, now: Now, request: usize, output: Output) {
        let Output::Answer { path, bytes } = &output else { return };
        let is_proved = path.is_stream() || self.table.slot_of(path).is_some();
        if !is_proved {
            let since_start = self.since_start(now.instant);
            let fits = bytes.len() <= request * AMPLIFICATION;
            if !fits || !self.budget.take(since_start, path.remote.ip(), self.config.quotas.unproved) {
                self.stats.over_budget += 1;
                return;
            }
        }
        self.output.push_back(output);
    }

    /// Ends an allocation and closes its ports.
    fn end(&mut self, slot: u32) {
        let generation = self.table.generation(slot);
        let Some(allocation) = self.table.remove(slot) else { return };
        self.deadlines.remove(&(allocation.expires, Deadline::Allocation(slot)));
        let binding = allocation.pending.as_ref().map(|pending| pending.binding);
        for family in [Family::V4, Family::V6] {
            if let Some(port) = allocation.port(family) {
                self.release(crate::RelayId { slot, generation, family }, port);
            }
        }
        // The answer to this one finds no allocation, and has the socket closed.
        if let Some((family, port)) = binding
            && let Some(pool) = self.pool(family)
        {
            pool.put(port);
        }
        self.users.at(allocation.user).allocations.retain(|&other| other != slot);
        self.users.tidy(allocation.user);
    }

    fn release(&mut self, relay: crate::RelayId, port: u16) {
        if let Some(pool) = self.pool(relay.family) {
            let (bind, advertise) = (pool.bind(port), pool.advertise(port));
            pool.put(port);
            self.table.remove_relay(&bind);
            self.table.remove_relay(&advertise);
        }
        self.output.push_back(Output::Release { relay });
    }

    fn take_reservation(&mut self, token: u64) -> Option<(Family, u16)> {
        let Reservation { user, family, port, until } = self.reservations.remove(&token)?;
        self.deadlines.remove(&(until, Deadline::Reservation(token)));
        self.users.at(user).reservations -= 1;
        self.users.tidy(user);
        Some((family, port))
    }

    const fn pool(&mut self, family: Family) -> Option<&mut Pool> {
        match family {
            Family::V4 => self.v4.as_mut(),
            Family::V6 => self.v6.as_mut(),
        }
    }

    fn advertised(&mut self, family: Family, port: u16) -> Option<SocketAddr> {
        self.pool(family).map(|pool| pool.advertise(port))
    }

    fn since_start(&self, now: Instant) -> Duration {
        now.saturating_duration_since(self.start)
    }
}
