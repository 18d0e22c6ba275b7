//! The tasks that append. Each takes what has queued up, as one [`Batch`], and in quiet moments tidies up behind itself.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use domain::{AppendError, Appended, ConversationId, NewEntry, StoreError};
use mongodb::bson::doc;
use tokio::sync::{mpsc, oneshot};
use tokio::time::{MissedTickBehavior, interval};

use super::Core;
use super::ask::{Once, insert_once};
use super::batch::Batch;
use super::conversations::ConversationDoc;
use super::heads::Head;
use super::row::{Id, Pair, signed};

/// Entries that are inserted by one command. Not more: a server was seen that begins such a command anew after each
/// hundred, and with it goes past an error.
const BATCH: usize = 100;

/// How often is written down how long logs are.
const HINTS: Duration = Duration::from_secs(5);

/// How many of them are, each time.
const HINTS_AT_ONCE: usize = 256;

/// An entry that waits, and who waits for it.
pub(super) struct Pending {
    pub new: NewEntry,
    pub answer: oneshot::Sender<Result<Appended, AppendError>>,
}

/// One writer, until every sender of its queue is gone and the queue is empty.
pub(super) async fn run(core: Arc<Core>, mut queue: mpsc::Receiver<Pending>) {
    let mut done = Done::default();
    let mut hints = interval(HINTS);
    hints.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let mut taken = Vec::new();
    loop {
        tokio::select! {
            count = queue.recv_many(&mut taken, BATCH) => match count {
                0 => break,
                _ => Batch::new(&core, &mut done, taken.drain(..)).append().await,
            },
            _ = hints.tick() => done.tidy(&core, HINTS_AT_ONCE).await,
        }
    }
    done.tidy(&core, usize::MAX).await;
}

/// What is left to do of what was appended. No answer depends on it.
#[derive(Default)]
pub(super) struct Done {
    /// How long logs are, to be written down: it saves the next process a search.
    pub grown: HashMap<Pair, u64>,
    /// The words of a deleted message may still be there, unseen.
    pub unwiped: bool,
}

impl Done {
    async fn tidy(&mut self, core: &Core, most: usize) {
        if self.unwiped {
            self.unwiped = core.wipe_what_was_left().await.is_err();
        }
        let some: Vec<_> = self.grown.keys().copied().take(most).collect();
        for pair in some {
            let Some(seq) = self.grown.remove(&pair) else { continue };
            let update = doc! { "$max": { "hint": signed(seq) } };
            let written = core.conversations.update_one(doc! { "_id": pair.key() }, update).await;
            if let Err(error) = written {
                tracing::debug!(error = super::ask::describe(&error), "how long a log is was not written down");
                return;
            }
        }
    }
}

impl Core {
    /// The pair's log and how long it is, if it has been made.
    pub(super) async fn log(&self, pair: Pair, doubtful: bool) -> Result<Option<(ConversationId, Head)>, StoreError> {
        let Some(id) = self.find(pair).await? else {
            return Ok(None);
        };
        // This process may be the only one that writes to it: then what it knows is so, and if not, the place is taken.
        let head = match self.heads.head(id) {
            Some(head) if !doubtful => head,
            _ => self.head(id, 0).await?,
        };
        Ok(Some((id, head)))
    }

    /// Makes the pair's log, or finds the one that another process has just made.
    pub(super) async fn begin(&self, pair: Pair, id: ConversationId) -> Result<(ConversationId, Head), StoreError> {
        let users = pair.users().map(Id::oid);
        let document = ConversationDoc { pair: pair.key(), id: id.oid(), users, hint: 0 };
        if insert_once(&self.conversations, &document).await? == Once::Inserted {
            self.heads.learn_pair(id, pair);
            return Ok((id, Head::default()));
        }
        let found = self.find(pair).await?;
        let id = found.ok_or_else(|| StoreError::Unavailable("a conversation's id is taken".to_owned()))?;
        Ok((id, self.head(id, 0).await?))
    }
}
