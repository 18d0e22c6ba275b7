use std::fmt;
use std::path::PathBuf;

use super::Role;

/// What is wrong with what the server was told, for whoever told it.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[allow(missing_docs)]
pub enum ConfigError {
    #[error("{name} is not a setting{}{}", within(place), guess(*nearest))]
    Unknown { name: String, place: Option<PathBuf>, nearest: Option<&'static str> },
    /// `expected` reads on from "should be".
    #[error("{name} should be {expected}; it is {given:?}")]
    Value { name: String, given: String, expected: &'static str },
    /// As [`Value`](Self::Value), of something that is not to be shown.
    #[error("{name} should be {expected}")]
    Secret { name: String, expected: &'static str },
    #[error("{path}{}: {message}", line.map(|line| format!(", line {line}")).unwrap_or_default(), path = path.display())]
    File { path: PathBuf, line: Option<usize>, message: String },
    #[error(
        "{0} is still the guide's placeholder, which everyone can read: anyone could sign in as anyone. \
         Set one of your own, or remove it and one is made at the first start"
    )]
    PlaceholderSecret(String),
    #[error("there is no folder for application data on this system; name one: moodbites serve --data FOLDER")]
    NoDataFolder,
    #[error("{0} goes by TLS, and there is no certificate for it: set tls_cert and tls_key, or tls to acme or lan")]
    NoCertificate(Role),
    #[error("the authority looks for us where pages come by TLS, and nothing is there: add --listen https=ADDRESS")]
    NoHttps,
    #[error("redirect sends people to https, and nothing is there: add --listen https=ADDRESS")]
    NowhereToRedirect,
    #[error("every role is off; nothing would listen")]
    NothingListens,
}

fn within(place: &Option<PathBuf>) -> impl fmt::Display {
    place.as_ref().map(|path| format!(" of {}", path.display())).unwrap_or_default()
}

fn guess(nearest: Option<&'static str>) -> impl fmt::Display {
    nearest.map(|name| format!("; did you mean {name}?")).unwrap_or_default()
}
