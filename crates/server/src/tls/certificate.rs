//! The certificate that is given out, and what there is to say about one.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use domain::Timestamp;
use rustls::client::verify_server_name;
use rustls::crypto::ring::default_provider;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer, ServerName};
use rustls::server::{ClientHello, ParsedCertificate, ResolvesServerCert};
use rustls::sign::CertifiedKey;
use wire::time::iso;

use super::validity::{Validity, validity};

/// One that nobody renews is warned of so long before its end.
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

/// Why a certificate and a key are none.
#[derive(Debug, thiserror::Error)]
pub(super) enum Unusable {
    #[error("the certificate: {0}")]
    Certificate(String),
    #[error("the key: {0}")]
    Key(String),
}

/// Of a certificate, with those above it, and its key, both in PEM.
pub(super) fn certified(cert: &[u8], key: &[u8]) -> Result<CertifiedKey, Unusable> {
    let certs: Result<Vec<_>, _> = CertificateDer::pem_slice_iter(cert).collect();
    let certs = certs.map_err(|error| Unusable::Certificate(error.to_string()))?;
    if certs.is_empty() {
        return Err(Unusable::Certificate("there is none in it".to_owned()));
    }
    let key = PrivateKeyDer::from_pem_slice(key).map_err(|error| Unusable::Key(error.to_string()))?;
    CertifiedKey::from_der(certs, key, &default_provider()).map_err(|error| Unusable::Key(error.to_string()))
}

/// When it holds.
pub(super) fn validity_of(key: &CertifiedKey) -> Option<Validity> {
    validity(key.cert.first()?)
}

/// How browsers take a certificate.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Standing {
    /// It can't be read.
    Odd,
    /// It holds from then on.
    Early(Timestamp),
    /// It has ended.
    Ended(Timestamp),
    /// It is for other names.
    Foreign,
    /// It ends before long, and nobody has renewed it.
    Soon(Timestamp),
    Good(Timestamp),
}

/// `name` is what people type, where that is known.
pub(crate) fn standing(der: &CertificateDer<'_>, name: Option<&str>, now: Timestamp) -> Standing {
    let (Some(Validity { from, until }), Ok(parsed)) = (validity(der), ParsedCertificate::try_from(der)) else {
        return Standing::Odd;
    };
    let fits = |name: &str| {
        let name = ServerName::try_from(name.trim_matches(['[', ']']));
        name.is_ok_and(|name| verify_server_name(&parsed, &name).is_ok())
    };
    match () {
        () if now < from => Standing::Early(from),
        () if until <= now => Standing::Ended(until),
        () if !name.is_none_or(fits) => Standing::Foreign,
        () if until < now + SOON => Standing::Soon(until),
        () => Standing::Good(until),
    }
}

/// What browsers will not like about it; `name` is what people type.
pub(super) fn complaint(key: &CertifiedKey, name: Option<&str>, now: Timestamp) -> Option<String> {
    let standing = key.cert.first().map_or(Standing::Odd, |der| standing(der, name, now));
    Some(match standing {
        Standing::Odd => "it can't be said until when the certificate holds".to_owned(),
        Standing::Early(from) => format!("the certificate holds from {} on; browsers refuse it now", iso(from)),
        Standing::Ended(until) => format!("the certificate has ended ({}); browsers refuse it", iso(until)),
        Standing::Foreign => {
            let name = name.unwrap_or_default();
            format!("the certificate is not for {name}, where people come to; browsers refuse it")
        }
        Standing::Soon(until) => format!("the certificate ends soon ({}) and has not been renewed", iso(until)),
        Standing::Good(_) => return None,
    })
}
