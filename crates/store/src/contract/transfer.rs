use std::collections::HashMap;

use domain::{
    Changes, ConversationId, Entry, EntryBody, EntryId, NewEntry, Profile, PutError, Quote, Receipt, Role, Target,
    Timestamp, UploadKind, User, UserId,
};

use super::Ports;
use super::fixtures::{NOW, append, key, new_user, object, say, text, unique, user, user_id};
use super::search::found;
use super::uploads::{leaves, new_upload, record};

pub(super) async fn fills_an_empty_store_and_goes_on_where_it_was(ports: &Ports) {
    let transfer = &ports.transfer;
    assert_eq!(transfer.admit("one").await, Ok(true));
    assert_eq!(transfer.admit("another").await, Ok(true), "nothing has come yet");
    let person = User::from(new_user(Role::Patient));
    assert_eq!(transfer.put_users(vec![person]).await, Ok(Vec::new()));
    assert_eq!(transfer.admit("another").await, Ok(true), "the same goes on");
    assert_eq!(transfer.admit("one").await, Ok(false));
}

pub(super) async fn users_come_as_they_are_and_once(ports: &Ports) {
    let profile = Profile { age: Some(42), speciality: Some("Sport".to_owned()), ..Profile::default() };
    let valid_after = Timestamp(NOW.0 + 7);
    let first = User { profile, valid_after, active: false, ..new_user(Role::Dietician).into() };
    let same_address = User { email: first.email.clone(), ..new_user(Role::Patient).into() };
    let last = User::from(new_user(Role::Admin));
    let users = vec![first.clone(), same_address.clone(), last.clone()];
    for _ in 0..2 {
        assert_eq!(ports.transfer.put_users(users.clone()).await, Ok(vec![same_address.id]));
        assert_eq!(ports.users.by_id(first.id).await, Ok(Some(first.clone())));
        assert_eq!(ports.users.by_id(same_address.id).await, Ok(None));
        assert_eq!(ports.users.by_email(&last.email).await, Ok(Some(last.clone())));
    }
    let renamed = User { name: "Another".to_owned(), ..first.clone() };
    assert_eq!(ports.transfer.put_users(vec![renamed]).await, Ok(Vec::new()));
    assert_eq!(ports.users.by_id(first.id).await, Ok(Some(first)), "who is there is left alone");
}

/// Other ids for people, entries and the conversation, so that a log may be there twice.
struct Moved {
    users: HashMap<UserId, UserId>,
    ids: HashMap<EntryId, EntryId>,
    conversation: ConversationId,
}

impl Moved {
    fn of(log: &[Entry]) -> Self {
        let people = log.iter().flat_map(|entry| [entry.sender, entry.receiver]);
        // In the same order, so that who is first of the pair is so again.
        let people: std::collections::BTreeSet<_> = people.collect();
        let users = people.into_iter().map(|user| (user, user_id())).collect();
        let ids = log.iter().map(|entry| (entry.id, EntryId(object()))).collect();
        Self { users, ids, conversation: ConversationId(object()) }
    }

    fn body(&self, body: EntryBody) -> EntryBody {
        let to = |target: Target| Target { id: self.ids[&target.id], ..target };
        match body {
            EntryBody::Edit { target, text } => EntryBody::Edit { target: to(target), text },
            EntryBody::Deletion { target } => EntryBody::Deletion { target: to(target) },
            EntryBody::Reaction { target, reaction } => EntryBody::Reaction { target: to(target), reaction },
            other => other,
        }
    }

    fn entry(&self, entry: Entry) -> Entry {
        let changes = entry.changes.map(|changes| {
            let reactions = changes.reactions.iter().map(|(user, with)| (self.users[user], with.clone())).collect();
            Box::new(Changes { reactions, ..*changes })
        });
        let reply_to = entry.reply_to.map(|quote| {
            let (id, sender) = (self.ids[&quote.id], self.users[&quote.sender]);
            Box::new(Quote { id, sender, ..*quote })
        });
        Entry {
            id: self.ids[&entry.id],
            conversation: self.conversation,
            sender: self.users[&entry.sender],
            receiver: self.users[&entry.receiver],
            body: self.body(entry.body),
            changes,
            reply_to,
            ..entry
        }
    }
}

/// A log with something of everything, longer than what a store writes at once.
async fn lively(ports: &Ports) -> Vec<Entry> {
    let (a, b) = (user_id(), user_id());
    let first = say(ports, a, b, "first").await;
    let secret = say(ports, b, a, "secret").await;
    let point = |message: &Entry| Target { seq: message.seq, id: message.id };
    let edit = |message: &Entry, to: &str| EntryBody::Edit { target: point(message), text: to.to_owned() };
    append(ports, NewEntry { body: edit(&first, "better"), ..text(a, b, "") }).await;
    append(ports, NewEntry { body: edit(&secret, "secret too"), ..text(b, a, "") }).await;
    append(ports, NewEntry { reply_to: Some(1), ..text(b, a, "really?") }).await;
    append(ports, NewEntry { reply_to: Some(2), ..text(a, b, "oh") }).await;
    let liked = EntryBody::Reaction { target: point(&first), reaction: Some("👍".to_owned()) };
    append(ports, NewEntry { body: liked, ..text(b, a, "") }).await;
    append(ports, NewEntry { body: EntryBody::Deletion { target: point(&secret) }, ..text(b, a, "") }).await;
    for n in 0..220 {
        say(ports, if n % 3 == 0 { a } else { b }, if n % 3 == 0 { b } else { a }, &format!("text {n}")).await;
    }
    append(ports, NewEntry { body: edit(&first, "best"), ..text(a, b, "") }).await;
    ports.conversations.entries_after(first.conversation, 0, 1_000).await.expect("read")
}

pub(super) async fn a_log_comes_as_it_is_wherever_it_was_cut(ports: &Ports) {
    let log = lively(ports).await;
    let moved = Moved::of(&log);
    let expected: Vec<_> = log.iter().cloned().map(|entry| moved.entry(entry)).collect();
    let new: Vec<_> = expected.iter().cloned().map(Entry::into_new).collect();
    let put = async |from: usize, to: usize| ports.transfer.put_entries(from as u64 + 1, new[from..to].to_vec()).await;
    assert_eq!(put(5, 9).await, Err(PutError::Conflict), "what comes before is not there");
    for (from, to, put_now) in [(0, 1, 1), (0, 3, 2), (1, 8, 5), (8, 8, 0), (2, 7, 0), (4, 209, 201), (0, 229, 20)] {
        assert_eq!(put(from, to).await, Ok(put_now), "{from}..{to}");
    }
    let id = moved.conversation;
    let there = ports.conversations.entries_after(id, 0, 1_000).await.expect("read");
    assert_eq!(there.len(), expected.len());
    for (there, expected) in there.iter().zip(&expected) {
        assert_eq!(there, expected);
    }
    let [a, b] = [expected[0].sender, expected[0].receiver];
    let last = expected.iter().rposition(|entry| entry.body.is_message()).expect("there are messages");
    let summary = &ports.conversations.list(a).await.expect("listed")[0];
    assert_eq!(summary.last_message(), &expected[last]);
    assert_eq!(summary.conversation.updated_at, expected[last].created_at);
    let old = ports.conversations.counts(log[0].conversation, log[0].receiver).await;
    assert_eq!(ports.conversations.counts(id, b).await, old);
    let to = Receipt { delivered: 100, read: 50 };
    ports.conversations.advance_receipt(id, b, to).await.expect("advanced");
    assert_eq!(ports.conversations.receipts(id, b).await, Ok([to, Receipt::default()]));
    for (words, texts) in [
        ("best", vec!["best"]),
        ("first", vec![]),
        ("better", vec![]),
        ("secret", vec![]),
        ("text 219", vec!["text 219"]),
    ] {
        assert_eq!(found(ports, b, words, None).await, texts, "{words}");
    }
    // And it goes on as any other does.
    let next = say(ports, b, a, "and so on").await;
    assert_eq!((next.conversation, next.seq), (id, expected.len() as u64 + 1));
    assert_eq!(put(0, 229).await, Ok(0));
}

pub(super) async fn nothing_is_put_where_something_else_is(ports: &Ports) {
    let transfer = &ports.transfer;
    let (a, b, c) = (user_id(), user_id(), user_id());
    let there = say(ports, a, b, "there").await;
    let before = ports.conversations.totals(a).await;
    let other = |receiver: UserId| text(a, receiver, "other");
    for (what, new) in [
        ("another id for a pair", other(b)),
        ("the id of another pair", NewEntry { conversation: there.conversation, ..other(c) }),
        ("an id that is taken", NewEntry { conversation: there.conversation, id: there.id, ..other(b) }),
        (
            "a key that is taken",
            NewEntry {
                conversation: there.conversation,
                client_message_id: there.client_message_id.clone(),
                ..other(b)
            },
        ),
    ] {
        let first = if new.conversation == there.conversation && new.receiver == b { 2 } else { 1 };
        assert_eq!(transfer.put_entries(first, vec![new]).await, Err(PutError::Conflict), "{what}");
    }
    assert_eq!(ports.conversations.totals(a).await, before);
    assert_eq!(transfer.put_entries(1, Vec::new()).await, Ok(0));
}

pub(super) async fn what_shows_an_upload_holds_it(ports: &Ports) {
    let (a, b) = (user_id(), user_id());
    let mut shown = Vec::new();
    for n in 0..2_u64 {
        let upload = record(ports, a, UploadKind::File).await;
        let file = upload.facts.clone();
        let body = EntryBody::File { text: String::new(), kind: UploadKind::File, file };
        shown.push((
            upload.id(),
            NewEntry { body, client_message_id: key(&format!("put-{n}-{}", unique())), ..text(a, b, "") },
        ));
    }
    shown[1].1.conversation = shown[0].1.conversation;
    let entries: Vec<_> = shown.iter().map(|(_, new)| new.clone()).collect();
    assert_eq!(ports.transfer.put_entries(1, entries.clone()).await, Ok(2));
    let image = record(ports, a, UploadKind::ProfileImage).await.id();
    let profile = Profile { image: Some(image), ..Profile::default() };
    let person = User { id: a, profile, ..new_user(Role::Patient).into() };
    assert_eq!(ports.transfer.put_users(vec![person]).await, Ok(Vec::new()));
    ports.uploads.leaving(NOW + std::time::Duration::from_secs(1)).await.expect("read");
    for id in [shown[0].0, shown[1].0, image] {
        assert!(!leaves(ports, id).await);
    }
    // One that is gone is shown as gone.
    let gone = new_upload(a, UploadKind::File);
    let body = EntryBody::File { text: String::new(), kind: UploadKind::File, file: gone.facts };
    let new = NewEntry { body, conversation: entries[0].conversation, ..text(a, b, "") };
    assert_eq!(ports.transfer.put_entries(3, vec![new]).await, Ok(1));
}

pub(super) async fn everything_is_read_by_pages(ports: &Ports) {
    let (a, b, c) = (user(ports).await, user(ports).await, user(ports).await);
    let first = say(ports, a.id, b.id, "one").await.conversation;
    let second = say(ports, a.id, c.id, "two").await.conversation;
    let upload = record(ports, a.id, UploadKind::File).await;
    let transfer = &ports.transfer;
    let (mut users, mut conversations, mut uploads) = (Vec::new(), Vec::new(), Vec::new());
    loop {
        let after = users.last().map(|user: &User| user.id);
        let page = transfer.users_after(after, 7).await.expect("read");
        assert!(page.len() <= 7);
        if page.is_empty() {
            break;
        }
        users.extend(page);
    }
    loop {
        let after = conversations.last().map(|one: &domain::Conversation| one.id);
        let page = transfer.conversations_after(after, 7).await.expect("read");
        if page.is_empty() {
            break;
        }
        conversations.extend(page);
    }
    loop {
        let after = uploads.last().map(domain::Upload::id);
        let page = transfer.uploads_after(after, 7).await.expect("read");
        if page.is_empty() {
            break;
        }
        uploads.extend(page);
    }
    assert!(users.is_sorted_by_key(|user| user.id) && [&a, &b, &c].iter().all(|user| users.contains(user)));
    assert!(conversations.is_sorted_by_key(|one| one.id));
    for id in [first, second] {
        let there = ports.conversations.conversation(id).await.expect("read").expect("it is there");
        assert!(conversations.contains(&there));
    }
    assert!(uploads.is_sorted_by_key(domain::Upload::id) && uploads.contains(&upload));
    for found in &uploads {
        assert_eq!(ports.uploads.upload(found.id()).await, Ok(Some(found.clone())), "what leaves is not among them");
    }
}
