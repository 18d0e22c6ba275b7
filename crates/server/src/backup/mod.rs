//! A practice in one file, and back: the database as it is at one moment, the uploads and the key that tokens are signed
//! with, as a tar archive. The list of what is in it, with sizes and hashes, comes last, so that a file that was cut short
//! has none.

mod pack;
mod unpack;

use std::io;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use crate::data::{self, DataError};

pub use pack::pack;
pub use unpack::unpack;

/// What the list is called in the archive.
const LIST: &str = "list.json";

/// What an archive may hold; what is found beside it is refused.
const PARTS: [&str; 3] = [store::FILE, data::JWT_SECRET, data::UPLOADS];

/// The shape of the archive.
const FORMAT: u32 = 1;

/// What went into an archive, or came out of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Summary {
    /// Files.
    pub files: usize,
    /// Their bytes.
    pub bytes: u64,
}

/// Why there is no backup, or nothing was restored.
#[derive(Debug, thiserror::Error)]
#[allow(missing_docs)]
pub enum BackupError {
    #[error("there is no practice in {0}: name its folder with --data")]
    NoPractice(PathBuf),
    #[error("{0} is there already; give the backup another name")]
    Exists(PathBuf),
    #[error("there is a practice in {0} already. Restore into an empty folder, or move that one away first")]
    NotEmpty(PathBuf),
    #[error("{0} is no backup of ours, or it was cut short: nothing was restored")]
    NotOurs(PathBuf),
    #[error("{file} is not what it was when the backup was made: nothing was restored")]
    Damaged { file: String },
    #[error("the backup was made by a newer moodbites: install that one first, then restore")]
    Newer,
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

#[derive(Debug, Serialize, Deserialize)]
struct List {
    format: u32,
    /// Of the program that made it; for people.
    made_by: String,
    files: Vec<Listed>,
}

#[derive(Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Listed {
    name: String,
    bytes: u64,
    sha256: String,
}

fn hex(bytes: &[u8]) -> String {
    use std::fmt::Write;
    bytes.iter().fold(String::new(), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}

#[cfg(test)]
mod tests;
