use std::time::Duration;

use domain::{
    AppendError, CallEntry, CallId, CallKind, CallOutcome, Conversation, ConversationId, EntryBody, EntryId, NewEntry,
    Plan,
};
use tokio::task::JoinSet;

use super::Ports;
use super::fixtures::{NOW, append, key, object, say, text, unique, user_id};

pub(super) async fn the_first_entry_makes_the_conversation(ports: &Ports) {
    let log = &ports.conversations;
    let (lo, hi) = (user_id(), user_id());
    assert_eq!(log.between(lo, hi).await, Ok(None));
    let first = text(hi, lo, "Hello");
    let entry = append(ports, first.clone()).await;
    assert_eq!((entry.seq, entry.sender, entry.receiver), (1, hi, lo));
    assert_eq!((entry.id, entry.conversation), (first.id, first.conversation));
    assert_eq!((&entry.client_message_id, entry.created_at), (&first.client_message_id, first.created_at));

    let later = NOW + Duration::from_secs(5);
    let second = append(ports, NewEntry { created_at: later, ..text(lo, hi, "Hi") }).await;
    assert_eq!((second.seq, second.conversation), (2, entry.conversation), "there is one conversation per pair");
    let expected = Conversation { id: first.conversation, users: [lo, hi], last_seq: 2, updated_at: later };
    assert_eq!(log.conversation(first.conversation).await, Ok(Some(expected)));
    assert_eq!(log.between(lo, hi).await, Ok(Some(expected)));
    assert_eq!(log.between(hi, lo).await, Ok(Some(expected)));
    assert_eq!(log.conversation(ConversationId(object())).await, Ok(None));

    assert_eq!(log.entry(entry.id).await, Ok(Some(entry.clone())));
    assert_eq!(log.entry(EntryId(object())).await, Ok(None));
    assert_eq!(log.entry_by_key(hi, &entry.client_message_id).await, Ok(Some(entry.clone())));
    assert_eq!(log.entry_by_key(lo, &entry.client_message_id).await, Ok(None), "a key is its sender's");
    assert!(!log.epoch().await.expect("read").is_empty());
}

pub(super) async fn every_body_comes_back_as_it_went_in(ports: &Ports) {
    let (a, b) = (user_id(), user_id());
    let plan = Plan {
        id: Some("p1".to_owned()),
        name: Some("Frühstück \"A\"\n".to_owned()),
        total_calories: Some("1800".to_owned()),
        preferences: Some(r#"{"vegan":true}"#.to_owned()),
        meals: Some(r#"[{"n":"Brot"}]"#.to_owned()),
    };
    let mut bodies = vec![
        EntryBody::Text("a\u{0}b 😀 ' \" \\ {}".to_owned()),
        EntryBody::Text("x".repeat(16_384)),
        EntryBody::Plan { text: String::new(), plan: Plan::default() },
        EntryBody::Plan { text: "Here".to_owned(), plan },
    ];
    for outcome in
        [CallOutcome::Completed, CallOutcome::Missed, CallOutcome::Declined, CallOutcome::Grown, CallOutcome::Failed]
    {
        for kind in [CallKind::Audio, CallKind::Video] {
            let duration = Duration::from_millis(unique());
            bodies.push(EntryBody::Call(CallEntry { call: CallId(object()), kind, outcome, duration }));
        }
    }
    let mut entries = Vec::new();
    for body in &bodies {
        let entry = append(ports, NewEntry { body: body.clone(), ..text(a, b, "") }).await;
        assert_eq!(entry.body, *body);
        entries.push(entry);
    }
    assert_eq!(ports.conversations.entries_after(entries[0].conversation, 0, 100).await, Ok(entries));
}

pub(super) async fn the_same_again_is_the_same_entry(ports: &Ports) {
    let (a, b) = (user_id(), user_id());
    let new = text(a, b, "once");
    let entry = append(ports, new.clone()).await;
    say(ports, b, a, "in between").await;
    let later = NOW + Duration::from_secs(60);
    let again = NewEntry { id: EntryId(object()), conversation: ConversationId(object()), created_at: later, ..new };
    let appended = ports.conversations.append(again).await.expect("appended");
    assert!(appended.duplicate);
    assert_eq!(appended.entry, entry);
    let log = ports.conversations.conversation(entry.conversation).await.expect("read").expect("it is there");
    assert_eq!(log.last_seq, 2);
}

pub(super) async fn a_key_is_for_one_thing(ports: &Ports) {
    let log = &ports.conversations;
    let (a, b, c) = (user_id(), user_id(), user_id());
    let new = text(a, b, "this");
    let entry = append(ports, new.clone()).await;
    let other_text = NewEntry { client_message_id: new.client_message_id.clone(), ..text(a, b, "that") };
    assert_eq!(log.append(other_text).await, Err(AppendError::IdConflict));
    let plan = EntryBody::Plan { text: "this".to_owned(), plan: Plan::default() };
    let other_kind = NewEntry { id: EntryId(object()), body: plan, ..new.clone() };
    assert_eq!(log.append(other_kind).await, Err(AppendError::IdConflict));
    let other_receiver = NewEntry { client_message_id: new.client_message_id.clone(), ..text(a, c, "this") };
    assert_eq!(log.append(other_receiver).await, Err(AppendError::IdConflict));
    assert_eq!(log.between(a, c).await, Ok(None), "nothing is left of a refused first entry");

    let others_key = NewEntry { client_message_id: new.client_message_id, ..text(b, a, "that") };
    assert_eq!(append(ports, others_key).await.seq, 2, "no number was used up");
    assert_eq!(log.entry(entry.id).await, Ok(Some(entry)));
}

pub(super) async fn pages_meet_without_gap_or_double(ports: &Ports) {
    let log = &ports.conversations;
    let (a, b, c) = (user_id(), user_id(), user_id());
    let mut entries = Vec::new();
    for n in 0..25 {
        entries.push(say(ports, a, b, &format!("b {n}")).await);
        say(ports, a, c, &format!("c {n}")).await;
    }
    let id = entries[0].conversation;
    let seqs: Vec<_> = entries.iter().map(|entry| entry.seq).collect();
    assert_eq!(seqs, (1..=25).collect::<Vec<_>>());

    assert_eq!(log.entries_before(id, None, 10).await, Ok(entries[15..].to_vec()));
    assert_eq!(log.entries_before(id, Some(16), 10).await, Ok(entries[5..15].to_vec()));
    assert_eq!(log.entries_before(id, Some(6), 10).await, Ok(entries[..5].to_vec()));
    assert_eq!(log.entries_after(id, 0, 10).await, Ok(entries[..10].to_vec()));
    assert_eq!(log.entries_after(id, 20, 10).await, Ok(entries[20..].to_vec()));
    for (before, expected) in [(Some(0), 0), (Some(1), 0), (Some(2), 1), (Some(u64::MAX), 25), (None, 25)] {
        assert_eq!(log.entries_before(id, before, 100).await.map(|page| page.len()), Ok(expected), "{before:?}");
    }
    for (after, expected) in [(0, 25), (24, 1), (25, 0), (26, 0), (u64::MAX, 0)] {
        assert_eq!(log.entries_after(id, after, 100).await.map(|page| page.len()), Ok(expected), "{after}");
    }
    assert_eq!(log.entries_before(id, None, 0).await, Ok(Vec::new()));
    assert_eq!(log.entries_after(id, 0, 0).await, Ok(Vec::new()));
    let nowhere = ConversationId(object());
    assert_eq!(log.entries_before(nowhere, None, 10).await, Ok(Vec::new()));
    assert_eq!(log.entries_after(nowhere, 0, 10).await, Ok(Vec::new()));
}

pub(super) async fn concurrent_appends_are_dense_and_keep_each_senders_order(ports: &Ports) {
    const EACH: u64 = 20;
    let (a, b) = (user_id(), user_id());
    let mut senders = JoinSet::new();
    for task in 0..64 {
        let ports = ports.clone();
        senders.spawn(async move {
            let (sender, receiver) = if task % 2 == 0 { (a, b) } else { (b, a) };
            let mut seqs = Vec::new();
            for n in 0..EACH {
                seqs.push(say(&ports, sender, receiver, &format!("{task} {n}")).await.seq);
            }
            assert!(seqs.is_sorted(), "task {task}");
            seqs
        });
    }
    let mut seqs: Vec<_> = senders.join_all().await.into_iter().flatten().collect();
    seqs.sort_unstable();
    assert_eq!(seqs, (1..=64 * EACH).collect::<Vec<_>>());
    let log = ports.conversations.between(a, b).await.expect("read").expect("it is there");
    assert_eq!(log.last_seq, 64 * EACH);
    let entries = ports.conversations.entries_after(log.id, 0, 10_000).await.expect("read");
    assert_eq!(entries.iter().map(|entry| entry.seq).collect::<Vec<_>>(), seqs);
}

pub(super) async fn concurrent_first_entries_make_one_conversation(ports: &Ports) {
    let (a, b) = (user_id(), user_id());
    let mut senders = JoinSet::new();
    for task in 0..32 {
        let ports = ports.clone();
        senders.spawn(async move {
            let (sender, receiver) = if task % 2 == 0 { (a, b) } else { (b, a) };
            say(&ports, sender, receiver, "first!").await
        });
    }
    let entries = senders.join_all().await;
    assert!(entries.iter().all(|entry| entry.conversation == entries[0].conversation));
    let listed = ports.conversations.list(a).await.expect("listed");
    assert_eq!(listed.iter().map(|summary| summary.conversation.last_seq).collect::<Vec<_>>(), [32]);
}

pub(super) async fn concurrent_retries_make_one_entry(ports: &Ports) {
    let (a, b) = (user_id(), user_id());
    let first = text(a, b, "again and again");
    let mut attempts = JoinSet::new();
    for _ in 0..32 {
        let conversations = ports.conversations.clone();
        let new = NewEntry { id: EntryId(object()), conversation: ConversationId(object()), ..first.clone() };
        attempts.spawn(async move { conversations.append(new).await.expect("appended") });
    }
    let appended = attempts.join_all().await;
    assert!(appended.iter().all(|other| other.entry == appended[0].entry));
    assert_eq!(appended.iter().filter(|appended| !appended.duplicate).count(), 1);
}

pub(super) async fn a_dropped_caller_disturbs_nobody(ports: &Ports) {
    let (a, b) = (user_id(), user_id());
    let mut callers = JoinSet::new();
    let mut keys = Vec::new();
    for n in 0..64 {
        let name = key(&format!("dropped-{}-{n}", unique()));
        keys.push(name.clone());
        let conversations = ports.conversations.clone();
        let new = NewEntry { client_message_id: name, ..text(a, b, "stays") };
        callers.spawn(async move {
            let appending = conversations.append(new);
            if n % 2 == 0 {
                return appending.await.map(|_| ());
            }
            // Asked once, then gone.
            tokio::select! {
                biased;
                result = appending => result.map(|_| ()),
                () = std::future::ready(()) => Ok(()),
            }
        });
    }
    assert!(callers.join_all().await.iter().all(Result::is_ok));
    for name in keys.iter().step_by(2) {
        assert!(ports.conversations.entry_by_key(a, name).await.expect("read").is_some());
    }
    say(ports, a, b, "goes on").await;
    let log = ports.conversations.between(a, b).await.expect("read").expect("it is there");
    let entries = ports.conversations.entries_after(log.id, 0, 1_000).await.expect("read");
    let seqs: Vec<_> = entries.iter().map(|entry| entry.seq).collect();
    assert_eq!(seqs, (1..=log.last_seq).collect::<Vec<_>>());
}
