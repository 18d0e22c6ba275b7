//! What somebody did about a recording, as both stores have it: a name, and what goes with it.

use domain::{RecordingAct, UserId};

/// `(act, other, consent)`.
pub(crate) type Parts = (&'static str, Option<UserId>, Option<u32>);

pub(crate) const fn to_parts(act: RecordingAct) -> Parts {
    match act {
        RecordingAct::Asked { other, consent } => ("asked", Some(other), Some(consent)),
        RecordingAct::Agreed { consent } => ("agreed", None, Some(consent)),
        RecordingAct::Declined => ("declined", None, None),
        RecordingAct::Withdrawn => ("withdrawn", None, None),
        RecordingAct::Stopped => ("stopped", None, None),
        RecordingAct::Kept => ("kept", None, None),
        RecordingAct::Lapsed => ("lapsed", None, None),
    }
}

pub(crate) fn from_parts(act: &str, other: Option<UserId>, consent: Option<u32>) -> Option<RecordingAct> {
    Some(match act {
        "asked" => RecordingAct::Asked { other: other?, consent: consent? },
        "agreed" => RecordingAct::Agreed { consent: consent? },
        "declined" => RecordingAct::Declined,
        "withdrawn" => RecordingAct::Withdrawn,
        "stopped" => RecordingAct::Stopped,
        "kept" => RecordingAct::Kept,
        "lapsed" => RecordingAct::Lapsed,
        _ => return None,
    })
}

/// Lines in the order of recording and number, by recording.
pub(crate) fn by_recording(lines: Vec<domain::RecordingLine>) -> Vec<Vec<domain::RecordingLine>> {
    let mut logs: Vec<Vec<domain::RecordingLine>> = Vec::new();
    for line in lines {
        match logs.last_mut() {
            Some(log) if log[0].recording == line.recording => log.push(line),
            _ => logs.push(vec![line]),
        }
    }
    logs
}
