use std::collections::HashMap;

use crate::bucket::Bucket;

/// Who has something here, and how much.
#[derive(Debug, Default)]
pub(crate) struct Users {
    slots: Vec<User>,
    free: Vec<u32>,
    by_name: HashMap<String, u32>,
}

/// What one user has.
#[derive(Debug, Default)]
pub(crate) struct User {
    name: String,
    /// Places of allocations.
    pub(crate) allocations: Vec<u32>,
    pub(crate) reservations: usize,
    pub(crate) bandwidth: Bucket,
}

impl Users {
    /// The place of a user, made if there is none.
    pub(crate) fn place(&mut self, name: &str) -> u32 {
        if let Some(&place) = self.by_name.get(name) {
            return place;
        }
        let user = User { name: name.to_owned(), ..User::default() };
        let place = match self.free.pop() {
            Some(place) => {
                self.slots[place as usize] = user;
                place
            }
            None => {
                self.slots.push(user);
                u32::try_from(self.slots.len() - 1).expect("fewer users than allocations, which are bounded")
            }
        };
        self.by_name.insert(name.to_owned(), place);
        place
    }

    pub(crate) fn find(&self, name: &str) -> Option<u32> {
        self.by_name.get(name).copied()
    }

    pub(crate) fn is(&self, place: u32, name: &str) -> bool {
        self.find(name) == Some(place)
    }

    pub(crate) fn at(&mut self, place: u32) -> &mut User {
        &mut self.slots[place as usize]
    }

    /// How much somebody has of what is counted.
    pub(crate) fn count(&self, name: &str) -> usize {
        self.find(name).map_or(0, |place| {
            let user = &self.slots[place as usize];
            user.allocations.len() + user.reservations
        })
    }

    /// Forgets a user who has nothing.
    pub(crate) fn tidy(&mut self, place: u32) {
        let user = &mut self.slots[place as usize];
        if user.allocations.is_empty() && user.reservations == 0 && self.by_name.remove(&user.name).is_some() {
            *user = User::default();
            self.free.push(place);
        }
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.by_name.is_empty()
    }
}
