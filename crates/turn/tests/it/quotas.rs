use std::time::Duration;

use turn::Rate;
use turn_types::attribute::*;
use turn_types::message::*;

use crate::world::*;

fn client(world: &mut World, port: u16, user: &str) -> Client {
    Client::signed_in(world, udp(&format!("192.0.2.10:{port}")), user)
}

#[test]
fn so_many_allocations_for_one_and_for_all() {
    let mut config = config();
    (config.quotas.per_user, config.quotas.total) = (3, 5);
    let mut world = World::new(config);
    let codes = |world: &mut World, ports: std::ops::Range<u16>, user: &str| {
        ports.map(|port| client(world, port, user).allocate_with(world, &[]).code()).collect::<Vec<_>>()
    };
    assert_eq!(codes(&mut world, 1000..1005, "anna"), [0, 0, 0, 486, 486]);
    assert_eq!(codes(&mut world, 2000..2004, "bert"), [0, 0, 508, 508]);
    let first = client(&mut world, 1000, "anna");
    assert_eq!(first.refresh(&mut world, 0).code(), 0);
    assert_eq!(codes(&mut world, 1003..1004, "anna"), [0]);
    world.pass_secs(600);
    world.assert_empty();
    // A port that is kept counts.
    let pair = client(&mut world, 1000, "anna").allocate_with(&mut world, &[&EvenPort::new(true)]);
    assert_eq!(pair.code(), 0);
    assert_eq!(codes(&mut world, 1001..1003, "anna"), [0, 486]);
    let kept = client(&mut world, 1002, "anna");
    assert_eq!(kept.allocate_with(&mut world, &[&ReservationToken::new(pair.token())]).code(), 0);
    world.pass_secs(600);
    world.assert_empty();
}

#[test]
fn so_many_permissions_and_channels() {
    let mut config = config();
    config.quotas.permissions = 4;
    let mut world = World::new(config);
    let anna = client(&mut world, 1000, "anna");
    anna.allocate(&mut world);
    let peer = |last: u16| address(&format!("9.9.9.{last}:7000"));
    for last in 1..=4 {
        assert_eq!(anna.permit(&mut world, peer(last)), 0);
    }
    assert_eq!(anna.permit(&mut world, peer(5)), 508);
    assert_eq!(anna.bind(&mut world, 0x4000, peer(5)), 508);
    assert_eq!(anna.permit(&mut world, peer(4)), 0);
    for (number, port) in (0x4000..).zip(7000..7004) {
        assert_eq!(anna.bind(&mut world, number, address(&format!("9.9.9.1:{port}"))), 0);
    }
    assert_eq!(anna.bind(&mut world, 0x4004, peer(2)), 508);
    // All of a request, or nothing.
    world.pass_secs(301);
    let some = [peer(7), peer(8)];
    assert_eq!(world.ask(anna.path, &anna.sign(addressed(CREATE_PERMISSION, &some, &[]))).unwrap().code(), 0);
    let more = [peer(9), peer(10), peer(11), peer(7)];
    assert_eq!(world.ask(anna.path, &anna.sign(addressed(CREATE_PERMISSION, &more, &[]))).unwrap().code(), 508);
    assert_eq!(anna.send(&mut world, peer(9), b"x"), None);
    let mixed = [peer(9), address("10.0.0.1:7000")];
    assert_eq!(world.ask(anna.path, &anna.sign(addressed(CREATE_PERMISSION, &mixed, &[]))).unwrap().code(), 403);
    assert_eq!(anna.send(&mut world, peer(9), b"x"), None);
}

#[test]
fn so_many_bytes_a_second_for_one_user() {
    let mut config = config();
    config.quotas.bandwidth = Some(Rate { per_second: 10_000, burst: 20_000 });
    let mut world = World::new(config);
    let (one, two) = (client(&mut world, 1000, "anna"), client(&mut world, 1001, "anna"));
    let bert = client(&mut world, 1002, "bert");
    let peer = address("9.9.9.9:7000");
    let relayed = [&one, &two, &bert].map(|client| {
        let relayed = client.allocate(&mut world);
        assert_eq!(client.permit(&mut world, peer), 0);
        relayed
    });
    let sent = |world: &mut World, client: &Client| {
        (0..100).filter(|_| client.send(world, peer, &[7; 1000]).is_some()).count()
    };
    assert_eq!(sent(&mut world, &one), 20);
    assert_eq!(sent(&mut world, &two), 0, "it is hers, not the allocation's");
    assert_eq!(world.deliver(relayed[0], peer, &[7; 1000]), None, "both ways");
    assert_eq!(sent(&mut world, &bert), 20);
    world.pass_secs(1);
    assert!(world.deliver(relayed[0], peer, &[7; 1000]).is_some());
    assert_eq!(sent(&mut world, &two), 9);
    assert_eq!(world.server.stats().bytes, 50_000);
}

#[test]
fn a_hundred_thousand_times_and_nothing_is_left() {
    let mut config = config();
    config.nonce_lifetime = Duration::from_secs(1_000_000_000);
    let mut world = World::new(config);
    let mut clients: Vec<Client> =
        (0..60).map(|port| client(&mut world, 4000 + port, ["anna", "bert", "cleo"][usize::from(port % 3)])).collect();
    for client in &mut clients {
        let user = client.credentials.username.split(':').next_back().unwrap();
        client.credentials = turn::rest::credentials(SECRET, user, u64::MAX);
    }
    let peer = address("9.9.9.9:7000");
    let even: [Attributes<'_>; 3] = [&[], &[&EvenPort::new(true)], &[&EvenPort::new(false)]];
    for round in 0..100_000_u32 {
        let client = &clients[round as usize % clients.len()];
        let answer = client.allocate_with(&mut world, even[(round % 7 % 3) as usize]);
        assert_eq!(answer.code(), 0, "round {round}");
        if round % 10 == 0 {
            assert_eq!(client.permit(&mut world, peer), 0);
            assert_eq!(client.bind(&mut world, 0x4000, peer), 0);
        }
        // One in three expires, one in three is given back, one in three hangs up.
        match round % 3 {
            0 => world.pass_secs(600),
            1 => assert_eq!(client.refresh(&mut world, 0).code(), 0),
            _ => world.server.handle_closed(&client.path),
        }
        if round % 3 == 0 {
            world.assert_empty();
        }
    }
    world.pass_secs(600);
    world.assert_empty();
    assert_eq!(world.server.stats().allocations, 0);
}
