//! What every handler is given.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::sync::{Arc, OnceLock};

use app::accounts::{Accounts, Secret, Tokens};
use app::appointments::Appointments;
use app::calling::{Calling, Rules};
use app::chat::{Chat, Search};
use app::consultations::{Consultations, Passes};
use app::recordings::Recordings;
use app::uploads::{Rules as UploadRules, Signer, Uploads};
use domain::{Blobs, Calls, Conversations, OldPages, Sessions, Users};
use store::Store;

use tokio::sync::{Mutex, Notify};

use crate::config::{CallTimes, Config, Role, UploadConfig};
use crate::livekit::{Egress, LiveKit};
use crate::setup::Setup;
use crate::shell::clock::Clock;
use crate::socket::{CallEvents, Connected, ConsultationEvents, Hub, RecordingEvents, Statuses};
use crate::tls::Authority;
use crate::turn::Turn;

/// The ports, over one store.
#[derive(Clone)]
#[allow(missing_docs)]
pub struct Ports {
    pub users: Arc<dyn Users>,
    pub sessions: Arc<dyn Sessions>,
    pub conversations: Arc<dyn Conversations>,
    pub calls: Arc<dyn Calls>,
    pub old_pages: Arc<dyn OldPages>,
    pub uploads: Arc<dyn domain::Uploads>,
    pub recordings: Arc<dyn domain::Recordings>,
    pub appointments: Arc<dyn domain::Appointments>,
    pub consultations: Arc<dyn domain::Consultations>,
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
            uploads: store.clone(),
            recordings: store.clone(),
            appointments: store.clone(),
            consultations: store.clone(),
        }
    }
}

/// What is signed with.
#[derive(Debug, Clone)]
pub struct Keys {
    /// Sign-ins.
    pub tokens: Tokens,
    /// Addresses of what was uploaded.
    pub signer: Signer,
    /// What guests hold.
    pub passes: Passes,
    /// Credentials of the relay.
    pub turn: [u8; 32],
}

impl Keys {
    /// All that follow from the one secret.
    pub fn of(secret: Secret, issuer: Option<String>) -> Self {
        let signer = Signer::new(&secret);
        let passes = Passes::new(&secret);
        let turn = secret.derive(b"credentials of the relay");
        Self { tokens: Tokens::new(secret, issuer), signer, passes, turn }
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
    /// What of it they look for.
    pub search: Search,
    /// Whom they call.
    pub calling: Calling,
    /// Who is connected.
    pub hub: Hub,
    /// How they are told of chat.
    pub connected: Connected,
    /// How people say they are, on old call clients.
    pub statuses: Statuses,
    /// What they upload.
    pub uploads: Uploads,
    /// What they record of their calls.
    pub recordings: Recordings,
    /// When they are to meet.
    pub appointments: Appointments,
    /// Where they meet.
    pub consultations: Consultations,
    /// Asks for a sweep: something was let go.
    pub uploads_changed: Arc<Notify>,
    /// Signs the addresses of what was uploaded.
    pub signer: Signer,
    /// Our relay, where there is one.
    pub turn: Turn,
    /// Held while an admin has everything looked at.
    pub looking: Arc<Mutex<()>>,
    /// Where each role listens, once it does.
    pub listening: Arc<OnceLock<BTreeMap<Role, Vec<SocketAddr>>>>,
    /// What devices are to trust, where our certificate is our own.
    pub authority: Option<Arc<Authority>>,
    /// The ports.
    pub ports: Ports,
    /// The link that makes the first admin, while there is none.
    pub setup: Setup,
    /// What time it is.
    pub clock: Clock,
}

impl Services {
    /// Everything wired; the calls of before are taken up at once, by a task of the runtime that this is called in.
    pub fn new(
        config: Arc<Config>,
        keys: Keys,
        ports: Ports,
        blobs: Arc<dyn Blobs>,
        setup: Setup,
        clock: Clock,
    ) -> Self {
        let Keys { tokens, signer, passes, turn: _ } = keys;
        let accounts = if config.limits { Accounts::new } else { Accounts::without_limits };
        let accounts = accounts(ports.users.clone(), ports.sessions.clone(), tokens);
        let hub = Hub::default();
        let connected = Connected::new(
            hub.clone(),
            clock.clone(),
            ports.conversations.clone(),
            ports.old_pages.clone(),
            signer.clone(),
        );
        let chat = Chat::new(ports.conversations.clone(), ports.users.clone(), Arc::new(connected.clone()));
        let search = Search::new(chat.clone(), config.limits);
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
        let UploadConfig { max_bytes, quota, .. } = config.uploads;
        let rules = UploadRules { max_bytes, quota, limits: config.limits };
        let uploads = Uploads::new(ports.uploads.clone(), blobs, rules);
        let appointments = Appointments::new(ports.appointments.clone(), ports.users.clone(), config.limits);
        let consultations = {
            let livekit = config.livekit.as_ref().map(|livekit| LiveKit::new(livekit, clock.clone()));
            let egress = config.livekit.as_ref().and_then(|livekit| Egress::new(livekit, clock.clone()));
            let under = app::consultations::Ports {
                consultations: ports.consultations.clone(),
                appointments: ports.appointments.clone(),
                users: ports.users.clone(),
                recordings: ports.recordings.clone(),
                uploads: ports.uploads.clone(),
                calls: ports.calls.clone(),
                media: livekit.map(|livekit| Arc::new(livekit) as Arc<dyn app::consultations::MediaServer>),
                recorder: egress.map(|egress| Arc::new(egress) as Arc<dyn app::consultations::RoomRecorder>),
                audience: Arc::new(ConsultationEvents {
                    hub: hub.clone(),
                    signer: signer.clone(),
                    clock: clock.clone(),
                }),
            };
            Consultations::new(under, appointments.clone(), passes, config.limits)
        };
        let recordings = {
            let now = clock.clone();
            Recordings::new(
                ports.recordings.clone(),
                (calling.clone(), consultations.clone()),
                chat.clone(),
                uploads.clone(),
                Arc::new(RecordingEvents(hub.clone())),
                Arc::new(move || now.now()),
            )
        };
        Self {
            config,
            accounts,
            chat,
            search,
            calling,
            hub,
            connected,
            statuses: Statuses::default(),
            uploads,
            recordings,
            appointments,
            consultations,
            uploads_changed: Arc::default(),
            signer,
            turn: Turn::default(),
            looking: Arc::default(),
            listening: Arc::default(),
            authority: None,
            ports,
            setup,
            clock,
        }
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
