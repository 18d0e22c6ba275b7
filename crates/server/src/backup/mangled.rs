//! Archives that are nearly what they should be.

use std::fs;

use fuzz::Fuzz;

use rusqlite::Connection;

use super::tests::{is_empty, practice};
use super::*;

/// Drops all but what `restore` changes, so that most of an archive is what an archive is made of, and not pages.
fn shrink(database: &Path) -> rusqlite::Result<()> {
    let connection = Connection::open(database)?;
    connection.execute_batch("PRAGMA journal_mode = DELETE; PRAGMA foreign_keys = OFF")?;
    let others = "SELECT name FROM sqlite_schema WHERE type = 'table' AND name != 'about' AND name NOT LIKE 'sqlite_%'";
    let others =
        connection.prepare(others)?.query_map([], |row| row.get::<_, String>(0))?.collect::<Result<Vec<_>, _>>()?;
    for name in others {
        connection.execute_batch(&format!("DROP TABLE IF EXISTS \"{name}\""))?;
    }
    connection.execute_batch("PRAGMA page_size = 512; VACUUM")
}

/// Every other archive with checksums that fit what its headers say, or hardly one would be read on from there.
fn with_checksums(input: &[u8]) -> Vec<u8> {
    let mut archive = input.to_vec();
    if input.iter().fold(0_u8, |sum, byte| sum.wrapping_add(*byte)) % 2 == 0 {
        return archive;
    }
    for block in archive.chunks_exact_mut(512).filter(|block| block[257..262] == *b"ustar") {
        block[148..156].fill(b' ');
        let sum: u32 = block.iter().copied().map(u32::from).sum();
        block[148..156].copy_from_slice(format!("{sum:06o}\0 ").as_bytes());
    }
    archive
}

/// All of it as it was, or nothing; and nothing anywhere else.
#[tokio::test]
async fn archives() {
    let (folder, store, elsewhere) = practice().await;
    let archive = elsewhere.path().join("practice.tar");
    store.close().await;
    shrink(&folder.path().join(store::FILE)).unwrap();
    let upload = folder.path().join("uploads/ab/abcdef");
    fs::write(&upload, [7; 100]).unwrap();
    pack(folder.path(), &archive).unwrap();
    let whole = fs::read(&archive).unwrap();
    assert!(whole.len() < 16_000, "{}", whole.len());
    let words =
        ["../../over", "/tmp/there", "uploads/", "list.json", "moodbites.db", "ustar", "00000000010", "\"format\":2"];
    Fuzz::new("archives", [whole]).words(&words).costs(10).longest(1 << 20).run(|input| {
        fs::write(&archive, with_checksums(input)).unwrap();
        let back = elsewhere.path().join("back");
        let done = unpack(&archive, &back);
        match &done {
            Ok(summary) => {
                assert_eq!(summary.files, 3);
                assert_eq!(fs::read(back.join("uploads/ab/abcdef")).unwrap(), [7; 100]);
                assert_eq!(
                    fs::read(back.join(data::JWT_SECRET)).unwrap(),
                    fs::read(folder.path().join(data::JWT_SECRET)).unwrap()
                );
            }
            Err(_) => assert!(!back.exists() || is_empty(&back), "something is left"),
        }
        let _ = fs::remove_dir_all(&back);
        let names: Vec<_> = fs::read_dir(elsewhere.path()).unwrap().map(|entry| entry.unwrap().file_name()).collect();
        assert_eq!(names, ["practice.tar"], "it went out of its folder");
        done.map(|_| ()).map_err(|error| error.to_string())
    });
}
