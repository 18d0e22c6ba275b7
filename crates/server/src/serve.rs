//! The whole server, from bound listeners to the last byte.

use std::future::Future;
use std::time::Duration;

use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use crate::config::Role;
use crate::http;
use crate::shell::listener;
use crate::socket::Sockets;
use crate::state::Services;

/// Requests that are being answered when it stops have this long.
const DRAIN: Duration = Duration::from_secs(4);

/// Clients come back within this time, each at another moment.
const RECONNECT_SPREAD: Duration = Duration::from_secs(5);

/// A role's listener, bound already.
#[derive(Debug)]
pub struct Bound {
    /// What it is for.
    pub role: Role,
    /// Where.
    pub listener: TcpListener,
}

/// Serves on these listeners until `shutdown` ends, then lets what is under way finish. The order at the end: no new
/// connections; sockets are told and closed; what they had asked for is done; the store is closed by the caller.
pub async fn run(services: Services, listeners: Vec<Bound>, shutdown: impl Future<Output = ()>) {
    let stop = CancellationToken::new();
    let tasks = TaskTracker::new();
    let sockets = Sockets::start(&services);
    for Bound { role, listener } in listeners {
        let router = http::router(role, &services, &sockets);
        tasks.spawn(listener::accept(listener, router, stop.clone(), tasks.clone()));
    }
    shutdown.await;
    tracing::info!("stopping");
    stop.cancel();
    sockets.close(RECONNECT_SPREAD).await;
    tasks.close();
    if tokio::time::timeout(DRAIN, tasks.wait()).await.is_err() {
        tracing::warn!(left = tasks.len(), "some connections did not finish in time");
    }
}
