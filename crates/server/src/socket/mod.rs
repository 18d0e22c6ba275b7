//! Sockets: one Socket.IO server for all listeners, one hub of ours that knows whose connections there are.
//!
//! socketioxide runs every handler as a task of its own, so the order of events is lost there; ours only puts the event
//! into its connection's queue, in the reader, and one worker at a time works that off. What is said to a client is
//! rendered in its dialect by whoever says it.

mod audience;
mod call_events;
mod call_status;
mod calls;
mod chat;
mod connection;
pub(crate) mod consultations;
mod handshake;
mod hub;
mod limits;
mod old_pages;
mod packet;
mod presence;
mod recordings;
mod sweep;
mod transports;
mod worker;

use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::extract::Request;
use axum::middleware::{Next, from_fn};
use axum::response::IntoResponse;
use serde_json::Value;
use socketioxide::adapter::LocalAdapter;
use socketioxide::extract::{SocketRef, TryData};
use socketioxide::handler::{ConnectHandler, FromConnectParts, Value as Payload};
use socketioxide::socket::Socket;
use socketioxide::{ParserConfig, SocketIo, SocketIoBuilder};
use tower::{Service, ServiceBuilder};
use wire::error::Code;

use crate::state::Services;
use handshake::Strangers;
use hub::NotTaken;
use packet::Packet;

pub use audience::Connected;
pub use call_events::CallEvents;
pub use call_status::Statuses;
pub(crate) use call_status::online_contacts;
pub use connection::{Connection, Emitted};
pub use consultations::ConsultationEvents;
pub use hub::Hub;
pub use recordings::{RecordingEvents, recording_body};
pub use transports::Transports;

/// Above the largest thing that we answer with an error; what is larger closes the connection.
const MAX_PACKET: usize = 1024 * 1024;

/// Packets on their way to one client; whoever lets more than this pile up is cut off and comes back.
const MAX_BUFFERED: usize = 1024;

/// Who comes while the server goes down is to come back within this time.
const LATE_SPREAD: Duration = Duration::from_secs(5);

/// A transport that has not joined by then is closed.
const JOIN_TIMEOUT: Duration = Duration::from_secs(10);

/// The Socket.IO server, for every listener that has sockets.
pub struct Sockets {
    io: SocketIo,
    hub: Hub,
    routes: Router<Services>,
    sweeper: tokio::task::JoinHandle<()>,
}

impl Sockets {
    /// Sets everything up; nothing comes in before the routes are served.
    pub fn start(services: &Services) -> Self {
        let (service, io) = settings().build_svc();
        let (strangers, transports) = (Arc::new(Strangers::default()), Arc::new(Transports::default()));
        let sweeper = tokio::spawn(sweep::run(services.clone(), strangers.clone(), transports.clone()));
        let admit = {
            let (services, transports) = (services.clone(), transports.clone());
            move |ThisSocket(socket): ThisSocket, TryData(auth): TryData<Value>| {
                let (services, strangers, transports) = (services.clone(), strangers.clone(), transports.clone());
                async move {
                    let auth = auth.map_err(|_| Refusal(Code::BadRequest))?;
                    admit(services, &strangers, &transports, &socket, &auth).await.map_err(Refusal)
                }
            }
        };
        let joined = {
            let services = services.clone();
            move |socket: SocketRef| {
                let services = services.clone();
                async move { join(&services, &socket).await }
            }
        };
        io.ns("/", joined.with(admit));

        let routes = mount("/socket.io/", service, services, transports);
        Self { io, hub: services.hub.clone(), routes, sweeper }
    }

    /// `/socket.io/`, to be merged into the router of each role that has sockets.
    pub fn routes(&self) -> Router<Services> {
        self.routes.clone()
    }

    /// Tells every client when to come back, gives them a moment to hear it, and closes.
    pub async fn close(self, spread: Duration) {
        self.hub.close_all(spread);
        tokio::time::sleep(Duration::from_millis(200)).await;
        self.io.close().await;
        self.sweeper.abort();
    }
}

/// Socket.IO, as we set it up.
pub fn settings() -> SocketIoBuilder {
    SocketIo::builder()
        .max_payload(MAX_PACKET as u64)
        .ws_max_message_size(MAX_PACKET)
        .ws_max_frame_size(MAX_PACKET)
        // The default keeps 128 KiB for each websocket.
        .ws_read_buffer_size(512)
        .max_buffer_size(MAX_BUFFERED)
        .connect_timeout(JOIN_TIMEOUT)
        .with_parser(ParserConfig::common().max_incoming_binaries(10))
}

/// A service that speaks Engine.IO, behind what stands before ours.
pub fn mount<S>(path: &str, service: S, services: &Services, transports: Arc<Transports>) -> Router<Services>
where
    S: Service<Request, Error = Infallible> + Clone + Send + Sync + 'static,
    S::Response: IntoResponse,
    S::Future: Send + 'static,
{
    let services = services.clone();
    let front = from_fn(move |request: Request, next: Next| {
        transports::receive(services.clone(), transports.clone(), request, next)
    });
    Router::new().route_service(path, ServiceBuilder::new().layer(front).service(service))
}

/// What the client's `connect_error` says: the code alone fits in there.
struct Refusal(Code);

impl std::fmt::Display for Refusal {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.0.as_str())
    }
}

/// The socket itself, which a [`SocketRef`] does not give away.
struct ThisSocket(Arc<Socket<LocalAdapter>>);

impl FromConnectParts<LocalAdapter> for ThisSocket {
    type Error = Infallible;

    fn from_connect_parts(socket: &Arc<Socket<LocalAdapter>>, _: &Option<Payload>) -> Result<Self, Infallible> {
        Ok(Self(socket.clone()))
    }
}

/// What [`join`] needs of [`admit`].
#[derive(Clone)]
struct Admitted {
    connection: Arc<Connection>,
    cuts: u64,
}

/// Before the client hears that it is connected: its first event may follow at once.
async fn admit(
    services: Services,
    strangers: &Strangers,
    transports: &Arc<Transports>,
    socket: &Arc<Socket<LocalAdapter>>,
    auth: &Value,
) -> Result<(), Code> {
    let cuts = services.hub.cuts_so_far();
    let connection = handshake::admit(&services, strangers, transports, socket, auth).await?;
    socket.extensions.insert(Admitted { connection: connection.clone(), cuts });
    let gone = (services.clone(), connection.clone());
    socket.on_fallback(move |packet: Packet| {
        let is_worker = worker::receive(&services, &connection, packet);
        // What is returned is run as a task of its own: the worker.
        let worker = is_worker.then(|| (services.clone(), connection.clone()));
        async move {
            if let Some((services, connection)) = worker {
                Box::pin(worker::work(&services, &connection)).await;
            }
        }
    });
    socket.on_disconnect(move || {
        let (services, connection) = gone.clone();
        async move { leave(&services, &connection).await }
    });
    Ok(())
}

async fn join(services: &Services, socket: &SocketRef) {
    let Some(Admitted { connection, cuts }) = socket.extensions.remove::<Admitted>() else { return };
    match services.hub.register(&connection, cuts, services.config.limits) {
        Ok(()) => {}
        Err(NotTaken::Cut) => return hub::close(connection, Code::SessionExpired),
        Err(NotTaken::TooMany) => return hub::close(connection, Code::RateLimited),
        // The transport is closed along with all others.
        Err(NotTaken::Closing) => return hub::come_back(&connection, LATE_SPREAD),
    }
    worker::joined(services, &connection).await;
    // It may have gone before it was registered, when there was nothing to forget.
    if !connection.is_connected() {
        leave(services, &connection).await;
    }
    worker::work(services, &connection).await;
}

async fn leave(services: &Services, connection: &Arc<Connection>) {
    if !services.hub.unregister(connection) {
        return;
    }
    // A client that leaves the namespace and keeps the transport would keep it for ever.
    connection.kill();
    if connection.enqueue_left() {
        Box::pin(worker::work(services, connection)).await;
    }
}
