use std::io::{Read, Write};
use std::net::TcpStream;

use domain::Role as UserRole;
use http::{HeaderMap, Method, StatusCode, header};
use server::Role;

use crate::harness::{Ask, TestServer};

async fn with(
    server: &TestServer,
    role: Role,
    method: Method,
    path: &str,
    headers: &[(&'static str, &str)],
) -> crate::harness::Answer {
    let headers = headers.iter().map(|(name, value)| (*name, (*value).to_owned())).collect();
    server.ask(role, method, path, Ask { headers, ..Ask::default() }).await
}

fn is_guarded(headers: &HeaderMap) -> bool {
    let policy = headers["content-security-policy"].to_str().unwrap();
    headers["x-content-type-options"] == "nosniff"
        && policy.contains("default-src 'self'")
        && policy.contains("frame-ancestors 'none'")
        && policy.contains("object-src 'none'")
        && !policy.contains("script-src 'self' 'unsafe")
        && headers["permissions-policy"].to_str().unwrap().contains("camera=(self), microphone=(self)")
        && headers["cross-origin-opener-policy"] == "same-origin"
        && headers["referrer-policy"] == "no-referrer"
        && !headers.contains_key("strict-transport-security")
        && headers.contains_key("x-request-id")
}

#[tokio::test]
async fn every_answer_tells_browsers_what_to_refuse() {
    let server = TestServer::start().await;
    for (role, method, path) in [
        (Role::Web, Method::GET, "/"),
        (Role::Web, Method::GET, "/health"),
        (Role::Web, Method::GET, "/api/user/me"),
        (Role::Web, Method::GET, "/api/nothing"),
        (Role::Web, Method::PATCH, "/api/user/me"),
        (Role::Web, Method::OPTIONS, "/api/user/me"),
        (Role::Web, Method::GET, "/socket.io/?EIO=4&transport=polling"),
        (Role::Accounts, Method::GET, "/"),
        (Role::Chat, Method::GET, "/api/nothing"),
        (Role::Calls, Method::GET, "/health"),
    ] {
        let answer = with(&server, role, method.clone(), path, &[]).await;
        assert!(is_guarded(&answer.headers), "{role} {method} {path}: {:?}", answer.headers);
    }
    assert_eq!(server.get("/api/user/me", None).await.headers[header::CACHE_CONTROL], "no-store");
}

#[tokio::test]
async fn only_configured_origins_read_answers() {
    let server = TestServer::start_with(&[("CORS_ORIGIN", "https://app.example.org,http://localhost:5173")]).await;
    for role in [Role::Web, Role::Accounts, Role::Chat, Role::Calls] {
        for (origin, allowed) in [
            ("https://app.example.org", true),
            ("http://localhost:5173", true),
            ("https://app.example.org.evil.example", false),
            ("http://app.example.org", false),
            ("null", false),
        ] {
            let answer = with(&server, role, Method::GET, "/health", &[("origin", origin)]).await;
            let said = answer.headers.get("access-control-allow-origin").map(|value| value.to_str().unwrap());
            assert_eq!(said, allowed.then_some(origin), "{role} {origin}");
            if allowed {
                assert_eq!(answer.headers["access-control-allow-credentials"], "true");
                assert!(answer.headers.get_all("vary").iter().any(|vary| vary.to_str().unwrap().contains("origin")));
            }
        }
    }
    let headers = [
        ("origin", "http://localhost:5173"),
        ("access-control-request-method", "PUT"),
        ("access-control-request-headers", "authorization,content-type"),
    ];
    let answer = with(&server, Role::Accounts, Method::OPTIONS, "/api/user/change-password", &headers).await;
    assert_eq!(answer.status, StatusCode::OK);
    assert!(answer.headers["access-control-allow-methods"].to_str().unwrap().contains("PUT"));
    assert!(answer.headers["access-control-allow-headers"].to_str().unwrap().contains("authorization"));
}

#[tokio::test]
async fn pages_of_the_app_are_the_app_and_nothing_else_is() {
    let server = TestServer::start().await;
    let page = [("accept", "text/html,application/xhtml+xml,*/*;q=0.8")];
    for path in ["/", "/index.html", "/chat", "/setup", "/people/6543210f000102fdfeff0708", "/apiary"] {
        let answer = with(&server, Role::Web, Method::GET, path, &page).await;
        assert_eq!(answer.status, StatusCode::OK, "{path}");
        assert!(answer.headers[header::CONTENT_TYPE].to_str().unwrap().starts_with("text/html"), "{path}");
        assert!(answer.text.contains("<html") && answer.text.contains("MoodBites"), "{path}: {}", answer.text);
        assert_eq!(answer.headers[header::CACHE_CONTROL], "no-cache", "{path}");
    }
    for (role, method, path, headers) in [
        (Role::Web, Method::GET, "/api", &page[..]),
        (Role::Web, Method::GET, "/api/nothing", &page[..]),
        (Role::Web, Method::GET, "/socket.io", &page[..]),
        (Role::Web, Method::GET, "/health/nothing", &page[..]),
        (Role::Web, Method::GET, "/chat.json", &[][..]),
        (Role::Web, Method::GET, "/assets/gone-1234.js", &page[..]),
        (Role::Web, Method::GET, "/../../etc/passwd", &[][..]),
        (Role::Web, Method::GET, "/%2e%2e/%2e%2e/etc/passwd", &[][..]),
        (Role::Web, Method::POST, "/chat", &page[..]),
        (Role::Web, Method::DELETE, "/api/user/me", &page[..]),
        (Role::Accounts, Method::GET, "/", &page[..]),
        (Role::Chat, Method::GET, "/chat", &page[..]),
        (Role::Calls, Method::GET, "/index.html", &page[..]),
    ] {
        let answer = with(&server, role, method.clone(), path, headers).await;
        assert_eq!(answer.summary(), "404 not_found", "{role} {method} {path}");
    }
}

#[tokio::test]
async fn behind_a_proxy_limits_are_for_the_client_that_it_names() {
    let server = TestServer::start_with(&[("MOODBITES_TRUSTED_PROXIES", "127.0.0.1")]).await;
    server.add("Amira", UserRole::Patient).await;
    let guess = |forwarded: &'static str| {
        let ask = Ask {
            headers: vec![("x-forwarded-for", forwarded.to_owned())],
            body: Some(serde_json::json!({ "email": "amira@example.org", "password": "a wrong password" })),
            ..Ask::default()
        };
        server.ask(Role::Accounts, Method::POST, "/api/user/login", ask)
    };
    for _ in 0..5 {
        assert_eq!(guess("198.51.100.1").await.summary(), "401 invalid_credentials");
    }
    assert_eq!(guess("198.51.100.1").await.summary(), "429 rate_limited");
    assert_eq!(
        guess("203.0.113.9, 198.51.100.1").await.summary(),
        "429 rate_limited",
        "what stands before it anyone can write"
    );
    assert_eq!(guess("198.51.100.2").await.summary(), "401 invalid_credentials");
}

#[tokio::test]
async fn without_a_trusted_proxy_nobody_names_their_own_address() {
    let server = TestServer::start().await;
    server.add("Amira", UserRole::Patient).await;
    for n in 0..6 {
        let ask = Ask {
            headers: vec![("x-forwarded-for", format!("198.51.100.{n}"))],
            body: Some(serde_json::json!({ "email": "amira@example.org", "password": "a wrong password" })),
            ..Ask::default()
        };
        let answer = server.ask(Role::Accounts, Method::POST, "/api/user/login", ask).await;
        assert_eq!(answer.summary(), if n < 5 { "401 invalid_credentials" } else { "429 rate_limited" });
    }
}

#[tokio::test]
async fn what_is_no_http_harms_nobody() {
    let server = TestServer::start().await;
    let address = server.address(Role::Web);
    let answers = tokio::task::spawn_blocking(move || {
        [
            "\0\0\0\0",
            "GET / HTTP/9.9\r\n\r\n",
            "GET\r\n\r\n",
            &format!("GET /{} HTTP/1.1\r\n", "x".repeat(1_000_000)),
            "\x16\x03\x01\x02\x00",
        ]
        .map(|bytes| {
            let mut stream = TcpStream::connect(address).unwrap();
            // It may be closed before all of it is written.
            let _ = stream.write_all(bytes.as_bytes());
            let _ = stream.shutdown(std::net::Shutdown::Write);
            let mut answer = Vec::new();
            let _ = stream.read_to_end(&mut answer);
            answer.starts_with(b"HTTP/1.1 2")
        })
    });
    assert_eq!(answers.await.unwrap(), [false; 5]);
    assert_eq!(server.get("/health", None).await.summary(), "200");
}

#[tokio::test]
async fn it_stops_when_told_to_and_finishes_what_it_was_at() {
    let server = TestServer::start().await;
    let address = server.address(Role::Web);
    // An idle connection is no reason to wait.
    let _idle = TcpStream::connect(address).unwrap();
    assert_eq!(server.get("/health", None).await.summary(), "200");
    server.stop().await;
    assert!(TcpStream::connect(address).is_err());
}
