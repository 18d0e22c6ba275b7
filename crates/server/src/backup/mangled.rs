//! Archives that are nearly what they should be.

use std::fs;

use fuzz::Fuzz;

use super::tests::{is_empty, practice};
use super::*;

/// All of it as it was, or nothing; and nothing anywhere else.
#[tokio::test]
async fn archives() {
    let (folder, store, elsewhere) = practice().await;
    let archive = elsewhere.path().join("practice.tar");
    pack(folder.path(), &archive).unwrap();
    store.close().await;
    let whole = fs::read(&archive).unwrap();
    let words =
        ["../../over", "/tmp/there", "uploads/", "list.json", "moodbites.db", "ustar", "00000000010", "\"format\":2"];
    Fuzz::new("archives", [whole]).words(&words).costs(200).longest(4 << 20).run(|input| {
        fs::write(&archive, input).unwrap();
        let back = elsewhere.path().join("back");
        let done = unpack(&archive, &back);
        match &done {
            Ok(summary) => {
                assert_eq!(summary.files, 3);
                assert_eq!(fs::read(back.join("uploads/ab/abcdef")).unwrap(), vec![7; 100_000]);
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
        done.map(|_| ()).map_err(|error| std::mem::discriminant(&error))
    });
}
