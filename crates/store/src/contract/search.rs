use std::time::Duration;

use domain::search::Words;
use domain::{
    CallEntry, CallKind, CallOutcome, ConversationId, Entry, EntryBody, FoundPlace, NewEntry, Plan, SearchQuery, UserId,
};
use tokio::task::JoinSet;

use super::Ports;
use super::changes::{deletion, edit, reaction, reply};
use super::fixtures::{NOW, append, call, say, text, user_id};

fn query(words: &str, conversation: Option<ConversationId>) -> SearchQuery {
    let words = Words::of_question(words).expect("short");
    SearchQuery { words, conversation, before: None, limit: 50 }
}

/// What is found on all pages of that many, the newest first.
async fn all(ports: &Ports, user: UserId, mut query: SearchQuery) -> Vec<Entry> {
    let mut entries = Vec::new();
    loop {
        let page = ports.conversations.search(user, &query).await.expect("searched");
        assert!(page.entries.len() <= query.limit as usize);
        assert!(page.next.is_none() || page.entries.len() == query.limit as usize);
        entries.extend(page.entries);
        query.before = match page.next {
            Some(next) => Some(next),
            None => return entries,
        };
    }
}

/// The texts, the newest first.
pub(super) async fn found(
    ports: &Ports,
    user: UserId,
    words: &str,
    conversation: Option<ConversationId>,
) -> Vec<String> {
    let found = all(ports, user, query(words, conversation)).await;
    found.iter().map(|entry| entry.text().to_owned()).collect()
}

pub(super) async fn finds_messages_by_the_beginnings_of_their_words(ports: &Ports) {
    let (a, b) = (user_id(), user_id());
    let first = say(ports, a, b, "Größere Schüssel Müsli").await;
    say(ports, b, a, "Porridge with berries").await;
    say(ports, a, b, "porridge, no berries; musli tomorrow").await;
    let plan = Plan { name: Some("Ofengemüse".to_owned()), ..Plan::default() };
    append(ports, NewEntry { body: EntryBody::Plan { text: "for you".to_owned(), plan }, ..text(b, a, "") }).await;
    let call = CallEntry {
        call: call(a, b).id,
        kind: CallKind::Audio,
        outcome: CallOutcome::Missed,
        duration: Duration::ZERO,
    };
    append(ports, NewEntry { body: EntryBody::Call(call), ..text(a, b, "") }).await;
    append(ports, reply(&first, "yes")).await;
    append(ports, reaction(&first, b, Some("👍"))).await;
    let [musli, with, without] =
        ["Größere Schüssel Müsli", "Porridge with berries", "porridge, no berries; musli tomorrow"];
    for (words, expected) in [
        ("musli", vec![without, musli]),
        ("MÜSL", vec![without, musli]),
        ("grossere", vec![musli]),
        ("berries porr", vec![without, with]),
        ("porridge müsli", vec![without]),
        ("porridge schussel", vec![]),
        ("ridge", vec![]),
        ("ofengemuse you", vec!["for you"]),
        ("yes", vec!["yes"]),
        ("missed", vec![]),
        ("👍", vec![]),
        ("", vec![]),
        (".*", vec![]),
    ] {
        assert_eq!(found(ports, a, words, None).await, expected, "{words}");
        assert_eq!(found(ports, b, words, Some(first.conversation)).await, expected, "{words}, in one");
    }
    // As it comes when it is read otherwise.
    let [message] = all(ports, b, query("grossere", None)).await.try_into().expect("one");
    assert_eq!(ports.conversations.entry(first.id).await, Ok(Some(message.clone())));
    assert_eq!(message.changes.map(|changes| changes.reactions), Some(vec![(b, "👍".to_owned())]));
}

pub(super) async fn finds_messages_as_they_are_now(ports: &Ports) {
    let (a, b) = (user_id(), user_id());
    let message = say(ports, a, b, "bread and butter").await;
    let other = say(ports, a, b, "bread and cheese").await;
    append(ports, edit(&message, "toast and butter")).await;
    append(ports, edit(&message, "toast and jam")).await;
    let log = message.conversation;
    for (words, expected) in [
        ("bread", vec!["bread and cheese"]),
        ("butter", vec![]),
        ("toast", vec!["toast and jam"]),
        ("bread toast", vec![]),
        ("and", vec!["bread and cheese", "toast and jam"]),
    ] {
        assert_eq!(found(ports, b, words, None).await, expected, "{words}");
        assert_eq!(found(ports, b, words, Some(log)).await, expected, "{words}, in one");
    }
    append(ports, deletion(&message)).await;
    append(ports, deletion(&other)).await;
    for words in ["toast", "bread", "and"] {
        assert_eq!(found(ports, b, words, None).await, Vec::<String>::new(), "{words}");
        assert_eq!(found(ports, b, words, Some(log)).await, Vec::<String>::new(), "{words}, in one");
    }
}

pub(super) async fn finds_nothing_of_others(ports: &Ports) {
    let (a, b, c) = (user_id(), user_id(), user_id());
    let theirs = say(ports, a, b, "a secret between us").await;
    let own = say(ports, b, c, "no secret").await;
    assert_eq!(found(ports, b, "secret", None).await, ["no secret", "a secret between us"]);
    assert_eq!(found(ports, c, "secret", None).await, ["no secret"]);
    assert_eq!(found(ports, c, "secret", Some(theirs.conversation)).await, Vec::<String>::new());
    assert_eq!(found(ports, user_id(), "secret", None).await, Vec::<String>::new());
    // Wherever a page is said to have ended.
    let before = Some(FoundPlace { at: NOW, conversation: theirs.conversation, seq: 9 });
    let page = ports.conversations.search(c, &SearchQuery { before, ..query("secret", Some(own.conversation)) }).await;
    assert_eq!(page.map(|page| page.entries.len()), Ok(1));
    let page =
        ports.conversations.search(c, &SearchQuery { before, ..query("secret", Some(theirs.conversation)) }).await;
    assert_eq!(page.map(|page| page.entries.len()), Ok(0));
}

pub(super) async fn what_is_found_comes_newest_first_in_pages_that_meet(ports: &Ports) {
    let me = user_id();
    let others = [user_id(), user_id(), user_id()];
    let mut said = Vec::new();
    for n in 0..40_u64 {
        let other = others[usize::try_from(n * n % 3).expect("small")];
        // Some of the same moment, in one conversation and in several.
        let created_at = NOW + Duration::from_secs(n / 4);
        let words = if n % 5 == 0 { format!("nothing {n}") } else { format!("soup {n}") };
        let entry = append(ports, NewEntry { created_at, ..text(me, other, &words) }).await;
        if n == 7 || n == 31 {
            append(ports, edit(&entry, &format!("hot soup {n}"))).await;
        }
        if n % 5 != 0 {
            said.push(entry);
        }
    }
    let all_of = async |limit, conversation| {
        let found = all(ports, me, SearchQuery { limit, ..query("soup", conversation) }).await;
        found.into_iter().map(|entry| (entry.created_at, entry.conversation, entry.seq)).collect::<Vec<_>>()
    };
    let place = |entry: &Entry| (entry.created_at, entry.conversation, entry.seq);
    let mut expected: Vec<_> = said.iter().map(place).collect();
    expected.sort_unstable_by(|a, b| b.cmp(a));
    for limit in [2, 11, 50] {
        assert_eq!(all_of(limit, None).await, expected, "in all, {limit} at a time");
        for conversation in [&said[0], &said[2]].map(|entry| entry.conversation) {
            let expected: Vec<_> = expected.iter().filter(|(_, of, _)| *of == conversation).copied().collect();
            assert_eq!(all_of(limit, Some(conversation)).await, expected, "in one, {limit} at a time");
        }
    }
}

/// More than a store may keep for a quiet moment.
pub(super) async fn what_was_acknowledged_is_found_by_whoever_asks_then(ports: &Ports) {
    let (a, b) = (user_id(), user_id());
    let first = say(ports, a, b, "the first word").await;
    // Not more at once than a store takes.
    for round in 0..3 {
        let mut sending = JoinSet::new();
        for n in round * 450..(round + 1) * 450 {
            let log = ports.conversations.clone();
            sending.spawn(async move {
                let entry = log.append(text(a, b, &format!("many words, w{n}"))).await.expect("appended").entry;
                if n % 150 == 0 {
                    let words = Words::of_question(&format!("w{n}")).expect("short");
                    let asked = SearchQuery { words, conversation: None, before: None, limit: 50 };
                    let page = log.search(b, &asked).await.expect("searched");
                    assert!(page.entries.iter().any(|found| found.id == entry.id), "{n} was not found");
                }
            });
        }
        while let Some(sent) = sending.join_next().await {
            sent.expect("sent, and found");
        }
    }
    for (words, expected) in [("first", 1), ("many words", 1_350), ("w1349", 1), ("first many", 0)] {
        let asked = SearchQuery { limit: 200, ..query(words, Some(first.conversation)) };
        assert_eq!(all(ports, b, asked).await.len(), expected, "{words}");
    }
    append(ports, edit(&first, "the last word")).await;
    assert_eq!(found(ports, b, "first", None).await, Vec::<String>::new());
    assert_eq!(found(ports, b, "last", None).await, ["the last word"]);
    append(ports, deletion(&first)).await;
    assert_eq!(found(ports, b, "last", None).await, Vec::<String>::new());
}
