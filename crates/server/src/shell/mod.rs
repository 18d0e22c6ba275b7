//! The clock, the sockets and the tasks around what decides.

pub mod bind;
pub mod clock;
pub mod connection;
pub(crate) mod hosts;
pub mod listener;
pub mod logs;
pub mod recordings;
pub mod revocations;
pub mod signals;
pub mod sweeper;
