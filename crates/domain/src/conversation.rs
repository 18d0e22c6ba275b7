use std::fmt;
use std::str::FromStr;
use std::time::Duration;

use crate::{
    CallId, CallKind, CallOutcome, Changes, ConversationId, EntryId, FileFacts, IdError, Quote, Target, Timestamp,
    UploadId, UploadKind, UserId,
};

/// The idempotency key of an entry, unique per sender for ever: 1 to 64 printable ASCII characters. Made by the client,
/// by the server where an old client gives none, and `call:<id>` for the entry that a call leaves,
/// `recording:<id>` for that of a recording.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct ClientMessageId(String);

impl ClientMessageId {
    /// The key under which an ended call is logged, whoever logs it and however often.
    pub fn of_call(call: CallId) -> Self {
        Self(format!("call:{call}"))
    }

    /// The key under which a recording is put into the conversation.
    pub fn of_recording(recording: UploadId) -> Self {
        Self(format!("recording:{recording}"))
    }

    /// The key as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for ClientMessageId {
    type Err = IdError;

    fn from_str(text: &str) -> Result<Self, IdError> {
        let fits = (1..=64).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_graphic());
        if fits { Ok(Self(text.to_owned())) } else { Err(IdError) }
    }
}

impl fmt::Display for ClientMessageId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// The append-only log of one pair of users. There is one per pair; it begins with its first entry.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Conversation {
    /// Its id.
    pub id: ConversationId,
    /// The pair, the smaller id first.
    pub users: [UserId; 2],
    /// The `seq` of the newest entry; entries are numbered from 1 without a gap.
    pub last_seq: u64,
    /// When the newest message or call was written.
    pub updated_at: Timestamp,
}

impl Conversation {
    /// The other of the pair, or `None` if `user` is not one of them.
    pub fn other(&self, user: UserId) -> Option<UserId> {
        match self.users {
            [a, b] if a == user => Some(b),
            [a, b] if b == user => Some(a),
            _ => None,
        }
    }
}

/// One line of a conversation's log. Never changed once written, but that a message that is deleted, and what its edits
/// said, is wiped; with it comes what later entries have made of it.
#[derive(Debug, Clone, PartialEq)]
pub struct Entry {
    /// Its id, the same everywhere and for ever.
    pub id: EntryId,
    /// The log that it is in.
    pub conversation: ConversationId,
    /// Its place there: dense from 1.
    pub seq: u64,
    /// Who wrote it, or who called.
    pub sender: UserId,
    /// The other of the pair.
    pub receiver: UserId,
    /// Its key for idempotency.
    pub client_message_id: ClientMessageId,
    /// By the server's clock; order is by `seq`, never by this.
    pub created_at: Timestamp,
    /// What it says; of a message, what it said at first.
    pub body: EntryBody,
    /// The message that it replies to.
    pub reply_to: Option<Box<Quote>>,
    /// What has become of it; only messages have any.
    pub changes: Option<Box<Changes>>,
}

impl Entry {
    /// What it says in words, as it is now.
    pub fn text(&self) -> &str {
        self.changes.as_deref().and_then(Changes::text).unwrap_or_else(|| self.body.text())
    }

    /// As it was appended, or what is left of that: without what later entries have made of it.
    pub fn into_new(self) -> NewEntry {
        NewEntry {
            id: self.id,
            conversation: self.conversation,
            sender: self.sender,
            receiver: self.receiver,
            client_message_id: self.client_message_id,
            created_at: self.created_at,
            body: self.body,
            reply_to: self.reply_to.map(|quote| quote.seq),
        }
    }

    /// Whether it is a message that was deleted.
    pub fn is_deleted(&self) -> bool {
        self.changes.as_ref().is_some_and(|changes| changes.deleted_at.is_some())
    }
}

/// What an entry says.
#[derive(Debug, Clone, PartialEq)]
pub enum EntryBody {
    /// A text of 1 to 16,384 bytes.
    Text(String),
    /// A diet plan's card with a text that may be empty.
    Plan {
        /// What was written along with it.
        text: String,
        /// The card.
        plan: Plan,
    },
    /// Something that was uploaded.
    File {
        /// What was written along with it; may be empty.
        text: String,
        /// As what it is shown: a picture, a file, a voice note.
        kind: UploadKind,
        /// What it is. Its sender's upload, which the message holds.
        file: FileFacts,
    },
    /// An ended call.
    Call(CallEntry),
    /// Another text for a message.
    Edit {
        /// Which.
        target: Target,
        /// From now on; empty once the message is deleted.
        text: String,
    },
    /// A message is no more.
    Deletion {
        /// Which.
        target: Target,
    },
    /// What its sender makes of a message.
    Reaction {
        /// Which.
        target: Target,
        /// One emoji, or `None` where it is taken back.
        reaction: Option<String>,
    },
}

/// The fields that a plan message carries. Plans themselves belong to another service.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Plan {
    /// The plan's id in its own service, at most 64 bytes.
    pub id: Option<String>,
    /// At most 200 bytes.
    pub name: Option<String>,
    /// As clients send it, a text: at most 64 bytes.
    pub total_calories: Option<String>,
    /// Any JSON, as text, at most 16 KiB.
    pub preferences: Option<String>,
    /// A JSON array, as text, at most 32 KiB.
    pub meals: Option<String>,
}

/// What a call left behind. The entry's sender is the caller.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CallEntry {
    /// The call.
    pub call: CallId,
    /// Video or audio, as it was asked for.
    pub kind: CallKind,
    /// How it ended.
    pub outcome: CallOutcome,
    /// From acceptance to the end; zero if nobody accepted.
    pub duration: Duration,
}

impl EntryBody {
    /// Whether the entry counts as unread for its receiver until they read it: a message does, a call does only for
    /// who missed it.
    pub fn asks_to_be_read(&self) -> bool {
        match self {
            Self::Text(_) | Self::Plan { .. } | Self::File { .. } => true,
            Self::Call(call) => matches!(call.outcome, CallOutcome::Missed),
            Self::Edit { .. } | Self::Deletion { .. } | Self::Reaction { .. } => false,
        }
    }

    /// Whether people wrote it to each other: what can be replied to, reacted to and deleted.
    pub const fn is_message(&self) -> bool {
        matches!(self, Self::Text(_) | Self::Plan { .. } | Self::File { .. })
    }

    /// The message that it changes, if it is a change.
    pub const fn target(&self) -> Option<Target> {
        match self {
            Self::Edit { target, .. } | Self::Deletion { target } | Self::Reaction { target, .. } => Some(*target),
            Self::Text(_) | Self::Plan { .. } | Self::File { .. } | Self::Call(_) => None,
        }
    }

    /// Its words.
    pub fn text(&self) -> &str {
        match self {
            Self::Text(text) | Self::Plan { text, .. } | Self::File { text, .. } | Self::Edit { text, .. } => text,
            Self::Call(_) | Self::Deletion { .. } | Self::Reaction { .. } => "",
        }
    }

    /// What was uploaded for it, if it shows something that was.
    pub const fn file(&self) -> Option<&FileFacts> {
        match self {
            Self::File { file, .. } => Some(file),
            _ => None,
        }
    }

    /// Whether it shows a recorded call, which is either's to delete: by that they take their consent back.
    pub const fn is_recording(&self) -> bool {
        matches!(self, Self::File { kind: UploadKind::Recording, .. })
    }

    /// Whether its sender may put another text in the place of its own.
    pub(crate) const fn has_editable_text(&self) -> bool {
        matches!(self, Self::Text(_) | Self::File { .. }) && !self.is_recording()
    }

    /// Whether that may be its text.
    pub(crate) fn may_say(&self, text: &str) -> bool {
        match self {
            Self::Text(_) => !text.trim().is_empty(),
            _ => true,
        }
    }

    /// A body of the same kind for a quote, with nothing but its name and that text.
    pub(crate) fn quoted(&self, text: String) -> Self {
        match self {
            Self::Plan { plan, .. } => Self::Plan { text, plan: Plan { name: plan.name.clone(), ..Plan::default() } },
            Self::File { kind, file, .. } => {
                Self::File { text, kind: *kind, file: FileFacts { waveform: Vec::new(), ..file.clone() } }
            }
            _ => Self::Text(text),
        }
    }

    /// What is left of it once its message is deleted.
    #[must_use]
    pub fn wiped(&self) -> Self {
        match self {
            Self::Edit { target, .. } => Self::Edit { target: *target, text: String::new() },
            other if other.is_message() => Self::Text(String::new()),
            other => other.clone(),
        }
    }
}

/// An entry to be appended. Its conversation is the pair's; `conversation` becomes that conversation's id if the pair
/// has none yet.
#[derive(Debug, Clone, PartialEq)]
#[allow(missing_docs)]
pub struct NewEntry {
    pub id: EntryId,
    pub conversation: ConversationId,
    pub sender: UserId,
    pub receiver: UserId,
    pub client_message_id: ClientMessageId,
    pub created_at: Timestamp,
    pub body: EntryBody,
    /// The `seq` of the message that it replies to.
    pub reply_to: Option<u64>,
}

/// How far a user has got in a conversation: two numbers that only grow. What is read is delivered.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Receipt {
    /// Every entry up to this `seq` has reached a device of the user.
    pub delivered: u64,
    /// Every entry up to this `seq` has been read.
    pub read: u64,
}

/// A receipt before and after it was advanced; equal where there was nothing to advance.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[allow(missing_docs)]
pub struct ReceiptChange {
    pub before: Receipt,
    pub after: Receipt,
}

/// The place in a conversation that a user's old pages have reached: they were given, or have fetched, all before it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct OldReach {
    /// Whose pages.
    pub user: UserId,
    /// Where.
    pub conversation: ConversationId,
    /// The `seq` of the newest entry that they know.
    pub entries: u64,
    /// How far the other has read, as far as they know.
    pub reads: u64,
    /// When they got there.
    pub at: Timestamp,
}

/// A conversation as one of its users sees it in a list.
#[derive(Debug, Clone, PartialEq)]
pub struct ConversationSummary {
    /// The log.
    pub conversation: Conversation,
    /// Its newest entry.
    pub last: Entry,
    /// Its newest message or call; `None` where that is the newest entry.
    pub last_message: Option<Entry>,
    /// Entries after `mine.read` that ask this user to be read.
    pub unread: u64,
    /// How far this user has got.
    pub mine: Receipt,
    /// How far the other has got.
    pub theirs: Receipt,
}

impl ConversationSummary {
    /// Its newest message or call.
    pub fn last_message(&self) -> &Entry {
        self.last_message.as_ref().unwrap_or(&self.last)
    }
}
