use std::fs::File;
use std::io::{self, BufWriter, Write};
use std::path::Path;

use app::uploads::MAX_THUMBNAIL;
use domain::{BlobId, Blobs, Part, Upload};
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
    let mut after = None;
    loop {
        let page = store.uploads_after(after, PAGE).await?;
        let Some(last) = page.last() else { break };
        after = Some(last.id());
        for upload in page {
            done.uploads += 1;
            done.without_bytes += u64::from(!pack_bytes(&mut packing, blobs, folder, &upload).await?);
            records.add(&lines::upload_to_line(&upload))?;
        }
    }
    records.finish()?;
    packing.add(UPLOADS, &uploads)?;
    let (users, count) = write_users(store, folder).await?;
    done.users = count;
    packing.add(USERS, &users)?;
    let recordings = write_recordings(store, folder).await?;
    packing.add(RECORDINGS, &recordings)?;
    let appointments = write_appointments(store, folder).await?;
    packing.add(APPOINTMENTS, &appointments)?;
    let consultations = write_consultations(store, folder).await?;
    packing.add(CONSULTATIONS, &consultations)?;
    let words = write_words(store, folder).await?;
    packing.add(WORDS, &words)?;
    let conversations = write_conversations(store, folder, &mut done).await?;
    packing.add(CONVERSATIONS, &conversations)?;
    packing.finish(&archive)?;
    put_in_place(&archive, to)?;
    Ok(done)
}

async fn write_users(store: &dyn Store, folder: &Path) -> Result<(std::path::PathBuf, u64), TransferError> {
    let path = folder.join(USERS);
    let (mut lines, mut count, mut after) = (Lines::new(&path)?, 0, None);
    loop {
        let page = store.users_after(after, PAGE).await?;
        let Some(last) = page.last() else { break };
        after = Some(last.id);
        for user in &page {
            lines.add(&lines::user_to_line(user))?;
            count += 1;
        }
    }
    lines.finish()?;
    Ok((path, count))
}

/// What was consented to; of one that is not finished the pieces stay behind.
async fn write_recordings(store: &dyn Store, folder: &Path) -> Result<std::path::PathBuf, TransferError> {
    let path = folder.join(RECORDINGS);
    let (mut lines, mut after) = (Lines::new(&path)?, None);
    loop {
        let page = store.recordings_after(after, PAGE).await?;
        let Some(last) = page.last() else { break };
        after = Some((last.recording, last.number));
        for line in &page {
            lines.add(&lines::recording_to_line(line))?;
        }
    }
    lines.finish()?;
    Ok(path)
}

async fn write_appointments(store: &dyn Store, folder: &Path) -> Result<std::path::PathBuf, TransferError> {
    let path = folder.join(APPOINTMENTS);
    let (mut lines, mut after) = (Lines::new(&path)?, None);
    loop {
        let page = store.appointments_after(after, PAGE).await?;
        let Some(last) = page.last() else { break };
        after = Some(last.id);
        for appointment in &page {
            lines.add(&lines::appointment_to_line(appointment))?;
        }
    }
    lines.finish()?;
    Ok(path)
}

async fn write_consultations(store: &dyn Store, folder: &Path) -> Result<std::path::PathBuf, TransferError> {
    let path = folder.join(CONSULTATIONS);
    let (mut lines, mut after) = (Lines::new(&path)?, None);
    loop {
        let page = store.consultations_after(after, PAGE).await?;
        let Some(last) = page.last() else { break };
        after = Some(last.id);
        for consultation in &page {
            lines.add(&lines::consultation_to_line(consultation))?;
        }
    }
    lines.finish()?;
    Ok(path)
}

/// Of one consultation after the other.
async fn write_words(store: &dyn Store, folder: &Path) -> Result<std::path::PathBuf, TransferError> {
    let path = folder.join(WORDS);
    let (mut lines, mut after) = (Lines::new(&path)?, None);
    loop {
        let page = store.consultations_after(after, PAGE).await?;
        let Some(last) = page.last() else { break };
        after = Some(last.id);
        for consultation in &page {
            let mut number = 0;
            loop {
                let words = store.words(consultation.id, number, PAGE).await?;
                let Some(last) = words.last() else { break };
                number = last.number;
                for word in &words {
                    lines.add(&lines::word_to_line(word))?;
                }
            }
        }
    }
    lines.finish()?;
    Ok(path)
}

async fn write_conversations(
    store: &dyn Store,
    folder: &Path,
    done: &mut Exported,
) -> Result<std::path::PathBuf, TransferError> {
    let path = folder.join(CONVERSATIONS);
    let (mut lines, mut after) = (Lines::new(&path)?, None);
    loop {
        let page = store.conversations_after(after, PAGE).await?;
        let Some(last) = page.last() else { break };
        after = Some(last.id);
        for conversation in &page {
            let receipts = store.receipts(conversation.id, conversation.users[0]).await?;
            let header = Header::of(conversation, receipts);
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
        }
    }
    lines.finish()?;
    Ok(path)
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
