//! Files on their way in and out, as people meet them.

use std::time::Duration;

use domain::Role as UserRole;
use http::{Method, StatusCode, header};
use serde_json::Value;
use server::Role;

use crate::harness::{Answer, Ask, Form, TestServer};

pub(crate) const HOUR: Duration = Duration::from_secs(60 * 60);

/// A picture of that size, as far as its header goes.
pub(crate) fn png(width: u32, height: u32) -> Vec<u8> {
    let mut bytes = b"\x89PNG\r\n\x1a\n\0\0\0\x0dIHDR".to_vec();
    bytes.extend_from_slice(&width.to_be_bytes());
    bytes.extend_from_slice(&height.to_be_bytes());
    bytes.extend_from_slice(&[8, 6, 0, 0, 0]);
    bytes.resize(200, 7);
    bytes
}

/// A picture with a preview before its frame, as cameras write it.
pub(crate) fn jpeg(width: u16, height: u16, preview: u16) -> Vec<u8> {
    let mut bytes = b"\xff\xd8\xff\xe1".to_vec();
    bytes.extend_from_slice(&(preview + 2).to_be_bytes());
    bytes.resize(bytes.len() + usize::from(preview), 0);
    bytes.extend_from_slice(b"\xff\xc0\0\x11\x08");
    bytes.extend_from_slice(&height.to_be_bytes());
    bytes.extend_from_slice(&width.to_be_bytes());
    bytes.extend_from_slice(&[3; 300]);
    bytes
}

pub(crate) fn webm() -> Vec<u8> {
    let mut bytes = b"\x1a\x45\xdf\xa3".to_vec();
    bytes.extend((0..2000_u32).map(|n| (n % 251) as u8));
    bytes
}

pub(crate) fn announced(kind: &str, key: &str) -> Form {
    Form::default().field("uploadId", key).field("kind", kind)
}

/// What a path that a server said is, on whichever listener.
pub(crate) fn path_of(address: &Value) -> String {
    let address = address.as_str().expect("an address");
    let (_, path) = address.split_once("/api/").expect("one of ours");
    format!("/api/{path}")
}

pub(crate) async fn fetch(server: &TestServer, address: &Value, headers: &[(&'static str, &str)]) -> Answer {
    let headers = headers.iter().map(|(name, value)| (*name, (*value).to_owned())).collect();
    server.ask(Role::Web, Method::GET, &path_of(address), Ask { headers, ..Ask::default() }).await
}

fn kept(server: &TestServer) -> usize {
    let folders = std::fs::read_dir(server.data.path().join("uploads")).unwrap();
    folders.map(|folder| std::fs::read_dir(folder.unwrap().path()).unwrap().count()).sum()
}

#[tokio::test]
async fn a_picture_comes_back_to_pages_of_any_origin() {
    let server = TestServer::start().await;
    server.add("Amira", UserRole::Patient).await;
    let token = server.token("Amira").await;
    let (picture, small) = (jpeg(4000, 3000, 60_000), jpeg(320, 240, 0));
    let form = announced("image", "k1")
        .field("width", "1")
        .file("file", "C:\\\\photos/übung \u{202e}gpj.jpg", "image/jpeg", &picture)
        .file("thumbnail", "t", "image/jpeg", &small);
    let answer = server.form(Role::Web, "/api/uploads", Some(&token), form.clone()).await;
    assert_eq!(answer.summary(), "200", "{answer:?}");
    let said = answer.json();
    assert_eq!((&said["fileName"], &said["fileType"]), (&"übung gpj.jpg".into(), &"image/jpeg".into()));
    assert_eq!(said["fileSize"], picture.len());
    let host = format!("http://{}/api/uploads/", server.address(Role::Web));
    assert!(said["fileUrl"].as_str().unwrap().starts_with(&host), "{said}");

    // The same key again is the same upload, whatever comes with it.
    let again = server.form(Role::Web, "/api/uploads", Some(&token), form).await.json();
    assert_eq!(again["publicId"], said["publicId"]);
    assert_eq!(kept(&server), 2);

    for (role, address) in
        [(Role::Web, &said["fileUrl"]), (Role::Chat, &said["fileUrl"]), (Role::Accounts, &said["fileUrl"])]
    {
        let headers = vec![("origin", "https://elsewhere.example".to_owned())];
        let answer = server.ask(role, Method::GET, &path_of(address), Ask { headers, ..Ask::default() }).await;
        assert_eq!((answer.status, &answer.bytes[..]), (StatusCode::OK, &picture[..]), "{role}");
        let header = |name: &str| answer.headers[name].to_str().unwrap().to_owned();
        assert_eq!(header("content-type"), "image/jpeg");
        assert_eq!(header("x-content-type-options"), "nosniff");
        assert_eq!(header("cross-origin-resource-policy"), "cross-origin");
        assert_eq!(header("content-security-policy"), "default-src 'none'; sandbox; frame-ancestors 'none'");
        assert_eq!(header("cache-control"), "private, max-age=3600");
        let disposition = "inline; filename=\"_bung gpj.jpg\"; filename*=UTF-8''%C3%BCbung%20gpj.jpg";
        assert_eq!(header("content-disposition"), disposition);
        let known = [("if-none-match", header("etag"))];
        let known = known.map(|(name, value)| (name, value)).to_vec();
        let answer = server.ask(role, Method::GET, &path_of(address), Ask { headers: known, ..Ask::default() }).await;
        assert_eq!((answer.status, answer.bytes.len()), (StatusCode::NOT_MODIFIED, 0));
    }
    let answer = fetch(&server, &said["thumbnailUrl"], &[]).await;
    assert_eq!(
        (&answer.bytes[..], &answer.headers[header::CONTENT_TYPE]),
        (&small[..], &"image/jpeg".parse().unwrap())
    );
}

#[tokio::test]
async fn a_voice_note_is_played_in_parts() {
    let server = TestServer::start().await;
    server.add("Amira", UserRole::Patient).await;
    let token = server.token("Amira").await;
    let note = webm();
    let form = announced("audio", "k1").field("durationMs", "4250").field("waveform", "[0,50,100]");
    let form = form.file("file", "note", "audio/webm;codecs=opus", &note);
    let said = server.form(Role::Web, "/api/uploads", Some(&token), form).await.json();
    assert_eq!(said["fileType"], "audio/webm");
    let part = async |range: &str| {
        let answer = fetch(&server, &said["fileUrl"], &[("range", range)]).await;
        let range = answer.headers.get(header::CONTENT_RANGE).map(|value| value.to_str().unwrap().to_owned());
        (answer.status.as_u16(), range.unwrap_or_default(), answer.bytes.to_vec())
    };
    let size = note.len();
    assert_eq!(part("bytes=0-").await, (206, format!("bytes 0-{}/{size}", size - 1), note.clone()));
    assert_eq!(part("bytes=5-9").await, (206, format!("bytes 5-9/{size}"), note[5..10].to_vec()));
    assert_eq!(
        part("bytes=-4").await,
        (206, format!("bytes {}-{}/{size}", size - 4, size - 1), note[size - 4..].to_vec())
    );
    assert_eq!(part("bytes=9999-").await, (416, format!("bytes */{size}"), vec![]));
    assert_eq!(part("bytes=0-1,3-4").await, (200, String::new(), note.clone()));
}

#[tokio::test]
async fn old_clients_upload_and_delete() {
    let server = TestServer::start().await;
    server.add("Amira", UserRole::Patient).await;
    server.add("Hannah", UserRole::Dietician).await;
    let (amira, hannah) = (server.bearer("Amira").await, server.bearer("Hannah").await);
    let form =
        Form::default().file("file", "Plan.pdf", "application/pdf", b"%PDF-1.7 and so on").field("fileType", "file");
    let said = server.form(Role::Chat, "/api/upload/file", Some(&amira), form).await.json();
    assert_eq!((&said["fileName"], &said["fileType"]), (&"Plan.pdf".into(), &"application/pdf".into()));
    assert_eq!(said["publicId"], said["filePublicId"]);
    let base = format!("http://{}/api/uploads/", server.address(Role::Chat));
    assert!(said["fileUrl"].as_str().unwrap().starts_with(&base), "the host that the client came to: {said}");
    let answer = fetch(&server, &said["fileUrl"], &[]).await;
    assert!(
        answer.headers[header::CONTENT_DISPOSITION].to_str().unwrap().starts_with("attachment; filename=\"Plan.pdf\"")
    );

    // Old pages call what they record anything.
    let form = Form::default().field("duration", "3.5").file("audio", "audio.wav", "audio/wav", &webm());
    let audio = server.form(Role::Chat, "/api/upload/audio", Some(&amira), form).await.json();
    assert_eq!((&audio["duration"], &audio["publicId"]), (&3.5.into(), &audio["audioPublicId"]));
    assert_eq!(fetch(&server, &audio["audioUrl"], &[]).await.headers[header::CONTENT_TYPE], "audio/webm");

    let delete = async |token: &str| {
        let path = format!("/api/upload/delete/{}", said["publicId"].as_str().unwrap());
        server.ask(Role::Chat, Method::DELETE, &path, Ask { token: Some(token), ..Ask::default() }).await
    };
    assert_eq!(delete(&hannah).await.summary(), "403 forbidden");
    assert_eq!(delete(&amira).await.json()["success"], true);
    assert_eq!(fetch(&server, &said["fileUrl"], &[]).await.summary(), "404 not_found");
    assert_eq!(delete(&amira).await.summary(), "403 forbidden");
    assert_eq!(kept(&server), 1);
}

#[tokio::test]
async fn what_was_never_sent_is_gone_after_a_day() {
    let server = TestServer::start().await;
    server.add("Amira", UserRole::Patient).await;
    let token = server.token("Amira").await;
    let form = announced("file", "k1").file("file", "a.txt", "text/plain", b"a text");
    let said = server.form(Role::Web, "/api/uploads", Some(&token), form.clone()).await.json();
    let answer = fetch(&server, &said["fileUrl"], &[]).await;
    assert_eq!(
        (&answer.headers[header::CONTENT_TYPE], answer.text.as_str()),
        (&"text/plain; charset=utf-8".parse().unwrap(), "a text")
    );
    server.services.clock.advance(HOUR * 23);
    let uploads = &server.services.uploads;
    assert_eq!(uploads.sweep(server.services.clock.now()).await, Ok(0));
    server.services.clock.advance(HOUR + Duration::from_secs(1));
    assert_eq!(uploads.sweep(server.services.clock.now()).await, Ok(1));
    assert_eq!(kept(&server), 0);
    let token = server.token("Amira").await;
    let again = server.form(Role::Web, "/api/uploads", Some(&token), form).await.json();
    assert_ne!(again["publicId"], said["publicId"], "the key is free again");
}

#[tokio::test]
async fn a_person_has_a_picture() {
    let server = TestServer::start().await;
    server.add("Amira", UserRole::Patient).await;
    server.add("Hannah", UserRole::Dietician).await;
    let (amira, hannah) = (server.bearer("Amira").await, server.bearer("Hannah").await);
    let set = async |bytes: &[u8]| {
        let form = Form::default().file("profileImage", "me.png", "image/png", bytes);
        server.form(Role::Accounts, "/api/user/upload-profile-image", Some(&hannah), form).await
    };
    let refused = set(b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>").await;
    assert_eq!(refused.summary(), "415 unsupported_type");
    assert_eq!(refused.json()["message"], refused.json()["error"], "old clients show the message");
    let first = set(&png(64, 64)).await.json()["profileImage"].clone();
    assert_eq!(fetch(&server, &first, &[]).await.bytes.len(), 200);
    let inbox = server.get("/api/inbox", Some(&amira)).await.json();
    assert_eq!(path_of(&inbox["contacts"][0]["profileImage"]), path_of(&first));
    let second = set(&png(65, 65)).await.json()["profileImage"].clone();
    let me =
        server.ask(Role::Accounts, Method::GET, "/api/user/me", Ask { token: Some(&hannah), ..Ask::default() }).await;
    assert_eq!(path_of(&me.json()["profileImage"]), path_of(&second));
    assert_eq!(fetch(&server, &first, &[]).await.summary(), "404 not_found", "the one before is let go");
    let ask = Ask { token: Some(&hannah), ..Ask::default() };
    let removed = server.ask(Role::Web, Method::DELETE, "/api/user/upload-profile-image", ask).await;
    assert_eq!(removed.json()["profileImage"], Value::Null);
    let inbox = server.get("/api/inbox", Some(&amira)).await.json();
    assert_eq!(inbox["contacts"][0]["profileImage"], Value::Null);
    assert_eq!(fetch(&server, &second, &[]).await.summary(), "404 not_found", "and the last with it");
}

#[tokio::test]
async fn an_admin_opens_a_certificate() {
    let server = TestServer::start().await;
    server.add("Ines", UserRole::Admin).await;
    let register = async |email: &str, certificate: &[u8]| {
        let form = Form::default()
            .field("name", "Otto Berg")
            .file("certificate", "diploma.pdf", "application/pdf", certificate)
            .field("email", email)
            .field("password", "correct horse battery")
            .field("role", "2");
        server.form(Role::Accounts, "/api/user/register-dietician", None, form).await
    };
    assert_eq!(register("otto@example.org", b"MZ, a program").await.summary(), "415 unsupported_type");
    assert_eq!(register("no address", b"%PDF-1.7").await.summary(), "400 bad_request");
    assert_eq!(kept(&server), 0, "nothing is kept of somebody who has no account");
    assert_eq!(register("otto@example.org", b"%PDF-1.7 summa cum laude").await.summary(), "200");
    assert_eq!(register("otto@example.org", b"%PDF-1.7 again").await.summary(), "409 email_taken");
    assert_eq!(kept(&server), 1);
    let ines = server.token("Ines").await;
    let people = server.get("/api/people", Some(&ines)).await.json();
    let otto = people["users"].as_array().unwrap().iter().find(|user| user["name"] == "Otto Berg").unwrap().clone();
    let answer = fetch(&server, &otto["certificate"], &[]).await;
    assert_eq!(answer.text, "%PDF-1.7 summa cum laude");
    server.services.clock.advance(HOUR * 48);
    server.services.uploads.sweep(server.services.clock.now()).await.unwrap();
    assert_eq!(kept(&server), 1, "held by who registered with it");
    assert_eq!(fetch(&server, &otto["certificate"], &[]).await.summary(), "403 forbidden", "the address is over");
}
