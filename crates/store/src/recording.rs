//! What somebody did about a recording, as both stores have it: a name, and what goes with it.

use domain::{Maker, Person, RecordingAct, RecordingLine};

/// `(act, others, consent)`; the others as texts with a space between.
pub(crate) type Parts = (&'static str, Option<String>, Option<u32>);

pub(crate) fn to_parts(act: &RecordingAct) -> Parts {
    match act {
        RecordingAct::Asked { others, consent, maker } => {
            let others: Vec<_> = others.iter().map(Person::to_string).collect();
            let name = match maker {
                Maker::Browser => "asked",
                Maker::Server => "asked-server",
            };
            (name, Some(others.join(" ")), Some(*consent))
        }
        RecordingAct::Agreed { consent } => ("agreed", None, Some(*consent)),
        RecordingAct::Declined => ("declined", None, None),
        RecordingAct::Left => ("left", None, None),
        RecordingAct::Withdrawn => ("withdrawn", None, None),
        RecordingAct::Stopped => ("stopped", None, None),
        RecordingAct::Kept => ("kept", None, None),
        RecordingAct::Lapsed => ("lapsed", None, None),
        RecordingAct::Began => ("began", None, None),
        RecordingAct::Failed => ("failed", None, None),
    }
}

pub(crate) fn from_parts(act: &str, others: Option<&str>, consent: Option<u32>) -> Option<RecordingAct> {
    Some(match act {
        "asked" | "asked-server" => {
            let others = others?.split_whitespace().map(str::parse).collect::<Result<_, _>>().ok()?;
            let maker = if act == "asked" { Maker::Browser } else { Maker::Server };
            RecordingAct::Asked { others, consent: consent?, maker }
        }
        "agreed" => RecordingAct::Agreed { consent: consent? },
        "declined" => RecordingAct::Declined,
        "left" => RecordingAct::Left,
        "withdrawn" => RecordingAct::Withdrawn,
        "stopped" => RecordingAct::Stopped,
        "kept" => RecordingAct::Kept,
        "lapsed" => RecordingAct::Lapsed,
        "began" => RecordingAct::Began,
        "failed" => RecordingAct::Failed,
        _ => return None,
    })
}

/// Lines in the order of recording and number, by recording.
pub(crate) fn by_recording(lines: Vec<RecordingLine>) -> Vec<Vec<RecordingLine>> {
    let mut logs: Vec<Vec<RecordingLine>> = Vec::new();
    for line in lines {
        match logs.last_mut() {
            Some(log) if log[0].recording == line.recording => log.push(line),
            _ => logs.push(vec![line]),
        }
    }
    logs
}
