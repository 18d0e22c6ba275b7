//! Whether people can reach each other here: what `moodbites doctor` prints, and what admins see in the app.

mod consultations;
mod machine;
mod network;
mod reach;
mod words;

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::sync::Arc;

use domain::{Conversations, Timestamp};
use serde::Serialize;

use crate::config::{Config, Role};

pub use words::{Code, State};

/// What is looked at.
pub struct Subject<'a> {
    /// What was asked for.
    pub config: &'a Config,
    /// Where each role listens, or would.
    pub listening: &'a BTreeMap<Role, Vec<SocketAddr>>,
    /// What the relay's passwords follow from; none before the first start.
    pub turn_secret: Option<Vec<u8>>,
    /// None before the first start; or why the store can't be opened.
    pub conversations: Result<Option<Arc<dyn Conversations>>, String>,
    /// What time it is held to be.
    pub now: Timestamp,
}

/// One thing that was looked at.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Finding {
    /// What was found.
    pub code: Code,
    /// How good that is.
    pub state: State,
    /// Of what: an address, a folder, a number of days.
    pub about: String,
}

impl Finding {
    fn new(code: Code, about: impl Into<String>) -> Self {
        Self { code, state: code.state(), about: about.into() }
    }

    /// In a sentence.
    pub fn sentence(&self) -> String {
        self.code.sentence().replace("{about}", &self.about)
    }

    /// What to do about it; empty where there is nothing to do.
    pub fn fix(&self) -> String {
        self.code.fix().replace("{about}", &self.about)
    }
}

/// Looks at everything, all of it at once; it takes as long as the most patient look, a few seconds.
pub async fn examine(subject: &Subject<'_>) -> Vec<Finding> {
    let (mut findings, store, clock, network, consultations) = tokio::join!(
        async { machine::folder(&subject.config.data) },
        machine::store(&subject.conversations),
        machine::clock(subject.now),
        network::examine(subject),
        consultations::examine(subject),
    );
    findings.extend(store);
    findings.push(clock);
    findings.extend(network);
    findings.extend(consultations);
    findings.push(Finding::new(Code::MailNone, ""));
    findings
}
