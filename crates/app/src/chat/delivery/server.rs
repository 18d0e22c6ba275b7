//! What the server answers, by the code that answers it: `Chat::sync` and `Chat::has_all`, over a log.

use std::collections::HashMap;
use std::pin::pin;
use std::sync::{Arc, Mutex};
use std::task::{Context, Poll, Waker};

use domain::{ConversationId, Entry, EntryBody, EntryId, UserId};

use super::super::tests::{Logs, NOW, Told, Town};
use super::super::{Chat, Synced};
use super::log::{Log, Message};

/// What a device asks for by `sync`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) struct Question {
    pub(super) epoch: Option<u8>,
    /// `None`: it does not know the conversation.
    pub(super) last: Option<u8>,
}

/// What it is answered.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) struct Answer {
    pub(super) epoch: u8,
    pub(super) reset: bool,
    /// The `seq` of the first entry.
    pub(super) first: u8,
    pub(super) entries: Log,
}

/// Asked millions of times a few hundred questions.
#[derive(Default)]
pub(super) struct Server {
    answers: Mutex<HashMap<(u8, Log, Question), Answer>>,
    proofs: Mutex<HashMap<(u8, Log, Question), bool>>,
}

impl Server {
    pub(super) fn sync(&self, epoch: u8, log: Log, question: Question) -> Answer {
        let mut answers = self.answers.lock().unwrap();
        *answers.entry((epoch, log, question)).or_insert_with(|| {
            let has = question.last.map(|last| (CONVERSATION, u64::from(last))).into_iter().collect();
            let asked = question.epoch.map(|epoch| epoch.to_string());
            answer(&at_once(chat(epoch, log).sync(ANN, asked.as_deref(), &has)).expect("answered"))
        })
    }

    /// `verify`: whether whoever would ask that has everything.
    pub(super) fn has_all(&self, epoch: u8, log: Log, question: Question) -> bool {
        let mut proofs = self.proofs.lock().unwrap();
        *proofs.entry((epoch, log, question)).or_insert_with(|| {
            let has = question.last.map_or([0, 0], |last| [1, u64::from(last)]);
            let asked = question.epoch.map_or_else(String::new, |epoch| epoch.to_string());
            at_once(chat(epoch, log).has_all(ANN, &asked, has)).expect("answered")
        })
    }
}

const ANN: UserId = UserId(domain::ObjectId::from_parts(0, [1; 8]));
const BEN: UserId = UserId(domain::ObjectId::from_parts(0, [2; 8]));
const CONVERSATION: ConversationId = ConversationId(domain::ObjectId::from_parts(0, [3; 8]));

fn chat(epoch: u8, log: Log) -> Chat {
    let entries: Vec<_> = (1..).zip(log.messages()).map(|(seq, message)| entry(seq, *message)).collect();
    let logs = if entries.is_empty() { HashMap::new() } else { [([ANN, BEN], entries)].into() };
    Chat::new(Arc::new(Logs::of(epoch.to_string(), logs)), Arc::new(Town::default()), Arc::new(Told::default()))
}

fn entry(seq: u64, message: Message) -> Entry {
    Entry {
        id: EntryId(domain::ObjectId::from([message; 12])),
        conversation: CONVERSATION,
        seq,
        sender: ANN,
        receiver: BEN,
        client_message_id: message.to_string().parse().unwrap(),
        created_at: NOW,
        body: EntryBody::Text(message.to_string()),
        reply_to: None,
        changes: None,
    }
}

fn answer(synced: &Synced) -> Answer {
    let epoch = synced.epoch.parse().unwrap();
    let Some(part) = synced.conversations.first() else {
        return Answer { epoch, reset: synced.reset, first: 1, entries: Log::default() };
    };
    assert!(!part.more, "a few entries are one page");
    let seqs: Vec<_> = part.entries.iter().map(|entry| u8::try_from(entry.seq).unwrap()).collect();
    assert!(seqs.windows(2).all(|pair| pair[1] == pair[0] + 1), "a page has no gap");
    Answer {
        epoch,
        reset: synced.reset || part.reset,
        first: seqs.first().copied().unwrap_or(1),
        entries: part.entries.iter().map(|entry| entry.body.text().parse::<Message>().unwrap()).collect(),
    }
}

/// Nothing waits over a store in memory.
fn at_once<T>(future: impl Future<Output = T>) -> T {
    match pin!(future).poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(done) => done,
        Poll::Pending => panic!("it waits"),
    }
}
