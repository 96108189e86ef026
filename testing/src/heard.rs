//! What a queue has brought so far.
//!
//! A test that asks "what was told until now" must not depend on a task that carries it over: what lies in the queue counts
//! as heard.

use std::fmt::Debug;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use anyhow::bail;
use tokio::sync::mpsc;

/// How often a waiting test looks.
const LOOK: Duration = Duration::from_millis(5);

/// The receiving end of a queue, and everything that came out of it.
#[derive(Debug)]
pub struct Heard<T>(Mutex<State<T>>);

#[derive(Debug)]
struct State<T> {
    queue: mpsc::Receiver<T>,
    so_far: Vec<T>,
}

impl<T: Clone + Debug> Heard<T> {
    /// Listens to a queue.
    pub fn new(queue: mpsc::Receiver<T>) -> Self {
        let so_far = Vec::new();
        Self(Mutex::new(State { queue, so_far }))
    }

    /// Everything that was sent until now, in order.
    pub fn so_far(&self) -> Vec<T> {
        self.look().so_far.clone()
    }

    /// Forgets everything that was sent until now.
    pub fn forget(&self) {
        self.look().so_far.clear();
    }

    /// Waits until everything so far fulfils the condition.
    ///
    /// # Errors
    /// Lists what was heard instead.
    pub async fn wait(
        &self,
        what: &str,
        deadline: Duration,
        condition: impl Fn(&[T]) -> bool,
    ) -> anyhow::Result<()> {
        let found = |all: &[T]| condition(all).then_some(());
        self.wait_for(what, deadline, found).await
    }

    /// Waits for one like this, and returns the first.
    ///
    /// # Errors
    /// Lists what was heard instead.
    pub async fn find(
        &self,
        what: &str,
        deadline: Duration,
        wanted: impl Fn(&T) -> bool,
    ) -> anyhow::Result<T> {
        let found = |all: &[T]| all.iter().find(|one| wanted(one)).cloned();
        self.wait_for(what, deadline, found).await
    }

    async fn wait_for<R>(
        &self,
        what: &str,
        deadline: Duration,
        find: impl Fn(&[T]) -> Option<R>,
    ) -> anyhow::Result<R> {
        let wait = async {
            loop {
                if let Some(found) = find(&self.look().so_far) {
                    return found;
                }
                tokio::time::sleep(LOOK).await;
            }
        };
        match tokio::time::timeout(deadline, wait).await {
            Ok(found) => Ok(found),
            Err(_) => bail!(
                "no {what} within {deadline:?}; there was {:#?}",
                self.so_far()
            ),
        }
    }

    fn look(&self) -> MutexGuard<'_, State<T>> {
        let mut state = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        while let Ok(one) = state.queue.try_recv() {
            state.so_far.push(one);
        }
        state
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SOON: Duration = Duration::from_mins(1);

    #[tokio::test]
    async fn what_was_sent_is_heard_without_another_task() {
        let (sender, queue) = mpsc::channel(8);
        let heard = Heard::new(queue);
        sender.try_send(1).unwrap();
        sender.try_send(2).unwrap();
        assert_eq!(heard.so_far(), [1, 2]);
        sender.try_send(3).unwrap();
        heard.forget();
        assert!(heard.so_far().is_empty());
        sender.try_send(4).unwrap();
        drop(sender);
        assert_eq!(heard.so_far(), [4], "it outlives its sender");
    }

    #[tokio::test]
    async fn a_wait_ends_with_what_it_waits_for() {
        let (sender, queue) = mpsc::channel(8);
        let heard = Heard::new(queue);
        let send = async {
            for number in 1..=3 {
                sender.send(number).await.unwrap();
                tokio::task::yield_now().await;
            }
        };
        let (found, ()) = tokio::join!(heard.find("two", SOON, |one| *one == 2), send);
        assert_eq!(found.unwrap(), 2);
        let three = heard.wait("three of them", SOON, |all| all.len() == 3);
        three.await.unwrap();
    }

    #[tokio::test]
    async fn a_wait_that_fails_lists_what_came_instead() {
        let (sender, queue) = mpsc::channel(8);
        let heard = Heard::new(queue);
        sender.try_send("other").unwrap();
        let wait = heard.find("event", Duration::from_millis(20), |one| *one == "event");
        let error = wait.await.unwrap_err().to_string();
        assert!(
            error.contains("no event within 20ms") && error.contains("other"),
            "{error}"
        );
    }
}
