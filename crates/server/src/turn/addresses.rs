//! Which addresses this machine has, and which of them relay ports are on.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, UdpSocket};

use turn::RelayAddress;

use super::Bound;
use crate::config::Role;

/// In each family that is listened on: that address, or where every address is listened on, the one that the internet is
/// reached by.
pub(super) fn relays(bound: &[Bound], external: &[IpAddr]) -> (Option<RelayAddress>, Option<RelayAddress>) {
    let asked = bound.iter().filter(|bound| bound.role != Role::Https);
    let listening: Vec<IpAddr> = asked.map(|bound| bound.address.ip()).collect();
    let of = |is_family: fn(&IpAddr) -> bool, wild: &[IpAddr], out: SocketAddr| {
        let one = listening.iter().copied().find(|ip| is_family(ip) && !ip.is_unspecified());
        let any = listening.iter().any(|ip| wild.contains(ip));
        let bind = one.or_else(|| any.then(|| outgoing(out)).flatten())?;
        let advertise = external.iter().copied().find(is_family).unwrap_or(bind);
        Some(RelayAddress { bind, advertise })
    };
    let (any_v4, any_v6) = (IpAddr::V4(Ipv4Addr::UNSPECIFIED), IpAddr::V6(Ipv6Addr::UNSPECIFIED));
    let (out_v4, out_v6) = (Ipv4Addr::new(9, 9, 9, 9), Ipv6Addr::new(0x2620, 0xfe, 0, 0, 0, 0, 0, 9));
    // A socket on every IPv6 address takes IPv4 too.
    (of(IpAddr::is_ipv4, &[any_v4, any_v6], (out_v4, 9).into()), of(IpAddr::is_ipv6, &[any_v6], (out_v6, 9).into()))
}

/// The address that a packet to there would leave by. Nothing is sent.
fn outgoing(to: SocketAddr) -> Option<IpAddr> {
    let any: IpAddr = if to.is_ipv4() { Ipv4Addr::UNSPECIFIED.into() } else { Ipv6Addr::UNSPECIFIED.into() };
    let socket = UdpSocket::bind((any, 0)).ok()?;
    socket.connect(to).ok()?;
    socket.local_addr().ok().map(|address| address.ip())
}
