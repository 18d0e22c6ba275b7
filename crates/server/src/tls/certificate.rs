//! The certificate that is given out, and what there is to say about one.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use domain::Timestamp;
use rustls::client::verify_server_name;
use rustls::pki_types::ServerName;
use rustls::server::{ClientHello, ParsedCertificate, ResolvesServerCert};
use rustls::sign::CertifiedKey;
use wire::time::iso;

use super::validity::{Validity, validity};

/// Who renews it by hand is warned so long before.
const SOON: Duration = Duration::from_secs(14 * 24 * 3600);

/// What every handshake takes its certificate from. Connections that are open have had theirs.
#[derive(Debug, Default)]
pub(super) struct Current {
    /// Held to look at it or to put another in its place.
    key: Mutex<Option<Arc<CertifiedKey>>>,
}

impl Current {
    pub(super) fn put(&self, key: CertifiedKey) {
        *self.key.lock().unwrap_or_else(PoisonError::into_inner) = Some(Arc::new(key));
    }

    pub(super) fn key(&self) -> Option<Arc<CertifiedKey>> {
        self.key.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

impl ResolvesServerCert for Current {
    fn resolve(&self, _: ClientHello<'_>) -> Option<Arc<CertifiedKey>> {
        self.key()
    }
}

/// When it holds.
pub(super) fn validity_of(key: &CertifiedKey) -> Option<Validity> {
    validity(key.cert.first()?)
}

/// What browsers will not like about it; `name` is what people type.
pub(super) fn complaint(key: &CertifiedKey, name: Option<&str>, now: Timestamp) -> Option<String> {
    let Some(Validity { from, until }) = validity_of(key) else {
        return Some("it can't be said until when the certificate holds".to_owned());
    };
    if now < from {
        return Some(format!("the certificate holds from {} on; browsers refuse it now", iso(from)));
    }
    if until <= now {
        return Some(format!("the certificate has ended ({}); browsers refuse it", iso(until)));
    }
    let parsed = key.cert.first().and_then(|der| ParsedCertificate::try_from(der).ok());
    let fits = |name: &str| {
        let name = ServerName::try_from(name.trim_matches(['[', ']'])).ok()?;
        verify_server_name(parsed.as_ref()?, &name).ok()
    };
    if let Some(name) = name
        && fits(name).is_none()
    {
        return Some(format!("the certificate is not for {name}, where people come to; browsers refuse it"));
    }
    (until < now + SOON).then(|| format!("the certificate ends soon ({}); put a new one in its place", iso(until)))
}
