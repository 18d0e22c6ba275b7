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
        in_the_folder(&config, "back it up with mongodump, or with `moodbites export`, and keep jwt-secret with it")?;
        let summary = backup::pack(&config.data, &self.to)?;
        writeln!(io::stdout(), "Backed up {} to {}.", said(summary), self.to.display())?;
        if config.uploads.s3.is_some() {
            eprintln!(
                "warning: pictures, files and voice notes are in the bucket, not in this file; copy the bucket too"
            );
        }
        Ok(())
    }
}

impl Restore {
    pub(super) fn run(self) -> anyhow::Result<()> {
        let config = resolve(&gather(self.place.flags())?)?;
        in_the_folder(&config, "a practice that is restored is kept in a folder. Unset MONGODB_URI to do so")?;
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

/// A practice whose data is elsewhere is not what its folder holds.
fn in_the_folder(config: &Config, instead: &str) -> anyhow::Result<()> {
    if config.mongodb_uri.is_some() {
        bail!("the data is in MongoDB; {instead}");
    }
    Ok(())
}
