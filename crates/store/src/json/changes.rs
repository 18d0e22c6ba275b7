//! What the changes to a message have made of it, beside the message.

use domain::{Changes, Timestamp};
use serde::{Deserialize, Serialize};

use super::{Unreadable, write};

#[derive(Serialize, Deserialize)]
struct Folded {
    count: u32,
    last_seq: u64,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    text: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    edited_at: Option<i64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    deleted_at: Option<i64>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    reactions: Vec<(String, String)>,
}

pub(crate) fn changes_to_text(changes: &Changes) -> String {
    let edited = changes.edited.as_ref();
    write(&Folded {
        count: changes.count,
        last_seq: changes.last_seq,
        text: edited.map(|(text, _)| text.clone()),
        edited_at: edited.map(|(_, at)| at.0),
        deleted_at: changes.deleted_at.map(|at| at.0),
        reactions: changes.reactions.iter().map(|(user, reaction)| (user.to_string(), reaction.clone())).collect(),
    })
}

pub(crate) fn changes_from_text(text: &str) -> Result<Changes, Unreadable> {
    let unreadable = || Unreadable("fold of changes");
    let folded: Folded = serde_json::from_str(text).map_err(|_| unreadable())?;
    let reactions = folded.reactions.into_iter().map(|(user, reaction)| Ok((user.parse()?, reaction)));
    Ok(Changes {
        count: folded.count,
        last_seq: folded.last_seq,
        edited: folded.text.zip(folded.edited_at.map(Timestamp)),
        deleted_at: folded.deleted_at.map(Timestamp),
        reactions: reactions.collect::<Result<_, domain::IdError>>().map_err(|_| unreadable())?,
    })
}
