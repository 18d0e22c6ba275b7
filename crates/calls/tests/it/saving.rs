use calls::{CallError, Input};
use domain::{CallKind, CallOutcome, ConnectionId};

use crate::world::Luck::{Bad, Good, Unknown};
use crate::world::{ANNA, BEN, World};

fn ringing() -> (World, ConnectionId, ConnectionId) {
    let mut w = World::new();
    let (anna, ben) = (w.device(ANNA, "laptop"), w.device(BEN, "phone"));
    w.request(anna, BEN, CallKind::Video).expect("rings");
    w.hush();
    (w, anna, ben)
}

#[test]
fn a_call_that_cannot_be_saved_rings_nobody() {
    let mut w = World::new();
    let (anna, ben) = (w.device(ANNA, "laptop"), w.device(BEN, "phone"));
    w.luck.push_back(Bad);
    assert_eq!(w.request(anna, BEN, CallKind::Video), Err(CallError::Unavailable));
    assert_eq!(w.told(ben), ["no call"]);
    assert!(w.board.calls().next().is_none());
    assert!(w.request(anna, BEN, CallKind::Video).is_ok(), "the next may");
}

#[test]
fn the_store_has_the_last_word_on_who_is_busy() {
    let (mut w, anna, ben) = ringing();
    w.end(anna, None);
    let other = crate::world::call_id(77);
    for (user, expected) in [(ANNA, CallError::AlreadyInCall), (BEN, CallError::Busy)] {
        w.store.seats.insert(crate::world::user(user), other);
        assert_eq!(w.request(anna, BEN, CallKind::Video), Err(expected));
        w.store.seats.clear();
    }
    assert!(w.request(ben, ANNA, CallKind::Video).is_ok());
}

#[test]
fn nobody_hears_of_an_acceptance_before_it_is_saved() {
    let (mut w, anna, ben) = ringing();
    w.offer(anna, BEN, "a:1");
    w.luck.extend([Bad, Bad, Unknown]);
    w.accept(ben);
    w.candidate(anna, BEN, "a:2");
    w.seconds(1);
    let tablet = w.device(ANNA, "tablet");
    for connection in [anna, ben, tablet] {
        assert_eq!(w.told(connection), [""; 0]);
    }
    w.seconds(2);
    assert_eq!(w.told(anna), [""; 0], "it happened, but the answer was lost");
    w.seconds(4);
    assert_eq!(w.told(anna), ["[connecting here]", "accepted"]);
    assert_eq!(w.told(ben), ["[connecting here]", "offer a:1", "candidate a:2"]);
    assert_eq!(w.told(tablet), ["[connecting]"]);
}

#[test]
fn a_store_that_is_away_for_long_loses_no_entry() {
    let (mut w, _, ben) = ringing();
    w.luck.extend([Bad; 12]);
    w.accept(ben);
    w.end(ben, None);
    w.seconds(600);
    assert_eq!(w.only_entry(), CallOutcome::Completed);
    assert!(w.store.seats.is_empty());
    assert!(w.board.calls().next().is_none());
}

#[test]
fn an_entry_that_cannot_be_written_is_tried_again() {
    let (mut w, anna, ben) = ringing();
    w.luck.extend([Good, Bad, Unknown]);
    w.end(anna, None);
    assert_eq!(w.told(ben), ["[ended]", "end cancelled"], "the save was done");
    assert!(w.store.entries.is_empty());
    assert!(w.request(ben, ANNA, CallKind::Audio).is_ok(), "and the seats are free");
    w.seconds(10);
    assert_eq!(w.only_entry(), CallOutcome::Missed);
}

#[test]
fn answers_nobody_waits_for_change_nothing() {
    let (mut w, anna, _) = ringing();
    let call = w.board.calls().next().expect("one").id;
    for input in [
        Input::SaveFailed(call),
        Input::Logged(call),
        Input::Claimed { call, result: Err(None) },
        Input::Claimed { call, result: Ok(()) },
        Input::Timeout,
    ] {
        w.input(input);
    }
    assert_eq!(w.told(anna), [""; 0]);
    assert_eq!(w.board.calls().count(), 1);
}

#[test]
fn what_comes_while_a_claim_is_open_waits_for_it() {
    use calls::{Callee, Command, Output};
    let mut w = World::new();
    let (anna, ben) = (w.device(ANNA, "laptop"), w.device(BEN, "phone"));
    let callee = Callee::Allowed { user: crate::world::user(BEN), name: BEN.to_owned() };
    let command = Command::Request { callee, kind: CallKind::Video, room: None, ticket: 3 };
    let fresh = crate::world::call_id(9);
    w.board.handle_input(w.now, Input::Command { connection: anna, command, fresh });
    w.board.handle_input(w.now, Input::Disconnected(ben));
    let Output::Claim(record) = w.board.poll_output() else { panic!("a claim") };
    assert!(!matches!(w.board.poll_output(), Output::Deliver { .. }));
    let result = w.store.claim(&record);
    w.board.handle_input(w.now, Input::Claimed { call: record.id, result });
    let mut rung = false;
    while let output @ (Output::Deliver { .. } | Output::Reply { .. }) = w.board.poll_output() {
        rung |= matches!(output, Output::Deliver { to, .. } if to == ben);
    }
    assert!(rung);
    w.end(anna, None);
    assert_eq!(w.request(anna, BEN, CallKind::Video), Err(CallError::Offline), "the other has gone meanwhile");
}

/// A ring of Ben's that another process began, and whose adoption cannot be saved for that many attempts.
fn adopted_without_a_store(attempts: usize) -> World {
    let (mut w, ..) = ringing();
    w.luck.extend(std::iter::repeat_n(Bad, attempts));
    w.crash();
    w
}

#[test]
fn a_ring_that_waited_too_long_does_not_begin() {
    // The attempts are 1, 3, 7, 15, 31 and 63 seconds after the first.
    let mut w = adopted_without_a_store(6);
    let page = w.old(BEN);
    w.seconds(64);
    assert_eq!(w.told(page), ["end no-answer"]);
    assert_eq!(w.only_entry(), CallOutcome::Missed);
}

#[test]
fn a_ring_that_is_declined_while_it_waits_does_not_begin() {
    let mut w = adopted_without_a_store(1);
    let page = w.old(BEN);
    w.respond(page, false, None);
    w.seconds(1);
    assert_eq!(w.told(page), [""; 0]);
    assert_eq!(w.only_entry(), CallOutcome::Declined);

    let mut w = adopted_without_a_store(1);
    let (page, phone) = (w.old(BEN), w.device(BEN, "phone"));
    w.respond(page, false, Some("timeout"));
    w.seconds(1);
    assert_eq!(w.told(page), [""; 0]);
    assert_eq!(w.told(phone), ["[ringing lost]", "ring anna"]);
}
