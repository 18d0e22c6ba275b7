use std::sync::atomic::Ordering;
use std::time::Duration;

use async_trait::async_trait;
use domain::{
    NewSession, Revocation, Rotation, Session, SessionId, SessionKind, Sessions, StoreError, Timestamp, UserId,
};
use mongodb::bson::oid::ObjectId;
use mongodb::bson::{DateTime, doc};
use serde::{Deserialize, Serialize};

use super::ask::{Once, all, change, insert_once, newest, read};
use super::row::{Id, date, time};
use super::{Core, MongoDb};

/// How many revocations are read at once.
const READ: i64 = 1_000;

/// How often expired sessions are looked for.
const SWEEP: Duration = Duration::from_secs(3600);

/// A sign-in that was not revoked.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct SessionDoc {
    #[serde(rename = "_id")]
    id: ObjectId,
    user: ObjectId,
    kind: i32,
    created_at: DateTime,
    expires_at: DateTime,
    /// It is being revoked: it counts no more, but the log may not say so yet.
    #[serde(default)]
    revoked: bool,
}

/// A refresh token that was given out: its SHA-256, and for which session.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct RefreshDoc {
    #[serde(rename = "_id")]
    hash: String,
    session: ObjectId,
    expires_at: DateTime,
}

/// A refresh token that was exchanged for the next: by whoever inserted this.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct ReplacedDoc {
    #[serde(rename = "_id")]
    hash: String,
    next: String,
    replaced_at: DateTime,
    /// When the session ends after it.
    renewed_to: DateTime,
    expires_at: DateTime,
}

/// A line of the revocation log; the numbers, written as hex so that they are read by `_id`, are dense from 1.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct RevocationDoc {
    #[serde(rename = "_id")]
    number: String,
    user: ObjectId,
    #[serde(default)]
    session: Option<ObjectId>,
    #[serde(default)]
    except: Option<ObjectId>,
    /// Tells this line from one that another process wrote at the same time.
    line: ObjectId,
}

impl SessionDoc {
    fn session(&self) -> Result<Session, StoreError> {
        let kind = match self.kind {
            0 => SessionKind::Web,
            1 => SessionKind::Bearer,
            _ => return Err(StoreError::Unavailable("a stored session does not parse".to_owned())),
        };
        Ok(Session {
            id: SessionId::of(self.id),
            user: UserId::of(self.user),
            kind,
            created_at: time(self.created_at),
            expires_at: time(self.expires_at),
        })
    }
}

#[async_trait]
impl Sessions for MongoDb {
    async fn create(&self, new: NewSession) -> Result<(), StoreError> {
        let core = self.core();
        core.sweep(new.created_at).await?;
        let expires_at = date(new.expires_at);
        if let Some(hash) = new.refresh_hash {
            let refresh = RefreshDoc { hash: hex(&hash), session: new.id.oid(), expires_at };
            insert_once(&core.refreshes, &refresh).await?;
        }
        let kind = match new.kind {
            SessionKind::Web => 0,
            SessionKind::Bearer => 1,
        };
        let (id, user, created_at) = (new.id.oid(), new.user.oid(), date(new.created_at));
        let session = SessionDoc { id, user, kind, created_at, expires_at, revoked: false };
        match insert_once(&core.sessions, &session).await? {
            Once::Taken { lost: false } => Err(StoreError::Unavailable("a session's id is taken".to_owned())),
            _ => Ok(()),
        }
    }

    async fn session(&self, id: SessionId) -> Result<Option<Session>, StoreError> {
        self.core().live_session(id.oid()).await
    }

    async fn rotate(
        &self,
        offered: [u8; 32],
        next: [u8; 32],
        now: Timestamp,
        expires_at: Timestamp,
        grace: Duration,
    ) -> Result<Rotation, StoreError> {
        self.core().rotate(&hex(&offered), hex(&next), now, expires_at, grace).await
    }

    async fn revoke(&self, user: UserId, session: SessionId) -> Result<bool, StoreError> {
        self.core().revoke(user, session).await
    }

    async fn revoke_all(&self, user: UserId, now: Timestamp) -> Result<(), StoreError> {
        let _turn = self.core().changing_users.lock().await;
        self.core().revoke_sessions(user, now, None).await
    }

    async fn revocations_after(&self, number: u64) -> Result<Vec<Revocation>, StoreError> {
        let core = self.core();
        // Asked every second, and seldom is there one: the next is looked for by its key.
        let Some(next) = number.checked_add(1) else {
            return Ok(Vec::new());
        };
        if core.revocation(next).await?.is_none() {
            return Ok(Vec::new());
        }
        let found = read(|| async {
            let found = core.revocations.find(doc! { "_id": { "$gt": line_key(number) } });
            all(found.sort(doc! { "_id": 1 }).limit(READ).batch_size(1_000).await?).await
        });
        found.await?.iter().map(revocation).collect()
    }

    async fn last_revocation(&self) -> Result<u64, StoreError> {
        self.core().last_revocation().await
    }
}

impl Core {
    async fn session_doc(&self, id: ObjectId) -> Result<Option<SessionDoc>, StoreError> {
        read(|| async { self.sessions.find_one(doc! { "_id": id }).await }).await
    }

    async fn live_session(&self, id: ObjectId) -> Result<Option<Session>, StoreError> {
        let found = self.session_doc(id).await?.filter(|session| !session.revoked);
        found.map(|session| session.session()).transpose()
    }

    async fn rotate(
        &self,
        offered: &str,
        next: String,
        now: Timestamp,
        expires_at: Timestamp,
        grace: Duration,
    ) -> Result<Rotation, StoreError> {
        let Some(refresh) = read(|| async { self.refreshes.find_one(doc! { "_id": offered }).await }).await? else {
            return Ok(Rotation::Unknown);
        };
        let session = self.live_session(refresh.session).await?;
        let Some(session) = session.filter(|session| session.expires_at > now) else {
            return Ok(Rotation::Unknown);
        };
        let mut replaced = self.replaced(offered).await?;
        if replaced.is_none() {
            // The next is good before the old one is replaced: nobody has it yet, and nobody is left with none.
            let token = RefreshDoc { hash: next.clone(), session: refresh.session, expires_at: date(expires_at) };
            insert_once(&self.refreshes, &token).await?;
            let exchange = ReplacedDoc {
                hash: offered.to_owned(),
                next: next.clone(),
                replaced_at: date(now),
                renewed_to: date(expires_at),
                expires_at: date(session.expires_at),
            };
            let inserted = insert_once(&self.replaced, &exchange).await?;
            replaced = match inserted {
                Once::Inserted => Some(exchange),
                Once::Taken { .. } => self.replaced(offered).await?,
            };
            if replaced.as_ref().is_some_and(|replaced| replaced.next == next) {
                let renewed = doc! { "$max": { "expires_at": date(expires_at) } };
                let filter = doc! { "_id": refresh.session };
                change(|| async { self.sessions.update_one(filter.clone(), renewed.clone()).await }).await?;
                return Ok(Rotation::Rotated(Session { expires_at, ..session }));
            }
            change(|| async { self.refreshes.delete_one(doc! { "_id": next.as_str() }).await }).await?;
        }
        let Some(replaced) = replaced else {
            return Ok(Rotation::Unknown);
        };
        if now.since(time(replaced.replaced_at)) <= grace {
            let expires_at = session.expires_at.max(time(replaced.renewed_to));
            return Ok(Rotation::Overtaken(Session { expires_at, ..session }));
        }
        self.revoke(session.user, session.id).await?;
        Ok(Rotation::Replayed(session))
    }

    async fn replaced(&self, hash: &str) -> Result<Option<ReplacedDoc>, StoreError> {
        read(|| async { self.replaced.find_one(doc! { "_id": hash }).await }).await
    }

    /// Marked, then logged, then gone: a session that was marked by who then died is found again by the next who tries.
    async fn revoke(&self, user: UserId, session: SessionId) -> Result<bool, StoreError> {
        let id = session.oid();
        if self.session_doc(id).await?.is_none_or(|found| found.user != user.oid()) {
            return Ok(false);
        }
        let mark = doc! { "$set": { "revoked": true } };
        change(|| async { self.sessions.update_one(doc! { "_id": id }, mark.clone()).await }).await?;
        self.write_line(user, Some(session), None).await?;
        change(|| async { self.sessions.delete_one(doc! { "_id": id }).await }).await?;
        Ok(true)
    }

    /// Revokes every session of a user but one, and every token without a session that was issued until now; logs it.
    /// The caller has the turn to change users.
    pub(super) async fn revoke_sessions(
        &self,
        user: UserId,
        now: Timestamp,
        keep: Option<SessionId>,
    ) -> Result<(), StoreError> {
        // A clock that was set back must not let old tokens in again.
        let later = doc! { "$max": { "valid_after": date(now) } };
        change(|| async { self.users.update_one(doc! { "_id": user.oid() }, later.clone()).await }).await?;
        let mut theirs = doc! { "user": user.oid() };
        if let Some(keep) = keep {
            theirs.insert("_id", doc! { "$ne": keep.oid() });
        }
        let mark = doc! { "$set": { "revoked": true } };
        change(|| async { self.sessions.update_many(theirs.clone(), mark.clone()).await }).await?;
        self.write_line(user, None, keep).await?;
        theirs.insert("revoked", true);
        change(|| async { self.sessions.delete_many(theirs.clone()).await }).await.map(|_| ())
    }

    /// Writes a line under the next number, whoever else writes one at the same time.
    async fn write_line(
        &self,
        user: UserId,
        session: Option<SessionId>,
        except: Option<SessionId>,
    ) -> Result<(), StoreError> {
        let line = ObjectId::new();
        loop {
            let number = self.last_revocation().await? + 1;
            let revocation = RevocationDoc {
                number: line_key(number),
                user: user.oid(),
                session: session.map(Id::oid),
                except: except.map(Id::oid),
                line,
            };
            let inserted = insert_once(&self.revocations, &revocation).await?;
            if inserted == Once::Inserted || self.revocation(number).await?.is_some_and(|there| there.line == line) {
                return Ok(());
            }
        }
    }

    async fn revocation(&self, number: u64) -> Result<Option<RevocationDoc>, StoreError> {
        let key = line_key(number);
        read(|| async { self.revocations.find_one(doc! { "_id": key.as_str() }).await }).await
    }

    async fn last_revocation(&self) -> Result<u64, StoreError> {
        let known = self.revocation.load(Ordering::Relaxed);
        let newer = newest(known, |number| self.revocation(number)).await?;
        let last = newer.map_or(known, |(number, _)| number);
        self.revocation.fetch_max(last, Ordering::Relaxed);
        Ok(last)
    }

    /// Forgets what has expired by `now`, now and then.
    async fn sweep(&self, now: Timestamp) -> Result<(), StoreError> {
        let last = self.swept.load(Ordering::Relaxed);
        if last != i64::MIN && now.since(Timestamp(last)) < SWEEP {
            return Ok(());
        }
        self.swept.store(now.0, Ordering::Relaxed);
        let expired = doc! { "expires_at": { "$lte": date(now) } };
        change(|| async { self.sessions.delete_many(expired.clone()).await }).await?;
        change(|| async { self.refreshes.delete_many(expired.clone()).await }).await?;
        change(|| async { self.replaced.delete_many(expired.clone()).await }).await.map(|_| ())
    }
}

fn revocation(found: &RevocationDoc) -> Result<Revocation, StoreError> {
    let number = u64::from_str_radix(&found.number, 16)
        .map_err(|_| StoreError::Unavailable("a stored revocation does not parse".to_owned()))?;
    Ok(Revocation {
        number,
        user: UserId::of(found.user),
        session: found.session.map(SessionId::of),
        except: found.except.map(SessionId::of),
    })
}

fn line_key(number: u64) -> String {
    format!("{number:016x}")
}

fn hex(bytes: &[u8; 32]) -> String {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    bytes.iter().flat_map(|byte| [byte >> 4, byte & 15]).map(|digit| char::from(DIGITS[usize::from(digit)])).collect()
}
