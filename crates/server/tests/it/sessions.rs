use std::time::Duration;

use app::accounts::{Secret, Tokens};
use app::fresh;
use domain::{Role as UserRole, SessionId};
use http::{Method, StatusCode, header};
use serde_json::json;
use server::Role;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use crate::harness::{Answer, Ask, PASSWORD, TestServer, email, secret};

const DAY: Duration = Duration::from_secs(24 * 60 * 60);

async fn renew(server: &TestServer, cookie: Option<&str>) -> Answer {
    let headers = cookie.map(|cookie| ("cookie", cookie.to_owned())).into_iter().collect();
    server.ask(Role::Web, Method::POST, "/api/session/renew", Ask { headers, ..Ask::default() }).await
}

async fn sign_out(server: &TestServer, token: &str, query: &str) -> Answer {
    let path = format!("/api/session{query}");
    server.ask(Role::Web, Method::DELETE, &path, Ask { token: Some(token), ..Ask::default() }).await
}

#[tokio::test]
async fn the_cookie_is_for_renewal_and_nobody_else() {
    let server = TestServer::start().await;
    server.add("Amira", UserRole::Patient).await;
    let answer = server.sign_in("Amira").await;
    let cookie = answer.headers[header::SET_COOKIE].to_str().unwrap();
    for part in ["moodbites_refresh=", "; HttpOnly", "; SameSite=Strict", "; Path=/api/session", "; Max-Age=1209600"] {
        assert!(cookie.contains(part), "{part} in {cookie}");
    }
    assert!(!cookie.contains("Secure"), "{cookie}");
    let body = answer.json();
    assert_eq!(body["user"]["email"], "amira@example.org");
    assert!(body["user"].get("passwordHash").is_none() && !answer.text.contains("argon2"));

    // No other route takes it.
    let headers = vec![("cookie", answer.cookie().unwrap())];
    let me = server.ask(Role::Web, Method::GET, "/api/user/me", Ask { headers, ..Ask::default() }).await;
    assert_eq!(me.summary(), "401 unauthenticated");
}

#[tokio::test]
async fn behind_tls_the_cookie_is_secure() {
    let server = TestServer::start_with(&[("MOODBITES_PUBLIC_ADDRESS", "https://chat.example.org")]).await;
    server.add("Amira", UserRole::Patient).await;
    let answer = server.sign_in("Amira").await;
    assert!(answer.headers[header::SET_COOKIE].to_str().unwrap().contains("; Secure"));
    assert_eq!(answer.headers[header::STRICT_TRANSPORT_SECURITY], "max-age=31536000; includeSubDomains");
}

#[tokio::test]
async fn renewal_replaces_the_cookie_and_the_access_token() {
    let server = TestServer::start().await;
    server.add("Amira", UserRole::Patient).await;
    let first = server.sign_in("Amira").await;
    server.services.clock.advance(Duration::from_secs(14 * 60));
    let second = renew(&server, first.cookie().as_deref()).await;
    assert_eq!(second.status, StatusCode::OK);
    assert_ne!(second.cookie(), first.cookie());

    server.services.clock.advance(Duration::from_secs(2 * 60));
    let access = |answer: &Answer| answer.json()["accessToken"].as_str().unwrap().to_owned();
    let (old, new) = (access(&first), access(&second));
    assert_eq!(server.get("/api/user/me", Some(&old)).await.summary(), "401 session_expired");
    assert_eq!(server.get("/api/user/me", Some(&new)).await.summary(), "200");
}

#[tokio::test]
async fn two_tabs_may_renew_at_once_but_a_copy_ends_the_session() {
    let server = TestServer::start().await;
    server.add("Amira", UserRole::Patient).await;
    let first = server.sign_in("Amira").await.cookie();
    let second = renew(&server, first.as_deref()).await;
    let again = renew(&server, first.as_deref()).await;
    assert_eq!((again.status, again.cookie()), (StatusCode::OK, None), "the other tab has the next cookie already");

    server.services.clock.advance(Duration::from_secs(120));
    assert_eq!(renew(&server, first.as_deref()).await.summary(), "401 session_expired");
    assert_eq!(renew(&server, second.cookie().as_deref()).await.summary(), "401 session_expired", "nor the thief's");
    let token = second.json()["accessToken"].as_str().unwrap().to_owned();
    assert_eq!(server.get("/api/user/me", Some(&token)).await.summary(), "401 session_expired");
}

#[tokio::test]
async fn nothing_renews_without_a_cookie_or_for_another_page() {
    let server = TestServer::start().await;
    server.add("Amira", UserRole::Patient).await;
    let cookie = server.sign_in("Amira").await.cookie().unwrap();
    for bad in [None, Some("moodbites_refresh="), Some("moodbites_refresh=nonsense"), Some("other=1")] {
        assert_eq!(renew(&server, bad).await.summary(), "401 session_expired", "{bad:?}");
    }
    for (origin, expected) in [("https://evil.example", "403 forbidden"), ("http://localhost:5173", "200")] {
        let headers = vec![("cookie", cookie.clone()), ("origin", origin.to_owned())];
        let answer = server.ask(Role::Web, Method::POST, "/api/session/renew", Ask { headers, ..Ask::default() }).await;
        assert_eq!(answer.summary(), expected, "{origin}");
    }
}

#[tokio::test]
async fn a_session_that_nobody_renews_ends() {
    let server = TestServer::start().await;
    server.add("Amira", UserRole::Patient).await;
    let cookie = server.sign_in("Amira").await.cookie();
    server.services.clock.advance(DAY * 14 + Duration::from_secs(1));
    assert_eq!(renew(&server, cookie.as_deref()).await.summary(), "401 session_expired");
}

#[tokio::test]
async fn signing_out_ends_this_session_or_all() {
    let server = TestServer::start().await;
    server.add("Amira", UserRole::Patient).await;
    let here = server.sign_in("Amira").await;
    let there = server.token("Amira").await;
    let old = server.bearer("Amira").await;
    let token = here.json()["accessToken"].as_str().unwrap().to_owned();

    let out = sign_out(&server, &token, "").await;
    assert_eq!((out.status, out.cookie().as_deref()), (StatusCode::NO_CONTENT, Some("moodbites_refresh=")));
    assert_eq!(server.get("/api/user/me", Some(&token)).await.summary(), "401 session_expired");
    assert_eq!(renew(&server, here.cookie().as_deref()).await.summary(), "401 session_expired");
    assert_eq!(server.get("/api/user/me", Some(&there)).await.summary(), "200");

    assert_eq!(sign_out(&server, &there, "?everywhere=true").await.status, StatusCode::NO_CONTENT);
    for token in [&there, &old] {
        assert_eq!(server.get("/api/user/me", Some(token)).await.summary(), "401 session_expired");
    }
    assert_eq!(sign_out(&server, &there, "").await.summary(), "401 session_expired");
    server.token("Amira").await;
}

#[tokio::test]
async fn an_old_client_s_token_lasts_a_week_and_can_be_revoked() {
    let server = TestServer::start().await;
    let amira = server.add("Amira", UserRole::Patient).await;
    let token = server.bearer("Amira").await;
    server.services.clock.advance(DAY * 6);
    assert_eq!(server.get("/api/user/me", Some(&token)).await.summary(), "200");
    let now = server.services.clock.now();
    server.services.accounts.set_active(amira.id, false, now).await.unwrap();
    server.services.accounts.set_active(amira.id, true, now).await.unwrap();
    assert_eq!(server.get("/api/user/me", Some(&token)).await.summary(), "401 session_expired", "not even afterwards");
    let token = server.bearer("Amira").await;
    server.services.clock.advance(DAY * 7 + Duration::from_secs(31));
    assert_eq!(server.get("/api/user/me", Some(&token)).await.summary(), "401 session_expired");
}

#[tokio::test]
async fn tokens_of_the_old_service_hold_until_the_password_changes() {
    let server = TestServer::start_with(&[("JWT_SECRET", secret())]).await;
    let amira = server.add("Amira", UserRole::Patient).await;
    let tokens = Tokens::new(Secret::new(secret()), None);
    let old = without_session(&tokens, &amira, server.services.clock.now().seconds() - 60);
    assert_eq!(server.get("/api/user/me", Some(&old)).await.summary(), "200");

    let token = server.token("Amira").await;
    let body = json!({ "currentPassword": PASSWORD, "newPassword": "another one, quite long" });
    assert_eq!(server.put("/api/user/change-password", Some(&token), body).await.summary(), "200");
    assert_eq!(server.get("/api/user/me", Some(&old)).await.summary(), "401 session_expired");
    assert_eq!(server.get("/api/user/me", Some(&token)).await.summary(), "200", "who changed it stays");
    server.services.clock.advance(Duration::from_secs(5));
    let newer = without_session(&tokens, &amira, server.services.clock.now().seconds());
    assert_eq!(server.get("/api/user/me", Some(&newer)).await.summary(), "200");
}

/// What the old service issues.
fn without_session(tokens: &Tokens, user: &domain::User, iat: i64) -> String {
    tokens.sign_claims(&json!({ "id": user.id.to_string(), "iat": iat, "exp": iat + 3600 }))
}

#[tokio::test]
async fn another_s_session_or_nobody_s_opens_nothing() {
    let server = TestServer::start_with(&[("JWT_SECRET", secret())]).await;
    let amira = server.add("Amira", UserRole::Patient).await;
    server.add("Hannah", UserRole::Dietician).await;
    let tokens = Tokens::new(Secret::new(secret()), None);
    let now = server.services.clock.now();
    let hers: SessionId = {
        let identity = server.services.accounts.authenticate(&server.token("Hannah").await, now).await.unwrap();
        identity.session.unwrap()
    };
    let later = now + Duration::from_secs(60);
    for session in [hers, SessionId(fresh::object_id(now))] {
        let token = tokens.issue(&amira, session, now, later);
        assert_eq!(server.get("/api/user/me", Some(&token)).await.summary(), "401 session_expired");
    }
    let stranger = domain::User { id: domain::UserId(fresh::object_id(now)), ..amira };
    let token = without_session(&tokens, &stranger, now.seconds());
    assert_eq!(server.get("/api/user/me", Some(&token)).await.summary(), "401 unauthenticated");
}

#[tokio::test]
async fn the_first_admin_is_made_once_by_a_link() {
    let server = TestServer::start().await;
    let path = server.services.setup.path().unwrap();
    let token = path.strip_prefix("/setup#").unwrap().to_owned();
    let file = server.data.path().join("setup-token");
    assert_eq!(std::fs::read_to_string(&file).unwrap().trim(), token);
    let body =
        |token: &str, name: &str| json!({ "token": token, "name": name, "email": email(name), "password": PASSWORD });
    assert_eq!(server.post("/api/setup", None, body("guess", "Mallory")).await.summary(), "410 setup_link_invalid");
    let mut weak = body(&token, "Ines");
    weak["password"] = "short".into();
    assert_eq!(server.post("/api/setup", None, weak).await.summary(), "422 weak_password");

    let answer = server.post("/api/setup", None, body(&token, "Ines")).await;
    assert_eq!(answer.status, StatusCode::OK, "{answer:?}");
    assert_eq!(answer.json()["user"]["role"], 0);
    let access = answer.json()["accessToken"].as_str().unwrap().to_owned();
    assert_eq!(server.get("/api/people", Some(&access)).await.summary(), "200");
    assert_eq!(server.post("/api/setup", None, body(&token, "Mallory")).await.summary(), "410 setup_link_invalid");
    assert!(!file.exists());
}

/// Joins by a websocket; what comes on it until the transport is gone.
async fn join(server: &TestServer, token: &str) -> tokio::task::JoinHandle<String> {
    let mut stream = TcpStream::connect(server.address(Role::Web)).await.unwrap();
    let request = "GET /socket.io/?EIO=4&transport=websocket HTTP/1.1\r\nhost: x\r\nconnection: upgrade\r\nupgrade: websocket\r\n\
        sec-websocket-version: 13\r\nsec-websocket-key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n";
    stream.write_all(request.as_bytes()).await.unwrap();
    let packet = format!("40{}", json!({ "token": token, "deviceId": "device" }));
    let length = u16::try_from(packet.len()).unwrap();
    // A text frame with a length of two bytes and a mask of zeros.
    let mut frame = vec![0x81, 0x80 | 126];
    frame.extend(length.to_be_bytes());
    frame.extend([0; 4]);
    frame.extend(packet.as_bytes());
    stream.write_all(&frame).await.unwrap();
    let mut text = String::new();
    let mut buffer = [0; 4096];
    while !text.contains("40{") {
        let read = stream.read(&mut buffer).await.unwrap();
        assert_ne!(read, 0, "{text}");
        text.push_str(&String::from_utf8_lossy(&buffer[..read]));
    }
    tokio::spawn(async move {
        // Cut off, it may end by a reset.
        while let Ok(read @ 1..) = stream.read(&mut buffer).await {
            text.push_str(&String::from_utf8_lossy(&buffer[..read]));
        }
        text
    })
}

#[tokio::test]
async fn live_sockets_are_cut_whoever_revokes() {
    let server = TestServer::start().await;
    let amira = server.add("Amira", UserRole::Patient).await;
    server.add("Hannah", UserRole::Dietician).await;
    let (one, two) = (server.token("Amira").await, server.token("Amira").await);
    let signed_out = join(&server, &one).await;
    let disabled = join(&server, &two).await;
    let untouched = join(&server, &server.token("Hannah").await).await;

    sign_out(&server, &one, "").await;
    let text = tokio::time::timeout(Duration::from_secs(5), signed_out).await.unwrap().unwrap();
    assert!(text.contains(r#""session-expired""#), "{text}");
    assert!(!disabled.is_finished(), "another session");

    // As the command line does it: another process, the same store.
    let other = store::Sqlite::open(server.data.path(), store::Options::default()).unwrap();
    domain::Users::set_active(&other, amira.id, false, server.services.clock.now()).await.unwrap();
    let text = tokio::time::timeout(Duration::from_secs(5), disabled).await.unwrap().unwrap();
    assert!(text.contains(r#""session-expired""#), "{text}");
    assert!(!untouched.is_finished(), "another person");
    untouched.abort();
}
