//! Appending what has queued up as one command, in order; each is answered only when a majority has it on disk.
//!
//! A log stays dense because an entry is inserted only after the one before it, in the same command or confirmed earlier,
//! and a command ends at its first error. The same entry is inserted under the same key however often it is tried, so
//! that what became of a command whose answer was lost is read, or tried again: the unique keys let it happen once.

use std::collections::{HashMap, HashSet, VecDeque};
use std::sync::Arc;
use std::time::Duration;

use domain::{
    AppendError, Appended, ConversationId, Entry, EntryBody, EntryId, NewEntry, Quote, StoreError, UploadId, change,
};
use mongodb::error::{Error, ErrorKind};
use tokio::task::JoinSet;
use tokio::time::{sleep, timeout};

use super::Core;
use super::ask::{PATIENCE, Verdict, is_duplicate, verdict};
use super::entries::{self, EntryDoc};
use super::heads::Head;
use super::row::{Pair, place};
use super::writer::{Done, Pending};
use crate::failpoint::{self, Point};

/// How often an entry may find its place taken by another process.
const TRIES: u32 = 50;

/// An entry on its way.
struct Item {
    pending: Pending,
    pair: Pair,
    /// The same key again, in the same batch: answered with what comes of the first.
    again: Vec<Pending>,
    /// It was sent, and what became of it is not known.
    lost: bool,
    tries: u32,
}

/// An entry, where it goes, and how long its log then is.
type Planned = (ConversationId, Head, Entry);

/// Entries that are appended together.
pub(super) struct Batch<'a> {
    core: &'a Arc<Core>,
    done: &'a mut Done,
    /// In the order in which they were begun.
    items: VecDeque<Item>,
    /// The logs that they are for, as far as is known.
    logs: HashMap<Pair, (ConversationId, Head)>,
    /// The messages that are changed or replied to, by place, as they are now.
    messages: HashMap<String, Entry>,
    /// Uploads that entries on their way hold already; one whose entry doesn't get there lets go.
    holding: HashMap<EntryId, UploadId>,
    /// Something went wrong: what is known of a log's length may be behind.
    doubtful: bool,
}

impl<'a> Batch<'a> {
    pub(super) fn new(core: &'a Arc<Core>, done: &'a mut Done, taken: impl Iterator<Item = Pending>) -> Self {
        let mut items: VecDeque<Item> = VecDeque::new();
        let mut keys = HashMap::new();
        for pending in taken {
            let key = (pending.new.sender, pending.new.client_message_id.clone());
            match keys.get(&key) {
                Some(first) => {
                    let first: &mut Item = &mut items[*first];
                    first.again.push(pending);
                }
                None => {
                    keys.insert(key, items.len());
                    let pair = Pair::of(pending.new.sender, pending.new.receiver);
                    items.push_back(Item { pending, pair, again: Vec::new(), lost: false, tries: 0 });
                }
            }
        }
        Self {
            core,
            done,
            items,
            logs: HashMap::new(),
            messages: HashMap::new(),
            holding: HashMap::new(),
            doubtful: false,
        }
    }

    pub(super) async fn append(mut self) {
        let mut why = StoreError::Unavailable("MongoDB does not answer".to_owned());
        match timeout(PATIENCE, self.insert_all()).await {
            Ok(Ok(())) => {}
            Ok(Err(error)) => why = error,
            Err(_) => {}
        }
        for item in std::mem::take(&mut self.items) {
            let error = match &why {
                StoreError::Unavailable(text) if item.lost => StoreError::Unknown(text.clone()),
                error => error.clone(),
            };
            if item.lost {
                // It may be in, and then its file must stay.
                self.holding.remove(&item.asked().id);
            }
            item.answer(&Err(error.into()));
        }
        for (entry, upload) in self.holding {
            if let Err(error) = self.core.release(upload, &entry.to_string()).await {
                tracing::warn!(%error, %upload, "an upload stays, though no message shows it");
            }
        }
    }

    /// Holds what entries show, before anything of them is written; one that shows what is not there is refused, unless it
    /// was sent before.
    async fn hold_files(&mut self) -> Result<(), StoreError> {
        let mut missing = HashSet::new();
        for item in &self.items {
            let new = item.asked();
            let Some(file) = new.body.file().filter(|_| !self.holding.contains_key(&new.id)) else { continue };
            if self.core.hold(file.upload, new.sender, &new.id.to_string()).await? {
                self.holding.insert(new.id, file.upload);
            } else {
                missing.insert(new.id);
            }
        }
        if missing.is_empty() {
            return Ok(());
        }
        let found = self.found(|item| missing.contains(&item.asked().id)).await?;
        self.answer_found(found);
        for item in std::mem::take(&mut self.items) {
            if missing.contains(&item.asked().id) {
                item.answer(&Err(AppendError::UploadNotFound));
            } else {
                self.items.push_back(item);
            }
        }
        Ok(())
    }

    /// Works until nothing is left. What is left after an error is not done, or it is not known.
    async fn insert_all(&mut self) -> Result<(), StoreError> {
        let mut pause = Duration::from_millis(20);
        while !self.items.is_empty() {
            if self.doubtful {
                self.look_up().await?;
            }
            self.hold_files().await?;
            self.find_logs().await?;
            self.find_messages().await?;
            let Some(error) = self.insert().await? else { continue };
            self.doubtful = true;
            // A key that is taken: by itself or the same again, which is looked for next, or by what another process has
            // written to that log.
            let taken = is_duplicate(&error);
            if !taken && let Verdict::Refused(error) = verdict(&error) {
                return Err(error);
            }
            let tries = self.items.front_mut().map_or(0, |first| {
                first.tries += u32::from(taken);
                first.tries
            });
            if tries > TRIES {
                return Err(StoreError::Busy);
            }
            if !taken || tries > 2 {
                sleep(pause).await;
                pause = (pause * 2).min(Duration::from_millis(500));
            }
        }
        Ok(())
    }

    /// What becomes of each item, if all before it become what this says: its place and itself, or why not.
    fn plan(&mut self) -> (Vec<EntryDoc>, Vec<Result<Planned, change::Refused>>) {
        let mut documents = Vec::with_capacity(self.items.len());
        let mut plan = Vec::with_capacity(self.items.len());
        let mut heads = HashMap::new();
        for item in &self.items {
            let (id, known) = self.logs[&item.pair];
            let new = &item.pending.new;
            let pointed = item.points_at().map(|seq| place(id, seq));
            if let Some(pointed) = &pointed {
                // The id is what readers are told; it is not to name another message than the place does.
                let named = |message: &&Entry| new.body.target().is_none_or(|target| message.id == target.id);
                if let Err(refused) = change::may_append(new, self.messages.get(pointed).filter(named)) {
                    plan.push(Err(refused));
                    continue;
                }
            }
            let message = pointed.as_ref().and_then(|pointed| self.messages.get(pointed));
            let head = heads.entry(item.pair).or_insert(known);
            let (document, next) = EntryDoc::following(id, *head, new, message);
            *head = next;
            documents.push(document);
            let mut entry = entries::entry(new, id, next.seq);
            if let Some(message) = pointed.and_then(|pointed| self.messages.get_mut(&pointed)) {
                if new.body.target().is_some() {
                    message.changes.get_or_insert_default().fold(&entry);
                } else {
                    entry.reply_to = Some(Box::new(Quote::of(message)));
                }
            }
            plan.push(Ok((id, next, entry)));
        }
        (documents, plan)
    }

    /// Sends what is left as one command and answers what is known to be in. The error inside is of what is then left.
    async fn insert(&mut self) -> Result<Option<Error>, StoreError> {
        let (documents, plan) = self.plan();
        let deleted: Vec<_> = plan.iter().flatten().filter_map(deletes).collect();
        for place in &deleted {
            self.core.will_wipe(place).await?;
        }
        failpoint::reach(Point::BeforeTransaction);
        let before: Vec<_> = self.items.iter_mut().map(|item| std::mem::replace(&mut item.lost, true)).collect();
        let result = match documents.as_slice() {
            [] => Ok(()),
            documents => self.core.entries.insert_many(documents).ordered(true).await.map(|_| ()),
        };
        let (mut inserted, error) = match result {
            Ok(()) => (documents.len(), None),
            Err(error) => (inserted_before(&error), Some(error)),
        };
        let mut answers = Vec::with_capacity(plan.len());
        for planned in plan {
            if planned.is_ok() && inserted == 0 {
                break;
            }
            inserted -= usize::from(planned.is_ok());
            answers.extend(self.items.pop_front().map(|item| (item, planned)));
        }
        // What follows a refused one was not tried, and what was never sent is not lost.
        let known =
            error.as_ref().is_some_and(|error| is_duplicate(error) || !matches!(verdict(error), Verdict::Lost(_)));
        if known {
            let before = before.into_iter().skip(answers.len());
            self.items.iter_mut().zip(before).for_each(|(item, before)| item.lost = before);
        }
        // A change that is there already is there, whatever else has changed since.
        let again: Vec<_> =
            answers.iter().filter(|(_, planned)| planned.is_err()).map(|(item, _)| item.asked()).collect();
        let there = if again.is_empty() { Ok(Vec::new()) } else { self.core.by_keys(&again).await };
        for (item, planned) in answers {
            let answer = match planned {
                Ok(planned) => {
                    self.inserted(item.pair, &planned).await;
                    Ok(Appended { entry: planned.2, duplicate: false })
                }
                Err(refused) => match &there {
                    Err(error) => Err(error.clone().into()),
                    Ok(there) => match there.iter().find(|entry| item.has_key_of(entry)) {
                        Some(entry) => same(item.asked(), entry, true),
                        None => Err(refused.into()),
                    },
                },
            };
            item.answer(&answer);
        }
        Ok(error)
    }

    /// Takes note of an entry that is in.
    async fn inserted(&mut self, pair: Pair, planned: &Planned) {
        let (id, head, entry) = planned;
        self.holding.remove(&entry.id);
        self.logs.insert(pair, (*id, *head));
        self.core.heads.learn_head(*id, *head);
        self.done.grown.insert(pair, head.seq);
        if let Some(place) = deletes(planned) {
            failpoint::reach(Point::BeforeWipe);
            // The deletion is in, and nobody is shown those words any more: if they can't be wiped now, then later.
            self.done.unwiped |= self.core.wipe(&place).await.is_err();
        }
    }

    /// Answers those that are there already, under their key, and forgets how long logs were.
    async fn look_up(&mut self) -> Result<(), StoreError> {
        let found = self.found(|_| true).await?;
        self.answer_found(found);
        self.logs.clear();
        self.messages.clear();
        Ok(())
    }

    async fn found(&self, wanted: impl Fn(&Item) -> bool) -> Result<Vec<Entry>, StoreError> {
        let news: Vec<_> = self.items.iter().filter(|item| wanted(item)).map(|item| &item.pending.new).collect();
        if news.is_empty() { Ok(Vec::new()) } else { self.core.by_keys(&news).await }
    }

    fn answer_found(&mut self, found: Vec<Entry>) {
        let found: HashMap<_, _> =
            found.into_iter().map(|entry| ((entry.sender, entry.client_message_id.clone()), entry)).collect();
        let items = std::mem::take(&mut self.items);
        for item in items {
            let new = &item.pending.new;
            match found.get(&(new.sender, new.client_message_id.clone())) {
                Some(entry) => {
                    // After an answer was lost, it may be this very one.
                    let duplicate = !(item.lost && entry.id == new.id);
                    if entry.id == new.id {
                        self.holding.remove(&entry.id);
                    }
                    self.done.unwiped |= matches!(entry.body, EntryBody::Deletion { .. });
                    let answer = same(new, entry, duplicate);
                    item.answer(&answer);
                }
                None => self.items.push_back(item),
            }
        }
    }

    /// Finds the logs that are not known, and begins those that aren't there.
    async fn find_logs(&mut self) -> Result<(), StoreError> {
        let pairs: HashSet<_> = self.items.iter().map(|item| item.pair).collect();
        let unknown: Vec<_> = pairs.into_iter().filter(|pair| !self.logs.contains_key(pair)).collect();
        let mut missing = Vec::new();
        let doubtful = self.doubtful;
        let logs = self.at_once(&unknown, |core, pair| async move { core.log(pair, doubtful).await });
        for (pair, log) in logs.await? {
            match log {
                Some(log) => drop(self.logs.insert(pair, log)),
                None => missing.push(pair),
            }
        }
        if missing.is_empty() {
            return Ok(());
        }
        self.refuse_pointing_nowhere(&mut missing);
        // A key that was used for something else begins no conversation.
        let found = self.found(|item| missing.contains(&item.pair)).await?;
        self.answer_found(found);
        let ids: HashMap<_, _> =
            self.items.iter().rev().map(|item| (item.pair, item.pending.new.conversation)).collect();
        missing.retain(|pair| ids.contains_key(pair));
        let begun = self.at_once(&missing, |core, pair| {
            let id = ids[&pair];
            async move { core.begin(pair, id).await }
        });
        self.logs.extend(begun.await?);
        Ok(())
    }

    /// Where nothing was said, nothing can be changed or replied to.
    fn refuse_pointing_nowhere(&mut self, missing: &mut Vec<Pair>) {
        let mut begun: HashSet<Pair> = HashSet::new();
        for item in std::mem::take(&mut self.items) {
            let nowhere = missing.contains(&item.pair) && !begun.contains(&item.pair);
            if nowhere && item.points_at().is_some() {
                item.answer(&Err(change::Refused::NotAMessage.into()));
                continue;
            }
            begun.insert(item.pair);
            self.items.push_back(item);
        }
        missing.retain(|pair| begun.contains(pair));
    }

    /// Finds the messages that are changed or replied to, as they are now: after their logs, so that what was not seen of
    /// a log yet makes the insert fail.
    async fn find_messages(&mut self) -> Result<(), StoreError> {
        let pointed = self.items.iter().filter_map(|item| Some((self.logs[&item.pair].0, item.points_at()?)));
        let pointed: HashSet<_> = pointed.collect();
        if pointed.is_empty() {
            return Ok(());
        }
        let conversations: HashSet<_> = pointed.iter().map(|(id, _)| *id).collect();
        for id in conversations {
            self.core.head(id, 0).await?;
        }
        let places: Vec<_> = pointed.into_iter().map(|(id, seq)| place(id, seq)).collect();
        let found = self.core.complete(self.core.entries_at(&places).await?).await?;
        self.messages = found.into_iter().map(|entry| (place(entry.conversation, entry.seq), entry)).collect();
        Ok(())
    }

    /// Does the same for each of several pairs, all at once.
    async fn at_once<T, F>(
        &self,
        pairs: &[Pair],
        ask: impl Fn(Arc<Core>, Pair) -> F,
    ) -> Result<Vec<(Pair, T)>, StoreError>
    where
        T: Send + 'static,
        F: Future<Output = Result<T, StoreError>> + Send + 'static,
    {
        let mut tasks = JoinSet::new();
        for pair in pairs {
            let asked = ask(Arc::clone(self.core), *pair);
            let pair = *pair;
            tasks.spawn(async move { asked.await.map(|answer| (pair, answer)) });
        }
        let mut answers = Vec::with_capacity(pairs.len());
        while let Some(answer) = tasks.join_next().await {
            answers.push(answer.map_err(|_| StoreError::Unavailable("a look at a log failed".to_owned()))??);
        }
        Ok(answers)
    }
}

impl Item {
    const fn asked(&self) -> &NewEntry {
        &self.pending.new
    }

    fn has_key_of(&self, entry: &Entry) -> bool {
        entry.sender == self.asked().sender && entry.client_message_id == self.asked().client_message_id
    }

    /// The message that it changes or replies to.
    fn points_at(&self) -> Option<u64> {
        let new = &self.pending.new;
        new.body.target().map(|target| target.seq).or(new.reply_to)
    }

    fn answer(self, result: &Result<Appended, AppendError>) {
        for again in self.again {
            let answer = match result {
                Ok(appended) => same(&again.new, &appended.entry, true),
                Err(error) => Err(error.clone()),
            };
            drop(again.answer.send(answer));
        }
        drop(self.pending.answer.send(result.clone()));
    }
}

/// What is said to who appends `new` where `entry` is there under its key.
fn same(new: &NewEntry, entry: &Entry, duplicate: bool) -> Result<Appended, AppendError> {
    if change::is_same(entry, new) {
        Ok(Appended { entry: entry.clone(), duplicate })
    } else {
        Err(AppendError::IdConflict)
    }
}

/// The place of the message that this deletes, if it does.
fn deletes((id, _, entry): &Planned) -> Option<String> {
    match entry.body {
        EntryBody::Deletion { target } => Some(place(*id, target.seq)),
        _ => None,
    }
}

/// How many of a command's documents are in for certain, though it ended with an error.
fn inserted_before(error: &Error) -> usize {
    match error.kind.as_ref() {
        ErrorKind::InsertMany(error) if error.write_concern_error.is_none() => {
            error.write_errors.as_ref().and_then(|errors| errors.first()).map_or(0, |error| error.index)
        }
        _ => 0,
    }
}
