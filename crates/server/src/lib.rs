//! Everything that touches the world: configuration, listeners, HTTP, sockets, the web app that is served, the command
//! line. What is decided is decided below, in `app` and the machines; here it is only carried.
//!
//! [`serve::Server`] is the whole server: it is given its configuration, its listeners (already bound, so that tests take
//! port 0) and a future that ends when it is to stop. `bin/moodbites.rs` does nothing but call [`cli`].

mod assets;
pub mod backup;
pub mod cli;
pub mod config;
pub mod data;
mod demo;
pub mod doctor;
pub mod http;
pub mod livekit;
pub mod serve;
pub mod setup;
pub mod shell;
pub mod socket;
pub mod state;
pub mod tls;
pub mod transfer;
pub mod turn;
pub mod zone;

pub use config::Role;
