use std::collections::{BTreeMap, VecDeque};
use std::time::Duration;

use domain::{CallId, CallRecord, ConnectionId, Timestamp};

use crate::call::expires_in;
use crate::{Event, Output};

/// What one call has to say may wait for its save behind this many outputs; more signals than that are dropped.
const STALLED: usize = 2048;

/// What is to be done, in order. Each output knows its call, so that those behind a save that failed can be held back.
#[derive(Debug, Default)]
pub(crate) struct Outbox {
    queue: VecDeque<(Option<CallId>, Output)>,
    /// The save that was handed out last. It is done once the next output is asked for.
    saving: Option<CallRecord>,
    stalled: BTreeMap<CallId, Stall>,
}

/// A save that failed, and all that was to follow it.
#[derive(Debug)]
struct Stall {
    outputs: VecDeque<Output>,
    /// `None` while it is being tried again.
    retry_at: Option<Timestamp>,
    failures: u32,
}

impl Outbox {
    pub(crate) fn push(&mut self, call: Option<CallId>, output: Output) {
        let stall = call.and_then(|id| self.stalled.get_mut(&id)).filter(|stall| stall.retry_at.is_some());
        match stall {
            None => self.queue.push_back((call, output)),
            Some(stall) if stall.outputs.len() < STALLED || !matches!(output, Output::Deliver { .. }) => {
                stall.outputs.push_back(output);
            }
            Some(_) => {}
        }
    }

    pub(crate) fn deliver(&mut self, call: Option<CallId>, to: ConnectionId, event: Event) {
        self.push(call, Output::Deliver { to, event });
    }

    pub(crate) fn pop(&mut self) -> Option<Output> {
        if let Some(saved) = self.saving.take() {
            self.stalled.remove(&saved.id);
        }
        let (_, output) = self.queue.pop_front()?;
        if let Output::Save(record) = &output {
            self.saving = Some(record.clone());
        }
        Some(output)
    }

    /// The save that was handed out last has failed: it and what was to follow wait. False if there is no such save.
    pub(crate) fn stall(&mut self, call: CallId, now: Timestamp, retry: Duration) -> bool {
        let Some(record) = self.saving.take_if(|record| record.id == call) else { return false };
        let mut outputs = VecDeque::from([Output::Save(record)]);
        let queue = std::mem::take(&mut self.queue);
        for (of, output) in queue {
            if of == Some(call) {
                outputs.push_back(output);
            } else {
                self.queue.push_back((of, output));
            }
        }
        let failures = self.stalled.get(&call).map_or(0, |stall| stall.failures);
        let retry_at = Some(now + backoff(retry, failures));
        self.stalled.insert(call, Stall { outputs, retry_at, failures: failures + 1 });
        true
    }

    /// Rings of this call that still wait are not begun any more: all, or that of one connection which has said no.
    pub(crate) fn unring(&mut self, call: CallId, only: Option<ConnectionId>) {
        let Some(stall) = self.stalled.get_mut(&call) else { return };
        stall.outputs.retain(|output| match output {
            Output::Deliver { to, event: Event::Ring { .. } } => only.is_some_and(|only| only != *to),
            _ => true,
        });
    }

    /// When a call that waits for its save is to be tried again.
    pub(crate) fn retry_at(&self, call: CallId) -> Option<Timestamp> {
        self.stalled.get(&call)?.retry_at
    }

    /// Tries again, if it is time.
    pub(crate) fn retry(&mut self, call: CallId, now: Timestamp) {
        let Some(stall) = self.stalled.get_mut(&call) else { return };
        if stall.retry_at.is_some_and(|at| at <= now) {
            stall.retry_at = None;
            let outputs = stall.outputs.drain(..).map(|output| freshen(output, now));
            self.queue.extend(outputs.map(|output| (Some(call), output)));
        }
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.queue.is_empty() && self.stalled.is_empty()
    }
}

/// What has waited is brought up to date: time has run on.
fn freshen(mut output: Output, now: Timestamp) -> Output {
    if let Output::Deliver { event: Event::Snapshot(Some(snapshot)), .. } = &mut output {
        snapshot.expires_in = expires_in(&snapshot.record, now);
    }
    output
}

/// Twice as long after each failure, up to 32 times.
pub(crate) fn backoff(retry: Duration, failures: u32) -> Duration {
    retry.saturating_mul(1 << failures.min(5))
}
