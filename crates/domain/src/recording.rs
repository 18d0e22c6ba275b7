//! Recordings of calls and consultations: who asked, who agreed to which text, what became of it. What happened to one is a
//! log of lines that is never changed, so that it stays to be seen who had consented to what, also when nothing is left of
//! the recording.

use std::fmt;
use std::str::FromStr;

use crate::{CallId, ConsultationId, IdError, MemberId, Timestamp, UploadId, UserId};

/// The text of the consent that is asked for today; one more when its words change. Nobody is recorded by the words of
/// another one.
pub const CONSENT: u32 = 1;

/// Somebody who can be recorded.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Person {
    /// Who has an account.
    User(UserId),
    /// A guest of a consultation.
    Guest(MemberId),
}

const GUEST: &str = "guest-";

impl fmt::Display for Person {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::User(id) => id.fmt(f),
            Self::Guest(id) => write!(f, "{GUEST}{id}"),
        }
    }
}

impl FromStr for Person {
    type Err = IdError;

    fn from_str(text: &str) -> Result<Self, IdError> {
        match text.strip_prefix(GUEST) {
            Some(id) => Ok(Self::Guest(id.parse()?)),
            None => Ok(Self::User(text.parse()?)),
        }
    }
}

/// What is recorded.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[allow(missing_docs)]
pub enum RecordingOf {
    Call(CallId),
    Consultation(ConsultationId),
}

impl fmt::Display for RecordingOf {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Call(id) => write!(f, "call {id}"),
            Self::Consultation(id) => write!(f, "consultation {id}"),
        }
    }
}

/// Who makes a recording.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Maker {
    /// The browser of who asked.
    Browser,
    /// A recorder of the media server's, which goes on where that browser is gone.
    Server,
}

/// What somebody did about a recording.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RecordingAct {
    /// Asked for it and agreed to it, by that text.
    Asked {
        /// Who has to agree beside them: everybody who was there.
        others: Vec<Person>,
        /// Which text.
        consent: u32,
        /// Who is to make it.
        maker: Maker,
    },
    /// Agreed to it, by that text.
    Agreed {
        /// Which text.
        consent: u32,
    },
    /// Said no.
    Declined,
    /// Went before they had answered, and need not any more.
    Left,
    /// Took their consent, or their question, back: nothing of it is to be left.
    Withdrawn,
    /// Nothing: the media server says that it records from now on.
    Began,
    /// Ended it. What was recorded is to be kept.
    Stopped,
    /// It is kept: a message in the conversation of the two of a call, or with the consultation.
    Kept,
    /// Somebody didn't answer in time, or nothing came of it.
    Lapsed,
    /// Nothing: the media server couldn't make it, or broke off. Nothing of it is left.
    Failed,
}

impl RecordingAct {
    /// Whether nothing more comes to be recorded.
    pub const fn ends(&self) -> bool {
        matches!(self, Self::Declined | Self::Withdrawn | Self::Kept | Self::Lapsed | Self::Failed)
    }
}

/// One line of a recording's log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RecordingLine {
    /// Which; once it is kept, the upload that has its bytes.
    pub recording: UploadId,
    /// Its place in the log, from 1 without a gap.
    pub number: u64,
    /// Of what.
    pub of: RecordingOf,
    /// Who.
    pub by: Person,
    /// When.
    pub at: Timestamp,
    /// What.
    pub act: RecordingAct,
}

impl RecordingLine {
    /// The first line of a log, of one that somebody else makes than the browser of who asks.
    pub fn made_by(mut self, by: Maker) -> Self {
        if let RecordingAct::Asked { maker, .. } = &mut self.act {
            *maker = by;
        }
        self
    }
}

/// Where a recording stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[allow(missing_docs)]
pub enum RecordingState {
    Asked,
    /// All have agreed, and the media server is yet to begin.
    Starting,
    Running,
    Stopped,
    Kept,
    Declined,
    Withdrawn,
    Lapsed,
    Failed,
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
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Recording {
    /// Its id.
    pub id: UploadId,
    /// Of what.
    pub of: RecordingOf,
    /// Who asked; theirs is the browser that records, where one does.
    pub recorder: UserId,
    /// Who makes it.
    pub maker: Maker,
    /// Who has agreed, the recorder first.
    pub agreed: Vec<Person>,
    /// Who has to, and hasn't yet.
    pub awaited: Vec<Person>,
    /// How many lines its log has.
    pub lines: u64,
    /// Where it stands.
    pub state: RecordingState,
    /// Who brought it there.
    pub by: Person,
    /// When it was asked for.
    pub asked_at: Timestamp,
    /// When all had agreed.
    pub agreed_at: Option<Timestamp>,
    /// When the media server had begun.
    pub began_at: Option<Timestamp>,
}

impl Recording {
    /// The first line of the log of one that is asked for in today's words.
    pub fn ask(
        recording: UploadId,
        of: RecordingOf,
        (recorder, others): (UserId, Vec<Person>),
        consent: u32,
        at: Timestamp,
    ) -> Result<RecordingLine, RecordingRefused> {
        if consent != CONSENT {
            return Err(RecordingRefused::OtherText);
        }
        let act = RecordingAct::Asked { others, consent, maker: Maker::Browser };
        Ok(RecordingLine { recording, number: 1, of, by: Person::User(recorder), at, act })
    }

    /// What a log comes to; `None` of one that doesn't begin with a question.
    pub fn of(log: &[RecordingLine]) -> Option<Self> {
        let (first, rest) = log.split_first()?;
        let (RecordingAct::Asked { others, maker, .. }, Person::User(recorder)) = (&first.act, first.by) else {
            return None;
        };
        let mut recording = Self {
            id: first.recording,
            of: first.of,
            recorder,
            maker: *maker,
            agreed: vec![first.by],
            awaited: others.clone(),
            lines: 1,
            state: RecordingState::Asked,
            by: first.by,
            asked_at: first.at,
            agreed_at: None,
            began_at: None,
        };
        recording.begin(first.at);
        rest.iter().for_each(|line| recording.add(line));
        Some(recording)
    }

    /// Goes on by a line that is in the log.
    pub fn add(&mut self, line: &RecordingLine) {
        self.lines = line.number;
        self.by = line.by;
        self.state = match line.act {
            RecordingAct::Asked { .. } => RecordingState::Asked,
            RecordingAct::Agreed { .. } | RecordingAct::Left => {
                self.awaited.retain(|awaited| *awaited != line.by);
                if line.act != RecordingAct::Left {
                    self.agreed.push(line.by);
                }
                return self.begin(line.at);
            }
            RecordingAct::Began => {
                self.began_at = Some(line.at);
                RecordingState::Running
            }
            RecordingAct::Declined => RecordingState::Declined,
            RecordingAct::Withdrawn => RecordingState::Withdrawn,
            RecordingAct::Stopped => RecordingState::Stopped,
            RecordingAct::Kept => RecordingState::Kept,
            RecordingAct::Lapsed => RecordingState::Lapsed,
            RecordingAct::Failed => RecordingState::Failed,
        };
    }

    /// It runs once nobody is awaited, or is to begin.
    fn begin(&mut self, at: Timestamp) {
        if self.state == RecordingState::Asked && self.awaited.is_empty() {
            self.state = match self.maker {
                Maker::Browser => RecordingState::Running,
                Maker::Server => RecordingState::Starting,
            };
            self.agreed_at = Some(at);
        }
    }

    /// The next line of the log, if that may be done now. Who comes into a consultation later agrees without having been
    /// asked at the beginning; that they are there is the caller's to know.
    pub fn next(&self, by: Person, act: RecordingAct, at: Timestamp) -> Result<RecordingLine, RecordingRefused> {
        use RecordingState::{Asked, Kept, Running, Starting, Stopped};
        let awaited = self.awaited.contains(&by);
        let comes = matches!(self.of, RecordingOf::Consultation(_)) && !self.agreed.contains(&by);
        let theirs = match act {
            RecordingAct::Agreed { .. } => awaited || comes,
            RecordingAct::Declined | RecordingAct::Left => awaited,
            _ => self.is_of(by),
        };
        if !theirs {
            return Err(RecordingRefused::NotTheirs);
        }
        if matches!(act, RecordingAct::Agreed { consent } if consent != CONSENT) {
            return Err(RecordingRefused::OtherText);
        }
        let fits = match act {
            RecordingAct::Asked { .. } => false,
            RecordingAct::Agreed { .. } => self.state == Asked || (matches!(self.state, Starting | Running) && comes),
            RecordingAct::Declined | RecordingAct::Left => self.state == Asked,
            RecordingAct::Withdrawn => matches!(self.state, Asked | Starting | Running | Stopped | Kept),
            RecordingAct::Began => self.state == Starting,
            RecordingAct::Stopped => matches!(self.state, Starting | Running),
            RecordingAct::Kept => matches!(self.state, Running | Stopped),
            RecordingAct::Lapsed => matches!(self.state, Asked | Running | Stopped),
            RecordingAct::Failed => self.maker == Maker::Server && matches!(self.state, Starting | Running | Stopped),
        };
        if !fits {
            return Err(RecordingRefused::NotNow);
        }
        Ok(RecordingLine { recording: self.id, number: self.lines + 1, of: self.of, by, at, act })
    }

    /// Who has agreed, and who is still to.
    pub fn people(&self) -> impl Iterator<Item = Person> + '_ {
        self.agreed.iter().chain(&self.awaited).copied()
    }

    /// Whether somebody is one of them.
    pub fn is_of(&self, person: Person) -> bool {
        self.people().any(|one| one == person)
    }

    /// Whether somebody has to agree before they are let into what is recorded.
    pub fn bars(&self, person: Person) -> bool {
        match self.state {
            RecordingState::Asked => !self.is_of(person),
            RecordingState::Starting | RecordingState::Running => !self.agreed.contains(&person),
            _ => false,
        }
    }

    /// Whether its bytes may come from a browser: all have agreed, and nobody has taken that back.
    pub const fn takes_bytes(&self) -> bool {
        matches!(self.maker, Maker::Browser) && matches!(self.state, RecordingState::Running | RecordingState::Stopped)
    }

    /// Whether something is to become of it yet.
    pub const fn is_open(&self) -> bool {
        use RecordingState::{Asked, Running, Starting, Stopped};
        matches!(self.state, Asked | Starting | Running | Stopped)
    }
}

#[cfg(test)]
mod tests;
