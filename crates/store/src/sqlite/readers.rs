//! A few threads that read, each with a connection of its own; the write-ahead log lets them read on while the writer
//! writes, and what was committed before a read began is seen by it.

use std::panic::{AssertUnwindSafe, catch_unwind};

use domain::StoreError;
use rusqlite::Connection;
use tokio::sync::oneshot;

use super::queue::{Queue, Taken};
use crate::error::store_error;

pub(crate) type Read = Box<dyn FnOnce(&Connection) + Send>;

/// A read of a closure, and where its answer will come. All that the closure reads is of one moment.
pub(crate) fn read<F, T>(look: F) -> (Read, oneshot::Receiver<Result<T, StoreError>>)
where
    F: FnOnce(&Connection) -> Result<T, rusqlite::Error> + Send + 'static,
    T: Send + 'static,
{
    let (reply, answer) = oneshot::channel();
    let read = Box::new(move |connection: &Connection| {
        let result = look(connection).map_err(|error| {
            tracing::warn!(%error, "a read failed");
            store_error(&error)
        });
        let _ = reply.send(result);
    });
    (read, answer)
}

/// Works the queue off until it is closed and empty, then closes the connection.
#[allow(clippy::needless_pass_by_value)]
pub(crate) fn run(connection: Connection, queue: &Queue<Read>) {
    let mut reads = Vec::with_capacity(1);
    while queue.take(1, None, &mut reads) == Taken::Some {
        for read in reads.drain(..) {
            // The caller of a read that panics learns it from the answer that never comes.
            let _ = catch_unwind(AssertUnwindSafe(|| read(&connection)));
        }
    }
}
