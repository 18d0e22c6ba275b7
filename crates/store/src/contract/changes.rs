use std::time::Duration;

use domain::change::{EDITABLE_FOR, MAX_CHANGES, Refused};
use domain::{
    AppendError, Changes, Entry, EntryBody, EntryId, NewEntry, Plan, Quote, Receipt, Target, Timestamp, UserId,
};
use tokio::task::JoinSet;

use super::Ports;
use super::fixtures::{NOW, append, object, say, text, user_id};

fn at(seconds: u64) -> Timestamp {
    NOW + Duration::from_secs(seconds)
}

fn target(message: &Entry) -> Target {
    Target { seq: message.seq, id: message.id }
}

/// A change to that message by one of the two, a few seconds after it.
fn change(message: &Entry, sender: UserId, body: EntryBody) -> NewEntry {
    let receiver = if sender == message.sender { message.receiver } else { message.sender };
    NewEntry { created_at: at(5), body, ..text(sender, receiver, "") }
}

pub(super) fn edit(message: &Entry, text: &str) -> NewEntry {
    change(message, message.sender, EntryBody::Edit { target: target(message), text: text.to_owned() })
}

pub(super) fn deletion(message: &Entry) -> NewEntry {
    change(message, message.sender, EntryBody::Deletion { target: target(message) })
}

pub(super) fn reaction(message: &Entry, sender: UserId, reaction: Option<&str>) -> NewEntry {
    let reaction = reaction.map(str::to_owned);
    change(message, sender, EntryBody::Reaction { target: target(message), reaction })
}

pub(super) fn reply(to: &Entry, what: &str) -> NewEntry {
    NewEntry { reply_to: Some(to.seq), ..text(to.receiver, to.sender, what) }
}

async fn again(ports: &Ports, entry: &Entry) -> Entry {
    ports.conversations.entry(entry.id).await.expect("read").expect("it is there")
}

pub(super) async fn are_entries_and_readers_get_what_they_made(ports: &Ports) {
    let log = &ports.conversations;
    let (a, b) = (user_id(), user_id());
    let first = say(ports, a, b, "first").await;
    let second = append(ports, NewEntry { created_at: at(1), ..text(a, b, "second") }).await;
    let edit = append(ports, edit(&first, "better")).await;
    let liked = append(ports, reaction(&first, b, Some("👍"))).await;
    let other = append(ports, reaction(&first, a, Some("🥦"))).await;
    let back = append(ports, reaction(&first, b, None)).await;
    assert_eq!([edit.seq, liked.seq, other.seq, back.seq], [3, 4, 5, 6]);
    assert_eq!(liked.body, EntryBody::Reaction { target: target(&first), reaction: Some("👍".to_owned()) });

    let reactions = vec![(a, "🥦".to_owned())];
    let edited = Some(("better".to_owned(), at(5)));
    let changes = Changes { count: 4, last_seq: 6, edited, deleted_at: None, reactions };
    let changed = Entry { changes: Some(Box::new(changes)), ..first.clone() };
    assert_eq!((changed.text(), &changed.body), ("better", &EntryBody::Text("first".to_owned())));
    let all = vec![changed.clone(), second.clone(), edit.clone(), liked, other, back.clone()];
    assert_eq!(log.entries_after(first.conversation, 0, 100).await, Ok(all.clone()));
    assert_eq!(log.entries_before(first.conversation, None, 100).await, Ok(all));
    assert_eq!(log.entry(first.id).await, Ok(Some(changed.clone())));
    assert_eq!(log.entry_by_key(a, &first.client_message_id).await, Ok(Some(changed.clone())));
    assert_eq!(log.entry(edit.id).await, Ok(Some(edit)));

    for (before, expected) in [
        (None, vec![&changed, &second]),
        (Some(6), vec![&changed, &second]),
        (Some(2), vec![&changed]),
        (Some(1), vec![]),
    ] {
        let page = log.messages_before(first.conversation, before, 2).await.expect("read");
        assert_eq!(page.iter().collect::<Vec<_>>(), expected, "{before:?}");
    }
    assert_eq!(log.messages_before(first.conversation, None, 1).await, Ok(vec![second.clone()]));

    let list = log.list(b).await.expect("listed");
    assert_eq!((&list[0].last, list[0].last_message()), (&back, &second));
    assert_eq!((list[0].conversation.last_seq, list[0].conversation.updated_at), (6, at(1)));
}

pub(super) async fn never_ask_to_be_read(ports: &Ports) {
    let log = &ports.conversations;
    let (a, b) = (user_id(), user_id());
    let message = say(ports, a, b, "one").await;
    let id = message.conversation;
    log.advance_receipt(id, b, Receipt { delivered: 1, read: 1 }).await.expect("advanced");
    append(ports, edit(&message, "uno")).await;
    append(ports, reaction(&message, a, Some("👍"))).await;
    append(ports, reaction(&message, b, Some("👍"))).await;
    append(ports, deletion(&message)).await;
    assert_eq!(log.counts(id, b).await, Ok([1, 0]));
    assert_eq!(log.counts(id, a).await, Ok([1, 0]));
    say(ports, a, b, "two").await;
    assert_eq!(log.counts(id, b).await, Ok([2, 1]));
    log.advance_receipt(id, b, Receipt { delivered: 6, read: 6 }).await.expect("advanced");
    assert_eq!(log.counts(id, b).await, Ok([2, 0]));
    assert_eq!(log.totals(b).await, Ok([1, 6]), "of every entry");
}

pub(super) async fn a_deletion_leaves_nothing_of_what_was_said(ports: &Ports) {
    let log = &ports.conversations;
    let (a, b) = (user_id(), user_id());
    let message = say(ports, a, b, "secret").await;
    let edited = append(ports, edit(&message, "secret too")).await;
    append(ports, reaction(&message, b, Some("👍"))).await;
    let reply = append(ports, reply(&message, "really?")).await;
    let gone = append(ports, deletion(&message)).await;
    let plan = Plan { name: Some("secret".to_owned()), meals: Some("[]".to_owned()), ..Plan::default() };
    let plan = NewEntry { body: EntryBody::Plan { text: "secret".to_owned(), plan }, ..text(a, b, "") };
    let plan = append(ports, plan).await;
    append(ports, deletion(&plan)).await;

    let kept = again(ports, &message).await;
    let changes = Changes { count: 3, last_seq: gone.seq, deleted_at: Some(at(5)), ..Changes::default() };
    let nothing = EntryBody::Text(String::new());
    assert_eq!(kept, Entry { body: nothing.clone(), changes: Some(Box::new(changes)), ..message.clone() });
    assert_eq!(again(ports, &plan).await.body, nothing);
    let body = EntryBody::Edit { target: target(&message), text: String::new() };
    assert_eq!(again(ports, &edited).await, Entry { body, ..edited });
    let quote = again(ports, &reply).await.reply_to.expect("it is a reply");
    assert_eq!((quote.seq, quote.id, quote.deleted, quote.body), (message.seq, message.id, true, nothing));
    let seqs: Vec<u64> =
        log.entries_after(message.conversation, 0, 100).await.expect("read").iter().map(|entry| entry.seq).collect();
    assert_eq!(seqs, [1, 2, 3, 4, 5, 6, 7]);
}

pub(super) async fn the_same_change_again_is_the_same_entry(ports: &Ports) {
    let log = &ports.conversations;
    let (a, b) = (user_id(), user_id());
    let said = text(a, b, "once");
    let message = append(ports, said.clone()).await;
    let [edit, liked, gone] = [edit(&message, "twice"), reaction(&message, b, Some("👍")), deletion(&message)];
    for new in [&edit, &liked, &edit, &gone, &gone, &edit, &liked, &said] {
        let new = NewEntry { id: EntryId(object()), created_at: at(60), ..new.clone() };
        log.append(new).await.expect("appended, or there");
    }
    let conversation = log.conversation(message.conversation).await.expect("read").expect("it is there");
    assert_eq!(conversation.last_seq, 4);
    assert_eq!(again(ports, &message).await.changes.map(|changes| changes.count), Some(3));
    let other = NewEntry { body: EntryBody::Deletion { target: target(&message) }, ..liked };
    assert_eq!(log.append(other).await, Err(AppendError::IdConflict));
}

pub(super) async fn what_may_not_be_leaves_nothing(ports: &Ports) {
    let log = &ports.conversations;
    let (a, b, c) = (user_id(), user_id(), user_id());
    let message = say(ports, a, b, "mine").await;
    let elsewhere = say(ports, a, c, "elsewhere").await;
    let gone = say(ports, a, b, "gone").await;
    append(ports, deletion(&gone)).await;
    let late = NewEntry { created_at: NOW + EDITABLE_FOR + Duration::from_millis(1), ..edit(&message, "late") };
    let theirs = change(&message, b, EntryBody::Edit { target: target(&message), text: "theirs".to_owned() });
    let nowhere = Target { seq: 99, id: message.id };
    let nowhere = change(&message, a, EntryBody::Deletion { target: nowhere });
    let other_id = Target { seq: message.seq, id: elsewhere.id };
    let other_id = change(&message, a, EntryBody::Deletion { target: other_id });
    let to_change = Target { seq: 3, id: gone.id };
    let to_change = change(&message, a, EntryBody::Reaction { target: to_change, reaction: Some("👍".to_owned()) });
    for (what, new, why) in [
        ("late", late, Refused::NotEditable),
        ("another's text", theirs, Refused::NotEditable),
        ("delete another's", change(&message, b, deletion(&message).body), Refused::NotYours),
        ("edit what is gone", edit(&gone, "back"), Refused::Deleted),
        ("delete what is gone", deletion(&gone), Refused::Deleted),
        ("react to what is gone", reaction(&gone, b, Some("👍")), Refused::Deleted),
        ("no emoji", reaction(&message, b, Some("x")), Refused::Unfit),
        ("beyond the log", nowhere, Refused::NotAMessage),
        ("a place and another's id", other_id, Refused::NotAMessage),
        ("a change", to_change, Refused::NotAMessage),
        ("a reply to a change", NewEntry { reply_to: Some(3), ..text(a, b, "hm") }, Refused::NotAMessage),
        ("a reply to itself", NewEntry { reply_to: Some(4), ..text(a, b, "hm") }, Refused::NotAMessage),
        ("a reply to nothing", NewEntry { reply_to: Some(0), ..text(a, b, "hm") }, Refused::NotAMessage),
        ("where nothing was said", NewEntry { reply_to: Some(1), ..text(b, c, "hm") }, Refused::NotAMessage),
    ] {
        assert_eq!(log.append(new).await, Err(AppendError::Refused(why)), "{what}");
    }
    assert_eq!(again(ports, &message).await, message);
    assert_eq!(say(ports, b, a, "next").await.seq, 4, "no number was used up");
    assert_eq!(log.between(b, c).await, Ok(None));
}

pub(super) async fn a_reply_quotes_the_message_as_it_is(ports: &Ports) {
    let log = &ports.conversations;
    let (a, b) = (user_id(), user_id());
    let message = say(ports, a, b, &"ä".repeat(300)).await;
    let new = reply(&message, "yes");
    let reply = append(ports, new.clone()).await;
    assert_eq!(reply.reply_to.as_deref(), Some(&Quote::of(&message)));
    assert_eq!(again(ports, &reply).await, reply);
    append(ports, edit(&message, "short")).await;
    let quote = again(ports, &reply).await.reply_to.expect("it is a reply");
    assert_eq!((quote.seq, quote.sender, quote.body.text()), (1, a, "short"));
    let appended = log.append(new.clone()).await.expect("there");
    assert!(appended.duplicate);
    let elsewhere = NewEntry { reply_to: None, ..new };
    assert_eq!(log.append(elsewhere).await, Err(AppendError::IdConflict));
}

pub(super) async fn there_are_so_many_to_one_message(ports: &Ports) {
    let log = &ports.conversations;
    let (a, b) = (user_id(), user_id());
    let message = say(ports, a, b, "poll").await;
    let mut attempts = JoinSet::new();
    for n in 0..MAX_CHANGES + 20 {
        let (conversations, message) = (log.clone(), message.clone());
        attempts.spawn(async move {
            let sender = if n % 2 == 0 { message.sender } else { message.receiver };
            conversations.append(reaction(&message, sender, Some("👍"))).await.map(|appended| appended.entry.seq)
        });
    }
    let (mut seqs, refused): (Vec<_>, Vec<_>) = attempts.join_all().await.into_iter().partition(Result::is_ok);
    assert_eq!(refused, vec![Err(AppendError::Refused(Refused::TooMany)); 20]);
    seqs.sort_by_key(|seq| seq.clone().unwrap_or(0));
    assert_eq!(seqs, (2..=u64::from(MAX_CHANGES) + 1).map(Ok).collect::<Vec<_>>());
    append(ports, deletion(&message)).await;
    assert!(again(ports, &message).await.is_deleted(), "it can still be deleted");
}

pub(super) async fn nothing_comes_after_a_deletion_that_it_races_with(ports: &Ports) {
    let log = &ports.conversations;
    let (a, b) = (user_id(), user_id());
    for round in 0..8 {
        let message = say(ports, a, b, "now or never").await;
        let mut attempts = JoinSet::new();
        for n in 0..24 {
            let conversations = log.clone();
            let new = match (n, n % 3) {
                (11, _) => deletion(&message),
                (_, 0) => reaction(&message, b, Some("👍")),
                _ => edit(&message, &format!("edit {n}")),
            };
            attempts.spawn(async move { conversations.append(new).await });
        }
        let (mut seqs, mut gone) = (Vec::new(), 0);
        for result in attempts.join_all().await {
            match result {
                Ok(appended) if matches!(appended.entry.body, EntryBody::Deletion { .. }) => gone = appended.entry.seq,
                Ok(appended) => seqs.push(appended.entry.seq),
                Err(error) => assert_eq!(error, AppendError::Refused(Refused::Deleted), "round {round}"),
            }
        }
        assert!(seqs.iter().all(|seq| *seq < gone), "round {round}: {seqs:?}, deleted by {gone}");
        let kept = again(ports, &message).await;
        assert_eq!((kept.is_deleted(), kept.text()), (true, ""));
        let changes = kept.changes.expect("it has changed");
        assert_eq!((u64::from(changes.count), changes.last_seq), (gone - message.seq, gone));
        for entry in log.entries_after(message.conversation, message.seq, 100).await.expect("read") {
            assert!(!entry.text().contains("edit"), "round {round}: an edit outlived the deletion");
        }
    }
}
