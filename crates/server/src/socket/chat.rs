//! The events of chat, in both dialects.

use std::collections::HashMap;
use std::sync::Arc;

use app::chat::{Change, ChatError, Sending};
use app::recordings::RecordingError;
use app::uploads::UploadError;
use domain::{Entry, EntryBody, Person, UserId};
use serde_json::json;
use store::failpoint::{self, Point};
use wire::chat::{
    ChangeMessage, Delivered, FileMessage, MarkAsRead, ReceiptPair, Receipts, SendFailed, SendMessage, Sync,
    SyncAnswer, SyncConversation, Typing, UserTyping, Verify, as_seen, client_message_id_of,
};
use wire::entry::{Dialect, WireEntry};
use wire::error::{Code, ErrorBody};
use wire::packet::Id;

use super::packet::Request;
use super::recordings::recording_body;
use crate::http::addresses::Addresses;
use crate::http::chat::chat_body;
use crate::http::uploads::upload_body;
use crate::state::Services;

/// False if the event is none of chat's.
pub(super) async fn handle(services: &Services, request: &Request<'_>) -> bool {
    match request.name() {
        "delivered" => answer_receipt(request, delivered(services, request).await).await,
        "read" => answer_receipt(request, read(services, request).await).await,
        "mark-as-read" => answer_receipt(request, mark_as_read(services, request).await).await,
        "typing" => match typing(services, request).await {
            Ok(()) => request.answer(&json!({})).await,
            Err(error) => request.refuse(&error).await,
        },
        // What only our own clients have a shape for.
        "edit-message" | "delete-message" | "react" if request.connection.dialect() == Dialect::Ours => {
            match change(services, request).await {
                Ok(entry) => {
                    failpoint::reach(Point::BeforeAck);
                    request.answer(&WireEntry::fresh(&entry, Dialect::Ours, &addresses(services, request))).await
                }
                Err(error) => not_sent(request, error).await,
            }
        }
        "verify" => match verify(services, request).await {
            Ok(same) => request.answer(&json!({ "same": same })).await,
            Err(error) => request.refuse(&error).await,
        },
        "sync" => {
            if let Err(error) = sync(services, request).await {
                request.refuse(&error).await;
            }
        }
        _ => return false,
    }
    true
}

/// A payload may say who its sender is, but not that it is somebody else.
fn own(request: &Request<'_>, claimed: Option<Id<UserId>>) -> Result<(), ErrorBody> {
    match claimed {
        Some(Id(claimed)) if claimed != request.connection.user_id() => Err(Code::SenderMismatch.into()),
        _ => Ok(()),
    }
}

/// Addresses of files for who asked.
fn addresses(services: &Services, request: &Request<'_>) -> Addresses {
    Addresses::new(request.connection.base.clone(), services.signer.clone(), services.clock.now())
}

/// Begins to send; what it comes to is for [`sent`]. `None` if it was refused, and answered.
pub(super) async fn send(services: &Services, request: &Request<'_>) -> Option<Sending> {
    match begin(services, request).await {
        Ok(sending) => Some(sending),
        Err(error) => {
            not_sent(request, error).await;
            None
        }
    }
}

async fn not_sent(request: &Request<'_>, error: ErrorBody) {
    request.refuse(&SendFailed::new(error, client_message_id_of(request.text()))).await;
}

async fn begin(services: &Services, request: &Request<'_>) -> Result<Sending, ErrorBody> {
    let message: SendMessage = request.argument()?;
    own(request, message.sender_id)?;
    let (receiver, key) = (message.receiver_id.0, message.key()?);
    let reply_to = message.reply_to.map(|Id(message)| message);
    let (sender, now) = (request.connection.user_id(), services.clock.now());
    let body = match message.file()? {
        None => message.into_body()?,
        Some(FileMessage { kind, upload, text }) => match services.uploads.to_send(sender, upload, kind).await {
            Ok(file) => EntryBody::File { text, kind, file },
            Err(UploadError::NotFound) => {
                let before = match &key {
                    Some(key) => services.chat.sent_before(sender, key).await.map_err(|error| chat_body(&error))?,
                    None => None,
                };
                return before.ok_or_else(|| Code::UploadNotFound.into());
            }
            Err(error) => return Err(upload_body(&error)),
        },
    };
    services.chat.send(sender, receiver, key, body, reply_to, now).await.map_err(|error| chat_body(&error))
}

/// Answers for a message once it is durable.
pub(super) async fn sent(services: &Services, request: &Request<'_>, sending: Sending) {
    match sending.sent().await {
        Ok(entry) if request.wants_answer() => {
            failpoint::reach(Point::BeforeAck);
            let addresses = addresses(services, request);
            request.answer(&WireEntry::fresh(&entry, request.connection.dialect(), &addresses)).await;
        }
        Ok(_) => {}
        Err(error) => not_sent(request, chat_body(&error)).await,
    }
}

async fn change(services: &Services, request: &Request<'_>) -> Result<Arc<Entry>, ErrorBody> {
    let asked: ChangeMessage = request.argument()?;
    let (key, message) = (asked.key()?, asked.message_id.0);
    let change = match request.name() {
        "edit-message" => Change::Edit(asked.into_text()?),
        "react" => Change::Reaction(asked.into_reaction()?),
        _ => Change::Deletion,
    };
    let is_deletion = matches!(change, Change::Deletion);
    let (sender, now) = (request.connection.user_id(), services.clock.now());
    if is_deletion
        && let Some(recording) = services.chat.recording_of(sender, message).await.map_err(|error| chat_body(&error))?
    {
        match services.recordings.note_withdrawn(Person::User(sender), recording).await {
            Ok(_) | Err(RecordingError::NotFound) => {}
            Err(error) => return Err(recording_body(&error)),
        }
    }
    let changed = services.chat.change(sender, key, message, change, now).await;
    if is_deletion {
        // The file that it showed is removed at once, if no other message shows it.
        services.uploads_changed.notify_one();
    }
    changed.map_err(|error| chat_body(&error))
}

async fn answer_receipt(request: &Request<'_>, done: Result<ReceiptPair, ErrorBody>) {
    match done {
        Ok(receipt) => request.answer(&receipt).await,
        Err(error) => request.refuse(&error).await,
    }
}

async fn delivered(services: &Services, request: &Request<'_>) -> Result<ReceiptPair, ErrorBody> {
    let Delivered { conversation_id, seq } = request.argument()?;
    receipt(services.chat.delivered(request.connection.user_id(), conversation_id.0, seq).await)
}

async fn read(services: &Services, request: &Request<'_>) -> Result<ReceiptPair, ErrorBody> {
    let Delivered { conversation_id, seq } = request.argument()?;
    receipt(services.chat.read(request.connection.user_id(), conversation_id.0, seq).await)
}

async fn mark_as_read(services: &Services, request: &Request<'_>) -> Result<ReceiptPair, ErrorBody> {
    let MarkAsRead { conversation_id, message_id, user_id } = request.argument()?;
    own(request, user_id)?;
    receipt(services.chat.read_until(request.connection.user_id(), conversation_id.0, message_id.0).await)
}

fn receipt(moved: Result<domain::Receipt, ChatError>) -> Result<ReceiptPair, ErrorBody> {
    moved.map(ReceiptPair::from).map_err(|error| chat_body(&error))
}

async fn typing(services: &Services, request: &Request<'_>) -> Result<(), ErrorBody> {
    let typing: Typing = request.argument()?;
    own(request, typing.sender_id)?;
    let (sender, receiver) = (request.connection.user_id(), typing.receiver_id.0);
    services.chat.contact(sender, receiver, services.clock.now()).await.map_err(|error| chat_body(&error))?;
    let typing = UserTyping::new(sender, typing.is_typing);
    services.hub.for_each(receiver, |connection| {
        if connection.role.has_chat() {
            connection.hint("user-typing", &typing);
        }
    });
    Ok(())
}

async fn verify(services: &Services, request: &Request<'_>) -> Result<bool, ErrorBody> {
    let Verify { epoch, conversations, entries } = request.argument()?;
    let user = request.connection.user_id();
    services.chat.has_all(user, &epoch, [conversations, entries]).await.map_err(|error| chat_body(&error))
}

async fn sync(services: &Services, request: &Request<'_>) -> Result<(), ErrorBody> {
    let Sync { epoch, conversations } = request.argument()?;
    let user = request.connection.user_id();
    let has: HashMap<_, _> = conversations.into_iter().map(|(Id(id), seq)| (id, seq)).collect();
    let synced = services.chat.sync(user, epoch.as_deref(), &has).await.map_err(|error| chat_body(&error))?;
    let addresses = addresses(services, request);
    let conversations = synced.conversations.iter().map(|synced| {
        let (mine, theirs) = (synced.summary.mine, synced.summary.theirs);
        let conversation = SyncConversation {
            entries: as_seen(&synced.entries, user, mine, theirs, Dialect::Ours, &addresses),
            more: synced.more,
            reset: synced.reset,
            receipts: Receipts::new(mine, theirs),
            unread: synced.summary.unread,
        };
        (Id(synced.summary.conversation.id), conversation)
    });
    let answer = SyncAnswer { epoch: &synced.epoch, reset: synced.reset, conversations: conversations.collect() };
    request.answer(&answer).await;
    Ok(())
}
