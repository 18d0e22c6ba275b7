//! Where the certificate of `https` and `turns` comes from.

use std::collections::BTreeMap;
use std::net::IpAddr;
use std::path::PathBuf;

use super::error::ConfigError;
use super::keys::{self, Key};
use super::raw::Raw;
use super::resolve::{text, texts};
use super::resolved::{Listen, public_host};
use super::role::Role;

/// The authority that everybody knows and that asks nothing for it.
const LETS_ENCRYPT: &str = "https://acme-v02.api.letsencrypt.org/directory";

/// Where it comes from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum TlsConfig {
    /// Somebody else sees to it.
    Files(TlsFiles),
    /// We get it from an authority, and renew it.
    Acme(AcmeConfig),
    /// We are an authority ourselves, for a local network.
    Lan(LanConfig),
}

/// Files in PEM, read again when they change.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TlsFiles {
    /// The certificate, and those that stand between it and one that everybody knows.
    pub cert: PathBuf,
    /// Its key.
    pub key: PathBuf,
}

/// RFC 8555, by the challenge of RFC 8737.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AcmeConfig {
    /// What the certificate is for.
    pub name: String,
    /// Whom the authority writes to when something is wrong.
    pub email: Option<String>,
    /// Where the authority is.
    pub directory: String,
    /// What the authority's own certificate is from, where that is none that everybody knows; in PEM.
    pub root: Option<PathBuf>,
}

/// For whom we sign.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LanConfig {
    /// Names and addresses; where there are none, those of this machine.
    pub names: Vec<String>,
    /// The host of the public address, if there is one.
    pub public: Option<String>,
}

/// One for all that goes by TLS.
pub(super) fn resolve(
    raw: &Raw,
    listen: &BTreeMap<Role, Listen>,
    public_address: Option<&str>,
) -> Result<Option<TlsConfig>, ConfigError> {
    if listen.contains_key(&Role::Redirect) && !listen.contains_key(&Role::Https) {
        return Err(ConfigError::NowhereToRedirect);
    }
    let files = files(raw)?;
    let tls = match (text(raw, keys::TLS)?.as_deref(), files) {
        (None, None) => None,
        (None | Some("files"), Some(files)) => Some(TlsConfig::Files(files)),
        (Some("files"), None) => return Err(missing(keys::TLS_CERT, "given where tls is files")),
        (Some("acme"), None) => Some(TlsConfig::Acme(acme(raw, public_address)?)),
        (Some("lan"), None) => Some(TlsConfig::Lan(lan(raw, public_address)?)),
        (Some("acme" | "lan"), Some(_)) => {
            return Err(missing(keys::TLS_CERT, "left out where tls is acme or lan"));
        }
        (Some(given), _) => {
            let (name, given) = (keys::TLS.file.to_owned(), given.to_owned());
            return Err(ConfigError::Value { name, given, expected: "files, acme or lan" });
        }
    };
    match [Role::Https, Role::Turns].into_iter().find(|role| listen.contains_key(role)) {
        Some(role) if tls.is_none() => Err(ConfigError::NoCertificate(role)),
        _ if matches!(tls, Some(TlsConfig::Acme(_))) && !listen.contains_key(&Role::Https) => Err(ConfigError::NoHttps),
        _ => Ok(tls),
    }
}

fn missing(key: Key, expected: &'static str) -> ConfigError {
    ConfigError::Secret { name: key.file.to_owned(), expected }
}

fn files(raw: &Raw) -> Result<Option<TlsFiles>, ConfigError> {
    match (text(raw, keys::TLS_CERT)?, text(raw, keys::TLS_KEY)?) {
        (None, None) => Ok(None),
        (Some(cert), Some(key)) => Ok(Some(TlsFiles { cert: cert.into(), key: key.into() })),
        (cert, _) => {
            let key = if cert.is_some() { keys::TLS_KEY } else { keys::TLS_CERT };
            Err(missing(key, "given too: a certificate has a key"))
        }
    }
}

fn lan(raw: &Raw, public_address: Option<&str>) -> Result<LanConfig, ConfigError> {
    let (name, names) = texts(raw, keys::LAN_NAMES)?.unwrap_or_default();
    let fits = |text: &str| {
        let is_label = |label: &str| {
            !label.is_empty()
                && label.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-')
        };
        text.parse::<IpAddr>().is_ok() || text.split('.').all(is_label)
    };
    if let Some(given) = names.iter().find(|name| !fits(name)) {
        let expected = "names and addresses by which this machine is found, as in praxis.local,192.168.1.5";
        return Err(ConfigError::Value { name, given: given.clone(), expected });
    }
    let public = public_address.and_then(public_host).map(|host| host.trim_matches(['[', ']']).to_owned());
    Ok(LanConfig { names, public })
}

fn acme(raw: &Raw, public_address: Option<&str>) -> Result<AcmeConfig, ConfigError> {
    let public = public_address.filter(|address| address.starts_with("https://")).and_then(public_host);
    let is_name = |host: &&str| !host.starts_with('[') && host.parse::<IpAddr>().is_err();
    let Some(name) = public.filter(is_name).map(ToOwned::to_owned) else {
        return Err(missing(
            keys::PUBLIC_ADDRESS,
            "given where tls is acme, as in https://chat.example.org: the certificate is for that name",
        ));
    };
    let email = text(raw, keys::ACME_EMAIL)?.map(|email| email.trim().trim_start_matches("mailto:").to_owned());
    if let Some(given) = email.clone().filter(|email| !email.contains('@') || email.contains(char::is_whitespace)) {
        let name = keys::ACME_EMAIL.file.to_owned();
        return Err(ConfigError::Value { name, given, expected: "an e-mail address" });
    }
    let directory = text(raw, keys::ACME_DIRECTORY)?.unwrap_or_else(|| LETS_ENCRYPT.to_owned());
    if !directory.starts_with("https://") {
        let name = keys::ACME_DIRECTORY.file.to_owned();
        return Err(ConfigError::Value {
            name,
            given: directory,
            expected: "the address of an authority's directory, as in https://acme-staging-v02.api.letsencrypt.org/directory",
        });
    }
    Ok(AcmeConfig { name, email, directory, root: text(raw, keys::ACME_ROOT)?.map(Into::into) })
}
