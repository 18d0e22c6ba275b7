//! What is to be done next about a recording that the media server makes, from what its log and the media server say.

use std::time::Duration;

use domain::RecordingState;

use crate::consultations::JobStage;

/// The media server has begun by then, or it isn't going to.
const BEGIN_WITHIN: Duration = Duration::from_secs(60);

/// So long after the end a file may take to be there.
const TAKE_WITHIN: Duration = Duration::from_secs(10 * 60);

/// Of one that nothing is to be left of the media server may not know yet that it was asked to make it.
const TIDY_AFTER: Duration = Duration::from_secs(2 * 60);

/// What is known.
#[derive(Debug, Clone, Copy)]
pub(super) struct Known {
    pub state: RecordingState,
    /// It has begun at some time.
    pub began: bool,
    /// As far as the media server is with it, if it knows of it.
    pub stage: Option<JobStage>,
    /// The media server was asked to make it, or may have been.
    pub asked: bool,
    /// It may be asked now.
    pub may_ask: bool,
    /// Since all have agreed.
    pub since_agreed: Duration,
    /// Since it was ended, where it was.
    pub since_end: Duration,
    /// How long it may become.
    pub longest: Duration,
}

/// What to do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Step {
    Wait,
    /// Ask the media server to make it.
    Start,
    /// Ask the media server to end it.
    End,
    /// Note in the log that it has begun.
    NoteBegan,
    /// Note that it has ended, and is to be kept.
    NoteEnded,
    /// Note that there is none: it was ended before it had begun.
    NoteEmpty,
    /// Note that it can't be made.
    NoteFailed,
    /// Take its file in.
    Take,
    /// Nothing more: what file there is goes.
    Tidy,
}

pub(super) fn next(known: Known) -> Step {
    use JobStage::{Active, Complete, Ending, Failed, Starting};
    let Known { stage, .. } = known;
    let in_time = known.since_agreed <= BEGIN_WITHIN;
    match known.state {
        RecordingState::Asked => Step::Wait,
        RecordingState::Starting => match stage {
            Some(Active | Ending | Complete) => Step::NoteBegan,
            Some(Failed) => Step::NoteFailed,
            _ if !in_time => Step::NoteFailed,
            None if known.may_ask && !known.asked => Step::Start,
            None | Some(Starting) => Step::Wait,
        },
        RecordingState::Running => match stage {
            Some(Failed) => Step::NoteFailed,
            Some(Ending | Complete) => Step::NoteEnded,
            _ if known.since_agreed > known.longest => Step::NoteEnded,
            None | Some(Starting | Active) => Step::Wait,
        },
        RecordingState::Stopped => match stage {
            Some(Starting | Active) => Step::End,
            Some(Complete) if known.since_end > TAKE_WITHIN => Step::NoteFailed,
            Some(Complete) => Step::Take,
            Some(Failed) if known.began => Step::NoteFailed,
            Some(Failed) => Step::NoteEmpty,
            None if !known.asked && !known.began => Step::NoteEmpty,
            None | Some(Ending) if known.since_end > TAKE_WITHIN => Step::NoteFailed,
            None | Some(Ending) => Step::Wait,
        },
        RecordingState::Kept
        | RecordingState::Declined
        | RecordingState::Withdrawn
        | RecordingState::Lapsed
        | RecordingState::Failed => match stage {
            Some(Starting | Active) => Step::End,
            Some(Complete | Failed) => Step::Tidy,
            None if !known.asked && !known.began => Step::Tidy,
            None | Some(Ending) if known.since_end > TIDY_AFTER => Step::Tidy,
            None | Some(Ending) => Step::Wait,
        },
    }
}

#[cfg(test)]
mod tests {
    use JobStage::{Active, Complete, Ending, Failed, Starting};
    use RecordingState as State;

    use super::*;

    const FRESH: Known = Known {
        state: State::Starting,
        began: false,
        stage: None,
        asked: false,
        may_ask: true,
        since_agreed: Duration::ZERO,
        since_end: Duration::ZERO,
        longest: Duration::from_secs(3600),
    };
    const LONG: Duration = Duration::from_secs(2 * 3600);

    #[test]
    fn it_is_asked_for_once_and_runs_when_the_media_server_says_so() {
        assert_eq!(next(Known { state: State::Asked, ..FRESH }), Step::Wait, "not before all have agreed");
        assert_eq!(next(FRESH), Step::Start);
        assert_eq!(next(Known { may_ask: false, ..FRESH }), Step::Wait, "not before it was looked for");
        let asked = Known { asked: true, ..FRESH };
        assert_eq!(next(asked), Step::Wait, "an answer that was lost is waited for");
        assert_eq!(next(Known { since_agreed: LONG, ..asked }), Step::NoteFailed);
        for (stage, step) in [
            (Starting, Step::Wait),
            (Active, Step::NoteBegan),
            (Ending, Step::NoteBegan),
            (Complete, Step::NoteBegan),
            (Failed, Step::NoteFailed),
        ] {
            assert_eq!(next(Known { stage: Some(stage), ..FRESH }), step, "{stage:?}");
        }
        assert_eq!(next(Known { stage: Some(Starting), since_agreed: LONG, ..asked }), Step::NoteFailed);
    }

    #[test]
    fn it_runs_until_it_is_ended_by_whomever() {
        let running = Known { state: State::Running, began: true, asked: true, stage: Some(Active), ..FRESH };
        assert_eq!(next(running), Step::Wait);
        assert_eq!(next(Known { since_agreed: LONG, ..running }), Step::NoteEnded, "as long as it may be");
        assert_eq!(next(Known { stage: Some(Starting), ..running }), Step::Wait, "what is said late counts no more");
        for stage in [Ending, Complete] {
            assert_eq!(next(Known { stage: Some(stage), ..running }), Step::NoteEnded, "the room has ended");
        }
        assert_eq!(next(Known { stage: Some(Failed), ..running }), Step::NoteFailed);
    }

    #[test]
    fn what_was_ended_is_ended_there_too_and_taken_in() {
        let stopped = Known { state: State::Stopped, began: true, asked: true, ..FRESH };
        for (stage, step) in [
            (Some(Starting), Step::End),
            (Some(Active), Step::End),
            (Some(Ending), Step::Wait),
            (Some(Complete), Step::Take),
            (Some(Failed), Step::NoteFailed),
            (None, Step::Wait),
        ] {
            assert_eq!(next(Known { stage, ..stopped }), step, "{stage:?}");
        }
        for stage in [None, Some(Ending), Some(Complete)] {
            assert_eq!(next(Known { stage, since_end: LONG, ..stopped }), Step::NoteFailed, "{stage:?}");
        }
        let early = Known { state: State::Stopped, ..FRESH };
        assert_eq!(next(early), Step::NoteEmpty);
        assert_eq!(next(Known { asked: true, ..early }), Step::Wait);
        assert_eq!(next(Known { asked: true, stage: Some(Failed), ..early }), Step::NoteEmpty);
    }

    #[test]
    fn of_what_was_taken_back_nothing_is_left() {
        for state in [State::Withdrawn, State::Failed, State::Lapsed, State::Kept] {
            let over = Known { state, asked: true, ..FRESH };
            for (stage, step) in [
                (Some(Starting), Step::End),
                (Some(Active), Step::End),
                (Some(Ending), Step::Wait),
                (Some(Complete), Step::Tidy),
                (Some(Failed), Step::Tidy),
                (None, Step::Wait),
            ] {
                assert_eq!(next(Known { stage, ..over }), step, "{stage:?}");
            }
            assert_eq!(next(Known { since_end: LONG, ..over }), Step::Tidy);
            assert_eq!(next(Known { asked: false, ..over }), Step::Tidy);
        }
    }
}
