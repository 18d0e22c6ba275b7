use stun_types::attribute::*;
use stun_types::message::*;
use turn::rest;
use turn_types::attribute::*;
use turn_types::message::*;

use crate::world::*;

const CLIENT: &str = "192.0.2.10:4000";

fn anna(world: &mut World) -> Client {
    Client::signed_in(world, udp(CLIENT), "anna")
}

fn allocate() -> MessageWriteVec {
    request(ALLOCATE, &[&RequestedTransport::new(17)])
}

#[test]
fn a_challenge() {
    let mut world = World::new(config());
    let answer = world.ask(udp(CLIENT), &allocate().finish()).unwrap();
    let message = answer.message();
    assert_eq!(answer.code(), 401);
    assert_eq!(message.attribute::<Realm>().unwrap().realm(), "turn");
    let algorithms = message.attribute::<PasswordAlgorithms>().unwrap();
    assert_eq!(algorithms.algorithms(), [PasswordAlgorithmValue::SHA256, PasswordAlgorithmValue::MD5]);
    // The cookie, and of the security features the first bit.
    assert!(answer.nonce().unwrap().starts_with("obMatJos2gAAA"));
    assert_eq!(message.attribute::<ErrorCode>().unwrap().reason(), "");
    world.assert_empty();
}

#[test]
fn who_is_not_let_in() {
    let other = |secret: &[u8], user: &str, expires| {
        let mut client = Client::new(udp(CLIENT), user);
        client.credentials = rest::credentials(secret, user, expires);
        client
    };
    let mut named = other(SECRET, "anna", UNIX + 60);
    named.credentials.username = "anna".to_owned();
    named.credentials.password = rest::password(SECRET, "anna");
    let mut later = other(SECRET, "anna", UNIX + 60);
    later.credentials.username = format!("{}:anna", UNIX + 61);
    let mut elsewhere = other(SECRET, "anna", UNIX + 60);
    elsewhere.realm = "burn";
    for (name, mut client, code) in [
        ("good", other(SECRET, "anna", UNIX + 60), 0),
        ("good by SHA-256", other(SECRET, "anna", UNIX + 60).by_sha256(), 0),
        ("another secret", other(b"south", "anna", UNIX + 60), 401),
        ("another secret by SHA-256", other(b"south", "anna", UNIX + 60).by_sha256(), 401),
        ("expired", other(SECRET, "anna", UNIX), 401),
        ("long expired", other(SECRET, "anna", 0), 401),
        ("another expiry", later, 401),
        ("no expiry", named, 401),
        ("nobody", other(SECRET, "", UNIX + 60), 401),
        ("another realm", elsewhere, 401),
    ] {
        let mut world = World::new(config());
        client.challenge(&mut world);
        let answer = world.ask(client.path, &client.sign(allocate())).unwrap();
        assert_eq!(answer.code(), code, "{name}");
        assert_eq!(answer.nonce().is_some(), code == 401, "{name}");
    }
}

#[test]
fn an_allocation_outlives_its_credentials() {
    let mut world = World::new(config());
    let mut client = Client::new(udp(CLIENT), "anna");
    client.credentials = rest::credentials(SECRET, "anna", UNIX + 60);
    client.challenge(&mut world);
    client.allocate(&mut world);
    world.pass_secs(120);
    assert_eq!(client.refresh(&mut world, 600).code(), 0);
    let mut second = client.clone();
    second.path = udp("192.0.2.10:4001");
    second.challenge(&mut world);
    assert_eq!(second.allocate_with(&mut world, &[]).code(), 401);
}

#[test]
fn a_nonce_is_for_one_client_and_ten_minutes() {
    let mut world = World::new(config());
    let client = anna(&mut world);
    let stale = |world: &mut World, client: &Client| {
        let answer = world.ask(client.path, &client.sign(allocate())).unwrap();
        assert_eq!(answer.code(), 438);
        answer.nonce().unwrap()
    };
    for path in [udp("192.0.2.10:4001"), udp("192.0.2.11:4000"), tcp(1, CLIENT)] {
        stale(&mut world, &Client { path, ..client.clone() });
    }
    let made_up = Client { nonce: "obMatJos2gAAA".to_owned(), ..client.clone() };
    stale(&mut world, &made_up);
    // As of an old server, that doesn't know of password algorithms.
    let bid_down = Client { nonce: client.nonce.replace("gAAA", "AAAA"), ..client.clone() };
    stale(&mut world, &bid_down);
    world.pass_secs(600);
    let nonce = stale(&mut world, &client);
    Client { nonce, ..client }.allocate(&mut world);
    // Another server, or this one after a restart.
    let mut config = config();
    config.seed = [8; 32];
    let mut restarted = World::new(config);
    stale(&mut restarted, &anna(&mut world));
}

/// RFC 8489, section 9.2.4, and whoever shortens the list on the way.
#[test]
fn password_algorithms_are_not_bid_down() {
    use PasswordAlgorithmValue::{MD5, SHA256};
    let list = |all: &[PasswordAlgorithmValue]| Some(PasswordAlgorithms::new(all));
    for (algorithms, chosen, code) in [
        (None, None, 0),
        (list(&[SHA256, MD5]), Some(MD5), 0),
        (list(&[MD5]), Some(MD5), 400),
        (list(&[MD5, SHA256]), Some(MD5), 400),
        (list(&[SHA256, MD5]), None, 400),
        (None, Some(MD5), 400),
    ] {
        let mut world = World::new(config());
        let client = anna(&mut world);
        let mut request = allocate();
        if let Some(algorithms) = &algorithms {
            request.add_attribute(algorithms).unwrap();
        }
        if let Some(chosen) = chosen {
            request.add_attribute(&PasswordAlgorithm::new(chosen)).unwrap();
        }
        let answer = world.ask(client.path, &client.sign(request)).unwrap();
        assert_eq!(answer.code(), code, "{algorithms:?} {chosen:?}");
    }
    let mut world = World::new(config());
    let client = anna(&mut world);
    let mut request = allocate();
    request.add_attribute(&PasswordAlgorithms::new(&[SHA256, MD5])).unwrap();
    request.add_attribute(&RawAttribute::new(PasswordAlgorithm::TYPE, &[0, 3, 0, 0])).unwrap();
    assert_eq!(world.ask(client.path, &client.sign(request)).unwrap().code(), 400);
}

#[test]
fn what_belongs_to_a_signature() {
    let mut world = World::new(config());
    let client = anna(&mut world);
    let (username, realm) = (Username::new(&client.credentials.username).unwrap(), Realm::new("turn").unwrap());
    let nonce = Nonce::new(&client.nonce).unwrap();
    for attributes in [[&username as &dyn AttributeWrite, &realm], [&username, &nonce], [&realm, &nonce]] {
        let mut request = allocate();
        for attribute in attributes {
            request.add_attribute(attribute).unwrap();
        }
        request.add_message_integrity(&client.key(), IntegrityAlgorithm::Sha1).unwrap();
        assert_eq!(world.ask(client.path, &request.finish()).unwrap().code(), 400);
    }
    // Any bit that is changed on the way.
    let good = client.sign(allocate());
    for at in 20..good.len() {
        let mut bytes = good.clone();
        bytes[at] ^= 1;
        world.feed(client.path, &bytes);
        for (_, bytes) in world.answers.drain(..) {
            assert!([400, 401, 438].contains(&Answer(bytes).code()));
        }
        assert_eq!(world.server.stats().allocations, 0, "byte {at}");
    }
    assert_eq!(world.ask(client.path, &good).unwrap().code(), 0);
}
