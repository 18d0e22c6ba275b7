use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use domain::{
    CallId, CallKind, CallPhase, CallRecord, Claim, ClientMessageId, ConversationId, ConversationSummary, Entry,
    EntryBody, EntryId, NewEntry, NewSession, NewUser, ObjectId, Party, Profile, Receipt, Revocation, Role, Session,
    SessionId, SessionKind, Timestamp, User, UserId,
};

use super::Ports;

pub(super) const NOW: Timestamp = Timestamp(1_700_000_000_000);
pub(super) const MONTH: Duration = Duration::from_secs(30 * 24 * 3600);
pub(super) const GRACE: Duration = Duration::from_secs(10);

/// Numbers that no other test of this process has.
pub(super) fn unique() -> u64 {
    static NEXT: AtomicU64 = AtomicU64::new(1);
    NEXT.fetch_add(1, Ordering::Relaxed)
}

pub(super) fn object() -> ObjectId {
    ObjectId::from_parts(1_700_000_000, unique().to_be_bytes())
}

pub(super) fn user_id() -> UserId {
    UserId(object())
}

pub(super) fn hash() -> [u8; 32] {
    let mut hash = [7; 32];
    hash[..8].copy_from_slice(&unique().to_be_bytes());
    hash
}

pub(super) fn new_user(role: Role) -> NewUser {
    let id = user_id();
    NewUser {
        id,
        name: format!("Person {id}"),
        email: format!("{id}@example.org"),
        role,
        active: true,
        password_hash: "$argon2id$first".to_owned(),
        profile: Profile::default(),
        created_at: NOW,
    }
}

pub(super) async fn user(ports: &Ports) -> User {
    ports.users.insert(new_user(Role::Patient)).await.expect("inserted")
}

pub(super) fn new_session(user: UserId) -> NewSession {
    NewSession {
        id: SessionId(object()),
        user,
        kind: SessionKind::Web,
        refresh_hash: Some(hash()),
        created_at: NOW,
        expires_at: NOW + MONTH,
    }
}

/// Records a sign-in and says what the store should say of it, and its refresh token.
pub(super) async fn session(ports: &Ports, user: UserId) -> (Session, [u8; 32]) {
    let new = new_session(user);
    let refresh = new.refresh_hash.expect("it has one");
    let session = Session { id: new.id, user, kind: new.kind, created_at: new.created_at, expires_at: new.expires_at };
    ports.sessions.create(new).await.expect("created");
    (session, refresh)
}

pub(super) fn key(text: &str) -> ClientMessageId {
    text.parse().expect("a key")
}

pub(super) fn text(sender: UserId, receiver: UserId, text: &str) -> NewEntry {
    NewEntry {
        id: EntryId(object()),
        conversation: ConversationId(object()),
        sender,
        receiver,
        client_message_id: key(&format!("key-{}", unique())),
        created_at: NOW,
        body: EntryBody::Text(text.to_owned()),
        reply_to: None,
    }
}

/// Appends what nobody has appended before.
pub(super) async fn append(ports: &Ports, new: NewEntry) -> Entry {
    let appended = ports.conversations.append(new).await.expect("appended");
    assert!(!appended.duplicate);
    appended.entry
}

pub(super) async fn say(ports: &Ports, sender: UserId, receiver: UserId, what: &str) -> Entry {
    append(ports, text(sender, receiver, what)).await
}

pub(super) fn call(caller: UserId, callee: UserId) -> CallRecord {
    let party = |user| Party { user, name: format!("Person {user}"), seat: None, lost_until: None };
    CallRecord {
        id: CallId(object()),
        version: 1,
        kind: CallKind::Video,
        callee_kind: None,
        room: None,
        caller: party(caller),
        callee: party(callee),
        created_at: NOW,
        phase: CallPhase::Ringing { until: NOW + Duration::from_secs(45) },
    }
}

/// Something of everything, as it is told to a store and as it is found later.
#[derive(Debug, PartialEq)]
pub(super) struct Life {
    users: [Option<User>; 2],
    session: Option<Session>,
    revocations: Vec<Revocation>,
    epoch: String,
    conversations: Vec<ConversationSummary>,
    entries: Vec<Entry>,
    calls: Vec<CallRecord>,
}

impl Life {
    pub(super) async fn live(ports: &Ports) -> Self {
        let (ada, bob) = (user(ports).await, user(ports).await);
        session(ports, ada.id).await;
        ports.sessions.revoke_all(bob.id, NOW).await.expect("revoked");
        let (kept, _) = session(ports, ada.id).await;
        let mut conversation = None;
        for n in 0..20 {
            conversation = Some(say(ports, ada.id, bob.id, &format!("text {n}")).await.conversation);
        }
        let to = Receipt { delivered: 15, read: 10 };
        let conversation = conversation.expect("there are entries");
        ports.conversations.advance_receipt(conversation, bob.id, to).await.expect("advanced");
        assert_eq!(ports.calls.claim_seats(call(ada.id, bob.id)).await, Ok(Claim::Claimed));
        Self::of(ports, [ada.id, bob.id], kept.id).await
    }

    pub(super) async fn look(ports: &Ports, before: &Self) -> Self {
        let ids = before.users.each_ref().map(|user| user.as_ref().expect("it was inserted").id);
        Self::of(ports, ids, before.session.expect("it was created").id).await
    }

    async fn of(ports: &Ports, [ada, bob]: [UserId; 2], session: SessionId) -> Self {
        let log = ports.conversations.between(ada, bob).await.expect("read").expect("it began");
        Self {
            users: [ports.users.by_id(ada).await.expect("read"), ports.users.by_id(bob).await.expect("read")],
            session: ports.sessions.session(session).await.expect("read"),
            revocations: ports.sessions.revocations_after(0).await.expect("read"),
            epoch: ports.conversations.epoch().await.expect("read"),
            conversations: ports.conversations.list(bob).await.expect("read"),
            entries: ports.conversations.entries_after(log.id, 0, 100).await.expect("read"),
            calls: ports.calls.unfinished().await.expect("read"),
        }
    }
}
