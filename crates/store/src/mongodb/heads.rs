//! What this process knows of conversations. All of it only grows or never changes, so that it is never wrong, at most
//! behind; what was known and is forgotten is read again.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use domain::{ConversationId, Timestamp};

use super::row::Pair;

/// More than this is not kept; the map is emptied instead of being searched for what is old.
const KNOWN: usize = 50_000;

/// How long a log is.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Head {
    /// The `seq` of its newest entry; 0 if it has none.
    pub seq: u64,
    /// How many entries up to there ask the first and the second of the pair to be read.
    pub asked: [u64; 2],
    /// How many of them are changes to messages.
    pub changes: u64,
    /// The `seq` of the newest message or call, and when it was written.
    pub message: u64,
    pub at: Timestamp,
}

/// Bounded maps behind one lock, which is held for a look-up only.
#[derive(Default)]
pub(super) struct Heads {
    known: Mutex<Known>,
}

#[derive(Default)]
struct Known {
    heads: HashMap<ConversationId, Head>,
    pairs: HashMap<ConversationId, Pair>,
    conversations: HashMap<Pair, ConversationId>,
}

impl Heads {
    pub(super) fn head(&self, conversation: ConversationId) -> Option<Head> {
        self.with(|known| known.heads.get(&conversation).copied())
    }

    pub(super) fn learn_head(&self, conversation: ConversationId, head: Head) {
        self.with(|known| {
            make_room(&mut known.heads);
            let kept = known.heads.entry(conversation).or_default();
            if head.seq > kept.seq {
                *kept = head;
            }
        });
    }

    pub(super) fn pair(&self, conversation: ConversationId) -> Option<Pair> {
        self.with(|known| known.pairs.get(&conversation).copied())
    }

    pub(super) fn conversation(&self, pair: Pair) -> Option<ConversationId> {
        self.with(|known| known.conversations.get(&pair).copied())
    }

    pub(super) fn learn_pair(&self, conversation: ConversationId, pair: Pair) {
        self.with(|known| {
            make_room(&mut known.pairs);
            make_room(&mut known.conversations);
            known.pairs.insert(conversation, pair);
            known.conversations.insert(pair, conversation);
        });
    }

    fn with<T>(&self, look: impl FnOnce(&mut Known) -> T) -> T {
        look(&mut self.known.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

fn make_room<K, V>(map: &mut HashMap<K, V>) {
    if map.len() >= KNOWN {
        map.clear();
    }
}
