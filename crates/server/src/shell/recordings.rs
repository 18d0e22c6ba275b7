//! Looks after recordings whose people have gone.

use std::time::Duration;

use crate::state::Services;

const PERIOD: Duration = Duration::from_secs(5);

/// Takes up what another life of this process left behind; false if that could not be read.
pub async fn adopt(services: &Services) -> bool {
    match services.recordings.adopt().await {
        Ok(()) => true,
        Err(error) => {
            tracing::error!(%error, "the recordings of before could not be taken up");
            false
        }
    }
}

/// Looks for ever.
pub async fn run(services: Services) {
    loop {
        tokio::time::sleep(PERIOD).await;
        services.recordings.tick().await;
    }
}
