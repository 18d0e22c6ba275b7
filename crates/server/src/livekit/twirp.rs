//! LiveKit's services by Twirp: POST, JSON both ways, a JSON `code` where something went wrong.

use std::time::Duration;

use reqwest::header::{AUTHORIZATION, CONTENT_TYPE};
use serde_json::Value;

/// Somebody is waiting.
pub(super) const PATIENCE: Duration = Duration::from_secs(5);

/// An answer is what there is of a room at most.
const MAX_ANSWER: usize = 1024 * 1024;

/// Why there is no answer, or not the one that was asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Fault {
    /// What it is about is not there.
    NotFound,
    /// It says no, by that code.
    Refused(String),
    /// Nobody knows whether it happened.
    Unknown(&'static str),
}

impl Fault {
    pub(super) fn words(self) -> String {
        match self {
            Self::NotFound => "it is not there".to_owned(),
            Self::Refused(code) => format!("it answered {code}"),
            Self::Unknown(why) => why.to_owned(),
        }
    }
}

pub(super) fn client() -> reqwest::Client {
    // Of several libraries that speak TLS each may do this; who comes second finds it done.
    let _ = rustls::crypto::ring::default_provider().install_default();
    let client = reqwest::Client::builder().timeout(PATIENCE).connect_timeout(PATIENCE);
    client.redirect(reqwest::redirect::Policy::none()).build().unwrap_or_default()
}

/// One LiveKit server's API.
pub(super) struct Twirp {
    base: String,
    client: reqwest::Client,
}

impl Twirp {
    pub(super) fn new(base: String) -> Self {
        Self { base, client: client() }
    }

    /// Calls a method, `RoomService/DeleteRoom`.
    pub(super) async fn call(&self, method: &str, token: &str, body: &Value) -> Result<Value, Fault> {
        self.patiently(method, token, body, PATIENCE).await
    }

    /// The same, for what takes longer.
    pub(super) async fn patiently(
        &self,
        method: &str,
        token: &str,
        body: &Value,
        patience: Duration,
    ) -> Result<Value, Fault> {
        let answered = self.ask(method, token, body, patience).await;
        match &answered {
            Ok(_) | Err(Fault::NotFound) => {}
            Err(fault) => tracing::warn!(method, ?fault, "LiveKit failed"),
        }
        answered
    }

    async fn ask(&self, method: &str, token: &str, body: &Value, patience: Duration) -> Result<Value, Fault> {
        let request = self.client.post(format!("{}/twirp/livekit.{method}", self.base)).timeout(patience);
        let request = request.header(AUTHORIZATION, format!("Bearer {token}"));
        let request = request.header(CONTENT_TYPE, "application/json").body(body.to_string());
        // What is said of a failed request may name its address, which is the operator's own.
        let mut answer = request.send().await.map_err(|error| kind(&error))?;
        let status = answer.status();
        let mut bytes = Vec::new();
        while let Some(piece) = answer.chunk().await.map_err(|error| kind(&error))? {
            if bytes.len() + piece.len() > MAX_ANSWER {
                return Err(Fault::Unknown("it answers too much"));
            }
            bytes.extend_from_slice(&piece);
        }
        let value: Value = serde_json::from_slice(&bytes).unwrap_or_default();
        if status.is_success() {
            return Ok(value);
        }
        let code = value["code"].as_str().unwrap_or_default();
        match code {
            "not_found" => Err(Fault::NotFound),
            "deadline_exceeded" => Err(Fault::Unknown("it did not answer in time")),
            // Of whatever is between us.
            "" if status.is_server_error() => Err(Fault::Unknown("it can't be reached just now")),
            _ => {
                let code: String = code.chars().filter(char::is_ascii_graphic).take(40).collect();
                Err(Fault::Refused(format!("{} {code}", status.as_u16())))
            }
        }
    }
}

fn kind(error: &reqwest::Error) -> Fault {
    Fault::Unknown(if error.is_timeout() {
        "it does not answer in time"
    } else if error.is_connect() {
        "it can't be connected to"
    } else {
        "the connection to it broke"
    })
}
