//! LiveKit Egress, which records rooms into a folder that both of us see: by LiveKit's API, and that folder.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Read};
use std::path::{Path, PathBuf};
use std::time::Duration;

use app::consultations::{Job, JobError, JobStage, RoomRecorder};
use async_trait::async_trait;
use domain::{BlobReader, ObjectId, StoreError, UploadId};
use serde_json::{Value, json};
use wire::appointment::room_name;
use wire::consultation::EgressInfo;

use super::Signer;
use super::twirp::{Fault, Twirp};
use crate::config::LiveKitConfig;
use crate::shell::clock::Clock;

/// A browser has to be started there.
const START_PATIENCE: Duration = Duration::from_secs(30);

/// What is read at once.
const PIECE: u64 = 1024 * 1024;

const ENDING: &str = ".mp4";

/// Of what it says of a failure.
const MOST_WORDS: usize = 200;

/// The folder can't be used.
#[derive(Debug, thiserror::Error)]
#[error(
    "livekit_egress_dir: the folder {} has to be there, for LiveKit Egress to write into and for this server to read and \
     delete what is in it, and it can't be used",
    path.display()
)]
pub struct FolderError {
    path: PathBuf,
    source: io::Error,
}

impl FolderError {
    /// Where it is, and what is wrong.
    pub(crate) fn why(&self) -> String {
        format!("{}: {}", self.path.display(), self.source)
    }
}

/// LiveKit Egress, at the LiveKit server that is configured.
pub struct Egress {
    twirp: Twirp,
    signer: Signer,
    clock: Clock,
    folder: PathBuf,
    /// The same folder as Egress sees it.
    theirs: String,
}

impl Egress {
    /// As it is configured, where it is.
    pub fn new(config: &LiveKitConfig, clock: Clock) -> Option<Self> {
        let egress = config.egress.as_ref()?;
        let signer = Signer::new(config.api_key.clone(), config.api_secret.clone());
        let (folder, theirs) = (egress.folder.clone(), egress.theirs.clone());
        Some(Self { twirp: Twirp::new(config.api_url.clone()), signer, clock, folder, theirs })
    }

    /// Whether we can do in the folder what we have to.
    pub fn check(folder: &Path) -> Result<(), FolderError> {
        let usable = fs::read_dir(folder).and_then(|_| tempfile::tempfile_in(folder));
        usable.map(drop).map_err(|source| FolderError { path: folder.to_owned(), source })
    }

    /// Whether nobody but the user we run as may write there. Egress mostly runs as another, and would say so only when it
    /// has recorded all of it.
    #[cfg(unix)]
    pub(crate) fn is_ours_alone(folder: &Path) -> bool {
        use std::os::unix::fs::MetadataExt;
        // As whom we run, what we make there says.
        let ours = tempfile::tempfile_in(folder).and_then(|file| file.metadata());
        let (Ok(it), Ok(ours)) = (fs::metadata(folder), ours) else { return false };
        it.mode() & 0o022 == 0 && it.uid() == ours.uid()
    }

    /// See above.
    #[cfg(not(unix))]
    pub(crate) fn is_ours_alone(_: &Path) -> bool {
        false
    }

    async fn call(&self, method: &str, body: &Value, patience: Duration) -> Result<Value, JobError> {
        let token = self.signer.record(self.clock.now());
        let answered = self.twirp.patiently(&format!("Egress/{method}"), &token, body, patience).await;
        answered.map_err(|fault| match fault {
            Fault::NotFound => JobError::NoRoom,
            Fault::Refused(code) => JobError::Refused(code),
            Fault::Unknown(why) => JobError::Unknown(why.to_owned()),
        })
    }

    fn file(&self, recording: UploadId) -> PathBuf {
        self.folder.join(format!("{recording}{ENDING}"))
    }

    /// Does something with the folder, where waiting is no harm.
    async fn folder<T: Send + 'static>(
        &self,
        what: impl FnOnce() -> io::Result<T> + Send + 'static,
    ) -> Result<T, JobError> {
        let done = tokio::task::spawn_blocking(what).await.unwrap_or_else(|error| Err(io::Error::other(error)));
        done.map_err(|error| JobError::Unknown(format!("the folder of LiveKit Egress: {}", error.kind())))
    }
}

/// What LiveKit tells of a job, if it makes something for us in the folder that Egress sees there.
pub fn job(info: &EgressInfo, theirs: &str) -> Option<Job> {
    let id = Some(info.egress_id.as_str()).filter(|id| (1..=128).contains(&id.len()))?;
    let recording = info.paths().find_map(|path| recording_of(path.strip_prefix(theirs)?.strip_prefix('/')?))?;
    let stage = match info.status() {
        0 => JobStage::Starting,
        1 => JobStage::Active,
        2 => JobStage::Ending,
        // What reached a limit is whole too.
        3 | 6 => JobStage::Complete,
        _ => JobStage::Failed,
    };
    Some(Job { id: id.to_owned(), recording, stage, length: info.length(), why: info.error().and_then(words) })
}

/// Its words for the log: a line at most, and never what would let anybody into a room.
fn words(error: &str) -> Option<String> {
    let line: String = error.chars().take(MOST_WORDS).map(|one| if one.is_control() { ' ' } else { one }).collect();
    Some(line).filter(|line| !line.contains("token"))
}

fn recording_of(name: &str) -> Option<UploadId> {
    name.strip_suffix(ENDING)?.parse().ok()
}

#[async_trait]
impl RoomRecorder for Egress {
    async fn start(&self, room: ObjectId, recording: UploadId) -> Result<Job, JobError> {
        // As a browser makes them, so that two hours stay within what there may be.
        let body = json!({
            "roomName": room_name(room),
            "layout": "grid",
            "advanced": {
                "width": 1280, "height": 720, "framerate": 25, "videoBitrate": 1_200, "audioBitrate": 64,
                "videoCodec": "H264_MAIN", "audioCodec": "AAC",
            },
            "fileOutputs": [{
                "fileType": "MP4", "filepath": format!("{}/{recording}{ENDING}", self.theirs), "disableManifest": true,
            }],
        });
        let started = self.call("StartRoomCompositeEgress", &body, START_PATIENCE).await?;
        let info: Option<EgressInfo> = serde_json::from_value(started).ok();
        let job = info.and_then(|info| job(&info, &self.theirs)).filter(|job| job.recording == recording);
        job.ok_or_else(|| JobError::Unknown("its answer does not parse".to_owned()))
    }

    async fn stop(&self, job: &str) -> Result<(), JobError> {
        match self.call("StopEgress", &json!({ "egressId": job }), super::twirp::PATIENCE).await {
            // It has ended by itself.
            Ok(_) | Err(JobError::NoRoom) => Ok(()),
            Err(JobError::Refused(code)) if code.ends_with("failed_precondition") => Ok(()),
            Err(error) => Err(error),
        }
    }

    async fn jobs(&self, room: Option<ObjectId>) -> Result<Vec<Job>, JobError> {
        let body = match room {
            Some(room) => json!({ "roomName": room_name(room) }),
            None => json!({ "active": true }),
        };
        let found = match self.call("ListEgress", &body, super::twirp::PATIENCE).await {
            Err(JobError::NoRoom) => return Ok(Vec::new()),
            found => found?,
        };
        let items = found["items"].as_array().map(Vec::as_slice).unwrap_or_default();
        let infos = items.iter().filter_map(|item| serde_json::from_value::<EgressInfo>(item.clone()).ok());
        Ok(infos.filter_map(|info| job(&info, &self.theirs)).collect())
    }

    async fn open(&self, recording: UploadId) -> Result<Option<(u64, Box<dyn BlobReader>)>, JobError> {
        let path = self.file(recording);
        let opened = self.folder(move || match regular(&path) {
            Ok(file) => file.metadata().map(|facts| Some((facts.len(), file))),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(error),
        });
        Ok(opened.await?.map(|(size, file)| (size, Box::new(Pieces(Some(file))) as Box<dyn BlobReader>)))
    }

    async fn discard(&self, recording: UploadId) -> Result<(), JobError> {
        let path = self.file(recording);
        self.folder(move || match fs::remove_file(path) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
            _ => Ok(()),
        })
        .await
    }

    async fn files(&self, limit: usize) -> Result<Vec<UploadId>, JobError> {
        let folder = self.folder.clone();
        self.folder(move || {
            let names =
                fs::read_dir(folder)?.take(100 * limit).filter_map(|entry| entry.ok()?.file_name().into_string().ok());
            Ok(names.filter_map(|name| recording_of(&name)).take(limit).collect())
        })
        .await
    }
}

/// Opens what is a file itself: whatever else is put there by somebody leads nowhere.
fn regular(path: &Path) -> io::Result<File> {
    let mut options = OpenOptions::new();
    options.read(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::custom_flags(
        &mut options,
        (nix::fcntl::OFlag::O_NOFOLLOW | nix::fcntl::OFlag::O_NONBLOCK).bits(),
    );
    let file = options.open(path)?;
    if file.metadata()?.is_file() { Ok(file) } else { Err(io::ErrorKind::InvalidInput.into()) }
}

/// A file, piece by piece.
struct Pieces(Option<File>);

#[async_trait]
impl BlobReader for Pieces {
    async fn next(&mut self) -> Result<Option<Vec<u8>>, StoreError> {
        let Some(mut file) = self.0.take() else { return Ok(None) };
        let read = tokio::task::spawn_blocking(move || {
            let mut piece = Vec::new();
            file.by_ref().take(PIECE).read_to_end(&mut piece)?;
            io::Result::Ok((file, piece))
        });
        match read.await {
            Ok(Ok((file, piece))) if !piece.is_empty() => {
                self.0 = Some(file);
                Ok(Some(piece))
            }
            Ok(Ok(_)) => Ok(None),
            Ok(Err(error)) => Err(StoreError::Unavailable(error.kind().to_string())),
            Err(error) => Err(StoreError::Unavailable(error.to_string())),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn why_one_failed_is_said_in_its_own_words() {
        let why = |error: &str| {
            let info = json!({
                "egressId": "EG_1", "status": "EGRESS_FAILED", "error": error,
                "fileResults": [{ "filename": "/out/bbbbbbbbbbbbbbbbbbbbbbbb.mp4" }],
            });
            job(&serde_json::from_value(info).unwrap(), "/out").unwrap().why
        };
        let said = "Local upload failed: open /out/bbbbbbbbbbbbbbbbbbbbbbbb.mp4: permission denied";
        assert_eq!(why(said).as_deref(), Some(said));
        assert_eq!(why("primary: no\nbackup: no").as_deref(), Some("primary: no backup: no"));
        assert_eq!(why(&"a".repeat(1000)).map(|why| why.len()), Some(MOST_WORDS));
        assert_eq!((why(""), why("ws://livekit/rtc?access_token=eyJh")), (None, None));
    }

    #[cfg(unix)]
    #[test]
    fn a_folder_that_nobody_else_may_write_into_is_known() {
        use std::os::unix::fs::PermissionsExt;
        let folder = tempfile::tempdir().unwrap();
        for (mode, alone) in [(0o700, true), (0o755, true), (0o2770, false), (0o757, false)] {
            fs::set_permissions(folder.path(), fs::Permissions::from_mode(mode)).unwrap();
            assert_eq!(Egress::is_ours_alone(folder.path()), alone, "{mode:o}");
        }
    }
}
