//! An old account as one of ours.

use domain::{Gender, Profile, Role, Timestamp, User, UserId};
use mongodb::bson::{Bson, Document};

use super::notes::{Note, Notes};
use super::values::{field, flag, id, number, text, time, time_of};

/// No password is the one of this.
const NO_PASSWORD: &str = "!";

/// The account of a document, under the id that it has; `None` if it has none.
pub(super) fn user(document: &Document, notes: &mut Notes) -> Option<User> {
    let Some(id) = document.get("_id").and_then(id).map(UserId) else {
        notes.add(Note::UserWithoutId, None);
        return None;
    };
    let mut note = |note| notes.add(note, Some(id.0));
    let given = field(document, &["email"]).and_then(text).unwrap_or_default();
    let email = address(&given);
    match &email {
        Some(email) if *email != given.trim() => note(Note::AddressLowered),
        Some(_) => {}
        None => note(Note::AddressUnusable),
    }
    let name = field(document, &["name", "fullName"]).and_then(text).unwrap_or_default();
    let shown = shown(&name);
    if shown != name.trim() || shown.is_empty() {
        note(Note::NameMade);
    }
    let name = if shown.is_empty() { given.split('@').next().map(self::shown).unwrap_or_default() } else { shown };
    let role = field(document, &["role"]).and_then(role);
    if role.is_none() {
        note(Note::RoleUnknown);
    }
    let active = email.is_some() && role.is_some() && is_active(document, role);
    if !active && email.is_some() && role.is_some() {
        note(Note::Disabled);
    }
    let hash = field(document, &["password", "passwordHash"]).and_then(text).filter(|hash| is_bcrypt(hash));
    if hash.is_none() {
        note(Note::PasswordUnusable);
    }
    if field(document, &["profileImage", "profilePicture"]).is_some_and(says_something) {
        note(Note::PictureElsewhere);
    }
    if field(document, &["certificate", "certificateUrl"]).is_some_and(says_something) {
        note(Note::CertificateElsewhere);
    }
    let (profile, complete) = profile(document);
    if !complete {
        note(Note::FiguresLeftOut);
    }
    let created_at = field(document, &["createdAt"]).and_then(time);
    Some(User {
        id,
        name: if name.is_empty() { id.to_string() } else { name },
        email: email.unwrap_or_else(|| no_address(id)),
        role: role.unwrap_or(Role::Patient),
        active,
        password_hash: hash.unwrap_or_else(|| NO_PASSWORD.to_owned()),
        profile,
        created_at: created_at.unwrap_or_else(|| time_of(id.0)),
        valid_after: Timestamp(0),
    })
}

/// The account of somebody whose own is gone, so that those they wrote with can still read it.
pub(super) fn stand_in(id: UserId, role: Role) -> User {
    User {
        id,
        name: "(deleted account)".to_owned(),
        email: no_address(id),
        role,
        active: false,
        password_hash: NO_PASSWORD.to_owned(),
        profile: Profile::default(),
        created_at: time_of(id.0),
        valid_after: Timestamp(0),
    }
}

/// What stands where an address must be and there is none: of a domain that can't be.
pub(super) fn no_address(id: UserId) -> String {
    format!("{id}@account.invalid")
}

/// In lower case, if anybody could be reached by it.
fn address(given: &str) -> Option<String> {
    let address = given.trim().to_lowercase();
    let (local, domain) = address.rsplit_once('@')?;
    let plain = |c: char| !c.is_whitespace() && !c.is_control() && c != '@';
    let label = |l: &str| !l.is_empty() && !l.starts_with('-') && l.chars().all(|c| c.is_alphanumeric() || c == '-');
    let fits = address.len() <= 254 && (1..=64).contains(&local.len()) && local.chars().all(plain);
    (fits && domain.split('.').all(label)).then_some(address)
}

/// A name as it can be shown: 1 to 100 characters, none of which moves the cursor; empty if nothing is left.
fn shown(name: &str) -> String {
    let name: String = name.trim().chars().filter(|c| !c.is_control()).take(100).collect();
    name.trim().to_owned()
}

fn role(value: &Bson) -> Option<Role> {
    match text(value)?.trim().to_ascii_lowercase().as_str() {
        "admin" | "0" => Some(Role::Admin),
        "user" | "patient" | "1" => Some(Role::Patient),
        "dietician" | "dietitian" | "2" => Some(Role::Dietician),
        _ => None,
    }
}

/// Whether they were let in. A dietician is not before it says so somewhere.
fn is_active(document: &Document, role: Option<Role>) -> bool {
    let says = |names: &[&str]| {
        field(document, names).map(|value| {
            let word = text(value).unwrap_or_default().trim().to_ascii_lowercase();
            flag(value).unwrap_or(matches!(word.as_str(), "approved" | "active" | "accepted"))
        })
    };
    let active = says(&["isActive", "active"]);
    let approved = says(&["isApproved", "approved", "approval", "approvalStatus", "status"]);
    let unsaid = role != Some(Role::Dietician);
    match (active, approved) {
        (None, None) => unsaid,
        (active, approved) => active.unwrap_or(true) && approved.unwrap_or(true),
    }
}

/// Whether it looks like what sign-in checks: `$2b$10$` and 53 characters, of a cost that it is ready to pay.
fn is_bcrypt(hash: &str) -> bool {
    let cost = hash.get(4..6).and_then(|cost| cost.parse::<u32>().ok());
    hash.len() == 60 && hash.is_ascii() && hash.starts_with("$2") && cost.is_some_and(|cost| (4..=14).contains(&cost))
}

fn says_something(value: &Bson) -> bool {
    text(value).is_none_or(|text| !text.trim().is_empty())
}

/// What they told of themself, and whether all of it could be kept.
fn profile(document: &Document) -> (Profile, bool) {
    let mut complete = true;
    let mut kept = |value: Option<&Bson>, within: std::ops::RangeInclusive<f64>| {
        let number = value.and_then(number).filter(|number| within.contains(number));
        complete &= number.is_some() || value.is_none_or(|value| !says_something(value));
        number
    };
    let age = kept(field(document, &["age"]), 0.0..=150.0);
    let height_cm = kept(field(document, &["heightCm", "height"]), 30.0..=300.0);
    let weight_kg = kept(field(document, &["weightKg", "weight"]), 1.0..=700.0);
    let given = field(document, &["gender"]).filter(|value| says_something(value));
    let gender = given.and_then(text).and_then(|gender| match gender.trim().to_ascii_lowercase().as_str() {
        "female" | "f" | "woman" => Some(Gender::Female),
        "male" | "m" | "man" => Some(Gender::Male),
        "other" | "non-binary" | "nonbinary" | "diverse" => Some(Gender::Other),
        _ => None,
    });
    complete &= gender.is_some() == given.is_some();
    let speciality = field(document, &["speciality", "specialty", "specialization"]).and_then(text);
    let speciality = speciality.map(|text| text.trim().chars().filter(|c| !c.is_control()).take(120).collect());
    #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)] // 0 to 150
    let age = age.map(|age| age as u8);
    let speciality = speciality.filter(|text: &String| !text.is_empty());
    (Profile { gender, age, height_cm, weight_kg, speciality, ..Profile::default() }, complete)
}
