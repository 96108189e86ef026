//! How one kind's passes differ from another's, as data.

use std::time::Duration;

use crate::conditions::{ConditionType, READY, RECONCILING, STALLED, Summary};
use crate::jitter::Jitter;

/// The rules of a kind.
#[derive(Debug, Clone, Copy)]
pub struct Profile {
    /// The field manager of every write to the object.
    pub manager: &'static str,
    /// Conditions that are this controller's whoever else writes them, besides Ready, Reconciling and Stalled.
    pub owned: &'static [ConditionType],
    /// How Ready is derived.
    pub summary: Summary,
    /// When `status.observedGeneration` moves.
    pub observed_generation: ObservedGeneration,
    /// What a pass writes before its first step.
    pub opening: Opening,
}

impl Profile {
    /// The types that win over other writers.
    pub fn owned_types(&self) -> Vec<&'static str> {
        let own = self.owned.iter().map(|kind| kind.name());
        [STALLED, RECONCILING, READY]
            .into_iter()
            .chain(own)
            .collect()
    }
}

/// When `status.observedGeneration` moves to the generation of the object.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ObservedGeneration {
    /// On success, stall, no-op and suspension, once the object has any condition (R3, R7), and on a stop that says so
    /// with [`Stop::observing_generation`].
    ///
    /// [`Stop::observing_generation`]: super::Stop::observing_generation
    Settled,
    /// When Ready is True at the end, and on a stop that says so with [`Stop::observing_generation`] (K3.1).
    ///
    /// [`Stop::observing_generation`]: super::Stop::observing_generation
    Ready,
}

/// What a pass writes before its first step.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Opening {
    /// Reconciling=True/Progressing, and Ready Unknown where it was unset or Unknown; written at once when the
    /// generation or the request is new (R4).
    Announced,
    /// Nothing: the steps say what goes on.
    Silent,
}

/// When an object runs again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Schedule {
    /// After a success, spread by the jitter; nothing is planned when it is none.
    pub interval: Option<Duration>,
    /// After a [`Class::Retry`](super::Class::Retry).
    pub retry: RetryRule,
    /// The spread.
    pub jitter: Jitter,
}

/// When a failed pass is tried again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RetryRule {
    /// After a delay that doubles from failure to failure (R7).
    Backoff,
    /// After a fixed time, neither growing nor spread (section 6, K23.22).
    After(Duration),
}

impl Schedule {
    /// Runs every `interval`, without spread, with back-off after failures.
    pub const fn every(interval: Duration) -> Self {
        Self {
            interval: Some(interval),
            retry: RetryRule::Backoff,
            jitter: Jitter::percent(0),
        }
    }

    /// Spreads the interval after a success.
    #[must_use]
    pub const fn with_jitter(mut self, jitter: Jitter) -> Self {
        self.jitter = jitter;
        self
    }

    /// Retries after a fixed time.
    #[must_use]
    pub const fn with_retry_after(mut self, delay: Duration) -> Self {
        self.retry = RetryRule::After(delay);
        self
    }
}
