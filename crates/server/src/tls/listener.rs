//! One port for everything that goes by TLS.

use std::io;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use rustls::ServerConfig;
use rustls::server::Acceptor;
use tokio::io::{AsyncBufReadExt, AsyncWriteExt};
use tokio::net::TcpListener;
use tokio_rustls::LazyConfigAcceptor;
use tokio_rustls::server::TlsStream;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use super::challenge::Challenge;
use super::pending::Pending;
use crate::shell::connection::Stream;
use crate::shell::listener;
use crate::turn::Turn;

/// The handshake is done and the first byte after it is there by then, or the connection is closed.
const OPENING: Duration = Duration::from_secs(10);

/// What is behind the port.
#[derive(Clone)]
pub(crate) struct Door {
    pub(super) config: Arc<ServerConfig>,
    pub(super) challenge: Arc<Challenge>,
    pub(super) router: Router,
    pub(super) relay: Turn,
}

/// Accepts until `stop`, every connection a task of `tasks`.
pub(crate) async fn accept(listener: TcpListener, door: Door, stop: CancellationToken, tasks: TaskTracker) {
    let pending = Arc::<Pending>::default();
    while let Some((stream, conn)) = listener::next(&listener, &stop).await {
        // Nothing is said to who comes when there are too many: a handshake is what costs.
        let Some(place) = pending.enter(conn.peer().ip()) else { continue };
        let (door, stop) = (door.clone(), stop.clone());
        tasks.spawn(async move {
            let opened = tokio::select! {
                () = stop.cancelled() => return,
                opened = tokio::time::timeout(OPENING, door.open(stream)) => opened,
            };
            drop(place);
            // What goes wrong here is the peer's: no TLS, one that doesn't know our certificate, one that came too slowly.
            match opened {
                Ok(Ok((stream, Speaks::Http))) => listener::serve(stream, conn.by_tls(), door.router, stop).await,
                Ok(Ok((stream, Speaks::Stun))) => door.relay.take(stream, conn.peer()),
                Ok(Err(_)) | Err(_) => {}
            }
        });
    }
}

/// What is spoken within TLS.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Speaks {
    Http,
    Stun,
}

impl Speaks {
    /// By the first byte: a request begins with a letter, a STUN message with two bits of zero and its method, none of which
    /// is above 0x0fff (RFC 7983). ChannelData doesn't come first.
    const fn of(first: u8) -> Self {
        if first < 4 { Self::Stun } else { Self::Http }
    }
}

impl Door {
    /// A connection that has something to say.
    async fn open(&self, stream: Stream) -> io::Result<(TlsStream<Stream>, Speaks)> {
        let hello = LazyConfigAcceptor::new(Acceptor::default(), stream).await?;
        if let Some(config) = self.challenge.config(&hello.client_hello()) {
            // The handshake is all that there is to it.
            hello.into_stream(config).await?.shutdown().await?;
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        let mut stream = hello.into_stream(Arc::clone(&self.config)).await?;
        let first = stream.fill_buf().await?.first().copied();
        Ok((stream, Speaks::of(first.ok_or(io::ErrorKind::UnexpectedEof)?)))
    }
}
