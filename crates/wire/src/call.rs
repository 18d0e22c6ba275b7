//! What is said about calls over a socket, in both dialects. Which call is meant and what becomes of it is decided
//! elsewhere; here is what fits and how it looks.

#[cfg(test)]
mod fixtures;
mod incoming;
mod outgoing;
mod sdp;

pub use incoming::{Answer, CallRequest, CallResponse, Candidate, EndCall, MoveCall, Offer, StatusUpdate};
pub use outgoing::{
    About, CallFailed, CallSnapshot, Ended, NoCall, OnlineUser, OnlineUsers, Placed, Relayed, RelayedKind, Response,
    Ring, StatusChanged, UserDisconnected,
};
