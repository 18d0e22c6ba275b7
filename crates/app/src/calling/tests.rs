//! The switchboard's task against a store that fails in chosen moments, and a clock that is put forward by hand.

use std::collections::HashMap;
use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Mutex, MutexGuard};

use async_trait::async_trait;
use domain::{
    AppendError, Appended, CallOutcome, CallPhase, CallRecord, Claim, ClientMessageId, Conversation, ConversationId,
    ConversationSummary, Conversations, Entry, EntryBody, EntryId, Found, InsertUserError, NewEntry, NewUser, Profile,
    ProfileChange, Receipt, ReceiptChange, Role, SearchQuery, SessionId, Transition, User, UserFilter,
};

use super::*;
use crate::chat::{Audience, Moved};

const START: Timestamp = Timestamp(1_764_000_000_000);

fn id(n: u8) -> UserId {
    UserId([n; 12].into())
}

fn user(n: u8, role: Role, active: bool) -> User {
    User {
        id: id(n),
        name: format!("user {n}"),
        email: String::new(),
        role,
        active,
        password_hash: String::new(),
        profile: Profile::default(),
        created_at: START,
        valid_after: Timestamp(0),
    }
}

/// What goes wrong next.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
struct Faults {
    claim_answer_lost: bool,
    claim: bool,
    save: bool,
    append: bool,
    forget: bool,
    panic: bool,
}

#[derive(Default)]
struct World {
    calls: Mutex<HashMap<CallId, CallRecord>>,
    entries: Mutex<Vec<Entry>>,
    faults: Mutex<Faults>,
    /// What was saved and what was said, in order.
    journal: Mutex<Vec<String>>,
    now: AtomicI64,
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap()
}

fn gone() -> StoreError {
    StoreError::Unavailable("for a test".into())
}

impl World {
    fn note(&self, text: String) {
        lock(&self.journal).push(text);
    }

    fn advance(&self, seconds: u64) {
        self.now.fetch_add(i64::try_from(seconds).unwrap() * 1000, Ordering::Relaxed);
    }

    fn said(&self) -> Vec<String> {
        std::mem::take(&mut lock(&self.journal))
    }

    fn outcomes(&self) -> Vec<CallOutcome> {
        let outcome = |entry: &Entry| match entry.body {
            EntryBody::Call(call) => call.outcome,
            _ => unreachable!("only calls"),
        };
        lock(&self.entries).iter().map(outcome).collect()
    }

    fn start(self: &Arc<Self>) -> Calling {
        self.start_by(Rules::default())
    }

    fn start_by(self: &Arc<Self>, rules: Rules) -> Calling {
        let chat = Chat::new(self.clone(), self.clone(), self.clone());
        let world = self.clone();
        let now = Arc::new(move || Timestamp(world.now.load(Ordering::Relaxed)));
        Calling::start(rules, self.clone(), self.clone(), chat, self.clone(), now)
    }

    /// A dietician (1), a patient (2) and another (3), each with a device, on connections of their numbers.
    async fn open() -> (Arc<Self>, Calling) {
        let world = Arc::new(Self { now: AtomicI64::new(START.0), ..Self::default() });
        let calling = world.start();
        join(&calling).await;
        world.said();
        (world, calling)
    }
}

async fn join(calling: &Calling) {
    for n in 1..=3 {
        let device = format!("device{n}").parse().ok();
        calling.connected(ConnectionId(n.into()), id(n), format!("user {n}"), device).await;
    }
    settle(calling).await;
}

/// Whatever was said before is done.
async fn settle(calling: &Calling) {
    let end = Ask::End { target: None, call: Some(CallId([9; 12].into())), reason: None };
    calling.ask(ConnectionId(99), id(99), end).await.unwrap();
}

async fn request(calling: &Calling, from: u8, to: u8) -> Result<CallId, Refusal> {
    let ask = Ask::Request { target: id(to), kind: CallKind::Video, room: None };
    let asked = calling.ask(ConnectionId(from.into()), id(from), ask).await;
    asked.map(|call| call.unwrap()).map_err(|refused| refused.why)
}

async fn accept(calling: &Calling, by: u8, call: CallId) {
    let ask = Ask::Respond { call: Some(call), caller: None, accepted: true, reason: None, kind: None };
    assert_eq!(calling.ask(ConnectionId(by.into()), id(by), ask).await, Ok(Some(call)));
}

async fn end(calling: &Calling, by: u8, call: CallId) {
    let ask = Ask::End { target: None, call: Some(call), reason: None };
    assert_eq!(calling.ask(ConnectionId(by.into()), id(by), ask).await, Ok(Some(call)));
}

#[tokio::test]
async fn nobody_hears_what_is_not_saved() {
    let (world, calling) = World::open().await;
    let call = request(&calling, 1, 2).await.unwrap();
    accept(&calling, 2, call).await;
    end(&calling, 1, call).await;
    let said = world.said();
    let mut saved = 0;
    for line in &said {
        let version = |text: &str| text.split(' ').next().unwrap().parse::<u64>().unwrap();
        if let Some(rest) = line.strip_prefix("saved ") {
            saved = version(rest);
        } else if let Some(rest) = line.strip_prefix("told ") {
            assert!(version(rest) <= saved, "{said:?}");
        }
    }
    assert_eq!(saved, 3, "{said:?}");
    assert_eq!(said.last().unwrap(), "forgotten");
    assert_eq!(world.outcomes(), [CallOutcome::Completed]);
    assert!(lock(&world.calls).is_empty());
}

#[tokio::test]
async fn seats_that_can_not_be_claimed_make_no_call() {
    let (world, calling) = World::open().await;
    lock(&world.faults).claim = true;
    assert_eq!(request(&calling, 1, 2).await, Err(Refusal::Call(CallError::Unavailable)));
    assert!(world.said().is_empty());
    assert!(request(&calling, 1, 2).await.is_ok());
}

#[tokio::test]
async fn a_claim_whose_answer_was_lost_keeps_nobody_busy_for_ever() {
    let (world, calling) = World::open().await;
    lock(&world.faults).claim_answer_lost = true;
    assert_eq!(request(&calling, 1, 2).await, Err(Refusal::Call(CallError::Unavailable)));
    assert_eq!(
        request(&calling, 1, 2).await,
        Err(Refusal::Call(CallError::AlreadyInCall)),
        "the store knows of a call"
    );
    world.advance(61);
    settle(&calling).await;
    assert_eq!(lock(&world.calls).len(), 0, "it was taken up, and has rung out");
    assert_eq!(world.outcomes(), [CallOutcome::Missed]);
    assert!(request(&calling, 1, 2).await.is_ok());
}

#[tokio::test]
async fn a_save_that_failed_is_tried_again_before_anybody_hears() {
    let (world, calling) = World::open().await;
    let call = request(&calling, 1, 2).await.unwrap();
    world.said();
    lock(&world.faults).save = true;
    accept(&calling, 2, call).await;
    assert!(world.said().is_empty());
    world.advance(2);
    settle(&calling).await;
    let said = world.said();
    assert_eq!(said[0], "saved 2");
    assert!(said.len() > 1, "{said:?}");
}

#[tokio::test]
async fn an_entry_is_written_once_however_often_it_is_tried() {
    for faults in [Faults { append: true, ..Faults::default() }, Faults { forget: true, ..Faults::default() }] {
        let (world, calling) = World::open().await;
        let call = request(&calling, 1, 2).await.unwrap();
        *lock(&world.faults) = faults;
        end(&calling, 1, call).await;
        assert_eq!(lock(&world.calls).len(), 1, "{faults:?}");
        world.advance(2);
        settle(&calling).await;
        assert_eq!(lock(&world.calls).len(), 0, "{faults:?}");
        assert_eq!(world.outcomes(), [CallOutcome::Missed], "{faults:?}");
    }
}

#[tokio::test]
async fn another_life_goes_on_where_this_one_stopped() {
    let (world, calling) = World::open().await;
    let call = request(&calling, 1, 2).await.unwrap();
    accept(&calling, 2, call).await;
    calling.close().await;
    assert_eq!(request(&calling, 1, 2).await, Err(Refusal::Call(CallError::Unavailable)), "closed");

    let calling = world.start();
    join(&calling).await;
    end(&calling, 1, call).await;
    assert_eq!(world.outcomes(), [CallOutcome::Completed]);
    calling.close().await;

    let calling = world.start();
    join(&calling).await;
    assert!(request(&calling, 1, 2).await.is_ok());
}

#[tokio::test]
async fn a_switchboard_that_breaks_says_so() {
    let (world, calling) = World::open().await;
    let broken = tokio::spawn({
        let calling = calling.clone();
        async move { calling.broken().await }
    });
    lock(&world.faults).panic = true;
    assert_eq!(request(&calling, 1, 2).await, Err(Refusal::Call(CallError::Unavailable)));
    broken.await.unwrap();
    assert_eq!(request(&calling, 1, 2).await, Err(Refusal::Call(CallError::Unavailable)), "and nobody hangs");
    calling.close().await;

    let calling = world.start();
    join(&calling).await;
    assert!(request(&calling, 1, 2).await.is_ok(), "another life");
}

#[tokio::test]
async fn who_may_be_called() {
    let (_world, calling) = World::open().await;
    let refused = Err(Refusal::Call(CallError::NotAllowed));
    assert_eq!(request(&calling, 2, 3).await, refused, "a patient another");
    assert_eq!(request(&calling, 1, 1).await, refused, "oneself");
    assert_eq!(request(&calling, 1, 4).await, refused, "somebody disabled");
    assert_eq!(request(&calling, 1, 8).await, refused, "nobody");
    assert!(request(&calling, 2, 1).await.is_ok());
    calling.evict(id(1)).await;
    settle(&calling).await;
    assert!(request(&calling, 2, 1).await.is_ok(), "the call was ended");
}

#[tokio::test]
async fn a_deadline_needs_nobody_to_ask() {
    let world = Arc::new(World { now: AtomicI64::new(START.0), ..World::default() });
    let ring = Duration::from_millis(20);
    let rules = Rules { switchboard: calls::Config { ring, ..calls::Config::default() }, ..Rules::default() };
    let calling = world.start_by(rules);
    join(&calling).await;
    request(&calling, 1, 2).await.unwrap();
    world.advance(1);
    while world.outcomes().is_empty() {
        tokio::task::yield_now().await;
    }
    assert_eq!(world.outcomes(), [CallOutcome::Missed]);
}

impl Delivery for World {
    fn deliver(&self, to: ConnectionId, event: &Event, _: bool) {
        let (version, what) = match event {
            Event::Snapshot(None) => return,
            Event::Snapshot(Some(snapshot)) => (snapshot.record.version, "snapshot"),
            Event::Ring { version, .. } => (*version, "ring"),
            Event::Response { version, .. } => (*version, "response"),
            Event::End { version, .. } => (*version, "end"),
            Event::Offer(relay) | Event::Answer(relay) | Event::Candidate(relay) => (relay.version, "signal"),
            Event::Error { .. } => (0, "error"),
        };
        self.note(format!("told {version} {what} {}", to.0));
    }
}

impl Audience for World {
    fn appended(&self, _: &Arc<Entry>) {
        self.note("appended".into());
    }
    fn moved(&self, _: &Moved) {}
}

#[async_trait]
impl Calls for World {
    async fn claim_seats(&self, call: CallRecord) -> Result<Claim, StoreError> {
        if std::mem::take(&mut lock(&self.faults).claim) {
            return Err(gone());
        }
        let panics = std::mem::take(&mut lock(&self.faults).panic);
        assert!(!panics, "for a test");
        let mut calls = lock(&self.calls);
        for user in [call.caller.user, call.callee.user] {
            let holds =
                |other: &&CallRecord| !other.has_ended() && [other.caller.user, other.callee.user].contains(&user);
            if let Some(other) = calls.values().find(holds) {
                return Ok(Claim::Busy(user, other.id));
            }
        }
        calls.insert(call.id, call);
        if std::mem::take(&mut lock(&self.faults).claim_answer_lost) {
            return Err(StoreError::Unknown("for a test".into()));
        }
        self.note("saved 1".into());
        Ok(Claim::Claimed)
    }

    async fn transition_call(&self, call: CallRecord) -> Result<Transition, StoreError> {
        if std::mem::take(&mut lock(&self.faults).save) {
            return Err(gone());
        }
        let mut calls = lock(&self.calls);
        if calls.get(&call.id).is_none_or(|before| before.version + 1 != call.version) {
            return Ok(Transition::Stale);
        }
        self.note(format!("saved {}", call.version));
        calls.insert(call.id, call);
        Ok(Transition::Saved)
    }

    async fn forget_call(&self, id: CallId) -> Result<(), StoreError> {
        if std::mem::take(&mut lock(&self.faults).forget) {
            return Err(gone());
        }
        assert!(lock(&self.calls).get(&id).is_none_or(|call| matches!(call.phase, CallPhase::Ended { .. })));
        lock(&self.calls).remove(&id);
        self.note("forgotten".into());
        Ok(())
    }

    async fn unfinished(&self) -> Result<Vec<CallRecord>, StoreError> {
        Ok(lock(&self.calls).values().cloned().collect())
    }
}

#[async_trait]
impl Users for World {
    async fn by_ids(&self, ids: &[UserId]) -> Result<Vec<User>, StoreError> {
        let everybody = [
            user(1, Role::Dietician, true),
            user(2, Role::Patient, true),
            user(3, Role::Patient, true),
            user(4, Role::Patient, false),
        ];
        Ok(everybody.into_iter().filter(|user| ids.contains(&user.id)).collect())
    }

    async fn insert(&self, _: NewUser) -> Result<User, InsertUserError> {
        unreachable!()
    }
    async fn insert_first_admin(&self, _: NewUser) -> Result<User, InsertUserError> {
        unreachable!()
    }
    async fn by_id(&self, _: UserId) -> Result<Option<User>, StoreError> {
        unreachable!()
    }
    async fn by_email(&self, _: &str) -> Result<Option<User>, StoreError> {
        unreachable!()
    }
    async fn list(&self, _: UserFilter) -> Result<Vec<User>, StoreError> {
        unreachable!()
    }
    async fn change_profile(&self, _: UserId, _: ProfileChange) -> Result<Option<User>, StoreError> {
        unreachable!()
    }
    async fn set_active(&self, _: UserId, _: bool, _: Timestamp) -> Result<Option<User>, StoreError> {
        unreachable!()
    }
    async fn set_password(
        &self,
        _: UserId,
        _: String,
        _: Timestamp,
        _: Option<SessionId>,
    ) -> Result<Option<User>, StoreError> {
        unreachable!()
    }
    async fn renew_hash(&self, _: UserId, _: &str, _: String) -> Result<bool, StoreError> {
        unreachable!()
    }
}

#[async_trait]
impl Conversations for World {
    async fn append(&self, new: NewEntry) -> Result<Appended, AppendError> {
        if std::mem::take(&mut lock(&self.faults).append) {
            return Err(gone().into());
        }
        let mut entries = lock(&self.entries);
        if let Some(entry) = entries.iter().find(|entry| entry.client_message_id == new.client_message_id) {
            return Ok(Appended { entry: entry.clone(), duplicate: true });
        }
        let NewEntry { id, conversation, sender, receiver, client_message_id, created_at, body, .. } = new;
        let seq = entries.len() as u64 + 1;
        let (reply_to, changes) = (None, None);
        let entry =
            Entry { id, conversation, seq, sender, receiver, client_message_id, created_at, body, reply_to, changes };
        entries.push(entry.clone());
        Ok(Appended { entry, duplicate: false })
    }

    async fn epoch(&self) -> Result<String, StoreError> {
        unreachable!()
    }
    async fn conversation(&self, _: ConversationId) -> Result<Option<Conversation>, StoreError> {
        unreachable!()
    }
    async fn between(&self, _: UserId, _: UserId) -> Result<Option<Conversation>, StoreError> {
        unreachable!()
    }
    async fn list(&self, _: UserId) -> Result<Vec<ConversationSummary>, StoreError> {
        unreachable!()
    }
    async fn entries_before(&self, _: ConversationId, _: Option<u64>, _: u32) -> Result<Vec<Entry>, StoreError> {
        unreachable!()
    }
    async fn messages_before(&self, _: ConversationId, _: Option<u64>, _: u32) -> Result<Vec<Entry>, StoreError> {
        unreachable!()
    }
    async fn entries_after(&self, _: ConversationId, _: u64, _: u32) -> Result<Vec<Entry>, StoreError> {
        unreachable!()
    }
    async fn entry(&self, _: EntryId) -> Result<Option<Entry>, StoreError> {
        unreachable!()
    }
    async fn entry_by_key(&self, _: UserId, _: &ClientMessageId) -> Result<Option<Entry>, StoreError> {
        unreachable!()
    }
    async fn search(&self, _: UserId, _: &SearchQuery) -> Result<Found, StoreError> {
        unreachable!()
    }
    async fn advance_receipt(
        &self,
        _: ConversationId,
        _: UserId,
        _: Receipt,
    ) -> Result<Option<ReceiptChange>, StoreError> {
        unreachable!()
    }
    async fn receipts(&self, _: ConversationId, _: UserId) -> Result<[Receipt; 2], StoreError> {
        unreachable!()
    }
    async fn counts(&self, _: ConversationId, _: UserId) -> Result<[u64; 2], StoreError> {
        unreachable!()
    }
}
