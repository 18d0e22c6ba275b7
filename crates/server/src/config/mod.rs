//! What the server is told, in two stages: raw as flags, environment and file said it, then resolved: validated and
//! typed. Nothing past here reads an environment variable.

mod resolved;
mod role;

pub use resolved::{Config, IceServer, Listen, Network};
pub use role::Role;
