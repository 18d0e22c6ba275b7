use std::fmt;
use std::str::FromStr;

/// Twelve bytes, written as 24 lower-case hex digits: the id of everything that is kept (MongoDB's ObjectId).
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ObjectId([u8; 12]);

/// A text that is not an id: 24 hex digits, or 1 to 64 visible characters for a [`DeviceId`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not an id")]
pub struct IdError;

impl ObjectId {
    /// Makes an id from a time and randomness: the first four bytes are the seconds since 1970, so ids made later
    /// sort later, as MongoDB's do.
    pub const fn from_parts(seconds: u32, random: [u8; 8]) -> Self {
        let s = seconds.to_be_bytes();
        let r = random;
        Self([s[0], s[1], s[2], s[3], r[0], r[1], r[2], r[3], r[4], r[5], r[6], r[7]])
    }

    /// The id as its twelve bytes.
    pub const fn bytes(self) -> [u8; 12] {
        self.0
    }
}

impl From<[u8; 12]> for ObjectId {
    fn from(bytes: [u8; 12]) -> Self {
        Self(bytes)
    }
}

impl FromStr for ObjectId {
    type Err = IdError;

    fn from_str(text: &str) -> Result<Self, IdError> {
        let digits = text.as_bytes();
        if digits.len() != 24 {
            return Err(IdError);
        }
        let mut bytes = [0; 12];
        for (byte, pair) in bytes.iter_mut().zip(digits.chunks_exact(2)) {
            *byte = (hex_digit(pair[0])? << 4) | hex_digit(pair[1])?;
        }
        Ok(Self(bytes))
    }
}

const fn hex_digit(digit: u8) -> Result<u8, IdError> {
    match digit {
        b'0'..=b'9' => Ok(digit - b'0'),
        b'a'..=b'f' => Ok(digit - b'a' + 10),
        b'A'..=b'F' => Ok(digit - b'A' + 10),
        _ => Err(IdError),
    }
}

impl fmt::Display for ObjectId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        const DIGITS: &[u8; 16] = b"0123456789abcdef";
        let mut text = [0; 24];
        for (pair, byte) in text.chunks_exact_mut(2).zip(self.0) {
            pair[0] = DIGITS[usize::from(byte >> 4)];
            pair[1] = DIGITS[usize::from(byte & 15)];
        }
        f.pad(std::str::from_utf8(&text).unwrap_or_default())
    }
}

impl fmt::Debug for ObjectId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

macro_rules! object_ids {
    ($($(#[$doc:meta])* $name:ident),+ $(,)?) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(pub ObjectId);

        impl FromStr for $name {
            type Err = IdError;

            fn from_str(text: &str) -> Result<Self, IdError> {
                text.parse().map(Self)
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.fmt(f)
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                fmt::Display::fmt(&self.0, f)
            }
        }
    )+};
}

object_ids! {
    /// A person with an account.
    UserId,
    /// The conversation of one pair of users.
    ConversationId,
    /// An entry of a conversation; a message's `_id` and `messageId`.
    EntryId,
    /// A call between two users.
    CallId,
    /// An appointment.
    AppointmentId,
    /// A consultation.
    ConsultationId,
    /// Somebody's part in a consultation.
    MemberId,
    /// One sign-in of a user; revoking it ends every token made from it.
    SessionId,
    /// Something that was uploaded: `filePublicId` on the wire.
    UploadId,
}

/// One live Socket.IO connection, numbered by the process that holds it. Never reused, never stored.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ConnectionId(pub u64);

/// The name that a browser profile or an installed app gives itself, `auth.deviceId` of the handshake: 1 to 64
/// printable ASCII characters. Connections with the same one form one device; those without any are *old*.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct DeviceId(String);

impl DeviceId {
    /// The name as it was given.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for DeviceId {
    type Err = IdError;

    fn from_str(text: &str) -> Result<Self, IdError> {
        let fits = (1..=64).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_graphic());
        if fits { Ok(Self(text.to_owned())) } else { Err(IdError) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_object_id_survives_its_text() {
        let id = ObjectId::from_parts(0x6543_210f, [0, 1, 2, 0xfd, 0xfe, 0xff, 7, 8]);
        assert_eq!(id.to_string(), "6543210f000102fdfeff0708");
        assert_eq!(id.to_string().parse(), Ok(id));
        assert_eq!("6543210F000102FDFEFF0708".parse(), Ok(id));
    }

    #[test]
    fn what_is_not_an_object_id_is_refused() {
        for text in [
            "",
            "6543210f000102fdfeff070",
            "6543210f000102fdfeff07089",
            "6543210f000102fdfeff070g",
            "é".repeat(12).as_str(),
        ] {
            assert_eq!(text.parse::<ObjectId>(), Err(IdError), "{text}");
        }
    }

    #[test]
    fn a_device_id_is_short_and_printable() {
        assert!("a1b2-c3".parse::<DeviceId>().is_ok());
        for text in ["", "a b", "a\n", "ä", "x".repeat(65).as_str()] {
            assert!(text.parse::<DeviceId>().is_err(), "{text:?}");
        }
    }
}
