use std::io;
use std::path::PathBuf;

use domain::StoreError;
use rusqlite::ErrorCode;

/// Why a store could not be opened; each is a sentence for the operator.
#[derive(Debug, thiserror::Error)]
#[allow(missing_docs)]
pub enum OpenError {
    #[error("the data folder {} cannot be used", path.display())]
    Folder { path: PathBuf, source: io::Error },
    #[error(
        "{} was written by a newer version of MoodBites (its data has version {found}, this program knows {known}); \
         start the newer version, or restore the backup made before it ran",
        path.display()
    )]
    Newer { path: PathBuf, found: u32, known: u32 },
    #[error("{} is a database of another program", path.display())]
    Foreign { path: PathBuf },
    #[error("{} is damaged", path.display())]
    Damaged { path: PathBuf },
    #[error("{} cannot be opened", path.display())]
    Database { path: PathBuf, source: rusqlite::Error },
    #[error("no randomness from the operating system")]
    Randomness(#[from] getrandom::Error),
    #[error("no thread for the store")]
    Thread(#[source] io::Error),
    #[error(
        "the URI of the MongoDB store can't be used; it should look like \
         mongodb://user:password@host:27017/database?replicaSet=name (it is not shown, for the password in it)"
    )]
    Uri,
    #[error("MongoDB at {hosts} can't be reached: {why}. Start it, or unset MONGODB_URI to keep data in SQLite")]
    Unreachable { hosts: String, why: String },
    #[error(
        "the database {name} was written by a newer version of MoodBites (its data has version {found}, this program \
         knows {known}); start the newer version"
    )]
    NewerDatabase { name: String, found: u32, known: u32 },
    #[error(
        "the database {name} belongs to another program, perhaps to the older services; name one of its own in \
         MONGODB_URI: mongodb://host:27017/moodbites_data"
    )]
    ForeignDatabase { name: String },
    #[error("the database can't be prepared")]
    Prepare(#[from] StoreError),
}

/// Why an operation did not do what it was for: the database did not let it, or it says no.
#[derive(Debug)]
pub(crate) enum Failure<E> {
    Database(rusqlite::Error),
    Refused(E),
}

impl<E> From<rusqlite::Error> for Failure<E> {
    fn from(error: rusqlite::Error) -> Self {
        Self::Database(error)
    }
}

impl<E: From<StoreError>> Failure<E> {
    pub(crate) fn into_error(self) -> E {
        match self {
            Self::Database(error) => store_error(&error).into(),
            Self::Refused(error) => error,
        }
    }
}

/// What a caller is told of an error of the database. The text names tables and columns, never what is in them.
pub(crate) fn store_error(error: &rusqlite::Error) -> StoreError {
    match error.sqlite_error_code() {
        Some(ErrorCode::DiskFull) => StoreError::Full,
        Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked) => StoreError::Busy,
        _ => StoreError::Unavailable(error.to_string()),
    }
}

/// An error for a row whose content this program can't have written.
pub(crate) fn corrupt(column: usize, what: &'static str) -> rusqlite::Error {
    rusqlite::Error::FromSqlConversionFailure(column, rusqlite::types::Type::Null, what.into())
}
