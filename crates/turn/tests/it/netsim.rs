use std::collections::{BTreeMap, HashMap, HashSet};
use std::net::SocketAddr;
use std::time::Duration;

use stun_types::message::*;
use stun_types::prelude::AttributeWrite;
use turn::{Forward, Path};
use turn_types::attribute::*;
use turn_types::message::*;

use crate::world::*;

/// Numbers from a seed, the same at every run.
struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: u64) -> u64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % sides
    }
}

/// Where a packet is on its way to.
#[derive(Debug, Clone)]
enum To {
    Server(Path),
    Client(Path),
    Relay(SocketAddr, SocketAddr),
    Peer(SocketAddr, SocketAddr),
}

/// A network that loses one packet in ten, doubles one in twenty, and takes 5 to 80 ms.
struct Net {
    world: World,
    dice: Dice,
    clock: u64,
    sent: u64,
    lost: u64,
    doubled: u64,
    wires: BTreeMap<(u64, u64), (To, Vec<u8>)>,
}

impl Net {
    fn new(seed: u64) -> Self {
        let world = World::new(config());
        Self { world, dice: Dice(seed), clock: 0, sent: 0, lost: 0, doubled: 0, wires: BTreeMap::new() }
    }

    fn send(&mut self, to: &To, bytes: &[u8]) {
        let copies = match self.dice.roll(20) {
            0 | 1 => 0,
            2 => 2,
            _ => 1,
        };
        self.lost += u64::from(copies == 0);
        self.doubled += u64::from(copies == 2);
        for _ in 0..copies {
            self.sent += 1;
            let arrival = self.clock + 5 + self.dice.roll(75);
            self.wires.insert((arrival, self.sent), (to.clone(), bytes.to_vec()));
        }
    }

    /// The next thing that arrives at a client or a peer before `until`; the server's part is played here.
    fn next(&mut self, until: u64) -> Option<(To, Vec<u8>)> {
        loop {
            let at = self.wires.keys().next().map_or(until, |key| key.0).min(until);
            self.world.pass(Duration::from_millis(at - self.clock));
            self.clock = at;
            self.flush();
            if at >= until {
                return None;
            }
            let (_, (to, bytes)) = self.wires.pop_first()?;
            match to {
                To::Server(path) => {
                    let forward = self.world.feed(path, &bytes);
                    self.flush();
                    match forward {
                        Some(Forward::ToPeer(out)) => {
                            let from = self.world.sockets[&out.relay];
                            self.send(&To::Peer(out.peer, from), &bytes[out.payload]);
                        }
                        Some(Forward::ToClient(out)) => self.send(&To::Client(out.path), &message(&out, &bytes)),
                        None => {}
                    }
                }
                To::Relay(relay, peer) => {
                    if let Some((path, bytes)) = self.world.deliver(relay, peer, &bytes) {
                        self.send(&To::Client(path), &bytes);
                    }
                }
                arrived => return Some((arrived, bytes)),
            }
        }
    }

    fn flush(&mut self) {
        while let Some((path, bytes)) = self.world.answers.pop_front() {
            self.send(&To::Client(path), &bytes);
        }
    }
}

/// A client that repeats what isn't answered, as RFC 8489, section 6.2.1 says, and takes new nonces.
struct Caller {
    client: Client,
    /// What came while it waited for something else.
    inbox: Vec<Vec<u8>>,
}

impl Caller {
    fn ask(&mut self, net: &mut Net, method: Method, peer: Option<SocketAddr>, attributes: Attributes<'_>) -> Answer {
        for _ in 0..10 {
            let mut unsigned = request(method, attributes);
            let transaction = unsigned.transaction_id();
            if let Some(peer) = peer {
                unsigned.add_attribute(&XorPeerAddress::new(peer, transaction)).unwrap();
            }
            let bytes = if self.client.nonce.is_empty() { unsigned.finish() } else { self.client.sign(unsigned) };
            let answer = self.answer(net, transaction, &bytes).expect("an answer to one of seven");
            match answer.code() {
                401 | 438 => self.client.nonce = answer.nonce().unwrap(),
                _ => {
                    answer.message().validate_integrity(&self.client.key()).unwrap();
                    return answer;
                }
            }
        }
        panic!("never let in");
    }

    fn answer(&mut self, net: &mut Net, transaction: TransactionId, bytes: &[u8]) -> Option<Answer> {
        let mut wait = 200;
        for _ in 0..7 {
            net.send(&To::Server(self.client.path), bytes);
            let until = net.clock + wait;
            wait *= 2;
            while let Some((to, bytes)) = net.next(until) {
                let To::Client(path) = to else { continue };
                assert_eq!(path, self.client.path);
                let is_answer = Message::from_bytes(&bytes)
                    .is_ok_and(|message| message.is_response() && message.transaction_id() == transaction);
                if is_answer {
                    return Some(Answer(bytes));
                }
                self.inbox.push(bytes);
            }
        }
        None
    }
}

/// A client's whole life, on a bad network: twelve minutes of talk in both directions, by indications and by a channel, with
/// permissions, channel and allocation kept alive and nonces that expire meanwhile. Every packet that the network didn't
/// lose arrives as it was sent, and after it all nothing is left.
#[test]
fn a_life_on_a_bad_network() {
    for seed in 1..=20 {
        let mut net = Net::new(seed);
        let client = Client::new(udp("192.0.2.10:4000"), "anna");
        let mut caller = Caller { client, inbox: Vec::new() };
        let peer = address("9.9.9.9:7000");
        let udp = &RequestedTransport::new(17) as &dyn AttributeWrite;
        let answer = caller.ask(&mut net, ALLOCATE, None, &[udp]);
        assert_eq!(answer.code(), 0, "seed {seed}");
        let relayed = answer.relayed();
        assert_eq!(net.world.server.stats().allocations, 1);
        let mut received: HashMap<bool, HashSet<u32>> = HashMap::new();
        let mut sent = 0_u32;
        for minute in 0..12 {
            if minute % 4 == 0 {
                assert_eq!(caller.ask(&mut net, CREATE_PERMISSION, Some(peer), &[]).code(), 0);
                let code = caller.ask(&mut net, REFRESH, None, &[&Lifetime::new(600)]).code();
                assert_eq!(code, 0, "seed {seed} minute {minute}");
                if minute > 0 {
                    let number = &ChannelNumber::new(0x4000);
                    assert_eq!(caller.ask(&mut net, CHANNEL_BIND, Some(peer), &[number]).code(), 0);
                }
            }
            for _ in 0..60 {
                sent += 1;
                let data = sent.to_be_bytes();
                let packet = if minute >= 4 { channel_data(0x4000, &data) } else { send(peer, &data) };
                net.send(&To::Server(caller.client.path), &packet);
                net.send(&To::Relay(relayed, peer), &data);
                let until = net.clock + 1000;
                let mut arrived: Vec<_> = std::iter::from_fn(|| net.next(until)).collect();
                arrived.extend(caller.inbox.drain(..).map(|bytes| (To::Client(caller.client.path), bytes)));
                for (to, bytes) in arrived {
                    let (inward, data) = match to {
                        To::Peer(to, from) => {
                            assert_eq!((to, from), (peer, relayed));
                            (false, bytes)
                        }
                        // Late answers to requests that were repeated.
                        To::Client(_) if Message::from_bytes(&bytes).is_ok_and(|it| it.is_response()) => continue,
                        To::Client(_) if bytes[0] == 0x40 => (true, bytes[4..].to_vec()),
                        To::Client(_) => {
                            let (from, data) = data_indication(&bytes);
                            assert_eq!(from, peer);
                            (true, data)
                        }
                        other => panic!("{other:?}"),
                    };
                    let number = u32::from_be_bytes(data.try_into().unwrap());
                    assert!((1..=sent).contains(&number));
                    received.entry(inward).or_default().insert(number);
                }
            }
        }
        // Two hops each way, of which one in ten is lost: the network's loss and nobody else's.
        for inward in [false, true] {
            let share = received[&inward].len() as f64 / f64::from(sent);
            assert!((0.74..0.90).contains(&share), "seed {seed}: {share} of {sent} arrived, inward {inward}");
        }
        assert!(net.lost > 100 && net.doubled > 50);
        let stats = net.world.server.stats();
        assert_eq!((stats.over_bandwidth, stats.refused_peers, stats.over_budget), (0, 0, 0));
        // A Refresh to nothing whose answer is lost is repeated, and finds nothing.
        let code = caller.ask(&mut net, REFRESH, None, &[&Lifetime::new(0)]).code();
        assert!([0, 437].contains(&code));
        // A late duplicate of the first Allocate makes no second allocation that nobody knows of.
        while net.next(net.clock + 1000).is_some() {}
        net.world.pass_secs(600);
        net.world.assert_empty();
    }
}
