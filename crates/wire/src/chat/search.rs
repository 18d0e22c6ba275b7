use std::fmt;
use std::str::FromStr;

use domain::{FoundPlace, IdError, Timestamp};
use serde::{Serialize, Serializer};

use crate::entry::WireEntry;

/// `GET /api/search`.
#[derive(Debug, Serialize)]
pub struct SearchPage<'a> {
    /// The newest first.
    pub results: Vec<WireEntry<'a>>,
    /// What to ask for as `before` to get more; none if there are none.
    pub next: Option<SearchCursor>,
}

/// Where a page ended, as a text that means nothing to clients.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SearchCursor(pub FoundPlace);

impl fmt::Display for SearchCursor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let FoundPlace { at, conversation, seq } = self.0;
        write!(f, "{}.{conversation}.{seq}", at.0)
    }
}

impl FromStr for SearchCursor {
    type Err = IdError;

    fn from_str(text: &str) -> Result<Self, IdError> {
        let mut parts = text.split('.');
        let mut part = || parts.next().ok_or(IdError);
        let at = Timestamp(part()?.parse().map_err(|_| IdError)?);
        let conversation = part()?.parse()?;
        let seq = part()?.parse().map_err(|_| IdError)?;
        match part() {
            Ok(_) => Err(IdError),
            Err(_) => Ok(Self(FoundPlace { at, conversation, seq })),
        }
    }
}

impl Serialize for SearchCursor {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cursor_survives_its_text_and_nothing_else_is_one() {
        let text = "1763997136042.cccccccccccccccccccccccc.17";
        assert_eq!(text.parse::<SearchCursor>().map(|cursor| cursor.to_string()), Ok(text.to_owned()));
        for text in [
            "",
            "1.2.3",
            "1763997136042.cccccccccccccccccccccccc",
            "x.cccccccccccccccccccccccc.17",
            &format!("{text}.1"),
        ] {
            assert!(text.parse::<SearchCursor>().is_err(), "{text}");
        }
    }
}
