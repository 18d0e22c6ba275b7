use std::fs::File;
use std::io::{self, BufWriter, Write};
use std::path::Path;

use app::uploads::MAX_THUMBNAIL;
use domain::{BlobId, Blobs, Consultation, Conversation, Part, StoreError, Upload};
use store::Store;
use store::lines::{self, Header};

use super::items::{APPOINTMENTS, CONSULTATIONS, CONVERSATIONS, RECORDINGS, UPLOADS, USERS, WORDS, name};
use super::{ENTRIES, PAGE, TransferError};
use crate::backup::archive::{Kind, Packing};
use crate::backup::{BackupError, beside, put_in_place};
use crate::data;

/// What was exported.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
#[allow(missing_docs)]
pub struct Exported {
    pub users: u64,
    pub conversations: u64,
    pub entries: u64,
    pub uploads: u64,
    /// Records whose bytes are not there any more.
    pub without_bytes: u64,
}

/// Writes everything that a store has, but no sessions, into a new file for nobody else's eyes. Nobody is to be writing.
pub async fn export(store: &dyn Store, blobs: &dyn Blobs, to: &Path) -> Result<Exported, TransferError> {
    let unfinished = beside(to)?;
    let folder = unfinished.path();
    let archive = folder.join("archive");
    let mut packing = Packing::new(&archive, Kind::Export)?;
    let mut done = Exported::default();
    // In the order in which they are taken in: bytes before their record, a record before who holds it.
    let uploads = folder.join(UPLOADS);
    let mut records = Lines::new(&uploads)?;
    let page = async |after| store.uploads_after(after, PAGE).await;
    let pack = async |upload: Upload| {
        done.uploads += 1;
        done.without_bytes += u64::from(!pack_bytes(&mut packing, blobs, folder, &upload).await?);
        Ok(records.add(&lines::upload_to_line(&upload))?)
    };
    each(page, Upload::id, pack).await?;
    records.finish()?;
    packing.add(UPLOADS, &uploads)?;
    let users = folder.join(USERS);
    let page = async |after| store.users_after(after, PAGE).await;
    done.users = write_each(&users, page, |user| user.id, lines::user_to_line).await?;
    packing.add(USERS, &users)?;
    // What was consented to; of one that is not finished the pieces stay behind.
    let recordings = folder.join(RECORDINGS);
    let page = async |after| store.recordings_after(after, PAGE).await;
    write_each(&recordings, page, |line| (line.recording, line.number), lines::recording_to_line).await?;
    packing.add(RECORDINGS, &recordings)?;
    let appointments = folder.join(APPOINTMENTS);
    let page = async |after| store.appointments_after(after, PAGE).await;
    write_each(&appointments, page, |appointment| appointment.id, lines::appointment_to_line).await?;
    packing.add(APPOINTMENTS, &appointments)?;
    let consultations = folder.join(CONSULTATIONS);
    let page = async |after| store.consultations_after(after, PAGE).await;
    write_each(&consultations, page, |consultation| consultation.id, lines::consultation_to_line).await?;
    packing.add(CONSULTATIONS, &consultations)?;
    let words = folder.join(WORDS);
    write_words(store, &words).await?;
    packing.add(WORDS, &words)?;
    let conversations = folder.join(CONVERSATIONS);
    write_conversations(store, &conversations, &mut done).await?;
    packing.add(CONVERSATIONS, &conversations)?;
    packing.finish(&archive)?;
    put_in_place(&archive, to)?;
    Ok(done)
}

/// Takes all that `page` gives, which is asked for what follows a key until there is nothing.
async fn each<T, K>(
    page: impl AsyncFn(Option<K>) -> Result<Vec<T>, StoreError>,
    key: impl Fn(&T) -> K,
    mut take: impl AsyncFnMut(T) -> Result<(), TransferError>,
) -> Result<(), TransferError> {
    let mut after = None;
    loop {
        let items = page(after).await?;
        let Some(last) = items.last() else { return Ok(()) };
        after = Some(key(last));
        for item in items {
            take(item).await?;
        }
    }
}

/// A line for each; returns how many.
async fn write_each<T, K>(
    path: &Path,
    page: impl AsyncFn(Option<K>) -> Result<Vec<T>, StoreError>,
    key: impl Fn(&T) -> K,
    line: impl Fn(&T) -> String,
) -> Result<u64, TransferError> {
    let (mut lines, mut count) = (Lines::new(path)?, 0);
    let write = async |item| {
        count += 1;
        Ok(lines.add(&line(&item))?)
    };
    each(page, key, write).await?;
    lines.finish()?;
    Ok(count)
}

/// Of one consultation after the other.
async fn write_words(store: &dyn Store, path: &Path) -> Result<(), TransferError> {
    let mut lines = Lines::new(path)?;
    let write = async |consultation: Consultation| {
        let page = async |after: Option<u32>| store.words(consultation.id, after.unwrap_or(0), PAGE).await;
        each(page, |word| word.number, async |word| Ok(lines.add(&lines::word_to_line(&word))?)).await
    };
    each(async |after| store.consultations_after(after, PAGE).await, |consultation| consultation.id, write).await?;
    Ok(lines.finish()?)
}

async fn write_conversations(store: &dyn Store, path: &Path, done: &mut Exported) -> Result<(), TransferError> {
    let mut lines = Lines::new(path)?;
    let write = async |conversation: Conversation| {
        let receipts = store.receipts(conversation.id, conversation.users[0]).await?;
        let header = Header::of(&conversation, receipts);
        lines.add(&header.to_line())?;
        let mut seq = 0;
        while seq < header.entries {
            let limit = (header.entries - seq).min(ENTRIES as u64);
            let entries = store.entries_after(header.id, seq, u32::try_from(limit).unwrap_or(u32::MAX)).await?;
            if entries.is_empty() {
                return Err(TransferError::Conflict(format!("conversation {}", header.id)));
            }
            for entry in entries {
                seq += 1;
                lines.add(&lines::entry_to_line(seq, &entry.into_new()))?;
            }
        }
        done.conversations += 1;
        done.entries += header.entries;
        Ok(())
    };
    each(async |after| store.conversations_after(after, PAGE).await, |conversation| conversation.id, write).await?;
    Ok(lines.finish()?)
}

/// Packs what is kept of an upload; false if there is nothing.
async fn pack_bytes(
    packing: &mut Packing,
    blobs: &dyn Blobs,
    folder: &Path,
    upload: &Upload,
) -> Result<bool, TransferError> {
    let path = folder.join("bytes");
    let mut all = true;
    for (part, most) in [(Part::Whole, upload.facts.size), (Part::Thumbnail, MAX_THUMBNAIL as u64)] {
        if part == Part::Thumbnail && !upload.facts.has_thumbnail {
            continue;
        }
        let id = BlobId { upload: upload.id(), part };
        let Some(mut reader) = blobs.read(id, 0..most).await? else {
            all = false;
            continue;
        };
        let mut out = private(&path)?;
        while let Some(bytes) = reader.next().await? {
            out.write_all(&bytes).map_err(failed(&path))?;
        }
        out.flush().map_err(failed(&path))?;
        packing.add(&name(id), &path)?;
    }
    Ok(all)
}

/// Lines on their way into a file.
struct Lines<'a> {
    out: BufWriter<File>,
    path: &'a Path,
}

impl<'a> Lines<'a> {
    fn new(path: &'a Path) -> Result<Self, BackupError> {
        Ok(Self { out: BufWriter::new(private(path)?), path })
    }

    fn add(&mut self, line: &str) -> Result<(), BackupError> {
        self.out.write_all(line.as_bytes()).and_then(|()| self.out.write_all(b"\n")).map_err(failed(self.path))
    }

    fn finish(mut self) -> Result<(), BackupError> {
        self.out.flush().map_err(failed(self.path))
    }
}

fn private(path: &Path) -> Result<File, BackupError> {
    data::private(File::options().write(true).create(true).truncate(true)).open(path).map_err(failed(path))
}

fn failed(path: &Path) -> impl FnOnce(io::Error) -> BackupError + use<'_> {
    move |source| BackupError::File { path: path.to_owned(), source }
}
