//! The whole server, from the data folder to the last byte.

use std::future::Future;
use std::io;
use std::sync::Arc;
use std::thread::JoinHandle;
use std::time::Duration;

use app::accounts::Secret;
use app::fresh;
use domain::{Role as UserRole, StoreError, UserFilter, Users};
use store::{MongoDb, ObjectBlobs, Options, Sqlite, Store};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use crate::config::{Config, Role};
use crate::data::{self, DataError, Locked};
use crate::http;
use crate::livekit::{Egress, FolderError};
use crate::setup::Setup;
use crate::shell::bind::Bound;
use crate::shell::clock::Clock;
use crate::shell::{listener, recordings, revocations, sweeper};
use crate::socket::Sockets;
use crate::state::{Keys, Ports, Services};
use crate::tls::{self, Tls, TlsError};
use crate::turn;

/// Requests that are being answered when it stops have this long.
const DRAIN: Duration = Duration::from_secs(3);

/// The relay ends what it is at within this time.
const LAST_PACKETS: Duration = Duration::from_millis(500);

/// The last of the calls have this long to be saved.
const LAST_CALLS: Duration = Duration::from_secs(1);

/// What is queued for the store when it stops has this long to be written.
const LAST_WRITES: Duration = Duration::from_secs(3);

/// Sockets are told and closed within this time; with the others it adds up to less than the ten seconds that there are.
const GOODBYE: Duration = Duration::from_secs(2);

/// Between two tries to read what was being recorded.
const ADOPT_AGAIN: Duration = Duration::from_secs(5);

/// Clients come back within this time, each at another moment.
const RECONNECT_SPREAD: Duration = Duration::from_secs(5);

/// Why there is no server.
#[derive(Debug, thiserror::Error)]
#[allow(missing_docs)]
pub enum OpenError {
    #[error(transparent)]
    Data(#[from] DataError),
    #[error("{file} in the data folder can't be used: {source}")]
    Secret { file: &'static str, source: io::Error },
    #[error(transparent)]
    Store(#[from] store::OpenError),
    #[error(transparent)]
    Blobs(#[from] store::OpenBlobsError),
    #[error(transparent)]
    Read(#[from] StoreError),
    #[error(transparent)]
    Tls(#[from] TlsError),
    #[error(transparent)]
    Egress(#[from] FolderError),
}

/// Something broke that the server can't do without.
#[derive(Debug, thiserror::Error)]
#[error("calls have stopped working, which is a bug; the log says more. Start it again: calls go on where they were")]
pub struct Broken;

/// A server with its data folder to itself and its store open, listening nowhere yet.
pub struct Server {
    services: Services,
    store: Arc<dyn Store>,
    /// Nobody is connected yet, so what was revoked before cuts nobody.
    revocations: u64,
    /// What the relay's credentials follow from.
    turn_secret: [u8; 32],
    /// The certificate, where something goes by TLS.
    tls: Option<Tls>,
    /// The relay's thread, where there is one, and what stops it.
    relay: Option<JoinHandle<()>>,
    stop_relay: CancellationToken,
    _lock: Locked,
}

impl Server {
    /// Takes the data folder, makes what a first start makes, and opens the store.
    pub async fn open(config: Config, clock: Clock) -> Result<Self, OpenError> {
        data::make(&config.data)?;
        let lock = data::lock(&config.data)?;
        let secret = match &config.jwt_secret {
            Some(secret) => secret.clone(),
            None => own_secret(&config).map_err(|source| OpenError::Secret { file: data::JWT_SECRET, source })?,
        };
        let tls = Tls::open(&config, clock.clone())?;
        if let Some(egress) = config.livekit.as_ref().and_then(|livekit| livekit.egress.as_ref()) {
            Egress::check(&egress.folder)?;
        }
        let store = open_store(&config, Options::default()).await?;
        let revocations = store.last_revocation().await?;
        let setup = setup(&config, store.as_ref()).await?;
        let keys = Keys::of(secret, config.jwt_issuer.clone());
        let blobs = open_blobs(&config)?;
        let turn_secret = keys.turn;
        let ports = Ports::of(&store);
        let mut services = Services::new(Arc::new(config), keys, ports, Arc::new(blobs), setup, clock);
        services.authority = tls.as_ref().and_then(Tls::authority);
        Ok(Self {
            services,
            store,
            revocations,
            turn_secret,
            tls,
            relay: None,
            stop_relay: CancellationToken::new(),
            _lock: lock,
        })
    }

    /// What its handlers are given.
    pub const fn services(&self) -> &Services {
        &self.services
    }

    /// Starts to relay calls on these sockets, if there are any.
    pub fn relay_on(&mut self, sockets: Vec<turn::Bound>) -> Result<(), turn::StartError> {
        if !sockets.is_empty() {
            let tls = self.tls.as_ref().map(Tls::turns);
            let Services { config, clock, turn, .. } = &self.services;
            let stop = self.stop_relay.clone();
            self.relay = Some(turn.start(config, sockets, tls, self.turn_secret, clock.clone(), stop)?);
        }
        Ok(())
    }

    /// Serves on these listeners until `shutdown` ends, then lets what is under way finish. The order at the end: no new
    /// connections; sockets are told and closed; what they had asked for is done; the store is closed. It ends by itself,
    /// in the same order, where it could not go on: whoever supervises it starts another.
    pub async fn run(self, listeners: Vec<Bound>, shutdown: impl Future<Output = ()>) -> Result<(), Broken> {
        let stop = CancellationToken::new();
        let tasks = TaskTracker::new();
        let sockets = Sockets::start(&self.services);
        let follower = tokio::spawn(revocations::follow(self.services.clone(), self.revocations));
        let https = listeners.iter().find(|bound| bound.role == Role::Https);
        let https = https.and_then(|bound| bound.listener.local_addr().ok()).map_or(443, |address| address.port());
        // What was on its way before is known before more of it comes, and before anything is swept.
        let mut adopted = recordings::adopt(&self.services).await;
        let services = self.services.clone();
        let sweeper = tokio::spawn(async move {
            while !adopted {
                tokio::time::sleep(ADOPT_AGAIN).await;
                adopted = recordings::adopt(&services).await;
            }
            tokio::join!(recordings::run(services.clone()), sweeper::run(services));
        });
        for Bound { role, listener } in listeners {
            let (stop, tasks) = (stop.clone(), tasks.clone());
            let router = match role {
                Role::Https => http::router(Role::Web, &self.services, sockets.routes()),
                Role::Redirect => http::redirect::router(&self.services, https),
                _ => http::router(role, &self.services, sockets.routes()),
            };
            if role != Role::Https {
                tasks.clone().spawn(listener::accept(listener, router, stop, tasks));
            } else if let Some(tls) = &self.tls {
                let door = tls.door(router, self.services.turn.clone());
                tasks.clone().spawn(tls::accept(listener, door, stop, tasks));
            }
        }
        let certificate = self.tls.map(|tls| tokio::spawn(tls.keep()));
        let ended = tokio::select! {
            () = shutdown => Ok(()),
            () = self.services.calling.broken() => Err(Broken),
        };
        tracing::info!("stopping");
        stop.cancel();
        if tokio::time::timeout(GOODBYE, sockets.close(RECONNECT_SPREAD)).await.is_err() {
            tracing::warn!("some sockets were not told in time");
        }
        tasks.close();
        if tokio::time::timeout(DRAIN, tasks.wait()).await.is_err() {
            tracing::warn!(left = tasks.len(), "some connections did not finish in time");
        }
        follower.abort();
        sweeper.abort();
        if let Some(certificate) = certificate {
            certificate.abort();
        }
        self.stop_relay.cancel();
        if let Some(relay) = self.relay {
            let stopped = tokio::task::spawn_blocking(move || relay.join());
            if !matches!(tokio::time::timeout(LAST_PACKETS, stopped).await, Ok(Ok(Ok(())))) {
                tracing::warn!("the relay did not stop as it should");
            }
        }
        if tokio::time::timeout(LAST_CALLS, self.services.calling.close()).await.is_err() {
            tracing::warn!("what became of some calls is not saved");
        }
        if tokio::time::timeout(LAST_WRITES, self.store.close()).await.is_err() {
            tracing::error!("the store did not close in time");
        }
        tracing::info!("stopped");
        ended
    }
}

/// The store that was configured.
pub async fn open_store(config: &Config, options: Options) -> Result<Arc<dyn Store>, store::OpenError> {
    Ok(match &config.mongodb_uri {
        Some(uri) => Arc::new(MongoDb::open(uri.reveal()).await?),
        None => Arc::new(Sqlite::open(&config.data, options)?),
    })
}

/// Where the bytes of uploads are, as it was configured.
pub fn open_blobs(config: &Config) -> Result<ObjectBlobs, store::OpenBlobsError> {
    match config.uploads.s3.clone() {
        Some(s3) => ObjectBlobs::in_bucket(s3),
        None => ObjectBlobs::in_folder(&config.data.join(data::UPLOADS)),
    }
}

/// The key in the data folder; made at the first start.
fn own_secret(config: &Config) -> io::Result<Secret> {
    let file = config.data.join(data::JWT_SECRET);
    if let Some(text) = data::read_secret(&file)? {
        return Ok(Secret::new(&text));
    }
    let text = data::text(&fresh::bytes::<48>());
    data::write_secret(&file, &text)?;
    Ok(Secret::new(&text))
}

/// The link of the first admin, as long as there is none.
async fn setup(config: &Config, store: &dyn Store) -> Result<Setup, OpenError> {
    let failed = |source| OpenError::Secret { file: data::SETUP_TOKEN, source };
    let file = config.data.join(data::SETUP_TOKEN);
    let admins = Users::list(store, UserFilter { role: Some(UserRole::Admin), active: None }).await?;
    if admins.is_empty() {
        return Setup::pending(file).map_err(failed);
    }
    match std::fs::remove_file(&file) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(failed(error)),
        _ => Ok(Setup::done()),
    }
}
