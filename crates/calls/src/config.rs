use std::time::Duration;

/// How long things last and how many there may be. [`Config::default`] is what the product runs with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Config {
    /// How long a call rings.
    pub ring: Duration,
    /// How long after its acceptance a call may take to its first answer; there may be a permission prompt on the way.
    pub connect: Duration,
    /// How long a party may be away before the call ends.
    pub grace: Duration,
    /// How long to wait before asking again for what could not be saved; doubled with each failure, up to 32 times this.
    pub retry: Duration,
    /// How long to wait for [`crate::Input::Logged`] before asking again. Asking twice does no harm.
    pub log_again: Duration,
    /// How many calls this process holds at once.
    pub calls: usize,
    /// How many candidates are taken from a side for each of its descriptions.
    pub candidates: usize,
}

impl Default for Config {
    fn default() -> Self {
        Self {
            ring: Duration::from_secs(45),
            connect: Duration::from_secs(60),
            grace: Duration::from_secs(60),
            retry: Duration::from_secs(1),
            log_again: Duration::from_secs(30),
            calls: 10_000,
            candidates: 256,
        }
    }
}
