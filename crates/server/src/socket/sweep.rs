//! What happens by the clock.

use std::sync::Arc;
use std::time::Duration;

use wire::error::Code;

use super::call_status;
use super::handshake::Strangers;
use super::hub::close;
use super::presence;
use super::transports::Transports;
use crate::state::Services;

const TICK: Duration = Duration::from_secs(1);

/// Every so many ticks what nobody needs any more is forgotten.
const FORGET: u32 = 60;

/// One task for all connections, instead of a timer for each.
pub(super) async fn run(services: Services, strangers: Arc<Strangers>, transports: Arc<Transports>) {
    let mut ticks = tokio::time::interval(TICK);
    ticks.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    for tick in 0_u32.. {
        ticks.tick().await;
        let now = services.clock.now();
        for connection in services.hub.expired(now) {
            // Once is enough: it goes in a moment.
            connection.renew(connection.session(), domain::Timestamp(i64::MAX));
            close(connection, Code::SessionExpired);
        }
        for (user, last_seen) in services.hub.settle(now) {
            match services.ports.users.by_id(user).await {
                Ok(Some(mut user)) => {
                    // Whoever was disabled meanwhile has left for their former contacts too.
                    user.active = true;
                    presence::tell(&services.hub, &user, false, Some(last_seen));
                    call_status::tell_left(&services, &user);
                }
                Ok(None) => {}
                Err(error) => tracing::warn!(%error, "nobody was told that somebody left"),
            }
        }
        if tick % FORGET == 0 {
            strangers.forget(now);
            transports.sweep();
            services.connected.sweep();
            services.hub.forget_limits();
        }
    }
}
