use calls::{CallError, Command, Event};
use domain::{CallKind, ConnectionId};

use crate::world::{ANNA, BEN, CLEO, World, call_id, signal, user};

/// Two devices of ours in a call that is accepted; nobody has been told anything yet.
fn accepted() -> (World, ConnectionId, ConnectionId) {
    let mut w = World::new();
    let (anna, ben) = (w.device(ANNA, "laptop"), w.device(BEN, "phone"));
    w.request(anna, BEN, CallKind::Video).expect("rings");
    w.accept(ben);
    w.hush();
    (w, anna, ben)
}

fn connected() -> (World, ConnectionId, ConnectionId) {
    let (mut w, anna, ben) = accepted();
    w.offer(anna, BEN, "a:1");
    w.answer(ben, ANNA, "b:1");
    w.hush();
    (w, anna, ben)
}

#[test]
fn nobody_gets_a_candidate_before_the_acceptance() {
    let mut w = World::new();
    let (anna, ben) = (w.device(ANNA, "laptop"), w.device(BEN, "phone"));
    w.request(anna, BEN, CallKind::Video).expect("rings");
    w.candidate(anna, BEN, "a:0");
    w.offer(anna, BEN, "a:1");
    w.candidate(anna, BEN, "a:2");
    w.candidate(ben, ANNA, "b:2");
    assert_eq!(w.told(ben), ["no call", "[ringing]", "ring anna"]);
    assert_eq!(w.told(anna), ["no call", "[ringing here]"]);
    w.accept(ben);
    assert_eq!(w.told(ben), ["[connecting here]", "offer a:1", "candidate a:0", "candidate a:2"]);
    let tab = w.device(ANNA, "laptop");
    assert_eq!(w.told(tab), ["[connecting here]"], "nor did the caller");
}

#[test]
fn further_offers_are_relayed_and_each_gets_one_answer() {
    let (mut w, anna, ben) = connected();
    w.offer(ben, ANNA, "c:1");
    w.answer(anna, BEN, "d:1");
    w.answer(anna, BEN, "d:2");
    w.offer(anna, BEN, "e:1");
    w.answer(ben, ANNA, "f:1");
    assert_eq!(w.told(anna), ["offer c:1", "answer f:1"]);
    assert_eq!(w.told(ben), ["answer d:1", "offer e:1"]);
}

#[test]
fn offers_that_cross_leave_one_that_counts() {
    let (mut w, anna, ben) = connected();
    w.offer(anna, BEN, "c:1");
    w.offer(ben, ANNA, "d:1");
    w.answer(ben, ANNA, "e:1");
    assert_eq!(w.told(anna), ["offer d:1", "answer e:1"]);
    w.answer(anna, BEN, "f:1");
    assert_eq!(w.told(ben), ["offer c:1"], "the polite one has taken its own offer back");
}

#[test]
fn a_connection_that_is_late_gets_what_waited() {
    let (mut w, anna, ben) = accepted();
    w.leave(ben);
    w.offer(anna, BEN, "a:1");
    w.candidate(anna, BEN, "a:2");
    let ben = w.device(BEN, "phone");
    assert_eq!(w.told(ben), ["[connecting here]", "offer a:1", "candidate a:2"]);
    w.leave(anna);
    w.answer(ben, ANNA, "b:1");
    w.candidate(ben, ANNA, "b:2");
    let anna = w.device(ANNA, "laptop");
    assert_eq!(w.told(anna), ["[connected here]", "answer b:1", "candidate b:2"]);
    let tab = w.device(ANNA, "laptop");
    assert_eq!(w.told(tab), ["[connected here]"], "it waits no longer");
}

#[test]
fn what_waits_for_a_device_is_for_no_other() {
    let (mut w, anna, ben) = accepted();
    w.offer(anna, BEN, "a:1");
    w.leave(anna);
    w.answer(ben, ANNA, "b:1");
    let other = w.device(ANNA, "tablet");
    assert_eq!(w.told(other), ["[connected lost]"]);
    let again = w.device(ANNA, "laptop");
    assert_eq!(w.told(again).last().map(String::as_str), Some("answer b:1"));
    w.leave(again);
    w.offer(ben, ANNA, "c:1");
    let again = w.device(ANNA, "laptop");
    assert_eq!(w.told(again).last().map(String::as_str), Some("offer c:1"));
}

#[test]
fn candidates_are_bounded_for_each_description() {
    let (mut w, anna, ben) = accepted();
    w.offer(anna, BEN, "a:1");
    for _ in 0..300 {
        w.candidate(anna, BEN, ":");
        w.candidate(ben, ANNA, ":");
    }
    assert_eq!(w.told(anna).iter().filter(|event| *event == "candidate :").count(), 256);
    assert_eq!(w.told(ben).iter().filter(|event| *event == "candidate :").count(), 256);
    let errors = |w: &World, of| {
        let too_many = |event: &Event| matches!(event, Event::Error { error: CallError::TooManyCandidates, .. });
        w.delivered.iter().filter(|(_, to, event)| *to == of && too_many(event)).count()
    };
    assert_eq!((errors(&w, anna), errors(&w, ben)), (1, 1), "said once");
    w.answer(ben, ANNA, "b:1");
    w.offer(anna, BEN, "c:1");
    w.hush();
    w.candidate(anna, BEN, "c:2");
    w.candidate(ben, ANNA, "b:2");
    assert_eq!(w.told(anna), ["candidate b:2"]);
    assert_eq!(w.told(ben), ["candidate c:2"]);
}

#[test]
fn strangers_and_other_devices_have_no_say() {
    let (mut w, anna, ben) = connected();
    let (cleo, tablet) = (w.device(CLEO, "phone"), w.device(BEN, "tablet"));
    let call = w.board.calls().next().expect("one").id;
    w.hush();
    w.command(cleo, Command::Answer { target: user(ANNA), call: Some(call), answer: signal("x:1") });
    w.command(cleo, Command::Candidate { target: user(ANNA), call: Some(call), candidate: signal("x:1") });
    w.command(cleo, Command::End { target: Some(user(ANNA)), call: Some(call), reason: None });
    assert_eq!(w.told(cleo), ["error NoSuchCall"]);
    w.offer(tablet, ANNA, "x:1");
    w.answer(tablet, ANNA, "x:1");
    w.candidate(tablet, ANNA, "x:1");
    w.end(tablet, None);
    assert_eq!(w.told(tablet), ["error AlreadyInCall", "error NoSuchCall"]);
    assert_eq!(w.told(anna), [""; 0]);
    assert_eq!(w.told(ben), [""; 0]);
    assert!(w.store.entries.is_empty());
}

#[test]
fn what_names_another_call_is_not_for_this_one() {
    let (mut w, anna, ben) = connected();
    let call = Some(call_id(99_999));
    let target = calls::Callee::Allowed { user: user(BEN), name: BEN.to_owned() };
    w.command(anna, Command::Offer { target, call, kind: CallKind::Video, offer: signal("x:1") });
    w.command(anna, Command::Answer { target: user(BEN), call, answer: signal("x:1") });
    w.command(anna, Command::Candidate { target: user(BEN), call, candidate: signal("x:1") });
    w.command(anna, Command::End { target: None, call, reason: None });
    assert_eq!(w.told(anna), ["error NoSuchCall", "error NoSuchCall"]);
    assert_eq!(w.told(ben), [""; 0]);
    assert!(w.store.entries.is_empty());
}
