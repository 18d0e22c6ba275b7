//! The one-time link by which the first admin is made: a token in a file that only who runs the server can read.

use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};

use app::fresh;
use subtle::ConstantTimeEq;

use crate::data;

/// Whether there is a link, and which.
#[derive(Debug, Clone, Default)]
pub struct Setup {
    /// Held for a comparison or a removal.
    link: Arc<Mutex<Option<Link>>>,
}

#[derive(Debug)]
struct Link {
    token: String,
    file: PathBuf,
}

impl Setup {
    /// There is an admin: no link.
    pub fn done() -> Self {
        Self::default()
    }

    /// The link of this installation, made at its first start and the same at every start until it is used.
    pub fn pending(file: PathBuf) -> std::io::Result<Self> {
        let token = match data::read_secret(&file)? {
            Some(token) => token,
            None => {
                let token = data::text(&fresh::bytes::<24>());
                data::write_secret(&file, &token)?;
                token
            }
        };
        Ok(Self { link: Arc::new(Mutex::new(Some(Link { token, file }))) })
    }

    /// The path to open, with the token where no server and no log sees it.
    pub fn path(&self) -> Option<String> {
        let link = self.link.lock().unwrap_or_else(PoisonError::into_inner);
        link.as_ref().map(|link| format!("/setup#{}", link.token))
    }

    /// Whether this is the token.
    pub fn is_link(&self, token: &str) -> bool {
        let link = self.link.lock().unwrap_or_else(PoisonError::into_inner);
        link.as_ref().is_some_and(|link| link.token.as_bytes().ct_eq(token.as_bytes()).into())
    }

    /// It has been used.
    pub fn spend(&self) {
        let link = self.link.lock().unwrap_or_else(PoisonError::into_inner).take();
        if let Some(link) = link
            && let Err(error) = std::fs::remove_file(&link.file)
        {
            tracing::warn!(%error, "the used set-up link could not be removed; it opens nothing any more");
        }
    }
}
