use std::time::Duration;

use domain::{NewSession, Revocation, Rotation, Session, SessionId, SessionKind};
use tokio::task::JoinSet;

use super::Ports;
use super::fixtures::{GRACE, MONTH, NOW, hash, new_session, object, session, user};

const HOUR: Duration = Duration::from_secs(3600);

/// What was revoked since, with the numbers taken out.
async fn revoked_since(ports: &Ports, number: u64) -> Vec<Revocation> {
    let mut lines = ports.sessions.revocations_after(number).await.expect("read");
    lines.iter_mut().for_each(|line| line.number = 0);
    lines
}

pub(super) async fn created_is_found_until_revoked(ports: &Ports) {
    let (ada, bob) = (user(ports).await, user(ports).await);
    let (web, _) = session(ports, ada.id).await;
    let bearer = NewSession { kind: SessionKind::Bearer, refresh_hash: None, ..new_session(ada.id) };
    ports.sessions.create(bearer.clone()).await.expect("created");
    assert_eq!(ports.sessions.session(web.id).await, Ok(Some(web)));
    let found = ports.sessions.session(bearer.id).await.expect("read").expect("it is there");
    assert_eq!((found.kind, found.user), (SessionKind::Bearer, ada.id));
    assert_eq!(ports.sessions.session(SessionId(object())).await, Ok(None));

    let before = ports.sessions.last_revocation().await.expect("read");
    assert_eq!(ports.sessions.revoke(bob.id, web.id).await, Ok(false), "it is somebody else's");
    assert_eq!(ports.sessions.revoke(ada.id, web.id).await, Ok(true));
    assert_eq!(ports.sessions.revoke(ada.id, web.id).await, Ok(false));
    assert_eq!(ports.sessions.session(web.id).await, Ok(None));
    assert!(ports.sessions.session(bearer.id).await.expect("read").is_some());
    let line = Revocation { number: 0, user: ada.id, session: Some(web.id), except: None };
    assert_eq!(revoked_since(ports, before).await, [line]);
}

pub(super) async fn rotates_with_grace(ports: &Ports) {
    let (before, first) = session(ports, user(ports).await.id).await;
    let second = hash();
    let expires_at = NOW + HOUR + MONTH;
    let after = Session { expires_at, ..before };
    let rotate = |offered, next, now| ports.sessions.rotate(offered, next, now, expires_at, GRACE);

    assert_eq!(rotate(hash(), hash(), NOW).await, Ok(Rotation::Unknown));
    let now = NOW + HOUR;
    assert_eq!(rotate(first, second, now).await, Ok(Rotation::Rotated(after)));
    assert_eq!(ports.sessions.session(before.id).await, Ok(Some(after)));
    assert_eq!(rotate(first, hash(), now).await, Ok(Rotation::Overtaken(after)));
    assert_eq!(rotate(first, hash(), now + GRACE).await, Ok(Rotation::Overtaken(after)));
    let third = hash();
    assert_eq!(rotate(second, third, now + GRACE).await, Ok(Rotation::Rotated(after)), "nothing had changed");

    let line = ports.sessions.last_revocation().await.expect("read");
    let late = now + GRACE + Duration::from_millis(1) + GRACE;
    assert_eq!(rotate(second, hash(), late).await, Ok(Rotation::Replayed(after)));
    assert_eq!(ports.sessions.session(before.id).await, Ok(None));
    assert_eq!(rotate(third, hash(), late).await, Ok(Rotation::Unknown), "nobody has the session any more");
    let replay = Revocation { number: 0, user: before.user, session: Some(before.id), except: None };
    assert_eq!(revoked_since(ports, line).await, [replay]);
}

pub(super) async fn an_old_token_is_a_replay_however_often_it_was_renewed(ports: &Ports) {
    let (before, first) = session(ports, user(ports).await.id).await;
    let mut current = first;
    let mut now = NOW;
    for _ in 0..5 {
        let next = hash();
        now = now + HOUR;
        let rotation = ports.sessions.rotate(current, next, now, now + MONTH, GRACE).await;
        assert!(matches!(rotation, Ok(Rotation::Rotated(_))), "{rotation:?}");
        current = next;
    }
    let rotation = ports.sessions.rotate(first, hash(), now, now + MONTH, GRACE).await;
    assert!(matches!(rotation, Ok(Rotation::Replayed(_))), "{rotation:?}");
    assert_eq!(ports.sessions.session(before.id).await, Ok(None));
}

pub(super) async fn one_of_many_rotates(ports: &Ports) {
    let (_, refresh) = session(ports, user(ports).await.id).await;
    let mut attempts = JoinSet::new();
    for _ in 0..32 {
        let sessions = ports.sessions.clone();
        attempts.spawn(async move { sessions.rotate(refresh, hash(), NOW, NOW + MONTH, GRACE).await });
    }
    let results = attempts.join_all().await;
    let count = |wanted: fn(&Rotation) -> bool| results.iter().filter(|r| r.as_ref().is_ok_and(wanted)).count();
    assert_eq!(count(|rotation| matches!(rotation, Rotation::Rotated(_))), 1);
    assert_eq!(count(|rotation| matches!(rotation, Rotation::Overtaken(_))), 31);
}

pub(super) async fn expired_is_unknown(ports: &Ports) {
    let (old, refresh) = session(ports, user(ports).await.id).await;
    let late = old.expires_at;
    assert_eq!(ports.sessions.rotate(refresh, hash(), late, late + MONTH, GRACE).await, Ok(Rotation::Unknown));
}

pub(super) async fn everything_is_revoked_at_once(ports: &Ports) {
    let (ada, bob) = (user(ports).await, user(ports).await);
    let (first, refresh) = session(ports, ada.id).await;
    let (second, _) = session(ports, ada.id).await;
    let (others, _) = session(ports, bob.id).await;
    let before = ports.sessions.last_revocation().await.expect("read");
    let now = NOW + HOUR;
    assert_eq!(ports.sessions.revoke_all(ada.id, now).await, Ok(()));
    assert_eq!(ports.sessions.session(first.id).await, Ok(None));
    assert_eq!(ports.sessions.session(second.id).await, Ok(None));
    assert_eq!(ports.sessions.session(others.id).await, Ok(Some(others)));
    assert_eq!(ports.sessions.rotate(refresh, hash(), now, now + MONTH, GRACE).await, Ok(Rotation::Unknown));
    let line = Revocation { number: 0, user: ada.id, session: None, except: None };
    assert_eq!(revoked_since(ports, before).await, [line]);
    assert_eq!(ports.users.by_id(ada.id).await.expect("read").map(|user| user.valid_after), Some(now));
    assert_eq!(ports.users.by_id(bob.id).await, Ok(Some(bob)));

    assert_eq!(ports.sessions.revoke_all(ada.id, NOW).await, Ok(()));
    let user = ports.users.by_id(ada.id).await.expect("read");
    assert_eq!(user.map(|user| user.valid_after), Some(now), "a clock set back lets no old token in");
}

pub(super) async fn a_password_keeps_the_session_it_was_changed_in(ports: &Ports) {
    let ada = user(ports).await;
    let (here, refresh) = session(ports, ada.id).await;
    let (there, _) = session(ports, ada.id).await;
    let before = ports.sessions.last_revocation().await.expect("read");
    let now = NOW + HOUR;
    let changed = ports.users.set_password(ada.id, "$argon2id$second".to_owned(), now, Some(here.id)).await;
    let changed = changed.expect("changed").expect("there is such a user");
    assert_eq!((changed.password_hash.as_str(), changed.valid_after), ("$argon2id$second", now));
    assert_eq!(ports.users.by_id(ada.id).await, Ok(Some(changed)));
    assert_eq!(ports.sessions.session(here.id).await, Ok(Some(here)));
    assert_eq!(ports.sessions.session(there.id).await, Ok(None));
    let rotation = ports.sessions.rotate(refresh, hash(), now, now + MONTH, GRACE).await;
    assert!(matches!(rotation, Ok(Rotation::Rotated(_))), "{rotation:?}");
    let line = Revocation { number: 0, user: ada.id, session: None, except: Some(here.id) };
    assert_eq!(revoked_since(ports, before).await, [line]);

    ports.users.set_password(ada.id, "$argon2id$third".to_owned(), now, None).await.expect("changed");
    assert_eq!(ports.sessions.session(here.id).await, Ok(None));
}

pub(super) async fn disabling_revokes_and_enabling_does_not(ports: &Ports) {
    let ada = user(ports).await;
    let (open, _) = session(ports, ada.id).await;
    let before = ports.sessions.last_revocation().await.expect("read");
    let now = NOW + HOUR;
    let disabled = ports.users.set_active(ada.id, false, now).await.expect("changed").expect("there is such a user");
    assert_eq!((disabled.active, disabled.valid_after), (false, now));
    assert_eq!(ports.sessions.session(open.id).await, Ok(None));
    let line = Revocation { number: 0, user: ada.id, session: None, except: None };
    assert_eq!(revoked_since(ports, before).await, [line]);

    let before = ports.sessions.last_revocation().await.expect("read");
    let (again, _) = session(ports, ada.id).await;
    let enabled = ports.users.set_active(ada.id, true, now + HOUR).await.expect("changed");
    let enabled = enabled.expect("there is such a user");
    assert_eq!((enabled.active, enabled.valid_after), (true, now));
    assert_eq!(ports.sessions.session(again.id).await, Ok(Some(again)));
    assert_eq!(revoked_since(ports, before).await, []);
}

pub(super) async fn revocations_come_in_order(ports: &Ports) {
    let ada = user(ports).await;
    let start = ports.sessions.last_revocation().await.expect("read");
    for _ in 0..5 {
        ports.sessions.revoke_all(ada.id, NOW).await.expect("revoked");
    }
    let lines = ports.sessions.revocations_after(start).await.expect("read");
    assert_eq!(lines.len(), 5);
    assert!(lines[0].number > start);
    assert!(lines.is_sorted_by(|a, b| a.number < b.number));
    assert_eq!(ports.sessions.last_revocation().await, Ok(lines[4].number));
    assert_eq!(ports.sessions.revocations_after(lines[1].number).await, Ok(lines[2..].to_vec()));
    assert_eq!(ports.sessions.revocations_after(lines[4].number).await, Ok(Vec::new()));
    assert_eq!(ports.sessions.revocations_after(u64::MAX).await, Ok(Vec::new()));
}
