//! How ids, numbers and times of the domain are kept in documents.

use domain::{
    AppointmentId, CallId, ConsultationId, ConversationId, EntryId, MemberId, SessionId, Timestamp, UploadId, UserId,
};
use mongodb::bson::DateTime;
use mongodb::bson::oid::ObjectId;

/// The highest `seq` that there can be: a place has room for eight hex digits of it, as the store on SQLite has.
pub(super) const LAST: u64 = u32::MAX as u64;

/// An id as its field has it.
pub(super) trait Id: Sized {
    fn of(id: ObjectId) -> Self;
    fn oid(self) -> ObjectId;
}

macro_rules! ids {
    ($($name:ident),+) => {$(
        impl Id for $name {
            fn of(id: ObjectId) -> Self {
                Self(domain::ObjectId::from(id.bytes()))
            }

            fn oid(self) -> ObjectId {
                ObjectId::from_bytes(self.0.bytes())
            }
        }
    )+};
}

ids!(AppointmentId, CallId, ConsultationId, ConversationId, EntryId, MemberId, SessionId, UploadId, UserId);

pub(super) const fn date(time: Timestamp) -> DateTime {
    DateTime::from_millis(time.0)
}

pub(super) fn time(date: DateTime) -> Timestamp {
    Timestamp(date.timestamp_millis())
}

/// A number that only grows from 0 or 1, on its way in: BSON has no unsigned ones.
pub(super) const fn signed(number: u64) -> i64 {
    if number > i64::MAX as u64 { i64::MAX } else { number as i64 }
}

/// And on its way out.
pub(super) fn number(number: i64) -> u64 {
    u64::try_from(number).unwrap_or(0)
}

/// Two people, the smaller id first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) struct Pair {
    pub lo: UserId,
    pub hi: UserId,
}

impl Pair {
    pub(super) fn of(a: UserId, b: UserId) -> Self {
        Self { lo: a.min(b), hi: a.max(b) }
    }

    /// As the `_id` of their conversation.
    pub(super) fn key(self) -> String {
        format!("{}:{}", self.lo, self.hi)
    }

    /// 0 for the first, 1 for the second, `None` for anybody else.
    pub(super) fn side(self, user: UserId) -> Option<usize> {
        [self.lo, self.hi].iter().position(|one| *one == user)
    }

    pub(super) const fn users(self) -> [UserId; 2] {
        [self.lo, self.hi]
    }
}

/// The `_id` of an entry. In the order of `_id` a conversation's log lies together, in order.
pub(super) fn place(conversation: ConversationId, seq: u64) -> String {
    format!("{conversation}:{:08x}", seq.min(LAST))
}

/// What follows every place of a conversation: `;` is the character after `:`.
pub(super) fn end_of(conversation: ConversationId) -> String {
    format!("{conversation};")
}

/// What a place says.
pub(super) fn from_place(place: &str) -> Option<(ConversationId, u64)> {
    let (conversation, seq) = place.split_once(':')?;
    Some((conversation.parse().ok()?, u32::from_str_radix(seq, 16).ok()?.into()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_sort_as_their_numbers_do() {
        let one = ConversationId(domain::ObjectId::from([1; 12]));
        let two = ConversationId(domain::ObjectId::from([2; 12]));
        let places = [place(one, 0), place(one, 9), place(one, 10), place(one, LAST), end_of(one), place(two, 1)];
        assert!(places.is_sorted());
        assert_eq!(from_place(&places[2]), Some((one, 10)));
        assert_eq!(from_place(&end_of(one)), None);
    }
}
