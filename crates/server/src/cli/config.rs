//! `moodbites config …`.

use std::io::{self, Write};

use clap::{Args, Subcommand};

use super::{Place, gather};
use crate::config::{print, resolve};

#[derive(Debug, Subcommand)]
pub(super) enum ConfigCommand {
    /// Say whether the server would start with this configuration
    #[command(after_help = "Example:\n  moodbites config check --config /etc/moodbites.toml")]
    Check(Which),
    /// Show what holds and where each setting came from; what is secret is not shown
    #[command(after_help = "Example:\n  moodbites config print > moodbites.toml")]
    Print(Which),
}

#[derive(Debug, Args)]
pub(super) struct Which {
    #[command(flatten)]
    place: Place,
    /// As of `serve`
    #[arg(long, value_name = "ROLE=ADDRESS")]
    listen: Vec<String>,
}

impl ConfigCommand {
    pub(super) fn run(self) -> anyhow::Result<()> {
        let (Self::Check(which) | Self::Print(which)) = &self;
        let mut flags = which.place.clone().flags();
        flags.listen.clone_from(&which.listen);
        let raw = gather(flags)?;
        let config = resolve(&raw)?;
        for warning in &config.warnings {
            eprintln!("warning: {warning}");
        }
        let mut out = io::stdout().lock();
        match self {
            Self::Check(_) => writeln!(out, "The configuration is fine.")?,
            Self::Print(_) => write!(out, "{}", print(&config, &raw))?,
        }
        Ok(())
    }
}
