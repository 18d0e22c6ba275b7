use calls::{Callee, Command};
use domain::{CallKind, CallOutcome, CallPhase, ConnectionId};

use crate::world::{ANNA, BEN, CLEO, World, user};

fn connected() -> (World, ConnectionId, ConnectionId) {
    let mut w = World::new();
    let (anna, ben) = (w.device(ANNA, "laptop"), w.device(BEN, "phone"));
    w.request(anna, BEN, CallKind::Video).expect("rings");
    w.accept(ben);
    w.offer(anna, BEN, "a:1");
    w.answer(ben, ANNA, "b:1");
    w.hush();
    (w, anna, ben)
}

#[test]
fn a_device_that_is_back_within_a_minute_has_its_seat() {
    let (mut w, anna, ben) = connected();
    w.leave(ben);
    assert_eq!(w.told(anna), ["[connected here lost]"]);
    w.seconds(59);
    let back = w.device(BEN, "phone");
    assert_eq!(w.told(back), ["[connected here]"]);
    assert_eq!(w.told(anna), ["[connected here]"]);
    w.seconds(3600);
    w.end(back, None);
    assert_eq!(w.only_entry(), CallOutcome::Completed);
}

#[test]
fn another_device_does_not_bring_it_back() {
    let (mut w, anna, ben) = connected();
    let tablet = w.device(BEN, "tablet");
    let began = w.now;
    w.seconds(100);
    w.leave(ben);
    let another = w.device(BEN, "desk");
    w.hush();
    w.seconds(60);
    assert_eq!(w.told(anna), ["[ended here]", "end lost"]);
    assert_eq!(w.told(tablet), ["[ended]"]);
    assert_eq!(w.told(another), ["[ended]"]);
    assert_eq!(w.only_entry(), CallOutcome::Failed);
    let entry = w.store.entries.values().next().expect("one");
    let CallPhase::Ended { at, .. } = entry.phase else { panic!("{entry:?}") };
    assert_eq!(at.since(began).as_secs(), 100, "nobody was talking while it waited");
}

#[test]
fn a_device_may_be_back_before_its_loss_is_noticed() {
    let (mut w, anna, ben) = connected();
    let back = w.device(BEN, "phone");
    w.leave(ben);
    w.seconds(600);
    assert_eq!(w.told(anna), [""; 0]);
    w.leave(back);
    assert_eq!(w.told(anna), ["[connected here lost]"]);
}

#[test]
fn a_window_that_was_there_before_does_not_carry_the_call_on() {
    let mut w = World::new();
    let (anna, other) = (w.device(ANNA, "laptop"), w.device(BEN, "phone"));
    let ben = w.device(BEN, "phone");
    w.request(anna, BEN, CallKind::Video).expect("rings");
    w.accept(ben);
    w.leave(ben);
    assert_eq!(w.told(anna).last().map(String::as_str), Some("[connecting here lost]"));
    w.offer(anna, BEN, "a:1");
    w.answer(other, ANNA, "b:1");
    assert_eq!(w.told(anna), ["[connected here]", "answer b:1"], "unless it takes the call over");
    w.seconds(600);
    assert!(w.store.entries.is_empty());
}

#[test]
fn a_caller_who_reloads_while_it_rings_goes_on() {
    let mut w = World::new();
    let (anna, ben) = (w.device(ANNA, "laptop"), w.device(BEN, "phone"));
    w.request(anna, BEN, CallKind::Video).expect("rings");
    w.leave(anna);
    w.accept(ben);
    let anna = w.device(ANNA, "laptop");
    assert_eq!(w.told(anna), ["[connecting here]", "accepted"]);
    let tab = w.device(ANNA, "laptop");
    assert_eq!(w.told(tab), ["[connecting here]"], "said once");
}

#[test]
fn a_callee_who_reloads_while_it_rings_is_rung_again() {
    let mut w = World::new();
    let (anna, ben) = (w.device(ANNA, "laptop"), w.device(BEN, "phone"));
    w.request(anna, BEN, CallKind::Video).expect("rings");
    w.leave(ben);
    w.seconds(10);
    let ben = w.device(BEN, "phone");
    assert_eq!(w.told(ben), ["[ringing]", "ring anna"]);
    w.seconds(35);
    assert_eq!(w.only_entry(), CallOutcome::Missed);
}

#[test]
fn a_killed_process_goes_on_with_its_calls() {
    let (mut w, ..) = connected();
    w.crash();
    let anna = w.device(ANNA, "laptop");
    assert_eq!(w.told(anna), ["[connected here lost]"], "the other is not back yet");
    w.seconds(59);
    let ben = w.device(BEN, "phone");
    assert_eq!(w.told(ben), ["[connected here]"]);
    w.seconds(3600);
    w.offer(ben, ANNA, "c:1");
    w.answer(anna, BEN, "d:1");
    assert_eq!(w.told(ben), ["answer d:1"]);
    w.end(anna, None);
    assert_eq!(w.only_entry(), CallOutcome::Completed);
}

#[test]
fn nobody_comes_back_to_a_killed_process() {
    let (mut w, ..) = connected();
    w.crash();
    w.seconds(60);
    assert_eq!(w.only_entry(), CallOutcome::Failed);
    assert!(w.board.is_empty() && w.store.seats.is_empty());
}

#[test]
fn a_ring_outlives_its_process() {
    let mut w = World::new();
    let (anna, _) = (w.device(ANNA, "laptop"), w.device(BEN, "phone"));
    w.offer(anna, BEN, "a:1");
    w.seconds(20);
    w.crash();
    let (anna, ben) = (w.device(ANNA, "laptop"), w.device(BEN, "phone"));
    w.hush();
    w.seconds(1);
    let page = w.old(BEN);
    assert_eq!(w.told(page), ["ring anna"]);
    w.accept(ben);
    assert_eq!(w.told(anna), ["[connecting here]", "accepted"], "its offer is lost: it is to make another");
    assert_eq!(w.told(ben), ["[connecting here]"]);
}

#[test]
fn a_ring_that_outlived_its_deadline_with_its_process_is_missed() {
    let mut w = World::new();
    let (anna, _) = (w.device(ANNA, "laptop"), w.device(BEN, "phone"));
    w.request(anna, BEN, CallKind::Video).expect("rings");
    w.now = w.now + std::time::Duration::from_secs(100);
    w.crash();
    assert_eq!(w.only_entry(), CallOutcome::Missed);
    assert!(w.board.is_empty());
}

#[test]
fn old_parties_of_a_killed_process_can_still_hang_up() {
    let mut w = World::new();
    let (anna, ben) = (w.old(ANNA), w.old(BEN));
    w.offer(anna, BEN, "a:1");
    w.accept(ben);
    w.answer(ben, ANNA, "b:1");
    w.crash();
    let (anna, ben) = (w.old(ANNA), w.old(BEN));
    w.seconds(600);
    assert!(w.store.entries.is_empty());
    w.end(ben, None);
    assert_eq!(w.told(anna), ["end hung-up"]);
    assert_eq!(w.only_entry(), CallOutcome::Completed);
}

#[test]
fn an_entry_that_was_not_written_is_written_by_the_next_process() {
    use crate::world::Luck::{Bad, Good};
    let mut w = World::new();
    let (anna, _) = (w.device(ANNA, "laptop"), w.device(BEN, "phone"));
    w.request(anna, BEN, CallKind::Video).expect("rings");
    w.luck.extend([Good, Bad]);
    w.end(anna, None);
    assert!(w.store.entries.is_empty());
    w.crash();
    assert_eq!(w.only_entry(), CallOutcome::Missed);
    assert!(w.board.is_empty());
}

#[test]
fn a_call_found_in_the_store_goes_on_with_those_who_are_there() {
    let mut w = World::new();
    let (anna, ben) = (w.old(ANNA), w.device(BEN, "phone"));
    w.request(anna, BEN, CallKind::Video).expect("rings");
    w.crash();
    let found = w.store.calls.values().next().expect("one").clone();
    w.board = calls::Switchboard::new(calls::Config::default());
    let (anna, ben_again) = (w.old(ANNA), w.device(BEN, "phone"));
    w.hush();
    w.input(calls::Input::Adopt(found));
    assert_eq!(w.told(ben_again), ["[ringing legacy]", "ring anna"]);
    assert_eq!(w.told(ben), [""; 0]);
    w.end(anna, None);
    assert_eq!(w.told(ben_again), ["[ended legacy]", "end cancelled"]);
    assert_eq!(w.only_entry(), CallOutcome::Missed);
}

#[test]
fn a_caller_without_any_connection_left_keeps_ringing_for_its_time() {
    let mut w = World::new();
    let (anna, _ben) = (w.old(ANNA), w.old(BEN));
    let callee = Callee::Allowed { user: user(BEN), name: BEN.to_owned() };
    w.command(anna, Command::Request { callee, kind: CallKind::Audio, room: Some("r".to_owned()), ticket: 1 });
    w.leave(anna);
    w.seconds(44);
    assert!(w.store.entries.is_empty());
    w.seconds(1);
    assert_eq!(w.only_entry(), CallOutcome::Missed);
}

#[test]
fn a_call_goes_on_with_another_device_of_the_user() {
    let (mut w, anna, ben) = connected();
    let call = w.board.call_of(user(BEN)).expect("a call").id;
    let tablet = w.device(BEN, "tablet");
    assert_eq!(w.told(tablet), ["[connected]"]);
    w.hush();
    w.move_here(tablet, call);
    assert_eq!(w.told(tablet), ["[connected here]"]);
    assert_eq!(w.told(ben), ["[connected]", "end elsewhere"]);
    assert_eq!(w.told(anna), ["[connected here]"]);
    // What the device before still says is nothing to the other, and its going costs nothing.
    w.offer(ben, ANNA, "late:1");
    w.candidate(ben, ANNA, "late:2");
    w.leave(ben);
    w.seconds(600);
    assert_eq!(w.told(anna), [""; 0]);
    w.offer(tablet, ANNA, "t:1");
    w.answer(anna, BEN, "a:2");
    assert_eq!(w.told(anna), ["offer t:1"]);
    assert_eq!(w.told(tablet), ["answer a:2"]);
    w.leave(tablet);
    assert_eq!(w.told(anna), ["[connected here lost]"], "it is the tablet that is waited for");
    w.seconds(60);
    assert_eq!(w.only_entry(), CallOutcome::Failed);
}

#[test]
fn a_lost_device_may_be_followed_by_another() {
    let (mut w, anna, ben) = connected();
    let call = w.board.call_of(user(BEN)).expect("a call").id;
    let tablet = w.device(BEN, "tablet");
    w.leave(ben);
    w.seconds(30);
    w.hush();
    w.move_here(tablet, call);
    assert_eq!(w.told(anna), ["[connected here]"]);
    w.seconds(600);
    w.end(tablet, None);
    assert_eq!(w.only_entry(), CallOutcome::Completed);
}

#[test]
fn an_offer_without_its_answer_is_given_to_the_device_that_goes_on() {
    let mut w = World::new();
    let (anna, ben, tablet) = (w.device(ANNA, "laptop"), w.device(BEN, "phone"), w.device(BEN, "tablet"));
    let call = w.request(anna, BEN, CallKind::Video).expect("rings");
    w.move_here(tablet, call);
    assert_eq!(w.told(tablet).last().map(String::as_str), Some("error NoSuchCall"), "a ring is answered, not moved");
    w.accept(ben);
    w.offer(anna, BEN, "a:1");
    w.candidate(anna, BEN, "a:2");
    w.hush();
    w.move_here(tablet, call);
    assert_eq!(w.told(tablet), ["[connecting here]", "offer a:1", "candidate a:2"]);
    w.answer(ben, ANNA, "late:1");
    w.answer(tablet, ANNA, "t:1");
    assert_eq!(w.told(anna).last().map(String::as_str), Some("answer t:1"));
}

#[test]
fn nobody_else_moves_a_call_and_none_is_moved_away_from_an_old_client() {
    let (mut w, anna, ben) = connected();
    let call = w.board.call_of(user(BEN)).expect("a call").id;
    let (old, cleo) = (w.old(BEN), w.device(CLEO, "laptop"));
    w.hush();
    for other in [old, cleo] {
        w.move_here(other, call);
        assert_eq!(w.told(other), ["error NoSuchCall"]);
    }
    w.move_here(ben, call);
    assert_eq!(w.told(ben), [""; 0], "it is there");
    assert_eq!(w.told(anna), [""; 0]);

    let mut w = World::new();
    let (anna, ben, tablet) = (w.old(ANNA), w.device(BEN, "phone"), w.device(BEN, "tablet"));
    w.offer(anna, BEN, "a:1");
    w.answer(ben, ANNA, "b:1");
    let call = w.board.call_of(user(BEN)).expect("a call").id;
    w.hush();
    w.move_here(tablet, call);
    assert_eq!(w.told(tablet), ["error CannotMove"]);
    assert_eq!(w.told(ben), [""; 0]);
}
