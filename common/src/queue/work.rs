//! The queue itself.

use std::collections::{BTreeMap, HashMap, HashSet, VecDeque};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::sync::{Notify, watch};
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use super::{Backoff, Cause, Interrupt, Urgency};
use crate::metrics::QueueMetrics;
use crate::object::ObjectKey;

/// A queue of object keys; clones share it.
#[derive(Debug, Clone)]
pub struct Queue {
    shared: Arc<Shared>,
}

#[derive(Debug)]
struct Shared {
    state: Mutex<State>,
    /// Woken when a key becomes ready, or a timer moves to the front.
    changed: Notify,
    backoff: Backoff,
    metrics: QueueMetrics,
    shutdown: CancellationToken,
}

#[derive(Debug, Default)]
struct State {
    /// Keys that may run, first come first served, with the time of arrival.
    ready: VecDeque<(ObjectKey, Instant)>,
    waiting: HashSet<ObjectKey>,
    running: HashMap<ObjectKey, Running>,
    timers: BTreeMap<(Instant, u64), ObjectKey>,
    timer_of: HashMap<ObjectKey, (Instant, u64)>,
    failures: HashMap<ObjectKey, u32>,
    sequence: u64,
}

#[derive(Debug)]
struct Running {
    since: Instant,
    /// Added again meanwhile.
    again: bool,
    interrupt: watch::Sender<Option<Cause>>,
}

/// A key that was handed out, with the ear of its pass.
#[derive(Debug)]
pub struct Item {
    /// What to work on.
    pub key: ObjectKey,
    /// Hears of urgent additions of the same key.
    pub interrupt: Interrupt,
}

impl Queue {
    /// An empty queue. Cancelling `shutdown` ends [`Queue::ready`] and interrupts every running pass that waits.
    pub fn new(backoff: Backoff, metrics: QueueMetrics, shutdown: CancellationToken) -> Self {
        let shared = Shared {
            state: Mutex::default(),
            changed: Notify::new(),
            backoff,
            metrics,
            shutdown,
        };
        Self {
            shared: Arc::new(shared),
        }
    }

    /// Adds a key that may run at once.
    pub fn add(&self, key: &ObjectKey, cause: &Cause) {
        let mut state = self.lock();
        if let Some(running) = state.running.get_mut(key)
            && cause.urgency > Urgency::Enqueue
        {
            running.interrupt.send_if_modified(|known| {
                let news = known
                    .as_ref()
                    .is_none_or(|known| known.urgency < cause.urgency);
                if news {
                    *known = Some(cause.clone());
                }
                news
            });
        }
        self.make_ready(&mut state, key);
    }

    /// Adds several keys in the given order, without another key getting between them.
    pub fn add_all<'a>(&self, keys: impl IntoIterator<Item = &'a ObjectKey>, cause: &Cause) {
        for key in keys {
            self.add(key, cause);
        }
    }

    /// Adds a key without telling a running pass: the pass itself asks for another run.
    pub fn add_now(&self, key: &ObjectKey) {
        self.make_ready(&mut self.lock(), key);
    }

    /// Adds a key that may run after `delay`; an earlier timer of the key stays.
    pub fn add_after(&self, key: &ObjectKey, delay: Duration) {
        if delay.is_zero() {
            return self.add_now(key);
        }
        let Some(due) = Instant::now().checked_add(delay) else {
            return;
        };
        let mut state = self.lock();
        if state
            .timer_of
            .get(key)
            .is_some_and(|(earlier, _)| *earlier <= due)
        {
            return;
        }
        state.drop_timer(key);
        state.sequence += 1;
        let slot = (due, state.sequence);
        state.timers.insert(slot, key.clone());
        state.timer_of.insert(key.clone(), slot);
        drop(state);
        self.shared.changed.notify_waiters();
    }

    /// Adds a key after a delay that grows with each call until [`Queue::forget`]; returns the delay.
    pub fn add_backed_off(&self, key: &ObjectKey) -> Duration {
        let failures = {
            let mut state = self.lock();
            let failures = state.failures.entry(key.clone()).or_default();
            *failures = failures.saturating_add(1);
            *failures
        };
        self.shared.metrics.retried();
        let delay = self.shared.backoff.delay(failures);
        self.add_after(key, delay);
        delay
    }

    /// Resets the back-off of a key.
    pub fn forget(&self, key: &ObjectKey) {
        self.lock().failures.remove(key);
    }

    /// Forgets a key that is not there any more: its back-off and its timer.
    pub fn discard(&self, key: &ObjectKey) {
        let mut state = self.lock();
        state.failures.remove(key);
        state.drop_timer(key);
    }

    /// Waits until some key may run; false when the queue was shut down. Cancel safe.
    pub async fn ready(&self) -> bool {
        loop {
            // Registered before looking, so that an addition in between is not missed.
            let changed = self.shared.changed.notified();
            tokio::pin!(changed);
            changed.as_mut().enable();
            if self.shared.shutdown.is_cancelled() {
                return false;
            }
            let due = {
                let mut state = self.lock();
                self.promote(&mut state);
                if !state.ready.is_empty() {
                    return true;
                }
                state.timers.keys().next().map(|(due, _)| *due)
            };
            let timer = async {
                match due {
                    Some(due) => tokio::time::sleep_until(due).await,
                    None => std::future::pending().await,
                }
            };
            tokio::select! {
                () = changed => {}
                () = timer => {}
                () = self.shared.shutdown.cancelled() => return false,
            }
        }
    }

    /// Hands out the key that has waited longest, if one may run.
    pub fn take(&self) -> Option<Item> {
        let mut state = self.lock();
        let (key, since) = state.ready.pop_front()?;
        state.waiting.remove(&key);
        state.drop_timer(&key);
        self.shared.metrics.depth(state.ready.len());
        self.shared.metrics.waited(since.elapsed());
        let (sender, receiver) = watch::channel(None);
        let running = Running {
            since: Instant::now(),
            again: false,
            interrupt: sender,
        };
        state.running.insert(key.clone(), running);
        let interrupt = Interrupt::new(receiver, self.shared.shutdown.clone());
        Some(Item { key, interrupt })
    }

    /// Says that the pass of a key is over; the key runs again if it was added meanwhile.
    pub fn done(&self, key: &ObjectKey) {
        let mut state = self.lock();
        let Some(running) = state.running.remove(key) else {
            return;
        };
        self.shared.metrics.worked(running.since.elapsed());
        if running.again {
            self.make_ready(&mut state, key);
        }
    }

    /// Whether a pass of the key is under way.
    pub fn is_running(&self, key: &ObjectKey) -> bool {
        self.lock().running.contains_key(key)
    }

    /// Keys that could run now.
    pub fn len(&self) -> usize {
        self.lock().ready.len()
    }

    /// Whether nothing could run now.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// How long the running passes have been at it: the sum, and the longest, in seconds.
    pub fn unfinished(&self) -> (f64, f64) {
        let state = self.lock();
        let seconds = state
            .running
            .values()
            .map(|running| running.since.elapsed().as_secs_f64());
        seconds.fold((0.0, 0.0), |(sum, longest), s| {
            (sum + s, f64::max(longest, s))
        })
    }

    fn make_ready(&self, state: &mut State, key: &ObjectKey) {
        if self.shared.shutdown.is_cancelled() {
            return;
        }
        if let Some(running) = state.running.get_mut(key) {
            if !running.again {
                running.again = true;
                self.shared.metrics.added();
            }
            return;
        }
        if state.waiting.insert(key.clone()) {
            state.ready.push_back((key.clone(), Instant::now()));
            self.shared.metrics.added();
            self.shared.metrics.depth(state.ready.len());
            self.shared.changed.notify_waiters();
        }
    }

    /// Moves keys whose time has come to the ready list.
    fn promote(&self, state: &mut State) {
        let now = Instant::now();
        while let Some(entry) = state.timers.first_entry() {
            if entry.key().0 > now {
                break;
            }
            let key = entry.remove();
            state.timer_of.remove(&key);
            self.make_ready(state, &key);
        }
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        // No code that can panic runs under the lock, and the state is valid between any two statements.
        self.shared
            .state
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    fn drop_timer(&mut self, key: &ObjectKey) {
        if let Some(slot) = self.timer_of.remove(key) {
            self.timers.remove(&slot);
        }
    }
}

#[cfg(test)]
#[path = "tests.rs"]
mod tests;
