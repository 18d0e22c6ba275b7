use domain::{CallId, CallKind, CallRecord, ConnectionId, DeviceId, UserId};

/// Everything that can happen to the switchboard.
#[derive(Debug, Clone, PartialEq)]
pub enum Input {
    /// A connection that may take part in calls has come: on `web` with a device, on `calls` without (an old one).
    Connected {
        /// The connection.
        connection: ConnectionId,
        /// Whose it is, by the verified token.
        user: UserId,
        /// The name that others are shown.
        name: String,
        /// `None` for an old connection.
        device: Option<DeviceId>,
    },
    /// It is gone.
    Disconnected(ConnectionId),
    /// It asks for something. `fresh` becomes the id of a call that this makes, if it makes one.
    Command {
        /// Who asks.
        connection: ConnectionId,
        /// What.
        command: Command,
        /// An id that is not in use.
        fresh: CallId,
    },
    /// A call that the store has and the switchboard does not: another life of this process left it behind, or the answer
    /// to its claim was lost. Parties without a connection are lost, their grace of 60 s runs from now.
    Adopt(CallRecord),
    /// The answer to [`crate::Output::Claim`]; `Err` names who is busy, or `None` where the store failed.
    Claimed {
        /// The call.
        call: CallId,
        /// Whether both seats were got.
        result: Result<(), Option<UserId>>,
    },
    /// An [`crate::Output::Save`] or [`crate::Output::Log`] could not be done; it is asked for again after a while. Of a save it is to be
    /// said before the next poll: what follows it in its call is held back until it is done.
    SaveFailed(CallId),
    /// An [`crate::Output::Log`] is done: the call's entry is in the conversation.
    Logged(CallId),
    /// Nobody may go on with this user's calls: disabled, or signed out everywhere.
    Evict(UserId),
    /// The deadline of [`crate::Output::Timeout`] has come.
    Timeout,
}

/// What a connection asks for. Who may contact whom has been decided before; `callee` carries the decision.
#[derive(Debug, Clone, PartialEq)]
pub enum Command {
    /// `webrtc-call-request`. `ticket` comes back in [`crate::Output::Reply`].
    Request {
        /// Whom to call.
        callee: Callee,
        /// Video or audio.
        kind: CallKind,
        /// An old client's `roomId`.
        room: Option<String>,
        /// Names the acknowledgement.
        ticket: u64,
    },
    /// `webrtc-call-response`: accept or decline. Without `call`, the ring from `caller` is meant.
    Respond {
        /// The call, where the client names it.
        call: Option<CallId>,
        /// Who called, where the client says.
        caller: Option<UserId>,
        /// Yes or no.
        accepted: bool,
        /// Why not; at most 200 bytes.
        reason: Option<String>,
        /// What an accepting client of ours will send; `None`: what was asked for.
        kind: Option<CallKind>,
    },
    /// `webrtc-offer`. Without a call between the two it asks for one (*call by offer*).
    Offer {
        /// The other.
        target: Callee,
        /// The call, where the client names it.
        call: Option<CallId>,
        /// Read from the SDP: whether it sends video.
        kind: CallKind,
        /// The offer as JSON; 64 KiB at most.
        offer: Signal,
    },
    /// `webrtc-answer`.
    Answer {
        /// The other.
        target: UserId,
        /// The call, where the client names it.
        call: Option<CallId>,
        /// The answer as JSON; 64 KiB at most.
        answer: Signal,
    },
    /// `webrtc-ice-candidate`. 256 a side are kept or relayed per offer.
    Candidate {
        /// The other.
        target: UserId,
        /// The call, where the client names it.
        call: Option<CallId>,
        /// The candidate as JSON.
        candidate: Signal,
    },
    /// `webrtc-call-move`: the user goes on with the device that asks.
    Move {
        /// The call.
        call: CallId,
    },
    /// `webrtc-end-call`, from whoever called, was called or takes part. An old one may name nobody.
    End {
        /// The other, where the client says.
        target: Option<UserId>,
        /// The call, where the client names it.
        call: Option<CallId>,
        /// For the other; at most 200 bytes.
        reason: Option<String>,
    },
}

/// The person that a request or an offer is for, with what the policy and the store said.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Callee {
    /// May be called.
    Allowed {
        /// Who.
        user: UserId,
        /// Their name.
        name: String,
    },
    /// May not, or is not there; the caller is told the same for both.
    Refused(UserId),
}

/// A description or candidate, handed through as the JSON text that came in, with what the switchboard needs of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Signal {
    /// JSON; bounded by `wire`.
    pub json: String,
    /// The ICE user name fragment: of a description from its SDP, of a candidate from `usernameFragment` or its line.
    pub ufrag: Option<String>,
}
