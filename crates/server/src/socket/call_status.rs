//! What old call clients are told of who is there, and how they say they are. Our own go by `presence`.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use domain::{Timestamp, User, UserId, may_contact};
use wire::call::{OnlineUser, StatusChanged, UserDisconnected};
use wire::entry::Dialect;

use super::connection::Connection;
use super::hub::Hub;
use crate::state::Services;

/// How somebody is who has said nothing.
const ONLINE: &str = "online";

/// What people who are there have said of themselves. Cheap to clone.
#[derive(Debug, Clone, Default)]
pub struct Statuses(Arc<Mutex<HashMap<UserId, String>>>);

impl Statuses {
    fn lock(&self) -> MutexGuard<'_, HashMap<UserId, String>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn set(&self, user: UserId, status: String) {
        self.lock().insert(user, status);
    }

    /// They have left.
    pub(super) fn forget(&self, user: UserId) {
        self.lock().remove(&user);
    }

    fn of(&self, user: UserId) -> String {
        self.lock().get(&user).cloned().unwrap_or_else(|| ONLINE.to_owned())
    }
}

fn is_told(connection: &Connection) -> bool {
    connection.role.has_calls() && connection.dialect() == Dialect::Old
}

/// Tells somebody's contacts how they are.
pub(super) fn tell(hub: &Hub, user: &User, status: &str, at: Timestamp) {
    let changed = StatusChanged::new(user.id, &user.name, status, at);
    hub.for_contacts_of(user, |connection| {
        if is_told(connection) {
            connection.hint("user-status-changed", &changed);
        }
    });
}

/// Tells somebody's contacts that they are there.
pub(super) fn tell_came(hub: &Hub, user: &User, at: Timestamp) {
    tell(hub, user, ONLINE, at);
}

/// Tells somebody's contacts that they are gone, and forgets how they were.
pub(super) fn tell_left(services: &Services, user: &User) {
    services.statuses.forget(user.id);
    let disconnected = UserDisconnected::new(user.id, &user.name);
    services.hub.for_contacts_of(user, |connection| {
        if is_told(connection) {
            connection.hint("user-disconnected", &disconnected);
        }
    });
}

/// The contacts of somebody that can be rung, in the order of their names.
pub(crate) fn online_contacts(services: &Services, user: &User) -> Vec<OnlineUser> {
    let mut people = services.hub.people();
    people.retain(|other| may_contact(user, other));
    people.sort_by(|a, b| (&a.name, a.id).cmp(&(&b.name, b.id)));
    let online = |other: &Arc<User>| {
        let mut since: Option<Timestamp> = None;
        services.hub.for_each(other.id, |connection| {
            if connection.role.has_calls() {
                since = Some(since.map_or(connection.since, |since| since.min(connection.since)));
            }
        });
        Some(OnlineUser::new(other.id, other.name.clone(), since?, services.statuses.of(other.id)))
    };
    people.iter().filter_map(online).collect()
}
