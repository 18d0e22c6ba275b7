//! What the media server tells of what it records: by webhooks in one way of writing protobuf as JSON, in answers in the
//! other.

use std::time::Duration;

use serde::Deserialize;
use serde_json::Value;

/// One thing that it records, as far as it matters here.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[allow(missing_docs)]
pub struct EgressInfo {
    #[serde(default, alias = "egressId")]
    pub egress_id: String,
    /// A name or its number; left out for the first.
    #[serde(default)]
    status: Value,
    #[serde(default, alias = "roomComposite")]
    room_composite: Option<RoomComposite>,
    #[serde(default, alias = "fileResults")]
    file_results: Vec<FileResult>,
    #[serde(default)]
    error: String,
}

/// What was asked for.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
struct RoomComposite {
    #[serde(default, alias = "fileOutputs")]
    file_outputs: Vec<FileOutput>,
    /// As older ones say it.
    #[serde(default)]
    file: Option<FileOutput>,
}

#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
struct FileOutput {
    #[serde(default)]
    filepath: String,
}

#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
struct FileResult {
    #[serde(default)]
    filename: String,
    /// Nanoseconds; a text, as JSON has 64-bit integers in protobuf.
    #[serde(default)]
    duration: Value,
}

const STATUSES: [&str; 7] = [
    "EGRESS_STARTING",
    "EGRESS_ACTIVE",
    "EGRESS_ENDING",
    "EGRESS_COMPLETE",
    "EGRESS_FAILED",
    "EGRESS_ABORTED",
    "EGRESS_LIMIT_REACHED",
];

impl EgressInfo {
    /// Its status by its number; one that nobody knows is beyond them.
    pub fn status(&self) -> usize {
        match &self.status {
            Value::Null => 0,
            Value::String(name) => STATUSES.iter().position(|known| known == name).unwrap_or(STATUSES.len()),
            number => number.as_u64().and_then(|number| number.try_into().ok()).unwrap_or(STATUSES.len()),
        }
    }

    /// The files that were asked for, and those that have become of it.
    pub fn paths(&self) -> impl Iterator<Item = &str> {
        let asked = self.room_composite.iter().flat_map(|asked| asked.file_outputs.iter().chain(&asked.file));
        let paths = asked.map(|output| &output.filepath).chain(self.file_results.iter().map(|file| &file.filename));
        paths.map(String::as_str).filter(|path| !path.is_empty())
    }

    /// Why it failed, in its own words.
    pub fn error(&self) -> Option<&str> {
        Some(self.error.as_str()).filter(|error| !error.is_empty())
    }

    /// How long its file is, where it says.
    pub fn length(&self) -> Option<Duration> {
        let nanos = match &self.file_results.first()?.duration {
            Value::String(text) => text.parse().ok()?,
            other => other.as_u64()?,
        };
        Some(Duration::from_nanos(nanos)).filter(|length| !length.is_zero())
    }
}
