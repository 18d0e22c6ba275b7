//! What is known of a recording that the media server makes, beside its log.

use std::sync::PoisonError;
use std::time::Duration;

use domain::{Maker, Recording, RecordingState, Timestamp, UploadId};

use super::next::Known;
use super::{Live, MAX_LENGTH};
use crate::consultations::{Job, JobStage};

/// How many bytes a second it may take at most, as it is asked for.
const BYTES_PER_SECOND: u64 = 200_000;

/// Another life of this process may have asked for one a moment ago, and the media server not have it in its list yet.
const SETTLE: Duration = Duration::from_secs(15);

/// What the media server hasn't had in its list for so long has ended without a word.
const LOST_AFTER: Duration = Duration::from_secs(60);

/// See above.
#[derive(Debug, Default)]
pub(super) struct Making {
    pub(super) job: Option<Job>,
    /// The media server was asked, or may have been.
    pub(super) asked: bool,
    /// It is not asked before.
    pub(super) not_before: Timestamp,
    pub(super) looked_at: Option<Timestamp>,
    /// Since when it is not in the media server's list.
    missing_since: Option<Timestamp>,
    ended_at: Option<Timestamp>,
}

impl Making {
    /// Of one that another life of this process left behind.
    pub(super) fn adopted(now: Timestamp) -> Self {
        Self { not_before: now + SETTLE, ..Self::default() }
    }

    /// The media server says how it stands: later word counts, in whatever order it comes.
    pub(super) fn hear(&mut self, job: Job) {
        self.missing_since = None;
        match &mut self.job {
            // Of two that were asked for by mistake the first is meant; the other ends with it, see `look`.
            Some(known) if known.id != job.id || known.stage > job.stage => {}
            known => *known = Some(job),
        }
    }

    /// Why there is none, as far as anybody knows, for the log.
    pub(super) fn why(&self) -> &str {
        match &self.job {
            None => "it was not heard of",
            Some(Job { why: Some(why), .. }) => why,
            Some(Job { stage: JobStage::Starting, .. }) => "it had not begun in time",
            Some(Job { stage: JobStage::Complete, .. }) => "its file did not come into livekit_egress_dir",
            Some(_) => "it did not end well",
        }
    }

    /// It is not in the media server's list.
    pub(super) fn miss(&mut self, now: Timestamp, began: bool) {
        let since = *self.missing_since.get_or_insert(now);
        if (began || self.job.is_some()) && now.since(since) > LOST_AFTER {
            let job = self.job.take().map_or_else(String::new, |job| job.id);
            let (recording, stage) = (UploadId([0; 12].into()), JobStage::Complete);
            self.job = Some(Job { id: job, recording, stage, length: None, why: None });
        }
    }
}

impl Live {
    pub(super) fn is_made_by_server(&self) -> bool {
        self.shown().maker == Maker::Server
    }

    pub(super) fn making<T>(&self, what: impl FnOnce(&mut Making) -> T) -> T {
        what(&mut self.making.lock().unwrap_or_else(PoisonError::into_inner))
    }

    pub(super) fn known(&self, recording: &Recording, room: u64, now: Timestamp) -> Known {
        let over = !recording.is_open() || recording.state == RecordingState::Stopped;
        self.making(|making| Known {
            state: recording.state,
            began: recording.began_at.is_some(),
            stage: making.job.as_ref().map(|job| job.stage),
            asked: making.asked,
            may_ask: now >= making.not_before && making.looked_at.is_some(),
            since_agreed: recording.agreed_at.map_or(Duration::ZERO, |at| now.since(at)),
            since_end: if over { now.since(*making.ended_at.get_or_insert(now)) } else { Duration::ZERO },
            longest: MAX_LENGTH.min(Duration::from_secs(room / BYTES_PER_SECOND)),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn why_there_is_none_is_known_as_far_as_it_can_be() {
        let mut making = Making::default();
        assert_eq!(making.why(), "it was not heard of");
        let (recording, id) = (UploadId([1; 12].into()), "EG_1".to_owned());
        let job = Job { id, recording, stage: JobStage::Starting, length: None, why: None };
        for (stage, why, said) in [
            (JobStage::Starting, None, "it had not begun in time"),
            (JobStage::Complete, None, "its file did not come into livekit_egress_dir"),
            (JobStage::Failed, None, "it did not end well"),
            (JobStage::Failed, Some("the browser has crashed"), "the browser has crashed"),
        ] {
            making.hear(Job { stage, why: why.map(str::to_owned), ..job.clone() });
            assert_eq!(making.why(), said, "{stage:?}");
        }
    }
}
