//! What an old message says, as the body of one of ours.

use domain::{EntryBody, Plan};
use mongodb::bson::{Bson, Document};

use super::notes::Note;
use super::values::{field, json, number, text};

/// Bounds of what may be sent here, in bytes.
const MAX_TEXT: usize = 16_384;
const MAX_PLAN_ID: usize = 64;
const MAX_PLAN_NAME: usize = 200;
const MAX_CALORIES: usize = 64;
const MAX_PREFERENCES: usize = 16 * 1024;
const MAX_MEALS: usize = 32 * 1024;

/// A body, and what of its text did not fit into it.
pub(super) struct Said {
    pub body: EntryBody,
    pub rest: Vec<String>,
}

/// `None` if it says nothing.
pub(super) fn said(message: &Document, note: &mut impl FnMut(Note)) -> Option<Said> {
    let words = field(message, &["message", "text", "content"]).and_then(text).unwrap_or_default();
    let kind = field(message, &["messageType", "type"]).and_then(text).unwrap_or_default();
    let file = match kind.as_str() {
        "audio" => Some("🎤"),
        "image" => Some("🖼"),
        "file" => Some("📎"),
        "" | "text" | "plan" => None,
        _ => {
            note(Note::TypeUnknown);
            None
        }
    };
    // Whatever it calls itself, what it shows must not be lost.
    let shows = ["fileUrl", "audioUrl"].iter().any(|name| field(message, &[name]).is_some());
    let words = match file.or(shows.then_some("📎")) {
        Some(sign) => {
            note(Note::FileElsewhere);
            of_file(message, &words, sign)
        }
        None => words,
    };
    let plan = if kind == "plan" { plan(message, note) } else { None };
    if words.trim().is_empty() && plan.is_none() {
        return None;
    }
    let mut parts = split(words);
    let first = if parts.is_empty() { String::new() } else { parts.remove(0) };
    let body = match plan {
        Some(plan) => EntryBody::Plan { text: first, plan },
        None => EntryBody::Text(first),
    };
    Some(Said { body, rest: parts })
}

/// What was written along with a file, and a line of its name and size, and one of its address: the file itself is kept
/// by somebody else, for as long as they do.
fn of_file(message: &Document, words: &str, sign: &str) -> String {
    let said = |names: &[&str]| field(message, names).and_then(text).map(|text| text.trim().to_owned());
    let url = said(&["fileUrl", "audioUrl"]).unwrap_or_default();
    let last = url.split(['?', '#']).next().and_then(|path| path.rsplit('/').next()).unwrap_or_default();
    let name = said(&["fileName"]).filter(|name| !name.is_empty()).unwrap_or_else(|| last.to_owned());
    let mut line = format!("{sign} {name}");
    if let Some(seconds) = field(message, &["audioDuration"]).and_then(number).filter(|s| (1.0..360_000.0).contains(s))
    {
        #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)] // 1 to 360,000
        let seconds = seconds as u32;
        line += &format!(" ({}:{:02})", seconds / 60, seconds % 60);
    } else if let Some(bytes) = field(message, &["fileSize"]).and_then(number).filter(|bytes| *bytes >= 1.0) {
        line += &format!(" ({:.1} MB)", (bytes / 1_000_000.0).max(0.1));
    }
    let address = url.starts_with("https://") || url.starts_with("http://");
    let words = words.trim();
    let lines = [
        Some(words).filter(|words| !words.is_empty() && *words != name && *words != url),
        Some(line.trim_end()),
        Some(url.as_str()).filter(|_| address),
    ];
    lines.into_iter().flatten().collect::<Vec<_>>().join("\n")
}

/// Its card, if it has one.
fn plan(message: &Document, note: &mut impl FnMut(Note)) -> Option<Plan> {
    let mut bounded = |value: Option<String>, most: usize| {
        let value = value.filter(|value| !value.is_empty());
        let kept = value.clone().filter(|value| value.len() <= most);
        if kept != value {
            note(Note::PlanShortened);
        }
        kept
    };
    let word = |value: &Bson| match value {
        Bson::ObjectId(id) => Some(id.to_hex()),
        other => text(other),
    };
    let id = bounded(field(message, &["planId"]).and_then(word), MAX_PLAN_ID);
    let name = bounded(field(message, &["planName"]).and_then(word), MAX_PLAN_NAME);
    let total_calories = bounded(field(message, &["totalCalories"]).and_then(word), MAX_CALORIES);
    let preferences = bounded(field(message, &["preferences"]).map(|value| json(value).to_string()), MAX_PREFERENCES);
    let meals = field(message, &["meals"]).map(|value| match value {
        // Some kept them as the text of an array.
        Bson::String(text) => text.trim().to_owned(),
        other => json(other).to_string(),
    });
    let is_array = |text: &String| matches!(serde_json::from_str(text), Ok(serde_json::Value::Array(_)));
    let wrong = meals.as_ref().is_some_and(|meals| !meals.is_empty() && !is_array(meals));
    let meals = bounded(meals.filter(|_| !wrong), MAX_MEALS);
    if wrong {
        note(Note::PlanShortened);
    }
    let plan = Plan { id, name, total_calories, preferences, meals };
    (plan != Plan::default()).then_some(plan)
}

/// In parts that fit, none of them blank.
fn split(text: String) -> Vec<String> {
    if text.len() <= MAX_TEXT {
        return if text.trim().is_empty() { Vec::new() } else { vec![text] };
    }
    let mut parts = Vec::new();
    let mut rest = text.as_str();
    while !rest.is_empty() {
        let (part, after) = rest.split_at(rest.floor_char_boundary(MAX_TEXT));
        parts.extend(Some(part.to_owned()).filter(|part| !part.trim().is_empty()));
        rest = after;
    }
    parts
}
