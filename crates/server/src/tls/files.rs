//! A certificate in files, which somebody else renews.

use std::io;
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use rustls::sign::CertifiedKey;

use super::certificate::{Current, Unusable, certified};
use crate::config::TlsFiles;

/// Between two looks at the files.
const LOOK: Duration = Duration::from_secs(1);

/// What the files were like.
type Seen = [Option<(SystemTime, u64)>; 2];

/// The files, and how they were when they were read.
#[derive(Debug)]
pub(super) struct Watched {
    files: TlsFiles,
    read: Seen,
    /// They have changed to this, and may be changing still: a certificate is there before its key.
    changing: Option<Seen>,
    current: Arc<Current>,
}

impl Watched {
    pub(super) fn open(files: TlsFiles, current: &Arc<Current>) -> io::Result<Self> {
        let seen = seen(&files);
        current.put(read(&files)?);
        Ok(Self { files, read: seen, changing: None, current: Arc::clone(current) })
    }

    /// Looks at them for ever; what is to be said about another certificate, `on_change` says.
    pub(super) async fn keep(mut self, on_change: impl Fn()) {
        loop {
            tokio::time::sleep(LOOK).await;
            match self.look() {
                None => {}
                Some(Ok(key)) => {
                    self.current.put(key);
                    tracing::info!("the certificate has changed; new connections get the new one");
                    on_change();
                }
                Some(Err(error)) => {
                    tracing::warn!(%error, "the certificate has changed and can't be used; the one before holds");
                }
            }
        }
    }

    /// What is in them, where they have changed and were the same at two looks.
    fn look(&mut self) -> Option<io::Result<CertifiedKey>> {
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
    let text = |path: &Path| std::fs::read(path).map_err(|error| failed(path, &error));
    certified(&text(&files.cert)?, &text(&files.key)?).map_err(|error| match error {
        Unusable::Certificate(why) => failed(&files.cert, &why),
        Unusable::Key(why) => failed(&files.key, &why),
    })
}

fn failed(path: &Path, error: &dyn std::fmt::Display) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, format!("{}: {error}", path.display()))
}
