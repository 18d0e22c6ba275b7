//! A client that allocates and lets go again: whether a relay answers, and which address it relays by.

use std::net::SocketAddr;

use crate::rest::Credentials;
use crate::wire::{Algorithm, Class, Key, Message, Transaction, Writer, attribute, method};

/// UDP, in REQUESTED-TRANSPORT.
const UDP: [u8; 4] = [17, 0, 0, 0];

/// Asks for an allocation, first without credentials, as RFC 8656, section 7.1 wants it.
#[derive(Debug)]
pub struct Probe {
    credentials: Credentials,
    /// Of the two requests, and of the one that lets go.
    transactions: [Transaction; 3],
    /// The relay's realm and nonce, once it has said them.
    challenge: Option<(String, Vec<u8>)>,
}

/// What is to be done after an answer.
#[derive(Debug, PartialEq, Eq)]
pub enum Step {
    /// To be sent.
    Send(Vec<u8>),
    /// There is an allocation; what is sent last ends it.
    Done {
        /// Where others would send to reach this client.
        relayed: SocketAddr,
        /// Lets go of it.
        last: Vec<u8>,
    },
    /// The relay said no, with this code.
    Refused(u16),
    /// Not an answer to what was asked.
    Other,
}

impl Probe {
    /// With ids for its three requests.
    pub const fn new(credentials: Credentials, transactions: [[u8; 12]; 3]) -> Self {
        Self { credentials, transactions, challenge: None }
    }

    /// What is sent first.
    pub fn first(&self) -> Vec<u8> {
        self.allocate(0).finish(None, false)
    }

    /// After something came in.
    pub fn handle(&mut self, bytes: &[u8]) -> Step {
        let asked = self.transactions[usize::from(self.challenge.is_some())];
        let Some(answer) = Message::parse(bytes).filter(|answer| answer.transaction() == asked) else {
            return Step::Other;
        };
        if answer.method() != method::ALLOCATE {
            return Step::Other;
        }
        match answer.class() {
            Class::Success => self.done(&answer).unwrap_or(Step::Other),
            Class::Error => {
                let code = answer.attribute(attribute::ERROR_CODE).and_then(|value| value.get(2..4));
                let code = code.map_or(0, |code| u16::from(code[0]) * 100 + u16::from(code[1]));
                if code != 401 || self.challenge.is_some() {
                    return Step::Refused(code);
                }
                self.sign(&answer).map_or(Step::Refused(code), Step::Send)
            }
            _ => Step::Other,
        }
    }

    fn allocate(&self, at: usize) -> Writer {
        Writer::new(Class::Request, method::ALLOCATE, &self.transactions[at])
            .attribute(attribute::REQUESTED_TRANSPORT, &UDP)
    }

    /// Asks again, signed as the relay wants it; kept, since letting go is signed the same way.
    fn sign(&mut self, challenge: &Message<'_>) -> Option<Vec<u8>> {
        let realm = challenge.text(attribute::REALM)?.to_owned();
        let nonce = challenge.attribute(attribute::NONCE)?.to_owned();
        let request = self.signed_by(self.allocate(1), &realm, &nonce);
        self.challenge = Some((realm, nonce));
        Some(request)
    }

    fn signed_by(&self, request: Writer, realm: &str, nonce: &[u8]) -> Vec<u8> {
        let Credentials { username, password } = &self.credentials;
        let key = Key::new(Algorithm::Sha1, username, realm, password);
        request
            .attribute(attribute::USERNAME, username.as_bytes())
            .attribute(attribute::REALM, realm.as_bytes())
            .attribute(attribute::NONCE, nonce)
            .finish(Some((&key, Algorithm::Sha1)), false)
    }

    fn done(&self, answer: &Message<'_>) -> Option<Step> {
        let relayed = answer.address(answer.attribute(attribute::XOR_RELAYED_ADDRESS)?)?;
        let (realm, nonce) = self.challenge.as_ref()?;
        let refresh =
            Writer::new(Class::Request, method::REFRESH, &self.transactions[2]).attribute(attribute::LIFETIME, &[0; 4]);
        Some(Step::Done { relayed, last: self.signed_by(refresh, realm, nonce) })
    }
}
