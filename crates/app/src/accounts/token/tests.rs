use domain::{ObjectId, Profile, Role};
use serde_json::json;

use super::*;

const NOW: Timestamp = Timestamp(1_800_000_000_500);
const NOW_S: i64 = 1_800_000_000;
const USER: &str = "6543210f000102fdfeff0708";
const SID: &str = "6543210f000102fdfeff0709";
const KEY: &str = "a secret of at least thirty-two bytes";

fn tokens() -> Tokens {
    Tokens::new(Secret::new(KEY), None)
}

/// Signed by our key, whatever it says.
fn signed(header: &str, payload: &str) -> String {
    tokens().sign(header.as_bytes(), payload.as_bytes())
}

fn with_payload(payload: &Value) -> String {
    signed(r#"{"alg":"HS256","typ":"JWT"}"#, &payload.to_string())
}

fn good() -> Value {
    json!({ "id": USER, "name": "Amira", "email": "amira@example.org", "role": 1, "iat": NOW_S - 60, "exp": NOW_S + 60, "sid": SID })
}

/// A good payload with these fields instead; `null` takes one away.
fn but(changes: &Value) -> String {
    let mut payload = good();
    for (name, value) in changes.as_object().unwrap() {
        match value {
            Value::Null => payload.as_object_mut().unwrap().remove(name),
            value => payload.as_object_mut().unwrap().insert(name.clone(), value.clone()),
        };
    }
    with_payload(&payload)
}

fn user() -> User {
    User {
        id: USER.parse().unwrap(),
        name: "Amira".into(),
        email: "amira@example.org".into(),
        role: Role::Patient,
        active: true,
        password_hash: String::new(),
        profile: Profile::default(),
        created_at: Timestamp(0),
        valid_after: Timestamp(0),
    }
}

#[test]
fn what_is_issued_verifies_until_it_ends() {
    let session = SessionId(ObjectId::from([7; 12]));
    let expires_at = NOW + Duration::from_secs(900);
    let token = tokens().issue(&user(), session, NOW, expires_at);
    let claims = Claims {
        user: user().id,
        session: Some(session),
        issued_at: Timestamp(NOW_S * 1000),
        expires_at: Timestamp((NOW_S + 900) * 1000),
    };
    for later in [0, 600, 900, 929] {
        assert_eq!(tokens().verify(&token, NOW + Duration::from_secs(later)), Ok(claims), "{later}");
    }
    assert_eq!(tokens().verify(&token, NOW + Duration::from_secs(930)), Err(TokenError::Expired));
}

#[test]
fn the_payload_is_the_one_that_old_clients_read() {
    let issuer = Tokens::new(Secret::new(KEY), Some("moodbites".into()));
    let token = issuer.issue(&user(), SID.parse().unwrap(), NOW, NOW + Duration::from_secs(60));
    let payload: Value = serde_json::from_slice(&decode(token.split('.').nth(1).unwrap()).unwrap()).unwrap();
    assert_eq!(
        payload,
        json!({ "id": USER, "name": "Amira", "email": "amira@example.org", "role": 1, "iat": NOW_S, "exp": NOW_S + 60,
                "iss": "moodbites", "sid": SID })
    );
}

#[test]
fn a_token_of_another_library_verifies() {
    // By RFC 7519 and `jsonwebtoken` for Node.js alike; made by another program.
    let token = "eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.eyJpZCI6IjY1NDMyMTBmMDAwMTAyZmRmZWZmMDcwOCIsImlhdCI6MTc5OTk5OTk0MCwiZXhwIjox\
                 ODAwMDAwMDYwfQ.Dac8tPzkQgl0lN8OIzjO9xZNqOMNNepmA5oy4hUBMKw";
    let claims = tokens().verify(token, NOW).unwrap();
    assert_eq!((claims.user, claims.session), (user().id, None));
}

#[test]
fn tokens_that_are_taken() {
    for (what, token) in [
        ("as ours", with_payload(&good())),
        ("sub", but(&json!({ "id": null, "sub": USER }))),
        ("userId", but(&json!({ "id": null, "userId": USER }))),
        ("_id", but(&json!({ "id": null, "_id": USER }))),
        ("id before sub", but(&json!({ "sub": "somebody" }))),
        ("no session", but(&json!({ "sid": null }))),
        ("no typ", signed(r#"{"alg":"HS256"}"#, &good().to_string())),
        ("a kid that nobody reads", signed(r#"{"alg":"HS256","kid":"../../dev/null"}"#, &good().to_string())),
        ("upper-case id", but(&json!({ "id": USER.to_uppercase() }))),
        ("a fraction", but(&json!({ "exp": NOW_S as f64 + 0.6 }))),
        ("just over, within the leeway", but(&json!({ "exp": NOW_S - 29 }))),
        ("from a clock that is ahead", but(&json!({ "iat": NOW_S + 30 }))),
        ("nbf just now", but(&json!({ "nbf": NOW_S }))),
        ("an issuer nobody asked for", but(&json!({ "iss": "elsewhere" }))),
    ] {
        assert_eq!(tokens().verify(&token, NOW).map(|claims| claims.user), Ok(user().id), "{what}");
    }
}

#[test]
fn hostile_tokens() {
    let ours = with_payload(&good());
    let (head, signature) = ours.rsplit_once('.').unwrap();
    let (header, payload) = head.split_once('.').unwrap();
    let text = good().to_string();
    let b64 = |text: &str| URL_SAFE_NO_PAD.encode(text);
    let other_key = Tokens::new(Secret::new("another secret, long enough as well"), None);
    let flipped = |n: usize| {
        let mut bytes = decode(signature).unwrap();
        bytes[n] ^= 1;
        format!("{head}.{}", URL_SAFE_NO_PAD.encode(bytes))
    };
    let twice = format!(r#"{{"id":"{USER}","id":"{SID}","iat":{},"exp":{}}}"#, NOW_S - 60, NOW_S + 60);
    let sid_twice =
        format!(r#"{{"id":"{USER}","sid":"{SID}","sid":"{USER}","iat":{},"exp":{}}}"#, NOW_S - 60, NOW_S + 60);

    let hostile = [
        ("nothing", String::new()),
        ("a dot", ".".into()),
        ("two dots", "..".into()),
        ("one part", "abc".into()),
        ("two parts", head.to_owned()),
        ("four parts", format!("{ours}.{signature}")),
        ("five parts, as JWE has", format!("{header}.{payload}.{payload}.{payload}.{signature}")),
        ("no signature", format!("{head}.")),
        ("a signature cut short", format!("{head}.{}", &signature[..20])),
        ("a signature with more to it", format!("{ours}AAAA")),
        ("the first bit flipped", flipped(0)),
        ("the last bit flipped", flipped(31)),
        ("another payload under it", format!("{header}.{}.{signature}", b64(&text.replace("Amira", "Admin")))),
        ("another header over it", format!("{}.{payload}.{signature}", b64(r#"{"alg":"HS256"}"#))),
        ("another key", other_key.sign(br#"{"alg":"HS256"}"#, text.as_bytes())),
        ("the empty key", Tokens::new(Secret::new(""), None).sign(br#"{"alg":"HS256"}"#, text.as_bytes())),
        ("alg none, unsigned", format!("{}.{payload}.", b64(r#"{"alg":"none"}"#))),
        ("alg none", signed(r#"{"alg":"none"}"#, &text)),
        ("alg None", signed(r#"{"alg":"None"}"#, &text)),
        ("alg nOnE", signed(r#"{"alg":"nOnE"}"#, &text)),
        ("alg hs256", signed(r#"{"alg":"hs256"}"#, &text)),
        ("alg HS384", signed(r#"{"alg":"HS384"}"#, &text)),
        ("alg HS512", signed(r#"{"alg":"HS512"}"#, &text)),
        ("alg RS256", signed(r#"{"alg":"RS256"}"#, &text)),
        ("alg ES256", signed(r#"{"alg":"ES256"}"#, &text)),
        ("no alg", signed(r#"{"typ":"JWT"}"#, &text)),
        ("alg twice", signed(r#"{"alg":"none","alg":"HS256"}"#, &text)),
        ("alg a list", signed(r#"{"alg":["HS256"]}"#, &text)),
        ("alg null", signed(r#"{"alg":null}"#, &text)),
        ("an extension that must be understood", signed(r#"{"alg":"HS256","crit":["b64"],"b64":false}"#, &text)),
        ("a header that is a list", signed(r#"["HS256"]"#, &text)),
        ("a header that is no JSON", signed("HS256", &text)),
        ("an empty payload", signed(r#"{"alg":"HS256"}"#, "")),
        ("a payload that is a text", signed(r#"{"alg":"HS256"}"#, r#""me""#)),
        ("a payload that is a list", signed(r#"{"alg":"HS256"}"#, "[]")),
        ("a payload with something after it", signed(r#"{"alg":"HS256"}"#, &format!("{text} {text}"))),
        ("a payload nested deeply", signed(r#"{"alg":"HS256"}"#, &"[".repeat(2000))),
        ("no id", but(&json!({ "id": null }))),
        ("an id that is a number", but(&json!({ "id": 1 }))),
        ("an id that asks the store", but(&json!({ "id": { "$ne": null } }))),
        ("an id that is short", but(&json!({ "id": &USER[..23] }))),
        ("an id with a NUL", but(&json!({ "id": format!("{}\u{0}", &USER[..23]) }))),
        ("an empty id and a good sub", but(&json!({ "id": "", "sub": USER }))),
        ("id twice", signed(r#"{"alg":"HS256"}"#, &twice)),
        ("sid twice", signed(r#"{"alg":"HS256"}"#, &sid_twice)),
        ("a sid that is none", but(&json!({ "sid": "x" }))),
        ("a sid that is a number", but(&json!({ "sid": 7 }))),
        ("no exp", but(&json!({ "exp": null }))),
        ("exp a text", but(&json!({ "exp": "1900000000" }))),
        ("exp 1e300", signed(r#"{"alg":"HS256"}"#, &text.replace(&(NOW_S + 60).to_string(), "1e300"))),
        ("exp 1e999", signed(r#"{"alg":"HS256"}"#, &text.replace(&(NOW_S + 60).to_string(), "1e999"))),
        ("exp in milliseconds", but(&json!({ "exp": (NOW_S + 60) * 1000 }))),
        ("exp u64::MAX", but(&json!({ "exp": u64::MAX }))),
        ("exp negative", but(&json!({ "exp": -1 }))),
        ("exp true", but(&json!({ "exp": true }))),
        ("no iat", but(&json!({ "iat": null }))),
        ("iat in the future", but(&json!({ "iat": NOW_S + 32 }))),
        ("iat negative", but(&json!({ "iat": -1 }))),
        ("nbf in the future", but(&json!({ "nbf": NOW_S + 32 }))),
        ("nbf a text", but(&json!({ "nbf": "now" }))),
        ("an audience", but(&json!({ "aud": "livekit" }))),
        ("standard base64", format!("{}=.{payload}.{signature}", header)),
        ("base64 with plus and slash", format!("{header}.{payload}.{}", signature.replace(['-', '_'], "+"))),
        ("blanks around it", format!(" {ours} ")),
        ("a line end", format!("{ours}\n")),
        ("a megabyte", format!("{header}.{}.{signature}", "A".repeat(1_000_000))),
        ("a large one that is signed", but(&json!({ "name": "x".repeat(8192) }))),
        ("umlauts", "ä.ö.ü".into()),
    ];
    assert!(hostile.len() >= 40);
    for (what, token) in hostile {
        // Every one would be taken but for that one thing, and none is told more than that.
        let same = token == ours;
        assert!(!same, "{what} is the good token");
        assert_eq!(tokens().verify(&token, NOW), Err(TokenError::Invalid), "{what}");
    }
    assert!(tokens().verify(&ours, NOW).is_ok());
    assert_eq!(tokens().verify(&but(&json!({ "exp": NOW_S - 31 })), NOW), Err(TokenError::Expired));
}

#[test]
fn an_issuer_that_is_configured_is_asked_for() {
    let tokens = Tokens::new(Secret::new(KEY), Some("moodbites".into()));
    for (iss, expected) in [
        (json!("moodbites"), true),
        (json!("moodbites "), false),
        (json!("elsewhere"), false),
        (json!(["moodbites"]), false),
        (Value::Null, false),
    ] {
        assert_eq!(tokens.verify(&but(&json!({ "iss": iss })), NOW).is_ok(), expected, "{iss}");
    }
}

#[test]
fn a_secret_shows_nothing_of_itself() {
    assert!(!format!("{:?}", tokens()).contains("thirty"));
}
