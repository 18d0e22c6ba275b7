//! Users, uploads, appointments, consultations and their words, conversations, entries and what happened to recordings as lines of JSON, for taking them from one store to another. A field that is
//! added has a default, so that what older versions wrote is still read.

use domain::{
    Appointment, Consultation, Conversation, ConversationId, Gender, NewEntry, Profile, Receipt, RecordingLine,
    RecordingOf, Role, Target, Timestamp, Upload, UploadKind, User, UserId, Word,
};
use serde::{Deserialize, Serialize};

use crate::json::{self, Unreadable, write};
use crate::recording;

/// What a conversation's entries follow.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Header {
    /// Which.
    pub id: ConversationId,
    /// The pair, the smaller id first.
    pub users: [UserId; 2],
    /// How many entries follow.
    pub entries: u64,
    /// How far each of the pair has got.
    pub receipts: [Receipt; 2],
}

impl Header {
    /// Of a conversation, with the receipts of its pair.
    pub const fn of(conversation: &Conversation, receipts: [Receipt; 2]) -> Self {
        let Conversation { id, users, last_seq, .. } = *conversation;
        Self { id, users, entries: last_seq, receipts }
    }

    /// As a line.
    pub fn to_line(&self) -> String {
        write(&HeaderLine {
            conversation: self.id.to_string(),
            users: self.users.map(|user| user.to_string()),
            entries: self.entries,
            receipts: self.receipts.map(|receipt| [receipt.delivered, receipt.read]),
        })
    }

    /// Of a line.
    pub fn from_line(line: &str) -> Result<Self, Unreadable> {
        let unreadable = || Unreadable("conversation");
        let header: HeaderLine = serde_json::from_str(line).map_err(|_| unreadable())?;
        let [lo, hi] = header.users.map(|user| user.parse::<UserId>().map_err(|_| unreadable()));
        let users = [lo?, hi?];
        let receipts = header.receipts.map(|[delivered, read]| Receipt { delivered, read });
        let fits = |receipt: &Receipt| receipt.read <= receipt.delivered && receipt.delivered <= header.entries;
        if users[0] >= users[1] || header.entries == 0 || !receipts.iter().all(fits) {
            return Err(unreadable());
        }
        let id = header.conversation.parse().map_err(|_| unreadable())?;
        Ok(Self { id, users, entries: header.entries, receipts })
    }
}

/// An entry, as number `seq` of its log, as a line.
pub fn entry_to_line(seq: u64, new: &NewEntry) -> String {
    let (kind, body) = json::body_to_parts(&new.body);
    write(&EntryLine {
        seq,
        id: new.id.to_string(),
        sender: new.sender.to_string(),
        key: new.client_message_id.as_str().to_owned(),
        created_at: new.created_at.0,
        kind,
        body,
        target: new.body.target().map(|target| (target.seq, target.id.to_string())),
        reply_to: new.reply_to,
    })
}

/// The entry of a line in that conversation, which is to be number `seq`.
pub fn entry_from_line(line: &str, of: &Header, seq: u64) -> Result<NewEntry, Unreadable> {
    let unreadable = || Unreadable("entry");
    let entry: EntryLine = serde_json::from_str(line).map_err(|_| unreadable())?;
    let sender: UserId = entry.sender.parse().map_err(|_| unreadable())?;
    let receiver = match of.users {
        [lo, hi] if sender == lo => hi,
        [lo, hi] if sender == hi => lo,
        _ => return Err(unreadable()),
    };
    let target = match entry.target {
        Some((seq, id)) => Some(Target { seq, id: id.parse().map_err(|_| unreadable())? }),
        None => None,
    };
    let points_at = target.map(|target| target.seq).or(entry.reply_to);
    if entry.seq != seq || points_at.is_some_and(|at| at == 0 || at >= seq) {
        return Err(unreadable());
    }
    Ok(NewEntry {
        id: entry.id.parse().map_err(|_| unreadable())?,
        conversation: of.id,
        sender,
        receiver,
        client_message_id: entry.key.parse().map_err(|_| unreadable())?,
        created_at: Timestamp(entry.created_at),
        body: json::body_from_parts(entry.kind, entry.body, target)?,
        reply_to: entry.reply_to,
    })
}

/// A user as a line, the hash of their password included.
pub fn user_to_line(user: &User) -> String {
    let Profile { gender, age, height_cm, weight_kg, speciality, image, certificate } = &user.profile;
    write(&UserLine {
        id: user.id.to_string(),
        name: user.name.clone(),
        email: user.email.clone(),
        role: user.role.number(),
        active: user.active,
        password_hash: user.password_hash.clone(),
        created_at: user.created_at.0,
        valid_after: user.valid_after.0,
        gender: gender.map(Into::into),
        age: *age,
        height_cm: *height_cm,
        weight_kg: *weight_kg,
        speciality: speciality.clone(),
        image: image.map(|id| id.to_string()),
        certificate: certificate.map(|id| id.to_string()),
    })
}

/// The user of a line.
pub fn user_from_line(line: &str) -> Result<User, Unreadable> {
    let unreadable = || Unreadable("user");
    let user: UserLine = serde_json::from_str(line).map_err(|_| unreadable())?;
    let id = |id: Option<String>| id.map(|id| id.parse().map_err(|_| unreadable())).transpose();
    if user.email.is_empty() || user.email != user.email.to_lowercase() {
        return Err(unreadable());
    }
    Ok(User {
        id: user.id.parse().map_err(|_| unreadable())?,
        name: user.name,
        email: user.email,
        role: Role::from_number(user.role.into()).ok_or_else(unreadable)?,
        active: user.active,
        password_hash: user.password_hash,
        created_at: Timestamp(user.created_at),
        valid_after: Timestamp(user.valid_after),
        profile: Profile {
            gender: user.gender.map(Into::into),
            age: user.age,
            height_cm: user.height_cm,
            weight_kg: user.weight_kg,
            speciality: user.speciality,
            image: id(user.image)?,
            certificate: id(user.certificate)?,
        },
    })
}

/// A line of a recording's log as a line.
pub fn recording_to_line(line: &RecordingLine) -> String {
    let (act, others, consent) = recording::to_parts(&line.act);
    let (call, consultation) = match line.of {
        RecordingOf::Call(id) => (Some(id.to_string()), None),
        RecordingOf::Consultation(id) => (None, Some(id.to_string())),
    };
    write(&RecordingLineLine {
        recording: line.recording.to_string(),
        number: line.number,
        call,
        consultation,
        user: line.by.to_string(),
        at: line.at.0,
        act: act.to_owned(),
        other: others,
        consent,
    })
}

/// The line of a recording's log of a line.
pub fn recording_from_line(line: &str) -> Result<RecordingLine, Unreadable> {
    let unreadable = || Unreadable("recording");
    let line: RecordingLineLine = serde_json::from_str(line).map_err(|_| unreadable())?;
    let of = match (&line.call, &line.consultation) {
        (Some(id), None) => RecordingOf::Call(id.parse().map_err(|_| unreadable())?),
        (None, Some(id)) => RecordingOf::Consultation(id.parse().map_err(|_| unreadable())?),
        _ => return Err(unreadable()),
    };
    Ok(RecordingLine {
        recording: line.recording.parse().map_err(|_| unreadable())?,
        number: line.number,
        of,
        by: line.user.parse().map_err(|_| unreadable())?,
        at: Timestamp(line.at),
        act: recording::from_parts(&line.act, line.other.as_deref(), line.consent).ok_or_else(unreadable)?,
    })
}

/// An appointment as a line.
pub fn appointment_to_line(appointment: &Appointment) -> String {
    json::appointment_to_text(appointment)
}

/// The appointment of a line.
pub fn appointment_from_line(line: &str) -> Result<Appointment, Unreadable> {
    json::appointment_from_text(line)
}

/// A consultation as a line.
pub fn consultation_to_line(consultation: &Consultation) -> String {
    json::consultation_to_text(consultation)
}

/// The consultation of a line.
pub fn consultation_from_line(line: &str) -> Result<Consultation, Unreadable> {
    json::consultation_from_text(line)
}

/// A word that was said in a consultation as a line.
pub fn word_to_line(word: &Word) -> String {
    json::word_to_text(word)
}

/// The word of a line.
pub fn word_from_line(line: &str) -> Result<Word, Unreadable> {
    json::word_from_text(line)
}

/// The record of an upload as a line.
pub fn upload_to_line(upload: &Upload) -> String {
    write(&UploadLine {
        id: upload.id().to_string(),
        owner: upload.owner.to_string(),
        key: upload.key.as_str().to_owned(),
        kind: upload.kind.number(),
        created_at: upload.created_at.0,
        facts: json::facts_to_text(&upload.facts),
    })
}

/// The record of an upload of a line.
pub fn upload_from_line(line: &str) -> Result<Upload, Unreadable> {
    let unreadable = || Unreadable("upload");
    let upload: UploadLine = serde_json::from_str(line).map_err(|_| unreadable())?;
    let id = upload.id.parse().map_err(|_| unreadable())?;
    Ok(Upload {
        owner: upload.owner.parse().map_err(|_| unreadable())?,
        key: upload.key.parse().map_err(|_| unreadable())?,
        kind: UploadKind::from_number(upload.kind).ok_or_else(unreadable)?,
        facts: json::facts_from_text(id, &upload.facts)?,
        created_at: Timestamp(upload.created_at),
    })
}

#[derive(Serialize, Deserialize)]
struct HeaderLine {
    conversation: String,
    users: [String; 2],
    entries: u64,
    receipts: [[u64; 2]; 2],
}

#[derive(Serialize, Deserialize)]
struct EntryLine {
    seq: u64,
    id: String,
    sender: String,
    key: String,
    created_at: i64,
    kind: u8,
    body: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    target: Option<(u64, String)>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    reply_to: Option<u64>,
}

#[derive(Serialize, Deserialize)]
struct UserLine {
    id: String,
    name: String,
    email: String,
    role: u8,
    active: bool,
    password_hash: String,
    created_at: i64,
    valid_after: i64,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    gender: Option<GenderName>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    age: Option<u8>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    height_cm: Option<f64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    weight_kg: Option<f64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    speciality: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    image: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    certificate: Option<String>,
}

#[derive(Serialize, Deserialize)]
struct UploadLine {
    id: String,
    owner: String,
    key: String,
    kind: u8,
    created_at: i64,
    /// JSON, as a store has it.
    facts: String,
}

#[derive(Serialize, Deserialize)]
struct RecordingLineLine {
    recording: String,
    number: u64,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    call: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    consultation: Option<String>,
    /// Or a guest.
    user: String,
    at: i64,
    act: String,
    /// All who were asked, with a space between.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    other: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    consent: Option<u32>,
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum GenderName {
    Female,
    Male,
    Other,
}

json::mirrors! {
    GenderName = Gender { Female, Male, Other }
}
