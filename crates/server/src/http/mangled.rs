//! Forms, headers and names that are nearly what they should be.

use std::convert::Infallible;
use std::net::IpAddr;

use axum::body::{Body, Bytes};
use axum::extract::Request;
use axum::response::IntoResponse;
use domain::{FileFacts, UploadId};
use futures_util::stream;
use fuzz::Fuzz;
use http::{HeaderMap, HeaderValue, header};

use super::address::beyond;
use super::addresses::base;
use super::form::Form;
use super::objects::{Asked, asked_for, disposition, is_known};
use crate::config::{Config, Network};

const ID: &str = "0123456789abcdef01234567";

/// What came of a form: its parts, by name, with what they hold.
async fn parts(body: &[u8]) -> Result<Vec<(String, Vec<u8>)>, u16> {
    let code = |error: super::error::ApiError| error.into_response().status().as_u16();
    // It comes in pieces that end anywhere.
    let pieces: Vec<_> =
        body.chunks(1 + body.len() % 61).map(|piece| Ok::<_, Infallible>(Bytes::copy_from_slice(piece))).collect();
    let request = Request::post("/").header(header::CONTENT_TYPE, "multipart/form-data; boundary=XX");
    let request = request.body(Body::from_stream(stream::iter(pieces))).expect("a request");
    let mut form = Form::of(request, &()).await.map_err(code)?;
    let mut parts = Vec::new();
    while let Some(part) = form.next().await.map_err(code)? {
        let name = part.name().to_owned();
        let bytes = match (part.file_name().is_some(), part.media_type().is_empty()) {
            (false, _) => part.text().await.map_err(code)?.into_bytes(),
            (true, false) => part.bytes(64).await.map_err(code)?,
            (true, true) => part.skip().await.map(|()| Vec::new()).map_err(code)?,
        };
        parts.push((name, bytes));
    }
    Ok(parts)
}

#[test]
fn forms() {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build().expect("a runtime");
    let field = |name: &str, content: &str| {
        format!("--XX\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n{content}\r\n")
    };
    let file = "--XX\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a.png\"\r\nContent-Type: image/png\r\n\r\n\u{89}PNG\r\n";
    let examples = [
        format!("{}{}{file}--XX--\r\n", field("uploadId", "u1"), field("kind", "image")),
        format!("{}{file}--XX--", field("waveform", "[0,100]")),
        "--XX--\r\n".to_owned(),
    ];
    let words = [
        "--XX",
        "--XX--",
        "\r\n\r\n",
        "Content-Disposition: form-data; name=",
        "filename=",
        "filename*=UTF-8''%ff",
        "Content-Type: ",
    ];
    Fuzz::new("forms", examples).words(&words).run(|input| {
        let parts = runtime.block_on(parts(input));
        if let Ok(parts) = &parts {
            assert!(parts.len() <= 32);
            for (_, bytes) in parts {
                assert!(
                    bytes.len() <= 4 * 1024
                        && (bytes.is_empty() || input.windows(bytes.len()).any(|part| part == bytes))
                );
            }
        }
        parts.map(|parts| parts.len())
    });
}

#[test]
fn ranges() {
    let upload: UploadId = ID.parse().expect("an id");
    let examples =
        ["bytes=0-9\n", "bytes=-5\n\"0123456789abcdef01234567\"", "bytes=90-\n", "bytes=0-0,5-\n"].map(str::to_owned);
    let words = ["bytes=", "-", ",", "18446744073709551615", "W/", "\"0123456789abcdef01234567\""];
    Fuzz::new("ranges", examples).words(&words).longest(64 * 1024).run(|input| {
        let (range, known) = std::str::from_utf8(input).ok()?.split_once('\n')?;
        let mut headers = HeaderMap::new();
        headers.insert(header::RANGE, range.parse::<HeaderValue>().ok()?);
        if !known.is_empty() {
            headers.insert(header::IF_RANGE, known.parse().ok()?);
            headers.insert(header::IF_NONE_MATCH, known.parse().ok()?);
        }
        if is_known(&headers, upload) {
            assert!(known.contains(ID));
        }
        Some([0, 1, 100, u64::MAX].map(|size| match asked_for(&headers, upload, size) {
            Asked::Whole => 0,
            Asked::Outside => 1,
            Asked::Range(range) => {
                assert!(range.start < range.end && range.end <= size, "{range:?} of {size}");
                2
            }
        }))
    });
}

#[test]
fn names_of_files() {
    let examples = ["lunch.jpg", "Übung \"1\".pdf", "a\\b;c=d%20.txt", "\u{202e}gpj.exe"];
    Fuzz::new("names of files", examples).run(|input| {
        let name = String::from_utf8_lossy(input).into_owned();
        let facts = FileFacts {
            upload: ID.parse().expect("an id"),
            name: name.clone(),
            size: 1,
            media_type: "text/plain".to_owned(),
            width: None,
            height: None,
            duration: None,
            waveform: Vec::new(),
            has_thumbnail: false,
        };
        let said = disposition(&facts);
        assert!(
            said.bytes().all(|byte| (b' '..=b'~').contains(&byte)) && HeaderValue::from_str(&said).is_ok(),
            "{said}"
        );
        let rest = said.strip_prefix("attachment; filename=\"").expect("a text is saved");
        let (plain, coded) = rest.split_once("\"; filename*=UTF-8''").expect("both ways");
        assert!(!plain.contains(['"', '\\']) && !coded.contains([';', '"', ' ', '\'', ',']), "{said}");
        let mut bytes = Vec::new();
        let mut left = coded.bytes();
        while let Some(byte) = left.next() {
            let hex = |byte: Option<u8>| char::from(byte.unwrap_or_default()).to_digit(16).expect("a digit");
            let byte = if byte == b'%' { hex(left.next()) * 16 + hex(left.next()) } else { byte.into() };
            bytes.push(u8::try_from(byte).expect("two digits"));
        }
        assert_eq!(bytes, name.as_bytes());
    });
}

/// What addresses begin with is this machine, or nothing.
#[test]
fn hosts() {
    let config = Config::for_tests();
    let examples = [
        "localhost:3000",
        "127.0.0.1:3005",
        "[::1]:80",
        "chat.example.org",
        "localhost:80@evil.example",
        "::1:1",
        "[127.0.0.1]",
    ];
    Fuzz::new("hosts", examples)
        .words(&["localhost", "127.1", "[::ffff:127.0.0.1]", "@", "evil.example"])
        .longest(4_096)
        .run(|input| {
            let mut headers = HeaderMap::new();
            headers.insert(header::HOST, HeaderValue::from_bytes(input).ok()?);
            let base = base(&config, &headers, false);
            if let Some(host) = base.strip_prefix("http://") {
                let authority: http::uri::Authority = host.parse().unwrap_or_else(|_| panic!("{host} is not one"));
                let name = authority.host().trim_matches(['[', ']']);
                let is_here =
                    name.parse::<std::net::IpAddr>().is_ok_and(|address| address.to_canonical().is_loopback());
                assert!((is_here || name.eq_ignore_ascii_case("localhost")) && !host.contains('@'), "{host}");
            } else {
                assert_eq!(base, "");
            }
            Some(base.len().min(20))
        });
}

/// Whoever is not one of our proxies has no say in whose address it is, whatever they write to the left of what those add.
#[test]
fn forwarded_addresses() {
    let proxies: Vec<Network> = ["10.0.0.0/8", "::1", "fd00::/8"].map(|text| text.parse().expect("a network")).to_vec();
    let ours = |address: IpAddr| proxies.iter().any(|network| network.contains(address));
    let examples =
        ["203.0.113.7, 10.1.2.3", "2001:db8::1,fd00::2 , ::1", "::ffff:10.0.0.1", "unknown, 198.51.100.1:8080", ""];
    let words = ["10.0.0.1", "::1", "::ffff:", "203.0.113.9", "fd00::", ",", ", ", "%eth0", "[::1]"];
    Fuzz::new("forwarded addresses", examples).words(&words).run(|input| {
        let value = HeaderValue::from_bytes(input).ok()?;
        let text = value.to_str().ok()?;
        let proxy: IpAddr = [10, 0, 0, 1].into();
        let stranger: IpAddr = [198, 51, 100, 9].into();
        assert_eq!(beyond(&proxies, stranger, [text].into_iter()), stranger, "believed without a proxy");
        let found = beyond(&proxies, proxy, [text].into_iter());
        assert_eq!(found, found.to_canonical());
        let named = text.split(',').filter_map(|hop| hop.trim().parse::<IpAddr>().ok()).map(|hop| hop.to_canonical());
        assert!(found == proxy || named.into_iter().any(|hop| hop == found), "{found} from nowhere");
        if !ours(found) {
            let forged = format!("203.0.113.200, {text}");
            assert_eq!(beyond(&proxies, proxy, [forged.as_str()].into_iter()), found, "forged");
            assert_eq!(
                beyond(&proxies, proxy, ["203.0.113.200", text].into_iter()),
                found,
                "forged in a header before"
            );
        }
        Some((ours(found), found.is_ipv4(), found == proxy))
    });
}
