use std::time::Duration;

use domain::{CallId, CallKind, CallOutcome, CallRecord, ConnectionId, Timestamp, UserId};

use crate::Signal;

/// What is to be done, in this order.
#[derive(Debug, Clone, PartialEq)]
pub enum Output {
    /// Save a new call and claim both seats (`domain::Calls::claim_seats`); answer with `Input::Claimed` before polling on.
    /// `Claim::Busy` with the id of this very call counts as claimed.
    Claim(CallRecord),
    /// Save a transition (`domain::Calls::transition_call`) before any later output goes out; if that fails, say
    /// `Input::SaveFailed` before polling on. `Transition::Stale` counts as saved: nobody else writes this call, so an
    /// earlier attempt had worked, and only its answer was lost.
    Save(CallRecord),
    /// Append the ended call's entry to the conversation under its key, forget the call, then say `Input::Logged`. The
    /// store may not know the call: one that found the callee offline or busy never had seats, and has version 1.
    Log(CallRecord),
    /// Send an event to a connection.
    Deliver {
        /// To whom.
        to: ConnectionId,
        /// What. Boxed events would cost more than they save: most are a snapshot or a relayed signal.
        event: Event,
    },
    /// Acknowledge a request.
    Reply {
        /// Who asked.
        to: ConnectionId,
        /// As it came in.
        ticket: u64,
        /// The call, or why there is none.
        result: Result<CallId, CallError>,
    },
    /// Nothing to do until then; give `Input::Timeout` at that time.
    Timeout(Timestamp),
    /// Nothing to do until something happens.
    Idle,
}

/// What a connection is told; `wire` gives it its shape in the connection's dialect.
#[derive(Debug, Clone, PartialEq)]
pub enum Event {
    /// `webrtc-call-request`: it rings.
    Ring {
        /// The call.
        call: CallId,
        /// Its version.
        version: u64,
        /// Who calls.
        caller: UserId,
        /// Their name.
        caller_name: String,
        /// Video or audio.
        kind: CallKind,
        /// As the caller gave it.
        room: Option<String>,
        /// When it stops.
        expires_at: Timestamp,
    },
    /// `webrtc-call-response`: the callee accepted or declined.
    Response {
        /// The call.
        call: CallId,
        /// Its version.
        version: u64,
        /// Yes or no.
        accepted: bool,
        /// Who.
        responder: UserId,
        /// Their name.
        responder_name: String,
        /// Why not.
        reason: Option<String>,
    },
    /// `webrtc-call-error`.
    Error {
        /// The call, if there was one.
        call: Option<CallId>,
        /// Who was to be reached.
        target: UserId,
        /// Why not.
        error: CallError,
    },
    /// `webrtc-offer`.
    Offer(Relay),
    /// `webrtc-answer`.
    Answer(Relay),
    /// `webrtc-ice-candidate`.
    Candidate(Relay),
    /// `webrtc-end-call`.
    End {
        /// The call.
        call: CallId,
        /// Its version.
        version: u64,
        /// The other of the two.
        sender: UserId,
        /// Their name.
        sender_name: String,
        /// In a word: `hung-up`, `cancelled`, `declined`, `no-answer`, `failed` (no media came), `lost` (a party did not
        /// come back), `consultation` (it went on in a room), `elsewhere` (another device accepted), `ended` (a party may not go on); or what the other said.
        reason: Option<String>,
    },
    /// `call`, to connections with a device only: how the user's call stands as this device sees it; on connect and at
    /// each change. `None`: there is no call.
    Snapshot(Option<Snapshot>),
}

/// A description or candidate on its way to the other party.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Relay {
    /// The call.
    pub call: CallId,
    /// Its version.
    pub version: u64,
    /// Who sends it.
    pub sender: UserId,
    /// Their name.
    pub sender_name: String,
    /// What.
    pub signal: Signal,
}

/// A call as one device sees it.
#[derive(Debug, Clone, PartialEq)]
pub struct Snapshot {
    /// As it is kept, ended calls included.
    pub record: CallRecord,
    /// This device holds its user's seat: the call is to be shown and carried on here. Signals go to each of its
    /// connections.
    pub here: bool,
    /// The other party takes part by old connections: never renegotiate.
    pub legacy: bool,
    /// Until the deadline of the phase, if it has one.
    pub expires_in: Option<Duration>,
    /// How it ended, once it has.
    pub outcome: Option<CallOutcome>,
}

/// Why a call did not come about, or a command was refused. `wire` has the code and the sentence of each.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum CallError {
    /// The two may not contact each other, or there is no such person.
    NotAllowed,
    /// No connection of the callee is there to ring.
    Offline,
    /// The callee is in a call.
    Busy,
    /// The caller is in a call.
    AlreadyInCall,
    /// The other takes part by an old client, whose call can't change devices.
    CannotMove,
    /// There is no such call, or this connection takes no part in it.
    NoSuchCall,
    /// More candidates than are kept.
    TooManyCandidates,
    /// The store could not save it.
    Unavailable,
}
