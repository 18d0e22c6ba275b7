//! TLS: the certificate of `https` and `turns`, wherever it comes from, and the listener of `https`.

mod certificate;
mod files;
mod listener;
mod pending;
mod validity;

use std::io;
use std::sync::Arc;
use std::time::Duration;

use rustls::ServerConfig;
use rustls::crypto::ring::{Ticketer, default_provider};
use tokio_rustls::TlsAcceptor;

use crate::config::Config;
use crate::shell::clock::Clock;
use certificate::Current;
use files::Watched;

pub(crate) use listener::{Door, accept};
pub use validity::{Validity, validity};

/// Between two looks at the files.
const LOOK: Duration = Duration::from_secs(1);

/// Between two warnings about one certificate.
const REMIND: Duration = Duration::from_secs(24 * 3600);

/// Why nothing goes by TLS.
#[derive(Debug, thiserror::Error)]
#[allow(missing_docs)]
pub enum TlsError {
    #[error("the certificate can't be used: {0}")]
    Certificate(io::Error),
    #[error("TLS could not be set up: {0}")]
    Rustls(#[from] rustls::Error),
}

/// The certificate that holds, and what keeps it so.
pub struct Tls {
    current: Arc<Current>,
    https: TlsAcceptor,
    turns: TlsAcceptor,
    files: Watched,
    /// What people type.
    name: Option<String>,
    clock: Clock,
}

impl Tls {
    /// Nothing where none is configured.
    pub fn open(config: &Config, clock: Clock) -> Result<Option<Self>, TlsError> {
        let Some(files) = config.tls.clone() else { return Ok(None) };
        let (files, key) = Watched::open(files).map_err(TlsError::Certificate)?;
        let current = Arc::<Current>::default();
        current.put(key);
        // Browsers speak HTTP/1.1; who relays by TLS need not say so, and some do.
        let https = acceptor(&current, &["http/1.1", "stun.turn", "stun.nat-discovery"])?;
        let turns = acceptor(&current, &[])?;
        let name = config.public_host().filter(|_| config.is_https()).map(ToOwned::to_owned);
        let this = Self { current, https, turns, files, name, clock };
        this.complain();
        Ok(Some(this))
    }

    /// For `https`.
    pub(crate) fn https(&self) -> TlsAcceptor {
        self.https.clone()
    }

    /// For `turns`.
    pub(crate) fn turns(&self) -> TlsAcceptor {
        self.turns.clone()
    }

    /// Keeps the certificate as it should be, for ever.
    pub(crate) async fn keep(mut self) {
        let mut looks = tokio::time::interval(LOOK);
        looks.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
        let mut reminders = tokio::time::interval(REMIND);
        reminders.reset();
        loop {
            tokio::select! {
                _ = looks.tick() => self.look(),
                _ = reminders.tick() => self.complain(),
            }
        }
    }

    fn look(&mut self) {
        match self.files.look() {
            None => {}
            Some(Ok(key)) => {
                self.current.put(key);
                tracing::info!("the certificate has changed; new connections get the new one");
                self.complain();
            }
            Some(Err(error)) => {
                tracing::warn!(%error, "the certificate has changed and can't be used; the one before holds");
            }
        }
    }

    fn complain(&self) {
        let key = self.current.key();
        if let Some(complaint) =
            key.and_then(|key| certificate::complaint(&key, self.name.as_deref(), self.clock.now()))
        {
            tracing::warn!("{complaint}");
        }
    }
}

fn acceptor(current: &Arc<Current>, protocols: &[&str]) -> Result<TlsAcceptor, rustls::Error> {
    let mut config = ServerConfig::builder_with_provider(Arc::new(default_provider()))
        .with_safe_default_protocol_versions()?
        .with_no_client_auth()
        .with_cert_resolver(Arc::<Current>::clone(current));
    config.alpn_protocols = protocols.iter().map(|protocol| protocol.as_bytes().to_vec()).collect();
    // A phone that comes back needs no second handshake.
    config.ticketer = Ticketer::new()?;
    Ok(TlsAcceptor::from(Arc::new(config)))
}
