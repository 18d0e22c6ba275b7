//! Who is let into which consultation, as what, and by which token.

use std::collections::BTreeMap;
use std::time::Duration;

use app::accounts::Secret;
use app::consultations::{Guest, Passes};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use domain::{ConsultationId, MemberId, ObjectId, Role as UserRole, Timestamp, User};
use http::Method;
use serde_json::{Value, json};
use server::Role;

use crate::harness::{Answer, Ask, TestServer, secret};

/// Nobody listens there: tokens are made without asking.
pub(crate) const LIVEKIT: [(&str, &str); 3] = [
    ("LIVEKIT_URL", "ws://127.0.0.1:9"),
    ("LIVEKIT_API_KEY", "the-key"),
    ("LIVEKIT_API_SECRET", "a secret of thirty-two bytes and more"),
];

/// A practice: two patients, two dieticians, an admin.
pub(crate) struct Practice {
    pub(crate) server: TestServer,
    people: BTreeMap<&'static str, (User, String)>,
}

impl Practice {
    pub(crate) async fn open(more: &[(&str, &str)]) -> Self {
        let mut env = LIVEKIT.to_vec();
        env.push(("JWT_SECRET", secret()));
        env.extend(more);
        let server = TestServer::start_with(&env).await;
        let mut people = BTreeMap::new();
        for (name, role) in [
            ("Amira", UserRole::Patient),
            ("Jonas", UserRole::Patient),
            ("Maya", UserRole::Dietician),
            ("Hannah", UserRole::Dietician),
            ("Ines", UserRole::Admin),
        ] {
            let user = server.add(name, role).await;
            people.insert(name, (user, server.token(name).await));
        }
        Self { server, people }
    }

    pub(crate) fn token(&self, who: &str) -> &str {
        &self.people[who].1
    }

    pub(crate) fn id(&self, who: &str) -> String {
        self.people[who].0.id.to_string()
    }

    /// The own room of a dietician.
    pub(crate) fn room(&self, who: &str) -> String {
        format!("consultation-{}", self.id(who))
    }

    pub(crate) async fn ask(&self, token: &str, room: &str, what: &str, body: Value) -> Answer {
        self.server.post(&format!("/api/consultations/{room}/{what}"), Some(token), body).await
    }

    pub(crate) async fn by(&self, who: &str, room: &str, what: &str, body: Value) -> Answer {
        self.ask(self.token(who), room, what, body).await
    }

    /// Opens one for these people.
    pub(crate) async fn open_for(&self, who: &str, users: &[&str], admit: bool) -> String {
        let ids: Vec<_> = users.iter().map(|user| self.id(user)).collect();
        let body = json!({ "userIds": ids, "admit": admit });
        let answer = self.server.post("/api/consultations", Some(self.token(who)), body).await;
        answer.json()["roomId"].as_str().unwrap().to_owned()
    }

    pub(crate) async fn member(&self, room: &str, name: &str) -> String {
        let seen = self.server.get(&format!("/api/consultations/{room}"), Some(self.token("Maya"))).await.json();
        let members = seen["members"].as_array().unwrap();
        let member = members.iter().find(|member| member["name"] == name).unwrap_or_else(|| panic!("{seen}"));
        member["memberId"].as_str().unwrap().to_owned()
    }
}

/// What a LiveKit token says.
fn claims(answer: &Answer) -> Value {
    let token = answer.json()["token"].as_str().unwrap_or_else(|| panic!("{answer:?}")).to_owned();
    let payload = token.split('.').nth(1).unwrap();
    serde_json::from_slice(&URL_SAFE_NO_PAD.decode(payload).unwrap()).unwrap()
}

#[tokio::test]
async fn who_gets_which_token() {
    let practice = Practice::open(&[]).await;
    let room = practice.open_for("Maya", &["Amira", "Hannah"], false).await;
    let everybody = ["Amira", "Jonas", "Maya", "Hannah", "Ines"];
    let tokens = async |expected: [&str; 5]| {
        for (who, expected) in everybody.into_iter().zip(expected) {
            assert_eq!(practice.by(who, &room, "token", json!({})).await.summary(), expected, "{who}");
        }
    };
    let (no, foreign) = ("403 not_admitted", "403 forbidden");
    tokens([no, foreign, no, no, foreign]).await;
    for (who, expected) in everybody.into_iter().zip(["200", foreign, "200", "200", foreign]) {
        assert_eq!(practice.by(who, &room, "arrive", json!({})).await.summary(), expected, "{who}");
    }
    tokens([no, foreign, "200", no, foreign]).await;
    let amira = practice.member(&room, "Amira").await;
    assert_eq!(practice.by("Amira", &room, "admit", json!({})).await.summary(), foreign);
    assert_eq!(practice.by("Maya", &room, "admit", json!({ "memberIds": [amira] })).await.summary(), "200");
    tokens(["200", foreign, "200", no, foreign]).await;
    practice.by("Maya", &room, "admit", json!({})).await;

    let token = practice.by("Amira", &room, "token", json!({})).await;
    let said = claims(&token);
    let now = practice.server.services.clock.now().seconds();
    assert_eq!(
        (&said["iss"], &said["sub"], &said["name"]),
        (&json!("the-key"), &json!(practice.id("Amira")), &json!("Amira"))
    );
    assert_eq!(said["video"]["room"], json!(room));
    assert_eq!((&said["video"]["roomAdmin"], &said["video"]["canPublish"]), (&Value::Null, &json!(true)));
    assert!((said["exp"].as_i64().unwrap() - now - 60).abs() < 5, "a minute");
    assert_eq!((&token.json()["url"], &token.json()["role"]), (&json!("ws://127.0.0.1:9"), &json!("member")));
    let host = claims(&practice.by("Maya", &room, "token", json!({})).await);
    assert_eq!(host["video"]["roomAdmin"], json!(true));

    // An observer sees and hears; whoever is there already would be told, and nobody can be asked here.
    let observes = json!({ "memberId": amira, "role": "observer" });
    assert_eq!(practice.by("Maya", &room, "role", observes).await.summary(), "502 livekit_unreachable");
    let said = claims(&practice.by("Amira", &room, "token", json!({})).await);
    assert_eq!((&said["video"]["canPublish"], &said["video"]["canPublishData"]), (&json!(false), &json!(false)));

    // Sent out, whatever the media server makes of it.
    let removed = practice.by("Maya", &room, "remove", json!({ "memberId": amira })).await;
    assert_eq!(removed.summary(), "502 livekit_unreachable");
    tokens([no, foreign, "200", "200", foreign]).await;
    assert_eq!(practice.by("Amira", &room, "arrive", json!({})).await.summary(), no);
    assert_eq!(practice.by("Hannah", &room, "end", json!({})).await.summary(), foreign);
    assert_eq!(practice.by("Maya", &room, "end", json!({})).await.summary(), "502 livekit_unreachable");
    let over = "409 consultation_ended";
    tokens([over, foreign, over, over, foreign]).await;
}

#[tokio::test]
async fn what_each_of_them_sees() {
    let practice = Practice::open(&[]).await;
    let room = practice.room("Maya");
    let test = json!({ "connection": "good", "microphone": "ok", "camera": "none", "rttMs": 30 });
    let names = |seen: &Value| -> Vec<String> {
        let members = seen["members"].as_array().unwrap();
        members.iter().map(|member| member["name"].as_str().unwrap().to_owned()).collect()
    };
    // Nobody has opened it, and looking does not.
    let preview =
        practice.server.get(&format!("/api/consultations/{room}"), Some(practice.token("Amira"))).await.json();
    assert_eq!((&preview["version"], &preview["you"]["state"]), (&json!(0), &json!("invited")));
    assert_eq!(preview["ownRoom"], json!(true), "who may contact her may knock");
    let waits = practice.by("Amira", &room, "arrive", json!({ "test": test })).await.json();
    assert_eq!(
        (names(&waits), &waits["you"]["state"], &waits["you"]["test"]),
        (vec!["Amira".to_owned()], &json!("waiting"), &test)
    );
    practice.by("Jonas", &room, "arrive", json!({})).await;
    let host = practice.by("Maya", &room, "arrive", json!({})).await.json();
    assert_eq!(
        (names(&host), &host["members"][1]["test"]),
        (["Maya", "Amira", "Jonas"].map(str::to_owned).to_vec(), &test)
    );
    let jonas = practice.member(&room, "Jonas").await;
    practice.by("Maya", &room, "admit", json!({ "memberIds": [jonas] })).await;
    for (who, expected) in
        [("Jonas", vec!["Maya", "Jonas"]), ("Amira", vec!["Amira"]), ("Maya", vec!["Maya", "Amira", "Jonas"])]
    {
        let seen = practice.server.get(&format!("/api/consultations/{room}"), Some(practice.token(who))).await.json();
        assert_eq!(names(&seen), expected, "{who}");
        assert_eq!(seen["owner"]["name"], json!("Maya"));
        let others =
            seen["members"].as_array().unwrap().iter().filter(|one| one["name"] != who && one["test"] != Value::Null);
        assert_eq!(others.count(), usize::from(who == "Maya"));
    }
    // Locked, nobody new comes; whoever is there stays.
    practice.by("Maya", &room, "lock", json!({ "locked": true })).await;
    assert_eq!(practice.by("Hannah", &room, "arrive", json!({})).await.summary(), "403 consultation_locked");
    assert_eq!(practice.by("Amira", &room, "arrive", json!({})).await.summary(), "200");
    // Ended, it is in the list of those who were in it, and the room can be opened again.
    practice.by("Maya", &room, "end", json!({})).await;
    let list = async |who: &str| practice.server.get("/api/consultations", Some(practice.token(who))).await.json();
    let past = list("Jonas").await["past"].clone();
    assert_eq!((past.as_array().unwrap().len(), names(&past[0])), (1, vec!["Maya".to_owned(), "Jonas".to_owned()]));
    assert_eq!(names(&list("Amira").await["past"][0]), ["Amira"], "who was at the door has seen nobody");
    assert_eq!(list("Hannah").await["past"], json!([]));
    let again = practice.by("Jonas", &room, "arrive", json!({})).await.json();
    assert_eq!((&again["you"]["state"], &again["version"]), (&json!("waiting"), &json!(1)));
    assert_ne!(again["consultationId"], host["consultationId"]);
    assert_eq!(list("Maya").await["running"][0]["consultationId"], again["consultationId"]);
}

#[tokio::test]
async fn at_an_appointment_either_may_be_first_when_it_is_time() {
    let practice = Practice::open(&[]).await;
    let services = &practice.server.services;
    let half_hour = 30 * 60 * 1000;
    let now = services.clock.now();
    let book = async |ahead: i64| {
        let starts_at = Timestamp((now.0 / half_hour + ahead) * half_hour);
        let body = json!({ "dieticianId": practice.id("Maya"), "consultationType": "video", "startsAt": wire::time::iso(starts_at) });
        let booked = practice.server.post("/api/appointments", Some(practice.token("Amira")), body).await.json();
        (
            booked["_id"].as_str().unwrap().to_owned(),
            format!("consultation-{}", booked["meetingRoomId"].as_str().unwrap()),
            starts_at,
        )
    };
    let (id, room, _) = book(4).await;
    let early = practice.by("Amira", &room, "arrive", json!({})).await;
    assert_eq!(early.summary(), "403 consultation_too_early");
    assert!(early.json()["retryAfterMs"].as_u64().unwrap() > 60_000);
    assert_eq!(practice.by("Jonas", &room, "arrive", json!({})).await.summary(), "403 forbidden");
    let upcoming =
        practice.server.get("/api/consultations", Some(practice.token("Amira"))).await.json()["upcoming"].clone();
    assert_eq!((&upcoming[0]["roomId"], &upcoming[0]["with"]["name"]), (&json!(room), &json!("Maya")));

    // Its dietician opens it whenever they like, once.
    let open = async |who: &str| {
        practice.server.post("/api/consultations", Some(practice.token(who)), json!({ "appointmentId": id })).await
    };
    assert_eq!(open("Hannah").await.summary(), "403 forbidden");
    let first = open("Maya").await.json();
    assert_eq!(first["consultationId"], open("Maya").await.json()["consultationId"]);
    assert_eq!((&first["roomId"], &first["appointment"]["_id"]), (&json!(room), &json!(id)));
    assert_eq!(practice.by("Amira", &room, "arrive", json!({})).await.json()["you"]["state"], json!("waiting"));
    practice.by("Maya", &room, "arrive", json!({})).await;
    let status = async || {
        practice.server.get(&format!("/api/appointments/{id}"), Some(practice.token("Amira"))).await.json()["status"]
            .clone()
    };
    assert_eq!(status().await, json!("in-progress"));
    let list = practice.server.get("/api/consultations", Some(practice.token("Amira"))).await.json();
    assert_eq!((&list["upcoming"], &list["running"][0]["roomId"]), (&json!([]), &json!(room)));

    // Called off, there is nothing to come to.
    let (id, room, _) = book(5).await;
    practice
        .server
        .ask(
            Role::Web,
            Method::DELETE,
            &format!("/api/appointments/{id}"),
            Ask { token: Some(practice.token("Amira")), ..Ask::default() },
        )
        .await;
    assert_eq!(practice.by("Amira", &room, "arrive", json!({})).await.summary(), "409 consultation_ended");
    let body = json!({ "appointmentId": id });
    assert_eq!(
        practice.server.post("/api/consultations", Some(practice.token("Maya")), body).await.summary(),
        "409 consultation_ended"
    );
}

#[tokio::test]
async fn a_guest_comes_by_a_link_once_and_no_further() {
    let practice = Practice::open(&[]).await;
    let room = practice.open_for("Maya", &["Amira"], true).await;
    let other = practice.open_for("Maya", &["Jonas"], true).await;
    for who in ["Maya", "Amira"] {
        practice.by(who, &room, "arrive", json!({})).await;
    }
    let link =
        async |who: &str, role: &str| practice.by(who, &room, "guests", json!({ "role": role, "name": "Aunt" })).await;
    assert_eq!(link("Amira", "member").await.summary(), "403 forbidden");
    assert_eq!(link("Maya", "host").await.summary(), "403 forbidden");
    assert_eq!(link("Maya", "co_host").await.summary(), "403 forbidden");
    let url = link("Maya", "member").await.json()["url"].as_str().unwrap().to_owned();
    let token = url.split("/join/").nth(1).unwrap().to_owned();
    let claim = async |token: &str, name: &str| {
        practice.server.post("/api/guests/claim", None, json!({ "token": token, "name": name })).await
    };
    let gone = "410 guest_link_invalid";
    let (id, member) = (ConsultationId([9; 12].into()), ObjectId::from([8; 12]));
    let later = Timestamp(practice.server.services.clock.now().0 + 60_000);
    let ours = Passes::new(&Secret::new(secret()));
    let forged = Passes::new(&Secret::new("some other secret of thirty-two bytes"));
    for token in [
        String::new(),
        token[1..].to_owned(),
        forged.link(id, member, later),
        ours.link(id, member, later),
        ours.link(id, member, Timestamp(0)),
        ours.guest(Guest { consultation: id, member: MemberId(member) }, later),
    ] {
        assert_eq!(claim(&token, "Rosa").await.summary(), gone, "{token}");
    }
    assert_eq!(claim(&token, "  ").await.summary(), "400 bad_request");
    let claimed = claim(&token, "Rosa").await.json();
    assert_eq!((&claimed["roomId"], &claimed["consultation"]["you"]["name"]), (&json!(room), &json!("Rosa")));
    assert_eq!(claim(&token, "Rosa").await.summary(), gone, "it was used");
    let pass = claimed["accessToken"].as_str().unwrap();

    // Good for this consultation's door alone.
    assert_eq!(practice.ask(pass, &room, "token", json!({})).await.summary(), "403 not_admitted");
    let waits = practice.ask(pass, &room, "arrive", json!({})).await.json();
    assert_eq!((&waits["you"]["state"], waits["members"].as_array().unwrap().len()), (&json!("waiting"), 1));
    for path in ["/api/inbox", "/api/consultations", "/api/user/me", "/api/ice-servers"] {
        assert_eq!(practice.server.get(path, Some(pass)).await.summary(), "401 unauthenticated", "{path}");
    }
    assert_eq!(
        practice.server.get(&format!("/api/consultations/{other}"), Some(pass)).await.summary(),
        "403 forbidden"
    );
    assert_eq!(practice.ask(pass, &other, "arrive", json!({})).await.summary(), "403 forbidden");
    for what in ["admit", "end"] {
        assert_eq!(practice.ask(pass, &room, what, json!({})).await.summary(), "403 forbidden", "{what}");
    }
    practice.by("Maya", &room, "admit", json!({})).await;
    let said = claims(&practice.ask(pass, &room, "token", json!({})).await);
    assert_eq!(said["sub"], json!(format!("guest-{}", claimed["consultation"]["you"]["memberId"].as_str().unwrap())));
    assert_eq!((&said["video"]["room"], &said["video"]["roomAdmin"]), (&json!(room), &Value::Null));
    for token in [&pass[1..], "guest_x", &forged.guest(Guest { consultation: id, member: MemberId(member) }, later)] {
        let answer = practice.server.get(&format!("/api/consultations/{room}"), Some(token)).await;
        assert!(answer.summary().starts_with("401"), "{answer:?}");
    }
    // A link of a consultation that has ended opens nothing.
    let url = link("Maya", "observer").await.json()["url"].as_str().unwrap().to_owned();
    practice.by("Maya", &room, "end", json!({})).await;
    assert_eq!(claim(url.split("/join/").nth(1).unwrap(), "Rosa").await.summary(), gone);
    assert_eq!(practice.ask(pass, &room, "token", json!({})).await.summary(), "409 consultation_ended");
    let seen = practice.server.get(&format!("/api/consultations/{room}"), Some(pass)).await.json();
    assert_eq!(seen["state"], json!("ended"));
}

async fn old_token(practice: &Practice, role: Role, token: Option<&str>, room: &str, name: &str) -> Answer {
    let body = json!({ "roomName": room, "participantName": name, "participantRole": "dietician" });
    practice.server.ask(role, Method::POST, "/api/getToken", Ask { token, body: Some(body), ..Ask::default() }).await
}

#[tokio::test]
async fn old_clients_get_their_token_in_one_step() {
    let practice = Practice::open(&[]).await;
    let room = practice.room("Maya");
    let ask = async |who: &str| old_token(&practice, Role::Calls, Some(practice.token(who)), &room, "Whoever").await;
    assert_eq!(old_token(&practice, Role::Calls, None, &room, "Amira").await.summary(), "401 unauthenticated");
    assert_eq!(ask("Amira").await.summary(), "403 not_admitted", "the dietician is not there");
    let host = ask("Maya").await;
    let answer = host.json();
    assert_eq!(
        (&answer["roomName"], &answer["participantName"], &answer["participantRole"], &answer["expiresIn"]),
        (&json!(room), &json!("Maya"), &json!("dietician"), &json!(3600))
    );
    assert_eq!(
        (&claims(&host)["video"]["roomAdmin"], &claims(&host)["sub"]),
        (&json!(true), &json!(practice.id("Maya")))
    );
    let patient = ask("Amira").await;
    assert_eq!(
        (&patient.json()["participantRole"], &claims(&patient)["video"]["roomAdmin"]),
        (&json!("user"), &Value::Null)
    );
    assert_eq!(ask("Jonas").await.summary(), "403 not_admitted", "one at a time, where nobody can admit");
    assert_eq!(old_token(&practice, Role::Web, Some(practice.token("Amira")), &room, "A").await.summary(), "200");
}

#[tokio::test]
async fn without_a_token_an_old_client_is_the_least_of_guests_where_that_is_on() {
    let practice = Practice::open(&[("MOODBITES_TRUST_LEGACY_IDENTITY", "1")]).await;
    let half_hour = Duration::from_secs(30 * 60).as_millis() as i64;
    let starts_at = Timestamp((practice.server.services.clock.now().0 / half_hour + 1) * half_hour);
    let body = json!({ "dieticianId": practice.id("Maya"), "consultationType": "video", "startsAt": wire::time::iso(starts_at) });
    let booked = practice.server.post("/api/appointments", Some(practice.token("Amira")), body).await.json();
    let room = format!("consultation-{}", booked["meetingRoomId"].as_str().unwrap());
    let by_maya = json!({ "appointmentId": booked["_id"] });
    practice.server.post("/api/consultations", Some(practice.token("Maya")), by_maya).await;
    let guest = old_token(&practice, Role::Calls, None, &room, "Maya").await;
    let said = claims(&guest);
    assert!(said["sub"].as_str().unwrap().starts_with("guest-"), "{said}");
    assert_eq!((&guest.json()["participantRole"], &said["video"]["roomAdmin"]), (&json!("user"), &Value::Null));
    assert_eq!(
        (&said["video"]["canPublishData"], &said["video"]["canPublishSources"]),
        (&json!(false), &json!(["camera", "microphone"]))
    );
    assert_eq!(old_token(&practice, Role::Web, None, &room, "Maya").await.summary(), "401 unauthenticated");
    assert_eq!(
        old_token(&practice, Role::Calls, None, &practice.room("Maya"), "X").await.summary(),
        "403 not_admitted"
    );
    assert_eq!(
        old_token(&practice, Role::Calls, None, "consultation-ffffffffffffffffffffffff", "X").await.summary(),
        "403 forbidden"
    );
    assert_eq!(old_token(&practice, Role::Calls, Some("nonsense"), &room, "X").await.summary(), "401 unauthenticated");
}
