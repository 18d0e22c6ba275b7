use domain::{
    CONSENT, Comer, Consultation, Encryption, FileFacts, GuestLink, Heard, MemberId, Person, Profile, Recording,
    RecordingAct, RecordingOf, Role, Timestamp, Upload, UploadKind, User,
};

use super::*;
use crate::appointment::room_name;
use crate::appointment::tests::appointment;
use crate::fixture::{Fixed, hears, id, says};
use crate::time::Iso;

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
    let test =
        TestText { connection: LineText::Good, microphone: DeviceText::Ok, camera: DeviceText::None, rtt_ms: Some(42) };
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

/// Maya's, to which Amira has agreed, and the interpreter not yet.
fn recording() -> Recording {
    let (of, others) = (RecordingOf::Consultation(id('c')), vec![Person::User(id('a')), Person::Guest(id('4'))]);
    let asked = Recording::ask(id('b'), of, (id('d'), others), CONSENT, NOW).unwrap();
    let mut recording = Recording::of(&[asked]).unwrap();
    let agreed = RecordingAct::Agreed { consent: CONSENT };
    recording.add(&recording.next(Person::User(id('a')), agreed, NOW).unwrap());
    recording
}

fn kept() -> Upload {
    let facts = FileFacts {
        upload: id('b'),
        name: "recording.webm".into(),
        size: 184_320,
        media_type: "video/webm".into(),
        width: None,
        height: None,
        duration: Some(Duration::from_millis(183_250)),
        waveform: Vec::new(),
        has_thumbnail: false,
    };
    Upload { owner: id('d'), key: "b".parse().unwrap(), kind: UploadKind::Recording, facts, created_at: NOW }
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
        recordings: &[(recording(), Some(kept()))],
        server_records: false,
        addresses: &Fixed,
        page: &page,
    };
    let mut it = consultation();
    let see = |it: &Consultation, member: char| ConsultationView::new(it, it.member(id(member)).unwrap(), &beside);
    says("consultation-host", &see(&it, '1'));
    says("consultation-member", &see(&it, '2'));
    says("consultation-guest", &see(&it, '4'));
    let refused = serde_json::to_value(see(&it, '3')).unwrap();
    assert_eq!(refused["members"].as_array().unwrap().len(), 1, "who was refused sees nobody");
    assert!(refused["recording"].is_null());
    let mut sealed = it.clone();
    sealed.encryption = Some(Encryption::default());
    for (member, letter) in [('1', "h"), ('2', "a")] {
        sealed.bring_key(id(member), letter.repeat(87).parse().unwrap()).unwrap();
    }
    let keys: HandKeys = hears("consultation-keys");
    let handed = keys.keys.iter().map(|key| key.read().unwrap()).collect();
    sealed.hand_keys(id('1'), &keys.page.parse().unwrap(), keys.number, handed).unwrap();
    says("consultation-encrypted", &see(&sealed, '2'));
    let quality: NoteQuality = hears("consultation-quality");
    it.note_quality(id('2'), (&quality).into()).unwrap();
    it.end(id('1'), Timestamp(NOW.0 + 1_840_000)).unwrap();
    says("consultation-ended", &see(&it, '2'));
    says("consultation-past", &PastView::new(&it, id('d'), &beside));
    let strangers = serde_json::to_value(PastView::new(&it, id('e'), &beside)).unwrap();
    assert!(strangers["members"].as_array().unwrap().iter().all(|one| one["name"] == "Jonas"));
    assert_eq!(strangers["recordings"], serde_json::json!([]));
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
    assert!(!event.participant.unwrap().records());
    let event: MediaEvent = hears("livekit-webhook-egress");
    let info = event.egress_info.unwrap();
    assert_eq!((event.event.as_str(), info.egress_id.as_str(), info.status()), ("egress_ended", "EG_eRGYpCmgyVNv", 3));
    let file = "/out/bbbbbbbbbbbbbbbbbbbbbbbb.mp4";
    assert_eq!(info.paths().collect::<Vec<_>>(), [file, file]);
    assert_eq!(info.length(), Some(std::time::Duration::from_millis(1_834_250)));
    // As answers write it, and as little as there may be.
    let answered = serde_json::json!({
        "egress_id": "EG_1", "status": "EGRESS_ACTIVE", "room_composite": { "file_outputs": [{ "filepath": file }] },
        "file_results": [{ "filename": file, "duration": "0" }],
    });
    let info: EgressInfo = serde_json::from_value(answered).unwrap();
    assert_eq!((info.status(), info.paths().count(), info.length()), (1, 2, None));
    for (status, number) in [("null", 0), ("4", 4), ("\"EGRESS_ABORTED\"", 5), ("\"EGRESS_ELSE\"", 7), ("-1", 7)] {
        let info: EgressInfo = serde_json::from_str(&format!(r#"{{"status":{status}}}"#)).unwrap();
        assert_eq!((info.status(), info.paths().count()), (number, 0), "{status}");
    }
    let recorder: MediaParticipant = serde_json::from_str(r#"{"identity":"EG_1","kind":"EGRESS"}"#).unwrap();
    assert!(recorder.records());
    for name in ["", "consultation-", "consultation-8", "room", "consultation-zzzzzzzzzzzzzzzzzzzzzzzz"] {
        assert_eq!(room_from_name(name), None, "{name}");
    }
}
