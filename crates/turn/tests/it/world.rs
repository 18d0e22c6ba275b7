use std::collections::{HashMap, HashSet, VecDeque};
use std::net::{IpAddr, SocketAddr};
use std::time::{Duration, Instant};

use stun_types::attribute::*;
use stun_types::message::*;
use turn::rest::{self, Credentials};
use turn::{Config, Forward, Link, Now, Output, Path, RelayId, Server, ToClient};
use turn_types::attribute::*;
use turn_types::message::*;

pub(crate) const SECRET: &[u8] = b"north";

/// Seconds since 1970 when a test begins.
pub(crate) const UNIX: u64 = 1_700_000_000;

pub(crate) const RELAY_V4: &str = "198.51.100.1";
pub(crate) const RELAY_V6: &str = "2001:db8:1::1";

/// A relay in both families, no limit to bandwidth.
pub(crate) fn config() -> Config {
    let mut config = Config::new(SECRET.to_vec(), [7; 32]);
    config.relay_v4 = Some(RELAY_V4.parse::<IpAddr>().unwrap().into());
    config.relay_v6 = Some(RELAY_V6.parse::<IpAddr>().unwrap().into());
    config.ports = 50_000..=50_999;
    config.quotas.bandwidth = None;
    config
}

/// A server, its sockets, and the time.
pub(crate) struct World {
    pub(crate) server: Server,
    start: Instant,
    elapsed: Duration,
    /// Its relay ports, as its shell has them.
    pub(crate) sockets: HashMap<RelayId, SocketAddr>,
    /// What other programs have.
    pub(crate) taken: HashSet<SocketAddr>,
    pub(crate) answers: VecDeque<(Path, Vec<u8>)>,
}

impl World {
    pub(crate) fn new(config: Config) -> Self {
        let start = Instant::now();
        Self {
            server: Server::new(config, start),
            start,
            elapsed: Duration::ZERO,
            sockets: HashMap::new(),
            taken: HashSet::new(),
            answers: VecDeque::new(),
        }
    }

    pub(crate) fn now(&self) -> Now {
        Now { instant: self.start + self.elapsed, unix: UNIX + self.elapsed.as_secs() }
    }

    /// Time passes, and the server is woken when it wanted to be.
    pub(crate) fn pass(&mut self, time: Duration) {
        let until = self.elapsed + time;
        while let Some(at) = self.drain().filter(|at| *at <= self.start + until) {
            self.elapsed = (at - self.start).max(self.elapsed);
            self.server.handle_timeout(self.now().instant);
        }
        self.elapsed = until;
    }

    pub(crate) fn pass_secs(&mut self, seconds: u64) {
        self.pass(Duration::from_secs(seconds));
    }

    /// Something comes from a client.
    pub(crate) fn feed(&mut self, path: Path, packet: &[u8]) -> Option<Forward> {
        let forward = self.server.handle_client(self.now(), path, packet);
        self.drain();
        forward
    }

    /// Something comes to a relay address: what the client gets.
    pub(crate) fn deliver(&mut self, relayed: SocketAddr, peer: SocketAddr, data: &[u8]) -> Option<(Path, Vec<u8>)> {
        let (&relay, _) = self.sockets.iter().find(|socket| *socket.1 == relayed)?;
        let to = self.server.handle_peer(self.now().instant, relay, peer, data.len())?;
        Some((to.path, message(&to, data)))
    }

    /// Carries out what is to be done; when it wants to be woken.
    pub(crate) fn drain(&mut self) -> Option<Instant> {
        loop {
            match self.server.poll_output() {
                Output::Answer { path, bytes } => self.answers.push_back((path, bytes)),
                Output::Bind { relay, address } => {
                    let is_free = !self.taken.contains(&address) && !self.sockets.values().any(|it| *it == address);
                    if is_free {
                        self.sockets.insert(relay, address);
                    }
                    self.server.handle_bound(relay, is_free);
                }
                Output::Release { relay } => assert!(self.sockets.remove(&relay).is_some(), "closed twice"),
                Output::Timeout(at) => return Some(at),
                Output::Idle => return None,
            }
        }
    }

    /// Sends a request that is answered at once, or not at all.
    pub(crate) fn ask(&mut self, path: Path, packet: &[u8]) -> Option<Answer> {
        assert_eq!(self.feed(path, packet), None, "a request goes nowhere");
        let (to, bytes) = self.answers.pop_front()?;
        assert!(self.answers.is_empty(), "one answer");
        assert_eq!(to, path);
        Some(Answer(bytes))
    }

    /// Nothing is left of anybody.
    pub(crate) fn assert_empty(&mut self) {
        self.drain();
        assert!(self.server.is_empty(), "{:?}", self.server.stats());
        assert!(self.sockets.is_empty());
    }
}

/// A message as it goes out.
pub(crate) fn message(to: &ToClient, packet: &[u8]) -> Vec<u8> {
    [to.head.as_bytes(), &packet[to.payload.clone()], &vec![0; to.padding]].concat()
}

/// What a server answered.
#[derive(Clone, PartialEq, Eq)]
pub(crate) struct Answer(pub(crate) Vec<u8>);

impl std::fmt::Debug for Answer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}", self.message())
    }
}

impl Answer {
    pub(crate) fn message(&self) -> Message<'_> {
        Message::from_bytes(&self.0).unwrap()
    }

    /// 0 is success.
    pub(crate) fn code(&self) -> u16 {
        let message = self.message();
        match message.class() {
            MessageClass::Success => 0,
            MessageClass::Error => message.attribute::<ErrorCode>().unwrap().code(),
            other => panic!("{other:?} is no answer"),
        }
    }

    pub(crate) fn nonce(&self) -> Option<String> {
        self.message().attribute::<Nonce>().ok().map(|nonce| nonce.nonce().to_owned())
    }

    pub(crate) fn mapped(&self) -> SocketAddr {
        self.message().attribute::<XorMappedAddress>().unwrap().addr(self.message().transaction_id())
    }

    pub(crate) fn relayed(&self) -> SocketAddr {
        self.all_relayed()[0]
    }

    pub(crate) fn all_relayed(&self) -> Vec<SocketAddr> {
        let message = self.message();
        let relayed = |n| message.nth_attribute::<XorRelayedAddress>(n).ok();
        (0..).map_while(relayed).map(|address| address.addr(message.transaction_id())).collect()
    }

    pub(crate) fn lifetime(&self) -> u32 {
        self.message().attribute::<Lifetime>().unwrap().seconds()
    }

    pub(crate) fn token(&self) -> u64 {
        self.message().attribute::<ReservationToken>().unwrap().token()
    }
}

/// Somebody who signs in.
#[derive(Clone)]
pub(crate) struct Client {
    pub(crate) path: Path,
    pub(crate) credentials: Credentials,
    pub(crate) nonce: String,
    pub(crate) algorithm: IntegrityAlgorithm,
    pub(crate) realm: &'static str,
}

pub(crate) fn udp(remote: &str) -> Path {
    Path { link: Link::Datagram(0), local: None, remote: remote.parse().unwrap() }
}

pub(crate) fn tcp(connection: u64, remote: &str) -> Path {
    Path { link: Link::Stream(connection), ..udp(remote) }
}

pub(crate) type Attributes<'a> = &'a [&'a dyn AttributeWrite];

impl Client {
    pub(crate) fn new(path: Path, user: &str) -> Self {
        let credentials = rest::credentials(SECRET, user, UNIX + 3600);
        Self { path, credentials, nonce: String::new(), algorithm: IntegrityAlgorithm::Sha1, realm: "turn" }
    }

    /// One that has its nonce.
    pub(crate) fn signed_in(world: &mut World, path: Path, user: &str) -> Self {
        let mut client = Self::new(path, user);
        client.challenge(world);
        client
    }

    pub(crate) fn by_sha256(mut self) -> Self {
        self.algorithm = IntegrityAlgorithm::Sha256;
        self
    }

    /// Takes a nonce.
    pub(crate) fn challenge(&mut self, world: &mut World) {
        let answer = world.ask(self.path, &request(ALLOCATE, &[&RequestedTransport::new(17)]).finish()).unwrap();
        assert_eq!(answer.code(), 401);
        self.nonce = answer.nonce().unwrap();
    }

    pub(crate) fn key(&self) -> MessageIntegrityCredentials {
        let Credentials { username, password } = self.credentials.clone();
        LongTermKeyCredentials::new(username, password, self.realm.to_owned()).into()
    }

    /// A request that is signed.
    pub(crate) fn sign(&self, mut request: MessageWriteVec) -> Vec<u8> {
        request.add_attribute(&Username::new(&self.credentials.username).unwrap()).unwrap();
        request.add_attribute(&Realm::new(self.realm).unwrap()).unwrap();
        request.add_attribute(&Nonce::new(&self.nonce).unwrap()).unwrap();
        if self.algorithm == IntegrityAlgorithm::Sha256 {
            use PasswordAlgorithmValue::{MD5, SHA256};
            request.add_attribute(&PasswordAlgorithms::new(&[SHA256, MD5])).unwrap();
            request.add_attribute(&PasswordAlgorithm::new(SHA256)).unwrap();
        }
        request.add_message_integrity(&self.key(), self.algorithm).unwrap();
        request.finish()
    }

    pub(crate) fn request(&self, method: Method, attributes: Attributes<'_>) -> Vec<u8> {
        self.sign(request(method, attributes))
    }

    /// Sends a request and checks that the answer is signed.
    pub(crate) fn ask(&self, world: &mut World, method: Method, attributes: Attributes<'_>) -> Answer {
        let answer = world.ask(self.path, &self.request(method, attributes)).expect("an answer");
        let algorithm = answer.message().validate_integrity(&self.key()).expect("a signed answer");
        assert_eq!(algorithm, self.algorithm);
        answer
    }

    pub(crate) fn allocate_with(&self, world: &mut World, attributes: Attributes<'_>) -> Answer {
        let transport = RequestedTransport::new(17);
        let attributes: Vec<&dyn AttributeWrite> =
            [&transport as _].into_iter().chain(attributes.iter().copied()).collect();
        self.ask(world, ALLOCATE, &attributes)
    }

    /// The relay address.
    pub(crate) fn allocate(&self, world: &mut World) -> SocketAddr {
        let answer = self.allocate_with(world, &[]);
        assert_eq!(answer.code(), 0, "{answer:?}");
        answer.relayed()
    }

    pub(crate) fn refresh(&self, world: &mut World, seconds: u32) -> Answer {
        self.ask(world, REFRESH, &[&Lifetime::new(seconds)])
    }

    pub(crate) fn permit(&self, world: &mut World, peer: SocketAddr) -> u16 {
        let request = addressed(CREATE_PERMISSION, &[peer], &[]);
        world.ask(self.path, &self.sign(request)).expect("an answer").code()
    }

    pub(crate) fn bind(&self, world: &mut World, number: u16, peer: SocketAddr) -> u16 {
        let request = addressed(CHANNEL_BIND, &[peer], &[&ChannelNumber::new(number)]);
        world.ask(self.path, &self.sign(request)).expect("an answer").code()
    }

    pub(crate) fn send(&self, world: &mut World, peer: SocketAddr, data: &[u8]) -> Option<Forward> {
        world.feed(self.path, &send(peer, data))
    }
}

/// A request that isn't signed yet.
pub(crate) fn request(method: Method, attributes: Attributes<'_>) -> MessageWriteVec {
    let mut request = Message::builder_request(method, MessageWriteVec::new());
    for attribute in attributes {
        request.add_attribute(*attribute).unwrap();
    }
    request
}

/// A request with the addresses of peers.
pub(crate) fn addressed(method: Method, peers: &[SocketAddr], attributes: Attributes<'_>) -> MessageWriteVec {
    let mut request = request(method, attributes);
    let transaction = request.transaction_id();
    for peer in peers {
        request.add_attribute(&XorPeerAddress::new(*peer, transaction)).unwrap();
    }
    request
}

/// A Send indication.
pub(crate) fn send(peer: SocketAddr, data: &[u8]) -> Vec<u8> {
    let mut message = Message::builder_indication(SEND, MessageWriteVec::new());
    let transaction = message.transaction_id();
    message.add_attribute(&XorPeerAddress::new(peer, transaction)).unwrap();
    message.add_attribute(&Data::new(data)).unwrap();
    message.finish()
}

/// Data on a channel, as it is in a datagram.
pub(crate) fn channel_data(number: u16, data: &[u8]) -> Vec<u8> {
    let mut bytes = vec![0; 4 + data.len()];
    turn_types::channel::ChannelData::new(number, data).write_into_unchecked(&mut bytes);
    bytes
}

/// Peer and data of a Data indication.
pub(crate) fn data_indication(bytes: &[u8]) -> (SocketAddr, Vec<u8>) {
    let message = Message::from_bytes(bytes).unwrap();
    assert!(message.has_class(MessageClass::Indication) && message.has_method(DATA));
    let peer = message.attribute::<XorPeerAddress>().unwrap().addr(message.transaction_id());
    let data = message.raw_attribute(Data::TYPE).unwrap().value.to_vec();
    (peer, data)
}

pub(crate) fn address(text: &str) -> SocketAddr {
    text.parse().unwrap()
}
