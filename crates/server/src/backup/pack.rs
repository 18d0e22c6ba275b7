use std::fs::{self, File};
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};

use sha2::{Digest, Sha256};
use tar::{Builder, Header};

use super::{BackupError, FORMAT, LIST, List, Listed, Summary, file, hex};
use crate::data;

/// Packs the practice in `folder` into the new file `to`, for nobody else's eyes. A server may be running on it: what is
/// acknowledged when this begins is in it.
pub fn pack(folder: &Path, to: &Path) -> Result<Summary, BackupError> {
    if !folder.join(store::FILE).exists() {
        return Err(BackupError::NoPractice(folder.to_owned()));
    }
    if to.exists() {
        return Err(BackupError::Exists(to.to_owned()));
    }
    let parent = to.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let unfinished = tempfile::Builder::new().prefix(".backup-").tempdir_in(parent).map_err(file(parent))?;
    let database = unfinished.path().join(store::FILE);
    store::Sqlite::copy(folder, &database)?;

    let archive = unfinished.path().join("archive");
    let mut packing = Packing::new(&archive)?;
    packing.add(store::FILE, &database)?;
    let secret = folder.join(data::JWT_SECRET);
    if secret.exists() {
        packing.add(data::JWT_SECRET, &secret)?;
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
    fs::hard_link(&archive, to).map_err(|source| match source.kind() {
        io::ErrorKind::AlreadyExists => BackupError::Exists(to.to_owned()),
        _ => file(to)(source),
    })?;
    File::open(parent).and_then(|parent| parent.sync_all()).map_err(file(parent))?;
    Ok(summary)
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

struct Packing {
    tar: Builder<File>,
    list: List,
}

impl Packing {
    fn new(archive: &Path) -> Result<Self, BackupError> {
        let out = data::private(File::options().write(true).create_new(true)).open(archive).map_err(file(archive))?;
        let made_by = concat!("moodbites ", env!("CARGO_PKG_VERSION")).to_owned();
        Ok(Self { tar: Builder::new(out), list: List { format: FORMAT, made_by, files: Vec::new() } })
    }

    fn add(&mut self, name: &str, path: &Path) -> Result<(), BackupError> {
        let source = File::open(path).map_err(file(path))?;
        let bytes = source.metadata().map_err(file(path))?.len();
        // A file that grows meanwhile must not spoil what follows it; one that shrinks is an error.
        let mut hashing = Hashing { source: source.take(bytes), hash: Sha256::new(), bytes: 0 };
        let mut header = header(bytes);
        self.tar.append_data(&mut header, name, &mut hashing).map_err(file(path))?;
        if hashing.bytes != bytes {
            return Err(file(path)(io::ErrorKind::UnexpectedEof.into()));
        }
        let sha256 = hex(&hashing.hash.finalize());
        self.list.files.push(Listed { name: name.to_owned(), bytes, sha256 });
        Ok(())
    }

    fn finish(mut self, archive: &Path) -> Result<Summary, BackupError> {
        let list = serde_json::to_vec_pretty(&self.list).expect("a list is plain JSON");
        let mut header = header(list.len() as u64);
        self.tar.append_data(&mut header, LIST, list.as_slice()).map_err(file(archive))?;
        let mut out = self.tar.into_inner().map_err(file(archive))?;
        out.flush().and_then(|()| out.sync_all()).map_err(file(archive))?;
        let bytes = self.list.files.iter().map(|listed| listed.bytes).sum();
        Ok(Summary { files: self.list.files.len(), bytes })
    }
}

fn header(bytes: u64) -> Header {
    let mut header = Header::new_gnu();
    header.set_size(bytes);
    header.set_mode(0o600);
    header
}

struct Hashing<R> {
    source: R,
    hash: Sha256,
    bytes: u64,
}

impl<R: Read> Read for Hashing<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.source.read(buffer)?;
        self.hash.update(&buffer[..read]);
        self.bytes += read as u64;
        Ok(read)
    }
}
