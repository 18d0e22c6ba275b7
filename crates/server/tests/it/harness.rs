use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::sync::OnceLock;

use app::accounts::NewAccount;
use domain::{Role as UserRole, User};
use http::{HeaderMap, Method, Request, StatusCode, header};
use http_body_util::{BodyExt, Full};
use hyper::body::Bytes;
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::TokioExecutor;
use serde_json::{Value, json};
use server::Role;
use server::config::{Config, Flags, Raw, resolve};
use server::serve::Server;
use server::shell::bind;
use server::shell::clock::Clock;
use server::state::Services;
use server::turn;
use tempfile::TempDir;
use tokio::sync::oneshot;
use tokio::task::JoinHandle;

pub(crate) const PASSWORD: &str = "correct horse battery";

/// A server on free ports with a data folder of its own; gone when it is dropped.
pub(crate) struct TestServer {
    pub(crate) services: Services,
    addresses: BTreeMap<Role, Vec<SocketAddr>>,
    client: HttpClient,
    stop: Option<oneshot::Sender<()>>,
    running: JoinHandle<Result<(), server::serve::Broken>>,
    pub(crate) data: TempDir,
}

pub(crate) type HttpClient = Client<HttpConnector, Full<Bytes>>;

/// An answer.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) text: String,
    pub(crate) bytes: Bytes,
}

impl Answer {
    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.text).unwrap_or_else(|error| panic!("{error}: {self:?}"))
    }

    /// `200` where all is well, else `403 forbidden`.
    pub(crate) fn summary(&self) -> String {
        let code = serde_json::from_str::<Value>(&self.text).ok();
        let code = code.as_ref().and_then(|body| body["code"].as_str());
        code.map_or_else(|| self.status.as_u16().to_string(), |code| format!("{} {code}", self.status.as_u16()))
    }

    /// The cookie that it sets, as a browser would send it.
    pub(crate) fn cookie(&self) -> Option<String> {
        let set = self.headers.get(header::SET_COOKIE)?.to_str().ok()?;
        set.split(';').next().map(str::to_owned)
    }
}

pub(crate) const BOUNDARY: &str = "------a-boundary-of-the-tests";

/// A multipart form, as browsers write them.
#[derive(Debug, Clone, Default)]
pub(crate) struct Form(pub(crate) Vec<u8>);

impl Form {
    pub(crate) fn field(self, name: &str, value: &str) -> Self {
        self.part(&format!("name=\"{name}\""), "", value.as_bytes())
    }

    pub(crate) fn file(self, name: &str, file_name: &str, media_type: &str, bytes: &[u8]) -> Self {
        self.part(&format!("name=\"{name}\"; filename=\"{file_name}\""), media_type, bytes)
    }

    fn part(mut self, disposition: &str, media_type: &str, bytes: &[u8]) -> Self {
        let said = if media_type.is_empty() { String::new() } else { format!("content-type: {media_type}\r\n") };
        let head = format!("--{BOUNDARY}\r\ncontent-disposition: form-data; {disposition}\r\n{said}\r\n");
        self.0.extend_from_slice(head.as_bytes());
        self.0.extend_from_slice(bytes);
        self.0.extend_from_slice(b"\r\n");
        self
    }

    pub(crate) fn end(mut self) -> Vec<u8> {
        self.0.extend_from_slice(format!("--{BOUNDARY}--\r\n").as_bytes());
        self.0
    }
}

/// What is asked.
#[derive(Debug, Clone, Default)]
pub(crate) struct Ask<'a> {
    pub(crate) token: Option<&'a str>,
    pub(crate) headers: Vec<(&'static str, String)>,
    pub(crate) body: Option<Value>,
    pub(crate) raw: Option<Vec<u8>>,
}

impl TestServer {
    pub(crate) async fn start() -> Self {
        Self::start_with(&[]).await
    }

    pub(crate) async fn start_with(env: &[(&str, &str)]) -> Self {
        Self::start_in(tempfile::tempdir().unwrap(), env).await
    }

    pub(crate) async fn start_in(data: TempDir, env: &[(&str, &str)]) -> Self {
        let config = config(&data, env);
        let mut server = Server::open(config, Clock::system()).await.unwrap();
        let services = server.services().clone();
        let listeners = bind::bind(&services.config).await.unwrap();
        let mut addresses = bind::addresses(&listeners).unwrap();
        let relay = turn::bind(&services.config, &addresses).await.unwrap();
        addresses.extend(turn::addresses(&relay));
        server.relay_on(relay).unwrap();
        services.listening.set(addresses.clone()).unwrap();
        let (stop, stopped) = oneshot::channel();
        let running = tokio::spawn(server.run(listeners, async {
            // A sender that is dropped stops it too.
            let _ = stopped.await;
        }));
        let client = Client::builder(TokioExecutor::new()).build_http();
        Self { services, addresses, client, stop: Some(stop), running, data }
    }

    pub(crate) fn address(&self, role: Role) -> SocketAddr {
        self.addresses[&role][0]
    }

    /// Stops it and waits until it has.
    pub(crate) async fn stop(self) {
        drop(self.stop_and_keep().await);
    }

    /// The same, for another life on the same data.
    pub(crate) async fn stop_and_keep(mut self) -> TempDir {
        drop(self.stop.take());
        (&mut self.running).await.unwrap().unwrap();
        self.data
    }

    pub(crate) async fn ask(&self, role: Role, method: Method, path: &str, ask: Ask<'_>) -> Answer {
        let mut request = Request::builder().method(method).uri(format!("http://{}{path}", self.address(role)));
        if let Some(token) = ask.token {
            request = request.header(header::AUTHORIZATION, format!("Bearer {token}"));
        }
        for (name, value) in ask.headers {
            request = request.header(name, value);
        }
        let body = match (ask.raw, ask.body) {
            (Some(raw), _) => raw.into(),
            (None, Some(body)) => {
                request = request.header(header::CONTENT_TYPE, "application/json");
                body.to_string().into()
            }
            (None, None) => Bytes::new(),
        };
        let answer = self.client.request(request.body(Full::new(body)).unwrap()).await.unwrap();
        let (parts, body) = answer.into_parts();
        let body = body.collect().await.unwrap().to_bytes();
        let text = String::from_utf8_lossy(&body).into_owned();
        Answer { status: parts.status, headers: parts.headers, text, bytes: body }
    }

    /// Sends a form.
    pub(crate) async fn form(&self, role: Role, path: &str, token: Option<&str>, form: Form) -> Answer {
        let headers = vec![("content-type", format!("multipart/form-data; boundary={BOUNDARY}"))];
        self.ask(role, Method::POST, path, Ask { token, headers, raw: Some(form.end()), ..Ask::default() }).await
    }

    pub(crate) async fn get(&self, path: &str, token: Option<&str>) -> Answer {
        self.ask(Role::Web, Method::GET, path, Ask { token, ..Ask::default() }).await
    }

    pub(crate) async fn post(&self, path: &str, token: Option<&str>, body: Value) -> Answer {
        self.ask(Role::Web, Method::POST, path, Ask { token, body: Some(body), ..Ask::default() }).await
    }

    pub(crate) async fn put(&self, path: &str, token: Option<&str>, body: Value) -> Answer {
        self.ask(Role::Web, Method::PUT, path, Ask { token, body: Some(body), ..Ask::default() }).await
    }

    /// Somebody with [`PASSWORD`].
    pub(crate) async fn add(&self, name: &str, role: UserRole) -> User {
        let account = NewAccount {
            name: name.to_owned(),
            email: email(name),
            password: PASSWORD.to_owned(),
            ..NewAccount::default()
        };
        self.services.accounts.add(account, role, self.services.clock.now()).await.unwrap()
    }

    /// Signs somebody in by our web app: the answer.
    pub(crate) async fn sign_in(&self, name: &str) -> Answer {
        let answer = self.post("/api/session", None, json!({ "email": email(name), "password": PASSWORD })).await;
        assert_eq!(answer.status, StatusCode::OK, "{answer:?}");
        answer
    }

    /// The access token of a new web session.
    pub(crate) async fn token(&self, name: &str) -> String {
        self.sign_in(name).await.json()["accessToken"].as_str().unwrap().to_owned()
    }

    /// The bearer token of an existing client.
    pub(crate) async fn bearer(&self, name: &str) -> String {
        let body = json!({ "email": email(name), "password": PASSWORD });
        let ask = Ask { body: Some(body), ..Ask::default() };
        let answer = self.ask(Role::Accounts, Method::POST, "/api/user/login", ask).await;
        answer.json()["token"].as_str().unwrap().to_owned()
    }
}

pub(crate) fn email(name: &str) -> String {
    format!("{}@example.org", name.to_lowercase().replace(' ', "."))
}

/// Every role on a free port.
pub(crate) fn config(data: &TempDir, env: &[(&str, &str)]) -> Config {
    let flags = Flags {
        data: Some(data.path().into()),
        listen: ["web", "accounts", "chat", "calls"].map(|role| format!("{role}=127.0.0.1:0")).to_vec(),
        ..Flags::default()
    };
    let env = env.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
    resolve(&Raw::gather(flags, env).unwrap()).unwrap()
}

/// One key for tests that make tokens themselves.
pub(crate) fn secret() -> &'static str {
    static SECRET: OnceLock<String> = OnceLock::new();
    SECRET.get_or_init(|| "a secret of at least thirty-two bytes".to_owned())
}
