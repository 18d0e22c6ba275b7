//! What the server is told, in two stages: [`Raw`] as flags, environment and file said it, then [`Config`]: validated and
//! typed. Nothing past here reads an environment variable.
//!
//! Of a setting that is given more than once counts, in this order: the flag, `MOODBITES_*`, the name that the set-up guide
//! uses, the file, the default.

mod error;
mod keys;
mod listen;
mod livekit;
#[cfg(test)]
mod mangled;
mod network;
mod print;
mod raw;
mod resolve;
mod resolved;
mod role;
#[cfg(test)]
mod tests;
mod tls;
mod turn;
mod uploads;

pub use error::ConfigError;
pub use livekit::{EgressConfig, LiveKitConfig};
pub use network::Network;
pub use print::print;
pub use raw::{Flags, Raw, read_environment};
pub use resolve::resolve;
pub use resolved::{CallTimes, Config, IceServer, Listen, MongoUri, UploadConfig};
pub use role::Role;
pub use tls::{AcmeConfig, LanConfig, TlsConfig, TlsFiles};
pub use turn::TurnConfig;
