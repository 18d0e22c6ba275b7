use std::time::Duration;

use domain::{
    ConnectionTest, Consultation, DeviceTest, Encryption, GuestLink, HandedKey, LineTest, Member, MemberRole,
    MemberState, PageKeys, QualityTime, Timestamp, Word,
};
use serde::{Deserialize, Serialize};

use super::{Unreadable, mirrors, write};

/// A consultation as it is kept, and as a line of an export.
pub(crate) fn consultation_to_text(it: &Consultation) -> String {
    write(&Record {
        id: it.id.to_string(),
        version: it.version,
        room: it.room.to_string(),
        session: it.session,
        owner: it.owner.to_string(),
        title: it.title.clone(),
        appointment: it.appointment.map(|id| id.to_string()),
        call: it.call.map(|id| id.to_string()),
        opened_at: it.opened_at.0,
        ended_at: it.ended_at.map(|at| at.0),
        locked: it.locked,
        encryption: it.encryption.map(|Encryption { number, due }| EncryptionRecord { number, due }),
        members: it.members.iter().map(Into::into).collect(),
        links: it.links.iter().map(Into::into).collect(),
        recordings: it.recordings.iter().map(ToString::to_string).collect(),
        heard: it.heard.clone(),
    })
}

pub(crate) fn consultation_from_text(text: &str) -> Result<Consultation, Unreadable> {
    let record: Record = serde_json::from_str(text).map_err(|_| Unreadable("consultation"))?;
    record.into_consultation().ok_or(Unreadable("consultation"))
}

/// A word as a line of an export.
pub(crate) fn word_to_text(it: &Word) -> String {
    write(&WordRecord {
        consultation: it.consultation.to_string(),
        number: it.number,
        member: it.member.to_string(),
        key: it.key.as_str().to_owned(),
        text: it.text.clone(),
        at: it.at.0,
    })
}

pub(crate) fn word_from_text(text: &str) -> Result<Word, Unreadable> {
    let unreadable = || Unreadable("word");
    let record: WordRecord = serde_json::from_str(text).map_err(|_| unreadable())?;
    Ok(Word {
        consultation: record.consultation.parse().map_err(|_| unreadable())?,
        number: record.number,
        member: record.member.parse().map_err(|_| unreadable())?,
        key: record.key.parse().map_err(|_| unreadable())?,
        text: record.text,
        at: Timestamp(record.at),
    })
}

#[derive(Serialize, Deserialize)]
struct WordRecord {
    consultation: String,
    number: u32,
    member: String,
    key: String,
    text: String,
    at: i64,
}

#[derive(Serialize, Deserialize)]
struct Record {
    id: String,
    version: u64,
    room: String,
    session: u32,
    owner: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    title: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    appointment: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    call: Option<String>,
    opened_at: i64,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    ended_at: Option<i64>,
    #[serde(default)]
    locked: bool,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    encryption: Option<EncryptionRecord>,
    members: Vec<MemberRecord>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    links: Vec<LinkRecord>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    recordings: Vec<String>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    heard: Vec<String>,
}

#[derive(Serialize, Deserialize)]
struct MemberRecord {
    id: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    user: Option<String>,
    name: String,
    role: Role,
    state: State,
    #[serde(default)]
    welcome: bool,
    #[serde(default)]
    old_client: bool,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    arrived_at: Option<i64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    admitted_at: Option<i64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    joined_at: Option<i64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    left_at: Option<i64>,
    #[serde(default)]
    connected: bool,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    test: Option<TestRecord>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    line: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    answer: Option<String>,
    /// Milliseconds good, fair and weak.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    quality: Option<[u64; 3]>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    keys: Option<KeysRecord>,
}

#[derive(Serialize, Deserialize)]
struct EncryptionRecord {
    number: u32,
    #[serde(default)]
    due: bool,
}

/// Nothing in it is secret.
#[derive(Serialize, Deserialize)]
struct KeysRecord {
    page: String,
    number: u32,
    /// Who handed it on, by which key, and it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    sealed: Option<[String; 3]>,
}

#[derive(Serialize, Deserialize)]
struct TestRecord {
    connection: Line,
    microphone: Device,
    camera: Device,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    rtt_ms: Option<u64>,
}

#[derive(Serialize, Deserialize)]
struct LinkRecord {
    id: String,
    role: Role,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    name: Option<String>,
    expires_at: i64,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    used_by: Option<String>,
}

impl Record {
    fn into_consultation(self) -> Option<Consultation> {
        let appointment = match self.appointment {
            Some(id) => Some(id.parse().ok()?),
            None => None,
        };
        let call = match self.call {
            Some(id) => Some(id.parse().ok()?),
            None => None,
        };
        Some(Consultation {
            id: self.id.parse().ok()?,
            version: self.version,
            room: self.room.parse().ok()?,
            session: self.session,
            owner: self.owner.parse().ok()?,
            title: self.title,
            appointment,
            call,
            opened_at: Timestamp(self.opened_at),
            ended_at: self.ended_at.map(Timestamp),
            locked: self.locked,
            encryption: self.encryption.map(|EncryptionRecord { number, due }| Encryption { number, due }),
            members: self.members.into_iter().map(MemberRecord::into_member).collect::<Option<_>>()?,
            links: self.links.into_iter().map(LinkRecord::into_link).collect::<Option<_>>()?,
            recordings: self.recordings.iter().map(|id| id.parse()).collect::<Result<_, _>>().ok()?,
            heard: self.heard,
        })
    }
}

fn ms(duration: Duration) -> u64 {
    u64::try_from(duration.as_millis()).unwrap_or(u64::MAX)
}

impl From<&Member> for MemberRecord {
    fn from(it: &Member) -> Self {
        let millis = |at: Option<Timestamp>| at.map(|at| at.0);
        Self {
            id: it.id.to_string(),
            user: it.user.map(|user| user.to_string()),
            name: it.name.clone(),
            role: it.role.into(),
            state: it.state.into(),
            welcome: it.welcome,
            old_client: it.old_client,
            arrived_at: millis(it.arrived_at),
            admitted_at: millis(it.admitted_at),
            joined_at: millis(it.joined_at),
            left_at: millis(it.left_at),
            connected: it.connected,
            test: it.test.map(|test| TestRecord {
                connection: test.connection.into(),
                microphone: test.microphone.into(),
                camera: test.camera.into(),
                rtt_ms: test.rtt.map(ms),
            }),
            line: it.line.clone(),
            answer: it.answer.clone(),
            quality: it.quality.word().map(|_| [it.quality.good, it.quality.fair, it.quality.weak].map(ms)),
            keys: it.keys.as_ref().map(Into::into),
        }
    }
}

impl MemberRecord {
    fn into_member(self) -> Option<Member> {
        let user = match self.user {
            Some(user) => Some(user.parse().ok()?),
            None => None,
        };
        let keys = match self.keys {
            Some(keys) => Some(keys.into_keys()?),
            None => None,
        };
        Some(Member {
            id: self.id.parse().ok()?,
            user,
            name: self.name,
            role: self.role.into(),
            state: self.state.into(),
            welcome: self.welcome,
            old_client: self.old_client,
            arrived_at: self.arrived_at.map(Timestamp),
            admitted_at: self.admitted_at.map(Timestamp),
            joined_at: self.joined_at.map(Timestamp),
            left_at: self.left_at.map(Timestamp),
            connected: self.connected,
            test: self.test.map(|test| ConnectionTest {
                connection: test.connection.into(),
                microphone: test.microphone.into(),
                camera: test.camera.into(),
                rtt: test.rtt_ms.map(Duration::from_millis),
            }),
            line: self.line,
            answer: self.answer,
            quality: self.quality.map_or_else(QualityTime::default, |quality| {
                let [good, fair, weak] = quality.map(Duration::from_millis);
                QualityTime { good, fair, weak }
            }),
            keys,
        })
    }
}

impl From<&PageKeys> for KeysRecord {
    fn from(it: &PageKeys) -> Self {
        let sealed = it.sealed.as_ref();
        let sealed = sealed.map(|it| [it.from.to_string(), it.by.to_string(), it.text.to_string()]);
        Self { page: it.page.to_string(), number: it.number, sealed }
    }
}

impl KeysRecord {
    fn into_keys(self) -> Option<PageKeys> {
        let sealed = match self.sealed {
            Some([from, by, text]) => {
                Some(HandedKey { from: from.parse().ok()?, by: by.parse().ok()?, text: text.parse().ok()? })
            }
            None => None,
        };
        Some(PageKeys { page: self.page.parse().ok()?, number: self.number, sealed })
    }
}

impl From<&GuestLink> for LinkRecord {
    fn from(it: &GuestLink) -> Self {
        Self {
            id: it.id.to_string(),
            role: it.role.into(),
            name: it.name.clone(),
            expires_at: it.expires_at.0,
            used_by: it.used_by.map(|id| id.to_string()),
        }
    }
}

impl LinkRecord {
    fn into_link(self) -> Option<GuestLink> {
        let used_by = match self.used_by {
            Some(id) => Some(id.parse().ok()?),
            None => None,
        };
        Some(GuestLink {
            id: self.id.parse().ok()?,
            role: self.role.into(),
            name: self.name,
            expires_at: Timestamp(self.expires_at),
            used_by,
        })
    }
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Role {
    Host,
    CoHost,
    Member,
    Observer,
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum State {
    Invited,
    Waiting,
    Admitted,
    Refused,
    Removed,
    Left,
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Device {
    Ok,
    Silent,
    Blocked,
    None,
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Line {
    Good,
    Weak,
    Failed,
}

mirrors! {
    Role = MemberRole { Host, CoHost, Member, Observer }
    State = MemberState { Invited, Waiting, Admitted, Refused, Removed, Left }
    Device = DeviceTest { Ok, Silent, Blocked, None }
    Line = LineTest { Good, Weak, Failed }
}
