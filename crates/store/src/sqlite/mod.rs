//! The store on SQLite.

mod appointments;
mod calls;
mod consultations;
mod conversations;
mod entries;
mod migrations;
#[cfg(test)]
mod old;
mod old_pages;
mod queue;
mod readers;
mod recordings;
mod row;
mod search;
mod sessions;
#[cfg(test)]
mod tests;
mod transfer;
mod untaken;
mod uploads;
mod users;
mod words;
mod writer;

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::thread;
use std::time::Duration;

use domain::StoreError;
use rusqlite::{Connection, ErrorCode, OpenFlags};
use tokio::sync::watch;

use self::queue::Queue;
use self::readers::Read;
use self::untaken::Untaken;
use self::writer::Operation;
use crate::error::{Failure, OpenError};

/// What the database is called in the data folder.
pub const FILE: &str = "moodbites.db";

/// What may be set of a store; the defaults are for a server.
#[derive(Debug, Clone, Copy)]
pub struct Options {
    /// Threads that read.
    pub readers: usize,
    /// Operations that may wait to be written, and reads that may wait to be read; more are answered [`StoreError::Busy`].
    pub queue: usize,
    /// Operations that are committed together at most.
    pub batch: usize,
    /// How long to wait for another process that writes.
    pub patience: Duration,
}

impl Default for Options {
    fn default() -> Self {
        Self { readers: 4, queue: 4096, batch: 256, patience: Duration::from_secs(5) }
    }
}

/// The store on one SQLite file. Clones are the same store; it closes when the last is dropped, in good order by
/// [`close`](Self::close).
#[derive(Clone)]
pub struct Sqlite {
    shared: Arc<Shared>,
}

struct Shared {
    writes: Arc<Queue<Box<dyn Operation>>>,
    reads: Arc<Queue<Read>>,
    /// Nothing is ever sent by this; it ends when every thread has.
    threads: watch::Receiver<()>,
    epoch: String,
    untaken: Arc<Untaken>,
}

impl Sqlite {
    /// Opens `moodbites.db` in that folder, making both where they are missing and bringing the schema up to date.
    /// Several processes may have it open; each sees at once what the others have committed.
    pub fn open(data_dir: &Path, options: Options) -> Result<Self, OpenError> {
        let path = data_dir.join(FILE);
        make_file(data_dir, &path)?;
        let database = |source| OpenError::Database { path: path.clone(), source };
        let mut connection = connect(&path, options).map_err(database)?;
        migrations::migrate(&mut connection, &path)?;
        prepare_to_write(&connection, options).map_err(database)?;
        let epoch = connection
            .query_row("SELECT value FROM about WHERE name = 'epoch'", [], |row| row.get(0))
            .map_err(database)?;

        let readers = (0..options.readers.max(1)).map(|_| {
            let connection = connect(&path, options)?;
            connection.pragma_update(None, "query_only", true)?;
            Ok(connection)
        });
        let readers = readers.collect::<Result<Vec<_>, _>>().map_err(database)?;

        let writes = Arc::new(Queue::new(options.queue));
        let reads = Arc::new(Queue::new(options.queue));
        let (alive, threads) = watch::channel(());
        // From here on a failure drops `shared`, which closes the queues and so ends the threads that there are.
        let untaken = Arc::new(Untaken::default());
        let taking = Arc::clone(&untaken);
        let shared = Shared { writes: Arc::clone(&writes), reads: Arc::clone(&reads), threads, epoch, untaken };
        let mut reading = Vec::new();
        for connection in readers {
            let reads = Arc::clone(&reads);
            reading.push(spawn("store-reader", move || readers::run(connection, &reads))?);
        }
        spawn("store-writer", move || {
            writer::run(&connection, &writes, options.batch, |connection| taking.take_some_up(connection));
            // The last connection to close tidies up, and of several that close at once none may be the last.
            reads.close();
            reading.into_iter().for_each(|reader| drop(reader.join()));
            writer::tidy(connection);
            drop(alive);
        })?;
        Ok(Self { shared: Arc::new(shared) })
    }

    /// Copies the database of that folder into a new file, as it is at one moment; it may be in use.
    pub fn copy(data_dir: &Path, to: &Path) -> Result<(), OpenError> {
        let path = data_dir.join(FILE);
        let database = |source| OpenError::Database { path: path.clone(), source };
        let connection = connect(&path, Options::default()).map_err(database)?;
        connection.execute("VACUUM INTO ?1", [to.to_string_lossy()]).map_err(database)?;
        Ok(())
    }

    /// Checks a database that was copied and begins a new epoch in it: whoever knows positions in its conversations may
    /// know more than it has.
    pub fn begin_anew(data_dir: &Path) -> Result<(), OpenError> {
        let path = data_dir.join(FILE);
        let database = |source| OpenError::Database { path: path.clone(), source };
        let mut connection = connect(&path, Options::default()).map_err(database)?;
        migrations::migrate(&mut connection, &path)?;
        let sound: String =
            connection.pragma_query_value(None, "integrity_check", |row| row.get(0)).map_err(database)?;
        if sound != "ok" {
            return Err(OpenError::Damaged { path });
        }
        connection
            .execute("UPDATE about SET value = ?1 WHERE name = 'epoch'", [migrations::epoch()?])
            .map_err(database)?;
        tidy_file(connection).map_err(database)
    }

    /// Takes nothing more, writes what was taken, and ends. The file is then whole by itself. What is asked of it
    /// afterwards is [`StoreError::Unavailable`].
    pub async fn close(&self) {
        self.shared.writes.close();
        while self.shared.threads.clone().changed().await.is_ok() {}
    }

    /// Whether it reads and writes.
    pub async fn ping(&self) -> Result<(), StoreError> {
        self.read(|connection| connection.prepare_cached("SELECT 1 FROM about")?.query_row([], |_| Ok(()))).await?;
        self.write::<_, _, StoreError>(|_| Ok(())).await
    }

    /// Runs an operation on the writer and comes back when it is committed. It runs to its end even if nobody waits.
    async fn write<F, T, E>(&self, change: F) -> Result<T, E>
    where
        F: Fn(&Connection) -> Result<T, Failure<E>> + Send + 'static,
        T: Send + 'static,
        E: From<StoreError> + Send + 'static,
    {
        let (operation, answer) = writer::operation(change);
        self.shared.writes.push(operation)?;
        answer.await.unwrap_or_else(|_| Err(StoreError::Unknown("the writer has stopped".to_owned()).into()))
    }

    /// Runs a read on one of the readers.
    async fn read<F, T>(&self, look: F) -> Result<T, StoreError>
    where
        F: FnOnce(&Connection) -> Result<T, rusqlite::Error> + Send + 'static,
        T: Send + 'static,
    {
        let (read, answer) = readers::read(look);
        self.shared.reads.push(read)?;
        answer.await.unwrap_or_else(|_| Err(StoreError::Unavailable("a read did not end".to_owned())))
    }
}

impl Drop for Shared {
    fn drop(&mut self) {
        self.writes.close();
        self.reads.close();
    }
}

/// Makes the folder and the file, for nobody else's eyes; SQLite gives the files beside it the same mode.
fn make_file(data_dir: &Path, path: &Path) -> Result<(), OpenError> {
    let folder = |source| OpenError::Folder { path: PathBuf::from(data_dir), source };
    let mut dir = fs::DirBuilder::new();
    let mut file = fs::OpenOptions::new();
    #[cfg(unix)]
    {
        use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
        dir.mode(0o700);
        file.mode(0o600);
    }
    dir.recursive(true).create(data_dir).map_err(folder)?;
    file.write(true).create(true).truncate(false).open(path).map_err(folder)?;
    Ok(())
}

fn connect(path: &Path, options: Options) -> Result<Connection, rusqlite::Error> {
    // Each connection is one thread's: SQLite need not lock it.
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let connection = Connection::open_with_flags(path, flags)?;
    connection.busy_timeout(options.patience)?;
    connection.set_prepared_statement_cache_capacity(64);
    connection.pragma_update(None, "foreign_keys", true)?;
    connection.pragma_update(None, "temp_store", "memory")?;
    Ok(connection)
}

fn prepare_to_write(connection: &Connection, options: Options) -> Result<(), rusqlite::Error> {
    write_ahead(connection, options.patience)?;
    // FULL: a commit has come back when it is on the disk, not when the operating system has it.
    connection.pragma_update(None, "synchronous", "full")?;
    connection.pragma_update(None, "cache_size", -65_536)?;
    connection.pragma_update(None, "wal_autocheckpoint", 4_000)?;
    // What is replaced or deleted, hashes of passwords and of tokens among it, is overwritten.
    connection.pragma_update(None, "secure_delete", true)
}

/// Switches to the write-ahead log. SQLite doesn't wait with this one for another process that is just doing the same.
fn write_ahead(connection: &Connection, patience: Duration) -> Result<(), rusqlite::Error> {
    const PAUSE: Duration = Duration::from_millis(20);
    for _ in 0..=patience.as_millis() / PAUSE.as_millis() {
        match connection.pragma_update_and_check(None, "journal_mode", "wal", |row| row.get::<_, String>(0)) {
            Ok(mode) if mode == "wal" => return Ok(()),
            Err(error) if error.sqlite_error_code() != Some(ErrorCode::DatabaseBusy) => return Err(error),
            _ => thread::sleep(PAUSE),
        }
    }
    Err(rusqlite::Error::SqliteFailure(
        rusqlite::ffi::Error::new(rusqlite::ffi::SQLITE_BUSY),
        Some("the file system cannot do write-ahead logging, or another process keeps it busy".to_owned()),
    ))
}

/// Leaves nothing beside the file.
fn tidy_file(connection: Connection) -> Result<(), rusqlite::Error> {
    connection.pragma_update_and_check(None, "journal_mode", "delete", |_| Ok(()))?;
    connection.close().map_err(|(_, error)| error)
}

fn spawn(name: &str, body: impl FnOnce() + Send + 'static) -> Result<thread::JoinHandle<()>, OpenError> {
    thread::Builder::new().name(name.to_owned()).spawn(body).map_err(OpenError::Thread)
}
