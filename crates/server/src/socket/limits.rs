//! How much one person, and one socket, may ask for. Pure: time comes in.

use std::time::Duration;

use domain::Timestamp;

/// So much a second on average, and so much at once.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Rate {
    per_second: f64,
    burst: f64,
}

/// What an event is counted as.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Class {
    Send,
    Typing,
    Signal,
    Other,
}

impl Class {
    /// By the event's name.
    pub(crate) fn of(event: &str) -> Self {
        match event {
            "send-message" | "edit-message" | "delete-message" | "react" => Self::Send,
            "typing" => Self::Typing,
            name if name.starts_with("webrtc-") => Self::Signal,
            _ => Self::Other,
        }
    }

    const fn rate(self) -> Rate {
        let (per_second, burst) = match self {
            Self::Send => (20.0, 60.0),
            Self::Typing => (1.0, 5.0),
            // A call's candidates come all at once, on several devices.
            Self::Signal => (100.0, 400.0),
            Self::Other => (50.0, 200.0),
        };
        Rate { per_second, burst }
    }
}

/// All events of one socket together.
const SOCKET: Rate = Rate { per_second: 200.0, burst: 600.0 };

/// Handshakes of one address that come to nothing; a clinic has one address.
const STRANGERS: Rate = Rate { per_second: 20.0, burst: 400.0 };

/// Who sends ten times what is allowed is not a person.
const ABUSE: f64 = 10.0;

/// A bucket of tokens, filled by time.
#[derive(Debug, Clone, Copy)]
struct Bucket {
    rate: Rate,
    tokens: f64,
    at: Timestamp,
}

impl Bucket {
    const fn full(rate: Rate, now: Timestamp) -> Self {
        Self { rate, tokens: rate.burst, at: now }
    }

    /// Takes one, or says when there will be one.
    fn take(&mut self, now: Timestamp) -> Result<(), Duration> {
        let passed = now.since(self.at).as_secs_f64();
        self.tokens = (self.tokens + passed * self.rate.per_second).min(self.rate.burst);
        self.at = now;
        if self.tokens >= 1.0 {
            self.tokens -= 1.0;
            return Ok(());
        }
        Err(Duration::from_secs_f64((1.0 - self.tokens) / self.rate.per_second))
    }
}

/// Allowed, or ten times over.
#[derive(Debug, Clone, Copy)]
struct Guard {
    allowed: Bucket,
    tolerated: Bucket,
}

/// Why an event is not taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Refused {
    /// The same again may do after that.
    TooOften(Duration),
    /// The transport is to be shut down.
    Abuse,
}

impl Guard {
    const fn new(rate: Rate, now: Timestamp) -> Self {
        let tolerated = Rate { per_second: rate.per_second * ABUSE, burst: rate.burst * ABUSE };
        Self { allowed: Bucket::full(rate, now), tolerated: Bucket::full(tolerated, now) }
    }

    fn take(&mut self, now: Timestamp) -> Result<(), Refused> {
        if self.tolerated.take(now).is_err() {
            return Err(Refused::Abuse);
        }
        self.allowed.take(now).map_err(Refused::TooOften)
    }
}

/// What all sockets of one user share.
#[derive(Debug)]
pub(crate) struct UserLimits([Guard; 4]);

impl UserLimits {
    /// Nothing used yet.
    pub(crate) fn new(now: Timestamp) -> Self {
        Self([Class::Send, Class::Typing, Class::Signal, Class::Other].map(|class| Guard::new(class.rate(), now)))
    }

    /// Counts one event.
    pub(crate) fn take(&mut self, class: Class, now: Timestamp) -> Result<(), Refused> {
        self.0[class as usize].take(now)
    }
}

/// What one socket may.
#[derive(Debug)]
pub(crate) struct SocketLimit(Guard);

impl SocketLimit {
    /// Nothing used yet.
    pub(crate) const fn new(now: Timestamp) -> Self {
        Self(Guard::new(SOCKET, now))
    }

    /// Counts one event.
    pub(crate) fn take(&mut self, now: Timestamp) -> Result<(), Refused> {
        self.0.take(now)
    }
}

/// Handshakes that came to nothing, of one address.
#[derive(Debug)]
pub(crate) struct StrangerLimit(Bucket);

impl StrangerLimit {
    /// Nothing used yet.
    pub(crate) const fn new(now: Timestamp) -> Self {
        Self(Bucket::full(STRANGERS, now))
    }

    /// Whether another may be tried.
    pub(crate) fn allows(&self, now: Timestamp) -> bool {
        let mut bucket = self.0;
        bucket.take(now).is_ok()
    }

    /// Counts one that came to nothing.
    pub(crate) fn count(&mut self, now: Timestamp) {
        let _ = self.0.take(now);
    }

    /// Nothing has happened for so long that there is nothing to remember.
    pub(crate) fn is_forgotten(&self, now: Timestamp) -> bool {
        now.since(self.0.at).as_secs_f64() * STRANGERS.per_second >= STRANGERS.burst
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const START: Timestamp = Timestamp(1_000_000);

    #[test]
    fn a_burst_passes_and_then_the_average() {
        let mut limits = UserLimits::new(START);
        let taken = (0..100).filter(|_| limits.take(Class::Send, START).is_ok()).count();
        assert_eq!(taken, 60);
        assert_eq!(limits.take(Class::Send, START), Err(Refused::TooOften(Duration::from_millis(50))));
        let later = START + Duration::from_secs(1);
        let taken = (0..100).filter(|_| limits.take(Class::Send, later).is_ok()).count();
        assert_eq!(taken, 20);
        assert_eq!(limits.take(Class::Signal, later), Ok(()), "each class has its own");
    }

    #[test]
    fn ten_times_as_much_is_abuse() {
        let mut limits = UserLimits::new(START);
        let before = (0..10_000).take_while(|_| limits.take(Class::Send, START) != Err(Refused::Abuse)).count();
        assert_eq!(before, 600);
    }

    #[test]
    fn a_clock_that_goes_back_harms_nobody() {
        let mut limit = SocketLimit::new(START);
        assert_eq!(limit.take(START - Duration::from_secs(60)), Ok(()));
        assert_eq!(limit.take(START), Ok(()));
    }

    #[test]
    fn events_by_their_names() {
        for (name, class) in [
            ("send-message", Class::Send),
            ("react", Class::Send),
            ("typing", Class::Typing),
            ("webrtc-offer", Class::Signal),
            ("sync", Class::Other),
            ("", Class::Other),
        ] {
            assert_eq!(Class::of(name), class, "{name}");
        }
    }
}
