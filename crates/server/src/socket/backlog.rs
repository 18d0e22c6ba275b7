//! The cursor that is kept for old chat pages. They close their connection and open a new one whenever somebody types, and
//! can't ask for what fell into the gap. Pure: time comes in.
//!
//! What comes for a user while none of their old connections is open is kept, and given to the first old connection that
//! has been open for [`SETTLED`], unless the user has fetched their conversations by REST since it came. What went to an
//! open connection is never given again.

use std::collections::{HashMap, VecDeque};
use std::sync::Arc;
use std::time::Duration;

use domain::{ConversationId, Entry, EntryId, Timestamp, UserId};

/// Old pages open several connections in a row; the one that stays is the one that is listened to.
pub(super) const SETTLED: Duration = Duration::from_secs(1);

/// What is older is not given any more.
const KEPT_FOR: Duration = Duration::from_secs(10 * 60);

/// So many events of one user are kept; the oldest go first.
const MAX_EVENTS: usize = 200;

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

/// Everybody's.
#[derive(Debug, Default)]
pub(super) struct Backlogs {
    users: HashMap<UserId, Backlog>,
}

#[derive(Debug, Default)]
struct Backlog {
    events: VecDeque<(Timestamp, Missed)>,
    /// When an old page of the user's was there last.
    old_page_at: Option<Timestamp>,
}

impl Backlog {
    fn expire(&mut self, now: Timestamp) {
        while self.events.front().is_some_and(|(at, _)| now.since(*at) >= KEPT_FOR) {
            self.events.pop_front();
        }
    }

    fn uses_old_pages(&self, now: Timestamp) -> bool {
        self.old_page_at.is_some_and(|at| now.since(at) < KEPT_FOR)
    }
}

impl Backlogs {
    /// An old connection of the user's came or went.
    pub(super) fn old_page(&mut self, user: UserId, now: Timestamp) {
        self.users.entry(user).or_default().old_page_at = Some(now);
    }

    /// Whether an old page of the user's was there within the time for which things are kept.
    pub(super) fn uses_old_pages(&self, user: UserId, now: Timestamp) -> bool {
        self.users.get(&user).is_some_and(|backlog| backlog.uses_old_pages(now))
    }

    /// Keeps what no old connection of the user's got.
    pub(super) fn keep(&mut self, user: UserId, missed: Missed, now: Timestamp) {
        let backlog = self.users.entry(user).or_default();
        backlog.expire(now);
        if backlog.events.len() == MAX_EVENTS {
            backlog.events.pop_front();
        }
        backlog.events.push_back((now, missed));
    }

    /// Whether there is something to be given.
    pub(super) fn has(&self, user: UserId, now: Timestamp) -> bool {
        let last = self.users.get(&user).and_then(|backlog| backlog.events.back());
        last.is_some_and(|(at, _)| now.since(*at) < KEPT_FOR)
    }

    /// Everything that is kept for the user, in order, for a connection that came at `since`; nothing if that is not
    /// long enough ago.
    pub(super) fn take(&mut self, user: UserId, since: Timestamp, now: Timestamp) -> Vec<(Timestamp, Missed)> {
        let Some(backlog) = self.users.get_mut(&user) else { return Vec::new() };
        if now.since(since) < SETTLED {
            return Vec::new();
        }
        backlog.expire(now);
        std::mem::take(&mut backlog.events).into()
    }

    /// What was taken and could not be given after all.
    pub(super) fn put_back(&mut self, user: UserId, missed: Vec<(Timestamp, Missed)>) {
        let backlog = self.users.entry(user).or_default();
        for event in missed.into_iter().rev() {
            if backlog.events.len() < MAX_EVENTS {
                backlog.events.push_front(event);
            }
        }
    }

    /// The user has fetched their conversations, each up to this `seq`, asking at `asked_at`.
    pub(super) fn fetched(&mut self, user: UserId, last: &HashMap<ConversationId, u64>, asked_at: Timestamp) {
        let Some(backlog) = self.users.get_mut(&user) else { return };
        backlog.events.retain(|(at, missed)| match missed {
            Missed::Received(entry) | Missed::Sent(entry) => {
                last.get(&entry.conversation).is_none_or(|last| entry.seq > *last)
            }
            Missed::Read(..) => *at > asked_at,
        });
    }

    /// Forgets what is too old.
    pub(super) fn sweep(&mut self, now: Timestamp) {
        self.users.retain(|_, backlog| {
            backlog.expire(now);
            !backlog.events.is_empty() || backlog.uses_old_pages(now)
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::EntryBody;

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

    fn seqs(events: &[(Timestamp, Missed)]) -> Vec<u64> {
        let seq = |missed: &Missed| match missed {
            Missed::Received(entry) | Missed::Sent(entry) => entry.seq,
            Missed::Read(..) => 0,
        };
        events.iter().map(|(_, missed)| seq(missed)).collect()
    }

    #[test]
    fn what_falls_into_a_gap_is_given_in_order_and_once() {
        let mut backlogs = Backlogs::default();
        backlogs.keep(user(), received(1), at(0));
        backlogs.keep(user(), Missed::Sent(entry(2)), at(10));
        backlogs.keep(user(), received(3), at(20));
        assert!(backlogs.has(user(), at(50)));
        assert_eq!(seqs(&backlogs.take(user(), at(50), at(1049))), [0; 0], "it has not been open for a second");
        assert_eq!(seqs(&backlogs.take(user(), at(50), at(1050))), [1, 2, 3]);
        assert_eq!(seqs(&backlogs.take(user(), at(50), at(2000))), [0; 0]);
        assert!(!backlogs.has(user(), at(2000)));
    }

    #[test]
    fn ten_minutes_and_two_hundred_events() {
        let mut backlogs = Backlogs::default();
        for n in 0..300 {
            backlogs.keep(user(), received(n), at(n * 1000));
        }
        // The first hundred are pushed out; those of the first 150 s are over ten minutes old at 750 s.
        let given = seqs(&backlogs.take(user(), at(0), at(750_000)));
        assert_eq!((given.first(), given.len()), (Some(&151), 149));
    }

    #[test]
    fn fetching_conversations_clears_what_was_fetched() {
        let mut backlogs = Backlogs::default();
        backlogs.keep(user(), received(1), at(0));
        backlogs.keep(user(), Missed::Read(entry(1).conversation, entry(1).id), at(1));
        backlogs.keep(user(), received(2), at(5));
        let fetched = [(entry(1).conversation, 1)].into();
        backlogs.fetched(user(), &fetched, at(2));
        assert_eq!(seqs(&backlogs.take(user(), at(0), at(2000))), [2], "written while the answer was under way");
    }

    #[test]
    fn what_could_not_be_given_stays_in_front() {
        let mut backlogs = Backlogs::default();
        backlogs.keep(user(), received(1), at(0));
        backlogs.keep(user(), received(2), at(0));
        let mut taken = backlogs.take(user(), at(0), at(1000));
        backlogs.keep(user(), received(3), at(1001));
        backlogs.put_back(user(), taken.split_off(1));
        assert_eq!(seqs(&backlogs.take(user(), at(1000), at(3000))), [2, 3]);
    }

    #[test]
    fn nothing_is_remembered_for_ever() {
        let mut backlogs = Backlogs::default();
        backlogs.keep(user(), received(1), at(0));
        backlogs.old_page(user(), at(0));
        assert!(backlogs.uses_old_pages(user(), at(599_999)));
        backlogs.sweep(at(599_999));
        assert_eq!(backlogs.users.len(), 1);
        backlogs.sweep(at(600_000));
        assert!(backlogs.users.is_empty());
    }
}
