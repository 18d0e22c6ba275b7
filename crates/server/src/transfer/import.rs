use std::io::Read;
use std::path::Path;
use std::sync::Arc;

use domain::{
    BlobId, Blobs, ConversationId, NewEntry, Person, PutError, Receipt, RecordingAct, RecordingLine, RecordingOf,
    Transition, Upload, User,
};
use sha2::{Digest, Sha256};
use store::Store;
use store::lines::{self, Header};
use tokio::runtime::Handle;

use super::items::{Item, items};
use super::{ENTRIES, LogHash, TransferError, hash_kept};
use crate::backup::BackupError;
use crate::backup::archive::{self, Kind};

/// Users or uploads that are put at once.
const AT_ONCE: usize = 200;

/// What was imported, and whether it is here as it was there.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
#[allow(missing_docs)]
pub struct Imported {
    pub users: u64,
    pub conversations: u64,
    pub entries: u64,
    pub uploads: u64,
    /// Entries that were not here before.
    pub new_entries: u64,
    /// What is not here as it was there, by id.
    pub differ: Vec<String>,
}

/// Takes an export into an empty store, or goes on with one that was begun. The file is looked through before anything
/// is written. Blocks: it is for a thread that may.
pub fn import(
    runtime: &Handle,
    store: &Arc<dyn Store>,
    blobs: &Arc<dyn Blobs>,
    from: &Path,
) -> Result<Imported, TransferError> {
    let list = archive::list(from, Kind::Export)?;
    let mut expected = Imported::default();
    items(from, &list, |item| {
        match item {
            Item::Bytes(..) => {}
            Item::Upload(_) => expected.uploads += 1,
            Item::User(_) => expected.users += 1,
            Item::Recording(_) | Item::Appointment(_) | Item::Consultation(_) | Item::Word(_) => {}
            Item::Entry(header, seq, _) => {
                expected.entries += 1;
                expected.conversations += u64::from(seq == header.entries);
            }
        }
        Ok(())
    })
    .map_err(|error| match error {
        // Nothing has been written yet, so this is all there is to say.
        TransferError::Unreadable(_) => BackupError::NotOurs(from.to_owned()).into(),
        error => error,
    })?;
    if !runtime.block_on(store.admit(&list.digest))? {
        return Err(TransferError::NotEmpty);
    }
    let mut filling = Filling::new(runtime, store, blobs);
    items(from, &list, |item| filling.take(item))?;
    filling.flush()?;
    let done = filling.done;
    let counts = |one: &Imported| (one.users, one.conversations, one.entries, one.uploads);
    if counts(&done) != counts(&expected) {
        return Err(BackupError::NotOurs(from.to_owned()).into());
    }
    Ok(done)
}

/// A store that is being filled.
struct Filling<'a> {
    runtime: &'a Handle,
    store: &'a dyn Store,
    blobs: &'a dyn Blobs,
    users: Vec<User>,
    uploads: Vec<Upload>,
    /// Entries of one conversation that are to be put, and the place of the first.
    entries: Vec<NewEntry>,
    first: u64,
    hash: LogHash,
    done: Imported,
}

impl<'a> Filling<'a> {
    fn new(runtime: &'a Handle, store: &'a Arc<dyn Store>, blobs: &'a Arc<dyn Blobs>) -> Self {
        Self {
            runtime,
            store: store.as_ref(),
            blobs: blobs.as_ref(),
            users: Vec::new(),
            uploads: Vec::new(),
            entries: Vec::new(),
            first: 1,
            hash: LogHash::default(),
            done: Imported::default(),
        }
    }

    fn take(&mut self, item: Item<'_>) -> Result<(), TransferError> {
        match item {
            Item::Bytes(id, bytes) => self.take_bytes(id, bytes)?,
            Item::Upload(upload) => {
                self.uploads.push(upload);
                if self.uploads.len() >= AT_ONCE {
                    self.flush_uploads()?;
                }
            }
            Item::User(user) => {
                self.users.push(user);
                if self.users.len() >= AT_ONCE {
                    self.flush_users()?;
                }
            }
            Item::Recording(line) => {
                self.hold(&line)?;
                let id = line.recording;
                if self.runtime.block_on(self.store.append_recording(line))? == Transition::Stale {
                    self.done.differ.push(format!("recording {id}"));
                }
            }
            Item::Appointment(appointment) => {
                let there = self.runtime.block_on(async {
                    self.store.book(appointment.clone()).await?;
                    self.store.appointment(appointment.id).await
                })?;
                if there.as_ref() != Some(&appointment) {
                    self.done.differ.push(format!("appointment {}", appointment.id));
                }
            }
            Item::Consultation(consultation) => {
                let there = self.runtime.block_on(async {
                    self.store.open_consultation(consultation.clone()).await?;
                    self.store.consultation(consultation.id).await
                })?;
                if there.as_ref() != Some(&consultation) {
                    self.done.differ.push(format!("consultation {}", consultation.id));
                }
            }
            Item::Word(word) => {
                let place = format!("word {} of consultation {}", word.number, word.consultation);
                if self.runtime.block_on(self.store.put_word(word))? == Transition::Stale {
                    self.done.differ.push(place);
                }
            }
            Item::Entry(header, seq, entry) => {
                // Whom they are of, and what they show, comes first.
                if seq == 1 {
                    self.flush()?;
                }
                self.hash.add(seq, &entry);
                self.entries.push(entry);
                if self.entries.len() >= ENTRIES || seq == header.entries {
                    self.flush_entries(header.id)?;
                }
                if seq == header.entries {
                    self.finish_conversation(header)?;
                }
            }
        }
        Ok(())
    }

    /// The recording of a consultation is held by nothing else.
    fn hold(&mut self, line: &RecordingLine) -> Result<(), TransferError> {
        if let (RecordingAct::Kept, RecordingOf::Consultation(_), Person::User(owner)) = (&line.act, line.of, line.by) {
            self.flush_uploads()?;
            self.runtime.block_on(self.store.hold_upload(owner, line.recording))?;
        }
        Ok(())
    }

    /// Writes what was gathered.
    fn flush(&mut self) -> Result<(), TransferError> {
        self.flush_uploads()?;
        self.flush_users()
    }

    fn take_bytes(&mut self, id: BlobId, bytes: &mut dyn Read) -> Result<(), TransferError> {
        let reading = |source| BackupError::File { path: id.upload.to_string().into(), source };
        let mut writer = self.runtime.block_on(self.blobs.write(id))?;
        let (mut hash, mut size, mut buffer) = (Sha256::new(), 0, vec![0; 64 * 1024]);
        loop {
            let read = bytes.read(&mut buffer).map_err(reading)?;
            if read == 0 {
                break;
            }
            hash.update(&buffer[..read]);
            size += read as u64;
            self.runtime.block_on(writer.write(&buffer[..read]))?;
        }
        self.runtime.block_on(writer.finish())?;
        let kept = self.runtime.block_on(hash_blob(self.blobs, id, size))?;
        if kept != Some(hash.finalize().into()) {
            self.done.differ.push(format!("bytes of upload {}", id.upload));
        }
        Ok(())
    }

    fn flush_uploads(&mut self) -> Result<(), TransferError> {
        for upload in std::mem::take(&mut self.uploads) {
            let there = self.runtime.block_on(self.store.insert_upload(upload.clone(), u64::MAX));
            let there = there.map_err(|error| match error {
                domain::InsertUploadError::Store(error) => TransferError::Store(error),
                domain::InsertUploadError::QuotaExceeded => TransferError::Conflict(format!("upload {}", upload.id())),
            })?;
            self.done.uploads += 1;
            if there != upload {
                self.done.differ.push(format!("upload {}", upload.id()));
            }
        }
        Ok(())
    }

    fn flush_users(&mut self) -> Result<(), TransferError> {
        if self.users.is_empty() {
            return Ok(());
        }
        let users = std::mem::take(&mut self.users);
        let ids: Vec<_> = users.iter().map(|user| user.id).collect();
        self.runtime.block_on(self.store.put_users(users.clone()))?;
        let there = self.runtime.block_on(self.store.by_ids(&ids))?;
        for user in users {
            self.done.users += 1;
            let same = |there: &User| there.id == user.id && lines::user_to_line(there) == lines::user_to_line(&user);
            if !there.iter().any(same) {
                self.done.differ.push(format!("account {}", user.id));
            }
        }
        Ok(())
    }

    fn flush_entries(&mut self, conversation: ConversationId) -> Result<(), TransferError> {
        let entries = std::mem::take(&mut self.entries);
        let first = self.first;
        self.first += entries.len() as u64;
        self.done.entries += entries.len() as u64;
        let put = self.runtime.block_on(self.store.put_entries(first, entries));
        self.done.new_entries += put.map_err(|error| match error {
            PutError::Conflict => TransferError::Conflict(format!("conversation {conversation}")),
            PutError::Store(error) => TransferError::Store(error),
        })?;
        Ok(())
    }

    fn finish_conversation(&mut self, header: &Header) -> Result<(), TransferError> {
        let hash = std::mem::take(&mut self.hash).finish();
        self.first = 1;
        self.done.conversations += 1;
        let same = self.runtime.block_on(async {
            for (user, receipt) in header.users.into_iter().zip(header.receipts) {
                if receipt != Receipt::default() {
                    self.store.advance_receipt(header.id, user, receipt).await?;
                }
            }
            let receipts = self.store.receipts(header.id, header.users[0]).await?;
            let kept = hash_kept(self.store, header.id, header.entries).await?;
            Ok::<_, TransferError>(kept == Some(hash) && receipts == header.receipts)
        });
        if !same? {
            self.done.differ.push(format!("conversation {}", header.id));
        }
        Ok(())
    }
}

/// The hash of what is kept of an upload, if that is so long.
async fn hash_blob(blobs: &dyn Blobs, id: BlobId, size: u64) -> Result<Option<[u8; 32]>, TransferError> {
    let Some(mut reader) = blobs.read(id, 0..size.max(1)).await? else { return Ok(None) };
    let (mut hash, mut read) = (Sha256::new(), 0);
    while let Some(bytes) = reader.next().await? {
        hash.update(&bytes);
        read += bytes.len() as u64;
    }
    Ok((read == size).then(|| hash.finalize().into()))
}
