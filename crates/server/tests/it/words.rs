//! What is said in a consultation and at its door: who may, who reads it, and that it is kept once.

use domain::Role as UserRole;
use serde_json::{Value, json};

use crate::harness::{Answer, TestServer, secret};

struct Room {
    server: TestServer,
    room: String,
}

impl Room {
    /// Hannah's own, with her in it and Amira at the door.
    async fn open() -> Self {
        let server = TestServer::start_with(&[("JWT_SECRET", secret())]).await;
        let hannah = server.add("Hannah", UserRole::Dietician).await;
        for (name, role) in [("Amira", UserRole::Patient), ("Jonas", UserRole::Patient), ("Maya", UserRole::Dietician)]
        {
            server.add(name, role).await;
        }
        let room = Self { room: format!("consultation-{}", hannah.id), server };
        for who in ["Hannah", "Amira"] {
            room.by(who, "arrive", json!({})).await;
        }
        room
    }

    async fn ask(&self, token: &str, what: &str, body: Value) -> Answer {
        self.server.post(&format!("/api/consultations/{}/{what}", self.room), Some(token), body).await
    }

    async fn by(&self, who: &str, what: &str, body: Value) -> Answer {
        self.ask(&self.server.token(who).await, what, body).await
    }

    async fn say(&self, who: &str, key: &str, text: &str) -> Answer {
        self.by(who, "words", json!({ "clientMessageId": key, "text": text })).await
    }

    async fn reads(&self, token: &str, query: &str) -> Answer {
        self.server.get(&format!("/api/consultations/{}/words{query}", self.room), Some(token)).await
    }

    /// The texts that somebody reads.
    async fn texts(&self, who: &str, query: &str) -> Vec<String> {
        let read = self.reads(&self.server.token(who).await, query).await.json();
        let words = read["words"].as_array().unwrap_or_else(|| panic!("{read}"));
        words.iter().map(|word| word["text"].as_str().unwrap().to_owned()).collect()
    }

    async fn member(&self, name: &str) -> Value {
        let token = self.server.token("Hannah").await;
        let seen = self.server.get(&format!("/api/consultations/{}", self.room), Some(&token)).await.json();
        let members = seen["members"].as_array().unwrap();
        members.iter().find(|one| one["name"] == name).unwrap_or_else(|| panic!("{seen}")).clone()
    }

    async fn let_in(&self, name: &str) {
        let id = self.member(name).await["memberId"].clone();
        self.by("Hannah", "admit", json!({ "memberIds": [id] })).await;
    }
}

#[tokio::test]
async fn what_is_said_to_everybody_is_kept_once_for_whom_it_was_said_to() {
    let it = Room::open().await;
    assert_eq!(it.say("Amira", "a-1", "Hello?").await.summary(), "403 not_admitted");
    assert_eq!(it.say("Jonas", "j-1", "Hello?").await.summary(), "403 forbidden");
    let first = it.say("Hannah", "h-1", "  To myself ").await.json();
    assert_eq!(
        (&first["words"][0]["number"], &first["words"][0]["text"], &first["words"][0]["clientMessageId"]),
        (&json!(1), &json!("To myself"), &json!("h-1"))
    );
    it.let_in("Amira").await;
    assert_eq!(it.say("Amira", "a-1", "Hello").await.summary(), "200");
    assert_eq!(it.say("Amira", "a-1", "Hello").await.json()["words"][0]["number"], json!(2), "the same again");
    assert_eq!(it.say("Amira", "a-1", "Something else").await.summary(), "409 id_conflict");
    // A guest says something too, and reads it while it lasts.
    let link = it.by("Hannah", "guests", json!({ "role": "member" })).await.json()["url"].as_str().unwrap().to_owned();
    let token = link.rsplit('/').next().unwrap();
    let body = json!({ "token": token, "name": "Ana" });
    let claimed = it.server.post("/api/guests/claim", None, body).await.json();
    let pass = claimed["accessToken"].as_str().unwrap();
    it.ask(pass, "arrive", json!({})).await;
    assert_eq!(it.reads(pass, "").await.summary(), "403 not_admitted");
    it.let_in("Ana").await;
    let word = json!({ "clientMessageId": "a-1", "text": "I translate" });
    assert_eq!(it.ask(pass, "words", word).await.summary(), "200", "keys are everybody's own");
    let read = it.reads(pass, "").await.json();
    assert_eq!(
        (read["words"].as_array().unwrap().len(), &read["words"][0]["name"], &read["words"][0]["guest"]),
        (1, &json!("Ana"), &json!(true))
    );
    for (text, answer) in [("", "400 bad_request"), (" \n", "400 bad_request"), (&"x".repeat(2_001), "400 bad_request")]
    {
        assert_eq!(it.say("Hannah", "h-2", text).await.summary(), answer);
    }
    assert_eq!(it.texts("Hannah", "").await, ["To myself", "Hello", "I translate"]);
    assert_eq!(it.texts("Hannah", "?after=1").await, ["Hello", "I translate"]);
    assert_eq!(it.texts("Amira", "").await, ["Hello", "I translate"], "from when she was let in");
    // Who was sent out hears no more.
    let amira = it.member("Amira").await["memberId"].clone();
    it.by("Hannah", "remove", json!({ "memberId": amira })).await;
    it.say("Hannah", "h-3", "She is gone").await;
    assert_eq!(it.say("Amira", "a-2", "Am I?").await.summary(), "403 not_admitted");
    assert_eq!(it.texts("Amira", "").await, ["Hello", "I translate"]);
    // It is read when it is over, by those with an account, also once there is another in the room.
    it.by("Hannah", "end", json!({})).await;
    let late = async |key: &str, text: &str| {
        let body = json!({ "clientMessageId": key, "text": text, "consultationId": first["consultationId"] });
        it.by("Hannah", "words", body).await.summary()
    };
    assert_eq!(late("h-4", "Late").await, "409 consultation_ended");
    assert_eq!(late("h-3", "She is gone").await, "200", "what was acknowledged stays so");
    assert_eq!(it.reads(pass, "").await.summary(), "409 consultation_ended");
    let consultation = first["consultationId"].as_str().unwrap();
    it.by("Hannah", "arrive", json!({})).await;
    assert_eq!(it.texts("Hannah", "").await, Vec::<String>::new(), "this one is new");
    let query = format!("?consultationId={consultation}");
    assert_eq!(it.texts("Hannah", &query).await, ["To myself", "Hello", "I translate", "She is gone"]);
    assert_eq!(it.texts("Amira", &query).await, ["Hello", "I translate"]);
    for who in ["Jonas", "Maya"] {
        assert_eq!(it.reads(&it.server.token(who).await, &query).await.summary(), "403 forbidden", "{who}");
    }
}

#[tokio::test]
async fn who_waits_writes_a_line_and_reads_the_answer() {
    let it = Room::open().await;
    let amira = it.member("Amira").await["memberId"].clone();
    let wrote = it.by("Amira", "line", json!({ "text": "I am five minutes late" })).await.json();
    assert_eq!(wrote["you"]["line"], json!("I am five minutes late"));
    assert_eq!(it.member("Amira").await["line"], json!("I am five minutes late"));
    let answer = json!({ "text": "No hurry", "memberId": amira });
    assert_eq!(it.by("Amira", "line", answer.clone()).await.summary(), "403 forbidden");
    assert_eq!(it.by("Jonas", "line", json!({ "text": "And I?" })).await.summary(), "403 forbidden");
    assert_eq!(it.by("Hannah", "line", answer).await.summary(), "200");
    let token = it.server.token("Amira").await;
    let seen = it.server.get(&format!("/api/consultations/{}", it.room), Some(&token)).await.json();
    assert_eq!(seen["you"]["answer"], json!("No hurry"));
    assert_eq!(it.by("Amira", "line", json!({ "text": "x".repeat(301) })).await.summary(), "400 bad_request");
    it.let_in("Amira").await;
    let inside = it.member("Amira").await;
    assert_eq!((&inside["line"], &inside["answer"]), (&Value::Null, &Value::Null), "kept with the queue alone");
    assert_eq!(it.by("Amira", "line", json!({ "text": "Late" })).await.summary(), "403 not_admitted");
}
