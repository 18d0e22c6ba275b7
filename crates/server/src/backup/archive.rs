//! Many files in one: a tar archive. The list of what is in it, with sizes and hashes, comes last, so that a file that was
//! cut short has none.

use std::fs::File;
use std::io::{self, Read, Write};
use std::path::{Component, Path};

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use tar::{Archive, Builder, Header};

use super::{BackupError, Summary, file};
use crate::data;

/// What the list is called in the archive.
const LIST: &str = "list.json";

/// A list is smaller than this, whatever the practice.
const MAX_LIST: u64 = 256 * 1024 * 1024;

/// The shape of the archive.
const FORMAT: u32 = 1;

/// What an archive is for.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Kind {
    /// The files of a data folder.
    #[default]
    Backup,
    /// What a store has, for any other.
    Export,
}

/// What is in an archive.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct List {
    format: u32,
    #[serde(default)]
    kind: Kind,
    /// Of the program that made it; for people.
    made_by: String,
    files: Vec<Listed>,
    /// The hash of the list as it is in the archive: names what is in that.
    #[serde(skip)]
    pub digest: String,
}

impl List {
    fn summary(&self) -> Summary {
        Summary { files: self.files.len(), bytes: self.files.iter().map(|listed| listed.bytes).sum() }
    }
}

#[derive(Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Listed {
    name: String,
    bytes: u64,
    sha256: String,
}

/// An archive that is being made.
pub(crate) struct Packing {
    tar: Builder<File>,
    list: List,
}

impl Packing {
    pub(crate) fn new(archive: &Path, kind: Kind) -> Result<Self, BackupError> {
        let out = data::private(File::options().write(true).create_new(true)).open(archive).map_err(file(archive))?;
        let made_by = concat!("moodbites ", env!("CARGO_PKG_VERSION")).to_owned();
        Ok(Self {
            tar: Builder::new(out),
            list: List { format: FORMAT, kind, made_by, files: Vec::new(), digest: String::new() },
        })
    }

    pub(crate) fn add(&mut self, name: &str, path: &Path) -> Result<(), BackupError> {
        let source = File::open(path).map_err(file(path))?;
        let bytes = source.metadata().map_err(file(path))?.len();
        // A file that grows meanwhile must not spoil what follows it; one that shrinks is an error.
        let mut hashing = Hashing::of(source.take(bytes));
        let mut header = header(bytes);
        self.tar.append_data(&mut header, name, &mut hashing).map_err(file(path))?;
        if hashing.bytes != bytes {
            return Err(file(path)(io::ErrorKind::UnexpectedEof.into()));
        }
        self.list.files.push(hashing.listed(name));
        Ok(())
    }

    pub(crate) fn finish(mut self, archive: &Path) -> Result<Summary, BackupError> {
        let list = serde_json::to_vec_pretty(&self.list).expect("a list is plain JSON");
        let mut header = header(list.len() as u64);
        self.tar.append_data(&mut header, LIST, list.as_slice()).map_err(file(archive))?;
        let mut out = self.tar.into_inner().map_err(file(archive))?;
        out.flush().and_then(|()| out.sync_all()).map_err(file(archive))?;
        Ok(self.list.summary())
    }
}

/// What an archive says is in it, without a look at that.
pub(crate) fn list(from: &Path, kind: Kind) -> Result<List, BackupError> {
    let not_ours = || BackupError::NotOurs(from.to_owned());
    let mut archive = Archive::new(File::open(from).map_err(file(from))?);
    let mut list: Option<List> = None;
    for entry in archive.entries_with_seek().map_err(|_| not_ours())? {
        let mut entry = entry.map_err(|_| not_ours())?;
        if list.is_some() {
            return Err(not_ours());
        }
        if entry.path().is_ok_and(|path| path == Path::new(LIST)) {
            let mut text = Vec::new();
            (&mut entry).take(MAX_LIST).read_to_end(&mut text).map_err(|_| not_ours())?;
            let found: List = serde_json::from_slice(&text).map_err(|_| not_ours())?;
            list = Some(List { digest: hex(&Sha256::digest(&text)), ..found });
        }
    }
    let list = list.ok_or_else(not_ours)?;
    match (list.kind, kind) {
        _ if list.format > FORMAT => Err(BackupError::Newer),
        (Kind::Export, Kind::Backup) => Err(BackupError::AnExport(from.to_owned())),
        (Kind::Backup, Kind::Export) => Err(BackupError::ABackup(from.to_owned())),
        _ => Ok(list),
    }
}

/// Goes through an archive and hands out each file; an error if they are not what its list says, once all of them were
/// handed out.
pub(crate) fn read<E: From<BackupError>>(
    from: &Path,
    list: &List,
    mut take: impl FnMut(&Path, &mut dyn Read) -> Result<(), E>,
) -> Result<(), E> {
    let not_ours = || BackupError::NotOurs(from.to_owned());
    let mut listed = list.files.iter();
    let mut archive = Archive::new(File::open(from).map_err(file(from))?);
    for entry in archive.entries().map_err(|_| not_ours())? {
        let entry = entry.map_err(|_| not_ours())?;
        let path = entry.path().map_err(|_| not_ours())?.into_owned();
        let name = path.to_str().ok_or_else(not_ours)?;
        let plain = path.components().all(|part| matches!(part, Component::Normal(_)));
        if !plain || !entry.header().entry_type().is_file() {
            return Err(not_ours().into());
        }
        if name == LIST {
            break;
        }
        let mut hashing = Hashing::of(entry);
        let taken = take(&path, &mut hashing);
        if hashing.failed {
            return Err(not_ours().into());
        }
        taken?;
        io::copy(&mut hashing, &mut io::sink()).map_err(|_| not_ours())?;
        let expected = listed.next().filter(|expected| expected.name == name).ok_or_else(not_ours)?;
        if hashing.listed(name) != *expected {
            return Err(BackupError::Damaged { file: name.to_owned() }.into());
        }
    }
    if listed.next().is_some() { Err(not_ours().into()) } else { Ok(()) }
}

fn header(bytes: u64) -> Header {
    let mut header = Header::new_gnu();
    header.set_size(bytes);
    header.set_mode(0o600);
    header
}

/// Hashes what is read through it.
struct Hashing<R> {
    source: R,
    hash: Sha256,
    bytes: u64,
    /// It could not be read.
    failed: bool,
}

impl<R> Hashing<R> {
    fn of(source: R) -> Self {
        Self { source, hash: Sha256::new(), bytes: 0, failed: false }
    }

    fn listed(self, name: &str) -> Listed {
        Listed { name: name.to_owned(), bytes: self.bytes, sha256: hex(&self.hash.finalize()) }
    }
}

impl<R: Read> Read for Hashing<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.source.read(buffer).inspect_err(|_| self.failed = true)?;
        self.hash.update(&buffer[..read]);
        self.bytes += read as u64;
        Ok(read)
    }
}

fn hex(bytes: &[u8]) -> String {
    use std::fmt::Write;
    bytes.iter().fold(String::new(), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}
