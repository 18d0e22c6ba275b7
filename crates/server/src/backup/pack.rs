use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};

use tempfile::TempDir;

use super::archive::{Kind, Packing};
use super::{BackupError, Summary, file};
use crate::data;

/// Packs the practice in `folder` into the new file `to`, for nobody else's eyes. A server may be running on it: what is
/// acknowledged when this begins is in it.
pub fn pack(folder: &Path, to: &Path) -> Result<Summary, BackupError> {
    if !folder.join(store::FILE).exists() {
        return Err(BackupError::NoPractice(folder.to_owned()));
    }
    let unfinished = beside(to)?;
    let database = unfinished.path().join(store::FILE);
    store::Sqlite::copy(folder, &database)?;

    let archive = unfinished.path().join("archive");
    let mut packing = Packing::new(&archive, Kind::Backup)?;
    packing.add(store::FILE, &database)?;
    for name in [data::JWT_SECRET, data::LAN_AUTHORITY] {
        let file = folder.join(name);
        if file.exists() {
            packing.add(name, &file)?;
        }
    }
    // What the database names was there before the database was copied; what has come since does no harm.
    let uploads = folder.join(data::UPLOADS);
    for path in files_below(&uploads)? {
        let name = path.strip_prefix(folder).unwrap_or(&path).to_string_lossy().into_owned();
        match packing.add(&name, &path) {
            // A message was deleted, and what it carried with it.
            Err(BackupError::File { source, .. }) if source.kind() == io::ErrorKind::NotFound => {}
            added => added?,
        }
    }
    let summary = packing.finish(&archive)?;
    put_in_place(&archive, to)?;
    Ok(summary)
}

/// A folder for what is not finished, beside a file that is not there yet.
pub(crate) fn beside(to: &Path) -> Result<TempDir, BackupError> {
    if to.exists() {
        return Err(BackupError::Exists(to.to_owned()));
    }
    let parent = parent(to);
    tempfile::Builder::new().prefix(".moodbites-").tempdir_in(parent).map_err(file(parent))
}

/// Gives what is finished its name, which nothing else has.
pub(crate) fn put_in_place(archive: &Path, to: &Path) -> Result<(), BackupError> {
    fs::hard_link(archive, to).map_err(|source| match source.kind() {
        io::ErrorKind::AlreadyExists => BackupError::Exists(to.to_owned()),
        _ => file(to)(source),
    })?;
    let parent = parent(to);
    File::open(parent).and_then(|parent| parent.sync_all()).map_err(file(parent))
}

fn parent(of: &Path) -> &Path {
    of.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new("."))
}

/// Every file below a folder, in order; none where there is no folder. What is being uploaded is left out.
fn files_below(folder: &Path) -> Result<Vec<PathBuf>, BackupError> {
    let mut found = Vec::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(folder) = folders.pop() {
        let entries = match fs::read_dir(&folder) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => continue,
            entries => entries.map_err(file(&folder))?,
        };
        for entry in entries {
            let entry = entry.map_err(file(&folder))?;
            let kind = entry.file_type().map_err(file(&folder))?;
            if kind.is_dir() {
                folders.push(entry.path());
            } else if kind.is_file() && !entry.file_name().to_string_lossy().contains('#') {
                found.push(entry.path());
            }
        }
    }
    found.sort();
    Ok(found)
}
