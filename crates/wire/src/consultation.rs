//! Consultations as our own clients see them, and what they ask for.

use std::time::Duration;

use domain::consultation::window;
use domain::{
    Appointment, AppointmentId, CallId, ConnectionTest, Consultation, ConsultationId, DeviceTest, LineTest, Member,
    MemberId, MemberRole, MemberState, ObjectId, Timestamp, User, UserId, Word,
};
use serde::{Deserialize, Serialize};

use crate::appointment::{AppointmentRecord, room_name};
use crate::file::Addresses;
use crate::packet::Id;
use crate::time::Iso;
use crate::user::image;

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

/// `POST /api/consultations`.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
#[allow(missing_docs)]
pub struct OpenConsultation {
    pub appointment_id: Option<Id<AppointmentId>>,
    pub user_ids: Vec<Id<UserId>>,
    pub title: Option<String>,
    pub admit: bool,
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

/// `…/words`.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
#[allow(missing_docs)]
pub struct SayWord {
    pub client_message_id: String,
    pub text: String,
    pub consultation_id: Option<Id<ConsultationId>>,
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
    locked: bool,
    opened_at: Iso,
    #[serde(skip_serializing_if = "Option::is_none")]
    ended_at: Option<Iso>,
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
    /// Addresses of pictures.
    pub addresses: &'a dyn Addresses,
    /// Where a path of ours is.
    pub page: &'a dyn Fn(&str) -> String,
}

impl Beside<'_> {
    fn image(&self, user: Option<UserId>) -> Option<String> {
        self.people.iter().find(|person| Some(person.id) == user).and_then(|person| image(person, self.addresses))
    }

    fn member(&self, it: &Member, with_test: bool) -> MemberView {
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
            locked: it.locked,
            opened_at: Iso(it.opened_at),
            ended_at: it.ended_at.map(Iso),
            you: beside.member(me, true),
            members: it.members.iter().filter(sees).map(|member| beside.member(member, hosts)).collect(),
        }
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
    opened_at: Iso,
    ended_at: Iso,
    duration_ms: u64,
    members: Vec<PastMember>,
}

impl PastView {
    /// Of one that has ended, for who had a part in it: who was let in, and only to those who were themselves.
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
        });
        let theirs = beside.appointment.is_some_and(|one| one.is_of(user));
        Self {
            consultation_id: Id(it.id),
            room_id: room_name(it.room),
            title: it.title.clone(),
            owner: beside.owner(it),
            appointment: if theirs { beside.appointment() } else { None },
            call_id: it.call.filter(|_| was_in).map(Id),
            opened_at: Iso(it.opened_at),
            ended_at: Iso(it.ended_at.unwrap_or(it.opened_at)),
            duration_ms: if was_in { u64::try_from(it.duration().as_millis()).unwrap_or(u64::MAX) } else { 0 },
            members: members.collect(),
        }
    }
}

/// A webhook of the media server, as far as it matters here.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[allow(missing_docs)]
pub struct MediaEvent {
    pub event: String,
    #[serde(default)]
    pub id: String,
    #[serde(default)]
    pub room: Option<MediaRoom>,
    #[serde(default)]
    pub participant: Option<MediaParticipant>,
    /// Seconds since 1970; a text, as JSON has 64-bit integers in protobuf.
    #[serde(default, alias = "createdAt")]
    pub created_at: Option<serde_json::Value>,
}

#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[allow(missing_docs)]
pub struct MediaRoom {
    #[serde(default)]
    pub name: String,
}

#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[allow(missing_docs)]
pub struct MediaParticipant {
    #[serde(default)]
    pub identity: String,
}

impl MediaEvent {
    /// When it happened, as it says.
    pub fn at(&self) -> Option<Timestamp> {
        let seconds = match self.created_at.as_ref()? {
            serde_json::Value::String(text) => text.parse().ok()?,
            other => other.as_i64()?,
        };
        seconds.checked_mul(1000).filter(|at: &i64| *at > 0).map(Timestamp)
    }
}

#[cfg(test)]
mod tests {
    use domain::{Comer, GuestLink, Heard, Profile, Role};

    use super::*;
    use crate::appointment::tests::appointment;
    use crate::fixture::{Fixed, hears, id, says};

    const NOW: Timestamp = Timestamp(1_764_249_600_000);

    fn person(digit: char, name: &str, role: Role) -> User {
        User {
            id: id(digit),
            name: name.into(),
            email: String::new(),
            role,
            active: true,
            password_hash: String::new(),
            profile: Profile { image: (digit == 'd').then(|| id('b')), ..Profile::default() },
            created_at: Timestamp(0),
            valid_after: Timestamp(0),
        }
    }

    /// Maya's, with Amira in it, a guest waiting and Jonas refused.
    fn consultation() -> Consultation {
        let host = id('1');
        let mut it = Consultation::new(id('c'), id('8'), 1, (id('d'), "Maya Lindqvist".into()), host, NOW);
        it.appointment = Some(id('9'));
        it.version = 9;
        let later = |seconds: i64| Timestamp(NOW.0 + seconds * 1000);
        let comer = |user: char, member, name: &str| Comer::User {
            user: id(user),
            name: name.into(),
            id: id(member),
            unasked: true,
        };
        it.arrive(comer('d', '1', "Maya Lindqvist"), None, NOW).unwrap();
        let test = TestText {
            connection: LineText::Good,
            microphone: DeviceText::Ok,
            camera: DeviceText::None,
            rtt_ms: Some(42),
        };
        it.arrive(comer('a', '2', "Amira"), Some(test.into()), later(10)).unwrap();
        it.arrive(comer('e', '3', "Jonas"), None, later(11)).unwrap();
        it.admit(host, Some(&[id('2')]), later(20)).unwrap();
        it.refuse(host, id('3'), later(21)).unwrap();
        let link =
            GuestLink { id: id('7'), role: MemberRole::Observer, name: None, expires_at: later(90_000), used_by: None };
        it.make_link(host, link).unwrap();
        it.claim(id('7'), id('4'), "Interpreter".into(), later(30)).unwrap();
        it.arrive(Comer::Guest(id('4')), Some(test.into()), later(31)).unwrap();
        for (n, member) in [id::<MemberId>('1'), id('2')].into_iter().enumerate() {
            let identity = it.member(member).unwrap().identity();
            it.hear(&n.to_string(), Heard::Joined(&identity), later(40));
        }
        it
    }

    #[test]
    fn as_each_of_them_sees_it() {
        let people = [
            person('d', "Maya Lindqvist", Role::Dietician),
            person('a', "Amira", Role::Patient),
            person('e', "Jonas", Role::Patient),
        ];
        let appointment = appointment();
        let page = |path: &str| format!("https://chat.example.org{path}");
        let beside = Beside {
            people: &people,
            appointment: Some(&appointment),
            presence: OwnerPresence::Here,
            addresses: &Fixed,
            page: &page,
        };
        let mut it = consultation();
        let see = |it: &Consultation, member: char| ConsultationView::new(it, it.member(id(member)).unwrap(), &beside);
        says("consultation-host", &see(&it, '1'));
        says("consultation-member", &see(&it, '2'));
        says("consultation-guest", &see(&it, '4'));
        assert_eq!(see(&it, '3').members.len(), 1, "who was refused sees nobody");
        it.end(id('1'), Timestamp(NOW.0 + 1_840_000)).unwrap();
        says("consultation-ended", &see(&it, '2'));
        says("consultation-past", &PastView::new(&it, id('d'), &beside));
        assert!(PastView::new(&it, id('e'), &beside).members.iter().all(|one| one.name == "Jonas"));
        says("consultation-upcoming", &UpcomingView::new(&appointment, &people[1], &Fixed, page));
        let ticket = TicketView {
            url: "wss://livekit.example.org".into(),
            token: "eyJhbGciOiJIUzI1NiJ9.e30.c2ln".into(),
            expires_at: Iso(Timestamp(NOW.0 + 600_000)),
            identity: "a".repeat(24),
            role: RoleText::Member,
        };
        says("consultation-token", &ticket);
        let old = OldTicket {
            token: ticket.token.clone(),
            room_name: room_name(id('8')),
            participant_name: "Amira".into(),
            participant_role: "user",
            expires_in: 3600,
            timestamp: Iso(NOW),
        };
        says("get-token-answer", &old);
    }

    #[test]
    fn what_is_asked_for() {
        let open: OpenConsultation = hears("consultation-open");
        assert_eq!((open.appointment_id, open.user_ids.len(), open.admit), (None, 2, true));
        assert_eq!(open.title.as_deref(), Some("Reading the iron values"));
        let arrive: Arrive = hears("consultation-arrive");
        let test = arrive.test.unwrap();
        assert_eq!(
            (test.connection, test.microphone, test.camera),
            (LineText::Weak, DeviceText::Silent, DeviceText::Blocked)
        );
        let mute: MuteMember = hears("consultation-mute");
        assert_eq!((mute.member_id.0, mute.source), (id('2'), SourceText::Microphone));
        let role: GiveRole = hears("consultation-role");
        assert_eq!((role.member_id.0, role.role), (id('2'), RoleText::CoHost));
        let old: GetToken = hears("get-token");
        assert_eq!(room_from_name(&old.room_name), Some(id('8')));
        let event: MediaEvent = hears("livekit-webhook");
        assert_eq!((event.event.as_str(), event.at()), ("participant_joined", Some(Timestamp(1_764_249_640_000))));
        assert_eq!(room_from_name(&event.room.unwrap().name), Some(id('8')));
        for name in ["", "consultation-", "consultation-8", "room", "consultation-zzzzzzzzzzzzzzzzzzzzzzzz"] {
            assert_eq!(room_from_name(name), None, "{name}");
        }
    }
}
