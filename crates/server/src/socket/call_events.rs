//! What the switchboard says, in each connection's dialect.

use app::calling::Delivery;
use calls::{Event, Relay};
use domain::{CallId, ConnectionId};
use serde_json::value::RawValue;
use wire::call::{About, CallFailed, CallSnapshot, Ended, NoCall, Relayed, RelayedKind, Response, Ring};

use super::calls::call_body;
use super::connection::Connection;
use super::hub::Hub;

/// The connections, for the switchboard. Nothing of a call may get lost on its way to one that lives: a client whose
/// queue is full is cut off, and is told how things stand when it comes back.
#[derive(Clone)]
pub struct CallEvents(pub Hub);

impl Delivery for CallEvents {
    fn deliver(&self, to: ConnectionId, event: &Event, legacy: bool) {
        // Gone: the switchboard will hear of it in its turn.
        if let Some(connection) = self.0.connection(to) {
            emit(&connection, event, legacy);
        }
    }
}

fn emit(connection: &Connection, event: &Event, legacy: bool) {
    let dialect = connection.dialect();
    let about = |call: CallId, version: u64| About { call, version, legacy, dialect };
    match event {
        Event::Ring { call, version, caller, caller_name, kind, room, expires_at } => {
            let ring = Ring::new(about(*call, *version), (*caller, caller_name), *kind, room.as_deref(), *expires_at);
            connection.emit("webrtc-call-request", &ring);
        }
        Event::Response { call, version, accepted, responder, responder_name, reason } => {
            let responder = (*responder, responder_name.as_str());
            let response = Response::new(about(*call, *version), *accepted, responder, reason.as_deref());
            connection.emit("webrtc-call-response", &response);
        }
        Event::Error { call, target, error } => {
            let failed = CallFailed::new(call_body(*error), Some(*target), *call);
            connection.emit("webrtc-call-error", &failed);
        }
        Event::Offer(relay) => emit_relay(connection, RelayedKind::Offer, relay, legacy),
        Event::Answer(relay) => emit_relay(connection, RelayedKind::Answer, relay, legacy),
        Event::Candidate(relay) => emit_relay(connection, RelayedKind::Candidate, relay, legacy),
        Event::End { call, version, sender, sender_name, reason } => {
            let ended = Ended::new(about(*call, *version), (*sender, sender_name), reason.as_deref());
            connection.emit("webrtc-end-call", &ended);
        }
        Event::Snapshot(None) => {
            connection.emit("call", &NoCall::default());
        }
        Event::Snapshot(Some(snapshot)) => {
            let calls::Snapshot { record, here, legacy, expires_in, .. } = snapshot;
            connection.emit("call", &CallSnapshot::new(record, connection.user_id(), *here, *legacy, *expires_in));
        }
    }
}

fn emit_relay(connection: &Connection, kind: RelayedKind, relay: &Relay, legacy: bool) {
    let about = About { call: relay.call, version: relay.version, legacy, dialect: connection.dialect() };
    match serde_json::from_str::<&RawValue>(&relay.signal.json) {
        Ok(json) => {
            let relayed = Relayed::new(about, (relay.sender, &relay.sender_name), kind, json);
            connection.emit(kind.event(), &relayed);
        }
        // It was JSON when it came in.
        Err(error) => tracing::error!(%error, "a signal could not be handed on"),
    }
}
