//! Where a build for tests can be made to die (the feature `failpoints`): `FAILPOINT=before-commit:37` ends the process
//! the 37th time that it gets there, as a kill would. Without the feature there is nothing here.

/// The steps of a message, and of every other change; the process dies before the step.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Point {
    /// Taken from the queue, nothing is written. On MongoDB, but that words are to be wiped.
    BeforeTransaction,
    /// Written, not committed: on SQLite alone.
    BeforeCommit,
    /// A deletion is in, and the words of its message are still there: on MongoDB alone.
    BeforeWipe,
    /// On the disk, nobody has been told.
    BeforeFanOut,
    /// Everybody who is connected has been told, the sender waits.
    BeforeAck,
}

impl Point {
    /// All of them, in the order in which a message gets there.
    pub const ALL: [Self; 5] =
        [Self::BeforeTransaction, Self::BeforeCommit, Self::BeforeWipe, Self::BeforeFanOut, Self::BeforeAck];

    /// As it is written in the environment.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::BeforeTransaction => "before-transaction",
            Self::BeforeCommit => "before-commit",
            Self::BeforeWipe => "before-wipe",
            Self::BeforeFanOut => "before-fan-out",
            Self::BeforeAck => "before-ack",
        }
    }
}

/// Dies here if that was asked for.
#[cfg(not(feature = "failpoints"))]
#[inline]
pub const fn reach(_: Point) {}

/// Dies here if that was asked for.
#[cfg(feature = "failpoints")]
pub fn reach(point: Point) {
    use std::sync::OnceLock;
    use std::sync::atomic::{AtomicU64, Ordering};

    static ASKED: OnceLock<Option<(Point, AtomicU64)>> = OnceLock::new();
    let asked = ASKED.get_or_init(|| {
        let text = std::env::var("FAILPOINT").ok()?;
        let (name, times) = text.split_once(':').unwrap_or((&text, "1"));
        let point = Point::ALL.into_iter().find(|point| point.as_str() == name).expect("no such fail point");
        Some((point, AtomicU64::new(times.parse().expect("how often is a number"))))
    });
    if let Some((at, left)) = asked
        && *at == point
        && left.fetch_sub(1, Ordering::Relaxed) == 1
    {
        std::process::abort();
    }
}
