//! Removes what was uploaded and nobody holds, and what a process that died had not finished.

use std::time::Duration;

use crate::state::Services;

/// Between two looks, where nothing was let go meanwhile.
const PERIOD: Duration = Duration::from_secs(60);

/// Between two looks at everything that is kept.
const ROUNDS_OF_ALL: u32 = 24 * 60;

async fn sweep_leavings(services: &Services) -> Result<usize, domain::StoreError> {
    let is_coming = |id| services.recordings.is_open(id);
    services.uploads.sweep_leavings(services.clock.now(), is_coming).await
}

/// Sweeps for ever.
pub async fn run(services: Services) {
    let mut rounds: u32 = 0;
    loop {
        if rounds.is_multiple_of(ROUNDS_OF_ALL)
            && let Err(error) = sweep_leavings(&services).await
        {
            tracing::warn!(%error, "what was left of uploads could not be swept");
        }
        rounds = rounds.wrapping_add(1);
        match services.uploads.sweep(services.clock.now()).await {
            Ok(0) => {}
            Ok(removed) => tracing::info!(removed, "uploads that nobody holds are removed"),
            // What was not removed now is found again.
            Err(error) => tracing::warn!(%error, "uploads could not be swept"),
        }
        let _ = tokio::time::timeout(PERIOD, services.uploads_changed.notified()).await;
    }
}
