//! What was uploaded, given to whoever holds an address that this server signed: a page of any origin, without a token.
//! Nothing that is given can act: it has the type that its bytes have, and a policy that allows it nothing.

use std::ops::Range;

use app::uploads::{Grant, is_shown_inline, thumbnail_type};
use axum::Router;
use axum::body::{Body, Bytes};
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use domain::{BlobId, FileFacts, Part, UploadId};
use futures_util::stream;
use http::{HeaderMap, HeaderValue, StatusCode, header};
use serde::Deserialize;
use wire::error::Code;

use super::body::{Path, Query};
use super::error::ApiError;
use crate::state::Services;

/// Nothing loads, nothing runs, nothing is framed, and where it is shown it is of no origin.
const POLICY: &str = "default-src 'none'; sandbox; frame-ancestors 'none'";

/// A browser may keep it for an hour; what is deleted is not long in anybody's cache.
const CACHE: &str = "private, max-age=3600";

pub(super) fn routes() -> Router<Services> {
    Router::new().route("/api/uploads/{id}", get(whole)).route("/api/uploads/{id}/thumbnail", get(thumbnail))
}

#[derive(Deserialize)]
struct Signed {
    expires: i64,
    signature: String,
}

/// Nothing is said of what there is to whoever has no address of it.
fn granted(services: &Services, id: &str, part: Part, signed: Option<Query<Signed>>) -> Result<BlobId, ApiError> {
    let (Ok(upload), Some(Query(Signed { expires, signature }))) = (id.parse::<UploadId>(), signed) else {
        return Err(Code::Forbidden.into());
    };
    let (id, grant) = (BlobId { upload, part }, Grant { expires, signature });
    if services.signer.verify(id, &grant, services.clock.now()) { Ok(id) } else { Err(Code::Forbidden.into()) }
}

async fn whole(
    State(services): State<Services>,
    Path(id): Path<String>,
    signed: Result<Query<Signed>, ApiError>,
    headers: HeaderMap,
) -> Result<Response, ApiError> {
    let id = granted(&services, &id, Part::Whole, signed.ok())?;
    let facts = services.uploads.find(id.upload).await?.facts;
    let mut answer = described(&facts);
    if is_known(&headers, facts.upload) {
        return Ok((StatusCode::NOT_MODIFIED, answer).into_response());
    }
    let range = match asked_for(&headers, facts.upload, facts.size) {
        Asked::Whole => 0..facts.size,
        Asked::Range(range) => {
            let text = format!("bytes {}-{}/{}", range.start, range.end - 1, facts.size);
            answer.insert(header::CONTENT_RANGE, value(&text));
            range
        }
        Asked::Outside => {
            answer.insert(header::CONTENT_RANGE, value(&format!("bytes */{}", facts.size)));
            answer.insert(header::CONTENT_LENGTH, HeaderValue::from(0));
            return Ok((StatusCode::RANGE_NOT_SATISFIABLE, answer).into_response());
        }
    };
    let is_part = answer.contains_key(header::CONTENT_RANGE);
    answer.insert(header::CONTENT_LENGTH, HeaderValue::from(range.end - range.start));
    let reader = services.uploads.read(id, range).await?;
    let body = Body::from_stream(stream::unfold(Some(reader), |reader| async {
        let mut reader = reader?;
        match reader.next().await {
            Ok(Some(bytes)) => Some((Ok(Bytes::from(bytes)), Some(reader))),
            Ok(None) => None,
            Err(error) => {
                tracing::warn!(%error, "an upload could not be read to its end");
                Some((Err(error), None))
            }
        }
    }));
    let status = if is_part { StatusCode::PARTIAL_CONTENT } else { StatusCode::OK };
    Ok((status, answer, body).into_response())
}

async fn thumbnail(
    State(services): State<Services>,
    Path(id): Path<String>,
    signed: Result<Query<Signed>, ApiError>,
) -> Result<Response, ApiError> {
    let id = granted(&services, &id, Part::Thumbnail, signed.ok())?;
    let facts = services.uploads.find(id.upload).await?.facts;
    if !facts.has_thumbnail {
        return Err(Code::NotFound.into());
    }
    let bytes = services.uploads.thumbnail(facts.upload).await?;
    let media_type = thumbnail_type(&bytes).ok_or(Code::NotFound)?;
    let mut answer = guarded();
    answer.insert(header::CONTENT_TYPE, HeaderValue::from_static(media_type));
    answer.insert(header::CONTENT_DISPOSITION, HeaderValue::from_static("inline"));
    Ok((answer, bytes).into_response())
}

/// What keeps whatever it is from acting, and lets pages of other origins show it.
fn guarded() -> HeaderMap {
    let mut headers = HeaderMap::new();
    headers.insert(header::CONTENT_SECURITY_POLICY, HeaderValue::from_static(POLICY));
    headers.insert("cross-origin-resource-policy", HeaderValue::from_static("cross-origin"));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static(CACHE));
    headers
}

fn described(facts: &FileFacts) -> HeaderMap {
    let mut headers = guarded();
    headers.insert(header::ACCEPT_RANGES, HeaderValue::from_static("bytes"));
    headers.insert(header::ETAG, value(&tag(facts.upload)));
    let is_text = facts.media_type.starts_with("text/");
    let media_type = if is_text { format!("{}; charset=utf-8", facts.media_type) } else { facts.media_type.clone() };
    headers.insert(header::CONTENT_TYPE, value(&media_type));
    headers.insert(header::CONTENT_DISPOSITION, value(&disposition(facts)));
    headers
}

/// Of what is made of ASCII alone, and of nothing that ends a line.
fn value(text: &str) -> HeaderValue {
    HeaderValue::from_str(text).unwrap_or(HeaderValue::from_static("application/octet-stream"))
}

fn tag(upload: UploadId) -> String {
    // An upload never changes.
    format!("\"{upload}\"")
}

/// RFC 6266: a plain name for who knows no better, and the whole one by RFC 8187.
pub(super) fn disposition(facts: &FileFacts) -> String {
    use std::fmt::Write;
    let kind = if is_shown_inline(&facts.media_type) { "inline" } else { "attachment" };
    let is_plain = |c: char| c.is_ascii_graphic() && !matches!(c, '"' | '\\' | '%') || c == ' ';
    let plain: String = facts.name.chars().map(|c| if is_plain(c) { c } else { '_' }).collect();
    let mut whole = String::new();
    for byte in facts.name.bytes() {
        if byte.is_ascii_alphanumeric() || b"!#$&+-.^_`|~".contains(&byte) {
            whole.push(char::from(byte));
        } else {
            // A String takes whatever is written.
            let _ = write!(whole, "%{byte:02X}");
        }
    }
    format!("{kind}; filename=\"{plain}\"; filename*=UTF-8''{whole}")
}

pub(super) fn is_known(headers: &HeaderMap, upload: UploadId) -> bool {
    let known = headers.get(header::IF_NONE_MATCH).and_then(|value| value.to_str().ok());
    known.is_some_and(|known| known.split(',').any(|one| one.trim().trim_start_matches("W/") == tag(upload)))
}

#[derive(Debug, PartialEq, Eq)]
pub(super) enum Asked {
    Whole,
    Range(Range<u64>),
    Outside,
}

/// RFC 9110, section 14: one range of bytes is answered; several, or what is no range, as if nothing had been asked.
pub(super) fn asked_for(headers: &HeaderMap, upload: UploadId, size: u64) -> Asked {
    let text = |name| headers.get(name).and_then(|value: &HeaderValue| value.to_str().ok());
    let Some(range) = text(header::RANGE).and_then(|range| range.strip_prefix("bytes=")) else { return Asked::Whole };
    if text(header::IF_RANGE).is_some_and(|known| known != tag(upload)) {
        return Asked::Whole;
    }
    let number = |text: &str| -> Option<Option<u64>> {
        match text.trim() {
            "" => Some(None),
            digits if digits.bytes().all(|byte| byte.is_ascii_digit()) => {
                Some(Some(digits.parse().unwrap_or(u64::MAX)))
            }
            _ => None,
        }
    };
    let Some((first, last)) = range.split_once('-') else { return Asked::Whole };
    match (number(first), number(last)) {
        (Some(Some(first)), Some(last)) => {
            if last.is_some_and(|last| last < first) {
                Asked::Whole
            } else if first >= size {
                Asked::Outside
            } else {
                Asked::Range(first..last.map_or(size, |last| size.min(last.saturating_add(1))))
            }
        }
        // The end of nothing is nothing.
        (Some(None), Some(Some(tail))) if tail == 0 || size == 0 => Asked::Outside,
        (Some(None), Some(Some(tail))) => Asked::Range(size.saturating_sub(tail)..size),
        _ => Asked::Whole,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn which_bytes_are_asked_for() {
        let upload: UploadId = "0123456789abcdef01234567".parse().unwrap();
        for (range, expected) in [
            (None, Asked::Whole),
            (Some("bytes=0-"), Asked::Range(0..100)),
            (Some("bytes=0-0"), Asked::Range(0..1)),
            (Some("bytes=10-19"), Asked::Range(10..20)),
            (Some("bytes=90-1000"), Asked::Range(90..100)),
            (Some("bytes=-10"), Asked::Range(90..100)),
            (Some("bytes=-1000"), Asked::Range(0..100)),
            (Some("bytes=100-"), Asked::Outside),
            (Some("bytes=-0"), Asked::Outside),
            (Some("bytes=18446744073709551615-"), Asked::Outside),
            (Some("bytes=0-18446744073709551616"), Asked::Range(0..100)),
            (Some("bytes=20-10"), Asked::Whole),
            (Some("bytes=0-1,5-6"), Asked::Whole),
            (Some("bytes=a-b"), Asked::Whole),
            (Some("bytes=-"), Asked::Whole),
            (Some("bytes=--5"), Asked::Whole),
            (Some("items=0-5"), Asked::Whole),
        ] {
            let mut headers = HeaderMap::new();
            if let Some(range) = range {
                headers.insert(header::RANGE, range.parse().unwrap());
            }
            assert_eq!(asked_for(&headers, upload, 100), expected, "{range:?}");
            headers.insert(header::IF_RANGE, "\"another\"".parse().unwrap());
            assert_eq!(asked_for(&headers, upload, 100), Asked::Whole, "{range:?}, of another");
        }
    }

    #[test]
    fn a_name_that_is_no_header() {
        let facts = |name: &str, media_type: &str| FileFacts {
            upload: "0123456789abcdef01234567".parse().unwrap(),
            name: name.into(),
            size: 1,
            media_type: media_type.into(),
            width: None,
            height: None,
            duration: None,
            waveform: Vec::new(),
            has_thumbnail: false,
        };
        for (name, media_type, expected) in [
            ("a.pdf", "application/pdf", "attachment; filename=\"a.pdf\"; filename*=UTF-8''a.pdf"),
            ("über 1.png", "image/png", "inline; filename=\"_ber 1.png\"; filename*=UTF-8''%C3%BCber%201.png"),
            ("a\"; x=\"b", "text/plain", "attachment; filename=\"a_; x=_b\"; filename*=UTF-8''a%22%3B%20x%3D%22b"),
            ("50%.ogg", "audio/ogg", "inline; filename=\"50_.ogg\"; filename*=UTF-8''50%25.ogg"),
        ] {
            assert_eq!(disposition(&facts(name, media_type)), expected);
        }
    }
}
