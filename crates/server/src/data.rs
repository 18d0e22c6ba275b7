//! The data folder: for nobody else's eyes, and for one server at a time.

use std::fs::{self, File, OpenOptions, TryLockError};
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

/// The file of the key that tokens are signed with.
pub const JWT_SECRET: &str = "jwt-secret";

/// The file of the set-up link.
pub const SETUP_TOKEN: &str = "setup-token";

/// The file of the account with an authority of certificates, and of what it gave.
pub const ACME: &str = "acme.json";

/// The file of the practice's own authority, and of its key.
pub const LAN_AUTHORITY: &str = "lan-authority.json";

/// The folder of what people upload, where no object store is configured.
pub const UPLOADS: &str = "uploads";

/// Why the folder can't be used.
#[derive(Debug, thiserror::Error)]
#[allow(missing_docs)]
pub enum DataError {
    #[error(
        "another moodbites server is running on {0}. Stop that one first, or give this one a folder of its own: \
         moodbites serve --data FOLDER"
    )]
    InUse(PathBuf),
    #[error("the data folder {path} can't be used: {source}")]
    Folder { path: PathBuf, source: io::Error },
}

/// A data folder that this process has to itself until it drops this.
#[derive(Debug)]
pub struct Locked {
    _file: File,
}

/// Makes the folder, with mode 0700, where there is none.
pub fn make(folder: &Path) -> Result<(), DataError> {
    let mut builder = fs::DirBuilder::new();
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.recursive(true).create(folder).map_err(|source| DataError::Folder { path: folder.into(), source })
}

/// Takes the folder for this server. The lock is the operating system's: it ends with the process, however that ends.
pub fn lock(folder: &Path) -> Result<Locked, DataError> {
    let failed = |source| DataError::Folder { path: folder.into(), source };
    let file = private(OpenOptions::new().create(true).write(true).truncate(false)).open(folder.join("lock"));
    let file = file.map_err(failed)?;
    match file.try_lock() {
        Ok(()) => Ok(Locked { _file: file }),
        Err(TryLockError::WouldBlock) => Err(DataError::InUse(folder.into())),
        Err(TryLockError::Error(error)) => Err(failed(error)),
    }
}

/// What a secret file says, if it is there.
pub fn read_secret(file: &Path) -> io::Result<Option<String>> {
    let mut text = String::new();
    match File::open(file) {
        Ok(mut file) => file.read_to_string(&mut text)?,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(error),
    };
    let text = text.trim();
    Ok((!text.is_empty()).then(|| text.to_owned()))
}

/// Writes a secret file with mode 0600: whole, or not at all.
pub fn write_secret(path: &Path, text: &str) -> io::Result<()> {
    let beside = path.with_extension("new");
    let mut file = private(OpenOptions::new().create(true).write(true).truncate(true)).open(&beside)?;
    file.write_all(text.as_bytes())?;
    file.write_all(b"\n")?;
    file.sync_all()?;
    fs::rename(&beside, path)
}

pub(crate) fn private(options: &mut OpenOptions) -> &OpenOptions {
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(options, 0o600);
    options
}

/// Random bytes as text.
pub(crate) fn text(bytes: &[u8]) -> String {
    URL_SAFE_NO_PAD.encode(bytes)
}
