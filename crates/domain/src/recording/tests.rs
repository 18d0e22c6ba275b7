use super::*;
use RecordingAct::{Agreed, Asked, Began, Declined, Failed, Kept, Lapsed, Left, Stopped, Withdrawn};

const NOW: Timestamp = Timestamp(1_700_000_000_000);

fn user(n: u8) -> Person {
    Person::User(UserId([n; 12].into()))
}

const GUEST: u8 = 100;

/// From `GUEST` on they are guests.
fn person(n: u8) -> Person {
    if n < GUEST { user(n) } else { Person::Guest(MemberId([n; 12].into())) }
}

fn asked_of(of: RecordingOf, others: &[u8]) -> Recording {
    let others = others.iter().map(|n| person(*n)).collect();
    let line = Recording::ask(UploadId([7; 12].into()), of, (UserId([1; 12].into()), others), CONSENT, NOW);
    Recording::of(&[line.unwrap()]).unwrap()
}

/// Of a call of 1 and 2.
fn asked() -> Recording {
    asked_of(RecordingOf::Call(CallId([8; 12].into())), &[2])
}

/// Of a room with 1, 2 and a guest.
fn room() -> Recording {
    asked_of(RecordingOf::Consultation(ConsultationId([9; 12].into())), &[2, GUEST])
}

fn then(mut recording: Recording, acts: &[(u8, RecordingAct)]) -> Recording {
    for (who, act) in acts {
        let line = recording.next(person(*who), act.clone(), NOW).unwrap();
        recording.add(&line);
    }
    recording
}

fn after(acts: &[(u8, RecordingAct)]) -> Recording {
    then(asked(), acts)
}

const AGREED: RecordingAct = Agreed { consent: CONSENT };
const YES: (u8, RecordingAct) = (2, AGREED);

#[test]
fn no_byte_is_taken_without_both() {
    assert!(!asked().takes_bytes());
    assert!(after(&[YES]).takes_bytes());
    assert!(after(&[YES, (2, Stopped)]).takes_bytes(), "what was recorded before is on its way");
    for act in [Declined, Withdrawn] {
        assert!(!after(&[(2, act)]).takes_bytes());
    }
    for who in [1, 2] {
        assert!(!after(&[YES, (who, Withdrawn)]).takes_bytes());
    }
}

#[test]
fn a_room_is_recorded_once_everybody_has_agreed() {
    let one = then(room(), &[YES]);
    assert_eq!((one.state, one.agreed_at, one.awaited.clone()), (RecordingState::Asked, None, vec![person(GUEST)]));
    for last in [(GUEST, AGREED), (GUEST, Left)] {
        let all = then(one.clone(), std::slice::from_ref(&last));
        assert_eq!((all.state, all.agreed_at), (RecordingState::Running, Some(NOW)), "{last:?}");
        assert_eq!(all.agreed.contains(&person(GUEST)), last.1 == AGREED);
        assert_eq!(all.bars(person(GUEST)), last.1 == Left, "who went comes back by agreeing");
    }
    assert!(!then(room(), &[YES, (GUEST, Declined)]).is_open(), "one no is enough");
    let alone = asked_of(RecordingOf::Consultation(ConsultationId([9; 12].into())), &[]);
    assert_eq!(alone.state, RecordingState::Running);
}

#[test]
fn who_comes_later_agrees_before_they_are_let_in() {
    let asked = room();
    assert!(asked.bars(person(3)) && !asked.bars(person(2)) && !asked.bars(person(1)));
    let running = then(asked, &[YES, (GUEST, AGREED)]);
    assert!(running.bars(person(3)));
    assert_eq!(running.next(person(3), Withdrawn, NOW), Err(RecordingRefused::NotTheirs));
    let with = then(running, &[(3, AGREED)]);
    assert!(!with.bars(person(3)) && with.state == RecordingState::Running);
    assert_eq!(with.next(person(3), AGREED, NOW), Err(RecordingRefused::NotTheirs), "once");
    let gone = then(with.clone(), &[(3, Withdrawn)]);
    assert!(!gone.takes_bytes() && !gone.bars(person(4)));
    let stopped = then(with, &[(GUEST, Stopped)]);
    assert!(!stopped.bars(person(4)) && stopped.next(person(4), AGREED, NOW) == Err(RecordingRefused::NotNow));
    assert_eq!(after(&[YES]).next(person(3), AGREED, NOW), Err(RecordingRefused::NotTheirs), "nobody joins a call");
}

#[test]
fn only_who_is_asked_answers_and_in_the_words_of_today() {
    let recording = asked();
    for (who, act, why) in [
        (1, AGREED, RecordingRefused::NotTheirs),
        (1, Declined, RecordingRefused::NotTheirs),
        (3, AGREED, RecordingRefused::NotTheirs),
        (3, Withdrawn, RecordingRefused::NotTheirs),
        (2, Agreed { consent: CONSENT + 1 }, RecordingRefused::OtherText),
        (2, Stopped, RecordingRefused::NotNow),
        (1, Kept, RecordingRefused::NotNow),
        (1, Asked { others: vec![user(2)], consent: CONSENT, maker: Maker::Browser }, RecordingRefused::NotNow),
    ] {
        assert_eq!(recording.next(user(who), act.clone(), NOW), Err(why), "{who} {act:?}");
    }
    let (id, of) = (recording.id, recording.of);
    let old = Recording::ask(id, of, (recording.recorder, vec![user(2)]), CONSENT - 1, NOW);
    assert_eq!(old, Err(RecordingRefused::OtherText));
}

#[test]
fn consent_is_taken_back_at_any_time_and_once() {
    for before in [vec![], vec![YES], vec![YES, (1, Stopped)], vec![YES, (1, Kept)]] {
        for who in [1, 2] {
            let gone = after(&[before.clone(), vec![(who, Withdrawn)]].concat());
            assert_eq!((gone.state, gone.by, gone.is_open()), (RecordingState::Withdrawn, user(who), false));
            for act in [Withdrawn, Kept, Stopped, Lapsed] {
                assert_eq!(gone.next(user(2), act.clone(), NOW), Err(RecordingRefused::NotNow), "{act:?}");
            }
            assert!(gone.next(user(2), AGREED, NOW).is_err());
        }
    }
    assert!(after(&[(2, Declined)]).next(user(1), Withdrawn, NOW).is_err());
}

/// Of a room with 1, 2 and a guest, by the media server.
fn made_by_server(others: &[u8]) -> Recording {
    let (of, others) =
        (RecordingOf::Consultation(ConsultationId([9; 12].into())), others.iter().map(|n| person(*n)).collect());
    let line = Recording::ask(UploadId([7; 12].into()), of, (UserId([1; 12].into()), others), CONSENT, NOW).unwrap();
    Recording::of(&[line.made_by(Maker::Server)]).unwrap()
}

#[test]
fn what_the_media_server_makes_runs_when_it_has_begun() {
    let asked = made_by_server(&[2, GUEST]);
    assert_eq!(asked.next(user(1), Began, NOW), Err(RecordingRefused::NotNow), "not before all have agreed");
    let starting = then(asked, &[YES, (GUEST, AGREED)]);
    assert_eq!((starting.state, starting.agreed_at, starting.began_at), (RecordingState::Starting, Some(NOW), None));
    assert!(starting.is_open() && starting.bars(person(3)) && !starting.bars(person(GUEST)));
    let with = then(starting.clone(), &[(3, AGREED), (1, Began)]);
    assert_eq!((with.state, with.began_at, with.bars(person(3))), (RecordingState::Running, Some(NOW), false));
    assert!(with.bars(person(4)));
    assert_eq!(with.next(user(1), Began, NOW), Err(RecordingRefused::NotNow), "once");
    for recording in [&starting, &with, &then(with.clone(), &[(2, Stopped)])] {
        assert!(!recording.takes_bytes(), "no browser sends any");
        for who in [1, 2, GUEST] {
            assert_eq!(then(recording.clone(), &[(who, Withdrawn)]).state, RecordingState::Withdrawn);
        }
        let failed = then(recording.clone(), &[(1, Failed)]);
        assert!(failed.state == RecordingState::Failed && !failed.is_open() && Failed.ends());
        assert_eq!(failed.next(user(1), Kept, NOW), Err(RecordingRefused::NotNow));
    }
    assert_eq!(then(starting, &[(2, Stopped), (1, Kept)]).state, RecordingState::Kept);
    assert_eq!(made_by_server(&[]).state, RecordingState::Starting);
    assert_eq!(then(made_by_server(&[2]), &[(2, Declined)]).state, RecordingState::Declined);
    assert_eq!(after(&[YES]).next(user(1), Failed, NOW), Err(RecordingRefused::NotNow), "a browser's breaks down else");
}

#[test]
fn a_person_is_known_by_its_text() {
    for one in [person(1), person(GUEST)] {
        assert_eq!(one.to_string().parse(), Ok(one));
    }
    assert!("guest-".parse::<Person>().is_err() && "".parse::<Person>().is_err());
}
