use calls::{CallError, Callee, Command, Input};
use domain::{CallKind, CallOutcome, CallPhase};

use crate::world::{ANNA, BEN, CLEO, World, user};

const VIDEO: CallKind = CallKind::Video;
const AUDIO: CallKind = CallKind::Audio;

#[test]
fn a_call_that_went_on_in_a_room_is_not_one_that_was_hung_up() {
    let mut w = World::new();
    let (anna, ben) = (w.device(ANNA, "laptop"), w.device(BEN, "phone"));
    w.request(anna, BEN, CallKind::Video).expect("rings");
    w.accept(ben);
    w.hush();
    let end = Command::End { target: None, call: None, reason: Some("consultation".into()) };
    w.command(anna, end);
    assert_eq!(w.told(ben), ["[ended here]", "end consultation"]);
    assert_eq!(w.only_entry(), CallOutcome::Grown);
}

#[test]
fn a_call_rings_every_device_and_the_first_to_accept_has_it() {
    let mut w = World::new();
    let anna = w.device(ANNA, "laptop");
    let (phone, desk, page) = (w.device(BEN, "phone"), w.device(BEN, "desk"), w.old(BEN));
    w.hush();
    w.request(anna, BEN, VIDEO).expect("rings");
    assert_eq!(w.told(anna), ["[ringing here]"]);
    for connection in [phone, desk] {
        assert_eq!(w.told(connection), ["[ringing]", "ring anna"]);
    }
    assert_eq!(w.told(page), ["ring anna"]);

    w.accept(phone);
    assert_eq!(w.told(anna), ["[connecting here]", "accepted"]);
    assert_eq!(w.told(phone), ["[connecting here]"]);
    assert_eq!(w.told(desk), ["[connecting]", "end elsewhere"]);
    assert_eq!(w.told(page), ["end elsewhere"]);

    w.accept(desk);
    assert_eq!(w.told(desk), ["end elsewhere"], "who is too late learns it");
    w.respond(desk, false, None);
    w.respond(page, false, Some("timeout"));
    w.end(page, None);
    assert_eq!(w.told(anna), [""; 0], "and cannot spoil the call");

    w.offer(anna, BEN, "a:1");
    w.answer(phone, ANNA, "b:1");
    assert_eq!(w.told(phone), ["offer a:1", "[connected here]"]);
    assert_eq!(w.told(anna), ["[connected here]", "answer b:1"]);
    w.seconds(3600);
    w.end(anna, None);
    assert_eq!(w.told(phone), ["[ended here]", "end hung-up"]);
    assert_eq!(w.told(desk), ["[connected]", "[ended]"]);
    assert_eq!(w.only_entry(), CallOutcome::Completed);
    let entry = w.store.entries.values().next().expect("one");
    let CallPhase::Ended { accepted_at: Some(from), at, .. } = entry.phase else { panic!("{entry:?}") };
    assert_eq!(at.since(from).as_secs(), 3600);
}

#[test]
fn nobody_answers_for_45_seconds_and_it_is_missed() {
    let mut w = World::new();
    let (anna, ben, page) = (w.device(ANNA, "laptop"), w.device(BEN, "phone"), w.old(BEN));
    w.request(anna, BEN, VIDEO).expect("rings");
    w.seconds(44);
    w.hush();
    w.seconds(1);
    assert_eq!(w.told(anna), ["[ended here]", "end no-answer"]);
    assert_eq!(w.told(ben), ["[ended]", "end no-answer"]);
    assert_eq!(w.told(page), ["end no-answer"]);
    assert_eq!(w.only_entry(), CallOutcome::Missed);
    w.accept(ben);
    assert_eq!(w.told(ben), ["error NoSuchCall"]);
    w.respond(ben, false, None);
    assert_eq!(w.told(ben), [""; 0]);
}

#[test]
fn a_deadline_that_has_come_counts_even_if_the_shell_is_late_with_it() {
    let mut w = World::new();
    let (anna, ben) = (w.device(ANNA, "laptop"), w.device(BEN, "phone"));
    w.request(anna, BEN, VIDEO).expect("rings");
    w.now = w.now + std::time::Duration::from_secs(45);
    w.accept(ben);
    assert_eq!(w.only_entry(), CallOutcome::Missed);
}

#[test]
fn declining_on_one_device_stops_all() {
    let mut w = World::new();
    let anna = w.device(ANNA, "laptop");
    let (phone, desk, page) = (w.device(BEN, "phone"), w.device(BEN, "desk"), w.old(BEN));
    w.request(anna, BEN, VIDEO).expect("rings");
    w.hush();
    w.respond(phone, false, Some("later"));
    assert_eq!(w.told(anna), ["[ended here]", "declined later"]);
    assert_eq!(w.told(phone), ["[ended]"]);
    assert_eq!(w.told(desk), ["[ended]", "end declined"]);
    assert_eq!(w.told(page), ["end declined"]);
    assert_eq!(w.only_entry(), CallOutcome::Declined);
}

#[test]
fn the_caller_gives_up() {
    let mut w = World::new();
    let (anna, ben, page) = (w.device(ANNA, "laptop"), w.device(BEN, "phone"), w.old(BEN));
    w.request(anna, BEN, VIDEO).expect("rings");
    w.hush();
    w.end(anna, Some(BEN));
    assert_eq!(w.told(anna), ["[ended here]"]);
    assert_eq!(w.told(ben), ["[ended]", "end cancelled"]);
    assert_eq!(w.told(page), ["end cancelled"]);
    assert_eq!(w.only_entry(), CallOutcome::Missed);
    w.end(anna, Some(BEN));
    assert_eq!(w.store.entries.len(), 1);
}

#[test]
fn whoever_cannot_be_rung_finds_the_missed_call_later() {
    let mut w = World::new();
    let (anna, page) = (w.device(ANNA, "laptop"), w.old(ANNA));
    assert_eq!(w.request(anna, BEN, VIDEO), Err(CallError::Offline));
    assert_eq!(w.told(anna), ["no call"], "the acknowledgement says it");
    assert_eq!(w.only_entry(), CallOutcome::Missed);
    assert_eq!(w.request(page, BEN, VIDEO), Err(CallError::Offline));
    assert_eq!(w.told(page), ["error Offline"]);
    assert_eq!(w.store.entries.len(), 2);
    assert!(w.board.calls().next().is_none());
}

#[test]
fn whoever_is_in_a_call_is_busy() {
    let mut w = World::new();
    let (anna, ben, cleo) = (w.device(ANNA, "laptop"), w.device(BEN, "phone"), w.device(CLEO, "phone"));
    w.request(anna, BEN, VIDEO).expect("rings");
    w.hush();
    assert_eq!(w.request(cleo, BEN, VIDEO), Err(CallError::Busy), "while it rings");
    assert_eq!(w.request(cleo, ANNA, VIDEO), Err(CallError::Busy), "who calls");
    w.accept(ben);
    assert_eq!(w.request(cleo, BEN, VIDEO), Err(CallError::Busy), "in the call");
    assert_eq!(w.request(ben, CLEO, VIDEO), Err(CallError::AlreadyInCall));
    assert_eq!(w.store.entries.len(), 3, "the missed calls are told of");
    assert!(!w.told(ben).iter().any(|event| event.starts_with("ring")));
}

#[test]
fn a_person_who_may_not_be_contacted_is_not_rung() {
    let mut w = World::new();
    let (anna, page) = (w.device(ANNA, "laptop"), w.old(ANNA));
    let ben = w.device(BEN, "phone");
    w.hush();
    for from in [anna, page] {
        let callee = Callee::Refused(user(BEN));
        w.command(from, Command::Request { callee, kind: VIDEO, room: None, ticket: 9 });
        assert_eq!(w.replies.pop(), Some((from, Err(CallError::NotAllowed))));
    }
    assert_eq!(w.request(anna, ANNA, VIDEO), Err(CallError::NotAllowed), "nor oneself");
    assert_eq!(w.told(page), ["error NotAllowed"]);
    assert_eq!(w.told(ben), [""; 0]);
    assert!(w.store.entries.is_empty());
}

#[test]
fn asking_twice_makes_one_call() {
    let mut w = World::new();
    let (anna, tablet) = (w.device(ANNA, "laptop"), w.device(ANNA, "tablet"));
    let ben = w.device(BEN, "phone");
    let call = w.request(anna, BEN, VIDEO);
    assert_eq!(w.request(anna, BEN, VIDEO), call);
    assert_eq!(w.request(tablet, BEN, VIDEO), Err(CallError::AlreadyInCall));
    assert_eq!(w.told(ben), ["no call", "[ringing]", "ring anna"]);
}

#[test]
fn both_at_once_make_one_call_that_the_later_request_accepts() {
    let mut w = World::new();
    let (anna, ben, desk) = (w.device(ANNA, "laptop"), w.device(BEN, "phone"), w.device(BEN, "desk"));
    let call = w.request(anna, BEN, VIDEO).expect("rings");
    w.hush();
    assert_eq!(w.request(ben, ANNA, AUDIO), Ok(call));
    assert_eq!(w.told(anna), ["[connecting here]", "accepted"]);
    assert_eq!(w.told(ben), ["[connecting here]"]);
    assert_eq!(w.told(desk), ["[connecting]", "end elsewhere"]);
    let record = w.board.calls().next().expect("one").clone();
    assert_eq!((record.kind, record.callee_kind), (VIDEO, Some(AUDIO)));
    assert_eq!(record.caller.user, user(ANNA));
}

#[test]
fn a_call_whose_media_never_comes_has_failed() {
    let mut w = World::new();
    let (anna, ben) = (w.device(ANNA, "laptop"), w.device(BEN, "phone"));
    w.request(anna, BEN, VIDEO).expect("rings");
    w.accept(ben);
    w.hush();
    w.seconds(60);
    assert_eq!(w.told(anna), ["[ended here]", "end failed"]);
    assert_eq!(w.told(ben), ["[ended here]", "end failed"]);
    assert_eq!(w.only_entry(), CallOutcome::Failed);
}

#[test]
fn a_user_who_may_not_go_on_is_out_of_the_call() {
    let mut w = World::new();
    let (anna, ben) = (w.device(ANNA, "laptop"), w.device(BEN, "phone"));
    w.request(anna, BEN, VIDEO).expect("rings");
    w.accept(ben);
    w.hush();
    w.input(Input::Evict(user(BEN)));
    assert_eq!(w.told(anna), ["[ended here]", "end ended"]);
    assert_eq!(w.only_entry(), CallOutcome::Completed);
    w.input(Input::Evict(user(BEN)));
    assert_eq!(w.store.entries.len(), 1);
}

#[test]
fn an_ended_call_is_shown_once() {
    let mut w = World::new();
    let (anna, ben) = (w.device(ANNA, "laptop"), w.device(BEN, "phone"));
    w.request(anna, BEN, VIDEO).expect("rings");
    w.end(anna, None);
    let later = w.device(BEN, "desk");
    assert_eq!(w.told(later), ["no call"]);
    assert_eq!(w.told(ben).last().map(String::as_str), Some("end cancelled"));
}

#[test]
fn a_process_takes_only_so_many_calls() {
    let mut w = World::new();
    w.board = calls::Switchboard::new(calls::Config { calls: 0, ..calls::Config::default() });
    let anna = w.device(ANNA, "laptop");
    w.device(BEN, "phone");
    assert_eq!(w.request(anna, BEN, VIDEO), Err(CallError::Unavailable));
}
