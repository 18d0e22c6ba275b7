//! Another program that writes to the database and doesn't stop: begins a transaction on the file that it is given, says
//! so, and rolls it back when its input ends.

use std::io::{Read, Write};

fn main() {
    let path = std::env::args_os().nth(1).expect("which file?");
    let connection = rusqlite::Connection::open(path).expect("the database opens");
    connection.execute_batch("BEGIN IMMEDIATE").expect("nobody else writes");
    std::io::stdout().write_all(b"held\n").expect("somebody listens");
    let _ = std::io::stdin().read(&mut [0]);
    connection.execute_batch("ROLLBACK").expect("it is rolled back");
}
