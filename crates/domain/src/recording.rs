//! Recordings of calls: who asked, who agreed to which text, what became of it. What happened to one is a log of lines that
//! is never changed, so that it stays to be seen who had consented to what, also when nothing is left of the recording.

use crate::{CallId, Timestamp, UploadId, UserId};

/// The text of the consent that is asked for today; one more when its words change. Nobody is recorded by the words of
/// another one.
pub const CONSENT: u32 = 1;

/// What somebody did about a recording.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RecordingAct {
    /// Asked for it and agreed to it, by that text; theirs is the browser that records.
    Asked {
        /// Who is asked.
        other: UserId,
        /// Which text.
        consent: u32,
    },
    /// Agreed to it, by that text.
    Agreed {
        /// Which text.
        consent: u32,
    },
    /// Said no.
    Declined,
    /// Took their consent, or their question, back: nothing of it is to be left.
    Withdrawn,
    /// Ended it. What was recorded is to be kept.
    Stopped,
    /// It is a message in the conversation of the two.
    Kept,
    /// Nobody answered in time, or nothing came of it.
    Lapsed,
}

impl RecordingAct {
    /// Whether nothing more comes to be recorded.
    pub const fn ends(self) -> bool {
        matches!(self, Self::Declined | Self::Withdrawn | Self::Kept | Self::Lapsed)
    }
}

/// One line of a recording's log.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RecordingLine {
    /// Which; once it is kept, the upload that has its bytes.
    pub recording: UploadId,
    /// Its place in the log, from 1 without a gap.
    pub number: u64,
    /// Of which call.
    pub call: CallId,
    /// Who.
    pub user: UserId,
    /// When.
    pub at: Timestamp,
    /// What.
    pub act: RecordingAct,
}

/// Where a recording stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[allow(missing_docs)]
pub enum RecordingState {
    Asked,
    Running,
    Stopped,
    Kept,
    Declined,
    Withdrawn,
    Lapsed,
}

/// Why somebody may not do something about a recording.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum RecordingRefused {
    /// It is not theirs to do.
    #[error("not theirs to do")]
    NotTheirs,
    /// It was asked in other words than today's.
    #[error("another text of the consent")]
    OtherText,
    /// It has gone on since.
    #[error("not any more, or not yet")]
    NotNow,
}

/// A recording, as its log has it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Recording {
    /// Its id.
    pub id: UploadId,
    /// Of which call.
    pub call: CallId,
    /// Who asked, and records.
    pub recorder: UserId,
    /// Who was asked.
    pub other: UserId,
    /// How many lines its log has.
    pub lines: u64,
    /// Where it stands.
    pub state: RecordingState,
    /// Who brought it there.
    pub by: UserId,
    /// When it was asked for.
    pub asked_at: Timestamp,
    /// When both had agreed.
    pub agreed_at: Option<Timestamp>,
}

impl Recording {
    /// The first line of the log of one that is asked for in today's words.
    pub fn ask(
        recording: UploadId,
        call: CallId,
        [user, other]: [UserId; 2],
        consent: u32,
        at: Timestamp,
    ) -> Result<RecordingLine, RecordingRefused> {
        if consent != CONSENT {
            return Err(RecordingRefused::OtherText);
        }
        Ok(RecordingLine { recording, number: 1, call, user, at, act: RecordingAct::Asked { other, consent } })
    }

    /// What a log comes to; `None` of one that doesn't begin with a question.
    pub fn of(log: &[RecordingLine]) -> Option<Self> {
        let (first, rest) = log.split_first()?;
        let RecordingAct::Asked { other, .. } = first.act else { return None };
        let mut recording = Self {
            id: first.recording,
            call: first.call,
            recorder: first.user,
            other,
            lines: 1,
            state: RecordingState::Asked,
            by: first.user,
            asked_at: first.at,
            agreed_at: None,
        };
        rest.iter().for_each(|line| recording.add(line));
        Some(recording)
    }

    /// Goes on by a line that is in the log.
    pub fn add(&mut self, line: &RecordingLine) {
        self.lines = line.number;
        self.by = line.user;
        self.state = match line.act {
            RecordingAct::Asked { .. } => RecordingState::Asked,
            RecordingAct::Agreed { .. } => {
                self.agreed_at = Some(line.at);
                RecordingState::Running
            }
            RecordingAct::Declined => RecordingState::Declined,
            RecordingAct::Withdrawn => RecordingState::Withdrawn,
            RecordingAct::Stopped => RecordingState::Stopped,
            RecordingAct::Kept => RecordingState::Kept,
            RecordingAct::Lapsed => RecordingState::Lapsed,
        };
    }

    /// The next line of the log, if `user` may do that now.
    pub fn next(&self, user: UserId, act: RecordingAct, at: Timestamp) -> Result<RecordingLine, RecordingRefused> {
        use RecordingState::{Asked, Kept, Running, Stopped};
        if !self.users().contains(&user) {
            return Err(RecordingRefused::NotTheirs);
        }
        let answers = matches!(act, RecordingAct::Agreed { .. } | RecordingAct::Declined);
        if answers && user != self.other {
            return Err(RecordingRefused::NotTheirs);
        }
        if matches!(act, RecordingAct::Agreed { consent } if consent != CONSENT) {
            return Err(RecordingRefused::OtherText);
        }
        let fits = match act {
            RecordingAct::Asked { .. } => false,
            RecordingAct::Agreed { .. } | RecordingAct::Declined => self.state == Asked,
            RecordingAct::Withdrawn => matches!(self.state, Asked | Running | Stopped | Kept),
            RecordingAct::Stopped => self.state == Running,
            RecordingAct::Kept => matches!(self.state, Running | Stopped),
            RecordingAct::Lapsed => matches!(self.state, Asked | Running | Stopped),
        };
        if !fits {
            return Err(RecordingRefused::NotNow);
        }
        Ok(RecordingLine { recording: self.id, number: self.lines + 1, call: self.call, user, at, act })
    }

    /// The two people of the call.
    pub const fn users(&self) -> [UserId; 2] {
        [self.recorder, self.other]
    }

    /// Whether its bytes may come: both have agreed, and nobody has taken that back.
    pub const fn takes_bytes(&self) -> bool {
        matches!(self.state, RecordingState::Running | RecordingState::Stopped)
    }

    /// Whether something is to become of it yet.
    pub const fn is_open(&self) -> bool {
        matches!(self.state, RecordingState::Asked | RecordingState::Running | RecordingState::Stopped)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use RecordingAct::{Agreed, Asked, Declined, Kept, Lapsed, Stopped, Withdrawn};

    const NOW: Timestamp = Timestamp(1_700_000_000_000);

    fn user(n: u8) -> UserId {
        UserId([n; 12].into())
    }

    fn asked() -> Recording {
        let line = Recording::ask(UploadId([7; 12].into()), CallId([8; 12].into()), [user(1), user(2)], CONSENT, NOW);
        Recording::of(&[line.unwrap()]).unwrap()
    }

    fn after(acts: &[(u8, RecordingAct)]) -> Recording {
        let mut recording = asked();
        for (who, act) in acts {
            let line = recording.next(user(*who), *act, NOW).unwrap();
            recording.add(&line);
        }
        recording
    }

    const YES: (u8, RecordingAct) = (2, Agreed { consent: CONSENT });

    #[test]
    fn no_byte_is_taken_without_both() {
        assert!(!asked().takes_bytes());
        assert!(after(&[YES]).takes_bytes());
        assert!(after(&[YES, (2, Stopped)]).takes_bytes(), "what was recorded before is on its way");
        for act in [Declined, Withdrawn] {
            assert!(!after(&[(2, act)]).takes_bytes());
        }
        for who in [1, 2] {
            assert!(!after(&[YES, (who, Withdrawn)]).takes_bytes());
        }
    }

    #[test]
    fn only_who_is_asked_answers_and_in_the_words_of_today() {
        let recording = asked();
        for (who, act, why) in [
            (1, Agreed { consent: CONSENT }, RecordingRefused::NotTheirs),
            (1, Declined, RecordingRefused::NotTheirs),
            (3, Agreed { consent: CONSENT }, RecordingRefused::NotTheirs),
            (3, Withdrawn, RecordingRefused::NotTheirs),
            (2, Agreed { consent: CONSENT + 1 }, RecordingRefused::OtherText),
            (2, Stopped, RecordingRefused::NotNow),
            (1, Kept, RecordingRefused::NotNow),
            (1, Asked { other: user(2), consent: CONSENT }, RecordingRefused::NotNow),
        ] {
            assert_eq!(recording.next(user(who), act, NOW), Err(why), "{who} {act:?}");
        }
        let old = Recording::ask(recording.id, recording.call, [user(1), user(2)], CONSENT - 1, NOW);
        assert_eq!(old, Err(RecordingRefused::OtherText));
    }

    #[test]
    fn consent_is_taken_back_at_any_time_and_once() {
        for before in [vec![], vec![YES], vec![YES, (1, Stopped)], vec![YES, (1, Kept)]] {
            for who in [1, 2] {
                let gone = after(&[before.clone(), vec![(who, Withdrawn)]].concat());
                assert_eq!((gone.state, gone.by, gone.is_open()), (RecordingState::Withdrawn, user(who), false));
                for act in [Withdrawn, Kept, Stopped, Lapsed, Agreed { consent: CONSENT }] {
                    assert_eq!(gone.next(user(2), act, NOW), Err(RecordingRefused::NotNow), "{act:?}");
                }
            }
        }
        assert_eq!(after(&[(2, Declined)]).next(user(1), Withdrawn, NOW), Err(RecordingRefused::NotNow));
    }
}
