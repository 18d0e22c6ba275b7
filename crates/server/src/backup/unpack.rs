use std::collections::HashMap;
use std::fs::{self, File};
use std::io::{self, Read, Write};
use std::path::{Component, Path};

use sha2::{Digest, Sha256};
use tar::Archive;

use super::{BackupError, FORMAT, LIST, List, Listed, PARTS, Summary, file, hex};
use crate::data;

/// Where an archive is unpacked, in the folder that it is for.
const UNPACKED: &str = "restoring";

/// Says that all of it is there and is as it was; what follows is moving it up.
const WHOLE: &str = "whole";

/// A list is smaller than this, whatever the practice.
const MAX_LIST: u64 = 256 * 1024 * 1024;

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
    let archive = File::open(from).map_err(file(from))?;
    let not_ours = || BackupError::NotOurs(from.to_owned());
    let mut found: HashMap<String, Listed> = HashMap::new();
    let mut list: Option<List> = None;
    for entry in Archive::new(archive).entries().map_err(|_| not_ours())? {
        let mut entry = entry.map_err(|_| not_ours())?;
        let path = entry.path().map_err(|_| not_ours())?.into_owned();
        let name = path.to_str().ok_or_else(not_ours)?.to_owned();
        let plain = path.components().all(|part| matches!(part, Component::Normal(_)));
        let part = path.iter().next().and_then(|first| first.to_str()).unwrap_or_default();
        if list.is_some() || !plain || !entry.header().entry_type().is_file() {
            return Err(not_ours());
        }
        if name == LIST {
            let mut text = Vec::new();
            (&mut entry).take(MAX_LIST).read_to_end(&mut text).map_err(|_| not_ours())?;
            list = Some(serde_json::from_slice(&text).map_err(|_| not_ours())?);
        } else if PARTS.contains(&part) {
            let listed = write(&mut entry, &into.join(&path), name.clone()).map_err(|error| match error {
                Failed::Reading => not_ours(),
                Failed::Writing(source) => BackupError::File { path: into.join(&path), source },
            })?;
            if found.insert(name, listed).is_some() {
                return Err(not_ours());
            }
        } else {
            return Err(not_ours());
        }
    }
    let list = list.ok_or_else(not_ours)?;
    if list.format > FORMAT {
        return Err(BackupError::Newer);
    }
    for listed in &list.files {
        if found.remove(&listed.name).as_ref() != Some(listed) {
            return Err(BackupError::Damaged { file: listed.name.clone() });
        }
    }
    if !found.is_empty() || !list.files.iter().any(|listed| listed.name == store::FILE) {
        return Err(not_ours());
    }
    store::Sqlite::begin_anew(into)?;
    let whole = into.join(WHOLE);
    fs::write(&whole, []).and_then(|()| sync(into)).map_err(file(&whole))
}

enum Failed {
    Reading,
    Writing(io::Error),
}

fn write(from: &mut impl Read, to: &Path, name: String) -> Result<Listed, Failed> {
    if let Some(parent) = to.parent() {
        data::make(parent).map_err(|error| Failed::Writing(io::Error::other(error)))?;
    }
    let mut out = data::private(File::options().write(true).create_new(true)).open(to).map_err(Failed::Writing)?;
    let (mut hash, mut bytes, mut buffer) = (Sha256::new(), 0, vec![0; 64 * 1024]);
    loop {
        let read = from.read(&mut buffer).map_err(|_| Failed::Reading)?;
        if read == 0 {
            break;
        }
        hash.update(&buffer[..read]);
        bytes += read as u64;
        out.write_all(&buffer[..read]).map_err(Failed::Writing)?;
    }
    out.sync_all().map_err(Failed::Writing)?;
    Ok(Listed { name, bytes, sha256: hex(&hash.finalize()) })
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
