use std::collections::BTreeSet;
use std::sync::{Mutex, MutexGuard, PoisonError};

use domain::ConversationId;
use rusqlite::Connection;

use super::{words, writer};

/// More are not remembered, but looked for in the database.
const REMEMBERED: usize = 1_000;

/// The conversations in which words may wait to be taken up. What is waiting is in the database; this saves looking
/// through it after each message. What another process leaves waiting is taken up by it, or when one starts.
pub(crate) struct Untaken(Mutex<State>);

struct State {
    known: BTreeSet<ConversationId>,
    /// There may be others.
    others: bool,
}

impl Default for Untaken {
    /// As it is at a start.
    fn default() -> Self {
        Self(Mutex::new(State { known: BTreeSet::new(), others: true }))
    }
}

impl Untaken {
    /// Something was appended there, or may have been.
    pub(crate) fn note(&self, conversation: ConversationId) {
        let mut state = self.lock();
        if state.known.len() < REMEMBERED {
            state.known.insert(conversation);
        } else if !state.known.contains(&conversation) {
            state.others = true;
        }
    }

    /// Takes a little up, on the writer's thread; whether there may be more.
    pub(crate) fn take_some_up(&self, connection: &Connection) -> bool {
        let one = match self.one(connection) {
            Ok(Some(one)) => one,
            Ok(None) => return false,
            Err(error) => {
                tracing::debug!(%error, "it can't be said what is to be taken up");
                return false;
            }
        };
        let taken = writer::quietly(connection, |connection| words::take_up(connection, one));
        if !matches!(taken, Ok(true)) {
            self.lock().known.remove(&one);
        }
        if let Err(error) = &taken {
            // The next message is the next occasion, after all the others.
            tracing::debug!(%error, "words were not taken up");
            self.lock().others = true;
        }
        taken.is_ok()
    }

    fn one(&self, connection: &Connection) -> Result<Option<ConversationId>, rusqlite::Error> {
        let mut state = self.lock();
        if state.known.is_empty() && state.others {
            state.known.extend(words::waiting(connection, REMEMBERED as u32)?);
            state.others = state.known.len() == REMEMBERED;
        }
        Ok(state.known.first().copied())
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
