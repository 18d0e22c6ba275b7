use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use domain::Role as UserRole;
use http::Method;
use rcgen::{CertificateParams, KeyPair};
use rustls::pki_types::{CertificateDer, ServerName};
use rustls::{ClientConfig, RootCertStore};
use serde_json::json;
use server::Role;
use tempfile::TempDir;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpSocket, TcpStream};
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;

use crate::harness::{Ask, PASSWORD, TestServer, email};

/// Longer than anything here takes.
const PATIENCE: Duration = Duration::from_secs(30);

/// A certificate that is its own authority, in files.
struct Pair {
    folder: TempDir,
    der: CertificateDer<'static>,
}

impl Pair {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let der = write(folder.path());
        Self { folder, der }
    }

    fn cert(&self) -> PathBuf {
        self.folder.path().join("cert.pem")
    }

    fn key(&self) -> PathBuf {
        self.folder.path().join("key.pem")
    }

    async fn server(&self, more: &[(&str, &str)]) -> TestServer {
        let (cert, key) = (self.cert(), self.key());
        let mut env = vec![
            ("MOODBITES_LISTEN", "https=127.0.0.1:0 redirect=127.0.0.1:0 turn=127.0.0.1:0"),
            ("MOODBITES_TLS_CERT", cert.to_str().unwrap()),
            ("MOODBITES_TLS_KEY", key.to_str().unwrap()),
        ];
        env.extend(more);
        TestServer::start_with(&env).await
    }
}

/// A new certificate for the names that tests come by.
fn write(folder: &Path) -> CertificateDer<'static> {
    let key = KeyPair::generate().unwrap();
    let names = ["localhost", "chat.example.org"].map(str::to_owned);
    let cert = CertificateParams::new(names.to_vec()).unwrap().self_signed(&key).unwrap();
    std::fs::write(folder.join("cert.pem"), cert.pem()).unwrap();
    std::fs::write(folder.join("key.pem"), key.serialize_pem()).unwrap();
    cert.der().clone()
}

/// A client that trusts these and no others.
async fn connect(
    address: SocketAddr,
    trusted: &[&CertificateDer<'static>],
    protocol: &str,
) -> std::io::Result<TlsStream<TcpStream>> {
    shake(TcpStream::connect(address).await?, trusted, protocol).await
}

async fn shake(
    stream: TcpStream,
    trusted: &[&CertificateDer<'static>],
    protocol: &str,
) -> std::io::Result<TlsStream<TcpStream>> {
    let mut roots = RootCertStore::empty();
    trusted.iter().for_each(|der| roots.add((*der).clone()).unwrap());
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = ClientConfig::builder_with_provider(provider).with_safe_default_protocol_versions().unwrap();
    let mut config = config.with_root_certificates(roots).with_no_client_auth();
    config.alpn_protocols = vec![protocol.as_bytes().to_vec()];
    let name = ServerName::try_from("localhost").unwrap();
    tokio::time::timeout(PATIENCE, TlsConnector::from(Arc::new(config)).connect(name, stream)).await.unwrap()
}

/// Asks on a connection and leaves it open.
async fn ask(stream: &mut TlsStream<TcpStream>, head: &str, body: &str) -> String {
    let request = format!("{head}\r\nhost: localhost\r\ncontent-length: {}\r\n\r\n{body}", body.len());
    stream.write_all(request.as_bytes()).await.unwrap();
    let mut answer = Vec::new();
    while !answer.windows(4).any(|end| end == b"\r\n\r\n") {
        let read = tokio::time::timeout(PATIENCE, stream.read_buf(&mut answer)).await.unwrap().unwrap();
        assert!(read > 0, "closed: {}", String::from_utf8_lossy(&answer));
    }
    String::from_utf8_lossy(&answer).into_owned()
}

async fn is_closed(stream: &mut (impl AsyncReadExt + Unpin)) -> bool {
    let read = tokio::time::timeout(PATIENCE, stream.read(&mut [0; 64])).await;
    matches!(read, Ok(Ok(0) | Err(_)))
}

#[tokio::test]
async fn the_app_by_https() {
    let pair = Pair::new();
    let server = pair.server(&[("MOODBITES_PUBLIC_ADDRESS", "https://chat.example.org")]).await;
    let mut stream = connect(server.address(Role::Https), &[&pair.der], "http/1.1").await.unwrap();
    assert_eq!(stream.get_ref().1.alpn_protocol(), Some(&b"http/1.1"[..]));
    let health = ask(&mut stream, "GET /health HTTP/1.1", "").await;
    assert!(health.starts_with("HTTP/1.1 200"), "{health}");
    assert!(health.contains("strict-transport-security: max-age="), "{health}");
    let mut stream = connect(server.address(Role::Https), &[&pair.der], "http/1.1").await.unwrap();
    let upgrade = "connection: upgrade\r\nupgrade: websocket\r\nsec-websocket-version: 13\r\nsec-websocket-key: AAAAAAAAAAAAAAAAAAAAAA==";
    let head = format!("GET /socket.io/?EIO=4&transport=websocket HTTP/1.1\r\n{upgrade}");
    let socket = ask(&mut stream, &head, "").await;
    assert!(socket.starts_with("HTTP/1.1 101"), "{socket}");
    // Who doesn't know the certificate's authority doesn't come in.
    assert!(connect(server.address(Role::Https), &[&Pair::new().der], "http/1.1").await.is_err());
    server.stop().await;
}

#[tokio::test]
async fn a_cookie_that_came_by_tls_goes_by_tls_alone() {
    let pair = Pair::new();
    let server = pair.server(&[]).await;
    server.add("Amira", UserRole::Patient).await;
    let plain = server.sign_in("Amira").await;
    assert!(!plain.headers["set-cookie"].to_str().unwrap().contains("Secure"));
    let mut stream = connect(server.address(Role::Https), &[&pair.der], "http/1.1").await.unwrap();
    let body = json!({ "email": email("Amira"), "password": PASSWORD }).to_string();
    let by_tls = ask(&mut stream, "POST /api/session HTTP/1.1\r\ncontent-type: application/json", &body).await;
    let cookie = by_tls.lines().find(|line| line.starts_with("set-cookie")).unwrap();
    assert!(cookie.contains("; Secure") && cookie.contains("HttpOnly"), "{cookie}");
    assert!(!by_tls.contains("strict-transport-security"), "it isn't known that the name is a public one");
    server.stop().await;
}

#[tokio::test]
async fn the_plain_port_sends_to_https() {
    let pair = Pair::new();
    let named = pair.server(&[("MOODBITES_PUBLIC_ADDRESS", "https://chat.example.org")]).await;
    let nameless = pair.server(&[]).await;
    let port = nameless.address(Role::Https).port();
    for (server, host, expected) in [
        (&named, "anything.example", "https://chat.example.org/chat?a=b".to_owned()),
        (&nameless, "practice.local", format!("https://practice.local:{port}/chat?a=b")),
        (&nameless, "192.168.1.5:80", format!("https://192.168.1.5:{port}/chat?a=b")),
        (&nameless, "[fd00::1]:80", format!("https://[fd00::1]:{port}/chat?a=b")),
    ] {
        for method in [Method::GET, Method::POST] {
            let ask = Ask { headers: vec![("host", host.to_owned())], ..Ask::default() };
            let answer = server.ask(Role::Redirect, method, "/chat?a=b", ask).await;
            assert_eq!((answer.status.as_u16(), answer.headers["location"].to_str().unwrap()), (308, &*expected));
        }
    }
    let evil = Ask { headers: vec![("host", "evil.example/@".to_owned())], ..Ask::default() };
    assert_eq!(nameless.ask(Role::Redirect, Method::GET, "/", evil).await.status, 400);
}

#[tokio::test]
async fn a_certificate_is_changed_under_way() {
    let pair = Pair::new();
    let server = pair.server(&[]).await;
    let https = server.address(Role::Https);
    let mut open = connect(https, &[&pair.der], "http/1.1").await.unwrap();
    assert!(ask(&mut open, "GET /health HTTP/1.1", "").await.starts_with("HTTP/1.1 200"));

    // Something that is no certificate changes nothing, nor does a key of another.
    std::fs::write(pair.cert(), "-----BEGIN CERTIFICATE-----\nbm8=\n-----END CERTIFICATE-----\n").unwrap();
    holds(https, &pair.der, &mut open).await;
    let next = write(pair.folder.path());
    std::fs::write(pair.key(), KeyPair::generate().unwrap().serialize_pem()).unwrap();
    holds(https, &pair.der, &mut open).await;

    let last = write(pair.folder.path());
    tokio::time::timeout(PATIENCE, async {
        // Meanwhile one of the two holds, always.
        while connect(https, &[&last], "http/1.1").await.is_err() {
            connect(https, &[&pair.der, &last], "http/1.1").await.expect("the one before or the last");
        }
    })
    .await
    .unwrap();
    assert!(connect(https, &[&pair.der, &next], "http/1.1").await.is_err(), "only the last holds");
    assert!(ask(&mut open, "GET /health HTTP/1.1", "").await.starts_with("HTTP/1.1 200"), "nobody was cut");
    server.stop().await;
}

/// While the server looks at the files twice and more, every client that comes gets this certificate.
async fn holds(https: SocketAddr, expected: &CertificateDer<'static>, open: &mut TlsStream<TcpStream>) {
    let end = tokio::time::Instant::now() + Duration::from_millis(2_500);
    while tokio::time::Instant::now() < end {
        connect(https, &[expected], "http/1.1").await.unwrap();
        assert!(ask(open, "GET /health HTTP/1.1", "").await.starts_with("HTTP/1.1 200"));
    }
}

#[tokio::test]
async fn one_port_serves_pages_and_the_relay() {
    let pair = Pair::new();
    let server = pair.server(&[]).await;
    let https = server.address(Role::Https);
    // A binding request of RFC 8489.
    let request = [&[0, 1, 0, 0, 0x21, 0x12, 0xa4, 0x42][..], b"twelve bytes"].concat();
    for protocol in ["stun.turn", "http/1.1"] {
        let mut stream = connect(https, &[&pair.der], protocol).await.unwrap();
        for _ in 0..2 {
            // In two pieces, for the first byte decides.
            stream.write_all(&request[..1]).await.unwrap();
            stream.flush().await.unwrap();
            stream.write_all(&request[1..]).await.unwrap();
            let mut answer = [0; 20];
            tokio::time::timeout(PATIENCE, stream.read_exact(&mut answer)).await.unwrap().unwrap();
            assert_eq!((&answer[..2], &answer[8..]), (&[1, 1][..], &b"twelve bytes"[..]));
            let mut attributes = vec![0; usize::from(u16::from_be_bytes([answer[2], answer[3]]))];
            stream.read_exact(&mut attributes).await.unwrap();
        }
    }
    server.add("Amira", UserRole::Patient).await;
    let token = server.token("Amira").await;
    let answer = server.get("/api/ice-servers", Some(&token)).await.json();
    let urls = answer["iceServers"][1]["urls"].as_array().unwrap();
    assert_eq!(urls.last().unwrap(), &json!(format!("turns:127.0.0.1:{}?transport=tcp", https.port())), "{answer}");
    assert_eq!(urls.len(), 3, "{answer}");
    server.stop().await;
}

#[tokio::test]
async fn who_is_slow_is_cut_and_keeps_nobody_out() {
    let pair = Pair::new();
    let server = pair.server(&[]).await;
    let https = server.address(Role::Https);
    let mut idle = connect(https, &[&pair.der], "http/1.1").await.unwrap();
    let mut slow = Vec::new();
    while slow.len() < 127 {
        slow.push(TcpStream::connect(https).await.unwrap());
    }
    // The first bytes of a handshake, and no more.
    slow[0].write_all(&[0x16, 3, 1]).await.unwrap();
    let mut refused = TcpStream::connect(https).await.unwrap();
    assert!(is_closed(&mut refused).await, "there are too many of one address");
    let socket = TcpSocket::new_v4().unwrap();
    socket.bind("127.0.0.2:0".parse().unwrap()).unwrap();
    let neighbour = socket.connect(https).await.unwrap();
    let mut neighbour = shake(neighbour, &[&pair.der], "http/1.1").await.unwrap();
    assert!(ask(&mut neighbour, "GET /health HTTP/1.1", "").await.starts_with("HTTP/1.1 200"));
    for stream in &mut slow {
        assert!(is_closed(stream).await);
    }
    assert!(is_closed(&mut idle).await, "a handshake alone is nothing said");
    let mut again = connect(https, &[&pair.der], "http/1.1").await.unwrap();
    assert!(ask(&mut again, "GET /health HTTP/1.1", "").await.starts_with("HTTP/1.1 200"));
    server.stop().await;
}

#[tokio::test]
async fn a_local_network_has_an_authority_of_its_own() {
    let listen = ("MOODBITES_LISTEN", "https=127.0.0.1:0 redirect=127.0.0.1:0");
    let server = TestServer::start_with(&[listen, ("MOODBITES_TLS", "lan")]).await;
    let get = |path: &'static str| server.ask(Role::Redirect, Method::GET, path, Ask::default());
    let der = CertificateDer::from(get("/api/trust/moodbites.crt").await.bytes.to_vec());
    // Who trusts it comes in, and nobody else does.
    let mut stream = connect(server.address(Role::Https), &[&der], "http/1.1").await.unwrap();
    let health = ask(&mut stream, "GET /health HTTP/1.1", "").await;
    assert!(health.starts_with("HTTP/1.1 200") && !health.contains("strict-transport-security"), "{health}");
    assert!(connect(server.address(Role::Https), &[&Pair::new().der], "http/1.1").await.is_err());

    let said = get("/api/trust").await.json();
    let hex: String = said["fingerprint"].as_str().unwrap().split(':').collect();
    assert_eq!(hex.len(), 64, "{said}");
    let profile = get("/api/trust/moodbites.mobileconfig").await;
    assert_eq!(profile.headers["content-type"], "application/x-apple-aspen-config");
    let base64: String = profile.text.split("<data>").nth(1).unwrap().split('<').next().unwrap().to_owned();
    assert_eq!(base64::Engine::decode(&base64::engine::general_purpose::STANDARD, base64).unwrap(), der.to_vec());

    // The plain port shows how, and sends to https whoever wants something else.
    assert_eq!(get("/").await.headers["location"], "/trust");
    let html = Ask { headers: vec![("accept", "text/html".to_owned())], ..Ask::default() };
    assert!(server.ask(Role::Redirect, Method::GET, "/trust", html).await.text.contains("<html"));
    let chats = Ask { headers: vec![("host", "practice.local".to_owned())], ..Ask::default() };
    let chats = server.ask(Role::Redirect, Method::GET, "/chats", chats).await;
    assert!(chats.headers["location"].to_str().unwrap().starts_with("https://practice.local:"));

    // It is the same after a restart, with another certificate.
    let file = server.data.path().join("lan-authority.json");
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        assert_eq!(std::fs::metadata(&file).unwrap().permissions().mode() & 0o777, 0o600);
    }
    let kept = std::fs::read(&file).unwrap();
    let data = tempfile::tempdir().unwrap();
    server.stop().await;
    std::fs::write(data.path().join("lan-authority.json"), kept).unwrap();
    let again = TestServer::start_in(data, &[listen, ("MOODBITES_TLS", "lan")]).await;
    connect(again.address(Role::Https), &[&der], "http/1.1").await.unwrap();
    again.stop().await;
}
