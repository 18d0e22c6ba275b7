//! A relay port.

use std::io;
use std::net::SocketAddr;
use std::rc::Rc;

use socket2::{Domain, Protocol, Type};
use tokio::net::UdpSocket;
use tokio::task::AbortHandle;
use turn::RelayId;

use super::shell::Shared;

/// So many datagrams are read before others have their turn.
const TURN: usize = 32;

/// The UDP socket of a relay port.
pub(super) struct Socket(UdpSocket);

impl Socket {
    pub(super) fn bind(address: SocketAddr) -> io::Result<Self> {
        let socket = socket2::Socket::new(Domain::for_address(address), Type::DGRAM, Some(Protocol::UDP))?;
        if address.is_ipv6() {
            socket.set_only_v6(true)?;
        }
        socket.set_nonblocking(true)?;
        socket.bind(&address.into())?;
        Ok(Self(UdpSocket::from_std(socket.into())?))
    }

    /// One that can't go is lost.
    pub(super) fn send(&self, payload: &[u8], peer: SocketAddr) {
        let _ = self.0.try_send_to(payload, peer);
    }
}

/// Takes what peers send to a relay port, until it is aborted.
pub(super) fn serve(shared: &Rc<Shared>, relay: RelayId, socket: Rc<Socket>) -> AbortHandle {
    let shared = Rc::clone(shared);
    let task = tokio::task::spawn_local(async move {
        loop {
            if socket.0.readable().await.is_err() {
                // The thread is ending.
                return;
            }
            let now = shared.now();
            for _ in 0..TURN {
                let buffer = &mut *shared.buffer.borrow_mut();
                match socket.0.try_recv_from(buffer) {
                    Ok((len, peer)) => shared.on_peer(now, relay, peer, &buffer[..len]),
                    // Nothing more, or a peer that is gone.
                    Err(_) => break,
                }
            }
            tokio::task::yield_now().await;
        }
    });
    task.abort_handle()
}
