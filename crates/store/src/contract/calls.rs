use std::time::Duration;

use domain::{CallId, CallKind, CallOutcome, CallPhase, CallRecord, Claim, Seat, Transition};
use tokio::task::JoinSet;

use super::Ports;
use super::fixtures::{NOW, call, object, user_id};

async fn claim(ports: &Ports, call: &CallRecord) -> Claim {
    ports.calls.claim_seats(call.clone()).await.expect("asked")
}

async fn transition(ports: &Ports, call: &CallRecord) -> Transition {
    ports.calls.transition_call(call.clone()).await.expect("asked")
}

async fn kept(ports: &Ports, id: CallId) -> Option<CallRecord> {
    ports.calls.unfinished().await.expect("read").into_iter().find(|call| call.id == id)
}

fn ended(call: &CallRecord) -> CallRecord {
    let phase = CallPhase::Ended { accepted_at: None, at: NOW, outcome: CallOutcome::Missed };
    CallRecord { version: call.version + 1, phase, ..call.clone() }
}

pub(super) async fn unfinished_are_in_order_of_creation(ports: &Ports) {
    assert_eq!(ports.calls.unfinished().await, Ok(Vec::new()));
    let mut calls = Vec::new();
    for seconds in [3, 1, 2] {
        let created_at = NOW + Duration::from_secs(seconds);
        calls.push(CallRecord { created_at, ..call(user_id(), user_id()) });
        assert_eq!(claim(ports, &calls[calls.len() - 1]).await, Claim::Claimed);
    }
    calls.sort_by_key(|call| call.created_at);
    assert_eq!(ports.calls.unfinished().await, Ok(calls));
}

pub(super) async fn both_seats_or_none(ports: &Ports) {
    let (a, b, c, d) = (user_id(), user_id(), user_id(), user_id());
    let first = call(a, b);
    assert_eq!(claim(ports, &first).await, Claim::Claimed);
    for (caller, callee, busy) in [(c, b, b), (a, c, a), (c, a, a), (b, a, b), (a, b, a)] {
        let second = call(caller, callee);
        assert_eq!(claim(ports, &second).await, Claim::Busy(busy, first.id));
        assert_eq!(kept(ports, second.id).await, None);
    }
    assert_eq!(claim(ports, &call(c, d)).await, Claim::Claimed, "nothing was left of what was refused");
}

pub(super) async fn a_transition_needs_the_version_before(ports: &Ports) {
    let mut record = call(user_id(), user_id());
    assert_eq!(transition(ports, &CallRecord { version: 2, ..record.clone() }).await, Transition::Stale);
    record.room = Some("room ' \" 😀".to_owned());
    assert_eq!(claim(ports, &record).await, Claim::Claimed);
    assert_eq!(kept(ports, record.id).await.as_ref(), Some(&record));

    let until = NOW + Duration::from_secs(30);
    let accepted_at = NOW + Duration::from_secs(7);
    for phase in [CallPhase::Connecting { accepted_at, until }, CallPhase::Connected { accepted_at }] {
        record = CallRecord { version: record.version + 1, phase, callee_kind: Some(CallKind::Audio), ..record };
        record.caller.seat = Some(Seat::Device("device-1".parse().expect("a device")));
        record.callee.seat = Some(Seat::Legacy);
        record.callee.lost_until = Some(until);
        assert_eq!(transition(ports, &record).await, Transition::Saved);
        assert_eq!(kept(ports, record.id).await.as_ref(), Some(&record));
    }
    for version in [0, 1, 2, 3, 5, u64::MAX] {
        let other = CallRecord { version, room: None, ..record.clone() };
        assert_eq!(transition(ports, &other).await, Transition::Stale, "version {version} after 3");
    }
    assert_eq!(kept(ports, record.id).await.as_ref(), Some(&record));
}

pub(super) async fn an_ended_call_frees_seats_and_is_forgotten(ports: &Ports) {
    let (a, b) = (user_id(), user_id());
    let first = call(a, b);
    assert_eq!(claim(ports, &first).await, Claim::Claimed);
    ports.calls.forget_call(first.id).await.expect("asked");
    assert_eq!(kept(ports, first.id).await.as_ref(), Some(&first), "it has not ended");

    let end = ended(&first);
    assert_eq!(transition(ports, &end).await, Transition::Saved);
    assert_eq!(kept(ports, first.id).await.as_ref(), Some(&end), "until its entry is written");
    let second = call(b, a);
    assert_eq!(claim(ports, &second).await, Claim::Claimed);
    for _ in 0..2 {
        ports.calls.forget_call(first.id).await.expect("asked");
        assert_eq!(kept(ports, first.id).await, None);
    }
    assert_eq!(transition(ports, &ended(&end)).await, Transition::Stale);
    assert_eq!(claim(ports, &call(a, user_id())).await, Claim::Busy(a, second.id), "its seats are its own");
    ports.calls.forget_call(CallId(object())).await.expect("asked");
}

pub(super) async fn one_of_many_claims_wins(ports: &Ports) {
    let hub = user_id();
    let mut attempts = JoinSet::new();
    for n in 0..50 {
        let ports = ports.clone();
        let record = if n % 2 == 0 { call(hub, user_id()) } else { call(user_id(), hub) };
        attempts.spawn(async move { (claim(&ports, &record).await, record.id) });
    }
    let results = attempts.join_all().await;
    let winners: Vec<_> = results.iter().filter(|(claim, _)| *claim == Claim::Claimed).collect();
    assert_eq!(winners.len(), 1);
    let winner = winners[0].1;
    assert_eq!(results.iter().filter(|(claim, _)| *claim == Claim::Busy(hub, winner)).count(), 49);
}

pub(super) async fn one_of_many_transitions_wins(ports: &Ports) {
    let record = call(user_id(), user_id());
    assert_eq!(claim(ports, &record).await, Claim::Claimed);
    let mut attempts = JoinSet::new();
    for n in 0..50 {
        let ports = ports.clone();
        let next = CallRecord { version: 2, room: Some(n.to_string()), ..record.clone() };
        attempts.spawn(async move { (transition(&ports, &next).await, next) });
    }
    let results = attempts.join_all().await;
    let saved: Vec<_> = results.into_iter().filter(|(outcome, _)| *outcome == Transition::Saved).collect();
    assert_eq!(saved.len(), 1);
    assert_eq!(kept(ports, record.id).await.as_ref(), Some(&saved[0].1));
}
