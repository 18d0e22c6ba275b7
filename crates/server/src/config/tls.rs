//! Where the certificate of `https` and `turns` comes from.

use std::collections::BTreeMap;
use std::path::PathBuf;

use super::error::ConfigError;
use super::keys;
use super::raw::Raw;
use super::resolve::text;
use super::resolved::Listen;
use super::role::Role;

/// Files in PEM, read again when they change.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TlsFiles {
    /// The certificate, and those that stand between it and one that everybody knows.
    pub cert: PathBuf,
    /// Its key.
    pub key: PathBuf,
}

/// One for all that goes by TLS.
pub(super) fn resolve(raw: &Raw, listen: &BTreeMap<Role, Listen>) -> Result<Option<TlsFiles>, ConfigError> {
    let files = match (text(raw, keys::TLS_CERT)?, text(raw, keys::TLS_KEY)?) {
        (None, None) => None,
        (Some(cert), Some(key)) => Some(TlsFiles { cert: cert.into(), key: key.into() }),
        (cert, _) => {
            let name = if cert.is_some() { keys::TLS_KEY } else { keys::TLS_CERT };
            let expected = "given too: a certificate has a key";
            return Err(ConfigError::Secret { name: name.file.to_owned(), expected });
        }
    };
    if listen.contains_key(&Role::Redirect) && !listen.contains_key(&Role::Https) {
        return Err(ConfigError::NowhereToRedirect);
    }
    match [Role::Https, Role::Turns].into_iter().find(|role| listen.contains_key(role)) {
        Some(role) if files.is_none() => Err(ConfigError::NoCertificate(role)),
        _ => Ok(files),
    }
}
