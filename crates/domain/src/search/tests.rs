use super::*;
use crate::{
    ClientMessageId, EntryId, FileFacts, ObjectId, Plan, Target, UploadId, UploadKind, UserId, change::Changes,
};

/// In the order in which they are read.
fn folded(text: &str) -> Vec<String> {
    let mut words = Vec::new();
    each_word(text, |word| {
        words.push(word.to_owned());
        true
    });
    words
}

fn is_found(question: &str, text: &str) -> bool {
    let words = Words::of_question(question).expect("short");
    words.are_in(&words_of(&EntryBody::Text(String::new()), text))
}

#[test]
fn a_text_is_words_without_case_and_accents() {
    for (text, expected) in [
        ("", &[][..]),
        ("  …!? 👍🏽 ", &[]),
        ("Guten Morgen, Frau Öztürk!", &["guten", "morgen", "frau", "ozturk"]),
        ("Größe: 1,75 m / 70kg", &["grosse", "1", "75", "m", "70kg"]),
        ("STRASSE STRAẞE Straße", &["strasse", "strasse", "strasse"]),
        ("Muesli, Mu\u{308}sli, Müsli", &["muesli", "musli", "musli"]),
        ("Don’t re-read naïve café's_menu", &["don", "t", "re", "read", "naive", "cafe", "s", "menu"]),
        ("Smørrebrød, Łódź, Þór, Œuvre, Đà Nẵng", &["smorrebrod", "lodz", "thor", "oeuvre", "da", "nang"]),
        ("İSTANBUL ısı ISI", &["istanbul", "isi", "isi"]),
        ("Ｋｇ ﬁnal ² ①", &["kg", "final", "2", "1"]),
        ("Woh\u{ad}nung", &["wohnung"]),
        ("Ёлка и ЙОГУРТ", &["елка", "и", "иогурт"]),
        ("Ελλάδα ΌΧΙ όχις ΟΧΙΣ", &["ελλαδα", "οχι", "οχισ", "οχισ"]),
        ("أَهْلًا وسـهلاً", &["اهلا", "وسهلا"]),
        ("می\u{200c}خواهم", &["میخواهم"]),
        ("שָׁלוֹם", &["שלום"]),
        ("हिन्दी में", &["हिन्दी", "में"]),
        ("早餐吃ABC粥", &["早", "餐", "吃", "abc", "粥"]),
        ("ﾊﾞﾅﾅ", &["ハ\u{3099}", "ナ", "ナ"]),
        ("안녕 하세요", &["안녕", "하세요"]),
        ("กินข้าว แล้ว", &["กินขาว", "แลว"]),
    ] {
        let expected: Vec<String> = expected.iter().map(|word| word.nfkd().collect()).collect();
        assert_eq!(folded(text), expected, "{text}");
    }
}

#[test]
fn every_word_of_a_question_is_the_beginning_of_one_of_the_text() {
    for (question, text, expected) in [
        ("porr", "Porridge with berries", true),
        ("BERR porridge", "Porridge with berries", true),
        ("ridge", "Porridge with berries", false),
        ("porridge nuts", "Porridge with berries", false),
        ("porridges", "Porridge with berries", false),
        ("musli", "Müsli", true),
        ("Müsli", "MUSLI", true),
        ("muesli", "Müsli", false),
        ("grosse", "Größe", true),
        ("größe", "Grosse Schüssel", true),
        ("иог", "Йогурт", true),
        ("اهل", "أَهْلًا", true),
        ("早餐", "早餐吃粥", true),
        // Each by itself: in whatever order.
        ("餐早", "早餐吃粥", true),
        ("早饭", "早餐吃粥", false),
        // As syllables are typed.
        ("안ㄴ", "안녕", true),
        ("안녀", "안녕", true),
        ("안하", "안녕", false),
        ("ข้าว", "กินข้าว", false),
        ("กิน", "กินข้าว", true),
        ("don't", "Don’t", true),
        ("", "anything", false),
        ("!?", "anything!?", false),
    ] {
        assert_eq!(is_found(question, text), expected, "{question} in {text}");
    }
}

#[test]
fn words_texts_and_questions_are_bounded() {
    let long = "a".repeat(500);
    assert_eq!(folded(&long), ["a".repeat(MAX_WORD)]);
    assert!(is_found(&long[..100], &long), "what is cut is cut on both sides");
    assert!(folded(&"ß".repeat(40)).iter().all(|word| word.chars().count() == MAX_WORD));

    let many = (0..2_000).map(|n| format!("w{n} w{n} ")).collect::<String>();
    let words = words_of(&EntryBody::Text(String::new()), &many);
    assert_eq!((words.len(), words.contains("w999"), words.contains("w1000")), (MAX_WORDS, true, false));

    assert_eq!(Words::of_question(&"ä".repeat(MAX_QUESTION)).map(|words| words.iter().count()), Ok(1));
    assert_eq!(Words::of_question(&"ä".repeat(MAX_QUESTION + 1)), Err(TooLong));
    let asked = Words::of_question("a b A c d e f g h i j k").expect("short");
    assert_eq!(asked.iter().collect::<Vec<_>>(), ["a", "b", "c", "d", "e", "f", "g", "h"]);
}

#[test]
fn a_message_has_the_words_that_it_shows_now() {
    let id = ObjectId::from([1; 12]);
    let file = FileFacts {
        upload: UploadId(id),
        name: "Wochenplan_Mai.pdf".to_owned(),
        size: 1,
        media_type: "application/pdf".to_owned(),
        width: None,
        height: None,
        duration: None,
        waveform: Vec::new(),
        has_thumbnail: false,
    };
    let file = EntryBody::File { text: "for you".to_owned(), kind: UploadKind::File, file };
    let plan = Plan { name: Some("Low salt".to_owned()), meals: Some("[\"soup\"]".to_owned()), ..Plan::default() };
    let plan = EntryBody::Plan { text: String::new(), plan };
    let target = Target { seq: 1, id: EntryId(id) };
    let edited = Changes { edited: Some(("bread".to_owned(), Timestamp(1))), ..Changes::default() };
    let deleted = Changes { deleted_at: Some(Timestamp(1)), ..Changes::default() };
    for (body, changes, expected) in [
        (EntryBody::Text("Soup".to_owned()), None, &["soup"][..]),
        (EntryBody::Text("Soup".to_owned()), Some(&edited), &["bread"]),
        (EntryBody::Text("Soup".to_owned()), Some(&deleted), &[]),
        (file.clone(), None, &["for", "mai", "pdf", "wochenplan", "you"]),
        (file, Some(&edited), &["bread", "mai", "pdf", "wochenplan"]),
        (plan, None, &["low", "salt"]),
        (EntryBody::Edit { target, text: "Soup".to_owned() }, None, &[]),
        (EntryBody::Deletion { target }, None, &[]),
    ] {
        let entry = Entry {
            id: EntryId(id),
            conversation: ConversationId(id),
            seq: 1,
            sender: UserId(id),
            receiver: UserId(id),
            client_message_id: "key".parse::<ClientMessageId>().expect("a key"),
            created_at: Timestamp(0),
            body,
            reply_to: None,
            changes: changes.cloned().map(Box::new),
        };
        assert_eq!(entry.words().iter().collect::<Vec<_>>(), expected, "{:?}", entry.body);
    }
}
