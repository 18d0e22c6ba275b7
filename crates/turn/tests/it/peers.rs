use std::collections::HashSet;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};

use turn::PeerPolicy;

use crate::world::*;

/// Not of the open internet: both ends of each range, what is next to them inside, and what is known to be behind them.
const REFUSED_V4: &str = "
    0.0.0.0 0.0.0.1 0.255.255.255
    10.0.0.0 10.0.0.1 10.1.2.3 10.255.255.255
    100.64.0.0 100.64.0.1 100.100.100.200 100.127.255.255
    127.0.0.0 127.0.0.1 127.0.0.53 127.1.2.3 127.255.255.255
    169.254.0.0 169.254.0.1 169.254.169.253 169.254.169.254 169.254.170.2 169.254.255.255
    172.16.0.0 172.16.0.1 172.17.0.1 172.20.10.1 172.31.255.255
    192.0.0.0 192.0.0.1 192.0.0.8 192.0.0.170 192.0.0.192 192.0.0.255
    192.0.2.0 192.0.2.1 192.0.2.255
    192.31.196.0 192.31.196.1 192.52.193.0 192.52.193.1
    192.88.99.0 192.88.99.1 192.88.99.255
    192.168.0.0 192.168.0.1 192.168.1.1 192.168.178.1 192.168.255.255
    192.175.48.0 192.175.48.6
    198.18.0.0 198.18.0.1 198.19.255.255
    198.51.100.0 198.51.100.2 198.51.100.255
    203.0.113.0 203.0.113.1 203.0.113.255
    224.0.0.0 224.0.0.1 224.0.0.251 232.1.1.1 239.255.255.250 239.255.255.255
    240.0.0.0 240.0.0.1 250.1.1.1 255.255.255.254 255.255.255.255";

const REFUSED_V6: &str = "
    :: ::1 ::2 ::ffff ::1:0:0
    100:: 100::1 100::ffff:ffff:ffff:ffff
    64:ff9b:: 64:ff9b::1 64:ff9b:1:: 64:ff9b:1:ffff:ffff:ffff:ffff:ffff
    2001:: 2001::1 2001:1::1 2001:1::2 2001:2::1 2001:3::1 2001:4:112::1 2001:10::1 2001:20::1 2001:1ff:ffff:ffff::1
    2001:db8:: 2001:db8::1 2001:db8:ffff:ffff:ffff:ffff:ffff:ffff
    2002:: 2002::1 2002:ffff::1
    2620:4f:8000::1 3fff:: 3fff::1 3fff:fff:ffff::1
    5f00::1 4000::1 8000::1 c000::1 e000::1 f000::1 f800::1
    fc00:: fc00::1 fd00:: fd00::1 fd00:ec2::254 fd12:3456:789a::1 fdff:ffff:ffff:ffff:ffff:ffff:ffff:ffff
    fe00::1 fe80:: fe80::1 fe80::a9fe:a9fe febf:ffff::1
    fec0:: fec0::1 feff:ffff::1
    ff00:: ff01::1 ff02::1 ff02::2 ff02::fb ff05::2 ff0e::1 ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff";

/// Next to what is refused, and some that people use.
const OPEN: &str = "
    1.0.0.0 1.1.1.1 8.8.8.8 9.255.255.255 11.0.0.0 100.63.255.255 100.128.0.0 126.255.255.255 128.0.0.0 169.253.255.255
    169.255.0.0 172.15.255.255 172.32.0.0 191.255.255.255 192.0.1.255 192.0.3.0 192.88.98.255 192.88.100.0
    192.167.255.255 192.169.0.0 198.17.255.255 198.20.0.0 198.51.99.255 198.51.101.0 203.0.112.255 203.0.114.0
    223.255.255.255
    2000::1 2001:200::1 2001:4860:4860::8888 2001:db7:ffff::1 2001:db9::1 2003::1 2606:4700:4700::1111 2a00::1
    2620:4f:7fff::1 2620:4f:8001::1 3ffe::1 3fff:1000::1";

/// What the server of this test has besides its relay addresses.
const OWN: &str = "5.5.5.5 2a05::5";

fn ips(text: &str) -> impl Iterator<Item = IpAddr> + '_ {
    text.split_whitespace().map(|text| text.parse().expect(text))
}

/// The ways to write an IPv4 address as an IPv6 one.
fn disguises(ip: Ipv4Addr) -> [Ipv6Addr; 8] {
    let [a, b, c, d] = ip.octets();
    let (high, low) = (u16::from_be_bytes([a, b]), u16::from_be_bytes([c, d]));
    [
        ip.to_ipv6_mapped(),
        Ipv6Addr::new(0, 0, 0, 0, 0, 0, high, low),
        Ipv6Addr::new(0, 0, 0, 0, 0xffff, 0, high, low),
        Ipv6Addr::new(0x2002, high, low, 0, 0, 0, 0, 1),
        Ipv6Addr::new(0x64, 0xff9b, 0, 0, 0, 0, high, low),
        Ipv6Addr::new(0x64, 0xff9b, 1, 0, 0, 0, high, low),
        Ipv6Addr::new(0x64, 0xff9b, 1, high, u16::from(c), u16::from(d) << 8, 0, 0),
        // Teredo has the client's address inverted.
        Ipv6Addr::new(0x2001, 0, 0x4136, 0xe378, 0x8000, 0x63bf, !high, !low),
    ]
}

fn world_with(allow: &[&str]) -> (World, Client) {
    let mut config = config();
    let allow = allow.iter().map(|range| range.parse().unwrap()).collect();
    config.peers = PeerPolicy { allow, own: ips(OWN).collect() };
    config.quotas.permissions = 10_000;
    let mut world = World::new(config);
    let client = Client::signed_in(&mut world, udp("192.0.2.10:4000"), "anna");
    let answer = client.allocate_with(
        &mut world,
        &[&turn_types::attribute::AdditionalAddressFamily::new(stun_types::AddressFamily::IPV6)],
    );
    assert_eq!(answer.all_relayed().len(), 2);
    (world, client)
}

/// Permission, channel, and whether a Send goes out.
fn try_all(world: &mut World, client: &Client, number: u16, peer: SocketAddr) -> (u16, u16, bool) {
    let permission = client.permit(world, peer);
    let channel = client.bind(world, number, peer);
    (permission, channel, client.send(world, peer, b"x").is_some())
}

#[test]
fn nobody_is_sent_into_the_network_of_the_server() {
    let (mut world, client) = world_with(&[]);
    let mut refused: Vec<IpAddr> = ips(REFUSED_V4).chain(ips(REFUSED_V6)).chain(ips(OWN)).collect();
    for ip in ips(REFUSED_V4).chain(ips(OPEN)).chain(ips(OWN)) {
        if let IpAddr::V4(ip) = ip {
            refused.extend(disguises(ip).map(IpAddr::V6));
        }
    }
    let refused: HashSet<IpAddr> = refused.into_iter().collect();
    assert!(refused.len() >= 300, "{}", refused.len());
    for &ip in &refused {
        let peer = SocketAddr::new(ip, 7000);
        assert_eq!(try_all(&mut world, &client, 0x4000, peer), (403, 403, false), "{peer}");
    }
    assert_eq!(world.server.stats().refused_peers, 2 * refused.len() as u64);
    for (number, ip) in (0x4000..).zip(ips(OPEN)) {
        let peer = SocketAddr::new(ip, 7000);
        assert_eq!(try_all(&mut world, &client, number, peer), (0, 0, true), "{peer}");
        // Nobody's browser is at DNS or NTP, whatever the permission.
        for port in [0, 1, 53, 123, 443, 1023] {
            let peer = SocketAddr::new(ip, port);
            assert_eq!(client.bind(&mut world, 0x7000, peer), 403, "{peer}");
            assert_eq!(client.send(&mut world, peer, b"x"), None, "{peer}");
        }
    }
}

#[test]
fn of_its_own_addresses_there_are_the_relay_ports_alone() {
    let (mut world, client) = world_with(&[]);
    for ip in [RELAY_V4, RELAY_V6] {
        let peer = |port| SocketAddr::new(ip.parse().unwrap(), port);
        for port in [0, 22, 3000, 3478, 49_999, 51_000, 65_535] {
            assert_eq!(try_all(&mut world, &client, 0x4000, peer(port)), (403, 403, false), "{ip} {port}");
        }
        assert_eq!(client.permit(&mut world, peer(50_000)), 0);
        for port in [22, 3000, 49_999, 51_000] {
            assert_eq!(
                client.send(&mut world, peer(port), b"x"),
                None,
                "{ip} {port}: the permission is for relay ports"
            );
        }
        // Those that are nobody's are no socket's either.
        let ours: HashSet<_> = world.sockets.values().map(SocketAddr::port).collect();
        for port in (50_000..51_000).filter(|port| !ours.contains(port)) {
            assert_eq!(client.send(&mut world, peer(port), b"x"), None, "{ip} {port}");
        }
    }
}

#[test]
fn what_is_allowed_besides() {
    let (mut world, client) =
        world_with(&["192.168.7.0/24", "127.0.0.1", "::1", "64:ff9b::/96", "5.5.5.5", "fd00::/8"]);
    for (number, ip) in (0x4000..).zip(["192.168.7.1", "127.0.0.1", "::1", "64:ff9b::1.2.3.4", "5.5.5.5", "fd00::1"]) {
        let peer = SocketAddr::new(ip.parse().unwrap(), 7000);
        assert_eq!(try_all(&mut world, &client, number, peer), (0, 0, true), "{ip}");
    }
    for ip in ["192.168.8.1", "127.0.0.2", "::2", "64:ff9b:1::1", "2a05::5", "fc00::1", "::ffff:127.0.0.1", "::7f00:1"]
    {
        let peer = SocketAddr::new(ip.parse().unwrap(), 7000);
        assert_eq!(try_all(&mut world, &client, 0x4100, peer), (403, 403, false), "{ip}");
    }
    // Not even everything is these: they are no machine, or have another name.
    let (mut world, client) = world_with(&["0.0.0.0/0", "::/0"]);
    for ip in ["0.0.0.0", "0.0.0.1", "224.0.0.1", "255.255.255.255", "::", "::ffff:10.0.0.1", "::10.0.0.1", "ff02::1"] {
        let peer = SocketAddr::new(ip.parse().unwrap(), 7000);
        assert_eq!(try_all(&mut world, &client, 0x4100, peer), (403, 403, false), "{ip}");
    }
}
