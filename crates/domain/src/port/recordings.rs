use async_trait::async_trait;

use super::{StoreError, Transition};
use crate::{RecordingLine, UploadId};

/// The logs of recordings. Nothing in them is changed or taken away, whatever becomes of the recording.
#[async_trait]
pub trait Recordings: Send + Sync {
    /// Puts a line into its place; [`Transition::Stale`] if another has it. The same again is saved.
    async fn append_recording(&self, line: RecordingLine) -> Result<Transition, StoreError>;
    /// The log of a recording, in order; empty if there is none.
    async fn recording(&self, id: UploadId) -> Result<Vec<RecordingLine>, StoreError>;
    /// The logs of all that none of their lines [ends](crate::RecordingAct::ends), each in order.
    async fn open_recordings(&self) -> Result<Vec<Vec<RecordingLine>>, StoreError>;
    /// All lines in the order of recording and number, from the one after that on; none at the end.
    async fn recordings_after(
        &self,
        after: Option<(UploadId, u64)>,
        limit: u32,
    ) -> Result<Vec<RecordingLine>, StoreError>;
}
