//! One TCP connection, which somebody else than its reader can end.

use std::io;
use std::net::{Shutdown, SocketAddr};
use std::pin::Pin;
use std::sync::{Arc, Weak};
use std::task::{Context, Poll, ready};

use socket2::SockRef;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::TcpStream;

/// What a request knows of the connection that it came by: `ConnectInfo<Conn>` in its extensions.
#[derive(Debug, Clone)]
pub struct Conn {
    peer: SocketAddr,
    is_tls: bool,
    /// Weak, so that a request that is kept (a socket's) doesn't keep the file descriptor.
    stream: Weak<TcpStream>,
}

impl Conn {
    /// The address at the other end: the client's, or its proxy's.
    pub const fn peer(&self) -> SocketAddr {
        self.peer
    }

    /// Whether it is by TLS as far as us.
    pub const fn is_tls(&self) -> bool {
        self.is_tls
    }

    /// The same, once TLS is spoken on it.
    pub fn by_tls(self) -> Self {
        Self { is_tls: true, ..self }
    }

    /// Whether it is closed.
    pub fn is_gone(&self) -> bool {
        self.stream.strong_count() == 0
    }

    /// Shuts the transport down for good: leaving a Socket.IO namespace lets a client join again on the same one.
    pub fn kill(&self) {
        if let Some(stream) = self.stream.upgrade() {
            // It may be gone already, which is as good.
            let _ = SockRef::from(&*stream).shutdown(Shutdown::Both);
        }
    }
}

/// The reading and writing end, for hyper.
#[derive(Debug)]
pub struct Stream(Arc<TcpStream>);

impl Stream {
    /// Takes over an accepted connection. Without `TCP_NODELAY` every second small write waits 40 ms for the peer.
    pub fn new(stream: TcpStream, peer: SocketAddr) -> io::Result<(Self, Conn)> {
        stream.set_nodelay(true)?;
        let stream = Arc::new(stream);
        let conn = Conn { peer, is_tls: false, stream: Arc::downgrade(&stream) };
        Ok((Self(stream), conn))
    }
}

impl AsyncRead for Stream {
    fn poll_read(self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        loop {
            ready!(self.0.poll_read_ready(cx))?;
            match self.0.try_read(buf.initialize_unfilled()) {
                Ok(read) => {
                    buf.advance(read);
                    return Poll::Ready(Ok(()));
                }
                // The readiness was stale: try_read has cleared it.
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => {}
                Err(error) => return Poll::Ready(Err(error)),
            }
        }
    }
}

impl Stream {
    fn poll_write_by(
        &self,
        cx: &mut Context<'_>,
        mut write: impl FnMut(&TcpStream) -> io::Result<usize>,
    ) -> Poll<io::Result<usize>> {
        loop {
            ready!(self.0.poll_write_ready(cx))?;
            match write(&self.0) {
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => {}
                done => return Poll::Ready(done),
            }
        }
    }
}

impl AsyncWrite for Stream {
    fn poll_write(self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &[u8]) -> Poll<io::Result<usize>> {
        self.poll_write_by(cx, |stream| stream.try_write(buf))
    }

    fn poll_write_vectored(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bufs: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        self.poll_write_by(cx, |stream| stream.try_write_vectored(bufs))
    }

    fn is_write_vectored(&self) -> bool {
        true
    }

    fn poll_flush(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }

    fn poll_shutdown(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(SockRef::from(&*self.0).shutdown(Shutdown::Write))
    }
}
