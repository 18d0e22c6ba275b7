//! Search in what was written: how a text becomes words, and a question words to look for.
//!
//! A word is a run of letters and digits of whatever script, *folded*: without accents, in lower case, compatible forms
//! taken for one another (`Ｋｇ`, `ﬁ`, `²`). Letters that only look like another with a stroke or a ligature count as that
//! (`ø` is `o`, `ß` is `ss`); the marks that belong to a letter where vowels are written as marks stay. Where words are not
//! parted by spaces it is plainer: an ideograph or a kana is a word by itself, so that what is found has all of them, in
//! whatever order, and Thai, Lao or Khmer is found by the beginning of what stands between two spaces.
//!
//! A message is found if it has, for each word of a question, a word that begins with it.
//!
//! Stores keep words that were made by this: to fold otherwise means to make them anew.

use std::collections::BTreeSet;
use std::ops::Bound;

use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::{canonical_combining_class, is_combining_mark};

use crate::{ConversationId, Entry, EntryBody, Timestamp};

/// Of a longer word so many characters count.
pub const MAX_WORD: usize = 32;

/// Of a message so many different words count, the first: more than fit into a text that is not made of them.
pub const MAX_WORDS: usize = 1_000;

/// A question has so many characters at most.
pub const MAX_QUESTION: usize = 200;

/// Of a question so many different words count, the first.
pub const MAX_QUESTION_WORDS: usize = 8;

/// Words to look for.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Words(Vec<String>);

/// A question of more than [`MAX_QUESTION`] characters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the question is too long")]
pub struct TooLong;

impl Words {
    /// The words of a question; none if it has neither letters nor digits.
    pub fn of_question(question: &str) -> Result<Self, TooLong> {
        if question.chars().nth(MAX_QUESTION).is_some() {
            return Err(TooLong);
        }
        let mut words = Vec::new();
        each_word(question, |word| {
            if !words.iter().any(|known| known == word) {
                words.push(word.to_owned());
            }
            words.len() < MAX_QUESTION_WORDS
        });
        Ok(Self(words))
    }

    /// Each of them, folded.
    pub fn iter(&self) -> impl Iterator<Item = &str> {
        self.0.iter().map(String::as_str)
    }

    /// Whether there is nothing to look for: then nothing is found.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Whether each of them is the beginning of one of these.
    pub fn are_in(&self, words: &BTreeSet<String>) -> bool {
        let begins = |word: &str| {
            let from = (Bound::Included(word), Bound::Unbounded);
            words.range::<str, _>(from).next().is_some_and(|next| next.starts_with(word))
        };
        !self.is_empty() && self.iter().all(begins)
    }
}

/// What somebody looks for in what was written to and by them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SearchQuery {
    /// All of these.
    pub words: Words,
    /// In one conversation alone.
    pub conversation: Option<ConversationId>,
    /// What comes after the last of the page before.
    pub before: Option<FoundPlace>,
    /// So many at most.
    pub limit: u32,
}

/// Where a page of what was found ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FoundPlace {
    /// When the last was written, as far as that is its place among those of other conversations.
    pub at: Timestamp,
    /// The conversation that it is in.
    pub conversation: ConversationId,
    /// Its place there.
    pub seq: u64,
}

/// A page of what was found.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Found {
    /// Messages as they are now, the newest first.
    pub entries: Vec<Entry>,
    /// There are more, from here on.
    pub next: Option<FoundPlace>,
}

/// The words of a message of that body whose text is now that one: of the text, and of the name of what it shows.
pub fn words_of(body: &EntryBody, text: &str) -> BTreeSet<String> {
    let name = match body {
        EntryBody::Plan { plan, .. } => plan.name.as_deref(),
        EntryBody::File { file, .. } => Some(file.name.as_str()),
        _ => None,
    };
    let mut words = BTreeSet::new();
    for text in [Some(text), name].into_iter().flatten() {
        each_word(text, |word| {
            if !words.contains(word) {
                words.insert(word.to_owned());
            }
            words.len() < MAX_WORDS
        });
    }
    words
}

impl Entry {
    /// The words by which it is found, as it is now; none unless it is a message.
    pub fn words(&self) -> BTreeSet<String> {
        if self.is_deleted() || !self.body.is_message() {
            return BTreeSet::new();
        }
        words_of(&self.body, self.text())
    }
}

/// Calls `take` with each word of a text, as long as it wants another.
fn each_word(text: &str, mut take: impl FnMut(&str) -> bool) {
    let mut word = Word::default();
    for c in text.nfkd() {
        let goes_on = match Part::of(c) {
            Part::Nothing => true,
            Part::Mark => {
                if word.length > 0 {
                    word.push(c);
                }
                true
            }
            Part::Letter => {
                let goes_on = if word.alone { word.end(&mut take) } else { true };
                c.to_lowercase().for_each(|c| word.push_plain(c));
                goes_on
            }
            Part::Alone => {
                let goes_on = word.end(&mut take);
                word.push(c);
                word.alone = true;
                goes_on
            }
            Part::Between => word.end(&mut take),
        };
        if !goes_on {
            return;
        }
    }
    word.end(&mut take);
}

/// What a character of a decomposed text is for its word.
enum Part {
    Letter,
    /// A word by itself.
    Alone,
    /// Belongs to the letter before it.
    Mark,
    /// Is as if it were not there.
    Nothing,
    /// Parts two words.
    Between,
}

impl Part {
    fn of(c: char) -> Self {
        match c {
            'a'..='z' | 'A'..='Z' | '0'..='9' => Self::Letter,
            // What is drawn out, joined or kept from joining is the same word; a soft hyphen is seldom seen.
            '\u{ad}' | '\u{640}' | '\u{200c}' | '\u{200d}' | '\u{2060}' | '\u{fe00}'..='\u{fe0f}' => Self::Nothing,
            // Ideographs, and kana.
            '\u{3005}'..='\u{3007}' | '\u{3041}'..='\u{3096}' | '\u{309d}'..='\u{30ff}' | '\u{31f0}'..='\u{31ff}' => {
                Self::Alone
            }
            '\u{3400}'..='\u{4dbf}' | '\u{4e00}'..='\u{9fff}' | '\u{f900}'..='\u{faff}' => Self::Alone,
            '\u{20000}'..='\u{3ffff}' => Self::Alone,
            // Accents have classes of their own; those below are nuktas, viramas and voicing, and those with none vowels.
            c if is_combining_mark(c) && canonical_combining_class(c) >= 10 => Self::Nothing,
            c if is_combining_mark(c) => Self::Mark,
            c if c.is_alphanumeric() => Self::Letter,
            _ => Self::Between,
        }
    }
}

/// The word that is being read.
#[derive(Default)]
struct Word {
    folded: String,
    /// In characters.
    length: usize,
    /// Nothing but marks is added to it.
    alone: bool,
}

impl Word {
    fn push(&mut self, c: char) {
        if self.length < MAX_WORD {
            self.folded.push(c);
            self.length += 1;
        }
    }

    /// Adds a letter, as the plain one that people type for it.
    fn push_plain(&mut self, c: char) {
        let plain = match c {
            'ß' => "ss",
            'æ' => "ae",
            'œ' => "oe",
            'þ' => "th",
            'ø' => "o",
            'đ' | 'ð' => "d",
            'ł' => "l",
            'ħ' => "h",
            'ŧ' => "t",
            'ı' => "i",
            'ς' => "σ",
            // Some letters have their accent only in lower case.
            c if is_combining_mark(c) => "",
            c => return self.push(c),
        };
        plain.chars().for_each(|c| self.push(c));
    }

    fn end(&mut self, take: &mut impl FnMut(&str) -> bool) -> bool {
        let goes_on = self.length == 0 || take(&self.folded);
        self.folded.clear();
        (self.length, self.alone) = (0, false);
        goes_on
    }
}

#[cfg(test)]
mod tests;
