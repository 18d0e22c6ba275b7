//! STUN (RFC 8489) and TURN (RFC 8656) as one deterministic machine: UDP, TCP and TLS towards clients, UDP towards peers.
//!
//! A [`Server`] is told what has arrived ([`Server::handle_client`], [`Server::handle_peer`], …) and says what is to be
//! done ([`Server::poll_output`]), to be drained until it says [`Output::Timeout`] or [`Output::Idle`]. It does no I/O,
//! reads no clock and makes no randomness. What it can't do it asks for: a relay port is [`Output::Bind`], answered by
//! [`Server::handle_bound`].
//!
//! Data that is relayed takes a short cut: it never enters the queue and is never copied. The answer of `handle_client` and
//! `handle_peer` is a [`Forward`]: where to, and which bytes of the packet behind which head. That costs a few look-ups in
//! hash maps, however many allocations there are, and no memory.
//!
//! What it never does: send to an address that its [`PeerPolicy`] refuses, or to one of its own but to a relay port of
//! another client, which it reaches without a socket; answer whom it hasn't proved to be there by more than three times
//! what came; keep anything for who hasn't signed in; say what software it is.
//!
//! Signing in is by TURN REST credentials ([`rest`]): a username that carries its expiry and the user, a password that
//! follows from it by a secret. Nonces are checked without being kept.
#![warn(missing_docs)]

mod allocation;
mod auth;
mod bucket;
mod budget;
mod config;
mod nonce;
mod output;
mod path;
mod policy;
mod ports;
pub mod probe;
mod random;
pub mod rest;
mod server;
mod table;
mod users;
mod wire;

pub use config::{Config, Quotas, Rate, RelayAddress};
pub use output::{Family, Forward, Head, Output, RelayId, Stats, ToClient, ToPeer};
pub use path::{Link, Now, Path};
pub use policy::{Cidr, CidrError, PeerPolicy, is_public};
pub use server::Server;
pub use wire::{Frame, frame};

/// What a packet is looked up in. Who sends one may choose its addresses, but not the seeds; the standard library's hash, made
/// to withstand more, took a tenth of the time that relaying takes outside the system.
pub type Map<K, V> = std::collections::HashMap<K, V, foldhash::quality::RandomState>;
