//! Who may ask what: every REST route × everybody. A new route fails [`every_route_is_in_the_table`] until it has a row.

use app::accounts::{Secret, Tokens};
use app::appointments::NewAppointment;
use app::fresh;
use domain::{
    AppointmentId, ConsultationKind, ConversationId, EntryBody, EntryId, NewEntry, NewSession, Role as UserRole, SLOT,
    SessionId, SessionKind, Timestamp, User,
};
use http::Method;
use serde_json::{Value, json};
use server::Role;
use std::time::Duration;
use wire::time::iso;

use crate::harness::{Ask, TestServer, secret};

/// `{patient}`, `{other}`, `{dietician}`, `{admin}` in a path or body are those people's ids, `{conversation}` is that of
/// patient and dietician, `{appointment}` theirs, `{slot}` a time that is free, `{room}` the dietician's own room,
/// `{foreign}` a room that there is not, `{email}` a new address.
struct Row {
    role: Role,
    method: Method,
    path: &'static str,
    body: Option<&'static str>,
    /// Of nobody, patient, other patient, dietician, admin.
    expected: [&'static str; 5],
}

const WHO: [&str; 5] = ["nobody", "patient", "other patient", "dietician", "admin"];

const fn row(role: Role, method: Method, path: &'static str, expected: [&'static str; 5]) -> Row {
    Row { role, method, path, body: None, expected }
}

const fn with(role: Role, method: Method, path: &'static str, body: &'static str, expected: [&'static str; 5]) -> Row {
    Row { role, method, path, body: Some(body), expected }
}

const ALL: [&str; 5] = ["200"; 5];
const SIGNED_IN: [&str; 5] = ["401 unauthenticated", "200", "200", "200", "200"];
const ADMINS: [&str; 5] = ["401 unauthenticated", "403 forbidden", "403 forbidden", "403 forbidden", "200"];
const THE_PAIR: [&str; 5] = ["401 unauthenticated", "200", "403 forbidden", "200", "403 forbidden"];
const NOBODY: [&str; 5] = ["404 not_found"; 5];

fn table() -> Vec<Row> {
    use Role::{Accounts, Calls, Chat, Web};
    const GET: Method = Method::GET;
    const POST: Method = Method::POST;
    const PUT: Method = Method::PUT;
    const DELETE: Method = Method::DELETE;
    vec![
        // Health.
        row(Web, GET, "/health", ALL),
        row(Calls, GET, "/health", ALL),
        row(Web, GET, "/health/ready", ALL),
        // Sessions.
        with(Web, POST, "/api/session", r#"{"email":"amira@example.org","password":"correct horse battery"}"#, ALL),
        row(Web, DELETE, "/api/session", ["401 unauthenticated", "204", "204", "204", "204"]),
        row(Web, POST, "/api/session/renew", ["401 session_expired"; 5]),
        with(
            Web,
            POST,
            "/api/setup",
            r#"{"token":"x","name":"M","email":"{email}","password":"correct horse battery"}"#,
            ["410 setup_link_invalid"; 5],
        ),
        // There is no authority of our own here.
        row(Web, GET, "/api/trust", NOBODY),
        row(Web, GET, "/api/trust/moodbites.crt", NOBODY),
        row(Web, GET, "/api/trust/moodbites.mobileconfig", NOBODY),
        row(Accounts, POST, "/api/session", NOBODY),
        row(Chat, POST, "/api/session", NOBODY),
        // The user service.
        with(
            Accounts,
            POST,
            "/api/user/register",
            r#"{"name":"N","email":"{email}","password":"correct horse battery","role":1}"#,
            ALL,
        ),
        with(
            Accounts,
            POST,
            "/api/user/register",
            r#"{"name":"N","email":"{email}","password":"correct horse battery","role":0}"#,
            ["403 forbidden"; 5],
        ),
        with(
            Accounts,
            POST,
            "/api/user/register-dietician",
            r#"{"name":"N","email":"{email}","password":"correct horse battery","role":2}"#,
            ALL,
        ),
        with(
            Accounts,
            POST,
            "/api/user/login",
            r#"{"email":"amira@example.org","password":"correct horse battery"}"#,
            ALL,
        ),
        row(Accounts, GET, "/api/user/me", SIGNED_IN),
        row(Accounts, GET, "/api/user/profile/{patient}", THE_PAIR_AND_ADMIN),
        row(Accounts, GET, "/api/user/profile/{dietician}", SIGNED_IN),
        row(Accounts, GET, "/api/user/profile/{admin}", SIGNED_IN),
        row(
            Accounts,
            GET,
            "/api/user/profile/ffffffffffffffffffffffff",
            ["401 unauthenticated", "403 forbidden", "403 forbidden", "403 forbidden", "404 not_found"],
        ),
        with(
            Accounts,
            PUT,
            "/api/user/profile/{patient}",
            r#"{"name":"Amira","active":true}"#,
            ["401 unauthenticated", "200", "403 forbidden", "403 forbidden", "200"],
        ),
        with(
            Accounts,
            PUT,
            "/api/user/profile/{admin}",
            r#"{"active":false}"#,
            ["401 unauthenticated", "403 forbidden", "403 forbidden", "403 forbidden", "200"],
        ),
        row(
            Accounts,
            GET,
            "/api/user/check-email?email=amira@example.org",
            ["200", "403 forbidden", "403 forbidden", "403 forbidden", "403 forbidden"],
        ),
        row(Accounts, GET, "/api/user/dieticians/active", SIGNED_IN),
        row(Accounts, GET, "/api/user/users/role/1", SIGNED_IN),
        with(Accounts, POST, "/api/users/batch", r#"{"userIds":["{patient}","{dietician}"]}"#, SIGNED_IN),
        with(
            Accounts,
            PUT,
            "/api/user/change-password",
            r#"{"currentPassword":"not this one","newPassword":"another one, quite long"}"#,
            [
                "401 unauthenticated",
                "401 invalid_credentials",
                "401 invalid_credentials",
                "401 invalid_credentials",
                "401 invalid_credentials",
            ],
        ),
        row(Accounts, POST, "/api/user/sign-out", SIGNED_IN),
        with(Accounts, POST, "/api/user/google-signin", "{}", NOBODY),
        with(Accounts, POST, "/api/user/activity", "{}", NOBODY),
        row(Chat, GET, "/api/user/me", NOBODY),
        row(Calls, GET, "/api/user/me", NOBODY),
        // Appointments.
        with(Accounts, POST, "/api/appointments", BOOKING, BOOKS),
        with(Web, POST, "/api/appointments", BOOKING, BOOKS),
        row(Accounts, GET, "/api/appointments/dietician", DIETICIANS),
        row(Accounts, GET, "/api/appointments/patient", PATIENTS),
        row(Accounts, GET, "/api/appointments/{appointment}", THE_PAIR),
        row(Accounts, GET, "/api/appointments/ffffffffffffffffffffffff", FOREIGN),
        with(Accounts, PUT, "/api/appointments/{appointment}/status", r#"{"status":"confirmed"}"#, CONFIRMS),
        with(Accounts, PUT, "/api/appointments/ffffffffffffffffffffffff/status", r#"{"status":"confirmed"}"#, FOREIGN),
        row(Accounts, DELETE, "/api/appointments/ffffffffffffffffffffffff", FOREIGN),
        row(Accounts, DELETE, "/api/appointments/{appointment}", THE_PAIR),
        row(Chat, GET, "/api/appointments/patient", NOBODY),
        row(Calls, GET, "/api/appointments/patient", NOBODY),
        // Consultations: of the dietician's own room, and of one that there is not. There is no LiveKit server here.
        row(Web, GET, "/api/consultations", SIGNED_IN),
        row(Web, GET, "/api/consultations/{room}", SIGNED_IN),
        row(Web, POST, "/api/consultations", DIETICIANS),
        row(Web, GET, "/api/consultations/{foreign}", FOREIGN),
        row(Web, POST, "/api/consultations/{room}/arrive", SIGNED_IN),
        row(Web, POST, "/api/consultations/{foreign}/arrive", FOREIGN),
        row(Web, POST, "/api/consultations/{room}/token", TOKEN_AT_THE_DOOR),
        row(Web, POST, "/api/consultations/{room}/admit", DIETICIANS),
        row(Web, POST, "/api/consultations/{room}/token", NO_LIVEKIT),
        row(Web, POST, "/api/consultations/{foreign}/token", FOREIGN),
        with(Web, POST, "/api/consultations/{room}/invite", r#"{"userIds":[]}"#, DIETICIANS),
        with(Web, POST, "/api/consultations/{room}/refuse", OF_NOBODY, HOSTS_BUT_NOBODY),
        with(Web, POST, "/api/consultations/{room}/remove", OF_NOBODY, HOSTS_BUT_NOBODY),
        with(Web, POST, "/api/consultations/{room}/role", OF_NOBODY, HOSTS_BUT_NOBODY),
        with(Web, POST, "/api/consultations/{room}/mute", OF_NOBODY, HOSTS_BUT_NOBODY),
        with(Web, POST, "/api/consultations/{room}/lock", r#"{"locked":false}"#, DIETICIANS),
        with(Web, POST, "/api/consultations/{room}/encrypt", r#"{"encrypted":false}"#, DIETICIANS),
        with(Web, POST, "/api/consultations/{room}/key", r#"{"page":""}"#, FORMLESS),
        with(Web, POST, "/api/consultations/{room}/keys", NO_KEYS, HANDS),
        with(Web, POST, "/api/consultations/{room}/guests", r#"{"role":"observer"}"#, DIETICIANS),
        with(Web, POST, "/api/guests/claim", r#"{"token":"x","name":"N"}"#, ["410 guest_link_invalid"; 5]),
        with(Web, POST, "/api/consultations/{room}/words", r#"{"clientMessageId":"w-1","text":"Hello"}"#, SIGNED_IN),
        row(Web, GET, "/api/consultations/{room}/words", SIGNED_IN),
        row(Web, GET, "/api/consultations/{foreign}/words", FOREIGN),
        with(Web, POST, "/api/consultations/{room}/line", r#"{"text":"Hello"}"#, NOT_WAITING),
        with(Web, POST, "/api/consultations/{room}/recording", r#"{"consent":1}"#, DIETICIANS),
        with(Web, POST, "/api/consultations/{foreign}/recording", r#"{"consent":1}"#, FOREIGN),
        row(Web, POST, "/api/consultations/{room}/leave", SIGNED_IN),
        row(Web, POST, "/api/consultations/{room}/end", DIETICIANS),
        row(Accounts, GET, "/api/consultations", NOBODY),
        with(Web, POST, "/api/livekit/webhook", "{}", ["503 livekit_not_configured"; 5]),
        row(Calls, POST, "/api/livekit/webhook", NOBODY),
        with(Calls, POST, "/api/getToken", r#"{"roomName":"{foreign}","participantName":"N"}"#, FOREIGN),
        with(Web, POST, "/api/getToken", r#"{"roomName":"anything","participantName":"N"}"#, FOREIGN),
        with(Chat, POST, "/api/getToken", r#"{"roomName":"{room}","participantName":"N"}"#, NOBODY),
        // People.
        row(Web, GET, "/api/people", ADMINS),
        row(Accounts, GET, "/api/people", NOBODY),
        row(Web, GET, "/api/doctor", ADMINS),
        row(Accounts, GET, "/api/doctor", NOBODY),
        // Chat.
        row(Web, GET, "/api/inbox", SIGNED_IN),
        row(Chat, GET, "/api/inbox", NOBODY),
        row(Web, GET, "/api/conversations/{conversation}/entries", THE_PAIR),
        row(Web, GET, "/api/search?q=morning", SIGNED_IN),
        row(Web, GET, "/api/search?q=morning&conversationId={conversation}", THE_PAIR),
        row(Web, GET, "/api/search?q=morning&conversationId=ffffffffffffffffffffffff", FOREIGN),
        row(Chat, GET, "/api/search?q=morning", NOBODY),
        row(Chat, GET, "/api/conversations/{conversation}/messages", THE_PAIR),
        row(Chat, GET, "/api/conversations/{conversation}/stats", THE_PAIR),
        row(Chat, GET, "/api/conversations/ffffffffffffffffffffffff/messages", FOREIGN),
        row(
            Chat,
            GET,
            "/api/conversations/{patient}",
            ["401 unauthenticated", "200", "403 forbidden", "403 forbidden", "403 forbidden"],
        ),
        row(Accounts, GET, "/api/conversations/{conversation}/messages", NOBODY),
        // Files. Without a form nothing is uploaded; what is there is for who has an address of it.
        row(Web, POST, "/api/uploads", FORMLESS),
        row(Chat, POST, "/api/uploads", NOBODY),
        row(Web, GET, "/api/uploads/ffffffffffffffffffffffff", ["403 forbidden"; 5]),
        row(Chat, GET, "/api/uploads/ffffffffffffffffffffffff", ["403 forbidden"; 5]),
        row(Accounts, GET, "/api/uploads/ffffffffffffffffffffffff/thumbnail", ["403 forbidden"; 5]),
        row(Calls, GET, "/api/uploads/ffffffffffffffffffffffff", NOBODY),
        row(Chat, POST, "/api/upload/file", FORMLESS),
        row(Chat, POST, "/api/upload/audio", FORMLESS),
        row(Accounts, POST, "/api/upload/file", NOBODY),
        row(Chat, DELETE, "/api/upload/delete/ffffffffffffffffffffffff", FOREIGN),
        row(Accounts, POST, "/api/user/upload-profile-image", FORMLESS),
        row(Chat, POST, "/api/user/upload-profile-image", NOBODY),
        row(Web, DELETE, "/api/user/upload-profile-image", SIGNED_IN),
        row(Chat, DELETE, "/api/user/upload-profile-image", NOBODY),
        // Calls.
        row(Web, PUT, "/api/recordings/ffffffffffffffffffffffff/chunks/0", FOREIGN),
        row(Chat, PUT, "/api/recordings/ffffffffffffffffffffffff/chunks/0", NOBODY),
        with(Web, POST, "/api/recordings/ffffffffffffffffffffffff/answer", r#"{"consent":1}"#, FOREIGN),
        row(Web, POST, "/api/recordings/ffffffffffffffffffffffff/stop", FOREIGN),
        with(Web, POST, "/api/recordings/ffffffffffffffffffffffff/finish", r#"{"chunks":1,"durationMs":1}"#, FOREIGN),
        row(Web, DELETE, "/api/recordings/ffffffffffffffffffffffff", FOREIGN),
        with(
            Web,
            POST,
            "/api/consultations/quality",
            r#"{"consultationId":"ffffffffffffffffffffffff","good":1,"fair":0,"weak":0}"#,
            FOREIGN,
        ),
        row(Chat, DELETE, "/api/recordings/ffffffffffffffffffffffff", NOBODY),
        row(Web, GET, "/api/ice-servers", SIGNED_IN),
        row(Calls, GET, "/api/ice-servers", SIGNED_IN),
        row(Calls, GET, "/api/online-users", SIGNED_IN),
        row(Chat, GET, "/api/ice-servers", NOBODY),
    ]
}

const BOOKING: &str = r#"{"dieticianId":"{dietician}","consultationType":"video","startsAt":"{slot}"}"#;
const BOOKS: [&str; 5] = ["401 unauthenticated", "200", "200", "400 bad_request", "403 contact_not_allowed"];
const DIETICIANS: [&str; 5] = ["401 unauthenticated", "403 forbidden", "403 forbidden", "200", "403 forbidden"];
const PATIENTS: [&str; 5] = ["401 unauthenticated", "200", "200", "403 forbidden", "403 forbidden"];
const CONFIRMS: [&str; 5] =
    ["401 unauthenticated", "409 appointment_conflict", "403 forbidden", "200", "403 forbidden"];
const OF_NOBODY: &str = r#"{"memberId":"ffffffffffffffffffffffff","role":"observer","source":"camera"}"#;
const HOSTS_BUT_NOBODY: [&str; 5] =
    ["401 unauthenticated", "403 forbidden", "403 forbidden", "404 not_found", "403 forbidden"];
const TOKEN_AT_THE_DOOR: [&str; 5] =
    ["401 unauthenticated", "403 not_admitted", "403 not_admitted", "503 livekit_not_configured", "403 not_admitted"];
/// The room is not encrypted, and theirs alone.
const HANDS: [&str; 5] =
    ["401 unauthenticated", "403 forbidden", "403 forbidden", "409 consultation_encryption", "403 forbidden"];
const NO_KEYS: &str = concat!(
    r#"{"number":1,"keys":[],"page":"#,
    r#""aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"}"#
);
const NOT_WAITING: [&str; 5] =
    ["401 unauthenticated", "403 not_admitted", "403 not_admitted", "403 not_admitted", "403 not_admitted"];
const NO_LIVEKIT: [&str; 5] = [
    "401 unauthenticated",
    "503 livekit_not_configured",
    "503 livekit_not_configured",
    "503 livekit_not_configured",
    "503 livekit_not_configured",
];
const FORMLESS: [&str; 5] =
    ["401 unauthenticated", "400 bad_request", "400 bad_request", "400 bad_request", "400 bad_request"];
const THE_PAIR_AND_ADMIN: [&str; 5] = ["401 unauthenticated", "200", "403 forbidden", "200", "200"];
const FOREIGN: [&str; 5] = ["401 unauthenticated", "403 forbidden", "403 forbidden", "403 forbidden", "403 forbidden"];

#[tokio::test]
async fn every_row_holds() {
    let server = TestServer::start_with(&[("JWT_SECRET", secret())]).await;
    let people = [
        server.add("Amira", UserRole::Patient).await,
        server.add("Jonas", UserRole::Patient).await,
        server.add("Hannah", UserRole::Dietician).await,
        server.add("Ines", UserRole::Admin).await,
    ];
    let conversation = write(&server, &people[0], &people[2]).await;
    let appointment = appointment(&server, &people[0], &people[2]).await;
    let mut wrong = Vec::new();
    for (number, row) in table().iter().enumerate() {
        for (who, expected) in row.expected.iter().enumerate() {
            let fill = |text: &str| {
                text.replace("{patient}", &people[0].id.to_string())
                    .replace("{other}", &people[1].id.to_string())
                    .replace("{dietician}", &people[2].id.to_string())
                    .replace("{admin}", &people[3].id.to_string())
                    .replace("{conversation}", &conversation.to_string())
                    .replace("{room}", &format!("consultation-{}", people[2].id))
                    .replace("{foreign}", "consultation-ffffffffffffffffffffffff")
                    .replace("{appointment}", &appointment.to_string())
                    .replace("{slot}", &iso(slot(server.services.clock.now(), 2 + number * 5 + who)))
                    .replace("{email}", &format!("new-{number}-{who}@example.org"))
            };
            let token = match who {
                0 => None,
                who => Some(session_of(&server, &people[who - 1]).await),
            };
            let body: Option<Value> = row.body.map(|body| serde_json::from_str(&fill(body)).unwrap());
            let ask = Ask { token: token.as_deref(), body, ..Ask::default() };
            let answer = server.ask(row.role, row.method.clone(), &fill(row.path), ask).await;
            if answer.summary() != *expected {
                wrong.push(format!(
                    "{} {} {} as {}: {} instead of {expected}",
                    row.role,
                    row.method,
                    row.path,
                    WHO[who],
                    answer.summary()
                ));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// A session without a password being hashed.
async fn session_of(server: &TestServer, user: &User) -> String {
    let now = server.services.clock.now();
    let id = SessionId(fresh::object_id(now));
    let expires_at = now + Duration::from_secs(600);
    let session =
        NewSession { id, user: user.id, kind: SessionKind::Bearer, refresh_hash: None, created_at: now, expires_at };
    server.services.ports.sessions.create(session).await.unwrap();
    Tokens::new(Secret::new(secret()), None).issue(user, id, now, expires_at)
}

/// The moment at which one of the next slots begins.
fn slot(now: Timestamp, ahead: usize) -> Timestamp {
    let slot = i64::try_from(SLOT.as_millis()).unwrap();
    Timestamp((now.0 / slot + i64::try_from(ahead).unwrap()) * slot)
}

async fn appointment(server: &TestServer, patient: &User, dietician: &User) -> AppointmentId {
    let now = server.services.clock.now();
    let (date, time) = ("2026-11-30".to_owned(), "09:00".to_owned());
    let kind = ConsultationKind::Video;
    let new = NewAppointment { with: dietician.id, kind, starts_at: slot(now, 1), date, time, notes: None };
    server.services.appointments.book(patient, new, now).await.unwrap().id
}

async fn write(server: &TestServer, sender: &User, receiver: &User) -> ConversationId {
    let now = server.services.clock.now();
    let entry = NewEntry {
        id: EntryId(fresh::object_id(now)),
        conversation: ConversationId(fresh::object_id(now)),
        sender: sender.id,
        receiver: receiver.id,
        client_message_id: "first".parse().unwrap(),
        created_at: now,
        body: EntryBody::Text("Good morning".into()),
        reply_to: None,
    };
    server.services.ports.conversations.append(entry).await.unwrap().entry.conversation
}

/// Every `.route("…")` of `src/http` has a row.
#[test]
fn every_route_is_in_the_table() {
    let mut missing = Vec::new();
    let shape = |path: &str| {
        let path = path.split('?').next().unwrap_or_default();
        path.split('/')
            .map(|part| if part.starts_with('{') || part.len() == 24 { "{}" } else { part })
            .collect::<Vec<_>>()
            .join("/")
    };
    let known: Vec<String> = table().iter().map(|row| shape(row.path)).collect();
    for file in std::fs::read_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/src/http")).unwrap() {
        let source = std::fs::read_to_string(file.unwrap().path()).unwrap();
        for route in source.split(".route(").skip(1) {
            let path = route.split('"').nth(1).unwrap();
            let path = path.replace("/role/{role}", "/role/1").replace("/chunks/{number}", "/chunks/0");
            if !known.contains(&shape(&path)) {
                missing.push(path);
            }
        }
    }
    assert!(missing.is_empty(), "without a row: {missing:?}");
}

#[tokio::test]
async fn whom_lists_and_batches_show() {
    let server = TestServer::start().await;
    let amira = server.add("Amira", UserRole::Patient).await;
    let jonas = server.add("Jonas", UserRole::Patient).await;
    let hannah = server.add("Hannah", UserRole::Dietician).await;
    let gone = server.add("Gone", UserRole::Dietician).await;
    server.add("Ines", UserRole::Admin).await;
    server.services.accounts.set_active(gone.id, false, server.services.clock.now()).await.unwrap();
    let ids = [&amira, &jonas, &hannah, &gone].map(|user| user.id.to_string());
    let ids = json!({ "userIds": ids });
    for (who, patients, dieticians, batch) in [
        ("Amira", vec![], vec!["Hannah"], vec!["Amira", "Hannah"]),
        ("Hannah", vec!["Amira", "Jonas"], vec![], vec!["Amira", "Jonas", "Hannah"]),
        ("Ines", vec!["Amira", "Jonas"], vec!["Gone", "Hannah"], vec!["Amira", "Jonas", "Hannah", "Gone"]),
    ] {
        let token = server.token(who).await;
        let names = |list: &Value| {
            list.as_array().unwrap().iter().map(|user| user["name"].as_str().unwrap().to_owned()).collect::<Vec<_>>()
        };
        let role = server.get("/api/user/users/role/1", Some(&token)).await.json();
        assert_eq!(
            (names(&role["users"]), &role["count"]),
            (patients.iter().map(ToString::to_string).collect(), &json!(patients.len())),
            "{who}"
        );
        let role = server.get("/api/user/users/role/dietician", Some(&token)).await.json();
        assert_eq!(names(&role["users"]), dieticians, "{who}");
        let answer = server.post("/api/users/batch", Some(&token), ids.clone()).await;
        assert_eq!(names(&answer.json()), batch, "{who}");
        // Of others nobody but an admin is shown more than the public part.
        let others = answer
            .json()
            .as_array()
            .unwrap()
            .iter()
            .filter(|user| user["name"] != who)
            .any(|user| user.get("email").is_some());
        assert_eq!(others, who == "Ines", "{who}");
        assert!(!answer.text.contains("argon2"));
    }
}
