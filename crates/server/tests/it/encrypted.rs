//! End-to-end encrypted consultations: who is let in how, and who may hand which key to whom.

use serde_json::{Value, json};

use crate::consultations::Practice;

fn page(letter: &str) -> String {
    letter.repeat(87)
}

fn key(member: &str, letter: &str) -> Value {
    json!({ "memberId": member, "page": page(letter), "sealed": letter.repeat(80) })
}

#[tokio::test]
async fn nobody_enters_unencrypted_by_accident() {
    let it = Practice::open(&[]).await;
    let body = json!({ "userIds": [it.id("Amira")], "admit": true, "encrypted": true });
    let opened = it.server.post("/api/consultations", Some(it.token("Maya")), body).await.json();
    assert_eq!(opened["encryption"], json!({ "number": 0, "due": false }));
    let room = opened["roomId"].as_str().unwrap();
    it.by("Amira", room, "arrive", json!({})).await;
    assert_eq!(it.by("Amira", room, "token", json!({})).await.summary(), "409 consultation_encryption");
    assert_eq!(it.by("Amira", room, "token", json!({ "encrypted": true })).await.summary(), "200");
    let old = json!({ "roomName": room, "participantName": "Amira" });
    let old = it.server.post("/api/getToken", Some(it.token("Amira")), old).await;
    assert_eq!(old.summary(), "409 consultation_encryption");
    assert_eq!(
        it.by("Maya", room, "encrypt", json!({ "encrypted": false })).await.summary(),
        "409 consultation_running"
    );
    // And the other way round, in the dietician's own room; what was chosen last is so the next time.
    let own = it.room("Maya");
    it.by("Maya", &own, "arrive", json!({})).await;
    assert_eq!(
        it.by("Maya", &own, "token", json!({ "encrypted": true })).await.summary(),
        "409 consultation_encryption"
    );
    assert_eq!(it.by("Amira", &own, "encrypt", json!({ "encrypted": true })).await.summary(), "403 forbidden");
    it.by("Maya", &own, "encrypt", json!({ "encrypted": true })).await;
    it.by("Maya", &own, "end", json!({})).await;
    assert_eq!(it.by("Maya", &own, "arrive", json!({})).await.json()["encryption"]["number"], json!(0));
    let open = it.server.post("/api/consultations", Some(it.token("Maya")), json!({ "encrypted": false })).await.json();
    assert_eq!(open["encryption"], Value::Null);
}

#[tokio::test]
async fn keys_are_handed_by_hosts_to_pages_that_are_let_in() {
    let it = Practice::open(&[]).await;
    let room = it.room("Maya");
    it.by("Maya", &room, "encrypt", json!({ "encrypted": true })).await;
    for who in ["Maya", "Amira", "Jonas"] {
        it.by(who, &room, "arrive", json!({})).await;
    }
    let [amira, jonas] = [it.member(&room, "Amira").await, it.member(&room, "Jonas").await];
    it.by("Maya", &room, "admit", json!({ "memberIds": [amira] })).await;
    let bring = |who: &'static str, text: String| it.by(who, &room, "key", json!({ "page": text }));
    assert_eq!(bring("Jonas", page("j")).await.summary(), "403 not_admitted");
    for bad in ["a".repeat(86), "a".repeat(88), "+".repeat(87), "ä".repeat(44), String::new()] {
        assert_eq!(bring("Amira", bad).await.summary(), "400 bad_request");
    }
    for (who, letter) in [("Amira", "a"), ("Maya", "m")] {
        assert_eq!(bring(who, page(letter)).await.summary(), "200");
    }
    let hand = |who: &'static str, letter: &str, number: u32, keys: Vec<Value>| {
        it.by(who, &room, "keys", json!({ "page": page(letter), "number": number, "keys": keys }))
    };
    assert_eq!(hand("Amira", "a", 1, vec![key(&jonas, "j")]).await.summary(), "403 forbidden");
    assert_eq!(hand("Hannah", "h", 1, vec![]).await.summary(), "403 forbidden", "a stranger");
    assert_eq!(hand("Maya", "x", 1, vec![]).await.summary(), "409 key_passed", "not her page");
    assert_eq!(hand("Maya", "m", 2, vec![]).await.summary(), "409 key_passed");
    let long = json!({ "memberId": amira, "page": page("a"), "sealed": "a".repeat(81) });
    assert_eq!(hand("Maya", "m", 1, vec![long]).await.summary(), "400 bad_request");
    let many = vec![key(&amira, "a"); 51];
    assert_eq!(hand("Maya", "m", 1, many).await.summary(), "400 bad_request");
    assert_eq!(hand("Maya", "m", 1, vec![key(&"f".repeat(24), "f")]).await.summary(), "404 not_found");
    assert_eq!(hand("Maya", "m", 1, vec![key(&amira, "a"), key(&jonas, "j")]).await.summary(), "200");
    // Everybody is told of their own alone.
    let seen = |who: &'static str| see(&it, &room, who);
    let hers = seen("Amira").await;
    let handed = json!({ "from": it.member(&room, "Maya").await, "by": page("m"), "sealed": "a".repeat(80) });
    assert_eq!(hers["you"]["keys"], json!({ "page": page("a"), "number": 1, "handed": handed }));
    assert!(hers["members"].as_array().unwrap().iter().all(|one| one["keys"].is_null()));
    assert_eq!(seen("Jonas").await["you"]["keys"], Value::Null);
    let hosts = seen("Maya").await;
    let of_amira = hosts["members"].as_array().unwrap().iter().find(|one| one["name"] == "Amira").unwrap();
    assert_eq!(of_amira["keys"], json!({ "page": page("a"), "number": 1 }), "not what was sealed for her");
    // Who goes makes another due.
    it.by("Amira", &room, "leave", json!({})).await;
    assert_eq!(seen("Maya").await["encryption"], json!({ "number": 1, "due": true }));
}

async fn see(it: &Practice, room: &str, who: &str) -> Value {
    it.server.get(&format!("/api/consultations/{room}"), Some(it.token(who))).await.json()
}
