//! Taking a practice from one store to another, as one file ([`export()`], [`import()`]), and bringing in what the service
//! before us had ([`bring`]).
//!
//! Each can be begun again wherever it ended: what is there already is left alone. Each ends with a look at what came of
//! it, counts and hashes, and says what differs.

mod export;
mod import;
mod items;
mod old;

use domain::{ConversationId, NewEntry, PutError, StoreError};
use sha2::{Digest, Sha256};
use store::{Store, Unreadable, lines};

use crate::backup::BackupError;

pub use export::{Exported, export};
pub use import::{Imported, import};
pub use old::{Brought, Progress, Wrong, bring};

/// Entries that are put, or read back, at once.
const ENTRIES: usize = 500;

/// Users, conversations or uploads that are read at once.
const PAGE: u32 = 500;

/// Why nothing came over, or not all of it.
#[derive(Debug, thiserror::Error)]
#[allow(missing_docs)]
pub enum TransferError {
    #[error(transparent)]
    Archive(#[from] BackupError),
    #[error("there is a practice here already; an export goes into an empty one")]
    NotEmpty,
    #[error("{0}. Run the same again: it goes on where it was")]
    Store(#[from] StoreError),
    #[error("the file contradicts itself or what is here, at {0}; what came before that is here")]
    Conflict(String),
    #[error("the bytes of upload {0} are not where they should be")]
    NoBytes(domain::UploadId),
    #[error(transparent)]
    Unreadable(#[from] Unreadable),
}

/// A hash of a log, entry by entry.
#[derive(Default)]
struct LogHash(Sha256);

impl LogHash {
    fn add(&mut self, seq: u64, entry: &NewEntry) {
        self.0.update(lines::entry_to_line(seq, entry));
        self.0.update(b"\n");
    }

    fn finish(self) -> [u8; 32] {
        self.0.finalize().into()
    }
}

/// The hash of the first `count` entries of a conversation as the store has them; `None` if it has fewer.
async fn hash_kept(store: &dyn Store, id: ConversationId, count: u64) -> Result<Option<[u8; 32]>, StoreError> {
    let (mut hash, mut seq) = (LogHash::default(), 0);
    while seq < count {
        let limit = (count - seq).min(ENTRIES as u64);
        let entries = store.entries_after(id, seq, u32::try_from(limit).unwrap_or(u32::MAX)).await?;
        if entries.is_empty() {
            return Ok(None);
        }
        for entry in entries {
            seq += 1;
            if entry.seq != seq {
                return Ok(None);
            }
            hash.add(seq, &entry.into_new());
        }
    }
    Ok(Some(hash.finish()))
}

/// Puts the entries of a log from `first` on, some at a time; says how many are new here.
async fn put_log(store: &dyn Store, first: u64, entries: &[NewEntry]) -> Result<u64, PutError> {
    let (mut at, mut put) = (first, 0);
    for some in entries.chunks(ENTRIES) {
        put += store.put_entries(at, some.to_vec()).await?;
        at += some.len() as u64;
    }
    Ok(put)
}
