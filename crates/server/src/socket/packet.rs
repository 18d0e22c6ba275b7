//! An event as it came in, and answering it.

use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;

use serde::Serialize;
use serde::de::DeserializeOwned;
use socketioxide::adapter::LocalAdapter;
use socketioxide::extract::AckSender;
use socketioxide::handler::{FromMessage, FromMessageParts, Value};
use socketioxide::socket::Socket;
use socketioxide::{SendError, SocketError};
use wire::error::{Code, ErrorBody};

use super::connection::Connection;

/// An acknowledgement waits for room in the client's queue, so that a client that pipelines is slowed down, not cut off.
const ROOM: Duration = Duration::from_millis(10);
const PATIENCE: u32 = 500;

/// The text of an event, unparsed, and the number of its acknowledgement.
pub(super) struct Packet {
    value: Value,
    ack: Option<i64>,
}

impl Packet {
    pub(super) fn text(&self) -> &str {
        self.value.as_str().map_or("", |text| text.as_str())
    }

    pub(super) fn name(&self) -> &str {
        wire::packet::event_name(self.text()).unwrap_or_default()
    }

    pub(super) const fn wants_answer(&self) -> bool {
        self.ack.is_some()
    }
}

impl FromMessage<LocalAdapter> for Packet {
    type Error = Infallible;

    fn from_message(_: Arc<Socket<LocalAdapter>>, value: Value, ack: Option<i64>) -> Result<Self, Infallible> {
        Ok(Self { value, ack })
    }
}

/// An event that is being handled.
pub(crate) struct Request<'a> {
    pub(crate) connection: &'a Arc<Connection>,
    packet: Packet,
}

impl<'a> Request<'a> {
    pub(super) const fn new(connection: &'a Arc<Connection>, packet: Packet) -> Self {
        Self { connection, packet }
    }

    /// The event's name.
    pub(crate) fn name(&self) -> &str {
        self.packet.name()
    }

    /// The event as it came in: `["name", argument, …]`.
    pub(crate) fn text(&self) -> &str {
        self.packet.text()
    }

    /// Whether the client waits for an acknowledgement.
    pub(crate) const fn wants_answer(&self) -> bool {
        self.packet.wants_answer()
    }

    /// Its first argument.
    pub(crate) fn argument<T: DeserializeOwned>(&self) -> Result<T, ErrorBody> {
        wire::packet::argument(self.text())
    }

    /// Acknowledges, if the client asked for it.
    pub(crate) async fn answer<T: Serialize + ?Sized>(&self, answer: &T) {
        for _ in 0..PATIENCE {
            if !self.try_answer(answer) {
                return;
            }
            tokio::time::sleep(ROOM).await;
        }
        tracing::warn!(connection = self.connection.id.0, "cut off: does not read its acknowledgements");
        self.connection.kill();
    }

    /// True if it is to be tried again.
    fn try_answer<T: Serialize + ?Sized>(&self, answer: &T) -> bool {
        let (Some(_), Some(socket)) = (self.packet.ack, self.connection.socket()) else { return false };
        let mut nothing = Value::Str("".into(), None);
        let Ok(ack) = AckSender::from_message_parts(&socket, &mut nothing, &self.packet.ack);
        matches!(ack.send(answer), Err(SendError::Socket(SocketError::InternalChannelFull)))
    }

    /// Says why it can't be done: in the acknowledgement, or as an event where none was asked for.
    pub(crate) async fn refuse<T: Serialize + ?Sized>(&self, error: &T) {
        if self.wants_answer() {
            self.answer(error).await;
        } else {
            self.connection.hint(self.error_event(), error);
        }
    }

    /// The same at once, from the reader.
    pub(super) fn refuse_now(&self, error: &ErrorBody) {
        if self.wants_answer() {
            self.try_answer(error);
        } else {
            self.connection.hint(self.error_event(), error);
        }
    }

    fn error_event(&self) -> &'static str {
        if self.name().starts_with("webrtc-") || !self.connection.role.has_chat() {
            "webrtc-call-error"
        } else {
            "message-error"
        }
    }

    /// No event of that name here.
    pub(super) async fn refuse_unknown(&self) {
        self.refuse(&ErrorBody::new(Code::UnknownEvent)).await;
    }
}
