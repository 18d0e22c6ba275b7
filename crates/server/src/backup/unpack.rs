use std::fs::{self, File};
use std::io::{self, Read};
use std::path::Path;

use super::archive::{self, Kind};
use super::{BackupError, PARTS, Summary, file};
use crate::data;

/// Where an archive is unpacked, in the folder that it is for.
const UNPACKED: &str = "restoring";

/// Says that all of it is there and is as it was; what follows is moving it up.
const WHOLE: &str = "whole";

/// Unpacks a backup into `folder`, which has no practice yet: all of it or nothing. Clients drop what they remember of
/// positions in conversations, since what was acknowledged after the backup is not there.
pub fn unpack(from: &Path, folder: &Path) -> Result<Summary, BackupError> {
    data::make(folder)?;
    let _lock = data::lock(folder)?;
    if folder.join(store::FILE).exists() {
        return Err(BackupError::NotEmpty(folder.to_owned()));
    }
    let unpacked = folder.join(UNPACKED);
    // One that was killed while it moved things up has left the rest here.
    if !unpacked.join(WHOLE).exists() {
        if PARTS.iter().any(|part| folder.join(part).exists()) {
            return Err(BackupError::NotEmpty(folder.to_owned()));
        }
        if unpacked.exists() {
            fs::remove_dir_all(&unpacked).map_err(file(&unpacked))?;
        }
        data::make(&unpacked)?;
        let done = extract(from, &unpacked);
        if done.is_err() {
            let _ = fs::remove_dir_all(&unpacked);
        }
        done?;
    }
    let summary = move_up(&unpacked, folder)?;
    fs::remove_dir_all(&unpacked).map_err(file(&unpacked))?;
    Ok(summary)
}

fn extract(from: &Path, into: &Path) -> Result<(), BackupError> {
    let not_ours = || BackupError::NotOurs(from.to_owned());
    let list = archive::list(from, Kind::Backup)?;
    let mut has_database = false;
    archive::read(from, &list, |path, bytes| {
        let part = path.iter().next().and_then(|first| first.to_str()).unwrap_or_default();
        if !PARTS.contains(&part) {
            return Err(not_ours());
        }
        has_database |= path == Path::new(store::FILE);
        let to = into.join(path);
        write(bytes, &to).map_err(file(&to))
    })?;
    if !has_database {
        return Err(not_ours());
    }
    store::Sqlite::begin_anew(into)?;
    let whole = into.join(WHOLE);
    fs::write(&whole, []).and_then(|()| sync(into)).map_err(file(&whole))
}

fn write(from: &mut dyn Read, to: &Path) -> io::Result<()> {
    if let Some(parent) = to.parent() {
        data::make(parent).map_err(io::Error::other)?;
    }
    let mut out = data::private(File::options().write(true).create_new(true)).open(to)?;
    io::copy(from, &mut out)?;
    out.sync_all()
}

/// Moves everything to its place, the database last: a folder that has one is a practice.
fn move_up(unpacked: &Path, folder: &Path) -> Result<Summary, BackupError> {
    for part in PARTS.iter().rev() {
        let (from, to) = (unpacked.join(part), folder.join(part));
        if from.exists() {
            fs::rename(&from, &to).map_err(file(&to))?;
            sync(folder).map_err(file(folder))?;
        }
    }
    let mut summary = Summary { files: 0, bytes: 0 };
    let mut paths: Vec<_> = PARTS.iter().map(|part| folder.join(part)).collect();
    while let Some(path) = paths.pop() {
        let Ok(metadata) = path.metadata() else { continue };
        if metadata.is_dir() {
            let entries = fs::read_dir(&path).map_err(file(&path))?;
            paths.extend(entries.filter_map(Result::ok).map(|entry| entry.path()));
        } else {
            summary = Summary { files: summary.files + 1, bytes: summary.bytes + metadata.len() };
        }
    }
    Ok(summary)
}

fn sync(folder: &Path) -> io::Result<()> {
    File::open(folder)?.sync_all()
}
