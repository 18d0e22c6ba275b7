//! Calls between two people, as one deterministic machine for all calls that this process owns.
//!
//! A [`Switchboard`] is told what connections, people and the clock do ([`Switchboard::handle_input`]) and says what is to
//! be done ([`Switchboard::poll_output`]), to be drained until it says [`Output::Timeout`] or [`Output::Idle`]. It does no
//! I/O, reads no clock and makes no randomness: ids and UTC times come in as arguments, because its deadlines are stored.
//!
//! Outputs are to be carried out in their order. [`Output::Claim`] and [`Output::Save`] must be durable before any later
//! output of the same call goes out; what became of them comes back as [`Input::Claimed`], [`Input::SaveFailed`].
//!
//! Our own devices learn where their call stands by [`Event::Snapshot`], on connect and at each change; the other events are
//! what old clients know, with the call's version. Signals go to every connection of a party's seat, and to nobody before
//! the callee has accepted. The caller offers and the callee answers, also where both had asked at once.
//!
//! What is kept of a call is [`domain::CallRecord`]. Offers and candidates are not part of it: they wait beside it, bounded,
//! until the party they are for can take them.
#![warn(missing_docs)]

mod call;
mod command;
mod config;
mod ending;
mod input;
mod lane;
mod late;
mod media;
mod outbox;
mod output;
mod people;
mod place;
mod presence;
mod ringing;
mod switchboard;

pub use config::Config;
pub use input::{Callee, Command, Input, Signal};
pub use output::{CallError, Event, Output, Relay, Snapshot};
pub use switchboard::Switchboard;
