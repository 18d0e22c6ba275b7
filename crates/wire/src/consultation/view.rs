//! How a consultation stands, for each of its people.

use domain::consultation::window;
use domain::{
    Appointment, CallId, Consultation, ConsultationId, Encryption, Member, MemberId, MemberRole, MemberState, PageKeys,
    Person, Recording, Upload, UploadId, User, UserId, Word,
};
use serde::Serialize;

use super::{QualityText, RoleText, StateText, TestText};
use crate::appointment::{AppointmentRecord, room_name};
use crate::file::{Addresses, millis};
use crate::packet::Id;
use crate::recording::RecordingStands;
use crate::time::Iso;
use crate::user::image;

/// Where the owner is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
#[allow(missing_docs)]
pub enum OwnerPresence {
    Here,
    Busy,
    Online,
    Away,
}

/// Somebody with an account, in few words.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct PersonView {
    user_id: Id<UserId>,
    name: String,
    profile_image: Option<String>,
}

impl PersonView {
    /// Of a user.
    pub fn new(user: &User, addresses: &dyn Addresses) -> Self {
        Self { user_id: Id(user.id), name: user.name.clone(), profile_image: image(user, addresses) }
    }
}

#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
struct OwnerView {
    user_id: Id<UserId>,
    name: String,
    profile_image: Option<String>,
    presence: OwnerPresence,
}

#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
struct MemberView {
    member_id: Id<MemberId>,
    user_id: Option<Id<UserId>>,
    name: String,
    profile_image: Option<String>,
    guest: bool,
    role: RoleText,
    state: StateText,
    identity: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    arrived_at: Option<Iso>,
    #[serde(skip_serializing_if = "Option::is_none")]
    admitted_at: Option<Iso>,
    #[serde(skip_serializing_if = "Option::is_none")]
    joined_at: Option<Iso>,
    #[serde(skip_serializing_if = "Option::is_none")]
    left_at: Option<Iso>,
    connected: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    test: Option<TestText>,
    #[serde(skip_serializing_if = "Option::is_none")]
    line: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    answer: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    keys: Option<KeysView>,
}

/// What a page of theirs can be handed keys by, and which it has.
#[derive(Debug, Clone, Serialize)]
struct KeysView {
    page: String,
    number: u32,
    #[serde(skip_serializing_if = "Option::is_none")]
    handed: Option<HandedView>,
}

#[derive(Debug, Clone, Serialize)]
struct HandedView {
    from: Id<MemberId>,
    by: String,
    sealed: String,
}

impl KeysView {
    fn new(it: &PageKeys, mine: bool) -> Self {
        let handed = it.sealed.as_ref().filter(|_| mine).map(|handed| HandedView {
            from: Id(handed.from),
            by: handed.by.to_string(),
            sealed: handed.text.to_string(),
        });
        Self { page: it.page.to_string(), number: it.number, handed }
    }
}

#[derive(Debug, Clone, Serialize)]
struct EncryptionView {
    number: u32,
    due: bool,
}

/// How a consultation stands, for one of its members.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ConsultationView {
    consultation_id: Id<ConsultationId>,
    room_id: String,
    version: u64,
    title: Option<String>,
    state: &'static str,
    owner: OwnerView,
    appointment: Option<AppointmentRecord>,
    #[serde(skip_serializing_if = "Option::is_none")]
    call_id: Option<Id<CallId>>,
    /// Whoever may contact the owner may knock.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    own_room: bool,
    locked: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    encryption: Option<EncryptionView>,
    opened_at: Iso,
    #[serde(skip_serializing_if = "Option::is_none")]
    ended_at: Option<Iso>,
    #[serde(skip_serializing_if = "Option::is_none")]
    recording: Option<RecordingStands>,
    /// Its recordings are made by the media server.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    server_records: bool,
    you: MemberView,
    members: Vec<MemberView>,
}

/// What a view is made of beside the consultation.
pub struct Beside<'a> {
    /// Those of its members that have an account.
    pub people: &'a [User],
    /// What it was arranged as.
    pub appointment: Option<&'a Appointment>,
    /// Where its owner is.
    pub presence: OwnerPresence,
    /// Its recordings, the newest last, with what is kept.
    pub recordings: &'a [(Recording, Option<Upload>)],
    /// Whether those to come are made by the media server.
    pub server_records: bool,
    /// Addresses of pictures and recordings.
    pub addresses: &'a dyn Addresses,
    /// Where a path of ours is.
    pub page: &'a dyn Fn(&str) -> String,
}

impl Beside<'_> {
    fn image(&self, user: Option<UserId>) -> Option<String> {
        self.people.iter().find(|person| Some(person.id) == user).and_then(|person| image(person, self.addresses))
    }

    fn member(&self, it: &Member, with_test: bool, mine: bool) -> MemberView {
        MemberView {
            member_id: Id(it.id),
            user_id: it.user.map(Id),
            name: it.name.clone(),
            profile_image: self.image(it.user),
            guest: it.user.is_none(),
            role: it.role.into(),
            state: it.state.into(),
            identity: it.identity(),
            arrived_at: it.arrived_at.map(Iso),
            admitted_at: it.admitted_at.map(Iso),
            joined_at: it.joined_at.map(Iso),
            left_at: it.left_at.map(Iso),
            connected: it.connected,
            test: it.test.filter(|_| with_test).map(Into::into),
            line: it.line.clone().filter(|_| with_test),
            answer: it.answer.clone().filter(|_| with_test),
            keys: it.keys.as_ref().filter(|_| with_test).map(|keys| KeysView::new(keys, mine)),
        }
    }

    fn owner(&self, it: &Consultation) -> OwnerView {
        OwnerView {
            user_id: Id(it.owner),
            name: it.host().map(|host| host.name.clone()).unwrap_or_default(),
            profile_image: self.image(Some(it.owner)),
            presence: self.presence,
        }
    }

    fn appointment(&self) -> Option<AppointmentRecord> {
        self.appointment.map(|one| AppointmentRecord::new(one, self.page))
    }
}

impl ConsultationView {
    /// As that member sees it: a host everybody, who is in it those who are, everyone else themself alone.
    pub fn new(it: &Consultation, me: &Member, beside: &Beside<'_>) -> Self {
        let admitted = me.state == MemberState::Admitted;
        let hosts = me.role == MemberRole::Host || (me.role == MemberRole::CoHost && admitted);
        let sees = |other: &&Member| hosts || other.id == me.id || (admitted && other.state == MemberState::Admitted);
        // Who treats whom is for the two to see.
        let concerned = |one: &&Recording| hosts || admitted || one.is_of(me.person());
        let recording = beside.recordings.last().map(|(recording, _)| recording).filter(concerned);
        let theirs = |one: &&Appointment| me.user.is_some_and(|user| one.is_of(user));
        let appointment = if beside.appointment.filter(theirs).is_some() { beside.appointment() } else { None };
        Self {
            consultation_id: Id(it.id),
            room_id: room_name(it.room),
            version: it.version,
            title: it.title.clone(),
            state: if it.ended_at.is_some() { "ended" } else { "open" },
            owner: beside.owner(it),
            appointment,
            call_id: it.call.map(Id),
            own_room: it.is_in_own_room(),
            locked: it.locked,
            encryption: it.encryption.map(|Encryption { number, due }| EncryptionView { number, due }),
            opened_at: Iso(it.opened_at),
            ended_at: it.ended_at.map(Iso),
            recording: recording.map(Into::into),
            server_records: beside.server_records,
            you: beside.member(me, true, true),
            members: it.members.iter().filter(sees).map(|member| beside.member(member, hosts, false)).collect(),
        }
    }
}

/// A word, as one of the members reads it.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct WordView {
    number: u32,
    member_id: Id<MemberId>,
    name: String,
    guest: bool,
    text: String,
    at: Iso,
    /// Their own key for what is theirs.
    #[serde(skip_serializing_if = "Option::is_none")]
    client_message_id: Option<String>,
}

/// `…/words`, read.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct WordsView {
    consultation_id: Id<ConsultationId>,
    words: Vec<WordView>,
    #[serde(skip_serializing_if = "Option::is_none")]
    next: Option<u32>,
}

impl WordsView {
    /// Of a consultation's words, for that member.
    pub fn new(it: &Consultation, me: MemberId, words: Vec<Word>, next: Option<u32>) -> Self {
        let view = |word: Word| {
            let member = it.member(word.member);
            WordView {
                number: word.number,
                member_id: Id(word.member),
                name: member.map(|member| member.name.clone()).unwrap_or_default(),
                guest: member.is_some_and(|member| member.user.is_none()),
                text: word.text,
                at: Iso(word.at),
                client_message_id: (word.member == me).then(|| word.key.as_str().to_owned()),
            }
        };
        Self { consultation_id: Id(it.id), words: words.into_iter().map(view).collect(), next }
    }
}

/// An appointment that its room is to open for.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct UpcomingView {
    room_id: String,
    appointment: AppointmentRecord,
    with: PersonView,
    opens_at: Iso,
    closes_at: Iso,
}

impl UpcomingView {
    /// Of one, with the other of the two.
    pub fn new(it: &Appointment, other: &User, addresses: &dyn Addresses, page: impl FnOnce(&str) -> String) -> Self {
        let [opens_at, closes_at] = window(it).map(Iso);
        Self {
            room_id: room_name(it.room),
            appointment: AppointmentRecord::new(it, page),
            with: PersonView::new(other, addresses),
            opens_at,
            closes_at,
        }
    }
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct PastMember {
    user_id: Option<Id<UserId>>,
    name: String,
    guest: bool,
    role: RoleText,
    #[serde(skip_serializing_if = "Option::is_none")]
    joined_at: Option<Iso>,
    #[serde(skip_serializing_if = "Option::is_none")]
    left_at: Option<Iso>,
    #[serde(skip_serializing_if = "Option::is_none")]
    quality: Option<QualityText>,
}

/// One that was.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct PastView {
    consultation_id: Id<ConsultationId>,
    room_id: String,
    title: Option<String>,
    owner: OwnerView,
    appointment: Option<AppointmentRecord>,
    #[serde(skip_serializing_if = "Option::is_none")]
    call_id: Option<Id<CallId>>,
    encrypted: bool,
    opened_at: Iso,
    ended_at: Iso,
    duration_ms: u64,
    members: Vec<PastMember>,
    recordings: Vec<KeptRecording>,
}

/// A recording that can be played.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct KeptRecording {
    recording_id: Id<UploadId>,
    file_url: String,
    file_name: String,
    file_size: u64,
    file_type: String,
    duration_ms: u64,
}

impl KeptRecording {
    fn new(upload: &Upload, addresses: &dyn Addresses) -> Self {
        let facts = &upload.facts;
        Self {
            recording_id: Id(facts.upload),
            file_url: addresses.whole(facts.upload),
            file_name: facts.name.clone(),
            file_size: facts.size,
            file_type: facts.media_type.clone(),
            duration_ms: millis(facts.duration.unwrap_or_default()),
        }
    }
}

impl PastView {
    /// Of one that has ended, for who had a part in it: who was let in, and only to those who were themselves; recordings to
    /// those who agreed to them.
    pub fn new(it: &Consultation, user: UserId, beside: &Beside<'_>) -> Self {
        let me = it.of_user(user);
        let was_in = it.owner == user || me.is_some_and(|me| me.admitted_at.is_some());
        let members = it.members.iter().filter(|other| {
            other.user == Some(user) || (was_in && (other.admitted_at.is_some() || other.joined_at.is_some()))
        });
        let members = members.map(|one| PastMember {
            user_id: one.user.map(Id),
            name: one.name.clone(),
            guest: one.user.is_none(),
            role: one.role.into(),
            joined_at: one.joined_at.or(one.admitted_at).map(Iso),
            left_at: one.left_at.map(Iso),
            quality: one.quality.word().map(Into::into),
        });
        let theirs = beside.appointment.is_some_and(|one| one.is_of(user));
        Self {
            consultation_id: Id(it.id),
            room_id: room_name(it.room),
            title: it.title.clone(),
            owner: beside.owner(it),
            appointment: if theirs { beside.appointment() } else { None },
            call_id: it.call.filter(|_| was_in).map(Id),
            encrypted: it.encryption.is_some(),
            opened_at: Iso(it.opened_at),
            ended_at: Iso(it.ended_at.unwrap_or(it.opened_at)),
            duration_ms: if was_in { u64::try_from(it.duration().as_millis()).unwrap_or(u64::MAX) } else { 0 },
            members: members.collect(),
            recordings: beside
                .recordings
                .iter()
                .filter(|(recording, _)| recording.agreed.contains(&Person::User(user)))
                .filter_map(|(_, kept)| kept.as_ref().map(|kept| KeptRecording::new(kept, beside.addresses)))
                .collect(),
        }
    }
}
