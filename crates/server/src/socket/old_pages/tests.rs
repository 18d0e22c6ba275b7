use domain::{Conversation, EntryId, Receipt};

use super::*;

const START: Timestamp = Timestamp(10_000_000);

const PAGE: ConnectionId = ConnectionId(1);

fn at(millis: u64) -> Timestamp {
    START + Duration::from_millis(millis)
}

fn user() -> UserId {
    UserId([1; 12].into())
}

fn other() -> UserId {
    UserId([2; 12].into())
}

fn conversation() -> ConversationId {
    ConversationId([7; 12].into())
}

/// One conversation of the user's, and the pages.
#[derive(Default)]
struct World {
    pages: OldPages,
    log: Vec<Entry>,
    read: u64,
    /// What the page was told, by sign and `seq`.
    seen: Vec<(char, u64)>,
}

impl World {
    fn place(&self) -> Place {
        Place { entries: self.log.len() as u64, reads: self.read }
    }

    /// Somebody writes; the page is there or not.
    fn write(&mut self, sender: UserId, now: Timestamp, there: bool) {
        let seq = self.log.len() as u64 + 1;
        let receiver = if sender == user() { other() } else { user() };
        self.log.push(Entry {
            id: EntryId([9; 12].into()),
            conversation: conversation(),
            seq,
            sender,
            receiver,
            client_message_id: "key".parse().unwrap(),
            created_at: now,
            body: EntryBody::Text("hi".into()),
            reply_to: None,
            changes: None,
        });
        let seen = &mut self.seen;
        self.pages.tell(user(), conversation(), Place { entries: seq, reads: 0 }, now, |has_it| {
            if there && has_it != Some(PAGE) {
                seen.push(('+', seq));
            }
            there
        });
    }

    fn summaries(&self) -> Vec<ConversationSummary> {
        let Some(last) = self.log.last() else { return Vec::new() };
        vec![ConversationSummary {
            conversation: Conversation {
                id: conversation(),
                users: [user(), other()],
                last_seq: last.seq,
                updated_at: last.created_at,
            },
            last: last.clone(),
            last_message: None,
            unread: 0,
            mine: Receipt::default(),
            theirs: Receipt { delivered: self.read, read: self.read },
        }]
    }

    /// One look, given to a page that takes so many.
    fn catch_up(&mut self, now: Timestamp, mut takes: usize) -> Given {
        let look = self.pages.look(user(), PAGE).expect("they are behind");
        let summaries = self.summaries();
        let gaps = self.pages.gaps(user(), &summaries, now);
        let found = gaps.iter().map(|gap| (gap, self.log.as_slice(), self.log.as_slice()));
        let missed = self.pages.missed(user(), found, now);
        let seen = &mut self.seen;
        self.pages.give(user(), look, &missed, &summaries, now, |told| {
            let Some(left) = takes.checked_sub(1) else { return false };
            takes = left;
            seen.push(match told {
                Told::Entry(entry) => ('+', entry.seq),
                Told::Read(entry) => ('r', entry.seq),
            });
            true
        })
    }

    /// As after a kill: only what is in the store is known.
    fn restart(&mut self) {
        let kept = self.pages.take_unsaved();
        self.pages = OldPages::default();
        self.pages.came(user());
        self.pages.learn(user(), &kept);
    }
}

#[test]
fn what_falls_into_a_gap_is_given_in_order_and_once() {
    let mut world = World::default();
    assert!(world.pages.came(user()));
    assert_eq!(world.catch_up(at(0), 9), Given::All);
    world.write(other(), at(1), true);
    world.write(other(), at(2), false);
    world.write(user(), at(3), true);
    assert_eq!(world.seen, [('+', 1)], "what follows a gap waits behind it");
    assert!(world.pages.came(user()));
    assert_eq!(world.catch_up(at(4), 9), Given::All);
    assert_eq!(world.seen, [('+', 1), ('+', 2), ('+', 3)]);
    assert!(!world.pages.came(user()), "live again");
    world.write(other(), at(5), true);
    assert_eq!(world.seen.len(), 4);
}

#[test]
fn what_comes_while_it_is_looked_for_is_looked_for_again() {
    let mut world = World::default();
    world.pages.came(user());
    world.write(other(), at(1), true);
    let look = world.pages.look(user(), PAGE).unwrap();
    let before = world.summaries();
    world.write(other(), at(2), true);
    assert_eq!(world.pages.give(user(), look, &[], &before, at(3), |_| true), Given::More);
    assert_eq!(world.catch_up(at(3), 9), Given::All);
    assert_eq!(world.seen, [('+', 2)]);
}

#[test]
fn what_is_found_in_the_store_before_it_is_told_is_not_told_to_who_was_given_it() {
    let mut world = World::default();
    world.write(other(), at(1), true);
    world.pages.came(user());
    assert_eq!(world.catch_up(at(2), 9), Given::All);
    let late = |seq| Place { entries: seq, reads: 0 };
    world.pages.tell(user(), conversation(), late(1), at(3), |has_it| has_it.expect("it was given") == PAGE);
    world.pages.tell(user(), conversation(), late(2), at(3), |has_it| has_it.is_none());
    assert!(!world.pages.came(user()), "live");
}

#[test]
fn two_that_give_at_once_give_nothing_twice() {
    let mut world = World::default();
    world.pages.came(user());
    world.write(other(), at(1), true);
    let look = world.pages.look(user(), PAGE).unwrap();
    let summaries = world.summaries();
    assert_eq!(world.catch_up(at(2), 9), Given::All);
    let entry = world.log[0].clone();
    let again = [Told::Entry(&entry)];
    assert_eq!(world.pages.give(user(), look, &again, &summaries, at(2), |_| panic!("twice")), Given::All);
}

#[test]
fn what_could_not_be_given_comes_first_the_next_time() {
    let mut world = World::default();
    world.pages.came(user());
    for n in 0..4 {
        world.write(other(), at(n), false);
    }
    assert_eq!(world.catch_up(at(9), 2), Given::Stuck);
    assert_eq!(world.catch_up(at(9), 9), Given::All);
    assert_eq!(world.seen, [('+', 1), ('+', 2), ('+', 3), ('+', 4)]);
}

#[test]
fn ten_minutes_and_two_hundred_events() {
    let mut world = World::default();
    for n in 0..300 {
        world.write(other(), at(n * 1000), false);
    }
    world.pages.came(user());
    // Those of the first 150 s are ten minutes old and more; of the rest, all are given.
    assert_eq!(world.catch_up(at(750_000), 999), Given::All);
    assert_eq!((world.seen.first(), world.seen.len()), (Some(&('+', 152)), 149));

    let mut world = World::default();
    for n in 0..300 {
        world.write(other(), at(n), false);
    }
    world.pages.came(user());
    assert_eq!(world.catch_up(at(1000), 999), Given::All);
    assert_eq!((world.seen.first(), world.seen.len()), (Some(&('+', 101)), 200), "the latest");
}

#[test]
fn fetching_conversations_clears_what_was_fetched() {
    let mut world = World::default();
    world.write(user(), at(0), false);
    world.write(other(), at(1), false);
    world.read = 1;
    world.pages.fetched(user(), conversation(), world.place(), at(2));
    world.write(user(), at(3), false);
    world.pages.came(user());
    assert_eq!(world.catch_up(at(4), 9), Given::All);
    assert_eq!(world.seen, [('+', 3)]);
}

#[test]
fn what_was_read_meanwhile_is_told_of_each_own_message_once() {
    let mut world = World::default();
    for n in 0..4 {
        world.write(if n == 2 { other() } else { user() }, at(n), false);
    }
    world.pages.came(user());
    assert_eq!(world.catch_up(at(9), 9), Given::All);
    world.seen.clear();
    world.read = 3;
    world.pages.tell(user(), conversation(), Place { entries: 0, reads: 3 }, at(10), |_| false);
    assert_eq!(world.catch_up(at(11), 9), Given::All);
    assert_eq!(world.seen, [('r', 1), ('r', 2)]);
    world.restart();
    assert_eq!(world.catch_up(at(12), 9), Given::All);
    assert_eq!(world.seen.len(), 2);
}

#[test]
fn the_place_outlives_the_process() {
    let mut world = World::default();
    world.pages.came(user());
    assert_eq!(world.catch_up(at(0), 9), Given::All);
    world.write(other(), at(1), true);
    world.write(other(), at(2), false);
    world.restart();
    assert_eq!(world.catch_up(at(3), 9), Given::All);
    assert_eq!(world.seen, [('+', 1), ('+', 2)], "neither lost nor twice");
}

#[test]
fn people_without_old_pages_take_no_room() {
    let mut world = World::default();
    world.write(other(), at(0), false);
    assert!(world.pages.users.is_empty() && !world.pages.has_unsaved());
    world.pages.came(user());
    assert_eq!(world.catch_up(at(1), 9), Given::All);
    world.pages.sweep(at(2), |_| true);
    world.pages.sweep(at(3), |_| false);
    world.pages.sweep(at(600_002), |_| false);
    assert_eq!(world.pages.users.len(), 1);
    world.pages.sweep(at(600_003), |_| false);
    assert!(world.pages.users.is_empty());
}

#[test]
fn what_could_not_be_kept_is_tried_again_unless_it_is_overtaken() {
    let mut world = World::default();
    world.pages.came(user());
    assert_eq!(world.catch_up(at(0), 9), Given::All);
    world.write(other(), at(1), true);
    let lost = world.pages.take_unsaved();
    world.write(other(), at(2), true);
    world.pages.not_saved(lost);
    let kept = world.pages.take_unsaved();
    assert_eq!(kept.iter().map(|one| one.entries).collect::<Vec<_>>(), [2]);
    world.pages.not_saved(kept);
    assert!(world.pages.has_unsaved());
}
