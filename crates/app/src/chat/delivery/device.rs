//! What a device does: the rules of `frontend/src/features/chat/model`, of which those that decide whether anything is
//! missing are held to the same table there and here, `fixtures/rules/log.json`.

use super::Bug;
use super::log::{Log, Message};
use super::practice::bit;
use super::server::{Answer, Question};

/// What becomes of an entry that is pushed, for a device that has everything up to `last`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Append {
    Added,
    Double,
    Gap,
}

pub(super) const fn append(last: u8, seq: u8) -> Append {
    if seq <= last {
        Append::Double
    } else if seq == last + 1 {
        Append::Added
    } else {
        Append::Gap
    }
}

/// How far a device has everything once it took in these entries; `None` where they leave a gap. One that has nothing
/// begins anywhere: there is more before that.
pub(super) fn append_all(last: u8, seqs: impl IntoIterator<Item = u8>) -> Option<u8> {
    let mut fresh = seqs.into_iter().filter(|seq| *seq > last);
    fresh.try_fold(last, |last, seq| (last == 0 || seq == last + 1).then_some(seq))
}

/// A question to the server, on its way there and back.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum Sync {
    Idle,
    Asked(Question),
    Read(Answer),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) struct Device {
    /// What the person who looks at it sees.
    pub(super) shown: Log,
    /// The `seq` of the last of it.
    pub(super) last: u8,
    /// The highest that it has heard of: of no use to anybody.
    heard: u8,
    /// Of the server's data, since the first answer.
    pub(super) epoch: Option<u8>,
    /// Messages of its own that it knows to be stored: its outbox has the others.
    pub(super) done: u8,
    pub(super) connected: bool,
    /// One of them is on its way.
    pub(super) sending: bool,
    pub(super) sync: Sync,
    /// Once that is answered, it asks again.
    pub(super) again: bool,
    /// The server is to acknowledge the message that is stored there.
    pub(super) owed: Option<u8>,
}

impl Device {
    pub(super) fn new() -> Self {
        Self {
            shown: Log::default(),
            last: 0,
            heard: 0,
            epoch: None,
            done: 0,
            connected: false,
            sending: false,
            sync: Sync::Idle,
            again: false,
            owed: None,
        }
    }

    /// One that is connected, and knows that there is nothing yet.
    pub(super) fn there() -> Self {
        Self { connected: true, epoch: Some(0), ..Self::new() }
    }

    pub(super) fn question(&self, bug: Option<Bug>) -> Question {
        let last = if bug == Some(Bug::CursorOfWhatWasHeard) { self.heard.max(self.last) } else { self.last };
        Question { epoch: self.epoch, last: (last > 0).then_some(last) }
    }

    pub(super) fn ask(&mut self, bug: Option<Bug>) {
        if self.sync == Sync::Idle {
            self.sync = Sync::Asked(self.question(bug));
        } else {
            self.again = bug != Some(Bug::GapForgottenWhileAsking);
        }
    }

    /// What is on its way does not arrive, in either direction.
    pub(super) fn disconnect(&mut self) {
        (self.connected, self.sending, self.sync, self.again, self.owed) = (false, false, Sync::Idle, false, None);
    }

    /// An entry, by push or as an acknowledgement. `own` is what this device writes.
    pub(super) fn take(&mut self, seq: u8, message: Message, own: &[Message], stored: &mut u8, bug: Option<Bug>) {
        if bug == Some(Bug::CursorOfWhatWasHeard) {
            self.heard = self.heard.max(seq);
        }
        // The first answer is not here yet: whatever comes before it is asked for after it.
        if self.epoch.is_none() {
            self.ask(bug);
            return;
        }
        match append(self.last, seq) {
            Append::Gap if bug != Some(Bug::PushOverGap) => self.ask(bug),
            Append::Double => self.confirm(message, own, stored),
            Append::Added | Append::Gap => {
                self.shown.push(message);
                self.last = seq;
                self.confirm(message, own, stored);
            }
        }
    }

    pub(super) fn take_answer(&mut self, answer: Answer, own: &[Message], stored: &mut u8, bug: Option<Bug>) {
        self.sync = Sync::Idle;
        self.epoch = Some(answer.epoch);
        let seqs = answer.first..answer.first + answer.entries.last_seq();
        let before = self.last;
        match append_all(self.last, seqs.clone()).filter(|_| !answer.reset) {
            Some(last) => {
                for seq in answer.first.max(before + 1)..=last {
                    self.shown.push(answer.entries.at(seq + 1 - answer.first));
                }
                self.last = last;
            }
            // A device keeps no more than it needs to show; here everything fits into one page from the first.
            None => {
                self.shown = answer.entries;
                self.last = seqs.clone().last().unwrap_or(0);
            }
        }
        for seq in seqs.filter(|seq| answer.reset || *seq > before) {
            self.confirm(answer.entries.at(seq + 1 - answer.first), own, stored);
        }
        // What was pushed between the reading and this answer went with the rest.
        self.again |= answer.reset && bug != Some(Bug::ResetTakenForTheLastWord);
        if std::mem::take(&mut self.again) {
            self.ask(bug);
        }
    }

    /// It is in the log: out of the outbox with it.
    pub(super) fn confirm(&mut self, message: Message, own: &[Message], stored: &mut u8) {
        if own.contains(&message) {
            *stored |= bit(message);
            while own.get(usize::from(self.done)).is_some_and(|next| *stored & bit(*next) != 0) {
                self.done += 1;
            }
        }
    }
}
