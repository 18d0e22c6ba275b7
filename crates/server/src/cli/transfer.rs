//! `moodbites export` and `moodbites import`.

use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyhow::{Context, bail};
use clap::Args;
use domain::Blobs;
use store::old::Old;
use store::{Options, Store};
use tokio::runtime::Runtime;

use super::{Place, gather};
use crate::config::{Config, resolve};
use crate::data::{self, Locked};
use crate::serve::{open_blobs, open_store};
use crate::transfer::{self, Brought, Exported, Imported, Progress, Wrong};

/// It says so often how far it has got, at most.
const SAID: u64 = 20;

#[derive(Debug, Args)]
#[command(after_help = "Example:\n  moodbites export practice-moves.tar")]
pub(super) struct Export {
    #[command(flatten)]
    place: Place,
    /// The file to make. Whoever has it can read everything: keep it where nobody else can
    #[arg(value_name = "FILE")]
    to: PathBuf,
}

#[derive(Debug, Args)]
#[command(
    after_help = "Examples:\n  MONGODB_URI=mongodb://localhost/moodbites_data moodbites import practice-moves.tar\n  \
                  moodbites import --from mongodb://localhost:27017/moodbites\n\n\
                  Stop the server first. Whatever is interrupted goes on where it was when the same is run again."
)]
pub(super) struct Import {
    #[command(flatten)]
    place: Place,
    /// What `moodbites export` made
    #[arg(value_name = "FILE", required_unless_present = "from", conflicts_with = "from")]
    file: Option<PathBuf>,
    /// The MongoDB database of the older services, which is only read; both of theirs, where none is named
    #[arg(long, value_name = "URI")]
    from: Option<String>,
}

/// A practice that nobody else is at.
struct Opened {
    store: Arc<dyn Store>,
    blobs: Arc<dyn Blobs>,
    _lock: Locked,
}

impl Opened {
    async fn of(config: &Config) -> anyhow::Result<Self> {
        data::make(&config.data)?;
        let lock = data::lock(&config.data)?;
        let store = open_store(config, Options::default()).await?;
        Ok(Self { store, blobs: Arc::new(open_blobs(config)?), _lock: lock })
    }
}

fn runtime() -> io::Result<Runtime> {
    tokio::runtime::Builder::new_multi_thread().enable_all().build()
}

impl Export {
    pub(super) fn run(self) -> anyhow::Result<()> {
        let config = resolve(&gather(self.place.flags())?)?;
        if config.mongodb_uri.is_none() && !config.data.join(store::FILE).exists() {
            bail!("there is no practice in {}: name its folder with --data", config.data.display());
        }
        let done = runtime()?.block_on(async {
            let Opened { store, blobs, _lock } = Opened::of(&config).await?;
            let done = transfer::export(store.as_ref(), blobs.as_ref(), &self.to).await;
            store.close().await;
            done.context("can't export")
        });
        let Exported { users, conversations, entries, uploads, without_bytes } = done?;
        writeln!(
            io::stdout(),
            "Exported {users} accounts, {conversations} conversations with {entries} entries, and {uploads} uploads to {}.",
            self.to.display()
        )?;
        if without_bytes > 0 {
            eprintln!("warning: of {without_bytes} uploads the bytes are not there any more");
        }
        Ok(())
    }
}

impl Import {
    pub(super) fn run(self) -> anyhow::Result<()> {
        let config = resolve(&gather(self.place.flags())?)?;
        match (&self.file, &self.from) {
            (Some(file), _) => import_file(&config, file),
            (None, Some(uri)) => import_old(&config, uri),
            (None, None) => bail!("name a file, or --from"),
        }
    }
}

fn import_file(config: &Config, file: &Path) -> anyhow::Result<()> {
    let runtime = runtime()?;
    let Opened { store, blobs, _lock } = runtime.block_on(Opened::of(config))?;
    let done = transfer::import(runtime.handle(), &store, &blobs, file);
    runtime.block_on(store.close());
    let Imported { users, conversations, entries, uploads, new_entries, differ } = done.context("can't import")?;
    writeln!(
        io::stdout(),
        "Imported {users} accounts, {conversations} conversations with {entries} entries ({new_entries} of them new here), \
         and {uploads} uploads."
    )?;
    if differ.is_empty() {
        writeln!(io::stdout(), "All of it was read back and is equal. People sign in again.")?;
        return Ok(());
    }
    let some: Vec<_> = differ.iter().take(20).map(String::as_str).collect();
    bail!("{} are not here as they are in the file, {}", differ.len(), some.join(", "))
}

fn import_old(config: &Config, uri: &str) -> anyhow::Result<()> {
    let done = runtime()?.block_on(async {
        // Before anything is made: an address that is wrong is the most likely thing to go wrong.
        let old = Old::open(uri, config.mongodb_uri.as_ref().map(|uri| uri.reveal())).await?;
        let Opened { store, _lock, .. } = Opened::of(config).await?;
        let done = transfer::bring(&old, store.as_ref(), &config.time_zone, say).await;
        old.close().await;
        store.close().await;
        done.context("the import was interrupted; run the same again, and it goes on where it was")
    });
    let brought = done?;
    report(&brought, &mut io::stdout().lock())?;
    if brought.is_equal() { Ok(()) } else { bail!("not everything is here as it was there; see above") }
}

fn say(Progress { conversations, of, messages }: Progress) {
    if conversations == of || conversations % of.div_ceil(SAID).max(1) == 0 {
        eprintln!("{conversations} of {of} conversations, {messages} messages");
    }
}

fn report(brought: &Brought, out: &mut impl Write) -> io::Result<()> {
    let Brought { accounts_there, accounts, conversations_there, conversations, .. } = brought;
    let Brought { messages_there, messages, new_messages, notes, wrongs, wrong, .. } = brought;
    writeln!(out, "Accounts:      {accounts_there} there, {accounts} here and equal")?;
    writeln!(out, "Conversations: {conversations_there} there, {conversations} here and equal")?;
    writeln!(out, "Messages:      {messages_there} there, {messages} here and equal, {new_messages} of them new here")?;
    let Brought { appointments_there, appointments, .. } = brought;
    if *appointments_there > 0 {
        writeln!(out, "Appointments:  {appointments_there} there, {appointments} here")?;
    }
    if notes.iter().next().is_some() {
        writeln!(out, "\nWhat did not fit:")?;
    }
    for (note, noted) in notes.iter() {
        writeln!(out, "{:>8}  {}{}", noted.count, note.sentence(), ids(noted.ids.iter(), noted.count))?;
    }
    for wrong in wrongs {
        match wrong {
            Wrong::Account(id) => writeln!(out, "account {id} is here, but is another one, or was changed here since")?,
            Wrong::Appointment(id) => writeln!(out, "appointment {id} is not here as it was there")?,
            Wrong::Conversation(id) => {
                writeln!(out, "conversation {id} is not here as it was there, or was changed here since")?;
            }
            Wrong::Elsewhere(id) => {
                writeln!(out, "conversation {id} was not brought in: the two have written to each other here already")?
            }
        }
    }
    if brought.is_equal() {
        writeln!(out, "\nEverything that can be kept here is here; read back, it is equal.")
    } else if *wrong == 0 {
        writeln!(out, "\nNot equal: the numbers do not add up.")
    } else {
        writeln!(out, "\nNot equal: {wrong} differ.")
    }
}

/// The first few, in brackets.
fn ids<'a>(ids: impl ExactSizeIterator<Item = &'a domain::ObjectId>, count: u64) -> String {
    if ids.len() == 0 {
        return String::new();
    }
    let more = if count > ids.len() as u64 { ", …" } else { "" };
    let ids: Vec<_> = ids.map(ToString::to_string).collect();
    format!(" ({}{more})", ids.join(", "))
}
