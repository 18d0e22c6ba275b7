//! The sockets around [`turn::Server`]: clients by UDP, TCP and TLS, peers by real relay ports, and the credentials that
//! people get. Nothing is decided here.
//!
//! All of it runs on one thread of its own, so that a flood of media never keeps a message waiting, and what a packet meets
//! on its way needs no locks. Each socket and each connection is a task of that thread.

mod addresses;
mod bind;
mod departures;
mod ice;
mod shell;
mod stream;
mod udp;

use std::collections::BTreeSet;
use std::io;
use std::net::SocketAddr;
use std::rc::Rc;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};
use std::thread::JoinHandle;
use std::time::Duration;

use app::fresh;
use tokio::sync::mpsc;
use tokio::task::LocalSet;
use tokio_rustls::TlsAcceptor;
use tokio_rustls::server::TlsStream;
use tokio_util::sync::CancellationToken;

use crate::config::{Config, Role};
use crate::shell::clock::{Clock, instant};
use crate::shell::connection::Stream;
use crate::shell::hosts;

pub use bind::{Bound, addresses, bind};
pub use ice::ICE_SERVERS_HOLD;

/// What has expired is found this often, and who may not relay any more is cut.
const TICK: Duration = Duration::from_secs(1);

/// Connections that came by another listener and wait for the relay's thread.
const HANDED: usize = 64;

/// A connection that came by `https`. It is read and written on the relay's thread; that it is ready, the runtime says that
/// accepted it.
type Handed = (TlsStream<Stream>, SocketAddr);

/// Why there is no relay.
#[derive(Debug, thiserror::Error)]
#[allow(missing_docs)]
pub enum StartError {
    #[error("the relay's thread could not be started: {0}")]
    Thread(io::Error),
    #[error(
        "no relay port can be opened: there is no address for them. Listen on one of this machine's: --listen turn=ADDRESS"
    )]
    NoAddress,
}

/// The relay as the rest of the server sees it: whether there is one, credentials for it, and who is to be cut.
#[derive(Clone, Default)]
pub struct Turn {
    running: Arc<OnceLock<Running>>,
}

struct Running {
    /// What passwords follow from.
    secret: Arc<[u8]>,
    urls: ice::Urls,
    handed: mpsc::Sender<Handed>,
    /// Users whose allocations are to end, until the next tick. Held to put one in or to take them all.
    ended: Mutex<BTreeSet<String>>,
}

impl std::fmt::Debug for Turn {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Turn").field("runs", &self.running.get().is_some()).finish()
    }
}

impl Turn {
    /// Starts the relay on these sockets, until `stop`. `secret` is for where none is configured.
    pub fn start(
        &self,
        config: &Config,
        bound: Vec<Bound>,
        tls: Option<TlsAcceptor>,
        secret: [u8; 32],
        clock: Clock,
        stop: CancellationToken,
    ) -> Result<JoinHandle<()>, StartError> {
        let secret: Arc<[u8]> = config.turn.secret.clone().unwrap_or_else(|| secret.as_slice().into());
        let mut core = turn::Config::new(secret.to_vec(), fresh::bytes());
        (core.relay_v4, core.relay_v6) = addresses::relays(&bound, &config.turn.external);
        if core.relay_v4.is_none() && core.relay_v6.is_none() {
            return Err(StartError::NoAddress);
        }
        core.ports = config.turn.ports.clone();
        core.peers.allow.clone_from(&config.turn.allow_peers);
        core.peers.own = hosts::addresses();
        if !config.limits {
            let boundless = turn::Rate { per_second: 1_000_000_000, burst: 1_000_000_000 };
            core.quotas =
                turn::Quotas { per_user: 10_000, total: 10_000, bandwidth: None, unproved: boundless, ..core.quotas };
        }
        let urls = ice::Urls::of(config, &bound, &core);
        // A server starts its relay once.
        let (handed, queue) = mpsc::channel(HANDED);
        let _ = self.running.set(Running { secret, urls, handed, ended: Mutex::default() });
        let this = self.clone();
        let run = move || {
            let runtime = match tokio::runtime::Builder::new_current_thread().enable_all().build() {
                Ok(runtime) => runtime,
                Err(error) => return tracing::error!(%error, "the relay has no runtime"),
            };
            LocalSet::new().block_on(&runtime, this.serve(core, bound, tls, queue, clock, stop));
        };
        std::thread::Builder::new().name("turn".to_owned()).spawn(run).map_err(StartError::Thread)
    }

    /// What passwords follow from, where there is a relay.
    pub(crate) fn secret(&self) -> Option<Vec<u8>> {
        self.running.get().map(|running| running.secret.to_vec())
    }

    /// Ends what this user relays, within a second.
    pub fn end_user(&self, user: &str) {
        if let Some(running) = self.running.get() {
            running.ended.lock().unwrap_or_else(PoisonError::into_inner).insert(user.to_owned());
        }
    }

    /// Takes over a client that came by `https`. Without a relay, and where too many wait for it, that is its end.
    pub(crate) fn take(&self, stream: TlsStream<Stream>, remote: SocketAddr) {
        if let Some(running) = self.running.get() {
            let _ = running.handed.try_send((stream, remote));
        }
    }

    async fn serve(
        self,
        core: turn::Config,
        bound: Vec<Bound>,
        tls: Option<TlsAcceptor>,
        mut handed: mpsc::Receiver<Handed>,
        clock: Clock,
        stop: CancellationToken,
    ) {
        let shared = shell::Shared::new(turn::Server::new(core, instant()), clock);
        for Bound { role, udp, tcp, .. } in bound {
            if let Some(socket) = udp {
                match udp::Socket::listener(socket) {
                    Ok(listener) => udp::serve_clients(&shared, listener),
                    Err(error) => tracing::error!(%error, "a UDP socket of the relay can't be used"),
                }
            }
            let tls = tls.clone().filter(|_| role == Role::Turns);
            if let Some(tcp) = tcp {
                stream::serve(&shared, tcp, tls);
            }
        }
        tokio::task::spawn_local({
            let shared = Rc::clone(&shared);
            async move { shared.depart().await }
        });
        let mut ticks = tokio::time::interval(TICK);
        ticks.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
        loop {
            tokio::select! {
                () = stop.cancelled() => break,
                Some((stream, remote)) = handed.recv() => {
                    stream::adopt(&shared, stream, remote);
                    continue;
                }
                _ = ticks.tick() => {}
            }
            let ended = self
                .running
                .get()
                .map(|running| std::mem::take(&mut *running.ended.lock().unwrap_or_else(PoisonError::into_inner)));
            Rc::clone(&shared).tick(ended.into_iter().flatten());
        }
        shared.report();
    }
}
