//! For tests: examples of what comes in, changed at random, and given to a parser.
//!
//! A target is a function that takes bytes and tells what came of them; it panics where a rule is broken. What leads to
//! something that was not seen before is an example from then on: that is all the guidance there is, since it needs nothing
//! but a stable compiler. Every run follows from the seed and its number, so that a failure comes again; it is printed with
//! its input. `FUZZ_RUNS` says how many there are, `FUZZ_SEED` where they begin.
//!
//! Not a library for that: `proptest` and `arbitrary` make what a type can be, while parsers break on what is nearly an
//! example, and two million of those take a minute here.

mod mutate;
mod random;

use std::collections::HashSet;
use std::collections::hash_map::DefaultHasher;
use std::fmt::Write;
use std::hash::{Hash, Hasher};
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::time::{Duration, Instant};

use mutate::Mutator;
pub use random::Random;

/// Runs of each target where `FUZZ_RUNS` is not set.
const RUNS: u64 = 20_000;

/// Examples that are kept beside those that were given.
const MAX_FOUND: usize = 2_000;

/// What is longer is not gone on from: it would be slow for all that follows.
const MAX_KEPT: usize = 8 * 1024;

/// Whatever it is, it is done with within that time: machines that run tests are busy, and what takes so long for so little
/// is not linear.
const PATIENCE: Duration = Duration::from_secs(10);

/// What is given to a target.
#[derive(Debug)]
pub struct Fuzz {
    name: &'static str,
    examples: Vec<Vec<u8>>,
    words: Vec<&'static str>,
    costs: u64,
    longest: usize,
}

impl Fuzz {
    /// A target of that name, with examples of what it takes.
    pub fn new<E: Into<Vec<u8>>>(name: &'static str, examples: impl IntoIterator<Item = E>) -> Self {
        let examples: Vec<_> = examples.into_iter().map(Into::into).collect();
        assert!(!examples.is_empty(), "{name} needs an example");
        Self { name, examples, words: Vec::new(), costs: 1, longest: 256 * 1024 }
    }

    /// Words that mean something to the target.
    pub fn words(mut self, words: &[&'static str]) -> Self {
        self.words.extend(words);
        self
    }

    /// One run costs as much as so many of others: there are fewer where nobody says how many.
    pub const fn costs(mut self, costs: u64) -> Self {
        self.costs = costs;
        self
    }

    /// Nothing longer comes in.
    pub const fn longest(mut self, bytes: usize) -> Self {
        self.longest = bytes;
        self
    }

    /// Runs it. What `target` returns is what came of the input: an error's code, which kind of thing it was.
    pub fn run<T: Hash>(self, mut target: impl FnMut(&[u8]) -> T) {
        let runs = setting("FUZZ_RUNS").unwrap_or(RUNS / self.costs);
        let first = setting("FUZZ_SEED").unwrap_or(0);
        let given = self.examples.len();
        let mut mutator = Mutator::new(self.examples, self.words, self.longest);
        let mut seen = HashSet::new();
        let began = Instant::now();
        for number in 0..given as u64 + runs {
            let mut random = Random::new(hash(&(self.name, first, number)));
            // As they are, before anything is changed.
            let input = match usize::try_from(number).ok().filter(|number| *number < given) {
                Some(number) => mutator.example(number),
                None => mutator.next(&mut random),
            };
            let at = Instant::now();
            let outcome = catch_unwind(AssertUnwindSafe(|| target(&input))).unwrap_or_else(|panic| {
                eprintln!("{}: run {number} of seed {first}: {}", self.name, shown(&input));
                resume_unwind(panic)
            });
            let took = at.elapsed();
            assert!(
                took < PATIENCE,
                "{}: run {number} of seed {first} took {took:?} for {} bytes",
                self.name,
                input.len()
            );
            if seen.insert(hash(&outcome)) && seen.len() <= MAX_FOUND && input.len() <= MAX_KEPT {
                mutator.learn(input);
            }
        }
        eprintln!("{}: {runs} runs, {} outcomes, {:.1} s", self.name, seen.len(), began.elapsed().as_secs_f32());
    }
}

fn setting(name: &str) -> Option<u64> {
    let text = std::env::var(name).ok()?;
    Some(text.parse().unwrap_or_else(|_| panic!("{name} is a number")))
}

fn hash(value: &impl Hash) -> u64 {
    // The same in every process.
    let mut hasher = DefaultHasher::new();
    value.hash(&mut hasher);
    hasher.finish()
}

/// As a literal of bytes, to be made a test of.
fn shown(input: &[u8]) -> String {
    const MOST: usize = 1_024;
    let mut text = format!("b\"{}\"", input[..input.len().min(MOST)].escape_ascii());
    if input.len() > MOST {
        // A String takes whatever is written.
        let _ = write!(text, "… ({} bytes)", input.len());
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    fn panics(examples: &[&str], target: impl Fn(&[u8])) -> bool {
        let fuzz = Fuzz::new("broken", examples.iter().map(|text| text.as_bytes()));
        catch_unwind(AssertUnwindSafe(|| fuzz.run(|input| target(input)))).is_err()
    }

    #[test]
    fn parsers_that_break_are_found() {
        let example = [r#"["x",{"seq":7,"name":"Ann"}]"#];
        let has = |input: &[u8], what: &[u8]| input.windows(what.len()).any(|part| part == what);
        assert!(panics(&example, |input| assert!(std::str::from_utf8(input).is_ok())));
        assert!(panics(&example, |input| assert!(!has(input, b"18446744073709551616"))));
        assert!(panics(&example, |input| assert!(!has(input, b"\"seq\":null"))));
        assert!(panics(&example, |input| assert!(!has(input, b"[[[[[[[["))));
        assert!(panics(&example, |input| assert!(input.len() < 100_000)));
        assert!(panics(&example, |input| assert!(!has(input, b"\"seq\":7,\"seq\""))));
        assert!(!panics(&example, |_| {}));
    }

    #[test]
    fn what_led_to_something_new_is_gone_on_from() {
        // Each word alone is soon found; all four at once would never be.
        let words = ["alpha", "beta", "gamma", "delta"];
        let steps = |input: &[u8]| {
            let text = String::from_utf8_lossy(input);
            words.iter().take_while(|word| text.contains(**word)).count()
        };
        let best = std::cell::Cell::new(0);
        Fuzz::new("steps", ["some,words,of,no,use"]).words(&words).run(|input| {
            best.set(best.get().max(steps(input)));
            steps(input)
        });
        assert_eq!(best.get(), 4);
    }
}
