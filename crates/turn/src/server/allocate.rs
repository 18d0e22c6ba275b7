//! RFC 8656, sections 7 and 8.

use std::time::Duration;

use super::{Deadline, Reply, Reservation, Server};
use crate::allocation::{Allocation, Pending, Wanted};
use crate::auth::Signed;
use crate::wire::{Message, Writer, attribute};
use crate::{Family, Now, Output, RelayId};

/// UDP, as a protocol of IP.
const UDP: u8 = 17;

/// So many ports may be taken by other programs before there is said to be none.
const TRIES: u8 = 8;

/// A port that is kept is kept for so long.
const RESERVATION: Duration = Duration::from_secs(30);

/// What a client asks for.
struct Request {
    family: Family,
    additional: Option<Family>,
    wanted: Wanted,
    /// The kept port that it comes for.
    token: Option<u64>,
}

impl Server {
    /// None: it is answered once its ports are bound.
    pub(super) fn allocate(
        &mut self,
        now: Now,
        message: &Message<'_>,
        signed: &Signed<'_>,
        reply: &Reply,
    ) -> Option<Writer> {
        if let Some(slot) = self.table.slot_of(&reply.path) {
            return self.allocate_again(slot, signed, reply);
        }
        if signed.expires <= now.unix {
            let nonce = self.nonces.make(self.since_start(now.instant), &reply.path);
            return Some(crate::auth::challenge(reply.error(401), &nonce));
        }
        let request = match self.read_allocate(message, signed) {
            Ok(request) => request,
            Err(code) => return Some(reply.error(code)),
        };
        self.begin(now, &request, message, signed, reply).err().map(|code| reply.error(code))
    }

    /// A request whose answer was lost gets it again; another one is a mistake.
    fn allocate_again(&mut self, slot: u32, signed: &Signed<'_>, reply: &Reply) -> Option<Writer> {
        let allocation = self.table.get(slot)?;
        let is_same = allocation.transaction == reply.transaction && self.users.is(allocation.user, signed.user);
        match &allocation.pending {
            _ if !is_same => Some(reply.error(437)),
            Some(_) => None,
            None => Some(self.allocated(slot, reply)),
        }
    }

    fn read_allocate(&self, message: &Message<'_>, signed: &Signed<'_>) -> Result<Request, u16> {
        match message.attribute(attribute::REQUESTED_TRANSPORT) {
            Some([UDP, _, _, _]) => {}
            Some([_, _, _, _]) => return Err(442),
            _ => return Err(400),
        }
        let asked = family(message, attribute::REQUESTED_ADDRESS_FAMILY)?;
        let additional = family(message, attribute::ADDITIONAL_ADDRESS_FAMILY)?;
        let even = message.attribute(attribute::EVEN_PORT);
        let token = message.attribute(attribute::RESERVATION_TOKEN);
        let is_odd = (token.is_some() && (asked.is_some() || additional.is_some() || even.is_some()))
            || (additional.is_some()
                && (asked.is_some() || even.is_some_and(|even| even.first().is_some_and(is_pair))))
            || additional == Some(Family::V4);
        if is_odd {
            return Err(400);
        }
        if let Some(token) = token {
            let token = u64::from_be_bytes(token.try_into().map_err(|_| 400_u16)?);
            let kept =
                self.reservations.get(&token).filter(|kept| self.users.is(kept.user, signed.user)).ok_or(508_u16)?;
            let wanted = Wanted::Reserved(kept.port);
            return Ok(Request { family: kept.family, additional: None, wanted, token: Some(token) });
        }
        let wanted = match even {
            None => Wanted::Any,
            Some([bits]) if is_pair(bits) => Wanted::Pair,
            Some([_]) => Wanted::Even,
            Some(_) => return Err(400),
        };
        Ok(Request { family: asked.unwrap_or(Family::V4), additional, wanted, token: None })
    }

    fn begin(
        &mut self,
        now: Now,
        request: &Request,
        message: &Message<'_>,
        signed: &Signed<'_>,
        reply: &Reply,
    ) -> Result<(), u16> {
        let quotas = self.config.quotas;
        let wants = if request.wanted == Wanted::Pair { 2 } else { 1 };
        let has = self.users.count(signed.user) - usize::from(request.token.is_some());
        if has + wants > quotas.per_user {
            return Err(486);
        }
        if self.pool(request.family).is_none() {
            return Err(440);
        }
        if self.table.len() >= quotas.total {
            return Err(508);
        }
        let port = match request.wanted {
            Wanted::Reserved(port) => port,
            wanted => self.draw(request.family, wanted).ok_or(508_u16)?,
        };
        if let Some(token) = request.token {
            self.take_reservation(token);
        }
        let lifetime = self.lifetime(message);
        let user = self.users.place(signed.user);
        let mut allocation = Allocation::new(reply.path, user, reply.transaction, lifetime, now.instant);
        let (family, wanted) = (request.family, request.wanted);
        allocation.pending = Some(Box::new(Pending {
            reply: reply.clone(),
            binding: (family, port),
            then: request.additional,
            wanted,
            tries: TRIES,
        }));
        if wanted == Wanted::Pair {
            let token = self.random.next();
            let until = now.instant + RESERVATION;
            allocation.reservation = Some(token);
            self.users.at(user).reservations += 1;
            self.reservations.insert(token, Reservation { user, family, port: port + 1, until });
            self.deadlines.insert((until, Deadline::Reservation(token)));
        }
        let expires = allocation.expires;
        let slot = self.table.insert(allocation);
        self.users.at(user).allocations.push(slot);
        self.deadlines.insert((expires, Deadline::Allocation(slot)));
        self.ask(slot);
        Ok(())
    }

    fn draw(&mut self, family: Family, wanted: Wanted) -> Option<u16> {
        let pool = match family {
            Family::V4 => self.v4.as_mut()?,
            Family::V6 => self.v6.as_mut()?,
        };
        match wanted {
            Wanted::Any => pool.take_any(&mut self.random),
            Wanted::Even => pool.take_even(false, &mut self.random),
            Wanted::Pair => pool.take_even(true, &mut self.random),
            Wanted::Reserved(_) => None,
        }
    }

    /// Has the port bound that is next.
    fn ask(&mut self, slot: u32) {
        let generation = self.table.generation(slot);
        let Some((family, port)) = self.table.get(slot).and_then(|it| Some(it.pending.as_ref()?.binding)) else {
            return;
        };
        let Some(address) = self.pool(family).map(|pool| pool.bind(port)) else { return };
        self.output.push_back(Output::Bind { relay: RelayId { slot, generation, family }, address });
    }

    /// A port that was asked for is bound, or can't be. One that fails is tried again with another port; at last the
    /// client hears that there is none.
    pub fn handle_bound(&mut self, relay: RelayId, bound: bool) {
        let RelayId { slot, family, .. } = relay;
        let pending = if self.table.has(relay) {
            self.table.get_mut(slot).and_then(|allocation| allocation.pending.take())
        } else {
            None
        };
        let Some(mut pending) = pending else {
            if bound {
                self.output.push_back(Output::Release { relay });
            }
            return;
        };
        let (_, port) = pending.binding;
        if bound {
            self.bound(relay, port);
        } else {
            if let Some(pool) = self.pool(family) {
                pool.put(port);
            }
            pending.tries -= 1;
            // The port above has been promised with this one, and a kept one was promised itself.
            let is_free = matches!(pending.wanted, Wanted::Any | Wanted::Even) && pending.tries > 0;
            if let Some(port) = is_free.then(|| self.draw(family, pending.wanted)).flatten() {
                pending.binding = (family, port);
                return self.pend(slot, pending);
            }
            if !self.fail(slot, family, &pending) {
                return;
            }
        }
        if let Some(next) = pending.then.take() {
            if let Some(port) = self.draw(next, Wanted::Any) {
                (pending.binding, pending.wanted, pending.tries) = ((next, port), Wanted::Any, TRIES);
                return self.pend(slot, pending);
            }
            let code = if self.pool(next).is_some() { 508 } else { 440 };
            if let Some(allocation) = self.table.get_mut(slot) {
                allocation.family_error = Some((next, code));
            }
        }
        let writer = self.allocated(slot, &pending.reply);
        self.output.push_back(pending.reply.finish(writer));
    }

    fn bound(&mut self, relay: RelayId, port: u16) {
        if let Some(allocation) = self.table.get_mut(relay.slot) {
            *allocation.port_mut(relay.family) = Some(port);
        }
        if let Some(pool) = self.pool(relay.family) {
            let (bind, advertise) = (pool.bind(port), pool.advertise(port));
            self.table.add_relay(bind, relay);
            self.table.add_relay(advertise, relay);
        }
    }

    fn pend(&mut self, slot: u32, pending: Box<Pending>) {
        if let Some(allocation) = self.table.get_mut(slot) {
            allocation.pending = Some(pending);
        }
        self.ask(slot);
    }

    /// There is no port. True: of the additional family, which an allocation can do without.
    fn fail(&mut self, slot: u32, family: Family, pending: &Pending) -> bool {
        let Some(allocation) = self.table.get_mut(slot) else { return false };
        if allocation.v4.is_some() || allocation.v6.is_some() {
            allocation.family_error = Some((family, 508));
            return true;
        }
        if let Some(token) = allocation.reservation
            && let Some((family, port)) = self.take_reservation(token)
            && let Some(pool) = self.pool(family)
        {
            pool.put(port);
        }
        self.end(slot);
        self.output.push_back(pending.reply.finish(pending.reply.error(508)));
        false
    }

    /// The answer to an Allocate.
    fn allocated(&mut self, slot: u32, reply: &Reply) -> Writer {
        let mut writer = reply.success();
        let Some(allocation) = self.table.get(slot) else { return writer };
        let (v4, v6, lifetime) = (allocation.v4, allocation.v6, allocation.lifetime);
        let (reservation, family_error) = (allocation.reservation, allocation.family_error);
        for (family, port) in [(Family::V4, v4), (Family::V6, v6)] {
            if let Some(relayed) = port.and_then(|port| self.advertised(family, port)) {
                writer = writer.address(attribute::XOR_RELAYED_ADDRESS, relayed);
            }
        }
        let lifetime = u32::try_from(lifetime.as_secs()).unwrap_or(u32::MAX);
        writer = writer
            .attribute(attribute::LIFETIME, &lifetime.to_be_bytes())
            .address(attribute::XOR_MAPPED_ADDRESS, reply.path.client());
        if let Some(token) = reservation {
            writer = writer.attribute(attribute::RESERVATION_TOKEN, &token.to_be_bytes());
        }
        if let Some((family, code)) = family_error {
            writer = writer.address_error(if family == Family::V4 { 1 } else { 2 }, code);
        }
        writer
    }

    /// How long an allocation is to live; RFC 8656, section 7.2.
    pub(super) fn lifetime(&self, message: &Message<'_>) -> Duration {
        let asked = lifetime(message).map_or(Duration::ZERO, |seconds| Duration::from_secs(seconds.into()));
        asked.clamp(self.config.lifetime, self.config.max_lifetime.max(self.config.lifetime))
    }
}

const fn is_pair(bits: &u8) -> bool {
    *bits & 0x80 != 0
}

/// LIFETIME in seconds.
pub(super) fn lifetime(message: &Message<'_>) -> Option<u32> {
    Some(u32::from_be_bytes(message.attribute(attribute::LIFETIME)?.try_into().ok()?))
}

/// An attribute that names a family. 440: one that there isn't.
pub(super) fn family(message: &Message<'_>, kind: u16) -> Result<Option<Family>, u16> {
    match message.attribute(kind) {
        None => Ok(None),
        Some([1, _, _, _]) => Ok(Some(Family::V4)),
        Some([2, _, _, _]) => Ok(Some(Family::V6)),
        Some([_, _, _, _]) => Err(440),
        Some(_) => Err(400),
    }
}
