//! A socket that clients come by.

use std::io::{self, IoSliceMut};
use std::rc::Rc;

use quinn_udp::{BATCH_SIZE, RecvMeta, Transmit, UdpSockRef, UdpSocketState};
use tokio::io::Interest;
use tokio::net::UdpSocket;
use turn::Path;

use super::shell::{LONGEST, Shared};

/// What waits for us while we are busy, in bytes; the system may give less.
const BUFFER: usize = 4 * 1024 * 1024;

/// So many batches are read before others have their turn.
const TURN: usize = 8;

/// A UDP socket that reads many datagrams at a time.
pub(super) struct Listener {
    socket: UdpSocket,
    state: UdpSocketState,
}

impl Listener {
    pub(super) fn new(socket: std::net::UdpSocket) -> io::Result<Self> {
        let socket = UdpSocket::from_std(socket)?;
        let state = UdpSocketState::new(UdpSockRef::from(&socket))?;
        let _ = state.set_recv_buffer_size(UdpSockRef::from(&socket), BUFFER);
        let _ = state.set_send_buffer_size(UdpSockRef::from(&socket), BUFFER);
        Ok(Self { socket, state })
    }

    /// Sends a datagram from the address that the client spoke to. One that can't go is lost.
    pub(super) fn send(&self, path: &Path, contents: &[u8]) {
        let (destination, src_ip) = (path.remote, path.local);
        let transmit = Transmit { destination, ecn: None, contents, segment_size: None, src_ip };
        let _ = self.state.try_send(UdpSockRef::from(&self.socket), &transmit);
    }

    async fn receive(&self, buffers: &mut [u8], metas: &mut [RecvMeta; BATCH_SIZE]) -> io::Result<usize> {
        loop {
            self.socket.readable().await?;
            if let Some(count) = self.try_receive(buffers, metas)? {
                return Ok(count);
            }
        }
    }

    fn try_receive(&self, buffers: &mut [u8], metas: &mut [RecvMeta; BATCH_SIZE]) -> io::Result<Option<usize>> {
        let mut chunks = buffers.chunks_exact_mut(LONGEST);
        let mut slices: [IoSliceMut<'_>; BATCH_SIZE] =
            std::array::from_fn(|_| IoSliceMut::new(chunks.next().unwrap_or_default()));
        let read = || self.state.recv(UdpSockRef::from(&self.socket), &mut slices, metas);
        match self.socket.try_io(Interest::READABLE, read) {
            Ok(count) => Ok(Some(count)),
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => Ok(None),
            Err(error) => Err(error),
        }
    }
}

/// Takes what comes on a socket, for as long as the thread lives.
pub(super) fn serve(shared: &Rc<Shared>, listener: Listener) {
    let listener = Rc::new(listener);
    let link = shared.add_listener(Rc::clone(&listener));
    let shared = Rc::clone(shared);
    tokio::task::spawn_local(async move {
        let mut buffers = vec![0; LONGEST * BATCH_SIZE];
        let mut metas = [RecvMeta::default(); BATCH_SIZE];
        loop {
            let mut received = listener.receive(&mut buffers, &mut metas).await.map(Some);
            for _ in 0..TURN {
                match received {
                    Ok(Some(count)) => {
                        let now = shared.now();
                        for (meta, buffer) in metas[..count].iter().zip(buffers.chunks_exact(LONGEST)) {
                            let path = Path { link, local: meta.dst_ip, remote: meta.addr };
                            // The system may have put several of equal length into one.
                            for packet in buffer[..meta.len].chunks(meta.stride.max(1)) {
                                shared.on_client(now, path, packet);
                            }
                        }
                    }
                    Ok(None) => break,
                    // Somebody whom we answered is gone.
                    Err(_) => break,
                }
                received = listener.try_receive(&mut buffers, &mut metas);
            }
            tokio::task::yield_now().await;
        }
    });
}
