use stun_types::AddressFamily::{IPV4, IPV6};
use stun_types::attribute::*;
use stun_types::message::*;
use turn::probe::{Probe, Step};
use turn::rest;
use turn::{Forward, Frame, frame};
use turn_types::attribute::*;
use turn_types::message::*;

use crate::world::*;

const CLIENT: &str = "192.0.2.10:4000";

/// Of the open internet.
const PEER: &str = "9.9.9.9:7000";
const PEER_V6: &str = "[2620:fe::9]:7000";

/// What leaves a relay port: the peer, and the data.
fn to_peer(forward: Option<Forward>, packet: &[u8]) -> Option<(std::net::SocketAddr, Vec<u8>)> {
    match forward? {
        Forward::ToPeer(to) => Some((to.peer, packet[to.payload].to_vec())),
        Forward::ToClient(to) => panic!("to a client: {to:?}"),
    }
}

#[test]
fn a_binding_says_where_one_is() {
    let mut world = World::new(config());
    for remote in [CLIENT, "[2001:db8::5]:4000"] {
        let answer = world.ask(udp(remote), &request(BINDING, &[]).finish()).unwrap();
        assert_eq!((answer.code(), answer.mapped()), (0, address(remote)));
        assert_eq!(answer.message().iter_attributes().count(), 1, "and nothing else: {answer:?}");
    }
    let mapped = udp("[::ffff:192.0.2.10]:4000");
    assert_eq!(world.ask(mapped, &request(BINDING, &[]).finish()).unwrap().mapped(), address(CLIENT));
    let mut with_fingerprint = request(BINDING, &[]);
    with_fingerprint.add_fingerprint().unwrap();
    let answer = world.ask(udp(CLIENT), &with_fingerprint.finish()).unwrap();
    assert!(answer.message().has_attribute(Fingerprint::TYPE));
}

#[test]
fn from_allocation_to_expiry() {
    for (path, algorithm) in [
        (udp(CLIENT), IntegrityAlgorithm::Sha1),
        (udp("[2001:db8::5]:4000"), IntegrityAlgorithm::Sha256),
        (tcp(1, CLIENT), IntegrityAlgorithm::Sha1),
    ] {
        let mut world = World::new(config());
        let mut client = Client::signed_in(&mut world, path, "anna");
        client.algorithm = algorithm;
        let answer = client.allocate_with(&mut world, &[]);
        assert_eq!((answer.code(), answer.lifetime(), answer.mapped()), (0, 600, path.remote), "{answer:?}");
        assert!(!answer.message().has_attribute(Software::TYPE));
        let relayed = answer.relayed();
        assert_eq!(relayed.ip().to_string(), RELAY_V4);
        assert!(world.sockets.values().any(|socket| *socket == relayed));
        let peer = address(PEER);

        // Without a permission nothing goes either way.
        assert_eq!(client.send(&mut world, peer, b"hello"), None);
        assert_eq!(world.deliver(relayed, peer, b"hello"), None);
        assert_eq!(client.permit(&mut world, peer), 0);
        let packet = send(peer, b"hello");
        assert_eq!(to_peer(world.feed(path, &packet), &packet), Some((peer, b"hello".to_vec())));
        let (to, bytes) = world.deliver(relayed, peer, b"good day").unwrap();
        assert_eq!((to, data_indication(&bytes)), (path, (peer, b"good day".to_vec())));
        // A permission is for every port of an address.
        let other_port = address("9.9.9.9:7001");
        assert!(world.deliver(relayed, other_port, b"x").is_some());
        assert_eq!(world.deliver(relayed, address("9.9.9.10:7000"), b"x"), None);

        // The same on a channel.
        assert_eq!(world.feed(path, &channel_data(0x4000, b"hello")), None);
        assert_eq!(client.bind(&mut world, 0x4000, peer), 0);
        let packet = channel_data(0x4000, b"hello");
        assert_eq!(to_peer(world.feed(path, &packet), &packet), Some((peer, b"hello".to_vec())));
        let (to, bytes) = world.deliver(relayed, peer, b"hello").unwrap();
        let padded = if path == udp(CLIENT) || path.remote.is_ipv6() { "" } else { "\0\0\0" };
        assert_eq!((to, bytes), (path, [&[0x40, 0, 0, 5], &b"hello"[..], padded.as_bytes()].concat()));
        let (_, bytes) = world.deliver(relayed, other_port, b"x").unwrap();
        assert_eq!(data_indication(&bytes), (other_port, b"x".to_vec()));

        // A permission lasts five minutes, a channel ten, an allocation as long as it is refreshed.
        world.pass_secs(299);
        assert!(world.deliver(relayed, peer, b"x").is_some());
        client.challenge(&mut world);
        assert_eq!(client.refresh(&mut world, 1000).lifetime(), 1000);
        world.pass_secs(2);
        assert_eq!(world.deliver(relayed, peer, b"x"), None);
        assert_eq!(client.permit(&mut world, peer), 0);
        world.pass_secs(298);
        let (_, bytes) = world.deliver(relayed, peer, b"x").unwrap();
        assert_eq!(bytes[0], 0x40, "the channel lives");
        world.pass_secs(1);
        let (_, bytes) = world.deliver(relayed, peer, b"x").unwrap();
        assert_eq!(data_indication(&bytes).0, peer, "the channel has expired");
        assert_eq!(world.feed(path, &packet), None);
        client.challenge(&mut world);
        assert_eq!(client.refresh(&mut world, 0).lifetime(), 0);
        assert_eq!(client.refresh(&mut world, 0).code(), 437);
        world.assert_empty();

        client.allocate(&mut world);
        world.pass_secs(599);
        assert_eq!(world.server.stats().allocations, 1);
        world.pass_secs(1);
        world.assert_empty();
    }
}

#[test]
fn two_clients_reach_each_other_by_their_relay_addresses() {
    let mut world = World::new(config());
    let anna = Client::signed_in(&mut world, udp(CLIENT), "anna");
    let bert = Client::signed_in(&mut world, tcp(9, "192.0.2.11:5000"), "bert");
    let (at_anna, at_bert) = (anna.allocate(&mut world), bert.allocate(&mut world));
    let on_channel = |world: &mut World| {
        let packet = channel_data(0x4001, b"hello");
        world.feed(anna.path, &packet).map(|forward| match forward {
            Forward::ToClient(to) => (to.path, message(&to, &packet)),
            Forward::ToPeer(to) => panic!("by a socket: {to:?}"),
        })
    };
    assert_eq!(anna.bind(&mut world, 0x4001, at_bert), 0);
    assert_eq!(on_channel(&mut world), None, "Bert has given no permission");
    assert_eq!(bert.permit(&mut world, at_anna), 0);
    let (to, bytes) = on_channel(&mut world).unwrap();
    assert_eq!((to, data_indication(&bytes)), (bert.path, (at_anna, b"hello".to_vec())));
    assert_eq!(bert.bind(&mut world, 0x4000, at_anna), 0);
    assert_eq!(on_channel(&mut world).unwrap().1, b"\x40\0\0\x05hello\0\0\0");
    let packet = send(at_anna, b"good day");
    let Some(Forward::ToClient(back)) = world.feed(bert.path, &packet) else { panic!("nothing came back") };
    assert_eq!((back.path, message(&back, &packet)), (anna.path, channel_data(0x4001, b"good day")));
    // Nobody is at the other ports, and nothing is sent there.
    let nobody = std::net::SocketAddr::new(at_bert.ip(), if at_bert.port() == 50_000 { 50_001 } else { 50_000 });
    assert_eq!(anna.permit(&mut world, nobody), 0);
    assert_eq!(anna.send(&mut world, nobody, b"x"), None);
    world.server.handle_closed(&bert.path);
    assert_eq!(on_channel(&mut world), None);
    world.server.handle_closed(&anna.path);
    world.assert_empty();
}

#[test]
fn an_allocate_that_is_repeated_is_answered_alike() {
    let mut world = World::new(config());
    let client = Client::signed_in(&mut world, udp(CLIENT), "anna");
    let allocate = client.request(ALLOCATE, &[&RequestedTransport::new(17), &Lifetime::new(777)]);
    let first = world.ask(client.path, &allocate).unwrap();
    assert_eq!((first.code(), first.lifetime()), (0, 777));
    assert_eq!(world.ask(client.path, &allocate), Some(first));
    let another = client.allocate_with(&mut world, &[]);
    assert_eq!(another.code(), 437);
    let elsewhere = Client::signed_in(&mut world, udp("192.0.2.10:4001"), "anna");
    assert_eq!(elsewhere.refresh(&mut world, 600).code(), 437);
    assert_eq!(elsewhere.permit(&mut world, address(PEER)), 437);
}

#[test]
fn an_allocation_is_its_owners() {
    let mut world = World::new(config());
    let anna = Client::signed_in(&mut world, udp(CLIENT), "anna");
    anna.allocate(&mut world);
    let mut bert = Client::new(udp(CLIENT), "bert");
    bert.nonce.clone_from(&anna.nonce);
    assert_eq!(bert.refresh(&mut world, 600).code(), 441);
    assert_eq!(bert.permit(&mut world, address(PEER)), 441);
    assert_eq!(bert.bind(&mut world, 0x4000, address(PEER)), 441);
    assert_eq!(bert.allocate_with(&mut world, &[]).code(), 437);
    // Anna herself, with credentials that were renewed.
    let mut renewed = anna.clone();
    renewed.credentials = turn::rest::credentials(SECRET, "anna", UNIX + 9999);
    assert_eq!(renewed.refresh(&mut world, 600).code(), 0);
    // When a user is locked out, what they have ends.
    world.server.end_user("anna");
    world.server.end_user("nobody");
    assert_eq!(anna.refresh(&mut world, 600).code(), 437);
    world.assert_empty();
}

#[test]
fn what_an_allocate_may_ask_for() {
    let mut world = World::new(config());
    let port = std::cell::Cell::new(4000);
    let ask = |world: &mut World, attributes: Attributes<'_>| {
        port.set(port.get() + 1);
        let client = Client::signed_in(world, udp(&format!("192.0.2.10:{}", port.get())), &port.get().to_string());
        client.ask(world, ALLOCATE, attributes)
    };
    let udp = &RequestedTransport::new(17) as &dyn AttributeWrite;
    let (v4, v6) = (&RequestedAddressFamily::new(IPV4), &RequestedAddressFamily::new(IPV6));
    let additional = &AdditionalAddressFamily::new(IPV6);
    let (even, pair, token) = (&EvenPort::new(false), &EvenPort::new(true), &ReservationToken::new(5));
    let raw = |kind: u16, value: &'static [u8]| RawAttribute::new(kind.into(), value);
    for (attributes, code) in [
        (&[] as Attributes<'_>, 400),
        (&[&RequestedTransport::new(6)], 442),
        (&[&raw(0x0019, &[17])], 400),
        (&[udp, &raw(0x0017, &[3, 0, 0, 0])], 440),
        (&[udp, &raw(0x0017, &[1])], 400),
        (&[udp, &raw(0x8000, &[1, 0, 0, 0])], 400),
        (&[udp, v4, additional], 400),
        (&[udp, pair, additional], 400),
        (&[udp, token], 508),
        (&[udp, token, pair], 400),
        (&[udp, token, v6], 400),
        (&[udp, &raw(0x0022, &[1, 2])], 400),
        (&[udp, &DontFragment::new()], 420),
        (&[udp, &raw(0x7fff, &[])], 420),
        (&[udp, &raw(0xbfff, &[])], 0),
        (&[udp, v4], 0),
        (&[udp, v6], 0),
        (&[udp, even], 0),
        (&[udp, pair], 0),
        (&[udp, additional], 0),
        (&[udp, &Lifetime::new(0)], 0),
    ] {
        let answer = ask(&mut world, attributes);
        assert_eq!(answer.code(), code, "{attributes:?}");
        if code == 420 {
            let unknown = answer.message().attribute::<UnknownAttributes>().unwrap();
            assert!(unknown.has_attribute(attributes[1].get_type()));
        }
    }
    assert!(ask(&mut world, &[udp, v6]).relayed().is_ipv6());
    assert!(ask(&mut world, &[udp, even]).relayed().port().is_multiple_of(2));
    assert_eq!(ask(&mut world, &[udp, &Lifetime::new(1)]).lifetime(), 600);
    assert_eq!(ask(&mut world, &[udp, &Lifetime::new(u32::MAX)]).lifetime(), 3600);
    let both = ask(&mut world, &[udp, additional]).all_relayed();
    assert_eq!(both.iter().map(|it| it.is_ipv4()).collect::<Vec<_>>(), [true, false]);
}

#[test]
fn both_families_in_one_allocation() {
    let mut world = World::new(config());
    let client = Client::signed_in(&mut world, udp(CLIENT), "anna");
    let answer = client.allocate_with(&mut world, &[&AdditionalAddressFamily::new(IPV6)]);
    let [v4, v6] = answer.all_relayed()[..] else { panic!("{answer:?}") };
    for (relayed, peer) in [(v4, address(PEER)), (v6, address(PEER_V6))] {
        assert_eq!(client.permit(&mut world, peer), 0);
        assert!(client.send(&mut world, peer, b"x").is_some());
        let (_, bytes) = world.deliver(relayed, peer, b"x").unwrap();
        assert_eq!(data_indication(&bytes), (peer, b"x".to_vec()));
    }
    let give_back = |world: &mut World, family, seconds| {
        client.ask(world, REFRESH, &[&Lifetime::new(seconds), &RequestedAddressFamily::new(family)]).code()
    };
    assert_eq!(give_back(&mut world, IPV4, 0), 0);
    assert_eq!(client.permit(&mut world, address(PEER)), 443);
    assert_eq!(client.bind(&mut world, 0x4000, address(PEER)), 443);
    assert_eq!(give_back(&mut world, IPV4, 600), 443);
    assert_eq!(client.permit(&mut world, address(PEER_V6)), 0);
    assert_eq!(give_back(&mut world, IPV6, 0), 0);
    world.assert_empty();

    // Where there is one family only, one gets that and hears about the other.
    let mut config = config();
    config.relay_v6 = None;
    let mut world = World::new(config);
    let client = Client::signed_in(&mut world, udp(CLIENT), "anna");
    assert_eq!(client.allocate_with(&mut world, &[&RequestedAddressFamily::new(IPV6)]).code(), 440);
    let answer = client.allocate_with(&mut world, &[&AdditionalAddressFamily::new(IPV6)]);
    assert_eq!(answer.all_relayed().len(), 1);
    let error: AddressErrorCode = answer.message().attribute().unwrap();
    assert_eq!((error.family(), error.error().code()), (IPV6, 440));
}

#[test]
fn a_port_is_kept_for_its_owner() {
    let mut world = World::new(config());
    let first = Client::signed_in(&mut world, udp(CLIENT), "anna");
    let answer = first.allocate_with(&mut world, &[&EvenPort::new(true)]);
    let (even, token) = (answer.relayed(), answer.token());
    assert!(even.port().is_multiple_of(2));
    let second = Client::signed_in(&mut world, udp("192.0.2.10:4001"), "anna");
    let mut bert = Client::signed_in(&mut world, udp("192.0.2.12:4001"), "bert");
    let token = &[&ReservationToken::new(token) as &dyn AttributeWrite];
    assert_eq!(bert.allocate_with(&mut world, token).code(), 508, "it isn't his");
    let odd = second.allocate_with(&mut world, token);
    assert_eq!((odd.code(), odd.relayed().port()), (0, even.port() + 1));
    bert.challenge(&mut world);
    assert_eq!(bert.allocate_with(&mut world, token).code(), 508, "it is gone");
    for client in [&first, &second] {
        client.refresh(&mut world, 0);
    }
    world.assert_empty();

    // Half a minute.
    let answer = first.allocate_with(&mut world, &[&EvenPort::new(true)]);
    first.refresh(&mut world, 0);
    world.pass_secs(30);
    assert_eq!(second.allocate_with(&mut world, &[&ReservationToken::new(answer.token())]).code(), 508);
    world.assert_empty();
}

#[test]
fn ports_that_other_programs_have() {
    let mut config = config();
    config.ports = 50_000..=50_003;
    let mut world = World::new(config);
    for port in 50_000..50_003 {
        world.taken.insert(address(&format!("{RELAY_V4}:{port}")));
    }
    let mut had = 0;
    for port in 4000..4050 {
        let client = Client::signed_in(&mut world, udp(&format!("192.0.2.10:{port}")), "anna");
        let answer = client.allocate_with(&mut world, &[]);
        match answer.code() {
            0 => {
                assert_eq!(answer.relayed().port(), 50_003);
                had += 1;
                client.refresh(&mut world, 0);
            }
            code => assert_eq!(code, 508),
        }
    }
    assert!(had > 25, "it doesn't give up at the first one that is taken: {had}");
    world.taken.insert(address(&format!("{RELAY_V4}:50003")));
    let client = Client::signed_in(&mut world, udp(CLIENT), "anna");
    for attributes in [&[] as Attributes<'_>, &[&EvenPort::new(false)], &[&EvenPort::new(true)]] {
        assert_eq!(client.allocate_with(&mut world, attributes).code(), 508);
    }
    world.assert_empty();
}

#[test]
fn how_channels_are_bound() {
    let mut world = World::new(config());
    let client = Client::signed_in(&mut world, udp(CLIENT), "anna");
    client.allocate(&mut world);
    let (peer, other) = (address(PEER), address("9.9.9.9:7001"));
    for (number, peer, code) in [
        (0x3fff, peer, 400),
        (0x7fff, peer, 400),
        (0x4000, peer, 0),
        (0x4000, peer, 0),
        (0x4000, other, 400),
        (0x4001, peer, 400),
        (0x4001, other, 0),
        (0x4fff, address("9.9.9.9:7002"), 0),
        (0x7ffe, address("9.9.9.9:7003"), 0),
        (0x4005, address(PEER_V6), 443),
    ] {
        assert_eq!(client.bind(&mut world, number, peer), code, "{number:#x} {peer}");
    }
    let without_peer = client.ask(&mut world, CHANNEL_BIND, &[&ChannelNumber::new(0x4000)]);
    assert_eq!(without_peer.code(), 400);
    let without_number = client.sign(addressed(CHANNEL_BIND, &[peer], &[]));
    assert_eq!(world.ask(client.path, &without_number).unwrap().code(), 400);
    assert_eq!(client.ask(&mut world, CREATE_PERMISSION, &[]).code(), 400);
    // A number is free again when its time is over.
    client.refresh(&mut world, 3600);
    world.pass_secs(599);
    let mut client = client;
    client.challenge(&mut world);
    assert_eq!(client.bind(&mut world, 0x4000, other), 400);
    world.pass_secs(1);
    assert_eq!(client.bind(&mut world, 0x4000, other), 0);
}

#[test]
fn dont_fragment_goes_with_the_data() {
    let mut config = config();
    config.dont_fragment = true;
    let mut world = World::new(config);
    let client = Client::signed_in(&mut world, udp(CLIENT), "anna");
    assert_eq!(client.allocate_with(&mut world, &[&DontFragment::new()]).code(), 0);
    let peer = address(PEER);
    client.permit(&mut world, peer);
    let mut indication = Message::builder_indication(SEND, MessageWriteVec::new());
    let transaction = indication.transaction_id();
    indication.add_attribute(&XorPeerAddress::new(peer, transaction)).unwrap();
    indication.add_attribute(&DontFragment::new()).unwrap();
    indication.add_attribute(&Data::new(b"x")).unwrap();
    let Some(Forward::ToPeer(to)) = world.feed(client.path, &indication.finish()) else { panic!() };
    assert!(to.dont_fragment);
    let Some(Forward::ToPeer(to)) = client.send(&mut world, peer, b"x") else { panic!() };
    assert!(!to.dont_fragment);
}

#[test]
fn a_stream_in_pieces() {
    let mut world = World::new(config());
    let client = Client::signed_in(&mut world, tcp(3, CLIENT), "anna");
    client.allocate(&mut world);
    let peer = address(PEER);
    assert_eq!(client.bind(&mut world, 0x4000, peer), 0);
    let mut stream = Vec::new();
    let sent: Vec<Vec<u8>> = (0..40_usize).map(|len| vec![b'a'; len]).collect();
    for (index, data) in sent.iter().enumerate() {
        if index % 3 == 0 {
            stream.extend(send(peer, data));
        } else {
            stream.extend(channel_data(0x4000, data));
            stream.resize(stream.len().next_multiple_of(4), 0);
        }
    }
    let mut arrived = Vec::new();
    let mut buffer = Vec::new();
    for piece in stream.chunks(7) {
        buffer.extend(piece);
        while let Frame::Whole { message, total } = frame(&buffer) {
            let packet: Vec<u8> = buffer.drain(..total).take(message).collect();
            arrived.push(to_peer(world.feed(client.path, &packet), &packet).unwrap().1);
        }
    }
    assert_eq!(arrived, sent);
    assert!(buffer.is_empty());
}

#[test]
fn a_probe_allocates_and_lets_go() {
    let mut world = World::new(config());
    let mut probe = Probe::new(rest::credentials(SECRET, "doctor", UNIX + 60), [[1; 12], [2; 12], [3; 12]]);
    let mut answer = |packet: &[u8]| {
        assert_eq!(world.feed(udp(CLIENT), packet), None);
        world.answers.pop_front().expect("an answer").1
    };
    let challenge = answer(&probe.first());
    let Step::Send(signed) = probe.handle(&challenge) else { panic!("it is asked to sign in") };
    let success = answer(&signed);
    assert_eq!(probe.handle(b"something else"), Step::Other);
    assert_eq!(probe.handle(&challenge), Step::Other, "an answer that is late");
    let Step::Done { relayed, last } = probe.handle(&success) else { panic!("it may allocate") };
    assert_eq!(relayed.ip().to_string(), RELAY_V4);
    answer(&last);
    assert!(world.sockets.is_empty(), "it is let go");

    let mut probe = Probe::new(rest::credentials(b"south", "doctor", UNIX + 60), [[4; 12], [5; 12], [6; 12]]);
    assert_eq!(world.feed(udp(CLIENT), &probe.first()), None);
    let challenge = world.answers.pop_front().unwrap().1;
    let Step::Send(signed) = probe.handle(&challenge) else { panic!("it is asked to sign in") };
    world.feed(udp(CLIENT), &signed);
    assert_eq!(probe.handle(&world.answers.pop_front().unwrap().1), Step::Refused(401));
}
