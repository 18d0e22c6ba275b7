//! What browsers are told to refuse, on every answer.

use axum::response::Response;
use http::{HeaderMap, HeaderName, HeaderValue, header};
use tower::util::MapResponseLayer;

use crate::config::Config;

/// `style-src` allows inline styles: the component library sets positions and sizes by them.
const POLICY: &str = "default-src 'self'; script-src 'self'; style-src 'self' 'unsafe-inline'; connect-src 'self'; \
    img-src 'self' data: blob:; media-src 'self' blob:; font-src 'self'; worker-src 'self' blob:; object-src 'none'; \
    base-uri 'none'; form-action 'self'; frame-ancestors 'none'";

const FIXED: [(HeaderName, &str); 7] = [
    (header::CONTENT_SECURITY_POLICY, POLICY),
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

type Layer = MapResponseLayer<fn(Response) -> Response>;

pub(super) fn layer(config: &Config) -> Layer {
    let map: fn(Response) -> Response = if config.is_https() { with_hsts } else { without_hsts };
    MapResponseLayer::new(map)
}

fn without_hsts(mut response: Response) -> Response {
    add(response.headers_mut());
    response
}

fn with_hsts(mut response: Response) -> Response {
    add(response.headers_mut());
    let year = HeaderValue::from_static("max-age=31536000; includeSubDomains");
    response.headers_mut().insert(header::STRICT_TRANSPORT_SECURITY, year);
    response
}

fn add(headers: &mut HeaderMap) {
    for (name, value) in FIXED {
        headers.entry(name).or_insert(HeaderValue::from_static(value));
    }
    // What the API says is about somebody; assets say otherwise themselves.
    headers.entry(header::CACHE_CONTROL).or_insert(HeaderValue::from_static("no-store"));
}
