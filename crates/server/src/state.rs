//! What every handler is given.

use std::sync::Arc;

use app::accounts::{Accounts, Tokens};
use app::calling::{Calling, Rules};
use app::chat::Chat;
use domain::{Calls, Conversations, OldPages, Sessions, Users};
use store::Store;

use crate::config::{CallTimes, Config};
use crate::setup::Setup;
use crate::shell::clock::Clock;
use crate::socket::{CallEvents, Connected, Hub, Statuses};

/// The ports, over one store.
#[derive(Clone)]
#[allow(missing_docs)]
pub struct Ports {
    pub users: Arc<dyn Users>,
    pub sessions: Arc<dyn Sessions>,
    pub conversations: Arc<dyn Conversations>,
    pub calls: Arc<dyn Calls>,
    pub old_pages: Arc<dyn OldPages>,
}

impl Ports {
    /// Every port by the same store.
    pub fn of(store: &Arc<dyn Store>) -> Self {
        Self {
            users: store.clone(),
            sessions: store.clone(),
            conversations: store.clone(),
            calls: store.clone(),
            old_pages: store.clone(),
        }
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
    /// Whom they call.
    pub calling: Calling,
    /// Who is connected.
    pub hub: Hub,
    /// How they are told of chat.
    pub connected: Connected,
    /// How people say they are, on old call clients.
    pub statuses: Statuses,
    /// The ports.
    pub ports: Ports,
    /// The link that makes the first admin, while there is none.
    pub setup: Setup,
    /// What time it is.
    pub clock: Clock,
}

impl Services {
    /// Everything wired; the calls of before are taken up at once, by a task of the runtime that this is called in.
    pub fn new(config: Arc<Config>, tokens: Tokens, ports: Ports, setup: Setup, clock: Clock) -> Self {
        let accounts = if config.limits { Accounts::new } else { Accounts::without_limits };
        let accounts = accounts(ports.users.clone(), ports.sessions.clone(), tokens);
        let hub = Hub::default();
        let connected =
            Connected::new(hub.clone(), clock.clone(), ports.conversations.clone(), ports.old_pages.clone());
        let chat = Chat::new(ports.conversations.clone(), ports.users.clone(), Arc::new(connected.clone()));
        let calling = {
            let now = clock.clone();
            Calling::start(
                rules(&config),
                ports.users.clone(),
                ports.calls.clone(),
                chat.clone(),
                Arc::new(CallEvents(hub.clone())),
                Arc::new(move || now.now()),
            )
        };
        let statuses = Statuses::default();
        Self { config, accounts, chat, calling, hub, connected, statuses, ports, setup, clock }
    }
}

fn rules(config: &Config) -> Rules {
    let CallTimes { ring, connect, grace } = config.call_times;
    let rules = Rules::default();
    let limited = |limit: Option<usize>| limit.filter(|_| config.limits);
    Rules {
        switchboard: calls::Config { ring, connect, grace, ..rules.switchboard },
        per_pair: limited(rules.per_pair),
        per_caller: limited(rules.per_caller),
        ..rules
    }
}
