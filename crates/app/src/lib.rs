//! The use cases, a module each, over the ports of the domain. Where one feature calls another it is here, in the open.
//!
//! Knows `domain` and `calls` alone: no JSON on the wire, no HTTP, no sockets, no SQL. Time comes in as an argument; what
//! must be random is made by [`fresh`]. `server` joins it to a store and to the world.

pub mod accounts;
pub mod appointments;
pub mod calling;
pub mod chat;
pub mod consultations;
pub mod fresh;
mod limit;
pub mod recordings;
pub mod uploads;
