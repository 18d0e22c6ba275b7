//! UDP sockets, those that clients come by and relay ports: many datagrams are read at a time.

use std::io::{self, IoSliceMut};
use std::net::{IpAddr, SocketAddr};
use std::rc::Rc;

use quinn_udp::{BATCH_SIZE, RecvMeta, Transmit, UdpSockRef, UdpSocketState};
use socket2::{Domain, Protocol, Type};
use tokio::io::Interest;
use tokio::net::UdpSocket;
use tokio::task::AbortHandle;
use turn::{Now, Path, RelayId};

use super::shell::Shared;

/// The longest that one read gives: a datagram, or several that the system has put into one.
const LONGEST: usize = 65_535;

/// What waits for us while we are busy at a socket that all clients come by, in bytes; the system may give less.
const BUFFER: usize = 4 * 1024 * 1024;

/// So many batches are read before others have their turn.
const TURN: usize = 8;

/// So many reads are prepared for at a relay port, where a peer or two send: each costs, also in vain.
const RELAY_BATCH: usize = 8;

/// A UDP socket.
pub(super) struct Socket {
    socket: UdpSocket,
    state: UdpSocketState,
    /// How many reads are prepared for at once.
    batch: usize,
}

/// What is read into; each socket is done with it before another has its turn.
pub(super) struct Inbox {
    bytes: Vec<u8>,
    metas: [RecvMeta; BATCH_SIZE],
}

impl Default for Inbox {
    fn default() -> Self {
        Self { bytes: vec![0; LONGEST * BATCH_SIZE], metas: [RecvMeta::default(); BATCH_SIZE] }
    }
}

impl Socket {
    /// One that all clients come by.
    pub(super) fn listener(socket: std::net::UdpSocket) -> io::Result<Self> {
        let is_any = socket.local_addr()?.ip().is_unspecified();
        let this = Self::new(socket, BATCH_SIZE)?;
        this.wants_address(is_any);
        let _ = this.state.set_recv_buffer_size(UdpSockRef::from(&this.socket), BUFFER);
        let _ = this.state.set_send_buffer_size(UdpSockRef::from(&this.socket), BUFFER);
        Ok(this)
    }

    /// A relay port.
    pub(super) fn relay(address: SocketAddr) -> io::Result<Self> {
        let socket = socket2::Socket::new(Domain::for_address(address), Type::DGRAM, Some(Protocol::UDP))?;
        if address.is_ipv6() {
            socket.set_only_v6(true)?;
        }
        socket.set_nonblocking(true)?;
        socket.bind(&address.into())?;
        let this = Self::new(socket.into(), RELAY_BATCH)?;
        this.wants_address(false);
        Ok(this)
    }

    fn new(socket: std::net::UdpSocket, batch: usize) -> io::Result<Self> {
        let socket = UdpSocket::from_std(socket)?;
        let state = UdpSocketState::new(UdpSockRef::from(&socket))?;
        Ok(Self { socket, state, batch })
    }

    /// What is told with each datagram costs some seven hundredths of relaying it: when it came and its traffic class, which
    /// nobody asks for, and which of our addresses it was sent to, where there may be several.
    fn wants_address(&self, wants: bool) {
        let socket = socket2::SockRef::from(&self.socket);
        let _ = socket.set_recv_tos_v4(false);
        let _ = socket.set_recv_tclass_v6(false);
        #[cfg(target_os = "linux")]
        {
            use nix::sys::socket::{setsockopt, sockopt};
            let _ = setsockopt(&self.socket, sockopt::ReceiveTimestampns, &false);
            let _ = setsockopt(&self.socket, sockopt::Ipv4PacketInfo, &wants);
            let _ = setsockopt(&self.socket, sockopt::Ipv6RecvPacketInfo, &wants);
        }
    }

    /// So many datagrams of one length go out at once; one where the system can't do that.
    pub(super) fn segments(&self) -> usize {
        self.state.max_gso_segments()
    }

    /// Sends datagrams of `segment` bytes each, the last one may be shorter. What can't go is lost.
    pub(super) fn send(&self, source: Option<IpAddr>, destination: SocketAddr, contents: &[u8], segment: usize) {
        let send = |contents: &[u8], segment_size| {
            let transmit = Transmit { destination, ecn: None, contents, segment_size, src_ip: source };
            self.state.try_send(UdpSockRef::from(&self.socket), &transmit)
        };
        if contents.len() <= segment && source.is_none() {
            // The same for less.
            let _ = self.socket.try_send_to(contents, destination);
        } else if contents.len() <= segment {
            let _ = send(contents, None);
        } else if send(contents, Some(segment)).is_err_and(|error| error.kind() != io::ErrorKind::WouldBlock) {
            // There are devices that can't do it.
            contents.chunks(segment).for_each(|contents| drop(send(contents, None)));
        }
    }

    /// How many reads there are in the inbox.
    fn receive(&self, inbox: &mut Inbox) -> io::Result<usize> {
        let mut chunks = inbox.bytes.chunks_exact_mut(LONGEST);
        let mut slices: [IoSliceMut<'_>; BATCH_SIZE] =
            std::array::from_fn(|_| IoSliceMut::new(chunks.next().unwrap_or_default()));
        let slices = &mut slices[..self.batch];
        let read = || self.state.recv(UdpSockRef::from(&self.socket), slices, &mut inbox.metas);
        self.socket.try_io(Interest::READABLE, read)
    }

    /// Nothing is there until the system says so again; that saves asking.
    fn drained(&self) {
        let _ = self.socket.try_io(Interest::READABLE, || Err::<(), _>(io::ErrorKind::WouldBlock.into()));
    }
}

/// Takes what comes on a socket of clients, for as long as the thread lives.
pub(super) fn serve_clients(shared: &Rc<Shared>, socket: Socket) {
    let socket = Rc::new(socket);
    let link = shared.add_listener(Rc::clone(&socket));
    let shared = Rc::clone(shared);
    tokio::task::spawn_local(async move {
        let each = |now, meta: &RecvMeta, packet: &[u8]| {
            shared.on_client(now, Path { link, local: meta.dst_ip, remote: meta.addr }, packet);
        };
        take(&shared, &socket, each).await;
    });
}

/// Takes what peers send to a relay port, until it is aborted.
pub(super) fn serve_peers(shared: &Rc<Shared>, relay: RelayId, socket: Rc<Socket>) -> AbortHandle {
    let shared = Rc::clone(shared);
    let task = tokio::task::spawn_local(async move {
        take(&shared, &socket, |now, meta, packet| shared.on_peer(now, relay, meta.addr, packet)).await;
    });
    task.abort_handle()
}

async fn take(shared: &Shared, socket: &Socket, each: impl Fn(Now, &RecvMeta, &[u8])) {
    // An error is the end of the thread.
    while socket.socket.readable().await.is_ok() {
        let is_drained = take_turn(shared, socket, &each);
        if !is_drained {
            tokio::task::yield_now().await;
        }
    }
}

/// True: there was no more.
fn take_turn(shared: &Shared, socket: &Socket, each: &impl Fn(Now, &RecvMeta, &[u8])) -> bool {
    let inbox = &mut *shared.inbox.borrow_mut();
    for _ in 0..TURN {
        let count = match socket.receive(inbox) {
            Ok(count) => count,
            // Or somebody whom we answered is gone.
            Err(error) => return error.kind() == io::ErrorKind::WouldBlock,
        };
        let now = shared.now();
        for (meta, buffer) in inbox.metas[..count].iter().zip(inbox.bytes.chunks_exact(LONGEST)) {
            // The system may have put several of one length into one; an empty one stands alone.
            let (first, others) = buffer[..meta.len].split_at(meta.stride.min(meta.len));
            each(now, meta, first);
            others.chunks(meta.stride.max(1)).for_each(|packet| each(now, meta, packet));
        }
        // Linux would have given more.
        if cfg!(target_os = "linux") && count < socket.batch {
            socket.drained();
            return true;
        }
    }
    false
}
