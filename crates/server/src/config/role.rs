use std::fmt;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::str::FromStr;

/// What a listener is for; it decides which routes and events it answers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Role {
    /// The web app and every service under one origin.
    Web,
    /// The same by TLS; and STUN and TURN, where there is a relay.
    Https,
    /// Sends who comes by plain HTTP to `https`.
    Redirect,
    /// Existing account clients.
    Accounts,
    /// Existing chat clients.
    Chat,
    /// Existing call clients.
    Calls,
    /// STUN and TURN for browsers, by UDP and TCP.
    Turn,
    /// The same by TLS.
    Turns,
}

impl Role {
    /// Every role, in the order in which they are started.
    pub const ALL: [Self; 8] =
        [Self::Web, Self::Https, Self::Redirect, Self::Accounts, Self::Chat, Self::Calls, Self::Turn, Self::Turns];

    /// As it is written in configuration.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Web => "web",
            Self::Https => "https",
            Self::Redirect => "redirect",
            Self::Accounts => "accounts",
            Self::Chat => "chat",
            Self::Calls => "calls",
            Self::Turn => "turn",
            Self::Turns => "turns",
        }
    }

    /// The ports that existing clients know. What needs a certificate, or has to know how it is reached, is off unless somebody
    /// asks for it.
    pub const fn default_ports(self) -> &'static [u16] {
        match self {
            Self::Web => &[3000],
            Self::Accounts => &[5000],
            Self::Chat => &[3005, 3006],
            Self::Calls => &[3007, 5006],
            Self::Https | Self::Redirect | Self::Turn | Self::Turns => &[],
        }
    }

    /// Where it listens if nobody says otherwise: this machine alone.
    pub fn default_addresses(self) -> Vec<SocketAddr> {
        self.default_ports().iter().map(|port| SocketAddr::new(IpAddr::V4(Ipv4Addr::LOCALHOST), *port)).collect()
    }

    /// Whether HTTP is spoken on it.
    pub const fn is_http(self) -> bool {
        !matches!(self, Self::Turn | Self::Turns)
    }

    /// Whether old chat clients speak to it (ours too, on `web`).
    pub const fn has_chat(self) -> bool {
        matches!(self, Self::Web | Self::Chat)
    }

    /// Whether calls are signalled on it.
    pub const fn has_calls(self) -> bool {
        matches!(self, Self::Web | Self::Calls)
    }
}

impl fmt::Display for Role {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

impl FromStr for Role {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        Self::ALL.into_iter().find(|role| role.as_str() == text).ok_or(())
    }
}
