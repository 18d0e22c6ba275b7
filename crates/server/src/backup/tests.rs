use std::fs;

use domain::{
    ConversationId, Conversations, EntryBody, EntryId, NewEntry, NewUser, Profile, Role, Timestamp, UserId, Users,
};
use store::{Options, Sqlite};
use tar::{Archive, Builder, Header};
use tempfile::TempDir;

use super::*;

fn user(n: u8) -> NewUser {
    NewUser {
        id: UserId([n; 12].into()),
        name: format!("Person {n}"),
        email: format!("{n}@example.org"),
        role: Role::Patient,
        active: true,
        password_hash: "$argon2id$".to_owned(),
        profile: Profile::default(),
        created_at: Timestamp(1),
    }
}

async fn say(store: &Sqlite, n: u8) {
    let new = NewEntry {
        id: EntryId([n; 12].into()),
        conversation: ConversationId([9; 12].into()),
        sender: user(1).id,
        receiver: user(2).id,
        client_message_id: format!("key-{n}").parse().unwrap(),
        created_at: Timestamp(1),
        body: EntryBody::Text(format!("text {n}")),
        reply_to: None,
    };
    store.append(new).await.unwrap();
}

/// A practice that is open, in a folder, and an empty folder.
pub(super) async fn practice() -> (TempDir, Sqlite, TempDir) {
    let folder = tempfile::tempdir().unwrap();
    let store = Sqlite::open(folder.path(), Options::default()).unwrap();
    for n in [1, 2] {
        store.insert(user(n)).await.unwrap();
    }
    say(&store, 1).await;
    data::write_secret(&folder.path().join(data::JWT_SECRET), "secret").unwrap();
    fs::create_dir_all(folder.path().join("uploads/ab")).unwrap();
    fs::write(folder.path().join("uploads/ab/abcdef"), vec![7; 100_000]).unwrap();
    fs::write(folder.path().join("uploads/ab/half#1"), "half").unwrap();
    (folder, store, tempfile::tempdir().unwrap())
}

pub(super) fn is_empty(folder: &Path) -> bool {
    fs::read_dir(folder).unwrap().all(|entry| entry.unwrap().file_name() == "lock")
}

#[tokio::test]
async fn a_practice_in_use_comes_back_as_it_was_in_another_epoch() {
    let (folder, store, empty) = practice().await;
    let archive = empty.path().join("practice.tar");
    let packed = pack(folder.path(), &archive).unwrap();
    assert_eq!(packed.files, 3);
    say(&store, 2).await;
    assert!(matches!(pack(folder.path(), &archive), Err(BackupError::Exists(_))));

    let back = empty.path().join("back");
    assert_eq!(unpack(&archive, &back).unwrap().files, 3);
    let again = Sqlite::open(&back, Options::default()).unwrap();
    let id = ConversationId([9; 12].into());
    let entries = again.entries_after(id, 0, 10).await.unwrap();
    assert_eq!(entries, store.entries_after(id, 0, 1).await.unwrap());
    assert_eq!(again.by_id(user(2).id).await.unwrap(), store.by_id(user(2).id).await.unwrap());
    assert_ne!(again.epoch().await.unwrap(), store.epoch().await.unwrap());
    assert_eq!(fs::read(back.join("uploads/ab/abcdef")).unwrap(), vec![7; 100_000]);
    assert!(!back.join("uploads/ab/half#1").exists(), "what was being uploaded is in nobody's message yet");
    assert_eq!(data::read_secret(&back.join(data::JWT_SECRET)).unwrap().unwrap(), "secret");
    #[cfg(unix)]
    for file in [archive.clone(), back.join(store::FILE), back.join("uploads/ab/abcdef")] {
        use std::os::unix::fs::PermissionsExt;
        assert_eq!(file.metadata().unwrap().permissions().mode() & 0o777, 0o600, "{file:?}");
    }
    assert!(matches!(unpack(&archive, &back), Err(BackupError::NotEmpty(_))), "not over a practice that is there");
}

#[tokio::test]
async fn what_is_not_whole_restores_nothing() {
    let (folder, _store, empty) = practice().await;
    let archive = empty.path().join("practice.tar");
    pack(folder.path(), &archive).unwrap();
    let whole = fs::read(&archive).unwrap();
    let back = empty.path().join("back");
    let refused = |bytes: &[u8]| {
        fs::write(&archive, bytes).unwrap();
        let refused = unpack(&archive, &back).unwrap_err();
        assert!(is_empty(&back), "{refused}");
        refused
    };
    for cut in [0, 100, 512, whole.len() / 2, whole.len() - 3000] {
        assert!(matches!(refused(&whole[..cut]), BackupError::NotOurs(_)), "{cut}");
    }
    let mut turned = whole.clone();
    let at = turned.windows(64).position(|bytes| bytes == [7; 64]).unwrap();
    turned[at] = 8;
    assert!(matches!(refused(&turned), BackupError::Damaged { file } if file == "uploads/ab/abcdef"));
    fs::write(&archive, &whole).unwrap();
    unpack(&archive, &back).unwrap();
}

#[tokio::test]
async fn an_archive_reaches_nothing_outside_its_folder() {
    let (folder, _store, empty) = practice().await;
    let archive = empty.path().join("practice.tar");
    pack(folder.path(), &archive).unwrap();
    for (name, kind) in [
        ("../escaped", tar::EntryType::Regular),
        ("/tmp/escaped", tar::EntryType::Regular),
        ("uploads/../../escaped", tar::EntryType::Regular),
        ("uploads/link", tar::EntryType::Symlink),
        ("moodbites.toml", tar::EntryType::Regular),
    ] {
        let evil = empty.path().join("evil.tar");
        let mut out = Builder::new(fs::File::create(&evil).unwrap());
        let mut header = Header::new_gnu();
        header.as_gnu_mut().unwrap().name[..name.len()].copy_from_slice(name.as_bytes());
        header.set_entry_type(kind);
        header.set_size(0);
        header.set_mode(0o644);
        header.set_cksum();
        out.append(&header, std::io::empty()).unwrap();
        for entry in Archive::new(fs::File::open(&archive).unwrap()).entries().unwrap() {
            let entry = entry.unwrap();
            let header = entry.header().clone();
            out.append(&header, entry).unwrap();
        }
        out.into_inner().unwrap();
        let back = empty.path().join("back");
        assert!(matches!(unpack(&evil, &back), Err(BackupError::NotOurs(_))), "{name}");
        assert!(is_empty(&back) && !empty.path().join("escaped").exists(), "{name}");
    }
}

#[tokio::test]
async fn one_that_was_killed_while_it_moved_things_up_is_finished_by_the_next() {
    let (folder, _store, empty) = practice().await;
    let archive = empty.path().join("practice.tar");
    pack(folder.path(), &archive).unwrap();
    let (whole, back) = (empty.path().join("whole"), empty.path().join("back"));
    unpack(&archive, &whole).unwrap();
    fs::create_dir_all(back.join("restoring")).unwrap();
    fs::rename(whole.join("uploads"), back.join("uploads")).unwrap();
    for part in [store::FILE, data::JWT_SECRET] {
        fs::rename(whole.join(part), back.join("restoring").join(part)).unwrap();
    }
    fs::write(back.join("restoring/whole"), []).unwrap();
    assert_eq!(unpack(&archive, &back).unwrap().files, 3);
    assert!(back.join(store::FILE).exists() && !back.join("restoring").exists());
}

#[test]
fn nothing_is_made_of_nothing() {
    let empty = tempfile::tempdir().unwrap();
    let to = empty.path().join("practice.tar");
    assert!(matches!(pack(empty.path(), &to), Err(BackupError::NoPractice(_))));
    assert!(!to.exists() && is_empty(empty.path()));
    assert!(matches!(unpack(&to, &empty.path().join("back")), Err(BackupError::File { .. })));
}
