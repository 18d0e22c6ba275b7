use super::*;

const NOW: Timestamp = Timestamp(1_764_000_000_000);

fn object(n: u8) -> ObjectId {
    ObjectId::from([n; 12])
}

fn user(n: u8) -> UserId {
    UserId(object(n))
}

fn member(n: u8) -> MemberId {
    MemberId(object(n))
}

/// The owner is 1, who was asked 2; members have the numbers of their users.
fn opened() -> Consultation {
    let mut it = Consultation::new(ConsultationId(object(99)), object(98), 1, (user(1), "Maya".into()), member(1), NOW);
    it.invite(user(2), "Tom".into(), member(2), false).unwrap();
    it
}

fn comes(n: u8, unasked: bool) -> Comer {
    Comer::User { user: user(n), name: format!("Person {n}"), id: member(n), unasked }
}

/// With the owner in it, 2 admitted, 3 waiting, 4 a co-host and 5 an observer.
fn busy() -> Consultation {
    let mut it = opened();
    for n in 1..=5 {
        it.arrive(comes(n, true), None, NOW).unwrap();
    }
    it.admit(member(1), Some(&[member(2), member(4), member(5)]), NOW).unwrap();
    it.give_role(member(1), member(4), MemberRole::CoHost).unwrap();
    it.give_role(member(1), member(5), MemberRole::Observer).unwrap();
    it
}

fn state(it: &Consultation, n: u8) -> MemberState {
    it.member(member(n)).unwrap().state
}

#[test]
fn everybody_waits_but_the_owner_and_who_is_welcome() {
    let mut it = opened();
    it.invite(user(3), "Ida".into(), member(3), true).unwrap();
    for (n, unasked, expected) in [
        (2, false, Ok(MemberState::Waiting)),
        (1, false, Ok(MemberState::Admitted)),
        (3, false, Ok(MemberState::Admitted)),
        (4, true, Ok(MemberState::Waiting)),
        (5, false, Err(ConsultationRefused::NotTheirs)),
    ] {
        let came = it.arrive(comes(n, unasked), None, NOW).map(|id| it.member(id).unwrap().state);
        assert_eq!(came, expected, "{n}");
    }
    let test = ConnectionTest {
        connection: LineTest::Good,
        microphone: DeviceTest::Silent,
        camera: DeviceTest::Ok,
        rtt: Some(Duration::from_millis(40)),
    };
    it.arrive(comes(2, false), Some(test), NOW).unwrap();
    it.arrive(comes(2, false), None, NOW).unwrap();
    assert_eq!((state(&it, 2), it.member(member(2)).unwrap().test), (MemberState::Waiting, Some(test)));
}

/// Who may do what to whom: by owner, co-host, member, waiting, observer, nobody.
#[test]
fn hosts_alone_act_and_never_on_the_owner() {
    type Act = fn(&mut Consultation, MemberId) -> Done;
    let acts: [(&str, Act, [bool; 6]); 14] = [
        ("admit", |it, by| it.admit(by, None, NOW), [true, true, false, false, false, false]),
        ("refuse", |it, by| it.refuse(by, member(3), NOW), [true, true, false, false, false, false]),
        ("remove", |it, by| it.remove(by, member(2), NOW), [true, true, false, false, false, false]),
        ("remove the owner", |it, by| it.remove(by, member(1), NOW), [false; 6]),
        ("remove the co-host", |it, by| it.remove(by, member(4), NOW), [true, true, false, false, false, false]),
        ("mute", |it, by| it.may_mute(by, member(2)).map(|_| ()), [true, true, false, false, false, false]),
        ("mute the owner", |it, by| it.may_mute(by, member(1)).map(|_| ()), [false; 6]),
        ("mute who waits", |it, by| it.may_mute(by, member(3)).map(|_| ()), [false; 6]),
        ("lock", |it, by| it.lock(by, true), [true, true, false, false, false, false]),
        ("role", |it, by| it.give_role(by, member(2), MemberRole::CoHost), [true, false, false, false, false, false]),
        ("role of host", |it, by| it.give_role(by, member(2), MemberRole::Host), [false; 6]),
        ("end", |it, by| it.end(by, NOW), [true, false, false, false, false, false]),
        ("link", |it, by| it.make_link(by, link(9, MemberRole::Member)), [true, true, false, false, false, false]),
        ("host link", |it, by| it.make_link(by, link(9, MemberRole::CoHost)), [false; 6]),
    ];
    for (what, act, expected) in acts {
        for (by, expected) in [1, 4, 2, 3, 5, 9].into_iter().zip(expected) {
            assert_eq!(act(&mut busy(), member(by)).is_ok(), expected, "{what} by {by}");
            let mut over = busy();
            over.close(NOW);
            assert_eq!(act(&mut over, member(by)), Err(ConsultationRefused::Ended), "{what} after the end");
        }
    }
}

#[test]
fn another_co_host_is_the_owners_alone_to_remove() {
    let mut it = busy();
    it.give_role(member(1), member(2), MemberRole::CoHost).unwrap();
    assert_eq!(it.remove(member(4), member(2), NOW), Err(ConsultationRefused::NotTheirs));
    assert_eq!(it.remove(member(1), member(2), NOW), Ok(()));
}

fn link(n: u8, role: MemberRole) -> GuestLink {
    GuestLink { id: object(n), role, name: None, expires_at: NOW + Duration::from_secs(60), used_by: None }
}

#[test]
fn who_was_turned_away_or_sent_out_comes_back_when_a_host_says_so() {
    let mut it = busy();
    it.refuse(member(4), member(3), NOW).unwrap();
    it.remove(member(4), member(2), NOW).unwrap();
    for n in [2, 3] {
        assert_eq!(it.arrive(comes(n, true), None, NOW), Err(ConsultationRefused::NotAdmitted));
        assert_eq!(it.grants(member(n)), Err(ConsultationRefused::NotAdmitted));
        it.admit(member(1), None, NOW).unwrap();
        assert_eq!(it.arrive(comes(n, true), None, NOW), Err(ConsultationRefused::NotAdmitted), "all is who waits");
        it.admit(member(1), Some(&[member(n)]), NOW).unwrap();
        it.arrive(comes(n, true), None, NOW).unwrap();
        assert_eq!(state(&it, n), MemberState::Admitted);
    }
    assert_eq!(it.admit(member(1), Some(&[member(77)]), NOW), Err(ConsultationRefused::NoSuchMember));
}

#[test]
fn a_lock_keeps_those_out_who_are_new() {
    let mut it = busy();
    it.leave(member(2), NOW).unwrap();
    it.invite(user(6), "Six".into(), member(6), true).unwrap();
    it.lock(member(4), true).unwrap();
    for (n, expected) in
        [(2, None), (6, Some(ConsultationRefused::Locked)), (7, Some(ConsultationRefused::Locked)), (3, None)]
    {
        assert_eq!(it.arrive(comes(n, true), None, NOW).err(), expected, "{n}");
    }
    assert_eq!((state(&it, 2), state(&it, 3)), (MemberState::Admitted, MemberState::Waiting));
    it.lock(member(1), false).unwrap();
    assert!(it.arrive(comes(7, true), None, NOW).is_ok());
}

#[test]
fn it_has_room_for_so_many() {
    let mut it = opened();
    for n in 2..=51 {
        it.arrive(comes(n, true), None, NOW).unwrap();
    }
    assert_eq!(it.arrive(comes(52, true), None, NOW), Err(ConsultationRefused::Full));
    it.arrive(comes(1, false), None, NOW).expect("the owner always fits");
    it.remove(member(1), member(9), NOW).unwrap();
    it.remove(member(1), member(10), NOW).unwrap();
    assert!(it.arrive(comes(52, true), None, NOW).is_ok());
}

#[test]
fn a_guest_link_opens_once_while_it_holds() {
    let mut it = busy();
    it.make_link(member(1), link(50, MemberRole::Observer)).unwrap();
    it.make_link(member(1), link(51, MemberRole::Member)).unwrap();
    assert_eq!(it.claim(object(52), member(60), "G".into(), NOW), Err(ConsultationRefused::Link));
    let late = NOW + Duration::from_secs(60);
    assert_eq!(it.claim(object(50), member(60), "G".into(), late), Err(ConsultationRefused::Link));
    it.claim(object(50), member(60), "G".into(), NOW).unwrap();
    assert_eq!(it.claim(object(50), member(61), "H".into(), NOW), Err(ConsultationRefused::Link));
    assert_eq!(it.grants(member(60)), Err(ConsultationRefused::NotAdmitted));
    it.arrive(Comer::Guest(member(60)), None, NOW).unwrap();
    assert_eq!(state(&it, 60), MemberState::Waiting);
    assert_eq!(it.give_role(member(1), member(60), MemberRole::CoHost), Err(ConsultationRefused::NotTheirs));
    assert_eq!(it.arrive(Comer::Guest(member(61)), None, NOW), Err(ConsultationRefused::NotTheirs));
    it.close(NOW);
    assert_eq!(it.claim(object(51), member(62), "I".into(), NOW), Err(ConsultationRefused::Link));
    assert_eq!(it.member(member(60)).unwrap().identity(), format!("guest-{}", object(60)));
}

#[test]
fn grants_follow_the_role() {
    let mut it = busy();
    let of = |it: &Consultation, n| it.grants(member(n)).map(|g| (g.publish, g.screen, g.data, g.admin));
    assert_eq!(of(&it, 1), Ok((true, true, true, true)));
    assert_eq!(of(&it, 2), Ok((true, true, true, false)));
    assert_eq!(of(&it, 3), Err(ConsultationRefused::NotAdmitted));
    assert_eq!(of(&it, 4), Ok((true, true, true, true)));
    assert_eq!(of(&it, 5), Ok((false, false, false, false)));
    assert_eq!(of(&it, 9), Err(ConsultationRefused::NotTheirs));
    it.close(NOW);
    assert_eq!(of(&it, 1), Err(ConsultationRefused::Ended));
}

#[test]
fn old_clients_go_where_nobody_could_let_them_in() {
    let old = |n| OldComer::User(comes(n, true));
    let stranger = || OldComer::Guest { name: "Tom".into(), id: member(70) };
    // Into the dietician's own room, where the dietician came by our app: they wait.
    let mut it = opened();
    it.arrive(comes(1, false), None, NOW).unwrap();
    let id = it.arrive_by_old_client(old(2), NOW).unwrap();
    assert_eq!(it.member(id).unwrap().state, MemberState::Waiting);
    // Where the dietician came by an old client too: the first goes in, the second waits.
    let mut it = opened();
    it.arrive_by_old_client(old(1), NOW).unwrap();
    for (comer, expected) in
        [(old(2), MemberState::Admitted), (old(3), MemberState::Waiting), (stranger(), MemberState::Waiting)]
    {
        let id = it.arrive_by_old_client(comer, NOW).unwrap();
        assert_eq!(it.member(id).unwrap().state, expected);
    }
    let before = it.members.len();
    it.arrive_by_old_client(stranger(), NOW).unwrap();
    assert_eq!(it.members.len(), before, "who comes again is known by the name");
    // Into an appointment's room.
    let mut it = opened();
    it.appointment = Some(AppointmentId(object(8)));
    let id = it.arrive_by_old_client(stranger(), NOW).unwrap();
    let grants = it.grants(id).unwrap();
    assert_eq!((grants.publish, grants.screen, grants.data, grants.admin), (true, false, false, false));
    it.lock(member(1), true).expect_err("the owner is not in it");
    it.arrive(comes(1, false), None, NOW).unwrap();
    it.lock(member(1), true).unwrap();
    assert_eq!(it.arrive_by_old_client(old(7), NOW), Err(ConsultationRefused::Locked));
    it.remove(member(1), id, NOW).unwrap();
    assert_eq!(it.arrive_by_old_client(stranger(), NOW), Err(ConsultationRefused::NotAdmitted));
}

#[test]
fn what_the_media_server_tells_counts_once() {
    let mut it = busy();
    let identity = it.member(member(2)).unwrap().identity();
    let later = NOW + Duration::from_secs(60);
    assert!(it.hear("e1", Heard::Joined(&identity), NOW));
    assert!(it.hear("e2", Heard::Left(&identity), later));
    assert!(!it.hear("e1", Heard::Joined(&identity), later));
    let tom = it.member(member(2)).unwrap();
    assert_eq!((tom.connected, tom.joined_at, tom.left_at), (false, Some(NOW), Some(later)));
    assert!(it.hear("e3", Heard::Joined(&identity), later) && it.hear("e4", Heard::Joined("nobody"), later));
    assert!(it.hear("e5", Heard::Finished, later));
    assert!(it.members.iter().all(|member| !member.connected));
    for n in 0..200 {
        it.hear(&format!("f{n}"), Heard::Finished, later);
    }
    assert!(it.heard.len() <= super::heard::REMEMBERED);
}

#[test]
fn one_that_everybody_has_left_is_forgotten_one_day() {
    let mut it = busy();
    assert!(!it.is_forgotten(NOW + FORGOTTEN));
    assert!(it.is_forgotten(NOW + FORGOTTEN + Duration::from_secs(1)));
    let identity = it.member(member(2)).unwrap().identity();
    it.hear("e1", Heard::Joined(&identity), NOW);
    assert!(!it.is_forgotten(NOW + FORGOTTEN + Duration::from_secs(1)));
    it.close(NOW + Duration::from_secs(90));
    assert_eq!(it.duration(), Duration::from_secs(90));
    assert!(!it.is_forgotten(NOW + FORGOTTEN * 3));
}

#[test]
fn a_call_grows_into_one_that_both_are_in() {
    let mut it = Consultation::new(ConsultationId(object(99)), object(98), 1, (user(1), "Maya".into()), member(1), NOW);
    let grow = |it: &mut Consultation, now| it.grow(CallId(object(98)), user(2), "Tom".into(), member(2), now);
    grow(&mut it, NOW).unwrap();
    assert_eq!((state(&it, 1), state(&it, 2)), (MemberState::Admitted, MemberState::Admitted));
    let before = it.clone();
    grow(&mut it, NOW + Duration::from_secs(5)).unwrap();
    assert_eq!(it, before, "once is enough");
    it.leave(member(2), NOW).unwrap();
    grow(&mut it, NOW).unwrap();
    assert_eq!((state(&it, 2), it.members.len()), (MemberState::Admitted, 2));
}

#[test]
fn whoever_is_asked_in_need_not_wait() {
    let mut it = busy();
    it.remove(member(1), member(2), NOW).unwrap();
    let ask = |it: &mut Consultation, by: u8, n: u8| {
        it.ask_in(member(by), [(user(n), format!("Person {n}"), member(n))].into_iter())
    };
    for by in [2, 3, 5, 7] {
        assert_eq!(ask(&mut it, by, 6), Err(ConsultationRefused::NotTheirs), "{by}");
        assert_eq!(it.ask_in(member(by), [].into_iter()), Err(ConsultationRefused::NotTheirs), "{by}");
    }
    for (by, n) in [(4, 6), (1, 2)] {
        ask(&mut it, by, n).unwrap();
        assert_eq!(state(&it, n), MemberState::Invited);
        it.arrive(comes(n, false), None, NOW).unwrap();
        assert_eq!(state(&it, n), MemberState::Admitted);
    }
    ask(&mut it, 1, 6).unwrap();
    assert_eq!(state(&it, 6), MemberState::Admitted, "who is in it stays so");
}

#[test]
fn how_good_a_connection_was_is_told_by_who_was_let_in_and_adds_up() {
    let mut it = busy();
    let seconds = Duration::from_secs;
    let line = |good, fair, weak| QualityTime { good: seconds(good), fair: seconds(fair), weak: seconds(weak) };
    assert_eq!(it.note_quality(member(3), line(1, 0, 0)), Err(ConsultationRefused::NotAdmitted), "they wait");
    it.note_quality(member(2), line(60, 0, 14)).unwrap();
    assert_eq!(it.member(member(2)).unwrap().quality.word(), Some(QualityWord::Good));
    it.end(member(1), NOW).unwrap();
    it.note_quality(member(2), line(0, 0, u64::MAX)).unwrap();
    assert_eq!(it.member(member(2)).unwrap().quality, line(60, 0, 24 * 60 * 60), "bounded");
    for (said, expected) in [
        (line(0, 0, 0), None),
        (line(80, 0, 19), Some(QualityWord::Good)),
        (line(80, 0, 20), Some(QualityWord::Weak)),
        (line(10, 10, 0), Some(QualityWord::Fair)),
    ] {
        assert_eq!(said.word(), expected, "{said:?}");
    }
}

fn public(letter: &str) -> PublicKey {
    letter.repeat(87).parse().unwrap()
}

fn sealed(n: u8, letter: &str) -> KeyFor {
    KeyFor { member: member(n), page: public(letter), text: letter.repeat(80).parse().unwrap() }
}

/// `busy`, encrypted, with the owner's page `a` and that of 2 `b`.
fn encrypted() -> Consultation {
    let mut it = opened();
    it.encrypt(member(1), true).unwrap();
    for n in 1..=5 {
        it.arrive(comes(n, true), None, NOW).unwrap();
    }
    it.admit(member(1), Some(&[member(2), member(4), member(5)]), NOW).unwrap();
    it.give_role(member(1), member(4), MemberRole::CoHost).unwrap();
    it.bring_key(member(1), public("a")).unwrap();
    it.bring_key(member(2), public("b")).unwrap();
    it
}

fn handed(it: &Consultation, n: u8) -> (u32, Option<String>) {
    let keys = it.member(member(n)).unwrap().keys.as_ref();
    (keys.map_or(0, |keys| keys.number), keys.and_then(|keys| Some(keys.sealed.as_ref()?.text.to_string())))
}

#[test]
fn encryption_is_chosen_by_the_owner_while_nobody_is_in_it() {
    let mut it = opened();
    assert_eq!(it.encrypt(member(2), true), Err(ConsultationRefused::NotTheirs));
    it.arrive(comes(1, false), None, NOW).unwrap();
    it.encrypt(member(1), true).unwrap();
    it.encrypt(member(1), false).unwrap();
    it.encrypt(member(1), true).unwrap();
    assert_eq!(it.may_enter(false), Err(ConsultationRefused::Encryption));
    assert_eq!(it.may_enter(true), Ok(()));
    it.arrive(comes(2, false), None, NOW).unwrap();
    it.encrypt(member(1), true).unwrap();
    it.admit(member(1), None, NOW).unwrap();
    assert_eq!(it.encrypt(member(1), false), Err(ConsultationRefused::Running), "they may be in it already");
    assert_eq!(it.encrypt(member(1), true), Ok(()), "it is");
    it.leave(member(2), NOW).unwrap();
    let owner = it.member(member(1)).unwrap().identity();
    it.hear("EV_1", Heard::Joined(&owner), NOW);
    assert_eq!(it.encrypt(member(1), false), Err(ConsultationRefused::Running));
    let comer = OldComer::User(comes(3, true));
    assert_eq!(it.arrive_by_old_client(comer, NOW), Err(ConsultationRefused::Encryption));
}

#[test]
fn keys_go_from_a_hosts_page_to_who_is_let_in() {
    let mut it = encrypted();
    assert_eq!(it.bring_key(member(3), public("c")), Err(ConsultationRefused::NotAdmitted), "they wait");
    assert_eq!(busy().bring_key(member(2), public("b")), Err(ConsultationRefused::Encryption));
    for (by, page, number, expected) in [
        (2, "b", 1, ConsultationRefused::NotTheirs),
        (3, "c", 1, ConsultationRefused::NotTheirs),
        (4, "d", 1, ConsultationRefused::KeyPassed), // has said no key
        (1, "z", 1, ConsultationRefused::KeyPassed), // another page of theirs
        (1, "a", 0, ConsultationRefused::KeyPassed),
        (1, "a", 2, ConsultationRefused::KeyPassed),
    ] {
        let done = it.hand_keys(member(by), &public(page), number, vec![sealed(2, "b")]);
        assert_eq!(done, Err(expected), "{by} {page} {number}");
    }
    // For another page of 2, for one who waits, and for oneself: left out.
    let left_out = vec![sealed(2, "x"), sealed(3, "c"), sealed(1, "a")];
    it.hand_keys(member(1), &public("a"), 1, left_out).unwrap();
    assert_eq!([handed(&it, 1), handed(&it, 2)], [(1, None), (0, None)]);
    it.hand_keys(member(1), &public("a"), 1, vec![sealed(2, "b")]).unwrap();
    assert_eq!(handed(&it, 2), (1, Some("b".repeat(80))));
    // Once is enough: nobody puts another in its place.
    let other = KeyFor { text: "y".repeat(80).parse().unwrap(), ..sealed(2, "b") };
    it.hand_keys(member(1), &public("a"), 1, vec![other]).unwrap();
    assert_eq!(handed(&it, 2), (1, Some("b".repeat(80))));
    // A co-host without the key can't hand it on, and may make the next; then the owner has it to be handed.
    it.bring_key(member(4), public("d")).unwrap();
    assert_eq!(it.hand_keys(member(4), &public("d"), 1, vec![]), Err(ConsultationRefused::KeyPassed));
    it.hand_keys(member(4), &public("d"), 2, vec![sealed(1, "a")]).unwrap();
    assert_eq!(it.hand_keys(member(1), &public("a"), 2, vec![]), Ok(()));
    assert_eq!(handed(&it, 1), (2, Some("a".repeat(80))));
    let stranger = it.hand_keys(member(1), &public("a"), 2, vec![sealed(9, "i")]);
    assert_eq!(stranger, Err(ConsultationRefused::NoSuchMember));
    // A page that is new has nothing.
    it.bring_key(member(2), public("b")).unwrap();
    assert_eq!(handed(&it, 2).0, 1, "the same page");
    it.bring_key(member(2), public("e")).unwrap();
    assert_eq!(handed(&it, 2), (0, None));
}

#[test]
fn who_goes_with_the_key_makes_another_due() {
    let mut it = encrypted();
    it.leave(member(2), NOW).unwrap();
    assert_eq!(it.encryption, Some(Encryption { number: 0, due: false }), "there was none");
    it.arrive(comes(2, false), None, NOW).unwrap();
    it.bring_key(member(2), public("b")).unwrap();
    it.hand_keys(member(1), &public("a"), 1, vec![sealed(2, "b")]).unwrap();
    it.remove(member(1), member(5), NOW).unwrap();
    assert_eq!(it.encryption, Some(Encryption { number: 1, due: false }), "they had none");
    it.remove(member(1), member(2), NOW).unwrap();
    assert_eq!(it.encryption, Some(Encryption { number: 1, due: true }));
    assert_eq!(it.member(member(2)).unwrap().keys, None);
    it.hand_keys(member(1), &public("a"), 2, vec![]).unwrap();
    assert_eq!(it.encryption, Some(Encryption { number: 2, due: false }));
    it.end(member(1), NOW).unwrap();
    assert!(it.members.iter().all(|one| one.keys.is_none()), "nothing of them is kept");
}
