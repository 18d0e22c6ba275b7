//! What every handler is given.

use std::sync::Arc;

use app::accounts::{Accounts, Tokens};
use app::chat::Chat;
use domain::{Calls, Conversations, Sessions, Users};

use crate::config::Config;
use crate::setup::Setup;
use crate::shell::clock::Clock;
use crate::socket::{Connected, Hub};

/// The ports, over one store.
#[derive(Clone)]
#[allow(missing_docs)]
pub struct Ports {
    pub users: Arc<dyn Users>,
    pub sessions: Arc<dyn Sessions>,
    pub conversations: Arc<dyn Conversations>,
    pub calls: Arc<dyn Calls>,
}

impl Ports {
    /// Every port by the same store.
    pub fn of<S: Users + Sessions + Conversations + Calls + 'static>(store: &Arc<S>) -> Self {
        Self { users: store.clone(), sessions: store.clone(), conversations: store.clone(), calls: store.clone() }
    }
}

/// The use cases and what they stand on. Cheap to clone.
#[derive(Clone)]
pub struct Services {
    /// As it was resolved at start.
    pub config: Arc<Config>,
    /// Who somebody is.
    pub accounts: Accounts,
    /// What they write to each other.
    pub chat: Chat,
    /// Who is connected.
    pub hub: Hub,
    /// How they are told of chat.
    pub connected: Connected,
    /// The ports.
    pub ports: Ports,
    /// The link that makes the first admin, while there is none.
    pub setup: Setup,
    /// What time it is.
    pub clock: Clock,
}

impl Services {
    /// Everything wired, nothing running.
    pub fn new(config: Arc<Config>, tokens: Tokens, ports: Ports, setup: Setup, clock: Clock) -> Self {
        let accounts = Accounts::new(ports.users.clone(), ports.sessions.clone(), tokens);
        let hub = Hub::default();
        let connected = Connected::new(hub.clone(), clock.clone());
        let chat = Chat::new(ports.conversations.clone(), ports.users.clone(), Arc::new(connected.clone()));
        Self { config, accounts, chat, hub, connected, ports, setup, clock }
    }
}
