use std::time::Duration;

use domain::{
    CONSENT, CallId, ConsultationId, Maker, MemberId, Person, Recording, RecordingAct, RecordingLine, RecordingOf,
    Transition, UploadId,
};
use tokio::task::JoinSet;

use super::Ports;
use super::fixtures::{NOW, object, user_id};

/// One that was asked for.
async fn ask(ports: &Ports) -> RecordingLine {
    let (of, other) = (RecordingOf::Call(CallId(object())), Person::User(user_id()));
    let line = Recording::ask(UploadId(object()), of, (user_id(), vec![other]), CONSENT, NOW);
    let line = line.expect("in today's words");
    assert_eq!(append(ports, line.clone()).await, Transition::Saved);
    line
}

async fn append(ports: &Ports, line: RecordingLine) -> Transition {
    ports.recordings.append_recording(line).await.expect("asked")
}

async fn log(ports: &Ports, id: UploadId) -> Vec<RecordingLine> {
    ports.recordings.recording(id).await.expect("read")
}

/// The next line, by whoever is asked where they answer, and by the recorder else.
async fn go_on(ports: &Ports, id: UploadId, act: RecordingAct) -> RecordingLine {
    let before = Recording::of(&log(ports, id).await).expect("it was asked for");
    let answers = matches!(act, RecordingAct::Agreed { .. } | RecordingAct::Declined | RecordingAct::Left);
    let by = if answers { before.awaited[0] } else { before.agreed[0] };
    let line = before.next(by, act, NOW + Duration::from_secs(before.lines)).expect("that may be");
    assert_eq!(append(ports, line.clone()).await, Transition::Saved);
    line
}

async fn is_open(ports: &Ports, id: UploadId) -> bool {
    let open = ports.recordings.open_recordings().await.expect("read");
    let found = open.into_iter().find(|log| log[0].recording == id);
    if let Some(found) = &found {
        assert_eq!(found, &log(ports, id).await);
    }
    found.is_some()
}

pub(super) async fn what_was_consented_to_stays(ports: &Ports) {
    let agreed = RecordingAct::Agreed { consent: CONSENT };
    for acts in [
        vec![RecordingAct::Declined],
        vec![RecordingAct::Lapsed],
        vec![RecordingAct::Withdrawn],
        vec![agreed.clone(), RecordingAct::Withdrawn],
        vec![RecordingAct::Left, RecordingAct::Withdrawn],
        vec![agreed, RecordingAct::Stopped, RecordingAct::Kept, RecordingAct::Withdrawn],
    ] {
        let first = ask(ports).await;
        let mut said = vec![first.clone()];
        for act in acts {
            let ended = said.iter().any(|line| line.act.ends());
            assert_eq!(is_open(ports, first.recording).await, !ended, "{said:?}");
            said.push(go_on(ports, first.recording, act).await);
        }
        assert_eq!(log(ports, first.recording).await, said);
        assert!(!is_open(ports, first.recording).await);
    }
    assert_eq!(log(ports, UploadId(object())).await, []);
}

pub(super) async fn of_a_consultation_with_guests(ports: &Ports) {
    let (of, guest) = (RecordingOf::Consultation(ConsultationId(object())), Person::Guest(MemberId(object())));
    let (id, host) = (UploadId(object()), user_id());
    let others = vec![Person::User(user_id()), guest];
    let mut said = vec![Recording::ask(id, of, (host, others.clone()), CONSENT, NOW).expect("in today's words")];
    append(ports, said[0].clone()).await;
    for by in others.clone() {
        let before = Recording::of(&said).expect("it was asked for");
        said.push(before.next(by, RecordingAct::Agreed { consent: CONSENT }, NOW).expect("that may be"));
        append(ports, said[said.len() - 1].clone()).await;
    }
    assert_eq!(log(ports, id).await, said);
    assert!(Recording::of(&said).is_some_and(|it| it.takes_bytes() && it.is_of(guest)));

    let id = UploadId(object());
    let line = Recording::ask(id, of, (host, others), CONSENT, NOW).expect("in today's words");
    let mut said = vec![line.made_by(Maker::Server)];
    append(ports, said[0].clone()).await;
    let agreed = RecordingAct::Agreed { consent: CONSENT };
    for act in [agreed.clone(), agreed, RecordingAct::Began, RecordingAct::Failed] {
        assert!(is_open(ports, id).await);
        said.push(go_on(ports, id, act).await);
    }
    assert_eq!(log(ports, id).await, said);
    assert!(!is_open(ports, id).await && Recording::of(&said).is_some_and(|it| it.maker == Maker::Server));
}

pub(super) async fn a_place_in_its_log_is_one_lines(ports: &Ports) {
    let first = ask(ports).await;
    assert_eq!(append(ports, first.clone()).await, Transition::Saved, "the same again");
    let other = RecordingLine { by: Person::User(user_id()), ..first.clone() };
    assert_eq!(append(ports, other).await, Transition::Stale);
    let before = Recording::of(std::slice::from_ref(&first)).expect("it was asked for");
    let mut attempts = JoinSet::new();
    for n in 0..20 {
        let recordings = ports.recordings.clone();
        let act = if n % 2 == 0 { RecordingAct::Agreed { consent: CONSENT } } else { RecordingAct::Declined };
        let line = before.next(before.awaited[0], act, NOW + Duration::from_millis(n)).expect("that may be");
        attempts.spawn(async move { (recordings.append_recording(line.clone()).await.expect("asked"), line) });
    }
    let saved: Vec<_> = attempts.join_all().await.into_iter().filter(|(it, _)| *it == Transition::Saved).collect();
    assert_eq!(saved.len(), 1);
    assert_eq!(log(ports, first.recording).await, [first, saved[0].1.clone()]);
}

pub(super) async fn all_lines_are_read_by_pages(ports: &Ports) {
    let (one, other) = (ask(ports).await, ask(ports).await);
    go_on(ports, other.recording, RecordingAct::Declined).await;
    go_on(ports, one.recording, RecordingAct::Agreed { consent: CONSENT }).await;
    let (mut read, mut after) = (Vec::new(), None);
    loop {
        let page = ports.recordings.recordings_after(after, 3).await.expect("read");
        let Some(last) = page.last() else { break };
        after = Some((last.recording, last.number));
        read.extend(page);
    }
    assert!(read.is_sorted_by_key(|line| (line.recording, line.number)));
    for first in [one, other] {
        let lines: Vec<_> = read.iter().filter(|line| line.recording == first.recording).cloned().collect();
        assert_eq!(lines, log(ports, first.recording).await);
    }
}
