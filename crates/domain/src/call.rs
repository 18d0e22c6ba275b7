use crate::{CallId, DeviceId, Timestamp, UserId};

/// What a call was asked for as; who accepts may send less.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[allow(missing_docs)]
pub enum CallKind {
    Audio,
    Video,
}

/// How a call ended, as its entry in the conversation says.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum CallOutcome {
    /// It was accepted, and somebody hung up.
    Completed,
    /// Nobody answered in time, or the caller gave up before anybody did.
    Missed,
    /// The callee said no.
    Declined,
    /// It was accepted, and the two went on in a room that it grew into.
    Grown,
    /// It was accepted, but its media never came or its connections were lost for good.
    Failed,
}

/// What a party takes part with. A party holds one seat at most, in one call at most.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Seat {
    /// One device of ours, all of its connections.
    Device(DeviceId),
    /// The user's old connections, all of them together.
    Legacy,
}

/// One of the two people of a call.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Party {
    /// Who.
    pub user: UserId,
    /// The name that the other is shown.
    pub name: String,
    /// What they take part with; `None` for a callee who has not accepted.
    pub seat: Option<Seat>,
    /// Set while the connection that carries their media is gone: when the call ends if it does not come back.
    pub lost_until: Option<Timestamp>,
}

/// Where a call stands. Deadlines are stored, so that a process that starts can go on with what it finds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CallPhase {
    /// The callee is asked.
    Ringing {
        /// It is missed if nobody has answered by then.
        until: Timestamp,
    },
    /// The callee accepted; the answer to the offer is awaited.
    Connecting {
        /// When the callee accepted.
        accepted_at: Timestamp,
        /// It has failed if there is no answer by then.
        until: Timestamp,
    },
    /// Offer and answer are exchanged.
    Connected {
        /// When the callee accepted; the duration counts from here.
        accepted_at: Timestamp,
    },
    /// Over. Kept until its entry is in the conversation.
    Ended {
        /// When the callee had accepted, if they had.
        accepted_at: Option<Timestamp>,
        /// When it ended.
        at: Timestamp,
        /// How.
        outcome: CallOutcome,
    },
}

/// A call as it is kept. SDP and candidates are not part of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CallRecord {
    /// Its id.
    pub id: CallId,
    /// Grows by one with each transition, from 1; every event of the call carries it.
    pub version: u64,
    /// What was asked for.
    pub kind: CallKind,
    /// What the callee said they send, once they have accepted.
    pub callee_kind: Option<CallKind>,
    /// The `roomId` of an old client's request, handed through; at most 128 bytes.
    pub room: Option<String>,
    /// Who called.
    pub caller: Party,
    /// Who was called.
    pub callee: Party,
    /// When it was asked for.
    pub created_at: Timestamp,
    /// Where it stands.
    pub phase: CallPhase,
}

impl CallRecord {
    /// Whether the call is over.
    pub const fn has_ended(&self) -> bool {
        matches!(self.phase, CallPhase::Ended { .. })
    }
}
