use std::collections::HashMap;

use domain::change::is_emoji;
use domain::{ClientMessageId, ConversationId, EntryBody, EntryId, Plan, UploadId, UploadKind, UserId};
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
    file_public_id: Option<String>,
    file_url: Option<String>,
    audio_public_id: Option<String>,
    audio_url: Option<String>,
}

/// An upload that a message shows. What it is, the server knows by itself; what a client says of it counts for nothing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FileMessage {
    /// As what.
    pub kind: UploadKind,
    /// Which.
    pub upload: UploadId,
    /// What was written along with it.
    pub text: String,
}

impl SendMessage {
    /// The upload that it shows, if its type is that of a file. Old clients name it by its address too.
    pub fn file(&self) -> Result<Option<FileMessage>, ErrorBody> {
        let kind = match self.message_type.as_deref() {
            Some("image") => UploadKind::Image,
            Some("file") => UploadKind::File,
            Some("audio") => UploadKind::Audio,
            _ => return Ok(None),
        };
        let text = self.message.clone().unwrap_or_default();
        bounded("message", &text, MAX_TEXT)?;
        let named = |id: &Option<String>| id.clone().filter(|id| !id.is_empty());
        let addressed = |url: &Option<String>| url.as_deref().and_then(upload_of).map(ToOwned::to_owned);
        let [id, other] = match kind {
            UploadKind::Audio => [&self.audio_public_id, &self.file_public_id],
            _ => [&self.file_public_id, &self.audio_public_id],
        };
        let id = named(id).or_else(|| named(other));
        let id = id.or_else(|| addressed(&self.file_url)).or_else(|| addressed(&self.audio_url));
        let id = id.ok_or_else(|| ErrorBody::saying(Code::BadRequest, "The field filePublicId is missing."))?;
        let upload = id.parse().map_err(|_| ErrorBody::new(Code::UploadNotFound))?;
        Ok(Some(FileMessage { kind, upload, text }))
    }

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

/// The id in an address of ours.
fn upload_of(url: &str) -> Option<&str> {
    let (_, rest) = url.split_once("/api/uploads/")?;
    rest.split(['?', '/', '#']).next()
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
    fn files_are_named_by_their_id_or_their_address() {
        const ID: &str = "0123456789abcdef01234567";
        let file = |mut fields: Value| {
            fields["receiverId"] = json!(ID);
            let message: SendMessage = packet::argument(&json!(["send-message", fields]).to_string()).unwrap();
            message.file().map_err(|error| error.code)
        };
        let shows = |kind, text: &str| Ok(Some(FileMessage { kind, upload: ID.parse().unwrap(), text: text.into() }));
        let url = format!("http://localhost:3005/api/uploads/{ID}?expires=1&signature=x");
        for (fields, expected) in [
            (json!({ "message": "hi" }), Ok(None)),
            (
                json!({ "messageType": "image", "filePublicId": ID, "message": "Look!" }),
                shows(UploadKind::Image, "Look!"),
            ),
            (
                json!({ "messageType": "file", "filePublicId": ID, "fileUrl": "https://evil.example/x" }),
                shows(UploadKind::File, ""),
            ),
            (
                json!({ "messageType": "audio", "audioPublicId": ID, "audioDuration": 3.5 }),
                shows(UploadKind::Audio, ""),
            ),
            (json!({ "messageType": "audio", "filePublicId": ID }), shows(UploadKind::Audio, "")),
            (json!({ "messageType": "image", "fileUrl": url, "filePublicId": "" }), shows(UploadKind::Image, "")),
            (json!({ "messageType": "audio", "audioUrl": url }), shows(UploadKind::Audio, "")),
            (json!({ "messageType": "image" }), Err(Code::BadRequest)),
            (json!({ "messageType": "image", "fileUrl": "https://evil.example/x.png" }), Err(Code::BadRequest)),
            (json!({ "messageType": "image", "filePublicId": "moodbites/abc" }), Err(Code::UploadNotFound)),
            (json!({ "messageType": "image", "filePublicId": "../secret", "fileUrl": url }), Err(Code::UploadNotFound)),
            (
                json!({ "messageType": "file", "filePublicId": ID, "message": "x".repeat(MAX_TEXT + 1) }),
                Err(Code::TooLarge),
            ),
        ] {
            assert_eq!(file(fields.clone()), expected, "{fields}");
        }
    }

    #[test]
    fn a_key_is_found_in_what_does_not_parse_otherwise() {
        let key = client_message_id_of(r#"["send-message",{"clientMessageId":"k1","receiverId":7}]"#);
        assert_eq!(key.unwrap().as_str(), "k1");
        assert_eq!(client_message_id_of(r#"["send-message",7]"#), None);
    }
}
