//! How an authority sees that a name leads to us: a handshake with a certificate that only who asked for it can make (RFC
//! 8737).

use std::sync::{Arc, Mutex, PoisonError};

use rcgen::{CertificateParams, CustomExtension, KeyPair};
use rustls::ServerConfig;
use rustls::crypto::ring::default_provider;
use rustls::crypto::ring::sign::any_supported_type;
use rustls::pki_types::PrivatePkcs8KeyDer;
use rustls::server::ClientHello;
use rustls::sign::{CertifiedKey, SingleCertAndKey};

/// What the authority says that it speaks.
const PROTOCOL: &[u8] = b"acme-tls/1";

/// The answer, while one is being asked for.
#[derive(Debug, Default)]
pub(super) struct Challenge {
    /// Held to put one in or to take it out.
    answer: Mutex<Option<Arc<ServerConfig>>>,
}

impl Challenge {
    /// What a handshake of an authority goes by; none for everybody else, and where nothing was asked.
    pub(super) fn config(&self, hello: &ClientHello<'_>) -> Option<Arc<ServerConfig>> {
        let is_authority = hello.alpn()?.any(|protocol| protocol == PROTOCOL);
        self.answer.lock().unwrap_or_else(PoisonError::into_inner).clone().filter(|_| is_authority)
    }

    /// Answers for this name with the digest that was agreed on, until the guard is dropped.
    pub(super) fn answer(self: &Arc<Self>, name: &str, digest: &[u8]) -> Result<Answering, String> {
        let config = certificate(name, digest)?;
        *self.answer.lock().unwrap_or_else(PoisonError::into_inner) = Some(Arc::new(config));
        Ok(Answering(Arc::clone(self)))
    }
}

/// The challenge is answered as long as this lives.
#[derive(Debug)]
pub(super) struct Answering(Arc<Challenge>);

impl Drop for Answering {
    fn drop(&mut self) {
        *self.0.answer.lock().unwrap_or_else(PoisonError::into_inner) = None;
    }
}

fn certificate(name: &str, digest: &[u8]) -> Result<ServerConfig, String> {
    let key = KeyPair::generate().map_err(|error| error.to_string())?;
    let mut params = CertificateParams::new(vec![name.to_owned()]).map_err(|error| error.to_string())?;
    params.custom_extensions = vec![CustomExtension::new_acme_identifier(digest)];
    let cert = params.self_signed(&key).map_err(|error| error.to_string())?;
    let key = any_supported_type(&PrivatePkcs8KeyDer::from(key.serialize_der()).into());
    let key = key.map_err(|error| error.to_string())?;
    // Not looked at any closer: its extension is critical, and rustls would refuse what it doesn't know.
    let certified = SingleCertAndKey::from(CertifiedKey::new(vec![cert.der().clone()], key));
    let mut config = ServerConfig::builder_with_provider(Arc::new(default_provider()))
        .with_safe_default_protocol_versions()
        .map_err(|error| error.to_string())?
        .with_no_client_auth()
        .with_cert_resolver(Arc::new(certified));
    config.alpn_protocols = vec![PROTOCOL.to_vec()];
    Ok(config)
}
