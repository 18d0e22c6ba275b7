use std::collections::HashMap;

use domain::change::is_emoji;
use domain::{ClientMessageId, ConversationId, EntryBody, EntryId, Plan, UserId};
use serde::Deserialize;
use serde_json::value::RawValue;

use crate::entry::client_message_id;
use crate::error::{Code, ErrorBody};
use crate::packet::{self, Id};

/// The longest text, in bytes.
pub const MAX_TEXT: usize = 16_384;
const MAX_PLAN_ID: usize = 64;
const MAX_PLAN_NAME: usize = 200;
const MAX_CALORIES: usize = 64;
const MAX_PREFERENCES: usize = 16 * 1024;
const MAX_MEALS: usize = 32 * 1024;

/// `send-message`, in both dialects.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct SendMessage {
    client_message_id: Option<String>,
    /// Who the client says it is; old ones do.
    pub sender_id: Option<Id<UserId>>,
    /// For whom.
    pub receiver_id: Id<UserId>,
    /// The message that it replies to.
    pub reply_to: Option<Id<EntryId>>,
    message: Option<String>,
    message_type: Option<String>,
    plan_id: Option<String>,
    plan_name: Option<String>,
    total_calories: Option<Box<RawValue>>,
    preferences: Option<Box<RawValue>>,
    meals: Option<Box<RawValue>>,
}

impl SendMessage {
    /// The client's key, `None` where it gives none.
    pub fn key(&self) -> Result<Option<ClientMessageId>, ErrorBody> {
        self.client_message_id.as_deref().map(key).transpose()
    }

    /// What it says, once it is found to be within bounds.
    pub fn into_body(self) -> Result<EntryBody, ErrorBody> {
        let text = self.message.unwrap_or_default();
        bounded("message", &text, MAX_TEXT)?;
        match self.message_type.as_deref() {
            None | Some("text") if text.trim().is_empty() => {
                Err(ErrorBody::saying(Code::BadRequest, "The message is empty."))
            }
            None | Some("text") => Ok(EntryBody::Text(text)),
            Some("plan") => {
                let calories = self.total_calories.map(|raw| word(&raw)).transpose()?;
                let preferences = self.preferences.map(|raw| raw.get().to_owned());
                let meals = self.meals.map(|raw| raw.get().to_owned());
                if meals.as_ref().is_some_and(|meals| !meals.starts_with('[')) {
                    return Err(ErrorBody::saying(Code::BadRequest, "The field meals is not an array."));
                }
                for (field, value, most) in [
                    ("planId", &self.plan_id, MAX_PLAN_ID),
                    ("planName", &self.plan_name, MAX_PLAN_NAME),
                    ("totalCalories", &calories, MAX_CALORIES),
                    ("preferences", &preferences, MAX_PREFERENCES),
                    ("meals", &meals, MAX_MEALS),
                ] {
                    bounded(field, value.as_deref().unwrap_or_default(), most)?;
                }
                let plan =
                    Plan { id: self.plan_id, name: self.plan_name, total_calories: calories, preferences, meals };
                Ok(EntryBody::Plan { text, plan })
            }
            Some(_) => Err(ErrorBody::saying(Code::BadRequest, "Messages of this type can't be sent here.")),
        }
    }
}

fn key(text: &str) -> Result<ClientMessageId, ErrorBody> {
    let refused = || ErrorBody::saying(Code::BadRequest, "The clientMessageId is not 1 to 64 printable characters.");
    client_message_id(text).ok_or_else(refused)
}

fn bounded(field: &str, value: &str, most: usize) -> Result<(), ErrorBody> {
    if value.len() <= most {
        return Ok(());
    }
    Err(ErrorBody::saying(Code::TooLarge, format!("The field {field} is longer than {most} bytes.")))
}

/// A text, or a number as text.
fn word(raw: &RawValue) -> Result<String, ErrorBody> {
    let json = raw.get();
    match json.as_bytes().first() {
        Some(b'"') => serde_json::from_str(json).map_err(|_| ErrorBody::new(Code::BadRequest)),
        Some(b'-' | b'0'..=b'9') => Ok(json.to_owned()),
        _ => Err(ErrorBody::saying(Code::BadRequest, "The field totalCalories is not a text.")),
    }
}

/// `edit-message`, `delete-message` and `react` of our clients.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ChangeMessage {
    client_message_id: String,
    /// Which.
    pub message_id: Id<EntryId>,
    message: Option<String>,
    reaction: Option<String>,
}

impl ChangeMessage {
    /// The client's key: a change is never made twice.
    pub fn key(&self) -> Result<ClientMessageId, ErrorBody> {
        key(&self.client_message_id)
    }

    /// The new text of `edit-message`.
    pub fn into_text(self) -> Result<String, ErrorBody> {
        let missing = || ErrorBody::saying(Code::BadRequest, "The field message is missing.");
        let text = self.message.ok_or_else(missing)?;
        bounded("message", &text, MAX_TEXT)?;
        Ok(text)
    }

    /// The emoji of `react`; `None` takes one back.
    pub fn into_reaction(self) -> Result<Option<String>, ErrorBody> {
        match self.reaction {
            Some(emoji) if !is_emoji(&emoji) => Err(ErrorBody::saying(Code::BadRequest, "A reaction is one emoji.")),
            reaction => Ok(reaction),
        }
    }
}

/// The key of a `send-message` that may not have parsed: an answer is to name it all the same.
pub fn client_message_id_of(packet: &str) -> Option<ClientMessageId> {
    #[derive(Deserialize)]
    #[serde(rename_all = "camelCase")]
    struct Key {
        client_message_id: String,
    }
    client_message_id(&packet::argument::<Key>(packet).ok()?.client_message_id)
}

/// `delivered` and `read` of our clients.
#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Delivered {
    /// Where.
    pub conversation_id: Id<ConversationId>,
    /// Up to and including.
    pub seq: u64,
}

/// `mark-as-read` of old clients.
#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct MarkAsRead {
    /// Where.
    pub conversation_id: Id<ConversationId>,
    /// Up to and including.
    pub message_id: Id<EntryId>,
    /// Who the client says it is.
    pub user_id: Option<Id<UserId>>,
}

/// `typing`.
#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Typing {
    /// Who is to know.
    pub receiver_id: Id<UserId>,
    /// Who the client says it is.
    pub sender_id: Option<Id<UserId>>,
    /// Began, or stopped.
    pub is_typing: bool,
}

/// `verify`.
#[derive(Debug, Deserialize)]
pub struct Verify {
    /// The epoch that the client's numbers are of.
    pub epoch: String,
    /// How many conversations it has.
    pub conversations: u64,
    /// The sum of the last `seq` of each.
    pub entries: u64,
}

/// `sync`.
#[derive(Debug, Deserialize)]
pub struct Sync {
    /// The epoch that the client's numbers are of; `None` for one that has none.
    pub epoch: Option<String>,
    /// The last `seq` that it has, by conversation.
    #[serde(default)]
    pub conversations: HashMap<Id<ConversationId>, u64>,
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::{Value, json};

    fn body(mut fields: Value) -> Result<EntryBody, Code> {
        fields["receiverId"] = json!("0123456789abcdef01234567");
        let message: SendMessage = packet::argument(&json!(["send-message", fields]).to_string()).unwrap();
        message.into_body().map_err(|error| error.code)
    }

    #[test]
    fn texts_are_bounded_in_bytes() {
        assert_eq!(body(json!({ "message": "hi" })), Ok(EntryBody::Text("hi".into())));
        let longest = "ä".repeat(MAX_TEXT / 2);
        assert_eq!(body(json!({ "message": longest, "messageType": "text" })), Ok(EntryBody::Text(longest.clone())));
        for (fields, code) in [
            (json!({ "message": longest + "." }), Code::TooLarge),
            (json!({ "message": "" }), Code::BadRequest),
            (json!({ "message": " \n" }), Code::BadRequest),
            (json!({}), Code::BadRequest),
            (json!({ "message": null }), Code::BadRequest),
            (json!({ "message": "x", "messageType": "image", "fileUrl": "x" }), Code::BadRequest),
            (json!({ "message": "x", "messageType": "call" }), Code::BadRequest),
        ] {
            assert_eq!(body(fields.clone()), Err(code), "{fields}");
        }
    }

    #[test]
    fn plans_carry_their_fields_within_bounds() {
        let fields = json!({ "messageType": "plan", "message": "", "planId": "p1", "planName": "Iron", "totalCalories": 1800,
            "preferences": { "vegan": true }, "meals": [{ "name": "Lentils" }] });
        let plan = Plan {
            id: Some("p1".into()),
            name: Some("Iron".into()),
            total_calories: Some("1800".into()),
            preferences: Some(r#"{"vegan":true}"#.into()),
            meals: Some(r#"[{"name":"Lentils"}]"#.into()),
        };
        assert_eq!(body(fields), Ok(EntryBody::Plan { text: String::new(), plan }));
        for (field, value, code) in [
            ("planId", json!("x".repeat(65)), Code::TooLarge),
            ("planName", json!("x".repeat(201)), Code::TooLarge),
            ("totalCalories", json!("x".repeat(65)), Code::TooLarge),
            ("totalCalories", json!([]), Code::BadRequest),
            ("preferences", json!("x".repeat(MAX_PREFERENCES)), Code::TooLarge),
            ("meals", json!(["x".repeat(MAX_MEALS)]), Code::TooLarge),
            ("meals", json!({}), Code::BadRequest),
        ] {
            assert_eq!(body(json!({ "messageType": "plan", field: value })), Err(code), "{field}");
        }
    }

    #[test]
    fn a_key_is_found_in_what_does_not_parse_otherwise() {
        let key = client_message_id_of(r#"["send-message",{"clientMessageId":"k1","receiverId":7}]"#);
        assert_eq!(key.unwrap().as_str(), "k1");
        assert_eq!(client_message_id_of(r#"["send-message",7]"#), None);
    }
}
