//! The log: for people on a terminal, for machines otherwise; on stderr, since stdout says what scripts wait for.

use std::io::{self, IsTerminal};

use anyhow::anyhow;
use tracing_subscriber::EnvFilter;

/// Starts logging what the filter lets through.
pub fn start(filter: &str) -> anyhow::Result<()> {
    // It says of each file that it is there.
    let filter = EnvFilter::try_new(format!("memory_serve=warn,{filter}"))
        .map_err(|error| anyhow!("log is not a filter: {error}"))?;
    let logs = tracing_subscriber::fmt().with_env_filter(filter).with_writer(io::stderr);
    let started = if io::stderr().is_terminal() {
        logs.compact().with_target(false).try_init()
    } else {
        logs.json().flatten_event(true).with_ansi(false).try_init()
    };
    started.map_err(|error| anyhow!("logging could not be started: {error}"))
}
