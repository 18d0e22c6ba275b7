//! What the doctor looks at: whether there is a LiveKit server, takes our key, and has our time.

use domain::Timestamp;
use reqwest::header::{AUTHORIZATION, CONTENT_TYPE, DATE};

use super::Signer;
use super::twirp::client;
use crate::config::LiveKitConfig;

/// What was seen.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Seen {
    /// It answers; its clock is so many seconds ahead of ours, where it says.
    Good { ahead: i64 },
    /// It takes our key for none of its own; with how far its clock is ahead, which may be why.
    KeyRefused { ahead: i64 },
    /// It answers as no LiveKit server does.
    Other,
    /// It does not answer.
    Silent,
}

fn signer(config: &LiveKitConfig) -> Signer {
    Signer::new(config.api_key.clone(), config.api_secret.clone())
}

async fn ask(
    config: &LiveKitConfig,
    method: &str,
    token: &str,
    body: &'static str,
) -> Result<reqwest::Response, reqwest::Error> {
    let request = client().post(format!("{}/twirp/livekit.{method}", config.api_url));
    let request = request.header(AUTHORIZATION, format!("Bearer {token}")).header(CONTENT_TYPE, "application/json");
    request.body(body).send().await
}

/// Whether it can reach an Egress at all, which it needs Redis for; whether one runs is seen when it is to record.
pub(crate) async fn records(config: &LiveKitConfig, now: Timestamp) -> bool {
    let answer = ask(config, "Egress/ListEgress", &signer(config).record(now), r#"{"active":true}"#).await;
    answer.is_ok_and(|answer| answer.status().is_success())
}

/// Asks for a list of no rooms: whoever holds the key may.
pub(crate) async fn look(config: &LiveKitConfig, now: Timestamp) -> Seen {
    let token = signer(config).list(now);
    let asked = ask(config, "RoomService/ListRooms", &token, r#"{"names":["-"]}"#).await;
    let Ok(answer) = asked else { return Seen::Silent };
    let date = answer.headers().get(DATE).and_then(|date| date.to_str().ok());
    let their = date.and_then(|date| jiff::fmt::rfc2822::parse(date).ok()).map(|date| date.timestamp().as_second());
    let ahead = their.map_or(0, |their| their - now.seconds());
    let json = answer.headers().get(CONTENT_TYPE).is_some_and(|kind| kind.as_bytes().starts_with(b"application/json"));
    match answer.status().as_u16() {
        200 if json => Seen::Good { ahead },
        401 | 403 => Seen::KeyRefused { ahead },
        _ => Seen::Other,
    }
}
