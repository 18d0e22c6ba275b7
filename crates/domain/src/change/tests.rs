use super::*;
use crate::{
    CallEntry, CallKind, CallOutcome, ClientMessageId, ConversationId, FileFacts, ObjectId, Plan, UploadId, UploadKind,
};

const AT: Timestamp = Timestamp(1_763_997_136_042);

fn person(n: u8) -> UserId {
    UserId(ObjectId::from([n; 12]))
}

fn id(n: u8) -> EntryId {
    EntryId(ObjectId::from([n; 12]))
}

const TARGET: Target = Target { seq: 1, id: EntryId(ObjectId::from_parts(1, [1; 8])) };

/// Person 1's, in a conversation with person 2.
fn message(body: EntryBody) -> Entry {
    Entry {
        id: TARGET.id,
        conversation: ConversationId(ObjectId::from([9; 12])),
        seq: 1,
        sender: person(1),
        receiver: person(2),
        client_message_id: "k".parse().unwrap(),
        created_at: AT,
        body,
        reply_to: None,
        changes: None,
    }
}

fn text() -> Entry {
    message(EntryBody::Text("Lentils".into()))
}

fn plan() -> Entry {
    message(EntryBody::Plan { text: "For you".into(), plan: Plan::default() })
}

fn call() -> Entry {
    let call = crate::CallId(ObjectId::from([8; 12]));
    let duration = Duration::ZERO;
    message(EntryBody::Call(CallEntry { call, kind: CallKind::Audio, outcome: CallOutcome::Missed, duration }))
}

fn edit(text: &str) -> EntryBody {
    EntryBody::Edit { target: TARGET, text: text.into() }
}

fn deletion() -> EntryBody {
    EntryBody::Deletion { target: TARGET }
}

fn reaction(reaction: Option<&str>) -> EntryBody {
    EntryBody::Reaction { target: TARGET, reaction: reaction.map(Into::into) }
}

fn new(sender: u8, after: Duration, body: EntryBody) -> NewEntry {
    NewEntry {
        id: id(7),
        conversation: ConversationId(ObjectId::from([9; 12])),
        sender: person(sender),
        receiver: person(3 - sender),
        client_message_id: "k2".parse::<ClientMessageId>().unwrap(),
        created_at: AT + after,
        body,
        reply_to: None,
    }
}

fn recording() -> Entry {
    let file = FileFacts {
        upload: UploadId(ObjectId::from([5; 12])),
        name: "recording.webm".into(),
        size: 9,
        media_type: "video/webm".into(),
        width: None,
        height: None,
        duration: None,
        waveform: Vec::new(),
        has_thumbnail: false,
    };
    message(EntryBody::File { text: String::new(), kind: UploadKind::Recording, file })
}

/// The message as it is after these, made by those.
fn after(message: Entry, changes: &[(u8, EntryBody)]) -> Entry {
    let mut folded = Changes::default();
    for (seq, (sender, body)) in (2..).zip(changes) {
        let change =
            Entry { seq, sender: person(*sender), created_at: AT + Duration::from_secs(seq), ..message.clone() };
        folded.fold(&Entry { body: body.clone(), ..change });
    }
    let wiped = folded.deleted_at.is_some();
    let body = if wiped { message.body.wiped() } else { message.body.clone() };
    Entry { body, changes: (folded.count > 0).then(|| Box::new(folded)), ..message }
}

#[test]
fn who_may_change_what() {
    let soon = Duration::from_secs(60);
    let late = EDITABLE_FOR + Duration::from_millis(1);
    let deleted = after(text(), &[(1, deletion())]);
    let changed = |times| after(text(), &vec![(2, reaction(Some("👍"))); times]);
    for (what, target, sender, at, body, expected) in [
        ("one's own text", Some(text()), 1, soon, edit("Beans"), Ok(())),
        ("on the last moment", Some(text()), 1, EDITABLE_FOR, edit("Beans"), Ok(())),
        ("too late", Some(text()), 1, late, edit("Beans"), Err(Refused::NotEditable)),
        ("another's text", Some(text()), 2, soon, edit("Beans"), Err(Refused::NotEditable)),
        ("a plan", Some(plan()), 1, soon, edit("Beans"), Err(Refused::NotEditable)),
        ("to nothing", Some(text()), 1, soon, edit(" \n"), Err(Refused::Unfit)),
        ("a call", Some(call()), 1, soon, edit("Beans"), Err(Refused::NotAMessage)),
        ("a change", Some(message(edit("x"))), 1, soon, edit("Beans"), Err(Refused::NotAMessage)),
        ("nothing", None, 1, soon, edit("Beans"), Err(Refused::NotAMessage)),
        ("what is deleted", Some(deleted.clone()), 1, soon, edit("Beans"), Err(Refused::Deleted)),
        ("the 200th change", Some(changed(199)), 1, soon, edit("Beans"), Ok(())),
        ("the 201st change", Some(changed(200)), 1, soon, edit("Beans"), Err(Refused::TooMany)),
        ("delete one's own", Some(text()), 1, late, deletion(), Ok(())),
        ("delete one's plan", Some(plan()), 1, late, deletion(), Ok(())),
        ("delete another's", Some(text()), 2, soon, deletion(), Err(Refused::NotYours)),
        ("delete one's recording", Some(recording()), 1, late, deletion(), Ok(())),
        ("delete another's recording", Some(recording()), 2, late, deletion(), Ok(())),
        ("edit one's recording", Some(recording()), 1, soon, edit("x"), Err(Refused::NotEditable)),
        ("delete a call", Some(call()), 1, soon, deletion(), Err(Refused::NotAMessage)),
        ("delete twice", Some(deleted.clone()), 1, soon, deletion(), Err(Refused::Deleted)),
        ("delete after 200 changes", Some(changed(200)), 1, soon, deletion(), Ok(())),
        ("react to one's own", Some(text()), 1, late, reaction(Some("🥦")), Ok(())),
        ("react to another's", Some(plan()), 2, late, reaction(Some("🥦")), Ok(())),
        ("take back", Some(text()), 2, soon, reaction(None), Ok(())),
        ("react with a text", Some(text()), 2, soon, reaction(Some("yes")), Err(Refused::Unfit)),
        ("react to a call", Some(call()), 2, soon, reaction(Some("🥦")), Err(Refused::NotAMessage)),
        ("react to what is deleted", Some(deleted.clone()), 2, soon, reaction(Some("🥦")), Err(Refused::Deleted)),
        ("take back too often", Some(changed(200)), 2, soon, reaction(None), Err(Refused::TooMany)),
        ("reply", Some(text()), 2, late, EntryBody::Text("Yes".into()), Ok(())),
        ("reply to what is deleted", Some(deleted), 2, soon, EntryBody::Text("Yes".into()), Ok(())),
        ("reply to a call", Some(call()), 2, soon, EntryBody::Text("Yes".into()), Err(Refused::NotAMessage)),
        ("reply to nothing", None, 2, soon, EntryBody::Text("Yes".into()), Err(Refused::NotAMessage)),
    ] {
        assert_eq!(may_append(&new(sender, at, body), target.as_ref()), expected, "{what}");
    }
}

#[test]
fn changes_fold_in_their_order() {
    let message = after(
        text(),
        &[
            (1, edit("Beans")),
            (2, reaction(Some("👍"))),
            (1, reaction(Some("🙈"))),
            (2, reaction(Some("❤️"))),
            (1, edit("Peas")),
        ],
    );
    let changes = message.changes.as_deref().unwrap();
    assert_eq!((message.text(), changes.count, changes.last_seq), ("Peas", 5, 6));
    assert_eq!(changes.edited, Some(("Peas".into(), AT + Duration::from_secs(6))));
    assert_eq!(changes.reactions, [(person(2), "❤️".to_owned()), (person(1), "🙈".to_owned())]);

    let taken_back = after(text(), &[(2, reaction(Some("👍"))), (1, reaction(None)), (2, reaction(None))]);
    assert_eq!(taken_back.changes.unwrap().reactions, []);
}

#[test]
fn nothing_is_left_of_what_was_deleted() {
    let message =
        after(plan(), &[(2, reaction(Some("👍"))), (1, deletion()), (1, edit("back?")), (2, reaction(Some("👍")))]);
    let deleted_at = Some(AT + Duration::from_secs(3));
    assert_eq!(message.changes.as_deref(), Some(&Changes { count: 4, last_seq: 5, deleted_at, ..Changes::default() }));
    assert_eq!((message.text(), &message.body), ("", &EntryBody::Text(String::new())));
    let quote = Quote::of(&message);
    assert_eq!((quote.deleted, quote.body), (true, EntryBody::Text(String::new())));
}

#[test]
fn a_quote_is_short_and_as_the_message_is_now() {
    let long = after(text(), &[(1, edit(&"ä".repeat(201)))]);
    assert_eq!(Quote::of(&long).body, EntryBody::Text("ä".repeat(200)));
    let named = Plan { name: Some("Iron".into()), meals: Some("[1]".into()), ..Plan::default() };
    let quote = Quote::of(&message(EntryBody::Plan { text: "For you".into(), plan: named }));
    let name = Plan { name: Some("Iron".into()), ..Plan::default() };
    assert_eq!(quote.body, EntryBody::Plan { text: "For you".into(), plan: name });
}

#[test]
fn a_retry_is_the_same_even_if_what_it_said_was_wiped() {
    let again = |body| new(1, Duration::ZERO, body);
    assert!(is_same(&text(), &again(EntryBody::Text("Lentils".into()))));
    assert!(!is_same(&text(), &again(EntryBody::Text("Beans".into()))));
    let deleted = after(text(), &[(1, deletion())]);
    assert!(is_same(&deleted, &again(EntryBody::Text("Lentils".into()))));
    assert!(!is_same(&deleted, &again(deletion())));
    assert!(is_same(&message(edit("")), &again(edit("Beans"))), "an edit of what was deleted since");
    assert!(!is_same(&message(edit("Peas")), &again(edit("Beans"))));
    assert!(!is_same(&text(), &NewEntry { receiver: person(3), ..again(EntryBody::Text("Lentils".into())) }));
    assert!(!is_same(&text(), &NewEntry { reply_to: Some(1), ..again(EntryBody::Text("Lentils".into())) }));
}

#[test]
fn one_emoji_and_nothing_else() {
    for emoji in
        ["👍", "❤️", "❤", "👍🏽", "👩‍🍳", "👨‍👩‍👧‍👦", "🇩🇪", "1️⃣", "🏳️‍🌈", "☺️", "✅", "‼️", "🏴\u{e0067}\u{e0062}\u{e007f}"]
    {
        assert!(is_emoji(emoji), "{emoji}");
    }
    let long = "👨‍👩‍👧‍👦👨‍👩‍👧‍👦";
    for other in [
        "",
        " ",
        "a",
        "ä",
        "字",
        "yes",
        "1",
        "#",
        "👍👍",
        "👍 ",
        "👍a",
        "\u{200d}",
        "\u{fe0f}",
        "\u{0}",
        "🇩",
        "🇩🇪🇫🇷",
        "👍🇩🇪",
        "\u{202e}👍",
        "👍\u{200d}",
        "\u{e000}",
        long,
    ] {
        assert!(!is_emoji(other), "{other:?}");
    }
}
