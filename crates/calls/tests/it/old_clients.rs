//! The wire contract's "How old call clients behave", by its numbers.

use calls::{Callee, Command};
use domain::{CallKind, CallOutcome, ConnectionId};

use crate::world::{ANNA, BEN, CLEO, World, signal, user};

const VIDEO: CallKind = CallKind::Video;

/// An old page of Anna's, and one of Ben's, of which the first connection rings.
fn old_pair() -> (World, ConnectionId, ConnectionId) {
    let mut w = World::new();
    let (anna, ben) = (w.old(ANNA), w.old(BEN));
    (w, anna, ben)
}

#[test]
fn r1_a_call_by_offer_rings_without_the_offer() {
    let (mut w, anna, ben) = old_pair();
    let phone = w.device(BEN, "phone");
    w.hush();
    w.offer(anna, BEN, "a:1");
    w.candidate(anna, BEN, "a:2");
    w.candidate(anna, BEN, "x:3");
    assert_eq!(w.told(ben), ["ring anna"]);
    assert_eq!(w.told(phone), ["[ringing legacy]", "ring anna"]);
    assert_eq!(w.told(anna), [""; 0]);
    assert_eq!(w.board.calls().next().expect("one").kind, CallKind::Audio, "as the offer says");

    w.accept(ben);
    assert_eq!(w.told(anna), [""; 0], "an old caller would make a second offer");
    assert_eq!(w.told(ben), ["offer a:1", "candidate a:2"], "what belongs together");
    assert_eq!(w.told(phone), ["[connecting legacy]", "end elsewhere"]);

    let window = w.old(BEN);
    assert_eq!(w.told(window), ["offer a:1", "candidate a:2"], "the call window comes later");
    w.answer(window, ANNA, "b:1");
    w.candidate(window, ANNA, "b:2");
    assert_eq!(w.told(anna), ["answer b:1", "candidate b:2"]);
    let late = w.old(BEN);
    assert_eq!(w.told(late), [""; 0], "it is answered");
    assert_eq!(w.told(phone), ["[connected legacy]"]);
}

#[test]
fn what_one_of_ours_has_offered_while_it_rings_is_for_no_old_client() {
    let mut w = World::new();
    let (anna, ben, phone) = (w.device(ANNA, "laptop"), w.old(BEN), w.device(BEN, "phone"));
    w.request(anna, BEN, VIDEO).expect("rings");
    w.offer(anna, BEN, "a:1");
    w.candidate(anna, BEN, "a:2");
    w.hush();
    w.accept(ben);
    w.candidate(anna, BEN, "a:3");
    assert_eq!(w.told(ben), [""; 0]);
    assert_eq!(w.told(anna), ["[connecting here legacy]", "accepted"]);
    w.offer(anna, BEN, "b:1");
    w.candidate(anna, BEN, "b:2");
    assert_eq!(w.told(ben), ["offer b:1", "candidate b:2"]);
    let window = w.old(BEN);
    assert_eq!(w.told(window), ["offer b:1", "candidate b:2"]);
    assert_eq!(w.told(phone).last().map(String::as_str), Some("end elsewhere"));
}

#[test]
fn r1_a_declined_call_by_offer() {
    let (mut w, anna, ben) = old_pair();
    w.offer(anna, BEN, "a:1");
    w.respond(ben, false, Some("busy"));
    assert_eq!(w.told(anna), ["declined busy"]);
    assert_eq!(w.told(ben), ["ring anna"]);
    assert_eq!(w.only_entry(), CallOutcome::Declined);
}

#[test]
fn r1_the_answer_is_the_acceptance_too() {
    let (mut w, anna, ben) = old_pair();
    w.offer(anna, BEN, "a:1");
    w.answer(ben, ANNA, "b:1");
    assert_eq!(w.told(anna), ["answer b:1"]);
    assert_eq!(w.told(ben), ["ring anna"], "who has answered needs no offer");
    w.end(ben, None);
    assert_eq!(w.only_entry(), CallOutcome::Completed);
}

#[test]
fn r1_one_of_our_devices_takes_a_call_by_offer() {
    let (mut w, anna, _) = old_pair();
    let phone = w.device(BEN, "phone");
    w.offer(anna, BEN, "a:1");
    w.candidate(anna, BEN, "a:2");
    w.hush();
    w.accept(phone);
    assert_eq!(w.told(phone), ["[connecting here legacy]", "offer a:1", "candidate a:2"]);
    w.answer(phone, ANNA, "b:1");
    assert_eq!(w.told(anna), ["answer b:1"]);
}

#[test]
fn r2_a_call_by_request_has_its_offer_after_the_acceptance() {
    let (mut w, anna, ben) = old_pair();
    w.request(anna, BEN, VIDEO).expect("rings");
    w.accept(ben);
    assert_eq!(w.told(anna), ["accepted"]);
    let callers_window = w.old(ANNA);
    assert_eq!(w.told(callers_window), [""; 0]);
    w.offer(callers_window, BEN, "a:1");
    w.candidate(callers_window, BEN, "a:2");
    let window = w.old(BEN);
    assert_eq!(w.told(ben), ["ring anna", "offer a:1", "candidate a:2"]);
    assert_eq!(w.told(window), ["offer a:1", "candidate a:2"]);
    w.answer(window, ANNA, "b:1");
    for connection in [anna, callers_window] {
        assert_eq!(w.told(connection), ["answer b:1"], "to all that the user has");
    }
}

#[test]
fn r2_an_offer_that_comes_after_the_end_does_not_ring() {
    let (mut w, anna, ben) = old_pair();
    for call in 0..2 {
        w.request(anna, BEN, VIDEO).expect("rings");
        w.accept(ben);
        w.end(ben, None);
        w.hush();
        if call == 0 {
            w.seconds(59);
            w.offer(anna, BEN, "a:1");
            assert_eq!(w.told(anna), ["error NoSuchCall"]);
            assert_eq!(w.told(ben), [""; 0]);
            w.offer(anna, BEN, "b:1");
            assert_eq!(w.told(ben), ["ring anna"], "there was only one to come");
            w.end(anna, None);
        } else {
            w.seconds(60);
            w.offer(anna, BEN, "a:1");
            assert_eq!(w.told(ben), ["ring anna"], "that is a call by offer");
        }
    }
}

#[test]
fn r3_a_new_offer_replaces_the_kept_one_and_its_candidates() {
    let (mut w, anna, ben) = old_pair();
    w.offer(anna, BEN, "a:1");
    w.candidate(anna, BEN, "a:2");
    w.offer(anna, BEN, "c:3");
    w.candidate(anna, BEN, "a:4");
    w.candidate(anna, BEN, "c:5");
    w.accept(ben);
    assert_eq!(w.told(ben), ["ring anna", "offer c:3", "candidate c:5"]);
}

#[test]
fn r3_only_the_first_answer_is_relayed() {
    let (mut w, anna, ben) = old_pair();
    w.offer(anna, BEN, "a:1");
    w.accept(ben);
    let window = w.old(BEN);
    w.answer(window, ANNA, "b:1");
    w.answer(ben, ANNA, "c:1");
    assert_eq!(w.told(anna), ["answer b:1"]);
}

#[test]
fn r4_the_echo_of_an_end_does_nothing_to_the_next_call() {
    let (mut w, anna, ben) = old_pair();
    w.offer(anna, BEN, "a:1");
    w.accept(ben);
    let window = w.old(BEN);
    w.answer(window, ANNA, "b:1");
    w.hush();
    w.end(anna, Some(BEN));
    assert_eq!(w.told(ben), ["end hung-up"]);
    assert_eq!(w.told(window), ["end hung-up"]);

    w.request(anna, BEN, VIDEO).expect("the next call");
    for connection in [ben, window] {
        w.end(connection, Some(ANNA));
        w.end(connection, None);
    }
    assert_eq!(w.store.entries.len(), 1, "the next call rings on");
    w.accept(ben);
    w.end(window, None);
    assert_eq!(w.store.entries.len(), 1, "the window of the call before has no part in this one");
    w.end(ben, None);
    assert_eq!(w.store.entries.len(), 2);
}

#[test]
fn r4_an_end_for_somebody_else_is_not_meant() {
    let (mut w, anna, _) = old_pair();
    w.offer(anna, BEN, "a:1");
    w.end(anna, Some(CLEO));
    assert!(w.store.entries.is_empty());
    w.end(anna, None);
    assert_eq!(w.only_entry(), CallOutcome::Missed);
}

#[test]
fn r4_the_call_ends_a_minute_after_the_connection_that_carried_it() {
    let (mut w, anna, ben) = old_pair();
    w.offer(anna, BEN, "a:1");
    w.accept(ben);
    let window = w.old(BEN);
    w.answer(window, ANNA, "b:1");
    w.leave(window);
    let _page_again = w.old(BEN);
    w.seconds(59);
    assert!(w.store.entries.is_empty());
    w.hush();
    w.seconds(1);
    assert_eq!(w.only_entry(), CallOutcome::Failed);
    assert_eq!(w.told(anna), ["end lost"]);
    assert_eq!(w.told(ben), ["end lost"]);
}

#[test]
fn r4_a_page_that_closes_ends_nothing_while_the_window_lives() {
    let (mut w, anna, ben) = old_pair();
    w.offer(anna, BEN, "a:1");
    w.accept(ben);
    let window = w.old(BEN);
    w.answer(window, ANNA, "b:1");
    w.leave(ben);
    w.seconds(600);
    assert!(w.store.entries.is_empty());
}

#[test]
fn r4_before_there_is_media_any_old_connection_will_do() {
    let mut w = World::new();
    let (anna, first, ben) = (w.device(ANNA, "laptop"), w.old(BEN), w.old(BEN));
    w.request(anna, BEN, VIDEO).expect("rings");
    w.accept(ben);
    assert_eq!(w.told(first), ["ring anna"], "it may be the one that answers");
    w.hush();
    w.leave(ben);
    assert_eq!(w.told(anna), [""; 0]);
    w.leave(first);
    assert_eq!(w.told(anna), ["[connecting here legacy lost]"]);
    w.old(BEN);
    assert_eq!(w.told(anna), ["[connecting here legacy]"]);
}

#[test]
fn r4_an_old_party_is_back_when_it_offers_again() {
    let (mut w, anna, ben) = old_pair();
    w.offer(anna, BEN, "a:1");
    w.accept(ben);
    w.answer(ben, ANNA, "b:1");
    w.leave(anna);
    w.seconds(30);
    let again = w.old(ANNA);
    w.offer(again, BEN, "c:1");
    assert_eq!(w.told(ben).last().map(String::as_str), Some("offer c:1"));
    w.seconds(600);
    assert!(w.store.entries.is_empty());
}

#[test]
fn r5_a_reloaded_page_is_rung_again() {
    let (mut w, anna, ben) = old_pair();
    w.request(anna, BEN, VIDEO).expect("rings");
    let second = w.old(BEN);
    assert_eq!(w.told(second), [""; 0], "one of those that got it is there");
    w.leave(ben);
    assert_eq!(w.told(second), ["ring anna"], "now the last of them has gone");
    w.leave(second);
    let third = w.old(BEN);
    assert_eq!(w.told(third), ["ring anna"], "and none is left");
}

#[test]
fn r5_the_old_dialog_gives_up_for_old_connections_alone() {
    let (mut w, anna, ben) = old_pair();
    let (other, phone) = (w.old(BEN), w.device(BEN, "phone"));
    w.request(anna, BEN, VIDEO).expect("rings");
    w.hush();
    w.seconds(30);
    w.respond(ben, false, Some("timeout"));
    assert_eq!(w.told(other), ["end no-answer"]);
    assert_eq!(w.told(phone), [""; 0]);
    let reloaded = w.old(BEN);
    assert_eq!(w.told(reloaded), [""; 0]);
    w.accept(phone);
    assert_eq!(w.told(anna), ["accepted"]);
}

#[test]
fn r5_it_is_missed_when_nobody_is_left_ringing() {
    let (mut w, anna, ben) = old_pair();
    w.request(anna, BEN, VIDEO).expect("rings");
    w.respond(ben, false, Some("timeout"));
    assert_eq!(w.told(anna), ["end no-answer"]);
    assert_eq!(w.only_entry(), CallOutcome::Missed);
}

#[test]
fn r6_our_client_is_told_that_the_other_is_an_old_one() {
    let mut w = World::new();
    let (anna, ben) = (w.device(ANNA, "laptop"), w.old(BEN));
    w.request(anna, BEN, VIDEO).expect("rings");
    w.accept(ben);
    assert_eq!(w.told(anna), ["no call", "[ringing here]", "[connecting here legacy]", "accepted"]);
}

#[test]
fn both_call_by_offer_at_once() {
    let (mut w, anna, ben) = old_pair();
    w.offer(anna, BEN, "a:1");
    w.offer(ben, ANNA, "b:1");
    assert_eq!(w.told(ben), ["ring anna", "offer a:1"], "the earlier offer counts");
    w.candidate(ben, ANNA, "b:2");
    assert_eq!(w.told(anna), [""; 0], "and the later one's candidates are for nobody");
    w.answer(ben, ANNA, "c:1");
    w.candidate(ben, ANNA, "c:2");
    assert_eq!(w.told(anna), ["answer c:1", "candidate c:2"]);
}

#[test]
fn a_request_and_an_offer_at_once() {
    let (mut w, anna, ben) = old_pair();
    w.request(anna, BEN, VIDEO).expect("rings");
    w.offer(ben, ANNA, "b:1");
    assert_eq!(w.told(anna), ["accepted"]);
    w.offer(anna, BEN, "a:1");
    assert_eq!(w.told(ben), ["ring anna", "offer a:1"]);
}

#[test]
fn an_accepting_page_may_say_so_twice() {
    let (mut w, anna, ben) = old_pair();
    w.request(anna, BEN, VIDEO).expect("rings");
    w.accept(ben);
    w.accept(ben);
    assert_eq!(w.told(anna), ["accepted"]);
    assert_eq!(w.told(ben), ["ring anna"]);
}

#[test]
fn an_old_client_is_not_bothered_about_late_signals() {
    let (mut w, anna, _) = old_pair();
    w.answer(anna, BEN, "a:1");
    w.candidate(anna, BEN, "a:2");
    w.end(anna, Some(BEN));
    w.respond(anna, false, None);
    assert_eq!(w.told(anna), [""; 0]);
    w.accept(anna);
    assert_eq!(w.told(anna), ["error NoSuchCall"], "who accepts waits for something");
}

#[test]
fn a_call_by_offer_to_somebody_who_is_not_there() {
    let (mut w, anna, ben) = old_pair();
    w.offer(anna, CLEO, "a:1");
    assert_eq!(w.told(anna), ["error Offline"]);
    assert_eq!(w.only_entry(), CallOutcome::Missed);
    let target = Callee::Refused(user(BEN));
    w.command(anna, Command::Offer { target, call: None, kind: VIDEO, offer: signal("a:1") });
    assert_eq!(w.told(anna), ["error NotAllowed"]);
    assert_eq!(w.told(ben), [""; 0]);
}
