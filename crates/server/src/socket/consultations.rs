//! What our clients are told about consultations: how each stands, as that member sees it.

use std::sync::Arc;

use app::consultations::{ConsultationAudience, Scene};
use app::uploads::Signer;
use domain::{Member, MemberState};
use wire::consultation::{Beside, ConsultationView, OwnerPresence};
use wire::entry::Dialect;

use super::connection::Connection;
use super::hub::Hub;
use crate::config::Role;
use crate::http::addresses::Addresses;
use crate::shell::clock::Clock;
use crate::state::Services;

/// The connections, for consultations.
#[derive(Clone)]
#[allow(missing_docs)]
pub struct ConsultationEvents {
    pub hub: Hub,
    pub signer: Signer,
    pub clock: Clock,
}

impl ConsultationAudience for ConsultationEvents {
    fn told(&self, scene: &Scene) {
        let presence = presence(scene, &self.hub);
        for member in &scene.consultation.members {
            let Some(user) = member.user else { continue };
            self.hub.for_each(user, |connection| {
                if is_theirs(connection) {
                    emit(connection, scene, member, presence, &self.signer, &self.clock);
                }
            });
        }
    }
}

fn is_theirs(connection: &Connection) -> bool {
    connection.role == Role::Web && connection.dialect() == Dialect::Ours
}

fn emit(
    connection: &Connection,
    scene: &Scene,
    member: &Member,
    presence: OwnerPresence,
    signer: &Signer,
    clock: &Clock,
) {
    let addresses = Addresses::new(connection.base.clone(), signer.clone(), clock.now());
    connection.emit("consultation", &view(scene, member, presence, &addresses));
}

/// As that member sees it.
pub(crate) fn view(scene: &Scene, member: &Member, presence: OwnerPresence, addresses: &Addresses) -> ConsultationView {
    let page = |path: &str| addresses.page(path);
    ConsultationView::new(&scene.consultation, member, &beside(scene, presence, addresses, &page))
}

/// What is shown beside it.
pub(crate) fn beside<'a>(
    scene: &'a Scene,
    presence: OwnerPresence,
    addresses: &'a Addresses,
    page: &'a dyn Fn(&str) -> String,
) -> Beside<'a> {
    let (people, appointment, recordings) = (&scene.people, scene.appointment.as_ref(), &scene.recordings);
    Beside { people, appointment, presence, recordings, server_records: scene.server_records, addresses, page }
}

/// Where its owner is.
pub(crate) fn presence(scene: &Scene, hub: &Hub) -> OwnerPresence {
    let it = &scene.consultation;
    let is_online = hub.is_online(it.owner);
    let host = it.host().filter(|host| host.state == MemberState::Admitted && it.ended_at.is_none());
    if host.is_some_and(|host| host.connected || is_online) {
        OwnerPresence::Here
    } else if scene.owner_busy {
        OwnerPresence::Busy
    } else if is_online {
        OwnerPresence::Online
    } else {
        OwnerPresence::Away
    }
}

/// Who comes is told how those stand that are open.
pub(super) async fn greet(services: &Services, connection: &Arc<Connection>) {
    if !is_theirs(connection) {
        return;
    }
    match services.consultations.open_of(connection.user_id()).await {
        Ok(open) => {
            for scene in open {
                let Some(member) = scene.consultation.of_user(connection.user_id()) else { continue };
                let presence = presence(&scene, &services.hub);
                emit(connection, &scene, member, presence, &services.signer, &services.clock);
            }
        }
        // They ask by REST too.
        Err(error) => tracing::warn!(connection = connection.id.0, %error, "not told of consultations"),
    }
}
