//! The certificate for clients that come by TLS, read again when its files change.

use std::io;
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::SystemTime;

use rustls::ServerConfig;
use rustls::crypto::ring::default_provider;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::server::{ClientHello, ResolvesServerCert};
use rustls::sign::CertifiedKey;
use tokio_rustls::TlsAcceptor;

use crate::config::TlsFiles;

/// What a file was like when it was read.
type Seen = [Option<(SystemTime, u64)>; 2];

/// The certificate that holds.
#[derive(Debug)]
pub(super) struct Certificate {
    files: TlsFiles,
    /// Held to look at it or to put another in its place.
    current: Mutex<(Seen, Arc<CertifiedKey>)>,
}

impl Certificate {
    pub(super) fn load(files: &TlsFiles) -> io::Result<Arc<Self>> {
        let current = Mutex::new((seen(files), Arc::new(read(files)?)));
        Ok(Arc::new(Self { files: files.clone(), current }))
    }

    pub(super) fn acceptor(self: &Arc<Self>) -> TlsAcceptor {
        let config = ServerConfig::builder_with_provider(Arc::new(default_provider()))
            .with_safe_default_protocol_versions()
            .expect("ring has every protocol version's suites")
            .with_no_client_auth()
            .with_cert_resolver(Arc::<Self>::clone(self));
        TlsAcceptor::from(Arc::new(config))
    }

    /// Reads the files again if they have changed. What can't be used is said once, and the one before holds.
    pub(super) fn refresh(&self) {
        let now = seen(&self.files);
        let current = &mut *self.current.lock().unwrap_or_else(PoisonError::into_inner);
        if now == current.0 {
            return;
        }
        current.0 = now;
        match read(&self.files) {
            Ok(key) => {
                current.1 = Arc::new(key);
                tracing::info!("the certificate has changed and holds from now on");
            }
            Err(error) => tracing::warn!(%error, "the certificate has changed and can't be used; the one before holds"),
        }
    }
}

impl ResolvesServerCert for Certificate {
    fn resolve(&self, _: ClientHello<'_>) -> Option<Arc<CertifiedKey>> {
        Some(Arc::clone(&self.current.lock().unwrap_or_else(PoisonError::into_inner).1))
    }
}

fn seen(files: &TlsFiles) -> Seen {
    let of = |path: &Path| {
        let metadata = std::fs::metadata(path).ok()?;
        Some((metadata.modified().ok()?, metadata.len()))
    };
    [of(&files.cert), of(&files.key)]
}

fn read(files: &TlsFiles) -> io::Result<CertifiedKey> {
    let failed = |path: &Path, error: &dyn std::fmt::Display| {
        io::Error::new(io::ErrorKind::InvalidData, format!("{}: {error}", path.display()))
    };
    let certs: Result<Vec<_>, _> =
        CertificateDer::pem_file_iter(&files.cert).and_then(Iterator::collect::<Result<_, _>>);
    let certs = certs.map_err(|error| failed(&files.cert, &error))?;
    if certs.is_empty() {
        return Err(failed(&files.cert, &"there is no certificate in it"));
    }
    let key = PrivateKeyDer::from_pem_file(&files.key).map_err(|error| failed(&files.key, &error))?;
    CertifiedKey::from_der(certs, key, &default_provider()).map_err(|error| failed(&files.key, &error))
}
