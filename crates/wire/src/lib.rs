//! Every JSON shape on the wire, its validation, and its conversion to and from the domain. Conversions are by hand: the
//! domain knows no JSON, so that what is stored and what is said can change apart.
//!
//! Nothing here does I/O. `docs/protocol.md` is the contract; [`error::Code`] is its table of codes.

pub mod account;
pub mod appointment;
pub mod call;
pub mod chat;
pub mod consultation;
pub mod entry;
pub mod error;
pub mod file;
#[cfg(test)]
mod fixture;
pub mod packet;
pub mod recording;
pub mod time;
pub mod user;
