use std::collections::{BTreeMap, BTreeSet};

use domain::{ConnectionId, DeviceId, Seat, UserId};

/// One connection that may take part in calls.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Connection {
    pub(crate) user: UserId,
    pub(crate) name: String,
    /// `None`: an old one.
    pub(crate) device: Option<DeviceId>,
    /// Counts joins, so that of two connections one knows which came later.
    pub(crate) joined: u64,
}

impl Connection {
    pub(crate) fn seat(&self) -> Seat {
        self.device.clone().map_or(Seat::Legacy, Seat::Device)
    }
}

type Groups = BTreeMap<Option<DeviceId>, BTreeSet<ConnectionId>>;

/// Who is there, and with what: each user's connections grouped by device, the old ones (`None`) together.
#[derive(Debug, Default)]
pub(crate) struct People {
    connections: BTreeMap<ConnectionId, Connection>,
    users: BTreeMap<UserId, Groups>,
    joins: u64,
}

impl People {
    pub(crate) fn join(&mut self, id: ConnectionId, user: UserId, name: String, device: Option<DeviceId>) {
        self.joins += 1;
        self.users.entry(user).or_default().entry(device.clone()).or_default().insert(id);
        self.connections.insert(id, Connection { user, name, device, joined: self.joins });
    }

    pub(crate) fn leave(&mut self, id: ConnectionId) -> Option<Connection> {
        let gone = self.connections.remove(&id)?;
        if let Some(groups) = self.users.get_mut(&gone.user) {
            if let Some(group) = groups.get_mut(&gone.device) {
                group.remove(&id);
                if group.is_empty() {
                    groups.remove(&gone.device);
                }
            }
            if groups.is_empty() {
                self.users.remove(&gone.user);
            }
        }
        Some(gone)
    }

    pub(crate) fn connection(&self, id: ConnectionId) -> Option<&Connection> {
        self.connections.get(&id)
    }

    pub(crate) fn is_there(&self, user: UserId) -> bool {
        self.users.contains_key(&user)
    }

    /// The connections of a user, by device.
    pub(crate) fn groups(&self, user: UserId) -> impl Iterator<Item = (&Option<DeviceId>, &BTreeSet<ConnectionId>)> {
        self.users.get(&user).into_iter().flatten()
    }

    /// The connections of one device of a user, or all of their old ones.
    pub(crate) fn group(
        &self,
        user: UserId,
        device: &Option<DeviceId>,
    ) -> impl Iterator<Item = ConnectionId> + use<'_> {
        self.users.get(&user).and_then(|groups| groups.get(device)).into_iter().flatten().copied()
    }

    /// The connections that a seat stands for.
    pub(crate) fn seated(&self, user: UserId, seat: &Seat) -> Vec<ConnectionId> {
        let device = match seat {
            Seat::Device(device) => Some(device.clone()),
            Seat::Legacy => None,
        };
        self.group(user, &device).collect()
    }

    /// Whether anything is remembered of anybody.
    pub(crate) fn is_empty(&self) -> bool {
        self.connections.is_empty() && self.users.is_empty()
    }
}
