//! The server from outside, by virtual time. The other side is another implementation of STUN and TURN: `stun-types` and
//! `turn-types`.

mod world;

/// Who may sign in.
mod auth;
/// What it takes, and gives, whoever asks.
mod flood;
/// Bytes and sessions at random.
mod fuzz;
/// A network that loses, doubles and reorders.
mod netsim;
/// Whom nobody is sent to.
mod peers;
/// What one may have, and that it comes back.
mod quotas;
/// The life of an allocation.
mod session;
