//! Datagrams on their way out.

use std::net::{IpAddr, SocketAddr};
use std::rc::Rc;

use turn::Map;

use super::udp::Socket;

/// Datagrams go out at once where they are no longer than this, which fits every device that IPv6 may go by.
const SEGMENT: usize = 1232;

/// So many bytes go out at once.
const RUN: usize = 60_000;

/// So many bytes wait, in so many pieces.
const WAITING: (usize, usize) = (1024 * 1024, 4096);

/// So many pieces of memory are kept for the next time.
const SPARE: usize = 64;

/// What waits to go out. Datagrams of one socket to one address keep their order, and those of equal length go out as one,
/// which the system takes apart again: that costs it little more than a single one.
#[derive(Default)]
pub(super) struct Departures {
    runs: Vec<Run>,
    /// Memory for the next ones.
    spare: Vec<Vec<u8>>,
    /// The last run of a socket to an address.
    last: Map<(*const Socket, SocketAddr), usize>,
    bytes: usize,
}

/// Datagrams of one length, of which the last one may be shorter.
struct Run {
    socket: Rc<Socket>,
    source: Option<IpAddr>,
    destination: SocketAddr,
    segment: usize,
    bytes: Vec<u8>,
}

impl Departures {
    /// A datagram in parts. `source` is the address of ours that it is to come from.
    pub(super) fn push(
        &mut self,
        socket: &Rc<Socket>,
        source: Option<IpAddr>,
        destination: SocketAddr,
        parts: [&[u8]; 3],
    ) {
        let len = parts.iter().map(|part| part.len()).sum();
        if self.bytes + len > WAITING.0 || self.runs.len() >= WAITING.1 {
            self.send();
        }
        let last = self.last.entry((Rc::as_ptr(socket), destination)).or_insert(usize::MAX);
        if !self.runs.get(*last).is_some_and(|run| run.takes(source, len)) {
            let bytes = self.spare.pop().unwrap_or_default();
            self.runs.push(Run { socket: Rc::clone(socket), source, destination, segment: len, bytes });
            *last = self.runs.len() - 1;
        }
        let run = &mut self.runs[*last];
        parts.iter().for_each(|part| run.bytes.extend_from_slice(part));
        self.bytes += len;
    }

    /// Sends everything.
    pub(super) fn send(&mut self) {
        for Run { socket, source, destination, segment, mut bytes } in self.runs.drain(..) {
            socket.send(source, destination, &bytes, segment);
            if self.spare.len() < SPARE {
                bytes.clear();
                self.spare.push(bytes);
            }
        }
        self.last.clear();
        self.bytes = 0;
    }
}

impl Run {
    fn takes(&self, source: Option<IpAddr>, len: usize) -> bool {
        let has = self.bytes.len();
        // The last one may be shorter, and then it is the last.
        (1..=self.segment).contains(&len)
            && self.segment <= SEGMENT
            && has.is_multiple_of(self.segment)
            && has / self.segment < self.socket.segments()
            && has + len <= RUN
            && self.source == source
    }
}
