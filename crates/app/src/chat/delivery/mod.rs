//! How a message gets to everybody, as a model that is looked through as a whole: two people on three devices, three
//! messages, a server with a log on the disk and everything else in memory, and faults at any point. What the server
//! answers is answered by the code that does so; what its store promises is what `store::contract` proves of one.
//!
//! A device speaks to the server alone. So when it takes in what it is sent is seen by nobody but in what it then says,
//! and that may be on its way for as long as it likes: here a packet to a device arrives at once or never, and one from it
//! at any time. A server that is killed while it tells of something is one that has told some, whose connections are lost.
//!
//! A run ends when nothing but faults can happen, and no state comes twice in one: that is looked at too, as it makes
//! "in the end" of "whenever all is at rest".

mod device;
mod log;
mod practice;
mod server;

use std::collections::HashMap;
use std::sync::Arc;

use stateright::{Checker, HasDiscoveries, Model, Property};

use device::{Append, append, append_all};
use practice::{Faults, Practice, State, WRITTEN, bit};

/// A rule that is broken, to see that it is missed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Bug {
    AckBeforeCommit,
    PushBeforeCommit,
    NoKey,
    OutboxForgetsOnSending,
    PushOverGap,
    CursorOfWhatWasHeard,
    ReadBeforeConnecting,
    GapForgottenWhileAsking,
    ResetTakenForTheLastWord,
    RestoredUnderTheSameEpoch,
}

const STORED: &str = "what is said to be stored is in the log";
const ONCE: &str = "nothing is in the log twice";
const ORDER: &str = "nobody's messages overtake each other";
const PREFIX: &str = "a device shows the beginning of the log";
const ALL: &str = "in the end every device shows everything";

fn properties() -> Vec<Property<Practice>> {
    vec![
        Property::always(STORED, |_: &Practice, state: &State| state.stored & !set(state) == 0),
        Property::always(ONCE, |_: &Practice, state: &State| {
            state.log.messages().len() == set(state).count_ones() as usize
        }),
        Property::always(ORDER, |_: &Practice, state: &State| {
            let place = |message: &u8| state.log.seq_of(*message).unwrap_or(u8::MAX);
            let is_kept = |message: &&u8| state.lost & bit(**message) == 0;
            WRITTEN.iter().all(|written| written.iter().filter(is_kept).map(place).is_sorted())
        }),
        Property::always(PREFIX, |_: &Practice, state: &State| {
            // One that has not yet heard of another epoch shows what it had.
            let mut current =
                state.devices.iter().filter(|device| device.epoch.is_none_or(|epoch| epoch == state.epoch));
            current.all(|device| device.shown.is_prefix_of(&state.log) && device.last == device.shown.last_seq())
        }),
        Property::always(ALL, |practice: &Practice, state: &State| {
            let everything = (set(state) | state.lost) == 0b111;
            let shown = || state.devices[..practice.devices].iter().all(|device| device.shown == state.log);
            !practice.is_at_rest(state) || (everything && shown())
        }),
        // Or the above would say little.
        Property::sometimes("all faults come, and all is well", |practice: &Practice, state: &State| {
            state.left == Faults::default() && practice.is_at_rest(state)
        }),
    ]
}

fn set(state: &State) -> u8 {
    state.log.messages().iter().fold(0, |set, message| set | bit(*message))
}

fn practice(devices: usize, faults: Faults) -> Practice {
    Practice { devices, server: Arc::default(), faults, proof: true, bug: None }
}

/// Looks at every state, and says how many there are.
fn check(practice: Practice) {
    let Practice { devices, faults, proof, .. } = practice;
    let checker = practice.checker().threads(2).spawn_bfs().join();
    let (states, steps) = (checker.unique_state_count(), checker.state_count());
    let name = format!("{devices} devices, {faults:?}, proof: {proof}");
    eprintln!("{name}: {states} states, {steps} steps");
    checker.assert_properties();
}

const NONE: Faults = Faults { kills: 0, cuts: 0, drops: 0, restores: 0 };

#[test]
fn kills_and_cuts_lose_and_double_nothing() {
    check(practice(2, Faults { kills: 2, cuts: 1, ..NONE }));
}

/// The proof is for what is lost without a sign: all else is seen without it.
#[test]
fn what_is_lost_with_a_connection_or_restored_needs_no_proof() {
    check(Practice { proof: false, ..practice(2, Faults { kills: 1, restores: 1, ..NONE }) });
    check(Practice { proof: false, ..practice(2, Faults { kills: 1, cuts: 1, ..NONE }) });
}

#[test]
fn a_second_device_shows_the_same() {
    check(practice(3, Faults { cuts: 1, ..NONE }));
}

#[test]
fn a_push_that_is_lost_without_a_sign_is_missed() {
    check(practice(2, Faults { kills: 1, cuts: 1, drops: 1, ..NONE }));
}

#[test]
fn a_restored_backup_is_noticed() {
    check(practice(2, Faults { cuts: 1, restores: 1, ..NONE }));
}

/// Every run ends: going on depth first, no state is met on the way from itself.
#[test]
fn no_state_comes_again() {
    let practice = practice(2, Faults { kills: 1, cuts: 1, ..NONE });
    // Whether all that follows from a state was looked at, too.
    let mut seen: HashMap<State, bool> = HashMap::new();
    let mut left = practice.init_states();
    while let Some(state) = left.last() {
        if let Some(is_done) = seen.get_mut(state) {
            *is_done = true;
            left.pop();
            continue;
        }
        let state = state.clone();
        let next = practice.next_states(&state);
        seen.insert(state, false);
        assert!(next.iter().all(|next| seen.get(next) != Some(&false)), "one of these comes again: {next:?}");
        left.extend(next.into_iter().filter(|next| !seen.contains_key(next)));
    }
}

#[test]
fn each_rule_is_missed() {
    let some = Faults { kills: 1, cuts: 1, ..NONE };
    let (dropped, restored) = (Faults { drops: 1, ..NONE }, Faults { restores: 1, ..NONE });
    for (bug, faults, proof, broken) in [
        (Some(Bug::AckBeforeCommit), some, true, STORED),
        (Some(Bug::PushBeforeCommit), some, true, PREFIX),
        (Some(Bug::NoKey), some, true, ONCE),
        (Some(Bug::OutboxForgetsOnSending), some, true, ALL),
        (Some(Bug::PushOverGap), dropped, true, PREFIX),
        (Some(Bug::CursorOfWhatWasHeard), dropped, true, ALL),
        // These the proof would make good, in half a minute.
        (Some(Bug::ReadBeforeConnecting), some, false, ALL),
        (Some(Bug::GapForgottenWhileAsking), some, false, ALL),
        (Some(Bug::ResetTakenForTheLastWord), some, false, ALL),
        (Some(Bug::ResetTakenForTheLastWord), restored, false, ALL),
        (None, dropped, false, ALL),
        (Some(Bug::RestoredUnderTheSameEpoch), restored, true, PREFIX),
    ] {
        let wanted = HasDiscoveries::AnyOf([broken].into());
        let practice = Practice { proof, bug, ..practice(2, faults) };
        let checker = practice.checker().threads(2).finish_when(wanted).spawn_bfs().join();
        let path = checker.discovery(broken).unwrap_or_else(|| panic!("{bug:?} was not seen: {faults:?}"));
        eprintln!("{bug:?}, proof: {proof}: {broken}: not after {:?}", path.into_actions());
    }
}

/// The table that the web app's tests hold the real thing to: `frontend/src/features/chat/model/log.rules.test.ts`.
#[test]
fn devices_go_by_the_rules_of_the_web_app() {
    let table = include_str!("../../../../../fixtures/rules/log.json");
    let table: serde_json::Value = serde_json::from_str(table).unwrap();
    let number = |value: &serde_json::Value| u8::try_from(value.as_u64().unwrap()).unwrap();
    for row in table["pushed"].as_array().unwrap() {
        let then = match append(number(&row["last"]), number(&row["seq"])) {
            Append::Added => "added",
            Append::Double => "double",
            Append::Gap => "gap",
        };
        assert_eq!(row["then"], then, "{row}");
    }
    for row in table["answered"].as_array().unwrap() {
        let seqs = row["seqs"].as_array().unwrap().iter().map(number);
        let last = append_all(number(&row["last"]), seqs);
        assert_eq!(row["then"], serde_json::json!(last), "{row}");
    }
}
