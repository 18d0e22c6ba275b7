//! What is asked for, and the tokens that are given.

use std::time::Duration;

use domain::{AppointmentId, CallId, ConsultationId, KeyFor, MemberId, QualityTime, UserId};
use serde::{Deserialize, Serialize};

use super::{RoleText, TestText};
use crate::packet::Id;
use crate::time::Iso;

/// `POST /api/consultations`.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
#[allow(missing_docs)]
pub struct OpenConsultation {
    pub appointment_id: Option<Id<AppointmentId>>,
    pub user_ids: Vec<Id<UserId>>,
    pub title: Option<String>,
    pub admit: bool,
    pub encrypted: Option<bool>,
    pub call_id: Option<Id<CallId>>,
}

/// `…/invite`.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
#[allow(missing_docs)]
pub struct AskIn {
    pub user_ids: Vec<Id<UserId>>,
}

/// `…/arrive`.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
#[allow(missing_docs)]
pub struct Arrive {
    pub test: Option<TestText>,
}

/// `…/admit`.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
#[allow(missing_docs)]
pub struct AdmitMembers {
    pub member_ids: Option<Vec<Id<MemberId>>>,
}

/// `…/refuse` and `…/remove`.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
#[allow(missing_docs)]
pub struct OfMember {
    pub member_id: Id<MemberId>,
}

/// `…/role`.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
#[allow(missing_docs)]
pub struct GiveRole {
    pub member_id: Id<MemberId>,
    pub role: RoleText,
}

/// What of somebody's is muted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
#[allow(missing_docs)]
pub enum SourceText {
    Microphone,
    Camera,
    Screen,
}

/// `…/mute`.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
#[allow(missing_docs)]
pub struct MuteMember {
    pub member_id: Id<MemberId>,
    pub source: SourceText,
}

/// `…/lock`.
#[derive(Debug, Deserialize)]
#[allow(missing_docs)]
pub struct Lock {
    pub locked: bool,
}

/// `…/encrypt`.
#[derive(Debug, Deserialize)]
#[allow(missing_docs)]
pub struct Encrypt {
    pub encrypted: bool,
}

/// `…/token`, asked for. What says nothing does not encrypt, and was not let down by another token.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
#[allow(missing_docs)]
pub struct Enter {
    pub encrypted: bool,
    pub failed: bool,
}

/// `…/key`: the public key of a page.
#[derive(Debug, Deserialize)]
#[allow(missing_docs)]
pub struct BringKey {
    pub page: String,
}

/// `…/keys`: a key of the consultation, sealed for others' pages by the page that is named.
#[derive(Debug, Deserialize)]
#[allow(missing_docs)]
pub struct HandKeys {
    pub page: String,
    pub number: u32,
    pub keys: Vec<KeyText>,
}

/// A key for one of them.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
#[allow(missing_docs)]
pub struct KeyText {
    pub member_id: Id<MemberId>,
    pub page: String,
    pub sealed: String,
}

impl KeyText {
    /// Nothing where it is not of that form.
    pub fn read(&self) -> Option<KeyFor> {
        let (page, text) = (self.page.parse().ok()?, self.sealed.parse().ok()?);
        Some(KeyFor { member: self.member_id.0, page, text })
    }
}

/// `…/words`.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
#[allow(missing_docs)]
pub struct SayWord {
    pub client_message_id: String,
    pub text: String,
    pub consultation_id: Option<Id<ConsultationId>>,
}

/// `…/line`.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
#[allow(missing_docs)]
pub struct WriteLine {
    pub text: String,
    pub member_id: Option<Id<MemberId>>,
}

/// `…/guests`.
#[derive(Debug, Deserialize)]
#[allow(missing_docs)]
pub struct MakeLink {
    pub role: RoleText,
    pub name: Option<String>,
}

/// `POST /api/consultations/quality`: how good the connection was, in seconds of each.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
#[allow(missing_docs)]
pub struct NoteQuality {
    pub consultation_id: Id<ConsultationId>,
    pub good: u32,
    pub fair: u32,
    pub weak: u32,
}

impl From<&NoteQuality> for QualityTime {
    fn from(said: &NoteQuality) -> Self {
        let [good, fair, weak] = [said.good, said.fair, said.weak].map(|it| Duration::from_secs(it.into()));
        Self { good, fair, weak }
    }
}

/// `POST /api/guests/claim`.
#[derive(Debug, Deserialize)]
#[allow(missing_docs)]
pub struct ClaimLink {
    pub token: String,
    pub name: String,
}

/// `POST /api/getToken`, as old clients say it. Who they say they are counts for nothing where they have a token.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
#[allow(missing_docs)]
pub struct GetToken {
    pub room_name: String,
    #[serde(default)]
    pub participant_name: String,
}

/// And its answer.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
#[allow(missing_docs)]
pub struct OldTicket {
    pub token: String,
    pub room_name: String,
    pub participant_name: String,
    /// `user` or `dietician`.
    pub participant_role: &'static str,
    /// In seconds.
    pub expires_in: u64,
    pub timestamp: Iso,
}

/// `…/token`.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
#[allow(missing_docs)]
pub struct TicketView {
    pub url: String,
    pub token: String,
    pub expires_at: Iso,
    pub identity: String,
    pub role: RoleText,
}
