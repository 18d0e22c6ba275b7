use std::collections::VecDeque;
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use domain::StoreError;

/// A bounded queue that many put into without waiting and threads take from in batches. What doesn't fit is refused; what
/// was put in before it is closed is still worked off.
pub(crate) struct Queue<T> {
    /// Held for a push or a take only, never while an item is worked off.
    state: Mutex<State<T>>,
    filled: Condvar,
    bound: usize,
}

struct State<T> {
    items: VecDeque<T>,
    /// Threads that wait to take; nobody is woken where nobody sleeps.
    waiting: usize,
    closed: bool,
}

/// What came of waiting for something to take.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Taken {
    Some,
    /// Nothing has come for as long as was to be waited.
    Nothing,
    /// The queue is closed and empty.
    Closed,
}

impl<T> Queue<T> {
    pub(crate) fn new(bound: usize) -> Self {
        let state = State { items: VecDeque::new(), waiting: 0, closed: false };
        Self { state: Mutex::new(state), filled: Condvar::new(), bound }
    }

    pub(crate) fn push(&self, item: T) -> Result<(), StoreError> {
        let mut state = self.lock();
        if state.closed {
            return Err(StoreError::Unavailable("it is closed".to_owned()));
        }
        if state.items.len() >= self.bound {
            return Err(StoreError::Busy);
        }
        state.items.push_back(item);
        let wake = state.waiting > 0;
        drop(state);
        if wake {
            self.filled.notify_one();
        }
        Ok(())
    }

    /// Waits for something, for so long or as long as it takes, and moves up to `most` of it to `into`.
    pub(crate) fn take(&self, most: usize, patience: Option<Duration>, into: &mut Vec<T>) -> Taken {
        let mut state = self.lock();
        while state.items.is_empty() {
            if state.closed {
                return Taken::Closed;
            }
            state.waiting += 1;
            let waited = match patience {
                // A wake that is for nothing ends it early; that is no harm.
                Some(patience) => self
                    .filled
                    .wait_timeout(state, patience)
                    .map(|(state, _)| state)
                    .map_err(|error| error.into_inner().0),
                None => self.filled.wait(state).map_err(PoisonError::into_inner),
            };
            state = waited.unwrap_or_else(|state| state);
            state.waiting -= 1;
            if patience.is_some() && state.items.is_empty() && !state.closed {
                return Taken::Nothing;
            }
        }
        let count = most.min(state.items.len());
        into.extend(state.items.drain(..count));
        Taken::Some
    }

    pub(crate) fn close(&self) {
        self.lock().closed = true;
        self.filled.notify_all();
    }

    fn lock(&self) -> MutexGuard<'_, State<T>> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn takes_in_order_and_no_more_than_asked_for() {
        let queue = Queue::new(8);
        (0..5).for_each(|n| queue.push(n).expect("room"));
        let mut taken = Vec::new();
        assert_eq!(queue.take(3, None, &mut taken), Taken::Some);
        assert_eq!(taken, [0, 1, 2]);
    }

    #[test]
    fn waits_no_longer_than_asked_to() {
        let queue = Queue::<u8>::new(8);
        let mut taken = Vec::new();
        assert_eq!(queue.take(3, Some(Duration::from_millis(1)), &mut taken), Taken::Nothing);
        queue.push(1).expect("room");
        assert_eq!(queue.take(3, Some(Duration::from_millis(1)), &mut taken), Taken::Some);
        assert_eq!(taken, [1]);
    }

    #[test]
    fn refuses_what_does_not_fit() {
        let queue = Queue::new(2);
        assert_eq!([queue.push(1), queue.push(2)], [Ok(()), Ok(())]);
        assert_eq!(queue.push(3), Err(StoreError::Busy));
    }

    #[test]
    fn closed_it_gives_out_what_it_has_and_takes_no_more() {
        let queue = Queue::new(2);
        queue.push(1).expect("room");
        queue.close();
        assert!(matches!(queue.push(2), Err(StoreError::Unavailable(_))));
        let mut taken = Vec::new();
        assert_eq!(queue.take(9, None, &mut taken), Taken::Some);
        assert_eq!(queue.take(9, Some(Duration::from_secs(9)), &mut taken), Taken::Closed);
        assert_eq!(taken, [1]);
    }
}
