//! What is tried with uploads, and exactly how each is answered. What is taken is fetched again: it comes as something
//! that nothing runs, and to whoever has the address alone.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::time::Duration;

use domain::Role as UserRole;
use http::{Method, header};
use server::Role;

use crate::harness::{Ask, BOUNDARY, Form, TestServer};
use crate::uploads::{announced, fetch, jpeg, path_of, png, webm};

const MAX: usize = 256 * 1024;
const SVG: &[u8] = b"<svg xmlns=\"http://www.w3.org/2000/svg\" onload=\"alert(1)\"/>";
const HTML: &[u8] = b"<!doctype html><script>alert(document.domain)</script>";

/// A form, by what is in it, and how it is answered: with a code, or taken and given back as a type and a disposition.
type Attack = (&'static str, Form, &'static str);

fn file(kind: &str, name: &str, media_type: &str, bytes: &[u8]) -> Form {
    announced(kind, "key").file("file", name, media_type, bytes)
}

fn and(first: &[u8], second: &[u8]) -> Vec<u8> {
    [first, second].concat()
}

#[rustfmt::skip]
fn contents() -> Vec<Attack> {
    let gif = |rest: &[u8]| and(b"GIF89a\x10\0\x10\0\0\0\0", rest);
    let zip = and(b"PK\x03\x04", &[0; 100]);
    vec![
        ("an SVG as a picture", file("image", "a.svg", "image/svg+xml", SVG), "415 unsupported_type"),
        ("an SVG called PNG", file("image", "a.png", "image/png", SVG), "415 unsupported_type"),
        ("an SVG as a file", file("file", "a.svg", "image/svg+xml", SVG), "200 application/octet-stream attachment"),
        ("HTML as a picture", file("image", "a.png", "image/png", HTML), "415 unsupported_type"),
        ("HTML as a voice note", file("audio", "a.webm", "audio/webm", HTML), "415 unsupported_type"),
        ("HTML as a file", file("file", "a.html", "text/html", HTML), "200 application/octet-stream attachment"),
        ("HTML called a PDF", file("file", "a.pdf", "application/pdf", HTML), "415 unsupported_type"),
        ("HTML called a text", file("file", "a.txt", "text/plain", HTML), "200 text/plain; charset=utf-8 attachment"),
        ("XHTML as a file", file("file", "a.xhtml", "application/xhtml+xml", HTML), "200 application/octet-stream attachment"),
        ("a script as a file", file("file", "a.js", "text/javascript", b"alert(1)"), "200 application/octet-stream attachment"),
        ("a program as a picture", file("image", "a.jpg", "image/jpeg", b"MZ\x90\0"), "415 unsupported_type"),
        ("a program as a file", file("file", "a.exe", "application/x-msdownload", b"MZ\x90\0"), "200 application/octet-stream attachment"),
        ("a type that ends a header", file("file", "a", "text/html\r\nx-evil: 1", HTML), "200 application/octet-stream attachment"),
        ("a type that is none", file("file", "a", "///", b"abc"), "200 application/octet-stream attachment"),
        ("a PNG called JPEG", file("image", "a.jpg", "image/jpeg", &png(10, 10)), "415 unsupported_type"),
        ("a PDF as a picture", file("image", "a.png", "image/png", b"%PDF-1.7"), "415 unsupported_type"),
        ("a GIF that is also a script", file("image", "a.gif", "image/gif", &gif(b"=1;alert(1)//")), "200 image/gif inline"),
        ("a GIF that is also HTML", file("image", "a.gif", "image/gif", &gif(HTML)), "200 image/gif inline"),
        ("a PNG that is also a ZIP", file("image", "a.png", "image/png", &and(&png(10, 10), &zip)), "200 image/png inline"),
        ("a JPEG that is also a PDF", file("image", "a.jpg", "image/jpeg", &and(&jpeg(10, 10, 9), b"%PDF-1.7")), "200 image/jpeg inline"),
        ("a ZIP bomb", file("file", "42.zip", "application/zip", &zip), "200 application/zip attachment"),
        ("a ZIP called a document", file("file", "a.docx", "application/vnd.openxmlformats-officedocument.wordprocessingml.document", &zip),
            "200 application/vnd.openxmlformats-officedocument.wordprocessingml.document attachment"),
        ("a ZIP called a picture", file("file", "a.png", "image/png", &zip), "415 unsupported_type"),
        ("a film as a voice note", file("audio", "a.webm", "video/webm", &webm()), "200 audio/webm inline"),
        ("a picture as a voice note", file("audio", "a.webm", "audio/webm", &png(10, 10)), "415 unsupported_type"),
        ("a picture of 65,535 × 65,535", file("image", "a.png", "image/png", &png(65_535, 65_535)), "413 too_large"),
        ("a picture of 4,294,967,295 × 1", file("image", "a.png", "image/png", &png(u32::MAX, 1)), "413 too_large"),
        ("a picture of 0 × 10", file("image", "a.png", "image/png", &png(0, 10)), "413 too_large"),
        ("a JPEG of 65,535 × 65,535", file("image", "a.jpg", "image/jpeg", &jpeg(65_535, 65_535, 60_000)), "413 too_large"),
        ("such a bomb as a file", file("file", "a.png", "image/png", &png(65_535, 65_535)), "200 application/octet-stream attachment"),
        ("a picture that ends in its header", file("image", "a.png", "image/png", &png(10, 10)[..18]), "415 unsupported_type"),
        ("a JPEG whose segments lead nowhere", file("image", "a.jpg", "image/jpeg", b"\xff\xd8\xff\xe1\0\x01\xff\xe1\0\0"), "415 unsupported_type"),
        ("a thumbnail that is HTML", file("image", "a.png", "image/png", &png(10, 10)).file("thumbnail", "t", "image/jpeg", HTML), "415 unsupported_type"),
        ("a thumbnail of 30,000 × 30,000", file("image", "a.png", "image/png", &png(10, 10)).file("thumbnail", "t", "image/jpeg", &jpeg(30_000, 30_000, 0)), "415 unsupported_type"),
        ("a thumbnail of 65 KiB", file("image", "a.png", "image/png", &png(10, 10)).file("thumbnail", "t", "image/jpeg", &[0xff; 65 * 1024 + 1]), "413 too_large"),
        ("nothing at all", file("file", "a", "", b""), "400 bad_request"),
        ("one byte more than is allowed", file("file", "a", "", &vec![7; MAX + 1]), "413 too_large"),
        ("much more than is allowed", file("file", "a", "", &vec![7; MAX * 10]), "413 too_large"),
        ("a name that climbs", file("file", "../../../etc/passwd", "", b"x"), "200 application/octet-stream attachment passwd"),
        ("a name that climbs, on Windows", file("file", "..\\\\..\\\\boot.ini", "", b"x"), "200 application/octet-stream attachment boot.ini"),
        ("a name of dots", file("file", "..", "", b"x"), "200 application/octet-stream attachment file"),
        ("a name with a null", file("file", "a.png\0.exe", "", b"x"), "400 bad_request"),
        ("a name that turns around", file("file", "a\u{202e}gpj.exe", "", b"x"), "200 application/octet-stream attachment agpj.exe"),
        ("a name of 5,000 characters", file("file", &format!("{}.txt", "n".repeat(5000)), "", b"x"), "200 application/octet-stream attachment n…"),
        ("a key with blanks", announced("file", "a b").file("file", "a", "", b"x"), "400 bad_request"),
        ("a key of 65 characters", announced("file", &"k".repeat(65)).file("file", "a", "", b"x"), "400 bad_request"),
        ("no key", Form::default().field("kind", "file").file("file", "a", "", b"x"), "400 bad_request"),
        ("another's kind", announced("certificate", "key").file("file", "a", "", b"x"), "400 bad_request"),
        ("a waveform that is none", announced("audio", "key").field("waveform", "[1000]").file("file", "a", "", &webm()), "400 bad_request"),
        ("a waveform without end", announced("audio", "key").field("waveform", &format!("[{}1]", "1,".repeat(1000))).file("file", "a", "", &webm()), "400 bad_request"),
        ("a field without end", announced("file", "key").field("width", &"9".repeat(5000)).file("file", "a", "", b"x"), "200 application/octet-stream attachment a"),
        ("a key without end", announced("file", &"9".repeat(5000)).file("file", "a", "", b"x"), "413 too_large"),
        ("two files", announced("file", "key").file("file", "a", "", b"x").file("file", "b", "", b"y"), "400 bad_request"),
        ("no file", announced("file", "key"), "400 bad_request"),
        ("40 parts", (0..40).fold(announced("file", "key"), |form, n| form.field(&format!("f{n}"), "x")).file("file", "a", "", b"x"), "400 bad_request"),
    ]
}

#[tokio::test]
async fn what_is_in_a_file_does_nothing() {
    let server =
        TestServer::start_with(&[("MOODBITES_UPLOAD_MAX_BYTES", &MAX.to_string()), ("MOODBITES_LIMITS", "off")]).await;
    let mut wrong = Vec::new();
    for (number, (what, form, expected)) in contents().into_iter().enumerate() {
        let name = format!("Person {number}");
        server.add(&name, UserRole::Patient).await;
        let token = server.token(&name).await;
        let answer = server.form(Role::Web, "/api/uploads", Some(&token), form).await;
        let mut reaction = answer.summary();
        if reaction == "200" {
            let said = answer.json();
            let fetched = fetch(&server, &said["fileUrl"], &[]).await;
            let header = |name: &str| fetched.headers[name].to_str().unwrap().to_owned();
            assert_eq!(header("x-content-type-options"), "nosniff", "{what}");
            assert_eq!(
                header("content-security-policy"),
                "default-src 'none'; sandbox; frame-ancestors 'none'",
                "{what}"
            );
            assert!(!fetched.headers.contains_key("x-evil"), "{what}");
            let disposition = header("content-disposition");
            reaction = format!("200 {} {}", header("content-type"), disposition.split(';').next().unwrap());
            let name = said["fileName"].as_str().unwrap();
            let name = if name.chars().count() > 100 { "n…" } else { name };
            if expected.ends_with(&format!(" {name}")) {
                reaction = format!("{reaction} {name}");
            }
        }
        if reaction != expected {
            wrong.push(format!("{what}: {reaction} instead of {expected}"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// Sends bytes as they are; the answer's status, or nothing where it was closed without one.
fn raw(server: &TestServer, head: &str, body: &[u8], ends: bool) -> String {
    let mut stream = TcpStream::connect(server.address(Role::Web)).unwrap();
    stream.set_read_timeout(Some(Duration::from_secs(20))).unwrap();
    // It may be refused before all of it is written.
    let _ = stream.write_all(head.as_bytes()).and_then(|()| stream.write_all(body));
    if ends {
        let _ = stream.shutdown(std::net::Shutdown::Write);
    }
    let mut answer = Vec::new();
    let _ = stream.read_to_end(&mut answer);
    String::from_utf8_lossy(&answer).split(' ').nth(1).unwrap_or_default().to_owned()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_form_that_is_none_is_refused() {
    let server = TestServer::start_with(&[("MOODBITES_LIMITS", "off")]).await;
    server.add("Amira", UserRole::Patient).await;
    let token = server.token("Amira").await;
    let whole = file("file", "a.txt", "text/plain", &[b'x'; 1000]).end();
    let multipart = format!("multipart/form-data; boundary={BOUNDARY}");
    let long = announced("file", "key").0;
    let long = and(&long, &and(format!("--{BOUNDARY}\r\nx-long: ").as_bytes(), &vec![b'h'; 1024 * 1024]));
    let many: Vec<u8> = (0..200).flat_map(|n| format!("x-{n}: y\r\n").into_bytes()).collect();
    let many = and(&and(format!("--{BOUNDARY}\r\n").as_bytes(), &many), b"\r\nx");
    for (what, content_type, length, body, expected) in [
        ("a whole one", multipart.as_str(), whole.len(), &whole[..], "200"),
        ("no boundary", "multipart/form-data", whole.len(), &whole[..], "400"),
        ("another boundary", "multipart/form-data; boundary=another", whole.len(), &whole[..], "400"),
        ("no form", "application/json", 2, &b"{}"[..], "400"),
        ("no type", "", whole.len(), &whole[..], "400"),
        ("nothing in it", multipart.as_str(), 0, &b""[..], "400"),
        ("a part's headers without end", multipart.as_str(), long.len(), &long[..], "400"),
        ("a part of 200 headers", multipart.as_str(), many.len(), &many[..], "400"),
        (
            "it ends in the middle of the file",
            multipart.as_str(),
            whole.len() - 500,
            &whole[..whole.len() - 500],
            "400",
        ),
        ("it ends before it said it would", multipart.as_str(), whole.len() + 5000, &whole[..whole.len() - 500], "400"),
    ] {
        let head = format!(
            "POST /api/uploads HTTP/1.1\r\nhost: localhost\r\nauthorization: Bearer {token}\r\ncontent-type: {content_type}\r\n\
             content-length: {length}\r\nconnection: close\r\n\r\n"
        );
        let answer = tokio::task::block_in_place(|| raw(&server, &head, body, length > body.len()));
        // One that is cut off may find nobody to answer to; it is never taken.
        let fits = answer == expected || (answer.is_empty() && expected != "200");
        assert!(fits, "{what}: {answer} instead of {expected}");
    }
    let folder = server.data.path().join("uploads");
    let kept = std::fs::read_dir(folder).unwrap().flat_map(|folder| std::fs::read_dir(folder.unwrap().path()).unwrap());
    let kept: Vec<_> = kept.map(|file| file.unwrap().file_name().into_string().unwrap()).collect();
    assert!(kept.iter().all(|name| !name.contains('#')), "nothing half is left: {kept:?}");
}

#[tokio::test]
async fn only_an_address_that_was_signed_opens_anything() {
    let server = TestServer::start().await;
    server.add("Amira", UserRole::Patient).await;
    server.add("Hannah", UserRole::Dietician).await;
    let (amira, hannah) = (server.token("Amira").await, server.token("Hannah").await);
    let put = async |token: &str, key: &str| {
        let form = announced("image", key).file("file", "a.png", "image/png", &png(10, 10));
        server.form(Role::Web, "/api/uploads", Some(token), form).await.json()
    };
    let (mine, other) = (put(&amira, "1").await, put(&hannah, "1").await);
    assert_ne!(mine["publicId"], other["publicId"], "a key is its owner's");
    let path = path_of(&mine["fileUrl"]);
    let (own, foreign) = (mine["publicId"].as_str().unwrap(), other["publicId"].as_str().unwrap());
    let (bare, query) = path.split_once('?').unwrap();
    let (expires, signature) = query.split_once('&').unwrap();
    let seconds: i64 = expires.strip_prefix("expires=").unwrap().parse().unwrap();
    let foreign_signature = path_of(&other["fileUrl"]).split_once("signature=").unwrap().1.to_owned();
    #[rustfmt::skip]
    let rows = [
        ("as it was signed", path.clone(), "200"),
        ("without a signature", bare.to_owned(), "403 forbidden"),
        ("with the time alone", format!("{bare}?{expires}"), "403 forbidden"),
        ("of another object", path.replace(own, foreign), "403 forbidden"),
        ("of an object that is not there", path.replace(own, "ffffffffffffffffffffffff"), "403 forbidden"),
        ("by another object's signature", format!("{bare}?{expires}&signature={foreign_signature}"), "403 forbidden"),
        ("for longer", format!("{bare}?expires={}&{signature}", seconds + 1), "403 forbidden"),
        ("for ever", format!("{bare}?expires={}&{signature}", i64::MAX), "403 forbidden"),
        ("until long ago", format!("{bare}?expires={}&{signature}", i64::MIN), "403 forbidden"),
        ("by half a signature", path[..path.len() - 20].to_owned(), "403 forbidden"),
        ("by an empty one", format!("{bare}?{expires}&signature="), "403 forbidden"),
        ("by one that is no base64", format!("{bare}?{expires}&signature=%00%ff"), "403 forbidden"),
        ("by two", format!("{path}&signature=x"), "403 forbidden"),
        ("its thumbnail by the same", path.replace('?', "/thumbnail?"), "403 forbidden"),
        ("by a path that climbs", format!("/api/uploads/..%2f..%2fmoodbites.db?{query}"), "403 forbidden"),
        ("by a path with a null", format!("/api/uploads/{own}%00?{query}"), "403 forbidden"),
        ("in capitals", path.replace(own, &own.to_uppercase()), "200"),
        ("by a file's name", format!("/api/uploads/{own}.png?{query}"), "403 forbidden"),
    ];
    for (what, path, expected) in rows {
        for token in [None, Some(amira.as_str()), Some(hannah.as_str())] {
            let answer = server.ask(Role::Web, Method::GET, &path, Ask { token, ..Ask::default() }).await;
            assert_eq!(answer.summary(), expected, "{what}");
        }
    }
    for method in [Method::PUT, Method::DELETE, Method::PATCH] {
        let answer = server.ask(Role::Web, method, &path, Ask { token: Some(&amira), ..Ask::default() }).await;
        assert_eq!(answer.summary(), "404 not_found");
    }
    let head = server.ask(Role::Web, Method::HEAD, &path, Ask::default()).await;
    assert_eq!((head.headers[header::CONTENT_LENGTH].to_str().unwrap(), head.bytes.len()), ("200", 0));

    server.services.clock.advance(Duration::from_secs(24 * 60 * 60));
    let answer = fetch(&server, &mine["fileUrl"], &[]).await;
    assert_eq!(answer.summary(), "403 forbidden", "after a day");
}

#[tokio::test]
async fn what_is_one_persons_is_bounded() {
    let server = TestServer::start_with(&[("MOODBITES_UPLOAD_QUOTA_BYTES", "1000")]).await;
    server.add("Amira", UserRole::Patient).await;
    server.add("Hannah", UserRole::Dietician).await;
    let (amira, hannah) = (server.token("Amira").await, server.token("Hannah").await);
    let put = async |token: &str, key: &str, bytes: usize| {
        let form = announced("file", key).file("file", "a", "", &vec![7; bytes]);
        server.form(Role::Web, "/api/uploads", Some(token), form).await
    };
    assert_eq!(put(&amira, "1", 600).await.summary(), "200");
    assert_eq!(put(&amira, "2", 600).await.summary(), "507 quota_exceeded");
    assert_eq!(put(&amira, "3", 400).await.summary(), "200");
    assert_eq!(put(&amira, "4", 1).await.summary(), "507 quota_exceeded");
    assert_eq!(put(&hannah, "1", 600).await.summary(), "200", "another has their own");
    let key = announced("image", "1").file("file", "a.png", "image/png", &png(10, 10));
    let answer = server.form(Role::Web, "/api/uploads", Some(&amira), key).await;
    assert_eq!(answer.summary(), "409 id_conflict", "the key was for a file");
    let mut often = Vec::new();
    for n in 0..70 {
        often.push(put(&hannah, &format!("often-{n}"), 1).await.summary());
    }
    // One more every two seconds, and this has taken some.
    assert_eq!(often[0], "200");
    assert!(often.contains(&"429 rate_limited".to_owned()), "{often:?}");
}

/// More at once than one person may; each holds its connection open in the middle of the file.
#[tokio::test(flavor = "multi_thread")]
async fn who_uploads_slowly_takes_no_room_of_others() {
    let server = TestServer::start_with(&[("MOODBITES_LIMITS", "off")]).await;
    server.add("Amira", UserRole::Patient).await;
    server.add("Hannah", UserRole::Dietician).await;
    let (amira, hannah) = (server.token("Amira").await, server.token("Hannah").await);
    let body = |key: &str| announced("file", key).file("file", "a", "", &[7; 1000]).end();
    let slow: Vec<TcpStream> = (0..3)
        .map(|n| {
            let body = body(&format!("slow-{n}"));
            let mut stream = TcpStream::connect(server.address(Role::Web)).unwrap();
            let head = format!(
                "POST /api/uploads HTTP/1.1\r\nhost: localhost\r\nauthorization: Bearer {amira}\r\n\
                 content-type: multipart/form-data; boundary={BOUNDARY}\r\ncontent-length: {}\r\n\r\n",
                body.len()
            );
            stream.write_all(head.as_bytes()).unwrap();
            stream.write_all(&body[..body.len() - 100]).unwrap();
            stream
        })
        .collect();
    let put = async |token: &str| {
        let form = announced("file", "quick").file("file", "a", "", b"x");
        server.form(Role::Web, "/api/uploads", Some(token), form).await
    };
    // What of each has come is in a file that has no name of its own yet.
    let folder = server.data.path().join("uploads");
    let under_way = || {
        let folders = std::fs::read_dir(&folder).unwrap();
        let files = folders.flat_map(|inner| std::fs::read_dir(inner.unwrap().path()).unwrap());
        files.filter(|file| file.as_ref().unwrap().file_name().to_string_lossy().contains('#')).count()
    };
    let all = async {
        while under_way() < slow.len() {
            tokio::task::yield_now().await;
        }
    };
    tokio::time::timeout(Duration::from_secs(20), all).await.unwrap();
    assert_eq!(put(&amira).await.summary(), "503 busy");
    assert_eq!(put(&hannah).await.summary(), "200", "another is not held up");
    drop(slow);
}
