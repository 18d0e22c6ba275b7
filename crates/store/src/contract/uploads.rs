use std::time::Duration;

use domain::{
    AppendError, Discard, Entry, EntryBody, FileFacts, InsertUploadError, NewEntry, NewUser, Profile, ProfileChange,
    Role, Target, Timestamp, Upload, UploadId, UploadKind, UserId,
};
use tokio::task::JoinSet;

use super::Ports;
use super::fixtures::{NOW, append, new_user, object, text, unique, user, user_id};

const QUOTA: u64 = 1_000_000;

pub(super) fn new_upload(owner: UserId, kind: UploadKind) -> Upload {
    let upload = UploadId(object());
    let facts = FileFacts {
        upload,
        name: "Über uns.pdf".to_owned(),
        size: 1000,
        media_type: "application/pdf".to_owned(),
        width: None,
        height: None,
        duration: None,
        waveform: Vec::new(),
        has_thumbnail: false,
    };
    Upload { owner, key: format!("upload-{}", unique()).parse().expect("a key"), kind, facts, created_at: NOW }
}

/// Records what nobody has recorded before.
pub(super) async fn record(ports: &Ports, owner: UserId, kind: UploadKind) -> Upload {
    let new = new_upload(owner, kind);
    assert_eq!(ports.uploads.insert_upload(new.clone(), QUOTA).await, Ok(new.clone()));
    new
}

/// Whether it leaves, given that nothing held is too young.
pub(super) async fn leaves(ports: &Ports, id: UploadId) -> bool {
    let leaving = ports.uploads.leaving(Timestamp(0)).await.expect("read");
    let found = ports.uploads.upload(id).await.expect("read").is_some();
    assert_ne!(leaving.contains(&id), found, "what leaves is not found, and what is found does not leave");
    !found
}

pub(super) async fn recorded_is_found(ports: &Ports) {
    let owner = user_id();
    for (kind, facts) in [
        (UploadKind::File, new_upload(owner, UploadKind::File).facts),
        (
            UploadKind::Image,
            FileFacts {
                width: Some(4000),
                height: Some(3000),
                has_thumbnail: true,
                ..new_upload(owner, UploadKind::File).facts
            },
        ),
        (
            UploadKind::Audio,
            FileFacts {
                duration: Some(Duration::from_millis(4250)),
                waveform: vec![0, 50, 100],
                ..new_upload(owner, UploadKind::File).facts
            },
        ),
    ] {
        let new = Upload { facts, ..new_upload(owner, kind) };
        assert_eq!(ports.uploads.insert_upload(new.clone(), QUOTA).await, Ok(new.clone()));
        assert_eq!(ports.uploads.upload(new.id()).await, Ok(Some(new.clone())));
        assert_eq!(ports.uploads.upload_by_key(owner, &new.key).await, Ok(Some(new.clone())));
        assert_eq!(ports.uploads.upload_by_key(user_id(), &new.key).await, Ok(None), "a key is of an owner");
    }
    assert_eq!(ports.uploads.upload(UploadId(object())).await, Ok(None));
}

pub(super) async fn one_of_many_with_a_key_is_recorded(ports: &Ports) {
    let first = new_upload(user_id(), UploadKind::File);
    let mut attempts = JoinSet::new();
    for _ in 0..8 {
        let (uploads, other) = (ports.uploads.clone(), new_upload(first.owner, UploadKind::File));
        let new = Upload { key: first.key.clone(), ..other };
        attempts.spawn(async move { uploads.insert_upload(new, QUOTA).await.expect("recorded").id() });
    }
    let mut ids = attempts.join_all().await;
    ids.dedup();
    assert_eq!(ids.len(), 1, "all are told of the same");
    assert_eq!(ports.uploads.upload_bytes(first.owner).await, Ok(1000));
}

pub(super) async fn a_quota_is_kept(ports: &Ports) {
    let owner = user_id();
    for _ in 0..2 {
        let new = new_upload(owner, UploadKind::File);
        ports.uploads.insert_upload(new, 2000).await.expect("there is room");
    }
    let more = new_upload(owner, UploadKind::File);
    assert_eq!(ports.uploads.insert_upload(more.clone(), 2000).await, Err(InsertUploadError::QuotaExceeded));
    assert_eq!(ports.uploads.upload(more.id()).await, Ok(None));
    assert!(ports.uploads.insert_upload(more, 3000).await.is_ok());
    assert_eq!(ports.uploads.upload_bytes(owner).await, Ok(3000));
    assert_eq!(ports.uploads.upload_bytes(user_id()).await, Ok(0));
}

pub(super) async fn what_nobody_holds_leaves(ports: &Ports) {
    let owner = user_id();
    let uploads = &ports.uploads;
    let (old, young) = (record(ports, owner, UploadKind::File).await, record(ports, owner, UploadKind::File).await);
    assert_eq!(uploads.discard_upload(user_id(), old.id()).await, Ok(Discard::NotTheirs));
    assert_eq!(uploads.discard_upload(owner, UploadId(object())).await, Ok(Discard::NotTheirs));
    assert_eq!(uploads.discard_upload(owner, old.id()).await, Ok(Discard::Discarded));
    assert_eq!(uploads.discard_upload(owner, old.id()).await, Ok(Discard::NotTheirs), "it is gone");
    assert!(leaves(ports, old.id()).await);
    assert!(!leaves(ports, young.id()).await);
    assert_eq!(uploads.upload_bytes(owner).await, Ok(1000), "what leaves takes no room");
    let again = Upload { key: old.key.clone(), ..new_upload(owner, UploadKind::File) };
    assert_eq!(uploads.insert_upload(again.clone(), QUOTA).await, Ok(again), "and its key is free");

    uploads.forget_upload(young.id()).await.expect("asked");
    assert!(!leaves(ports, young.id()).await, "what does not leave is not forgotten");
    uploads.forget_upload(old.id()).await.expect("forgotten");
    assert!(!uploads.leaving(Timestamp(0)).await.expect("read").contains(&old.id()));

    let leaving = uploads.leaving(NOW).await.expect("read");
    assert!(!leaving.contains(&young.id()), "it came no sooner than that");
    let leaving = uploads.leaving(NOW + Duration::from_millis(1)).await.expect("read");
    assert!(leaving.contains(&young.id()));
    assert_eq!(uploads.upload(young.id()).await, Ok(None));
}

pub(super) async fn a_picture_is_held_until_the_next(ports: &Ports) {
    let owner = user(ports).await;
    let pictured = async |image: Option<UploadId>| {
        let change = ProfileChange { image: Some(image), ..ProfileChange::default() };
        let changed = ports.users.change_profile(owner.id, change).await.expect("changed").expect("is there");
        assert_eq!(changed.profile.image, image);
        assert_eq!(ports.users.by_id(owner.id).await, Ok(Some(changed)));
    };
    let first = record(ports, owner.id, UploadKind::ProfileImage).await;
    let second = record(ports, owner.id, UploadKind::ProfileImage).await;
    pictured(Some(first.id())).await;
    ports.users.change_profile(owner.id, ProfileChange::default()).await.expect("changed");
    let later = NOW + Duration::from_secs(1);
    ports.uploads.leaving(later).await.expect("read");
    assert!(!leaves(ports, first.id()).await, "held, however old");
    assert!(leaves(ports, second.id()).await, "nobody held it");
    assert_eq!(ports.uploads.discard_upload(owner.id, first.id()).await, Ok(Discard::Held));

    let third = record(ports, owner.id, UploadKind::ProfileImage).await;
    pictured(Some(third.id())).await;
    assert!(leaves(ports, first.id()).await);
    pictured(Some(third.id())).await;
    ports.uploads.leaving(later).await.expect("read");
    assert!(!leaves(ports, third.id()).await, "the same again");
    pictured(None).await;
    assert!(leaves(ports, third.id()).await, "nobody's any more");
    pictured(None).await;
}

pub(super) async fn a_certificate_is_held_by_who_registered_with_it(ports: &Ports) {
    let new = new_user(Role::Dietician);
    let certificate = record(ports, new.id, UploadKind::Certificate).await;
    let profile = Profile { certificate: Some(certificate.id()), ..Profile::default() };
    let inserted = ports.users.insert(NewUser { profile: profile.clone(), ..new }).await.expect("inserted");
    assert_eq!(inserted.profile, profile);
    ports.uploads.leaving(NOW + Duration::from_secs(1)).await.expect("read");
    assert!(!leaves(ports, certificate.id()).await);
}

pub(super) async fn a_recording_is_held_for_itself(ports: &Ports) {
    let owner = user_id();
    let upload = record(ports, owner, UploadKind::Recording).await;
    assert_eq!(ports.uploads.hold_upload(user_id(), upload.id()).await, Ok(false), "another's");
    for _ in 0..2 {
        assert_eq!(ports.uploads.hold_upload(owner, upload.id()).await, Ok(true));
    }
    ports.uploads.leaving(NOW + Duration::from_secs(1)).await.expect("read");
    assert!(!leaves(ports, upload.id()).await);
    for _ in 0..2 {
        ports.uploads.release_upload(upload.id()).await.expect("let go");
        assert!(leaves(ports, upload.id()).await, "once is enough");
    }
    assert_eq!(ports.uploads.hold_upload(owner, upload.id()).await, Ok(false), "it is on its way out");
}

fn showing(sender: UserId, receiver: UserId, upload: &Upload) -> NewEntry {
    let body = EntryBody::File { text: "Look!".to_owned(), kind: upload.kind, file: upload.facts.clone() };
    NewEntry { body, ..text(sender, receiver, "") }
}

pub(super) async fn a_message_holds_what_it_shows_until_it_is_deleted(ports: &Ports) {
    let (ada, bob) = (user(ports).await.id, user(ports).await.id);
    let upload = record(ports, ada, UploadKind::Image).await;
    let first = showing(ada, bob, &upload);
    let sent = append(ports, first.clone()).await;
    assert_eq!(sent.body, first.body);
    assert_eq!(ports.conversations.entry(sent.id).await, Ok(Some(sent.clone())));
    let again = ports.conversations.append(first.clone()).await.expect("there");
    assert!(again.duplicate, "and holds it no more than once");
    let second = append(ports, showing(ada, bob, &upload)).await;
    ports.uploads.leaving(NOW + Duration::from_secs(1)).await.expect("read");
    assert!(!leaves(ports, upload.id()).await);
    assert_eq!(ports.uploads.discard_upload(ada, upload.id()).await, Ok(Discard::Held));

    let delete = async |message: &Entry| {
        let target = Target { seq: message.seq, id: message.id };
        append(ports, NewEntry { body: EntryBody::Deletion { target }, ..text(ada, bob, "") }).await;
    };
    delete(&sent).await;
    assert!(!leaves(ports, upload.id()).await, "the other message shows it still");
    delete(&second).await;
    assert!(leaves(ports, upload.id()).await);
    let late = ports.conversations.append(showing(ada, bob, &upload)).await;
    assert_eq!(late, Err(AppendError::UploadNotFound));
    let again = ports.conversations.append(first).await.expect("there");
    assert!(again.duplicate && again.entry.is_deleted(), "what was sent was sent, though it is deleted");
}

pub(super) async fn a_message_shows_nothing_of_others(ports: &Ports) {
    let (ada, bob) = (user(ports).await.id, user(ports).await.id);
    let upload = record(ports, bob, UploadKind::File).await;
    let refused = ports.conversations.append(showing(ada, bob, &upload)).await;
    assert_eq!(refused, Err(AppendError::UploadNotFound));
    assert_eq!(ports.conversations.between(ada, bob).await, Ok(None), "nothing of it is left");
    append(ports, showing(bob, ada, &upload)).await;
}
