//! Which pages may talk to us: our own, and the exact origins that were configured. A websocket knows no CORS, so it asks
//! [`origin_allowed`] itself.

use std::time::Duration;

use http::header::{AUTHORIZATION, CONTENT_TYPE, HOST, ORIGIN, RETRY_AFTER};
use http::{HeaderMap, HeaderValue, Method};
use tower_http::cors::{AllowOrigin, CorsLayer};

use crate::config::Config;

pub(super) fn layer(config: &Config) -> CorsLayer {
    let origins: Vec<HeaderValue> = config.cors_origins.iter().filter_map(|origin| origin.parse().ok()).collect();
    CorsLayer::new()
        .allow_origin(AllowOrigin::list(origins))
        .allow_credentials(true)
        .allow_methods([Method::GET, Method::POST, Method::PUT, Method::DELETE])
        .allow_headers([AUTHORIZATION, CONTENT_TYPE])
        .expose_headers([RETRY_AFTER])
        .max_age(Duration::from_secs(600))
}

/// Whether a request is from no page at all, from our own, or from a configured one. For handshakes of websockets and for
/// what goes by a cookie.
pub fn origin_allowed(config: &Config, headers: &HeaderMap) -> bool {
    let mut origins = headers.get_all(ORIGIN).iter();
    let Some(origin) = origins.next() else { return true };
    let (None, Ok(origin)) = (origins.next(), origin.to_str()) else { return false };
    let listed = config.cors_origins.iter().map(String::as_str).chain(config.public_address.as_deref());
    if listed.into_iter().any(|listed| listed == origin) {
        return true;
    }
    // Our own page: the origin names the host that the request came to.
    let host = headers.get(HOST).and_then(|host| host.to_str().ok()).unwrap_or_default();
    let named = origin.strip_prefix("http://").or_else(|| origin.strip_prefix("https://"));
    !host.is_empty() && named.is_some_and(|named| named.eq_ignore_ascii_case(host))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::Config;

    #[test]
    fn whose_pages_are_let_in() {
        let config = Config {
            cors_origins: vec!["http://localhost:5173".into()],
            public_address: Some("https://chat.example.org".into()),
            ..Config::for_tests()
        };
        for (origin, expected) in [
            (None, true),
            (Some("http://localhost:5173"), true),
            (Some("https://chat.example.org"), true),
            (Some("http://127.0.0.1:3000"), true),
            (Some("http://localhost:5174"), false),
            (Some("http://localhost"), false),
            (Some("https://localhost:5173"), false),
            (Some("https://chat.example.org.evil.example"), false),
            (Some("https://evil.example/chat.example.org"), false),
            (Some("https://chat.example.org@evil.example"), false),
            (Some("http://127.0.0.1:30000"), false),
            (Some("null"), false),
            (Some(""), false),
        ] {
            let mut headers = HeaderMap::new();
            headers.insert(HOST, HeaderValue::from_static("127.0.0.1:3000"));
            if let Some(origin) = origin {
                headers.insert(ORIGIN, HeaderValue::from_static(origin));
            }
            assert_eq!(origin_allowed(&config, &headers), expected, "{origin:?}");
        }
    }

    #[test]
    fn two_origins_are_none() {
        let mut headers = HeaderMap::new();
        headers.append(ORIGIN, HeaderValue::from_static("http://localhost:5173"));
        headers.append(ORIGIN, HeaderValue::from_static("https://evil.example"));
        assert!(!origin_allowed(&Config::for_tests(), &headers));
    }
}
