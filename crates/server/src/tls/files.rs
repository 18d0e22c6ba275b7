//! A certificate in files, which somebody else renews.

use std::io;
use std::path::Path;
use std::time::SystemTime;

use rustls::crypto::ring::default_provider;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::sign::CertifiedKey;

use crate::config::TlsFiles;

/// What the files were like.
type Seen = [Option<(SystemTime, u64)>; 2];

/// The files, and how they were when they were read.
#[derive(Debug)]
pub(super) struct Watched {
    files: TlsFiles,
    read: Seen,
    /// They have changed to this, and may be changing still: a certificate is there before its key.
    changing: Option<Seen>,
}

impl Watched {
    pub(super) fn open(files: TlsFiles) -> io::Result<(Self, CertifiedKey)> {
        let seen = seen(&files);
        let key = read(&files)?;
        Ok((Self { files, read: seen, changing: None }, key))
    }

    /// What is in them, where they have changed and were the same at two looks.
    pub(super) fn look(&mut self) -> Option<io::Result<CertifiedKey>> {
        let now = seen(&self.files);
        if now == self.read {
            self.changing = None;
            return None;
        }
        if self.changing.replace(now) != Some(now) {
            return None;
        }
        (self.read, self.changing) = (now, None);
        Some(read(&self.files))
    }
}

fn seen(files: &TlsFiles) -> Seen {
    let of = |path: &Path| {
        let metadata = std::fs::metadata(path).ok()?;
        Some((metadata.modified().ok()?, metadata.len()))
    };
    [of(&files.cert), of(&files.key)]
}

fn read(files: &TlsFiles) -> io::Result<CertifiedKey> {
    let failed = |path: &Path, error: &dyn std::fmt::Display| {
        io::Error::new(io::ErrorKind::InvalidData, format!("{}: {error}", path.display()))
    };
    let certs: Result<Vec<_>, _> =
        CertificateDer::pem_file_iter(&files.cert).and_then(Iterator::collect::<Result<_, _>>);
    let certs = certs.map_err(|error| failed(&files.cert, &error))?;
    if certs.is_empty() {
        return Err(failed(&files.cert, &"there is no certificate in it"));
    }
    let key = PrivateKeyDer::from_pem_file(&files.key).map_err(|error| failed(&files.key, &error))?;
    CertifiedKey::from_der(certs, key, &default_provider()).map_err(|error| failed(&files.key, &error))
}
