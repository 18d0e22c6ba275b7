//! Every setting, and the nearest one to a name that is none.

/// A setting by its names.
#[derive(Debug, Clone, Copy)]
pub(super) struct Key {
    /// In the file.
    pub file: &'static str,
    /// In the environment.
    pub env: &'static str,
    /// In the guide, if it is there.
    pub guide: Option<&'static str>,
}

macro_rules! keys {
    ($($constant:ident = $file:literal, $env:literal, $guide:expr;)+) => {
        $(pub(super) const $constant: Key = Key { file: $file, env: $env, guide: $guide };)+
        pub(super) const ALL: &[Key] = &[$($constant),+];
    };
}

keys! {
    DATA = "data", "MOODBITES_DATA", None;
    MONGODB_URI = "mongodb_uri", "MOODBITES_MONGODB_URI", Some("MONGODB_URI");
    LISTEN = "listen", "MOODBITES_LISTEN", None;
    JWT_SECRET = "jwt_secret", "MOODBITES_JWT_SECRET", Some("JWT_SECRET");
    JWT_ISSUER = "jwt_issuer", "MOODBITES_JWT_ISSUER", None;
    CORS_ORIGIN = "cors_origin", "MOODBITES_CORS_ORIGIN", Some("CORS_ORIGIN");
    PUBLIC_ADDRESS = "public_address", "MOODBITES_PUBLIC_ADDRESS", None;
    TRUSTED_PROXIES = "trusted_proxies", "MOODBITES_TRUSTED_PROXIES", None;
    ICE_SERVERS = "ice_servers", "MOODBITES_ICE_SERVERS", None;
    TRUST_LEGACY_IDENTITY = "trust_legacy_identity", "MOODBITES_TRUST_LEGACY_IDENTITY", None;
    LIMITS = "limits", "MOODBITES_LIMITS", None;
    CALL_RING_SECONDS = "call_ring_seconds", "MOODBITES_CALL_RING_SECONDS", None;
    CALL_CONNECT_SECONDS = "call_connect_seconds", "MOODBITES_CALL_CONNECT_SECONDS", None;
    CALL_GRACE_SECONDS = "call_grace_seconds", "MOODBITES_CALL_GRACE_SECONDS", None;
    UPLOAD_MAX_BYTES = "upload_max_bytes", "MOODBITES_UPLOAD_MAX_BYTES", None;
    UPLOAD_QUOTA_BYTES = "upload_quota_bytes", "MOODBITES_UPLOAD_QUOTA_BYTES", None;
    S3_BUCKET = "s3_bucket", "MOODBITES_S3_BUCKET", None;
    S3_REGION = "s3_region", "MOODBITES_S3_REGION", None;
    S3_ENDPOINT = "s3_endpoint", "MOODBITES_S3_ENDPOINT", None;
    S3_ACCESS_KEY_ID = "s3_access_key_id", "MOODBITES_S3_ACCESS_KEY_ID", None;
    S3_SECRET_ACCESS_KEY = "s3_secret_access_key", "MOODBITES_S3_SECRET_ACCESS_KEY", None;
    TURN_RELAY_PORTS = "turn_relay_ports", "MOODBITES_TURN_RELAY_PORTS", None;
    TURN_ALLOW_PEERS = "turn_allow_peers", "MOODBITES_TURN_ALLOW_PEERS", None;
    TURN_EXTERNAL_ADDRESS = "turn_external_address", "MOODBITES_TURN_EXTERNAL_ADDRESS", None;
    TURN_SECRET = "turn_secret", "MOODBITES_TURN_SECRET", None;
    TLS = "tls", "MOODBITES_TLS", None;
    TLS_CERT = "tls_cert", "MOODBITES_TLS_CERT", None;
    TLS_KEY = "tls_key", "MOODBITES_TLS_KEY", None;
    ACME_EMAIL = "acme_email", "MOODBITES_ACME_EMAIL", None;
    ACME_DIRECTORY = "acme_directory", "MOODBITES_ACME_DIRECTORY", None;
    ACME_ROOT = "acme_root", "MOODBITES_ACME_ROOT", None;
    LAN_NAMES = "lan_names", "MOODBITES_LAN_NAMES", None;
    LIVEKIT_URL = "livekit_url", "MOODBITES_LIVEKIT_URL", Some("LIVEKIT_URL");
    LIVEKIT_API_URL = "livekit_api_url", "MOODBITES_LIVEKIT_API_URL", Some("LIVEKIT_API_URL");
    LIVEKIT_API_KEY = "livekit_api_key", "MOODBITES_LIVEKIT_API_KEY", Some("LIVEKIT_API_KEY");
    LIVEKIT_API_SECRET = "livekit_api_secret", "MOODBITES_LIVEKIT_API_SECRET", Some("LIVEKIT_API_SECRET");
    LIVEKIT_EGRESS_DIR = "livekit_egress_dir", "MOODBITES_LIVEKIT_EGRESS_DIR", None;
    LIVEKIT_EGRESS_PATH = "livekit_egress_path", "MOODBITES_LIVEKIT_EGRESS_PATH", None;
    TIME_ZONE = "time_zone", "MOODBITES_TIME_ZONE", None;
    LOG = "log", "MOODBITES_LOG", None;
}

/// The file's own place, which can't be said in the file.
pub(super) const CONFIG: &str = "MOODBITES_CONFIG";

/// Names the program for scripts and tests that start it; the program that is started sees it and doesn't mind.
pub(super) const BINARY: &str = "MOODBITES_BIN";

/// The nearest of `names`, if it is near enough to have been meant.
pub(super) fn nearest(name: &str, names: impl IntoIterator<Item = &'static str>) -> Option<&'static str> {
    let distance = |known: &str| strsim::damerau_levenshtein(&name.to_lowercase(), &known.to_lowercase());
    let near = names.into_iter().map(|known| (distance(known), known)).min()?;
    (near.0 <= near.1.len() / 3).then_some(near.1)
}
