//! A client that comes by TCP or TLS.

use std::cell::{Cell, RefCell};
use std::net::SocketAddr;
use std::rc::Rc;
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt, ReadHalf, WriteHalf};
use tokio::net::TcpListener;
use tokio::sync::Notify;
use tokio_rustls::TlsAcceptor;
use turn::{Frame, Path, frame};

use super::shell::Shared;

/// What waits for a client that reads too slowly.
const OUTBOX: usize = 256 * 1024;

/// Who says nothing for so long and has no allocation is closed.
const IDLE: Duration = Duration::from_secs(60);

/// A client that doesn't take what it is sent is gone.
const WRITE_TIMEOUT: Duration = Duration::from_secs(30);

/// A TLS handshake takes no longer.
const HANDSHAKE: Duration = Duration::from_secs(10);

/// Out of file descriptors or memory: others may close theirs meanwhile.
const ACCEPT_PAUSE: Duration = Duration::from_millis(100);

/// What is to be written to a client.
#[derive(Default)]
pub(super) struct Outbox {
    waiting: RefCell<Waiting>,
    changed: Notify,
    closed: Cell<bool>,
}

/// Bytes, and where the messages in them end.
#[derive(Default)]
struct Waiting {
    bytes: Vec<u8>,
    ends: Vec<usize>,
}

impl Outbox {
    /// All of it or nothing.
    pub(super) fn push(&self, parts: [&[u8]; 3]) -> bool {
        let waiting = &mut *self.waiting.borrow_mut();
        let fits = waiting.bytes.len() + parts.iter().map(|part| part.len()).sum::<usize>() <= OUTBOX;
        if fits {
            parts.iter().for_each(|part| waiting.bytes.extend_from_slice(part));
            waiting.ends.push(waiting.bytes.len());
            self.changed.notify_one();
        }
        fits
    }

    pub(super) fn close(&self) {
        self.closed.set(true);
        self.changed.notify_one();
    }

    /// What has gathered; none once it is closed.
    async fn next(&self) -> Option<Waiting> {
        loop {
            if self.closed.get() {
                return None;
            }
            let waiting = self.waiting.take();
            if !waiting.ends.is_empty() {
                return Some(waiting);
            }
            self.changed.notified().await;
        }
    }
}

/// Accepts for as long as the thread lives.
pub(super) fn serve(shared: &Rc<Shared>, listener: std::net::TcpListener, tls: Option<TlsAcceptor>) {
    let shared = Rc::clone(shared);
    tokio::task::spawn_local(async move {
        let listener = match TcpListener::from_std(listener) {
            Ok(listener) => listener,
            Err(error) => return tracing::error!(%error, "a TCP listener of the relay can't be used"),
        };
        loop {
            let (stream, remote) = match listener.accept().await {
                Ok(accepted) => accepted,
                Err(error) => {
                    tracing::warn!(%error, "a connection to the relay could not be accepted");
                    tokio::time::sleep(ACCEPT_PAUSE).await;
                    continue;
                }
            };
            let Some((path, outbox)) = shared.open_stream(remote) else { continue };
            // Media doesn't wait for more media.
            let _ = stream.set_nodelay(true);
            let (shared, tls) = (Rc::clone(&shared), tls.clone());
            tokio::task::spawn_local(async move {
                match tls {
                    None => talk(&shared, path, &outbox, stream, false).await,
                    Some(tls) => {
                        if let Ok(Ok(stream)) = tokio::time::timeout(HANDSHAKE, tls.accept(stream)).await {
                            talk(&shared, path, &outbox, stream, true).await;
                        }
                    }
                }
                shared.close_stream(&path);
            });
        }
    });
}

/// Talks to a client that another listener has accepted.
pub(super) fn adopt<S>(shared: &Rc<Shared>, stream: S, remote: SocketAddr)
where
    S: AsyncRead + AsyncWrite + 'static,
{
    let Some((path, outbox)) = shared.open_stream(remote) else { return };
    let shared = Rc::clone(shared);
    tokio::task::spawn_local(async move {
        talk(&shared, path, &outbox, stream, true).await;
        shared.close_stream(&path);
    });
}

async fn talk<S>(shared: &Rc<Shared>, path: Path, outbox: &Outbox, stream: S, is_tls: bool)
where
    S: AsyncRead + AsyncWrite,
{
    let (reader, writer) = tokio::io::split(stream);
    tokio::select! {
        () = read(shared, path, reader) => {}
        () = write(outbox, writer, is_tls) => {}
    }
}

async fn read<S: AsyncRead>(shared: &Rc<Shared>, path: Path, mut reader: ReadHalf<S>) {
    let mut buffer = Vec::with_capacity(4096);
    loop {
        match tokio::time::timeout(IDLE, reader.read_buf(&mut buffer)).await {
            Ok(Ok(1..)) => {}
            Err(_) if shared.has_allocation(&path) => continue,
            _ => return,
        }
        let now = shared.now();
        let mut taken = 0;
        loop {
            match frame(&buffer[taken..]) {
                Frame::Whole { message, total } => {
                    shared.on_client(now, path, &buffer[taken..taken + message]);
                    taken += total;
                }
                Frame::Partial(_) => break,
                Frame::Broken => return,
            }
        }
        buffer.drain(..taken);
    }
}

async fn write<S: AsyncWrite>(outbox: &Outbox, mut writer: WriteHalf<S>, is_tls: bool) {
    while let Some(Waiting { bytes, ends }) = outbox.next().await {
        let written = async {
            let mut from = 0;
            // There are clients that take a TLS record for one message.
            for end in if is_tls { ends } else { vec![bytes.len()] } {
                writer.write_all(&bytes[from..end]).await?;
                from = end;
            }
            writer.flush().await
        };
        if !matches!(tokio::time::timeout(WRITE_TIMEOUT, written).await, Ok(Ok(()))) {
            return;
        }
    }
}
