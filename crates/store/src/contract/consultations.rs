use std::time::Duration;

use domain::{
    AppointmentId, Comer, ConnectionTest, Consultation, ConsultationId, DeviceTest, Encryption, GuestLink, Heard,
    KeyFor, LineTest, MemberId, MemberRole, ObjectId, PublicKey, Timestamp, Transition, UserId, Word,
};
use tokio::task::JoinSet;

use super::Ports;
use super::fixtures::{NOW, object, user_id};

fn consultation(owner: UserId, room: ObjectId, session: u32) -> Consultation {
    let id = ConsultationId(object());
    let mut it = Consultation::new(id, room, session, (owner, "Maya \"M\" 😀".into()), MemberId(object()), NOW);
    it.version = 1;
    it
}

async fn open(ports: &Ports, it: &Consultation) -> Transition {
    ports.consultations.open_consultation(it.clone()).await.expect("asked")
}

async fn change(ports: &Ports, it: &Consultation) -> Transition {
    ports.consultations.change_consultation(it.clone()).await.expect("asked")
}

async fn kept(ports: &Ports, id: ConsultationId) -> Option<Consultation> {
    ports.consultations.consultation(id).await.expect("read")
}

fn next(it: &Consultation, act: impl FnOnce(&mut Consultation)) -> Consultation {
    let mut next = it.clone();
    act(&mut next);
    next.version += 1;
    next
}

pub(super) async fn all_of_one_comes_back(ports: &Ports) {
    let (owner, other) = (user_id(), user_id());
    let first = consultation(owner, object(), 1);
    assert_eq!(open(ports, &first).await, Transition::Saved);
    assert_eq!(open(ports, &first).await, Transition::Saved, "the same again");
    assert_eq!(kept(ports, first.id).await.as_ref(), Some(&first));
    let full = next(&first, |it| {
        it.title = Some("Iron".into());
        it.appointment = Some(AppointmentId(object()));
        let test = ConnectionTest {
            connection: LineTest::Weak,
            microphone: DeviceTest::Blocked,
            camera: DeviceTest::None,
            rtt: Some(Duration::from_millis(77)),
        };
        let host = it.members[0].id;
        let comer = |user| Comer::User { user, name: "Tom".into(), id: MemberId(object()), unasked: true };
        it.arrive(comer(owner), None, NOW).expect("it is theirs");
        it.arrive(comer(other), Some(test), NOW + Duration::from_secs(1)).expect("they may");
        let late = it.arrive(comer(user_id()), None, NOW + Duration::from_secs(1)).expect("they may");
        it.admit(host, Some(&[it.members[1].id]), NOW + Duration::from_secs(2)).expect("they may");
        it.write_line(late, "My \"train\" is late".into()).expect("they wait");
        it.answer_line(host, late, "We wait 😀".into()).expect("they wait");
        let expires_at = NOW + Duration::from_secs(60);
        for role in [MemberRole::Observer, MemberRole::Member] {
            let link = GuestLink { id: object(), role, name: Some("Ida".into()), expires_at, used_by: None };
            it.make_link(host, link).expect("they may");
        }
        it.claim(it.links[0].id, MemberId(object()), "Ida".into(), NOW).expect("it holds");
        it.encrypt(host, true).expect_err("somebody is in it");
        it.encryption = Some(Encryption::default());
        let [page, theirs]: [PublicKey; 2] = ["A", "b"].map(|it| it.repeat(87).parse().expect("of that form"));
        it.bring_key(host, page.clone()).expect("they are in it");
        it.bring_key(it.members[1].id, theirs.clone()).expect("they are in it");
        let text = "-".repeat(80).parse().expect("of that form");
        let key = KeyFor { member: it.members[1].id, page: theirs, text };
        it.hand_keys(host, &page, 1, vec![key]).expect("they may");
        it.lock(host, true).expect("they may");
        let identity = it.members[1].identity();
        it.hear("EV_1", Heard::Joined(&identity), NOW);
        it.hear("EV_2", Heard::Left(&identity), NOW);
    });
    assert_eq!(change(ports, &full).await, Transition::Saved);
    assert_eq!(kept(ports, first.id).await.as_ref(), Some(&full));
    assert_eq!(ports.consultations.consultation_in(first.room).await, Ok(Some(full)));
    assert_eq!(kept(ports, ConsultationId(object())).await, None);
    assert_eq!(ports.consultations.consultation_in(object()).await, Ok(None));
}

pub(super) async fn a_room_has_one_of_each_session(ports: &Ports) {
    let (owner, room) = (user_id(), object());
    let mut attempts = JoinSet::new();
    for _ in 0..20 {
        let (ports, it) = (ports.clone(), consultation(owner, room, 1));
        attempts.spawn(async move { (open(&ports, &it).await, it) });
    }
    let results = attempts.join_all().await;
    let winners: Vec<_> = results.into_iter().filter(|(it, _)| *it == Transition::Saved).collect();
    assert_eq!(winners.len(), 1);
    assert_eq!(ports.consultations.consultation_in(room).await, Ok(Some(winners[0].1.clone())));
    let second = consultation(owner, room, 2);
    assert_eq!(open(ports, &second).await, Transition::Saved);
    assert_eq!(ports.consultations.consultation_in(room).await, Ok(Some(second)));
}

pub(super) async fn a_change_needs_the_version_before(ports: &Ports) {
    let it = consultation(user_id(), object(), 1);
    let titled = |it: &Consultation, title: &str| next(it, |it| it.title = Some(title.into()));
    assert_eq!(change(ports, &titled(&it, "early")).await, Transition::Stale);
    assert_eq!(open(ports, &it).await, Transition::Saved);
    let mut attempts = JoinSet::new();
    for n in 0..20_u32 {
        let (ports, next) = (ports.clone(), titled(&it, &n.to_string()));
        attempts.spawn(async move { (change(&ports, &next).await, next) });
    }
    let results = attempts.join_all().await;
    let saved: Vec<_> = results.into_iter().filter(|(outcome, _)| *outcome == Transition::Saved).collect();
    assert_eq!(saved.len(), 1);
    assert_eq!(kept(ports, it.id).await.as_ref(), Some(&saved[0].1));
    for version in [0, 1, 4, u64::MAX] {
        let other = Consultation { version, ..it.clone() };
        assert_eq!(change(ports, &other).await, Transition::Stale, "{version}");
    }
    let ended = next(&saved[0].1, |it| it.close(NOW));
    assert_eq!(change(ports, &ended).await, Transition::Saved);
    assert_eq!(change(ports, &titled(&saved[0].1, "late")).await, Transition::Stale);
    assert_eq!(kept(ports, it.id).await, Some(ended));
}

pub(super) async fn words_have_a_place_each(ports: &Ports) {
    let (it, member) = (ConsultationId(object()), MemberId(object()));
    let store = &ports.consultations;
    let word = |number: u32, key: &str, text: &str| Word {
        consultation: it,
        number,
        member,
        key: key.parse().expect("a key"),
        text: text.to_owned(),
        at: NOW + Duration::from_secs(number.into()),
    };
    assert_eq!(store.last_word(it).await, Ok(0));
    let said: Vec<_> = (1..=5).map(|n| word(n, &format!("key-{n}"), "Grüß \"Gott\" 😀")).collect();
    for word in &said {
        assert_eq!(store.put_word(word.clone()).await, Ok(Transition::Saved));
        assert_eq!(store.put_word(word.clone()).await, Ok(Transition::Saved), "the same again");
    }
    assert_eq!(store.put_word(word(5, "another", "at its place")).await, Ok(Transition::Stale));
    assert_eq!(store.put_word(word(6, "key-2", "under its key")).await, Ok(Transition::Stale));
    let mut attempts = JoinSet::new();
    for n in 0..20 {
        let (ports, word) = (ports.clone(), word(6, &format!("race-{n}"), "first"));
        attempts.spawn(async move { ports.consultations.put_word(word).await.expect("asked") });
    }
    let saved = attempts.join_all().await.into_iter().filter(|one| *one == Transition::Saved).count();
    assert_eq!((saved, store.last_word(it).await), (1, Ok(6)));
    assert_eq!(store.words(it, 1, 3).await, Ok(said[1..4].to_vec()));
    assert_eq!(store.words(it, 6, 3).await, Ok(Vec::new()));
    assert_eq!(store.words(ConsultationId(object()), 0, 3).await, Ok(Vec::new()));
    let by = async |member, key: &str| store.word(it, member, &key.parse().expect("a key")).await.expect("read");
    assert_eq!(by(member, "key-3").await.as_ref(), Some(&said[2]));
    assert_eq!((by(member, "key-9").await, by(MemberId(object()), "key-3").await), (None, None));
}

pub(super) async fn are_listed_by_person(ports: &Ports) {
    let (maya, tom) = (user_id(), user_id());
    let mut all = Vec::new();
    for n in 0..4_u64 {
        let it = Consultation { opened_at: NOW + Duration::from_secs(n), ..consultation(maya, object(), 1) };
        assert_eq!(open(ports, &it).await, Transition::Saved);
        all.push(it);
    }
    for (n, seconds) in [(0, 90), (1, 80)] {
        let ended = next(&all[n], |it| {
            it.invite(tom, "Tom".into(), MemberId(object()), false).expect("there is room");
            it.close(NOW + Duration::from_secs(seconds));
        });
        assert_eq!(change(ports, &ended).await, Transition::Saved);
        all[n] = ended;
    }
    let invited = next(&all[2], |it| it.invite(tom, "Tom".into(), MemberId(object()), true).expect("there is room"));
    assert_eq!(change(ports, &invited).await, Transition::Saved);
    all[2] = invited;
    let of = |places: &[usize]| Ok(places.iter().map(|n| all[*n].clone()).collect::<Vec<_>>());
    let far = Timestamp(i64::MAX / 1_000);
    assert_eq!(ports.consultations.open_consultations(maya).await, of(&[3, 2]));
    assert_eq!(ports.consultations.open_consultations(tom).await, of(&[2]));
    assert_eq!(ports.consultations.open_consultations(user_id()).await, of(&[]));
    for (user, before, limit, expected) in [
        (maya, far, 10, [0, 1].as_slice()),
        (tom, far, 10, &[0, 1]),
        (maya, far, 1, &[0]),
        (maya, NOW + Duration::from_secs(90), 10, &[1]),
        (user_id(), far, 10, &[]),
    ] {
        assert_eq!(ports.consultations.ended_consultations(user, before, limit).await, of(expected), "{before:?}");
    }
    let mut read: Vec<Consultation> = Vec::new();
    loop {
        let page = ports.consultations.consultations_after(read.last().map(|last| last.id), 3).await.expect("read");
        if page.is_empty() {
            break;
        }
        read.extend(page);
    }
    assert!(read.is_sorted_by_key(|one| one.id) && all.iter().all(|one| read.contains(one)));
}
