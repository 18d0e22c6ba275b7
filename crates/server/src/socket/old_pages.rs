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
mod tests;
