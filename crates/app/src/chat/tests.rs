//! Over a store in memory that says little and keeps the promises of its port.

use std::collections::HashMap;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use domain::{
    AppendError, Appended, ClientMessageId, Conversation, ConversationId, ConversationSummary, Conversations, Entry,
    EntryBody, EntryId, Found, InsertUserError, NewEntry, NewUser, Profile, ProfileChange, Receipt, ReceiptChange,
    Role, SearchQuery, SessionId, StoreError, Timestamp, User, UserFilter, UserId, Users,
};

use super::*;

pub(super) const NOW: Timestamp = Timestamp(1_763_997_136_042);

fn id(n: u8) -> UserId {
    UserId([n; 12].into())
}

fn user(n: u8, role: Role) -> User {
    User {
        id: id(n),
        name: format!("Person {n}"),
        email: format!("{n}@example.org"),
        role,
        active: true,
        password_hash: String::new(),
        profile: Profile::default(),
        created_at: NOW,
        valid_after: NOW,
    }
}

const TOM: u8 = 1;
const IDA: u8 = 2;
const MAYA: u8 = 3;

#[derive(Default)]
pub(super) struct Town {
    people: Mutex<HashMap<UserId, User>>,
    asked: AtomicUsize,
}

#[async_trait]
impl Users for Town {
    async fn by_id(&self, id: UserId) -> Result<Option<User>, StoreError> {
        self.asked.fetch_add(1, Ordering::Relaxed);
        Ok(self.people.lock().unwrap().get(&id).cloned())
    }

    async fn by_ids(&self, ids: &[UserId]) -> Result<Vec<User>, StoreError> {
        let people = self.people.lock().unwrap();
        Ok(ids.iter().filter_map(|id| people.get(id).cloned()).collect())
    }

    async fn list(&self, filter: UserFilter) -> Result<Vec<User>, StoreError> {
        let fits = |user: &&User| filter.role.is_none_or(|role| role == user.role);
        Ok(self.people.lock().unwrap().values().filter(fits).cloned().collect())
    }

    async fn insert(&self, _: NewUser) -> Result<User, InsertUserError> {
        unreachable!()
    }
    async fn insert_first_admin(&self, _: NewUser) -> Result<User, InsertUserError> {
        unreachable!()
    }
    async fn by_email(&self, _: &str) -> Result<Option<User>, StoreError> {
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

/// One conversation for each pair.
pub(super) struct Logs {
    epoch: String,
    logs: Mutex<HashMap<[UserId; 2], Vec<Entry>>>,
    receipts: Mutex<HashMap<(ConversationId, UserId), Receipt>>,
}

impl Logs {
    /// With what is there already.
    pub(super) fn of(epoch: String, logs: HashMap<[UserId; 2], Vec<Entry>>) -> Self {
        Self { epoch, logs: Mutex::new(logs), receipts: Mutex::default() }
    }

    fn log<T>(&self, id: ConversationId, then: impl FnOnce([UserId; 2], &[Entry]) -> T) -> Option<T> {
        let logs = self.logs.lock().unwrap();
        logs.iter().find(|(_, log)| log[0].conversation == id).map(|(pair, log)| then(*pair, log))
    }

    fn receipt(&self, conversation: ConversationId, user: UserId) -> Receipt {
        self.receipts.lock().unwrap().get(&(conversation, user)).copied().unwrap_or_default()
    }
}

#[async_trait]
impl Conversations for Logs {
    async fn epoch(&self) -> Result<String, StoreError> {
        Ok(self.epoch.clone())
    }

    async fn append(&self, new: NewEntry) -> Result<Appended, AppendError> {
        let mut logs = self.logs.lock().unwrap();
        let pair = [new.sender.min(new.receiver), new.sender.max(new.receiver)];
        let log = logs.entry(pair).or_default();
        let same = log.iter().find(|e| e.sender == new.sender && e.client_message_id == new.client_message_id);
        match same {
            Some(entry) if entry.body == new.body => return Ok(Appended { entry: entry.clone(), duplicate: true }),
            Some(_) => return Err(AppendError::IdConflict),
            None => {}
        }
        let entry = Entry {
            id: new.id,
            conversation: log.first().map_or(new.conversation, |first| first.conversation),
            seq: log.len() as u64 + 1,
            sender: new.sender,
            receiver: new.receiver,
            client_message_id: new.client_message_id,
            created_at: new.created_at,
            body: new.body,
            reply_to: None,
            changes: None,
        };
        log.push(entry.clone());
        Ok(Appended { entry, duplicate: false })
    }

    async fn conversation(&self, id: ConversationId) -> Result<Option<Conversation>, StoreError> {
        Ok(self.log(id, |users, log| Conversation { id, users, last_seq: log.len() as u64, updated_at: NOW }))
    }

    async fn list(&self, user: UserId) -> Result<Vec<ConversationSummary>, StoreError> {
        let logs = self.logs.lock().unwrap();
        let mine = logs.iter().filter(|(pair, _)| pair.contains(&user));
        let summary = |(users, log): (&[UserId; 2], &Vec<Entry>)| {
            let last = log.last().unwrap().clone();
            let conversation =
                Conversation { id: last.conversation, users: *users, last_seq: last.seq, updated_at: NOW };
            let mine = self.receipt(conversation.id, user);
            ConversationSummary { conversation, last, last_message: None, unread: 0, mine, theirs: Receipt::default() }
        };
        Ok(mine.map(summary).collect())
    }

    async fn entries_before(
        &self,
        id: ConversationId,
        before: Option<u64>,
        limit: u32,
    ) -> Result<Vec<Entry>, StoreError> {
        let page = self.log(id, |_, log| {
            let end = before.map_or(log.len(), |before| (before as usize - 1).min(log.len()));
            log[end.saturating_sub(limit as usize)..end].to_vec()
        });
        Ok(page.unwrap_or_default())
    }

    async fn messages_before(
        &self,
        id: ConversationId,
        before: Option<u64>,
        limit: u32,
    ) -> Result<Vec<Entry>, StoreError> {
        self.entries_before(id, before, limit).await
    }

    async fn entries_after(&self, id: ConversationId, after: u64, limit: u32) -> Result<Vec<Entry>, StoreError> {
        let page = self.log(id, |_, log| log.iter().skip(after as usize).take(limit as usize).cloned().collect());
        Ok(page.unwrap_or_default())
    }

    async fn entry(&self, id: EntryId) -> Result<Option<Entry>, StoreError> {
        Ok(self.logs.lock().unwrap().values().flatten().find(|entry| entry.id == id).cloned())
    }

    async fn advance_receipt(
        &self,
        id: ConversationId,
        user: UserId,
        to: Receipt,
    ) -> Result<Option<ReceiptChange>, StoreError> {
        let last = self.log(id, |_, log| log.len() as u64).unwrap_or_default();
        let before = self.receipt(id, user);
        let after = Receipt {
            delivered: before.delivered.max(to.delivered.min(last)),
            read: before.read.max(to.read.min(last)),
        };
        self.receipts.lock().unwrap().insert((id, user), after);
        Ok(Some(ReceiptChange { before, after }))
    }

    async fn receipts(&self, id: ConversationId, user: UserId) -> Result<[Receipt; 2], StoreError> {
        Ok([self.receipt(id, user), Receipt::default()])
    }

    async fn between(&self, _: UserId, _: UserId) -> Result<Option<Conversation>, StoreError> {
        unreachable!()
    }
    async fn entry_by_key(&self, _: UserId, _: &ClientMessageId) -> Result<Option<Entry>, StoreError> {
        unreachable!()
    }
    async fn search(&self, _: UserId, _: &SearchQuery) -> Result<Found, StoreError> {
        unreachable!()
    }
    async fn counts(&self, _: ConversationId, _: UserId) -> Result<[u64; 2], StoreError> {
        unreachable!()
    }
}

#[derive(Default)]
pub(super) struct Told {
    seqs: Mutex<Vec<u64>>,
    moved: Mutex<Vec<Moved>>,
}

impl Audience for Told {
    fn appended(&self, entry: &Arc<Entry>) {
        self.seqs.lock().unwrap().push(entry.seq);
    }

    fn moved(&self, moved: &Moved) {
        self.moved.lock().unwrap().push(moved.clone());
    }
}

struct Room {
    chat: Chat,
    town: Arc<Town>,
    told: Arc<Told>,
}

fn room() -> Room {
    let people = [user(TOM, Role::Patient), user(IDA, Role::Patient), user(MAYA, Role::Dietician)];
    let people = Mutex::new(people.into_iter().map(|user| (user.id, user)).collect());
    let town = Arc::new(Town { people, asked: AtomicUsize::default() });
    let told = Arc::new(Told::default());
    Room { chat: Chat::new(Arc::new(Logs::of("now".into(), HashMap::new())), town.clone(), told.clone()), town, told }
}

impl Room {
    async fn say(&self, from: u8, to: u8, key: &str, text: &str) -> Result<Arc<Entry>, ChatError> {
        let body = EntryBody::Text(text.into());
        self.chat.send(id(from), id(to), Some(key.parse().unwrap()), body, None, NOW).await?.sent().await
    }
}

#[tokio::test]
async fn a_message_is_told_of_once() {
    let room = room();
    let first = room.say(TOM, MAYA, "k", "hi").await.unwrap();
    assert_eq!(room.say(TOM, MAYA, "k", "hi").await.unwrap(), first);
    assert_eq!(room.say(TOM, MAYA, "k", "ho").await, Err(ChatError::IdConflict));
    assert_eq!(*room.told.seqs.lock().unwrap(), [1]);
}

#[tokio::test]
async fn messages_begun_in_a_row_are_told_of_in_that_row() {
    let room = room();
    let mut begun = Vec::new();
    for n in 0..100 {
        let body = EntryBody::Text(format!("{n}"));
        begun.push(room.chat.send(id(TOM), id(MAYA), None, body, None, NOW).await.unwrap());
    }
    for sending in begun.into_iter().rev() {
        sending.sent().await.unwrap();
    }
    assert_eq!(*room.told.seqs.lock().unwrap(), (1..=100).collect::<Vec<_>>());
}

#[tokio::test]
async fn only_contacts_are_written_to() {
    let room = room();
    for (from, to) in [(TOM, IDA), (TOM, TOM), (TOM, 9), (9, TOM)] {
        assert_eq!(room.say(from, to, "k", "hi").await, Err(ChatError::ContactNotAllowed), "{from} {to}");
    }
    assert!(room.told.seqs.lock().unwrap().is_empty());
}

#[tokio::test]
async fn a_record_is_believed_for_a_while_or_until_it_is_said_to_have_changed() {
    let room = room();
    for n in 0..10 {
        room.say(TOM, MAYA, &format!("k{n}"), "hi").await.unwrap();
    }
    assert_eq!(room.town.asked.load(Ordering::Relaxed), 2);
    room.town.people.lock().unwrap().get_mut(&id(TOM)).unwrap().active = false;
    room.chat.forget_user(id(TOM));
    assert_eq!(room.say(TOM, MAYA, "k", "hi").await, Err(ChatError::ContactNotAllowed));
    let later = NOW + std::time::Duration::from_secs(5);
    room.town.people.lock().unwrap().get_mut(&id(TOM)).unwrap().active = true;
    assert!(room.chat.contact(id(TOM), id(MAYA), later).await.is_ok());
}

#[tokio::test]
async fn whoever_wrote_is_told_of_each_message_read() {
    let room = room();
    let (mut mine, mut hers) = (Vec::new(), Vec::new());
    for n in 0..4 {
        let (from, to) = if n == 2 { (MAYA, TOM) } else { (TOM, MAYA) };
        let entry = room.say(from, to, &format!("k{n}"), "hi").await.unwrap();
        if n == 2 { hers.push(entry.id) } else { mine.push(entry.id) }
    }
    let at = room.say(TOM, MAYA, "k0", "hi").await.unwrap().conversation;
    room.chat.read(id(MAYA), at, 1).await.unwrap();
    room.chat.read(id(MAYA), at, 1).await.unwrap();
    room.chat.read_until(id(MAYA), at, mine[2]).await.unwrap();
    room.chat.read(id(TOM), at, 4).await.unwrap();
    let moved = room.told.moved.lock().unwrap();
    let each: Vec<&[EntryId]> = moved.iter().map(|moved| &moved.each_read[..]).collect();
    assert_eq!(each, [&mine[..1], &mine[1..], &hers[..]]);
}

#[tokio::test]
async fn a_conversation_is_for_its_pair_alone() {
    let room = room();
    let entry = room.say(TOM, MAYA, "k", "hi").await.unwrap();
    let at = entry.conversation;
    for (user, at) in [(id(IDA), at), (id(TOM), ConversationId([9; 12].into()))] {
        assert_eq!(room.chat.read(user, at, 1).await, Err(ChatError::Forbidden));
        assert_eq!(room.chat.delivered(user, at, 1).await, Err(ChatError::Forbidden));
        assert_eq!(room.chat.read_until(user, at, entry.id).await, Err(ChatError::Forbidden));
        assert_eq!(room.chat.page(user, at, Place::Newest, 50).await, Err(ChatError::Forbidden));
        assert_eq!(room.chat.counts(user, at).await, Err(ChatError::Forbidden));
    }
    assert!(room.chat.page(id(MAYA), at, Place::Newest, 50).await.is_ok());
    let foreign = room.say(IDA, MAYA, "k", "hi").await.unwrap();
    assert_eq!(room.chat.read_until(id(TOM), at, foreign.id).await, Err(ChatError::Forbidden));
}

#[tokio::test]
async fn sync_gives_what_follows_or_says_that_it_can_not_tell() {
    let room = room();
    for n in 0..300 {
        room.say(TOM, MAYA, &format!("k{n}"), "hi").await.unwrap();
    }
    let at = room.say(TOM, MAYA, "k0", "hi").await.unwrap().conversation;
    let sync = async |epoch: Option<&str>, has: Option<u64>| {
        let has = has.map(|seq| (at, seq)).into_iter().collect();
        let synced = room.chat.sync(id(MAYA), epoch, &has).await.unwrap();
        let one = &synced.conversations[0];
        let seqs = one.entries.first().zip(one.entries.last()).map(|(first, last)| (first.seq, last.seq));
        (synced.reset, one.reset, one.more, seqs)
    };
    assert_eq!(sync(Some("now"), Some(299)).await, (false, false, false, Some((300, 300))));
    assert_eq!(sync(Some("now"), Some(300)).await, (false, false, false, None));
    assert_eq!(sync(Some("now"), Some(50)).await, (false, false, true, Some((51, 250))));
    assert_eq!(sync(Some("now"), Some(0)).await, (false, false, true, Some((1, 200))));
    assert_eq!(sync(Some("now"), None).await, (false, true, false, Some((251, 300))));
    assert_eq!(sync(Some("now"), Some(301)).await, (false, true, false, Some((251, 300))), "it is ahead of us");
    assert_eq!(sync(Some("then"), Some(299)).await, (true, true, false, Some((251, 300))));
    assert_eq!(sync(None, Some(299)).await, (false, true, false, Some((251, 300))));
}

#[tokio::test]
async fn one_answer_to_sync_is_bounded_and_asking_again_gets_the_rest() {
    let room = room();
    let long = "x".repeat(16_000);
    for n in 0..60 {
        room.say(TOM, MAYA, &format!("k{n}"), &long).await.unwrap();
    }
    let at = room.say(TOM, MAYA, "k0", &long).await.unwrap().conversation;
    let (mut seq, mut answers) = (0, 0);
    loop {
        let synced = room.chat.sync(id(MAYA), Some("now"), &[(at, seq)].into()).await.unwrap();
        let one = &synced.conversations[0];
        let bytes = one.entries.len() * long.len();
        assert!(bytes <= 600_000, "{bytes} bytes in one answer");
        assert_eq!(one.entries[0].seq, seq + 1);
        seq = one.entries.last().unwrap().seq;
        answers += 1;
        if !one.more {
            break;
        }
    }
    assert_eq!((seq, answers), (60, 2));
}

#[tokio::test]
async fn a_page_says_whether_there_are_older_entries() {
    let room = room();
    for n in 0..5 {
        room.say(TOM, MAYA, &format!("k{n}"), "hi").await.unwrap();
    }
    let at = room.say(TOM, MAYA, "k0", "hi").await.unwrap().conversation;
    for (place, limit, seqs, more, more_after) in [
        (Place::Newest, 3, vec![3, 4, 5], true, false),
        (Place::Before(3), 3, vec![1, 2], false, false),
        (Place::Before(1), 3, vec![], false, false),
        (Place::After(0), 3, vec![1, 2, 3], false, true),
        (Place::After(2), 3, vec![3, 4, 5], true, false),
        (Place::After(5), 3, vec![], false, false),
        (Place::Around(3), 3, vec![2, 3, 4], true, true),
        (Place::Around(3), 1, vec![3], true, true),
        (Place::Around(1), 4, vec![1, 2], false, true),
        (Place::Around(5), 4, vec![3, 4, 5], true, false),
    ] {
        let page = room.chat.page(id(TOM), at, place, limit).await.unwrap();
        let got: Vec<u64> = page.entries.iter().map(|entry| entry.seq).collect();
        assert_eq!((got, page.more, page.more_after), (seqs, more, more_after), "{place:?} {limit}");
    }
}

#[tokio::test]
async fn a_client_knows_whether_it_has_everything() {
    let room = room();
    for n in 0..5 {
        room.say(TOM, MAYA, &format!("k{n}"), "hi").await.unwrap();
        room.say(IDA, MAYA, &format!("k{n}"), "hi").await.unwrap();
    }
    for (epoch, has, same) in
        [("now", [2, 10], true), ("now", [2, 9], false), ("now", [1, 10], false), ("then", [2, 10], false)]
    {
        assert_eq!(room.chat.has_all(id(MAYA), epoch, has).await, Ok(same), "{epoch} {has:?}");
    }
}

#[tokio::test]
async fn only_the_pair_changes_its_messages_and_replies_to_them() {
    let room = room();
    let message = room.say(TOM, MAYA, "k", "hi").await.unwrap();
    let deletion = async |user, key: &str, message| {
        room.chat.change(user, key.parse().unwrap(), message, Change::Deletion, NOW).await.map(|entry| entry.seq)
    };
    assert_eq!(deletion(id(IDA), "k2", message.id).await, Err(ChatError::Forbidden));
    assert_eq!(deletion(id(TOM), "k2", EntryId([9; 12].into())).await, Err(ChatError::Forbidden));
    assert_eq!(deletion(id(TOM), "k2", message.id).await, Ok(2));
    assert_eq!(*room.told.seqs.lock().unwrap(), [1, 2]);

    let reply = async |user, to| {
        let body = EntryBody::Text("yes".into());
        let sending = room.chat.send(id(user), id(to), None, body, Some(message.id), NOW).await;
        sending.map(|_| ())
    };
    assert_eq!(reply(MAYA, TOM).await, Ok(()));
    assert_eq!(reply(MAYA, IDA).await, Err(ChatError::Forbidden), "a message of another conversation");
    assert_eq!(reply(IDA, MAYA).await, Err(ChatError::Forbidden));

    room.town.people.lock().unwrap().get_mut(&id(MAYA)).unwrap().active = false;
    room.chat.forget_user(id(MAYA));
    assert_eq!(deletion(id(TOM), "k3", message.id).await, Err(ChatError::ContactNotAllowed));
}
