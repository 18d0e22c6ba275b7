//! Consultations as our own clients see them, and what they ask for.

mod egress;
mod event;
mod request;
mod view;

use std::time::Duration;

use domain::{ConnectionTest, DeviceTest, LineTest, MemberRole, MemberState, ObjectId, QualityWord};
use serde::{Deserialize, Serialize};

pub use egress::EgressInfo;
pub use event::{MediaEvent, MediaParticipant, MediaRoom};
pub use request::{
    AdmitMembers, Arrive, AskIn, BringKey, ClaimLink, Encrypt, Enter, GetToken, GiveRole, HandKeys, KeyText, Lock,
    MakeLink, MuteMember, NoteQuality, OfMember, OldTicket, OpenConsultation, SayWord, SourceText, TicketView,
    WriteLine,
};
pub use view::{Beside, ConsultationView, OwnerPresence, PastView, PersonView, UpcomingView, WordView, WordsView};

/// The room that a name means; others are none of ours.
pub fn room_from_name(name: &str) -> Option<ObjectId> {
    name.strip_prefix("consultation-")?.parse().ok()
}

macro_rules! named {
    ($(#[$doc:meta])* $name:ident = $of:ident { $($variant:ident),+ }) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
        #[serde(rename_all = "snake_case")]
        #[allow(missing_docs)]
        pub enum $name { $($variant),+ }

        impl From<$of> for $name {
            fn from(of: $of) -> Self {
                match of { $($of::$variant => Self::$variant),+ }
            }
        }

        impl From<$name> for $of {
            fn from(name: $name) -> Self {
                match name { $($name::$variant => Self::$variant),+ }
            }
        }
    };
}

named! {
    /// `role` of a member.
    RoleText = MemberRole { Host, CoHost, Member, Observer }
}
named! {
    /// `state` of a member.
    StateText = MemberState { Invited, Waiting, Admitted, Refused, Removed, Left }
}
named! {
    /// What was found of a device.
    DeviceText = DeviceTest { Ok, Silent, Blocked, None }
}
named! {
    /// What was found of the connection.
    LineText = LineTest { Good, Weak, Failed }
}
named! {
    /// What a connection was in the room.
    QualityText = QualityWord { Good, Fair, Weak }
}

/// `test`, both ways.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[allow(missing_docs)]
pub struct TestText {
    pub connection: LineText,
    pub microphone: DeviceText,
    pub camera: DeviceText,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rtt_ms: Option<u32>,
}

impl From<TestText> for ConnectionTest {
    fn from(text: TestText) -> Self {
        Self {
            connection: text.connection.into(),
            microphone: text.microphone.into(),
            camera: text.camera.into(),
            rtt: text.rtt_ms.map(|rtt| Duration::from_millis(rtt.into())),
        }
    }
}

impl From<ConnectionTest> for TestText {
    fn from(test: ConnectionTest) -> Self {
        Self {
            connection: test.connection.into(),
            microphone: test.microphone.into(),
            camera: test.camera.into(),
            rtt_ms: test.rtt.map(|rtt| u32::try_from(rtt.as_millis()).unwrap_or(u32::MAX)),
        }
    }
}

#[cfg(test)]
mod tests;
