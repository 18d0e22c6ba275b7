//! A made-up practice to look at: people who do not exist and what they wrote to each other over some days.

mod script;

use std::time::Duration;

use app::accounts::{AccountError, NewAccount, ProfileInput};
use app::fresh;
use domain::{
    AppendError, Appointment, AppointmentId, AppointmentStatus, CallEntry, CallId, ClientMessageId, ConsultationKind,
    ConversationId, EntryBody, EntryId, NewEntry, Plan, Receipt, Role, SLOT, Stamp, StoreError, Timestamp, User,
    UserId,
};

use crate::state::Services;
use script::{Line, PEOPLE, SCRIPT, Said};

/// Everybody's, and everybody's to know.
const PASSWORD: &str = "moodbites-demo";

const DAY: Duration = Duration::from_secs(24 * 60 * 60);

/// Why there is no demo.
#[derive(Debug, thiserror::Error)]
#[allow(missing_docs)]
pub(crate) enum DemoError {
    #[error(
        "this data folder is a real practice's, and a demo's people would get into it; leave --data away, or name another folder"
    )]
    RealPractice,
    #[error(transparent)]
    Account(#[from] AccountError),
    #[error(transparent)]
    Append(#[from] AppendError),
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Makes the practice where it is not there yet. The admin is made last: where there is one, everything is there.
pub(crate) async fn seed(services: &Services) -> Result<(), DemoError> {
    let ports = &services.ports;
    let known = ports.users.list(domain::UserFilter::default()).await?;
    if known.iter().any(|user| PEOPLE.iter().all(|person| person.email != user.email)) {
        return Err(DemoError::RealPractice);
    }
    let now = services.clock.now();
    let mut people = Vec::with_capacity(PEOPLE.len());
    for person in &PEOPLE {
        let user = match known.iter().find(|user| user.email == person.email) {
            Some(user) => user.clone(),
            None if person.role == Role::Admin => continue,
            None => services.accounts.add(person.account(), person.role, now - DAY * 30).await?,
        };
        people.push(user);
    }
    meet(services, &people, now).await?;
    if people.len() == PEOPLE.len() {
        return Ok(());
    }
    write(services, &people, now).await?;
    let admin = PEOPLE.iter().find(|person| person.role == Role::Admin);
    if let Some(admin) = admin {
        services.accounts.add(admin.account(), Role::Admin, now - DAY * 30).await?;
    }
    Ok(())
}

/// Whoever looks at it finds somebody to meet: an appointment whose room is open now, and one tomorrow.
async fn meet(services: &Services, people: &[User], now: Timestamp) -> Result<(), DemoError> {
    let by_name = |name: &str| people.iter().find(|user| user.name.starts_with(name));
    let slot = i64::try_from(SLOT.as_millis()).unwrap_or(i64::MAX);
    let nearest = Timestamp((now.0 + slot / 2).div_euclid(slot) * slot);
    for (patient, starts_at) in [("Amira", nearest), ("Jonas", nearest + DAY)] {
        let (Some(patient), Some(dietician)) = (by_name(patient), by_name("Hannah")) else { continue };
        let Some(((year, month, day), (hour, minute))) = services.config.time_zone.civil(starts_at) else { continue };
        let appointment = Appointment {
            id: AppointmentId(fresh::object_id(now)),
            version: 1,
            patient: patient.id,
            dietician: dietician.id,
            kind: ConsultationKind::Video,
            starts_at,
            date: format!("{year:04}-{month:02}-{day:02}"),
            time: format!("{hour:02}:{minute:02}"),
            notes: None,
            room: fresh::bytes::<12>().into(),
            stamps: vec![Stamp { status: AppointmentStatus::Scheduled, at: now, by: patient.id }],
        };
        // At the next start within the same half hour the slot is taken: by the same.
        services.ports.appointments.book(appointment).await?;
    }
    Ok(())
}

/// Appends the script, and has everybody read what they would have.
async fn write(services: &Services, people: &[User], now: Timestamp) -> Result<(), DemoError> {
    let by_name = |name: &str| {
        let email = PEOPLE.iter().find(|person| person.name.starts_with(name)).map(|person| person.email);
        let user = people.iter().find(|user| Some(user.email.as_str()) == email);
        user.map(|user| user.id).expect("the script names people of the demo")
    };
    for (number, line) in SCRIPT.iter().enumerate() {
        let (sender, receiver) = (by_name(line.from), by_name(line.to));
        let entry = line.entry(number, sender, receiver, now);
        let conversations = &services.ports.conversations;
        let entry = conversations.append(entry).await?.entry;
        let all = Receipt { delivered: entry.seq, read: entry.seq };
        conversations.advance_receipt(entry.conversation, sender, all).await?;
        let reached = if line.unread { Receipt { delivered: entry.seq, read: 0 } } else { all };
        conversations.advance_receipt(entry.conversation, receiver, reached).await?;
    }
    Ok(())
}

impl script::Person {
    fn account(&self) -> NewAccount {
        let speciality = (!self.speciality.is_empty()).then(|| self.speciality.to_owned());
        NewAccount {
            name: self.name.to_owned(),
            email: self.email.to_owned(),
            password: PASSWORD.to_owned(),
            profile: ProfileInput { speciality, ..ProfileInput::default() },
            ..NewAccount::default()
        }
    }
}

impl Line {
    fn entry(&self, number: usize, sender: UserId, receiver: UserId, now: Timestamp) -> NewEntry {
        let at = self.at(now);
        let key = format!("demo-{number}").parse().expect("a short key");
        let (body, key) = match self.said {
            Said::Text(text) => (EntryBody::Text(text.to_owned()), key),
            Said::Plan { text, name, calories, preferences, meals } => {
                let plan = Plan {
                    id: Some(format!("demo-plan-{number}")),
                    name: Some(name.to_owned()),
                    total_calories: Some(calories.to_owned()),
                    preferences: Some(preferences.to_owned()),
                    meals: Some(meals.to_owned()),
                };
                (EntryBody::Plan { text: text.to_owned(), plan }, key)
            }
            Said::Call { kind, outcome, seconds } => {
                // The same at every try, as everything here is.
                let bytes = u64::try_from(number).unwrap_or_default().to_be_bytes();
                let call = CallId(domain::ObjectId::from_parts(0, bytes));
                let duration = Duration::from_secs(seconds);
                (EntryBody::Call(CallEntry { call, kind, outcome, duration }), ClientMessageId::of_call(call))
            }
        };
        NewEntry {
            id: EntryId(fresh::object_id(at)),
            conversation: ConversationId(fresh::object_id(at)),
            sender,
            receiver,
            client_message_id: key,
            created_at: at,
            body,
            reply_to: None,
        }
    }

    /// That time of that day, by UTC; what was said today was said in the last hours.
    fn at(&self, now: Timestamp) -> Timestamp {
        let today = Timestamp(now.0 - now.0.rem_euclid(24 * 60 * 60 * 1000));
        let minutes = Duration::from_secs(u64::from(self.hour) * 3600 + u64::from(self.minute) * 60);
        match self.days_ago {
            0 => now - (DAY - minutes) / 12,
            days => today - DAY * days + minutes,
        }
    }
}

/// What to do next.
pub(crate) fn greeting(origin: &str) -> String {
    let mut text = format!("\nA demo practice is open: {origin}\nEverybody's password is {PASSWORD}\n");
    for person in &PEOPLE {
        let role = match person.role {
            Role::Admin => "admin",
            Role::Patient => "patient",
            Role::Dietician => "dietician",
        };
        text.push_str(&format!("  {role:<10} {:<18} {}\n", person.name, person.email));
    }
    text.push_str("Sign in as two of them, one in a private window.");
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_script_is_in_order_and_allowed() {
        let role = |name: &str| PEOPLE.iter().find(|person| person.name.starts_with(name)).unwrap().role;
        let now = Timestamp(1_800_000_000_000);
        for line in &SCRIPT {
            assert!(line.at(now) < now, "{} {}", line.days_ago, line.hour);
            assert!(
                role(line.from) == Role::Dietician || role(line.to) == Role::Dietician,
                "{} {}",
                line.from,
                line.to
            );
            if let Said::Plan { preferences, meals, .. } = line.said {
                serde_json::from_str::<serde_json::Value>(preferences).unwrap();
                assert!(serde_json::from_str::<Vec<serde_json::Value>>(meals).is_ok());
            }
        }
        for pair in SCRIPT.windows(2).filter(|pair| (pair[0].from, pair[0].to) == (pair[1].from, pair[1].to)) {
            assert!(pair[0].at(now) < pair[1].at(now));
        }
    }
}
