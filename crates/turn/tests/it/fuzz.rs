use std::cell::Cell;
use std::time::Duration;

use proptest::prelude::*;
use proptest::test_runner::{Config as ProptestConfig, RngAlgorithm, TestRng, TestRunner};
use stun_types::message::*;
use turn::{Forward, Rate};
use turn_types::attribute::*;
use turn_types::message::*;

use crate::world::*;

/// What happens next.
#[derive(Debug, Clone)]
enum Step {
    Allocate {
        who: usize,
        family: u8,
        even: u8,
    },
    Refresh {
        who: usize,
        seconds: u32,
    },
    Permit {
        who: usize,
        peer: usize,
    },
    Bind {
        who: usize,
        number: u16,
        peer: usize,
    },
    Send {
        who: usize,
        peer: usize,
        len: usize,
    },
    Channel {
        who: usize,
        number: u16,
        len: usize,
    },
    FromPeer {
        relay: prop::sample::Index,
        peer: usize,
        len: usize,
    },
    Close {
        who: usize,
    },
    EndUser {
        user: usize,
    },
    Pass {
        seconds: u64,
    },
    /// A request that was sent before, with some bytes changed.
    Mangled {
        who: usize,
        at: Vec<(prop::sample::Index, u8)>,
        cut: prop::sample::Index,
    },
    Junk {
        who: usize,
        bytes: Vec<u8>,
    },
}

const USERS: [&str; 3] = ["anna", "bert", "cleo"];
const PEERS: [&str; 6] =
    ["9.9.9.9:7000", "9.9.9.9:7001", "[2620:fe::9]:7000", "10.0.0.1:7000", "127.0.0.1:3000", "198.51.100.1:50001"];

fn step() -> impl Strategy<Value = Step> {
    let who = 0..4_usize;
    let peer = prop_oneof![Just(0), 0..PEERS.len() + 4];
    let number = prop_oneof![0x4000_u16..0x4004, any::<u16>()];
    let len = prop_oneof![0..20_usize, Just(1200)];
    prop_oneof![
        4 => (who.clone(), 0..4_u8, 0..3_u8).prop_map(|(who, family, even)| Step::Allocate { who, family, even }),
        2 => (who.clone(), prop_oneof![Just(0), Just(600), any::<u32>()]).prop_map(|(who, seconds)| Step::Refresh { who, seconds }),
        4 => (who.clone(), peer.clone()).prop_map(|(who, peer)| Step::Permit { who, peer }),
        4 => (who.clone(), number.clone(), peer.clone()).prop_map(|(who, number, peer)| Step::Bind { who, number, peer }),
        4 => (who.clone(), peer.clone(), len.clone()).prop_map(|(who, peer, len)| Step::Send { who, peer, len }),
        4 => (who.clone(), number, len.clone()).prop_map(|(who, number, len)| Step::Channel { who, number, len }),
        4 => (any::<prop::sample::Index>(), peer, len).prop_map(|(relay, peer, len)| Step::FromPeer { relay, peer, len }),
        1 => who.clone().prop_map(|who| Step::Close { who }),
        1 => (0..USERS.len()).prop_map(|user| Step::EndUser { user }),
        2 => prop_oneof![0..5_u64, 100..700_u64].prop_map(|seconds| Step::Pass { seconds }),
        3 => (who.clone(), prop::collection::vec(any::<(prop::sample::Index, u8)>(), 0..4), any::<prop::sample::Index>())
            .prop_map(|(who, at, cut)| Step::Mangled { who, at, cut }),
        1 => (who, prop::collection::vec(any::<u8>(), 0..60)).prop_map(|(who, bytes)| Step::Junk { who, bytes }),
    ]
}

struct Session {
    world: World,
    clients: Vec<Client>,
    last: Vec<u8>,
}

impl Session {
    fn new() -> Self {
        let mut config = config();
        config.ports = 50_000..=50_009;
        config.quotas.bandwidth = Some(Rate { per_second: 2000, burst: 5000 });
        (config.quotas.per_user, config.quotas.total, config.quotas.permissions) = (3, 5, 3);
        let clients = (0..4_u64).map(|who| {
            let remote = format!("192.0.2.10:{}", 4000 + who);
            let path = if who % 3 == 0 { tcp(who, &remote) } else { udp(&remote) };
            let user = USERS[who as usize % USERS.len()];
            let mut client = Client::new(path, user);
            client.credentials = turn::rest::credentials(SECRET, user, UNIX + 100_000);
            client
        });
        let (mut clients, mut world): (Vec<_>, _) = (clients.collect(), World::new(config));
        clients.iter_mut().for_each(|client: &mut Client| client.challenge(&mut world));
        Self { clients, world, last: Vec::new() }
    }

    fn peer(&self, peer: usize) -> std::net::SocketAddr {
        match PEERS.get(peer) {
            Some(peer) => address(peer),
            // Another client's relay address, if there is one.
            None => self.world.sockets.values().copied().min().unwrap_or(address(PEERS[0])),
        }
    }

    /// Sends, and takes a new nonce if it was refused for that.
    fn ask(&mut self, who: usize, request: MessageWriteVec) {
        self.last = self.clients[who].sign(request);
        let last = self.last.clone();
        self.feed(who, &last);
    }

    fn feed(&mut self, who: usize, packet: &[u8]) {
        let path = self.clients[who].path;
        let forward = self.world.feed(path, packet);
        match forward {
            Some(Forward::ToPeer(to)) => {
                assert!(to.peer.ip() == address(PEERS[0]).ip() || to.peer == address(PEERS[2]), "{}", to.peer);
                assert!(self.world.sockets.contains_key(&to.relay) && packet.get(to.payload).is_some());
            }
            Some(Forward::ToClient(to)) => {
                let bytes = message(&to, packet);
                assert!(bytes.len() >= 4 && (to.path.link == udp("1.1.1.1:1").link || bytes.len().is_multiple_of(4)));
            }
            None => {}
        }
        while let Some((path, bytes)) = self.world.answers.pop_front() {
            let answer = Answer(bytes);
            if let (Some(nonce), Some(client)) =
                (answer.nonce(), self.clients.iter_mut().find(|client| client.path == path))
            {
                client.nonce = nonce;
            }
        }
    }

    fn step(&mut self, step: Step) {
        match step {
            Step::Allocate { who, family, even } => {
                let mut allocate = request(ALLOCATE, &[&RequestedTransport::new(17)]);
                use stun_types::AddressFamily::{IPV4, IPV6};
                use stun_types::prelude::MessageWriteExt as _;
                match family {
                    1 => allocate.add_attribute(&RequestedAddressFamily::new(IPV4)).unwrap(),
                    2 => allocate.add_attribute(&RequestedAddressFamily::new(IPV6)).unwrap(),
                    3 => allocate.add_attribute(&AdditionalAddressFamily::new(IPV6)).unwrap(),
                    _ => {}
                }
                if even > 0 {
                    allocate.add_attribute(&EvenPort::new(even == 2)).unwrap();
                }
                self.ask(who, allocate);
            }
            Step::Refresh { who, seconds } => self.ask(who, request(REFRESH, &[&Lifetime::new(seconds)])),
            Step::Permit { who, peer } => self.ask(who, addressed(CREATE_PERMISSION, &[self.peer(peer)], &[])),
            Step::Bind { who, number, peer } => {
                self.ask(who, addressed(CHANNEL_BIND, &[self.peer(peer)], &[&ChannelNumber::new(number)]));
            }
            Step::Send { who, peer, len } => {
                let packet = send(self.peer(peer), &vec![1; len]);
                self.feed(who, &packet);
            }
            Step::Channel { who, number, len } => self.feed(who, &channel_data(number, &vec![2; len])),
            Step::FromPeer { relay, peer, len } => {
                let mut sockets: Vec<_> = self.world.sockets.values().copied().collect();
                sockets.sort_unstable();
                if !sockets.is_empty() {
                    self.world.deliver(*relay.get(&sockets), self.peer(peer), &vec![3; len]);
                }
            }
            Step::Close { who } => self.world.server.handle_closed(&self.clients[who].path),
            Step::EndUser { user } => self.world.server.end_user(USERS[user]),
            Step::Pass { seconds } => self.world.pass(Duration::from_secs(seconds)),
            Step::Mangled { who, at, cut } => {
                let mut bytes = self.last.clone();
                for (at, byte) in at {
                    if !bytes.is_empty() {
                        let at = at.index(bytes.len());
                        bytes[at] = byte;
                    }
                }
                // Half of them whole.
                let cut = cut.index(2 * bytes.len() + 1);
                bytes.truncate(cut.max(1));
                self.feed(who, &bytes);
            }
            Step::Junk { who, bytes } => self.feed(who, &bytes),
        }
        self.world.drain();
        self.check();
    }

    fn check(&self) {
        let stats = self.world.server.stats();
        assert!(stats.allocations <= 5);
        assert!(self.world.sockets.len() >= stats.allocations && self.world.sockets.len() <= 2 * stats.allocations);
        assert!(self.world.sockets.values().all(|socket| (50_000..=50_009).contains(&socket.port())));
    }
}

/// Whatever people send, in whatever order: bounds hold, nothing goes where it may not, sockets are as many as there are
/// allocations, and at the end nothing is left.
#[test]
fn sessions_at_random() {
    let cases = std::env::var("PROPTEST_CASES").ok().and_then(|cases| cases.parse().ok()).unwrap_or(300);
    let config = ProptestConfig { cases, failure_persistence: None, ..ProptestConfig::default() };
    // The same walks each time.
    let mut runner = TestRunner::new_with_rng(config, TestRng::deterministic_rng(RngAlgorithm::ChaCha));
    let relayed = Cell::new(0);
    runner
        .run(&prop::collection::vec(step(), 1..120), |steps| {
            let mut session = Session::new();
            for step in steps {
                session.step(step);
            }
            session.world.pass_secs(3600);
            session.world.assert_empty();
            let stats = session.world.server.stats();
            relayed.set(relayed.get() + stats.to_peers + stats.to_clients);
            Ok(())
        })
        .unwrap();
    assert!(relayed.get() > u64::from(cases / 4), "the walks don't get anywhere: {} packets", relayed.get());
}
