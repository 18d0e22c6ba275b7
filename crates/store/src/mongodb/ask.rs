//! How the database is asked, and what its errors mean.

use std::time::Duration;

use domain::StoreError;
use mongodb::action::{Action, Find, FindOne};
use mongodb::bson::{Document, doc};
use mongodb::error::{Error, ErrorKind, InsertManyError, WriteFailure};
use mongodb::{Collection, Cursor};
use serde::Serialize;
use serde::de::DeserializeOwned;
use tokio::task::JoinSet;
use tokio::time::{sleep, timeout};

/// How long an operation is tried before its caller is told that it can't be said what became of it. An election of a
/// replica set, or a server that starts again, fits into it.
pub(super) const PATIENCE: Duration = Duration::from_secs(8);

/// Documents that the database sends at once at most, and keys that are asked for at once.
pub(super) const AT_ONCE: u32 = 1_000;

/// A document whose key is unique is there already.
const DUPLICATE_KEY: i32 = 11_000;

const OUT_OF_DISK_SPACE: i32 = 14_031;

/// What a server says that steps down, is elected, starts or stops, or gives up waiting: ask again.
const PASSING: &[i32] = &[
    6,      // HostUnreachable
    7,      // HostNotFound
    50,     // MaxTimeMSExpired
    64,     // WriteConcernFailed
    89,     // NetworkTimeout
    91,     // ShutdownInProgress
    112,    // WriteConflict
    134,    // ReadConcernMajorityNotAvailableYet
    189,    // PrimarySteppedDown
    262,    // ExceededTimeLimit
    9_001,  // SocketException
    10_058, // LegacyNotPrimary
    10_107, // NotWritablePrimary
    11_600, // InterruptedAtShutdown
    11_602, // InterruptedDueToReplStateChange
    13_435, // NotPrimaryNoSecondaryOk
    13_436, // NotPrimaryOrSecondary
];

/// What an error says of the operation that it ended.
#[derive(Debug)]
pub(super) enum Verdict {
    /// It did not happen and will not.
    Refused(StoreError),
    /// It was never sent; it may work in a moment.
    NotSent(String),
    /// It may have happened, or may happen yet.
    Lost(String),
}

pub(super) fn verdict(error: &Error) -> Verdict {
    let text = describe(error);
    match error.kind.as_ref() {
        ErrorKind::ServerSelection { .. } | ErrorKind::DnsResolve { .. } => Verdict::NotSent(text),
        ErrorKind::Io(_) | ErrorKind::ConnectionPoolCleared { .. } => Verdict::Lost(text),
        ErrorKind::Write(WriteFailure::WriteConcernError(_)) => Verdict::Lost(text),
        ErrorKind::InsertMany(InsertManyError { write_concern_error: Some(_), .. }) => Verdict::Lost(text),
        _ => match code(error) {
            Some(OUT_OF_DISK_SPACE) => Verdict::Refused(StoreError::Full),
            Some(code) if PASSING.contains(&code) => Verdict::Lost(text),
            _ => Verdict::Refused(StoreError::Unavailable(text)),
        },
    }
}

fn code(error: &Error) -> Option<i32> {
    match error.kind.as_ref() {
        ErrorKind::Command(error) => Some(error.code),
        ErrorKind::Write(WriteFailure::WriteError(error)) => Some(error.code),
        ErrorKind::InsertMany(error) => error.write_errors.as_ref()?.first().map(|error| error.code),
        _ => None,
    }
}

/// Whether a key was taken, and that is all that went wrong.
pub(super) fn is_duplicate(error: &Error) -> bool {
    let unconfirmed =
        matches!(error.kind.as_ref(), ErrorKind::InsertMany(InsertManyError { write_concern_error: Some(_), .. }));
    code(error) == Some(DUPLICATE_KEY) && !unconfirmed
}

/// An error in words without content: what a server says of a document repeats what is in it, and what is said of a
/// connection may name who connects.
pub(crate) fn describe(error: &Error) -> String {
    match error.kind.as_ref() {
        ErrorKind::ServerSelection { .. } => "no MongoDB server can be reached".to_owned(),
        ErrorKind::DnsResolve { .. } => "the name of the MongoDB server can't be resolved".to_owned(),
        ErrorKind::Authentication { .. } => "MongoDB refused the user or the password of the URI".to_owned(),
        ErrorKind::InvalidTlsConfig { .. } => "the TLS settings of the URI can't be used".to_owned(),
        ErrorKind::Io(error) => format!("the connection to MongoDB broke: {}", error.kind()),
        ErrorKind::ConnectionPoolCleared { .. } => "the connection to MongoDB broke".to_owned(),
        ErrorKind::Command(error) => format!("MongoDB refused a command: {} {}", error.code, error.code_name),
        ErrorKind::Write(WriteFailure::WriteConcernError(error)) => {
            format!("MongoDB did not confirm a write: {} {}", error.code, error.code_name)
        }
        ErrorKind::BsonDeserialization(_) => "a stored document does not parse".to_owned(),
        ErrorKind::Shutdown => "it is closed".to_owned(),
        _ => match code(error) {
            Some(code) => format!("MongoDB refused a write: {code}"),
            None => "MongoDB could not be asked".to_owned(),
        },
    }
}

/// Reads, and again where that failed in passing.
pub(super) async fn read<T, F>(ask: impl Fn() -> F) -> Result<T, StoreError>
where
    F: Future<Output = Result<T, Error>>,
{
    read_within(PATIENCE, ask).await
}

/// The same, where more patience is in place.
pub(crate) async fn read_within<T, F>(patience: Duration, ask: impl Fn() -> F) -> Result<T, StoreError>
where
    F: Future<Output = Result<T, Error>>,
{
    patiently(patience, ask).await.map(|(answer, _)| answer).map_err(|error| match error {
        StoreError::Unknown(text) => StoreError::Unavailable(text),
        error => error,
    })
}

/// Changes what may be changed twice without harm, and again where the answer was lost.
pub(super) async fn change<T, F>(ask: impl Fn() -> F) -> Result<T, StoreError>
where
    F: Future<Output = Result<T, Error>>,
{
    patiently(PATIENCE, ask).await.map(|(answer, _)| answer)
}

/// What came of inserting what can be there once.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Once {
    Inserted,
    /// Something has its key. After an answer was lost, that may be itself.
    Taken {
        lost: bool,
    },
}

/// Inserts a document whose key is unique: the one thing that happens once on every server of this protocol.
pub(super) async fn insert_once<T>(collection: &Collection<T>, document: &T) -> Result<Once, StoreError>
where
    T: Serialize + Send + Sync,
{
    let (inserted, lost) = patiently(PATIENCE, || async {
        match collection.insert_one(document).await {
            Ok(_) => Ok(true),
            Err(error) if is_duplicate(&error) => Ok(false),
            Err(error) => Err(error),
        }
    })
    .await?;
    Ok(if inserted { Once::Inserted } else { Once::Taken { lost } })
}

/// Asks until there is an answer or patience ends; with the answer, whether an earlier one was lost.
async fn patiently<T, F>(patience: Duration, ask: impl Fn() -> F) -> Result<(T, bool), StoreError>
where
    F: Future<Output = Result<T, Error>>,
{
    // Of what was asked and not answered it is unknown what became of it.
    let mut lost = false;
    let mut asking = false;
    let mut why = "MongoDB does not answer".to_owned();
    let asked = timeout(patience, async {
        let mut pause = Duration::from_millis(20);
        loop {
            asking = true;
            let error = match ask().await {
                Ok(answer) => return Ok((answer, lost)),
                Err(error) => error,
            };
            asking = false;
            match verdict(&error) {
                Verdict::Refused(error) => return Err(error),
                Verdict::NotSent(text) => why = text,
                Verdict::Lost(text) => {
                    lost = true;
                    why = text;
                }
            }
            sleep(pause).await;
            pause = (pause * 2).min(Duration::from_millis(500));
        }
    })
    .await;
    asked.unwrap_or_else(|_| Err(if lost || asking { StoreError::Unknown(why) } else { StoreError::Unavailable(why) }))
}

/// Everything that a cursor gives.
pub(super) async fn all<T: DeserializeOwned>(mut cursor: Cursor<T>) -> Result<Vec<T>, Error> {
    let mut documents = Vec::new();
    while cursor.advance().await? {
        documents.push(cursor.deserialize_current()?);
    }
    Ok(documents)
}

/// The documents of these keys, in no particular order. A few are read one by one, at once: that is quick on every server,
/// while not every server looks up several by an index.
pub(super) async fn by_keys<T>(
    collection: &Collection<T>,
    keys: &[String],
    projection: Option<&Document>,
) -> Result<Vec<T>, StoreError>
where
    T: DeserializeOwned + Send + Sync + 'static,
{
    const FEW: usize = 32;
    let mut documents = Vec::with_capacity(keys.len());
    if keys.len() <= FEW {
        let mut reads = JoinSet::new();
        for key in keys {
            let (collection, key, projection) = (collection.clone(), key.clone(), projection.cloned());
            reads.spawn(async move {
                read(|| async {
                    let found = collection.find_one(doc! { "_id": key.as_str() });
                    found.optional(projection.clone(), FindOne::projection).await
                })
                .await
            });
        }
        while let Some(found) = reads.join_next().await {
            documents.extend(found.map_err(|_| StoreError::Unavailable("a read failed".to_owned()))??);
        }
        return Ok(documents);
    }
    for keys in keys.chunks(AT_ONCE as usize) {
        let found = read(|| async {
            let found = collection.find(doc! { "_id": { "$in": keys } }).batch_size(AT_ONCE);
            all(found.optional(projection.cloned(), Find::projection).await?).await
        });
        documents.extend(found.await?);
    }
    Ok(documents)
}

/// The newest of a row of documents that is dense from 1, by point reads alone: `known` is there, or 0. `None` if none is
/// newer.
pub(super) async fn newest<T, F>(known: u64, get: impl Fn(u64) -> F) -> Result<Option<(u64, T)>, StoreError>
where
    F: Future<Output = Result<Option<T>, StoreError>>,
{
    let mut best = None;
    let (mut low, mut step) = (known, 1_u64);
    // Upwards in growing steps, until one finds nothing…
    let mut high = loop {
        let at = low.saturating_add(step);
        match get(at).await? {
            Some(found) => (low, best, step) = (at, Some((at, found)), step.saturating_mul(2)),
            None => break at,
        }
    };
    // …and then halving what is between.
    while high - low > 1 {
        let at = low + (high - low) / 2;
        match get(at).await? {
            Some(found) => (low, best) = (at, Some((at, found))),
            None => high = at,
        }
    }
    Ok(best)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn the_newest_is_found_from_wherever_one_begins() {
        for last in [0_u64, 1, 2, 3, 7, 8, 9, 1_000, 65_537] {
            for known in [0, 1, last / 2, last.saturating_sub(1), last] {
                let known = known.min(last);
                let found = newest(known, |at| async move { Ok((at <= last).then_some(at)) }).await.expect("read");
                assert_eq!(found, (known < last).then_some((last, last)), "{known} of {last}");
            }
        }
    }
}
