//! The cursor that is kept for old chat pages. They close their connection and open a new one whenever somebody types, and
//! can't ask for what fell into the gap. Pure: time comes in.
//!
//! A user's pages are *live* as long as everything that came for the user went to one of them. Whatever comes while none is
//! there leaves them *behind*: from then on nothing is told to them until they have caught up, since pages show things in
//! the order in which they come. Nothing of it is held here: it is in the store, and what was not given is what follows the
//! place that the pages have reached, in each conversation. Those places are kept in the store too, so that a page is
//! given the same after the server was killed.

use std::collections::HashMap;
use std::collections::hash_map::Entry as Slot;
use std::time::Duration;

use domain::{ConnectionId, ConversationId, ConversationSummary, Entry, EntryBody, OldReach, Timestamp, UserId};

/// Old pages open several connections in a row; the one that stays is the one that is listened to.
pub(super) const SETTLED: Duration = Duration::from_secs(1);

/// What is older is not given any more.
pub(super) const GIVEN_FOR: Duration = Duration::from_secs(10 * 60);

/// So many events are given at once; the oldest are left out.
pub(super) const MAX_EVENTS: u32 = 200;

/// A place in a conversation: everything up to it is known to the pages.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Place {
    /// The `seq` of the newest entry.
    pub(super) entries: u64,
    /// How far the other has read.
    pub(super) reads: u64,
}

impl Place {
    fn max(self, other: Self) -> Self {
        Self { entries: self.entries.max(other.entries), reads: self.reads.max(other.reads) }
    }
}

/// Something that pages are told.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Told<'a> {
    /// `receive-message` or `message-sent`.
    Entry(&'a Entry),
    /// `message-read` of this message of the user's.
    Read(&'a Entry),
}

/// Where to look for what a user's pages have missed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Gap {
    pub(super) conversation: ConversationId,
    /// There may be entries.
    pub(super) entries: bool,
    /// The other's reading has got here, and not all of it may have been told.
    pub(super) reads: Option<u64>,
}

/// One look at the store on behalf of a user's pages.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Look {
    /// Which is given what is found.
    connection: ConnectionId,
    told: u64,
    /// What the store has of their places is not here yet.
    pub(super) unknown: bool,
}

/// What came of giving.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Given {
    /// They are live.
    All,
    /// Something came meanwhile: look again.
    More,
    /// The connection took no more.
    Stuck,
}

#[derive(Debug, Default)]
struct Page {
    places: HashMap<ConversationId, Place>,
    /// Up to which entry a connection was given what was missed. An entry can be found in the store before it is told.
    given: HashMap<ConversationId, (u64, ConnectionId)>,
    /// The places that the store has are among them.
    known: bool,
    live: bool,
    /// Grows with everything that comes for the user.
    told: u64,
    idle_since: Option<Timestamp>,
}

/// Everybody's who has an old page open, had one of late, or reads as one does. All others cost nothing.
#[derive(Debug, Default)]
pub(super) struct OldPages {
    users: HashMap<UserId, Page>,
    unsaved: HashMap<(UserId, ConversationId), OldReach>,
}

fn oldest(now: Timestamp) -> Timestamp {
    now - GIVEN_FOR
}

impl OldPages {
    /// Something has come for the user. It is told by `emit`, which says whether a page got it, if they are live; to all but
    /// the connection that was given it already.
    pub(super) fn tell(
        &mut self,
        user: UserId,
        conversation: ConversationId,
        to: Place,
        now: Timestamp,
        emit: impl FnOnce(Option<ConnectionId>) -> bool,
    ) {
        let Some(page) = self.users.get_mut(&user) else { return };
        page.told += 1;
        if !page.live {
            return;
        }
        let has_it = page.given.get(&conversation).filter(|(seq, _)| to.entries <= *seq && to.entries > 0);
        if emit(has_it.map(|(_, connection)| *connection)) {
            self.reach(user, conversation, to, now);
        } else {
            page.live = false;
        }
    }

    fn reach(&mut self, user: UserId, conversation: ConversationId, to: Place, now: Timestamp) {
        let place = self.users.entry(user).or_default().places.entry(conversation).or_default();
        let further = place.max(to);
        if *place != further {
            *place = further;
            let reach = OldReach { user, conversation, entries: further.entries, reads: further.reads, at: now };
            self.unsaved.insert((user, conversation), reach);
        }
    }

    /// A page has come; true if it is to be caught up.
    pub(super) fn came(&mut self, user: UserId) -> bool {
        let page = self.users.entry(user).or_default();
        page.idle_since = None;
        !page.live
    }

    /// The user has fetched this conversation by REST, up to there.
    pub(super) fn fetched(&mut self, user: UserId, conversation: ConversationId, to: Place, now: Timestamp) {
        self.reach(user, conversation, to, now);
    }

    /// Begins to look for what they have missed; `None` if they are live.
    pub(super) fn look(&self, user: UserId, connection: ConnectionId) -> Option<Look> {
        let page = self.users.get(&user)?;
        (!page.live).then_some(Look { connection, told: page.told, unknown: !page.known })
    }

    /// What the store has of their places.
    pub(super) fn learn(&mut self, user: UserId, reached: &[OldReach]) {
        let Some(page) = self.users.get_mut(&user) else { return };
        for &OldReach { conversation, entries, reads, .. } in reached {
            let place = page.places.entry(conversation).or_default();
            *place = place.max(Place { entries, reads });
        }
        page.known = true;
    }

    /// Where to look.
    pub(super) fn gaps(&self, user: UserId, summaries: &[ConversationSummary], now: Timestamp) -> Vec<Gap> {
        let Some(page) = self.users.get(&user) else { return Vec::new() };
        let gap = |summary: &ConversationSummary| {
            let conversation = &summary.conversation;
            let known = page.places.get(&conversation.id);
            let place = known.copied().unwrap_or_default();
            let recent = conversation.updated_at > oldest(now);
            let entries = recent && conversation.last_seq > place.entries;
            // Of a conversation whose place is not known, only what was written of late can have been read of late.
            let reads = (known.is_some() || recent) && summary.theirs.read > place.reads;
            (entries || reads).then_some(Gap {
                conversation: conversation.id,
                entries,
                reads: reads.then_some(summary.theirs.read),
            })
        };
        summaries.iter().filter_map(gap).collect()
    }

    /// What of these entries was missed, in order: of each gap its newest, oldest first, and those that were read.
    pub(super) fn missed<'a>(
        &self,
        user: UserId,
        found: impl Iterator<Item = (&'a Gap, &'a [Entry], &'a [Entry])>,
        now: Timestamp,
    ) -> Vec<Told<'a>> {
        let Some(page) = self.users.get(&user) else { return Vec::new() };
        let mut missed = Vec::new();
        for (gap, entries, read) in found {
            let known = page.places.get(&gap.conversation);
            let place = known.copied().unwrap_or_default();
            // Order is by `seq`; the time only says how conversations lie to each other.
            let mut at = Timestamp(i64::MIN);
            for entry in entries.iter().filter(|entry| entry.seq > place.entries && shows(&entry.body)) {
                at = at.max(entry.created_at);
                if entry.created_at > oldest(now) {
                    missed.push((at, Told::Entry(entry)));
                }
            }
            let upto = gap.reads.unwrap_or(0);
            let newly = |entry: &&Entry| entry.sender == user && entry.seq > place.reads && entry.seq <= upto;
            for entry in read.iter().filter(newly).filter(|entry| shows(&entry.body)) {
                if known.is_some() || entry.created_at > oldest(now) {
                    missed.push((entry.created_at, Told::Read(entry)));
                }
            }
        }
        missed.sort_by_key(|(at, told)| (*at, matches!(told, Told::Read(_))));
        let left_out = missed.len().saturating_sub(MAX_EVENTS as usize);
        missed.into_iter().skip(left_out).map(|(_, told)| told).collect()
    }

    /// Gives what was missed, in order, until `take` does not. What was given meanwhile by another is not given again.
    pub(super) fn give(
        &mut self,
        user: UserId,
        look: Look,
        missed: &[Told<'_>],
        summaries: &[ConversationSummary],
        now: Timestamp,
        mut take: impl FnMut(Told<'_>) -> bool,
    ) -> Given {
        for told in missed {
            let Some(page) = self.users.get(&user) else { return Given::All };
            let (entry, to) = match told {
                Told::Entry(entry) => (entry, Place { entries: entry.seq, reads: 0 }),
                Told::Read(entry) => (entry, Place { entries: 0, reads: entry.seq }),
            };
            let place = page.places.get(&entry.conversation).copied().unwrap_or_default();
            if place.max(to) == place {
                continue;
            }
            if !take(*told) {
                return Given::Stuck;
            }
            if to.entries > 0
                && let Some(page) = self.users.get_mut(&user)
            {
                page.given.insert(entry.conversation, (to.entries, look.connection));
            }
            self.reach(user, entry.conversation, to, now);
        }
        for summary in summaries {
            let Some(page) = self.users.get_mut(&user) else { return Given::All };
            let conversation = &summary.conversation;
            let to = Place { entries: conversation.last_seq, reads: summary.theirs.read };
            match page.places.entry(conversation.id) {
                // What is older is not given anyhow: no place needs to be kept for that.
                Slot::Vacant(slot) if conversation.updated_at <= oldest(now) => {
                    slot.insert(to);
                }
                _ => self.reach(user, conversation.id, to, now),
            }
        }
        match self.users.get_mut(&user) {
            Some(page) if page.told != look.told => Given::More,
            Some(page) => {
                page.live = true;
                Given::All
            }
            None => Given::All,
        }
    }

    /// What is to be kept in the store, by the time of this call.
    pub(super) fn take_unsaved(&mut self) -> Vec<OldReach> {
        self.unsaved.drain().map(|(_, reach)| reach).collect()
    }

    /// Could not be kept; what was reached since stays.
    pub(super) fn not_saved(&mut self, reached: Vec<OldReach>) {
        for reach in reached {
            self.unsaved.entry((reach.user, reach.conversation)).or_insert(reach);
        }
    }

    pub(super) fn has_unsaved(&self) -> bool {
        !self.unsaved.is_empty()
    }

    /// Forgets those who have had no page for so long that all they could be given is in the store.
    pub(super) fn sweep(&mut self, now: Timestamp, mut has_page: impl FnMut(UserId) -> bool) {
        self.users.retain(|user, page| {
            if has_page(*user) {
                page.idle_since = None;
                return true;
            }
            now.since(*page.idle_since.get_or_insert(now)) < GIVEN_FOR
        });
    }
}

/// Whether old pages know of such entries at all.
pub(super) fn shows(body: &EntryBody) -> bool {
    // They have no shape for a change, and see what has become of the message when they load it.
    body.target().is_none()
}

#[cfg(test)]
mod tests {
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
}
