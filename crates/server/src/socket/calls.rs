//! What clients ask for about calls, in both dialects: their events differ in what they say, not in what they are called.

use app::calling::{Ask, Refusal, Refused};
use calls::{CallError, Signal};
use domain::UserId;
use serde::Serialize;
use serde_json::json;
use wire::call::{
    Answer, CallFailed, CallRequest, CallResponse, Candidate, EndCall, MoveCall, Offer, Placed, StatusUpdate,
};
use wire::entry::Dialect;
use wire::error::{Code, ErrorBody};

use super::call_status;
use super::packet::Request;
use crate::http::calls::Ice;
use crate::http::error::store_body;
use crate::state::Services;

/// Handles an event of a listener that has calls; false if it is none of theirs.
pub(super) async fn handle(services: &Services, request: &Request<'_>) -> bool {
    match request.name() {
        "user-status-update" => update_status(services, request).await,
        "get-online-users" => online_users(services, request).await,
        name => match parse(name, request.text()) {
            None => return false,
            Some(parsed) => ask(services, request, parsed).await,
        },
    }
    true
}

/// Who the client says it is, and what it asks for.
type Parsed = Result<(Option<UserId>, Ask), ErrorBody>;

fn parse(name: &str, text: &str) -> Option<Parsed> {
    Some(match name {
        "webrtc-call-request" => CallRequest::parse(text)
            .map(|CallRequest { claimed, target, kind, room }| (claimed, Ask::Request { target, kind, room })),
        "webrtc-call-response" => {
            CallResponse::parse(text).map(|CallResponse { claimed, call, caller, accepted, reason, kind }| {
                (claimed, Ask::Respond { call, caller, accepted, reason, kind })
            })
        }
        "webrtc-offer" => Offer::parse(text).map(|Offer { claimed, target, call, kind, json, ufrag }| {
            (claimed, Ask::Offer { target, call, kind, offer: Signal { json, ufrag } })
        }),
        "webrtc-answer" => Answer::parse(text).map(|Answer { claimed, target, call, json, ufrag }| {
            (claimed, Ask::Answer { target, call, answer: Signal { json, ufrag } })
        }),
        "webrtc-ice-candidate" => Candidate::parse(text).map(|Candidate { claimed, target, call, json, ufrag }| {
            (claimed, Ask::Candidate { target, call, candidate: Signal { json, ufrag } })
        }),
        "webrtc-call-move" => MoveCall::parse(text).map(|MoveCall { claimed, call }| (claimed, Ask::Move { call })),
        "webrtc-end-call" => EndCall::parse(text)
            .map(|EndCall { claimed, target, call, reason }| (claimed, Ask::End { target, call, reason })),
        _ => return None,
    })
}

async fn ask(services: &Services, request: &Request<'_>, parsed: Parsed) {
    let connection = request.connection;
    let me = connection.user_id();
    let ask = match parsed {
        Ok((Some(claimed), _)) if claimed != me => {
            return refuse(request, CallFailed::new(Code::SenderMismatch.into(), None, None)).await;
        }
        Ok((_, ask)) => ask,
        Err(error) => return refuse(request, CallFailed::new(error, None, None)).await,
    };
    let begins = connection.dialect() != Dialect::Old
        && matches!(ask, Ask::Request { .. } | Ask::Respond { accepted: true, .. } | Ask::Move { .. });
    match services.calling.ask(connection.id, me, ask).await {
        Ok(Some(call)) if !begins => request.answer(&Placed::new(call)).await,
        // Credentials that hold for as long as can be, and no question for them on the way into the call.
        Ok(Some(call)) => request.answer(&Begun { placed: Placed::new(call), ice: Ice::of(services, me) }).await,
        Ok(None) => request.answer(&json!({})).await,
        Err(Refused { why, target, call }) => refuse(request, CallFailed::new(body(&why), target, call)).await,
    }
}

/// What our own app is answered.
#[derive(Serialize)]
struct Begun {
    #[serde(flatten)]
    placed: Placed,
    #[serde(flatten)]
    ice: Ice,
}

/// In the acknowledgement, or as an event where none was asked for. Old pages show what comes as an event.
async fn refuse(request: &Request<'_>, failed: CallFailed) {
    if request.wants_answer() {
        request.answer(&failed).await;
    }
    if !request.wants_answer() || request.connection.dialect() == Dialect::Old {
        request.connection.hint("webrtc-call-error", &failed);
    }
}

fn body(why: &Refusal) -> ErrorBody {
    match why {
        Refusal::Call(error) => call_body(*error),
        Refusal::TooOften(after) => {
            let error =
                ErrorBody::saying(Code::RateLimited, "That was one call after the other. Please wait a moment.");
            error.retry_after(*after)
        }
        Refusal::Store(error) => store_body(error),
    }
}

pub(super) fn call_body(error: CallError) -> ErrorBody {
    let code = match error {
        CallError::NotAllowed => Code::ContactNotAllowed,
        CallError::Offline => Code::CallOffline,
        CallError::Busy => Code::CallBusy,
        CallError::AlreadyInCall => Code::CallAlready,
        CallError::CannotMove => Code::CallCannotMove,
        CallError::NoSuchCall => Code::CallNotFound,
        CallError::TooManyCandidates => Code::CallTooManyCandidates,
        CallError::Unavailable => {
            return ErrorBody::new(Code::Unavailable).retry_after(std::time::Duration::from_secs(2));
        }
    };
    code.into()
}

async fn update_status(services: &Services, request: &Request<'_>) {
    match StatusUpdate::parse(request.text()) {
        Ok(StatusUpdate { status }) => {
            let user = &request.connection.user;
            services.statuses.set(user.id, status.clone());
            call_status::tell(&services.hub, user, &status, services.clock.now());
            request.answer(&json!({})).await;
        }
        Err(error) => refuse(request, CallFailed::new(error, None, None)).await,
    }
}

async fn online_users(services: &Services, request: &Request<'_>) {
    let list = call_status::online_contacts(services, &request.connection.user);
    request.connection.hint("online-users-list", &list);
    request.answer(&list).await;
}
