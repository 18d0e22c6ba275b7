//! The clock, the sockets and the tasks around what decides.

pub mod clock;
pub mod connection;
pub mod listener;
