//! What comes in over a socket: `["event", argument, …]`, as text.

use std::fmt;
use std::marker::PhantomData;
use std::str::FromStr;

use serde::de::{Deserialize, Deserializer, Error as _, IgnoredAny, SeqAccess, Visitor};

use crate::error::{Code, ErrorBody};

/// The name of an event, where it is written without escapes.
pub fn event_name(packet: &str) -> Option<&str> {
    let rest = packet.trim_start().strip_prefix('[')?.trim_start().strip_prefix('"')?;
    let (name, _) = rest.split_once('"')?;
    (!name.contains('\\')).then_some(name)
}

/// The first argument of an event; further ones are ignored.
pub fn argument<'de, T: Deserialize<'de>>(packet: &'de str) -> Result<T, ErrorBody> {
    let mut json = serde_json::Deserializer::from_str(packet);
    let argument = json.deserialize_seq(First(PhantomData));
    argument.and_then(|argument| json.end().map(|()| argument)).map_err(|error| not_understood(&error))
}

/// Whether an event has an argument; one that does not parse counts.
pub fn has_argument(packet: &str) -> bool {
    serde_json::from_str::<Vec<IgnoredAny>>(packet).map_or(true, |parts| parts.len() > 1)
}

/// Names the field where the parser does, never a value.
fn not_understood(error: &serde_json::Error) -> ErrorBody {
    let text = error.to_string();
    match text.strip_prefix("missing field `").and_then(|rest| rest.split_once('`')) {
        Some((field, _)) => ErrorBody::saying(Code::BadRequest, format!("The field {field} is missing.")),
        None => ErrorBody::new(Code::BadRequest),
    }
}

struct First<T>(PhantomData<T>);

impl<'de, T: Deserialize<'de>> Visitor<'de> for First<T> {
    type Value = T;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an event with an argument")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<T, A::Error> {
        let _: Option<IgnoredAny> = seq.next_element()?;
        let argument = seq.next_element()?.ok_or_else(|| A::Error::custom("no argument"))?;
        while seq.next_element::<IgnoredAny>()?.is_some() {}
        Ok(argument)
    }
}

/// An id as text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Id<T>(pub T);

impl<'de, T: FromStr> Deserialize<'de> for Id<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Text<T>(PhantomData<T>);
        impl<T: FromStr> Visitor<'_> for Text<T> {
            type Value = Id<T>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an id")
            }

            fn visit_str<E: serde::de::Error>(self, text: &str) -> Result<Id<T>, E> {
                text.parse().map(Id).map_err(|_| E::custom("not an id"))
            }
        }
        deserializer.deserialize_str(Text(PhantomData))
    }
}

impl<T: fmt::Display> serde::Serialize for Id<T> {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::UserId;

    #[derive(Debug, PartialEq, serde::Deserialize)]
    struct Named {
        id: Id<UserId>,
    }

    #[test]
    fn names_are_read_without_parsing_the_rest() {
        assert_eq!(event_name(r#"["send-message",{"a":1}]"#), Some("send-message"));
        assert_eq!(event_name(r#" [ "sync" ]"#), Some("sync"));
        for odd in [r#"["a\u0062c"]"#, "[]", "{}", "", r#"["open"#] {
            assert_eq!(event_name(odd), None, "{odd}");
        }
    }

    #[test]
    fn the_first_argument_counts() {
        let id = "0123456789abcdef01234567";
        let named: Named = argument(&format!(r#"["x",{{"id":"{id}","more":[]}},"further"]"#)).unwrap();
        assert_eq!(named.id.0.to_string(), id);
    }

    #[test]
    fn what_does_not_parse_is_a_bad_request() {
        let more = format!(r#"["x",{{"id":"{}"}}]["y"]"#, "0".repeat(24));
        let deep = format!(r#"["x",{}1{}]"#, "[".repeat(200), "]".repeat(200));
        for odd in
            [r#"["x"]"#, r#"["x",1]"#, r#"["x",null]"#, r#"["x",{"id":7}]"#, r#"["x",{"id":"7"}]"#, &deep, "[", &more]
        {
            assert_eq!(argument::<Named>(odd).unwrap_err().code, Code::BadRequest, "{odd}");
        }
        assert!(argument::<Named>(r#"["x",{}]"#).unwrap_err().error.contains("id"));
    }
}
