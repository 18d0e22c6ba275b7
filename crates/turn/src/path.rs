use std::net::{IpAddr, SocketAddr};
use std::time::Instant;

/// What time it is, by both clocks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Now {
    /// That allocations, permissions and nonces go by.
    pub instant: Instant,
    /// Seconds since 1970, that credentials go by.
    pub unix: u64,
}

/// Which socket or connection of the shell.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Link {
    /// A UDP socket, that many clients come by.
    Datagram(u32),
    /// A TCP or TLS connection of one client. A number is not used again.
    Stream(u64),
}

/// The way between the server and a client: the 5-tuple, as the shell tells it apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Path {
    /// The socket or connection.
    pub link: Link,
    /// The address of ours that the client speaks to, where the socket has several: it is answered from there.
    pub local: Option<IpAddr>,
    /// The client.
    pub remote: SocketAddr,
}

impl Path {
    /// Whether a message needs a frame, and a handshake has proved that the client is where it says.
    pub(crate) const fn is_stream(&self) -> bool {
        matches!(self.link, Link::Stream(_))
    }

    /// The client as IPv4 where it is.
    pub(crate) fn client(&self) -> SocketAddr {
        SocketAddr::new(self.remote.ip().to_canonical(), self.remote.port())
    }
}
