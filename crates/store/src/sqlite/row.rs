//! How ids and numbers of the domain are kept in columns.

use domain::{
    AppointmentId, CallId, ConsultationId, ConversationId, EntryId, MemberId, ObjectId, SessionId, Timestamp, UploadId,
    UserId,
};
use rusqlite::Row;

/// An id as its column has it.
pub(crate) trait Id: Sized {
    fn from_object(id: ObjectId) -> Self;
    fn blob(self) -> [u8; 12];
}

macro_rules! ids {
    ($($name:ident),+) => {$(
        impl Id for $name {
            fn from_object(id: ObjectId) -> Self {
                Self(id)
            }

            fn blob(self) -> [u8; 12] {
                self.0.bytes()
            }
        }
    )+};
}

ids!(AppointmentId, CallId, ConsultationId, ConversationId, EntryId, MemberId, SessionId, UploadId, UserId);

pub(crate) fn id<I: Id>(row: &Row<'_>, column: usize) -> Result<I, rusqlite::Error> {
    row.get::<_, [u8; 12]>(column).map(|bytes| I::from_object(ObjectId::from(bytes)))
}

pub(crate) fn optional_id<I: Id>(row: &Row<'_>, column: usize) -> Result<Option<I>, rusqlite::Error> {
    let bytes = row.get::<_, Option<[u8; 12]>>(column)?;
    Ok(bytes.map(|bytes| I::from_object(ObjectId::from(bytes))))
}

pub(crate) fn time(row: &Row<'_>, column: usize) -> Result<Timestamp, rusqlite::Error> {
    row.get(column).map(Timestamp)
}

/// A number that only grows from 0 or 1. SQLite has no unsigned ones.
pub(crate) fn number(row: &Row<'_>, column: usize) -> Result<u64, rusqlite::Error> {
    row.get::<_, i64>(column).map(|number| u64::try_from(number).unwrap_or(0))
}

/// Such a number on its way in; what is beyond SQLite's is beyond all that is kept.
pub(crate) fn signed(number: u64) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}
