//! Tokens that are nearly ours.

use fuzz::Fuzz;

use std::collections::HashMap;

use serde_json::value::RawValue;

use super::*;

const NOW: Timestamp = Timestamp(1_800_000_000_500);
const CLAIMS: &str = r#"{"id":"6543210f000102fdfeff0708","name":"Ann","role":1,"iat":1799999940,"exp":1800000060,"nbf":1799999940.5,"sid":"6543210f000102fdfeff0709"}"#;
const HEADER: &str = r#"{"alg":"HS256","typ":"JWT"}"#;

fn tokens() -> Tokens {
    Tokens::new(Secret::new("a secret of at least thirty-two bytes"), None)
}

#[test]
fn what_is_not_signed_by_us_is_nothing() {
    let token = tokens().sign(HEADER.as_bytes(), CLAIMS.as_bytes());
    Fuzz::new("tokens", [token.clone()]).words(&[".", "eyJhbGciOiJub25lIn0", "="]).run(|input| {
        let text = std::str::from_utf8(input).ok()?;
        let verified = tokens().verify(text, NOW);
        assert_eq!(verified.is_ok(), text == token, "one token is one text");
        Some(verified.map_err(|error| error.to_string()).err())
    });
}

/// A secret that somebody else has too, or a bug of the old service: the signature fits, whatever it says.
#[test]
fn what_is_signed_is_still_looked_at() {
    let words = [
        "\"HS256\"",
        "\"none\"",
        "\"crit\"",
        "\"sub\"",
        "\"_id\"",
        "\"userId\"",
        "\"aud\"",
        "1799999971",
        "1800000031",
        "1e11",
        "-1e-9",
    ];
    let examples = [
        [HEADER, CLAIMS].join("\n"),
        [HEADER, r#"{"sub":"6543210f000102fdfeff0708","iat":1,"exp":99999999999.9}"#].join("\n"),
    ];
    Fuzz::new("claims", examples).words(&words).run(|input| {
        let at = input.iter().position(|byte| *byte == b'\n')?;
        let verified = tokens().verify(&tokens().sign(&input[..at], &input[at + 1..]), NOW);
        if let Ok(claims) = &verified {
            assert!(
                claims.expires_at + LEEWAY > NOW
                    && claims.issued_at <= NOW + LEEWAY
                    && claims.issued_at >= Timestamp(0)
            );
            // What is not asked for may be anything.
            if let Ok(header) = serde_json::from_slice::<HashMap<&str, &RawValue>>(&input[..at]) {
                let says = |name| header.get(name).map(|value| value.get());
                assert!(
                    says("alg") == Some("\"HS256\"") && says("crit").is_none_or(|crit| crit == "null"),
                    "{header:?}"
                );
            }
        }
        Some(verified.map(|claims| claims.session.is_some()).map_err(|error| error.to_string()))
    });
}
