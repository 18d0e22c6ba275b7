use std::collections::VecDeque;
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};

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

    /// Waits for something and moves up to `most` of it to `into`; false once the queue is closed and empty.
    pub(crate) fn take(&self, most: usize, into: &mut Vec<T>) -> bool {
        let mut state = self.lock();
        while state.items.is_empty() {
            if state.closed {
                return false;
            }
            state.waiting += 1;
            state = self.filled.wait(state).unwrap_or_else(PoisonError::into_inner);
            state.waiting -= 1;
        }
        let count = most.min(state.items.len());
        into.extend(state.items.drain(..count));
        true
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
        assert!(queue.take(3, &mut taken));
        assert_eq!(taken, [0, 1, 2]);
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
        assert!(queue.take(9, &mut taken));
        assert!(!queue.take(9, &mut taken));
        assert_eq!(taken, [1]);
    }
}
