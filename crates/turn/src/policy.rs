use std::fmt;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::ops::RangeInclusive;
use std::str::FromStr;

/// A range of addresses, `10.0.0.0/8`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Cidr {
    address: IpAddr,
    bits: u8,
}

/// What is no range of addresses, or one with bits set behind its prefix.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CidrError;

impl Cidr {
    const fn v4(a: u8, b: u8, c: u8, d: u8, bits: u8) -> Self {
        Self { address: IpAddr::V4(Ipv4Addr::new(a, b, c, d)), bits }
    }

    const fn v6(a: u16, b: u16, c: u16, bits: u8) -> Self {
        Self { address: IpAddr::V6(Ipv6Addr::new(a, b, c, 0, 0, 0, 0, 0)), bits }
    }

    /// Whether an address is in it. Families are kept apart: an IPv4 address in IPv6's clothes is in no IPv4 range.
    pub fn contains(&self, ip: IpAddr) -> bool {
        match (self.address, ip) {
            (IpAddr::V4(range), IpAddr::V4(ip)) => {
                (range.to_bits() ^ ip.to_bits()).checked_shr(32 - u32::from(self.bits)).unwrap_or(0) == 0
            }
            (IpAddr::V6(range), IpAddr::V6(ip)) => {
                (range.to_bits() ^ ip.to_bits()).checked_shr(128 - u32::from(self.bits)).unwrap_or(0) == 0
            }
            _ => false,
        }
    }
}

impl FromStr for Cidr {
    type Err = CidrError;

    fn from_str(text: &str) -> Result<Self, CidrError> {
        let (address, bits) = match text.split_once('/') {
            Some((address, bits)) => (address, Some(bits.parse::<u8>().map_err(|_| CidrError)?)),
            None => (text, None),
        };
        let address: IpAddr = address.parse().map_err(|_| CidrError)?;
        let all = if address.is_ipv4() { 32 } else { 128 };
        let bits = bits.unwrap_or(all);
        let network = match address {
            _ if bits > all => return Err(CidrError),
            IpAddr::V4(ip) => ip.to_bits().checked_shl(bits.into()).unwrap_or(0) == 0,
            IpAddr::V6(ip) => ip.to_bits().checked_shl(bits.into()).unwrap_or(0) == 0,
        };
        if network { Ok(Self { address, bits }) } else { Err(CidrError) }
    }
}

impl fmt::Display for Cidr {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.address, self.bits)
    }
}

impl fmt::Display for CidrError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("not a range of addresses, as in 192.168.0.0/16")
    }
}

impl std::error::Error for CidrError {}

/// Not of the open internet: IANA's special-purpose registry for IPv4, and multicast.
const CLOSED_V4: [Cidr; 18] = [
    Cidr::v4(0, 0, 0, 0, 8),
    Cidr::v4(10, 0, 0, 0, 8),
    Cidr::v4(100, 64, 0, 0, 10),
    Cidr::v4(127, 0, 0, 0, 8),
    Cidr::v4(169, 254, 0, 0, 16),
    Cidr::v4(172, 16, 0, 0, 12),
    Cidr::v4(192, 0, 0, 0, 24),
    Cidr::v4(192, 0, 2, 0, 24),
    Cidr::v4(192, 31, 196, 0, 24),
    Cidr::v4(192, 52, 193, 0, 24),
    Cidr::v4(192, 88, 99, 0, 24),
    Cidr::v4(192, 168, 0, 0, 16),
    Cidr::v4(192, 175, 48, 0, 24),
    Cidr::v4(198, 18, 0, 0, 15),
    Cidr::v4(198, 51, 100, 0, 24),
    Cidr::v4(203, 0, 113, 0, 24),
    Cidr::v4(224, 0, 0, 0, 4),
    Cidr::v4(240, 0, 0, 0, 4),
];

/// The only IPv6 addresses that the internet routes. Loopback, link-local, unique and site-local, multicast, NAT64 and what
/// carries an IPv4 address in its last bits are all outside.
const OPEN_V6: Cidr = Cidr::v6(0x2000, 0, 0, 3);

/// And of these not: protocol assignments with Teredo and ORCHID, documentation, 6to4.
const CLOSED_V6: [Cidr; 5] = [
    Cidr::v6(0x2001, 0, 0, 23),
    Cidr::v6(0x2001, 0xdb8, 0, 32),
    Cidr::v6(0x2002, 0, 0, 16),
    Cidr::v6(0x2620, 0x4f, 0x8000, 48),
    Cidr::v6(0x3fff, 0, 0, 20),
];

/// Nobody is sent to below: DNS, NTP and the like answer everybody, and no browser listens there.
const FIRST_PORT: u16 = 1024;

/// Whom may be sent to: the open internet, and what is allowed besides.
#[derive(Debug, Clone, Default)]
pub struct PeerPolicy {
    /// Allowed although it is private, or the server's own.
    pub allow: Vec<Cidr>,
    /// Every address that the server itself has.
    pub own: Vec<IpAddr>,
}

/// What to do with a peer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Verdict {
    /// Out there.
    Outside,
    /// A relay port of ours: it is reached without a socket.
    Relay,
    Refused,
}

/// The policy, and where relay ports are.
#[derive(Debug)]
pub(crate) struct Peers {
    policy: PeerPolicy,
    relays: Vec<IpAddr>,
    ports: RangeInclusive<u16>,
}

impl Peers {
    pub(crate) const fn new(policy: PeerPolicy, relays: Vec<IpAddr>, ports: RangeInclusive<u16>) -> Self {
        Self { policy, relays, ports }
    }

    /// Of an address that something is to be sent to.
    pub(crate) fn verdict(&self, peer: SocketAddr) -> Verdict {
        match self.of_permission(peer) {
            Verdict::Outside if peer.port() == 0 => Verdict::Refused,
            Verdict::Outside if peer.port() < FIRST_PORT && !self.is_allowed(peer.ip()) => Verdict::Refused,
            verdict => verdict,
        }
    }

    /// Of a permission, which is for all ports of an address; only of ours just the relay ports can be meant.
    pub(crate) fn of_permission(&self, peer: SocketAddr) -> Verdict {
        let ip = peer.ip();
        if is_nobody(ip) {
            Verdict::Refused
        } else if self.relays.contains(&ip) && self.ports.contains(&peer.port()) {
            Verdict::Relay
        } else if self.is_allowed(ip) {
            Verdict::Outside
        } else if self.relays.contains(&ip) || self.policy.own.contains(&ip) || !is_open(ip) {
            Verdict::Refused
        } else {
            Verdict::Outside
        }
    }

    fn is_allowed(&self, ip: IpAddr) -> bool {
        self.policy.allow.iter().any(|range| range.contains(ip))
    }
}

/// Not an address of one machine, or the second face of an address that has one already: no list allows these.
fn is_nobody(ip: IpAddr) -> bool {
    match ip {
        IpAddr::V4(ip) => ip.octets()[0] == 0 || ip.is_multicast() || ip.is_broadcast(),
        // Those that end in an IPv4 address, mapped or compatible, have the first 80 bits empty.
        IpAddr::V6(ip) => (ip.to_bits() >> 48 == 0 && ip != Ipv6Addr::LOCALHOST) || ip.is_multicast(),
    }
}

/// Whether the open internet knows a way to an address.
pub fn is_public(ip: IpAddr) -> bool {
    !is_nobody(ip) && is_open(ip)
}

fn is_open(ip: IpAddr) -> bool {
    match ip {
        IpAddr::V4(_) => !CLOSED_V4.iter().any(|range| range.contains(ip)),
        IpAddr::V6(_) => OPEN_V6.contains(ip) && !CLOSED_V6.iter().any(|range| range.contains(ip)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_in_a_range() {
        for (range, ip, expected) in [
            ("10.0.0.0/8", "10.255.0.1", true),
            ("10.0.0.0/8", "11.0.0.1", false),
            ("10.0.0.0/8", "::ffff:10.0.0.1", false),
            ("192.0.2.7", "192.0.2.7", true),
            ("192.0.2.7", "192.0.2.6", false),
            ("0.0.0.0/0", "203.0.113.9", true),
            ("0.0.0.0/0", "2001:db8::1", false),
            ("fd00::/8", "fd12::1", true),
            ("fd00::/8", "fc12::1", false),
            ("::/0", "2001:db8::1", true),
            ("::1", "::1", true),
            ("64:ff9b::/96", "64:ff9b::1.2.3.4", true),
        ] {
            assert_eq!(range.parse::<Cidr>().unwrap().contains(ip.parse().unwrap()), expected, "{ip} in {range}");
        }
    }

    #[test]
    fn a_range_that_isnt_one_is_no_range() {
        for text in ["", "10.0.0.0/33", "10.0.0/8", "::/129", "10.0.0.0/-1", "10.0.0.1/8", "fd00::1/8", "localhost"] {
            assert_eq!(text.parse::<Cidr>(), Err(CidrError), "{text}");
        }
        assert_eq!("172.16.0.0/12".parse::<Cidr>().unwrap().to_string(), "172.16.0.0/12");
    }
}
