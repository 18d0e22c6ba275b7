//! `moodbites serve`.

use std::collections::BTreeMap;
use std::io::{self, Write};
use std::net::SocketAddr;

use anyhow::bail;
use clap::Args;

use super::{Place, gather};
use crate::config::{Config, Role, resolve};
use crate::demo;
use crate::serve::Server;
use crate::shell::clock::Clock;
use crate::shell::{bind, logs, signals};
use crate::turn;

#[derive(Debug, Args)]
#[command(
    after_help = "Examples:\n  moodbites serve\n  moodbites serve --data /var/lib/moodbites --listen web=0.0.0.0:3000\n  \
                        moodbites serve --listen web=127.0.0.1:0 --listen accounts=off --listen chat=127.0.0.1:3005,127.0.0.1:3006"
)]
pub(super) struct Serve {
    #[command(flatten)]
    place: Place,
    /// Where a role of web, https, redirect, accounts, chat, calls, turn and turns listens, or `off`; port 0 takes a free
    /// one. May be given again
    #[arg(long, value_name = "ROLE=ADDRESS[,ADDRESS…]")]
    listen: Vec<String>,
    /// The first and the last port that TURN relays by [default: 49152-65535]
    #[arg(long, value_name = "A-B")]
    turn_relay_ports: Option<String>,
    /// A private network that TURN may relay to, as in 192.168.0.0/16. May be given again
    #[arg(long, value_name = "NETWORK")]
    turn_allow_peer: Vec<String>,
    /// How TURN is reached from outside, where this machine is behind a NAT. May be given again, for the other family
    #[arg(long, value_name = "ADDRESS")]
    turn_external_address: Vec<String>,
    /// What people type, as in https://chat.example.org
    #[arg(long, value_name = "ADDRESS")]
    public_address: Option<String>,
    /// The certificate for `https` and `turns`, in PEM; read again when it changes
    #[arg(long, value_name = "FILE")]
    tls_cert: Option<String>,
    /// Its key
    #[arg(long, value_name = "FILE")]
    tls_key: Option<String>,
    /// Where the certificate comes from: `files`; `acme` for an authority such as Let's Encrypt, whose terms you agree to;
    /// `lan` for one of this practice's own, for a local network
    #[arg(long, value_name = "files|acme|lan")]
    tls: Option<String>,
    /// With `lan`, a name or an address by which this machine is found [default: all that it has]. May be given again
    #[arg(long, value_name = "NAME")]
    lan_name: Vec<String>,
    /// Whom an authority writes to when something is wrong
    #[arg(long, value_name = "ADDRESS")]
    acme_email: Option<String>,
    /// Where it is [default: Let's Encrypt]
    #[arg(long, value_name = "URL")]
    acme_directory: Option<String>,
    /// Run a made-up practice in a data folder of its own, for this machine alone
    #[arg(long)]
    demo: bool,
}

impl Serve {
    pub(super) fn run(self) -> anyhow::Result<()> {
        let mut flags = self.place.flags();
        flags.listen = self.listen;
        let lists = |all: Vec<String>| (!all.is_empty()).then(|| all.join(","));
        let settings = [
            ("turn_relay_ports", "--turn-relay-ports", self.turn_relay_ports),
            ("turn_allow_peers", "--turn-allow-peer", lists(self.turn_allow_peer)),
            ("turn_external_address", "--turn-external-address", lists(self.turn_external_address)),
            ("public_address", "--public-address", self.public_address),
            ("tls", "--tls", self.tls),
            ("lan_names", "--lan-name", lists(self.lan_name)),
            ("acme_email", "--acme-email", self.acme_email),
            ("acme_directory", "--acme-directory", self.acme_directory),
            ("tls_cert", "--tls-cert", self.tls_cert),
            ("tls_key", "--tls-key", self.tls_key),
        ];
        flags.settings = settings.into_iter().filter_map(|(key, flag, text)| Some((key, flag, text?))).collect();
        flags.demo = self.demo;
        let config = resolve(&gather(flags)?)?;
        logs::start(&config.log)?;
        if self.demo {
            refuse_open(&config)?;
        }
        for warning in &config.warnings {
            tracing::warn!("{warning}");
        }
        let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
        let done = runtime.block_on(start(config, self.demo));
        // What is still running has had its time.
        runtime.shutdown_background();
        done
    }
}

/// Everybody knows the demo's passwords.
fn refuse_open(config: &Config) -> anyhow::Result<()> {
    let mut addresses = config.listen.iter().flat_map(|(role, listen)| listen.addresses.iter().map(move |a| (role, a)));
    if let Some((role, address)) = addresses.find(|(_, address)| !address.ip().is_loopback()) {
        bail!(
            "a demo listens on this machine alone, since everybody knows its passwords; {role} was to listen on {address}. \
             For others to reach it, run without --demo"
        );
    }
    Ok(())
}

async fn start(config: Config, is_demo: bool) -> anyhow::Result<()> {
    // Before anything else, so that a signal while it starts is not lost.
    let stop = signals::stop()?;
    let mut server = Server::open(config, Clock::system()).await?;
    let services = server.services().clone();
    if is_demo {
        demo::seed(&services).await?;
    }
    let listeners = bind::bind(&services.config).await?;
    let mut addresses = bind::addresses(&listeners)?;
    let relay = turn::bind(&services.config, &addresses).await?;
    addresses.extend(turn::addresses(&relay));
    server.relay_on(relay)?;
    let _ = services.listening.set(addresses.clone());
    ready(&addresses)?;
    let here = |role, scheme| Some(origin(scheme, addresses.get(&role)?.first()?));
    let here = || here(Role::Web, "http").or_else(|| here(Role::Https, "https"));
    let origin = services.config.public_address.clone().or_else(here).unwrap_or_default();
    let mut people = io::stderr().lock();
    // Nobody may be reading, which is no reason to stop.
    let _ = if is_demo {
        writeln!(people, "{}", demo::greeting(&origin))
    } else if let Some(path) = services.setup.path() {
        writeln!(people, "There is no admin yet. Open this link to make the first one:\n  {origin}{path}")
    } else {
        Ok(())
    };
    drop(people);
    Ok(server.run(listeners, stop).await?)
}

/// What to type on this machine to get there; `localhost` is what browsers trust with a camera.
fn origin(scheme: &str, address: &SocketAddr) -> String {
    if address.ip().is_loopback() || address.ip().is_unspecified() {
        format!("{scheme}://localhost:{}", address.port())
    } else {
        format!("{scheme}://{address}")
    }
}

/// The one line on stdout: all listen, and where.
fn ready(addresses: &BTreeMap<Role, Vec<SocketAddr>>) -> io::Result<()> {
    let addresses: BTreeMap<&str, &Vec<SocketAddr>> =
        addresses.iter().map(|(role, all)| (role.as_str(), all)).collect();
    let mut out = io::stdout().lock();
    writeln!(out, "ready {}", serde_json::json!(addresses))?;
    out.flush()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_typed_is_an_address_that_browsers_can_open() {
        for (scheme, address, expected) in [
            ("http", "127.0.0.1:3000", "http://localhost:3000"),
            ("http", "[::1]:3000", "http://localhost:3000"),
            ("https", "0.0.0.0:443", "https://localhost:443"),
            ("https", "[::]:8443", "https://localhost:8443"),
            ("http", "192.0.2.7:3000", "http://192.0.2.7:3000"),
            ("https", "[2001:db8::7]:443", "https://[2001:db8::7]:443"),
        ] {
            assert_eq!(origin(scheme, &address.parse().unwrap()), expected);
        }
    }
}
