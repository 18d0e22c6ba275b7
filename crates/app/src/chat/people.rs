use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use domain::{StoreError, Timestamp, User, UserId, Users};

/// How long a record is believed without being told that it has changed: another process may have changed it.
const BELIEVED: Duration = Duration::from_secs(5);

/// So many are kept at most.
const MAX_KNOWN: usize = 20_000;

/// Users as they were a moment ago, so that a message costs no look into the store for either of the two.
pub(super) struct People {
    users: Arc<dyn Users>,
    known: Mutex<HashMap<UserId, Known>>,
}

struct Known {
    user: Arc<User>,
    read_at: Timestamp,
}

impl People {
    pub(super) fn new(users: Arc<dyn Users>) -> Self {
        Self { users, known: Mutex::default() }
    }

    fn known(&self) -> MutexGuard<'_, HashMap<UserId, Known>> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn port(&self) -> &Arc<dyn Users> {
        &self.users
    }

    pub(super) async fn user(&self, id: UserId, now: Timestamp) -> Result<Option<Arc<User>>, StoreError> {
        let believed = self.known().get(&id).and_then(|known| {
            let fresh = known.read_at <= now && now.since(known.read_at) < BELIEVED;
            fresh.then(|| known.user.clone())
        });
        if believed.is_some() {
            return Ok(believed);
        }
        let Some(user) = self.users.by_id(id).await? else { return Ok(None) };
        let user = Arc::new(user);
        let mut known = self.known();
        if known.len() >= MAX_KNOWN {
            known.clear();
        }
        known.insert(id, Known { user: user.clone(), read_at: now });
        Ok(Some(user))
    }

    pub(super) fn forget(&self, id: UserId) {
        self.known().remove(&id);
    }
}
