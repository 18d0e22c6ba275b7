//! From what was said to what is meant.

use std::time::Duration;

use app::accounts::Secret;
use serde_json::Value as Json;

use super::error::ConfigError;
use super::keys::{self, Key};
use super::raw::{Given, Raw};
use super::resolved::{CallTimes, Config, IceServer, MongoUri};
use super::{Network, Role, listen, livekit, tls, turn, uploads};
use crate::zone::Zone;

/// What stands in the guide's example. Whoever has read the guide could sign tokens by it.
const PLACEHOLDER: &str = "your-jwt-secret-key-here";

/// From where the old web app was served.
const OLD_ORIGINS: [&str; 2] = ["http://localhost:3000", "http://localhost:5173"];

/// Checks everything that was said. No I/O.
pub fn resolve(raw: &Raw) -> Result<Config, ConfigError> {
    raw.check_names()?;
    let mut warnings = Vec::new();
    let listen = listen::resolve(raw)?;
    let public_address = public_address(raw)?;
    let config = Config {
        data: raw.data()?,
        mongodb_uri: mongodb_uri(raw)?,
        turn: turn::resolve(raw)?,
        tls: tls::resolve(raw, &listen, public_address.as_deref())?,
        listen,
        jwt_secret: secret(raw, &mut warnings)?,
        jwt_issuer: text(raw, keys::JWT_ISSUER)?,
        cors_origins: origins(raw)?,
        public_address,
        trusted_proxies: networks(raw)?,
        ice_servers: ice_servers(raw)?,
        trust_legacy_identity: switch(raw, keys::TRUST_LEGACY_IDENTITY)?.unwrap_or(false),
        limits: switch(raw, keys::LIMITS)?.unwrap_or(true),
        call_times: call_times(raw)?,
        uploads: uploads::resolve(raw)?,
        livekit: livekit::resolve(raw, &mut warnings)?,
        time_zone: time_zone(raw)?,
        log: text(raw, keys::LOG)?.unwrap_or_else(|| "info".to_owned()),
        warnings: Vec::new(),
    };
    if config.trust_legacy_identity {
        warnings.push(
            "trust_legacy_identity is on: whoever reaches the calls listeners can call as any patient or dietician"
                .to_owned(),
        );
    }
    if !config.limits {
        warnings.push("limits is off: anyone may ask for as much as they like, and guess passwords as fast".to_owned());
    }
    let is_plain = |role: Role| role.is_http() && !matches!(role, Role::Https | Role::Redirect);
    let pages = config.listen.iter().filter(|(role, _)| is_plain(**role));
    let open = pages.flat_map(|(_, listen)| &listen.addresses).any(|address| !address.ip().is_loopback());
    if open && !config.is_https() {
        warnings.push(
            "a listener is open to other machines, and public_address is not https: browsers give no camera or microphone \
             to pages that come by plain http, and passwords go over the network as they are"
                .to_owned(),
        );
    }
    Ok(Config { warnings, ..config })
}

/// A demo has a folder of its own, and never the database of a real practice.
fn mongodb_uri(raw: &Raw) -> Result<Option<MongoUri>, ConfigError> {
    match raw.given(keys::MONGODB_URI).filter(|_| !raw.flags.demo) {
        None => Ok(None),
        Some((_, Given::Text(uri) | Given::Toml(toml::Value::String(uri))))
            if uri.starts_with("mongodb://") || uri.starts_with("mongodb+srv://") =>
        {
            Ok(Some(MongoUri(uri)))
        }
        Some((name, _)) => Err(ConfigError::Secret {
            name,
            expected: "the URI of a MongoDB database, as in mongodb://user:password@host/database",
        }),
    }
}

pub(super) fn wrong(name: String, given: &Given, expected: &'static str) -> ConfigError {
    let given = match given {
        Given::Text(text) => text.clone(),
        Given::Toml(value) => value.to_string(),
    };
    ConfigError::Value { name, given, expected }
}

pub(super) fn text(raw: &Raw, key: Key) -> Result<Option<String>, ConfigError> {
    match raw.given(key) {
        None => Ok(None),
        Some((_, Given::Text(text) | Given::Toml(toml::Value::String(text)))) => Ok(Some(text)),
        Some((name, given)) => Err(wrong(name, &given, "a text")),
    }
}

/// The parts of a comma-separated text, or of a list of texts.
pub(super) fn texts(raw: &Raw, key: Key) -> Result<Option<(String, Vec<String>)>, ConfigError> {
    let split =
        |text: &str| text.split(',').map(|part| part.trim().to_owned()).filter(|part| !part.is_empty()).collect();
    let Some((name, given)) = raw.given(key) else { return Ok(None) };
    let texts = match &given {
        Given::Text(text) | Given::Toml(toml::Value::String(text)) => Some(split(text)),
        Given::Toml(toml::Value::Array(values)) => {
            values.iter().map(|value| value.as_str().map(ToOwned::to_owned)).collect()
        }
        Given::Toml(_) => None,
    };
    match texts {
        Some(texts) => Ok(Some((name, texts))),
        None => Err(wrong(name, &given, "a list of texts")),
    }
}

fn switch(raw: &Raw, key: Key) -> Result<Option<bool>, ConfigError> {
    let Some((name, given)) = raw.given(key) else { return Ok(None) };
    let on = match &given {
        Given::Toml(toml::Value::Boolean(on)) => Some(*on),
        Given::Text(text) => match text.trim() {
            "1" | "true" | "yes" | "on" => Some(true),
            "0" | "false" | "no" | "off" => Some(false),
            _ => None,
        },
        Given::Toml(_) => None,
    };
    on.map(Some).ok_or_else(|| wrong(name, &given, "true or false"))
}

fn call_times(raw: &Raw) -> Result<CallTimes, ConfigError> {
    let CallTimes { ring, connect, grace } = CallTimes::default();
    Ok(CallTimes {
        ring: seconds(raw, keys::CALL_RING_SECONDS)?.unwrap_or(ring),
        connect: seconds(raw, keys::CALL_CONNECT_SECONDS)?.unwrap_or(connect),
        grace: seconds(raw, keys::CALL_GRACE_SECONDS)?.unwrap_or(grace),
    })
}

fn seconds(raw: &Raw, key: Key) -> Result<Option<Duration>, ConfigError> {
    let Some((name, given)) = raw.given(key) else { return Ok(None) };
    let seconds = match &given {
        Given::Toml(toml::Value::Integer(seconds)) => u64::try_from(*seconds).ok(),
        Given::Text(text) => text.trim().parse().ok(),
        Given::Toml(_) => None,
    };
    let seconds = seconds.filter(|seconds| (1..=3600).contains(seconds));
    seconds.map(|seconds| Some(Duration::from_secs(seconds))).ok_or_else(|| wrong(name, &given, "1 to 3600 seconds"))
}

fn secret(raw: &Raw, warnings: &mut Vec<String>) -> Result<Option<Secret>, ConfigError> {
    let Some((name, given)) = raw.given(keys::JWT_SECRET) else { return Ok(None) };
    let (Given::Text(text) | Given::Toml(toml::Value::String(text))) = given else {
        return Err(ConfigError::Secret { name, expected: "a text" });
    };
    if text.trim() == PLACEHOLDER {
        return Err(ConfigError::PlaceholderSecret(name));
    }
    let secret = Secret::new(&text);
    if secret.len() < 32 {
        warnings.push(format!(
            "{name} has under 32 bytes: it can be guessed from any token, and then anyone signs in as anyone"
        ));
    }
    Ok(Some(secret))
}

/// `https://host[:port]` and nothing after it.
fn is_origin(text: &str) -> bool {
    let host = text.strip_prefix("https://").or_else(|| text.strip_prefix("http://"));
    host.is_some_and(|host| {
        !host.is_empty()
            && host.chars().all(|c| c.is_ascii_alphanumeric() || "-.:[]_".contains(c))
            && *host == host.to_lowercase()
    })
}

fn origins(raw: &Raw) -> Result<Vec<String>, ConfigError> {
    let Some((name, origins)) = texts(raw, keys::CORS_ORIGIN)? else {
        return Ok(OLD_ORIGINS.map(str::to_owned).to_vec());
    };
    let origins: Vec<String> = origins.into_iter().map(|origin| origin.trim_end_matches('/').to_owned()).collect();
    match origins.iter().find(|origin| !is_origin(origin)) {
        None => Ok(origins),
        Some(origin) => Err(ConfigError::Value {
            name,
            given: origin.clone(),
            expected: "a list of exact origins, as in https://app.example.org,http://localhost:5173 (`*` would let any site in)",
        }),
    }
}

fn public_address(raw: &Raw) -> Result<Option<String>, ConfigError> {
    let Some(address) = text(raw, keys::PUBLIC_ADDRESS)? else { return Ok(None) };
    let trimmed = address.trim().trim_end_matches('/').to_owned();
    if is_origin(&trimmed) {
        return Ok(Some(trimmed));
    }
    let (name, given) = (keys::PUBLIC_ADDRESS.file.to_owned(), address);
    Err(ConfigError::Value { name, given, expected: "the address that people type, as in https://chat.example.org" })
}

fn time_zone(raw: &Raw) -> Result<Zone, ConfigError> {
    let Some(name) = text(raw, keys::TIME_ZONE)? else { return Ok(Zone::of_this_machine()) };
    let expected = "a time zone of the IANA's database, as in Europe/Berlin";
    Zone::named(name.trim()).ok_or(ConfigError::Value { name: keys::TIME_ZONE.file.to_owned(), given: name, expected })
}

fn networks(raw: &Raw) -> Result<Vec<Network>, ConfigError> {
    let Some((name, texts)) = texts(raw, keys::TRUSTED_PROXIES)? else { return Ok(Vec::new()) };
    let network = |text: &String| {
        let expected = "a list of addresses or networks, as in 127.0.0.1,10.0.0.0/8";
        text.parse().map_err(|()| ConfigError::Value { name: name.clone(), given: text.clone(), expected })
    };
    texts.iter().map(network).collect()
}

fn ice_servers(raw: &Raw) -> Result<Vec<IceServer>, ConfigError> {
    const EXPECTED: &str = "a list of servers, as in [{ urls = [\"turn:turn.example.org\"], username = \"u\", credential = \"c\" }], \
        or STUN addresses as in stun:stun.example.org, or google for its public ones";
    let Some((name, given)) = raw.given(keys::ICE_SERVERS) else { return Ok(Vec::new()) };
    // What is given may hold credentials, so it is not shown.
    let wrong = || ConfigError::Secret { name: name.clone(), expected: EXPECTED };
    let list = match given {
        Given::Text(text) if text.trim_start().starts_with('[') => {
            serde_json::from_str::<Json>(&text).map_err(|_| wrong())?
        }
        Given::Text(text) => {
            Json::Array(vec![serde_json::json!({ "urls": text.split(',').map(str::trim).collect::<Vec<_>>() })])
        }
        Given::Toml(value) => serde_json::to_value(value).map_err(|_| wrong())?,
    };
    let servers = list.as_array().ok_or_else(wrong)?;
    servers.iter().map(|server| ice_server(raw, server)?.ok_or_else(wrong)).collect()
}

/// `google` stands for the servers that existing MoodBites browsers ask. Off unless named: who runs them learns who calls whom.
fn spelled_out(url: String) -> Vec<String> {
    if url != "google" {
        return vec![url];
    }
    ["stun", "stun1", "stun2"].map(|host| format!("stun:{host}.l.google.com:19302")).to_vec()
}

/// `Ok(None)`: not the shape of a server.
fn ice_server(raw: &Raw, server: &Json) -> Result<Option<IceServer>, ConfigError> {
    const FIELDS: [&str; 3] = ["urls", "username", "credential"];
    let Some(fields) = server.as_object() else { return Ok(None) };
    if let Some(name) = fields.keys().find(|name| !FIELDS.contains(&name.as_str())) {
        return Err(raw.unknown_in_file(&format!("ice_servers.{name}"), FIELDS));
    }
    let urls: Option<Vec<String>> = match &server["urls"] {
        Json::String(url) => Some(vec![url.clone()]),
        Json::Array(urls) => urls.iter().map(|url| url.as_str().map(ToOwned::to_owned)).collect(),
        _ => None,
    };
    let urls = urls.map(|urls| urls.into_iter().flat_map(spelled_out).collect::<Vec<_>>());
    let known = |url: &String| ["stun:", "stuns:", "turn:", "turns:"].iter().any(|scheme| url.starts_with(scheme));
    let text = |name: &str| match &server[name] {
        Json::Null => Some(None),
        Json::String(text) => Some(Some(text.clone())),
        _ => None,
    };
    let (Some(urls), Some(username), Some(credential)) = (urls, text("username"), text("credential")) else {
        return Ok(None);
    };
    let relays = urls.iter().any(|url| url.starts_with("turn"));
    let fits = !urls.is_empty() && urls.iter().all(known) && (!relays || (username.is_some() && credential.is_some()));
    Ok(fits.then_some(IceServer { urls, username, credential }))
}
