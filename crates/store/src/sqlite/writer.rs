//! The one thread that writes. It takes what has queued up, runs it as one transaction, and answers when the commit has
//! come back: what a caller was told is on the disk, and the cost of getting it there is shared.
//!
//! An operation that is refused takes nothing of the others with it. Most are refused before they have changed anything,
//! so that there is nothing to undo; for the rest, all of them are run again with a savepoint each. (A savepoint for every
//! operation would cost a sixth of the writer's time: SQLite sets aside each page that one touches.)

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::time::Duration;

use domain::StoreError;
use rusqlite::{Connection, ErrorCode};
use tokio::sync::oneshot;

use super::queue::{Queue, Taken};
use crate::error::{Failure, store_error};
use crate::failpoint::{self, Point};

/// A change to be made. It can be run again: where a transaction is lost as a whole, its operations are tried one by one.
pub(crate) trait Operation: Send {
    /// Runs inside a transaction; false if what it has changed is to be undone.
    fn run(&mut self, connection: &Connection) -> bool;
    /// Tells the caller: what the operation came to, if `outcome` says that it was committed.
    fn answer(self: Box<Self>, outcome: Result<(), StoreError>);
}

struct Change<F, T, E> {
    change: F,
    result: Option<Result<T, E>>,
    reply: oneshot::Sender<Result<T, E>>,
}

/// An operation of a closure, and where its answer will come.
pub(crate) fn operation<F, T, E>(change: F) -> (Box<dyn Operation>, oneshot::Receiver<Result<T, E>>)
where
    F: Fn(&Connection) -> Result<T, Failure<E>> + Send + 'static,
    T: Send + 'static,
    E: From<StoreError> + Send + 'static,
{
    let (reply, answer) = oneshot::channel();
    (Box::new(Change { change, result: None, reply }), answer)
}

impl<F, T, E> Operation for Change<F, T, E>
where
    F: Fn(&Connection) -> Result<T, Failure<E>> + Send,
    T: Send,
    E: From<StoreError> + Send,
{
    fn run(&mut self, connection: &Connection) -> bool {
        // A panic is a bug in one operation; it must not take the others or the thread along.
        let result = catch_unwind(AssertUnwindSafe(|| (self.change)(connection)));
        let result = match result {
            Ok(result) => result.map_err(|failure| {
                if let Failure::Database(error) = &failure {
                    tracing::warn!(%error, "an operation failed");
                }
                failure.into_error()
            }),
            Err(_) => Err(StoreError::Unavailable("an operation panicked".to_owned()).into()),
        };
        self.result.insert(result).is_ok()
    }

    fn answer(self: Box<Self>, outcome: Result<(), StoreError>) {
        let result = match (self.result, outcome) {
            (Some(Err(error)), _) => Err(error),
            (Some(done), Ok(())) => done,
            (_, Err(error)) => Err(error.into()),
            (None, Ok(())) => Err(StoreError::Unavailable("an operation did not run".to_owned()).into()),
        };
        // Nobody may be waiting any more; the change stands all the same.
        let _ = self.reply.send(result);
    }
}

/// Why none of a transaction's operations has happened, or may not have.
enum Lost {
    /// It never began: another process is writing, or the database is broken.
    NotBegun(rusqlite::Error),
    /// One was refused after it had changed something: each is to be undone by itself.
    Entangled,
    /// The database rolled it back, or could not commit it for want of room: each alone may fare better.
    RolledBack(StoreError),
    /// The commit failed in a way that doesn't tell whether it is on the disk.
    Unknown(rusqlite::Error),
}

impl Lost {
    fn told(&self) -> StoreError {
        match self {
            Self::NotBegun(error) => store_error(error),
            Self::Entangled => StoreError::Unavailable("operations could not be told apart".to_owned()),
            Self::RolledBack(error) => error.clone(),
            Self::Unknown(error) => StoreError::Unknown(error.to_string()),
        }
    }
}

/// Nobody has had anything written for so long: a moment for what can wait.
const QUIET: Duration = Duration::from_millis(10);

/// Works the queue off until it is closed and empty. In quiet moments `tidy_up` does a little of what can wait, and says
/// whether there is more of it.
pub(crate) fn run(
    connection: &Connection,
    queue: &Queue<Box<dyn Operation>>,
    batch: usize,
    tidy_up: impl Fn(&Connection) -> bool,
) {
    let mut operations = Vec::with_capacity(batch);
    let mut untidy = true;
    loop {
        match queue.take(batch, untidy.then_some(QUIET), &mut operations) {
            Taken::Some => {
                work_off(connection, &mut operations);
                untidy = true;
            }
            Taken::Nothing => untidy = tidy_up(connection),
            Taken::Closed => return,
        }
    }
}

/// Runs something in a transaction that nobody waits for.
pub(crate) fn quietly<T>(
    connection: &Connection,
    work: impl FnOnce(&Connection) -> Result<T, rusqlite::Error>,
) -> Result<T, rusqlite::Error> {
    execute(connection, "BEGIN IMMEDIATE")?;
    let done = work(connection).and_then(|done| execute(connection, "COMMIT").map(|()| done));
    if done.is_err() {
        roll_back(connection);
    }
    done
}

/// Moves what is in the write-ahead log into the file, and closes.
pub(crate) fn tidy(connection: Connection) {
    let truncated = connection.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |_| Ok(()));
    if let Err(error) = truncated.and_then(|()| connection.close().map_err(|(_, error)| error)) {
        tracing::warn!(%error, "the database was not closed in good order; nothing is lost");
    }
}

fn work_off(connection: &Connection, operations: &mut Vec<Box<dyn Operation>>) {
    let done = match transaction(connection, operations, in_common) {
        Err(Lost::Entangled) => transaction(connection, operations, in_savepoint),
        done => done,
    };
    match done {
        Ok(()) => operations.drain(..).for_each(|operation| operation.answer(Ok(()))),
        Err(Lost::RolledBack(_)) if operations.len() > 1 => {
            for mut operation in operations.drain(..) {
                let outcome = transaction(connection, std::slice::from_mut(&mut operation), in_savepoint);
                operation.answer(outcome.map_err(|lost| lost.told()));
            }
        }
        Err(lost) => {
            let told = lost.told();
            tracing::error!(error = %told, operations = operations.len(), "a transaction was lost");
            operations.drain(..).for_each(|operation| operation.answer(Err(told.clone())));
        }
    }
}

/// Runs one operation of several; an error if the transaction can't go on.
type Run = fn(&Connection, &mut dyn Operation) -> Result<(), Lost>;

fn transaction(connection: &Connection, operations: &mut [Box<dyn Operation>], run: Run) -> Result<(), Lost> {
    failpoint::reach(Point::BeforeTransaction);
    execute(connection, "BEGIN IMMEDIATE").map_err(Lost::NotBegun)?;
    for operation in operations {
        if let Err(lost) = run(connection, operation.as_mut()) {
            roll_back(connection);
            return Err(lost);
        }
        // Where there is no room, SQLite may roll back everything since BEGIN, not only the statement.
        if connection.is_autocommit() {
            return Err(Lost::RolledBack(StoreError::Full));
        }
    }
    failpoint::reach(Point::BeforeCommit);
    execute(connection, "COMMIT").map_err(|error| {
        roll_back(connection);
        match error.sqlite_error_code() {
            Some(ErrorCode::SystemIoFailure) => Lost::Unknown(error),
            _ => Lost::RolledBack(store_error(&error)),
        }
    })
}

fn in_common(connection: &Connection, operation: &mut dyn Operation) -> Result<(), Lost> {
    let before = connection.total_changes();
    let undo = !operation.run(connection) && connection.total_changes() != before;
    if undo && !connection.is_autocommit() { Err(Lost::Entangled) } else { Ok(()) }
}

fn in_savepoint(connection: &Connection, operation: &mut dyn Operation) -> Result<(), Lost> {
    let step = |sql| execute(connection, sql).map_err(|error| Lost::RolledBack(store_error(&error)));
    step("SAVEPOINT operation")?;
    if !operation.run(connection) {
        if connection.is_autocommit() {
            return Ok(());
        }
        step("ROLLBACK TO operation")?;
    }
    step("RELEASE operation")
}

fn roll_back(connection: &Connection) {
    if !connection.is_autocommit()
        && let Err(error) = execute(connection, "ROLLBACK")
    {
        tracing::error!(%error, "a transaction could not be rolled back");
    }
}

fn execute(connection: &Connection, sql: &str) -> Result<(), rusqlite::Error> {
    connection.prepare_cached(sql)?.execute([]).map(|_| ())
}
