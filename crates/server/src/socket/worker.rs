//! What happens on a connection, one thing after the other.

use std::collections::VecDeque;
use std::sync::Arc;

use app::chat::Sending;
use serde::Deserialize;
use serde_json::json;
use wire::entry::Dialect;
use wire::error::{Code, ErrorBody};

use super::connection::{Connection, Work};
use super::hub::close;
use super::limits::{Class, Refused};
use super::packet::{Packet, Request};
use super::presence;
use super::{call_status, calls, chat, consultations, recordings};
use crate::http::error::auth_body;
use crate::state::Services;

/// Takes an event from the reader, in its order; true if the caller is to [`work`] the queue off.
pub(super) fn receive(services: &Services, connection: &Arc<Connection>, packet: Packet) -> bool {
    let now = services.clock.now();
    if services.config.limits
        && let Err(refused) = connection.count(now).and_then(|()| {
            let mut limits = connection.limits.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
            limits.take(Class::of(packet.name()), now)
        })
    {
        refuse(connection, packet, refused);
        return false;
    }
    connection.enqueue(packet).unwrap_or_else(|packet| {
        let busy = ErrorBody::new(Code::Busy).retry_after(std::time::Duration::from_secs(1));
        Request::new(connection, packet).refuse_now(&busy);
        false
    })
}

fn refuse(connection: &Arc<Connection>, packet: Packet, refused: Refused) {
    match refused {
        Refused::Abuse => {
            tracing::warn!(connection = connection.id.0, "cut off: floods");
            connection.kill();
        }
        // Old pages tell of every key that is pressed; an error for each would be shown.
        Refused::TooOften(_) if Class::of(packet.name()) == Class::Typing && !packet.wants_answer() => {}
        Refused::TooOften(after) => {
            let error = ErrorBody::saying(Code::RateLimited, "That was too fast. Please wait a moment.");
            Request::new(connection, packet).refuse_now(&error.retry_after(after));
        }
    }
}

/// Messages of one connection on their way to the disk at once: they share commits.
const MAX_SENDING: usize = 64;

/// Works the queue off. Messages are begun in their order and seen through side by side; everything else waits for those
/// before it.
pub(super) async fn work(services: &Services, connection: &Arc<Connection>) {
    let guard = EndOnPanic(connection);
    let mut sending = VecDeque::new();
    loop {
        match connection.next(!sending.is_empty()) {
            Some(Work::Event(packet)) => {
                let request = Request::new(connection, packet);
                let is_message = connection.role.has_chat() && request.name() == "send-message";
                let room = if is_message { MAX_SENDING } else { 0 };
                while sending.len() > room {
                    finish_first(services, &mut sending).await;
                }
                if !is_message {
                    handle(services, request).await;
                } else if let Some(begun) = chat::send(services, &request).await {
                    sending.push_back((request, begun));
                }
            }
            Some(Work::Left) => {
                while !sending.is_empty() {
                    finish_first(services, &mut sending).await;
                }
                left(services, connection).await;
            }
            None if sending.is_empty() => break,
            None => finish_first(services, &mut sending).await,
        }
    }
    std::mem::forget(guard);
}

async fn finish_first(services: &Services, sending: &mut VecDeque<(Request<'_>, Sending)>) {
    if let Some((request, begun)) = sending.pop_front() {
        chat::sent(services, &request, begun).await;
    }
}

/// A handler that panics ends its connection, which would otherwise stand still for ever.
struct EndOnPanic<'a>(&'a Arc<Connection>);

impl Drop for EndOnPanic<'_> {
    fn drop(&mut self) {
        self.0.kill();
    }
}

/// The connection is in the hub.
pub(super) async fn joined(services: &Services, connection: &Arc<Connection>) {
    tracing::debug!(connection = connection.id.0, role = %connection.role, "joined");
    if services.hub.came(connection.user_id(), services.clock.now()) {
        presence::tell(&services.hub, &connection.user, true, None);
        call_status::tell_came(&services.hub, &connection.user, services.clock.now());
    }
    if connection.role.has_calls() {
        let (user, device) = (&connection.user, connection.device.clone());
        services.calling.connected(connection.id, user.id, user.name.clone(), device).await;
        recordings::greet(services, connection);
        consultations::greet(services, connection).await;
    }
    if is_old_page(connection) {
        services.connected.old_page_came(connection);
    }
}

/// It is gone, and everything that it had asked for is done.
async fn left(services: &Services, connection: &Arc<Connection>) {
    tracing::debug!(connection = connection.id.0, "left");
    if connection.role.has_calls() {
        services.calling.disconnected(connection.id).await;
    }
    services.hub.gone(connection.user_id(), services.clock.now());
}

pub(super) fn is_old_page(connection: &Connection) -> bool {
    connection.role.has_chat() && connection.dialect() == Dialect::Old
}

async fn handle(services: &Services, request: Request<'_>) {
    match request.name() {
        "reauthenticate" => reauthenticate(services, &request).await,
        "join-room" => join_room(&request).await,
        _ if request.connection.role.has_chat() && chat::handle(services, &request).await => {}
        _ if request.connection.role.has_calls() && calls::handle(services, &request).await => {}
        _ if recordings::handle(services, &request).await => {}
        _ => request.refuse_unknown().await,
    }
}

/// Joining happens by itself; what is left of it is that nobody joins another's room.
async fn join_room(request: &Request<'_>) {
    match request.argument::<String>() {
        Ok(room) if room.parse() == Ok(request.connection.user_id()) => request.answer(&json!({})).await,
        Ok(_) => request.refuse(&ErrorBody::new(Code::Forbidden)).await,
        Err(error) => request.refuse(&error).await,
    }
}

#[derive(Deserialize)]
struct Reauthenticate {
    token: String,
}

async fn reauthenticate(services: &Services, request: &Request<'_>) {
    let connection = request.connection;
    let token = match request.argument::<Reauthenticate>() {
        Ok(Reauthenticate { token }) => token,
        Err(error) => return request.refuse(&error).await,
    };
    let cuts = services.hub.cuts_so_far();
    match services.accounts.authenticate(&token, services.clock.now()).await {
        Ok(identity) if identity.user.id == connection.user_id() => {
            connection.renew(identity.session, identity.expires_at);
            if services.hub.was_cut_since(connection, cuts) {
                close(connection.clone(), Code::SessionExpired);
            }
            request.answer(&json!({ "expiresAt": wire::time::iso(identity.expires_at) })).await;
        }
        Ok(_) => request.refuse(&ErrorBody::new(Code::Forbidden)).await,
        Err(error) => {
            let body = auth_body(&error);
            request.refuse(&body).await;
            // A store that is away for a moment is no reason; the old token still counts until it ends.
            if matches!(body.code, Code::SessionExpired) {
                close(connection.clone(), body.code);
            }
        }
    }
}
