//! The configuration as a file that would say the same, with what is secret left out and each setting's source beside it.

use std::fmt::Write;
use std::path::Path;
use std::time::Duration;

use super::keys::{self, Key};
use super::raw::{Given, Raw};
use super::resolved::Config;
use super::role::Role;
use super::tls::TlsConfig;

/// As `moodbites config print` shows it.
pub fn print(config: &Config, raw: &Raw) -> String {
    let mut page = Page { text: String::new(), raw };
    let data = &config.data;
    page.setting(keys::DATA, Some(data.display().to_string().into()));
    match &config.mongodb_uri {
        Some(_) => page.note(keys::MONGODB_URI, "set, not shown"),
        None => page.note(keys::MONGODB_URI, "none: data is in SQLite, in the data folder"),
    }
    match &config.jwt_secret {
        Some(_) => page.note(keys::JWT_SECRET, "set, not shown"),
        None => page.note(keys::JWT_SECRET, &format!("the one in {}", data.join(crate::data::JWT_SECRET).display())),
    }
    page.setting(keys::JWT_ISSUER, config.jwt_issuer.clone().map(Into::into));
    page.setting(keys::CORS_ORIGIN, Some(config.cors_origins.clone().into()));
    page.setting(keys::PUBLIC_ADDRESS, config.public_address.clone().map(Into::into));
    let proxies: Vec<String> = config.trusted_proxies.iter().map(ToString::to_string).collect();
    page.setting(keys::TRUSTED_PROXIES, Some(proxies.into()));
    page.setting(keys::TRUST_LEGACY_IDENTITY, Some(config.trust_legacy_identity.into()));
    page.setting(keys::LIMITS, Some(config.limits.into()));
    let seconds = |time: Duration| Some(i64::try_from(time.as_secs()).unwrap_or(i64::MAX).into());
    page.setting(keys::CALL_RING_SECONDS, seconds(config.call_times.ring));
    page.setting(keys::CALL_CONNECT_SECONDS, seconds(config.call_times.connect));
    page.setting(keys::CALL_GRACE_SECONDS, seconds(config.call_times.grace));
    let bytes = |bytes: u64| Some(i64::try_from(bytes).unwrap_or(i64::MAX).into());
    page.setting(keys::UPLOAD_MAX_BYTES, bytes(config.uploads.max_bytes));
    page.setting(keys::UPLOAD_QUOTA_BYTES, bytes(config.uploads.quota));
    match &config.uploads.s3 {
        None => {
            page.note(keys::S3_BUCKET, &format!("none, but the folder {}", data.join(crate::data::UPLOADS).display()))
        }
        Some(s3) => {
            page.setting(keys::S3_BUCKET, Some(s3.bucket.clone().into()));
            page.setting(keys::S3_REGION, Some(s3.region.clone().into()));
            page.setting(keys::S3_ENDPOINT, s3.endpoint.clone().map(Into::into));
            page.note(keys::S3_ACCESS_KEY_ID, "set, not shown");
            page.note(keys::S3_SECRET_ACCESS_KEY, "set, not shown");
        }
    }
    let turn = &config.turn;
    page.setting(keys::TURN_RELAY_PORTS, Some(format!("{}-{}", turn.ports.start(), turn.ports.end()).into()));
    let list =
        |all: Vec<String>| Some(toml::Value::from(all)).filter(|all| all.as_array().is_some_and(|all| !all.is_empty()));
    page.setting(keys::TURN_ALLOW_PEERS, list(turn.allow_peers.iter().map(ToString::to_string).collect()));
    page.setting(keys::TURN_EXTERNAL_ADDRESS, list(turn.external.iter().map(ToString::to_string).collect()));
    match &turn.secret {
        Some(_) => page.note(keys::TURN_SECRET, "set, not shown"),
        None => page.note(keys::TURN_SECRET, "none, but one that follows from jwt_secret"),
    }
    page.tls(config.tls.as_ref());
    page.setting(keys::LIVEKIT_URL, config.livekit.as_ref().map(|livekit| livekit.url.clone().into()));
    if let Some(livekit) = &config.livekit {
        page.setting(keys::LIVEKIT_API_URL, Some(livekit.api_url.clone().into()));
        page.setting(keys::LIVEKIT_API_KEY, Some(livekit.api_key.clone().into()));
        page.note(keys::LIVEKIT_API_SECRET, "set, not shown");
        let egress = livekit.egress.as_ref();
        page.setting(keys::LIVEKIT_EGRESS_DIR, egress.map(|egress| egress.folder.display().to_string().into()));
        if let Some(egress) = egress {
            page.setting(keys::LIVEKIT_EGRESS_PATH, Some(egress.theirs.clone().into()));
        }
    }
    page.setting(keys::TIME_ZONE, Some(config.time_zone.to_string().into()));
    page.setting(keys::LOG, Some(config.log.clone().into()));
    page.line("\n[listen]");
    for role in Role::ALL {
        let value: toml::Value = match config.listen.get(&role) {
            Some(listen) => listen.addresses.iter().map(ToString::to_string).collect::<Vec<_>>().into(),
            None => "off".into(),
        };
        let source = match config.listen.get(&role) {
            Some(listen) if !listen.asked => "default",
            None if role.default_ports().is_empty() => "default",
            _ => "configured",
        };
        page.line(&format!("{role} = {value}  # {source}"));
    }
    for server in &config.ice_servers {
        page.line(&format!("\n[[ice_servers]]\nurls = {}", toml::Value::from(server.urls.clone())));
        if let Some(username) = &server.username {
            page.line(&format!("username = {}", toml::Value::from(username.clone())));
        }
        if server.credential.is_some() {
            page.line("credential = \"(set, not shown)\"");
        }
    }
    page.text
}

struct Page<'a> {
    text: String,
    raw: &'a Raw,
}

impl Page<'_> {
    fn line(&mut self, line: &str) {
        // A String takes whatever is written.
        let _ = writeln!(self.text, "{line}");
    }

    fn tls(&mut self, tls: Option<&TlsConfig>) {
        let path = |path: &Path| path.display().to_string().into();
        let (kind, files, acme) = match tls {
            None => (None, None, None),
            Some(TlsConfig::Files(files)) => (Some("files"), Some(files), None),
            Some(TlsConfig::Acme(acme)) => (Some("acme"), None, Some(acme)),
            Some(TlsConfig::Lan(_)) => (Some("lan"), None, None),
        };
        self.setting(keys::TLS, kind.map(Into::into));
        self.setting(keys::TLS_CERT, files.map(|files| path(&files.cert)));
        self.setting(keys::TLS_KEY, files.map(|files| path(&files.key)));
        self.setting(keys::ACME_EMAIL, acme.and_then(|acme| acme.email.clone()).map(Into::into));
        self.setting(keys::ACME_DIRECTORY, acme.map(|acme| acme.directory.clone().into()));
        let lan = tls.and_then(|tls| if let TlsConfig::Lan(lan) = tls { Some(lan.names.clone().into()) } else { None });
        self.setting(keys::LAN_NAMES, lan);
        self.setting(keys::ACME_ROOT, acme.and_then(|acme| acme.root.as_deref()).map(path));
    }

    fn setting(&mut self, key: Key, value: Option<toml::Value>) {
        match value {
            Some(value) => self.line(&format!("{} = {value}  # {}", key.file, self.source(key))),
            None => self.note(key, "none"),
        }
    }

    fn note(&mut self, key: Key, text: &str) {
        self.line(&format!("# {}: {}  # {}", key.file, printable(text), self.source(key)));
    }

    fn source(&self, key: Key) -> String {
        if key.file == keys::DATA.file && self.raw.flags.data.is_some() {
            return "--data".to_owned();
        }
        match self.raw.given(key) {
            Some((name, Given::Text(_))) => name,
            Some((_, Given::Toml(_))) => {
                self.raw.file_path.as_ref().map(|path| printable(&path.display().to_string())).unwrap_or_default()
            }
            None => "default".to_owned(),
        }
    }
}

/// What a path may have in it and a comment may not: an end of line, say.
fn printable(text: &str) -> String {
    text.replace(char::is_control, "\u{fffd}")
}
