//! Accepting connections and giving each its HTTP.

use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::extract::ConnectInfo;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;
use tower::Service;

use super::connection::{Conn, Stream};

/// A request's head is there after this long, or the connection is closed.
const HEADER_TIMEOUT: Duration = Duration::from_secs(10);

/// Out of file descriptors or memory: others may close theirs meanwhile.
const ACCEPT_PAUSE: Duration = Duration::from_millis(100);

/// Accepts until `stop`, every connection a task of `tasks`; then lets each finish the request that it is at.
pub async fn accept(listener: TcpListener, router: Router, stop: CancellationToken, tasks: TaskTracker) {
    while let Some((stream, conn)) = next(&listener, &stop).await {
        tasks.spawn(serve(stream, conn, router.clone(), stop.clone()));
    }
}

/// The next connection; none once it is to stop.
pub(crate) async fn next(listener: &TcpListener, stop: &CancellationToken) -> Option<(Stream, Conn)> {
    loop {
        let accepted = tokio::select! {
            () = stop.cancelled() => return None,
            accepted = listener.accept() => accepted,
        };
        match accepted {
            Ok((stream, peer)) => {
                if let Ok(accepted) = Stream::new(stream, peer) {
                    return Some(accepted);
                }
            }
            Err(error) => {
                tracing::warn!(%error, "a connection could not be accepted");
                tokio::time::sleep(ACCEPT_PAUSE).await;
            }
        }
    }
}

/// HTTP on a connection, until it ends or `stop` does and it has finished the request that it is at.
pub(crate) async fn serve<S>(stream: S, conn: Conn, router: Router, stop: CancellationToken)
where
    S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
{
    let service = service_fn(move |request: http::Request<Incoming>| {
        let mut request = request.map(Body::new);
        request.extensions_mut().insert(ConnectInfo(conn.clone()));
        // A router is always ready.
        router.clone().call(request)
    });
    let connection = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(HEADER_TIMEOUT)
        .serve_connection(TokioIo::new(stream), service)
        .with_upgrades();
    let mut connection = std::pin::pin!(connection);
    // What goes wrong here is the peer's: a reset, a head that doesn't parse, one that came too slowly.
    let _ = tokio::select! {
        done = connection.as_mut() => done,
        () = stop.cancelled() => {
            connection.as_mut().graceful_shutdown();
            connection.await
        }
    };
}
