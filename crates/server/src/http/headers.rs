//! What browsers are told to refuse, on every answer.

use axum::response::Response;
use http::{HeaderMap, HeaderName, HeaderValue, header};
use tower::util::MapResponseLayer;

use crate::config::Config;

/// `style-src` allows inline styles: the component library sets positions and sizes by them.
fn policy(config: &Config) -> HeaderValue {
    // Pictures are told by the public address, also to who came by another.
    let public = config.public_address.as_deref().map(|public| format!(" {public}")).unwrap_or_default();
    // A room's signalling, and what is asked by HTTP where that doesn't open.
    let livekit = config.livekit.as_ref();
    let rooms = livekit.map(|to| format!(" {} {}", origin(&to.url), origin(&to.http_url()))).unwrap_or_default();
    let policy = format!(
        "default-src 'self'; script-src 'self'; style-src 'self' 'unsafe-inline'; connect-src 'self'{rooms}; \
         img-src 'self' data: blob:{public}; media-src 'self' blob:{public}; font-src 'self'; worker-src 'self' blob:; \
         object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
    );
    HeaderValue::from_str(&policy).expect("an address is visible ASCII")
}

/// An address without its path, which the policy would take for the only one.
fn origin(url: &str) -> &str {
    let host = url.find("://").map_or(0, |at| at + 3);
    url[host..].find('/').map_or(url, |path| &url[..host + path])
}

const FIXED: [(HeaderName, &str); 6] = [
    (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
    (header::X_FRAME_OPTIONS, "DENY"),
    (header::REFERRER_POLICY, "no-referrer"),
    (
        HeaderName::from_static("permissions-policy"),
        "camera=(self), microphone=(self), display-capture=(self), fullscreen=(self), geolocation=(), payment=(), usb=()",
    ),
    (HeaderName::from_static("cross-origin-opener-policy"), "same-origin"),
    // Pages of configured origins read answers by CORS, which this does not touch.
    (HeaderName::from_static("cross-origin-resource-policy"), "same-origin"),
];

/// Adds them to an answer, where it doesn't say otherwise itself.
pub(super) fn layer(config: &Config) -> MapResponseLayer<impl Fn(Response) -> Response + Clone + use<>> {
    let (policy, is_https) = (policy(config), config.is_https() && !config.is_lan());
    MapResponseLayer::new(move |mut response: Response| {
        let headers = response.headers_mut();
        headers.entry(header::CONTENT_SECURITY_POLICY).or_insert_with(|| policy.clone());
        if is_https {
            let year = HeaderValue::from_static("max-age=31536000; includeSubDomains");
            headers.insert(header::STRICT_TRANSPORT_SECURITY, year);
        }
        add(headers);
        response
    })
}

fn add(headers: &mut HeaderMap) {
    for (name, value) in FIXED {
        headers.entry(name).or_insert(HeaderValue::from_static(value));
    }
    // What the API says is about somebody; assets say otherwise themselves.
    headers.entry(header::CACHE_CONTROL).or_insert(HeaderValue::from_static("no-store"));
}

#[cfg(test)]
mod tests {
    #[test]
    fn an_origin_has_no_path() {
        for (url, origin) in [
            ("wss://rooms.example.org", "wss://rooms.example.org"),
            ("ws://127.0.0.1:7880/livekit", "ws://127.0.0.1:7880"),
        ] {
            assert_eq!(super::origin(url), origin);
        }
    }
}
