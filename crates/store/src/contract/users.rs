use std::time::Duration;

use domain::{Gender, InsertUserError, NewUser, Profile, ProfileChange, Role, UserFilter};
use tokio::task::JoinSet;

use super::Ports;
use super::fixtures::{NOW, new_user, session, user, user_id};

pub(super) async fn one_first_admin(ports: &Ports) {
    let mut attempts = JoinSet::new();
    for _ in 0..16 {
        let users = ports.users.clone();
        attempts.spawn(async move { users.insert_first_admin(new_user(Role::Admin)).await });
    }
    let results = attempts.join_all().await;
    let admins: Vec<_> = results.iter().filter_map(|result| result.as_ref().ok()).collect();
    assert_eq!(admins.len(), 1);
    assert_eq!(admins[0].role, Role::Admin);
    assert_eq!(results.iter().filter(|result| **result == Err(InsertUserError::AdminExists)).count(), 15);
    let filter = UserFilter { role: Some(Role::Admin), active: None };
    assert_eq!(ports.users.list(filter).await.expect("listed"), [admins[0].clone()]);
}

pub(super) async fn inserted_is_found(ports: &Ports) {
    let profile = Profile {
        gender: Some(Gender::Other),
        age: Some(42),
        height_cm: Some(171.5),
        weight_kg: Some(64.25),
        speciality: Some("Säuglinge".to_owned()),
        ..Profile::default()
    };
    for role in [Role::Dietician, Role::Patient, Role::Admin] {
        let new = NewUser { profile: profile.clone(), active: role != Role::Dietician, ..new_user(role) };
        let inserted = ports.users.insert(new.clone()).await.expect("inserted");
        assert_eq!(inserted.id, new.id);
        assert_eq!((inserted.name.clone(), inserted.email.clone()), (new.name, new.email.clone()));
        assert_eq!((inserted.role, inserted.active), (new.role, new.active));
        assert_eq!((inserted.password_hash.clone(), inserted.profile.clone()), (new.password_hash, new.profile));
        assert_eq!(inserted.created_at, NOW);
        assert!(inserted.valid_after < NOW, "a token of the second in which the user was made is good");
        assert_eq!(ports.users.by_id(new.id).await, Ok(Some(inserted.clone())));
        assert_eq!(ports.users.by_email(&new.email).await, Ok(Some(inserted)));
    }
    assert_eq!(ports.users.by_id(user_id()).await, Ok(None));
    assert_eq!(ports.users.by_email("nobody@example.org").await, Ok(None));

    let (a, b) = (user(ports).await, user(ports).await);
    let mut found = ports.users.by_ids(&[a.id, user_id(), b.id, a.id]).await.expect("read");
    found.sort_by_key(|user| user.id);
    assert_eq!(found, [a, b]);
    assert_eq!(ports.users.by_ids(&[]).await, Ok(Vec::new()));
}

pub(super) async fn an_address_is_taken_once(ports: &Ports) {
    let mut attempts = JoinSet::new();
    for n in 0..16 {
        let users = ports.users.clone();
        let new = NewUser { email: "taken@example.org".to_owned(), ..new_user(Role::Patient) };
        attempts.spawn(async move { (n, users.insert(new).await) });
    }
    let results = attempts.join_all().await;
    assert_eq!(results.iter().filter(|(_, result)| result.is_ok()).count(), 1);
    assert_eq!(results.iter().filter(|(_, result)| *result == Err(InsertUserError::EmailTaken)).count(), 15);
}

pub(super) async fn lists_by_filter_and_name(ports: &Ports) {
    let mut ids = Vec::new();
    for (name, role, active) in [
        ("zoe", Role::Dietician, true),
        ("Anna", Role::Dietician, true),
        ("bert", Role::Dietician, false),
        ("Carl", Role::Patient, true),
    ] {
        let new = NewUser { name: name.to_owned(), active, ..new_user(role) };
        ids.push(new.id);
        ports.users.insert(new).await.expect("inserted");
    }
    for (role, active, expected) in [
        (Some(Role::Dietician), Some(true), &["Anna", "zoe"][..]),
        (Some(Role::Dietician), None, &["Anna", "bert", "zoe"]),
        (None, Some(false), &["bert"]),
        (None, None, &["Anna", "bert", "Carl", "zoe"]),
    ] {
        let listed = ports.users.list(UserFilter { role, active }).await.expect("listed");
        let names: Vec<_> = listed.iter().filter(|user| ids.contains(&user.id)).map(|user| &user.name).collect();
        assert_eq!(names, expected, "{role:?} {active:?}");
    }
}

pub(super) async fn a_profile_changes_by_field(ports: &Ports) {
    let before = user(ports).await;
    let change = ProfileChange { name: Some("Another".to_owned()), age: Some(30), ..ProfileChange::default() };
    let mut expected = before.clone();
    expected.name = "Another".to_owned();
    expected.profile.age = Some(30);
    assert_eq!(ports.users.change_profile(before.id, change).await, Ok(Some(expected.clone())));

    let change = ProfileChange {
        gender: Some(Gender::Female),
        height_cm: Some(180.0),
        weight_kg: Some(70.5),
        speciality: Some("Sport".to_owned()),
        ..ProfileChange::default()
    };
    expected.profile = Profile {
        gender: Some(Gender::Female),
        age: Some(30),
        height_cm: Some(180.0),
        weight_kg: Some(70.5),
        speciality: Some("Sport".to_owned()),
        ..Profile::default()
    };
    assert_eq!(ports.users.change_profile(before.id, change).await, Ok(Some(expected.clone())));
    assert_eq!(ports.users.change_profile(before.id, ProfileChange::default()).await, Ok(Some(expected.clone())));
    assert_eq!(ports.users.by_id(before.id).await, Ok(Some(expected)));

    let nobody = user_id();
    assert_eq!(ports.users.change_profile(nobody, ProfileChange::default()).await, Ok(None));
    assert_eq!(ports.users.set_active(nobody, false, NOW).await, Ok(None));
    let later = NOW + Duration::from_secs(1);
    assert_eq!(ports.users.set_password(nobody, "$hash".to_owned(), later, None).await, Ok(None));
}

pub(super) async fn a_hash_is_renewed_where_it_is_still_the_one(ports: &Ports) {
    let before = user(ports).await;
    let (kept, _) = session(ports, before.id).await;
    let last = ports.sessions.last_revocation().await.expect("read");
    let renew = async |from: &str, to: &str| ports.users.renew_hash(before.id, from, to.to_owned()).await;
    assert_eq!(renew("$another", "$new").await, Ok(false));
    assert_eq!(renew(&before.password_hash, "$new").await, Ok(true));
    assert_eq!(renew(&before.password_hash, "$newer").await, Ok(false));
    let after = ports.users.by_id(before.id).await.expect("read").expect("it is there");
    assert_eq!(after, domain::User { password_hash: "$new".to_owned(), ..before.clone() });
    assert_eq!(ports.sessions.session(kept.id).await, Ok(Some(kept)), "no session ends");
    assert_eq!(ports.sessions.last_revocation().await, Ok(last));
    assert_eq!(ports.users.renew_hash(user_id(), "$new", "$newer".to_owned()).await, Ok(false));
}
