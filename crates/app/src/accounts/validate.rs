//! What people type into forms, checked.

use domain::{Gender, ProfileChange};

use super::AccountError;

/// What somebody tells about themself, as it came.
#[derive(Debug, Clone, Default, PartialEq)]
#[allow(missing_docs)]
pub struct ProfileInput {
    pub name: Option<String>,
    pub gender: Option<Gender>,
    pub age: Option<f64>,
    pub height_cm: Option<f64>,
    pub weight_kg: Option<f64>,
    pub speciality: Option<String>,
}

impl ProfileInput {
    /// Within the bounds of the domain, or which field is not.
    pub fn check(self) -> Result<ProfileChange, AccountError> {
        let age = within(self.age, 0.0, 150.0, "The age must be between 0 and 150 years.")?;
        let speciality = self.speciality.map(|text| text.trim().to_owned());
        if speciality.as_ref().is_some_and(|text| text.chars().count() > 120 || text.chars().any(char::is_control)) {
            return Err(AccountError::Invalid("The speciality may have 120 characters."));
        }
        Ok(ProfileChange {
            name: self.name.as_deref().map(name).transpose()?,
            gender: self.gender,
            #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)] // 0 to 150
            age: age.map(|age| age as u8),
            height_cm: within(self.height_cm, 30.0, 300.0, "The height must be between 30 and 300 cm.")?,
            weight_kg: within(self.weight_kg, 1.0, 700.0, "The weight must be between 1 and 700 kg.")?,
            speciality,
            image: None,
        })
    }
}

fn within(value: Option<f64>, least: f64, most: f64, sentence: &'static str) -> Result<Option<f64>, AccountError> {
    match value {
        Some(value) if !(least..=most).contains(&value) => Err(AccountError::Invalid(sentence)),
        value => Ok(value),
    }
}

/// A name: 1 to 100 characters, none of which moves the cursor.
pub(super) fn name(name: &str) -> Result<String, AccountError> {
    let name = name.trim();
    let fits = (1..=100).contains(&name.chars().count()) && !name.chars().any(char::is_control);
    if fits { Ok(name.to_owned()) } else { Err(AccountError::Invalid("Please give a name of 1 to 100 characters.")) }
}

/// An address in lower case. Whether anybody reads it only a message can tell; this refuses what can't be one.
pub(super) fn email(email: &str) -> Result<String, AccountError> {
    const SENTENCE: AccountError = AccountError::Invalid("Please give a valid e-mail address.");
    let email = email.trim();
    let (local, domain) = email.rsplit_once('@').ok_or(SENTENCE)?;
    let plain = |c: char| !c.is_whitespace() && !c.is_control() && c != '@';
    let label = |l: &str| !l.is_empty() && !l.starts_with('-') && l.chars().all(|c| c.is_alphanumeric() || c == '-');
    let fits = email.len() <= 254
        && (1..=64).contains(&local.len())
        && local.chars().all(plain)
        && domain.split('.').all(label);
    if fits { Ok(email.to_lowercase()) } else { Err(SENTENCE) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses() {
        for text in
            ["amira@example.org", " Amira@Example.ORG ", "a+b.c@x-y.example", "zoë@bücher.example", "root@localhost"]
        {
            assert_eq!(email(text), Ok(text.trim().to_lowercase()), "{text}");
        }
        let long = format!("{}@example.org", "x".repeat(65));
        for text in [
            "",
            "amira",
            "@example.org",
            "amira@",
            "a b@example.org",
            "a@b@example.org",
            "a@.org",
            "a@org.",
            "a@-x.org",
            "a\n@example.org",
            "a@exa mple.org",
            "a@example.org\u{0}",
            "a@<script>",
            &long,
        ] {
            assert!(email(text).is_err(), "{text:?}");
        }
    }

    #[test]
    fn names() {
        assert_eq!(name("  Zoë O'Neil "), Ok("Zoë O'Neil".into()));
        for text in ["", "  ", "a\nb", "a\u{1b}[31m", &"x".repeat(101)] {
            assert!(name(text).is_err(), "{text:?}");
        }
    }

    #[test]
    fn figures_out_of_bounds_are_refused() {
        let input = |age, height_cm, weight_kg| ProfileInput { age, height_cm, weight_kg, ..ProfileInput::default() };
        for good in [
            input(Some(0.0), Some(30.0), Some(1.0)),
            input(Some(150.0), Some(300.0), Some(700.0)),
            input(None, None, None),
        ] {
            assert!(good.clone().check().is_ok(), "{good:?}");
        }
        for bad in [
            input(Some(-1.0), None, None),
            input(Some(151.0), None, None),
            input(None, Some(29.9), None),
            input(None, None, Some(700.1)),
            input(Some(f64::NAN), None, None),
            input(None, Some(f64::INFINITY), None),
        ] {
            assert!(bad.clone().check().is_err(), "{bad:?}");
        }
    }
}
