//! What the media server tells.

use domain::Timestamp;
use serde::Deserialize;

use super::EgressInfo;

/// A webhook of the media server, as far as it matters here.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[allow(missing_docs)]
pub struct MediaEvent {
    pub event: String,
    #[serde(default)]
    pub id: String,
    #[serde(default)]
    pub room: Option<MediaRoom>,
    #[serde(default)]
    pub participant: Option<MediaParticipant>,
    /// Of what is recorded.
    #[serde(default, alias = "egressInfo")]
    pub egress_info: Option<EgressInfo>,
    /// Seconds since 1970; a text, as JSON has 64-bit integers in protobuf.
    #[serde(default, alias = "createdAt")]
    pub created_at: Option<serde_json::Value>,
}

#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[allow(missing_docs)]
pub struct MediaRoom {
    #[serde(default)]
    pub name: String,
}

#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[allow(missing_docs)]
pub struct MediaParticipant {
    #[serde(default)]
    pub identity: String,
    /// A name or its number; left out for people.
    #[serde(default)]
    kind: serde_json::Value,
}

impl MediaParticipant {
    /// Whether it is no person but what records for the media server. Its tokens say so, and nobody else's of ours.
    pub fn records(&self) -> bool {
        self.kind.as_str() == Some("EGRESS") || self.kind.as_u64() == Some(2)
    }
}

impl MediaEvent {
    /// When it happened, as it says.
    pub fn at(&self) -> Option<Timestamp> {
        let seconds = match self.created_at.as_ref()? {
            serde_json::Value::String(text) => text.parse().ok()?,
            other => other.as_i64()?,
        };
        seconds.checked_mul(1000).filter(|at: &i64| *at > 0).map(Timestamp)
    }
}
