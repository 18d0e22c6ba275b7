//! Who is there. [`Roster`] is pure: time comes in.

use std::collections::HashMap;
use std::time::Duration;

use domain::{Timestamp, User, UserId};
use wire::chat::{Presence, UserOnline};
use wire::entry::Dialect;

use super::hub::Hub;

/// Old pages reopen their connections all the time: somebody is gone once they have been for so long.
const SETTLE: Duration = Duration::from_secs(10);

/// When people were last seen is known for so many of them.
const MAX_REMEMBERED: usize = 100_000;

/// Presence of everybody, as this process knows it since it started.
#[derive(Debug, Default)]
pub(crate) struct Roster {
    people: HashMap<UserId, Person>,
    settling: usize,
}

#[derive(Debug, Clone, Copy)]
struct Person {
    connections: usize,
    left_at: Timestamp,
    /// Others think so.
    online: bool,
}

impl Roster {
    /// A connection came; true if others are to be told that its user is there.
    pub(crate) fn came(&mut self, user: UserId, now: Timestamp) -> bool {
        let person = self.people.entry(user).or_insert(Person { connections: 0, left_at: now, online: false });
        if person.connections == 0 && person.online {
            self.settling -= 1;
        }
        person.connections += 1;
        !std::mem::replace(&mut person.online, true)
    }

    /// A connection is gone.
    pub(crate) fn gone(&mut self, user: UserId, now: Timestamp) {
        let Some(person) = self.people.get_mut(&user) else { return };
        person.connections = person.connections.saturating_sub(1);
        if person.connections == 0 && person.online {
            person.left_at = now;
            self.settling += 1;
        }
    }

    /// Those who have been gone for long enough, with the time when they left; each is told of once.
    pub(crate) fn settle(&mut self, now: Timestamp) -> Vec<(UserId, Timestamp)> {
        if self.settling == 0 {
            return Vec::new();
        }
        let mut left = Vec::new();
        for (user, person) in &mut self.people {
            if person.online && person.connections == 0 && now.since(person.left_at) >= SETTLE {
                person.online = false;
                left.push((*user, person.left_at));
            }
        }
        self.settling -= left.len();
        if self.people.len() > MAX_REMEMBERED {
            self.people.retain(|_, person| person.online);
        }
        left
    }

    /// Whether others think so.
    pub(crate) fn is_online(&self, user: UserId) -> bool {
        self.people.get(&user).is_some_and(|person| person.online)
    }

    /// When somebody who is not there was last.
    pub(crate) fn last_seen(&self, user: UserId) -> Option<Timestamp> {
        self.people.get(&user).filter(|person| !person.online).map(|person| person.left_at)
    }
}

/// Tells somebody's contacts that they came or left.
pub(super) fn tell(hub: &Hub, user: &User, online: bool, last_seen: Option<Timestamp>) {
    let (ours, old) = (Presence::new(user.id, online, last_seen), UserOnline::new(user.id));
    let old_event = if online { "user-online" } else { "user-offline" };
    hub.for_contacts_of(user, |connection| match connection.dialect() {
        Dialect::Ours => connection.hint("presence", &ours),
        Dialect::Old if connection.role.has_chat() => connection.hint(old_event, &old),
        Dialect::Old => {}
    });
}

#[cfg(test)]
mod tests {
    use super::*;

    const START: Timestamp = Timestamp(1_000_000);

    fn at(seconds: u64) -> Timestamp {
        START + Duration::from_secs(seconds)
    }

    #[test]
    fn a_page_that_reopens_its_connection_stays_online() {
        let (mut roster, user) = (Roster::default(), UserId([1; 12].into()));
        assert!(roster.came(user, at(0)));
        roster.gone(user, at(1));
        assert_eq!(roster.settle(at(10)), []);
        assert!(roster.is_online(user));
        assert!(!roster.came(user, at(10)), "nobody was told that they left");
        assert_eq!(roster.settle(at(30)), []);
        roster.gone(user, at(31));
        assert_eq!(roster.settle(at(41)), [(user, at(31))]);
        assert_eq!(roster.settle(at(60)), []);
        assert_eq!((roster.is_online(user), roster.last_seen(user)), (false, Some(at(31))));
        assert!(roster.came(user, at(61)));
        assert_eq!(roster.last_seen(user), None);
    }

    #[test]
    fn the_last_of_several_connections_counts() {
        let (mut roster, user) = (Roster::default(), UserId([1; 12].into()));
        assert!(roster.came(user, at(0)));
        assert!(!roster.came(user, at(1)));
        roster.gone(user, at(2));
        assert_eq!(roster.settle(at(100)), []);
        roster.gone(user, at(101));
        assert_eq!(roster.settle(at(111)), [(user, at(101))]);
    }
}
