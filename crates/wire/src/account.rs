//! What clients ask of accounts, and what they are answered beside records.

use std::fmt;

use domain::{Gender, Timestamp, User};
use serde::{Deserialize, Deserializer, Serialize};
use serde_json::Value;

use crate::file::Addresses;
use crate::time::Iso;
use crate::user::{UserRecord, WireRole, gender_from_text};

/// A password on its way in. Shows nothing of itself.
#[derive(Clone, Default, Deserialize)]
#[serde(transparent)]
pub struct Password(pub String);

impl fmt::Debug for Password {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Password(…)")
    }
}

/// `POST /api/session`, `POST /api/user/login`.
#[derive(Debug, Deserialize)]
#[allow(missing_docs)]
pub struct Credentials {
    pub email: String,
    pub password: Password,
}

/// `POST /api/setup`.
#[derive(Debug, Deserialize)]
#[allow(missing_docs)]
pub struct SetUp {
    pub token: Password,
    pub name: String,
    pub email: String,
    pub password: Password,
}

/// `PUT /api/user/change-password`.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
#[allow(missing_docs)]
pub struct ChangePassword {
    pub current_password: Password,
    pub new_password: Password,
}

/// What a person tells about themself: forms send figures as texts too, and nothing as an empty text.
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[serde(rename_all = "camelCase", default)]
#[allow(missing_docs)]
pub struct ProfileFields {
    #[serde(deserialize_with = "gender")]
    pub gender: Option<Gender>,
    #[serde(deserialize_with = "figure")]
    pub age: Option<f64>,
    #[serde(deserialize_with = "figure")]
    pub height_cm: Option<f64>,
    #[serde(deserialize_with = "figure")]
    pub weight_kg: Option<f64>,
    pub speciality: Option<String>,
}

/// `POST /api/user/register`, `POST /api/user/register-dietician`.
#[derive(Debug, Deserialize)]
#[allow(missing_docs)]
pub struct Register {
    pub name: String,
    pub email: String,
    pub password: Password,
    pub role: Option<WireRole>,
    #[serde(flatten)]
    pub profile: ProfileFields,
}

/// `PUT /api/user/profile/:id`. Old clients send the whole record back; what is not here can't be changed by it.
#[derive(Debug, Deserialize)]
#[allow(missing_docs)]
pub struct ChangeProfile {
    pub name: Option<String>,
    /// Read where an admin changes somebody else.
    pub active: Option<bool>,
    #[serde(flatten)]
    pub profile: ProfileFields,
}

/// `POST /api/users/batch`.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
#[allow(missing_docs)]
pub struct Batch {
    pub user_ids: Vec<String>,
}

/// `{ accessToken, expiresAt, user }`.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct SignedIn {
    access_token: String,
    expires_at: Iso,
    user: UserRecord,
}

impl SignedIn {
    /// The answer to our web app.
    pub fn new(access_token: String, expires_at: Timestamp, user: &User, addresses: &dyn Addresses) -> Self {
        Self { access_token, expires_at: Iso(expires_at), user: UserRecord::new(user, addresses) }
    }
}

fn gender<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Gender>, D::Error> {
    match Option::<String>::deserialize(deserializer)?.as_deref().map(str::trim) {
        None | Some("") => Ok(None),
        Some(text) => gender_from_text(text).map(Some).ok_or_else(|| serde::de::Error::custom("not a gender")),
    }
}

fn figure<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<f64>, D::Error> {
    let figure = match Value::deserialize(deserializer)? {
        Value::Null => return Ok(None),
        Value::String(text) if text.trim().is_empty() => return Ok(None),
        Value::String(text) => text.trim().parse().ok(),
        Value::Number(number) => number.as_f64(),
        _ => None,
    };
    figure.map(Some).ok_or_else(|| serde::de::Error::custom("not a figure"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::{from_value, json};

    #[test]
    fn a_registration_as_forms_send_it() {
        let register: Register =
            from_value(json!({ "name": "Amira", "email": "a@example.org", "password": "secret words", "role": "1",
            "gender": "Female", "age": "34", "heightCm": 171.5, "weightKg": "", "isAdmin": true }))
            .unwrap();
        assert_eq!(
            register.profile,
            ProfileFields {
                gender: Some(Gender::Female),
                age: Some(34.0),
                height_cm: Some(171.5),
                weight_kg: None,
                speciality: None
            }
        );
        assert!(!format!("{register:?}").contains("secret"));
    }

    #[test]
    fn operators_are_not_texts() {
        for body in [
            json!({ "email": { "$gt": "" }, "password": "x" }),
            json!({ "email": "a@example.org", "password": { "$ne": null } }),
            json!({ "email": ["a@example.org"], "password": "x" }),
            json!({ "email": "a@example.org" }),
            json!([]),
            json!(null),
        ] {
            assert!(from_value::<Credentials>(body.clone()).is_err(), "{body}");
        }
    }

    #[test]
    fn a_profile_that_is_not_one() {
        for body in
            [json!({ "age": [] }), json!({ "age": "young" }), json!({ "gender": "x" }), json!({ "active": "true" })]
        {
            assert!(from_value::<ChangeProfile>(body.clone()).is_err(), "{body}");
        }
    }
}
