//! A practice in one file, and back: the database as it is at one moment, the uploads and the key that tokens are signed
//! with, as an `archive`.

pub(crate) mod archive;
mod pack;
mod unpack;

use std::io;
use std::path::{Path, PathBuf};

use crate::data::{self, DataError};

pub use pack::pack;
pub(crate) use pack::{beside, put_in_place};
pub use unpack::unpack;

/// What an archive may hold; what is found beside it is refused.
const PARTS: [&str; 4] = [store::FILE, data::JWT_SECRET, data::LAN_AUTHORITY, data::UPLOADS];

/// What went into an archive, or came out of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Summary {
    /// Files.
    pub files: usize,
    /// Their bytes.
    pub bytes: u64,
}

/// Why there is no archive, or nothing came out of one.
#[derive(Debug, thiserror::Error)]
#[allow(missing_docs)]
pub enum BackupError {
    #[error("there is no practice in {0}: name its folder with --data")]
    NoPractice(PathBuf),
    #[error("{0} is there already; give the new file another name")]
    Exists(PathBuf),
    #[error("there is a practice in {0} already. Restore into an empty folder, or move that one away first")]
    NotEmpty(PathBuf),
    #[error("{0} was not made by moodbites, or it was cut short: nothing was changed")]
    NotOurs(PathBuf),
    #[error("{file} is not what it was when that was made: nothing was changed")]
    Damaged { file: String },
    #[error("that was made by a newer moodbites: install that one first")]
    Newer,
    #[error("{0} is an export: bring it in with `moodbites import`")]
    AnExport(PathBuf),
    #[error("{0} is a backup: make a practice of it again with `moodbites restore`")]
    ABackup(PathBuf),
    #[error("{path}: {source}")]
    File { path: PathBuf, source: io::Error },
    #[error(transparent)]
    Data(#[from] DataError),
    #[error(transparent)]
    Store(#[from] store::OpenError),
}

fn file(path: &Path) -> impl FnOnce(io::Error) -> BackupError + use<'_> {
    move |source| BackupError::File { path: path.to_owned(), source }
}

#[cfg(test)]
mod mangled;
#[cfg(test)]
mod tests;
