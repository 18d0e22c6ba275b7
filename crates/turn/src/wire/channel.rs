use std::ops::Range;

use super::{HEADER, MAGIC_COOKIE};

/// A ChannelData header.
const CHANNEL_HEADER: usize = 4;

/// RFC 8656 has 0x4000 to 0x4fff; older clients, after RFC 5766, go up to 0x7ffe.
pub(crate) const fn is_channel_number(number: u16) -> bool {
    number >= 0x4000 && number <= 0x7ffe
}

/// Zeros up to a multiple of four.
pub(crate) const fn padding(len: usize) -> usize {
    len.wrapping_neg() % 4
}

/// Data on a channel; what is behind it in the packet is padding.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct ChannelData {
    pub(crate) number: u16,
    pub(crate) payload: Range<usize>,
}

impl ChannelData {
    pub(crate) fn parse(packet: &[u8]) -> Option<Self> {
        let (head, rest) = packet.split_first_chunk::<CHANNEL_HEADER>()?;
        let number = u16::from_be_bytes([head[0], head[1]]);
        let len = usize::from(u16::from_be_bytes([head[2], head[3]]));
        let fits = is_channel_number(number) && len <= rest.len();
        fits.then_some(Self { number, payload: CHANNEL_HEADER..CHANNEL_HEADER + len })
    }
}

/// The four bytes before data on a channel.
pub(crate) const fn channel_data_head(number: u16, len: u16) -> [u8; CHANNEL_HEADER] {
    let ([a, b], [c, d]) = (number.to_be_bytes(), len.to_be_bytes());
    [a, b, c, d]
}

/// Where a message ends that begins a stream's bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Frame {
    /// It isn't all there; at least so many bytes are needed.
    Partial(usize),
    /// `message` bytes are one for [`crate::Server::handle_client`], and `total` are to be taken off.
    Whole {
        /// Without what follows it.
        message: usize,
        /// With its padding.
        total: usize,
    },
    /// Neither STUN nor ChannelData, so that nobody knows where the next message begins: close it.
    Broken,
}

/// Finds the first message of what has come on a stream. No message is longer than 65,556 bytes.
pub fn frame(bytes: &[u8]) -> Frame {
    let Some(&[first, second, third, fourth]) = bytes.first_chunk() else {
        return if bytes.first().is_some_and(|byte| byte >> 7 != 0) { Frame::Broken } else { Frame::Partial(4) };
    };
    let number = u16::from_be_bytes([first, second]);
    let len = usize::from(u16::from_be_bytes([third, fourth]));
    let (message, total) = match first >> 6 {
        0 if len.is_multiple_of(4) => (HEADER + len, HEADER + len),
        1 if is_channel_number(number) => (CHANNEL_HEADER + len, CHANNEL_HEADER + len + padding(len)),
        _ => return Frame::Broken,
    };
    if first >> 6 == 0 && bytes.len() >= 8 && bytes[4..8] != MAGIC_COOKIE {
        return Frame::Broken;
    }
    if bytes.len() < total { Frame::Partial(total) } else { Frame::Whole { message, total } }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn where_messages_end() {
        let stun = |len: [u8; 2]| [&[0, 1][..], &len, &MAGIC_COOKIE, &[7; 12 + 8]].concat();
        for (bytes, expected) in [
            (vec![], Frame::Partial(4)),
            (vec![0], Frame::Partial(4)),
            (vec![0, 1, 0], Frame::Partial(4)),
            (vec![0, 1, 0, 8], Frame::Partial(28)),
            (stun([0, 8]), Frame::Whole { message: 28, total: 28 }),
            (stun([0, 0]), Frame::Whole { message: 20, total: 20 }),
            (stun([0, 12]), Frame::Partial(32)),
            (stun([0, 7]), Frame::Broken),
            (vec![0, 1, 0, 8, 1, 2, 3, 4], Frame::Broken),
            (vec![0x40, 0, 0, 0], Frame::Whole { message: 4, total: 4 }),
            (vec![0x40, 0, 0, 1], Frame::Partial(8)),
            (vec![0x40, 0, 0, 1, 9], Frame::Partial(8)),
            (vec![0x40, 0, 0, 1, 9, 0, 0, 0], Frame::Whole { message: 5, total: 8 }),
            (vec![0x40, 0, 0, 1, 9, 0, 0, 0, 0x40], Frame::Whole { message: 5, total: 8 }),
            (vec![0x7f, 0xff, 0, 0], Frame::Broken),
            (vec![0x80], Frame::Broken),
            (vec![0x16, 3, 1, 2], Frame::Broken),
        ] {
            assert_eq!(frame(&bytes), expected, "{bytes:?}");
        }
    }

    #[test]
    fn data_on_a_channel() {
        assert_eq!(ChannelData::parse(&[0x40, 1, 0, 2, 5, 6]), Some(ChannelData { number: 0x4001, payload: 4..6 }));
        assert_eq!(
            ChannelData::parse(&[0x40, 1, 0, 1, 5, 0, 0, 0]),
            Some(ChannelData { number: 0x4001, payload: 4..5 })
        );
        assert_eq!(ChannelData::parse(&[0x40, 1, 0, 3, 5, 6]), None);
        assert_eq!(ChannelData::parse(&[0x3f, 1, 0, 0]), None);
        assert_eq!(ChannelData::parse(&[0x40, 1, 0]), None);
        assert_eq!(channel_data_head(0x4001, 258), [0x40, 1, 1, 2]);
        assert_eq!([0, 1, 2, 3, 4].map(padding), [0, 3, 2, 1, 0]);
    }
}
