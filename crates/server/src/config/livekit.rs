//! The LiveKit server that carries consultations.

use std::fmt;
use std::path::PathBuf;

use app::accounts::Secret;

use super::error::ConfigError;
use super::keys::{self, Key};
use super::raw::{Given, Raw};
use super::resolve::{text, wrong};

/// Where it is, and what its tokens are signed with.
#[derive(Clone)]
pub struct LiveKitConfig {
    /// As browsers reach it, `wss://livekit.example.org`; without a slash at its end.
    pub url: String,
    /// As we reach its room service, `https://livekit.internal`; the same place where nothing else is said.
    pub api_url: String,
    /// Which key.
    pub api_key: String,
    /// And what belongs to it.
    pub api_secret: Secret,
    /// Where its recordings are, if it makes any.
    pub egress: Option<EgressConfig>,
}

/// The folder into which LiveKit Egress records.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EgressConfig {
    /// As we see it.
    pub folder: PathBuf,
    /// As Egress sees it; without a slash at its end.
    pub theirs: String,
}

/// As its container is run in LiveKit's own examples.
const EGRESS_PATH: &str = "/out";

impl fmt::Debug for LiveKitConfig {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("LiveKitConfig").field("url", &self.url).field("api_url", &self.api_url).finish_non_exhaustive()
    }
}

impl LiveKitConfig {
    /// As browsers ask it by HTTP.
    pub fn http_url(&self) -> String {
        self.url.replacen("ws", "http", 1)
    }
}

/// All of it, or none.
pub(super) fn resolve(raw: &Raw, warnings: &mut Vec<String>) -> Result<Option<LiveKitConfig>, ConfigError> {
    const EXPECTED: &str = "the address of a LiveKit server, as in wss://livekit.example.org";
    let Some(url) = text(raw, keys::LIVEKIT_URL)? else {
        let beside = [
            keys::LIVEKIT_API_URL,
            keys::LIVEKIT_API_KEY,
            keys::LIVEKIT_API_SECRET,
            keys::LIVEKIT_EGRESS_DIR,
            keys::LIVEKIT_EGRESS_PATH,
        ];
        return match beside.into_iter().find_map(|key| raw.given(key)) {
            Some((name, _)) => Err(ConfigError::Secret { name, expected: "left out, or given with livekit_url" }),
            None => Ok(None),
        };
    };
    let address = |key: Key, url: String| {
        let trimmed = url.trim().trim_end_matches('/');
        let host = ["wss://", "ws://", "https://", "http://"].iter().find_map(|scheme| trimmed.strip_prefix(scheme));
        let fits = |c: char| c.is_ascii_alphanumeric() || "-._~:[]/%".contains(c);
        if host.is_none_or(|host| host.is_empty() || host.starts_with([':', '/']) || !host.chars().all(fits)) {
            let name = raw.given(key).map_or_else(String::new, |(name, _)| name);
            return Err(wrong(name, &Given::Text(url), EXPECTED));
        }
        Ok(trimmed.to_owned())
    };
    let url = address(keys::LIVEKIT_URL, url)?;
    let api_url = match text(raw, keys::LIVEKIT_API_URL)? {
        Some(api_url) => address(keys::LIVEKIT_API_URL, api_url)?,
        None => url.clone(),
    };
    let secret = |key: Key, expected| match raw.given(key) {
        Some((_, Given::Text(text) | Given::Toml(toml::Value::String(text)))) if !text.trim().is_empty() => Ok(text),
        Some((name, _)) => Err(ConfigError::Secret { name, expected }),
        None => Err(ConfigError::Secret { name: key.file.to_owned(), expected }),
    };
    let api_key = secret(keys::LIVEKIT_API_KEY, "the name of a key of the LiveKit server, where livekit_url is given")?;
    let api_secret =
        secret(keys::LIVEKIT_API_SECRET, "the secret that belongs to livekit_api_key, where livekit_url is given")?;
    if api_secret.len() < 32 {
        warnings.push(
            "livekit_api_secret has under 32 bytes: it can be guessed from any token, and then anyone enters any consultation"
                .to_owned(),
        );
    }
    // A page that came by TLS speaks to no server without it.
    let url = url.replacen("http", "ws", usize::from(url.starts_with("http")));
    let api_url = api_url.replacen("ws", "http", usize::from(api_url.starts_with("ws")));
    let egress = egress(raw)?;
    Ok(Some(LiveKitConfig { url, api_url, api_key, api_secret: Secret::new(&api_secret), egress }))
}

fn egress(raw: &Raw) -> Result<Option<EgressConfig>, ConfigError> {
    let path = |key: Key| match text(raw, key)? {
        Some(path) if !path.trim().starts_with('/') || path.contains("..") => {
            let name = raw.given(key).map_or_else(String::new, |(name, _)| name);
            Err(wrong(name, &Given::Text(path), "a folder by its whole path, as in /var/lib/livekit-egress"))
        }
        path => Ok(path.map(|path| path.trim().trim_end_matches('/').to_owned())),
    };
    let Some(folder) = path(keys::LIVEKIT_EGRESS_DIR)? else {
        return match raw.given(keys::LIVEKIT_EGRESS_PATH) {
            Some((name, _)) => {
                Err(ConfigError::Secret { name, expected: "left out, or given with livekit_egress_dir" })
            }
            None => Ok(None),
        };
    };
    let theirs = path(keys::LIVEKIT_EGRESS_PATH)?.unwrap_or_else(|| EGRESS_PATH.to_owned());
    Ok(Some(EgressConfig { folder: folder.into(), theirs }))
}
