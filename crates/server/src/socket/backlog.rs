//! The cursor that is kept for old chat pages. They close their connection and open a new one whenever somebody types, and
//! can't ask for what fell into the gap. Pure: time comes in.
//!
//! What comes for a user while none of their old connections is open is kept, and given to the first old connection that
//! has been open for [`SETTLED`], unless the user has fetched their conversations by REST since it came. What went to an
//! open connection is never given again. As long as something is kept, what follows is kept behind it: pages show things
//! in the order in which they come.
//!
//! Nobody knows who will come by an old page, so it is kept for everybody, and the memory for all of it is bounded.

use std::collections::{BTreeMap, HashMap, VecDeque};
use std::sync::Arc;
use std::time::Duration;

use domain::{ConversationId, Entry, EntryBody, EntryId, Timestamp, UserId};

/// Old pages open several connections in a row; the one that stays is the one that is listened to.
pub(super) const SETTLED: Duration = Duration::from_secs(1);

/// What is older is not given any more.
const KEPT_FOR: Duration = Duration::from_secs(10 * 60);

/// So many events of one user are kept; the oldest go first.
const MAX_EVENTS: usize = 200;

/// Everybody's together take so many bytes; the oldest go first.
const MAX_BYTES: usize = 32 * 1024 * 1024;

/// A plan's card counts as large as it may be, which is simpler than to measure it.
const MAX_PLAN: usize = 64 * 1024;

/// What an old page has missed.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Missed {
    /// `receive-message`.
    Received(Arc<Entry>),
    /// `message-sent`, by another connection of the user's.
    Sent(Arc<Entry>),
    /// `message-read`.
    Read(ConversationId, EntryId),
}

impl Missed {
    /// About what it takes of the memory.
    fn bytes(&self) -> usize {
        let text = match self {
            Self::Received(entry) | Self::Sent(entry) => match &entry.body {
                EntryBody::Text(text) => text.len(),
                EntryBody::Plan { .. } => MAX_PLAN,
                EntryBody::Call(_) => 0,
            },
            Self::Read(..) => 0,
        };
        text + 300
    }
}

/// One that is kept: its number says in which order they came, over all users.
#[derive(Debug)]
struct Kept {
    number: u64,
    at: Timestamp,
    missed: Missed,
}

/// Everybody's.
#[derive(Debug, Default)]
pub(super) struct Backlogs {
    users: HashMap<UserId, VecDeque<Kept>>,
    /// Whose is which, by number.
    owners: BTreeMap<u64, UserId>,
    next: u64,
    bytes: usize,
}

impl Backlogs {
    /// Keeps only those of the user's that `wanted` says; a user who has none takes no room.
    fn retain(&mut self, user: UserId, mut wanted: impl FnMut(&Kept) -> bool) {
        let Self { users, owners, bytes, .. } = self;
        let Some(kept) = users.get_mut(&user) else { return };
        kept.retain(|one| {
            let stays = wanted(one);
            if !stays {
                owners.remove(&one.number);
                *bytes -= one.missed.bytes();
            }
            stays
        });
        if kept.is_empty() {
            users.remove(&user);
        }
    }

    fn drop_first(&mut self, user: UserId) {
        let Some(kept) = self.users.get_mut(&user) else { return };
        if let Some(first) = kept.pop_front() {
            self.owners.remove(&first.number);
            self.bytes -= first.missed.bytes();
        }
        if kept.is_empty() {
            self.users.remove(&user);
        }
    }

    fn expire(&mut self, user: UserId, now: Timestamp) {
        let old = |kept: &VecDeque<Kept>| kept.front().is_some_and(|first| now.since(first.at) >= KEPT_FOR);
        if self.users.get(&user).is_some_and(old) {
            self.retain(user, |one| now.since(one.at) < KEPT_FOR);
        }
    }

    /// Keeps what no old connection of the user's got.
    pub(super) fn keep(&mut self, user: UserId, missed: Missed, now: Timestamp) {
        self.expire(user, now);
        if self.users.get(&user).is_some_and(|kept| kept.len() >= MAX_EVENTS) {
            self.drop_first(user);
        }
        let number = self.next;
        self.next += 1;
        self.bytes += missed.bytes();
        self.owners.insert(number, user);
        self.users.entry(user).or_default().push_back(Kept { number, at: now, missed });
        while self.bytes > MAX_BYTES
            && let Some((_, &owner)) = self.owners.first_key_value()
        {
            self.drop_first(owner);
        }
    }

    /// Whether there is something to be given.
    pub(super) fn has(&mut self, user: UserId, now: Timestamp) -> bool {
        self.expire(user, now);
        self.users.contains_key(&user)
    }

    /// Gives everything that is kept for the user, in order, to a connection that came at `since`, until one is not
    /// taken; nothing if it came too short a time ago.
    pub(super) fn give(
        &mut self,
        user: UserId,
        since: Timestamp,
        now: Timestamp,
        mut take: impl FnMut(&Missed) -> bool,
    ) {
        if now.since(since) < SETTLED {
            return;
        }
        self.expire(user, now);
        let mut taking = true;
        self.retain(user, |one| {
            taking = taking && take(&one.missed);
            !taking
        });
    }

    /// The user has fetched these conversations, each up to this `seq`, asking at `asked_at`.
    pub(super) fn fetched(&mut self, user: UserId, last: &HashMap<ConversationId, u64>, asked_at: Timestamp) {
        self.retain(user, |one| match &one.missed {
            Missed::Received(entry) | Missed::Sent(entry) => {
                last.get(&entry.conversation).is_none_or(|last| entry.seq > *last)
            }
            Missed::Read(conversation, _) => one.at > asked_at || !last.contains_key(conversation),
        });
    }

    /// Forgets what is too old.
    pub(super) fn sweep(&mut self, now: Timestamp) {
        let users: Vec<UserId> = self.users.keys().copied().collect();
        for user in users {
            self.expire(user, now);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const START: Timestamp = Timestamp(1_000_000);

    fn at(millis: u64) -> Timestamp {
        START + Duration::from_millis(millis)
    }

    fn user() -> UserId {
        UserId([1; 12].into())
    }

    fn entry(seq: u64) -> Arc<Entry> {
        Arc::new(Entry {
            id: EntryId([9; 12].into()),
            conversation: ConversationId([7; 12].into()),
            seq,
            sender: UserId([2; 12].into()),
            receiver: user(),
            client_message_id: "key".parse().unwrap(),
            created_at: START,
            body: EntryBody::Text("hi".into()),
        })
    }

    fn received(seq: u64) -> Missed {
        Missed::Received(entry(seq))
    }

    /// What a connection that came at `since` is given.
    fn given(backlogs: &mut Backlogs, since: Timestamp, now: Timestamp) -> Vec<u64> {
        let mut seqs = Vec::new();
        backlogs.give(user(), since, now, |missed| {
            seqs.push(seq(missed));
            true
        });
        seqs
    }

    fn seq(missed: &Missed) -> u64 {
        match missed {
            Missed::Received(entry) | Missed::Sent(entry) => entry.seq,
            Missed::Read(..) => 0,
        }
    }

    #[test]
    fn what_falls_into_a_gap_is_given_in_order_and_once() {
        let mut backlogs = Backlogs::default();
        backlogs.keep(user(), received(1), at(0));
        backlogs.keep(user(), Missed::Sent(entry(2)), at(10));
        backlogs.keep(user(), received(3), at(20));
        assert!(backlogs.has(user(), at(50)));
        assert_eq!(given(&mut backlogs, at(50), at(1049)), [0; 0], "it has not been open for a second");
        assert_eq!(given(&mut backlogs, at(50), at(1050)), [1, 2, 3]);
        assert_eq!(given(&mut backlogs, at(50), at(2000)), [0; 0]);
        assert!(!backlogs.has(user(), at(2000)));
    }

    #[test]
    fn ten_minutes_and_two_hundred_events() {
        let mut backlogs = Backlogs::default();
        for n in 0..300 {
            backlogs.keep(user(), received(n), at(n * 1000));
        }
        // The first hundred are pushed out; those of the first 150 s are over ten minutes old at 750 s.
        let given = given(&mut backlogs, at(0), at(750_000));
        assert_eq!((given.first(), given.len()), (Some(&151), 149));
    }

    #[test]
    fn fetching_conversations_clears_what_was_fetched() {
        let mut backlogs = Backlogs::default();
        backlogs.keep(user(), received(1), at(0));
        backlogs.keep(user(), Missed::Read(entry(1).conversation, entry(1).id), at(1));
        backlogs.keep(user(), received(2), at(5));
        backlogs.fetched(user(), &[(ConversationId([8; 12].into()), 9)].into(), at(2));
        assert_eq!(backlogs.owners.len(), 3, "another conversation");
        backlogs.fetched(user(), &[(entry(1).conversation, 1)].into(), at(2));
        assert_eq!(given(&mut backlogs, at(0), at(2000)), [2], "written while the answer was under way");
    }

    #[test]
    fn what_could_not_be_given_stays_in_front() {
        let mut backlogs = Backlogs::default();
        backlogs.keep(user(), received(1), at(0));
        backlogs.keep(user(), received(2), at(0));
        backlogs.give(user(), at(0), at(1000), |missed| seq(missed) == 1);
        backlogs.keep(user(), received(3), at(1001));
        assert_eq!(given(&mut backlogs, at(1000), at(3000)), [2, 3]);
    }

    #[test]
    fn nothing_is_remembered_for_ever() {
        let mut backlogs = Backlogs::default();
        backlogs.keep(user(), received(1), at(0));
        backlogs.sweep(at(599_999));
        assert_eq!((backlogs.users.len(), backlogs.owners.len()), (1, 1));
        backlogs.sweep(at(600_000));
        assert_eq!((backlogs.users.len(), backlogs.owners.len(), backlogs.bytes), (0, 0, 0));
    }

    #[test]
    fn people_who_never_come_take_bounded_memory() {
        let mut backlogs = Backlogs::default();
        let long = Arc::new(Entry { body: EntryBody::Text("x".repeat(16_000)), ..(*entry(1)).clone() });
        for n in 0..3000_u32 {
            let mut id = [0; 12];
            id[..4].copy_from_slice(&n.to_be_bytes());
            backlogs.keep(UserId(id.into()), Missed::Received(long.clone()), at(u64::from(n)));
        }
        backlogs.keep(user(), received(2), at(3000));
        assert!(backlogs.bytes <= MAX_BYTES, "{}", backlogs.bytes);
        assert!(backlogs.users.len() > 2000);
        assert_eq!(backlogs.users.len(), backlogs.owners.len());
        assert_eq!(given(&mut backlogs, at(3000), at(4000)), [2], "the oldest go first");
    }
}
