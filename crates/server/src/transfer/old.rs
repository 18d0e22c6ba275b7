//! Bringing in what the service before us had.

use std::collections::HashMap;
use std::pin::pin;

use domain::{
    Appointment, AppointmentId, AppointmentStatus, Booking, ConversationId, PutError, Role, Stamp, StoreError, User,
    UserId,
};
use futures_util::StreamExt;
use store::old::{self, Note, Notes, Old, OldConversation};
use store::{Store, lines};

use crate::zone::Zone;

use super::{LogHash, hash_kept, put_log};

/// Pairs whose accounts are looked for at once.
const PAIRS: usize = 500;

/// So many of what differs are told.
const TOLD: usize = 100;

/// How far it has got.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
#[allow(missing_docs)]
pub struct Progress {
    pub conversations: u64,
    pub of: u64,
    pub messages: u64,
}

/// What is not here as it was there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Wrong {
    /// The account is here, but is another.
    Account(UserId),
    /// The appointment is not here as it was there.
    Appointment(AppointmentId),
    /// The conversation is here, but says or shows something else.
    Conversation(ConversationId),
    /// The two people have another conversation here, which their old one can't be put into.
    Elsewhere(ConversationId),
}

/// What was there, what is here now, and what came of what did not fit.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
#[allow(missing_docs)]
pub struct Brought {
    pub accounts_there: u64,
    /// Here and equal.
    pub accounts: u64,
    pub conversations_there: u64,
    /// Here and equal.
    pub conversations: u64,
    pub messages_there: u64,
    /// Of conversations that are here and equal.
    pub messages: u64,
    /// Of these, such as were not here before.
    pub new_messages: u64,
    pub appointments_there: u64,
    /// Here, as they were there or as they were changed here since.
    pub appointments: u64,
    pub notes: Notes,
    pub wrong: u64,
    /// The first of them.
    pub wrongs: Vec<Wrong>,
}

impl Brought {
    /// Whether everything that can be kept here is here as it was there: what was read from there and what is read back
    /// from here have the same hash, and the numbers add up.
    pub fn is_equal(&self) -> bool {
        self.wrong == 0 && self.adds_up()
    }

    /// Whether each message that was there is here, or was left out for a reason that was noted.
    pub fn adds_up(&self) -> bool {
        let lost: u64 =
            self.notes.iter().filter(|(note, _)| note.loses_a_message()).map(|(_, noted)| noted.count).sum();
        let left_out = self.notes.count(Note::UserWithoutId) + self.notes.count(Note::UserUnreadable);
        self.messages + lost == self.messages_there + self.notes.count(Note::Split)
            && self.accounts + left_out == self.accounts_there
            && self.appointments + self.notes.count(Note::AppointmentUnreadable) == self.appointments_there
    }

    fn wrong(&mut self, wrong: Wrong) {
        self.wrong += 1;
        if self.wrongs.len() < TOLD {
            self.wrongs.push(wrong);
        }
    }
}

/// Brings everything in that is not here yet, and compares it with what is here then. Killed at any moment and begun
/// again it comes to the same.
pub async fn bring(
    old: &Old,
    store: &dyn Store,
    zone: &Zone,
    mut progress: impl FnMut(Progress),
) -> Result<Brought, StoreError> {
    let mut brought = Brought::default();
    bring_users(old, store, &mut brought).await?;
    bring_appointments(old, store, zone, &mut brought).await?;
    let index = old.index().await?;
    brought.conversations_there = index.there;
    brought.notes.extend(index.notes.clone());
    let pairs = index.pairs();
    stand_in(&pairs, store, &mut brought).await?;
    let mut so_far = Progress { of: pairs.len() as u64, ..Progress::default() };
    let mut conversations = old.conversations(index);
    while let Some(conversation) = conversations.next().await? {
        so_far.messages += conversation.entries.len() as u64;
        so_far.conversations += 1;
        bring_conversation(conversation, store, &mut brought).await?;
        progress(so_far);
    }
    Ok(brought)
}

async fn bring_users(old: &Old, store: &dyn Store, brought: &mut Brought) -> Result<(), StoreError> {
    let mut pages = pin!(old.users().await?);
    while let Some(page) = pages.next().await {
        let page = page?;
        brought.accounts_there += page.there;
        brought.notes.extend(page.notes);
        let taken = store.put_users(page.users.clone()).await?;
        let without = page.users.iter().filter(|user| taken.contains(&user.id)).cloned().map(old::without_address);
        store.put_users(without.collect()).await?;
        let ids: Vec<_> = page.users.iter().map(|user| user.id).collect();
        let there = store.by_ids(&ids).await?;
        let there: HashMap<_, _> = there.into_iter().map(|user| (user.id, user)).collect();
        for user in page.users {
            let id = user.id;
            match there.get(&id) {
                Some(there) if is_same(&user, there) => brought.accounts += 1,
                Some(there) if is_same(&old::without_address(user), there) => {
                    brought.accounts += 1;
                    brought.notes.add(Note::AddressTaken, Some(id.0));
                }
                _ => brought.wrong(Wrong::Account(id)),
            }
        }
    }
    Ok(())
}

async fn bring_appointments(
    old: &Old,
    store: &dyn Store,
    zone: &Zone,
    brought: &mut Brought,
) -> Result<(), StoreError> {
    let mut found = Vec::new();
    for old in old.appointments().await? {
        brought.appointments_there += 1;
        let dated = old.and_then(|old| {
            let (starts_at, (year, month, day), _) = zone.said(&old.day, &old.appointment.time)?;
            Some(old.at(starts_at, format!("{year:04}-{month:02}-{day:02}")))
        });
        match dated {
            Some(appointment) => found.push(appointment),
            None => brought.notes.add(Note::AppointmentUnreadable, None),
        }
    }
    // In one order each time: of two at the same time the one that was booked first has it.
    found.sort_by_key(|one| (one.stamps.first().map(|first| first.at), one.id));
    for mut appointment in found {
        if store.book(appointment.clone()).await? == Booking::SlotTaken {
            brought.notes.add(Note::AppointmentCrowded, Some(appointment.id.0));
            let (status, by) = (AppointmentStatus::Cancelled, appointment.dietician);
            let at = appointment.stamps.last().map_or(appointment.starts_at, |last| last.at);
            appointment.stamps.push(Stamp { status, at, by });
            store.book(appointment.clone()).await?;
        }
        match store.appointment(appointment.id).await? {
            // Changed here since, or brought in before as one that was crowded out.
            Some(there) if there == appointment || there.version > 1 || is_crowded_out(&there, &appointment) => {
                brought.appointments += 1;
            }
            _ => brought.wrong(Wrong::Appointment(appointment.id)),
        }
    }
    Ok(())
}

fn is_crowded_out(there: &Appointment, old: &Appointment) -> bool {
    let mut before = there.clone();
    before.stamps.pop();
    there.status() == AppointmentStatus::Cancelled && before == *old
}

/// Whether an account is here as it came; a password that was used since is kept under another hash.
fn is_same(old: &User, here: &User) -> bool {
    let renewed = here.password_hash.starts_with("$argon2id$");
    let password_hash = if renewed { here.password_hash.clone() } else { old.password_hash.clone() };
    lines::user_to_line(&User { password_hash, ..old.clone() }) == lines::user_to_line(here)
}

/// Those whose account is gone get one, so that the others can read on what they wrote to each other.
async fn stand_in(pairs: &[[UserId; 2]], store: &dyn Store, brought: &mut Brought) -> Result<(), StoreError> {
    let mut made: HashMap<UserId, User> = HashMap::new();
    for pairs in pairs.chunks(PAIRS) {
        let ids: Vec<_> = pairs.iter().flatten().copied().collect();
        let there: HashMap<_, _> = store.by_ids(&ids).await?.into_iter().map(|user| (user.id, user)).collect();
        let mut missing = Vec::new();
        for (user, other) in pairs.iter().flat_map(|[a, b]| [(*a, *b), (*b, *a)]) {
            // Patients write with those who treat.
            let role = match there.get(&other).map(|other| other.role) {
                Some(Role::Patient) => Role::Dietician,
                _ => Role::Patient,
            };
            match there.get(&user) {
                Some(here) if is_same(&old::stand_in(user, here.role), here) => {
                    made.insert(user, here.clone());
                }
                Some(_) => {}
                None if made.contains_key(&user) => {}
                None => {
                    let account = old::stand_in(user, role);
                    missing.push(account.clone());
                    made.insert(user, account);
                }
            }
        }
        store.put_users(missing).await?;
    }
    let mut ids: Vec<_> = made.into_keys().collect();
    ids.sort_unstable();
    ids.into_iter().for_each(|id| brought.notes.add(Note::AccountMade, Some(id.0)));
    Ok(())
}

async fn bring_conversation(
    mut conversation: OldConversation,
    store: &dyn Store,
    brought: &mut Brought,
) -> Result<(), StoreError> {
    brought.messages_there += conversation.there;
    if !conversation.entries.is_empty() {
        let mut is_here = put_and_compare(&conversation, store, brought).await?;
        // Another conversation may have a message of the same id.
        if !is_here && settle(&mut conversation, store).await? {
            is_here = put_and_compare(&conversation, store, brought).await?;
        }
        let [a, b] = conversation.users;
        if is_here {
            brought.conversations += 1;
            brought.messages += conversation.entries.len() as u64;
        } else if store.between(a, b).await?.is_some_and(|here| here.id != conversation.id) {
            brought.wrong(Wrong::Elsewhere(conversation.id));
        } else {
            brought.wrong(Wrong::Conversation(conversation.id));
        }
    }
    brought.notes.extend(conversation.notes);
    Ok(())
}

/// Puts what is not here yet, and says whether all of it then is as it was there. It may have gone on here since.
async fn put_and_compare(
    conversation: &OldConversation,
    store: &dyn Store,
    brought: &mut Brought,
) -> Result<bool, StoreError> {
    match put_log(store, 1, &conversation.entries).await {
        Ok(put) => brought.new_messages += put,
        Err(PutError::Conflict) => return Ok(false),
        Err(PutError::Store(error)) => return Err(error),
    }
    for (user, receipt) in conversation.users.into_iter().zip(conversation.receipts) {
        if receipt.delivered > 0 {
            store.advance_receipt(conversation.id, user, receipt).await?;
        }
    }
    let mut there = LogHash::default();
    for (seq, entry) in (1..).zip(&conversation.entries) {
        there.add(seq, entry);
    }
    let here = hash_kept(store, conversation.id, conversation.entries.len() as u64).await?;
    let receipts = store.receipts(conversation.id, conversation.users[0]).await?;
    let reached = receipts.iter().zip(&conversation.receipts);
    let reached = reached.into_iter().all(|(here, there)| here.read >= there.read && here.delivered >= there.delivered);
    Ok(here == Some(there.finish()) && reached)
}

/// Gives those messages ids of their own whose ids other messages have here; whether there were any.
async fn settle(conversation: &mut OldConversation, store: &dyn Store) -> Result<bool, StoreError> {
    let mut any = false;
    for at in 0..conversation.entries.len() {
        let there = store.entry(conversation.entries[at].id).await?;
        let is_other = |there: &domain::Entry| there.conversation != conversation.id || there.seq != at as u64 + 1;
        if there.as_ref().is_some_and(is_other) {
            conversation.rename(at);
            any = true;
        }
    }
    Ok(any)
}
