//! What is said about chat, as examples.

use std::time::Duration;

use domain::{
    CallEntry, CallKind, CallOutcome, Changes, Entry, EntryBody, FileFacts, FoundPlace, Plan, Profile, Quote, Receipt,
    Role, Target, Timestamp, UploadKind, User, UserId,
};

use super::*;
use crate::entry::{Dialect, WireEntry};
use crate::error::{Code, ErrorBody};
use crate::file::{Uploaded, UploadedAudio};
use crate::fixture::{Fixed, hears, id, says};
use crate::packet::Id;
use crate::user::UserRecord;

const AT: Timestamp = Timestamp(1_763_997_136_042);

fn user(digit: char, name: &str, role: Role) -> User {
    User {
        id: id(digit),
        name: name.into(),
        email: format!("{}@example.org", name.split(' ').next().unwrap_or_default().to_lowercase()),
        role,
        active: true,
        password_hash: "$argon2id$secret".into(),
        profile: Profile {
            speciality: (role == Role::Dietician).then(|| "Diabetes".into()),
            age: (role == Role::Patient).then_some(41),
            ..Profile::default()
        },
        created_at: Timestamp(AT.0 - 86_400_000),
        valid_after: Timestamp(0),
    }
}

fn maya() -> User {
    user('d', "Maya Lindqvist", Role::Dietician)
}

fn tom() -> User {
    user('a', "Tom Abara", Role::Patient)
}

fn entry(seq: u64, from_patient: bool, body: EntryBody) -> Entry {
    let (tom, maya): (UserId, UserId) = (tom().id, maya().id);
    let digits = format!("6924{seq:020x}");
    Entry {
        id: digits.parse().unwrap(),
        conversation: id('c'),
        seq,
        sender: if from_patient { tom } else { maya },
        receiver: if from_patient { maya } else { tom },
        client_message_id: format!("3b2f-{seq}").parse().unwrap(),
        created_at: AT + Duration::from_secs(seq),
        body,
        reply_to: None,
        changes: None,
    }
}

fn message() -> Entry {
    entry(1, true, EntryBody::Text("Good morning! How much iron is in lentils?".into()))
}

fn plan() -> Entry {
    let plan = Plan {
        id: Some("plan-17".into()),
        name: Some("Iron, two weeks".into()),
        total_calories: Some("1800".into()),
        preferences: Some(r#"{"vegetarian":true}"#.into()),
        meals: Some(r#"[{"name":"Lentil soup","calories":420}]"#.into()),
    };
    entry(2, false, EntryBody::Plan { text: "This is for you.".into(), plan })
}

fn call(outcome: CallOutcome, seconds: u64) -> Entry {
    let call = CallEntry { call: id('e'), kind: CallKind::Video, outcome, duration: Duration::from_secs(seconds) };
    entry(3, false, EntryBody::Call(call))
}

/// Four changes to that message; the last deletes it.
fn changes_of(message: &Entry) -> [Entry; 4] {
    let target = Target { seq: message.seq, id: message.id };
    let text = "Good morning! How much iron is in red lentils?".to_owned();
    [
        entry(4, true, EntryBody::Edit { target, text }),
        entry(5, false, EntryBody::Reaction { target, reaction: Some("👍".into()) }),
        entry(6, false, EntryBody::Reaction { target, reaction: None }),
        entry(7, true, EntryBody::Deletion { target }),
    ]
}

/// The message as those changes leave it.
fn changed(message: Entry, changes: &[Entry]) -> Entry {
    let mut folded = Changes::default();
    changes.iter().for_each(|change| folded.fold(change));
    let body = if folded.deleted_at.is_some() { message.body.wiped() } else { message.body };
    Entry { body, changes: Some(Box::new(folded)), ..message }
}

fn reply(to: &Entry) -> Entry {
    let body = EntryBody::Text("About 7 mg in 100 g.".into());
    Entry { reply_to: Some(Box::new(Quote::of(to))), ..entry(8, false, body) }
}

fn file(kind: UploadKind) -> Entry {
    let is_image = kind == UploadKind::Image;
    let is_audio = kind == UploadKind::Audio;
    let (name, size, media_type) = match kind {
        UploadKind::Image => ("Lunch.jpg", 482_113, "image/jpeg"),
        UploadKind::Audio => ("voice.webm", 31_870, "audio/webm"),
        UploadKind::Recording => ("recording.webm", 22_870_112, "video/webm"),
        _ => ("Blood values.pdf", 120_400, "application/pdf"),
    };
    let facts = FileFacts {
        upload: id('b'),
        name: name.into(),
        size,
        media_type: media_type.into(),
        width: is_image.then_some(1600),
        height: is_image.then_some(1200),
        duration: match kind {
            UploadKind::Audio => Some(Duration::from_millis(4250)),
            UploadKind::Recording => Some(Duration::from_millis(183_250)),
            _ => None,
        },
        waveform: if is_audio { vec![4, 30, 100, 62, 8] } else { Vec::new() },
        has_thumbnail: is_image,
    };
    let text = if is_image { "My lunch today" } else { "" };
    entry(4, true, EntryBody::File { text: text.into(), kind, file: facts })
}

#[test]
fn files() {
    for (kind, name) in [(UploadKind::Image, "image"), (UploadKind::File, "file"), (UploadKind::Audio, "audio")] {
        let entry = file(kind);
        says(&format!("entry-{name}"), &WireEntry::fresh(&entry, Dialect::Ours, &Fixed));
        says(&format!("old-receive-message-{name}"), &WireEntry::fresh(&entry, Dialect::Old, &Fixed));
        let sent: SendMessage = hears(&format!("send-message-{name}"));
        let shown = FileMessage { kind, upload: id('b'), text: entry.text().into() };
        assert_eq!(sent.file().unwrap(), Some(shown.clone()), "{name}");
        let sent: SendMessage = hears(&format!("old-send-message-{name}"));
        assert_eq!(sent.file().unwrap(), Some(shown), "{name}");
        let facts = entry.body.file().unwrap();
        says(&format!("uploaded-{name}"), &Uploaded::new(facts, &Fixed));
    }
    let entry = file(UploadKind::Recording);
    says("entry-recording", &WireEntry::fresh(&entry, Dialect::Ours, &Fixed));
    says("old-receive-message-recording", &WireEntry::fresh(&entry, Dialect::Old, &Fixed));
    let entry = file(UploadKind::Audio);
    says("old-uploaded-audio", &UploadedAudio::new(entry.body.file().unwrap(), &Fixed));
}

const READ: Receipt = Receipt { delivered: 3, read: 1 };
const SENT: Receipt = Receipt { delivered: 2, read: 2 };

#[test]
fn entries() {
    says("entry-message", &WireEntry::fresh(&message(), Dialect::Ours, &Fixed));
    says("entry-plan", &WireEntry::fresh(&plan(), Dialect::Ours, &Fixed));
    says("entry-call", &WireEntry::fresh(&call(CallOutcome::Completed, 187), Dialect::Ours, &Fixed));
    says("old-message-sent", &WireEntry::fresh(&message(), Dialect::Old, &Fixed));
    says("old-receive-message", &WireEntry::fresh(&plan(), Dialect::Old, &Fixed));
    says("old-receive-message-call", &WireEntry::fresh(&call(CallOutcome::Completed, 187), Dialect::Old, &Fixed));
    says("old-receive-message-missed-call", &WireEntry::fresh(&call(CallOutcome::Missed, 0), Dialect::Old, &Fixed));
}

#[test]
fn changes() {
    let all = changes_of(&message());
    let [edit, reaction, taken_back, deletion] = &all;
    says("entry-edit", &WireEntry::fresh(edit, Dialect::Ours, &Fixed));
    says("entry-reaction", &WireEntry::fresh(reaction, Dialect::Ours, &Fixed));
    says("entry-reaction-taken-back", &WireEntry::fresh(taken_back, Dialect::Ours, &Fixed));
    says("entry-deletion", &WireEntry::fresh(deletion, Dialect::Ours, &Fixed));
    let (edited, deleted) = (changed(message(), &all[..2]), changed(message(), &all));
    says("entry-changed", &WireEntry::fresh(&edited, Dialect::Ours, &Fixed));
    says("entry-deleted", &WireEntry::fresh(&deleted, Dialect::Ours, &Fixed));
    says("entry-reply", &WireEntry::fresh(&reply(&edited), Dialect::Ours, &Fixed));
    says("entry-reply-to-deleted", &WireEntry::fresh(&reply(&deleted), Dialect::Ours, &Fixed));
    says("old-message-changed", &WireEntry::fresh(&edited, Dialect::Old, &Fixed));
    says("old-message-deleted", &WireEntry::fresh(&deleted, Dialect::Old, &Fixed));
}

#[test]
fn events() {
    let (tom, maya) = (tom().id, maya().id);
    says("receipt", &ReceiptEvent::new(id('c'), maya, READ));
    says("receipt-answer", &ReceiptPair::from(READ));
    says("presence-online", &Presence::new(tom, true, None));
    says("presence", &Presence::new(tom, false, Some(AT)));
    says("user-typing", &UserTyping::new(tom, true));
    says("old-user-online", &UserOnline::new(tom));
    says("old-message-read", &MessageRead::new(message().id, id('c')));
    says("session-expired", &SessionExpired { code: Code::SessionExpired });
    says("server-restarting", &ServerRestarting { reconnect_in_ms: 2375 });
    let failed = SendFailed::new(
        ErrorBody::new(Code::RateLimited).retry_after(Duration::from_millis(750)),
        Some("3b2f-9".parse().unwrap()),
    );
    says("message-error", &failed);
    says("error", &ErrorBody::new(Code::ContactNotAllowed));
}

#[test]
fn lists() {
    let (tom, maya) = (tom(), maya());
    let log = [message(), plan(), call(CallOutcome::Missed, 0)];
    let inbox = Inbox {
        user: UserRecord::new(&tom, &Fixed),
        epoch: "0b9f4a",
        conversations: vec![InboxConversation {
            conversation_id: Id(id('c')),
            other: Contact::new(&maya, &Fixed, true, None),
            last_entry: seen(&log[2], tom.id, READ, SENT, Dialect::Ours, &Fixed),
            last_message: seen(&log[2], tom.id, READ, SENT, Dialect::Ours, &Fixed),
            last_seq: 3,
            unread: 2,
            receipts: Receipts::new(READ, SENT),
        }],
        contacts: vec![
            Contact::new(&maya, &Fixed, true, None),
            Contact::new(&user('f', "Otto Berg", Role::Dietician), &Fixed, false, Some(AT)),
        ],
    };
    says("inbox", &inbox);
    let entries = |dialect| as_seen(&log, tom.id, READ, SENT, dialect, &Fixed);
    says(
        "entries-page",
        &EntriesPage {
            entries: entries(Dialect::Ours),
            more: true,
            more_after: None,
            receipts: Receipts::new(READ, SENT),
        },
    );
    says(
        "entries-page-around",
        &EntriesPage {
            entries: entries(Dialect::Ours),
            more: false,
            more_after: Some(true),
            receipts: Receipts::new(READ, SENT),
        },
    );
    let next = Some(SearchCursor(FoundPlace { at: AT, conversation: id('c'), seq: 1 }));
    let results = as_seen(&log[..1], tom.id, READ, SENT, Dialect::Ours, &Fixed);
    says("search-page", &SearchPage { results, next });
    says("old-messages", &entries(Dialect::Old));
    let participants = vec![OldParticipant::new(&tom, &Fixed, id('c')), OldParticipant::new(&maya, &Fixed, id('c'))];
    says("old-conversations", &[OldConversation::new(participants, &log[2], &log, tom.id, READ, SENT, &Fixed)]);
    says("old-stats", &Stats { total_messages: 3, unread_messages: 2 });
    let following = SyncConversation {
        entries: as_seen(&log[1..], tom.id, READ, SENT, Dialect::Ours, &Fixed),
        more: false,
        reset: false,
        receipts: Receipts::new(READ, SENT),
        unread: 2,
    };
    let conversations = [(Id(id('c')), following)].into();
    says("sync-answer", &SyncAnswer { epoch: "0b9f4a", reset: false, conversations });
}

#[test]
fn what_clients_send() {
    let sent: SendMessage = hears("send-message");
    assert_eq!((sent.receiver_id.0, sent.sender_id), (maya().id, None));
    assert_eq!(sent.key().unwrap().unwrap().as_str(), "3b2f-1");
    assert_eq!(sent.into_body().unwrap(), message().body);
    let sent: SendMessage = hears("send-message-plan");
    assert_eq!(sent.into_body().unwrap(), plan().body);
    let sent: SendMessage = hears("old-send-message");
    assert_eq!((sent.receiver_id.0, sent.sender_id, sent.key().unwrap()), (maya().id, Some(Id(tom().id)), None));
    assert_eq!(sent.into_body().unwrap(), message().body);

    let reply: SendMessage = hears("send-message-reply");
    assert_eq!((reply.reply_to, reply.receiver_id.0), (Some(Id(message().id)), tom().id));

    let [edit, reaction, taken_back, deletion] = changes_of(&message());
    let asked = |name: &str, made: &Entry| {
        let asked: ChangeMessage = hears(name);
        assert_eq!((asked.message_id.0, asked.key().unwrap()), (message().id, made.client_message_id.clone()));
        asked
    };
    assert_eq!(asked("edit-message", &edit).into_text().unwrap(), edit.text());
    assert_eq!(asked("react", &reaction).into_reaction().unwrap().as_deref(), Some("👍"));
    assert_eq!(asked("react-take-back", &taken_back).into_reaction().unwrap(), None);
    asked("delete-message", &deletion);
    let verify: Verify = hears("verify");
    assert_eq!((verify.epoch.as_str(), verify.conversations, verify.entries), ("0b9f4a", 1, 3));

    let read: Delivered = hears("read");
    assert_eq!((read.conversation_id.0, read.seq), (id('c'), 3));
    let mark: MarkAsRead = hears("old-mark-as-read");
    assert_eq!((mark.conversation_id.0, mark.message_id.0, mark.user_id), (id('c'), message().id, Some(Id(maya().id))));
    let typing: Typing = hears("typing");
    assert_eq!((typing.receiver_id.0, typing.sender_id, typing.is_typing), (maya().id, None, true));
    let typing: Typing = hears("old-typing");
    assert_eq!((typing.receiver_id.0, typing.sender_id, typing.is_typing), (maya().id, Some(Id(tom().id)), false));
    let sync: Sync = hears("sync");
    assert_eq!(sync.epoch.as_deref(), Some("0b9f4a"));
    assert_eq!(sync.conversations, [(Id(id('c')), 1)].into());
}
