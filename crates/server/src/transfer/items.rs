//! What is in an export, one thing after the other.

use std::io::{BufRead, BufReader, Read};
use std::path::Path;

use domain::{Appointment, BlobId, Consultation, NewEntry, Part, RecordingLine, Upload, User, Word};
use store::lines::{self, Header};

use super::TransferError;
use crate::backup::BackupError;
use crate::backup::archive::{self, List};

pub(super) const UPLOADS: &str = "uploads.jsonl";
pub(super) const USERS: &str = "users.jsonl";
/// Later exports have it; earlier ones were made where nothing was recorded.
pub(super) const RECORDINGS: &str = "recordings.jsonl";
/// Since there are appointments.
pub(super) const APPOINTMENTS: &str = "appointments.jsonl";
pub(super) const CONSULTATIONS: &str = "consultations.jsonl";
/// What was said in them; since it is kept.
pub(super) const WORDS: &str = "words.jsonl";
pub(super) const CONVERSATIONS: &str = "conversations.jsonl";

/// The folder of the bytes of uploads.
const BYTES: &str = "bytes";

/// The longest line there is: an entry's texts have bounds of some 64 KiB, each byte of which may take six.
const MAX_LINE: u64 = 1024 * 1024;

/// One thing of an export.
pub(super) enum Item<'a> {
    Bytes(BlobId, &'a mut dyn Read),
    Upload(Upload),
    User(User),
    /// What somebody did about a recording.
    Recording(RecordingLine),
    Appointment(Appointment),
    Consultation(Consultation),
    Word(Word),
    /// An entry and its place, of a conversation whose entries come one after the other.
    Entry(&'a Header, u64, NewEntry),
}

/// What a part of an upload is called.
pub(super) fn name(id: BlobId) -> String {
    let part = match id.part {
        Part::Whole => "",
        Part::Thumbnail => ".thumbnail",
    };
    format!("{BYTES}/{}{part}", id.upload)
}

fn from_name(name: &Path) -> Option<BlobId> {
    let name = name.to_str()?.strip_prefix(BYTES)?.strip_prefix('/')?;
    let (id, part) = match name.strip_suffix(".thumbnail") {
        Some(id) => (id, Part::Thumbnail),
        None => (name, Part::Whole),
    };
    Some(BlobId { upload: id.parse().ok()?, part })
}

/// Hands out everything that is in an export.
pub(super) fn items(
    from: &Path,
    list: &List,
    mut take: impl FnMut(Item<'_>) -> Result<(), TransferError>,
) -> Result<(), TransferError> {
    let not_ours = || TransferError::Archive(BackupError::NotOurs(from.to_owned()));
    archive::read(from, list, |path, bytes| match path.to_str() {
        Some(UPLOADS) => each_line(bytes, &not_ours, |line| take(Item::Upload(lines::upload_from_line(line)?))),
        Some(USERS) => each_line(bytes, &not_ours, |line| take(Item::User(lines::user_from_line(line)?))),
        Some(RECORDINGS) => {
            each_line(bytes, &not_ours, |line| take(Item::Recording(lines::recording_from_line(line)?)))
        }
        Some(APPOINTMENTS) => {
            each_line(bytes, &not_ours, |line| take(Item::Appointment(lines::appointment_from_line(line)?)))
        }
        Some(CONSULTATIONS) => {
            each_line(bytes, &not_ours, |line| take(Item::Consultation(lines::consultation_from_line(line)?)))
        }
        Some(WORDS) => each_line(bytes, &not_ours, |line| take(Item::Word(lines::word_from_line(line)?))),
        Some(CONVERSATIONS) => {
            let mut log: Option<(Header, u64)> = None;
            each_line(bytes, &not_ours, |line| {
                match log.take() {
                    Some((header, seq)) if seq < header.entries => {
                        let seq = seq + 1;
                        take(Item::Entry(&header, seq, lines::entry_from_line(line, &header, seq)?))?;
                        log = Some((header, seq));
                    }
                    _ => log = Some((Header::from_line(line)?, 0)),
                }
                Ok(())
            })?;
            if log.is_some_and(|(header, seq)| seq < header.entries) { Err(not_ours()) } else { Ok(()) }
        }
        _ => take(Item::Bytes(from_name(path).ok_or_else(not_ours)?, bytes)),
    })
}

fn each_line(
    bytes: &mut dyn Read,
    not_ours: &impl Fn() -> TransferError,
    mut take: impl FnMut(&str) -> Result<(), TransferError>,
) -> Result<(), TransferError> {
    let mut reader = BufReader::with_capacity(64 * 1024, bytes);
    let mut line = Vec::new();
    loop {
        line.clear();
        (&mut reader).take(MAX_LINE).read_until(b'\n', &mut line).map_err(|_| not_ours())?;
        if line.is_empty() {
            return Ok(());
        }
        let text = line.strip_suffix(b"\n").and_then(|line| std::str::from_utf8(line).ok()).ok_or_else(not_ours)?;
        take(text)?;
    }
}
