//! The steps from an empty file to the schema of today. A step that was released is never changed; another is added.

use std::path::Path;

use rusqlite::{Connection, TransactionBehavior};

use crate::error::OpenError;

/// Marks the file as ours (`file` and the like show it): "MooB".
pub(crate) const APPLICATION_ID: i32 = 0x4d6f_6f42;

pub(crate) const MIGRATIONS: &[&str] = &[
    include_str!("migrations/1.sql"),
    include_str!("migrations/2.sql"),
    include_str!("migrations/3.sql"),
    include_str!("migrations/4.sql"),
    include_str!("migrations/5.sql"),
    include_str!("migrations/6.sql"),
    include_str!("migrations/7.sql"),
    include_str!("migrations/8.sql"),
    include_str!("migrations/9.sql"),
    include_str!("migrations/10.sql"),
    include_str!("migrations/11.sql"),
];

/// The version of the schema that this program knows.
pub(crate) const VERSION: u32 = MIGRATIONS.len() as u32;

/// Brings the schema up to date, in one transaction; two processes that start at once don't get in each other's way.
pub(crate) fn migrate(connection: &mut Connection, path: &Path) -> Result<(), OpenError> {
    let database = |source| OpenError::Database { path: path.to_owned(), source };
    // What is looked at must be of one moment: another process may be at it.
    let look = connection.transaction().map_err(database)?;
    if is_current(&look, path)? {
        return Ok(());
    }
    look.rollback().map_err(database)?;
    let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate).map_err(database)?;
    // Another process may have done it while this one waited for its turn.
    if is_current(&transaction, path)? {
        return Ok(());
    }
    let found = pragma(&transaction, "user_version").map_err(database)?;
    for step in MIGRATIONS.iter().skip(found as usize) {
        transaction.execute_batch(step).map_err(database)?;
    }
    if found == 0 {
        transaction.execute("INSERT INTO about (name, value) VALUES ('epoch', ?1)", [epoch()?]).map_err(database)?;
        transaction.pragma_update(None, "application_id", APPLICATION_ID).map_err(database)?;
    }
    transaction.pragma_update(None, "user_version", VERSION).map_err(database)?;
    transaction.commit().map_err(database)?;
    tracing::info!(from = found, to = VERSION, "the schema is up to date");
    Ok(())
}

/// A name for a new life of the data.
pub(crate) fn epoch() -> Result<String, OpenError> {
    let mut random = [0; 8];
    getrandom::fill(&mut random)?;
    Ok(format!("{:016x}", u64::from_be_bytes(random)))
}

/// Whether nothing is to be done; an error if the file is another program's or a newer version's.
fn is_current(connection: &Connection, path: &Path) -> Result<bool, OpenError> {
    let database = |source| OpenError::Database { path: path.to_owned(), source };
    let found = pragma(connection, "user_version").map_err(database)?;
    let application = pragma(connection, "application_id").map_err(database)?;
    let tables: u32 =
        connection.query_row("SELECT count(*) FROM sqlite_schema", [], |row| row.get(0)).map_err(database)?;
    if application != APPLICATION_ID as u32 && (application, found, tables) != (0, 0, 0) {
        return Err(OpenError::Foreign { path: path.to_owned() });
    }
    if found > VERSION {
        return Err(OpenError::Newer { path: path.to_owned(), found, known: VERSION });
    }
    Ok(found == VERSION)
}

fn pragma(connection: &Connection, name: &str) -> Result<u32, rusqlite::Error> {
    connection.pragma_query_value(None, name, |row| row.get(0))
}
