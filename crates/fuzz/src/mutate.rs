use std::ops::Range;

use crate::random::Random;

/// What parsers stumble over, wherever it stands.
const ODD: &[&str] = &[
    "",
    "0",
    "-1",
    "1e999",
    "0.1",
    "255",
    "65536",
    "2147483648",
    "4294967296",
    "9007199254740993",
    "9223372036854775808",
    "18446744073709551616",
    "null",
    "true",
    "[]",
    "{}",
    "\"\"",
    "\"\\ud800\"",
    "\"\\u0000\"",
    "[[[[[[[[[[",
    "{\"$gt\":\"\"}",
    "..",
    "/",
    "%00",
    "\r\n",
    "\u{202e}",
    "ä",
    "💚",
    "\u{feff}",
    "NaN",
    "-0",
    "--",
    ",",
    ":",
    "=",
    ";",
    "\"",
    "\\",
    "'",
    "\0",
];

/// Changes examples.
pub(crate) struct Mutator {
    examples: Vec<Vec<u8>>,
    words: Vec<&'static str>,
    longest: usize,
}

impl Mutator {
    pub(crate) const fn new(examples: Vec<Vec<u8>>, words: Vec<&'static str>, longest: usize) -> Self {
        Self { examples, words, longest }
    }

    pub(crate) fn example(&self, number: usize) -> Vec<u8> {
        self.examples[number].clone()
    }

    pub(crate) fn learn(&mut self, input: Vec<u8>) {
        self.examples.push(input);
    }

    /// An example, changed a little, seldom much.
    pub(crate) fn next(&self, random: &mut Random) -> Vec<u8> {
        let mut input = random.of(&self.examples).clone();
        for _ in 0..=random.below(4) {
            self.change(&mut input, random);
        }
        if random.one_in(400) {
            self.blow_up(&mut input, random);
        }
        input.truncate(self.longest);
        input
    }

    fn change(&self, input: &mut Vec<u8>, random: &mut Random) {
        match random.below(12) {
            0 => {
                let at = random.below(input.len());
                if let Some(byte) = input.get_mut(at) {
                    *byte ^= 1 << random.below(8);
                }
            }
            1 => {
                let byte = random.number().to_le_bytes()[0];
                let range = stretch(input.len(), 1, random);
                input.splice(range, [byte]);
            }
            2 => drop(input.drain(stretch(input.len(), 32, random))),
            3 => input.truncate(random.below(input.len() + 1)),
            4 => {
                let part = input[stretch(input.len(), 64, random)].to_vec();
                let at = random.below(input.len() + 1);
                input.splice(at..at, part);
            }
            5 => {
                let other = random.of(&self.examples);
                let part = other[stretch(other.len(), 64, random)].to_vec();
                let range = stretch(input.len(), 64, random);
                input.splice(range, part);
            }
            6 => {
                let range = stretch(input.len(), 4, random);
                input.splice(range, self.word(random).bytes());
            }
            7 | 8 => {
                if let Some(range) = value(input, random) {
                    input.splice(range, self.word(random).bytes());
                }
            }
            9 => {
                if let (Some(from), Some(to)) = (value(input, random), value(input, random)) {
                    let part = input[from].to_vec();
                    input.splice(to, part);
                }
            }
            // A member of an object, or an element of an array, twice.
            10 => {
                let Some(range) = value(input, random) else { return };
                let end = input[range.end..].iter().position(|byte| b",]}".contains(byte)).map(|at| range.end + at);
                if let Some(end) = end {
                    let part = [b",", &input[range.start..end]].concat();
                    input.splice(end..end, part);
                }
            }
            // A text around what is there: what was short is long.
            _ => {
                let Some(range) = value(input, random) else { return };
                let part =
                    input[range.start..range.end].iter().copied().filter(|byte| *byte != b'"').collect::<Vec<_>>();
                // Two or three of these after one another would be longer than any memory.
                let times = (*random.of(&[2, 16, 33, 65, 129, 201])).min(self.longest / part.len().max(1));
                let quoted = [b"\"".as_slice(), &part.repeat(times), b"\""].concat();
                input.splice(range, quoted);
            }
        }
    }

    fn word(&self, random: &mut Random) -> &'static str {
        let words: &[&'static str] = if self.words.is_empty() || random.one_in(2) { ODD } else { &self.words };
        words[random.below(words.len())]
    }

    /// A part of it again and again, until it is as long as can be.
    fn blow_up(&self, input: &mut Vec<u8>, random: &mut Random) {
        let range =
            value(input, random).filter(|_| random.one_in(2)).unwrap_or_else(|| stretch(input.len(), 8, random));
        let inner = range.start + usize::from(range.len() > 2)..range.end - usize::from(range.len() > 2);
        let part = input[inner.clone()].to_vec();
        if !part.is_empty() {
            let most = self.longest.saturating_sub(input.len()) / part.len();
            input.splice(inner, part.repeat(random.below(most) + 1));
        }
    }
}

/// Some of `0..length`, `most` at most.
fn stretch(length: usize, most: usize, random: &mut Random) -> Range<usize> {
    let start = random.below(length + 1);
    start..length.min(start + 1 + random.below(most)).max(start)
}

/// A value of JSON or of what looks like it: a text in quotes, what stands in brackets, or a word.
fn value(input: &[u8], random: &mut Random) -> Option<Range<usize>> {
    let begins = |byte: &u8| byte.is_ascii_alphanumeric() || b"\"{[-".contains(byte);
    let from = random.below(input.len());
    let start = from + input.get(from..)?.iter().position(begins)?;
    let rest = &input[start..];
    let length = match rest[0] {
        b'"' => 1 + rest[1..].iter().position(|byte| *byte == b'"').map_or(0, |at| at + 1),
        b'{' | b'[' => {
            let mut depth = 0_i32;
            let ends = rest.iter().position(|byte| {
                depth += i32::from(b"{[".contains(byte)) - i32::from(b"}]".contains(byte));
                depth == 0
            });
            ends.map_or(1, |at| at + 1)
        }
        _ => rest
            .iter()
            .position(|byte| !byte.is_ascii_alphanumeric() && !b"-+._".contains(byte))
            .unwrap_or(rest.len())
            .max(1),
    };
    Some(start..start + length)
}
