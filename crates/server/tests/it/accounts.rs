use domain::{NewUser, Profile, Role as UserRole, Timestamp, UserId, Users};
use http::{Method, StatusCode, header};
use serde_json::{Value, json};
use server::Role;
use std::time::{Duration, Instant};
use store::{Options, Sqlite};

use crate::harness::{Ask, PASSWORD, TestServer, email};

fn registration(name: &str) -> Value {
    json!({ "name": name, "email": email(name), "password": PASSWORD, "role": 1 })
}

async fn old(server: &TestServer, path: &str, body: Value) -> crate::harness::Answer {
    server.ask(Role::Accounts, Method::POST, path, Ask { body: Some(body), ..Ask::default() }).await
}

#[tokio::test]
async fn a_patient_registers_and_signs_in() {
    let server = TestServer::start().await;
    let mut body = registration("Amira");
    body["age"] = json!("34");
    body["heightCm"] = json!(171.5);
    body["gender"] = json!("female");
    let answer = old(&server, "/api/user/register", body).await;
    assert_eq!(answer.status, StatusCode::OK, "{answer:?}");
    assert!(answer.json()["message"].is_string());

    let answer = old(&server, "/api/user/login", json!({ "email": " AMIRA@example.org", "password": PASSWORD })).await;
    let signed_in = answer.json();
    assert_eq!(signed_in["user"]["role"], 1);
    assert_eq!(signed_in["user"]["active"], true);
    assert_eq!(signed_in["user"]["age"], 34);
    assert_eq!(signed_in["user"]["heightCm"], 171.5);
    let token = signed_in["token"].as_str().unwrap();
    assert_eq!(server.get("/api/user/me", Some(token)).await.json(), signed_in["user"]);
}

#[tokio::test]
async fn a_password_of_the_older_service_signs_in_and_is_kept_anew() {
    let server = TestServer::start().await;
    let store = Sqlite::open(server.data.path(), Options::default()).unwrap();
    let user = NewUser {
        id: UserId([7; 12].into()),
        name: "Amira".to_owned(),
        email: email("Amira"),
        role: UserRole::Patient,
        active: true,
        password_hash: "$2a$05$CCCCCCCCCCCCCCCCCCCCC.E5YPO9kmyuRGyh0XouQYb4YMJKvyOeW".to_owned(),
        profile: Profile::default(),
        created_at: Timestamp(1),
    };
    store.insert(user.clone()).await.unwrap();
    let sign_in = async |password: &str| {
        server.post("/api/session", None, json!({ "email": user.email, "password": password })).await
    };
    assert_eq!(sign_in("U*U*").await.summary(), "401 invalid_credentials");
    let kept = async || store.by_id(user.id).await.unwrap().unwrap().password_hash;
    assert_eq!(kept().await, user.password_hash);

    let first = sign_in("U*U").await.json()["accessToken"].as_str().unwrap().to_owned();
    let renewed = kept().await;
    assert!(renewed.starts_with("$argon2id$"), "{renewed}");
    assert_eq!(sign_in("U*U*").await.summary(), "401 invalid_credentials");
    assert_eq!(sign_in("U*U").await.status, StatusCode::OK);
    assert_eq!(kept().await, renewed);
    assert_eq!(server.get("/api/user/me", Some(&first)).await.status, StatusCode::OK, "it ended no session");
}

#[tokio::test]
async fn registrations_that_are_refused() {
    let server = TestServer::start().await;
    server.add("Amira", UserRole::Patient).await;
    let but = |changes: Value| {
        let mut body = registration("New");
        for (name, value) in changes.as_object().unwrap() {
            body[name] = value.clone();
        }
        body
    };
    for (body, expected) in [
        (but(json!({ "email": "amira@example.org" })), "409 email_taken"),
        (but(json!({ "email": "AMIRA@EXAMPLE.ORG " })), "409 email_taken"),
        (but(json!({ "email": "nonsense" })), "400 bad_request"),
        (but(json!({ "email": { "$gt": "" } })), "400 bad_request"),
        (but(json!({ "name": "" })), "400 bad_request"),
        (but(json!({ "name": null })), "400 bad_request"),
        (but(json!({ "password": "too short" })), "422 weak_password"),
        (but(json!({ "password": "new@example.org" })), "422 weak_password"),
        (but(json!({ "password": "x".repeat(129) })), "422 weak_password"),
        (but(json!({ "password": 1_234_567_890 })), "400 bad_request"),
        (but(json!({ "role": 0 })), "403 forbidden"),
        (but(json!({ "role": "admin" })), "403 forbidden"),
        (but(json!({ "role": 2 })), "403 forbidden"),
        (but(json!({ "role": 7 })), "400 bad_request"),
        (but(json!({ "age": 400 })), "400 bad_request"),
        (but(json!({ "gender": "x" })), "400 bad_request"),
        (json!([]), "400 bad_request"),
        (json!("x"), "400 bad_request"),
    ] {
        let answer = old(&server, "/api/user/register", body.clone()).await;
        assert_eq!(answer.summary(), expected, "{body}");
        assert_eq!(answer.json()["message"], answer.json()["error"], "old clients show `message`: {body}");
    }
    let raw = Ask {
        raw: Some(b"{not json".to_vec()),
        headers: vec![("content-type", "application/json".into())],
        ..Ask::default()
    };
    assert_eq!(server.ask(Role::Accounts, Method::POST, "/api/user/register", raw).await.summary(), "400 bad_request");
    let large = json!({ "name": "x".repeat(1024 * 1024) });
    assert_eq!(old(&server, "/api/user/register", large).await.summary(), "413 too_large");
}

#[tokio::test]
async fn nothing_but_what_is_asked_for_is_taken_from_a_registration() {
    let server = TestServer::start().await;
    let mut body = registration("Mallory");
    for (name, value) in [
        ("active", json!(true)),
        ("_id", json!("ffffffffffffffffffffffff")),
        ("validAfter", json!(0)),
        ("createdAt", json!(0)),
    ] {
        body[name] = value;
    }
    body["role"] = json!(2);
    assert_eq!(old(&server, "/api/user/register-dietician", body).await.summary(), "200");
    let answer = old(&server, "/api/user/login", json!({ "email": email("Mallory"), "password": PASSWORD })).await;
    assert_eq!(answer.summary(), "403 not_approved", "waits, whatever they said");
}

#[tokio::test]
async fn a_dietician_waits_until_an_admin_approves() {
    let server = TestServer::start().await;
    server.add("Ines", UserRole::Admin).await;
    let admin = server.token("Ines").await;
    let form = "--b\r\nContent-Disposition: form-data; name=\"name\"\r\n\r\nHannah\r\n\
        --b\r\nContent-Disposition: form-data; name=\"email\"\r\n\r\nhannah@example.org\r\n\
        --b\r\nContent-Disposition: form-data; name=\"password\"\r\n\r\ncorrect horse battery\r\n\
        --b\r\nContent-Disposition: form-data; name=\"role\"\r\n\r\n2\r\n\
        --b\r\nContent-Disposition: form-data; name=\"certificate\"; filename=\"../../c.pdf\"\r\nContent-Type: application/pdf\r\n\r\n";
    let mut raw = form.as_bytes().to_vec();
    raw.extend(b"%PDF-1.7\n");
    raw.extend(vec![b'%'; 2 * 1024 * 1024]);
    raw.extend(b"\r\n--b--\r\n");
    let headers = vec![("content-type", "multipart/form-data; boundary=b".to_owned())];
    let ask = Ask { raw: Some(raw), headers, ..Ask::default() };
    let answer = server.ask(Role::Accounts, Method::POST, "/api/user/register-dietician", ask).await;
    assert_eq!(answer.status, StatusCode::OK, "{answer:?}");

    let credentials = json!({ "email": "hannah@example.org", "password": PASSWORD });
    assert_eq!(server.post("/api/session", None, credentials.clone()).await.summary(), "403 not_approved");
    let people = server.get("/api/people", Some(&admin)).await.json();
    let hannah = people["users"].as_array().unwrap().iter().find(|user| user["name"] == "Hannah").unwrap().clone();
    assert_eq!((&hannah["active"], &hannah["online"]), (&json!(false), &json!(false)));
    let path = format!("/api/user/profile/{}", hannah["_id"].as_str().unwrap());
    let approved = server.put(&path, Some(&admin), json!({ "active": true })).await;
    assert_eq!(approved.json()["user"]["active"], true);
    assert_eq!(server.post("/api/session", None, credentials).await.summary(), "200");
}

#[tokio::test]
async fn who_is_disabled_is_out_at_once() {
    let server = TestServer::start().await;
    server.add("Ines", UserRole::Admin).await;
    let amira = server.add("Amira", UserRole::Patient).await;
    let (admin, token) = (server.token("Ines").await, server.token("Amira").await);
    let path = format!("/api/user/profile/{}", amira.id);
    assert_eq!(server.put(&path, Some(&admin), json!({ "active": false })).await.summary(), "200");
    assert_eq!(server.get("/api/user/me", Some(&token)).await.summary(), "401 session_expired");
    let answer = server.post("/api/session", None, json!({ "email": email("Amira"), "password": PASSWORD })).await;
    assert_eq!(answer.summary(), "403 not_approved");
    let answer =
        server.post("/api/session", None, json!({ "email": email("Amira"), "password": "a wrong password" })).await;
    assert_eq!(answer.summary(), "401 invalid_credentials", "only who knows the password is told");
}

#[tokio::test]
async fn a_profile_is_changed_by_its_owner_in_bounds() {
    let server = TestServer::start().await;
    let amira = server.add("Amira", UserRole::Patient).await;
    let token = server.token("Amira").await;
    let path = format!("/api/user/profile/{}", amira.id);
    let whole_record = json!({ "_id": amira.id.to_string(), "name": "Amira H.", "email": "other@example.org", "role": 0, "active": false,
        "weightKg": "70,5".replace(',', "."), "age": 35, "gender": "", "createdAt": "2020-01-01T00:00:00Z" });
    let answer = server.put(&path, Some(&token), whole_record).await;
    let user = answer.json()["user"].clone();
    assert_eq!(user["name"], "Amira H.");
    assert_eq!(user["weightKg"], 70.5);
    assert_eq!(
        (&user["role"], &user["active"], &user["email"]),
        (&json!(1), &json!(true), &json!("amira@example.org"))
    );
    for body in [
        json!({ "age": -1 }),
        json!({ "heightCm": 3000 }),
        json!({ "name": " " }),
        json!({ "age": [] }),
        json!({ "name": 7 }),
    ] {
        assert_eq!(server.put(&path, Some(&token), body.clone()).await.summary(), "400 bad_request", "{body}");
    }
    assert_eq!(server.put("/api/user/profile/me", Some(&token), json!({})).await.summary(), "400 bad_request");
}

#[tokio::test]
async fn a_password_change_asks_for_the_old_one_and_ends_the_other_sessions() {
    let server = TestServer::start().await;
    server.add("Amira", UserRole::Patient).await;
    let (here, there) = (server.token("Amira").await, server.bearer("Amira").await);
    let change = |current: &str, new: &str| json!({ "currentPassword": current, "newPassword": new });
    let path = "/api/user/change-password";
    for (body, expected) in [
        (change("a wrong password", "another one, quite long"), "401 invalid_credentials"),
        (change(PASSWORD, "short"), "422 weak_password"),
        (change(PASSWORD, "AMIRA@example.org"), "422 weak_password"),
        (change(PASSWORD, "another one, quite long"), "200"),
    ] {
        assert_eq!(server.put(path, Some(&here), body.clone()).await.summary(), expected, "{body}");
    }
    assert_eq!(server.get("/api/user/me", Some(&here)).await.summary(), "200");
    assert_eq!(server.get("/api/user/me", Some(&there)).await.summary(), "401 session_expired");
    let answer = server.post("/api/session", None, json!({ "email": email("Amira"), "password": PASSWORD })).await;
    assert_eq!(answer.summary(), "401 invalid_credentials");
}

#[tokio::test]
async fn a_wrong_password_and_an_unknown_address_are_alike() {
    let server = TestServer::start_with(&[("MOODBITES_LIMITS", "off")]).await;
    server.add("Amira", UserRole::Patient).await;
    let mut times = [Vec::new(), Vec::new()];
    let mut answers = Vec::new();
    for round in 0..20 {
        for (which, address) in ["amira@example.org", "nobody@example.org"].into_iter().enumerate() {
            let started = Instant::now();
            let answer = old(
                &server,
                "/api/user/login",
                json!({ "email": address, "password": format!("a wrong one {round}") }),
            )
            .await;
            times[which].push(started.elapsed());
            answers.push((answer.status, answer.text));
        }
    }
    answers.dedup();
    assert_eq!(answers.len(), 1, "{answers:?}");
    let median = |times: &mut Vec<Duration>| {
        times.sort();
        times[times.len() / 2]
    };
    let [known, unknown] = times.each_mut().map(median);
    let (fast, slow) = (known.min(unknown), known.max(unknown));
    assert!(slow < fast * 2, "known {known:?}, unknown {unknown:?}");
}

#[tokio::test]
async fn guessing_is_slowed_and_says_until_when() {
    let server = TestServer::start().await;
    server.add("Amira", UserRole::Patient).await;
    let guess =
        || old(&server, "/api/user/login", json!({ "email": "amira@example.org", "password": "a wrong password" }));
    for _ in 0..5 {
        assert_eq!(guess().await.summary(), "401 invalid_credentials");
    }
    let refused = guess().await;
    assert_eq!(refused.summary(), "429 rate_limited");
    let after = refused.json()["retryAfterMs"].as_u64().unwrap();
    assert!((1..=180_000).contains(&after), "{after}");
    assert_eq!(refused.headers[header::RETRY_AFTER], after.div_ceil(1000).to_string());
    server.services.clock.advance(Duration::from_millis(after));
    let answer = old(&server, "/api/user/login", json!({ "email": "amira@example.org", "password": PASSWORD })).await;
    assert_eq!(answer.summary(), "200");
}

#[tokio::test]
async fn whether_an_address_is_known_is_told_seldom() {
    let server = TestServer::start().await;
    server.add("Amira", UserRole::Patient).await;
    let check = |address: &'static str| server.get(address, None);
    assert_eq!(check("/api/user/check-email?email=Amira@example.org").await.json(), json!({ "exists": true }));
    assert_eq!(check("/api/user/check-email?email=new@example.org").await.json(), json!({ "exists": false }));
    assert_eq!(check("/api/user/check-email?email=new").await.summary(), "400 bad_request");
    assert_eq!(check("/api/user/check-email").await.summary(), "400 bad_request");
    let mut refused = 0;
    for _ in 0..20 {
        refused +=
            usize::from(check("/api/user/check-email?email=new@example.org").await.summary() == "429 rate_limited");
    }
    assert_eq!(refused, 7, "15 at once");
    // A page that still has some old token is registering all the same.
    server.services.clock.advance(Duration::from_secs(60));
    let stale = Ask { token: Some("stale"), ..Ask::default() };
    let answer = server.ask(Role::Accounts, Method::GET, "/api/user/check-email?email=new@example.org", stale).await;
    assert_eq!(answer.summary(), "200");
}

#[tokio::test]
async fn what_does_not_exist_here_says_so_plainly() {
    let server = TestServer::start().await;
    for path in ["/api/user/google-signin", "/api/user/activity"] {
        let answer = old(&server, path, json!({})).await;
        assert_eq!(answer.summary(), "404 not_found");
        assert!(answer.json()["message"].as_str().is_some_and(|message| message.ends_with('.')), "{answer:?}");
    }
}

#[tokio::test]
async fn a_batch_has_a_hundred_ids_at_most() {
    let server = TestServer::start().await;
    server.add("Hannah", UserRole::Dietician).await;
    let token = server.token("Hannah").await;
    let ids = |n: usize| json!({ "userIds": vec!["ffffffffffffffffffffffff"; n] });
    assert_eq!(server.post("/api/users/batch", Some(&token), ids(100)).await.json(), json!([]));
    assert_eq!(server.post("/api/users/batch", Some(&token), ids(101)).await.summary(), "400 bad_request");
    for body in [json!({ "userIds": [7] }), json!({ "userIds": ["x"] }), json!({ "userIds": { "$in": [] } }), json!({})]
    {
        assert_eq!(
            server.post("/api/users/batch", Some(&token), body.clone()).await.summary(),
            "400 bad_request",
            "{body}"
        );
    }
}
