use fuzz::Fuzz;
use serde::de::DeserializeOwned;
use wire::account::{Batch, ChangePassword, ChangeProfile, Credentials, ProfileFields, Register, SetUp};
use wire::time::{from_iso, iso};

use super::fixtures::text;

fn field<T: DeserializeOwned>(input: &[u8]) -> Result<T, String> {
    // What the parser says begins with the kind of thing that it met.
    let kind = |text: String| text.chars().take_while(|c| c.is_ascii_alphabetic() || *c == ' ').collect();
    serde_json::from_slice(input).map_err(|error| kind(error.to_string()))
}

#[test]
fn accounts() {
    let examples = [
        r#"{"email":"ann@example.org","password":"a long one"}"#,
        r#"{"token":"t0k3n","name":"Ann","email":"ann@example.org","password":"a long one"}"#,
        r#"{"currentPassword":"a long one","newPassword":"another long one"}"#,
        r#"{"name":"Ann","email":"ann@example.org","password":"a long one","role":"1","gender":"Female","age":"34","heightCm":171.5,"weightKg":""}"#,
        r#"{"name":"Ann","active":true,"gender":null,"age":34,"speciality":"Diabetes"}"#,
        r#"{"userIds":["0123456789abcdef01234567"]}"#,
    ];
    let words = [
        "\"email\"",
        "\"password\"",
        "\"role\"",
        "\"age\"",
        "\"heightCm\"",
        "\"gender\"",
        "\"male\"",
        "\"NaN\"",
        "\"inf\"",
        "\"1e400\"",
    ];
    Fuzz::new("accounts", examples).words(&words).run(|input| {
        let register = field::<Register>(input);
        if let Ok(register) = &register {
            let said = format!("{register:?}");
            let password = &register.password.0;
            assert!(password.len() < 12 || !said.contains(password.as_str()), "a password shows");
        }
        [
            field::<Credentials>(input).map(|_| ()),
            field::<SetUp>(input).map(|_| ()),
            field::<ChangePassword>(input).map(|_| ()),
            register.map(|_| ()),
            field::<ChangeProfile>(input).map(|_| ()),
            field::<ProfileFields>(input).map(|_| ()),
            field::<Batch>(input).map(|_| ()),
        ]
    });
}

#[test]
fn moments() {
    let examples = [
        "2025-11-24T16:12:16.042Z",
        "1969-12-31T23:59:59+14:00",
        "0000-01-01T00:00:00Z",
        "9999-12-31T23:59:59.999999999Z",
    ];
    Fuzz::new("moments", examples).words(&["+00:00", "-23:59", "T", ".", "60", "02-30", "+10000"]).run(|input| {
        let moment = from_iso(text(input)?)?;
        let said = iso(moment);
        assert_eq!(from_iso(&said).map(iso).as_ref(), Some(&said), "{moment:?}");
        Some(said.len())
    });
}
