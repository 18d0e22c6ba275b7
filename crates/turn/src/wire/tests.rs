//! The vectors of RFC 5769 and of RFC 8489, appendix B, and messages as another implementation writes and reads them.

use proptest::prelude::*;

use super::*;

const REQUEST: &str = "000100582112a442b7e7a701bc34d686fa87dfae802200105354554e207465737420636c69656e74002400046e0001ff80290008\
     932ff9b151263b36000600096576746a3a68367659202020000800149aeaa70cbfd8cb56781ef2b5b2d3f249c1b571a280280004\
     e57a3bcf";
const RESPONSE_V4: &str = "0101003c2112a442b7e7a701bc34d686fa87dfae8022000b7465737420766563746f7220002000080001a147e112a64300080014\
     2b91f599fd9e90c38c7489f92af9ba53f06be7d780280004c07d4c96";
const RESPONSE_V6: &str = "010100482112a442b7e7a701bc34d686fa87dfae8022000b7465737420766563746f7220002000140002a1470113a9faa5d3f179\
     bc25f4b5bed2b9d900080014a382954e4be67bf11784c97c8292c275bfe3ed4180280004c8fb0b4c";
const LONG_TERM: &str = "000100602112a44278ad3433c6ad72c029da412e00060012e3839ee38388e383aae38383e382afe382b900000015001c662f2f34\
     39396b39353464364f4c33346f4c394653547679363473410014000b6578616d706c652e6f72670000080014f67024656dd64a3e\
     02b8e0712e85c9a28ca89666";
const SHA256: &str = "000100902112a44278ad3433c6ad72c029da412e001e00204a3cf38fef6992bda952c6780417da0f24819415569e60b205c46e41\
     407f1704001500296f624d61744a6f733241414143662f2f3439396b39353464364f4c33346f4c39465354767936347341000000\
     0014000b6578616d706c652e6f726700001d000400020000001c0020b5c7bf005b6c52a21c51c5e892f81924136296cb927c4314\
     9309278cc6518e65";

/// Of the short-term vectors.
const PASSWORD: &[u8] = b"VOkJxbRl1RmTxUk/WvJxBt";

/// As SASLprep leaves them.
const USERNAME: &str = "マトリックス";
const LONG_TERM_PASSWORD: &str = "TheMatrIX";

fn bytes(hex: &str) -> Vec<u8> {
    (0..hex.len()).step_by(2).map(|at| u8::from_str_radix(&hex[at..at + 2], 16).unwrap()).collect()
}

#[test]
fn the_sample_request() {
    let bytes = bytes(REQUEST);
    let message = Message::parse(&bytes).unwrap();
    assert_eq!((message.class(), message.method()), (Class::Request, method::BINDING));
    assert_eq!(message.text(attribute::USERNAME), Some("evtj:h6vY"));
    assert_eq!(message.unknown(), [0x0024]);
    assert!(message.has_fingerprint && message.is_signed_by(&Key::raw(PASSWORD)));
    assert!(!message.is_signed_by(&Key::raw(b"VOkJxbRl1RmTxUk/WvJxBu")));
}

#[test]
fn the_sample_responses() {
    for (hex, mapped) in
        [(RESPONSE_V4, "192.0.2.1:32853"), (RESPONSE_V6, "[2001:db8:1234:5678:11:2233:4455:6677]:32853")]
    {
        let bytes = bytes(hex);
        let message = Message::parse(&bytes).unwrap();
        assert_eq!((message.class(), message.method()), (Class::Success, method::BINDING));
        let value = message.attribute(attribute::XOR_MAPPED_ADDRESS).unwrap();
        assert_eq!(message.address(value), Some(mapped.parse().unwrap()));
        assert!(message.has_fingerprint && message.is_signed_by(&Key::raw(PASSWORD)));
        // And written, but for the padding of SOFTWARE, which is spaces there.
        let written = Writer::new(Class::Success, method::BINDING, &message.transaction())
            .attribute(0x8022, b"test vector")
            .address(attribute::XOR_MAPPED_ADDRESS, mapped.parse().unwrap())
            .finish(Some((&Key::raw(PASSWORD), Algorithm::Sha1)), true);
        let before_padding = 20 + 4 + 11;
        let integrity = bytes.len() - 8 - 24;
        assert_eq!(written[..before_padding], bytes[..before_padding]);
        assert_eq!(written[before_padding + 1..integrity], bytes[before_padding + 1..integrity]);
        let written = Message::parse(&written).unwrap();
        assert!(written.has_fingerprint && written.is_signed_by(&Key::raw(PASSWORD)));
    }
}

#[test]
fn long_term_credentials() {
    for (hex, hash) in [(LONG_TERM, Algorithm::Sha1), (SHA256, Algorithm::Sha256)] {
        let bytes = bytes(hex);
        let message = Message::parse(&bytes).unwrap();
        let realm = message.text(attribute::REALM).unwrap();
        assert_eq!(realm, "example.org");
        assert_eq!(message.integrity(), Some(hash));
        assert!(message.is_signed_by(&Key::new(hash, USERNAME, realm, LONG_TERM_PASSWORD)));
        assert!(!message.is_signed_by(&Key::new(hash, USERNAME, realm, "TheMatrix")));
    }
}

#[test]
fn every_flipped_bit_is_noticed() {
    for hex in [REQUEST, RESPONSE_V4, RESPONSE_V6] {
        let whole = bytes(hex);
        // The fingerprint itself is the last eight bytes, which the integrity doesn't cover.
        for bit in 0..(whole.len() - 8) * 8 {
            let mut bytes = whole.clone();
            bytes[bit / 8] ^= 1 << (bit % 8);
            // A length that is wrong may hide the fingerprint, but nothing goes for signed.
            let passes = Message::parse(&bytes).is_some_and(|it| it.is_signed_by(&Key::raw(PASSWORD)));
            assert!(!passes, "bit {bit} of {hex}");
        }
        for len in 0..whole.len() {
            assert!(Message::parse(&whole[..len]).is_none(), "{len} bytes of {hex}");
        }
    }
}

#[test]
fn what_is_behind_the_integrity_counts_for_nothing() {
    let key = Key::raw(b"key");
    let mut bytes = Writer::new(Class::Request, method::ALLOCATE, &[7; 12])
        .attribute(attribute::LIFETIME, &[0, 0, 0, 1])
        .attribute(attribute::LIFETIME, &[0, 0, 0, 2])
        .finish(Some((&key, Algorithm::Sha1)), false);
    bytes.extend([0, 0x1a, 0, 0, 0x7f, 0x01, 0, 0]);
    bytes[3] += 8;
    let message = Message::parse(&bytes).unwrap();
    assert!(message.is_signed_by(&key));
    assert_eq!(message.attribute(attribute::LIFETIME), Some(&[0, 0, 0, 1][..]), "the first one counts");
    assert!(!message.has(attribute::DONT_FRAGMENT) && message.unknown().is_empty());
}

proptest! {
    #[test]
    fn an_address_comes_back(ip: std::net::IpAddr, port: u16, transaction: [u8; 12]) {
        let address = std::net::SocketAddr::new(ip, port);
        let bytes = Writer::new(Class::Success, 0xabc, &transaction).address(attribute::XOR_PEER_ADDRESS, address).finish(None, true);
        let message = Message::parse(&bytes).unwrap();
        prop_assert_eq!((message.class(), message.method(), message.transaction()), (Class::Success, 0xabc, transaction));
        prop_assert_eq!(message.address(message.attribute(attribute::XOR_PEER_ADDRESS).unwrap()), Some(address));
        let theirs = stun_types::message::Message::from_bytes(&bytes).unwrap();
        let peer: turn_types::attribute::XorPeerAddress = theirs.attribute().unwrap();
        prop_assert_eq!(peer.addr(theirs.transaction_id()), address);
    }

    #[test]
    fn whatever_comes_is_read_alike(
        kind in 0_u16..0x4000,
        attributes in prop::collection::vec((any::<u16>(), prop::collection::vec(any::<u8>(), 0..40)), 0..8),
        cut in 0_usize..4,
        noise in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 0..3),
    ) {
        let mut bytes = [&kind.to_be_bytes()[..], &[0, 0], &MAGIC_COOKIE, &[9; 12]].concat();
        for (kind, value) in &attributes {
            bytes.extend(kind.to_be_bytes());
            bytes.extend((value.len() as u16).to_be_bytes());
            bytes.extend(value);
            bytes.extend(&[0; 4][..padding(value.len())]);
        }
        let len = (bytes.len() - HEADER) as u16;
        bytes[2..4].copy_from_slice(&len.to_be_bytes());
        bytes.truncate(bytes.len() - cut.min(bytes.len()));
        for (at, byte) in noise {
            let at = at.index(bytes.len());
            bytes[at] = byte;
        }
        if let Some(message) = Message::parse(&bytes) {
            let theirs = stun_types::message::Message::from_bytes(&bytes).unwrap();
            prop_assert_eq!(message.method(), theirs.method().value());
            let key = Key::raw(b"key");
            prop_assert!(!message.is_signed_by(&key));
            for (kind, at, value) in message.attributes() {
                prop_assert_eq!(&bytes[at..at + value.len()], value);
                prop_assert_eq!(&*theirs.nth_raw_attribute(kind.into(), 0).unwrap().value, message.attribute(kind).unwrap());
            }
        }
        if let Frame::Whole { message, total } = frame(&bytes) {
            prop_assert!(message <= total && total <= bytes.len());
        }
    }
}
