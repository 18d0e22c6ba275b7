//! What the tasks of the relay share, and how outputs are carried out.

use std::cell::RefCell;
use std::collections::HashMap;
use std::net::{IpAddr, SocketAddr};
use std::rc::Rc;

use tokio::sync::Notify;
use tokio::task::AbortHandle;
use turn::{Forward, Link, Map, Now, Output, Path, RelayId, Server, ToClient, ToPeer};

use super::departures::Departures;
use super::stream::Outbox;
use super::udp::{Inbox, Socket, serve_peers};
use crate::shell::clock::{Clock, instant};

/// Connections at a time.
const STREAMS: usize = 4096;

/// Of one address; a practice behind one NAT has fewer people.
const STREAMS_PER_ADDRESS: usize = 256;

/// Everything on the relay's thread. Nobody holds a borrow over an await.
pub(super) struct Shared {
    state: RefCell<State>,
    pub(super) inbox: RefCell<Inbox>,
    /// There is something to be sent.
    departing: Notify,
    clock: Clock,
}

struct State {
    server: Server,
    listeners: Vec<Rc<Socket>>,
    relays: Map<RelayId, (Rc<Socket>, AbortHandle)>,
    streams: HashMap<u64, Rc<Outbox>>,
    per_address: HashMap<IpAddr, usize>,
    last_stream: u64,
    departures: Departures,
}

impl Shared {
    pub(super) fn new(server: Server, clock: Clock) -> Rc<Self> {
        let state = State {
            server,
            listeners: Vec::new(),
            relays: Map::default(),
            streams: HashMap::new(),
            per_address: HashMap::new(),
            last_stream: 0,
            departures: Departures::default(),
        };
        Rc::new(Self { state: RefCell::new(state), inbox: RefCell::default(), departing: Notify::new(), clock })
    }

    pub(super) fn now(&self) -> Now {
        Now { instant: instant(), unix: u64::try_from(self.clock.now().seconds()).unwrap_or(0) }
    }

    /// A message of a client.
    pub(super) fn on_client(self: &Rc<Self>, now: Now, path: Path, packet: &[u8]) {
        let state = &mut *self.state.borrow_mut();
        match state.server.handle_client(now, path, packet) {
            Some(Forward::ToPeer(to)) => state.send_to_peer(&to, packet),
            Some(Forward::ToClient(to)) => state.send_to_client(&to, packet),
            None => state.carry_out(self),
        }
        self.departing.notify_one();
    }

    /// A datagram of a peer.
    pub(super) fn on_peer(&self, now: Now, relay: RelayId, peer: SocketAddr, packet: &[u8]) {
        let state = &mut *self.state.borrow_mut();
        if let Some(to) = state.server.handle_peer(now.instant, relay, peer, packet.len()) {
            state.send_to_client(&to, packet);
            self.departing.notify_one();
        }
    }

    /// Sends what is to go out, once every socket that has something has been read: so it goes out together.
    pub(super) async fn depart(&self) {
        loop {
            self.departing.notified().await;
            self.state.borrow_mut().departures.send();
        }
    }

    /// A second has passed, and these may not relay any more.
    pub(super) fn tick(self: Rc<Self>, ended: impl Iterator<Item = String>) {
        let now = self.now();
        let state = &mut *self.state.borrow_mut();
        state.server.handle_timeout(now.instant);
        ended.for_each(|user| state.server.end_user(&user));
        state.carry_out(&self);
    }

    pub(super) fn add_listener(&self, listener: Rc<Socket>) -> Link {
        let listeners = &mut self.state.borrow_mut().listeners;
        listeners.push(listener);
        Link::Datagram(u32::try_from(listeners.len() - 1).unwrap_or(u32::MAX))
    }

    /// A place for a connection, if there is one.
    pub(super) fn open_stream(&self, remote: SocketAddr) -> Option<(Path, Rc<Outbox>)> {
        let state = &mut *self.state.borrow_mut();
        let of_address = state.per_address.get(&remote.ip()).copied().unwrap_or(0);
        if state.streams.len() >= STREAMS || of_address >= STREAMS_PER_ADDRESS {
            return None;
        }
        state.per_address.insert(remote.ip(), of_address + 1);
        state.last_stream += 1;
        let outbox = Rc::new(Outbox::default());
        state.streams.insert(state.last_stream, Rc::clone(&outbox));
        Some((Path { link: Link::Stream(state.last_stream), local: None, remote }, outbox))
    }

    pub(super) fn close_stream(self: &Rc<Self>, path: &Path) {
        let state = &mut *self.state.borrow_mut();
        if let Link::Stream(number) = path.link {
            state.streams.remove(&number);
        }
        if let Some(count) = state.per_address.get_mut(&path.remote.ip()) {
            *count -= 1;
            if *count == 0 {
                state.per_address.remove(&path.remote.ip());
            }
        }
        state.server.handle_closed(path);
        state.carry_out(self);
    }

    pub(super) fn has_allocation(&self, path: &Path) -> bool {
        self.state.borrow().server.has_allocation(path)
    }

    /// What it has done, once it is over.
    pub(super) fn report(&self) {
        let turn::Stats { to_peers, to_clients, bytes, over_bandwidth, refused_peers, over_budget, .. } =
            self.state.borrow().server.stats();
        tracing::info!(
            to_peers,
            to_clients,
            bytes,
            over_bandwidth,
            refused_peers,
            over_budget,
            "the relay has stopped"
        );
    }
}

impl State {
    fn carry_out(&mut self, shared: &Rc<Shared>) {
        loop {
            match self.server.poll_output() {
                Output::Answer { path, bytes } => match path.link {
                    Link::Datagram(index) => {
                        if let Some(listener) = self.listeners.get(index as usize) {
                            self.departures.push(listener, path.local, path.remote, [&bytes, &[], &[]]);
                        }
                    }
                    Link::Stream(number) => {
                        if let Some(outbox) = self.streams.get(&number)
                            && !outbox.push([&bytes, &[], &[]])
                        {
                            // It asks and doesn't listen.
                            outbox.close();
                        }
                    }
                },
                Output::Bind { relay, address } => {
                    let socket = match Socket::relay(address) {
                        Ok(socket) => Some(Rc::new(socket)),
                        Err(error) => {
                            tracing::debug!(%error, port = address.port(), "a relay port can't be had");
                            None
                        }
                    };
                    let bound = socket.is_some();
                    if let Some(socket) = socket {
                        let task = serve_peers(shared, relay, Rc::clone(&socket));
                        self.relays.insert(relay, (socket, task));
                    }
                    self.server.handle_bound(relay, bound);
                }
                Output::Release { relay } => {
                    if let Some((_, task)) = self.relays.remove(&relay) {
                        task.abort();
                    }
                }
                Output::Timeout(_) | Output::Idle => return,
            }
        }
    }

    fn send_to_peer(&mut self, to: &ToPeer, packet: &[u8]) {
        if let Some((socket, _)) = self.relays.get(&to.relay) {
            self.departures.push(socket, None, to.peer, [&packet[to.payload.clone()], &[], &[]]);
        }
    }

    fn send_to_client(&mut self, to: &ToClient, packet: &[u8]) {
        let parts = [to.head.as_bytes(), &packet[to.payload.clone()], &[0; 4][..to.padding]];
        match to.path.link {
            Link::Datagram(index) => {
                if let Some(listener) = self.listeners.get(index as usize) {
                    self.departures.push(listener, to.path.local, to.path.remote, parts);
                }
            }
            Link::Stream(number) => {
                if let Some(outbox) = self.streams.get(&number) {
                    // What doesn't fit is lost, as it would be on a line that is too narrow.
                    outbox.push(parts);
                }
            }
        }
    }
}
