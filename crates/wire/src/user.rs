//! A person as clients see them: the whole record for themself and for admins, the public part for everyone else.

use domain::{Gender, Role, User};
use serde::{Deserialize, Serialize};

use crate::file::Addresses;
use crate::time::Iso;

/// `gender` on the wire.
pub const fn gender_text(gender: Gender) -> &'static str {
    match gender {
        Gender::Female => "female",
        Gender::Male => "male",
        Gender::Other => "other",
    }
}

/// The gender of that name, in any case.
pub fn gender_from_text(text: &str) -> Option<Gender> {
    [Gender::Female, Gender::Male, Gender::Other].into_iter().find(|g| gender_text(*g).eq_ignore_ascii_case(text))
}

/// A role as clients write it: a number, the number as text, or `admin`, `user`, `dietician`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct WireRole(pub Role);

impl WireRole {
    /// The role that a text names, be it a number or a word.
    pub fn from_text(text: &str) -> Option<Self> {
        match text {
            "0" | "admin" => Some(Self(Role::Admin)),
            "1" | "user" => Some(Self(Role::Patient)),
            "2" | "dietician" => Some(Self(Role::Dietician)),
            _ => None,
        }
    }
}

impl<'de> Deserialize<'de> for WireRole {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let value = serde_json::Value::deserialize(deserializer)?;
        let role = match &value {
            serde_json::Value::Number(number) => number.as_u64().and_then(Role::from_number).map(Self),
            serde_json::Value::String(text) => Self::from_text(text),
            _ => None,
        };
        role.ok_or_else(|| serde::de::Error::custom("not a role"))
    }
}

/// The address of their picture.
pub(crate) fn image(user: &User, addresses: &dyn Addresses) -> Option<String> {
    user.profile.image.map(|image| addresses.whole(image))
}

/// The record that its owner and admins get.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct UserRecord {
    #[serde(rename = "_id")]
    id: String,
    name: String,
    email: String,
    role: u8,
    active: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    gender: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    age: Option<u8>,
    #[serde(skip_serializing_if = "Option::is_none")]
    height_cm: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    weight_kg: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    speciality: Option<String>,
    profile_image: Option<String>,
    created_at: Iso,
}

impl UserRecord {
    /// Of a user, as they and admins see them.
    pub fn new(user: &User, addresses: &dyn Addresses) -> Self {
        Self {
            id: user.id.to_string(),
            name: user.name.clone(),
            email: user.email.clone(),
            role: user.role.number(),
            active: user.active,
            gender: user.profile.gender.map(gender_text),
            age: user.profile.age,
            height_cm: user.profile.height_cm,
            weight_kg: user.profile.weight_kg,
            speciality: user.profile.speciality.clone(),
            profile_image: image(user, addresses),
            created_at: Iso(user.created_at),
        }
    }
}

/// The part of a record that everyone who may contact the person gets.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct PublicUser {
    #[serde(rename = "_id")]
    id: String,
    name: String,
    role: u8,
    profile_image: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    speciality: Option<String>,
}

impl PublicUser {
    /// Of a user, as those see them who may contact them.
    pub fn new(user: &User, addresses: &dyn Addresses) -> Self {
        Self {
            id: user.id.to_string(),
            name: user.name.clone(),
            role: user.role.number(),
            profile_image: image(user, addresses),
            speciality: user.profile.speciality.clone().filter(|_| user.role == Role::Dietician),
        }
    }
}

/// A person in the admins' list.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Person {
    #[serde(flatten)]
    user: UserRecord,
    /// What a dietician shows for approval.
    #[serde(skip_serializing_if = "Option::is_none")]
    certificate: Option<String>,
    online: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    last_seen: Option<Iso>,
}

impl Person {
    /// The record with what the hub knows about the person.
    pub fn new(user: &User, addresses: &dyn Addresses, online: bool, last_seen: Option<domain::Timestamp>) -> Self {
        let certificate = user.profile.certificate.map(|certificate| addresses.whole(certificate));
        Self { user: UserRecord::new(user, addresses), certificate, online, last_seen: last_seen.map(Iso) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixture::Fixed;
    use domain::{ObjectId, Profile, Timestamp, UploadId, UserId};
    use serde_json::json;

    fn dietician() -> User {
        User {
            id: UserId(ObjectId::from([7; 12])),
            name: "Maya Lindqvist".into(),
            email: "maya@example.org".into(),
            role: Role::Dietician,
            active: true,
            password_hash: "$argon2id$secret".into(),
            profile: Profile {
                weight_kg: Some(61.5),
                speciality: Some("Diabetes".into()),
                image: Some(UploadId(ObjectId::from([9; 12]))),
                ..Profile::default()
            },
            created_at: Timestamp(0),
            valid_after: Timestamp(0),
        }
    }

    #[test]
    fn the_record_has_everything_but_secrets() {
        assert_eq!(
            serde_json::to_value(UserRecord::new(&dietician(), &Fixed)).unwrap(),
            json!({ "_id": "070707070707070707070707", "name": "Maya Lindqvist", "email": "maya@example.org", "role": 2,
                    "active": true, "weightKg": 61.5, "speciality": "Diabetes", "profileImage": "https://chat.example.org/api/uploads/090909090909090909090909?expires=1764083536&signature=c2ln",
                    "createdAt": "1970-01-01T00:00:00.000Z" })
        );
    }

    #[test]
    fn the_public_part_tells_no_health_and_no_address() {
        assert_eq!(
            serde_json::to_value(PublicUser::new(&dietician(), &Fixed)).unwrap(),
            json!({ "_id": "070707070707070707070707", "name": "Maya Lindqvist", "role": 2, "profileImage": "https://chat.example.org/api/uploads/090909090909090909090909?expires=1764083536&signature=c2ln",
                    "speciality": "Diabetes" })
        );
    }

    #[test]
    fn roles_as_clients_write_them() {
        for (value, role) in [
            (json!(0), Some(Role::Admin)),
            (json!(1), Some(Role::Patient)),
            (json!("1"), Some(Role::Patient)),
            (json!("user"), Some(Role::Patient)),
            (json!("dietician"), Some(Role::Dietician)),
            (json!("admin"), Some(Role::Admin)),
            (json!(3), None),
            (json!(-1), None),
            (json!(1.5), None),
            (json!("root"), None),
            (json!(null), None),
        ] {
            assert_eq!(serde_json::from_value::<WireRole>(value.clone()).ok().map(|r| r.0), role, "{value}");
        }
    }
}
