use std::time::Duration;

use domain::{
    CallEntry, CallId, CallKind, CallOutcome, ConversationId, ConversationSummary, EntryBody, NewEntry, Receipt,
    ReceiptChange, UserId,
};
use tokio::task::JoinSet;

use super::Ports;
use super::fixtures::{NOW, append, object, say, text, user_id};

const NONE: Receipt = Receipt { delivered: 0, read: 0 };

/// A conversation in which the first of the two has written that many texts.
async fn written(ports: &Ports, texts: u32) -> (ConversationId, UserId, UserId) {
    let (writer, reader) = (user_id(), user_id());
    let mut conversation = ConversationId(object());
    for n in 0..texts {
        conversation = say(ports, writer, reader, &format!("text {n}")).await.conversation;
    }
    (conversation, writer, reader)
}

async fn advance(ports: &Ports, conversation: ConversationId, user: UserId, delivered: u64, read: u64) -> [Receipt; 2] {
    let to = Receipt { delivered, read };
    let change = ports.conversations.advance_receipt(conversation, user, to).await.expect("advanced");
    let ReceiptChange { before, after } = change.expect("the user is in the conversation");
    [before, after]
}

pub(super) async fn only_grow_and_stay_within_the_log(ports: &Ports) {
    let (conversation, writer, reader) = written(ports, 10).await;
    let mut before = NONE;
    for ((delivered, read), (expected_delivered, expected_read)) in [
        ((3, 0), (3, 0)),
        ((0, 2), (3, 2)),
        ((2, 1), (3, 2)),
        ((0, 5), (5, 5)),
        ((0, 0), (5, 5)),
        ((u64::MAX, 6), (10, 6)),
        ((0, u64::MAX), (10, 10)),
    ] {
        let expected = Receipt { delivered: expected_delivered, read: expected_read };
        let change = advance(ports, conversation, reader, delivered, read).await;
        assert_eq!(change, [before, expected], "to {delivered} {read}");
        before = expected;
    }
    assert_eq!(ports.conversations.receipts(conversation, reader).await, Ok([before, NONE]));
    assert_eq!(ports.conversations.receipts(conversation, writer).await, Ok([NONE, before]));
}

pub(super) async fn are_nobody_elses(ports: &Ports) {
    let (conversation, _, reader) = written(ports, 3).await;
    let log = &ports.conversations;
    let to = Receipt { delivered: 1, read: 1 };
    assert_eq!(log.advance_receipt(conversation, user_id(), to).await, Ok(None));
    assert_eq!(log.advance_receipt(ConversationId(object()), reader, to).await, Ok(None));
    assert_eq!(log.receipts(conversation, reader).await, Ok([NONE, NONE]));
    assert_eq!(log.receipts(conversation, user_id()).await, Ok([NONE, NONE]));
    assert_eq!(log.counts(conversation, user_id()).await, Ok([0, 0]));
    assert_eq!(log.counts(ConversationId(object()), reader).await, Ok([0, 0]));
    assert_eq!(log.list(user_id()).await, Ok(Vec::new()));
}

pub(super) async fn unread_counts_what_asks_to_be_read(ports: &Ports) {
    let (conversation, writer, reader) = written(ports, 2).await;
    let log = &ports.conversations;
    let calls = [CallOutcome::Completed, CallOutcome::Missed, CallOutcome::Declined, CallOutcome::Failed];
    for outcome in calls {
        let call =
            CallEntry { call: CallId(object()), kind: CallKind::Audio, outcome, duration: Duration::from_secs(1) };
        append(ports, NewEntry { body: EntryBody::Call(call), ..text(writer, reader, "") }).await;
    }
    say(ports, reader, writer, "what one wrote oneself is not unread").await;
    let again = text(writer, reader, "twice");
    append(ports, again.clone()).await;
    assert!(log.append(again).await.expect("appended").duplicate);

    // 1, 2: texts; 3: completed; 4: missed; 5: declined; 6: failed; 7: the reader's own; 8: a text.
    assert_eq!(log.counts(conversation, writer).await, Ok([8, 1]));
    for (read, unread) in [(0, 4), (1, 3), (3, 2), (3, 2), (4, 1), (2, 1), (7, 1), (8, 0), (8, 0)] {
        advance(ports, conversation, reader, read, read).await;
        assert_eq!(log.counts(conversation, reader).await, Ok([8, unread]), "read up to {read}");
    }
    say(ports, writer, reader, "one more").await;
    advance(ports, conversation, reader, 9, 0).await;
    assert_eq!(log.counts(conversation, reader).await, Ok([9, 1]), "delivered is not read");
}

pub(super) async fn a_list_has_the_newest_first_with_everything(ports: &Ports) {
    let me = user_id();
    let others = [user_id(), user_id(), user_id()];
    for (n, other) in (0..).zip(others) {
        for at in [10 * n, 10 * n + 1] {
            let created_at = NOW + Duration::from_secs(at);
            append(ports, NewEntry { created_at, ..text(other, me, &format!("at {at}")) }).await;
        }
    }
    let created_at = NOW + Duration::from_secs(100);
    let reply = append(ports, NewEntry { created_at, ..text(me, others[0], "the newest") }).await;
    advance(ports, reply.conversation, me, 3, 1).await;
    advance(ports, reply.conversation, others[0], 2, 0).await;

    let list = ports.conversations.list(me).await.expect("listed");
    let order: Vec<_> = list.iter().filter_map(|summary| summary.conversation.other(me)).collect();
    assert_eq!(order, [others[0], others[2], others[1]]);
    let conversation = ports.conversations.conversation(reply.conversation).await.expect("read").expect("there");
    let expected = ConversationSummary {
        conversation,
        last: reply.clone(),
        last_message: None,
        unread: 1,
        mine: Receipt { delivered: 3, read: 1 },
        theirs: Receipt { delivered: 2, read: 0 },
    };
    assert_eq!(list[0], expected);
    assert_eq!((list[1].unread, list[1].last.seq, list[1].last.sender), (2, 2, others[2]));

    let theirs = ports.conversations.list(others[0]).await.expect("listed");
    assert_eq!(theirs, [ConversationSummary { unread: 1, mine: expected.theirs, theirs: expected.mine, ..expected }]);
}

pub(super) async fn concurrent_advances_end_at_the_furthest(ports: &Ports) {
    let (conversation, _, reader) = written(ports, 40).await;
    let mut attempts = JoinSet::new();
    for n in 0..40_u64 {
        let ports = ports.clone();
        // In an order that is not theirs.
        let seq = (n * 17) % 40 + 1;
        attempts.spawn(async move {
            let [before, after] = advance(&ports, conversation, reader, seq, seq).await;
            assert!(after.read >= seq && after.read >= before.read);
        });
    }
    attempts.join_all().await;
    let all = Receipt { delivered: 40, read: 40 };
    assert_eq!(ports.conversations.receipts(conversation, reader).await, Ok([all, NONE]));
    assert_eq!(ports.conversations.counts(conversation, reader).await, Ok([40, 0]));
}
