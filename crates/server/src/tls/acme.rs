//! A certificate from an authority (RFC 8555), got and renewed by ourselves.

use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use domain::Timestamp;
use instant_acme::{
    Account, AccountBuilder, AccountCredentials, AuthorizationStatus, ChallengeType, Identifier, NewAccount, NewOrder,
    Order, OrderStatus, RetryPolicy,
};
use rcgen::{CertificateParams, DistinguishedName, KeyPair};
use serde::{Deserialize, Serialize};
use wire::time::iso;

use super::certificate::{Current, certified, validity_of};
use super::challenge::Challenge;
use super::validity::Validity;
use crate::config::AcmeConfig;
use crate::data;
use crate::shell::clock::Clock;

/// All of it takes no longer.
const ORDER: Duration = Duration::from_secs(5 * 60);

/// So long we wait for the authority to look at us, and again for it to sign.
const PATIENCE: Duration = Duration::from_secs(120);

/// Between two tries: the first, and the longest. Authorities count failures, a few an hour.
const RETRY: Duration = Duration::from_secs(60);
const RETRY_AT_MOST: Duration = Duration::from_secs(6 * 3600);

/// A machine that sleeps wakes up late, so the time is looked at this often.
const LOOK: Duration = Duration::from_secs(3600);

/// What is kept in the data folder.
#[derive(Default, Serialize, Deserialize)]
struct Kept {
    /// With which authority the account is, and from which the certificate.
    directory: String,
    email: Option<String>,
    account: Option<AccountCredentials>,
    certificate: Option<Pem>,
}

/// A certificate with those above it, and its key.
#[derive(Serialize, Deserialize)]
struct Pem {
    name: String,
    chain: String,
    key: String,
}

pub(super) struct Acme {
    config: AcmeConfig,
    file: PathBuf,
    kept: Kept,
    /// Of the certificate that there is.
    validity: Option<Validity>,
    current: Arc<Current>,
    challenge: Arc<Challenge>,
    clock: Clock,
}

impl Acme {
    /// Takes up what was got before. What can't be read is got anew.
    pub(super) fn open(
        config: AcmeConfig,
        data: &Path,
        current: &Arc<Current>,
        challenge: &Arc<Challenge>,
        clock: Clock,
    ) -> io::Result<Self> {
        let file = data.join(data::ACME);
        let text = data::read_secret(&file)?.unwrap_or_default();
        let kept = serde_json::from_str(&text).ok().filter(|kept: &Kept| kept.directory == config.directory);
        let kept = kept.unwrap_or_else(|| Kept { directory: config.directory.clone(), ..Kept::default() });
        let key = kept.certificate.as_ref().filter(|pem| pem.name == config.name);
        let key = key.and_then(|pem| certified(pem.chain.as_bytes(), pem.key.as_bytes()).ok());
        let validity = key.as_ref().and_then(validity_of);
        if let Some(key) = key {
            current.put(key);
        }
        let (current, challenge) = (Arc::clone(current), Arc::clone(challenge));
        Ok(Self { config, file, kept, validity, current, challenge, clock })
    }

    /// Gets one where there is none, and another in good time, for ever.
    pub(super) async fn keep(mut self) {
        let mut failures = 0;
        loop {
            let now = self.clock.now();
            let due = self.validity.map_or(now, renewal);
            if now < due {
                tokio::time::sleep(due.since(now).min(LOOK)).await;
                continue;
            }
            let (name, directory) = (&self.config.name, &self.config.directory);
            tracing::info!(name, directory, "asking for a certificate");
            let got = tokio::time::timeout(ORDER, self.order()).await;
            match got.unwrap_or_else(|_| Err(format!("nothing came of it within {} s", ORDER.as_secs()))) {
                Ok(validity) => {
                    failures = 0;
                    tracing::info!(
                        until = iso(validity.until),
                        renewal = iso(renewal(validity)),
                        "there is a certificate"
                    );
                }
                Err(error) => {
                    let next = retry(failures);
                    failures += 1;
                    let next = next.as_secs();
                    tracing::warn!(
                        name = self.config.name,
                        "no certificate could be got, and it is tried again in {next} s: {error}"
                    );
                }
            }
            if failures > 0 {
                tokio::time::sleep(retry(failures - 1)).await;
            }
        }
    }

    async fn order(&mut self) -> Result<Validity, String> {
        let account = self.account().await?;
        let names = [Identifier::Dns(self.config.name.clone())];
        let mut order = account.new_order(&NewOrder::new(&names)).await.map_err(|error| said(&error))?;
        self.prove(&mut order).await?;
        let key = KeyPair::generate().map_err(|error| error.to_string())?;
        let mut params = CertificateParams::new(vec![self.config.name.clone()]).map_err(|error| error.to_string())?;
        params.distinguished_name = DistinguishedName::new();
        let request = params.serialize_request(&key).map_err(|error| error.to_string())?;
        order.finalize_csr(request.der()).await.map_err(|error| said(&error))?;
        let chain = order.poll_certificate(&patience()).await.map_err(|error| said(&error))?;
        let key = key.serialize_pem();
        let certified = certified(chain.as_bytes(), key.as_bytes()).map_err(|error| error.to_string())?;
        let validity = validity_of(&certified).ok_or("it doesn't say until when it holds")?;
        self.current.put(certified);
        self.validity = Some(validity);
        self.kept.certificate = Some(Pem { name: self.config.name.clone(), chain, key });
        self.save()?;
        Ok(validity)
    }

    /// Ours, made where there is none.
    async fn account(&mut self) -> Result<Account, String> {
        let contact = self.config.email.as_ref().map(|email| format!("mailto:{email}"));
        let contact: Vec<&str> = contact.as_deref().into_iter().collect();
        if let Some(credentials) = &self.kept.account {
            let copy = serde_json::to_value(credentials).and_then(serde_json::from_value);
            let copy = copy.map_err(|error| error.to_string())?;
            let account = self.builder()?.from_credentials(copy).await.map_err(|error| said(&error))?;
            if self.kept.email != self.config.email {
                account.update_contacts(&contact).await.map_err(|error| said(&error))?;
                self.kept.email.clone_from(&self.config.email);
                self.save()?;
            }
            return Ok(account);
        }
        let new = NewAccount { contact: &contact, terms_of_service_agreed: true, only_return_existing: false };
        let made = self.builder()?.create(&new, self.config.directory.clone(), None).await;
        let (account, credentials) = made.map_err(|error| said(&error))?;
        self.kept.account = Some(credentials);
        self.kept.email.clone_from(&self.config.email);
        self.save()?;
        Ok(account)
    }

    fn builder(&self) -> Result<AccountBuilder, String> {
        let builder = match &self.config.root {
            None => Account::builder(),
            Some(root) => Account::builder_with_root(root),
        };
        builder.map_err(|error| said(&error))
    }

    /// Shows that the name leads to us.
    async fn prove(&self, order: &mut Order) -> Result<(), String> {
        let mut answering = None;
        let mut authorizations = order.authorizations();
        while let Some(authorization) = authorizations.next().await {
            let mut authorization = authorization.map_err(|error| said(&error))?;
            if authorization.status == AuthorizationStatus::Valid {
                continue;
            }
            let mut challenge = authorization
                .challenge(ChallengeType::TlsAlpn01)
                .ok_or("the authority has no challenge by TLS (tls-alpn-01) for it")?;
            let digest = challenge.key_authorization().digest();
            answering = Some(self.challenge.answer(&self.config.name, digest.as_ref())?);
            challenge.set_ready().await.map_err(|error| said(&error))?;
        }
        let status = order.poll_ready(&patience()).await;
        drop(answering);
        match status {
            Ok(OrderStatus::Ready) => Ok(()),
            status => {
                let why = refusal(order).await.unwrap_or_else(|| match status {
                    Ok(status) => format!("the order is {status:?}"),
                    Err(error) => said(&error),
                });
                Err(format!("{why}. The authority comes to port 443 of {}: does that lead here?", self.config.name))
            }
        }
    }

    fn save(&self) -> Result<(), String> {
        let text = serde_json::to_string(&self.kept).map_err(|error| error.to_string())?;
        data::write_secret(&self.file, &text).map_err(|error| format!("{}: {error}", self.file.display()))
    }
}

/// What the authority says of its visit.
async fn refusal(order: &mut Order) -> Option<String> {
    let mut authorizations = order.authorizations();
    while let Some(Ok(mut authorization)) = authorizations.next().await {
        let state = authorization.refresh().await.ok()?;
        if let Some(error) = state.challenges.iter().find_map(|challenge| challenge.error.as_ref()) {
            return Some(error.to_string());
        }
    }
    None
}

/// An error with what is behind it.
fn said(error: &instant_acme::Error) -> String {
    let mut text = error.to_string();
    let mut next = std::error::Error::source(error);
    while let Some(error) = next {
        let more = error.to_string();
        if !text.contains(&more) {
            text = format!("{text}: {more}");
        }
        next = error.source();
    }
    text
}

fn patience() -> RetryPolicy {
    RetryPolicy::new().timeout(PATIENCE)
}

/// When two thirds of its life are over, as authorities ask for: with 90 days a month is left for whatever goes wrong.
fn renewal(Validity { from, until }: Validity) -> Timestamp {
    until - until.since(from) / 3
}

/// How long to wait after so many failures and one.
fn retry(failures: u32) -> Duration {
    5_u32.checked_pow(failures).map_or(RETRY_AT_MOST, |times| RETRY.saturating_mul(times).min(RETRY_AT_MOST))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_is_renewed_with_a_third_of_its_life_left() {
        const DAY: i64 = 24 * 3600 * 1000;
        for (days, expected) in [(90, 60), (6, 4)] {
            let validity = Validity { from: Timestamp(1_000), until: Timestamp(1_000 + days * DAY) };
            assert_eq!(renewal(validity), Timestamp(1_000 + expected * DAY));
        }
    }

    #[test]
    fn tries_become_rare() {
        let minutes: Vec<u64> = (0..6).map(|failures| retry(failures).as_secs() / 60).collect();
        assert_eq!(minutes, [1, 5, 25, 125, 360, 360]);
        assert_eq!(retry(u32::MAX), RETRY_AT_MOST);
    }
}
