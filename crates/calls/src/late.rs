use std::collections::{BTreeMap, BTreeSet};

use domain::{Timestamp, UserId};

/// Old callers whose call was accepted, and over before they had made their offer. It may still come, when their
/// permission prompt is answered, and must not ring the callee anew. Each is remembered for a while.
#[derive(Debug, Default)]
pub(crate) struct LateOffers {
    awaited: BTreeMap<UserId, (UserId, Timestamp)>,
    order: BTreeSet<(Timestamp, UserId)>,
}

impl LateOffers {
    pub(crate) fn expect(&mut self, caller: UserId, callee: UserId, until: Timestamp) {
        self.forget(caller);
        self.awaited.insert(caller, (callee, until));
        self.order.insert((until, caller));
    }

    /// Whether an offer of this caller to that callee is a late one. There is only one of it.
    pub(crate) fn take(&mut self, caller: UserId, callee: UserId) -> bool {
        let late = self.awaited.get(&caller).is_some_and(|(awaited, _)| *awaited == callee);
        if late {
            self.forget(caller);
        }
        late
    }

    pub(crate) fn forget(&mut self, caller: UserId) {
        if let Some((_, until)) = self.awaited.remove(&caller) {
            self.order.remove(&(until, caller));
        }
    }

    pub(crate) fn expire(&mut self, now: Timestamp) {
        while let Some((_, caller)) = self.order.first().copied().filter(|(until, _)| *until <= now) {
            self.forget(caller);
        }
    }

    pub(crate) fn deadline(&self) -> Option<Timestamp> {
        self.order.first().map(|(until, _)| *until)
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.awaited.is_empty() && self.order.is_empty()
    }
}
