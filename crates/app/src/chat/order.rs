use std::future::{Future, poll_fn};
use std::hash::{BuildHasher, RandomState};
use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::task::Poll;

use domain::UserId;
use tokio::sync::OwnedMutexGuard;

/// Conversations that share a lane wait for each other for a moment; seldom do two.
const LANES: usize = 1024;

type Running<T> = Pin<Box<dyn Future<Output = T> + Send>>;

/// Keeps what is told of one conversation in the order in which it was appended, while any number of appends are under
/// way at once: a store takes appends in the order in which they are begun, and whoever began first has the first turn.
pub(super) struct Order {
    lanes: Box<[Lane]>,
    hasher: RandomState,
}

#[derive(Default)]
struct Lane {
    /// Held while an append is begun and its turn is asked for, never across an await.
    beginning: Mutex<()>,
    /// Fair: turns are had in the order in which they were asked for.
    turn: Arc<tokio::sync::Mutex<()>>,
}

/// Something that was begun.
enum Begun<T> {
    Done(T),
    Running(Running<T>),
}

impl<T> Begun<T> {
    async fn finish(self) -> T {
        match self {
            Self::Done(done) => done,
            Self::Running(running) => running.await,
        }
    }
}

/// What became of an append, and the turn to tell of it.
pub(super) struct InOrder<T> {
    append: Begun<T>,
    turn: Begun<OwnedMutexGuard<()>>,
}

impl<T> InOrder<T> {
    /// What it came to, and the turn, to be held while it is told of.
    pub(super) async fn finish(self) -> (T, OwnedMutexGuard<()>) {
        let appended = self.append.finish().await;
        (appended, self.turn.finish().await)
    }
}

impl Order {
    pub(super) fn new() -> Self {
        Self { lanes: (0..LANES).map(|_| Lane::default()).collect(), hasher: RandomState::new() }
    }

    /// Begins an append to the conversation of that pair.
    pub(super) async fn begin<T: Send + 'static>(
        &self,
        a: UserId,
        b: UserId,
        append: impl Future<Output = T> + Send + 'static,
    ) -> InOrder<T> {
        let pair = if a < b { [a, b] } else { [b, a] };
        let number = usize::try_from(self.hasher.hash_one(pair) % LANES as u64).unwrap_or_default();
        let lane = &self.lanes[number];
        let mut append: Option<Running<T>> = Some(Box::pin(append));
        let mut turn: Option<Running<OwnedMutexGuard<()>>> = Some(Box::pin(lane.turn.clone().lock_owned()));
        poll_fn(|cx| {
            let _beginning = lane.beginning.lock().unwrap_or_else(PoisonError::into_inner);
            let (append, turn) = (begin(&mut append, cx), begin(&mut turn, cx));
            Poll::Ready(InOrder { append, turn })
        })
        .await
    }
}

fn begin<T>(future: &mut Option<Running<T>>, cx: &mut std::task::Context<'_>) -> Begun<T> {
    let mut running = future.take().expect("it is begun once");
    match running.as_mut().poll(cx) {
        Poll::Ready(done) => Begun::Done(done),
        Poll::Pending => Begun::Running(running),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use tokio::sync::oneshot;

    #[tokio::test]
    async fn whoever_began_first_has_the_first_turn() {
        let (order, [a, b]) = (Order::new(), [1, 2].map(|n| UserId([n; 12].into())));
        let told = Arc::new(Mutex::new(Vec::new()));
        let mut commits = Vec::new();
        let mut tasks = Vec::new();
        for n in 0..3 {
            let (commit, committed) = oneshot::channel::<()>();
            let begun = order.begin(a, b, committed).await;
            let told = told.clone();
            tasks.push(tokio::spawn(async move {
                let (_, _turn) = begun.finish().await;
                told.lock().unwrap().push(n);
            }));
            commits.push(commit);
        }
        // The answers come in the opposite order.
        for commit in commits.into_iter().rev() {
            commit.send(()).unwrap();
            tokio::task::yield_now().await;
        }
        for task in tasks {
            task.await.unwrap();
        }
        assert_eq!(*told.lock().unwrap(), [0, 1, 2]);
    }
}
