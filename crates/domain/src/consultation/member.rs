//! Somebody's part in a consultation: what they are, where they stand, what they have tried at the door, and what they may.

use std::time::Duration;

use super::encryption::PageKeys;
use crate::{MemberId, Person, Timestamp, UserId};

/// What somebody is in a consultation.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum MemberRole {
    /// The dietician whose room it is.
    Host,
    /// May do what the host may, but for ending it and giving roles.
    CoHost,
    /// Sees, hears, is seen and heard.
    Member,
    /// Sees and hears.
    Observer,
}

/// Where somebody stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum MemberState {
    /// May come, and hasn't.
    Invited,
    /// Is at the door.
    Waiting,
    /// May be in the room.
    Admitted,
    /// Was turned away at the door.
    Refused,
    /// Was sent out of the room.
    Removed,
    /// Has gone.
    Left,
}

/// What the waiting room has found of a microphone or a camera.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[allow(missing_docs)]
pub enum DeviceTest {
    Ok,
    Silent,
    Blocked,
    None,
}

/// What the waiting room has found of the connection.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[allow(missing_docs)]
pub enum LineTest {
    Good,
    Weak,
    Failed,
}

/// What somebody who waits has tried.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[allow(missing_docs)]
pub struct ConnectionTest {
    pub connection: LineTest,
    pub microphone: DeviceTest,
    pub camera: DeviceTest,
    /// To the media server and back.
    pub rtt: Option<Duration>,
}

/// How good somebody's connection was in the room, as their own browser says.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
#[allow(missing_docs)]
pub struct QualityTime {
    pub good: Duration,
    pub fair: Duration,
    pub weak: Duration,
}

/// In one word.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[allow(missing_docs)]
pub enum QualityWord {
    Good,
    Fair,
    Weak,
}

/// Nobody is in one for longer.
const LONGEST: Duration = Duration::from_secs(24 * 60 * 60);

impl QualityTime {
    /// With more of it.
    #[must_use]
    pub fn and(self, more: Self) -> Self {
        let sum = |one: Duration, other: Duration| one.saturating_add(other).min(LONGEST);
        Self { good: sum(self.good, more.good), fair: sum(self.fair, more.fair), weak: sum(self.weak, more.weak) }
    }

    /// Weak where a fifth of it was, fair where half was no better; `None` of no time.
    pub fn word(self) -> Option<QualityWord> {
        let all = self.good + self.fair + self.weak;
        if all.is_zero() {
            None
        } else if self.weak * 5 >= all {
            Some(QualityWord::Weak)
        } else if (self.fair + self.weak) * 2 >= all {
            Some(QualityWord::Fair)
        } else {
            Some(QualityWord::Good)
        }
    }
}

/// Somebody's part in a consultation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Member {
    /// Theirs in this consultation.
    pub id: MemberId,
    /// Their account; a guest has none.
    pub user: Option<UserId>,
    /// What the others are shown; 1 to 100 characters.
    pub name: String,
    /// What they are.
    pub role: MemberRole,
    /// Where they stand.
    pub state: MemberState,
    /// They need not wait when they come.
    pub welcome: bool,
    /// They came by an old client, which knows no waiting room.
    pub old_client: bool,
    /// When they last came to the door.
    pub arrived_at: Option<Timestamp>,
    /// When they were first let in.
    pub admitted_at: Option<Timestamp>,
    /// When they were first in the room, as the media server says.
    pub joined_at: Option<Timestamp>,
    /// When they last went.
    pub left_at: Option<Timestamp>,
    /// Whether they are in the room now, as the media server says.
    pub connected: bool,
    /// What they have tried at the door.
    pub test: Option<ConnectionTest>,
    /// What they say while they wait; gone once they don't.
    pub line: Option<String>,
    /// And what a host says to them.
    pub answer: Option<String>,
    /// How good their connection was.
    pub quality: QualityTime,
    /// Where it is encrypted: their page's public key, and the key that it was handed.
    pub keys: Option<PageKeys>,
}

impl Member {
    pub(super) fn new(id: MemberId, user: Option<UserId>, name: String, role: MemberRole) -> Self {
        Self {
            id,
            user,
            name,
            role,
            state: MemberState::Invited,
            welcome: false,
            old_client: false,
            arrived_at: None,
            admitted_at: None,
            joined_at: None,
            left_at: None,
            connected: false,
            test: None,
            line: None,
            answer: None,
            quality: QualityTime::default(),
            keys: None,
        }
    }

    /// Who that is, wherever they are meant.
    pub const fn person(&self) -> Person {
        match self.user {
            Some(user) => Person::User(user),
            None => Person::Guest(self.id),
        }
    }

    /// Their name at the media server: nobody else can have it.
    pub fn identity(&self) -> String {
        self.person().to_string()
    }

    /// Whether they may be in the room: as the media server says, where it has said anything of them.
    pub const fn is_inside(&self) -> bool {
        matches!(self.state, MemberState::Admitted) && (self.connected || self.joined_at.is_none())
    }

    /// Whether they may do what a host may.
    pub const fn hosts(&self) -> bool {
        matches!((self.role, self.state), (MemberRole::Host | MemberRole::CoHost, MemberState::Admitted))
    }

    pub(super) const fn is_present(&self) -> bool {
        matches!(self.state, MemberState::Waiting | MemberState::Admitted)
    }

    pub(super) fn admit(&mut self, now: Timestamp) {
        self.state = MemberState::Admitted;
        self.admitted_at.get_or_insert(now);
        self.forget_lines();
    }

    pub(super) fn forget_lines(&mut self) {
        (self.line, self.answer) = (None, None);
    }

    pub(super) fn forget_keys(&mut self) {
        self.keys = None;
    }

    /// What their role allows.
    pub const fn grants(&self) -> Grants {
        let publish = !matches!(self.role, MemberRole::Observer);
        let admin = matches!(self.role, MemberRole::Host | MemberRole::CoHost);
        // The least of guests: somebody whom nobody has verified.
        let known = self.user.is_some() || !self.old_client;
        Grants { role: self.role, publish, screen: publish && known, data: publish && known, admin }
    }
}

/// What a member may do in the room at the media server.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[allow(missing_docs)]
pub struct Grants {
    pub role: MemberRole,
    pub publish: bool,
    pub screen: bool,
    pub data: bool,
    pub admin: bool,
}
