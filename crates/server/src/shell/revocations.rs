//! Cuts what is live of sessions that were revoked, whichever process revoked them.

use std::time::Duration;

use domain::Revocation;
use wire::error::Code;

use crate::state::Services;

/// Between two looks at the log; sockets are cut within it.
const PERIOD: Duration = Duration::from_secs(1);

/// Follows the log of revocations, from what `last` was when nobody was connected yet, for ever.
pub async fn follow(services: Services, mut last: u64) {
    let mut ticks = tokio::time::interval(PERIOD);
    ticks.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    loop {
        ticks.tick().await;
        match services.ports.sessions.revocations_after(last).await {
            Ok(revocations) => {
                for Revocation { number, user, session, except } in revocations {
                    last = last.max(number);
                    services.chat.forget_user(user);
                    services.hub.cut(user, session, except, Code::SessionExpired);
                    if session.is_none() && except.is_none() {
                        // Disabled, or signed out everywhere: no grace for a call that nobody may come back to.
                        services.turn.end_user(&user.to_string());
                        services.calling.evict(user).await;
                        if let Err(error) = services.consultations.evict(user, services.clock.now()).await {
                            tracing::error!(%user, %error, "still in consultations");
                        }
                    }
                }
            }
            // A cut that is late is not lost: the log is read from where it was left.
            Err(error) => tracing::warn!(%error, "the revocations could not be read"),
        }
    }
}
