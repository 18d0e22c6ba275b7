use crate::Signal;

/// What one party sends to the other, as far as it must wait: for the acceptance, for a connection that is late, or
/// for the answer.
#[derive(Debug, Default)]
pub(crate) struct Lane {
    /// The latest offer, until it is answered.
    pub(crate) offer: Option<Signal>,
    /// An answer for which nobody has been there yet.
    pub(crate) answer: Option<Signal>,
    /// Candidates that somebody may still need.
    candidates: Vec<Signal>,
    /// How many came for the present description.
    count: usize,
    /// The fragment of an offer that was never taken, because the other's came first: its candidates are for nobody.
    pub(crate) dropped: Option<String>,
}

/// What is to be done with a candidate.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Taken {
    /// It is relayed, or kept.
    Yes,
    /// It belongs to a description that is not in use.
    Stray,
    /// It is the first one too many.
    OneTooMany,
    /// It is a further one.
    TooMany,
}

impl Lane {
    /// A new offer takes the place of the one before and its candidates. Those that came ahead of it stay.
    pub(crate) fn replace(&mut self, offer: &Signal) {
        let first = self.offer.is_none();
        self.candidates.retain(|c| if c.ufrag.is_none() { first } else { c.ufrag == offer.ufrag });
        self.count = self.candidates.len();
        self.offer = Some(offer.clone());
    }

    /// The offer has its answer, or will not get one.
    pub(crate) fn settle(&mut self) {
        if self.offer.take().is_some() {
            self.candidates.clear();
        }
    }

    /// From here on this side's candidates are those of an answer.
    pub(crate) fn answered_other(&mut self) {
        self.settle();
        self.count = 0;
    }

    /// Counts a candidate. `strict`: it is for the offer only if it has its fragment, as old clients' do.
    pub(crate) fn take(&mut self, candidate: &Signal, strict: bool, limit: usize) -> Taken {
        if candidate.ufrag.is_some() {
            let of_offer = self.offer.as_ref().and_then(|offer| offer.ufrag.as_ref());
            let elsewhere = of_offer.is_some_and(|ufrag| candidate.ufrag.as_ref() != Some(ufrag));
            if candidate.ufrag == self.dropped || strict && elsewhere {
                return Taken::Stray;
            }
        }
        self.count = self.count.saturating_add(1);
        match self.count {
            n if n <= limit => Taken::Yes,
            n if n == limit + 1 => Taken::OneTooMany,
            _ => Taken::TooMany,
        }
    }

    pub(crate) fn keep(&mut self, candidate: Signal, limit: usize) {
        if self.candidates.len() < limit {
            self.candidates.push(candidate);
        }
    }

    /// What a connection that has come is to be given. What waited only for somebody to come waits no longer.
    pub(crate) fn waiting(&mut self) -> (Option<Signal>, Option<Signal>, Vec<Signal>) {
        let candidates =
            if self.offer.is_some() { self.candidates.clone() } else { std::mem::take(&mut self.candidates) };
        (self.answer.take(), self.offer.clone(), candidates)
    }

    /// The offer is for nobody, and so are its candidates, those that are still under way too.
    pub(crate) fn drop_offer(&mut self) {
        let dropped = self.offer.take().and_then(|offer| offer.ufrag);
        *self = Self { dropped, ..Self::default() };
    }

    pub(crate) fn clear(&mut self) {
        *self = Self::default();
    }
}
