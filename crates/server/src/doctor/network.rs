//! What others meet: listeners, the public address, the certificate, the relay.

use std::io;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};

use domain::Timestamp;
use rustls::pki_types::CertificateDer;
use tokio::net::TcpStream;
use turn::is_public;
use turn::rest::{Credentials, credentials};

use super::reach::{self, Health};
use super::{Code, Finding, Subject};
use crate::config::Role;
use crate::tls::{Standing, standing};

const DAY_MS: i64 = 24 * 3600 * 1000;

/// Long enough for one look.
const CREDENTIALS_HOLD_SECS: u64 = 60;

/// So many listeners are looked at.
const MAX_LISTENERS: usize = 32;

pub(super) async fn examine(subject: &Subject<'_>) -> Vec<Finding> {
    let (listeners, public, relay) = tokio::join!(listeners(subject), public(subject), relay(subject));
    let (mut findings, shown) = listeners;
    findings.extend(public.0);
    // What people see is what they come to; without a public address it is what is listened on.
    findings.extend(public.1.or(shown).map(|der| certificate(&der, subject.config.public_host(), subject.now)));
    findings.extend(relay);
    findings
}

/// Where a client on this machine finds what listens there.
fn from_here(address: SocketAddr) -> SocketAddr {
    let ip = match address.ip() {
        IpAddr::V4(ip) if ip.is_unspecified() => Ipv4Addr::LOCALHOST.into(),
        IpAddr::V6(ip) if ip.is_unspecified() => Ipv6Addr::LOCALHOST.into(),
        ip => ip,
    };
    SocketAddr::new(ip, address.port())
}

fn listening<'a>(subject: &'a Subject<'_>) -> impl Iterator<Item = (Role, SocketAddr)> + 'a {
    let all = subject.listening.iter().flat_map(|(role, all)| all.iter().map(move |address| (*role, *address)));
    all.filter(|(_, address)| address.port() != 0).take(MAX_LISTENERS)
}

async fn listeners(subject: &Subject<'_>) -> (Vec<Finding>, Option<CertificateDer<'static>>) {
    let (mut findings, mut shown) = (Vec::new(), None);
    let pages = |role| matches!(role, Role::Web | Role::Https);
    for (role, address) in listening(subject).filter(|(role, _)| role.is_http()) {
        let about = format!("{role} ({address})");
        let code = match listener(role, from_here(address), &mut shown).await {
            Ok(Health::Ours) => Code::ListenGood,
            Ok(Health::Other) => Code::ListenOther,
            Err(_) => Code::ListenSilent,
        };
        findings.push(Finding::new(code, about));
    }
    let is_open = |role: Role, address: SocketAddr| pages(role) && !address.ip().is_loopback();
    let behind = subject.config.is_https();
    if !behind && !listening(subject).any(|(role, address)| is_open(role, address)) {
        findings.push(Finding::new(Code::OnlyHere, ""));
    } else if !behind
        && let Some((_, address)) =
            listening(subject).find(|&(role, address)| role == Role::Web && is_open(role, address))
        && !subject.listening.contains_key(&Role::Https)
    {
        findings.push(Finding::new(Code::NoTls, address.to_string()));
    }
    (findings, shown)
}

async fn listener(role: Role, address: SocketAddr, shown: &mut Option<CertificateDer<'static>>) -> io::Result<Health> {
    let stream = reach::tcp(address).await?;
    let host = address.to_string();
    if role != Role::Https {
        return reach::within(reach::health(stream, &host)).await;
    }
    let (stream, certificate) = reach::tls(stream, &address.ip().to_string()).await?;
    *shown = certificate;
    reach::within(reach::health(stream, &host)).await
}

async fn public(subject: &Subject<'_>) -> (Vec<Finding>, Option<CertificateDer<'static>>) {
    let Some(address) = subject.config.public_address.as_deref() else {
        return (vec![Finding::new(Code::PublicNone, "")], None);
    };
    let mut shown = None;
    let code = match public_health(subject, &mut shown).await {
        Ok(Health::Ours) => Code::PublicGood,
        Ok(Health::Other) => Code::PublicOther,
        Err(_) => Code::PublicSilent,
    };
    (vec![Finding::new(code, address)], shown)
}

async fn public_health(subject: &Subject<'_>, shown: &mut Option<CertificateDer<'static>>) -> io::Result<Health> {
    let (scheme, authority) =
        subject.config.public_address.as_deref().and_then(|address| address.split_once("://")).unwrap_or_default();
    let host = subject.config.public_host().unwrap_or_default();
    let port = authority.strip_prefix(host).and_then(|rest| rest.strip_prefix(':')).and_then(|port| port.parse().ok());
    let port = port.unwrap_or(if scheme == "https" { 443 } else { 80 });
    let stream = reach::within(TcpStream::connect((host.trim_matches(['[', ']']), port))).await?;
    if scheme != "https" {
        return reach::within(reach::health(stream, authority)).await;
    }
    let (stream, certificate) = reach::tls(stream, host).await?;
    *shown = certificate;
    reach::within(reach::health(stream, authority)).await
}

fn certificate(der: &CertificateDer<'_>, host: Option<&str>, now: Timestamp) -> Finding {
    let days = |until: Timestamp| ((until.0 - now.0) / DAY_MS).to_string();
    match standing(der, host, now) {
        Standing::Odd => Finding::new(Code::CertificateOdd, ""),
        Standing::Early(_) => Finding::new(Code::CertificateEarly, ""),
        Standing::Ended(_) => Finding::new(Code::CertificateEnded, ""),
        Standing::Foreign => Finding::new(Code::CertificateName, host.unwrap_or_default()),
        Standing::Soon(until) => Finding::new(Code::CertificateSoon, days(until)),
        Standing::Good(until) => Finding::new(Code::CertificateGood, days(until)),
    }
}

async fn relay(subject: &Subject<'_>) -> Vec<Finding> {
    let of = |role: Role| listening(subject).find(|(each, _)| *each == role).map(|(_, address)| address);
    let (turn, turns) = (of(Role::Turn), of(Role::Turns));
    if turn.is_none() && turns.is_none() {
        let configured =
            subject.config.ice_servers.iter().flat_map(|server| &server.urls).any(|url| url.starts_with("turn"));
        return vec![Finding::new(if configured { Code::RelayOther } else { Code::RelayNone }, "")];
    }
    let Some(secret) = &subject.turn_secret else { return vec![Finding::new(Code::RelayUnsure, "")] };
    let expires = u64::try_from(subject.now.seconds()).unwrap_or(0) + CREDENTIALS_HOLD_SECS;
    let sign_in = || credentials(secret, "doctor", expires);
    let mut findings = Vec::new();
    let mut relays = Vec::new();
    let mut note = |good, bad, address: SocketAddr, found: Result<SocketAddr, String>| match found {
        Ok(relayed) => {
            relays.push(relayed.ip());
            findings.push(Finding::new(good, address.to_string()));
        }
        Err(why) => findings.push(Finding::new(bad, format!("{address}, {why}"))),
    };
    if let Some(turn) = turn {
        let (udp, tcp) =
            tokio::join!(reach::allocate_by_udp(from_here(turn), sign_in()), by_tcp(from_here(turn), sign_in()));
        note(Code::RelayUdp, Code::RelayUdpBad, turn, udp);
        note(Code::RelayTcp, Code::RelayTcpBad, turn, tcp);
    }
    for address in [turns, of(Role::Https).filter(|https| Some(*https) != turns)].into_iter().flatten() {
        note(Code::RelayTls, Code::RelayTlsBad, address, by_tls(from_here(address), sign_in()).await);
    }
    relays.sort_unstable();
    relays.dedup();
    findings.extend(
        relays.into_iter().map(|ip| {
            Finding::new(if is_public(ip) { Code::RelayAddress } else { Code::RelayPrivate }, ip.to_string())
        }),
    );
    findings
}

async fn by_tcp(relay: SocketAddr, credentials: Credentials) -> Result<SocketAddr, String> {
    let stream = reach::tcp(relay).await.map_err(|error| error.to_string())?;
    reach::allocate_by_stream(stream, credentials).await
}

async fn by_tls(relay: SocketAddr, credentials: Credentials) -> Result<SocketAddr, String> {
    let stream = reach::tcp(relay).await.map_err(|error| error.to_string())?;
    let (stream, _) = reach::tls(stream, &relay.ip().to_string()).await.map_err(|error| error.to_string())?;
    reach::allocate_by_stream(stream, credentials).await
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use rcgen::{CertificateParams, KeyPair, date_time_ymd};

    use super::*;

    #[test]
    fn what_browsers_think_of_a_certificate() {
        let mut params = CertificateParams::new(vec!["chat.example.org".to_owned()]).unwrap();
        (params.not_before, params.not_after) = (date_time_ymd(2026, 1, 1), date_time_ymd(2026, 4, 1));
        let der = params.self_signed(&KeyPair::generate().unwrap()).unwrap().der().clone();
        let at = |month, day| Timestamp(date_time_ymd(2026, month, day).unix_timestamp() * 1000);
        let host = Some("chat.example.org");
        for (host, now, code, about) in [
            (host, at(2, 1), Code::CertificateGood, "59"),
            (None, at(2, 1), Code::CertificateGood, "59"),
            (host, at(3, 20), Code::CertificateSoon, "12"),
            (host, at(4, 2), Code::CertificateEnded, ""),
            (host, at(1, 1) + Duration::ZERO, Code::CertificateGood, "90"),
            (host, Timestamp(0), Code::CertificateEarly, ""),
            (Some("example.org"), at(2, 1), Code::CertificateName, "example.org"),
        ] {
            let found = certificate(&der, host, now);
            assert_eq!((found.code, found.about.as_str()), (code, about), "{host:?} {now:?}");
        }
        assert_eq!(certificate(&CertificateDer::from(vec![1]), host, at(2, 1)).code, Code::CertificateOdd);
    }
}
