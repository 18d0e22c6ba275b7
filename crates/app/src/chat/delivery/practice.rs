//! Everybody and everything between them, and all that can happen next.

use std::sync::Arc;

use stateright::{Model, Property};

use super::Bug;
use super::device::{Device, Sync};
use super::log::{Log, Message};
use super::server::Server;

/// What is written on each device: by Ann on her phone, by Ben, and nothing on Ann's laptop, which looks on.
pub(super) const WRITTEN: [&[Message]; 3] = [&[0, 1], &[2], &[]];
const DEVICES: usize = WRITTEN.len();
const MESSAGES: usize = 3;

/// Whose message it is, and the bit that stands for it in a set.
fn writer(message: Message) -> usize {
    WRITTEN.iter().position(|written| written.contains(&message)).expect("somebody wrote it")
}

pub(super) const fn bit(message: Message) -> u8 {
    1 << message
}

/// What may still go wrong.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash)]
pub(super) struct Faults {
    /// The server is killed.
    pub(super) kills: u8,
    /// A device's connection is lost.
    pub(super) cuts: u8,
    /// A push is lost without a sign.
    pub(super) drops: u8,
    /// The server is set back to a backup.
    pub(super) restores: u8,
}

/// Copies of a message that have reached the server and are not committed.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash)]
pub(super) struct Queued {
    /// One whose sender waits for the answer.
    awaited: bool,
    /// One whose sender is gone since. A second would make no difference to the first.
    forsaken: bool,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(super) struct State {
    // On the disk.
    pub(super) log: Log,
    pub(super) epoch: u8,
    // In the server's memory.
    queue: [Queued; MESSAGES],
    /// Everybody was told of the log up to here.
    told: u8,
    /// And of what is connected and owed, what the server knows is with the device.
    pub(super) devices: [Device; DEVICES],
    pub(super) left: Faults,
    // Nobody's: what the properties are about.
    /// Messages that their device was told are stored.
    pub(super) stored: u8,
    /// Of those, what a restored backup did not have.
    pub(super) lost: u8,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Step {
    /// A device connects and asks for what it has missed.
    Connect(usize),
    /// Sends the first message of its outbox.
    Send(usize),
    /// One of the copies that are queued: on the disk.
    Commit {
        message: Message,
        awaited: bool,
    },
    /// The next entry is pushed to all that are connected.
    Push {
        but: Option<usize>,
    },
    /// The sender is told that its message is stored.
    Acknowledge(usize),
    /// The server reads what a device asked for…
    Read(usize),
    /// …and says it.
    Answer(usize),
    /// A device that has heard nothing for a while asks whether it has everything, and has not.
    Verify(usize),
    /// What was on its way to the server may have reached it or not.
    Cut {
        device: usize,
        arrived: bool,
    },
    Kill,
    Restore {
        length: u8,
    },
}

impl Step {
    const fn is_fault(self) -> bool {
        matches!(self, Self::Cut { .. } | Self::Kill | Self::Restore { .. } | Self::Push { but: Some(_) })
    }
}

/// The practice, with faults to come, and with a bug or without.
#[derive(Clone)]
pub(super) struct Practice {
    /// The first so many of them.
    pub(super) devices: usize,
    pub(super) server: Arc<Server>,
    pub(super) faults: Faults,
    /// Whether devices ask now and then if they have everything.
    pub(super) proof: bool,
    pub(super) bug: Option<Bug>,
}

impl Practice {
    fn has(&self, bug: Bug) -> bool {
        self.bug == Some(bug)
    }

    fn device_steps(&self, state: &State, n: usize, steps: &mut Vec<Step>) {
        let device = &state.devices[n];
        if !device.connected {
            // The wrong way round: what comes between reading and connecting is neither read nor pushed.
            let reads_first = self.has(Bug::ReadBeforeConnecting) && device.sync == Sync::Idle;
            steps.push(if reads_first { Step::Read(n) } else { Step::Connect(n) });
            return;
        }
        if !device.sending && usize::from(device.done) < WRITTEN[n].len() {
            steps.push(Step::Send(n));
        }
        match device.sync {
            Sync::Asked(_) => steps.push(Step::Read(n)),
            Sync::Read(_) => steps.push(Step::Answer(n)),
            Sync::Idle => {
                let is_quiet = state.told == state.log.last_seq() && self.proof;
                if is_quiet && !self.server.has_all(state.epoch, state.log, device.question(self.bug)) {
                    steps.push(Step::Verify(n));
                }
            }
        }
        if device.owed.is_some_and(|seq| seq <= state.told) {
            steps.push(Step::Acknowledge(n));
        }
        if state.left.cuts > 0 {
            steps.push(Step::Cut { device: n, arrived: true });
            if WRITTEN[n].iter().any(|message| state.queue[usize::from(*message)].awaited) {
                steps.push(Step::Cut { device: n, arrived: false });
            }
        }
    }

    pub(super) fn is_at_rest(&self, state: &State) -> bool {
        let is_still = |device: &Device| device.connected && device.sync == Sync::Idle;
        state.devices[..self.devices].iter().all(is_still) && {
            let mut steps = Vec::new();
            self.actions(state, &mut steps);
            steps.into_iter().all(Step::is_fault)
        }
    }

    /// An entry goes out to all that are connected.
    fn push(&self, state: &mut State, seq: u8, message: Message, but: Option<usize>) {
        for (n, device) in state.devices.iter_mut().enumerate() {
            if device.connected && but != Some(n) {
                device.take(seq, message, WRITTEN[n], &mut state.stored, self.bug);
            }
        }
    }

    fn send(&self, state: &mut State, n: usize) {
        let device = &mut state.devices[n];
        let message = WRITTEN[n][usize::from(device.done)];
        device.sending = true;
        state.queue[usize::from(message)].awaited = true;
        if self.has(Bug::OutboxForgetsOnSending) {
            state.devices[n].done += 1;
        }
        if self.has(Bug::AckBeforeCommit) {
            state.devices[n].confirm(message, WRITTEN[n], &mut state.stored);
        }
        if self.has(Bug::PushBeforeCommit) {
            self.push(state, state.log.last_seq() + 1, message, None);
        }
    }

    fn commit(&self, state: &mut State, message: Message, awaited: bool) {
        let queued = &mut state.queue[usize::from(message)];
        *(if awaited { &mut queued.awaited } else { &mut queued.forsaken }) = false;
        let there = state.log.seq_of(message).filter(|_| !self.has(Bug::NoKey));
        let seq = there.unwrap_or_else(|| {
            state.log.push(message);
            state.log.last_seq()
        });
        if awaited {
            state.devices[writer(message)].owed = Some(seq);
        }
    }

    /// What is in memory is gone, what is on the disk is not; after the next start nobody is told of it by itself.
    fn kill(state: &mut State) {
        state.queue = Default::default();
        state.told = state.log.last_seq();
        state.devices.iter_mut().for_each(Device::disconnect);
    }

    fn cut(state: &mut State, n: usize, arrived: bool) {
        for message in WRITTEN[n] {
            let queued = &mut state.queue[usize::from(*message)];
            queued.forsaken |= queued.awaited && arrived;
            queued.awaited = false;
        }
        state.devices[n].disconnect();
    }

    fn restore(&self, state: &mut State, length: u8) {
        state.log = state.log.first(length);
        Self::kill(state);
        let kept = state.log.messages().iter().fold(0, |set, message| set | bit(*message));
        state.lost |= state.stored & !kept;
        state.stored &= kept;
        if !self.has(Bug::RestoredUnderTheSameEpoch) {
            state.epoch += 1;
        }
    }
}

impl Model for Practice {
    type State = State;
    type Action = Step;

    fn init_states(&self) -> Vec<State> {
        vec![State {
            log: Log::default(),
            epoch: 0,
            queue: Default::default(),
            told: 0,
            devices: [Device::there(), Device::there(), Device::new()],
            left: self.faults,
            stored: 0,
            lost: 0,
        }]
    }

    fn actions(&self, state: &State, steps: &mut Vec<Step>) {
        for n in 0..self.devices {
            self.device_steps(state, n, steps);
        }
        for (message, Queued { awaited, forsaken }) in (0..).zip(state.queue) {
            if awaited {
                steps.push(Step::Commit { message, awaited: true });
            }
            if forsaken {
                steps.push(Step::Commit { message, awaited: false });
            }
        }
        if state.told < state.log.last_seq() {
            steps.push(Step::Push { but: None });
            if state.left.drops > 0 {
                let connected = (0..self.devices).filter(|n| state.devices[*n].connected);
                steps.extend(connected.map(|n| Step::Push { but: Some(n) }));
            }
        }
        if state.left.kills > 0 {
            steps.push(Step::Kill);
        }
        if state.left.restores > 0 {
            steps.extend((0..state.log.last_seq()).map(|length| Step::Restore { length }));
        }
    }

    fn next_state(&self, before: &State, step: Step) -> Option<State> {
        let mut state = before.clone();
        let stored = &mut state.stored;
        match step {
            Step::Connect(n) => {
                let device = &mut state.devices[n];
                device.connected = true;
                match device.sync {
                    Sync::Read(answer) => device.take_answer(answer, WRITTEN[n], stored, self.bug),
                    _ => device.ask(self.bug),
                }
            }
            Step::Send(n) => self.send(&mut state, n),
            Step::Commit { message, awaited } => self.commit(&mut state, message, awaited),
            Step::Push { but } => {
                state.told += 1;
                state.left.drops -= u8::from(but.is_some());
                let message = state.log.at(state.told);
                let seq = state.told;
                self.push(&mut state, seq, message, but);
            }
            Step::Acknowledge(n) => {
                let device = &mut state.devices[n];
                let seq = device.owed.take()?;
                device.sending = false;
                let message = state.log.at(seq);
                device.confirm(message, WRITTEN[n], stored);
                device.take(seq, message, WRITTEN[n], stored, self.bug);
            }
            Step::Read(n) => {
                let device = &mut state.devices[n];
                let question = match device.sync {
                    Sync::Asked(question) => question,
                    _ => device.question(self.bug),
                };
                device.sync = Sync::Read(self.server.sync(state.epoch, state.log, question));
            }
            Step::Answer(n) => {
                let Sync::Read(answer) = state.devices[n].sync else { return None };
                state.devices[n].take_answer(answer, WRITTEN[n], stored, self.bug);
            }
            Step::Verify(n) => state.devices[n].ask(self.bug),
            Step::Cut { device, arrived } => {
                state.left.cuts -= 1;
                Self::cut(&mut state, device, arrived);
            }
            Step::Kill => {
                state.left.kills -= 1;
                Self::kill(&mut state);
            }
            Step::Restore { length } => {
                state.left.restores -= 1;
                self.restore(&mut state, length);
            }
        }
        Some(state)
    }

    fn within_boundary(&self, state: &State) -> bool {
        // One more than there are is enough to see that something is there twice.
        usize::from(state.log.last_seq()) <= MESSAGES + 1
    }

    fn properties(&self) -> Vec<Property<Self>> {
        super::properties()
    }
}
