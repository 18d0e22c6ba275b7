//! `moodbites doctor`.

use std::io::{self, Write};

use anyhow::bail;
use app::accounts::Secret;
use clap::Args;
use store::Options;

use super::{Place, gather};
use crate::config::{Config, resolve};
use crate::data;
use crate::doctor::{Finding, State, Subject, examine};
use crate::serve::open_store;
use crate::shell::clock::Clock;
use crate::state::{Keys, Ports};

#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  moodbites doctor\n  moodbites doctor --config /etc/moodbites.toml\n\n\
                        It ends with 1 if something is wrong. A public time server is asked for the time.")]
pub(super) struct Doctor {
    #[command(flatten)]
    place: Place,
    /// As of `serve`
    #[arg(long, value_name = "ROLE=ADDRESS")]
    listen: Vec<String>,
    /// As of `serve`
    #[arg(long, value_name = "ADDRESS")]
    public_address: Option<String>,
}

impl Doctor {
    pub(super) fn run(self) -> anyhow::Result<()> {
        let mut flags = self.place.flags();
        flags.listen = self.listen;
        flags.settings =
            self.public_address.into_iter().map(|text| ("public_address", "--public-address", text)).collect();
        let config = resolve(&gather(flags)?)?;
        let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
        let findings = runtime.block_on(look(&config))?;
        let mut out = io::stdout().lock();
        for finding in &findings {
            writeln!(out, "{} {}", mark(finding), finding.sentence())?;
            if !finding.fix().is_empty() {
                writeln!(out, "       {}", finding.fix())?;
            }
        }
        let bad = findings.iter().filter(|finding| finding.state == State::Bad).count();
        if bad > 0 {
            bail!("{bad} of {} are wrong", findings.len());
        }
        Ok(())
    }
}

fn mark(finding: &Finding) -> &'static str {
    match finding.state {
        State::Good => "  ok  ",
        State::Note => "  --  ",
        State::Warning => " warn ",
        State::Bad => "WRONG ",
    }
}

async fn look(config: &Config) -> anyhow::Result<Vec<Finding>> {
    let file = config.data.join(data::JWT_SECRET);
    let secret = match &config.jwt_secret {
        Some(secret) => Some(secret.clone()),
        None => data::read_secret(&file)?.map(|text| Secret::new(&text)),
    };
    // A folder that was never started has no store yet, and looking must not make one.
    let store = match (&config.mongodb_uri, &secret) {
        (None, None) => None,
        _ => Some(open_store(config, Options::default()).await),
    };
    let (store, conversations) = match store {
        Some(Ok(store)) => (Some(store.clone()), Ok(Some(Ports::of(&store).conversations))),
        Some(Err(error)) => (None, Err(error.to_string())),
        None => (None, Ok(None)),
    };
    let own = secret.map(|secret| Keys::of(secret, None).turn.to_vec());
    let listening = config.listen.iter().map(|(role, listen)| (*role, listen.addresses.clone())).collect();
    let subject = Subject {
        config,
        listening: &listening,
        turn_secret: config.turn.secret.as_ref().map(|secret| secret.to_vec()).or(own),
        conversations,
        now: Clock::system().now(),
    };
    let findings = examine(&subject).await;
    if let Some(store) = store {
        store.close().await;
    }
    Ok(findings)
}
