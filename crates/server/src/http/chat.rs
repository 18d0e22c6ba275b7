//! Reading conversations, for old clients and for ours.

use app::chat::{ChatError, Place};
use axum::extract::{Query, State};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use axum::{Json, Router};
use domain::change::Refused;
use domain::{ConversationId, UserId};
use serde::Deserialize;
use wire::chat::{
    Contact, EntriesPage, Inbox, InboxConversation, OldConversation, OldParticipant, Receipts, Stats, as_seen, seen,
};
use wire::entry::Dialect;
use wire::error::{Code, ErrorBody};
use wire::packet::Id;
use wire::user::UserRecord;

use super::addresses::Addresses;
use super::auth::Caller;
use super::body::Path;
use super::error::{ApiError, store_body};
use crate::config::Role;
use crate::state::Services;

/// A page has so many entries if nobody says otherwise.
pub(super) const PAGE: u32 = 50;
pub(super) const MAX_PAGE: u32 = 200;

/// What a peer is told of what chat can't do.
pub fn chat_body(error: &ChatError) -> ErrorBody {
    match error {
        ChatError::ContactNotAllowed => Code::ContactNotAllowed.into(),
        ChatError::Forbidden => Code::Forbidden.into(),
        ChatError::IdConflict => Code::IdConflict.into(),
        ChatError::UploadNotFound => Code::UploadNotFound.into(),
        ChatError::Refused(why) => refused_body(*why),
        ChatError::Store(error) => store_body(error),
    }
}

fn refused_body(why: Refused) -> ErrorBody {
    match why {
        Refused::NotAMessage => ErrorBody::saying(Code::BadRequest, "There is no such message in this conversation."),
        Refused::NotYours => ErrorBody::saying(Code::Forbidden, "You can only delete your own messages."),
        Refused::NotEditable => Code::NotEditable.into(),
        Refused::Unfit => ErrorBody::saying(Code::BadRequest, "This is empty, or not an emoji."),
        Refused::Deleted => Code::MessageDeleted.into(),
        Refused::TooMany => Code::TooManyChanges.into(),
    }
}

impl From<ChatError> for ApiError {
    fn from(error: ChatError) -> Self {
        Self(chat_body(&error))
    }
}

/// `GET /api/conversations/…` on `chat` and `web`; the rest on `web` alone. What follows `conversations` is a user's id
/// where it stands alone, and a conversation's where something follows.
pub(super) fn routes(role: Role) -> Router<Services> {
    let routes = Router::new()
        .route("/api/conversations/{id}", get(old_list))
        .route("/api/conversations/{id}/messages", get(old_messages))
        .route("/api/conversations/{id}/stats", get(stats));
    match role {
        Role::Web => routes.route("/api/inbox", get(inbox)).route("/api/conversations/{id}/entries", get(entries)),
        _ => routes,
    }
}

async fn inbox(
    State(services): State<Services>,
    Caller(caller): Caller,
    addresses: Addresses,
) -> Result<Response, ApiError> {
    let user = &caller.user;
    let found = services.chat.inbox(user).await?;
    let contact = |other| {
        let hub = &services.hub;
        // Presence is for contacts; with whom one could write once, one has a history and no more.
        let visible = domain::may_contact(user, other);
        Contact::new(other, &addresses, visible && hub.is_online(other.id), hub.last_seen(other.id).filter(|_| visible))
    };
    let conversations = found.conversations.iter().map(|(summary, other)| InboxConversation {
        conversation_id: Id(summary.conversation.id),
        other: contact(other),
        last_entry: seen(&summary.last, user.id, summary.mine, summary.theirs, Dialect::Ours, &addresses),
        last_message: seen(summary.last_message(), user.id, summary.mine, summary.theirs, Dialect::Ours, &addresses),
        last_seq: summary.conversation.last_seq,
        unread: summary.unread,
        receipts: Receipts::new(summary.mine, summary.theirs),
    });
    let inbox = Inbox {
        user: UserRecord::new(user, &addresses),
        epoch: &found.epoch,
        conversations: conversations.collect(),
        contacts: found.contacts.iter().map(contact).collect(),
    };
    Ok(Json(inbox).into_response())
}

#[derive(Deserialize)]
struct PageQuery {
    before: Option<u64>,
    after: Option<u64>,
    around: Option<u64>,
    limit: Option<u32>,
}

/// What does not parse is nobody's conversation.
pub(super) fn conversation_id(text: &str) -> Result<ConversationId, ApiError> {
    text.parse().map_err(|_| Code::Forbidden.into())
}

type PageOf = Result<Query<PageQuery>, axum::extract::rejection::QueryRejection>;

fn page_query(query: PageOf) -> Result<(PageQuery, u32), ApiError> {
    let Query(query) = query.map_err(|_| ApiError::from(Code::BadRequest))?;
    match query.limit.unwrap_or(PAGE) {
        0 => Err(ApiError::saying(Code::BadRequest, "The limit is 1 to 200.")),
        limit => Ok((query, limit.min(MAX_PAGE))),
    }
}

async fn entries(
    State(services): State<Services>,
    Caller(caller): Caller,
    addresses: Addresses,
    Path(id): Path<String>,
    query: PageOf,
) -> Result<Response, ApiError> {
    let user = caller.user.id;
    let (query, limit) = page_query(query)?;
    let place = match (query.before, query.after, query.around) {
        (None, None, None) => Place::Newest,
        (Some(seq), None, None) => Place::Before(seq),
        (None, Some(seq), None) => Place::After(seq),
        (None, None, Some(seq)) => Place::Around(seq),
        _ => return Err(ApiError::saying(Code::BadRequest, "A page is before, after or around one place.")),
    };
    let page = services.chat.page(user, conversation_id(&id)?, place, limit).await?;
    let answer = EntriesPage {
        entries: as_seen(&page.entries, user, page.mine, page.theirs, Dialect::Ours, &addresses),
        more: page.more,
        more_after: matches!(place, Place::After(_) | Place::Around(_)).then_some(page.more_after),
        receipts: Receipts::new(page.mine, page.theirs),
    };
    Ok(Json(answer).into_response())
}

async fn old_messages(
    State(services): State<Services>,
    Caller(caller): Caller,
    addresses: Addresses,
    Path(id): Path<String>,
    query: PageOf,
) -> Result<Response, ApiError> {
    let user = caller.user.id;
    let (PageQuery { before, .. }, limit) = page_query(query)?;
    let conversation = conversation_id(&id)?;
    let page = services.chat.old_page(user, conversation, before, limit).await?;
    if before.is_none()
        && let Some(last) = page.entries.last()
        && last.created_at > services.connected.oldest_given()
    {
        services.connected.fetched(user, std::iter::once((conversation, last.seq, page.theirs.read)));
    }
    Ok(Json(as_seen(&page.entries, user, page.mine, page.theirs, Dialect::Old, &addresses)).into_response())
}

async fn stats(
    State(services): State<Services>,
    Caller(caller): Caller,
    Path(id): Path<String>,
) -> Result<Json<Stats>, ApiError> {
    let [total_messages, unread_messages] = services.chat.counts(caller.user.id, conversation_id(&id)?).await?;
    Ok(Json(Stats { total_messages, unread_messages }))
}

async fn old_list(
    State(services): State<Services>,
    Caller(caller): Caller,
    addresses: Addresses,
    Path(id): Path<String>,
) -> Result<Response, ApiError> {
    let user = &caller.user;
    if id.parse::<UserId>() != Ok(user.id) {
        return Err(Code::Forbidden.into());
    }
    let found = services.chat.old_list(user).await?;
    let oldest = services.connected.oldest_given();
    let fetched = found.iter().filter_map(|conversation| {
        let last = conversation.messages.last().filter(|last| last.created_at > oldest)?;
        let summary = &conversation.summary;
        Some((summary.conversation.id, last.seq, summary.theirs.read))
    });
    services.connected.fetched(user.id, fetched);
    let list: Vec<OldConversation<'_>> = found
        .iter()
        .map(|conversation| {
            let summary = &conversation.summary;
            let participant = |person| OldParticipant::new(person, &addresses, summary.conversation.id);
            let participants = conversation.people.iter().map(participant).collect();
            let last = conversation.messages.last().unwrap_or(summary.last_message());
            OldConversation::new(
                participants,
                last,
                &conversation.messages,
                user.id,
                summary.mine,
                summary.theirs,
                &addresses,
            )
        })
        .collect();
    Ok(Json(list).into_response())
}
