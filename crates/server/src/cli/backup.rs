//! `moodbites backup` and `moodbites restore`.

use std::io::{self, Write};
use std::path::PathBuf;

use anyhow::{Context, bail};
use clap::Args;

use super::{Place, gather};
use crate::backup::{self, Summary};
use crate::config::{Config, resolve};

#[derive(Debug, Args)]
#[command(after_help = "Example:\n  moodbites backup /mnt/stick/practice-monday.tar")]
pub(super) struct Backup {
    #[command(flatten)]
    place: Place,
    /// The file to make. Whoever has it can read everything: keep it where nobody else can
    #[arg(value_name = "FILE")]
    to: PathBuf,
}

#[derive(Debug, Args)]
#[command(after_help = "Example:\n  moodbites restore /mnt/stick/practice-monday.tar --data /var/lib/moodbites")]
pub(super) struct Restore {
    #[command(flatten)]
    place: Place,
    /// What `moodbites backup` made
    #[arg(value_name = "FILE")]
    from: PathBuf,
}

impl Backup {
    pub(super) fn run(self) -> anyhow::Result<()> {
        let config = resolve(&gather(self.place.flags())?)?;
        refuse_mongodb(&config)?;
        let summary = backup::pack(&config.data, &self.to)?;
        writeln!(io::stdout(), "Backed up {} to {}.", said(summary), self.to.display())?;
        Ok(())
    }
}

impl Restore {
    pub(super) fn run(self) -> anyhow::Result<()> {
        let config = resolve(&gather(self.place.flags())?)?;
        let summary = backup::unpack(&self.from, &config.data).context("can't restore")?;
        let folder = config.data.display();
        writeln!(
            io::stdout(),
            "Restored {} into {folder}. Start it with: moodbites serve --data '{folder}'",
            said(summary)
        )?;
        Ok(())
    }
}

fn said(Summary { files, bytes }: Summary) -> String {
    let mib = bytes.div_ceil(1024 * 1024);
    let files = if files == 1 { "1 file".to_owned() } else { format!("{files} files") };
    format!("{files}, {mib} MiB")
}

/// What is in the folder then is not what matters.
fn refuse_mongodb(config: &Config) -> anyhow::Result<()> {
    if config.mongodb_uri.is_some() {
        bail!("the data is in MongoDB; back it up with mongodump, and keep {} with it", crate::data::JWT_SECRET);
    }
    Ok(())
}
