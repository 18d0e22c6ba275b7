//! TLS: the certificate of `https` and `turns`, wherever it comes from, and the listener of `https`.

mod acme;
mod certificate;
mod challenge;
mod files;
mod lan;
mod listener;
mod pending;
mod validity;

use std::io;
use std::sync::Arc;
use std::time::Duration;

use rustls::ServerConfig;
use rustls::crypto::ring::{Ticketer, default_provider};
use tokio_rustls::TlsAcceptor;

use crate::config::{Config, TlsConfig};
use crate::shell::clock::Clock;
use acme::Acme;
use certificate::Current;
use challenge::Challenge;
use files::Watched;
use lan::Lan;

pub(crate) use certificate::{Standing, standing};
pub use lan::Authority;
pub(crate) use listener::{Door, accept};

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
    challenge: Arc<Challenge>,
    https: Arc<ServerConfig>,
    turns: Arc<ServerConfig>,
    source: Source,
    /// What people type.
    name: Option<String>,
    clock: Clock,
}

enum Source {
    Files(Watched),
    Acme(Box<Acme>),
    Lan(Box<Lan>),
}

impl Tls {
    /// Nothing where none is configured.
    pub fn open(config: &Config, clock: Clock) -> Result<Option<Self>, TlsError> {
        let current = Arc::<Current>::default();
        let challenge = Arc::<Challenge>::default();
        let source = match config.tls.clone() {
            None => return Ok(None),
            Some(TlsConfig::Files(files)) => Watched::open(files, &current).map(Source::Files),
            Some(TlsConfig::Acme(acme)) => Acme::open(acme, &config.data, &current, &challenge, clock.clone())
                .map(|acme| Source::Acme(Box::new(acme))),
            Some(TlsConfig::Lan(lan)) => {
                Lan::open(lan, &config.data, &current, clock.clone()).map(|lan| Source::Lan(Box::new(lan)))
            }
        };
        let source = source.map_err(TlsError::Certificate)?;
        // Browsers speak HTTP/1.1; who relays by TLS need not say so, and some do.
        let https = server_config(&current, &["http/1.1", "stun.turn", "stun.nat-discovery"])?;
        let turns = server_config(&current, &[])?;
        let name = config.public_host().filter(|_| config.is_https()).map(ToOwned::to_owned);
        let this = Self { current, challenge, https, turns, source, name, clock };
        complain(&this.current, this.name.as_deref(), &this.clock);
        Ok(Some(this))
    }

    /// What is behind a port of `https`.
    pub(crate) fn door(&self, router: axum::Router, relay: crate::turn::Turn) -> Door {
        Door { config: Arc::clone(&self.https), challenge: Arc::clone(&self.challenge), router, relay }
    }

    /// What devices are to trust, where that is ours.
    pub(crate) fn authority(&self) -> Option<Arc<Authority>> {
        match &self.source {
            Source::Lan(lan) => Some(Arc::clone(&lan.authority)),
            _ => None,
        }
    }

    /// For `turns`.
    pub(crate) fn turns(&self) -> TlsAcceptor {
        TlsAcceptor::from(Arc::clone(&self.turns))
    }

    /// Keeps the certificate as it should be, for ever.
    pub(crate) async fn keep(self) {
        let Self { current, source, name, clock, .. } = self;
        let remind = async {
            loop {
                tokio::time::sleep(REMIND).await;
                complain(&current, name.as_deref(), &clock);
            }
        };
        let keep = async {
            match source {
                Source::Files(watched) => watched.keep(|| complain(&current, name.as_deref(), &clock)).await,
                Source::Acme(acme) => acme.keep().await,
                Source::Lan(lan) => lan.keep().await,
            }
        };
        tokio::join!(keep, remind);
    }
}

fn complain(current: &Current, name: Option<&str>, clock: &Clock) {
    let complaint = current.key().and_then(|key| certificate::complaint(&key, name, clock.now()));
    if let Some(complaint) = complaint {
        tracing::warn!("{complaint}");
    }
}

fn server_config(current: &Arc<Current>, protocols: &[&str]) -> Result<Arc<ServerConfig>, rustls::Error> {
    let mut config = ServerConfig::builder_with_provider(Arc::new(default_provider()))
        .with_safe_default_protocol_versions()?
        .with_no_client_auth()
        .with_cert_resolver(Arc::<Current>::clone(current));
    config.alpn_protocols = protocols.iter().map(|protocol| protocol.as_bytes().to_vec()).collect();
    // A phone that comes back needs no second handshake.
    config.ticketer = Ticketer::new()?;
    Ok(Arc::new(config))
}
