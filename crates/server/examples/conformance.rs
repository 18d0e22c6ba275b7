//! What the public protocol suites speak to (`e2e/conformance`): our accept loop, our routes and all that stands before
//! them, and Socket.IO as we set it up, with the suites' heartbeat and their handlers instead of chat.

use std::collections::BTreeMap;
use std::fmt;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use engineioxide::handler::EngineIoHandler;
use engineioxide::service::EngineIoService;
use engineioxide::{DisconnectReason, Socket, Str};
use serde::de::{Deserialize, Deserializer, SeqAccess, Visitor};
use serde::ser::{Serialize, SerializeTuple, Serializer};
use serde_json::Value;
use server::config::{Flags, Raw, resolve};
use server::serve::Server;
use server::shell::bind::{self, Bound};
use server::shell::clock::Clock;
use server::shell::listener;
use server::socket::{Transports, mount, settings};
use server::{Role, http};
use socketioxide::extract::{AckSender, Data, SocketRef, TryData};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let data = PathBuf::from(std::env::args_os().nth(1).ok_or_else(|| anyhow::anyhow!("which data folder?"))?);
    let listen = ["web=127.0.0.1:0", "accounts=off", "chat=off", "calls=off"].map(str::to_owned).to_vec();
    let flags = Flags { data: Some(data), listen, ..Flags::default() };
    let config = resolve(&Raw::gather(flags, BTreeMap::new())?)?;
    let server = Server::open(config, Clock::system()).await?;
    let services = server.services();

    let (service, io) = settings()
        .ping_interval(Duration::from_millis(300))
        .ping_timeout(Duration::from_millis(200))
        .connect_timeout(Duration::from_secs(1))
        .max_payload(1_000_000)
        .build_svc();
    io.ns("/", echo);
    io.ns("/custom", echo);
    let mut engine = io.config().engine_config.clone();
    engine.req_path = "/engine.io".into();
    let engine = EngineIoService::with_config(Arc::new(Echo), engine);

    let transports = Arc::new(Transports::default());
    let routes = mount("/socket.io/", service, services, transports.clone());
    let routes = routes.merge(mount("/engine.io/", engine, services, transports));
    let listeners = bind::bind(&services.config).await?;
    say_ready(&bind::addresses(&listeners)?[&Role::Web][0].to_string());
    for Bound { role, listener } in listeners {
        let router = http::router(role, services, routes.clone());
        tokio::spawn(listener::accept(listener, router, CancellationToken::new(), TaskTracker::new()));
    }
    std::future::pending().await
}

#[allow(clippy::print_stdout)]
fn say_ready(address: &str) {
    println!("ready {address}");
}

/// The handlers that the Socket.IO suite asks for.
async fn echo(socket: SocketRef, TryData(auth): TryData<Value>) {
    let auth = auth.unwrap_or_else(|_| serde_json::json!({}));
    let _ = socket.emit("auth", &auth);
    socket.on("message", async |socket: SocketRef, Data::<Arguments>(arguments)| {
        let _ = socket.emit("message-back", &arguments);
    });
    socket.on("message-with-ack", async |Data::<Arguments>(arguments), ack: AckSender| {
        let _ = ack.send(&arguments);
    });
}

/// Any number of arguments: socketioxide spreads what serialises as a tuple.
struct Arguments(Vec<Argument>);

#[derive(serde::Deserialize, serde::Serialize)]
#[serde(untagged)]
enum Argument {
    Json(Value),
    Bytes(Bytes),
}

impl<'de> Deserialize<'de> for Arguments {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct All;
        impl<'de> Visitor<'de> for All {
            type Value = Arguments;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("arguments")
            }

            fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Arguments, A::Error> {
                let mut all = Vec::new();
                while let Some(one) = seq.next_element()? {
                    all.push(one);
                }
                Ok(Arguments(all))
            }
        }
        deserializer.deserialize_tuple(1, All)
    }
}

impl Serialize for Arguments {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut tuple = serializer.serialize_tuple(self.0.len())?;
        self.0.iter().try_for_each(|one| tuple.serialize_element(one))?;
        tuple.end()
    }
}

/// What the Engine.IO suite asks for.
#[derive(Debug)]
struct Echo;

impl EngineIoHandler for Echo {
    type Data = ();

    fn on_connect(self: Arc<Self>, _: Arc<Socket<()>>) {}

    fn on_disconnect(&self, _: Arc<Socket<()>>, _: DisconnectReason) {}

    fn on_message(self: &Arc<Self>, message: Str, socket: Arc<Socket<()>>) {
        let _ = socket.emit(message);
    }

    fn on_binary(self: &Arc<Self>, data: Bytes, socket: Arc<Socket<()>>) {
        let _ = socket.emit_binary(data);
    }
}
