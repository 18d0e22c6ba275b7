//! What a field of an old document says, whatever type it has been written as.

use domain::{ObjectId, Timestamp};
use mongodb::bson::{Bson, DateTime, Document};
use serde_json::{Map, Value};

/// The end of the year 2199, in milliseconds: nothing was written later.
const LATEST: i64 = 7_258_118_399_999;

/// The first of these fields that says anything.
pub(super) fn field<'a>(document: &'a Document, names: &[&str]) -> Option<&'a Bson> {
    names.iter().filter_map(|name| document.get(name)).find(|value| !matches!(value, Bson::Null | Bson::Undefined))
}

/// An id, as such, as text, or inside what it is the id of.
pub(super) fn id(value: &Bson) -> Option<ObjectId> {
    match value {
        Bson::ObjectId(id) => Some(ObjectId::from(id.bytes())),
        Bson::String(text) => text.trim().parse().ok(),
        Bson::Document(inner) => inner.get("_id").filter(|inner| !matches!(inner, Bson::Document(_))).and_then(id),
        _ => None,
    }
}

pub(super) fn text(value: &Bson) -> Option<String> {
    match value {
        Bson::String(text) => Some(text.clone()),
        Bson::Int32(number) => Some(number.to_string()),
        Bson::Int64(number) => Some(number.to_string()),
        Bson::Double(number) => Some(number.to_string()),
        Bson::Decimal128(number) => Some(number.to_string()),
        _ => None,
    }
}

pub(super) fn number(value: &Bson) -> Option<f64> {
    match value {
        Bson::Int32(number) => Some(f64::from(*number)),
        #[allow(clippy::cast_precision_loss)] // who is that old, tall or heavy?
        Bson::Int64(number) => Some(*number as f64),
        Bson::Double(number) => Some(*number),
        other => text(other)?.trim().parse().ok(),
    }
    .filter(|number| number.is_finite())
}

pub(super) fn flag(value: &Bson) -> Option<bool> {
    match value {
        Bson::Boolean(flag) => Some(*flag),
        other => match text(other)?.trim().to_ascii_lowercase().as_str() {
            "true" | "1" | "yes" => Some(true),
            "false" | "0" | "no" => Some(false),
            _ => None,
        },
    }
}

/// A time, as such, as text, or as seconds or milliseconds since 1970.
pub(super) fn time(value: &Bson) -> Option<Timestamp> {
    let millis = match value {
        Bson::DateTime(time) => time.timestamp_millis(),
        Bson::Timestamp(time) => i64::from(time.time) * 1000,
        Bson::String(text) => DateTime::parse_rfc3339_str(text.trim()).ok()?.timestamp_millis(),
        other => {
            let number = number(other)?;
            #[allow(clippy::cast_possible_truncation)] // it saturates, and is then refused below
            let whole = number as i64;
            if whole.abs() < 100_000_000_000 { whole.saturating_mul(1000) } else { whole }
        }
    };
    (1..=LATEST).contains(&millis).then_some(Timestamp(millis))
}

/// When an id was made.
pub(super) fn time_of(id: ObjectId) -> Timestamp {
    let bytes = id.bytes();
    Timestamp(i64::from(u32::from_be_bytes([bytes[0], bytes[1], bytes[2], bytes[3]])) * 1000)
}

/// A value as plain JSON: ids and times as the texts that clients know them by.
pub(super) fn json(value: &Bson) -> Value {
    match value {
        Bson::Document(inner) => {
            Value::Object(inner.iter().map(|(name, value)| (name.clone(), json(value))).collect::<Map<_, _>>())
        }
        Bson::Array(items) => Value::Array(items.iter().map(json).collect()),
        Bson::Boolean(flag) => Value::Bool(*flag),
        Bson::Int32(number) => (*number).into(),
        Bson::Int64(number) => (*number).into(),
        Bson::Double(number) => serde_json::Number::from_f64(*number).map_or(Value::Null, Value::Number),
        Bson::ObjectId(id) => Value::String(id.to_hex()),
        Bson::DateTime(time) => time.try_to_rfc3339_string().map_or(Value::Null, Value::String),
        other => text(other).map_or(Value::Null, Value::String),
    }
}
