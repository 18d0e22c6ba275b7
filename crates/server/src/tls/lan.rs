//! A practice's own authority, for where no authority of the world can look: made once, trusted by hand on each device, and
//! able to sign for nothing but a local network.

use std::collections::BTreeSet;
use std::io;
use std::net::IpAddr;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use domain::Timestamp;
use rcgen::{
    BasicConstraints, CertificateParams, CidrSubnet, DistinguishedName, DnType, ExtendedKeyUsagePurpose,
    GeneralSubtree, IsCa, Issuer, KeyPair, KeyUsagePurpose, NameConstraints,
};
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject;
use rustls::sign::CertifiedKey;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use time::OffsetDateTime;
use wire::time::iso;

use super::certificate::{Current, certified, validity_of};
use crate::config::{LanConfig, Network};
use crate::data;
use crate::shell::clock::Clock;
use crate::shell::hosts;

const DAY: Duration = Duration::from_secs(24 * 3600);

/// Devices trust the authority by hand, so it lasts.
const AUTHORITY_LIFE: Duration = Duration::from_secs(10 * 365 * 24 * 3600);

/// Phones refuse certificates of more than 825 days; this one renews itself.
const LIFE: Duration = Duration::from_secs(90 * 24 * 3600);

/// With so much of its life left there is another.
const RENEWAL: Duration = Duration::from_secs(30 * 24 * 3600);

/// A router gives out another address now and then.
const LOOK: Duration = Duration::from_secs(60);

/// What belongs to nobody on the internet: the authority signs for these, and for the names that were configured when it
/// was made.
const LOCAL_NAMES: [&str; 8] =
    ["localhost", "local", "lan", "home", "internal", "localdomain", "home.arpa", "fritz.box"];
const LOCAL_NETWORKS: [&str; 8] = [
    "127.0.0.0/8",
    "10.0.0.0/8",
    "172.16.0.0/12",
    "192.168.0.0/16",
    "169.254.0.0/16",
    "100.64.0.0/10",
    "::1/128",
    "fc00::/7",
];

/// What devices are to trust.
#[derive(Debug)]
pub struct Authority {
    /// As devices show it.
    pub name: String,
    /// The certificate, in DER.
    pub der: Vec<u8>,
    /// SHA-256, as devices show it.
    pub fingerprint: String,
}

/// As it is kept.
#[derive(Serialize, Deserialize)]
struct Kept {
    name: String,
    /// What it may sign for besides what is local.
    names: Vec<String>,
    certificate: String,
    key: String,
}

pub(super) struct Lan {
    config: LanConfig,
    kept: Kept,
    pub(super) authority: Arc<Authority>,
    /// What the certificate that there is is for, and its end.
    issued: (BTreeSet<String>, Timestamp),
    current: Arc<Current>,
    clock: Clock,
}

impl Lan {
    /// Takes up the authority, or makes it, and a certificate by it.
    pub(super) fn open(config: LanConfig, data: &Path, current: &Arc<Current>, clock: Clock) -> io::Result<Self> {
        let file = data.join(data::LAN_AUTHORITY);
        let broken = |error: &dyn std::fmt::Display| {
            io::Error::other(format!(
                "{}: {error}. Move it away, and another is made, which every device has to trust anew",
                file.display()
            ))
        };
        let kept: Kept = match data::read_secret(&file)? {
            Some(text) => serde_json::from_str(&text).map_err(|error| broken(&error))?,
            None => {
                let kept = make(&config, clock.now()).map_err(io::Error::other)?;
                let text = serde_json::to_string(&kept).map_err(io::Error::other)?;
                data::write_secret(&file, &text)?;
                tracing::info!(name = kept.name, "an authority for this network is made; devices are to trust it once");
                kept
            }
        };
        let der = CertificateDer::from_pem_slice(kept.certificate.as_bytes()).map_err(|error| broken(&error))?;
        let digest = Sha256::digest(&der);
        let fingerprint = digest.iter().map(|byte| format!("{byte:02X}")).collect::<Vec<_>>().join(":");
        let authority = Arc::new(Authority { name: kept.name.clone(), der: der.to_vec(), fingerprint });
        let current = Arc::clone(current);
        let mut lan = Self { config, kept, authority, issued: (BTreeSet::new(), Timestamp(0)), current, clock };
        lan.issue(lan.names()).map_err(|error| broken(&error))?;
        Ok(lan)
    }

    /// Another certificate where addresses have changed, and in good time, for ever.
    pub(super) async fn keep(mut self) {
        loop {
            tokio::time::sleep(LOOK).await;
            let names = self.names();
            if names == self.issued.0 && self.clock.now() + RENEWAL < self.issued.1 {
                continue;
            }
            if let Err(error) = self.issue(names) {
                tracing::warn!(%error, "no certificate could be made for this network; the one before holds");
            }
        }
    }

    /// What is configured, or found; without what the authority may not sign for.
    fn names(&self) -> BTreeSet<String> {
        let names = if self.config.names.is_empty() { found() } else { self.config.names.iter().cloned().collect() };
        let names = names.into_iter().chain(["localhost", "127.0.0.1", "::1"].map(str::to_owned));
        names.chain(self.config.public.clone()).filter(|name| permits(&self.kept.names, name)).collect()
    }

    fn issue(&mut self, names: BTreeSet<String>) -> Result<(), String> {
        let asked = self.config.names.iter().chain(&self.config.public);
        for name in asked.filter(|name| !permits(&self.kept.names, name)) {
            tracing::warn!(
                name,
                "the authority was made before that name was configured, and may not sign for it. Move {} away, and another \
                 is made, which every device has to trust anew",
                data::LAN_AUTHORITY
            );
        }
        let (key, until) = sign(&self.kept, &names, self.clock.now())?;
        self.current.put(key);
        tracing::info!(names = names.len(), until = iso(until), "there is a certificate for this network");
        self.issued = (names, until);
        Ok(())
    }
}

/// This machine's name and its addresses in local networks.
fn found() -> BTreeSet<String> {
    let name = hosts::name();
    let local = name.as_ref().filter(|name| !name.contains('.')).map(|name| format!("{name}.local"));
    let addresses = hosts::addresses().into_iter().filter(|address| is_local(*address) && !address.is_loopback());
    addresses.map(|address| address.to_string()).chain(name).chain(local).collect()
}

fn is_local(address: IpAddr) -> bool {
    LOCAL_NETWORKS.iter().filter_map(|network| network.parse::<Network>().ok()).any(|local| local.contains(address))
}

/// Whether the authority, made when these names were configured, may sign for this one.
fn permits(names: &[String], name: &str) -> bool {
    match name.parse::<IpAddr>() {
        Ok(address) => is_local(address) || names.iter().any(|known| known == name),
        Err(_) => {
            let mut known = LOCAL_NAMES.into_iter().chain(names.iter().map(String::as_str));
            known.any(|known| name.strip_suffix(known).is_some_and(|rest| rest.is_empty() || rest.ends_with('.')))
        }
    }
}

fn moment(at: Timestamp) -> OffsetDateTime {
    OffsetDateTime::from_unix_timestamp(at.seconds()).unwrap_or(OffsetDateTime::UNIX_EPOCH)
}

fn named(name: &str) -> DistinguishedName {
    let mut named = DistinguishedName::new();
    named.push(DnType::CommonName, name);
    named
}

fn make(config: &LanConfig, now: Timestamp) -> Result<Kept, rcgen::Error> {
    let host = hosts::name();
    let date = iso(now);
    let date = date.split('T').next().unwrap_or_default();
    let name = format!("MoodBites {} {date}", host.as_deref().unwrap_or("practice"));
    let names: Vec<String> = config.names.iter().chain(&config.public).cloned().chain(host).collect();
    let local =
        LOCAL_NAMES.into_iter().chain(names.iter().map(String::as_str).filter(|name| name.parse::<IpAddr>().is_err()));
    let mut permitted: Vec<GeneralSubtree> = local.map(|name| GeneralSubtree::DnsName(name.to_owned())).collect();
    for network in LOCAL_NETWORKS {
        if let Some((Ok(address), Ok(bits))) = network.split_once('/').map(|(ip, bits)| (ip.parse(), bits.parse())) {
            permitted.push(GeneralSubtree::IpAddress(CidrSubnet::from_addr_prefix(address, bits)));
        }
    }
    for address in names.iter().filter_map(|name| name.parse::<IpAddr>().ok()) {
        let bits = if address.is_ipv4() { 32 } else { 128 };
        permitted.push(GeneralSubtree::IpAddress(CidrSubnet::from_addr_prefix(address, bits)));
    }
    let mut params = CertificateParams::default();
    params.distinguished_name = named(&name);
    params.is_ca = IsCa::Ca(BasicConstraints::Constrained(0));
    params.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
    params.name_constraints = Some(NameConstraints { permitted_subtrees: permitted, excluded_subtrees: Vec::new() });
    (params.not_before, params.not_after) = (moment(now - DAY), moment(now + AUTHORITY_LIFE));
    let key = KeyPair::generate()?;
    let certificate = params.self_signed(&key)?.pem();
    Ok(Kept { name, names, certificate, key: key.serialize_pem() })
}

fn sign(kept: &Kept, names: &BTreeSet<String>, now: Timestamp) -> Result<(CertifiedKey, Timestamp), String> {
    let made = || -> Result<(String, String), rcgen::Error> {
        let mut above = CertificateParams::default();
        above.distinguished_name = named(&kept.name);
        above.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
        let issuer = Issuer::new(above, KeyPair::from_pem(&kept.key)?);
        let mut params = CertificateParams::new(names.iter().cloned().collect::<Vec<_>>())?;
        params.distinguished_name = named("MoodBites");
        params.key_usages = vec![KeyUsagePurpose::DigitalSignature];
        params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
        params.use_authority_key_identifier_extension = true;
        // Clocks of phones differ.
        (params.not_before, params.not_after) = (moment(now - DAY), moment(now - DAY + LIFE));
        let key = KeyPair::generate()?;
        Ok((params.signed_by(&key, &issuer)?.pem(), key.serialize_pem()))
    };
    let (leaf, key) = made().map_err(|error| error.to_string())?;
    let chain = format!("{leaf}{}", kept.certificate);
    let key = certified(chain.as_bytes(), key.as_bytes()).map_err(|error| error.to_string())?;
    let until = validity_of(&key).map(|validity| validity.until).ok_or("it doesn't say until when it holds")?;
    Ok((key, until))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_it_may_sign_for() {
        let names = ["praxis-pc".to_owned(), "chat.example.org".to_owned(), "203.0.113.7".to_owned()];
        for (name, expected) in [
            ("praxis-pc", true),
            ("praxis-pc.local", true),
            ("a.chat.example.org", true),
            ("192.168.1.5", true),
            ("fd00::5", true),
            ("203.0.113.7", true),
            ("203.0.113.8", false),
            ("2001:db8::1", false),
            ("example.org", false),
            ("notlocal", false),
            ("evilchat.example.org", false),
        ] {
            assert_eq!(permits(&names, name), expected, "{name}");
        }
    }
}
