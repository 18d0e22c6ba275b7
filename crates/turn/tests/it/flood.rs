use stun_types::message::*;
use turn_types::attribute::*;
use turn_types::message::*;

use crate::world::*;

const CLIENT: &str = "192.0.2.10:4000";

/// Every request that somebody can send from an address that isn't theirs.
#[test]
fn no_answer_is_worth_forging_an_address_for() {
    let methods = (0..0x1000).map(Method::new).collect::<Vec<_>>();
    let mut largest = 0.0_f64;
    for remote in [CLIENT, "[2001:db8::5]:4000"] {
        let mut config = config();
        config.quotas.unproved.burst = 1_000_000;
        let mut world = World::new(config);
        let anna = Client::signed_in(&mut world, udp("192.0.2.99:1"), "anna");
        for &method in &methods {
            let mut unknown = request(method, &[]);
            for kind in 0..20 {
                let kind = 0x7000 + kind;
                unknown.add_attribute(&stun_types::attribute::RawAttribute::new(kind.into(), &[])).unwrap();
            }
            let mut with_fingerprint = request(method, &[]);
            with_fingerprint.add_fingerprint().unwrap();
            for request in [
                request(method, &[]).finish(),
                with_fingerprint.finish(),
                request(method, &[&RequestedTransport::new(17)]).finish(),
                unknown.finish(),
                anna.request(method, &[]),
                anna.clone().by_sha256().request(method, &[&RequestedTransport::new(17)]),
            ] {
                world.feed(udp(remote), &request);
                for (_, answer) in world.answers.drain(..) {
                    largest = largest.max(answer.len() as f64 / request.len() as f64);
                }
            }
        }
        // The numbers that are promised: what a browser asks first.
        let len = |world: &mut World, request: MessageWriteVec| {
            let request = request.finish();
            (request.len(), world.ask(udp(remote), &request).unwrap().0.len())
        };
        let mapped = if remote == CLIENT { 32 } else { 44 };
        assert_eq!(len(&mut world, request(BINDING, &[])), (20, mapped));
        assert_eq!(len(&mut world, request(ALLOCATE, &[&RequestedTransport::new(17)])), (28, 84));
        // There is no room for a challenge, and no client asks like this.
        assert_eq!(len(&mut world, request(ALLOCATE, &[])), (20, 28));
        assert_eq!(len(&mut world, request(REFRESH, &[])), (20, 28));
        assert_eq!(world.server.stats().over_budget, 0);
        world.assert_empty();
    }
    assert!(largest <= 3.0, "{largest}");
}

#[test]
fn whoever_floods_gets_little_and_leaves_nothing() {
    let mut world = World::new(config());
    let requests = [request(BINDING, &[]).finish(), request(ALLOCATE, &[&RequestedTransport::new(17)]).finish()];
    for (port, request) in (1..=50_000_u16).flat_map(|port| requests.iter().map(move |request| (port, request))) {
        world.feed(udp(&format!("192.0.2.66:{port}")), request);
    }
    assert_eq!(world.answers.len(), 200, "of 100,000");
    world.answers.clear();
    world.assert_empty();
    world.pass_secs(1);
    for port in 1..1000 {
        world.feed(udp(&format!("192.0.2.66:{port}")), &requests[0]);
    }
    assert_eq!(world.answers.len(), 100, "a second's worth");
    world.answers.clear();
    // Others are answered meanwhile, and so is whoever is there for certain: by a connection, or with an allocation.
    assert!(world.ask(udp("192.0.2.67:1"), &requests[0]).is_some());
    assert!(world.ask(tcp(1, "192.0.2.66:1"), &requests[0]).is_some());
    world.pass_secs(1);
    let client = Client::signed_in(&mut world, udp("192.0.2.66:1"), "anna");
    client.allocate(&mut world);
    for port in 2..1000 {
        world.feed(udp(&format!("192.0.2.66:{port}")), &requests[0]);
    }
    world.answers.clear();
    assert!(world.ask(client.path, &requests[0]).is_some());
    // In IPv6 one has as many addresses as one likes.
    for host in 1..1000 {
        world.feed(udp(&format!("[2001:db8:5:5::{host:x}]:1")), &requests[0]);
    }
    assert_eq!(world.answers.len(), 200);
}

#[test]
fn nothing_but_a_request_is_answered() {
    let mut world = World::new(config());
    let client = Client::signed_in(&mut world, udp(CLIENT), "anna");
    client.allocate(&mut world);
    for class in [MessageClass::Success, MessageClass::Error, MessageClass::Indication] {
        for method in (0..0x20).map(Method::new) {
            let kind = MessageType::from_class_method(class, method);
            let message = Message::builder(kind, 5.into(), MessageWriteVec::new()).finish();
            assert_eq!(world.feed(client.path, &message), None);
        }
    }
    for junk in [&b""[..], b"\0", b"hello", &[0x40], &[0x80; 30], &[0xff; 1500], &[0; 20]] {
        assert_eq!(world.feed(client.path, junk), None);
    }
    // Two bytes too many are no message.
    let binding = [request(BINDING, &[]).finish(), vec![0; 2]].concat();
    assert_eq!(world.feed(client.path, &binding), None);
    assert!(world.answers.is_empty());
}
